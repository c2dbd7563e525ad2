"""Rows on the screen: drawn, scrolled, and held in place while others come; and what a table posts, each thing once.

Invariant: no handler works for long before the next frame, whatever the number of rows; `SlicedWork` does the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_app.tickets.clock import Clock
from tui_app.tickets.ticket import Ticket
from tui_app.ui.table import painter
from tui_app.ui.table.column_layout import ColumnView
from tui_app.ui.table.columns import ColumnSpec
from tui_app.ui.table.painter import HEADER, TablePainter
from tui_app.ui.table.row_values import cell_text
from tui_app.ui.table.sliced_work import SlicedWork
from tui_app.ui.table.table_model import TableModel

_SCROLLBAR = 1  # cell
_TIMES_REFRESH = 30.0  # seconds; relative times count minutes


@dataclass
class Highlighted(Message):
    """The cursor came to ``ticket``; None: no row is shown."""

    ticket: Ticket | None


@dataclass
class Opened(Message):
    """Enter or a double click on a ticket."""

    ticket: Ticket


class EndReached(Message):
    """The last loaded row was reached, and the table's ``has_more`` is true. Posted once for each page."""


@dataclass
class CountsChanged(Message):
    """How many tickets are shown, loaded and marked; while ``counting``, a filter is still at work."""

    shown: int
    loaded: int
    marked: int
    counting: bool
    sort: str = ""
    """The order that the rows were put in here, ``-`` before it for descending; empty: they are as they came."""


class OrderChosen(Message):
    """The user chose another order, or other groups."""


@dataclass
class ColumnsChosen(Message):
    """The user chose other columns; none: those that the width allows."""

    columns: tuple[ColumnSpec, ...]


class Announcer:
    """Posts what happened to ``model``, unless that was posted already."""

    def __init__(self, model: TableModel, post: Callable[[Message], object]) -> None:
        self._model = model
        self._post = post
        self._highlighted: Ticket | None = None
        self._end_posted_at = -1

    def use(self, model: TableModel) -> None:
        """Post of another model from now on."""
        self._model = model
        self.rows_replaced()

    def counts(self) -> None:
        """Post how many tickets there are."""
        rows = self._model.rows
        column, descending = rows.order if rows.sort_column or rows.base.is_sorted else (None, False)
        order = f"-{column}" if column and descending else column or ""
        self._post(CountsChanged(*self._model.counts, counting=rows.pending, sort=order))

    def highlighted(self) -> None:
        """Post the ticket under the cursor if it is another one."""
        ticket = self._model.current
        if ticket is not self._highlighted:
            self._highlighted = ticket
            self._post(Highlighted(ticket))

    def end(self, furthest: int, *, has_more: bool) -> None:
        """Ask for more if there is more and the row ``furthest``, which the user came to, is the last one."""
        loaded = len(self._model.rows.tickets)
        at_end = furthest >= self._model.row_count - 1 and not self._model.rows.pending
        if at_end and has_more and self._end_posted_at != loaded:
            self._end_posted_at = loaded
            self._post(EndReached())

    def rows_replaced(self) -> None:
        """The end of the new rows has not been reached, even if they are as many as the former ones."""
        self._end_posted_at = -1


