"""Columns on the screen: which ones, how wide, how far scrolled to the side.

Widths come from the values, and are squeezed where the table is narrower than that.

Invariant: a fitted layout is never wider than the room unless every column already has its least width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from msgspec import Struct
from textual.strip import Strip

from tui_app.tickets.ticket import Ticket
from tui_app.ui.rendering.cells import cut, width_of
from tui_app.ui.rendering.safe import fit, safe_line
from tui_app.ui.table.columns import (
    EXTRA,
    OPTIONAL,
    SIGNED,
    ColumnSpec,
    column_kind,
    default_columns,
    least_default_width,
)
from tui_app.ui.table.row_values import cell_text, number_in, value_of
from tui_app.ui.table.table_model import TableModel

_SAMPLE = 200  # rows that widths are taken from: enough to be right, few enough to cost nothing
GAP = 2
"""Cells between two columns."""
GUTTER = 3
"""Cells before the first column: cursor, mark or change, a space."""

_FLEXIBLE = "title"
_GOOD_TITLE = 0.5  # of the room; below that the other columns give what costs them least
_ENOUGH = 50  # cells of a title that are worth squeezing what costs little; more come only from room to spare
_LEAST_TITLE = 0.38  # of the room; below that even the status gives way
_NARROW = 66  # cells; in fewer, the title is worth more than words that a sign can replace
_NARROW_TITLE = 0.6
_LONGEST_MEASURED = 512  # characters of a value; longer ones are as wide as their column gets
_LEAST_FURTHER = 5  # cells of a further field's column: a few letters of its name
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


class ColumnLayout(Struct, frozen=True):
    """Columns with their widths in cells, in display order."""

    columns: tuple[ColumnSpec, ...]
    widths: tuple[int, ...]
    contents: tuple[int, ...]
    """Cells that the values alone need, without the header; 0: there is none."""
    numeric: frozenset[str] = frozenset()
    """Further fields that hold nothing but numbers, which are aligned to the right."""

    def is_right(self, name: str) -> bool:
        """Whether the values of a column are aligned to the right."""
        return column_kind(name).right or name in self.numeric

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


def natural_layout(columns: Sequence[ColumnSpec], tickets: Iterable[Ticket], now: datetime) -> ColumnLayout:
    """Every column as wide as its header and the widest of the first values, within its limits."""
    sample = list(tickets)
    contents = tuple(_content_width(column.name, sample, now) for column in columns)
    widths = [column.width or _natural_width(column.name, most) for column, most in zip(columns, contents, strict=True)]
    numeric = frozenset(column.name for column in columns if _holds_numbers(column.name, sample))
    return ColumnLayout(tuple(columns), tuple(widths), contents, numeric)


def _content_width(name: str, sample: list[Ticket], now: datetime) -> int:
    texts = {cell_text(ticket, name, now)[:_LONGEST_MEASURED] for ticket in sample}
    return min(column_kind(name).most, max((width_of(safe_line(text)) for text in texts), default=0))


def _natural_width(name: str, content: int) -> int:
    kind = column_kind(name)
    return max(kind.least, width_of(kind.title) + (not kind.right), content)


def _holds_numbers(name: str, sample: list[Ticket]) -> bool:
    if not name.startswith(EXTRA):
        return False
    values = [value for value in (value_of(ticket, name) for ticket in sample) if value not in (None, "")]
    return bool(values) and all(number_in(value) is not None and not isinstance(value, bool) for value in values)


def fitted_layout(natural: ColumnLayout, room: int) -> ColumnLayout:
    """The same columns in ``room`` cells: the title takes what is left, the others give way in a fixed order."""
    names = [column.name for column in natural.columns]
    widths = list(natural.widths)
    if _FLEXIBLE not in names or natural.columns[names.index(_FLEXIBLE)].width:
        return natural
    title = names.index(_FLEXIBLE)
    widths[title] = 0
    for indexes, leasts, wanted in _squeezing(natural, room):
        most = min(wanted, natural.widths[title])  # what titles leave empty is worth nothing to them
        _squeeze(names, widths, indexes, leasts, room - max(column_kind(_FLEXIBLE).least, most))
    widths[title] = max(column_kind(_FLEXIBLE).least, room - _taken(widths))
    return ColumnLayout(natural.columns, tuple(widths), natural.contents, natural.numeric)


def _squeezing(natural: ColumnLayout, room: int) -> Iterator[tuple[list[int], list[int], int]]:
    """What gives way, one after the other: which columns, down to which widths, for how many cells of the title."""
    names = [column.name for column in natural.columns]
    order = _squeezing_order(names)
    empty = [index for index in order if names[index].startswith(EXTRA) and not natural.contents[index]]
    least = [column_kind(name).least for name in names]
    scant = [_scant_width(name, content) for name, content in zip(names, natural.contents, strict=True)]
    good, enough = int(room * _NARROW_TITLE), int(room * _LEAST_TITLE)
    if room >= _NARROW:
        good = min(_ENOUGH, int(room * _GOOD_TITLE))
        willing = [index for index in order if names[index] != "status"]
        yield from ((empty, scant, good), (willing, least, good), (order, least, enough))
    else:
        yield from ((empty, scant, good), (order, least, good))
    yield order, scant, enough


def _scant_width(name: str, content: int) -> int:
    """The least cells of a column where room is short: a further field's name is cut off rather than its values."""
    least = column_kind(name).least
    return max(min(least, _LEAST_FURTHER), min(least, content)) if name.startswith(EXTRA) else least


