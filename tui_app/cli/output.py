"""What the command line prints: answers on standard output, faults and progress on standard error.

Invariant: no text of a server or a file reaches the terminal without being sanitised.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tui_app.tickets.errors import ErrorKind, ExplainedError

if TYPE_CHECKING:
    from tui_app.tickets.ticket import JsonValue

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_AUTH = 3
EXIT_UNKNOWN = 4
EXIT_PARTLY = 5
EXIT_CONFLICT = 6
EXIT_INTERRUPTED = 130

_EXIT_CODES = {
    ErrorKind.USAGE: EXIT_USAGE,
    ErrorKind.CONFIG: EXIT_USAGE,
    ErrorKind.AUTH: EXIT_AUTH,
    ErrorKind.READ_ONLY: EXIT_USAGE,
    ErrorKind.NOT_ALLOWED: EXIT_USAGE,
    ErrorKind.NOT_OFFERED: EXIT_USAGE,
    ErrorKind.CONFLICT: EXIT_CONFLICT,
    ErrorKind.UNKNOWN_OUTCOME: EXIT_UNKNOWN,
    ErrorKind.CANCELLED: EXIT_INTERRUPTED,
}


class ReaderLeftError(Exception):
    """The program that reads our output has closed it (``| head``). Not a failure; nothing more is printed."""


class OutputFailedError(ExplainedError):
    """Standard output cannot be written: its disk is full, or it is closed."""

    def __init__(self, error: OSError | None) -> None:
        cause = f"{error.strerror or error}." if error else "It is closed."
        super().__init__(
            f"Standard output cannot be written: {cause}",
            title="The answer could not be written",
            hint="Free some space, or send it somewhere else.",
        )


class RequestFailedError(ExplainedError):
    """A `tui_app.tickets.messages.Failed` reply on its way to the exit code."""

    def __init__(
        self, kind: ErrorKind, title: str, cause: str, hint: str, *, retryable: bool, last_words: str, log_name: str
    ) -> None:
        super().__init__(cause, hint=hint, title=title)
        self.failed_kind = kind
        self.failed_retryable = retryable
        self.last_words = last_words
        self.log_name = log_name


def kind_of(error: ExplainedError) -> ErrorKind:
    """The fault's kind, whether it was raised here or sent by the worker."""
    return error.failed_kind if isinstance(error, RequestFailedError) else error.kind


def exit_code(kind: ErrorKind) -> int:
    """The exit code for a kind of fault."""
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
    """A fault as lines: what happened, why, what to do, and the last lines of the server's log."""
    lines = [f"{error.title}: {error.cause}" if error.cause else f"{error.title}."]
    if error.hint:
        lines.append(error.hint)
    if isinstance(error, RequestFailedError):
        last_words = error.last_words.strip()
        if last_words and last_words not in error.cause:
            lines += [f"The server's last lines on {error.log_name}:", *(f"  {w}" for w in last_words.splitlines())]
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
        ReaderLeftError: the reader has closed the output.
        OutputFailedError: the output is full or closed.
    """
    text = text if text.endswith("\n") else text + "\n"
    if sys.stdout is None:  # started with it closed, as by `>&-`
        raise OutputFailedError(None)
    try:
        sys.stdout.write(in_encoding(text, sys.stdout.encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderLeftError from None
    except OSError as error:
        raise OutputFailedError(error) from error


def in_encoding(text: str, encoding: str) -> str:
    """The text as an output of this encoding can take it: characters that it has not as escapes within JSON, else as
    question marks."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        if text.lstrip()[:1] in ("{", "[", '"'):
            return "".join(_escaped(character, encoding) for character in text)
        return text.encode(encoding, "replace").decode(encoding)
    return text


def _escaped(character: str, encoding: str) -> str:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        import json

        return json.dumps(character)[1:-1]
    return character


def warn(text: str) -> None:
    """Print a line for the user beside the answer."""
    from tui_app.tickets.text import clean  # not at the top: `--help` needs this module, and not that one

    sys.stderr.write(clean(text) + "\n")


def to_terminal(stream: object = None) -> bool:
    """Whether ``stream`` (default: standard error) is a terminal that a person looks at."""
    stream = sys.stderr if stream is None else stream
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty())


def terminal_can(capability: str, term: str | None = None) -> bool:
    """Whether the terminal database knows ``capability`` (``cup``: place the cursor, ``el``: erase a line) of ``term``.

    Default: what $TERM says. A name that the database does not have is trusted; none at all is not.
    """
    import curses  # late: only what is drawn on a terminal asks

    term = os.environ.get("TERM", "") if term is None else term
    try:
        curses.setupterm(term, sys.__stderr__.fileno() if sys.__stderr__ else 2)
        return curses.tigetstr(capability) is not None
    except (curses.error, OSError, ValueError):
        return bool(term)
