"""The forms that one field's value takes: a word, an object with a name, a list of either, a nested object, an address.

Invariant: nothing here raises, whatever JSON it gets; a value without words is None. Addresses are those for people,
never those of the tracker's interface for programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from types import NoneType
from typing import Any

from tui_app.adapters.reading.field_names import plain_name
from tui_app.tickets.fields import CALLED
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.urls import safe_url

_PERSON_PARTS = (*CALLED, "id")
_DEEPEST = 4  # objects within objects
_SHORT_TEXT = 60  # characters
_MOST_SHAPES = 2000  # sets of names that are remembered
_LIST_NAMES = ("nodes", "items", "values", "edges", "data", "results", "list", "tags")
NOBODY = frozenset({"unassigned", "none", "n/a", "-", "—", "null", "nobody", "no assignee", "not assigned"})
"""Words that trackers show in the place of a person where there is none; compare in lower case."""

_ADDRESS = re.compile(r"""^["']?([^"'\s].*?)["']?\s*[(<]\s*[^\s@()<>]+@[^\s@()<>]+\s*[)>]$""")

Row = Mapping[str, JsonValue]


def word_of(value: JsonValue, field: str = "") -> str | None:
    """The word for ``value``; ``field`` is the name that it was found under."""
    return _word(value, CALLED, field)


def person_of(value: JsonValue, field: str = "") -> str | None:
    """The name of the person in ``value``; of several the first."""
    word = _word(value, _PERSON_PARTS, field)
    return None if word is None or word.strip().casefold() in NOBODY else without_address(word)


def without_address(person: str) -> str:
    """``Ada Byron`` of ``Ada Byron (ada@example.com)``; what has no name beside the address stays as it is."""
    return _ADDRESS.sub(r"\1", person) if "@" in person else person


def words_of(value: JsonValue) -> tuple[str, ...]:
    """The words of a list of values, of text with commas or semicolons, or of a connection (``{"nodes": [...]}``)."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(";" if ";" in value else ",") if part.strip())
    return tuple(filter(None, (_word(item, CALLED, "") for item in members(value))))


class ColumnWords:
    """`word_of`, `person_of` and `words_of` for the values of one column: what is alike is looked into once."""

    def __init__(self, field: str = "", *, people: bool = False) -> None:
        self._field = field
        self._parts = _PERSON_PARTS if people else CALLED
        self._people = people

    def words_in(self, cells: Sequence[JsonValue]) -> list[str | None]:
        """The word for each value; of a column of people the person's name."""
        texts = self._texts(cells)
        words = {text: self._finished(text) for text in set(texts)}
        return [words[text] for text in texts]

    def lists_in(self, cells: Sequence[JsonValue]) -> list[tuple[str, ...]]:
        """The words of each list, or of text that holds one."""
        lists = [cell if type(cell) is list else _listed(cell) for cell in cells]
        texts = self._texts(list(chain.from_iterable(lists)))
        known = {text: text.strip() if text else "" for text in set(texts)}
        words = iter([known[text] for text in texts])
        if "" in known.values():
            return [tuple(filter(None, islice(words, len(one)))) for one in lists]
        return [tuple(islice(words, len(one))) for one in lists]

    def _texts(self, cells: Sequence[Any]) -> list[str | None]:
        """The word for each value, perhaps with blanks around it."""
        kinds = set(map(type, cells)) - {NoneType}
        if kinds == {str}:
            return list(cells)
        if kinds == {dict}:
            return self._of_objects(cells)
        if kinds == {list} and not any(type(cell[0]) is list for cell in cells if cell):
            firsts = self._texts([cell[0] if cell else None for cell in cells])
            return [text or (self._word(cell) if cell else None) for text, cell in zip(firsts, cells, strict=True)]
        return [cell if type(cell) is str else self._word(cell) for cell in cells]

    def _of_objects(self, cells: Sequence[Any]) -> list[str | None]:
        """Alike objects are looked into under the same name."""
        shapes = dict.fromkeys(map(tuple, filter(None, cells)))
        names = {shape: next(iter(_part_names(shape, self._parts, self._field)), "") for shape in shapes}
        if len(names) == 1:
            name = next(iter(names.values()))
            texts = [cell.get(name) if cell else None for cell in cells]
        else:
            texts = [cell.get(names[tuple(cell)]) if cell else None for cell in cells]
        distinct = set(texts) if set(map(type, texts)) <= {str, NoneType} else {""}
        if texts.count(None) == cells.count(None) and all(text is None or text.strip() for text in distinct):
            return texts
        pairs = zip(texts, cells, strict=True)
        return [text if type(text) is str and text.strip() else self._word(cell) for text, cell in pairs]

    def _finished(self, text: str | None) -> str | None:
        word = text.strip() if text else ""
        if not self._people:
            return word or None
        return without_address(word) if word and word.casefold() not in NOBODY else None

    def _word(self, value: JsonValue) -> str | None:
        return _word(value, self._parts, self._field)


