"""Starting the browser: the server first, then the opening search, and only then the user interface is imported.

Invariant: however the browser ends (quit, fault, signal), the terminal is as it was, no server is left, and what was
not a quit has an exit code other than 0 and a crash report.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

from tui_app.cli.asking import RunningService, make_service
from tui_app.cli.choosing import Choice, apply, choose
from tui_app.cli.crash import crash_message, report_thread_crashes, write_report
from tui_app.cli.options import GlobalOptions
from tui_app.cli.output import EXIT_FAILED, error_lines, to_terminal
from tui_app.cli.signals import ENDING
from tui_app.cli.terminal import Terminal
from tui_app.cli.trusting import trusted
from tui_app.settings.config import LOCAL_PROFILE, default_settings
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ConfigError, UsageError
from tui_app.tickets.messages import Search, new_request_id

_LEAVING_SECONDS = 6.0
"""The service takes at most five to end the servers; what is left then, their watchdog ends."""


def browse(options: GlobalOptions) -> int:
    """Run the browser; returns the exit code.

    Raises:
        UsageError: the options are wrong, or there is no terminal.
    """
    if not (to_terminal(sys.stdin) and to_terminal(sys.stdout)):
        raise UsageError(
            "The browser needs a terminal.", hint="In a script use `ticketdeck search` and `ticketdeck show`."
        )
    choice = trusted(_choice(options))
    terminal = Terminal()
    service = make_service(choice, options.log)
    _leave_on_signals(terminal, service.close)
    report_thread_crashes()
    try:
        opening = Search(new_request_id(), choice.profile.name, TicketSearchCriteria())
        service.start()
        service.submit(opening)
        return _run(choice, service, opening, terminal)
    except Exception as error:  # noqa: BLE001 (whatever it is, the terminal comes back first)
        terminal.restore()
        terminal.say(crash_message(error, write_report(error)))
        return EXIT_FAILED
    finally:
        service.close()


def _choice(options: GlobalOptions) -> Choice:
    """What is configured; a broken config is said in the browser, which then opens on the embedded tracker."""
    try:
        return choose(options)
    except ConfigError as error:
        if options.config:
            raise
        if options.command is None:
            options.profile = LOCAL_PROFILE
        return apply(options, default_settings((" ".join(error_lines(error)),)))


def _run(choice: Choice, service: RunningService, opening: Search, terminal: Terminal) -> int:
    from tui_app.ui.app import run_browser

    terminal.lend()

    return run_browser(
        service,
        settings=choice.settings,
        profiles=choice.settings.summaries(),
        profile=choice.profile.name,
        opening=opening,
        notices=choice.settings.notices,
    )


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
