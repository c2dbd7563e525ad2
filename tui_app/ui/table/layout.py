"""Column widths: natural ones from the values, squeezed ones for the room that there is.

Invariant: a fitted layout is never wider than the room unless every column already has its least width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

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
_GOOD_TITLE = 0.5  # of the room; under that the other columns give what costs them least
_ENOUGH = 50  # cells of a title that are worth squeezing what costs little; more come only from room to spare
_LEAST_TITLE = 0.38  # of the room; under that even the status gives way
_NARROW = 66  # cells; in fewer, the title is worth more than words that a sign can stand for
_NARROW_TITLE = 0.6
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


class Layout(Struct, frozen=True):
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
    widths[title] = 0
    order = _squeezing_order(names)
    if room < _NARROW:
        _squeeze(names, widths, order, room, int(room * _NARROW_TITLE))
    else:
        willing = [index for index in order if names[index] != "status"]
        _squeeze(names, widths, willing, room, min(_ENOUGH, int(room * _GOOD_TITLE)))
        _squeeze(names, widths, order, room, int(room * _LEAST_TITLE))
    widths[title] = max(column_kind(_FLEXIBLE).least, room - _taken(widths))
    return Layout(natural.columns, tuple(widths))


def _squeeze(names: list[str], widths: list[int], order: list[int], room: int, wanted: int) -> None:
    """Make columns narrower, in this order, until the title has the ``wanted`` cells."""
    wanted = max(column_kind(_FLEXIBLE).least, wanted)
    for index in order:
        missing = wanted - (room - _taken(widths))
        if missing <= 0:
            break
        given = min(missing, max(0, widths[index] - column_kind(names[index]).least))
        if names[index] in SIGNED and given:
            given = widths[index] - 1  # half a status says less than its sign
        widths[index] -= given


def _taken(widths: list[int]) -> int:
    """Cells of all columns but the title, whose width is 0 here, and of all gaps."""
    return sum(widths) + GAP * (len(widths) - 1)


def _squeezing_order(names: list[str]) -> list[int]:
    """Indexes of the columns that may be squeezed: the tracker's own fields first, then the known ones."""
    others = [i for i, name in enumerate(names) if name not in _SQUEEZED_FIRST and name not in (_FLEXIBLE, "id")]
    known = [names.index(name) for name in _SQUEEZED_FIRST if name in names]
    return others + known
