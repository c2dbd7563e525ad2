"""What is written to files by the user interface, off its thread.

Invariant: jobs run one after the other in the order they were given; none of them can hold up the screen or, longer
than `_PATIENCE`, the end of the program.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread
from typing import TypeVar

_PATIENCE = 1.0  # seconds that quitting waits for the last write; a dead network home must not hold it longer

T = TypeVar("T")


class Keeper:
    """Runs jobs on one daemon thread.

    Args:
        hand_back: calls what it is given on the UI thread; must be callable from any thread.
        after_each: called there after each job, whose file may have left a notice.
    """

    def __init__(self, hand_back: Callable[..., object], after_each: Callable[[], object] = lambda: None) -> None:
        self._hand_back = hand_back
        self._after_each = after_each
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread: Thread | None = None

    def run(self, job: Callable[[], T], then: Callable[[T], object] | None = None) -> None:
        """Run ``job`` soon, and ``then`` with its result on the UI thread. A job that fails is dropped."""
        if self._thread is None:
            self._thread = Thread(target=self._work, name="keeper", daemon=True)
            self._thread.start()

        def whole_job() -> None:
            result = job()
            if then is not None:
                self._hand_back(then, result)
            self._hand_back(self._after_each)

        self._jobs.put(whole_job)

    def flush(self) -> None:
        """Wait, not for long, until what was given is done."""
        if self._thread is not None:
            done = Event()
            self._jobs.put(done.set)
            done.wait(_PATIENCE)

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            with suppress(Exception):  # the stores report their own faults as notices; nothing may end this thread
                job()
