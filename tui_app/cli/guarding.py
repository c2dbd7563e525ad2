"""Running the browser so that, however it ends, the terminal is as it was, and what was not a quit leaves a report."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from tui_app.cli.crash import crash_message, report_thread_crashes, write_report
from tui_app.cli.output import EXIT_FAILED
from tui_app.cli.signals import ENDING
from tui_app.cli.terminal import Terminal

LEAVING_SECONDS = 6.0
"""The service takes at most five to end the servers; what is left then, their watchdog ends."""


def guarded(run: Callable[[], int], close: Callable[[], None]) -> int:
    """``run`` the browser; returns its exit code, or 1 when it broke. ``close`` ends the servers if a signal comes."""
    terminal = Terminal()
    ending = _Ending(terminal, close)
    report_thread_crashes()
    try:
        code = run()
    except Exception as error:  # noqa: BLE001 (whatever it is, the terminal comes back first)
        ending.wait_if_begun()
        terminal.restore()
        terminal.say(crash_message(error, write_report(error)))
        return EXIT_FAILED
    ending.wait_if_begun()
    return code


class _Ending:
    """Obeys a signal that asks to end, at once and from a thread of its own; even a full disk cannot stop it.

    The thread that the signal interrupts goes on meanwhile: it may hold a lock that the end needs.
    """

    def __init__(self, terminal: Terminal, close: Callable[[], None]) -> None:
        self._terminal = terminal
        self._close = close
        self._begun = False
        self._receiver, self._sender = os.pipe()
        _in_background(self._end_when_told)
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
                signal.signal(number, self._tell)

    def wait_if_begun(self) -> None:
        """Do not return where a signal has begun the end: what remains is the other thread's."""
        if self._begun:
            threading.Event().wait()

    def _tell(self, number: int, _: FrameType | None) -> None:
        for other in ENDING:
            signal.signal(other, signal.SIG_IGN)
        self._begun = True  # at once: the thread that is interrupted may be about to return
        os.write(self._sender, bytes((number,)))  # takes no lock, unlike everything of `threading`

    def _next_signal(self) -> int:
        """Waits for one. A terminal that goes away counts as SIGHUP, also where that is ignored: no key comes now."""
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

    def _end_when_told(self) -> None:
        number = self._next_signal()
        self._begun = True
        _in_background(lambda: _exit_after(LEAVING_SECONDS, 128 + number))
        self._terminal.restore()
        closing = _in_background(self._close)
        report = write_report(None, f"ended by {signal.Signals(number).name}")
        where = f" A report without your data is in {report}." if report else ""
        self._terminal.say(f"ticketdeck was ended by {signal.Signals(number).name}.{where}")
        closing.join()
        os._exit(128 + number)


def _in_background(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _exit_after(seconds: float, code: int) -> None:
    time.sleep(seconds)
    os._exit(code)
