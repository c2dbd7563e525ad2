"""JSON in a text: the whole of it, in fences, in tags, behind a sentence, or line by line.

Invariant: never raises; time linear in the text, since every failed attempt is counted against a bound.
"""

from __future__ import annotations

import json
import re

from tui_app.tickets.json_values import read_json
from tui_app.tickets.ticket import JsonValue

_FENCE = r"(?is)```(?:json[c5]?|javascript)?[ \t]*\r?\n(.*?)```"
_START = r"(?:^|(?<=[\s>:=]))[\[{]"
_MOST_ATTEMPTS = 20  # places at which JSON could begin and does not; a text has braces of its own
_MOST_LINES = 20_000
_DECODER = json.JSONDecoder()


def json_of(text: str) -> JsonValue:
    """The JSON value that ``text`` is or holds: a list or an object; None where there is none."""
    stripped = text.strip().removeprefix("\ufeff")
    if stripped[:1] in ("{", "["):
        whole = _loads(stripped)
        if whole is not None:
            return whole
        lines = _json_lines(stripped)
        if lines is not None:
            return lines
    return _fenced(stripped) or _embedded(stripped)


def _loads(text: str) -> JsonValue:
    try:
        value: JsonValue = read_json(text)
    except ValueError:
        return None
    return value if isinstance(value, (list, dict)) else None


def _json_lines(text: str) -> JsonValue:
    """One object a line."""
    lines = text.split("\n")
    if not 1 < len(lines) <= _MOST_LINES:
        return None
    rows: list[JsonValue] = []
    for line in lines:
        if not line.strip():
            continue
        row = _loads(line.strip().rstrip(","))
        if row is None:
            return None
        rows.append(row)
    return rows


def _fenced(text: str) -> JsonValue:
    if "```" not in text:
        return None
    found: list[JsonValue] = [_loads(match[1].strip()) for match in re.finditer(_FENCE, text)]
    values = [value for value in found if value is not None]
    if len(values) == 1:
        return values[0]
    return list(values) or None


def _embedded(text: str) -> JsonValue:
    """The largest JSON value that begins somewhere in ``text``; a pair of brackets in a sentence is none."""
    best: JsonValue = None
    longest, position = 0, 0
    for _ in range(_MOST_ATTEMPTS):
        start = re.compile(_START).search(text, position)
        if start is None:
            break
        try:
            value, end = _DECODER.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            position = start.end()
            continue
        if end - start.start() > longest and _is_data(value):
            best, longest = value, end - start.start()
        position = end
    return best


def _is_data(value: object) -> bool:
    """An object, or a list that holds one; ``[1]`` and ``[]`` are marks in a text."""
    return bool(value) and (isinstance(value, dict) or (isinstance(value, list) and isinstance(value[0], dict)))
