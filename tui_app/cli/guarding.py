"""Running the browser so that, however it ends, the terminal is as it was, and what was not a quit leaves a report."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from tui_app.cli.crash import crash_message, report_thread_crashes, write_report
from tui_app.cli.output import EXIT_FAILED
from tui_app.cli.signals import ENDING
from tui_app.cli.terminal import Terminal

_LEAVING_SECONDS = 6.0
"""The service takes at most five to end the servers; what is left then, their watchdog ends."""


def guarded(run: Callable[[], int], close: Callable[[], None]) -> int:
    """``run`` the browser; returns its exit code, or 1 when it broke. ``close`` ends the servers if a signal comes."""
    terminal = Terminal()
    _leave_on_signals(terminal, close)
    report_thread_crashes()
    try:
        return run()
    except Exception as error:  # noqa: BLE001 (whatever it is, the terminal comes back first)
        terminal.restore()
        terminal.say(crash_message(error, write_report(error)))
        return EXIT_FAILED


def _leave_on_signals(terminal: Terminal, close: Callable[[], None]) -> None:
    """A signal that asks to end is obeyed at once, from wherever the event loop is; even a full disk cannot stop it."""

    def leave(number: int, _: FrameType | None) -> None:
        for other in ENDING:
            signal.signal(other, signal.SIG_IGN)
        _in_background(lambda: _exit_after(_LEAVING_SECONDS, 128 + number))
        terminal.restore()
        closing = _in_background(close)  # not here: a lock that it needs may be held where we were called
        report = write_report(None, f"ended by {signal.Signals(number).name}")
        where = f" A report without your data is in {report}." if report else ""
        terminal.say(f"ticketdeck was ended by {signal.Signals(number).name}.{where}")
        closing.join()
        os._exit(128 + number)

    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
            signal.signal(number, leave)


def _in_background(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _exit_after(seconds: float, code: int) -> None:
    time.sleep(seconds)
    os._exit(code)
