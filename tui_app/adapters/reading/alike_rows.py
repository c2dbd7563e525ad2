"""Rows as a ticket's reader sees them: with the fields of the objects that they wrap on top, and column by column.

``{"node": {"fields": {"title": ..}}}`` is a ticket like ``{"title": ..}``. `flattened` makes that of one row;
`AlikeRows` takes columns from where they are in many, without a copy of any. Invariants: both see the same; nothing
here raises, whatever JSON a row holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice, product
from typing import Any, NamedTuple, TypeAlias

from tui_app.adapters.reading.field_names import hints, is_reference, plain_name, singular, words_in
from tui_app.adapters.reading.field_values import Row, is_nothing, members, word_of
from tui_app.tickets.ticket import JsonValue

_MOST_SHAPES = 2000  # sets of names that are remembered
_MOST_PAIRS = 200  # sets of names of rows, times those of what they wrap
_SURE, _LEAST_SURE = 0.8, 0.6  # hints of names
_MOST_NAMES = 400  # of one row
_MOST_LEGENDS = 60  # members of an object that are looked at
_SAMPLED = 40  # rows whose codes are looked up
_MOST_WRAPPERS = 3  # wrappers within wrappers: {"node": {"fields": ..}}
_MOST_CUSTOM = 200  # custom fields of one row
_CUSTOM_LISTS = ("fields", "values")
"""How names of lists end that hold custom fields."""
_COLUMNS = ("column", "field")
"""What names the column of a board's cell."""
_REFERENCES = frozenset(("id", "parent", "url"))


def flattened(row: Row) -> Row:
    """``row`` with the fields of the objects that it wraps on top; the wrapped ones count where both have a name."""
    flat = row
    for _ in range(_MOST_WRAPPERS):
        flat = _without_tags(flat)
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
    return _without_tags(_with_custom_fields(flat))


def _without_tags(row: Row) -> Row:
    """``row`` with the values of tagged ones, also of those within an object of nothing else (``properties``)."""
    if not any(map(holds_tagged, row.values())):
        return row
    flat: dict[str, JsonValue] = {}
    for name, value in row.items():
        if isinstance(value, Mapping) and holds_tagged(value) and not is_tagged(value):
            flat.update((inner, _untagged(one)) for inner, one in value.items())
        else:
            flat.setdefault(name, _untagged(value))
    return flat


def _with_custom_fields(row: Row) -> Row:
    """``row`` with its custom fields on top; a list of nothing else is not another field beside them."""
    listed = _hollow_names(tuple(islice(row, _MOST_NAMES)))[1]
    custom = {name: dict(_custom_fields(row[name])) for name in listed}
    if not any(custom.values()):
        return row
    added = {name: one for fields in custom.values() for name, one in fields.items() if is_nothing(row.get(name))}
    whole = {
        name
        for name, fields in custom.items()
        if fields and fields.keys() <= added.keys() and len(fields) == len(members(row[name]))
    }
    return {**{name: value for name, value in row.items() if name not in whole}, **added}


def is_tagged(value: JsonValue) -> bool:
    """Whether an object says under which of its names its value is: ``{"type": "status", "status": {..}}``."""
    return type(value) is dict and type(kind := value.get("type")) is str and kind in value and kind != "type"


def holds_tagged(value: JsonValue) -> bool:
    """Whether an object is a tagged value, or holds nothing else."""
    return type(value) is dict and bool(value) and (is_tagged(value) or all(map(is_tagged, value.values())))


def _untagged(value: JsonValue) -> JsonValue:
    for _ in range(_MOST_WRAPPERS):  # a formula's result is tagged once more
        if not isinstance(value, Mapping) or not is_tagged(value):
            break
        value = value[str(value["type"])]
    runs = [item.get("plain_text") if isinstance(item, Mapping) else None for item in members(value)]
    texts = [run for run in runs if isinstance(run, str)]
    return "".join(texts) if texts and len(texts) == len(runs) else value


