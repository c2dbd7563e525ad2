"""The worker as the user interface and the command line see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from tui_app.tickets.messages import Reply, Request


class TicketService(Protocol):
    """What the user interface and the command line hold: the worker, seen from outside. Every call returns at once."""

    def connect(self, deliver: Callable[[Reply], None]) -> None:
        """Send every reply to ``deliver``, those so far first. It runs on the worker's thread and must not block."""

    def submit(self, request: Request) -> None:
        """Ask for something. The answer comes as replies with the same ``request_id``."""

    def cancel(self, request_id: int) -> None:
        """Give a request up; it ends in `Failed` with kind ``cancelled``, unless its answer was under way."""

    def close(self) -> None:
        """End every server and the worker; returns when they are gone, within a few seconds. Idempotent."""
