"""Giving other threads their turn while much is computed.

Threads share one interpreter lock. One that computes without a pause gets half of the time, since Python takes the lock
from it after 5 ms and gives it back after 5 ms: a key takes twice as long to show. So whoever computes much offers to
give way every millisecond or less; and while the screen has claimed its turn, from a key until the frame that shows it,
giving way means to wait for that frame.

Two things cannot be interrupted, however often one gives way: freeing a long list, and the garbage collector's look at
all that was made lately. `LongList` and `uncollected` are against those.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

_T = TypeVar("_T")

_PAUSE = 0.00001  # seconds; without any, this thread would have the lock back before another one has woken up
_BETWEEN_PAUSES = 0.001  # seconds; a pause takes a tenth of it, asked for or not
_LONGEST_TURN = 0.05  # seconds; a key that changes nothing on the screen has no frame to end its turn
_FREED_AT_ONCE = 500


class _Claim:
    """Who goes first just now."""

    def __init__(self) -> None:
        self._owner = 0
        self._until = 0.0  # of `time.monotonic`
        self._over = threading.Event()
        self._over.set()

    def begin(self) -> None:
        self._owner = threading.get_ident()
        self._until = time.monotonic() + _LONGEST_TURN
        self._over.clear()

    def end(self) -> None:
        self._over.set()

    def wait(self) -> None:
        """Until it is over; not at all where it is one's own."""
        if not self._over.is_set() and self._owner != threading.get_ident():
            self._over.wait(max(0.0, self._until - time.monotonic()))


class _Pauser:
    """Gives the lock away, no more often than others need it."""

    def __init__(self) -> None:
        self._last = 0.0  # of `time.monotonic`

    def pause(self) -> None:
        if time.monotonic() - self._last >= _BETWEEN_PAUSES:
            time.sleep(_PAUSE)
            self._last = time.monotonic()


class _Collector:
    """Python's garbage collector, which several may want to wait at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waited_for = 0
        self._was_enabled = True

    def stop(self) -> None:
        with self._lock:
            if not self._waited_for:
                self._was_enabled = gc.isenabled()
            self._waited_for += 1
            gc.disable()

    def go_on(self) -> None:
        with self._lock:
            self._waited_for -= 1
            if self._was_enabled and not self._waited_for:
                gc.enable()


_claim = _Claim()
_pauser = _Pauser()
_collector = _Collector()


def claim_turn() -> None:
    """From now on, until `end_turn` but for 50 ms at most, every other thread that gives way waits."""
    _claim.begin()


def end_turn() -> None:
    """What the turn was claimed for is done."""
    _claim.end()


def give_way() -> None:
    """Let another thread run that waits to, once in a millisecond; one that has claimed its turn, at once."""
    _pauser.pause()
    _claim.wait()


def in_slices(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """``items``, ``size`` at a time, giving way in between."""
    for begin in range(0, len(items), size):
        if begin:
            give_way()
        yield items[begin : begin + size]


def let_go(items: list[Any]) -> None:
    """Empty ``items``, giving way in between: to free 16,000 rows takes 20 ms."""
    while items:
        del items[-_FREED_AT_ONCE:]
        if items:
            give_way()


class LongList(list[Any]):
    """A list that gives way while it is freed, whoever holds it last."""

    def __del__(self) -> None:
        let_go(self)


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector from running, in all threads: its look at 20,000 new rows takes 10 ms, for nothing.

    For what makes much that is no garbage and is over within seconds.
    """
    _collector.stop()
    try:
        yield
    finally:
        _collector.go_on()
