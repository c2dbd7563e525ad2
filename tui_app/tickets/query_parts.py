"""The query language's words and quotes: a query cut into parts, and values written so that they are read back.

Nothing here fails: a quote that is not closed ends with the query.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from msgspec import Struct

QUERY_WORDS: Mapping[str, str] = {
    "status": "status",
    "assignee": "assignee",
    "project": "project",
    "label": "labels",
    "priority": "priority",
    "after": "created_after",
    "before": "created_before",
    "updated": "updated_after",
    "sort": "sort",
    "max": "max_results",
    "native": "native",
}
"""The word before the colon to the criteria field that it sets; the forms that `format_query` writes."""

_OTHER_WORDS = {
    "is": "status",
    "state": "status",
    "who": "assignee",
    "owner": "assignee",
    "assigned": "assignee",
    "in": "project",
    "labels": "labels",
    "tag": "labels",
    "prio": "priority",
    "created": "created_after",
    "since": "created_after",
    "created_after": "created_after",
    "created_before": "created_before",
    "updated_after": "updated_after",
    "until": "created_before",
    "order": "sort",
    "limit": "max_results",
    "max_results": "max_results",
    "jql": "native",
}
FIELD_OF = {**QUERY_WORDS, **_OTHER_WORDS}
"""Every word that is understood, to the field that it sets."""
WORD_OF = {field: word for word, field in QUERY_WORDS.items()}
LIST_FIELDS = frozenset({"status", "labels"})
FIELD_WORD = re.compile(r"([A-Za-z_]+):")
_NEEDS_QUOTES = re.compile(r'[\s,"\\]')


class Part(Struct, frozen=True):
    """One blank-separated part of a query. ``word`` is empty for plain text."""

    start: int
    end: int
    word: str
    rest: str


def parts(text: str) -> Iterator[Part]:
    """The parts of a query, in order."""
    position, length = 0, len(text)
    while position < length:
        if text[position].isspace():
            position += 1
            continue
        end = _part_end(text, position)
        match = FIELD_WORD.match(text, position, end)
        yield Part(position, end, match[1] if match else "", text[match.end() : end] if match else "")
        position = end


def _part_end(text: str, start: int) -> int:
    return next((position for position, character in _outside_quotes(text, start) if character.isspace()), len(text))


def _outside_quotes(text: str, start: int = 0) -> Iterator[tuple[int, str]]:
    """The characters that no quotes hold, with where they stand; a backslash within quotes takes the next one along."""
    within = escaped = False
    for position in range(start, len(text)):
        character = text[position]
        if escaped:
            escaped = False
        elif character == "\\" and within:
            escaped = True
        elif character == '"':
            within = not within
        elif not within:
            yield position, character


def commas(rest: str) -> list[int]:
    """Where a list is divided."""
    return [position for position, character in _outside_quotes(rest) if character == ","]


def split_values(rest: str) -> list[str]:
    """The values of a list as it is typed: ``open, "in review"``."""
    cuts = [-1, *commas(rest), len(rest)]
    values = [unquoted(rest[before + 1 : after].strip()) for before, after in pairwise(cuts)]
    return [value for value in values if value]


def join_values(values: Iterable[str]) -> str:
    """A list as it is typed; `split_values` reads it back."""
    return ", ".join(quoted(value) if "," in value or '"' in value or "\\" in value else value for value in values)


def unquoted(value: str) -> str:
    """What a value in quotes says."""
    if not value.startswith('"'):
        return value
    body = value[1:-1] if len(value) > 1 and value.endswith('"') else value[1:]
    return re.sub(r"\\(.)", r"\1", body)


def quoted(value: str) -> str:
    """``value``, in quotes where it would not be read back as one value without."""
    if value and not _NEEDS_QUOTES.search(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
