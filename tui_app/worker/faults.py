"""From an exception to the `Failed` reply that tells of it; here all text is sanitised and secrets are masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_app.tickets.errors import ErrorKind, ExplainedError, MCPError
from tui_app.tickets.messages import Failed, Request
from tui_app.tickets.text import clean, clean_line

if TYPE_CHECKING:
    from tui_app.worker.tracker import Tracker

_EXPLAINED_BY_STDERR = frozenset(
    {ErrorKind.START_FAILED, ErrorKind.CONNECTION, ErrorKind.TIMEOUT, ErrorKind.PROTOCOL, ErrorKind.INVALID_RESPONSE}
)
_LONGEST_WORDS = 4000  # characters of a cause or hint


def failed(request: Request, error: ExplainedError, tracker: Tracker | None) -> Failed:
    """The reply for an expected fault; ``tracker`` knows the secrets to mask, and the server's last words."""
    shown = tracker.without_secrets if tracker else clean
    tail = error.stderr_tail if isinstance(error, MCPError) else ""
    if error.kind in _EXPLAINED_BY_STDERR and tracker:
        tail = tail or tracker.stderr_tail
    return Failed(
        request.request_id,
        request.profile,
        error.kind,
        clean_line(shown(error.title)),
        shown(error.cause)[:_LONGEST_WORDS],
        shown(error.hint)[:_LONGEST_WORDS],
        error.retryable,
        shown(tail),
    )


def cancelled(request: Request) -> Failed:
    """The reply for a request that the user gave up."""
    return Failed(
        request.request_id,
        request.profile,
        ErrorKind.CANCELLED,
        "Cancelled",
        "The request was given up.",
        "",
        retryable=True,
    )


def crashed(request: Request, fault: BaseException) -> Failed:
    """The reply for a fault of our own. Its message may hold ticket text, so only its kind is told."""
    return Failed(
        request.request_id,
        request.profile,
        ErrorKind.PROTOCOL,
        "Something went wrong inside ticketdeck",
        f"An unexpected {type(fault).__name__} while answering {type(request).__name__}.",
        "Try again; if it comes back, please report it with the crash report.",
        retryable=True,
    )
