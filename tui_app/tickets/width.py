"""How many terminal cells a text takes: two for East Asian wide characters and emoji, none for combining marks."""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"

_JOINER = "\u200d"
_INVISIBLE = frozenset(("Mn", "Me", "Cf", "Cc", "Cs"))
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)


def text_width(text: str) -> int:
    """Cells that ``text`` takes on one line."""
    if text.isascii():
        return len(text)
    return sum(width for _, width in _cells(text))


def fit(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells: padded with spaces, or cut with an ellipsis."""
    taken = text_width(text)
    if taken <= width:
        return text + " " * (width - taken)
    kept, used = [], 0
    room = width - text_width(ELLIPSIS)
    for character, cells in _cells(text):
        if used + cells > room:
            break
        kept.append(character)
        used += cells
    return "".join(kept) + ELLIPSIS * (width > 0) + " " * (room - used)


def _cells(text: str) -> list[tuple[str, int]]:
    """Each character with the cells that it adds; a joined emoji counts once, at its first character."""
    cells: list[tuple[str, int]] = []
    joined = flag_open = False
    for character in text:
        point = ord(character)
        if point in _FLAGS:
            width, flag_open = (0, False) if flag_open else (2, True)
        else:
            flag_open = False
            width = 0 if joined or (point in _SKIN_TONES and cells) else _cell_width(character)
        joined = character == _JOINER
        cells.append((character, width))
    return cells


def _cell_width(character: str) -> int:
    if unicodedata.category(character) in _INVISIBLE:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
