"""Private fields are taken out of a server's answer before anything else sees it.

Invariant: after `redact`, no value is left that a private name (see `tui_app.tickets.private_names`) labels: as the key
of an object, as a name beside its value (``{"name": "Salary", "value": 1}``, ``["Salary", 1]``), as the head of a
column, or as the label of a key (``{"f_7": "Salary"}``); neither in data nor in JSON that is carried as text; and no
line, table column or element of a plain text is labelled with one. Text inside data counts as text: a server may pack
its whole answer into one string. A text that only mentions the name, as a ticket's title may, stays.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from html import unescape
from itertools import islice
from typing import Any

from msgspec.structs import replace

from tui_app.tickets.fields import FieldKind, names
from tui_app.tickets.json_values import json_or_none
from tui_app.tickets.private_names import PrivateNames, ends_in_amount, folded
from tui_app.tickets.private_structure import (
    DESCRIBING,
    FIELD_WORDS,
    OF_STATUS,
    OF_TICKETS,
    VALUE_WORDS,
    Defined,
    defined,
    is_value_of,
    without_labelled_nodes,
    words_of,
    words_of_kinds,
)
from tui_app.tickets.private_text import without_labelled
from tui_app.tickets.ticket import JsonValue, Ticket
from tui_app.tickets.turns import give_way

PRIVATE_NAMES = ("internal_notes", "private_data")
"""Removed always; a profile can name more (``private_fields``)."""

_MOST_FAILED_SCANS = 200  # braces in prose that begin no JSON; a bound, so that hostile text stays linear
_TEXTS_AT_ONCE = 2000  # nothing else runs while they are looked through; collecting them takes a millisecond
_CHARACTERS_AT_ONCE = 500_000
_MOST_REMEMBERED_KEYS = 10_000  # a server that invents keys must not fill the memory
_ESCAPE = re.compile(
    r"\\+u(00[2-7][0-9a-f]|ff[0-5][0-9a-f]|0[345][0-9a-f]{2}|200[b-f]|202[a-e]|206[0-9a-f]|00ad|feff)", re.IGNORECASE
)
"""A letter written as an escape can spell a private name."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|quot|apos|colon|lowbar);")
_PAIR = 2
_DIGIT = re.compile(r"\d")
_MOST_HEADS = 30  # members of an object that may be the heads of columns; a bound, so that hostile data stays linear
_LONGEST_MENTION = 200  # characters
_LONGEST_LABEL = 300  # characters of a text that may be a field's name

_TITLE_WORDS = frozenset(names("title summary subject headline"))
_OF_LABELLED_TICKETS = OF_TICKETS | words_of_kinds(FieldKind.LABELS)
_SOFT_NAMES = words_of_kinds(FieldKind.WORD, FieldKind.STATUS, FieldKind.PERSON, FieldKind.PRIORITY, FieldKind.TEXT)
_GONE: Any = object()


def redact(value: JsonValue, private: Iterable[str] = ()) -> JsonValue:
    """``value``, left as it is, without its private fields; ``private`` are private besides `PRIVATE_NAMES`."""
    return _redactor(tuple(private)).value(value)


def redact_text(text: str, private: Iterable[str] = ()) -> str:
    """A whole text block without its private fields, be it JSON, text around JSON, YAML, Markdown or XML."""
    return _redactor(tuple(private)).block(text)


def redact_ticket(ticket: Ticket, private: Iterable[str] = ()) -> Ticket:
    """``ticket`` without what only reading has made a field or a label: what a text, a list or a markup held apart."""
    return _redactor(tuple(private)).ticket(ticket)


@lru_cache(maxsize=32)
def _redactor(private: tuple[str, ...]) -> _Redactor:
    return _Redactor((*PRIVATE_NAMES, *private))


