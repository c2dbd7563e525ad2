"""Markdown to strips, in pieces, away from the event loop.

Invariants: no piece takes long, whatever is in it (a long block is not parsed but shown as it is); nothing in it is a
link that acts, a raw HTML element or a style of Textual's; every text of a strip is guarded.

rich's Markdown is imported with the first piece that is rendered: it costs a good part of Textual's own import.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from itertools import dropwhile

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.theme import Theme
from textual.strip import Strip

from tui_app.ui.rendering.safe import guarded, safe_lines

PIECE = 1500
"""Characters rendered at a time, some 10 ms: a key waits no longer for its turn."""
_LONGEST_BLOCK = 6000  # characters; a longer paragraph, list or table takes the parser more than linear time
_LONGEST_TEXT = 200_000  # characters of one text; what follows is for the editor
_DEEPEST_QUOTE = 20  # levels of ">"; each costs a pass over the text

_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_DEEP_QUOTE = re.compile(rf"^(?:\s?>\s?){{{_DEEPEST_QUOTE},}}", re.MULTILINE)


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Cut Markdown at blank lines outside of code fences into ``(piece, is Markdown)``, each about `PIECE` long."""
    capped = text[:_LONGEST_TEXT]
    gathered: list[str] = []
    size = 0
    for block in _blocks(capped):
        if len(block) > _LONGEST_BLOCK or _DEEP_QUOTE.search(block):
            if gathered:
                yield "\n\n".join(gathered), True
            yield block, False
            gathered, size = [], 0
            continue
        gathered.append(block)
        size += len(block)
        if size > PIECE:
            yield "\n\n".join(gathered), True
            gathered, size = [], 0
    if gathered:
        yield "\n\n".join(gathered), True
    if len(text) > _LONGEST_TEXT:
        rest = len(text) - _LONGEST_TEXT
        yield f".. and {rest:,} more characters, which are not shown here; $EDITOR opens all of them.", False


def _blocks(text: str) -> Iterator[str]:
    """Runs of lines between blank lines; a code fence is one run, and an indented line belongs to what is above it."""
    lines: list[str] = []
    fence = ""
    blank = False
    for line in text.split("\n"):
        if not fence and blank and line.strip() and not line.startswith((" ", "\t")):
            yield "\n".join(lines).strip("\n")
            lines = []
        lines.append(line)
        match = _FENCE.match(line)
        if match and not fence:
            fence = match[1]
        elif match and match[1].startswith(fence) and line.strip() == match[1]:
            fence = ""
        blank = not line.strip()
    if any(line.strip() for line in lines):
        yield "\n".join(lines).strip("\n")


_FROM_PANE = {
    "markdown.paragraph": "base",
    "markdown.text": "base",
    "markdown.em": "emphasis",
    "markdown.emph": "emphasis",
    "markdown.strong": "strong",
    "markdown.code": "code",
    "markdown.code_block": "code",
    "markdown.block_quote": "quote",
    "markdown.list": "base",
    "markdown.item": "base",
    "markdown.item.bullet": "caption",
    "markdown.item.number": "caption",
    "markdown.hr": "rule",
    "markdown.h1": "title",
    "markdown.h1.border": "rule",
    "markdown.h2": "title",
    "markdown.h3": "strong",
    "markdown.h4": "strong",
    "markdown.h5": "strong",
    "markdown.h6": "strong",
    "markdown.h7": "strong",
    "markdown.link": "value",
    "markdown.link_url": "link",
    "markdown.s": "struck",
    "markdown.table.border": "rule",
    "markdown.table.header": "strong",
}
"""Rich's names to the pane's style names."""


class MarkdownRenderer:
    """Renders Markdown in the pane's ``styles``. Code has the terminal's own sixteen colours, so every theme works.

    Without ``colours`` it has none: as greys, some of them could not be told from the background.
    """

    def __init__(self, styles: Mapping[str, Style], *, dark: bool, colours: bool = True) -> None:
        self._styles = {name: styles[ours] for name, ours in _FROM_PANE.items()}
        self._code_theme = ("ansi_dark" if dark else "ansi_light") if colours else ""

    def strips(self, piece: str, width: int) -> list[Strip]:
        """One piece of Markdown as strips of ``width`` cells."""
        from tui_app.ui.detail.rich_markdown import TicketMarkdown

        console = self._console(width)
        document = TicketMarkdown("\n".join(safe_lines(piece)), self._code_theme)
        lines = console.render_lines(document, console.options.update(width=width), pad=True)
        strips = (Strip(guarded([_inert(segment) for segment in line])) for line in lines)
        return [strip.adjust_cell_length(width) for strip in dropwhile(_is_blank, strips)]

    def _console(self, width: int) -> Console:
        return Console(
            file=io.StringIO(),
            width=width,
            color_system="truecolor",
            force_terminal=True,
            legacy_windows=False,
            theme=Theme(self._styles),
            markup=False,
            emoji=False,
            highlight=False,
        )


def _is_blank(strip: Strip) -> bool:
    """Rich begins a list and a quote with a blank line, even at the top."""
    return not strip.text.strip()


def _inert(segment: Segment) -> Segment:
    """The segment without a link, which no ticket may bring along, and without control codes."""
    if segment.control is not None:
        return Segment("")
    style = segment.style
    return Segment(segment.text, style.update_link(None)) if style is not None and style.link else segment
