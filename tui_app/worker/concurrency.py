"""Ways to wait that asyncio lacks: work that several callers share, a blocking call and a long computation.

Invariants: shared work runs at most once at a time, and is cancelled when the last caller has given up, not before, and
not at all where half of it would do harm; a blocking call and a computation keep neither the event loop nor the end of
the program waiting; a computation that nobody waits for any more is broken off.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, Generic, TypeVar

from msgspec import Struct

from tui_app.worker.interruption import BrokenOff, break_off

T = TypeVar("T")

_UNDIVIDED: set[asyncio.Future[Any]] = set()
"""Shared work under way that is not cancelled, of every event loop."""
_AGAIN = 0.2
"""Seconds until a computation that goes on all the same is broken off again."""


class _Run(Generic[T], Struct, eq=False):
    task: asyncio.Future[T]
    callers: int = 0


class SharedTask(Generic[T]):
    """Runs ``work`` for whoever joins; all who join while it runs get the same outcome.

    ``ended`` is called after each run, however it ended and before anybody gets its outcome. ``undivided``: a run goes
    on to its end, whoever gives up.
    """

    def __init__(
        self,
        work: Callable[[], Awaitable[T]],
        ended: Callable[[], None] | None = None,
        *,
        undivided: bool = False,
    ) -> None:
        self._work = work
        self._ended = ended
        self._undivided = undivided
        self._current: _Run[T] | None = None

    async def join(self) -> T:
        """The outcome of the run under way, or of a new one."""
        run = self._current or self._begin()
        run.callers += 1
        try:
            return await asyncio.shield(run.task)
        finally:
            run.callers -= 1
            if not run.callers and not run.task.done() and not self._undivided:
                self._forget(run)
                run.task.cancel()

    def _begin(self) -> _Run[T]:
        run = self._current = _Run(asyncio.ensure_future(self._work()))
        run.task.add_done_callback(lambda _: self._finished(run))
        if self._undivided:
            _UNDIVIDED.add(run.task)
            run.task.add_done_callback(_UNDIVIDED.discard)
        return run

    def _finished(self, run: _Run[T]) -> None:
        self._forget(run)
        if self._ended is not None:
            self._ended()
        if not run.task.cancelled():
            run.task.exception()

    def _forget(self, run: _Run[T]) -> None:
        if self._current is run:
            self._current = None


async def undivided_work(seconds: float) -> None:
    """Wait for the undivided work of this event loop before that ends, for ``seconds`` at most."""
    loop = asyncio.get_running_loop()
    tasks = [task for task in _UNDIVIDED if task.get_loop() is loop]
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


async def daemon_call(call: Callable[[], T], *, unwanted: Callable[[T], None]) -> T:
    """The outcome of ``call``, made in a daemon thread: unlike an executor's, it never holds up the exit.

    Args:
        call: may block.
        unwanted: called with the outcome if the caller has been cancelled meanwhile; runs in a daemon thread too.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def hand_over(settle: Callable[[], None], discard: Callable[[], None]) -> None:
        if outcome.done():
            _in_daemon(discard)
        else:
            settle()

    def run() -> None:
        settle: Callable[[], None]
        discard: Callable[[], None]
        try:
            value = call()
        except Exception as error:  # noqa: BLE001 (handed to the caller, whatever it is)
            settle, discard = partial(outcome.set_exception, error), _nothing
        else:
            settle, discard = partial(outcome.set_result, value), partial(unwanted, value)
        try:
            loop.call_soon_threadsafe(hand_over, settle, discard)
        except RuntimeError:  # the loop has been closed meanwhile
            discard()

    _in_daemon(run)
    return await outcome


async def computed(call: Callable[[], T]) -> T:
    """The outcome of ``call``, which computes and holds nothing that must be given back, made in a daemon thread.

    Where the caller is cancelled it is broken off, wherever it is: an answer of a million members would otherwise keep
    the interpreter busy for long after the request has been given up.
    """
    computation = _Computation(call)
    try:
        return await daemon_call(computation.run, unwanted=lambda _: None)
    except asyncio.CancelledError:
        computation.break_off()
        raise


class _Computation(Generic[T]):
    """One call, and the thread that it runs on."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._given_up = False

    def run(self) -> T:
        with self._lock:
            if self._given_up:
                raise BrokenOff
            self._thread = threading.current_thread()
        try:
            return self._call()
        finally:
            with self._lock:
                self._thread = None

    def break_off(self) -> None:
        with self._lock:
            self._given_up = True
        if self._interrupt():
            _in_daemon(self._keep_interrupting)

    def _keep_interrupting(self) -> None:
        """Python ignores an error that comes while it calls back, as from a weak reference."""
        while True:
            time.sleep(_AGAIN)
            if not self._interrupt():
                return

    def _interrupt(self) -> bool:
        """Raise an error in the thread; False where it has ended."""
        with self._lock:
            return self._thread is not None and break_off(self._thread)


def _in_daemon(call: Callable[[], None]) -> None:
    def run() -> None:
        with suppress(BrokenOff):
            call()

    threading.Thread(target=run, daemon=True, name="ticketdeck-blocking-call").start()


def _nothing() -> None:
    """There is nothing to discard."""