def _squeeze(names: list[str], widths: list[int], order: list[int], leasts: list[int], room: int) -> None:
    """Make columns narrower, in this order and to these least widths, until all but the title need only ``room``."""
    for index in order:
        missing = _taken(widths) - room
        if missing <= 0:
            break
        taken = min(missing, max(0, widths[index] - leasts[index]))
        if names[index] in SIGNED and taken:
            taken = widths[index] - 1  # half a status is worth less than its sign
        widths[index] -= taken


def _taken(widths: list[int]) -> int:
    """Cells of all columns but the title, whose width is 0 here, and of all gaps."""
    return sum(widths) + GAP * (len(widths) - 1)


def _squeezing_order(names: list[str]) -> list[int]:
    """Indexes of the columns that may be squeezed: the tracker's own fields first, then the known ones."""
    others = [i for i, name in enumerate(names) if name not in _SQUEEZED_FIRST and name not in (_FLEXIBLE, "id")]
    known = [names.index(name) for name in _SQUEEZED_FIRST if name in names]
    return others + known


def header_cell(name: str, width: int, arrow: str, *, right: bool) -> str:
    """The column's name, or its short form where that is too long, and the arrow as long as one cell is left."""
    kind = column_kind(name)
    room = width - len(arrow)
    title = kind.short if kind.short and width_of(kind.title) > room else kind.title
    title = cut(title, room)
    space = " " if arrow and 0 < width_of(title) < room else ""
    return fit(title + space + arrow, width, right=right)


class ColumnView:
    """The columns of a table over ``model`` of some ``width`` in cells, gutter and all."""

    def __init__(self, model: TableModel, now: Callable[[], datetime]) -> None:
        self._model = model
        self._now = now
        self._chosen: tuple[ColumnSpec, ...] = ()
        self._aside = 0
        """Cells that the columns are scrolled to the left; then they have their natural widths."""
        self._natural: ColumnLayout | None = None
        self._empty: frozenset[str] | None = None
        """Columns that none of the first tickets has a value for; None: they were not looked at yet."""

    def use(self, model: TableModel) -> None:
        """Show the columns of another model's tickets."""
        self._model = model
        self._natural = self._empty = None
        self._aside = 0

    def choose(self, columns: Sequence[ColumnSpec]) -> tuple[ColumnSpec, ...]:
        """Show these columns, each once; none: those that the room allows. Returns the chosen ones."""
        self._chosen = tuple({column.name: column for column in columns}.values())
        self._natural = None
        self._aside = 0
        return self._chosen

    def columns(self, width: int) -> tuple[ColumnSpec, ...]:
        """The columns in display order: the chosen ones, or those that the width allows and that hold something."""
        if self._chosen:
            return self._chosen
        columns = default_columns(width, sources=len(self._model.sources) > 1)
        return tuple(column for column in columns if column.name not in self._empty_ones())

    def layout(self, width: int) -> ColumnLayout:
        """The columns with the cells of each."""
        natural = self._natural_layout(width)
        return natural if self._aside else fitted_layout(natural, _room(width))

    def needed(self, width: int) -> int:
        """How many of ``width`` cells the same columns need to show their values whole; all of them at most."""
        natural = GUTTER + self._natural_layout(width).total
        return min(width, max(natural, 0 if self._chosen else least_default_width(width)))

    def column_at(self, x: int, width: int) -> ColumnSpec | None:
        """The column under cell ``x`` of the table."""
        return self.layout(width).column_at(x - GUTTER + self._aside)

    def rows_replaced(self, *, to_the_left: bool) -> None:
        """Take the widths from the values anew; ``to_the_left`` scrolls back as well."""
        self._natural = self._empty = None
        if to_the_left:
            self._aside = 0

    def rows_appended(self, before: int) -> None:
        """Take the widths anew if the rows that were there ``before`` were fewer than a sample."""
        if before < _SAMPLE:
            self._natural = self._empty = None

    def scroll(self, cells: int, width: int) -> bool:
        """Scroll the columns by so many cells to the left, as far as they go; whether that moved them."""
        furthest = max(0, self._natural_layout(width).total - _room(width))
        aside = max(0, min(self._aside + cells, furthest))
        moves = aside != self._aside
        self._aside = aside
        return moves

    def has_more(self, width: int) -> bool:
        """Whether columns, or the end of one, are out of sight on the right."""
        return self.layout(width).total - self._aside > _room(width)

    def scrolled(self, strip: Strip) -> Strip:
        """A line of the table as far as the columns are scrolled; the gutter stays."""
        if not self._aside:
            return strip
        return Strip.join([strip.crop(0, GUTTER), strip.crop(GUTTER + self._aside)])

    def _empty_ones(self) -> frozenset[str]:
        """What is left out of the columns that nobody chose, once there are tickets."""
        if self._empty is None:
            sample = list(islice(self._model.rows.tickets, _SAMPLE))
            names = OPTIONAL if sample else frozenset[str]()
            self._empty = frozenset(name for name in names if not any(getattr(ticket, name) for ticket in sample))
        return self._empty

    def _natural_layout(self, width: int) -> ColumnLayout:
        columns = self._with_sorted(self.columns(width))
        if self._natural is None or self._natural.columns != columns:
            self._natural = natural_layout(columns, islice(self._model.rows.tickets, _SAMPLE), self._now())
        return self._natural

    def _with_sorted(self, columns: tuple[ColumnSpec, ...]) -> tuple[ColumnSpec, ...]:
        """The columns and the one that the rows are sorted by, so that the header always shows the order."""
        sorted_by = self._model.rows.sort_column
        if sorted_by is None or sorted_by in [column.name for column in columns]:
            return columns
        return (*columns, ColumnSpec(sorted_by))


def _room(width: int) -> int:
    """Cells for columns in a table of ``width`` cells."""
    return max(1, width - GUTTER)
