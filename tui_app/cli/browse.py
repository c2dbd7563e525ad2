"""Starting the browser: the server first, then the opening search, and only then the user interface is imported.

Invariant: until the server's process is started, nothing is imported that its start does not need.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from tui_app.cli.global_options import GlobalOptions
from tui_app.cli.output import terminal_can, to_terminal
from tui_app.tickets.errors import UsageError

if TYPE_CHECKING:
    from tui_app.settings.model import Settings
    from tui_app.tickets.ticket_service import TicketService
    from tui_app.ui.quick_views import Beginning


def browse(options: GlobalOptions) -> int:
    """Run the browser; ends the program, or returns the exit code where it never began.

    Raises:
        UsageError: the options or what to begin with are wrong, or there is no terminal.
    """
    if not (to_terminal(sys.stdin) and to_terminal(sys.stdout)):
        raise UsageError(
            "The browser needs a terminal.", hint="In a script use `ticketdeck search` and `ticketdeck show`."
        )
    if not terminal_can("cup"):
        raise UsageError(
            "The browser needs a terminal that can place its cursor, and TERM says that this one cannot.",
            hint="Set TERM to what the terminal is, or use `ticketdeck search` and `ticketdeck show`.",
        )
    gc.disable()  # what is made until the first frame stays: collecting it costs a tenth of the start
    # Late imports here and in `_run`: in the order in which the start needs them.
    from tui_app.cli import selection

    selected = selection.with_consent(selection.select_for_browser(options), options.clock)
    prestarts = selection.start_server(selected, options.clock, with_others=True)
    from tui_app.cli import crash, requests, start

    service = requests.make_service(selected, prestarts, options)
    try:
        settings, begin = start.beginning(selected, options)
        code = crash.guarded(lambda: _run(settings, begin, service, options), service.close, options.clock)
    finally:
        service.close()
    return crash.leave(code)


def _run(settings: Settings, begin: Beginning, service: TicketService, options: GlobalOptions) -> int:
    from tui_app.cli import start

    for search in begin.searches:
        service.submit(search)
    from tui_app.ui.app import run_browser

    return run_browser(
        service,
        settings=settings.ui,
        profiles=settings.summaries(),
        begin=begin,
        notices=settings.notices,
        memories=start.memories(settings, options.clock),
        clock=options.clock,
    )
