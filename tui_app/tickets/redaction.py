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
from itertools import islice
from typing import Any

from msgspec.structs import replace

from tui_app.tickets.fields import FieldKind, names
from tui_app.tickets.json_values import Bulk, in_bulk, json_or_none, json_within
from tui_app.tickets.private_names import PrivateNames, folded, without_entities
from tui_app.tickets.private_structure import (
    DESCRIBING,
    FIELD_WORDS,
    KEYS,
    NAMING,
    OF_STATUS,
    OF_TICKETS,
    VALUE_WORDS,
    Defined,
    defined,
    holds_cells,
    is_of_heads,
    is_value_of,
    names_a_field,
    rows_in,
    without_cells,
    without_labelled_nodes,
    without_places,
    words_of,
    words_of_kinds,
)
from tui_app.tickets.private_tables import (
    MASK,
    amount_columns,
    ends_in_amount,
    holds_amounts,
    is_amount,
    is_number,
    without_amounts,
)
from tui_app.tickets.private_text import without_labelled
from tui_app.tickets.ticket import JsonValue, Ticket
from tui_app.tickets.turns import give_way

PRIVATE_NAMES = ("internal_notes", "private_data")
"""Removed always; a profile can name more (``private_fields``)."""

_CHARACTERS_AT_ONCE = 500_000
_MOST_REMEMBERED_KEYS = 10_000  # a server that invents keys must not fill the memory
_ESCAPE = re.compile(
    r"\\+u(00[2-7][0-9a-f]|ff[0-5][0-9a-f]|0[345][0-9a-f]{2}|200[b-f]|202[a-e]|206[0-9a-f]|00ad|feff)", re.IGNORECASE
)
"""A letter written as an escape can spell a private name."""
_PAIR = 2
_DIGIT = re.compile(r"\d")
_MOST_HEADS = 30  # members of an object that may be the heads of columns; a bound, so that hostile data stays linear
_LONGEST_MENTION = 200  # characters
_LONGEST_LABEL = 300  # characters of a text that may be a field's name

_TITLE_WORDS = frozenset(names("title summary subject headline"))
_OF_LABELLED_TICKETS = OF_TICKETS | words_of_kinds(FieldKind.LABELS)
_SOFT_NAMES = words_of_kinds(FieldKind.WORD, FieldKind.STATUS, FieldKind.PERSON, FieldKind.PRIORITY, FieldKind.TEXT)
_GONE: Any = object()