class RowView(ScrollView, can_focus=True):
    """Shows the rows of a `TableModel` and its cursor."""

    def __init__(self, clock: Clock, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._now = clock.now
        self.model = TableModel(clock.monotonic)
        self._rows = self.model.rows
        self.has_more = True
        """Whether reaching the end is worth a message."""
        self._columns = ColumnView(self.model, clock.now)
        self._painter = TablePainter(self.model, self._columns, clock.now, lambda: painter.table_styles(self))
        self._announcer = Announcer(self.model, self.post_message)
        self._held_line: int | None = None
        self._blank_below = 0
        """Lines that can be scrolled to below the last row: few rows too stay where they are when others come above."""
        self._work = SlicedWork(
            self._rows,
            lambda work: self.is_running and self.call_after_refresh(work),
            self._repaint,
            self._show_progress,
        )

    def cell_of(self, ticket: Ticket, column: str) -> str:
        """What the column shows of the ticket now."""
        return cell_text(ticket, column, self._now())

    def width_needed(self, width: int) -> int:
        """How many of ``width`` cells the rows need, with the scrollbar; all of them at most."""
        return min(width, self._columns.needed(width - _SCROLLBAR) + _SCROLLBAR)

    def on_mount(self) -> None:
        self.set_interval(_TIMES_REFRESH, self._repaint)
        self._rows_changed()

    @property
    def columns(self) -> tuple[ColumnSpec, ...]:
        """The columns in display order: the chosen ones, or those that the width allows."""
        return self._columns.columns(self.scrollable_content_region.width)

    def _rows_changed(self, line: int | None = None) -> None:
        """Fill the first screen, and leave the rest of sorting and filtering to the next frames.

        The cursor's ticket stays on the screen's ``line``, if there is one: nothing moves under the user's eyes.
        """
        self._held_line = line
        self._blank_below = self._blank_below if line is not None else 0
        self._work.begin(self._top + self._page + 1)

    def _show_progress(self) -> None:
        """Show the rows found so far, with the cursor back on its ticket."""
        self.model.place_cursor()
        self._announcer.highlighted()
        screenful = self._page + HEADER
        if not self._rows.pending or min(self.model.row_count + HEADER, self.virtual_size.height) <= screenful:
            self._fit_height()
        self._hold_line()
        self._keep_in_sight()
        self._announcer.counts()

    def show_model(self, model: TableModel, cursor_line: int = 0) -> None:
        """Draw other rows, which have their own order, filter and cursor, with the cursor on that line."""
        self.model, self._rows = model, model.rows
        for part in (self._columns, self._painter, self._announcer):
            part.use(model)
        self._work.use(model.rows)
        self._rows_changed(cursor_line)

    @property
    def cursor_line(self) -> int:
        """How many rows are in sight above the cursor."""
        return self.model.cursor - self._top

    @property
    def _held_cursor_line(self) -> int | None:
        """That line, where the user put the cursor there."""
        return self.cursor_line if self.model.holds_cursor else None

    def _hold_line(self) -> None:
        """Scroll so that as many rows are in sight above the cursor as before rows came."""
        if self._held_line is None or self._rows.sorting:
            return
        wanted = max(0, self.model.cursor - self._held_line)
        self._blank_below = max(0, wanted - max(0, self.model.row_count - self._page))
        if wanted != self._top:
            self._fit_height()
            self.scroll_to(y=wanted, animate=False, force=True)
        if not self._rows.pending:
            self._held_line = None

    def _fit_height(self) -> None:
        """Give the scrollbar the number of rows; costs a layout of the whole screen, so not for every few hits."""
        height = max(self.model.row_count, self._page if self._blank_below else 0) + HEADER + self._blank_below
        if self.virtual_size.height != height:
            self.virtual_size = Size(0, height)
            self.refresh()

    @property
    def _page(self) -> int:
        """Rows that are in sight at once."""
        return max(1, self.scrollable_content_region.height - HEADER)

    @property
    def _top(self) -> int:
        """The first row in sight."""
        return int(self.scroll_offset.y)

    def render_line(self, y: int) -> Strip:
        return self._painter.line(y, self._top, self.scrollable_content_region.width)

    def _repaint(self) -> None:
        """Paint every line anew."""
        self._painter.forget()
        self.refresh()

    def _refresh_row(self, position: int) -> None:
        """Draw the line of one shown row."""
        y = position - self._top + HEADER
        if HEADER <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _keep_in_sight(self) -> None:
        """Scroll, by as little as is needed, to where the cursor is."""
        cursor, top = self.model.cursor, self._top
        wanted = min(max(top, cursor - self._page + 1), cursor)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value < old_value and self._blank_below:
            self._blank_below = max(0, int(new_value) - max(0, self.model.row_count - self._page))
            self._fit_height()
        if new_value > old_value:
            self._announcer.end(int(new_value) + self._page - 1, has_more=self.has_more)

    def on_resize(self) -> None:
        if self._blank_below:
            self._blank_below = 0
            self._fit_height()
        self._repaint()
        self._keep_in_sight()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._restyle()

    def _restyle(self) -> None:
        self._painter.restyle()
        self.refresh()

    on_focus = on_blur = _restyle

    def move_to(self, position: int) -> None:
        """Put the cursor on the shown row ``position``, or the nearest one."""
        before = self.model.cursor
        if position > before:
            self._work.reach(position)
        self.model.move_to(position)
        if not self.model.row_count:
            return
        self._refresh_row(before)
        self._refresh_row(self.model.cursor)
        if self.model.cursor + HEADER >= self.virtual_size.height:
            self._fit_height()
        self._keep_in_sight()
        self._announcer.highlighted()
        self._announcer.end(self.model.cursor, has_more=self.has_more)
