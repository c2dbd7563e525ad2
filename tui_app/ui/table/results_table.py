"""The table of results: it holds all that was loaded, and decides by itself what of it is shown in which order."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import ClassVar

from textual import events
from textual.message import Message

from tui_app.tickets.ticket import Ticket
from tui_app.ui.table import styles
from tui_app.ui.table.canvas import HEADER
from tui_app.ui.table.columns import FIRST_DESCENDING, ColumnSpec
from tui_app.ui.table.filtering import read_filter
from tui_app.ui.table.layout import SAMPLE
from tui_app.ui.table.marking_table import MarkingTable
from tui_app.ui.table.rows import key_of

_source_of = attrgetter("source")
_FREED_AFTER = 0.1  # seconds: the new rows are on the screen by then
_FREED_AT_ONCE = 2000  # rows; half a millisecond


class ResultsTable(MarkingTable, can_focus=True):
    """Tickets as rows: loading, filtering, sorting, columns. Cursor and marks are those of the classes below it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(styles.COMPONENT_CLASSES)
    DEFAULT_CSS = styles.DEFAULT_CSS

    class ColumnsChosen(Message):
        """The user chose other columns; none: those that the width allows."""

        def __init__(self, columns: tuple[ColumnSpec, ...]) -> None:
            super().__init__()
            self.columns = columns

    _filter_text = ""

    @property
    def sort(self) -> str | None:
        """The column that the rows are sorted by, with ``-`` before it for descending."""
        column = self.rows.sort_column
        return f"-{column}" if column and self.rows.descending else column

    @property
    def filter_text(self) -> str:
        """The filter line in force."""
        return self._filter_text

    @property
    def facets(self) -> dict[str, frozenset[str]]:
        """Column to the values that are shown."""
        return dict(self.rows.facets)

    # ---------------------------------------------------------------- loading

    def show_tickets(self, tickets: Sequence[Ticket], *, keep_cursor: bool = True, compare: bool = False) -> None:
        """Show these instead of the former ones, under the same columns, order, filter and facets.

        Args:
            tickets: in the tracker's order.
            keep_cursor: leave the cursor on its ticket where that is among them; else it goes to the top.
            compare: mark what is new or changed against the former ones, and keep marks; else both are dropped.
        """
        if compare:
            self._anchor = self._anchor or (key_of(self.current) if self.current else None)
            self.changes.compare(self.rows.tickets, tickets)
            self.marks.keep_present(tickets)
        else:
            self.changes.clear()
            self.marks.clear()
        replaced = [self.rows.replace(tickets)]
        self._stale = False
        self._natural = None
        self._end_told_at = -1
        if not keep_cursor:
            self._anchor, self._position, self._aside = None, 0, 0
        self._anchor_index = self.rows.index_of(self._anchor, self._anchor_index or 0) if self._anchor else None
        self._sources = set(map(_source_of, tickets))
        self._rows_changed()
        self.call_later(self.set_timer, _FREED_AFTER, lambda: self._free(replaced))

    def _free(self, replaced: list[list[Ticket]]) -> None:
        """Let former rows go; from a list of their own, since somebody may still hold the one that they came in."""
        self._let_go([*replaced.pop()])

    def _let_go(self, former: list[Ticket]) -> None:
        """Free rows that were replaced, some at a time: 100,000 at once would keep the next frame waiting for 30 ms."""
        del former[-_FREED_AT_ONCE:]
        if former:
            self.call_later(self._let_go, former)

    def add_tickets(self, tickets: Sequence[Ticket]) -> None:
        """Append a page; filter, order and cursor stay."""
        before = len(self.rows.tickets)
        self.rows.add(tickets)
        self._sources.update(map(_source_of, tickets))
        if before < SAMPLE:
            self._natural = None
        self._rows_changed()

    def set_stale(self, stale: bool) -> None:
        """Dim the rows, and put a sign in the header, until new ones arrive or this is taken back."""
        if stale != self._stale:
            self._stale = stale
            self.repaint()

    def set_message(self, *lines: str) -> None:
        """What stands in the middle while there is no row: loading, nothing found, failed, and what to press."""
        self._message = lines
        if not self.rows.shown:
            self.refresh()

    # ---------------------------------------------------- filter, facets, order

    def set_filter(self, text: str) -> None:
        """Show what the filter line keeps (`tui_app.ui.table.filtering`); hits appear as they are found."""
        self._filter_text = text
        self.rows.set_filter(read_filter(text))
        self._rows_changed()

    def facet_counts(self, column: str) -> list[tuple[str, int]]:
        """Values of a column with their counts under the filter and the other facets, most frequent first."""
        return self.rows.facet_counts(column)

    def set_facet(self, column: str, values: frozenset[str]) -> None:
        """Show only tickets with one of these values in the column; an empty set takes the facet away."""
        self.rows.set_facet(column, values)
        self._rows_changed()

    def clear_facets(self) -> None:
        """Take all facets away."""
        self.rows.clear_facets()
        self._rows_changed()

    def sort_by(self, column: str | None, descending: bool | None = None) -> None:
        """Sort by a column; None: the tracker's order. Without a direction it goes round: first, reversed, off."""
        first = column in FIRST_DESCENDING
        if descending is None and column is not None and column == self.rows.sort_column:
            column, descending = (None, False) if self.rows.descending is not first else (column, not first)
        self.rows.sort_by(column, descending=first if descending is None else descending)
        self._rows_changed()

    def set_columns(self, columns: Sequence[ColumnSpec]) -> None:
        """Show these columns, each once; none: those that the width allows."""
        self._chosen_columns = tuple({column.name: column for column in columns}.values())
        self._natural = None
        self._aside = 0
        self.repaint()
        self.post_message(self.ColumnsChosen(self._chosen_columns))

    # ------------------------------------------------------------------ mouse

    def on_click(self, event: events.Click) -> None:
        """A row takes the cursor, twice opens it, with shift or ctrl marks; the header sorts."""
        if event.y < HEADER:
            column = self.column_at(event.x)
            if column is not None:
                self.sort_by(column.name)
            return
        position = event.y - HEADER + int(self.scroll_offset.y)
        if position >= len(self.rows.shown):
            return
        self.move_to(position)
        if event.shift:
            self.action_mark_range()
        elif event.ctrl:
            self.action_toggle_mark()
        elif event.chain == 2:
            self.action_open()
