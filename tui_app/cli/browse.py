"""Starting the browser: the server first, then the opening search, and only then the user interface is imported.

Invariant: however the browser ends (quit, fault, signal), the terminal is as it was, no server is left, and what was
not a quit has an exit code other than 0 and a crash report.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

from tui_app.cli.asking import RunningService, make_service
from tui_app.cli.choosing import Choice, apply, choose
from tui_app.cli.crash import crash_message, report_thread_crashes, write_report
from tui_app.cli.options import GlobalOptions
from tui_app.cli.output import EXIT_FAILED, error_lines, to_terminal
from tui_app.cli.signals import ENDING
from tui_app.cli.terminal import Terminal
from tui_app.cli.trusting import trusted
from tui_app.settings.config import default_settings
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ConfigError, UsageError
from tui_app.tickets.messages import Search, new_request_id

if TYPE_CHECKING:
    from pathlib import Path

_CLOSE_SECONDS = 6.0
"""The service takes at most five; what is left then, the servers' watchdog ends."""


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
    _leave_on_signals(terminal, service)
    report_thread_crashes()
    try:
        opening = Search(new_request_id(), choice.profile.name, TicketSearchCriteria())
        service.start()
        service.submit(opening)
        return _run(choice, service, opening, terminal)
    except Exception as error:  # noqa: BLE001 (whatever it is, the terminal comes back first)
        report = write_report(error)
        terminal.restore(crash_message(error, report) + "\n")
        return EXIT_FAILED
    finally:
        service.close()


def _choice(options: GlobalOptions) -> Choice:
    """What is configured; a broken config is said in the browser, which then opens on the embedded tracker."""
    try:
        return choose(options)
    except ConfigError as error:
        if options.config or options.profile:
            raise
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


def _leave_on_signals(terminal: Terminal, service: RunningService) -> None:
    """A signal that asks to end is obeyed at once, from wherever the event loop is."""
    leave = _leaver(terminal, service.close, lambda number: write_report(None, f"ended by {number.name}"))
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, leave)


def _leaver(
    terminal: Terminal, close: Callable[[], None], report: Callable[[signal.Signals], Path | None]
) -> Callable[[int, FrameType | None], None]:
    def leave(number: int, _: FrameType | None) -> None:
        for other in ENDING:
            signal.signal(other, signal.SIG_IGN)
        name = signal.Signals(number)
        path = report(name)
        where = f" A report without your data is in {path}." if path else ""
        terminal.restore(f"ticketdeck was ended by {name.name}.{where}\n")
        closing = threading.Thread(target=close, daemon=True)  # the lock it needs may be held where we were called
        closing.start()
        closing.join(_CLOSE_SECONDS)
        os._exit(128 + number)

    return leave
