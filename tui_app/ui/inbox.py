"""The way of replies from the worker's thread to the user interface.

Invariant: the worker's thread only appends and wakes; everything else happens on the user interface's thread, in slices
short enough that a key pressed meanwhile is not felt to wait.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import perf_counter

from textual.message import Message

from tui_app.tickets.messages import Reply

_SLICE_SECONDS = 0.004  # a quarter of a 60 Hz frame


class Inbox:
    """Replies that wait for the user interface. ``wake`` is called from the worker's thread, once a batch."""

    class Ready(Message):
        """Replies wait to be drained."""

    def __init__(self, wake: Callable[[], object]) -> None:
        self._wake = wake
        self._replies: deque[Reply] = deque()
        self._awake = False

    def deliver(self, reply: Reply) -> None:
        """Take a reply; returns at once."""
        self._replies.append(reply)
        if not self._awake:
            self._awake = True
            self._wake()

    def drain(self, handle: Callable[[Reply], None]) -> bool:
        """Hand on replies for one slice of time; True: some are left, come again after the next key."""
        self._awake = False
        deadline = perf_counter() + _SLICE_SECONDS
        while self._replies:
            handle(self._replies.popleft())
            if perf_counter() >= deadline:
                break
        if self._replies:
            self._awake = True
        return bool(self._replies)
