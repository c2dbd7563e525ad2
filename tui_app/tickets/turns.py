"""Whose turn it is to compute: threads share one interpreter, and keys go first.

Python takes the interpreter from a thread that computes after 5 ms, and gives it back after 5 ms; so a key that takes a
few steps waits as often. `switch_often` makes that half a millisecond. Besides, the screen claims its turn from a key
until the frame that shows it, and `give_way`, called in between by whoever computes much, waits for that frame.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

_T = TypeVar("_T")

_SWITCH_SECONDS = 0.0005  # less costs more in switching than it gains
_LONGEST_TURN = 0.05  # seconds; a key that changes nothing on the screen has no frame to end its turn


class _Claim:
    """Which thread goes first at the moment."""

    def __init__(self) -> None:
        self._owner = 0
        self._over = threading.Event()
        self._over.set()

    def begin(self) -> None:
        self._owner = threading.get_ident()
        self._over.clear()

    def end(self) -> None:
        self._over.set()

    def wait(self) -> None:
        """Until it is over, 50 ms at most, which ends it; not at all where it is one's own."""
        if not self._over.is_set() and self._owner != threading.get_ident() and not self._over.wait(_LONGEST_TURN):
            self._over.set()


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
_collector = _Collector()


def switch_often() -> None:
    """Let no thread of this process wait longer than half a millisecond for another one that only computes."""
    sys.setswitchinterval(_SWITCH_SECONDS)


def claim_turn() -> None:
    """Make every other thread that gives way wait, until `end_turn` but for 50 ms at most."""
    _claim.begin()


def end_turn() -> None:
    """End what `claim_turn` began."""
    _claim.end()


def give_way() -> None:
    """Wait while another thread has claimed its turn. Costs a tenth of a microsecond where none has."""
    _claim.wait()


def in_slices(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """``items``, ``size`` at a time, giving way in between."""
    for begin in range(0, len(items), size):
        if begin:
            give_way()
        yield items[begin : begin + size]


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
