"""A document as strips: the header at once, the parts in pieces that can be made one after the other.

Invariant: every text goes through `tui_app.ui.rendering.safe` before it is a strip.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_app.ui.detail.document import Document, Field, Part
from tui_app.ui.detail.line_view import SectionLine
from tui_app.ui.detail.markdown import MarkdownRenderer, pieces
from tui_app.ui.rendering.safe import fit, width_of, wrapped

_TWO_COLUMNS = 76
"""Cells from which on two fields stand side by side."""
_SHORT_VALUE = 26  # cells; a longer value has a line of its own
_CAPTION = 10
_COMMON_CAPTION = 18  # cells; values stand below each other behind captions up to this
_LONGEST_CAPTION = 24
_MARGIN = 1
_REMEMBERED_PIECES = 400  # rendered pieces, some megabytes: coming back to a ticket costs nothing


class DocumentLayout:
    """Lays documents out at one width in one set of styles; made anew when one of these changes.

    ``styles`` has `tui_app.ui.detail.styles.STYLE_NAMES` and ``base``.
    """

    def __init__(self, width: int, styles: Mapping[str, Style], renderer: MarkdownRenderer) -> None:
        self._width = width
        self._text_width = max(10, width - 2 * _MARGIN)
        self._styles = styles
        self._renderer = renderer
        self._strips = lru_cache(_REMEMBERED_PIECES)(self._piece)

    def header(self, document: Document) -> list[Strip]:
        """Title and fields."""
        lines = [*self._wrapped(document.title, "title"), self._blank()]
        lines += self._fields(document.fields)
        return lines

    def plain(self, document: Document, most: int) -> list[Strip]:
        """The parts as they are, unrendered, until ``most`` lines are there: what the first frame shows."""
        lines: list[Strip] = []
        for part in document.parts:
            lines += self._part_head(part)
            room = most - len(lines)
            if room <= 0:
                break
            visible = part.text[: room * self._text_width]
            lines += self._wrapped("\n".join(visible.split("\n", room)[:room]), _style_of(part))
        return lines

    def rendered(self, document: Document) -> Iterator[list[Strip]]:
        """The parts, piece by piece, each within some milliseconds."""
        for part in document.parts:
            yield self._part_head(part)
            if not part.markdown:
                yield self._wrapped(part.text, _style_of(part)) if part.text else []
                continue
            for number, (text, is_markdown) in enumerate(pieces(part.text)):
                strips = self._strips(text, is_markdown)
                yield [self._blank(), *strips] if number and is_markdown else strips

    def _piece(self, text: str, is_markdown: bool) -> list[Strip]:
        if not is_markdown:
            return self._wrapped(text, "base")
        return [self._indented(strip) for strip in self._renderer.strips(text, self._text_width)]

    def _part_head(self, part: Part) -> list[Strip]:
        lines: list[Strip] = []
        if part.heading:
            lines += [self._blank(), self._rule(part.heading, "bad" if part.kind == "bad" else "heading")]
        if part.byline:
            lines += [self._blank(), *self._wrapped(part.byline, "byline")]
        return lines

    def _rule(self, heading: str, style: str) -> SectionLine:
        words = fit(heading, min(width_of(heading), self._text_width))
        rest = max(0, self._text_width - width_of(words) - 1)
        segments = [Segment(words, self._styles[style]), Segment(" " + "─" * rest, self._styles["rule"])]
        return SectionLine(self._indented(Strip(segments)), self._width)

    def _fields(self, fields: tuple[Field, ...]) -> list[Strip]:
        common = max((len(field.name) for field in fields if len(field.name) <= _COMMON_CAPTION), default=_CAPTION)
        common = max(_CAPTION, min(common, self._text_width // 3))
        lines: list[Strip] = []
        waiting: Field | None = None
        for field in fields:
            short = width_of(field.value) <= _SHORT_VALUE and len(field.name) <= _CAPTION
            if not short or self._text_width < _TWO_COLUMNS:
                lines += self._field(waiting, common) if waiting else []
                lines += self._field(field, common)
                waiting = None
            elif waiting:
                lines.append(self._field_pair(waiting, field, common))
                waiting = None
            else:
                waiting = field
        return lines + (self._field(waiting, common) if waiting else [])

    def _field_pair(self, left: Field, right: Field, common: int) -> Strip:
        half = self._text_width // 2
        segments = [
            *self._caption(left, common),
            Segment(fit(left.value, half - common - 1), self._field_style(left)),
            *self._caption(right, _CAPTION),
            Segment(fit(right.value, self._text_width - half - _CAPTION - 1), self._field_style(right)),
        ]
        return self._indented(Strip(segments))

    def _field(self, field: Field, common: int) -> list[Strip]:
        caption = min(_LONGEST_CAPTION, max(common, len(field.name)))
        values = wrapped(field.value, max(8, self._text_width - caption - 1))
        style = self._field_style(field)
        first, *others = values
        lines = [self._indented(Strip([*self._caption(field, caption), Segment(first, style)]))]
        indent = Segment(" " * (caption + 1), self._styles["base"])
        return lines + [self._indented(Strip([indent, Segment(line, style)])) for line in others]

    def _field_style(self, field: Field) -> Style:
        return self._styles.get(field.kind, self._styles["value"])

    def _caption(self, field: Field, width: int) -> list[Segment]:
        return [Segment(fit(field.name, width) + " ", self._styles["caption"])]

    def _wrapped(self, text: str, style: str) -> list[Strip]:
        return [self._indented(Strip([Segment(line, self._styles[style])])) for line in wrapped(text, self._text_width)]

    def _indented(self, strip: Strip) -> Strip:
        margin = Segment(" " * _MARGIN, self._styles["base"])
        return Strip([margin, *strip]).adjust_cell_length(self._width, self._styles["base"])

    def _blank(self) -> Strip:
        return Strip.blank(self._width, self._styles["base"])


def _style_of(part: Part) -> str:
    return part.kind or "base"
