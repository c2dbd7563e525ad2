"""Asking the worker for something and waiting for the answer, at a terminal.

Invariant: however the waiting ends (answer, fault, Ctrl-C, signal), the servers are gone when `Asking` is left.
"""

from __future__ import annotations

import queue
import sys
import time
from collections.abc import Iterator
from types import TracebackType

from tui_app.cli.choosing import Choice, may_run
from tui_app.cli.output import RequestFailedError, to_terminal
from tui_app.cli.progress import Progress
from tui_app.cli.services import make_service
from tui_app.cli.signals import exit_on_signals
from tui_app.tickets.messages import (
    Failed,
    Reply,
    Request,
    ServerInspected,
    StateChanged,
    TerminalNeeded,
    TicketOpened,
    TicketsFound,
    ValuesListed,
)

Answer = TicketsFound | TicketOpened | ValuesListed | ServerInspected

_TICK_SECONDS = 0.25  # how often the progress line counts on


class Asking:
    """A connection to the worker: ``with Asking(choice, log) as asking: asking.ask(request)``."""

    def __init__(self, choice: Choice, log: str | None = None) -> None:
        self._replies: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self._progress = Progress(enabled=to_terminal())
        exit_on_signals()
        self._service = make_service(may_run(choice), log)

    def __enter__(self) -> Asking:
        try:
            self._service.connect(self._replies.put)
        except BaseException:
            self._service.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.clear()
        self._service.close()

    def ask(self, request: Request) -> Iterator[Answer]:
        """The answers to ``request`` as they come, the last one included.

        Raises:
            RequestFailedError: it came to nothing.
        """
        self._service.submit(request)
        while True:
            reply = self._next_reply()
            match reply:
                case StateChanged():
                    self._progress.show(reply)
                case TerminalNeeded():
                    self._lend_terminal(reply)
                case Failed(request_id=request.request_id):
                    self._progress.clear()
                    raise _failure(reply)
                case _ if isinstance(reply, Answer) and reply.request_id == request.request_id:
                    self._progress.clear()
                    yield reply
                    if not isinstance(reply, TicketsFound) or reply.complete:
                        return

    def _next_reply(self) -> Reply:
        while True:
            try:
                return self._replies.get(timeout=_TICK_SECONDS)
            except queue.Empty:
                self._progress.tick(time.monotonic())

    def _lend_terminal(self, needed: TerminalNeeded) -> None:
        self._progress.clear()
        if to_terminal(sys.stdin):
            self._progress.say(needed.run())
        else:
            needed.decline("there is no terminal to log in at")


def _failure(failed: Failed) -> RequestFailedError:
    return RequestFailedError(
        failed.kind,
        failed.title,
        failed.cause,
        failed.hint,
        retryable=failed.retryable,
        last_words=failed.stderr_tail,
    )
