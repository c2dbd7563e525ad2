"""The forms that one value takes: a word, an object that has a name, or a list of either.

Invariant: nothing here raises, whatever JSON it is given; what has no words is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tui_app.adapters.reading.names import PERSON_PARTS, VALUE_PARTS, plain_name
from tui_app.tickets.ticket import JsonValue

_DEEPEST = 4  # objects within objects that a name is looked for in
_LIST_NAMES = ("nodes", "items", "values", "edges", "data", "results", "list", "tags")
NOBODY = frozenset({"unassigned", "none", "n/a", "-", "—", "null", "nobody", "no assignee", "not assigned"})
"""Words that trackers show in the place of a person where there is none; compare in lower case."""

Row = Mapping[str, JsonValue]


def word_of(value: JsonValue, field: str = "") -> str | None:
    """The word that ``value`` stands for; ``field`` is the name that it was found under."""
    return _word(value, VALUE_PARTS, field)


def person_of(value: JsonValue, field: str = "") -> str | None:
    """The name of the person that ``value`` stands for; of several the first."""
    word = _word(value, PERSON_PARTS, field)
    return None if word is None or word.strip().casefold() in NOBODY else word


def words_of(value: JsonValue) -> tuple[str, ...]:
    """The words of a list of values, of comma-separated text, or of a connection (``{"nodes": [...]}``)."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    words = (_word(item, VALUE_PARTS, "") for item in members(value))
    return tuple(word for word in words if word)


def members(value: JsonValue) -> Sequence[JsonValue]:
    """The list that ``value`` is or wraps; a single object is a list of one, a missing value an empty one."""
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping):
        for name in _LIST_NAMES:
            inner = value.get(name)
            if isinstance(inner, list):
                return inner
        return (value,) if value else ()
    return () if value is None or value == "" else (value,)


def rows_of(values: Iterable[JsonValue]) -> Iterator[Row]:
    """The objects among ``values``."""
    return (value for value in values if isinstance(value, Mapping))


def is_nothing(value: JsonValue) -> bool:
    """Whether a field with ``value`` says nothing; a zero and False say something."""
    return value is None or value == "" or value == [] or value == {}


def indexed(row: Row) -> dict[str, JsonValue]:
    """``row`` by plain names; of two spellings the one that holds something counts."""
    index: dict[str, JsonValue] = {}
    for key, value in row.items():
        name = plain_name(key)
        if name not in index or is_nothing(index[name]):
            index[name] = value
    return index


def first_of(index: Row, names: Iterable[str]) -> JsonValue:
    """The first value in ``index`` under one of ``names`` that holds something."""
    for name in names:
        value = index.get(name)
        if not is_nothing(value):
            return value
    return None


def _word(value: JsonValue, parts: tuple[str, ...], field: str, depth: int = 0) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or value is None or depth > _DEEPEST:
        return None
    if isinstance(value, (int, float)):
        return str_of_number(value)
    return _first_word(_candidates(value, parts, field), parts, field, depth)


def _candidates(
    value: dict[str, JsonValue] | list[JsonValue], parts: tuple[str, ...], field: str
) -> Iterator[JsonValue]:
    """What in an object or a list may hold the word."""
    if isinstance(value, dict):
        index = indexed(value)
        yield from (index.get(part) for part in (*parts, field, "assignee", "user"))
        yield from (inner for inner in members(value) if inner is not value)
    else:
        yield from value


def _first_word(values: Iterable[JsonValue], parts: tuple[str, ...], field: str, depth: int) -> str | None:
    words = (_word(value, parts, field, depth + 1) for value in values)
    return next(filter(None, words), None)


def str_of_number(value: float) -> str:
    """``3``, not ``3.0``; of a number with more digits than Python prints, that it is one."""
    try:
        return f"{value:.0f}" if value % 1 == 0 else str(value)
    except (ValueError, OverflowError):
        return "a very large number"
