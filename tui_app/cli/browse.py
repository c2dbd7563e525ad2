"""Starting the browser: the server first, then the opening search, and only then the user interface is imported.

Invariant: until the server's process is there, nothing is imported that its start does not need.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from tui_app.cli.given import GlobalOptions
from tui_app.cli.head_start import head_start
from tui_app.cli.output import to_terminal
from tui_app.tickets.errors import UsageError

if TYPE_CHECKING:
    from tui_app.cli.choosing import Choice
    from tui_app.tickets.messages import TicketService


def browse(options: GlobalOptions) -> int:
    """Run the browser; returns the exit code.

    Raises:
        UsageError: the options are wrong, or there is no terminal.
    """
    if not (to_terminal(sys.stdin) and to_terminal(sys.stdout)):
        raise UsageError(
            "The browser needs a terminal.", hint="In a script use `ticketdeck search` and `ticketdeck show`."
        )
    gc.disable()  # what is made until the first frame stays: collecting it costs a tenth of the start
    launched = head_start(options)
    from tui_app.cli.choosing import choose_forgivingly, may_run
    from tui_app.cli.services import make_service

    choice = may_run(choose_forgivingly(options))
    service = make_service(choice, options.log, launched)
    try:
        from tui_app.cli.guarding import guarded

        return guarded(lambda: _run(choice, service), service.close)
    finally:
        service.close()


def _run(choice: Choice, service: TicketService) -> int:
    from tui_app.tickets.criteria import TicketSearchCriteria
    from tui_app.tickets.messages import Search, new_request_id

    opening = Search(new_request_id(), choice.profile.name, TicketSearchCriteria())
    service.submit(opening)
    from tui_app.ui.app import run_browser

    return run_browser(
        service,
        settings=choice.settings,
        profiles=choice.settings.summaries(),
        profile=choice.profile.name,
        opening=opening,
        notices=choice.settings.notices,
    )
