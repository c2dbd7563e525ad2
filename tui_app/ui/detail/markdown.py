"""Markdown to strips, in pieces, away from the event loop.

Invariants: no piece takes long, whatever is in it (a long block is not parsed but shown as it is); nothing in it is a
link that acts, a raw HTML element or a style of Textual's; every text of a strip is guarded.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from itertools import dropwhile
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_app.ui.rendering.safe import guarded, safe_lines

if TYPE_CHECKING:
    from rich.console import Console

OPEN_TASK, DONE_TASK = "☐", "☑"
PIECE = 1500
"""Characters rendered at a time, some 10 ms: a key waits no longer for its turn."""
_LONGEST_BLOCK = 6000  # characters; a longer paragraph, list or table takes the parser more than linear time
_LONGEST_TEXT = 200_000  # characters of one text; what follows is for the editor
_DEEPEST_QUOTE = 20  # levels of ">"; each costs a pass over the text

_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_TASK = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+)\[([ xX])\](?=\s)", re.MULTILINE)
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


class MarkdownRenderer:
    """Renders Markdown at one width in one theme. ``styles`` maps rich's ``markdown.*`` names to styles."""

    def __init__(self, styles: Mapping[str, Style], base: Style, code_theme: str) -> None:
        self._styles = dict(styles)
        self._base = base
        self._code_theme = code_theme

    def strips(self, piece: str, width: int) -> list[Strip]:
        """One piece of Markdown as strips of ``width`` cells."""
        console = self._console(width)
        from tui_app.ui.detail.elements import TicketMarkdown

        source = "\n".join(safe_lines(piece))
        document = TicketMarkdown(_with_task_signs(source), self._code_theme)
        lines = console.render_lines(document, console.options.update(width=width), pad=True)
        strips = (Strip(guarded([_inert(segment) for segment in line])) for line in lines)
        return [strip.adjust_cell_length(width) for strip in dropwhile(_is_blank, strips)]

    def _console(self, width: int) -> Console:
        from rich.console import Console
        from rich.theme import Theme

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


def _with_task_signs(text: str) -> str:
    return _TASK.sub(lambda task: f"{task[1]}{OPEN_TASK if task[2] == ' ' else DONE_TASK}", text)


def _is_blank(strip: Strip) -> bool:
    """Rich begins a list and a quote with a blank line, also where nothing stands above."""
    return not strip.text.strip()


def _inert(segment: Segment) -> Segment:
    """The segment without a link, which no ticket may bring along, and without control codes."""
    if segment.control is not None:
        return Segment("")
    style = segment.style
    return Segment(segment.text, style.update_link(None)) if style is not None and style.link else segment
