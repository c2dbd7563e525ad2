"""A view of lines that are there already, which scrolls and finds words, and the line to type these words in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_app.ui.detail.inline_picture import PictureLine, painting
from tui_app.ui.rendering.cells import width_of

_MOST_MATCHES = 10_000  # lines; finding "e" in a long ticket needs no more


class FoldTarget(Struct, frozen=True):
    """A folded part of the document, by its name: choosing it opens or closes the part."""

    name: str


class ReadingPlace(NamedTuple):
    """Where a reader is in a document: the line at the top, and what the chosen line leads to."""

    top: int
    chosen: object | None


class TargetLine(Strip):
    """A line that leads somewhere: ``target`` is where, None for nowhere."""

    def __init__(self, line: Strip, target: object) -> None:
        super().__init__(line, line.cell_length)
        self.target = target


class SectionLine(TargetLine):
    """The line that a section begins with."""


class LineView(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows strips, one a line; its keys are its owner's. Words looked for are marked in every line that holds them."""

    COMPONENT_CLASSES = {  # noqa: RUF012 (Textual's own way)
        "line-view--match",
        "line-view--match-here",
        "line-view--chosen",
    }

    DEFAULT_CSS = """
    LineView {
        height: 1fr;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        & > .line-view--match { text-style: underline; color: $text-warning; }
        & > .line-view--match-here { text-style: reverse bold; }
        & > .line-view--chosen { background: $block-cursor-blurred-background; text-style: bold; }
        &:focus > .line-view--chosen { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """

    class TargetOpened(Message):
        """What the chosen line leads to is to be opened."""

        def __init__(self, target: object) -> None:
            super().__init__()
            self.target = target

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Strip] = []
        self._has_pictures = False
        self._words = ""
        self._matches: list[int] = []
        self._here = -1
        self._chosen = -1
        """The line that `open_chosen` opens; -1: none."""
        self._section = (0, 0)
        """The line of the section that was gone to last, and the line that was at the top then."""
        self._ground = Style()

    @property
    def lines(self) -> Sequence[Strip]:
        """What is shown."""
        return self._lines

    def show(self, lines: list[Strip], *, from_top: bool) -> None:
        """Show ``lines`` instead of what is there; the chosen line stays chosen if there is one with its target."""
        target = None if from_top else self.chosen
        self._lines = lines
        self._has_pictures = any(isinstance(line, PictureLine) for line in lines)
        self._chosen = -1 if target is None else next((n for n in self._targets() if target_of(lines[n]) == target), -1)
        self.virtual_size = Size(self.scrollable_content_region.width, len(lines))
        if from_top:
            self.scroll_to(y=0, animate=False, force=True)
        self._find()
        self.refresh()

    @property
    def place(self) -> ReadingPlace:
        """Where the reader is."""
        return ReadingPlace(self.scroll_offset.y, self.chosen)

    @property
    def place_of_chosen(self) -> ReadingPlace:
        """The place where the chosen line is at the top."""
        return ReadingPlace(self._chosen, self.chosen)

    def return_to(self, place: ReadingPlace) -> None:
        """Go to a place where the reader was in the same lines."""
        self._chosen = next((n for n in self._targets() if target_of(self._lines[n]) == place.chosen), -1)
        self._section = self._chosen, min(place.top, self.max_scroll_y)
        self.scroll_to(y=place.top, animate=False, force=True)
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
        """Go forward by ``step`` matches, round the end; the match's number from 1 and how many there are."""
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

        The first section is what is above the first `SectionLine`. Its first line that leads somewhere is chosen.
        False: there is no other section in that direction.
        """
        top, starts = self.scroll_offset.y, self._section_starts()
        here = self._chosen if self._is_in_sight(self._chosen) else max(top, self._section_reached(top))
        if step > 0:
            others = [line for line in starts if line > here]
            if top >= self.max_scroll_y:  # at the end of the text a section is reached only by choosing a line of it
                others = [line for line in others if self._first_target(line) >= 0]
        else:
            own = max(line for line in starts if line <= here) if here != top else top
            others = [line for line in starts[::-1] if line < own]
        if not others:
            return False
        self._chosen = self._first_target(others[0])
        self._section = others[0], min(others[0], self.max_scroll_y)
        self.scroll_to(y=others[0], animate=False)
        self.refresh()
        return True

    def _section_reached(self, top: int) -> int:
        """The line of the section that was gone to last, while nothing was scrolled since: it may not be at the top."""
        line, top_then = self._section
        return line if top == top_then else 0

    def _section_starts(self) -> list[int]:
        return [0, *(number for number, line in enumerate(self._lines) if isinstance(line, SectionLine))]

    def _first_target(self, start: int) -> int:
        """The first line of the section that begins at line ``start`` which leads somewhere; -1: none does."""
        for number in range(start, len(self._lines)):
            if number > start and isinstance(self._lines[number], SectionLine):
                break
            if target_of(self._lines[number]) is not None:
                return number if start else -1
        return -1

    # ------------------------------------------------------- lines that lead somewhere

    @property
    def chosen(self) -> object | None:
        """What the chosen line leads to."""
        return target_of(self._lines[self._chosen]) if 0 <= self._chosen < len(self._lines) else None

    def choose_next(self, step: int) -> bool:
        """Choose the next line that leads somewhere, if one is chosen and both are in sight."""
        if not self._is_in_sight(self._chosen):
            return False
        targets = list(self._targets())
        at = targets.index(self._chosen) + step
        if not (0 <= at < len(targets) and self._is_in_sight(targets[at])):
            self._choose(-1)
            return False
        self._choose(targets[at])
        return True

    def choose_first(self) -> bool:
        """Choose the first line in sight, or else below, or else at all, that leads somewhere; whether there is one."""
        targets = list(self._targets())
        if not targets:
            return False
        below = [line for line in targets if line >= self.scroll_offset.y]
        self._choose((below or targets)[0])
        if not self._is_in_sight(self._chosen):
            self.scroll_to(y=max(0, self._chosen - self.size.height // 3), animate=False)
        return True

    def open_chosen(self) -> bool:
        """Post that the chosen line's target is to be opened; False: none in sight is chosen."""
        target = self.chosen
        if target is None or not self._is_in_sight(self._chosen):
            return False
        self.post_message(self.TargetOpened(target))
        return True

    def on_click(self, event: events.Click) -> None:
        line = self.scroll_offset.y + event.y
        if line < len(self._lines) and target_of(self._lines[line]) is not None:
            self._choose(line)
            self.open_chosen()

    def _choose(self, line: int) -> None:
        self._chosen = line
        self.refresh()

    def _targets(self) -> Iterator[int]:
        return (number for number, line in enumerate(self._lines) if target_of(line) is not None)

    def _is_in_sight(self, line: int) -> bool:
        top = self.scroll_offset.y
        return top <= line < min(len(self._lines), top + self.scrollable_content_region.height)

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
        if self._has_pictures:
            self.call_after_refresh(self._paint_pictures)
        return super().render_lines(crop)

    def _paint_pictures(self) -> None:
        """Paint the lines of pictures that are in sight, over the blanks that have just been written."""
        if self.is_attached and self.screen.is_active and self.app._driver is not None:
            top, region = self.scroll_offset.y, self.content_region
            in_sight = self._lines[top : top + self.scrollable_content_region.height]
            self.app._driver.write(
                painting(in_sight, region.offset, lambda x, y: self.screen.get_widget_at(x, y)[0] is self)
            )

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
        if number == self._chosen:
            chosen = self.get_component_rich_style("line-view--chosen", partial=True)
            strip = Strip([Segment(part.text, (part.style or Style()) + chosen) for part in strip], strip.cell_length)
        return strip.adjust_cell_length(width, self._ground).apply_style(self._ground)


def target_of(line: Strip) -> object | None:
    """What ``line`` leads to."""
    return line.target if isinstance(line, TargetLine) else None


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
