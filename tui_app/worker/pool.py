"""The session pool: who may use which server session, and when.

Invariants: never more than ``most_sessions`` sessions live, are being started or are ending; whoever waits is served in
the order of coming; a caller that gives up, in whatever way, takes no session with it; a session that is dead or out of
step is never leased; after `close` nobody waits and nothing lives.

One session carries several requests at a time (JSON-RPC answers carry ids), so opening a ticket does not wait for a
search. A server that turns out to answer one by one gets a sibling, where the limit allows it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from msgspec import Struct

from tui_app.tickets.errors import ExplainedError, MCPError
from tui_app.worker.circuit import Circuit, CircuitOpenError
from tui_app.worker.pool_terms import (
    Poolable,
    PoolClosedError,
    PoolFullError,
    PoolSettings,
    PoolWaitError,
)

S = TypeVar("S", bound=Poolable)


class _Entry(Generic[S], Struct, eq=False):
    session: S
    leases: int = 0
    retired: bool = False
    idle_timer: asyncio.TimerHandle | None = None


class _Waiter(Generic[S], Struct, eq=False):
    granted: asyncio.Future[_Entry[S]]
    overdue: bool = False
    """Its time is up, but a session is being started, which is worth waiting for."""


class SessionPool(Generic[S]):
    """At most N sessions, made by ``start`` when somebody needs one. Belongs to one event loop.

    Args:
        start: makes a session.
        settings: counts and limits.
        circuit: decides when a start may be made.
        on_idle: called when the last session was closed because nobody had used it for long.
    """

    def __init__(
        self,
        start: Callable[[], Awaitable[S]],
        settings: PoolSettings,
        circuit: Circuit,
        on_idle: Callable[[], None] = lambda: None,
    ) -> None:
        self._start = start
        self._on_idle = on_idle
        self._settings = settings
        self._circuit = circuit
        self._entries: list[_Entry[S]] = []
        self._waiters: deque[_Waiter[S]] = deque()
        self._starts: set[asyncio.Task[None]] = set()
        self._endings: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def sessions(self) -> tuple[S, ...]:
        """Those that live now."""
        return tuple(entry.session for entry in self._entries if entry.session.alive)

    @asynccontextmanager
    async def lease(self, wait: float | None = None) -> AsyncIterator[S]:
        """The use of one session for the time of the ``with`` block.

        Args:
            wait: seconds to wait for one to come free, instead of the pool's own ``wait``.

        Raises:
            PoolFullError: the queue is full.
            PoolWaitError: none came free in time.
            PoolClosedError: the pool is, or was meanwhile, closed.
            MCPError: a session had to be started, and was not.
        """
        entry = await self._checked_out(self._settings.wait if wait is None else wait)
        sibling_timer = self._watch_sharing(entry)
        try:
            yield entry.session
        finally:
            if sibling_timer:
                sibling_timer.cancel()
            self._hand_back(entry)

    def retire(self) -> None:
        """Lease the present sessions to nobody any more; each is closed when its last user is done."""
        for entry in tuple(self._entries):
            entry.retired = True
            self._drop_if_done(entry)

    def reset(self) -> None:
        """Retire all sessions, begin starts under way anew, and forget past failures to start."""
        self._circuit.reset()
        for task in self._starts:
            task.cancel()
        self.retire()

    async def close(self) -> None:
        """Wake all waiters with `PoolClosedError` and end everything; returns when it has ended."""
        self._closed = True
        self._fail_waiters(PoolClosedError("The connection was closed while this request waited for it."))
        for task in self._starts:
            task.cancel()
        for entry in tuple(self._entries):
            self._discard(entry)
        while under_way := (*self._starts, *self._endings):
            await asyncio.gather(*under_way, return_exceptions=True)
            await asyncio.sleep(0)  # for their callbacks: awaiting what is done already does not yield

    # -------------------------------------------------------------- waiting

    async def _checked_out(self, wait: float) -> _Entry[S]:
        """An entry that may be used, counted as leased."""
        first_in_line = False
        while True:
            entry = await self._next_entry(wait, first_in_line=first_in_line)
            if not entry.session.suspect:
                return entry
            try:
                healthy = await entry.session.check()
            except BaseException:
                self._hand_back(entry)
                raise
            if healthy and entry.session.alive:
                return entry
            entry.retired = True
            self._hand_back(entry)
            first_in_line = True

    async def _next_entry(self, wait: float, *, first_in_line: bool) -> _Entry[S]:
        if self._closed:
            raise PoolClosedError("The connection has been closed.")
        if len(self._waiters) >= self._settings.most_waiting:
            raise PoolFullError(
                f"{len(self._waiters)} requests already wait for this server.", hint="Wait until some are answered."
            )
        loop = asyncio.get_running_loop()
        waiter = _Waiter(loop.create_future())
        if first_in_line:
            self._waiters.appendleft(waiter)
        else:
            self._waiters.append(waiter)
        timer = loop.call_later(wait, self._time_is_up, waiter)
        try:
            self._dispatch()
            return await waiter.granted
        except asyncio.CancelledError:
            self._forget(waiter)
            raise
        finally:
            timer.cancel()

    def _forget(self, waiter: _Waiter[S]) -> None:
        """The caller gave up; what it was granted in the same moment goes back."""
        if waiter in self._waiters:
            self._waiters.remove(waiter)
        elif waiter.granted.done() and not waiter.granted.cancelled() and waiter.granted.exception() is None:
            self._hand_back(waiter.granted.result())

    def _time_is_up(self, waiter: _Waiter[S]) -> None:
        if self._starts:
            waiter.overdue = True
        elif waiter in self._waiters:
            self._waiters.remove(waiter)
            self._refuse(waiter)

    def _refuse(self, waiter: _Waiter[S]) -> None:
        if not waiter.granted.done():
            count = len(self._entries)
            waiter.granted.set_exception(
                PoolWaitError(
                    f"{count} connection{'s' * (count != 1)} to the server stayed busy.",
                    hint="Try again, or raise pool.max_connections in the profile.",
                )
            )

    def _fail_waiters(self, error: BaseException) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.granted.done():
                waiter.granted.set_exception(error)

    # ---------------------------------------------------------- dispatching

    def _dispatch(self, *, may_start: bool = True) -> None:
        """Serve waiters in order while there is something to serve them with; start what is missing."""
        while self._waiters:
            entry = self._most_idle()
            if entry is None:
                break
            waiter = self._waiters.popleft()
            if not waiter.granted.done():
                self._occupy(entry)
                waiter.granted.set_result(entry)
        if may_start and self._waiters and len(self._waiters) > len(self._starts) * self._settings.shared_by:
            self._start_another()

    def _most_idle(self) -> _Entry[S] | None:
        for entry in tuple(self._entries):
            if not entry.session.alive and not entry.retired:
                entry.retired = True
                self._drop_if_done(entry)
        usable = [e for e in self._entries if not e.retired and e.leases < self._settings.shared_by]
        return min(usable, key=lambda entry: entry.leases, default=None)

    def _occupy(self, entry: _Entry[S]) -> None:
        entry.leases += 1
        if entry.idle_timer:
            entry.idle_timer.cancel()
            entry.idle_timer = None

    def _hand_back(self, entry: _Entry[S]) -> None:
        entry.leases -= 1
        if not entry.session.alive:
            entry.retired = True
        self._drop_if_done(entry)
        if not entry.retired and not entry.leases:
            self._watch_idleness(entry, self._settings.idle_extra)
        self._dispatch()

    # ------------------------------------------------------------- starting

    def _start_another(self) -> None:
        present = len(self._entries) + len(self._starts) + len(self._endings)
        if self._closed or present >= self._settings.most_sessions or (self._circuit.tripped and self._starts):
            return
        try:
            self._circuit.check()
        except CircuitOpenError as error:
            if not self._entries and not self._starts:
                self._fail_waiters(error)
            return
        task = asyncio.get_running_loop().create_task(self._run_start())
        self._starts.add(task)
        task.add_done_callback(self._start_ended)

    async def _run_start(self) -> None:
        delay = self._circuit.delay()
        if delay:
            await asyncio.sleep(delay)
        try:
            session = await self._start()
        except MCPError as error:
            if error.retryable:  # anything else ends a request at once, so it cannot become a storm
                self._circuit.start_failed(error)
            raise
        if self._closed:
            await session.close()
            return
        self._circuit.start_succeeded()
        entry = _Entry(session)
        self._entries.append(entry)
        self._watch_idleness(entry, self._settings.idle_extra)

    def _start_ended(self, task: asyncio.Task[None]) -> None:
        self._starts.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and (not self._entries or not isinstance(error, ExplainedError)):
            self._fail_waiters(error)
        self._dispatch(may_start=error is None)  # whoever still waits has a living session to wait for
        if not self._starts:
            for waiter in [waiter for waiter in self._waiters if waiter.overdue]:
                self._waiters.remove(waiter)
                self._refuse(waiter)

    def _watch_sharing(self, entry: _Entry[S]) -> asyncio.TimerHandle | None:
        if entry.leases < 2 or entry.session.overtaking:
            return None
        return asyncio.get_running_loop().call_later(self._settings.sibling_after, self._add_sibling, entry)

    def _add_sibling(self, entry: _Entry[S]) -> None:
        if entry.leases > 1 and not entry.session.overtaking and not self._starts:
            self._start_another()

    # --------------------------------------------------------------- ending

    def _watch_idleness(self, entry: _Entry[S], seconds: float) -> None:
        entry.idle_timer = asyncio.get_running_loop().call_later(seconds, self._idle, entry, seconds)

    def _idle(self, entry: _Entry[S], seconds: float) -> None:
        others = len(self._entries) > 1
        if others or seconds >= self._settings.idle_last:
            entry.retired = True
            self._drop_if_done(entry)
            if not others:
                self._on_idle()
        else:
            self._watch_idleness(entry, self._settings.idle_last)

    def _drop_if_done(self, entry: _Entry[S]) -> None:
        if entry.retired and entry in self._entries and (not entry.leases or not entry.session.alive):
            self._discard(entry)

    def _discard(self, entry: _Entry[S]) -> None:
        self._entries.remove(entry)
        if entry.idle_timer:
            entry.idle_timer.cancel()
        if not entry.session.alive and not self._closed:
            self._circuit.crashed(answered=entry.session.answered)
        task = asyncio.get_running_loop().create_task(entry.session.close())
        self._endings.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._endings.discard(task)
        if not task.cancelled():
            task.exception()
        self._dispatch()
