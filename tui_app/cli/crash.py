"""However the program ends: servers closed, the terminal as it was, and after a crash a report to show to anybody.

Invariant: a report holds types, file names, lines and functions; no message of an exception, no value of a variable
and no line of input, because any of these may quote a ticket or a secret.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from tui_app import __version__
from tui_app.cli.output import EXIT_FAILED, warn
from tui_app.processes.lent_text import sweep, take_back
from tui_app.processes.watchdog import watchdog
from tui_app.settings.paths import crash_dir
from tui_app.settings.storage import write_atomically
from tui_app.tickets.clock import Clock
from tui_app.tickets.text import clean

LEAVING_SECONDS = 6.0
"""Until exit after a signal: the service takes at most five to end the servers; their watchdog ends what is left."""

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

_KEPT_REPORTS = 20  # older ones are deleted
_MOST_CAUSES = 10
_CANCEL = "\x18"  # ends a half-written escape sequence
_MODES_OFF = "".join(
    (
        "\x1b[<u",  # keyboard protocol of kitty
        *(f"\x1b[?{mode}l" for mode in (1000, 1002, 1003, 1006, 1015, 1016)),  # mouse
        "\x1b[?1004l",  # focus reports
        "\x1b[?2004l",  # bracketed paste
        "\x1b[?2026l",  # synchronised output
        "\x1b[?2048l",  # resize reports
        "\x1b[?7h",  # line wrap
        "\x1b[?1049l",  # alternate screen
        "\x1b[?25h",  # cursor
        "\x1b[0m",
    )
)


def report_crash(error: BaseException, clock: Clock) -> int:
    """Write a report and print where it is; returns the exit code."""
    warn(crash_message(error, write_report(clock, error)))
    return EXIT_FAILED


def crash_message(error: BaseException, report: Path | None) -> str:
    """The message for the user: what happened, and where the report is."""
    where = f"A report without your data is in {report}." if report else "No report could be written."
    return f"ticketdeck crashed ({type(error).__name__}): this is a fault in the program. {where}"


def write_report(clock: Clock, error: BaseException | None, reason: str = "") -> Path | None:
    """Write a report into the state directory, of every thread if ``error`` is None; None if it cannot be written."""
    now = clock.now()
    path = crash_dir() / f"crash-{now:%Y%m%d-%H%M%S}-{os.getpid()}.txt"
    text = "\n".join(_lines(error, reason, now)) + "\n"
    try:
        write_atomically(path, text.encode(errors="backslashreplace"))
        for old in sorted(crash_dir().glob("crash-*.txt"))[:-_KEPT_REPORTS]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return path


def _report_thread_crashes(clock: Clock, terminal: _SavedTerminal) -> None:
    """From now on an exception that ends a thread leaves a report, instead of a traceback on the screen."""

    def on_crash(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and not terminal.gone():
            name = arguments.thread.name if arguments.thread else "unknown"
            write_report(clock, arguments.exc_value, f"thread {name}")

    threading.excepthook = on_crash


def _lines(error: BaseException | None, reason: str, now: datetime) -> Iterator[str]:
    import platform  # late: needed for a report alone

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
    """The part of an error's message that cannot quote anything of the user's."""
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
    """``filename`` without the user's home directory, whose path holds their name."""
    home = os.path.expanduser("~")  # noqa: PTH111 (compared as text)
    return f"~{filename[len(home) :]}" if home != "/" and filename.startswith(home + os.sep) else filename


def _threads() -> Iterator[tuple[str, traceback.StackSummary]]:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, frame in sys._current_frames().items():
        yield names.get(ident, "unknown"), traceback.extract_stack(frame)


def exit_on_signals() -> None:
    """From now on a signal that asks to end unwinds the stack, so that servers are closed; exit code 128 + n."""
    for number in ENDING_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
            signal.signal(number, _exit)


def _exit(number: int, _: FrameType | None) -> NoReturn:
    for other in ENDING_SIGNALS:
        signal.signal(other, signal.SIG_IGN)  # unwind once
    raise SystemExit(128 + number)


def guarded(run: Callable[[], int], close: Callable[[], None], clock: Clock) -> int:
    """Run the browser by ``run``; returns its exit code, or 1 if it crashed. ``close`` ends the servers on a signal.

    However it ends, the terminal is as it was before; a crash and SIGQUIT leave a report.
    """
    terminal = _SavedTerminal()
    ending = _Ending(terminal, close, clock)
    _report_thread_crashes(clock, terminal)
    _in_background(sweep)
    try:
        code = run()
    except Exception as error:  # noqa: BLE001 (whatever it is, the terminal comes back first)
        if terminal.gone():  # nothing could be drawn any more: the window was closed
            ending.begin(signal.SIGHUP)
        ending.wait_if_begun()
        terminal.restore()
        terminal.print(crash_message(error, write_report(clock, error)))
        return EXIT_FAILED
    ending.wait_if_begun()
    return code


