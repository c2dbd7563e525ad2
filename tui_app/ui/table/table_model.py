"""What a table of tickets holds, without a widget: rows, order, filter, facets, marks, changes and the cursor.

Invariant: the cursor belongs to a ticket, not to a line. It stays on that ticket over refresh, sort and filter for as
long as the ticket is shown, and returns to it when a filter that hid it is taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from tui_app.tickets.ticket import Ticket, TicketKey
from tui_app.ui.table.filtering import read_filter
from tui_app.ui.table.grouping import Group, branch_name
from tui_app.ui.table.loaded_rows import LoadedRows
from tui_app.ui.table.marks import Changes, Marks, RowChange
from tui_app.ui.table.row_values import FIRST_DESCENDING

_source_of = attrgetter("source")


class RowState(Struct, frozen=True):
    """What a row shows besides its ticket."""

    cursor: bool = False
    marked: bool = False
    change: RowChange | None = None
    stale: bool = False
    """Whether a newer form of it is on its way, or could not be had."""
    depth: int = 0
    """How deep in the tree it is."""
    below: int = 0
    """How many tickets are below it in the tree."""
    folded: bool = False

    @property
    def is_being_changed(self) -> bool:
        """Whether a change of it was sent, and is not known to be done."""
        return self.change in (RowChange.PENDING, RowChange.UNKNOWN)


class TableModel:
    """Tickets as the rows of a table. ``monotonic`` is that of the program's clock.

    A change of rows, order, filter or facets takes effect with `LoadedRows.advance`, which works for as long as it is
    allowed to, and with `place_cursor`, which finds the cursor's row anew.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.rows = LoadedRows(monotonic)
        """What is loaded, in which order it is shown, and what filter and facets keep."""
        self._marks = Marks()
        self._changes = Changes()
        self._sources: set[str] = set()
        self._filter_text = ""
        self._stale = False
        self._stale_sources: frozenset[str] = frozenset()
        self._cursor = 0
        self._anchor: TicketKey | None = None
        """The ticket that the cursor belongs to; it may be out of sight while a filter hides it."""
        self._anchor_index: int | None = None
        self._group: str | None = None
        """The heading that the cursor belongs to, by name, where it is on none of the tickets."""

    # ------------------------------------------------------------------- rows

    @property
    def sources(self) -> frozenset[str]:
        """The profiles that the tickets came from."""
        return frozenset(self._sources)

    @property
    def row_count(self) -> int:
        """How many rows are shown; while sorting or filtering is pending, so far."""
        return len(self.rows.shown)

    def ticket_at(self, position: int) -> Ticket | None:
        """The ticket of a shown row; None where there is no such row."""
        shown = self.rows.shown
        index = shown[position] if 0 <= position < len(shown) else -1
        return self.rows.tickets[index] if index >= 0 else None

    def heading_at(self, position: int) -> Group | None:
        """The heading in a shown row; None where it is a ticket's."""
        grouping, shown = self.rows.grouping, self.rows.shown
        index = shown[position] if grouping and 0 <= position < len(shown) else 0
        return grouping.groups[-index - 1] if grouping and index < 0 else None

    @property
    def position(self) -> int:
        """Of the shown tickets, which one the cursor is on, from 1; 0: on none."""
        if self.current is None:
            return 0
        headings = sum(index < 0 for index in self.rows.shown[: self._cursor]) if self.rows.grouping else 0
        return self._cursor + 1 - headings

    def fold(self) -> bool:
        """Close the group or branch that the cursor is on or in, or open it again; False: there is none."""
        heading, grouping = self.heading_at(self._cursor), self.rows.grouping
        at = self._cursor
        if heading is None and grouping and self.rows.shown[at : at + 1]:
            index = self.rows.shown[at]
            if grouping.below.get(index):
                self.rows.fold(branch_name(self.rows.tickets[index]))
                return True
            while at >= 0 and heading is None:
                heading, at = self.heading_at(at), at - 1
        if heading is None:
            return False
        self._group, self._anchor, self._anchor_index = heading.name, None, None
        self.rows.fold(heading.name)
        return True

    def row(self, position: int) -> tuple[int, Ticket, RowState]:
        """A shown row: a number that names its ticket until other tickets are loaded, the ticket, and its state."""
        index = self.rows.shown[position]
        ticket = self.rows.tickets[index]
        stale = self._stale or ticket.source in self._stale_sources
        state = RowState(position == self._cursor, ticket in self._marks, self._changes.of(ticket), stale)
        grouping = self.rows.grouping
        if grouping and (index in grouping.depths or index in grouping.below):
            folded = branch_name(ticket) in grouping.folded
            state = replace(
                state, depth=grouping.depths.get(index, 0), below=grouping.below.get(index, 0), folded=folded
            )
        return index, ticket, state

    @property
    def counts(self) -> tuple[int, int, int]:
        """Tickets shown, loaded and marked."""
        return self.rows.kept, len(self.rows.tickets), len(self._marks)

    @property
    def stale(self) -> bool:
        """Whether newer rows are on their way, or could not be had."""
        return self._stale

    def set_stale(self, stale: bool, sources: frozenset[str] = frozenset()) -> bool:
        """Count the rows, or those of ``sources`` alone, as old until new ones come; whether that changes it."""
        before = self._stale, self._stale_sources
        self._stale, self._stale_sources = stale and not sources, sources if stale else frozenset()
        return before != (self._stale, self._stale_sources)

    # ---------------------------------------------------------------- loading

    def replace(self, tickets: Sequence[Ticket], *, keep_cursor: bool, compare: bool) -> list[Ticket]:
        """Take these tickets instead of the former ones, which are returned; order, filter and facets stay.

        Args:
            tickets: in the tracker's order.
            keep_cursor: leave the cursor on its ticket where that is among them; else it goes to the top.
            compare: mark what is new or changed against the former ones, and keep marks; else both are dropped.
        """
        if compare:
            self._anchor = self._anchor or (self.current.key if self.current else None)
            self._changes.compare(self.rows.tickets, tickets)
            self._marks.keep_present(tickets)
        else:
            self._changes.clear()
            self._marks.clear()
        former = self.rows.replace(tickets)
        self.set_stale(False)
        if not keep_cursor:
            self._anchor, self._cursor = None, 0
        self._anchor_index = self.rows.index_of(self._anchor, self._anchor_index or 0) if self._anchor else None
        self._sources = set(map(_source_of, tickets))
        return former

    def append(self, tickets: Sequence[Ticket]) -> None:
        """Add tickets behind the loaded ones; order, filter, facets and cursor stay."""
        self.rows.add(tickets)
        self._sources.update(map(_source_of, tickets))

    # -------------------------------------------------------- order and filter

    @property
    def sort(self) -> str | None:
        """The column that the rows are sorted by, with ``-`` before it for descending."""
        column = self.rows.sort_column
        return f"-{column}" if column and self.rows.descending else column

    def sort_by(self, column: str | None, descending: bool | None = None) -> None:
        """Sort by a column; None: the tracker's order. Without a direction it goes round: first, reversed, off."""
        first = column in FIRST_DESCENDING
        if descending is None and column is not None and column == self.rows.sort_column:
            column, descending = (None, False) if self.rows.descending is not first else (column, not first)
        self.rows.sort_by(column, descending=first if descending is None else descending)

    @property
    def filter_text(self) -> str:
        """The filter line in force as it was typed."""
        return self._filter_text

    def set_filter(self, text: str) -> None:
        """Show only what the filter line keeps (`tui_app.ui.table.filtering`)."""
        self._filter_text = text
        self.rows.set_filter(read_filter(text))

    # ----------------------------------------------------------------- cursor

    @property
    def cursor(self) -> int:
        """The cursor's place among the shown rows, from 0."""
        return self._cursor

    @property
    def current(self) -> Ticket | None:
        """The ticket under the cursor."""
        return self.ticket_at(self._cursor)

    def move_to(self, position: int) -> None:
        """Put the cursor on the shown row ``position`` or the nearest one; its ticket has been looked at then."""
        self._cursor = max(0, min(position, self.row_count - 1))
        ticket, heading = self.current, self.heading_at(self._cursor)
        self._group = heading.name if heading else None
        if heading:
            self._anchor = self._anchor_index = None
        if ticket is not None:
            self._anchor, self._anchor_index = ticket.key, self.rows.shown[self._cursor]
            self._changes.looked_at(ticket)

    @property
    def holds_cursor(self) -> bool:
        """Whether the cursor is where the user put it, and not only where rows began."""
        return self._anchor is not None

    def hold_cursor(self) -> None:
        """Keep the cursor on its ticket from now on."""
        ticket = self.current
        if ticket is not None and self._anchor != ticket.key:
            self._anchor, self._anchor_index = ticket.key, self.rows.shown[self._cursor]

    def place_cursor(self) -> None:
        """Put the cursor back on its ticket; where a filter hides that, on the first row."""
        index = self._anchor_index
        place = self.rows.place_of(index, self._cursor) if index is not None else self._place_of_group()
        if place is not None:
            self._cursor = place
        elif index is not None and self.rows.selective:
            self._cursor = 0
        else:
            self._cursor = max(0, min(self._cursor, self.row_count - 1))

    def _place_of_group(self) -> int | None:
        grouping = self.rows.grouping
        if grouping is None or self._group is None:
            return None
        number = next((at for at, group in enumerate(grouping.groups, 1) if group.name == self._group), None)
        return self.rows.place_of(-number, self._cursor) if number else None

    # ------------------------------------------------------- marks and changes

    @property
    def marked(self) -> tuple[Ticket, ...]:
        """The marked tickets, in the order of marking."""
        return self._marks.tickets

    @property
    def changes(self) -> Changes:
        """What is new or changed since the user last looked."""
        return self._changes

    def toggle_mark(self) -> None:
        """Mark the ticket under the cursor, or take its mark away."""
        if self.current:
            self._marks.toggle(self.current)

    def mark_range(self) -> None:
        """Mark everything from the row that was marked last to the cursor."""
        latest = self._marks.latest
        index = self.rows.index_of(latest) if latest else None
        start = self.rows.place_of(index) if index is not None else None
        first, last = sorted((self._cursor if start is None else start, self._cursor))
        self._marks.add(self.rows.tickets[index] for index in self.rows.shown[first : last + 1] if index >= 0)

    def mark_shown(self) -> None:
        """Mark the ticket of every shown row."""
        self._marks.add(self.rows.shown_tickets())

    def invert_marks(self) -> None:
        """Of the shown rows, mark those that are not marked and no others."""
        self._marks.invert(self.rows.shown_tickets())

    def mark_only(self, tickets: Sequence[Ticket]) -> None:
        """Mark these and no others."""
        self._marks.keep_only(tickets)

    def clear_marks(self) -> None:
        """Take every mark away."""
        self._marks.clear()