class _Redactor:
    """Knows one set of private names, and remembers the keys that it met and that are none of them."""

    def __init__(self, private: Iterable[str]) -> None:
        self._names = PrivateNames(private)
        self._harmless_keys: set[str] = set()
        self._mention = re.compile(self._names.pattern, re.IGNORECASE)

    def value(self, value: JsonValue) -> JsonValue:
        if not self._holds_private(value):
            return value
        kept = self._rebuilt(value, defined(value, self._is_label))
        return ({} if isinstance(value, dict) else None) if kept is _GONE else kept

    def ticket(self, ticket: Ticket) -> Ticket:
        changed: dict[str, Any] = {}
        for name in ("extra", "lookup", "originals"):
            before = dict(getattr(ticket, name))
            if before and (after := self.value(before)) != before:
                changed[name] = after
        if ticket.description and (text := self.block(ticket.description)) != ticket.description:
            changed["description"] = text
        comments = tuple(replace(comment, body=self.block(comment.body)) for comment in ticket.comments)
        if comments != ticket.comments:
            changed["comments"] = comments
        history = tuple(change for change in ticket.history if not self._private(change.field))
        if len(history) != len(ticket.history):
            changed["history"] = history
        return replace(ticket, **changed) if changed else ticket

    def block(self, text: str) -> str:
        if not self._suspicious(text) or (self._is_label(text) and not ends_in_amount(text, self._names)):
            return text
        parsed = json_or_none(text)
        if parsed is not None:
            redacted = self.value(parsed)
            return text if redacted == parsed else json.dumps(redacted, ensure_ascii=False)
        plain = _without_entities(text)
        kept = without_labelled(self._embedded_json(plain), self._names)
        return text if kept == plain else kept

    # ------------------------------------------------------------------- data

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

    def _rebuilt(self, value: JsonValue, elsewhere: Defined) -> Any:
        """``value`` without private parts; `_GONE` where it is one itself."""
        if isinstance(value, str):
            return self.block(value)
        if isinstance(value, list):
            if self._is_record(value):
                return _GONE
            return self._list(without_labelled_nodes(value, self._is_label), elsewhere)
        if not isinstance(value, dict):
            return value
        if self._is_pair(value) or is_value_of(value, elsewhere.ids, self._is_label):
            return _GONE
        kept: dict[str, JsonValue] = {}
        for key, item in value.items():
            if key not in elsewhere.keys and not self._private(key):
                part = self._rebuilt(item, elsewhere)
                if part is not _GONE:
                    kept[key] = part
        return self._without_columns(kept)  # of what is left: a pair is no head, and what it names is gone

    def _list(self, value: list[JsonValue], elsewhere: Defined) -> list[JsonValue]:
        lists = [item for item in value if isinstance(item, list)]
        columns = self._private_places(lists[0]) if len(lists) == len(value) and lists else frozenset[int]()
        again = _held_again(lists) if any(row and self._is_label(row[0]) for row in lists) else frozenset[str]()
        kept: list[JsonValue] = []
        for item in value:
            if isinstance(item, list) and self._is_record(item, again):
                continue
            part = self._rebuilt(item, elsewhere)
            if part is not _GONE and not self._is_entry(part):
                kept.append(_without_places(part, columns) if columns and isinstance(part, list) else part)
        return kept

    def _is_entry(self, item: JsonValue) -> bool:
        """Whether a list within a list is a private name and its value; it may be the heads of two columns, too."""
        return isinstance(item, list) and len(item) == _PAIR and self._is_label(item[0])

    def _is_record(self, row: list[JsonValue], again: frozenset[str] | None = None) -> bool:
        """Whether a list holds a private name, the kind of field and its value, as `["Salary", "text", 5000]` does.

        By itself, it does where a number follows the name; among others also where digits do, or what is in ``again``:
        the heads of columns, whose places are private anyway, may then go with it.
        """
        if len(row) <= _PAIR or any(isinstance(item, (dict, list)) for item in row):
            return False
        place = next((place for place, item in enumerate(row[:_PAIR]) if self._is_label(item)), None)
        if place is None:
            return False
        behind = row[place + 1 :]
        if any(isinstance(item, (int, float)) and not isinstance(item, bool) for item in behind):
            return True
        words = list(map(str, behind)) if place == 0 and again is not None else []
        return any(word in (again or ()) or _DIGIT.search(word) for word in words)

    def _is_pair(self, value: Mapping[str, JsonValue]) -> bool:
        """Whether one member of an object is a private name, and another holds what it names."""
        naming = [key for key, item in value.items() if self._is_label(item)]
        if not naming:
            return False
        words = {key: words_of(key) for key in value}
        if any(words[key] & FIELD_WORDS for key in naming):
            return len(value) > 1 and any(key not in naming and not words[key] <= DESCRIBING for key in value)
        others = [key for key in value if key not in naming]
        holds_value = any(words[key] & VALUE_WORDS for key in others)
        hard = [key for key in naming if not words[key] & _TITLE_WORDS and not words[key] & _SOFT_NAMES]
        told = frozenset[str]().union(*words.values())
        if told & _OF_LABELLED_TICKETS:
            return holds_value and bool(hard) and not told & OF_STATUS
        return holds_value or (bool(hard) and any(not words[key] & DESCRIBING for key in others))

    def _without_columns(self, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """Without the columns whose head, in a list beside the rows, is a private name."""
        for key, heads in islice(value.items(), _MOST_HEADS):
            places = self._private_places(heads) if isinstance(heads, list) else frozenset()
            if places and isinstance(heads, list):
                width = len(heads)
                others = {
                    other: _without_cells(item, places, width, values=_holds_cells(other))
                    for other, item in value.items()
                    if other != key
                }
                if any(others[other] != value[other] for other in others):
                    return self._without_columns({key: _without_places(heads, places), **others})
        return value

    def _private_places(self, heads: list[JsonValue]) -> frozenset[int]:
        return frozenset(place for place, head in enumerate(heads) if self._is_head(head))

    def _is_head(self, head: JsonValue) -> bool:
        return any(map(self._is_label, head.values())) if isinstance(head, dict) else self._is_label(head)

    def _is_label(self, value: JsonValue) -> bool:
        """Whether a text is a private name and nothing else."""
        return isinstance(value, str) and len(value) <= _LONGEST_LABEL and self._names.labels(value)

    def _private(self, key: str) -> bool:
        if key in self._harmless_keys:
            return False
        if key in self._names:
            return True
        if len(self._harmless_keys) > _MOST_REMEMBERED_KEYS:
            self._harmless_keys.clear()
        self._harmless_keys.add(key)
        return False

    # ------------------------------------------------------------------- text

    def _suspicious(self, text: str) -> bool:
        if len(text) <= _CHARACTERS_AT_ONCE:
            return self._hinted(folded(text))
        return any(self._hinted(folded(part)) for part in _overlapping(text, _LONGEST_MENTION))

    def _hinted(self, text: str) -> bool:
        """Whether ``text`` needs the closer look, which takes ten times as long."""
        if "\\u" in text:
            text = folded(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text))
        if "&" in text:
            text = folded(_without_entities(text))
        lower = text.lower()
        return any(hint in lower for hint in self._names.hints) and bool(self._mention.search(text))

    def _embedded_json(self, text: str) -> str:
        """JSON values that lie within prose, fences or tags, each redacted in its place."""
        parts: list[str] = []
        done = 0
        for begin, end, parsed in json_within(text):
            redacted = self.value(parsed)
            if redacted != parsed:
                parts += [text[done:begin], json.dumps(redacted, ensure_ascii=False)]
                done = end
        return "".join([*parts, text[done:]])


