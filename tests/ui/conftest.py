"""A terminal with all colours for every test, and a clock that stands still for the pictures of screens."""

from __future__ import annotations

import inspect
import sys
from datetime import datetime, tzinfo
from typing import Any

import pytest

import tui_app.ui.app
import tui_app.ui.form.fields  # noqa: F401  both are loaded before the clock is stopped
from tests.ui.fakes import NOW


class _SameType(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class StandingClock(datetime, metaclass=_SameType):
    """`datetime`, except that now is always the same."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return NOW.astimezone(tz)


@pytest.fixture(autouse=True)
def every_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal that the tests are started in decides about no theme."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No picture depends on when it is taken: every module that asks for the time gets the same answer."""
    for name, module in list(sys.modules.items()):
        has_clock = name.startswith("tui_app.") and getattr(module, "datetime", None) is datetime
        if has_clock and "datetime.now(" in inspect.getsource(module):
            monkeypatch.setattr(module, "datetime", StandingClock)
    monkeypatch.setattr("tui_app.ui.status.status_line.monotonic", lambda: 112.0)
