"""Giving other threads their turn while much is computed.

Threads share one interpreter lock. One that computes without a pause gets half of the time, since Python takes the lock
from it after 5 ms and gives it back after 5 ms: a key takes twice as long to show. One that gives way every 2 ms or so
gets a third.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

_T = TypeVar("_T")

_PAUSE = 0.00001  # seconds; without any, this thread would have the lock back before another one has woken up


def give_way() -> None:
    """Let another thread run that waits to. Takes a tenth of a millisecond where none does."""
    time.sleep(_PAUSE)


def in_slices(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """``items``, ``size`` at a time, giving way in between."""
    for begin in range(0, len(items), size):
        if begin:
            give_way()
        yield items[begin : begin + size]
