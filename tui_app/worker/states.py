"""Announces how a profile's server is doing, each change once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tui_app.tickets.clock import Clock
from tui_app.tickets.errors import ExplainedError
from tui_app.tickets.servers import ServerState, StateChanged
from tui_app.tickets.text import clean_line
from tui_app.worker.auth import LoginStep
from tui_app.worker.retry import Pause

_LOGIN_STATES = {
    LoginStep.CHECKING: ServerState.CHECKING_LOGIN,
    LoginStep.NEEDED: ServerState.LOGIN_NEEDED,
    LoginStep.LOGGING_IN: ServerState.LOGGING_IN,
}
_LONGEST_DETAIL = 300  # characters; it goes into one line


class StateBoard:
    """Announces the states of one profile, in order; ``masked`` takes the secrets out of what they quote."""

    def __init__(
        self, profile: str, deliver: Callable[[StateChanged], None], clock: Clock, masked: Callable[[str], str] = str
    ) -> None:
        self._profile = profile
        self._masked = masked
        self._clock = clock
        self._deliver = deliver
        self._last: StateChanged | None = None
        self._server_name = ""
        self._latency: float | None = None
        self._calls: list[float] = []
        """When each of the calls under way began."""
        self._ready = False
        self._down = ""
        self._start: float | None = None
        """When the earliest of the starts under way began: several connections may be opened at once."""
        self._login: StateChanged | None = None
        """The step of a login under way: what else a server does meanwhile comes to nothing before it has ended."""
        self._logged_out: str | None = None
        """Set while nobody is logged in: why trying again does not help; empty if it logs in."""

    def starting(self, since: float, limit: float, last_words: str = "") -> None:
        """A server is being started, and no other one is at work; ``last_words``: the last line of its log so far."""
        self._start = since if self._start is None else min(since, self._start)
        if self._login is None and not self._calls:
            self._announce(ServerState.STARTING, last_words, since=self._start, limit=limit)

    def ready(self, server_name: str) -> None:
        self._server_name = server_name
        self._ready, self._down, self._logged_out = True, "", None
        self.settle()

    def down(self, error: ExplainedError) -> None:
        """There is no server, because of ``error``."""
        self._ready, self._down = False, error.cause
        self.settle()

    def idle(self) -> None:
        """There is no server, and none is needed."""
        self._ready, self._down = False, ""
        self.settle()

    def logged_out(self, *, can_log_in: bool) -> None:
        """The tracker refuses the login, until a login or a call succeeds."""
        self._logged_out, self._login = "" if can_log_in else "no login command is configured", None
        self.settle()

    def retrying(self, pause: Pause) -> None:
        self._announce(
            ServerState.RETRYING,
            pause.error.cause,
            attempt=pause.attempt,
            attempts=pause.attempts,
            until=pause.until,
            since=self._clock.monotonic(),
        )

    def login(self, step: LoginStep, limit: float | None = None) -> None:
        state = _LOGIN_STATES.get(step)
        self._login = None
        if state is not None:
            self._login = StateChanged(self._profile, state, since=self._clock.monotonic(), limit=limit)
        self.settle()

    @contextmanager
    def working(self) -> Iterator[None]:
        """A call is under way inside."""
        begin = self._clock.monotonic()
        self._calls.append(begin)
        self.settle()
        try:
            yield
            self._logged_out = None
            self._latency = self._clock.monotonic() - begin
        finally:
            self._calls.remove(begin)
            self.settle()

    def settle(self) -> None:
        """Announce the state that holds when nothing special goes on."""
        self._start = None
        if self._login is not None:
            self._send(self._login)
        elif self._calls:
            self._announce(ServerState.WORKING, self._server_name, since=min(self._calls))
        elif self._logged_out is not None:
            self._announce(ServerState.LOGIN_NEEDED, self._logged_out)
        elif self._ready:
            self._announce(ServerState.READY, self._server_name, latency=self._latency)
        else:
            self._announce(ServerState.DOWN if self._down else ServerState.IDLE, self._down)

    def _announce(
        self,
        state: ServerState,
        detail: str = "",
        *,
        since: float = 0.0,
        limit: float | None = None,
        attempt: int = 0,
        attempts: int = 0,
        until: float | None = None,
        latency: float | None = None,
    ) -> None:
        text = clean_line(self._masked(detail))[:_LONGEST_DETAIL]
        self._send(StateChanged(self._profile, state, text, since, limit, attempt, attempts, until, latency))

    def _send(self, change: StateChanged) -> None:
        if change != self._last:
            self._last = change
            self._deliver(change)
