"""The table of results: draws the lines that are in sight and nothing else, so its cost does not grow with its rows.

Invariants: the cursor names a ticket, not a line, and stays on it over refresh, sort and filter for as long as the
ticket is shown; no handler works longer than `_SLICE` before the next frame, whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_app.tickets.ticket import Ticket
from tui_app.ui.rendering.safe import fit
from tui_app.ui.rendering.signs import PriorityLevel, StatusKind
from tui_app.ui.table.changes import Changes
from tui_app.ui.table.columns import ColumnSpec, default_columns
from tui_app.ui.table.filtering import Filter, read_filter
from tui_app.ui.table.layout import GUTTER, SAMPLE, Layout, fitted_layout, natural_layout
from tui_app.ui.table.painter import RowPainter, RowState, cell_text
from tui_app.ui.table.rows import Key, Rows, key_of

_SLICE = 0.004  # seconds of filtering between two frames; a quarter of a frame, so that keys are never late
_STRIPS = 512  # painted rows kept; several of the tallest screens
_TIMES_REFRESH = 30.0  # seconds; relative times count minutes
_SCROLL_CELLS = 12  # cells that one key press scrolls to the side
_HEADER = 1  # lines

_STYLE_NAMES = (
    *("row", "id", "title", "done-title", "secondary", "stale", "snippet", "match", "header", "header-sort"),
    *("cursor-bar", "marked", "new", "changed"),
    *(f"status-{kind}" for kind in StatusKind),
    *(f"priority-{level}" for level in PriorityLevel),
)
_OVERLAYS = ("cursor-bar", "marked", "new", "changed", "match", "snippet")
"""Styles that lie over those of a cell or of the cursor."""


class ResultsTable(ScrollView, can_focus=True):
    """Tickets as rows. It holds all that was loaded, and decides by itself what of it is shown in which order."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"results-table--{name}" for name in (*_STYLE_NAMES, "cursor", "cursor-blurred", "message")
    }

    DEFAULT_CSS = """
    ResultsTable {
        background: $surface;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        & > .results-table--row { color: $foreground; }
        & > .results-table--title { color: $foreground; }
        & > .results-table--done-title { color: $text-muted; }
        & > .results-table--id { color: $text-secondary; }
        & > .results-table--secondary { color: $text-muted; }
        & > .results-table--stale { color: $text-disabled; }
        & > .results-table--snippet { text-style: italic dim; }
        & > .results-table--match { text-style: bold underline; }
        & > .results-table--header { color: $text-muted; background: $panel; text-style: bold; }
        & > .results-table--header-sort { color: $foreground; background: $panel; text-style: bold; }
        & > .results-table--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
        & > .results-table--cursor-blurred { background: $block-cursor-blurred-background; }
        & > .results-table--cursor-bar { color: $accent; text-style: bold; }
        & > .results-table--marked { text-style: bold; }
        & > .results-table--new { color: $text-success; text-style: bold; }
        & > .results-table--changed { color: $text-warning; text-style: bold; }
        & > .results-table--message { color: $text-muted; }
        & > .results-table--status-open { color: $text-primary; }
        & > .results-table--status-active { color: $text-warning; }
        & > .results-table--status-blocked { color: $text-error; text-style: bold; }
        & > .results-table--status-done { color: $text-success; }
        & > .results-table--status-other { color: $text-muted; }
        & > .results-table--priority-highest { color: $text-error; text-style: bold; }
        & > .results-table--priority-high { color: $text-warning; }
        & > .results-table--priority-medium { color: $text-muted; }
        & > .results-table--priority-low { color: $text-muted; }
        & > .results-table--priority-lowest { color: $text-muted; }
        & > .results-table--priority-other { color: $text-muted; }
    }
    """

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
        """The cursor stands on the last loaded row, and `ResultsTable.has_more` is true. Sent once for each page."""

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
        self.rows = Rows()
        self.changes = Changes()
        self._marks: dict[Key, Ticket] = {}
        self._range_start: Key | None = None
        self._position = 0
        self._anchor: Key | None = None
        self._highlighted: Ticket | None = None
        self._chosen_columns: tuple[ColumnSpec, ...] = ()
        self._sources = False
        self._filter_text = ""
        self._stale = False
        self._message: tuple[str, ...] = ()
        self._offset = 0
        self._end_told_at = -1
        self._natural: Layout | None = None
        self._painter: RowPainter | None = None
        self._painted_layout: Layout | None = None
        self._strips: LRUCache[tuple[int, RowState], Strip] = LRUCache(_STRIPS)
        self._styles: dict[str, Style] = {}
        self._continuing = False

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
        return tuple(self._marks.values())

    @property
    def columns(self) -> tuple[ColumnSpec, ...]:
        """The columns in display order: the chosen ones, or those that the width allows."""
        return self._chosen_columns or default_columns(self._room + GUTTER, sources=self._sources)

    @property
    def sort(self) -> str | None:
        """The column that the rows are sorted by, with ``-`` before it for descending."""
        column = self.rows.sort_column
        return f"-{column}" if column and self.rows.descending else column

    @property
    def filter_text(self) -> str:
        """The filter line in force."""
        return self._filter_text

    # ---------------------------------------------------------------- loading

    def show_tickets(self, tickets: Sequence[Ticket], *, keep_cursor: bool = True, compare: bool = False) -> None:
        """Show these instead of the former ones, under the same columns, order, filter and facets.

        Args:
            tickets: in the tracker's order.
            keep_cursor: leave the cursor on its ticket where that is among them; else it goes to the top.
            compare: mark what is new or changed against the former ones, and keep marks; else both are dropped.
        """
        if compare:
            self.changes.compare(self.rows.tickets, tickets)
            self._keep_marks(tickets)
        else:
            self.changes.clear()
            self._marks.clear()
        self.rows.replace(tickets)
        self._stale = False
        self._natural = None
        self._end_told_at = -1
        if not keep_cursor:
            self._anchor, self._position, self._offset = None, 0, 0
        self._sources = len({ticket.source for ticket in islice(tickets, SAMPLE)}) > 1
        self._rows_changed()

    def add_tickets(self, tickets: Sequence[Ticket]) -> None:
        """Append a page; filter, order and cursor stay."""
        few = len(self.rows.tickets) < SAMPLE
        self.rows.add(tickets)
        several_sources = self._sources or len({ticket.source for ticket in islice(self.rows.tickets, SAMPLE)}) > 1
        if few or several_sources != self._sources:
            self._natural = None
        self._sources = several_sources
        self._rows_changed()

    def set_stale(self, stale: bool) -> None:
        """Dim the rows, and say in the header that they are old, until new ones arrive or this is taken back."""
        if stale != self._stale:
            self._stale = stale
            self._repaint()

    def set_message(self, *lines: str) -> None:
        """What stands in the middle while there is no row: loading, nothing found, failed, and what to press."""
        self._message = lines
        if not self.rows.shown:
            self.refresh()

    def _keep_marks(self, tickets: Sequence[Ticket]) -> None:
        if self._marks:
            present = {key: ticket for ticket in tickets if (key := key_of(ticket)) in self._marks}
            self._marks = {key: present[key] for key in self._marks if key in present}

    # ---------------------------------------------------- filter, facets, order

    def set_filter(self, text: str) -> None:
        """Show what the filter line keeps (`tui_app.ui.table.filtering`); hits appear as they are found."""
        self._filter_text = text
        self.rows.set_filter(read_filter(text))
        self._rows_changed()

    def facet_counts(self, column: str) -> list[tuple[str, int]]:
        """Values of a column with their counts under the filter and the other facets, most frequent first."""
        return self.rows.facet_counts(column)

    @property
    def facets(self) -> dict[str, frozenset[str]]:
        """Column to the values that are shown."""
        return dict(self.rows.facets)

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
        first = column in ("created_at", "updated_at", "comments")
        if descending is None and column is not None and column == self.rows.sort_column:
            column, descending = (None, False) if self.rows.descending is not first else (column, not first)
        self.rows.sort_by(column, descending=first if descending is None else descending)
        self._rows_changed()
        self.post_message(self.LayoutChanged(self._chosen_columns, self.sort))

    def set_columns(self, columns: Sequence[ColumnSpec]) -> None:
        """Show these columns; none: those that the width allows."""
        self._chosen_columns = tuple(columns)
        self._natural = None
        self._offset = 0
        self._repaint()
        self.post_message(self.LayoutChanged(self._chosen_columns, self.sort))

    # ------------------------------------------------------------ after a change

    def _rows_changed(self) -> None:
        """Fill the first screen, put the cursor back on its ticket, and leave the rest to the next frames."""
        self._strips.clear()
        self._painter = None
        top = int(self.scroll_offset.y)
        self.rows.advance(_SLICE, enough=top + self._page + 1)
        self._place_cursor()
        self._show_counts()
        self._continue_later()

    def _continue_later(self) -> None:
        if self.rows.pending and not self._continuing and self.is_running:
            self._continuing = True
            self.call_after_refresh(self._continue)

    def _continue(self) -> None:
        self._continuing = False
        self.rows.advance(_SLICE)
        self._place_cursor()
        self._show_counts()
        self._continue_later()

    def _finish(self) -> None:
        """Do what is left of the filter at once, for those who need all of it."""
        if self.rows.pending:
            self.rows.advance(float("inf"))
            self._place_cursor()
            self._show_counts()

    def _show_counts(self) -> None:
        height = len(self.rows.shown) + _HEADER
        if self.virtual_size.height != height:
            self.virtual_size = Size(0, height)
        self.refresh()
        self._keep_in_sight()
        self._tell_counts()

    def _tell_counts(self) -> None:
        counting = self.rows.pending
        self.post_message(
            self.CountsChanged(len(self.rows.shown), len(self.rows.tickets), len(self._marks), counting=counting)
        )

    def _place_cursor(self) -> None:
        """Find the anchored ticket again; where it is not shown, the cursor stays at its line if it can."""
        found = self.rows.position_of(self._anchor, self._position) if self._anchor else None
        if found is not None:
            self._position = found
        elif self._anchor is not None and self.rows.selective:
            self._position = 0
        else:
            self._position = max(0, min(self._position, len(self.rows.shown) - 1))
        self._tell_highlighted()

    def _tell_highlighted(self) -> None:
        ticket = self.current
        if ticket is not self._highlighted:
            self._highlighted = ticket
            self.post_message(self.Highlighted(ticket))

    # ----------------------------------------------------------------- cursor

    @property
    def _page(self) -> int:
        return max(1, self.scrollable_content_region.height - _HEADER)

    def move_to(self, position: int) -> None:
        """Put the cursor on the shown row ``position``, or the nearest one."""
        if position > self._position:
            self.rows.advance(_SLICE, enough=position + 1)
        position = max(0, min(position, len(self.rows.shown) - 1))
        before, self._position = self._position, position
        ticket = self.current
        if ticket is None:
            return
        self._anchor = key_of(ticket)
        self.changes.looked_at(ticket)
        self._refresh_row(before)
        self._refresh_row(position)
        self._keep_in_sight()
        self._tell_highlighted()
        self._tell_end()

    def _tell_end(self) -> None:
        loaded = len(self.rows.tickets)
        at_end = self._position == len(self.rows.shown) - 1 and not self.rows.pending
        if at_end and self.has_more and self._end_told_at != loaded:
            self._end_told_at = loaded
            self.post_message(self.EndReached())

    def _keep_in_sight(self) -> None:
        top = int(self.scroll_offset.y)
        page = self._page
        wanted = min(max(top, self._position - page + 1), self._position)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

    def _refresh_row(self, position: int) -> None:
        y = position - int(self.scroll_offset.y) + _HEADER
        if _HEADER <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def action_cursor_down(self) -> None:
        self.move_to(self._position + 1)

    def action_cursor_up(self) -> None:
        self.move_to(self._position - 1)

    def action_page_down(self) -> None:
        self.move_to(self._position + self._page)

    def action_page_up(self) -> None:
        self.move_to(self._position - self._page)

    def action_half_page_down(self) -> None:
        self.move_to(self._position + max(1, self._page // 2))

    def action_half_page_up(self) -> None:
        self.move_to(self._position - max(1, self._page // 2))

    def action_top(self) -> None:
        self.move_to(0)

    def action_bottom(self) -> None:
        self._finish()
        self.move_to(len(self.rows.shown) - 1)

    def action_open(self) -> None:
        """Tell the others to open the ticket under the cursor."""
        if self.current:
            self.post_message(self.Opened(self.current))

    # ------------------------------------------------------------------ marks

    def action_toggle_mark(self) -> None:
        """Mark the ticket or take its mark away, and go on to the next one."""
        ticket = self.current
        if ticket is None:
            return
        key = key_of(ticket)
        if self._marks.pop(key, None) is None:
            self._marks[key] = ticket
        self._range_start = key
        self._marks_changed()
        self.move_to(self._position + 1)

    def action_mark_range(self) -> None:
        """Mark everything from the row that was marked last to the cursor."""
        start = self.rows.position_of(self._range_start) if self._range_start else None
        first, last = sorted((self._position if start is None else start, self._position))
        for index in islice(self.rows.shown, first, last + 1):
            self._marks[key_of(self.rows.tickets[index])] = self.rows.tickets[index]
        self._marks_changed()

    def action_mark_all(self) -> None:
        """Mark every shown ticket."""
        self._marks.update((key_of(ticket), ticket) for ticket in self.shown)
        self._marks_changed()

    def action_mark_invert(self) -> None:
        """Of the shown tickets, mark those that are not marked and no others."""
        for ticket in self.shown:
            key = key_of(ticket)
            if self._marks.pop(key, None) is None:
                self._marks[key] = ticket
        self._marks_changed()

    def action_clear_marks(self) -> None:
        """Take every mark away."""
        self._marks.clear()
        self._range_start = None
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.refresh()
        self._tell_counts()

    def action_clear_news(self) -> None:
        """Take the signs of new and changed rows away."""
        self.changes.clear()
        self.refresh()

    # ---------------------------------------------------------- sideways, matches

    def action_scroll_left(self) -> None:
        self._scroll_sideways(-_SCROLL_CELLS)

    def action_scroll_right(self) -> None:
        self._scroll_sideways(_SCROLL_CELLS)

    def _scroll_sideways(self, cells: int) -> None:
        natural = self._natural_layout()
        furthest = max(0, natural.total - self._room)
        offset = max(0, min(self._offset + cells, furthest))
        if offset != self._offset:
            self._offset = offset
            self._repaint()

    # --------------------------------------------------------------- painting

    @property
    def _room(self) -> int:
        """Cells for columns."""
        return max(1, self.scrollable_content_region.width - GUTTER)

    def _natural_layout(self) -> Layout:
        columns = self.columns
        if self._natural is None or self._natural.columns != columns:
            now = datetime.now(UTC)
            self._natural = natural_layout(
                columns, islice(self.rows.tickets, SAMPLE), lambda ticket, name: cell_text(ticket, name, now)
            )
        return self._natural

    def _current_painter(self) -> tuple[RowPainter, Layout]:
        if self._painter is None or self._painted_layout is None:
            natural = self._natural_layout()
            layout = natural if self._offset else fitted_layout(natural, self._room)
            self._painted_layout = layout
            wanted: Filter = self.rows.filter
            self._painter = RowPainter(self._row_styles(), layout, wanted, datetime.now(UTC), stale=self._stale)
        return self._painter, self._painted_layout

    def _row_styles(self) -> dict[str, Style]:
        if not self._styles:
            prefix = "results-table--"
            cursor = "cursor" if self.has_focus else "cursor-blurred"
            styles = {name: self.get_component_rich_style(prefix + name) for name in _STYLE_NAMES}
            for name in _OVERLAYS:
                styles[name] = self.get_component_rich_style(prefix + name, partial=True)
            styles["cursor"] = self.get_component_rich_style(prefix + cursor, partial=True)
            self._styles = styles
        return self._styles

    def _repaint(self) -> None:
        self._painter = None
        self._strips.clear()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The header, or the row in that line."""
        width = self.scrollable_content_region.width
        base = self.rich_style
        painter, _ = self._current_painter()
        if y == 0:
            strip = painter.header(self.rows.sort_column, descending=self.rows.descending)
            return self._shifted(strip, width, self._row_styles()["header"])
        position = y - _HEADER + int(self.scroll_offset.y)
        if position >= len(self.rows.shown):
            return self._message_line(y, width)
        index = self.rows.shown[position]
        ticket = self.rows.tickets[index]
        is_cursor = position == self._position
        state = RowState(is_cursor, bool(self._marks) and key_of(ticket) in self._marks, self.changes.of(ticket))
        if (index, state) in self._strips:
            strip = self._strips[index, state]
        else:
            fill = self._row_styles()["cursor"] if is_cursor else base
            strip = self._shifted(painter.row(ticket, state), width, fill)
            self._strips[index, state] = strip
        return strip

    def _shifted(self, strip: Strip, width: int, fill: Style) -> Strip:
        """The strip cut to the width, with the columns scrolled to the side behind the gutter."""
        if self._offset:
            strip = Strip.join([strip.crop(0, GUTTER), strip.crop(GUTTER + self._offset)])
        return strip.adjust_cell_length(width, fill)

    def _message_line(self, y: int, width: int) -> Strip:
        if self.rows.shown:
            return Strip.blank(width, self.rich_style)
        lines = self._message
        if self.rows.tickets:
            lines = ("Looking ..",) if self.rows.pending else ("No loaded ticket passes the filter.", "Esc clears it.")
        line = y - _HEADER - 1
        if not 0 <= line < len(lines):
            return Strip.blank(width, self.rich_style)
        style = self.get_component_rich_style("results-table--message")
        return Strip([Segment(fit(" " * GUTTER + lines[line], width), style)], width)

    # ----------------------------------------------------------------- events

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles = {}
        self._painter = None
        self._strips.clear()

    def on_mount(self) -> None:
        self.set_interval(_TIMES_REFRESH, self._repaint)
        self._rows_changed()

    def on_resize(self) -> None:
        self._repaint()
        self._keep_in_sight()

    def on_focus(self) -> None:
        self._styles = {}
        self._repaint()

    def on_blur(self) -> None:
        self._styles = {}
        self._repaint()

    def on_click(self, event: events.Click) -> None:
        """A row takes the cursor, twice opens it, with shift or ctrl marks; the header sorts."""
        if event.y < _HEADER:
            column = (self._painted_layout or self._natural_layout()).column_at(event.x - GUTTER + self._offset)
            if column is not None:
                self.sort_by(column.name)
            return
        position = event.y - _HEADER + int(self.scroll_offset.y)
        if position >= len(self.rows.shown):
            return
        self.move_to(position)
        if event.shift:
            self.action_mark_range()
        elif event.ctrl:
            self.action_toggle_mark()
        elif event.chain == 2:
            self.action_open()
