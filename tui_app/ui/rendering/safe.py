"""The last guard before the terminal: text that leaves here cannot act on it, and has the width that was asked for.

Invariants: no control, bidi control or invisible character leaves this module, even if the boundary that sanitises
tickets failed; and nothing that terminals draw in different widths, so that columns are straight everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui_app.tickets.text import clean, clean_line
from tui_app.ui.rendering.cells import cut, in_width, width_of

_REMEMBERED = 4096  # cells; a few screens full of different values
_LONGEST_CUT_INSIDE = 256  # characters
_MOST_CHARACTERS_PER_CELL = 8
"""Combining marks beyond this are a decoration, or an attack: a one-megabyte title is cut before it is measured."""

# Compiled with the first text that needs them: together they would take 2 ms of every start.
_SELECTED_JOIN = "[\ufe0e\ufe0f](?:\u200d.[\ufe0e\ufe0f]?)*"
_WIDTH_CHANGERS = re.compile("[\u20e3\U0001f3fb-\U0001f3ff]")
_BEFORE_TONE = "(?<=[\u261d-\U0001faff])[\U0001f3fb-\U0001f3ff]|(?<=[0-9#*])\u20e3"


class OutputGuard(LineFilter):
    """The last guard before the terminal: every line of every widget, toast and tooltip passes here.

    It is applied where lines become output; a line that is clean costs one look at it.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        return guarded(segments)


def safe_line(text: str) -> str:
    """``text`` on one line, harmless and of the same width in every terminal.

    Emoji variations, keycaps and skin tones are taken off: terminals disagree about their width, not about that of the
    character that they modify.
    """
    if text.isprintable() and text.isascii():
        return text
    return _steady(clean_line(text))


def safe_lines(text: str) -> list[str]:
    """The lines of ``text``, each as `safe_line` makes it, tabs as four spaces."""
    return [safe_line(line.expandtabs(4)) for line in clean(text).split("\n")]


def _steady(text: str) -> str:
    if "\ufe0f" in text or "\ufe0e" in text:
        text = re.sub(_SELECTED_JOIN, "", text)
    if _WIDTH_CHANGERS.search(text):
        text = re.sub(_BEFORE_TONE, "", text)
    return text


def guarded(segments: list[Segment]) -> list[Segment]:
    """``segments`` with anything that could act or hide made harmless; the same list where there is nothing to do."""
    if all(_is_harmless(segment.text) for segment in segments):
        return segments
    return [
        segment if _is_harmless(segment.text) else Segment(safe_line(segment.text), segment.style)
        for segment in segments
    ]


def _is_harmless(text: str) -> bool:
    return text.isprintable() and (text.isascii() or clean_line(text) == text)


def fit(text: str, width: int, *, right: bool = False, inside: bool = False) -> str:
    """``text`` made safe and cut (with ``…``) or padded to exactly ``width`` cells, as `in_width` does it."""
    inside = inside and len(text) <= _LONGEST_CUT_INSIDE
    kept = text if inside else text[: (width + 1) * _MOST_CHARACTERS_PER_CELL]
    return _fit(kept, width, right, inside) if width > 0 else ""


@lru_cache(_REMEMBERED)
def _fit(text: str, width: int, right: bool, inside: bool) -> str:
    return in_width(safe_line(text), width, right=right, inside=inside)


def wrapped(text: str, width: int) -> list[str]:
    """``text`` in harmless lines of at most ``width`` cells, broken at spaces where there are any.

    Each step looks only at as much as fits on one line, so that a line of a megabyte takes linear time.
    """
    return [piece for line in safe_lines(text) for piece in _pieces_of_line(line, width)]


def _pieces_of_line(line: str, width: int) -> Iterator[str]:
    reach = (width + 1) * _MOST_CHARACTERS_PER_CELL
    start = 0
    while True:
        window = line[start : start + width + 1]
        if width_of(window) <= width:
            window = line[start : start + reach]
        if start + len(window) == len(line) and width_of(window) <= width:
            yield window
            return
        head = cut(window, width) or window[:1]
        at = head.rfind(" ")
        head = head[:at] if at > width // 2 else head
        yield head.rstrip(" ")
        start += len(head)
        while line.startswith(" ", start):
            start += 1
