"""The table of results: what it is given to show, and what keys and mouse do with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeAlias

from textual import events

from tui_app.tickets.extra_fields import extra_has
from tui_app.tickets.ticket import Ticket, TicketKey
from tui_app.ui.keymap import shown_key
from tui_app.ui.keys import bindings_for
from tui_app.ui.needs import needs
from tui_app.ui.table import painter, row_view
from tui_app.ui.table.columns import EXTRA, ColumnSpec
from tui_app.ui.table.loaded_rows import BaseOrder
from tui_app.ui.table.marks import RowChange
from tui_app.ui.table.painter import HEADER
from tui_app.ui.table.sliced_work import free_in_chunks
from tui_app.ui.table.table_model import TableModel

_SCROLL_CELLS = 12  # cells that one key press scrolls to the side
_FREED_AFTER = 0.1  # seconds: the new rows are on the screen by then


class ResultsTable(row_view.RowView):
    """Tickets as rows. ``model`` holds them; whoever reads it changes it only through the methods of this class."""

    BINDINGS = bindings_for("table")
    COMPONENT_CLASSES: ClassVar[set[str]] = set(painter.COMPONENT_CLASSES)
    DEFAULT_CSS = painter.DEFAULT_CSS

    Highlighted: TypeAlias = row_view.Highlighted
    Opened: TypeAlias = row_view.Opened
    EndReached: TypeAlias = row_view.EndReached
    CountsChanged: TypeAlias = row_view.CountsChanged
    ColumnsChosen: TypeAlias = row_view.ColumnsChosen
    OrderChosen: TypeAlias = row_view.OrderChosen

    @property
    def tickets(self) -> Sequence[Ticket]:
        """Everything loaded, in the tracker's order."""
        return self._rows.tickets

    @property
    def shown(self) -> tuple[Ticket, ...]:
        """What filter and facets keep, in display order."""
        self._work.finish()
        return tuple(self._rows.shown_tickets())

    @property
    def marked(self) -> tuple[Ticket, ...]:
        """The marked tickets, in the order of marking."""
        return self.model.marked

    @property
    def current(self) -> Ticket | None:
        """The ticket under the cursor."""
        return self.model.current

    @property
    def cursor_row(self) -> int:
        """The cursor's place among the shown rows, from 0."""
        return self.model.cursor

    def ticket_at(self, position: int) -> Ticket | None:
        """The ticket of a shown row; None where there is no such row."""
        return self.model.ticket_at(position)

    @property
    def filter_text(self) -> str:
        """The filter line in force."""
        return self.model.filter_text

    @property
    def facets(self) -> dict[str, frozenset[str]]:
        """Column to the values that are shown."""
        return dict(self._rows.facets)

    def show_tickets(self, tickets: Sequence[Ticket], *, keep_cursor: bool = True, compare: bool = False) -> None:
        """Show these instead of the former ones; the arguments are those of `TableModel.replace`."""
        line = self._held_cursor_line
        replaced = [self.model.replace(tickets, keep_cursor=keep_cursor, compare=compare)]
        self._columns.rows_replaced(to_the_left=not keep_cursor)
        self._announcer.rows_replaced()
        self._rows_changed(line if keep_cursor else None)
        # a copy is freed, because the caller may still hold the list
        self.call_later(self.set_timer, _FREED_AFTER, lambda: free_in_chunks([*replaced.pop()], self.call_later))

    def add_tickets(self, tickets: Sequence[Ticket]) -> None:
        """Append a page; filter, order and cursor stay."""
        line = self._held_cursor_line
        self._columns.rows_appended(before=len(self.tickets))
        self.model.append(tickets)
        self._rows_changed(line)

    def set_base_order(self, base: BaseOrder) -> None:
        """Have rows in this order where the user has not sorted them."""
        if base != self._rows.base:
            self._rows.set_base(base)
            self._rows_changed(self._held_cursor_line)

    def mark_only(self, tickets: Sequence[Ticket]) -> None:
        """Mark these and no others."""
        self.model.mark_only(tickets)
        self._marks_changed()

    def show_sent(
        self, tickets: Iterable[Ticket], state: RowChange | None, model: TableModel | None = None
    ) -> TableModel:
        """Mark rows as being changed, or as changed perhaps; None takes those marks away.

        Returns the model that holds the marks; another tab's may be given.
        """
        model = model or self.model
        for ticket in tickets:
            model.changes.sent(ticket.key, state)
        self.refresh()
        return model

    def set_stale(self, stale: bool, sources: frozenset[str] = frozenset()) -> None:
        """Dim the rows, or those of ``sources`` alone, until new ones arrive or this is taken back."""
        if self.model.set_stale(stale, sources):
            self._repaint()

    def hold_cursor(self) -> None:
        """Leave the cursor on its ticket whatever comes: the user has to do with it."""
        self.model.hold_cursor()

    def set_message(self, *lines: str) -> None:
        """What is shown while there is no row: loading, nothing found, failed, and what to press."""
        self._painter.message = lines
        if not self.model.row_count:
            self.refresh()

    def set_filter(self, text: str) -> None:
        """Show what the filter line keeps (`tui_app.ui.table.filtering`); hits appear as they are found."""
        self.model.set_filter(text)
        self._rows_changed()

    def set_facet(self, column: str, values: frozenset[str]) -> None:
        """Show only tickets with one of these values in the column; an empty set takes the facet away."""
        self._rows.set_facet(column, values)
        self._rows_changed()

    def clear_facets(self) -> None:
        """Take all facets away."""
        self._rows.clear_facets()
        self._rows_changed()

    def show_only(self, keys: frozenset[TicketKey] | None) -> None:
        """Show only these tickets; None: all again."""
        self._rows.set_only(keys)
        self._rows_changed()

    def forget_changes(self) -> None:
        """Take the marks of new and changed rows away."""
        self.model.changes.clear()
        self._repaint()

    def sort_by(self, column: str | None, descending: bool | None = None) -> None:
        """Sort by a column; None: the tracker's order. Without a direction it goes round: first, reversed, off."""
        self.model.sort_by(column, descending)
        self._rows_changed()
        self.post_message(self.OrderChosen())

    @property
    def further_fields(self) -> tuple[str, ...]:
        """Fields of the tracker's own that the table shows or sorts by, as people call them."""
        names = [*(column.name for column in self.columns), self._rows.sort_column or "", self.group or ""]
        return tuple(dict.fromkeys(name.removeprefix(EXTRA) for name in names if name.startswith(EXTRA)))

    @property
    def missing_fields(self) -> frozenset[str]:
        """Those of them that no loaded ticket has: they may have to be asked for."""
        return frozenset(name for name in self.further_fields if not any(extra_has(row, name) for row in self.tickets))

    @property
    def group(self) -> str | None:
        """The column that the rows are grouped by."""
        return self._rows.grouping.column if self._rows.grouping else None

    def group_by(self, column: str | None) -> None:
        """Group the rows by a column, by parent as a tree; None: not at all."""
        self._rows.group_by(column)
        self._rows_changed()
        self.post_message(self.OrderChosen())

    def set_columns(self, columns: Sequence[ColumnSpec]) -> None:
        """Show these columns, each once; none: those that the width allows."""
        chosen = self._columns.choose(columns)
        self._repaint()
        self.post_message(self.ColumnsChosen(chosen))

    # ------------------------------------------- actions, and why one cannot run

    def no_ticket(self) -> str:
        return "" if self.current else "There is no ticket under the cursor."

    def no_group(self) -> str:
        return "" if self.group else f"There are no groups; {shown_key(self.app, 'table.group')} makes some."

    @needs(no_group)
    def action_fold(self) -> None:
        if self.model.fold():
            self._rows_changed()

    def nothing_here(self) -> str:
        return "" if self.model.heading_at(self.model.cursor) else self.no_ticket()

    def no_mark(self) -> str:
        return "" if self.marked else f"Nothing is marked; {shown_key(self.app, 'table.mark')} marks a ticket."

    def action_lines(self, step: int) -> None:
        self.move_to(self.model.cursor + step)

    def action_pages(self, step: int) -> None:
        self.move_to(self.model.cursor + step * self._page)

    def action_half_pages(self, step: int) -> None:
        self.move_to(self.model.cursor + step * max(1, self._page // 2))

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self._work.finish()
        self.move_to(self.model.row_count - 1)

    def action_scroll_aside(self, step: int) -> None:
        if self._columns.scroll(step * _SCROLL_CELLS, self.scrollable_content_region.width):
            self._repaint()

    @needs(nothing_here)
    def action_open(self) -> None:
        """Post that the ticket under the cursor is to be opened; a heading is opened or closed."""
        if self.model.heading_at(self.model.cursor):
            self.action_fold()
        self.hold_cursor()
        if self.current:
            self.post_message(self.Opened(self.current))

    @needs(no_ticket)
    def action_toggle_mark(self) -> None:
        self.model.toggle_mark()
        self._marks_changed()
        self.move_to(self.model.cursor + 1)

    @needs(no_ticket)
    def action_mark_range(self) -> None:
        self.model.mark_range()
        self._marks_changed()

    @needs(no_ticket)
    def action_mark_all(self) -> None:
        self._work.finish()
        self.model.mark_shown()
        self._marks_changed()

    @needs(no_ticket)
    def action_mark_invert(self) -> None:
        self._work.finish()
        self.model.invert_marks()
        self._marks_changed()

    @needs(no_mark)
    def action_clear_marks(self) -> None:
        self.model.clear_marks()
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.refresh()
        self._announcer.counts()

    def on_click(self, event: events.Click) -> None:
        """A row takes the cursor, twice opens it, with shift or ctrl marks; the header sorts."""
        if event.y < HEADER:
            column = self._columns.column_at(event.x, self.scrollable_content_region.width)
            if column is not None:
                self.sort_by(column.name)
            return
        position = event.y - HEADER + self._top
        if position >= self.model.row_count:
            return
        self.move_to(position)
        if event.shift:
            self.action_mark_range()
        elif event.ctrl:
            self.action_toggle_mark()
        elif event.chain == 2:
            self.action_open()
