"""One piece of work that several callers wait for together.

Invariant: it runs at most once at a time; it is cancelled when the last caller has given up, and not before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class _Run(Generic[T], Struct, eq=False):
    task: asyncio.Future[T]
    callers: int = 0


class SharedTask(Generic[T]):
    """Runs ``work`` for whoever joins; all who join while it runs get the same outcome."""

    def __init__(self, work: Callable[[], Awaitable[T]]) -> None:
        self._work = work
        self._current: _Run[T] | None = None

    async def join(self) -> T:
        """The outcome of the run under way, or of a new one."""
        run = self._current or self._begin()
        run.callers += 1
        try:
            return await asyncio.shield(run.task)
        finally:
            run.callers -= 1
            if not run.callers and not run.task.done():
                self._forget(run)
                run.task.cancel()

    def _begin(self) -> _Run[T]:
        run = self._current = _Run(asyncio.ensure_future(self._work()))
        run.task.add_done_callback(lambda _: self._finished(run))
        return run

    def _finished(self, run: _Run[T]) -> None:
        self._forget(run)
        if not run.task.cancelled():
            run.task.exception()

    def _forget(self, run: _Run[T]) -> None:
        if self._current is run:
            self._current = None
