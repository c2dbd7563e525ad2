"""The drawing half of the table: lines in sight, each painted once and kept until something in it changes.

Invariant: drawing costs the same whatever the number of rows; no line is painted that is not in sight.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_app.ui.rendering.safe import fit
from tui_app.ui.table.changes import Changes
from tui_app.ui.table.columns import ColumnSpec, default_columns
from tui_app.ui.table.layout import GUTTER, SAMPLE, Layout, fitted_layout, natural_layout
from tui_app.ui.table.marks import Marks
from tui_app.ui.table.painter import RowPainter, RowState, cell_text
from tui_app.ui.table.rows import Rows
from tui_app.ui.table.styles import table_styles

HEADER = 1
"""Lines above the rows."""
_STRIPS = 512  # painted rows kept; several of the tallest screens
_TIMES_REFRESH = 30.0  # seconds; relative times count minutes
_SCROLL_CELLS = 12  # cells that one key press scrolls to the side


class TableCanvas(ScrollView):
    """Draws `rows` with their marks, changes and the cursor; `tui_app.ui.table.results_table` moves them."""

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(name=name, id=id, classes=classes)
        self.rows = Rows()
        self.changes = Changes()
        self.marks = Marks()
        self._position = 0
        self._chosen_columns: tuple[ColumnSpec, ...] = ()
        self._sources: set[str] = set()
        """The profiles that the tickets came from."""
        self._stale = False
        self._message: tuple[str, ...] = ()
        self._aside = 0
        """Cells that the columns are scrolled to the left; then they have their natural widths."""
        self._natural: Layout | None = None
        self._painter: RowPainter | None = None
        self._strips: LRUCache[tuple[int, RowState], Strip] = LRUCache(_STRIPS)
        self._look: Mapping[str, Style] = {}

    def on_mount(self) -> None:
        self.set_interval(_TIMES_REFRESH, self.repaint)

    @property
    def columns(self) -> tuple[ColumnSpec, ...]:
        """The columns in display order: the chosen ones, or those that the width allows."""
        return self._chosen_columns or default_columns(self._room + GUTTER, sources=len(self._sources) > 1)

    @property
    def columns_in_sight(self) -> tuple[ColumnSpec, ...]:
        """`columns`, and the one that the rows are sorted by, so that the header always says how."""
        columns, sorting = self.columns, self.rows.sort_column
        if sorting is None or sorting in [column.name for column in columns]:
            return columns
        return (*columns, ColumnSpec(sorting))

    @property
    def page(self) -> int:
        """Rows that are in sight at once."""
        return max(1, self.scrollable_content_region.height - HEADER)

    @property
    def _room(self) -> int:
        """Cells for columns."""
        return max(1, self.scrollable_content_region.width - GUTTER)

    # ------------------------------------------------------------ when to draw

    def repaint(self, *, restyle: bool = False) -> None:
        """Paint every line anew; with ``restyle``, in styles taken from the theme anew."""
        if restyle:
            self._look = {}
        self._painter = None
        self._strips.clear()
        self.refresh()

    def refresh_row(self, position: int) -> None:
        """Draw the line of one shown row."""
        y = position - int(self.scroll_offset.y) + HEADER
        if HEADER <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def keep_in_sight(self) -> None:
        """Scroll, by as little as is needed, to where the cursor is."""
        top = int(self.scroll_offset.y)
        wanted = min(max(top, self._position - self.page + 1), self._position)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.repaint(restyle=True)

    def on_resize(self) -> None:
        self.repaint()
        self.keep_in_sight()

    def on_focus(self) -> None:
        self.repaint(restyle=True)

    def on_blur(self) -> None:
        self.repaint(restyle=True)

    def action_scroll_left(self) -> None:
        self._scroll_aside(-_SCROLL_CELLS)

    def action_scroll_right(self) -> None:
        self._scroll_aside(_SCROLL_CELLS)

    def _scroll_aside(self, cells: int) -> None:
        furthest = max(0, self._natural_layout().total - self._room)
        aside = max(0, min(self._aside + cells, furthest))
        if aside != self._aside:
            self._aside = aside
            self.repaint()

    # ------------------------------------------------------------------ layout

    def column_at(self, x: int) -> ColumnSpec | None:
        """The column under the cell ``x`` of the widget."""
        return self._layout().column_at(x - GUTTER + self._aside)

    def _natural_layout(self) -> Layout:
        columns = self.columns_in_sight
        if self._natural is None or self._natural.columns != columns:
            now = datetime.now(UTC)
            sample = islice(self.rows.tickets, SAMPLE)
            self._natural = natural_layout(columns, sample, lambda ticket, name: cell_text(ticket, name, now))
        return self._natural

    def _layout(self) -> Layout:
        natural = self._natural_layout()
        return natural if self._aside else fitted_layout(natural, self._room)

    # ---------------------------------------------------------------- painting

    def _current_painter(self) -> RowPainter:
        if self._painter is None:
            if not self._look:
                self._look = table_styles(self)
            self._painter = RowPainter(
                self._look, self._layout(), self.rows.filter, datetime.now(UTC), stale=self._stale
            )
        return self._painter

    def render_line(self, y: int) -> Strip:
        """The header, or the row in that line."""
        painter = self._current_painter()
        width = self.scrollable_content_region.width
        if y == 0:
            header = painter.header(self.rows.sort_column, descending=self.rows.descending)
            return self._cut(header, width, self._look["header"])
        position = y - HEADER + int(self.scroll_offset.y)
        if position >= len(self.rows.shown):
            return self._message_line(y - HEADER - 1, width)
        return self._row_line(painter, position, width)

    def _row_line(self, painter: RowPainter, position: int, width: int) -> Strip:
        index = self.rows.shown[position]
        ticket = self.rows.tickets[index]
        state = RowState(position == self._position, ticket in self.marks, self.changes.of(ticket))
        key = (index, state)
        if key not in self._strips:
            fill = self._look["cursor" if state.cursor else "row"]
            self._strips[key] = self._cut(painter.row(ticket, state), width, fill)
        return self._strips[key]

    def _cut(self, strip: Strip, width: int, fill: Style) -> Strip:
        """The strip in the width that there is, with the columns scrolled to the side behind the gutter."""
        if self._aside:
            strip = Strip.join([strip.crop(0, GUTTER), strip.crop(GUTTER + self._aside)])
        return strip.adjust_cell_length(width, fill)

    def _message_line(self, line: int, width: int) -> Strip:
        lines: tuple[str, ...] = () if self.rows.shown else self._message
        if self.rows.tickets and not self.rows.shown:
            lines = ("Looking ..",) if self.rows.pending else ("No loaded ticket passes the filter.", "Esc clears it.")
        text = lines[line] if 0 <= line < len(lines) else ""
        return Strip([Segment(fit(" " * GUTTER + text, width), self._look["message"])], width)
