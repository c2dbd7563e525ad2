"""Replies on their way out: how an exception becomes one, and the queue to the one listener.

Invariants: all text of a `Failed` is sanitised, without the profile's secrets and private fields; replies are delivered
one at a time, in the order in which they were put, and wait while nobody listens.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tui_app.tickets.errors import ErrorKind, ExplainedError, MCPError, NoSearchToolError
from tui_app.tickets.messages import Failed, Reply, Request
from tui_app.tickets.servers import STANDARD_ERROR, UndecidedTool
from tui_app.tickets.text import clean, clean_line

if TYPE_CHECKING:
    from tui_app.worker.profile_runtime import ProfileRuntime

_EXPLAINED_BY_STDERR = frozenset(
    {ErrorKind.START_FAILED, ErrorKind.CONNECTION, ErrorKind.TIMEOUT, ErrorKind.PROTOCOL, ErrorKind.INVALID_RESPONSE}
)
_LONGEST_TEXT = 4000  # characters of a cause or hint


def failed(request: Request, error: ExplainedError, runtime: ProfileRuntime | None) -> Failed:
    """The reply for an expected fault; ``runtime`` knows the secrets to mask, and the end of the server's log."""
    shown = runtime.shown if runtime else clean
    tail = error.stderr_tail if isinstance(error, MCPError) else ""
    if error.kind in _EXPLAINED_BY_STDERR and runtime:
        tail = tail or runtime.stderr_tail
    log_name = runtime.log_name if runtime else STANDARD_ERROR
    return Failed(
        request.request_id,
        request.profile,
        error.kind,
        clean_line(shown(error.title)),
        shown(error.cause)[:_LONGEST_TEXT],
        shown(error.hint)[:_LONGEST_TEXT],
        error.retryable,
        shown(tail if log_name == STANDARD_ERROR else _without_cause(tail, error.cause)),
        log_name,
        _shown_tool(error, shown),
    )


def _without_cause(log: str, cause: str) -> str:
    """The lines of a log that say more than the cause, which is logged by a transport of our own, too."""
    lines = ((line, line.partition(": ")[2].strip()) for line in log.splitlines())
    return "\n".join(line for line, said in lines if not (said and said in cause))


def _shown_tool(error: ExplainedError, shown: Callable[[str], str]) -> UndecidedTool | None:
    tool = error.undecided if isinstance(error, NoSearchToolError) else None
    return replace(tool, description=shown(tool.description)[:_LONGEST_TEXT]) if tool else None


def cancelled(request: Request) -> Failed:
    """The reply for a request that the user cancelled."""
    return Failed(
        request.request_id,
        request.profile,
        ErrorKind.CANCELLED,
        "Cancelled",
        "The request was cancelled.",
        "",
        retryable=True,
    )


def crashed(request: Request, fault: BaseException) -> Failed:
    """The reply for a fault of our own. Its message may hold ticket text, so only its type is shown."""
    return Failed(
        request.request_id,
        request.profile,
        ErrorKind.PROTOCOL,
        "Something went wrong inside ticketdeck",
        f"An unexpected {type(fault).__name__} while answering {type(request).__name__}.",
        "Try again; if it comes back, please report it with the crash report.",
        retryable=True,
    )


class ReplyQueue:
    """Hands every reply to one listener, from whatever thread it comes. A listener that raises stops nothing.

    Args:
        on_fault: called with what the listener raised.
    """

    def __init__(self, on_fault: Callable[[BaseException], None]) -> None:
        self._on_fault = on_fault
        self._lock = threading.RLock()
        self._waiting: deque[Reply] = deque()
        self._deliver: Callable[[Reply], None] | None = None
        self._delivering = False

    @property
    def connected(self) -> bool:
        """Whether there is a listener."""
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
        """Deliver what waits; a second caller leaves it to the first, so that the order is kept."""
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