def decoded(rows: Iterable[Row], above: Sequence[Row]) -> Iterable[Row]:
    """``rows`` with the words for their codes, where an object ``above`` them says what they mean: ``status: 3`` beside
    ``"statuses": {"3": "Closed"}``."""
    rows = rows if isinstance(rows, list) else list(rows)
    beside = [(name, value) for holder in above for name, value in islice(holder.items(), _MOST_LEGENDS)]
    legends = {name: words for name, value in beside if not _are(value, rows) and (words := _legend(value))}
    if not legends:
        return rows
    codes = dict.fromkeys(name for row in rows[:_SAMPLED] for name in islice(row, _MOST_NAMES))
    meant = {code: words for code in codes for name, words in legends.items() if _explains(name, words, code, rows)}
    return [_explained(row, meant) for row in rows] if meant else rows


def _are(value: JsonValue, rows: Sequence[Row]) -> bool:
    """Whether a list is that of the rows themselves."""
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, Mapping) and bool(rows) and first.items() <= rows[0].items()


def _legend(value: JsonValue) -> Mapping[str, str]:
    """Codes and their words: ``{"1": "New"}``, or a list of objects with an id and a name; empty: it is none."""
    if isinstance(value, list) and len(value) < _MOST_NAMES:
        pairs = [(str(item.get("id", "")), word_of(item) or "") for item in value if isinstance(item, Mapping)]
        return dict(pairs) if pairs and all(map(all, pairs)) and len(pairs) == len(value) else {}
    if not isinstance(value, Mapping) or not 0 < len(value) < _MOST_NAMES:
        return {}
    words = {str(code): word for code, word in value.items() if isinstance(word, str) and word}
    return words if len(words) == len(value) and all(map(str.isdigit, words)) else {}


def _explains(legend: str, words: Mapping[str, str], code: str, rows: Sequence[Row]) -> bool:
    """Whether the values in the column ``code`` are those of a legend called like it: ``statuses``, ``status_id``."""
    values = [value for row in rows[:_SAMPLED] if not is_nothing(value := row.get(code))]
    if not values or not all(isinstance(value, (str, int)) and str(value) in words for value in values):
        return False
    base = _without_id(code)
    if hints(base).get("parent", 0) > _SURE:
        return False  # a ticket is known by its id
    if is_reference(code) and not any(map(str.isdigit, words)):
        return True
    fields = {field for field, hint in hints(legend).items() if hint > _SURE}
    return plain_name(singular(legend)) == plain_name(base) or bool(
        fields & {f for f, h in hints(base).items() if h > _SURE}
    )


def _without_id(name: str) -> str:
    """``status`` of ``status_id`` and ``statusId``."""
    words = words_in(name)
    return "_".join(words[:-1]) if is_reference(name) and words[0] != "id" else name


def _explained(row: Row, meant: Mapping[str, Mapping[str, str]]) -> Row:
    words = {_without_id(code): words.get(str(row[code])) for code, words in meant.items() if code in row}
    return {**row, **{name: word for name, word in words.items() if word and (name in meant or name not in row)}}