def _listed(value: JsonValue) -> Sequence[JsonValue]:
    return words_of(value) if isinstance(value, str) else members(value)


def members(value: JsonValue) -> Sequence[JsonValue]:
    """The list that ``value`` is or wraps; a single object is a list of one, a missing value an empty one."""
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping):
        for name in _LIST_NAMES:
            inner = value.get(name)
            if isinstance(inner, list):
                return inner
        only = next(iter(value.values())) if len(value) == 1 else None
        return only if isinstance(only, list) else (value,) if value else ()
    return () if value is None or value == "" else (value,)


def rows_of(values: Iterable[JsonValue]) -> Iterator[Row]:
    """The objects among ``values``."""
    return (value for value in values if isinstance(value, Mapping))


def is_nothing(value: JsonValue) -> bool:
    """Whether a field with ``value`` says nothing; a zero and False say something."""
    return value is None or value == "" or value == [] or value == {}


def value_at_path(row: Row, path: Sequence[str]) -> JsonValue:
    """The value at ``path`` in ``row``; None where there is none."""
    value: JsonValue = row.get(path[0])
    for name in path[1:]:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


_LONGEST_ID = 300  # characters; anything longer is a text in the wrong place
_HAS_DIGIT = re.compile(r"\d")


def can_be_id(value: JsonValue) -> bool:
    """Whether ``value`` can be an id: a number, or a text that is not too long."""
    if isinstance(value, str):
        return bool(value.strip()) and len(value) <= _LONGEST_ID
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 10**_LONGEST_ID


def named_by_people(cells: Sequence[Any]) -> list[Any]:
    """``cells`` with None for each that is no id as people write them: with a digit, or not text at all."""
    kinds = set(map(type, cells))
    is_named = kinds == {str} and all(map(_HAS_DIGIT.search, cells)) and len(max(cells, key=len)) <= _LONGEST_ID
    if is_named or (kinds == {int} and max(map(abs, cells)) < 10**_LONGEST_ID):
        return list(cells)
    return [cell if can_be_id(cell) and (type(cell) is not str or _HAS_DIGIT.search(cell)) else None for cell in cells]


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
        yield from (value[name] for name in _part_names(tuple(value), parts, field))
        yield from (inner for inner in members(value) if inner is not value)
        yield from sorted(_short_texts(value), key=_is_address)
    elif isinstance(value, list):
        yield from value


def _short_texts(value: Row) -> Iterator[str]:
    """The words in an object, first those whose name says that they are a name: ``_refObjectName``."""
    texts = [(name, text) for name, text in value.items() if isinstance(text, str) and len(text) < _SHORT_TEXT]
    yield from (text for name, text in sorted(texts, key=lambda pair: not plain_name(pair[0]).endswith("name")))


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))


@lru_cache(_MOST_SHAPES)
def _part_names(names: tuple[str, ...], parts: tuple[str, ...], field: str) -> tuple[str, ...]:
    """Which of an object's names may hold the word, the best first."""
    plain: dict[str, list[str]] = {}
    for name in names:
        plain.setdefault(plain_name(name), []).append(name)
    return tuple(name for part in (*parts, field, "assignee", "user") for name in plain.get(part, ()))


def _first_word(values: Iterable[JsonValue], parts: tuple[str, ...], field: str, depth: int) -> str | None:
    return next(filter(None, (_word(value, parts, field, depth + 1) for value in values)), None)


def str_of_number(value: float) -> str:
    """``3``, not ``3.0``; of a number with more digits than Python prints, that it is one."""
    try:
        return f"{value:.0f}" if type(value) is float and value % 1 == 0 else str(value)
    except (ValueError, OverflowError):
        return "a very large number"


