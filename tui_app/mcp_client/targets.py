"""The kinds of target that a session can be opened with, from the moment when one is needed to its first exchange, and
why it never got there.

Loads no event loop, so that a server gets ready while everything else is still being loaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_app.mcp_client import explanations
from tui_app.mcp_client.http.endpoint import LOG_NAME, HttpEndpoint
from tui_app.mcp_client.peer import Peer
from tui_app.mcp_client.stdio.command import ServerCommand, server_environment
from tui_app.mcp_client.stdio.node import node_problem
from tui_app.tickets.errors import (
    CommandNotFoundError,
    MCPConnectionError,
    MCPError,
    MCPTimeoutError,
    ServerStartError,
    UnchangingStartError,
)

if TYPE_CHECKING:
    from tui_app.mcp_client.auth_challenge import TokenSource
    from tui_app.mcp_client.http.streamable import StreamableTransport
    from tui_app.mcp_client.stdio.pipes import StdioTransport
    from tui_app.mcp_client.transport import PendingTransport
    from tui_app.tickets.clock import Clock

_CANNOT_RUN = frozenset((126, 127))
"""Exit codes of a shell, or of `env`, that could not find or execute the program."""
_UNCHANGING = re.compile(
    r"""\b(\w*SyntaxError|IndentationError|ModuleNotFoundError|ImportError|(ERR_)?MODULE_NOT_FOUND|ERR_REQUIRE_ESM)\b
    | \bcannot\ find\ (module|package)\b | \bno\ module\ named\b | \bcommand\ not\ found\b
    | \bcan't\ open\ file\b | \bno\ such\ file\ or\ directory\b | \bcould\ not\ find\ or\ load\ main\ class\b""",
    re.VERBOSE | re.IGNORECASE,
)
_LAST_WORDS = 4000  # characters of the log


def start_transport(
    target: ServerCommand | HttpEndpoint, clock: Clock, tokens: TokenSource | None = None
) -> PendingTransport:
    """Start what ``target`` names; `open_session` takes it from there.

    Args:
        target: a program, or an address.
        clock: for durations.
        tokens: where access tokens for an address come from.

    Raises:
        CommandNotFoundError: a program, or the folder it is to run in, is missing or cannot be used.
    """
    if isinstance(target, ServerCommand):
        return StdioLaunch(target, clock)
    return HttpLaunch(target, clock, tokens)


def load_http() -> type[StreamableTransport]:
    """Import what a connection with an address needs, and httpx2 with it; called ahead it saves time."""
    from tui_app.mcp_client.http.streamable import StreamableTransport

    return StreamableTransport


class StdioLaunch:
    """A `PendingTransport`; making one starts the process.

    Raises:
        CommandNotFoundError: the program, or the folder it is to run in, is missing or cannot be used.
    """

    answers_all = False

    def __init__(self, command: ServerCommand, clock: Clock) -> None:
        from tui_app.mcp_client.stdio.process import spawn  # an address needs no program

        self.process = spawn(command, clock)
        self.peer = Peer(command, "standard error", "standard output")
        self._command = command
        self._clock = clock

    @property
    def elapsed(self) -> float:
        return self.process.elapsed

    def open(
        self,
        *,
        message_bytes: int,
        on_message: Callable[[bytes], None],
        on_failed: Callable[[int, MCPError], None],  # noqa: ARG002 (requests share the pipes, and fail together)
        on_lost: Callable[[MCPError], None],
    ) -> StdioTransport:
        from tui_app.mcp_client.stdio.pipes import StdioTransport  # loads asyncio

        return StdioTransport(self.process, self.peer, message_bytes, on_message=on_message, on_lost=on_lost)

    def discard(self) -> None:
        self.process.end(patiently=False)

    def restarted(self) -> StdioLaunch:
        return StdioLaunch(self._command, self._clock)

    async def start_failure(self, error: MCPConnectionError | None, limit: float) -> MCPError:
        command, failure = self._command, self._failure(error, limit)
        problem = await node_problem(command.argv, server_environment(command.argv, command.env))
        if problem:
            failure = CommandNotFoundError(f"{command.named} cannot run.", hint=problem)
        return explanations.with_log(failure, self.peer)

    def _failure(self, error: MCPConnectionError | None, limit: float) -> MCPError:
        if error is not None:
            kind = UnchangingStartError if self._will_fail_again() else ServerStartError
            cause = f"{error.cause}{explanations.noise_line(self.peer)}"
            hint = "Let it stay in the foreground" if self.process.in_background else "Run the command by hand"
            return kind(cause, hint=f"{hint}, or see `ticketdeck doctor`.")
        hint = "Run the command by hand to see what it waits for, or raise timeouts.start in the profile."
        return MCPTimeoutError(
            f"{self.peer.named} was not ready within {limit:g} s{explanations.last_line(self.peer)}"
            f"{explanations.noise_line(self.peer)}",
            hint=hint,
        )

    def _will_fail_again(self) -> bool:
        """Whether the server's own words, or its exit code, name what another try cannot change."""
        if self.process.in_background or self.process.exit_code in _CANNOT_RUN:
            return True
        return bool(_UNCHANGING.search(self.peer.log_tail[-_LAST_WORDS:]))


class HttpLaunch:
    """A `PendingTransport`; nothing is sent before it is opened.

    Args:
        endpoint: where the server is.
        clock: for the time of each request, in the log.
        tokens: where access tokens come from; None: what the profile's own headers carry is all there is.
    """

    answers_all = True

    def __init__(self, endpoint: HttpEndpoint, clock: Clock, tokens: TokenSource | None = None) -> None:
        self.peer = Peer(endpoint, LOG_NAME)
        self._endpoint = endpoint
        self._clock = clock
        self._tokens = tokens
        self._made_at = clock.monotonic()

    @property
    def elapsed(self) -> float:
        return self._clock.monotonic() - self._made_at

    def open(
        self,
        *,
        message_bytes: int,
        on_message: Callable[[bytes], None],
        on_failed: Callable[[int, MCPError], None],
        on_lost: Callable[[MCPError], None],
    ) -> StreamableTransport:
        return load_http()(
            self._endpoint,
            self.peer,
            self._clock,
            self._tokens,
            message_bytes,
            on_message=on_message,
            on_failed=on_failed,
            on_lost=on_lost,
        )

    def discard(self) -> None:
        """Nothing was begun."""

    def restarted(self) -> HttpLaunch:
        return HttpLaunch(self._endpoint, self._clock, self._tokens)

    async def start_failure(self, error: MCPConnectionError | None, limit: float) -> MCPError:
        if error is not None:
            return error
        failure = MCPTimeoutError(
            f"{self.peer.named} was not ready within {limit:g} s.",
            hint="Try again, or raise timeouts.start in the profile. `ticketdeck doctor` shows how far it gets.",
        )
        failure.stderr_tail = self.peer.log_tail
        return failure
