"""Private fields are taken out of a server's answer before anything else sees it.

Invariant: after `redact`, no mapping at any depth has a key that spells a private name in any case or style
(``internal_notes``, ``internalNotes``, ``Internal Notes``), neither in data nor in JSON that is carried as text; and no
line, table column or element of a plain text is labelled with one. Text inside data counts as text: a server may pack
its whole answer into one string.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from tui_app.tickets.json_values import read_json
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.turns import give_way

PRIVATE_NAMES = ("internal_notes", "private_data")
"""Removed always; a profile can name more (``private_fields``)."""

_MOST_FAILED_SCANS = 200  # braces in prose that begin no JSON; a bound, so that hostile text stays linear
_TEXTS_AT_ONCE = 2000  # nothing else runs while they are looked through; collecting them takes a millisecond
_CHARACTERS_AT_ONCE = 500_000
_MOST_REMEMBERED_KEYS = 10_000  # a server that invents keys must not fill the memory
_WORD = re.compile(r"[A-Z]?[^\W_A-Z]+|[A-Z]+(?![^\W_A-Z])")
_LONGEST_TAG = 200  # characters of attributes; longer ones are no tag
_ASCII_ESCAPE = re.compile(r"\\u00[2-7]", re.IGNORECASE)  # a letter written as an escape can spell a private name
_ESCAPE = 6  # characters of one


def redact(value: JsonValue, names: Iterable[str] = ()) -> JsonValue:
    """``value``, left as it is, without its private fields; ``names`` are private besides `PRIVATE_NAMES`."""
    return _redactor(tuple(names)).value(value)


def redact_text(text: str, names: Iterable[str] = ()) -> str:
    """A whole text block without its private fields, be it JSON, text around JSON, YAML, Markdown or XML."""
    return _redactor(tuple(names)).block(text)


@lru_cache(maxsize=32)
def _redactor(names: tuple[str, ...]) -> _Redactor:
    return _Redactor((*PRIVATE_NAMES, *names))


def _spelling(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


class _Redactor:
    """Knows one set of private names, and remembers the keys that it met and that are none of them."""

    def __init__(self, names: Iterable[str]) -> None:
        words = [_WORD.findall(name) for name in names if _spelling(name)]
        self._spellings = {"".join(parts).casefold() for parts in words}
        self._first_words = {parts[0].lower() for parts in words}
        self._overlap = max(map(len, self._first_words), default=0) + _ESCAPE
        self._harmless_keys: set[str] = set()
        loose = "|".join(r"[\W_]*".join(map(re.escape, parts)) for parts in words)
        self._mention = re.compile(loose, re.IGNORECASE)
        self._line = re.compile(
            rf"[\s>*_#+\-]*[\"'`*_]*(?:{loose})[\"'`*_]*\s*(?:[:=]|\*\*:)",
            re.IGNORECASE,
        )
        self._tag = re.compile(rf"<(?P<close>/?)(?:{loose})\b[^<>\n]{{0,{_LONGEST_TAG}}}>", re.IGNORECASE)
        self._heading = re.compile(rf"(#+)\s+\W*(?:{loose})\W*$", re.IGNORECASE)

    def value(self, value: JsonValue) -> JsonValue:
        return self._rebuilt(value) if self._holds_private(value) else value

    def _holds_private(self, value: JsonValue) -> bool:
        """A look before the copy: nearly every answer holds nothing private, and looking costs a third."""
        waiting: list[dict[str, JsonValue] | list[JsonValue]] = [[value]]
        texts: list[str] = []
        while waiting:
            container = waiting.pop()
            if isinstance(container, dict):
                if not self._harmless_keys.issuperset(container) and any(map(self._private, container)):
                    return True
                items: Iterable[JsonValue] = container.values()
            else:
                items = container
            for item in items:
                if isinstance(item, str):
                    texts.append(item)
                elif isinstance(item, (dict, list)):
                    waiting.append(item)
            if len(texts) >= _TEXTS_AT_ONCE:
                if self._suspicious("\n".join(texts)):
                    return True
                texts.clear()
                give_way()
        return self._suspicious("\n".join(texts))  # one search through many of them costs a third of one through each

    def _rebuilt(self, value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            return {key: self._rebuilt(item) for key, item in value.items() if not self._private(key)}
        if isinstance(value, list):
            return [self._rebuilt(item) for item in value]
        return self.block(value) if isinstance(value, str) else value

    def block(self, text: str) -> str:
        if not self._suspicious(text):
            return text
        parsed = _parsed(text)
        if parsed is not None:
            redacted = self.value(parsed)
            return text if redacted == parsed else json.dumps(redacted, ensure_ascii=False)
        return self._labelled(self._without_elements(self._embedded_json(text)))

    def _private(self, key: str) -> bool:
        if key in self._harmless_keys:
            return False
        if _spelling(key) in self._spellings:
            return True
        if len(self._harmless_keys) > _MOST_REMEMBERED_KEYS:
            self._harmless_keys.clear()
        self._harmless_keys.add(key)
        return False

    def _suspicious(self, text: str) -> bool:
        found = any(map(self._hinted, _overlapping(text, self._overlap)))
        return found and bool(_ASCII_ESCAPE.search(text) or self._mention.search(text))

    def _hinted(self, text: str) -> bool:
        """Whether ``text`` needs the closer look, which takes ten times as long."""
        folded = text.lower()
        return any(word in folded for word in self._first_words) or ("\\" in text and bool(_ASCII_ESCAPE.search(text)))

    def _embedded_json(self, text: str) -> str:
        """JSON values that lie within prose, fences or tags, each redacted in its place."""
        decoder = json.JSONDecoder()
        parts: list[str] = []
        done, failed = 0, 0
        for match in re.finditer(r"[\[{]", text):
            if match.start() < done or failed > _MOST_FAILED_SCANS:
                continue
            try:
                parsed, end = decoder.raw_decode(text, match.start())
            except (ValueError, RecursionError):
                failed += 1
                continue
            redacted = self.value(parsed)
            if redacted != parsed:
                parts += [text[done : match.start()], json.dumps(redacted, ensure_ascii=False)]
                done = end
        return "".join([*parts, text[done:]])

    def _without_elements(self, text: str) -> str:
        """Without XML elements of a private name; one that is never closed goes up to the end of its line."""
        parts: list[str] = []
        done, depth, opened = 0, 0, 0
        for tag in self._tag.finditer(text):
            if not tag["close"]:
                opened = tag.start() if depth == 0 else opened
                depth += 1
            elif depth:
                depth -= 1
                if depth == 0:
                    parts.append(text[done:opened])
                    done = tag.end()
        if depth:
            line_end = text.find("\n", opened)
            parts.append(text[done:opened])
            done = len(text) if line_end < 0 else line_end
        return "".join([*parts, text[done:]])

    def _labelled(self, text: str) -> str:
        """Without labelled lines (with what is indented below them), headed sections and table columns."""
        kept: list[str] = []
        deeper_than: int | None = None
        section: int | None = None
        columns: frozenset[int] = frozenset()
        for line in text.split("\n"):
            indent = len(line) - len(line.lstrip())
            if deeper_than is not None and (not line.strip() or indent > deeper_than):
                continue
            deeper_than = None
            heading = re.match(r"(#+)\s", line)
            if section is not None and (heading is None or len(heading[1]) > section):
                continue
            section = None
            if private_heading := self._heading.match(line):
                section = len(private_heading[1])
                continue
            if self._line.match(line):
                deeper_than = indent
                continue
            is_table = line.lstrip().startswith("|")
            if not is_table:
                columns = frozenset()
            elif not columns:
                columns = self._private_columns(line)
            kept.append(_without_cells(line, columns) if columns else line)
        return "\n".join(kept)

    def _private_columns(self, header: str) -> frozenset[int]:
        return frozenset(i for i, cell in enumerate(header.split("|")) if _spelling(cell) in self._spellings)


def _overlapping(text: str, overlap: int) -> Iterator[str]:
    """``text`` in slices that give way in between; what is no longer than ``overlap`` is whole in one of them."""
    if len(text) <= _CHARACTERS_AT_ONCE:
        yield text
        return
    for begin in range(0, len(text), _CHARACTERS_AT_ONCE):
        if begin:
            give_way()
        yield text[begin : begin + _CHARACTERS_AT_ONCE + overlap]


def _parsed(text: str) -> JsonValue:
    try:
        parsed: JsonValue = read_json(text)
    except ValueError:
        return None
    return parsed


def _without_cells(row: str, columns: frozenset[int]) -> str:
    return "|".join(cell for i, cell in enumerate(row.split("|")) if i not in columns)
