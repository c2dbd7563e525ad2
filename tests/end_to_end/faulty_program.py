"""``ticketdeck`` with a mistake of its own in the interface, in its painting or in the worker; or run by nobody."""

from __future__ import annotations

import pwd
import sys
from typing import Any, NoReturn

from tui_app.cli import main


def fail(*arguments: Any, **named: Any) -> NoReturn:
    text = f"a value that quotes the ticket EVIL-1: {arguments}"
    raise ZeroDivisionError(text)


def not_known(number: int) -> NoReturn:
    raise KeyError(f"uid not found: {number}")


def spoil(place: str) -> None:
    if place == "nobody":  # as in a container that runs with a user id of no user
        pwd.getpwuid = not_known
    elif place == "worker":
        from tui_app.adapters.auto import AutoAdapter

        AutoAdapter.plan = fail  # type: ignore[method-assign]
    elif place == "ui":
        from tui_app.ui.browse.screen import BrowseScreen

        BrowseScreen.action_facets = fail
    else:
        from tui_app.ui.table.results_table import ResultsTable

        ResultsTable.render_line = fail  # type: ignore[method-assign]


if __name__ == "__main__":
    spoil(sys.argv.pop(1))
    raise SystemExit(main())
