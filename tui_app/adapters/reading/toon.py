"""Reading TOON (Token-Oriented Object Notation), the indented form of JSON that some servers answer in.

Invariant: `parse_toon` returns JSON values or None; it neither raises nor recurses deeper than `_DEEPEST`.
Reference: https://github.com/toon-format/spec. Objects go by indentation; ``key[2]: a,b`` holds primitives,
``key[2]{x,y}:`` a table, ``key[2]:`` a list of ``- `` items.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from tui_app.tickets.ticket import JsonValue

_DEEPEST = 60  # levels; a deeply nested list of an Atlassian document has some 30
_KEY = r'"(?:[^"\\]|\\.)*"|[^\s":,\[\]{}][^":\[\]{}]*'
_HEADER = re.compile(
    rf"(?P<key>{_KEY})?\[#?(?P<count>\d{{1,9}})(?P<mark>[|\t]?)\](?:\{{(?P<columns>[^}}]*)\}})?:(?P<rest>.*)"
)
_FIELD = re.compile(rf"(?P<key>{_KEY}):(?P<rest> .*|)")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,30})(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_CONSTANTS: dict[str, JsonValue] = {"null": None, "true": True, "false": False}
_ITEM = "- "


class _Line(NamedTuple):
    indent: int
    text: str


class _NotToonError(Exception):
    """The text is something else."""


def parse_toon(text: str) -> JsonValue:
    """The value that ``text`` holds, None where it is no TOON document with an array in it."""
    lines = [_Line(len(line) - len(line.lstrip(" ")), line.strip(" ")) for line in text.splitlines() if line.strip()]
    if not lines or not any(_HEADER.fullmatch(line.text.removeprefix(_ITEM)) for line in lines):
        return None
    try:
        return _Reader(lines).document()
    except _NotToonError:
        return None


class _Reader:
    """Walks over the lines once."""

    def __init__(self, lines: list[_Line]) -> None:
        self._lines = lines
        self._at = 0

    def document(self) -> JsonValue:
        first = self._lines[0]
        header = _HEADER.fullmatch(first.text)
        if header and header["key"] is None:
            self._at = 1
            value = self._array(header, first.indent, 0)
        else:
            value = self._object(first.indent, 0)
        if self._at < len(self._lines):
            raise _NotToonError
        return value

    def _object(self, indent: int, depth: int) -> JsonValue:
        """The fields that stand at ``indent``."""
        if depth > _DEEPEST:
            raise _NotToonError
        fields: dict[str, JsonValue] = {}
        while (line := self._line()) and line.indent == indent and not line.text.startswith(_ITEM):
            self._at += 1
            if header := _HEADER.fullmatch(line.text):
                fields[_unquoted(header["key"] or "")] = self._array(header, indent, depth)
            elif field := _FIELD.fullmatch(line.text):
                fields[_unquoted(field["key"])] = self._value(field["rest"].strip(), indent, depth)
            else:
                raise _NotToonError
        return fields

    def _value(self, text: str, indent: int, depth: int) -> JsonValue:
        if text:
            return _primitive(text)
        line = self._line()
        return self._object(line.indent, depth + 1) if line and line.indent > indent else {}

    def _array(self, header: re.Match[str], indent: int, depth: int) -> JsonValue:
        delimiter = header["mark"] or ","
        if header["columns"] is not None:
            columns = [_unquoted(name.strip()) for name in _cells(header["columns"], delimiter)]
            rows = [_cells(row, delimiter) for row in self._rows(indent, int(header["count"]))]
            return [dict(zip(columns, map(_primitive, row), strict=False)) for row in rows]
        inline = header["rest"].strip()
        if inline:
            return [_primitive(cell) for cell in _cells(inline, delimiter)]
        return list(self._items(indent, depth))

    def _rows(self, indent: int, count: int) -> list[str]:
        """The lines of a table: as many as were announced, as far as they are there."""
        rows: list[str] = []
        while len(rows) < count and (line := self._line()) and line.indent > indent:
            rows.append(line.text)
            self._at += 1
        return rows

    def _items(self, indent: int, depth: int) -> list[JsonValue]:
        if depth > _DEEPEST:
            raise _NotToonError
        items: list[JsonValue] = []
        while (line := self._line()) and line.indent > indent and (line.text.startswith(_ITEM) or line.text == "-"):
            items.append(self._item(line, depth + 1))
        return items

    def _item(self, line: _Line, depth: int) -> JsonValue:
        content = line.text[len(_ITEM) :].strip()
        inner = line.indent + len(_ITEM)
        header = _HEADER.fullmatch(content)
        if header and header["key"] is None:
            self._at += 1
            return self._array(header, line.indent, depth)
        if header or _FIELD.fullmatch(content):
            self._lines[self._at] = _Line(inner, content)
            return self._object(inner, depth)
        self._at += 1
        return _primitive(content) if content else {}

    def _line(self) -> _Line | None:
        return self._lines[self._at] if self._at < len(self._lines) else None


def _cells(text: str, delimiter: str) -> list[str]:
    """The parts of ``text``; a delimiter within quotes does not divide."""
    cells: list[str] = []
    start, quoted, position = 0, False, 0
    while position < len(text):
        character = text[position]
        if character == "\\" and quoted:
            position += 1
        elif character == '"':
            quoted = not quoted
        elif character == delimiter and not quoted:
            cells.append(text[start:position].strip())
            start = position + 1
        position += 1
    return [*cells, text[start:].strip()]


def _primitive(text: str) -> JsonValue:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text in ("[]", "{}"):
        return [] if text == "[]" else {}
    if text.startswith('"'):
        return _unquoted(text)
    if _NUMBER.fullmatch(text):
        return float(text) if any(mark in text for mark in ".eE") else int(text)
    return text


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text.strip()
    try:
        return str(json.loads(text))
    except ValueError:
        return text.strip('"')
