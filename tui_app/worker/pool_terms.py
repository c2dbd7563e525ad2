"""The session pool's settings, its errors, and what can be pooled."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from tui_app.tickets.errors import MCPConnectionError, MCPTimeoutError


class PoolSettings(Struct, frozen=True):
    """Counts, and seconds."""

    most_sessions: int = 2
    wait: float = 10.0
    """A caller's longest wait for a session while none is being started; a start has a limit of its own."""
    shared_by: int = 8
    """Requests that one session carries at a time; a server with more in hand answers none of them soon."""
    most_waiting: int = 64
    """Callers in the queue; the next one is refused, since it would time out anyway."""
    sibling_after: float = 0.5
    """A request that shares a session this long with an older one shows a server that answers one by one."""
    idle_extra: float = 60.0
    """An unused session beside others is closed after this."""
    idle_last: float = 1800.0
    """The last one stays longer: starting it anew keeps somebody waiting."""


class PoolFullError(MCPTimeoutError):
    """The queue for a session is full; refused at once."""

    default_title = "Too many requests are waiting"
    retryable = False


class PoolWaitError(MCPTimeoutError):
    """No session came free in time."""

    default_title = "All connections are busy"
    retryable = False


class PoolClosedError(MCPConnectionError):
    """The pool was closed while, or before, the caller waited."""

    default_title = "The connection is closed"
    retryable = False


class Poolable(Protocol):
    """What can be pooled."""

    @property
    def alive(self) -> bool:
        """False once it can carry no further request."""

    @property
    def answered(self) -> bool:
        """Whether it has carried a request to its end since it was started."""

    @property
    def suspect(self) -> bool:
        """Something odd happened: it must pass `check` before it is leased again."""

    @property
    def overtaking(self) -> bool:
        """A younger request was answered before an older one: it works on several at a time."""

    async def check(self) -> bool:
        """Whether it still answers; ends within a few seconds, raises nothing."""

    async def close(self) -> None: ...
