"""What the command line prints: answers on standard output, faults and progress on standard error.

Invariant: nothing that a server or a file said reaches the terminal without having been sanitised.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tui_app.tickets.errors import ErrorKind, ExplainedError

if TYPE_CHECKING:
    from tui_app.tickets.ticket import JsonValue

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_AUTH = 3
EXIT_INTERRUPTED = 130

_EXIT_CODES = {
    ErrorKind.USAGE: EXIT_USAGE,
    ErrorKind.CONFIG: EXIT_USAGE,
    ErrorKind.AUTH: EXIT_AUTH,
    ErrorKind.CANCELLED: EXIT_INTERRUPTED,
}


class ReaderLeftError(Exception):
    """What we print goes to a program that has had enough (``| head``). No failure, and nothing more to say."""


class RequestFailedError(ExplainedError):
    """A `tui_app.tickets.messages.Failed` reply on its way to the exit code."""

    def __init__(self, kind: ErrorKind, title: str, cause: str, hint: str, *, retryable: bool, last_words: str) -> None:
        super().__init__(cause, hint=hint, title=title)
        self.failed_kind = kind
        self.failed_retryable = retryable
        self.last_words = last_words


def kind_of(error: ExplainedError) -> ErrorKind:
    """The fault's kind, be it raised here or sent by the worker."""
    return error.failed_kind if isinstance(error, RequestFailedError) else error.kind


def exit_code(kind: ErrorKind) -> int:
    """The exit code that stands for a kind of fault."""
    return _EXIT_CODES.get(kind, EXIT_FAILED)


def report(error: ExplainedError, *, as_json: bool) -> int:
    """Print a fault in words on standard error, and as an object on standard output if asked; returns the exit code."""
    if as_json:
        from tui_app.tickets.export import json_text

        echo(json_text({"error": error_document(error)}, indent=2))
    for line in error_lines(error):
        warn(line)
    return exit_code(kind_of(error))


def error_lines(error: ExplainedError) -> list[str]:
    """A fault in words: what happened, why, what to do, and the server's last words."""
    lines = [f"{error.title}: {error.cause}" if error.cause else f"{error.title}."]
    if error.hint:
        lines.append(error.hint)
    last_words = error.last_words.strip() if isinstance(error, RequestFailedError) else ""
    if last_words and last_words not in error.cause:
        lines += ["The server's last words:", *(f"  {line}" for line in last_words.splitlines())]
    return lines


def error_document(error: ExplainedError) -> dict[str, JsonValue]:
    """A fault in the shape that ``--format json`` prints."""
    retryable = error.failed_retryable if isinstance(error, RequestFailedError) else error.retryable
    return {
        "kind": str(kind_of(error)),
        "title": error.title,
        "cause": error.cause,
        "hint": error.hint,
        "retryable": retryable,
    }


def echo(text: str) -> None:
    """Print an answer, which is sanitised or escaped already.

    Raises:
        ReaderLeftError: whatever read it has had enough.
    """
    text = text if text.endswith("\n") else text + "\n"
    try:
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError:  # a terminal of another encoding shows what it can
            encoding = sys.stdout.encoding
            sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderLeftError from None


def warn(text: str) -> None:
    """Print a line for the user beside the answer."""
    from tui_app.tickets.text import clean  # not at the top: `--help` needs this module, and not that one

    sys.stderr.write(clean(text) + "\n")


def to_terminal(stream: object = None) -> bool:
    """Whether ``stream`` (default: standard error) is a terminal that a person looks at."""
    stream = sys.stderr if stream is None else stream
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty())
