"""``python -m tui_app.local_tracker [DATABASE]``: the embedded tracker's MCP server on standard input and output."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui_app.local_tracker.server import Server
from tui_app.local_tracker.tools import ToolError, Tools
from tui_app.settings.paths import database_path

if TYPE_CHECKING:
    from types import FrameType

INSTRUCTIONS = (
    "The tickets of ticketdeck's own tracker. Find them with search_tickets, open one with get_ticket; list_values "
    "tells which statuses, people, projects, labels and priorities there are."
)


def main() -> int:
    """Serve until standard input ends, or SIGTERM; returns the exit code."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    try:
        Server(_open_tools, INSTRUCTIONS).serve(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        return 0  # the client went without closing our input first
    return 0


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _open_tools() -> Tools:
    import sqlite3

    from tui_app.local_tracker.store import NewerDatabaseError, open_store

    path = Path(sys.argv[1]) if len(sys.argv) > 1 else database_path()
    try:
        store = open_store(path)
    except NewerDatabaseError as error:
        raise ToolError(f"{error} Update ticketdeck, or move the file away.") from error
    except sqlite3.Error as error:
        raise ToolError(f"The database {path} cannot be opened: {error}.") from error
    for notice in store.notices:
        sys.stderr.write(f"{notice}\n")
    return Tools(store.connection, store.notices)


if __name__ == "__main__":
    raise SystemExit(main())
