"""How many terminal cells a text takes, and texts cut or padded to a number of them.

Invariant: no Textual here, and rich only with the first text that is not ASCII: printed tables use this module too, and
rich takes 11 ms to load.
"""

from __future__ import annotations

ELLIPSIS = "…"
_LEAST_END = 4  # cells of an identifier's end

_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def width_of(text: str) -> int:
    """Cells that ``text``, one line without control characters, takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def cut(line: str, width: int) -> str:
    """As much of ``line``'s start as fits ``width`` cells; no character is halved, no emoji or flag taken apart."""
    if line.isascii():
        return line[:width]
    from rich.cells import split_graphemes

    taken = 0
    for start, _, cells in split_graphemes(line)[0]:
        taken += cells
        if taken > width:
            return line[: start - _halves_flag(line, start)]
    return line


def in_width(line: str, width: int, *, right: bool = False, inside: bool = False) -> str:
    """``line`` cut (with ``…``) or padded to exactly ``width`` cells, to the right if so asked.

    ``inside``: it is cut where it says least, as identifiers do: they begin alike, and differ at the end.
    """
    if width <= 0:
        return ""
    cells = width_of(line)
    if cells > width and inside and line.isascii() and width > _LEAST_END:
        end = max(_LEAST_END, width - 1 - (width - 1) // 3)
        line = line[: width - 1 - end] + ELLIPSIS + line[-end:]
        cells = width
    elif cells > width:
        line = cut(line, width - 1) + ELLIPSIS
        cells = width_of(line)
    padding = " " * (width - cells)
    return padding + line if right else line + padding


def _halves_flag(line: str, end: int) -> bool:
    """Whether a cut at ``end`` parts the two letters of a flag; one by itself has another width in each terminal."""
    start = end
    while start and ord(line[start - 1]) in _FLAG_LETTERS:
        start -= 1
    return (end - start) % 2 == 1 and ord(line[end]) in _FLAG_LETTERS
