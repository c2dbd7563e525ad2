"""When the next server may be started.

Invariants: a server that keeps failing to start is tried by one caller at a time, after ever longer pauses; one that
keeps dying is started again after growing delays; one success, or the user, forgets it all.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from tui_app.tickets.errors import MCPConnectionError


class CircuitLimits(Struct, frozen=True):
    """Seconds, and counts."""

    failures: int = 5
    """Failed starts in a row that open the circuit: more than one request's three attempts, fewer than two's."""
    cool_down: float = 15.0
    """From the opening to the first probe; doubled after each failed probe."""
    longest_cool_down: float = 300.0
    crash_delay: float = 0.5
    """Before the restart after a second crash without an answer in between; doubled with each further one."""
    longest_crash_delay: float = 10.0


class CircuitOpenError(MCPConnectionError):
    """No server is started now: the last starts all failed. Asking again at once changes nothing."""

    default_title = "The server keeps failing to start"
    retryable = False


class Circuit:
    """Counts failed starts and crashes of one profile's server."""

    def __init__(self, limits: CircuitLimits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self.reset()

    def reset(self) -> None:
        """Forget all failures: the user asked for a new try."""
        self._failures = 0
        self._crashes = 0
        self._crashed_at = 0.0
        self._closed_until = 0.0
        self._last_error: Exception | None = None

    @property
    def tripped(self) -> bool:
        """The last starts failed, so that only a single probe may be made."""
        return self._failures >= self._limits.failures

    def check(self) -> None:
        """Raises `CircuitOpenError` while no start is allowed."""
        remaining = self._closed_until - self._monotonic()
        if self.tripped and remaining > 0:
            cause = getattr(self._last_error, "cause", "") or str(self._last_error)
            raise CircuitOpenError(
                f"The last {self._failures} starts failed. The latest reason: {cause}",
                hint=f"Fix the cause and reconnect to try now; the next automatic try is in {remaining:.0f} s.",
            )

    def delay(self) -> float:
        """Seconds to wait before the next start, because the server died repeatedly."""
        if self._crashes <= 1:
            return 0.0
        delay = self._limits.crash_delay * 2.0 ** min(self._crashes - 2, 30)
        return max(0.0, self._crashed_at + min(delay, self._limits.longest_crash_delay) - self._monotonic())

    def start_failed(self, error: Exception) -> None:
        self._failures += 1
        self._last_error = error
        beyond = self._failures - self._limits.failures
        if beyond >= 0:
            pause = min(self._limits.cool_down * 2.0 ** min(beyond, 30), self._limits.longest_cool_down)
            self._closed_until = self._monotonic() + pause

    def start_succeeded(self) -> None:
        self._failures = 0
        self._last_error = None

    def crashed(self, *, answered: bool) -> None:
        """A server died. ``answered``: it had answered since its start, so it is one that works as a rule."""
        self._crashes = 1 if answered else self._crashes + 1
        self._crashed_at = self._monotonic()