@lru_cache(_MOST_SHAPES)
def _hollow_names(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names that say nothing of a ticket's field, so that what they hold may be the ticket; and those of lists."""
    hollow = tuple(name for name in names if max(hints(name).values(), default=0) <= _LEAST_SURE)
    return hollow, tuple(name for name in hollow if plain_name(name).endswith(_CUSTOM_LISTS))


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
    for item in islice(members(value), _MOST_CUSTOM):
        if not isinstance(item, Mapping):
            continue
        column = next((item[name] for name in _COLUMNS if isinstance(item.get(name), Mapping)), None)
        if isinstance(column, Mapping) and (name := word_of(dict(column))):
            yield name, next(_values_of_cell(item), None)
        elif isinstance(item.get("name"), str) and "value" in item:
            yield str(item["name"]), item["value"]


def _values_of_cell(cell: Row) -> Iterator[JsonValue]:
    """What a board's cell holds: neither what it is called nor of what kind, and no data written as text."""
    for name, value in cell.items():
        if name in _COLUMNS or is_nothing(value) or not hints(name).keys().isdisjoint(("id", "type")):
            continue
        if not (isinstance(value, str) and value.startswith(("{", "["))):
            yield value


class AlikeRows:
    """Rows by columns, as they are when each is `flattened`."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        """As they came."""
        self._layers: list[_Layer] = []
        self._shapes: dict[_Names, None] = {}
        self._begin(rows)
        if not self._take_out():
            self._begin([flattened(row) for row in rows])

    def __len__(self) -> int:
        return len(self.rows)

    def names(self) -> _Names:
        """The names of all columns."""
        return tuple(islice(dict.fromkeys(chain.from_iterable(self._shapes)), _MOST_NAMES))

    def column(self, name: str, absent: Any = None) -> list[Any]:
        """The value of ``name`` in each row, ``absent`` where there is none."""
        holding = [rows for names, rows in self._layers if name in names]
        if not holding:
            return [absent] * len(self.rows)
        cells = [row.get(name, absent) for row in holding[0]]
        for rows in holding[1:]:
            pairs = zip(cells, [row.get(name, _ABSENT) for row in rows], strict=True)
            cells = [a if b is _ABSENT or (a is not absent and is_nothing(b)) else b for a, b in pairs]
        return cells

    def _begin(self, rows: Sequence[Row]) -> None:
        self._shapes = _shapes_of(rows)
        self._layers = [_Layer(set(chain.from_iterable(self._shapes)), rows)]

    def _take_out(self) -> bool:
        """Find the objects that rows wrap, under one name in all of them; False: each row needs a look of its own."""
        for _ in range(_MOST_WRAPPERS):
            names = self.names()
            if len(names) == _MOST_NAMES or "_links" in names or self._layers[-1].holds_tagged():
                return False
            hollow, listed = _hollow_names(names)
            wrappers = {name: wraps for name in hollow if (wraps := self._wraps(self.column(name)))}
            if not wrappers:
                return not any({list, dict} & {*map(type, self.column(name))} for name in listed)
            name, *others = wrappers
            if others or wrappers[name] == {True, False}:
                return False
            self._unwrap(name, self.column(name))
        return False

    def _wraps(self, cells: Sequence[JsonValue]) -> set[bool]:
        """Whether the objects in a column wrap tickets, also both; empty: none does."""
        if dict not in map(type, cells):
            return set()
        inner = _shapes_of([cell if isinstance(cell, dict) else _NO_ROW for cell in cells])
        if len(self._shapes) * len(inner) > _MOST_PAIRS:
            return {True, False}
        found = {bool(one) and _wraps(one[:_MOST_NAMES], outer) for outer, one in product(self._shapes, inner)}
        return found if True in found else set()

    def _unwrap(self, name: str, rows: Sequence[Row]) -> None:
        inner = _shapes_of(rows)
        outer = [tuple(own for own in shape if own != name) for shape in self._shapes]
        self._shapes = dict.fromkeys(tuple(dict.fromkeys(chain(*pair))) for pair in product(outer, inner))
        for layer in self._layers:
            layer.names.discard(name)
        self._layers.append(_Layer(set(chain.from_iterable(inner)), rows))


def _shapes_of(rows: Iterable[Row]) -> dict[_Names, None]:
    return dict.fromkeys(map(tuple, rows))


class _Layer(NamedTuple):
    """Objects of the rows on one level, and the names that are taken from there."""

    names: set[str]
    rows: Sequence[Row]

    def holds_tagged(self) -> bool:
        """Whether a value says under which of its names it is."""
        return any(type(cell) is dict and holds_tagged(cell) for row in self.rows for cell in row.values())


_Names: TypeAlias = tuple[str, ...]
_NO_ROW: Row = {}
_ABSENT: Any = object()
