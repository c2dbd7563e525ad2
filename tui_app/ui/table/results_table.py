"""The table of results: it holds all that was loaded, and decides by itself what of it is shown in which order.

Invariants: the cursor names a ticket, not a line, and stays on it over refresh, sort and filter for as long as the
ticket is shown; no handler works longer than `_SLICE` before the next frame, whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import ClassVar

from textual import events
from textual.geometry import Size
from textual.message import Message

from tui_app.tickets.ticket import Ticket
from tui_app.ui.table import styles
from tui_app.ui.table.canvas import HEADER, TableCanvas
from tui_app.ui.table.columns import FIRST_DESCENDING, ColumnSpec
from tui_app.ui.table.filtering import read_filter
from tui_app.ui.table.layout import SAMPLE
from tui_app.ui.table.rows import Key, key_of

_SLICE = 0.004  # seconds of filtering or sorting between two frames; a quarter of one, so that keys are never late


class ResultsTable(TableCanvas, can_focus=True):
    """Tickets as rows."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(styles.COMPONENT_CLASSES)
    DEFAULT_CSS = styles.DEFAULT_CSS

    class Highlighted(Message):
        """The cursor came to stand on ``ticket``; None: no row is shown."""

        def __init__(self, ticket: Ticket | None) -> None:
            super().__init__()
            self.ticket = ticket

    class Opened(Message):
        """Enter or a double click on a ticket."""

        def __init__(self, ticket: Ticket) -> None:
            super().__init__()
            self.ticket = ticket

    class EndReached(Message):
        """The last loaded row was reached, and `ResultsTable.has_more` is true. Sent once for each page."""

    class CountsChanged(Message):
        """How many tickets are shown, loaded and marked; while ``counting``, a filter is still at work."""

        def __init__(self, shown: int, loaded: int, marked: int, *, counting: bool) -> None:
            super().__init__()
            self.shown = shown
            self.loaded = loaded
            self.marked = marked
            self.counting = counting

    class LayoutChanged(Message):
        """The user chose other columns or another order. ``sort`` is a column, with ``-`` before it for descending."""

        def __init__(self, columns: tuple[ColumnSpec, ...], sort: str | None) -> None:
            super().__init__()
            self.columns = columns
            self.sort = sort

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(name=name, id=id, classes=classes)
        self.has_more = True
        """Whether reaching the end is worth a message."""
        self._anchor: Key | None = None
        """The ticket that the cursor belongs to; it may be out of sight while a filter hides it."""
        self._anchor_index: int | None = None
        self._highlighted: Ticket | None = None
        self._filter_text = ""
        self._end_told_at = -1
        self._is_continuing = False

    # ------------------------------------------------------------- what is in it

    @property
    def tickets(self) -> Sequence[Ticket]:
        """Everything loaded, in the tracker's order."""
        return self.rows.tickets

    @property
    def shown(self) -> tuple[Ticket, ...]:
        """What filter and facets keep, in display order."""
        self._finish()
        return tuple(self.rows.shown_tickets())

    @property
    def current(self) -> Ticket | None:
        """The ticket under the cursor."""
        shown = self.rows.shown
        return self.rows.tickets[shown[self._position]] if 0 <= self._position < len(shown) else None

    @property
    def cursor_row(self) -> int:
        """The cursor's place among the shown rows, from 0."""
        return self._position

    @property
    def marked(self) -> tuple[Ticket, ...]:
        """The marked tickets, in the order in which they were marked."""
        return self.marks.tickets

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
        self.rows.replace(tickets)
        self._stale = False
        self._natural = None
        self._end_told_at = -1
        if not keep_cursor:
            self._anchor, self._position, self._aside = None, 0, 0
        self._anchor_index = self.rows.index_of(self._anchor, self._anchor_index or 0) if self._anchor else None
        self._sources = {ticket.source for ticket in tickets}
        self._rows_changed()

    def add_tickets(self, tickets: Sequence[Ticket]) -> None:
        """Append a page; filter, order and cursor stay."""
        before = len(self.rows.tickets)
        self.rows.add(tickets)
        self._sources.update(ticket.source for ticket in tickets)
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
        self.post_message(self.LayoutChanged(self._chosen_columns, self.sort))

    def set_columns(self, columns: Sequence[ColumnSpec]) -> None:
        """Show these columns, each once; none: those that the width allows."""
        self._chosen_columns = tuple({column.name: column for column in columns}.values())
        self._natural = None
        self._aside = 0
        self.repaint()
        self.post_message(self.LayoutChanged(self._chosen_columns, self.sort))

    # ------------------------------------------------------------ after a change

    def on_mount(self) -> None:
        self._rows_changed()

    def _rows_changed(self) -> None:
        """Fill the first screen, put the cursor back on its ticket, and leave the rest to the next frames."""
        self.rows.advance(_SLICE, enough=int(self.scroll_offset.y) + self.page + 1)
        self.repaint()
        self._show_progress()

    def _continue(self) -> None:
        self._is_continuing = False
        was_sorting = self.rows.sorting
        self.rows.advance(_SLICE)
        if was_sorting and self.rows.sorting:
            self._continue_later()
            return
        if was_sorting:
            self.repaint()
        self._show_progress()

    def _show_progress(self) -> None:
        """Show what the filter and the order came to so far, and go on after the next frame."""
        self._place_cursor()
        screenful = self.page + HEADER
        if not self.rows.pending or min(len(self.rows.shown) + HEADER, self.virtual_size.height) <= screenful:
            self._fit_height()
        self.keep_in_sight()
        self._tell_counts()
        self._continue_later()

    def _fit_height(self) -> None:
        """Let the scrollbar know how many rows there are; a layout of the whole screen, so not for every few hits."""
        height = len(self.rows.shown) + HEADER
        if self.virtual_size.height != height:
            self.virtual_size = Size(0, height)
            self.refresh()

    def _continue_later(self) -> None:
        if self.rows.pending and not self._is_continuing and self.is_running:
            self._is_continuing = True
            self.call_after_refresh(self._continue)

    def _finish(self) -> None:
        """Do what is left of filter and order at once, for those who need all of it."""
        if self.rows.pending:
            self.rows.advance(float("inf"))
            self.repaint()
            self._show_progress()

    def _place_cursor(self) -> None:
        """Find the anchored ticket again; where a filter hides it the cursor goes to the first hit."""
        index = self._anchor_index
        place = self.rows.place_of(index, self._position) if index is not None else None
        if place is not None:
            self._position = place
        elif index is not None and self.rows.selective:
            self._position = 0
        else:
            self._position = max(0, min(self._position, len(self.rows.shown) - 1))
        ticket = self.current
        if ticket is not self._highlighted:
            self._highlighted = ticket
            self.post_message(self.Highlighted(ticket))

    def _tell_counts(self) -> None:
        counts = len(self.rows.shown), len(self.rows.tickets), len(self.marks)
        self.post_message(self.CountsChanged(*counts, counting=self.rows.pending))

    # ----------------------------------------------------------------- cursor

    def move_to(self, position: int) -> None:
        """Put the cursor on the shown row ``position``, or the nearest one."""
        if position > self._position:
            self.rows.advance(_SLICE, enough=position + 1)
        before = self._position
        self._position = max(0, min(position, len(self.rows.shown) - 1))
        ticket = self.current
        if ticket is None:
            return
        self._anchor, self._anchor_index = key_of(ticket), self.rows.shown[self._position]
        self.changes.looked_at(ticket)
        self.refresh_row(before)
        self.refresh_row(self._position)
        if self._position + HEADER >= self.virtual_size.height:
            self._fit_height()
        self.keep_in_sight()
        if ticket is not self._highlighted:
            self._highlighted = ticket
            self.post_message(self.Highlighted(ticket))
        self._tell_end(self._position)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value > old_value:
            self._tell_end(int(new_value) + self.page - 1)

    def _tell_end(self, furthest: int) -> None:
        """Ask for more if the row ``furthest``, which the user came to, is the last one."""
        loaded = len(self.rows.tickets)
        at_end = furthest >= len(self.rows.shown) - 1 and not self.rows.pending
        if at_end and self.has_more and self._end_told_at != loaded:
            self._end_told_at = loaded
            self.post_message(self.EndReached())

    def action_cursor_down(self) -> None:
        self.move_to(self._position + 1)

    def action_cursor_up(self) -> None:
        self.move_to(self._position - 1)

    def action_page_down(self) -> None:
        self.move_to(self._position + self.page)

    def action_page_up(self) -> None:
        self.move_to(self._position - self.page)

    def action_half_page_down(self) -> None:
        self.move_to(self._position + max(1, self.page // 2))

    def action_half_page_up(self) -> None:
        self.move_to(self._position - max(1, self.page // 2))

    def action_top(self) -> None:
        self.move_to(0)

    def action_bottom(self) -> None:
        self._finish()
        self.move_to(len(self.rows.shown) - 1)

    def action_open(self) -> None:
        """Tell the others to open the ticket under the cursor."""
        if self.current:
            self.post_message(self.Opened(self.current))

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

    # ------------------------------------------------------------------ marks

    def action_toggle_mark(self) -> None:
        """Mark the ticket or take its mark away, and go on to the next one."""
        if self.current:
            self.marks.toggle(self.current)
            self._marks_changed()
            self.move_to(self._position + 1)

    def action_mark_range(self) -> None:
        """Mark everything from the row that was marked last to the cursor."""
        latest = self.marks.latest
        index = self.rows.index_of(latest) if latest else None
        start = self.rows.place_of(index) if index is not None else None
        first, last = sorted((self._position if start is None else start, self._position))
        self.marks.add(islice(self.rows.shown_tickets(), first, last + 1))
        self._marks_changed()

    def action_mark_all(self) -> None:
        """Mark every shown ticket."""
        self.marks.add(self.shown)
        self._marks_changed()

    def action_mark_invert(self) -> None:
        """Of the shown tickets, mark those that are not marked and no others."""
        self.marks.invert(self.shown)
        self._marks_changed()

    def action_clear_marks(self) -> None:
        """Take every mark away."""
        self.marks.clear()
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.refresh()
        self._tell_counts()

    def action_clear_news(self) -> None:
        """Take the signs of new and changed rows away."""
        self.changes.clear()
        self.refresh()
