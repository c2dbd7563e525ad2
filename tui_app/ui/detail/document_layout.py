"""A document as strips, and their styles: the header at once, the parts in pieces made one after the other.

Invariant: every text goes through `tui_app.ui.rendering.safe` before it is a strip.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui_app.tickets.ticket import Attachment
from tui_app.ui.detail.document import Document, DocumentPart, HeadWord, ListEntry
from tui_app.ui.detail.inline_picture import ShownPictures
from tui_app.ui.detail.line_view import FoldTarget, SectionLine, TargetLine
from tui_app.ui.detail.markdown_strips import MarkdownRenderer, pieces
from tui_app.ui.rendering.cells import width_of
from tui_app.ui.rendering.safe import fit, safe_line, wrapped

STYLE_NAMES = (
    "title",
    "caption",
    "value",
    "link",
    "label",
    "heading",
    "rule",
    "byline",
    "muted",
    "bad",
    "code",
    "quote",
    "strong",
    "emphasis",
    "struck",
    "status-open",
    "status-active",
    "status-blocked",
    "status-done",
    "priority-highest",
    "priority-high",
)
"""Component classes of the pane, without their prefix."""

DEFAULT_CSS = """
TicketDetail {
    layout: vertical;
    & > Input { height: 1; border: none; padding: 0 1; display: none; background: $panel; }
    & > Input.-open { display: block; }
    & > Input.-nothing { color: $text-error; }
    & > .ticket-detail--title { text-style: bold; color: $foreground; }
    & > .ticket-detail--caption { color: $text-muted; }
    & > .ticket-detail--value { color: $foreground; }
    & > .ticket-detail--link { color: $text-primary; text-style: underline; }
    & > .ticket-detail--label { color: $text-secondary; }
    & > .ticket-detail--heading { color: $text-accent; text-style: bold; }
    & > .ticket-detail--rule { color: $text-disabled; }
    & > .ticket-detail--byline { color: $text-secondary; text-style: bold; }
    & > .ticket-detail--muted { color: $text-muted; }
    & > .ticket-detail--bad { color: $text-error; }
    & > .ticket-detail--code { color: $text-success; }
    & > .ticket-detail--quote { color: $text-muted; text-style: italic; }
    & > .ticket-detail--strong { text-style: bold; }
    & > .ticket-detail--emphasis { text-style: italic; }
    & > .ticket-detail--struck { color: $text-muted; text-style: strike; }
    & > .ticket-detail--status-open { color: $text-primary; }
    & > .ticket-detail--status-active { color: $text-warning; }
    & > .ticket-detail--status-blocked { color: $text-error; text-style: bold; }
    & > .ticket-detail--status-done { color: $text-success; }
    & > .ticket-detail--priority-highest { color: $text-error; text-style: bold; }
    & > .ticket-detail--priority-high { color: $text-warning; }
}
"""
"""The pane's look in any theme."""

_CELL_LIMITS = (16, 24, 20)
"""Most cells of the columns of a list; the last of each list has the rest of the line."""
_COLUMN_GAP = 2
_CAPTION_LIMIT = 28  # cells of an extra field's name
_MOST_TITLE_LINES = 2
_MOST_HEAD_LINES = 2  # of the head's first line; the second one has what is left
_MOST_ABOVE = 7  # lines above the description, which begins within the first eight
_BETWEEN_WORDS = " · "
_MARGIN = 1
_FOLDED_SIGN, _OPEN_SIGN = "▸", "▾"
_LINES_AT_ONCE = 200  # some milliseconds
_REMEMBERED_PIECES = 400  # rendered pieces, some megabytes: coming back to a ticket costs nothing


