"""A view of lines that are there already: scrolling, finding words, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_app.ui.rendering.safe import width_of

_MOST_MATCHES = 10_000  # lines; finding "e" in a long ticket helps nobody further than this


class SectionLine(Strip):
    """The line that a section begins with."""


class LineView(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows strips, one a line; its keys are its owner's. Words looked for are marked in every line that holds them."""

    COMPONENT_CLASSES = {"line-view--match", "line-view--match-here"}  # noqa: RUF012 (Textual's own way)

    DEFAULT_CSS = """
    LineView {
        height: 1fr;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        & > .line-view--match { text-style: underline; color: $text-warning; }
        & > .line-view--match-here { text-style: reverse bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Strip] = []
        self._words = ""
        self._matches: list[int] = []
        self._here = -1
        self._ground = Style()

    @property
    def lines(self) -> Sequence[Strip]:
        """What is shown."""
        return self._lines

    def show(self, lines: list[Strip], *, from_top: bool) -> None:
        """Show ``lines`` instead of what is there."""
        self._lines = lines
        self.virtual_size = Size(self.scrollable_content_region.width, len(lines))
        if from_top:
            self.scroll_to(y=0, animate=False, force=True)
        self._find()
        self.refresh()

    def find(self, words: str) -> int:
        """Mark every line that holds ``words`` in any case, go to the first from here on; how many lines there are."""
        self._words = words.casefold()
        self._find()
        if self._matches:
            start = self.scroll_offset.y
            self._here = next((i for i, line in enumerate(self._matches) if line >= start), 0)
            self._reveal()
        self.refresh()
        return len(self._matches)

    def next_match(self, step: int) -> tuple[int, int]:
        """Go ``step`` matches further, round the end; the match's number from 1 and how many there are."""
        if not self._matches:
            return 0, 0
        self._here = (self._here + step) % len(self._matches)
        self._reveal()
        self.refresh()
        return self._here + 1, len(self._matches)

    @property
    def is_marked(self) -> bool:
        """Whether words are looked for."""
        return bool(self._words)

    @property
    def has_matches(self) -> bool:
        """Whether what is looked for is there."""
        return bool(self._matches)

    def move(self, lines: int) -> None:
        """Scroll by so many lines, at once."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False)

    def to_section(self, step: int) -> bool:
        """Bring the beginning of the next section (``step`` 1) or of the one before (-1) to the top, as far as it goes.

        The first section is what stands above the first `SectionLine`. False: there is no further one.
        """
        top = self.scroll_offset.y
        starts = [0, *(number for number, line in enumerate(self._lines) if isinstance(line, SectionLine))]
        further = [line for line in starts if line > top] if step > 0 else [line for line in starts[::-1] if line < top]
        if not further or (step > 0 and top >= self.max_scroll_y):
            return False
        self.scroll_to(y=further[0], animate=False)
        return True

    @property
    def page(self) -> int:
        """Lines in sight, less one that stays to read on from."""
        return max(1, self.scrollable_content_region.height - 1)

    def _find(self) -> None:
        words = self._words
        self._matches = []
        self._here = -1
        if words:
            for number, strip in enumerate(self._lines):
                if words in strip.text.casefold():
                    self._matches.append(number)
                    if len(self._matches) >= _MOST_MATCHES:
                        break

    def _reveal(self) -> None:
        line = self._matches[self._here]
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if not top <= line < top + height:
            self.scroll_to(y=max(0, line - height // 3), animate=False)

    def render_lines(self, crop: Region) -> list[Strip]:
        """One look at the style for all lines: it is worked out anew each time, which takes longer than a line."""
        self._ground = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        number = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        if number >= len(self._lines):
            return Strip.blank(width, self._ground)
        strip = self._lines[number]
        if self._words and self._words in strip.text.casefold():
            here = self._here >= 0 and self._matches[self._here] == number
            name = "line-view--match-here" if here else "line-view--match"
            strip = marked(strip, self._words, self.get_component_rich_style(name, partial=True))
        return strip.adjust_cell_length(width, self._ground).apply_style(self._ground)


def marked(strip: Strip, words: str, style: Style) -> Strip:
    """``strip`` with every place of ``words`` (case folded) in ``style``."""
    text = strip.text
    folded = text.casefold()
    if len(folded) != len(text):  # a letter that folds to two: places no longer agree, so the line is marked whole
        return Strip([Segment(part.text, (part.style or Style()) + style) for part in strip], strip.cell_length)
    cuts: list[int] = []
    at = folded.find(words)
    while at >= 0:
        cuts += [width_of(text[:at]), width_of(text[: at + len(words)])]
        at = folded.find(words, at + len(words))
    parts = strip.divide([*cuts, strip.cell_length])
    pieces = [
        Segment(segment.text, (segment.style or Style()) + style) if number % 2 else segment
        for number, part in enumerate(parts)
        for segment in part
    ]
    return Strip(pieces, strip.cell_length)
