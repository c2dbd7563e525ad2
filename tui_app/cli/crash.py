"""A crash leaves a report that can be shown to anybody: where it happened, never what was on the screen.

Invariant: a report holds types, file names, lines and functions; no message of an exception, no value of a variable
and no line of input, because any of these may quote a ticket or a secret.
"""

from __future__ import annotations

import os
import platform
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tui_app import __version__
from tui_app.cli.output import EXIT_FAILED, warn

_KEPT = 20  # reports; older ones are deleted
_MOST_CAUSES = 10


def report_crash(error: BaseException) -> int:
    """Write a report and tell the user where it is; returns the exit code."""
    warn(crash_message(error, write_report(error)))
    return EXIT_FAILED


def crash_message(error: BaseException, report: Path | None) -> str:
    """What the user is told: that it is our mistake, and where the report lies."""
    where = f"A report without your data is in {report}." if report else "No report could be written."
    return f"ticketdeck ended because of a mistake of its own ({type(error).__name__}). {where}"


def write_report(error: BaseException | None, reason: str = "") -> Path | None:
    """Put a report into the state directory; None where that cannot be written."""
    from tui_app.settings.paths import crash_dir
    from tui_app.settings.storage import write_atomically

    now = datetime.now(UTC)
    path = crash_dir() / f"crash-{now:%Y%m%d-%H%M%S}-{os.getpid()}.txt"
    text = "\n".join(_lines(error, reason, now)) + "\n"
    try:
        write_atomically(path, text.encode(errors="backslashreplace"))
        for old in sorted(crash_dir().glob("crash-*.txt"))[:-_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return path


def report_thread_crashes() -> None:
    """From now on an exception that ends a thread leaves a report as well, instead of a traceback on the screen."""

    def on_crash(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            write_report(arguments.exc_value, f"thread {arguments.thread.name if arguments.thread else 'unknown'}")

    threading.excepthook = on_crash


def _lines(error: BaseException | None, reason: str, now: datetime) -> Iterator[str]:
    yield f"ticketdeck {__version__}, {now.isoformat(timespec='seconds')}"
    yield f"Python {platform.python_version()} on {platform.system()} {platform.release()} {platform.machine()}"
    yield f"TERM={os.environ.get('TERM', '')}"
    if reason:
        yield reason
    for depth, cause in enumerate(_chain(error)):
        yield ""
        yield f"{'caused by ' if depth else ''}{type(cause).__module__}.{type(cause).__qualname__}{_harmless(cause)}"
        yield from _frames(traceback.extract_tb(cause.__traceback__))
    if error is None:
        for name, frame in _threads():
            yield ""
            yield f"thread {name}"
            yield from _frames(frame)


def _harmless(error: BaseException) -> str:
    """The part of an error's message that can hold nothing of the user's."""
    if isinstance(error, ImportError):
        return f" {error.name}"
    return f" errno {error.errno}" if isinstance(error, OSError) else ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen = 0
    while error is not None and seen < _MOST_CAUSES:
        yield error
        seen += 1
        error = error.__cause__ or error.__context__


def _frames(stack: traceback.StackSummary) -> Iterator[str]:
    for frame in stack:
        yield f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}"


def _short(filename: str) -> str:
    """Without the part of the path that holds the user's name."""
    home = os.path.expanduser("~")  # noqa: PTH111 (compared as text)
    return f"~{filename[len(home) :]}" if home != "/" and filename.startswith(home + os.sep) else filename


def _threads() -> Iterator[tuple[str, traceback.StackSummary]]:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, frame in sys._current_frames().items():
        yield names.get(ident, "unknown"), traceback.extract_stack(frame)