class DocumentLayout:
    """Lays documents out at one width in one set of styles; made anew when one of these changes.

    Args:
        width: cells of a line.
        styles: has `STYLE_NAMES` and ``base``.
        renderer: renders Markdown.
        unfolded: the names of the parts that are open; may change.
        pictures: the attachments that are shown below their lines; may change.
    """

    def __init__(
        self,
        width: int,
        styles: Mapping[str, Style],
        renderer: MarkdownRenderer,
        unfolded: Collection[str] = (),
        pictures: ShownPictures | None = None,
    ) -> None:
        self._width = width
        self._text_width = max(10, width - 2 * _MARGIN)
        self._styles = styles
        self._renderer = renderer
        self._unfolded = unfolded
        self._pictures = ShownPictures() if pictures is None else pictures
        self._strips = lru_cache(_REMEMBERED_PIECES)(self._piece)

    def header(self, document: Document) -> list[Strip]:
        """Where one came from, the title, and the head: at most `_MOST_ABOVE` lines together with the notes."""
        lines = [self._line(fit(document.trail, self._text_width), "muted")] if document.trail else []
        notes = list(takewhile(lambda part: not part.heading, document.parts))
        of_notes = sum(len(wrapped(part.text, self._text_width)) for part in notes) + bool(notes)
        *first, last = document.head
        spare = _MOST_ABOVE - len(lines) - of_notes - len(document.head)  # besides a line for each of the head's
        titles = wrapped(document.title, self._text_width)
        most = max(1, min(_MOST_TITLE_LINES, spare))
        if len(titles) > most:
            titles = [*titles[: most - 1], fit(" ".join(titles[most - 1 :]), self._text_width)]
        lines += [self._line(title, "title") for title in titles]
        spare -= len(titles)
        for words in first:
            rows = self._words(words, max(1, min(_MOST_HEAD_LINES, 1 + spare)))
            spare -= len(rows) - 1
            lines += rows
        return [*lines, *(self._words(last, 1 + spare) if spare >= 0 else ())]

    def _words(self, words: Sequence[HeadWord], most: int) -> list[Strip]:
        """A line of the head, wrapped between its words; what does not fit into the lines that it has is cut."""
        rows: list[list[Segment]] = []
        room = 0
        for word in words:
            text, cells = word.text, width_of(safe_line(word.text))
            if cells > self._text_width and word.brief:
                text, cells = word.brief, width_of(safe_line(word.brief))
            if not rows or (cells + len(_BETWEEN_WORDS) > room and len(rows) < most):
                rows.append([])
                room = self._text_width
            else:
                rows[-1].append(Segment(_BETWEEN_WORDS[: max(0, room)], self._styles["rule"]))
                room -= len(_BETWEEN_WORDS)
            if room > 0:
                text = fit(text, min(cells, room))
                rows[-1].append(Segment(text, self._styles.get(word.kind, self._styles["value"])))
                room -= width_of(text)
        return [self._indented(Strip(row)) for row in rows]

    def plain(self, document: Document, most: int) -> list[Strip]:
        """The parts as they are, unrendered, until ``most`` lines are there: what the first frame shows."""
        lines: list[Strip] = []
        former = None
        for part in document.parts:
            lines += self._part_head(part, former)
            former = part
            room = most - len(lines)
            if room <= 0:
                break
            if self._is_folded(part):
                continue
            lines += self._entries(part.entries)
            visible = part.text[: room * self._text_width]
            lines += self._wrapped("\n".join(visible.split("\n", room)[:room]), _style_of(part)) if visible else []
        return lines

    def rendered(self, document: Document) -> Iterator[list[Strip]]:
        """The parts, piece by piece, each within some milliseconds."""
        former = None
        for part in document.parts:
            yield self._part_head(part, former)
            former = part
            if self._is_folded(part):
                continue
            if part.entries:
                yield self._entries(part.entries)
            if not part.markdown:
                yield from self._lines(part.text, _style_of(part))
                continue
            for number, (text, is_markdown) in enumerate(pieces(part.text)):
                if is_markdown:
                    strips = self._strips(text)
                    yield [self._blank(), *strips] if number else strips
                else:
                    yield from self._lines(text, "base")

    def _is_folded(self, part: DocumentPart) -> bool:
        return bool(part.fold) and part.fold not in self._unfolded

    def _lines(self, text: str, style: str) -> Iterator[list[Strip]]:
        """Text as it is, some lines at a time."""
        lines = text.split("\n") if text else []
        for begin in range(0, len(lines), _LINES_AT_ONCE):
            yield self._wrapped("\n".join(lines[begin : begin + _LINES_AT_ONCE]), style)

    def _piece(self, text: str) -> list[Strip]:
        return [self._indented(strip) for strip in self._renderer.strips(text, self._text_width)]

    def _part_head(self, part: DocumentPart, former: DocumentPart | None) -> list[Strip]:
        """Heading and byline, after a blank line: but not at the top, nor between what belongs together."""
        both_folded = former is not None and self._is_folded(former) and self._is_folded(part)
        is_first_comment = former is not None and former.heading and not former.text
        apart = bool(part.heading and former and not both_folded) or bool(part.byline and not is_first_comment)
        lines = [self._blank()] if apart or part.kind == "link" else []
        if part.heading:
            style = "bad" if part.kind == "bad" else "heading"
            if part.fold:
                sign = _FOLDED_SIGN if self._is_folded(part) else _OPEN_SIGN
                lines += [self._rule(f"{sign} {part.heading}", style, FoldTarget(part.fold))]
            else:
                lines += [self._rule(part.heading, style)]
        if part.byline:
            lines += [*self._wrapped(part.byline, "byline")]
        return lines

    def _rule(self, heading: str, style: str, target: FoldTarget | None = None) -> SectionLine:
        words = fit(heading, min(width_of(heading), self._text_width))
        rest = max(0, self._text_width - width_of(words) - 1)
        segments = [Segment(words, self._styles[style]), Segment(" " + "─" * rest, self._styles["rule"])]
        return SectionLine(self._indented(Strip(segments)), target)

    def _entries(self, entries: tuple[ListEntry, ...]) -> list[Strip]:
        """Entries with their cells below each other; the last cell is wrapped where the line leads nowhere."""
        if not entries:
            return []
        limits = _CELL_LIMITS if entries[0].target else (_CAPTION_LIMIT,)
        columns = len(entries[0].cells) - 1
        widths = [
            min(max(width_of(safe_line(entry.cells[at])) for entry in entries), self._most_cells(columns, limits, at))
            for at in range(columns)
        ]
        return [strip for entry in entries for strip in self._entry(entry, widths)]

    def _most_cells(self, columns: int, limits: Sequence[int], at: int) -> int:
        """A list of one column beside the last gives it up to two thirds of the line, as the names of files need."""
        if columns == 1 and len(limits) > 1:
            return self._text_width * 2 // 3
        return min(limits[at], self._text_width // 3)

    def _entry(self, entry: ListEntry, widths: Sequence[int]) -> Iterator[Strip]:
        segments: list[Segment] = []
        room = self._text_width
        for text, width, kind in zip(entry.cells, widths, entry.kinds, strict=False):
            if width and room > width + _COLUMN_GAP:
                words = fit(text, width).rstrip()
                gap = " " * (width - width_of(words) + _COLUMN_GAP)  # not in the cell's style: links are underlined
                segments += [Segment(words, self._style(kind)), Segment(gap, self._style(""))]
                room -= width + _COLUMN_GAP
        last, style = entry.cells[-1], self._style(entry.kinds[-1])
        if entry.target is not None:
            yield TargetLine(self._indented(Strip([*segments, Segment(fit(last, room), style)])), entry.target)
            if isinstance(entry.target, Attachment) and (picture := self._pictures.get(entry.target)):
                yield from picture.lines(self._width, _MARGIN)
            return
        first, *others = wrapped(last, room)
        yield self._indented(Strip([*segments, Segment(first, style)]))
        indent = Segment(" " * (self._text_width - room), self._style(""))
        yield from (self._indented(Strip([indent, Segment(line, style)])) for line in others)

    def _style(self, kind: str) -> Style:
        return self._styles.get(kind, self._styles["base"])

    def _line(self, text: str, style: str) -> Strip:
        return self._indented(Strip([Segment(text, self._styles[style])]))

    def _wrapped(self, text: str, style: str) -> list[Strip]:
        return [self._line(line, style) for line in wrapped(text, self._text_width)]

    def _indented(self, strip: Strip) -> Strip:
        margin = Segment(" " * _MARGIN, self._styles["base"])
        return Strip([margin, *strip]).adjust_cell_length(self._width, self._styles["base"])

    def _blank(self) -> Strip:
        return Strip.blank(self._width, self._styles["base"])


def _style_of(part: DocumentPart) -> str:
    return part.kind or "base"


def pane_styles(pane: Widget) -> dict[str, Style]:
    """The styles in force by name, and ``base``, which changes nothing; each names only what its rule names.

    Some themes write colours as a contrast to their background; only the whole style knows what that comes to.
    """
    styles = {"base": Style()}
    for name in STYLE_NAMES:
        style = pane.get_component_rich_style(f"ticket-detail--{name}", partial=True)
        if style.color is not None:
            whole = pane.get_component_rich_style(f"ticket-detail--{name}")
            style += Style.from_color(whole.color)
        styles[name] = style
    return styles
