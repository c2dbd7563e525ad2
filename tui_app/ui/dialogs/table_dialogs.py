"""What the table shows: facets, columns and order. Changes show behind the dialog at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import ClassVar

from tui_app.tickets.ticket import Ticket
from tui_app.ui.dialogs.picker import Picker, PickItem
from tui_app.ui.keymap import shown_key
from tui_app.ui.rendering.cells import cut
from tui_app.ui.table.columns import (
    FACET_COLUMNS,
    FIELD_COLUMNS,
    ColumnSpec,
    column_kind,
    column_named,
    extra_columns,
)
from tui_app.ui.table.results_table import ResultsTable
from tui_app.ui.table.row_values import value_key

_WIDTH_STEP = 2  # cells
_FIRST_WIDTH = 20  # where sizing starts for a column that fitted itself so far
_NARROWEST = 4
_WIDEST = 200
_MOST_FOUND = 1_000  # values of one column that typing finds
_SAMPLE = 50  # tickets that are looked at for an example
_EXAMPLE = 24  # cells
_SHAPING = ("earlier", "later", "left", "right", "delete")
_COLUMN = "column:"
_VALUE = "value:"


class FacetPicker(Picker[None]):
    """First the columns, then the values of one with their counts; ticked values narrow the rows.

    What is typed among the columns finds values too: taking one of these narrows to it, and closes.
    """

    ABILITIES: ClassVar[frozenset[str]] = frozenset({"pick", "delete"})

    def __init__(self, table: ResultsTable) -> None:
        super().__init__("Facets")
        self._table = table
        self._column: str | None = None
        self._counted: list[PickItem] = []
        """The columns as lines; counting all of them at every key would be felt with many tickets."""
        self._found: list[PickItem] = []
        """The values of all columns as lines, the most frequent first."""

    def items(self) -> Sequence[PickItem]:
        if self._column is not None:
            return self._values(self._column)
        self._counted = self._counted or self._columns()
        return [*self._counted, *self._found] if self.typed else self._counted

    def _columns(self) -> list[PickItem]:
        facets = self._table.facets
        lines, found = [], []
        for column in (*FACET_COLUMNS, *extra_columns(self._table.tickets)):
            values = self._table.model.rows.facet_counts(column)
            if len(values) > 1 or column in facets:
                chosen = f"{len(facets[column])} of " if column in facets else ""
                lines.append(PickItem(_COLUMN + column, _title(column), f"{chosen}{len(values):,} values"))
                found += [(count, column, value) for value, count in values[:_MOST_FOUND] if value]
        found.sort(key=lambda one: -one[0])
        self._found = [self._value(column, value, f"{_title(column)} · {count:,}") for count, column, value in found]
        return lines

    def _value(self, column: str, value: str, hint: str) -> PickItem:
        is_picked = any(value_key(one) == value_key(value) for one in self._table.facets.get(column, ()))
        return PickItem(f"{_VALUE}{column}\n{value}", value or "(none)", hint, picked=is_picked)

    def _values(self, column: str) -> list[PickItem]:
        counts = self._table.model.rows.facet_counts(column)
        return [self._value(column, value, f"{count:,}") for value, count in counts]

    def explanation(self) -> str:
        if self._column is None:
            every = shown_key(self.app, "picker.delete")
            return (
                f"Enter counts a column's values; type one to narrow to it. {every} shows all values of a column again."
            )
        return f"{_title(self._column)}: enter picks a value, or drops it again. Esc goes back."

    def taken(self, item: PickItem) -> None:
        if item.id.startswith(_VALUE):
            self.action_pick()
            if self._column is None:
                self.dismiss(None)
        else:
            self._column = item.id.removeprefix(_COLUMN)
            self.clear_typed()
            self.reload()

    def action_pick(self) -> None:
        if self.current is None or not self.current.id.startswith(_VALUE):
            return
        column, _, value = self.current.id.removeprefix(_VALUE).partition("\n")
        chosen = self._table.facets.get(column, frozenset())
        others = frozenset(one for one in chosen if value_key(one) != value_key(value))
        self._choose(column, others if others != chosen else chosen | {value})

    def _choose(self, column: str, values: frozenset[str]) -> None:
        self._table.set_facet(column, values)
        self._counted = []
        self.reload()

    def action_delete(self) -> None:
        column = self._column or _column_of(self.current)
        if column:
            self._choose(column, frozenset())

    def action_close(self) -> None:
        if self._column is None:
            self.dismiss(None)
        else:
            column, self._column = self._column, None
            self.clear_typed()
            self.reload(_COLUMN + column)


def _column_of(item: PickItem | None) -> str:
    """The column of a line, or of the value that it stands for; empty: there is no line."""
    return item.id.partition(":")[2].partition("\n")[0] if item else ""


class SortPicker(Picker[None]):
    """Sort by a column; taking it again turns the order round."""

    def __init__(self, table: ResultsTable) -> None:
        present = table.model.rows.sort_column
        super().__init__("Sort by", cursor_id=_COLUMN + present if present else None)
        self._table = table

    def items(self) -> Sequence[PickItem]:
        sort = self._table.model.sort or ""
        arrows = {sort.removeprefix("-"): "↓" if sort.startswith("-") else "↑"}
        named = _available(self._table)
        lines = [PickItem(_COLUMN + name, _title(name), arrows.get(name, "")) for name in named]
        return [*lines, PickItem(_COLUMN, "The tracker's own order", "" if sort else "✓")]

    def explanation(self) -> str:
        return "Enter sorts, and again turns the order round. Esc closes."

    def taken(self, item: PickItem) -> None:
        self._table.sort_by(item.id.removeprefix(_COLUMN) or None)
        self.reload()


class GroupPicker(Picker[None]):
    """Group by a column; taking it again ungroups."""

    def __init__(self, table: ResultsTable) -> None:
        super().__init__("Group by", cursor_id=_COLUMN + table.group if table.group else None)
        self._table = table

    def items(self) -> Sequence[PickItem]:
        rows = self._table.model.rows
        lines = [PickItem(_COLUMN, "No groups", "" if self._table.group else "✓")]
        for name in (*FACET_COLUMNS, *extra_columns(self._table.tickets)):
            count = len(rows.facet_counts(name))
            if count > 1 or name == self._table.group:
                hint = "✓" if name == self._table.group else f"{count:,} groups"
                lines.append(PickItem(_COLUMN + name, _title(name), hint))
        return lines

    def explanation(self) -> str:
        fold = shown_key(self.app, "table.fold")
        return f"Enter groups the rows, or ungroups them again. Then enter on a heading folds, {fold} within a group."

    def taken(self, item: PickItem) -> None:
        column = item.id.removeprefix(_COLUMN)
        self._table.group_by(column if column and column != self._table.group else None)
        self.dismiss(None)


class ColumnPicker(Picker[None]):
    """Choose, order and size the columns.

    A field that no ticket in sight has can be typed by its name: many trackers send the fields that they are asked for.

    Args:
        table: whose columns.
        opened: tickets that may have more fields than their rows.
    """

    ABILITIES: ClassVar[frozenset[str]] = frozenset({"pick", "delete", "shift", "adjust"})

    def __init__(self, table: ResultsTable, opened: Sequence[Ticket] = ()) -> None:
        super().__init__("Columns")
        self._table = table
        self._of_opened = extra_columns(opened)

    def items(self) -> Sequence[PickItem]:
        chosen, available = self._table.columns, {**_available(self._table), **self._of_opened}
        names = [column.name for column in chosen]
        shown = [
            PickItem(_COLUMN + column.name, _title(column.name), _width(column), column.name, picked=True)
            for column in chosen
        ]
        rest = ((name, example) for name, example in available.items() if name not in names)
        lines = [
            *shown,
            *(PickItem(_COLUMN + name, _title(name), _hint(example), name, picked=False) for name, example in rest),
        ]
        is_known = any(line.found_by(self.typed.casefold().split()) for line in lines)
        return lines if is_known else [_typed_column(self.typed)]

    def explanation(self) -> str:
        up, down, left, right, fits = (shown_key(self.app, f"picker.{name}") for name in _SHAPING)
        return f"Enter shows or hides, {up} {down} move, {left} {right} size, {fits} goes back to what fits."

    def _current_name(self) -> str:
        return self.current.id.removeprefix(_COLUMN) if self.current else ""

    def taken(self, item: PickItem) -> None:  # noqa: ARG002  the item is the current one
        self.action_pick()

    def action_pick(self) -> None:
        name = self._current_name()
        kept = [column for column in self._table.columns if column.name != name]
        if len(kept) == len(self._table.columns):
            kept.append(ColumnSpec(name))
        if kept:
            self._use(kept)

    def action_shift(self, step: int) -> None:
        columns = list(self._table.columns)
        at = next((place for place, column in enumerate(columns) if column.name == self._current_name()), None)
        if at is not None and 0 <= at + step < len(columns):
            columns[at], columns[at + step] = columns[at + step], columns[at]
            self._use(columns)

    def action_adjust(self, step: int) -> None:
        name = self._current_name()
        columns = [
            ColumnSpec(name, _wider(column, step)) if column.name == name else column for column in self._table.columns
        ]
        self._use(columns)

    def action_delete(self) -> None:
        self._use([])

    def _use(self, columns: Sequence[ColumnSpec]) -> None:
        self._table.set_columns(columns)
        self.reload()


def _typed_column(typed: str) -> PickItem:
    return PickItem(_COLUMN + column_named(typed), f"The tracker's own field {typed!r}", picked=False)


def _available(table: ResultsTable) -> dict[str, str]:
    """Every column to an example of what it shows."""
    sample = list(islice(table.tickets, _SAMPLE))
    fields = {
        name: next(filter(None, (table.cell_of(ticket, name) for ticket in sample)), "") for name in FIELD_COLUMNS
    }
    return {**fields, **extra_columns(table.tickets)}


def _hint(example: str) -> str:
    """An example in few cells: the column's name is what is looked for."""
    return cut(" ".join(example.split()), _EXAMPLE)


def _title(name: str) -> str:
    return column_kind(name).title


def _wider(column: ColumnSpec, step: int) -> int:
    width = column.width or min(column_kind(column.name).most, _FIRST_WIDTH)
    return max(_NARROWEST, min(_WIDEST, width + step * _WIDTH_STEP))


def _width(column: ColumnSpec) -> str:
    return f"{column.width} wide" if column.width else "fits"
