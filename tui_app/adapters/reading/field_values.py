"""The forms that one field's value takes: a word, an object with a name, a list of either, a nested object, an address.

Invariant: nothing here raises, whatever JSON it gets; a value without words is None. Addresses are those for people,
never those of the tracker's interface for programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from tui_app.adapters.reading.field_names import hints, plain_name
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
    """`word_of`, `person_of` and `words_of` for the values of one column: alike objects are looked into once."""

    def __init__(self, field: str = "", *, people: bool = False) -> None:
        self._field = field
        self._parts = _PERSON_PARTS if people else CALLED
        self._people: dict[str, str | None] | None = {} if people else None
        self._names: dict[tuple[str, ...], str] = {}

    def word(self, value: JsonValue) -> str | None:
        """The word for ``value``; of a column of people the person's name."""
        found = self._word(value)
        known = self._people
        if known is None or found is None:
            return found
        if found not in known:
            known[found] = None if found.casefold() in NOBODY else without_address(found)
        return known[found]

    def words(self, value: JsonValue) -> tuple[str, ...]:
        """The words of a list, or of text that holds one."""
        return words_of(value) if isinstance(value, str) else tuple(filter(None, map(self._word, members(value))))

    def _word(self, value: JsonValue) -> str | None:
        if type(value) is str:
            return value.strip() or None
        if type(value) is dict:
            names = tuple(value)
            name = self._names.get(names)
            if name is None:
                name = self._names[names] = next(iter(_part_names(names, self._parts, self._field)), "")
            text = value.get(name)
            if type(text) is str and (word := text.strip()):
                return word
        return _word(value, self._parts, self._field)


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
        yield from (value[name] for name in _part_names(tuple(value), parts, field))
        yield from (inner for inner in members(value) if inner is not value)
        yield from (text for text in value.values() if isinstance(text, str) and len(text) < _SHORT_TEXT)
    elif isinstance(value, list):
        yield from value


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
        return f"{value:.0f}" if value % 1 == 0 else str(value)
    except (ValueError, OverflowError):
        return "a very large number"


_SURE, _LEAST_SURE = 0.8, 0.6  # hints of names
_MOST_NAMES = 400  # of one row
_MOST_WRAPPERS = 3  # wrappers within wrappers: {"node": {"fields": ..}}
_MOST_CUSTOM = 200  # custom fields of one row
_CUSTOM_LISTS = frozenset(("customfields", "fields", "customfieldvalues"))
_REFERENCES = frozenset(("id", "parent", "url"))


def flattened(row: Row) -> Row:
    """``row`` with the fields of the objects that it wraps on top; the wrapped ones count where both have a name."""
    flat = row
    for _ in range(_MOST_WRAPPERS):
        wrapper = _wrapper(flat)
        inner = flat[wrapper] if wrapper is not None else None
        if not isinstance(inner, Mapping):
            break
        flat = {name: value for name, value in flat.items() if name != wrapper}
        if flat.keys().isdisjoint(inner):
            flat.update(inner)
        else:
            flat.update((name, value) for name, value in inner.items() if not is_nothing(value) or name not in flat)
    if "_links" in flat and (titles := dict(_titles_of_links(flat["_links"]))):
        flat = {**titles, **{name: value for name, value in flat.items() if name != "_links" and name not in titles}}
    listed = _hollow_names(tuple(islice(flat, _MOST_NAMES)))[1]
    custom = [pair for name in listed for pair in _custom_fields(flat[name])]
    added = {name: value for name, value in custom if is_nothing(flat.get(name))}
    return {**flat, **added} if added else flat


@lru_cache(_MOST_SHAPES)
def _hollow_names(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names that say nothing of a ticket's field, so that what they hold may be the ticket; and those of lists."""
    hollow = tuple(name for name in names if max(hints(name).values(), default=0) <= _LEAST_SURE)
    return hollow, tuple(name for name in hollow if plain_name(name) in _CUSTOM_LISTS)


def _wrapper(row: Row) -> str | None:
    outer = tuple(row) if len(row) <= _MOST_NAMES else tuple(islice(row, _MOST_NAMES))
    names = _hollow_names(outer)[0]
    if not names:
        return None
    members = tuple([tuple(row[name]) if isinstance(row[name], dict) else () for name in names])  # type: ignore[arg-type]
    return _wrapping(names, members, outer) if any(members) else None


@lru_cache(_MOST_SHAPES)
def _wrapping(names: tuple[str, ...], members: tuple[tuple[str, ...], ...], outer: tuple[str, ...]) -> str | None:
    """The first of ``names`` whose object, with ``members``, wraps a ticket."""
    wraps = (name for name, inner in zip(names, members, strict=True) if inner and _wraps(inner[:_MOST_NAMES], outer))
    return next(wraps, None)


@lru_cache(_MOST_SHAPES)
def _wraps(inner: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    """A ticket's own fields, not a person or a place that happens to be called ``item``, nor its milestone.

    What wraps a ticket beside a title of its own has fields in it that are not beside it.
    """
    known = [found for name in inner if (found := hints(name))]
    titled = any(found.get("title", 0) > _SURE or found.get("description", 0) > _SURE for found in known)
    has_own = any(hints(name).get("title", 0) > _SURE for name in outer)
    beside = {_best_hint(found) for name in outer if (found := hints(name))} if has_own else set()
    others = {_best_hint(found) for found in known} - {"id", "title", "url", "reporter"} - beside
    return titled and len(inner) > 1 and (not has_own or len(others) > 1)


def _titles_of_links(links: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    """Of HAL's links (draft-kelly-json-hal) the titles: OpenProject has status, assignee and project only there."""
    for name, link in islice(links.items(), _MOST_CUSTOM) if isinstance(links, Mapping) else ():
        if isinstance(link, Mapping) and "href" in link and link.get("title") and not _REFERENCES & hints(name).keys():
            yield name, link["title"]


def _best_hint(found: Mapping[str, float]) -> str:
    return max(found, key=lambda field: found[field])


def _custom_fields(value: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    for item in islice(value, _MOST_CUSTOM) if isinstance(value, list) else ():
        if isinstance(item, Mapping) and isinstance(item.get("name"), str) and "value" in item:
            yield str(item["name"]), item["value"]


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


def human_urls(candidates: Iterable[Sequence[JsonValue]], identities: Iterable[str]) -> list[str | None]:
    """`human_url` of each row's candidates; those that begin like another row's are not looked into again."""
    known: dict[tuple[str, ...], int | str | None] = {}
    found: list[str | None] = []
    for row, identity in zip(candidates, identities, strict=True):
        texts = [cell for cell in row if type(cell) is str]
        beginnings = tuple([text[: text.rfind("/") + 1] for text in texts if _has_plain_end(text)])
        if len(beginnings) < len(row) - row.count(None):
            found.append(human_url(row, identity))
            continue
        if beginnings not in known:
            known[beginnings] = _way_to_url(texts, identity)
        way = known[beginnings]
        if isinstance(way, int):
            found.append(texts[way])
        elif way is not None and _ISSUE_KEY.fullmatch(identity):
            found.append(way + identity)
        else:
            found.append(human_url(row, identity))
    return found


def _has_plain_end(address: str) -> bool:
    word = address[address.rfind("/") + 1 :]
    return len(word) < _LONGEST_END and word.replace("-", "").isalnum() and word.isascii()


def _way_to_url(candidates: Sequence[str], identity: str) -> int | str | None:
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