_API = re.compile(
    r"^https?://api\.|/rest/api/|/api/(?:v?\d|rest|graphql)|/_apis/|/api/?$|\.json(?:\?|$)", re.IGNORECASE
)
_JIRA_API = re.compile(r"^(https?://(?!api\.)[^?#]+?)/rest/api/")
_GITHUB_API = re.compile(r"^https://api\.github\.com/repos/([^/]+/[^/]+)/(issues|pulls)/(\d+)$")
_ISSUE_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-\d+")
_LINK_PARTS = ("html", "web", "self", "href", "url")
_LONGEST_END = 100  # characters of an address behind its last slash
_DEEPEST_ADDRESS = 3  # {"html": {"href": ..}} has two levels


def human_url(candidates: Iterable[JsonValue], identity: str = "") -> str | None:
    """The first of ``candidates`` that is made for people, else one derived from an interface's address.

    Derived are Jira's ``/browse/KEY`` (when ``identity`` is such a key) and GitHub's web address.
    """
    derived = None
    for text in (text for candidate in candidates for text in _texts(candidate)):
        address = safe_url(text)
        if address and not _API.search(address):
            return address
        derived = derived or (address and _derived(address, identity))
    return derived or None


def human_urls(columns: Sequence[Sequence[JsonValue]], identities: Sequence[str]) -> list[str | None]:
    """`human_url` of each row's candidates; those that begin like another row's are not looked into again."""
    known: dict[tuple[str | None, ...], int | str | None] = {}
    found: list[str | None] = []
    rows = zip(*columns, strict=True) if columns else [()] * len(identities)
    beginnings = zip(*map(_beginnings, columns), strict=True) if columns else [()] * len(identities)
    for row, kind, identity in zip(rows, beginnings, identities, strict=True):
        if kind not in known:
            known[kind] = _way_to_url(row, identity) if _UNALIKE not in kind else None
        way = known[kind]
        if isinstance(way, int):
            found.append(row[way])
        elif way is not None and _ISSUE_KEY.fullmatch(identity):
            found.append(way + identity)
        else:
            found.append(human_url(row, identity))
    return found


_UNALIKE = "?"
"""In the place of the beginning of what is no address that ends in a plain word."""


def _beginnings(cells: Sequence[JsonValue]) -> list[str | None]:
    """What stands before the last slash of each address; nothing where there is none."""
    if set(map(type, cells)) == {str}:
        parts = [cell.rpartition("/") for cell in cells]  # type: ignore[union-attr]  # they are texts
        words = [word for _, _, word in parts]
        joined = "".join(words)
        if joined.isascii() and all(map(_is_plain_end, words)):
            return [beginning for beginning, _, _ in parts]
    return [_beginning(cell) if cell is not None else None for cell in cells]


def _beginning(cell: JsonValue) -> str:
    beginning, _, word = cell.rpartition("/") if isinstance(cell, str) else ("", "", "")
    return beginning if _is_plain_end(word) and word.isascii() else _UNALIKE


def _is_plain_end(word: str) -> bool:
    return len(word) < _LONGEST_END and word.replace("-", "").isalnum()


def _way_to_url(candidates: Sequence[JsonValue], identity: str) -> int | str | None:
    """Which of ``candidates`` `human_url` takes as it is, or what it puts before the id; None for anything else."""
    url = human_url(candidates, identity)
    if url in candidates:
        return candidates.index(url)
    is_made = url is not None and bool(_ISSUE_KEY.fullmatch(identity)) and url.endswith(f"/{identity}")
    return url[: -len(identity)] if is_made and url is not None else None


def are_human(urls: Sequence[str]) -> bool:
    """Whether `human_url` returns each of ``urls``; asked once for each beginning where only a word follows it."""
    parts = [url.rpartition("/") for url in urls]
    words = [word for _, _, word in parts]
    joined = "".join(words)
    if "" in words or "/api" in "\n".join(urls).lower() or not (joined.isascii() and joined.replace("-", "").isalnum()):
        return all(human_url([url]) == url for url in urls)
    longest = max(words, key=len, default="")
    return all(human_url([f"{beginning}/{longest}"]) for beginning in {beginning for beginning, _, _ in parts})


def _texts(value: JsonValue, depth: int = 0) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping) and depth < _DEEPEST_ADDRESS:
        for part in _LINK_PARTS:
            yield from _texts(value.get(part), depth + 1)


def _derived(address: str, identity: str) -> str | None:
    if match := _JIRA_API.match(address):
        return f"{match[1]}/browse/{identity}" if _ISSUE_KEY.fullmatch(identity) else None
    if match := _GITHUB_API.match(address):
        return f"https://github.com/{match[1]}/{match[2].replace('pulls', 'pull')}/{match[3]}"
    return None
