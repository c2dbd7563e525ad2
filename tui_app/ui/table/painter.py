"""Painting the table: its styles, one row as a strip of styled cells, and the lines in sight.

Invariants: every text in a strip went through `tui_app.ui.rendering.safe`, and a strip is as wide as its layout;
painting costs the same whatever the number of rows, because no line is painted that is not in sight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip
from textual.widget import Widget

from tui_app.tickets.ticket import Ticket
from tui_app.tickets.vocabulary import PriorityLevel, StatusKind, priority_level
from tui_app.ui.rendering.at_a_glance import sign_alone
from tui_app.ui.rendering.cells import width_of
from tui_app.ui.rendering.safe import fit, wrapped
from tui_app.ui.table.column_layout import GAP, GUTTER, ColumnLayout, ColumnView, header_cell
from tui_app.ui.table.columns import SIGNED
from tui_app.ui.table.filtering import TextFilter, highlights, snippet, unseen_words
from tui_app.ui.table.grouping import Group
from tui_app.ui.table.marks import RowChange
from tui_app.ui.table.row_values import cell_text
from tui_app.ui.table.table_model import RowState, TableModel

HEADER = 1
"""Lines above the rows."""
CURSOR_SIGN = "▌"
MARK_SIGN = "*"
CHANGE_SIGNS = {RowChange.NEW: "+", RowChange.CHANGED: "~", RowChange.PENDING: "…", RowChange.UNKNOWN: "?"}
STALE_SIGN = "↻"
FOLD_SIGNS = {False: "▾", True: "▸"}
MORE_SIGN = "›"
"""At the end of the header: there are columns further right."""
SORT_SIGNS = {False: "▲", True: "▼"}

_STRIPS = 512  # painted rows kept; several of the tallest screens
_DEEPEST = 8  # levels that are indented
_LEAST_SNIPPET = 16  # cells; a shorter piece of text explains nothing
_LEAST_TITLE = 12  # cells; the piece of text takes no more than leaves these
_SNIPPET_PART = 0.5  # of a title that fills its column
_NO_SPANS: list[tuple[int, int]] = []


class _Cell(Struct):
    """A text that fits its room, with the spans that the filter found, and what follows in the same room."""

    text: str
    style: Style
    spans: list[tuple[int, int]]
    after: _Cell | None = None


class RowPainter:
    """Paints rows in one set of styles, one layout and one filter; made anew when one of these changes."""

    def __init__(
        self,
        styles: Mapping[str, Style],
        layout: ColumnLayout,
        wanted: TextFilter,
        now: datetime,
        *,
        stale: bool = False,
    ) -> None:
        self._styles = styles
        self._layout = layout
        self._columns = [(spec.name, width) for spec, width in zip(layout.columns, layout.widths, strict=True)]
        self._filter = wanted
        self._now = now
        self._stale = stale
        self._empty_gutter = Segment(" " * GUTTER, styles["row"])
        self._gaps = {name: " " * GAP for name, _ in self._columns[:-1]} | {name: "" for name, _ in self._columns[-1:]}

    def row(self, ticket: Ticket, state: RowState) -> Strip:
        """The gutter and all columns; a gap belongs to the cell before it, which makes half as many segments."""
        cells = [self._cell(ticket, name, width, state) for name, width in self._columns]
        if self._filter.words:
            self._explain(cells, ticket)
        segments = self._gutter(state)
        for cell in cells:
            self._append(segments, cell)
        return Strip(segments, GUTTER + self._layout.total)

    def header(self, sort_column: str | None, *, descending: bool) -> Strip:
        """The names of the columns; the sorted one carries an arrow, which is in the gap before a right-aligned one."""
        plain, sorted_style = self._styles["header"], self._styles["header-sort"]
        arrow = SORT_SIGNS[descending]
        in_gap = [name == sort_column and self._layout.is_right(name) for name, _ in self._columns]
        gaps = [fit(STALE_SIGN if self._stale else "", GUTTER), *self._gaps.values()]
        gaps = [gap[:-1] + arrow if here else gap for gap, here in zip(gaps, [*in_gap, False], strict=True)]
        segments = [Segment(gaps[0], plain)]
        for (name, width), gap, has_arrow in zip(self._columns, gaps[1:], in_gap, strict=True):
            is_sorted = name == sort_column
            sign = arrow if is_sorted and not has_arrow else ""
            words = header_cell(name, width, sign, right=self._layout.is_right(name))
            segments.append(Segment(words + gap, sorted_style if is_sorted else plain))
        return Strip(segments, GUTTER + self._layout.total)

    def _gutter(self, state: RowState) -> list[Segment]:
        styles = self._styles
        if not state.cursor and not state.marked and not state.change:
            return [self._empty_gutter]
        base = styles["row"] + styles["cursor"] if state.cursor else styles["row"]
        bar = Segment(CURSOR_SIGN, base + styles["cursor-bar"]) if state.cursor else Segment(" ", base)
        if state.marked and not state.is_being_changed:
            sign = Segment(MARK_SIGN + " ", base + styles["marked"])
        elif state.change:
            sign = Segment(CHANGE_SIGNS[state.change] + " ", base + styles[state.change])
        else:
            sign = Segment("  ", base)
        return [bar, sign]

    def _cell(self, ticket: Ticket, column: str, width: int, state: RowState) -> _Cell:
        words = cell_text(ticket, column, self._now)
        if width == 1 and column in SIGNED:
            words = sign_alone(words)
        if column == "title" and (state.depth or state.below):
            words = _in_tree(words, state)
        text = fit(words, width, right=self._layout.is_right(column), inside=column == "id")
        spans = highlights(self._filter, text) if self._filter.words else _NO_SPANS
        return _Cell(text + self._gaps[column], self._cell_style(ticket, column, state), spans)

    def _cell_style(self, ticket: Ticket, column: str, state: RowState) -> Style:
        styles = self._styles
        if state.stale:
            style = styles["stale"]
        elif column == "status":
            style = styles[f"status-{ticket.status_kind}"]
        elif column == "priority":
            style = styles[f"priority-{priority_level(ticket.priority or '')}"]
        elif column == "title":
            style = styles["done-title"] if ticket.status_kind == "done" else styles["title"]
        elif column == "id":
            style = styles["id"]
        else:
            style = styles["secondary"]
        if state.marked:
            style = style + styles["marked"]
        return style + styles["cursor"] if state.cursor else style

    def _append(self, segments: list[Segment], cell: _Cell) -> None:
        at = 0
        for start, end in cell.spans:
            if start > at:
                segments.append(Segment(cell.text[at:start], cell.style))
            segments.append(Segment(cell.text[start:end], cell.style + self._styles["match"]))
            at = end
        if at < len(cell.text):
            segments.append(Segment(cell.text[at:], cell.style))
        if cell.after:
            self._append(segments, cell.after)

    def _explain(self, cells: list[_Cell], ticket: Ticket) -> None:
        """Where the hit of a word is in no cell, put a piece of its text behind the title: why is this row here?"""
        unseen = unseen_words(self._filter, [cell.text for cell in cells])
        names = [name for name, _ in self._columns]
        if not unseen or "title" not in names:
            return
        at = names.index("title")
        width = self._layout.widths[at]
        title = cells[at].text.rstrip()
        room = width - width_of(title) - 1
        if room < _LEAST_SNIPPET:
            room = min(max(_LEAST_SNIPPET, int(width * _SNIPPET_PART)), width - _LEAST_TITLE)
        piece = snippet(self._filter, unseen, ticket, room) if room >= _LEAST_SNIPPET else ""
        if piece:
            title = fit(title, width - room - 1).rstrip() + " "
            text = fit(piece, width - width_of(title))
            style = cells[at].style + self._styles["snippet"]
            found = _Cell(text + self._gaps["title"], style, highlights(self._filter, text))
            cells[at] = _Cell(title, cells[at].style, highlights(self._filter, title), found)


def _in_tree(title: str, state: RowState) -> str:
    """A title with its place in the tree."""
    sign = f"{FOLD_SIGNS[state.folded]} " if state.below else "└ " if state.depth else ""
    return "  " * max(0, min(state.depth, _DEEPEST) - 1) + sign + title + (f" ({state.below})" if state.folded else "")


class TablePainter:
    """The lines of a table, each painted once and kept until `forget`.

    ``look`` reads the styles of the theme, and is called again after `restyle`.
    """

    def __init__(
        self,
        model: TableModel,
        columns: ColumnView,
        now: Callable[[], datetime],
        look: Callable[[], Mapping[str, Style]],
    ) -> None:
        self._model = model
        self._columns = columns
        self._now = now
        self.message: tuple[str, ...] = ()
        """Lines that are shown while no ticket is loaded."""
        self._read_look = look
        self._look: Mapping[str, Style] = {}
        self._rows: RowPainter | None = None
        self._strips: LRUCache[tuple[int, RowState], Strip] = LRUCache(_STRIPS)

    def use(self, model: TableModel) -> None:
        """Paint the rows of another model."""
        self._model = model
        self.forget()

    def forget(self) -> None:
        """Paint every line anew."""
        self._rows = None
        self._strips.clear()

    def restyle(self) -> None:
        """Paint every line anew, in styles read anew."""
        self._look = {}
        self.forget()

    def line(self, y: int, top: int, width: int) -> Strip:
        """Line ``y`` of the table: the header, a row, or a part of the message; ``top`` is the first row in sight."""
        rows = self._row_painter(width)
        if y == 0:
            return self._header(rows, width)
        position = y - HEADER + top
        if position < self._model.row_count:
            return self._row(rows, position, width)
        room = max(1, width - 2 * GUTTER)
        words = [line for text in self._words_without_rows() for line in wrapped(text, room)]
        number = y - HEADER - 1
        text = words[number].strip() if 0 <= number < len(words) else ""
        return Strip([Segment(fit(" " * GUTTER + text, width), self._look["message"])], width)

    def _header(self, rows: RowPainter, width: int) -> Strip:
        column, descending = self._model.rows.order
        header = self._finished(rows.header(column, descending=descending), width, "header")
        if not self._columns.has_more(width):
            return header
        return Strip.join([header.crop(0, width - 1), Strip([Segment(MORE_SIGN, self._look["header-sort"])], 1)])

    def _row(self, rows: RowPainter, position: int, width: int) -> Strip:
        heading = self._model.heading_at(position)
        if heading:
            return self._heading(heading, width, has_cursor=position == self._model.cursor)
        index, ticket, state = self._model.row(position)
        key = (index, state)
        if key not in self._strips:
            self._strips[key] = self._finished(rows.row(ticket, state), width, "cursor" if state.cursor else "row")
        return self._strips[key]

    def _heading(self, group: Group, width: int, *, has_cursor: bool) -> Strip:
        """The line above a group: whether it is open, its name, and how many tickets it has."""
        words = f"{FOLD_SIGNS[group.folded]} {group.name or '(none)'}  {group.count:,}"
        words = fit((CURSOR_SIGN if has_cursor else " ") + words, width)
        return Strip([Segment(words, self._look["cursor" if has_cursor else "header-sort"])], width)

    def _words_without_rows(self) -> tuple[str, ...]:
        if self._model.row_count:
            return ()
        if not self._model.rows.tickets:
            return self.message
        return (
            ("Looking ..",) if self._model.rows.pending else ("No loaded ticket passes the filter.", "Esc clears it.")
        )

    def _row_painter(self, width: int) -> RowPainter:
        if self._rows is None:
            self._look = self._look or self._read_look()
            layout = self._columns.layout(width)
            self._rows = RowPainter(self._look, layout, self._model.rows.filter, self._now(), stale=self._model.stale)
        return self._rows

    def _finished(self, strip: Strip, width: int, fill: str) -> Strip:
        return self._columns.scrolled(strip).adjust_cell_length(width, self._look[fill])


# --------------------------------------------------------------------- styles

_PREFIX = "results-table--"
_CELLS = (
    *("row", "id", "title", "done-title", "secondary", "stale", "header", "header-sort", "message"),
    *(f"status-{kind}" for kind in StatusKind),
    *(f"priority-{level}" for level in PriorityLevel),
)
"""Whole styles, with the table's own background under them."""
_OVERLAYS = ("cursor-bar", "marked", *RowChange, "match", "snippet")
"""Styles on top of those of a cell or of the cursor, which change only what they name."""

