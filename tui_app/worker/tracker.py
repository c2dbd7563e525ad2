"""One profile's tracker, as the requests see it: logged in, leased, called, retried.

The order of every call: log in if needed, lease a server, call, judge the answer. What is worth trying again is tried
again; what a login can mend gets one login and one more try.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from tui_app.tickets.errors import MCPAuthenticationError, MCPError
from tui_app.tickets.messages import CallRecord, Reply
from tui_app.tickets.text import clean, clean_line
from tui_app.worker.auth import Login, LoginStep
from tui_app.worker.circuit import Circuit, CircuitLimits
from tui_app.worker.live_server import LiveServer
from tui_app.worker.pool import SessionPool
from tui_app.worker.pool_terms import PoolSettings
from tui_app.worker.retry import Timing, retrying
from tui_app.worker.starter import ServerStarter
from tui_app.worker.states import StateBoard
from tui_app.worker.terminal_login import log_in_on_terminal

if TYPE_CHECKING:
    from tui_app.adapters.base import ToolCall
    from tui_app.mcp_client.types import CallToolResult
    from tui_app.settings.profiles import AuthCommands, Profile
    from tui_app.worker.commands import Outcome
    from tui_app.worker.floors import Floors
    from tui_app.worker.prestart import Prestarts
    from tui_app.worker.scope import RequestScope

T = TypeVar("T")

_KEPT_CALLS = 50  # for the server pane; older ones help nobody
_LONGEST_ARGUMENTS = 2000  # characters of a call's arguments that are kept


class Tracker:
    """Everything of one profile that lives as long as the program does. Belongs to the worker's event loop."""

    def __init__(
        self,
        profile: Profile,
        floors: Floors,
        prestarts: Prestarts,
        deliver: Callable[[Reply], None],
        timing: Timing,
    ) -> None:
        self.profile = profile
        self.floors = floors
        self.recent_calls: deque[CallRecord] = deque(maxlen=_KEPT_CALLS)
        self._deliver = deliver
        self._timing = timing
        self._board = StateBoard(profile.name, deliver)
        self.starter = ServerStarter(profile, floors, self._board, prestarts)
        self.login = Login(profile, announce=self._login_step, run_interactively=self._log_in_on_terminal)
        self.pool: SessionPool[LiveServer] = SessionPool(
            self.starter.start,
            PoolSettings(most_sessions=profile.pool.max_connections, wait=profile.pool.wait),
            Circuit(CircuitLimits(), timing.clock),
            self._board.idle,
        )
        self._logins_known_to_servers = 0

    @property
    def stderr_tail(self) -> str:
        """The latest server's last words."""
        return self.starter.process.stderr_tail if self.starter.process else ""

    def without_secrets(self, text: str) -> str:
        """``text`` sanitised, with the profile's secrets masked: a server may repeat a token in its words."""
        return self.starter.process.command.foreign(text) if self.starter.process else clean(text)

    async def use(self, scope: RequestScope, work: Callable[[LiveServer], Awaitable[T]]) -> T:
        """The outcome of ``work`` with a leased server.

        Raises:
            ExplainedError: the last attempt's error.
        """

        async def attempt() -> T:
            return await self._attempt(scope, work)

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
        """A proper answer to one tool call; it is recorded in ``scope`` and in `recent_calls`.

        Raises:
            MCPError: the server did not answer, or the answer tells of a failure.
        """
        begin = time.monotonic()
        failed = True
        try:
            with self._board.working():
                result = await server.call(call, self.profile.timeouts.request)
            failure = server.adapter.failure(result)
            if failure is not None:
                raise failure
            failed = False
        finally:
            record = CallRecord(clean_line(call.tool), _shown(call.arguments), time.monotonic() - begin, failed)
            scope.calls.append(record)
            self.recent_calls.append(record)
        return result

    async def reconnect(self) -> None:
        """Let go of all servers, past failures and what was known of the login."""
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
        logins_before = self.login.logins
        try:
            return await self._leased(work)
        except MCPAuthenticationError as error:
            if scope.logged_in:
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
        async with self.pool.lease() as server:
            return await work(server)

    # ---------------------------------------------------------------- login

    def _login_step(self, step: LoginStep) -> None:
        auth = self.profile.auth
        limits = {LoginStep.CHECKING: auth.check_timeout, LoginStep.LOGGING_IN: auth.login_timeout} if auth else {}
        self._board.login(step, limits.get(step))

    async def _log_in_on_terminal(self, commands: AuthCommands) -> Outcome:
        def begun() -> None:
            self._login_step(LoginStep.LOGGING_IN)

        return await log_in_on_terminal(self.profile.name, commands, self._deliver, begun)


def _still_refused(error: MCPAuthenticationError) -> MCPAuthenticationError:
    return MCPAuthenticationError(
        error.cause,
        hint="You logged in just now, and the tracker still refuses: check the token or the account in the profile.",
        title="The tracker refuses your login",
    )


def _shown(arguments: Mapping[str, Any]) -> str:
    return clean_line(json.dumps(dict(arguments), ensure_ascii=False, default=str)[:_LONGEST_ARGUMENTS])