def redact(value: JsonValue, private: Iterable[str] = (), bulk: Bulk | None = None) -> JsonValue:
    """``value``, left as it is, without its private fields; ``private`` are private besides `PRIVATE_NAMES`.

    ``bulk``: the value as `in_bulk` gives it, where that is at hand.
    """
    return _redactor(tuple(private)).value(value, bulk)


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

    def value(self, value: JsonValue, bulk: Bulk | None = None) -> JsonValue:
        if not self._holds_private(in_bulk(value) if bulk is None else bulk):
            return value
        kept = self._rebuilt(value, defined(value, self._is_label, self._is_telling))
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
        if not self._suspicious(text):
            return text
        if self._is_label(text) and not ends_in_amount(text, self._names):
            return without_amounts(text, self._names)
        parsed = json_or_none(text)
        if parsed is not None:
            redacted = self.value(parsed)
            return text if redacted == parsed else json.dumps(redacted, ensure_ascii=False)
        plain = without_entities(text)
        kept = without_labelled(self._embedded_json(plain), self._names)
        if kept == plain:
            return text
        return kept if kept.strip() else MASK  # what is required of a ticket is still there

    # ------------------------------------------------------------------- data

    def _holds_private(self, bulk: Iterable[tuple[set[str], str]]) -> bool:
        """A look before the copy: nearly every answer holds nothing private, and looking costs a third."""
        return any(self._any_private(keys) or self._suspicious(texts) for keys, texts in bulk)

    def _any_private(self, keys: set[str]) -> bool:
        return not self._harmless_keys.issuperset(keys) and not all(map(self._harmless, keys))

    def _rebuilt(self, value: JsonValue, elsewhere: Defined) -> Any:
        """``value`` without private parts; `_GONE` where it is one itself."""
        if isinstance(value, str):
            return self.block(value)
        if isinstance(value, list):
            value = self._without_number(value)
            return self._list(without_labelled_nodes(value, self._is_label), elsewhere)
        if not isinstance(value, dict):
            return value
        if self._is_pair(value) or is_value_of(value, elsewhere.ids, self._is_label):
            return _GONE
        kept: dict[str, JsonValue] = {}
        told = self._tells(value)
        for key, item in value.items():
            if key in elsewhere.keys or self._private(key):
                continue
            if not ((key in elsewhere.telling or self._names_amount(key, told=told)) and holds_amounts(item)):
                part = self._rebuilt(item, elsewhere)
                if part is not _GONE:
                    kept[key] = part
        return self._without_columns(kept)  # of what is left: a pair is no head, and what it names is gone

    def _list(self, value: list[JsonValue], elsewhere: Defined) -> list[JsonValue]:
        lists = [item for item in value if isinstance(item, list)]
        is_table = len(lists) == len(value) > 0 and (len(lists) == 1 or is_of_heads(*lists[:2]))
        columns = self._private_places(lists[0], lists[1:]) if is_table else frozenset[int]()
        again = _held_again(lists) if any(row and self._is_label(row[0]) for row in lists) else frozenset[str]()
        kept: list[JsonValue] = []
        for item in value:
            if isinstance(item, list) and self._is_record(item, again):
                continue
            part = self._rebuilt(item, elsewhere)
            if part is not _GONE and not self._is_entry(part):
                kept.append(without_places(part, columns) if columns and isinstance(part, list) else part)
        return kept

    def _is_entry(self, item: JsonValue) -> bool:
        """Whether a list within a list is a private name and its value; it may be the heads of two columns, too."""
        return isinstance(item, list) and len(item) == _PAIR and self._is_label(item[0])

    def _is_record(self, row: list[JsonValue], again: frozenset[str]) -> bool:
        """Whether a list among others begins with a private name and holds its value, as `["Salary", "text", 5]` does.

        The value is a number, has digits, or is beside what is in ``again``: the heads of columns, whose places are
        private anyway, may then go with it.
        """
        if len(row) <= _PAIR or any(isinstance(item, (dict, list)) for item in row) or not self._is_label(row[0]):
            return False
        return any(is_number(item) or str(item) in again or _DIGIT.search(str(item)) for item in row[1:])

    def _without_number(self, row: list[JsonValue]) -> list[JsonValue]:
        """A list of values in which a private name stands, without the numbers behind it, and the amounts: it may be a
        ticket of that title, which begins with its id."""
        if len(row) < _PAIR or any(isinstance(item, (dict, list)) for item in row):
            return row
        place = next((place for place, item in enumerate(row[:_PAIR]) if self._is_label(item)), None)
        if place is None:
            return row
        first = 0 if len(row) == _PAIR else place
        return [
            None if at >= first and (is_amount(item) or (at > place and is_number(item))) else item
            for at, item in enumerate(row)
        ]

    def _tells(self, value: Mapping[str, JsonValue]) -> bool:
        """Whether a member of an object says, among other words, a private name whose value another member may be."""
        if any(
            words_of(key) & FIELD_WORDS and (self._is_telling(item) or names_a_field(item, self._is_telling))
            for key, item in value.items()
        ):
            return True
        named = any(words_of(key) & NAMING and self._is_telling(item) for key, item in value.items())
        return named and not any(words_of(key) & OF_TICKETS for key in value)

    def _is_telling(self, value: JsonValue) -> bool:
        return isinstance(value, str) and self._names.told_by(value)

    def _names_amount(self, key: str, *, told: bool) -> bool:
        """Whether an amount is private by its key, or by another member of its object if one has ``told``."""
        if told and words_of(key) & VALUE_WORDS:
            return True
        return not self._harmless(key) and not words_of(key) & KEYS

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
            places = self._private_places(heads, rows_in(value)) if isinstance(heads, list) else frozenset()
            if places and isinstance(heads, list):
                width = len(heads)
                others = {
                    other: without_cells(item, places, width, values=holds_cells(other))
                    for other, item in value.items()
                    if other != key
                }
                if any(others[other] != value[other] for other in others):
                    return self._without_columns({key: without_places(heads, places), **others})
        return value

    def _private_places(self, heads: list[JsonValue], rows: list[list[JsonValue]]) -> frozenset[int]:
        named = frozenset(place for place, head in enumerate(heads) if self._is_head(head))
        return named | amount_columns(heads, rows, self._names)

    def _is_head(self, head: JsonValue) -> bool:
        return any(map(self._is_label, head.values())) if isinstance(head, dict) else self._is_label(head)

    def _is_label(self, value: JsonValue) -> bool:
        """Whether a text is a private name and nothing else."""
        return isinstance(value, str) and len(value) <= _LONGEST_LABEL and self._names.labels(value)

    def _private(self, key: str) -> bool:
        return not self._harmless(key) and key in self._names

    def _harmless(self, key: str) -> bool:
        """Whether a key neither is nor says a private name."""
        if key in self._harmless_keys:
            return True
        if key in self._names or self._names.told_by(key):
            return False
        if len(self._harmless_keys) > _MOST_REMEMBERED_KEYS:
            self._harmless_keys.clear()
        self._harmless_keys.add(key)
        return True

    # ------------------------------------------------------------------- text

    def _suspicious(self, text: str) -> bool:
        if len(text) <= _CHARACTERS_AT_ONCE:
            return self._hinted(folded(text))
        return any(self._hinted(folded(part)) for part in _overlapping(text, _LONGEST_MENTION))

    def _hinted(self, text: str) -> bool:
        """Whether ``text`` needs the closer look, which takes ten times as long."""
        if "\\" in text and "\\u" in text:  # one character is found ten times as fast as two
            text = folded(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text))
        if "&" in text:
            text = folded(without_entities(text))
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


def _overlapping(text: str, overlap: int) -> Iterator[str]:
    """``text`` in slices that give way in between; what is no longer than ``overlap`` is whole in one of them."""
    for begin in range(0, len(text), _CHARACTERS_AT_ONCE):
        if begin:
            give_way()
        yield text[begin : begin + _CHARACTERS_AT_ONCE + overlap]