def leave(code: int) -> NoReturn:
    """End the program, whose servers are closed and whose files are written, with ``code``.

    Python's own end would wait for threads that compute, and give millions of values back one by one.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()
    _leave_at_once(code)


def _leave_at_once(code: int) -> NoReturn:
    """As `leave`, taking no lock that another thread may hold."""
    watchdog.stop()
    take_back()
    os._exit(code)


class _Ending:
    """Ends the program on a signal, at once and from a thread of its own; even a full disk cannot stop it.

    The thread that the signal interrupts goes on meanwhile: it may hold a lock that is needed to end.
    """

    def __init__(self, terminal: _SavedTerminal, close: Callable[[], None], clock: Clock) -> None:
        self._terminal = terminal
        self._close = close
        self._clock = clock
        self._begun = False
        self._receiver, self._sender = os.pipe()
        _in_background(self._end_on_signal)
        for number in ENDING_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
                signal.signal(number, self._on_signal)

    def wait_if_begun(self) -> None:
        """Never return if a signal has come: the other thread ends the program."""
        if self._begun:
            threading.Event().wait()

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        self.begin(number)

    def begin(self, number: int) -> None:
        """End the program as if the signal ``number`` had come."""
        for other in ENDING_SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        self._begun = True  # at once: the thread that is interrupted may be about to return
        os.write(self._sender, bytes((number,)))  # takes no lock, unlike everything of `threading`

    def _next_signal(self) -> int:
        """Wait for a signal. A terminal that goes away counts as SIGHUP, even if that is ignored: no key can come."""
        waiting = select.poll()
        waiting.register(self._receiver, select.POLLIN)
        if self._terminal.descriptor is not None:
            waiting.register(self._terminal.descriptor, 0)
        while True:
            for descriptor, event in waiting.poll():
                if descriptor == self._receiver:
                    return os.read(self._receiver, 1)[0]
                if event & select.POLLHUP:
                    return signal.SIGHUP
                waiting.unregister(descriptor)  # a system that cannot watch terminals

    def _end_on_signal(self) -> None:
        number = self._next_signal()
        self._begun = True
        _in_background(lambda: _exit_after(LEAVING_SECONDS, 128 + number))
        self._terminal.restore()
        take_back()
        closing = _in_background(self._close)
        self._terminal.print(f"ticketdeck was ended by {signal.Signals(number).name}.{self._reported(number)}")
        closing.join()
        _leave_at_once(128 + number)

    def _reported(self, number: int) -> str:
        """Where the report is, as it follows a sentence. Only Ctrl-\\ asks for one: a closed window is no fault."""
        report = write_report(self._clock, None, "ended by SIGQUIT") if number == signal.SIGQUIT else None
        return f" A report without your data is in {report}." if report else ""


def _in_background(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _exit_after(seconds: float, code: int) -> None:
    time.sleep(seconds)
    os._exit(code)


class _SavedTerminal:
    """The terminal as it was when this object was made; does nothing if there is none."""

    def __init__(self) -> None:
        self.descriptor: int | None = None
        self._attributes: list[Any] | None = None
        for stream in (sys.__stdin__, sys.__stderr__, sys.__stdout__):
            with contextlib.suppress(AttributeError, OSError, ValueError, termios.error):
                descriptor = stream.fileno()  # type: ignore[union-attr]
                self._attributes = termios.tcgetattr(descriptor)
                self.descriptor = os.dup(descriptor)
                return

    def gone(self) -> bool:
        """Whether there was a terminal, and it has been closed."""
        if self.descriptor is None:
            return False
        try:
            termios.tcgetattr(self.descriptor)
        except termios.error:
            return True
        return False

    def restore(self) -> None:
        """Reset every mode that the browser may have set; after this only `print` reaches the terminal.

        All other output of this process is cut off first, so that no thread can write a frame or change a mode later.
        """
        if self.descriptor is None or self._attributes is None:
            return
        with contextlib.suppress(OSError, termios.error):
            _silence_others()
            if termios.tcgetattr(self.descriptor) != self._attributes:  # the browser has taken it
                os.write(self.descriptor, (_CANCEL + _MODES_OFF).encode())
            termios.tcsetattr(self.descriptor, termios.TCSADRAIN, self._attributes)

    def print(self, line: str) -> None:
        """Write a line after `restore`."""
        if self.descriptor is not None:
            with contextlib.suppress(OSError):
                os.write(self.descriptor, clean(line + "\n").encode(errors="replace"))


def _silence_others() -> None:
    devnull = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        if os.isatty(descriptor):
            os.dup2(devnull, descriptor)
