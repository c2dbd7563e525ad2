"""Reading a ticket in the user's own pager or editor, in our terminal, which is given up meanwhile.

Both get the sanitised text. What an editor saves is dropped: the program writes nothing to a tracker.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from tui_app.tickets.export import ticket_to_markdown
from tui_app.tickets.ticket import Ticket

if TYPE_CHECKING:
    from textual.app import App

_PAGERS = ("less", "more")
_EDITORS = ("editor", "nano", "vim", "vi")


def page_ticket(app: App[Any], ticket: Ticket) -> str | None:
    """Show the whole ticket in ``$PAGER``; returns why not, or None."""
    argv = _program(("PAGER",), _PAGERS)
    if not argv:
        return "There is no pager; set $PAGER to one."
    return _read_with(app, argv, ticket)


def edit_ticket(app: App[Any], ticket: Ticket) -> str | None:
    """Show the whole ticket in ``$VISUAL`` or ``$EDITOR``; returns why not, or None."""
    argv = _program(("VISUAL", "EDITOR"), _EDITORS)
    if not argv:
        return "There is no editor; set $EDITOR to one."
    return _read_with(app, argv, ticket)


def _program(variables: tuple[str, ...], usual: tuple[str, ...]) -> list[str]:
    for name in variables:
        try:
            words = shlex.split(os.environ.get(name, ""))
        except ValueError:
            words = []
        if words:
            return words
    return next(([name] for name in usual if shutil.which(name)), [])


def _read_with(app: App[Any], argv: list[str], ticket: Ticket) -> str | None:
    """Run the program on a copy of the ticket, with the terminal as it was before ours."""
    from textual.app import SuspendNotSupported

    try:
        with tempfile.TemporaryDirectory(prefix="ticketdeck-") as folder:
            file = Path(folder, "ticket.md")
            file.write_text(ticket_to_markdown(ticket), encoding="utf-8", errors="replace")
            with app.suspend(), _interrupts_are_theirs():
                subprocess.run([*argv, str(file)], check=False)
    except SuspendNotSupported:
        return "This terminal cannot be lent to another program."
    except OSError as error:
        return f"{argv[0]} cannot be run: {error.strerror}."
    app.refresh()
    return None


@contextmanager
def _interrupts_are_theirs() -> Iterator[None]:
    """Ctrl-C reaches the whole process group; it is meant for the program in the foreground, not for us."""

    def leave_alone(_number: int, _frame: FrameType | None) -> None:
        return

    before = signal.signal(signal.SIGINT, leave_alone)  # not SIG_IGN, which the program would inherit
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
