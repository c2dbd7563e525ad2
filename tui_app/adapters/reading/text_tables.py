"""Tickets in tables: Markdown's, drawn ones, and comma- or tab-separated lines under a header."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from tui_app.adapters.reading.names import DATABASE_IDS, FIELD_NAMES, HUMAN_IDS, URL_NAMES, plain_name
from tui_app.adapters.reading.text_heads import undecorated
from tui_app.tickets.ticket import JsonValue

_MOST_LINES = 20_000
_LONGEST_LINE = 20_000  # characters
_RULE = re.compile(r"[\s|:+=\-─┼│]+")
_LINK = re.compile(r"\[([^\[\]]{1,500})\]\((https?://[^\s()]{1,2000})\)")
_ESCAPED_BAR = "\\|"
_STAND_IN = "\x00"

_KNOWN = frozenset(
    (*HUMAN_IDS, *DATABASE_IDS, *URL_NAMES, *(name for names in FIELD_NAMES.values() for name in names), "no", "nr")
)  # fmt: skip
_IDS = frozenset((*HUMAN_IDS, *DATABASE_IDS, "no", "nr", ""))
_TITLES = frozenset(FIELD_NAMES["title"])


def table_rows(text: str) -> list[JsonValue]:
    """The rows of the tables in ``text`` whose header names a title and at least one more part of a ticket."""
    lines = text.split("\n", _MOST_LINES)[:_MOST_LINES]
    rows = _drawn(lines)
    return rows or _separated(lines)


def _drawn(lines: Sequence[str]) -> list[JsonValue]:
    """Tables with bars: ``| Key | Title |``, with or without bars at the ends."""
    rows: list[JsonValue] = []
    header: list[str] | None = None
    for line in lines:
        if len(line) > _LONGEST_LINE or ("|" not in line and "│" not in line):
            header = header if line.strip() and _RULE.fullmatch(line) else None
        elif _RULE.fullmatch(line.strip()):
            continue
        else:
            cells = _cells(line)
            if header is None:
                header = cells if _is_header(cells) else None
            elif len(cells) > 1:
                rows.append(_row(header, cells))
    return rows


def _cells(line: str) -> list[str]:
    plain = line.strip().replace(_ESCAPED_BAR, _STAND_IN).replace("│", "|")
    return [cell.strip().replace(_STAND_IN, "|") for cell in plain.strip("|").split("|")]


def _separated(lines: Sequence[str]) -> list[JsonValue]:
    """Lines under a header that are separated by commas, semicolons or tabs."""
    for number, line in enumerate(lines[:20]):
        for delimiter in (",", "\t", ";"):
            names = [name.strip().strip('"') for name in line.split(delimiter)]
            if len(names) > 1 and all(plain_name(name) for name in names) and _is_header(names):
                return _parsed(lines[number:], delimiter)
    return []


def _parsed(lines: Sequence[str], delimiter: str) -> list[JsonValue]:
    try:
        header, *others = csv.reader(lines, delimiter=delimiter)
    except (csv.Error, ValueError):
        return []
    return [_row(header, cells) for cells in others if len(cells) == len(header)]


def _is_header(cells: Sequence[str]) -> bool:
    names = [plain_name(undecorated(cell)[:100]) for cell in cells]
    known = [name for name in names if name in _KNOWN]
    has_number = any(undecorated(cell).strip() == "#" for cell in cells)
    return bool(_TITLES & set(names)) and len(known) + has_number > 1


def _row(header: Sequence[str], cells: Sequence[str]) -> JsonValue:
    row: dict[str, JsonValue] = {}
    for name, cell in zip(header, cells, strict=False):
        link = _LINK.search(cell)
        name = undecorated(name).strip() or "id"
        plain = plain_name(name)
        row["id" if name == "#" or plain in ("no", "nr") else name] = undecorated(_LINK.sub(r"\1", cell)) or None
        if link and "url" not in row and (plain in _IDS or plain in _TITLES or name == "#"):
            row["url"] = link[2]
    return row
