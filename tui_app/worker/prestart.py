"""Servers that are started before the first request, so that they get ready while the program is still loading."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_app.settings.expansion import asks_others
from tui_app.tickets.errors import ExplainedError

if TYPE_CHECKING:
    from tui_app.mcp_client.transport import PendingTransport
    from tui_app.settings.profiles import Profile


class Prestarts:
    """At most one waiting server a profile; filled by the main thread, emptied by the worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, PendingTransport | ExplainedError] = {}

    @property
    def waiting(self) -> bool:
        """Whether a server, or why there is none, waits for its first request."""
        return bool(self._waiting)

    def start(self, profile: Profile, spawn: Callable[[Profile], PendingTransport]) -> None:
        """Start ``profile``'s server on the caller's thread; an error is kept for the first request.

        Does nothing where a login has to be checked, or a password manager asked, first; nor for an address, which the
        worker's thread connects with at the first request, while the program is still loading.
        """
        if profile.url or profile.auth is not None or asks_others(profile):
            return
        atexit.register(self.end_all)
        outcome: PendingTransport | ExplainedError
        try:
            outcome = spawn(profile)
        except ExplainedError as error:
            outcome = error
        with self._lock:
            self._waiting[profile.name] = outcome

    def take(self, profile_name: str, *, not_older_than: float) -> PendingTransport | None:
        """The server that waits for this profile, if there is one. Its start limit counts from its start, so one that
        waited longer than ``not_older_than`` seconds is ended instead.

        Raises:
            ExplainedError: it could not be started.
        """
        with self._lock:
            outcome = self._waiting.pop(profile_name, None)
        if isinstance(outcome, ExplainedError):
            raise outcome
        if outcome is not None and outcome.elapsed > not_older_than:
            outcome.discard()
            return None
        return outcome

    def end_all(self) -> None:
        """End those that nobody took."""
        atexit.unregister(self.end_all)
        with self._lock:
            outcomes = list(self._waiting.values())
            self._waiting.clear()
        for outcome in outcomes:
            if not isinstance(outcome, ExplainedError):
                outcome.discard()
