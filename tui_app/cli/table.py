"""Tickets as aligned columns: on a terminal cut to its width, in a pipe as wide as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import Ticket
from tui_app.tickets.width import fit, text_width

_COLUMNS: tuple[tuple[str, Callable[[Ticket], str]], ...] = (
    ("ID", lambda ticket: ticket.id),
    ("STATUS", lambda ticket: ticket.status),
    ("PRIORITY", lambda ticket: ticket.priority or ""),
    ("ASSIGNEE", lambda ticket: ticket.assignee or ""),
    ("UPDATED", lambda ticket: ticket.updated_at.strftime("%Y-%m-%d") if ticket.updated_at else ""),
    ("TITLE", lambda ticket: ticket.title),
)
_ALWAYS = ("ID", "TITLE")  # other columns without any value are left out
_GAP = "  "
_WIDEST = 24  # cells; a long name in one row must not push every title off the screen
_NARROWEST_TITLE = 20


def table(tickets: Sequence[Ticket], width: int | None) -> str:
    """A header and one line a ticket; ``width`` is the terminal's, None where lines may be as long as they need."""
    rows = [[clean_line(value(ticket)) for _, value in _COLUMNS] for ticket in tickets]
    header = [name for name, _ in _COLUMNS]
    used = [index for index, name in enumerate(header) if name in _ALWAYS or any(row[index] for row in rows)]
    lines = [[row[index] for index in used] for row in [header, *rows]]
    return columns(lines, width)


def columns(lines: Sequence[Sequence[str]], width: int | None = None) -> str:
    """Cells as aligned columns, the last one as wide as ``width`` leaves room for."""
    widths = _widths(lines, width)
    return "\n".join(_line(list(map(clean_line, cells)), widths) for cells in lines) + "\n"


def _widths(lines: Sequence[Sequence[str]], width: int | None) -> list[int]:
    widths = [max(map(text_width, column)) for column in zip(*lines, strict=True)]
    if width is None:
        return widths
    fixed = [min(cells, _WIDEST) for cells in widths[:-1]]
    room = width - sum(fixed) - len(_GAP) * len(fixed)
    return [*fixed, max(_NARROWEST_TITLE, min(room, widths[-1]))]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(map(fit, cells, widths)).rstrip()
