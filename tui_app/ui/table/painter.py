"""Painting one row: a ticket becomes a strip of styled cells.

Invariant: every text in a strip went through `tui_app.ui.rendering.safe`, and a strip is as wide as its layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_app.tickets.ticket import Ticket
from tui_app.ui.rendering.moments import ago
from tui_app.ui.rendering.safe import cut, fit, width_of
from tui_app.ui.rendering.signs import PRIORITY_SIGNS, STATUS_SIGNS, priority_level, status_kind
from tui_app.ui.table.changes import NEWS_SIGNS, News
from tui_app.ui.table.columns import SIGNED, column_kind, text_of, value_of
from tui_app.ui.table.filtering import Filter, highlights, snippet, unseen_words
from tui_app.ui.table.layout import GAP, GUTTER, Layout

CURSOR_SIGN = "▌"
MARK_SIGN = "*"
PROBLEM_SIGN = "! "
STALE_SIGN = "↻"
SORT_SIGNS = {False: "▲", True: "▼"}

_LEAST_SNIPPET = 16  # cells; a shorter piece of text explains nothing
_LEAST_TITLE = 12  # cells; the piece of text takes no more than leaves these
_SNIPPET_PART = 0.5  # of a title that fills its column


class RowState(Struct, frozen=True):
    """What a row shows besides its ticket."""

    cursor: bool = False
    marked: bool = False
    news: News | None = None


_NO_SPANS: list[tuple[int, int]] = []


class _Cell(Struct):
    """A text that fits its room, with the spans that the filter found, and what follows in the same room."""

    text: str
    style: Style
    spans: list[tuple[int, int]]
    after: _Cell | None = None


def cell_text(ticket: Ticket, column: str, now: datetime) -> str:
    """What the column shows of the ticket, before it is fitted to its width."""
    if column_kind(column).is_time:
        return ago(value_of(ticket, column), now)
    text = text_of(ticket, column)
    if column == "status" and text:
        return f"{STATUS_SIGNS[status_kind(text)]} {text}"
    if column == "priority" and text:
        return f"{PRIORITY_SIGNS[priority_level(text)]} {text}"
    if column == "title" and ticket.problems:
        return PROBLEM_SIGN + text
    return text


class RowPainter:
    """Paints rows in one set of styles, one layout and one filter; made anew when one of these changes."""

    def __init__(
        self, styles: Mapping[str, Style], layout: Layout, wanted: Filter, now: datetime, *, stale: bool = False
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
        """The names of the columns; the sorted one carries an arrow, which stands in the gap before a right one."""
        plain, sorted_style = self._styles["header"], self._styles["header-sort"]
        arrow = SORT_SIGNS[descending]
        in_gap = [name == sort_column and column_kind(name).right for name, _ in self._columns]
        gaps = [fit(STALE_SIGN if self._stale else "", GUTTER), *self._gaps.values()]
        gaps = [gap[:-1] + arrow if here else gap for gap, here in zip(gaps, [*in_gap, False], strict=True)]
        segments = [Segment(gaps[0], plain)]
        for (name, width), gap, is_told in zip(self._columns, gaps[1:], in_gap, strict=True):
            is_sorted = name == sort_column
            words = _header_cell(name, width, arrow if is_sorted and not is_told else "")
            segments.append(Segment(words + gap, sorted_style if is_sorted else plain))
        return Strip(segments, GUTTER + self._layout.total)

    def _gutter(self, state: RowState) -> list[Segment]:
        styles = self._styles
        if not state.cursor and not state.marked and not state.news:
            return [self._empty_gutter]
        base = styles["row"] + styles["cursor"] if state.cursor else styles["row"]
        bar = Segment(CURSOR_SIGN, base + styles["cursor-bar"]) if state.cursor else Segment(" ", base)
        if state.marked:
            sign = Segment(MARK_SIGN + " ", base + styles["marked"])
        elif state.news:
            sign = Segment(NEWS_SIGNS[state.news] + " ", base + styles[state.news])
        else:
            sign = Segment("  ", base)
        return [bar, sign]

    def _cell(self, ticket: Ticket, column: str, width: int, state: RowState) -> _Cell:
        words = cell_text(ticket, column, self._now)
        if width == 1 and column in SIGNED:
            words = words[:1]
        text = fit(words, width, right=column_kind(column).right)
        spans = highlights(self._filter, text) if self._filter.words else _NO_SPANS
        return _Cell(text + self._gaps[column], self._cell_style(ticket, column, state), spans)

    def _cell_style(self, ticket: Ticket, column: str, state: RowState) -> Style:
        styles = self._styles
        if self._stale:
            style = styles["stale"]
        elif column == "status":
            style = styles[f"status-{status_kind(ticket.status)}"]
        elif column == "priority":
            style = styles[f"priority-{priority_level(ticket.priority or '')}"]
        elif column == "title":
            style = styles["done-title"] if status_kind(ticket.status) == "done" else styles["title"]
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


def _header_cell(name: str, width: int, arrow: str) -> str:
    """The column's name, or its short form where that is too long, and the arrow as long as one cell is left."""
    kind = column_kind(name)
    room = width - len(arrow)
    title = kind.short if kind.short and width_of(kind.title) > room else kind.title
    title = cut(title, room)
    space = " " if arrow and 0 < width_of(title) < room else ""
    return fit(title + space + arrow, width, right=kind.right)