def _held_again(rows: list[list[JsonValue]]) -> frozenset[str]:
    """What more than one of ``rows`` holds behind its first place; of a single row all."""
    counts = Counter(word for row in rows for word in {str(item) for item in row[1:] if isinstance(item, str)})
    return frozenset(word for word, count in counts.items() if count > 1 or len(rows) == 1)


def _holds_cells(key: str) -> bool:
    """Whether a list under ``key`` holds what a list of heads beside it names."""
    return bool(words_of(key) & (VALUE_WORDS | {"row", "cell"}))


def _without_cells(value: JsonValue, places: frozenset[int], width: int, *, values: bool, depth: int = 0) -> JsonValue:
    """``value`` with those places of each row of ``width`` cells taken out; a list by itself is one if ``values``."""
    if isinstance(value, list):
        holds_rows = any(isinstance(item, list if depth else (list, dict)) for item in value)
        if len(value) == width and values and not holds_rows:
            return _without_places(value, places)
        return [_without_cells(item, places, width, values=True, depth=depth + 1) for item in value]
    if isinstance(value, dict) and values:
        return {
            key: _without_cells(item, places, width, values=_holds_cells(key), depth=depth + 1)
            for key, item in value.items()
        }
    return value


def _without_places(row: list[JsonValue], places: frozenset[int]) -> list[JsonValue]:
    return [cell for place, cell in enumerate(row) if place not in places]


def _overlapping(text: str, overlap: int) -> Iterator[str]:
    """``text`` in slices that give way in between; what is no longer than ``overlap`` is whole in one of them."""
    for begin in range(0, len(text), _CHARACTERS_AT_ONCE):
        if begin:
            give_way()
        yield text[begin : begin + _CHARACTERS_AT_ONCE + overlap]


def _without_entities(text: str) -> str:
    """``text`` with letters, digits and quotation marks in place of the entities that stand for them."""
    return _ENTITY.sub(_character_of, text) if "&" in text else text


def _character_of(entity: re.Match[str]) -> str:
    character = unescape(entity[0])
    return character if character.isalnum() or character in ('"', "'", ":", "_") else entity[0]


def json_within(text: str) -> Iterator[tuple[int, int, JsonValue]]:
    """Where in a text each JSON object or list lies that is no part of another, and what it is."""
    decoder = json.JSONDecoder()
    done, failed = 0, 0
    for match in re.finditer(r"[\[{]", text):
        if match.start() < done or failed > _MOST_FAILED_SCANS:
            continue
        try:
            parsed, done = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            failed += 1
            continue
        yield match.start(), done, parsed
