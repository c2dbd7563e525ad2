"""One line on standard error that says what is being waited for; nothing where nobody looks."""

from __future__ import annotations

import shutil
import sys

from tui_app.tickets.messages import ServerState, StateChanged
from tui_app.tickets.text import clean_line
from tui_app.tickets.width import fit

_ERASE_LINE = "\r\x1b[K"
_PATIENCE_SECONDS = 0.4  # what is over sooner is not worth a line

_WAITS = {
    ServerState.STARTING: "Starting the server",
    ServerState.CHECKING_LOGIN: "Checking the login",
    ServerState.LOGGING_IN: "Logging in",
    ServerState.WORKING: "Asking the server",
}


class Progress:
    """Shows the latest `StateChanged` while it lasts."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled
        self._state: StateChanged | None = None
        self._painted = False

    def show(self, state: StateChanged) -> None:
        """Take note of a new state; a retry is announced at once, the rest when it takes long."""
        self._state = state
        if state.state is ServerState.RETRYING:
            self._paint(_retry(state, 0.0))

    def tick(self, now: float) -> None:
        """Count on; ``now`` is `time.monotonic` seconds."""
        state = self._state
        if state is None:
            return
        if state.state is ServerState.RETRYING:
            self._paint(_retry(state, now))
        elif state.state in _WAITS and now - state.since > _PATIENCE_SECONDS:
            self._paint(_wait(state, now))

    def say(self, line: str) -> None:
        """A line that stays."""
        if self._enabled and line:
            self.clear()
            sys.stderr.write(clean_line(line) + "\n")
            sys.stderr.flush()

    def clear(self) -> None:
        """Leave no trace."""
        if self._painted:
            sys.stderr.write(_ERASE_LINE)
            sys.stderr.flush()
            self._painted = False

    def _paint(self, line: str) -> None:
        if self._enabled:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(_ERASE_LINE + fit(clean_line(line), width).rstrip())
            sys.stderr.flush()
            self._painted = True


def _wait(state: StateChanged, now: float) -> str:
    words = _WAITS[state.state]
    elapsed = f" {now - state.since:.0f} s" if state.since else ""
    limit = f" of {state.limit:.0f} s" if state.limit and elapsed else ""
    detail = f": {state.detail}" if state.detail else ""
    return f"{words}{elapsed}{limit}{detail}"


def _retry(state: StateChanged, now: float) -> str:
    left = f" in {max(0.0, state.until - now):.0f} s" if state.until and now else ""
    return f"Trying again{left} (attempt {state.attempt} of {state.attempts}): {state.detail}"
