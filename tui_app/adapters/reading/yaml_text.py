"""Reading YAML as servers write it: block mappings and lists, scalars plain, quoted, folded or literal.

A small reader instead of a YAML library: anchors, aliases, tags and nested flow collections, which only documents meant
to surprise hold, stay the text that they are. Invariant: `parse_yaml` returns JSON values or None; it neither raises
nor goes deeper than `_DEEPEST`.
"""

from __future__ import annotations

import re

from tui_app.tickets.json_values import read_json
from tui_app.tickets.ticket import JsonValue

_DEEPEST = 40  # levels; answers of trackers have some five
_KEY = re.compile(
    r"""(?P<key>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#&*!|>'"%@`\[\]{},?-][^#]*?|-[^\s#][^#]*?)(?<=\S)\s*:(?:\s+(?P<rest>.*))?"""
)
_BLOCK = re.compile(r"(?P<style>[|>])(?P<hints>[+-]?\d?[+-]?)(?:\s+#.*)?")
_INTEGER = re.compile(r"[+-]?\d{1,30}")
_FLOAT = re.compile(r"[+-]?(?:\d{1,30}\.\d{0,30}|\.\d{1,30})(?:[eE][+-]?\d{1,3})?")
_COMMENT = re.compile(r"(?<!\s)\s+#.*$")
_END = {'"': re.compile(r'((?:[^"\\]|\\.)*)"(?:\s+#.*)?$'), "'": re.compile(r"((?:[^']|'')*)'(?:\s+#.*)?$")}
"""Mark to what precedes the same mark at the end of a quoted scalar's last line."""
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[^xuU])")
_ESCAPES = {
    "n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v", "N": "\x85",
    "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_CONSTANTS: dict[str, JsonValue] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_ITEM = "- "


class _NotYamlError(Exception):
    """The text is something else."""


def parse_yaml(text: str) -> JsonValue:
    """The mapping or list that ``text`` holds; None where it is no YAML document of that kind."""
    lines = [line.expandtabs() for line in text.split("\n") if not line.startswith("---")]
    try:
        reader = _Reader(lines)
        value = reader.block(reader.indent(), 0)
        return value if reader.finished() and isinstance(value, (dict, list)) else None
    except (_NotYamlError, ValueError):
        return None


class _Reader:
    """Walks over the lines once."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0

    def finished(self) -> bool:
        return self._next() is None

    def indent(self) -> int:
        line = self._next()
        return _indent(line) if line is not None else -1

    def block(self, indent: int, depth: int) -> JsonValue:
        """The mapping or the list at ``indent``."""
        line = self._next()
        if line is None or depth > _DEEPEST:
            raise _NotYamlError
        return self._list(indent, depth) if _is_item(line.strip()) else self._mapping(indent, depth)

    def _mapping(self, indent: int, depth: int) -> JsonValue:
        mapping: dict[str, JsonValue] = {}
        while (line := self._next()) is not None and _indent(line) == indent and not _is_item(line.strip()):
            match = _KEY.fullmatch(line.strip())
            if match is None:
                raise _NotYamlError
            self._at += 1
            key = str(_quoted(match["key"]) or match["key"])
            if key in mapping:
                raise _NotYamlError  # labelled lines of several records
            mapping[key] = self._value(match["rest"] or "", indent, depth)
        return mapping

    def _list(self, indent: int, depth: int) -> JsonValue:
        entries: list[JsonValue] = []
        while (line := self._next()) is not None and _indent(line) == indent and _is_item(line.strip()):
            content = line.strip()[1:].lstrip()
            inner = indent + len(line.strip()) - len(content)
            if _KEY.fullmatch(content) or _is_item(content):
                self._lines[self._at] = " " * inner + content
                entries.append(self.block(inner, depth + 1))
            else:
                self._at += 1
                entries.append(self._value(content, indent, depth))
        return entries

    def _value(self, text: str, indent: int, depth: int) -> JsonValue:
        """The value behind a key or a dash at ``indent``, and on the lines that belong to it."""
        if block := _BLOCK.fullmatch(text):
            return self._literal(indent, block["style"], block["hints"])
        if text[:1] in ('"', "'"):
            return self._quoted(text)
        if not text or text.startswith("#"):
            line = self._next()
            if line is not None and (_indent(line) > indent or (_indent(line) == indent and _is_item(line.strip()))):
                return self.block(_indent(line), depth + 1)
            return None
        return _plain(" ".join([text, *self._continuation(indent)]))

    def _continuation(self, indent: int) -> list[str]:
        """The other lines of a plain scalar: all that are indented more."""
        lines: list[str] = []
        while self._at < len(self._lines) and _indent(self._lines[self._at]) > indent and self._lines[self._at].strip():
            lines.append(self._lines[self._at].strip())
            self._at += 1
        return lines

    def _quoted(self, text: str) -> JsonValue:
        """A quoted scalar, which may go over several lines."""
        mark, line = text[0], text[1:]
        lines: list[str] = []
        while (end := _END[mark].match(line)) is None:
            lines.append(line)
            if self._at >= len(self._lines):
                raise _NotYamlError
            line = self._lines[self._at].strip()
            self._at += 1
        return _unquoted(_folded([*lines, end[1]], mark), mark)

    def _literal(self, indent: int, style: str, hints: str) -> str:
        lines: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.strip() and _indent(line) <= indent:
                break
            lines.append(line)
            self._at += 1
        margin = min((_indent(line) for line in lines if line.strip()), default=0)
        text = "\n".join(line[margin:].rstrip() for line in lines).rstrip("\n")
        if style == ">":
            text = re.sub(r"(?<=\S)\n(?=\S)", " ", text).replace("\n\n", "\n")
        return text if "-" in hints else text + "\n"

    def _next(self) -> str | None:
        """The next line that says something."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.strip() and not line.lstrip().startswith("#"):
                return line
            self._at += 1
        return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_item(text: str) -> bool:
    return text.startswith(_ITEM) or text == "-"


def _plain(text: str) -> JsonValue:
    text = _COMMENT.sub("", text).strip()
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if text[:1] in ("[", "{"):
        return _flow(text)
    return text


def _flow(text: str) -> JsonValue:
    try:
        value: JsonValue = read_json(text)
        return value
    except ValueError:
        pass
    if text.startswith("[") and text.endswith("]") and not set("[]{}") & set(text[1:-1]):
        return [_quoted(entry.strip()) or _plain(entry) for entry in text[1:-1].split(",") if entry.strip()]
    return text


def _quoted(text: str) -> str | None:
    """The string that ``text`` quotes on one line; None where it quotes none."""
    end = _END[text[0]].match(text[1:]) if text[:1] in _END else None
    return _unquoted(end[1], text[0]) if end else None


def _folded(lines: list[str], mark: str) -> str:
    """The lines of a quoted scalar in one: a break is a space, an empty line is a break, a backslash joins."""
    parts = [lines[0]]
    for number, line in enumerate(lines[1:], 2):
        last = parts[-1]
        if mark == '"' and last.endswith("\\"):
            parts[-1] = last[:-1]
            parts.append(line)
        elif not line and number < len(lines):
            parts.append("\n")
        else:
            parts.append(line if last == "\n" else f" {line}")
    return "".join(parts)


def _unquoted(text: str, mark: str) -> str:
    return text.replace("''", "'") if mark == "'" else _ESCAPE.sub(_unescaped, text)


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"  # Unicode's last
    return _ESCAPES.get(code, code)
