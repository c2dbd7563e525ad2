"""Replies on their way out, in order, kept until somebody listens."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from tui_app.tickets.messages import Reply


class Outbox:
    """Hands every reply to one listener, from whatever thread it comes. A listener that raises harms nobody.

    Args:
        on_fault: told what the listener raised.
    """

    def __init__(self, on_fault: Callable[[BaseException], None]) -> None:
        self._on_fault = on_fault
        self._lock = threading.RLock()
        self._waiting: deque[Reply] = deque()
        self._deliver: Callable[[Reply], None] | None = None
        self._delivering = False

    @property
    def connected(self) -> bool:
        """Whether somebody listens."""
        return self._deliver is not None

    def connect(self, deliver: Callable[[Reply], None]) -> None:
        """Send everything to ``deliver`` from now on, what waits first."""
        with self._lock:
            self._deliver = deliver
        self._flush()

    def put(self, reply: Reply) -> None:
        """Deliver ``reply`` after all that were put before it."""
        with self._lock:
            self._waiting.append(reply)
        self._flush()

    def _flush(self) -> None:
        """Deliver what waits; a second caller leaves it to the first, so that the order holds."""
        while True:
            with self._lock:
                if self._delivering or self._deliver is None or not self._waiting:
                    return
                self._delivering = True
                deliver, reply = self._deliver, self._waiting.popleft()
            try:
                deliver(reply)
            except Exception as fault:  # noqa: BLE001 (a listener that is gone must not stop the worker)
                self._on_fault(fault)
            finally:
                with self._lock:
                    self._delivering = False
