"""Marking rows: one, a range, all that are shown, or those that are not marked."""

from __future__ import annotations

from itertools import islice

from tui_app.tickets.ticket import Ticket
from tui_app.ui.table.cursor_table import CursorTable


class MarkingTable(CursorTable):
    """Marks stay on their tickets, in sight or not."""

    @property
    def marked(self) -> tuple[Ticket, ...]:
        """The marked tickets, in the order in which they were marked."""
        return self.marks.tickets

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
