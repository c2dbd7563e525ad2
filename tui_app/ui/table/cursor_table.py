"""The table's cursor, and what is left of filter and order: a little of it in each frame.

Invariants: the cursor names a ticket, not a line, and stays on it over refresh, sort and filter for as long as the
ticket is shown; no handler works longer than `_SLICE` before the next frame, whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Size
from textual.message import Message

from tui_app.tickets.ticket import Ticket
from tui_app.ui.table.canvas import HEADER, TableCanvas
from tui_app.ui.table.rows import Key, key_of

_SLICE = 0.004  # seconds of filtering or sorting between two frames; a quarter of one, so that keys are never late


class CursorTable(TableCanvas):
    """Moves the cursor over the shown rows and keeps it on its ticket while they change."""

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

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(name=name, id=id, classes=classes)
        self.has_more = True
        """Whether reaching the end is worth a message."""
        self._anchor: Key | None = None
        """The ticket that the cursor belongs to; it may be out of sight while a filter hides it."""
        self._anchor_index: int | None = None
        self._highlighted: Ticket | None = None
        self._end_told_at = -1
        self._is_continuing = False

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
