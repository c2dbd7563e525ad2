"""What the table shows: facets, columns and order. Changes show behind the dialog at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tui_app.ui.dialogs.pick_list import PickItem
from tui_app.ui.dialogs.picker import Picker
from tui_app.ui.table.columns import FIELD_COLUMNS, ColumnSpec, column_kind, extra_columns
from tui_app.ui.table.results_table import ResultsTable

_FACET_COLUMNS = (
    *("status", "assignee", "priority", "type", "project", "labels", "reporter", "source"),
    *("created_at", "updated_at"),
)
_WIDTH_STEP = 2  # cells
_FIRST_WIDTH = 20  # where sizing starts for a column that fitted itself so far
_NARROWEST = 4
_WIDEST = 200
_COLUMN = "column:"
_VALUE = "value:"


class FacetPicker(Picker[None]):
    """First the columns, then the values of one with their counts; ticked values narrow the rows."""

    ABILITIES: ClassVar[frozenset[str]] = frozenset({"pick", "delete"})

    def __init__(self, table: ResultsTable) -> None:
        super().__init__("Facets")
        self._table = table
        self._column: str | None = None
        self._counted: list[PickItem] = []
        """The columns as lines; counting all of them at every key would be felt with many tickets."""

    def items(self) -> Sequence[PickItem]:
        if self._column is not None:
            return self._values(self._column)
        self._counted = self._counted or self._columns()
        return self._counted

    def _columns(self) -> list[PickItem]:
        facets = self._table.facets
        lines = []
        for column in (*_FACET_COLUMNS, *extra_columns(self._table.tickets)):
            values = self._table.facet_counts(column)
            if len(values) > 1 or column in facets:
                chosen = f"{len(facets[column])} of " if column in facets else ""
                lines.append(PickItem(_COLUMN + column, _title(column), f"{chosen}{len(values):,} values"))
        return lines

    def _values(self, column: str) -> list[PickItem]:
        chosen = self._table.facets.get(column, frozenset())
        return [
            PickItem(_VALUE + value, value or "(none)", f"{count:,}", picked=value in chosen)
            for value, count in self._table.facet_counts(column)
        ]

    def explanation(self) -> str:
        if self._column is None:
            return "Enter counts a column's values. ^x takes a column's choice away."
        return f"{_title(self._column)}: enter picks a value, and again takes it off. Esc goes back."

    def taken(self, item: PickItem) -> None:
        if self._column is None:
            self._column = item.id.removeprefix(_COLUMN)
            self.clear_typed()
            self.reload()
        else:
            self.action_pick()

    def action_pick(self) -> None:
        if self.current is None or self._column is None:
            return
        value = self.current.id.removeprefix(_VALUE)
        chosen = self._table.facets.get(self._column, frozenset())
        self._choose(self._column, chosen ^ {value})

    def _choose(self, column: str, values: frozenset[str]) -> None:
        self._table.set_facet(column, values)
        self._counted = []
        self.reload()

    def action_delete(self) -> None:
        column = self._column or (self.current.id.removeprefix(_COLUMN) if self.current else None)
        if column:
            self._choose(column, frozenset())

    def action_close(self) -> None:
        if self._column is None:
            self.dismiss(None)
        else:
            column, self._column = self._column, None
            self.clear_typed()
            self.reload(_COLUMN + column)


class SortPicker(Picker[None]):
    """Sort by a column; taking it again turns the order round."""

    def __init__(self, table: ResultsTable) -> None:
        present = table.sort.removeprefix("-") if table.sort else None
        super().__init__("Sort by", cursor_id=_COLUMN + present if present else None)
        self._table = table

    def items(self) -> Sequence[PickItem]:
        sort = self._table.sort or ""
        arrows = {sort.removeprefix("-"): "↓" if sort.startswith("-") else "↑"}
        named = _available(self._table)
        lines = [PickItem(_COLUMN + name, _title(name), arrows.get(name, "")) for name in named]
        return [*lines, PickItem(_COLUMN, "The tracker's own order", "" if sort else "✓")]

    def explanation(self) -> str:
        return "Enter sorts, and again turns the order round. Esc closes."

    def taken(self, item: PickItem) -> None:
        self._table.sort_by(item.id.removeprefix(_COLUMN) or None)
        self.reload()


class ColumnPicker(Picker[None]):
    """Choose, order and size the columns."""

    ABILITIES: ClassVar[frozenset[str]] = frozenset({"pick", "delete", "shift", "adjust"})

    def __init__(self, table: ResultsTable) -> None:
        super().__init__("Columns")
        self._table = table

    def items(self) -> Sequence[PickItem]:
        chosen = self._table.columns
        names = [column.name for column in chosen]
        rest = [name for name in _available(self._table) if name not in names]
        shown = [
            PickItem(_COLUMN + column.name, _title(column.name), _width(column), column.name, picked=True)
            for column in chosen
        ]
        return [*shown, *(PickItem(_COLUMN + name, _title(name), "", name, picked=False) for name in rest)]

    def explanation(self) -> str:
        return "Enter shows or hides, ^↑ ^↓ move, ^← ^→ size, ^x goes back to what fits."

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


def _available(table: ResultsTable) -> list[str]:
    return [*FIELD_COLUMNS, *extra_columns(table.tickets)]


def _title(name: str) -> str:
    return column_kind(name).title


def _wider(column: ColumnSpec, step: int) -> int:
    width = column.width or min(column_kind(column.name).most, _FIRST_WIDTH)
    return max(_NARROWEST, min(_WIDEST, width + step * _WIDTH_STEP))


def _width(column: ColumnSpec) -> str:
    return f"{column.width} wide" if column.width else "fits"
