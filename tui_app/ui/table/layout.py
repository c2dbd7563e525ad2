"""Column widths: natural ones from the values, squeezed ones for the room that there is.

Invariant: a fitted layout is never wider than the room unless every column already has its least width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tui_app.tickets.ticket import Ticket
from tui_app.ui.rendering.safe import safe_line, width_of
from tui_app.ui.table.columns import SIGNED, ColumnSpec, column_kind

SAMPLE = 200
"""Rows that widths are taken from: enough to be right, few enough to cost nothing."""
GAP = 2
"""Cells between two columns."""
GUTTER = 3
"""Cells before the first column: cursor, mark or news, a space."""

_FLEXIBLE = "title"
_TITLE_PART = 0.38  # of the room; under that the other columns are squeezed
_NARROW = 66  # cells; in fewer, the title is worth more than words that a sign can stand for
_NARROW_TITLE_PART = 0.6
_LONGEST_MEASURED = 512  # characters of a value; longer ones are as wide as their column gets
_SQUEEZED_FIRST = (
    "url",
    "labels",
    "created_at",
    "project",
    "type",
    "reporter",
    "source",
    "updated_at",
    "priority",
    "assignee",
    "status",
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns with their widths in cells, in display order."""

    columns: tuple[ColumnSpec, ...]
    widths: tuple[int, ...]

    @property
    def total(self) -> int:
        """Cells of all columns and the gaps between them, without the gutter."""
        return sum(self.widths) + GAP * max(0, len(self.widths) - 1)

    def column_at(self, x: int) -> ColumnSpec | None:
        """The column that covers cell ``x``, counted from the start of the first column."""
        start = 0
        for column, width in zip(self.columns, self.widths, strict=True):
            if start <= x < start + width + GAP:
                return column
            start += width + GAP
        return None


def natural_layout(
    columns: Sequence[ColumnSpec], tickets: Iterable[Ticket], cell: Callable[[Ticket, str], str]
) -> Layout:
    """Every column as wide as its header and the widest of the first values, within its limits."""
    sample = list(tickets)
    widths = [column.width or _natural_width(column.name, sample, cell) for column in columns]
    return Layout(tuple(columns), tuple(widths))


def _natural_width(name: str, sample: list[Ticket], cell: Callable[[Ticket, str], str]) -> int:
    kind = column_kind(name)
    texts = {cell(ticket, name)[:_LONGEST_MEASURED] for ticket in sample}
    widest = max((width_of(safe_line(text)) for text in texts), default=0)
    return max(kind.least, width_of(kind.title) + (not kind.right), min(kind.most, widest))


def fitted_layout(natural: Layout, room: int) -> Layout:
    """The same columns in ``room`` cells: the title takes what is left, the others give way in a fixed order."""
    names = [column.name for column in natural.columns]
    widths = list(natural.widths)
    if _FLEXIBLE not in names or natural.columns[names.index(_FLEXIBLE)].width:
        return natural
    title = names.index(_FLEXIBLE)
    fixed = GAP * (len(names) - 1) + sum(widths) - widths[title]
    part = _TITLE_PART if room >= _NARROW else _NARROW_TITLE_PART
    wanted = max(column_kind(_FLEXIBLE).least, int(room * part))
    missing = wanted - (room - fixed)
    for index in _squeezing_order(names):
        if missing <= 0:
            break
        given = min(missing, max(0, widths[index] - column_kind(names[index]).least))
        if names[index] in SIGNED and given:
            given = widths[index] - 1  # half a status says less than its sign
        widths[index] -= given
        fixed -= given
        missing -= given
    widths[title] = max(column_kind(_FLEXIBLE).least, room - fixed)
    return Layout(natural.columns, tuple(widths))


def _squeezing_order(names: list[str]) -> list[int]:
    """Indexes of the columns that may be squeezed: the tracker's own fields first, then the known ones."""
    others = [i for i, name in enumerate(names) if name not in _SQUEEZED_FIRST and name not in (_FLEXIBLE, "id")]
    known = [names.index(name) for name in _SQUEEZED_FIRST if name in names]
    return others + known
