"""The protocols of what carries messages to a server and back: what `Connection` and `open_session` need of it.

A `PendingTransport` belongs to no event loop: it is made before asyncio is loaded, and handed to the thread that opens
it. The `Transport` that it opens belongs to the event loop that opened it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui_app.mcp_client.peer import Peer
    from tui_app.mcp_client.types import Tool
    from tui_app.mcp_client.wire import Frame
    from tui_app.tickets.errors import MCPConnectionError, MCPError


class Transport(Protocol):
    """An open way to a server. Nothing here blocks.

    Invariant: ``on_lost`` is called exactly once, whether the server went, broke a limit or was closed.
    """

    @property
    def alive(self) -> bool:
        """Whether what is sent has a chance to arrive."""

    @property
    def backlog(self) -> int:
        """Bytes that were sent and not taken by the other side yet."""

    @property
    def lost_after_reading(self) -> bool:
        """Whether the other side went by itself, after it had read the first message, or all if it had spoken."""

    def send(self, frame: Frame) -> None:
        """Send one message; without effect once the transport is lost or closed."""

    def settled(self, request_id: int) -> None:
        """Learn that a request was answered; called from within ``on_message``."""

    def abandon(self, request_id: int) -> None:
        """Free what is held for a request whose answer nobody waits for any more."""

    def usable(self, tools: Sequence[Tool]) -> tuple[Tool, ...]:
        """Those of the server's ``tools`` that can be called over this transport; remembers what calls of them need."""

    def check(self) -> None:
        """Look whether the other side is still there; called several times a second while answers are due."""

    async def close(self, *, patiently: bool = True) -> None:
        """End the server, or the session with it; ``patiently`` gives it time to end by itself. May be repeated."""


class PendingTransport(Protocol):
    """A server that is getting ready and that nobody has talked to yet."""

    @property
    def peer(self) -> Peer:
        """What may be shown of the server."""

    @property
    def elapsed(self) -> float:
        """Seconds since it was started."""

    @property
    def answers_all(self) -> bool:
        """Whether what carries the messages answers every request, so that silence means no more than slowness."""

    def open(
        self,
        *,
        message_bytes: int,
        on_message: Callable[[bytes], None],
        on_failed: Callable[[int, MCPError], None],
        on_lost: Callable[[MCPError], None],
    ) -> Transport:
        """Begin to send and receive on the running event loop.

        Args:
            message_bytes: the size beyond which a message is an error: of its request, or of the whole session where
                requests share one stream.
            on_message: called with every message received.
            on_failed: called with the id of a request that will not be answered, and why; others are not affected.
            on_lost: called once, with the error that explains why nothing more will come.
        """

    def discard(self) -> None:
        """End it before it was opened; blocks for five seconds at most. May be repeated."""

    def restarted(self) -> PendingTransport:
        """Another one for the same target.

        Raises:
            MCPError: it could not be started.
        """

    async def start_failure(self, error: MCPConnectionError | None, limit: float) -> MCPError:
        """Why no session could be opened, after the transport was closed.

        Args:
            error: what ended the attempt; None if the server was not ready within ``limit`` seconds.
            limit: the seconds that it had.
        """
