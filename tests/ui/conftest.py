"""A clock that stands still, for the pictures of screens."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

import pytest

from tests.ui.fakes import NOW


class StandingClock(datetime):
    """`datetime`, except that now is always the same."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return NOW.astimezone(tz)


@pytest.fixture
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No picture depends on when it is taken."""
    for module in (
        "tui_app.ui.table.results_table",
        "tui_app.ui.detail.ticket_detail",
        "tui_app.ui.form.fields",
        "tui_app.tickets.dates",
        "tui_app.tickets.criteria",
    ):
        monkeypatch.setattr(f"{module}.datetime", StandingClock)
    monkeypatch.setattr("tui_app.ui.status.status_line.monotonic", lambda: 112.0)
