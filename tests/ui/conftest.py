"""For every test of the browser: a terminal with all colours, and no waiting for time to pass."""

from __future__ import annotations

import pytest
import textual.app
import textual.pilot

from tests.ui.waiting import idle


@pytest.fixture(autouse=True)
def every_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal that the tests are started in decides about no theme."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(autouse=True)
def exact_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that a pilot has pressed is followed by what the app does about it, and by no sleep."""
    monkeypatch.setattr(textual.app, "wait_for_idle", idle)
    monkeypatch.setattr(textual.pilot, "wait_for_idle", idle)
