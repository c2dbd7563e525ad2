"""One profile's servers, login and state while the program runs; requests make their calls through it.

The order of every call: log in if needed, lease a server, call, judge the answer. What is worth trying again is tried
again; what a login can mend gets one login and one more try.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tui_app.tickets.errors import MCPAuthenticationError, MCPError, SessionExpiredError
from tui_app.tickets.messages import Reply
from tui_app.tickets.redaction import redact_text, redact_ticket
from tui_app.tickets.servers import STANDARD_ERROR, CallRecord
from tui_app.tickets.text import clean, clean_line
from tui_app.worker.auth import Login, LoginStep
from tui_app.worker.circuit import Circuit, CircuitLimits
from tui_app.worker.live_server import LiveServer, ServerStarter, read_in_time
from tui_app.worker.login_commands import log_in_on_terminal
from tui_app.worker.pool import SessionPool
from tui_app.worker.pool_terms import PoolSettings
from tui_app.worker.retry import RetryTiming, retrying
from tui_app.worker.states import StateBoard

if TYPE_CHECKING:
    from tui_app.adapters.base import ToolCall
    from tui_app.mcp_client.types import CallToolResult
    from tui_app.settings.profiles import AuthCommands, Profile
    from tui_app.tickets.ticket import Ticket
    from tui_app.worker.backend import Backend
    from tui_app.worker.login_commands import CommandOutcome
    from tui_app.worker.oauth_login import OAuthLogin
    from tui_app.worker.prestart import Prestarts
    from tui_app.worker.scope import RequestScope

T = TypeVar("T")

_KEPT_CALLS = 50  # for the server pane; older ones help nobody
_MOST_LOGINS = 3  # for one request: the first may be for a part of what its calls need
_LONGEST_ARGUMENTS = 2000  # characters of a call's arguments that are kept


class ProfileRuntime:
    """Everything of one profile that lives as long as the program does. Belongs to the worker's event loop.

    ``can_ask``: whether there is anybody who could log in with a browser.
    """

    def __init__(
        self,
        profile: Profile,
        backend: Backend,
        prestarts: Prestarts,
        deliver: Callable[[Reply], None],
        timing: RetryTiming,
        *,
        can_ask: bool = True,
    ) -> None:
        self.profile = profile
        self._can_ask = can_ask
        self.recent_calls: deque[CallRecord] = deque(maxlen=_KEPT_CALLS)
        self._deliver = deliver
        self._timing = timing
        self._clock = timing.clock
        self._board = StateBoard(profile.name, deliver, self._clock, self.shown)
        self.starter = ServerStarter(profile, backend, self._board, prestarts, self._clock, self.record)
        self.login: Login | OAuthLogin = self._own_login()
        self.pool: SessionPool[LiveServer] = SessionPool(
            self.starter.start,
            PoolSettings(most_sessions=profile.pool.max_connections, wait=profile.pool.wait),
            Circuit(CircuitLimits(), self._clock.monotonic),
            self._board.idle,
        )
        self._logins_known_to_servers = 0

    @property
    def stderr_tail(self) -> str:
        """The end of the latest server's log."""
        return self.starter.peer.log_tail if self.starter.peer else ""

    @property
    def log_name(self) -> str:
        """What the server's log is called."""
        return self.starter.peer.log_name if self.starter.peer else STANDARD_ERROR

    def without_secrets(self, text: str) -> str:
        """``text`` sanitised, with the profile's secrets masked: a server may repeat a token."""
        return self.starter.peer.foreign(text) if self.starter.peer else clean(text)

    def shown(self, text: str) -> str:
        """What is shown of an error, a warning or a log of the server's: no secrets, and no private fields either."""
        return redact_text(self.without_secrets(text), self.profile.private_fields)

    def without_private(self, ticket: Ticket) -> Ticket:
        """``ticket`` without the private fields that came to light only when it was read."""
        return redact_ticket(ticket, self.profile.private_fields)

    async def use(self, scope: RequestScope, work: Callable[[LiveServer], Awaitable[T]]) -> T:
        """The outcome of ``work`` with a leased server.

        Raises:
            ExplainedError: the last attempt's error.
        """

        async def attempt() -> T:
            try:
                outcome = await self._attempt(scope, work)
            except MCPError as error:
                scope.failure = error
                raise
            scope.failure = None
            return outcome

        try:
            return await retrying(
                self.profile.retry,
                attempt,
                announce=self._board.retrying,
                timing=self._timing,
                time_left=scope.time_left,
            )
        except MCPError as error:
            if isinstance(error, MCPAuthenticationError):
                self._board.logged_out(can_log_in=self.login.can_log_in)
            elif error.retryable and not self.pool.sessions:
                self._board.down(error)
            raise
        finally:
            self._board.settle()

    async def call(self, server: LiveServer, call: ToolCall, scope: RequestScope) -> CallToolResult:
        """The answer to one tool call; the call is recorded in ``scope`` and in `recent_calls`.

        Raises:
            MCPError: the server did not answer, or its answer is a failure.
        """
        begin = self._clock.monotonic()
        failed = True
        try:
            with self._board.working():
                result = await server.call(call, self.profile.timeouts.request)
            failure = await read_in_time(partial(server.adapter.failure, result), result)
            if failure is not None:
                raise failure
            failed = False
        finally:
            scope.calls.append(self.record(call, self._clock.monotonic() - begin, failed))
        return result

    def record(self, call: ToolCall, seconds: float, failed: bool) -> CallRecord:
        """Keep a call for the server pane and for ``doctor``."""
        arguments = clean_line(self.without_secrets(_as_json(call.arguments)))[:_LONGEST_ARGUMENTS]
        record = CallRecord(clean_line(call.tool), arguments, seconds, failed)
        self.recent_calls.append(record)
        return record

    @asynccontextmanager
    async def leased_once(self, scope: RequestScope) -> AsyncIterator[LiveServer]:
        """A server for one call that is not made again: the login is checked before, and nothing is tried twice.

        Raises:
            ExplainedError: nobody is logged in, or there is no server.
        """
        with scope.clock_stopped():
            await self.login.ensure()
        async with self.pool.lease() as server:
            with self._board.working():
                yield server

    async def log_in_again(self, scope: RequestScope, logins_before: int, refused: MCPAuthenticationError) -> None:
        """Log in after a refusal, for the next request; the refused one is not made again.

        Raises:
            MCPAuthenticationError: there is no login, or it failed.
        """
        with scope.clock_stopped():
            await self.login.renew(logins_before, refused)
        self._replace_servers_after_login()

    async def reconnect(self) -> None:
        """End all servers; forget past failures and the state of the login."""
        self.login.forget()
        self.pool.reset()
        self._board.idle()

    async def close(self) -> None:
        """End all servers."""
        await self.pool.close()

    async def _attempt(self, scope: RequestScope, work: Callable[[LiveServer], Awaitable[T]]) -> T:
        logins_before = self.login.logins
        with scope.clock_stopped():
            await self.login.ensure()
        scope.logged_in = scope.logged_in or self.login.logins != logins_before
        for _ in range(_MOST_LOGINS):
            logins_before = self.login.logins
            try:
                return await self._leased(work)
            except MCPAuthenticationError as error:
                if scope.logged_in and not await self.login.another_would_help(error):
                    raise _still_refused(error) from error
                with scope.clock_stopped():
                    await self.login.renew(logins_before, error)
                scope.logged_in = True
                self._replace_servers_after_login()
        try:
            return await self._leased(work)
        except MCPAuthenticationError as error:
            raise _still_refused(error) from error

    def _replace_servers_after_login(self) -> None:
        """A server may have read its credentials when it started. Once a login: later callers find new servers."""
        if self._logins_known_to_servers != self.login.logins:
            self._logins_known_to_servers = self.login.logins
            self.pool.retire()

    async def _leased(self, work: Callable[[LiveServer], Awaitable[T]]) -> T:
        try:
            async with self.pool.lease() as server:
                return await work(server)
        except SessionExpiredError:  # the server did nothing, and waits for a new session
            async with self.pool.lease() as server:
                return await work(server)

    # ---------------------------------------------------------------- login

    def _own_login(self) -> Login | OAuthLogin:
        profile = self.profile
        if not profile.logs_in_by_browser:
            return Login(profile, announce=self._login_step, run_interactively=self._log_in_on_terminal)
        from tui_app.worker import oauth_login, oauth_tokens  # late: a program's profile needs none of them

        return oauth_login.OAuthLogin(
            profile,
            tokens=oauth_tokens.tokens_for(profile, self._clock),
            exchange=lambda: oauth_tokens.exchange_for(profile),
            settings=lambda: oauth_tokens.settings_of(profile),
            announce=self._login_step,
            deliver=self._deliver,
            clock=self._clock,
            sleep=self._timing.sleep,
            can_ask=self._can_ask,
        )

    def _login_step(self, step: LoginStep) -> None:
        auth = self.profile.auth
        limits = {LoginStep.CHECKING: auth.check_timeout, LoginStep.LOGGING_IN: auth.login_timeout} if auth else {}
        self._board.login(step, limits.get(step))

    async def _log_in_on_terminal(self, commands: AuthCommands) -> CommandOutcome:
        def begun() -> None:
            self._login_step(LoginStep.LOGGING_IN)

        return await log_in_on_terminal(self.profile.name, commands, self._clock, self._deliver, begun)


def _still_refused(error: MCPAuthenticationError) -> MCPAuthenticationError:
    return MCPAuthenticationError(
        error.cause,
        hint="You logged in just now, and the tracker still refuses: check the token or the account in the profile.",
        title="The tracker refuses your login",
    )


def _as_json(arguments: Mapping[str, Any]) -> str:
    return json.dumps(dict(arguments), ensure_ascii=False, default=str)