COMPONENT_CLASSES = frozenset(_PREFIX + name for name in (*_CELLS, *_OVERLAYS, "cursor", "cursor-blurred"))

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
    & > .results-table--cursor-bar { text-style: bold; }
    & > .results-table--marked { text-style: bold; }
    & > .results-table--new { color: $text-success; text-style: bold; }
    & > .results-table--changed { color: $text-warning; text-style: bold; }
    & > .results-table--pending { color: $text-accent; text-style: bold; }
    & > .results-table--unknown { color: $text-error; text-style: bold; }
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


def table_styles(table: Widget) -> Mapping[str, Style]:
    """The styles in force by name, without prefix: one for each thing that a row can show; ``cursor`` depends on focus.

    Without the focus the cursor's line is tinted only, and its cells keep their colours. Tints and contrast colours are
    known from whole styles alone.
    """
    styles = {name: table.get_component_rich_style(_PREFIX + name) for name in _CELLS}
    styles |= {name: table.get_component_rich_style(_PREFIX + name, partial=True) for name in _OVERLAYS}
    if table.has_focus:
        styles["cursor"] = table.get_component_rich_style(_PREFIX + "cursor")
    else:
        styles["cursor"] = table.get_component_rich_style(_PREFIX + "cursor-blurred").background_style
    return styles
