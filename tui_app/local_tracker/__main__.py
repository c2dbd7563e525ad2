"""``python -m tui_app.local_tracker [DATABASE]``: the embedded tracker's MCP server on standard input and output."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from tui_app.local_tracker.server import Server
from tui_app.local_tracker.tools import Tools
from tui_app.settings.paths import database_path
from tui_app.tickets.clock import SYSTEM_CLOCK

if TYPE_CHECKING:
    from types import FrameType


def main() -> int:
    """Serve until standard input ends, or SIGTERM; returns the exit code."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    database = Path(sys.argv[1]) if len(sys.argv) > 1 else database_path()
    with closing(Tools(database, SYSTEM_CLOCK)) as tools:
        try:
            Server(tools).serve(sys.stdin.buffer, sys.stdout.buffer)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the client went first: no flush at exit
    return 0


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    raise SystemExit(main())
