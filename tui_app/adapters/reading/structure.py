"""Where in a JSON value alike rows are: lists of objects, objects by id or status, matrices, columns, lists of words.

A place is a path of steps: a name, ``*`` for each item of a list, ``~`` for each item and those within it, ``+`` for
each value of an object, ``!`` for what a text holds as data, ``#`` for a matrix under a header, ``=`` for lists side by
side. Lists at one path are one table; what the objects above its rows say is inherited as columns that begin with
``^``. Invariants: nothing here raises; places are found in a bounded part of the value, whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeAlias

from tui_app.adapters.reading.alike_rows import flattened, holds_tagged
from tui_app.adapters.reading.data_text import json_of
from tui_app.adapters.reading.field_columns import GROUP, certainly_tickets, least_hint
from tui_app.adapters.reading.field_names import CERTAIN_NAME, TICKET_NOUNS, hints, singular, words_in
from tui_app.adapters.reading.field_values import Row, can_be_id, is_nothing, word_of
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.vocabulary import is_status

Steps: TypeAlias = tuple[str, ...]
ITEMS, NESTED, VALUES, DATA, MATRIX, ZIPPED = "*", "~", "+", "!", "#", "="
SIGNS = frozenset((ITEMS, NESTED, VALUES, DATA, MATRIX, ZIPPED))
ITEM = "item"
"""The column of a list of texts."""
_DEEPEST = 9  # steps
_MOST_MEMBERS = 60  # of one list or object that are looked at
_MOST_PLACES = 60
_MOST_NESTED = 500  # rows, with those within them, whose ids are compared
_ALIKE = 0.4  # share of the names that alike objects have in common
_LONGEST_INHERITED = 200  # characters


def places(value: JsonValue) -> list[Steps]:
    """The places in ``value`` where rows may be, outer ones first; none within rows that certainly are tickets."""
    found: dict[Steps, None] = {}
    _look(value, (), found)
    return list(found)


def rows_at(value: JsonValue, steps: Steps) -> Iterable[Row]:
    """The rows at ``steps`` in ``value``."""
    objects = _objects_at(value, steps)
    if objects is not None:
        return objects
    rows = _rows(value, steps, {}, "")
    return _each_once(list(rows)) if steps[-2:] == (VALUES, ITEMS) else rows


def _each_once(rows: list[Row]) -> list[Row]:
    """``rows`` without those that stand in several groups: then the groups are views, and say nothing of a row."""
    own = [{name: value for name, value in row.items() if name != GROUP} for row in rows]
    if not all(any(can_be_id(value) and hints(n).get("id", 0) for n, value in row.items()) for row in own):
        return rows
    distinct = {repr(row): row for row in own}
    return rows if len(distinct) == len(rows) else list(distinct.values())


def _objects_at(value: JsonValue, steps: Steps) -> list[Row] | None:
    """The list at ``steps`` where it holds nothing but objects, below names alone: that is how most answers are."""
    for step in steps[:-1]:
        if step in SIGNS or not isinstance(value, dict):
            return None
        value = value.get(step)
    is_list = steps[-1:] == (ITEMS,) and isinstance(value, list) and set(map(type, value)) == {dict}
    return value if is_list else None  # type: ignore[return-value]  # of objects


def holders(value: JsonValue, steps: Steps) -> list[Row]:
    """The objects on the way to ``steps``, the innermost first; within lists only what is common to all is passed."""
    found: list[Row] = []
    for step in steps:
        value = parsed(value) if step == DATA else value
        if isinstance(value, Mapping):
            found.insert(0, value)
            value = value.get(step) if step not in SIGNS else None
        elif isinstance(value, list) and len(value) == 1 and step == ITEMS:
            value = value[0]
        elif step != DATA:
            break
    return found


def parsed(value: JsonValue) -> JsonValue:
    """What a text holds as data; any other value, and a text without data, as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in tuple('{["<'):
        found = json_of(value)
        return value if found is None else found
    return value


# ------------------------------------------------------------ looking for places


def _look(value: JsonValue, steps: Steps, found: dict[Steps, None]) -> None:
    if len(steps) > _DEEPEST or len(found) > _MOST_PLACES or (ITEMS in steps and holds_tagged(value)):
        return  # within a row these are its fields, and no rows
    if isinstance(value, str):
        inner = parsed(value)
        if inner is not value:
            _look(inner, (*steps, DATA), found)
    elif isinstance(value, list):
        _look_at_list(value, steps, found)
    elif isinstance(value, Mapping):
        _look_at_object(value, steps, found)


def _look_at_list(value: list[JsonValue], steps: Steps, found: dict[Steps, None]) -> None:
    items = [parsed(item) for item in value[:_MOST_MEMBERS]]
    if any(isinstance(item, Mapping) for item in items) and _is_matrix([*map(_cells, items)]):
        found.setdefault((*steps, MATRIX))
        return
    rows = [item for item in items if isinstance(item, Mapping)]
    if rows:
        found.setdefault((*steps, NESTED if _are_nested(rows) else ITEMS))
        if certainly_tickets(rows) and not _hold_tickets(rows):
            return
    elif _is_matrix(items):
        found.setdefault((*steps, MATRIX))
        return
    elif items and all(isinstance(item, str) for item in items):
        found.setdefault((*steps, ITEMS))
    for row in rows[: _MOST_MEMBERS // 2]:
        for name, inner in islice(row.items(), _MOST_MEMBERS):
            if isinstance(inner, (list, dict)) or (isinstance(inner, str) and inner[:1] in ("{", "[", '"')):
                _look(inner, (*steps, ITEMS, name), found)


def _lists_of_alike(row: Row) -> Iterator[list[JsonValue]]:
    """The lists within ``row`` whose members are alike to it: sub-tasks."""
    for inner in islice(row.values(), _MOST_MEMBERS):
        if isinstance(inner, list) and inner:
            objects = [item for item in inner[:_MOST_MEMBERS] if isinstance(item, Mapping)]
            if len(objects) == len(inner[:_MOST_MEMBERS]) and _alike(
                [_without_lists(row), *map(_without_lists, objects)]
            ):
                yield inner


def _without_lists(row: Row) -> Row:
    return {name: value for name, value in islice(row.items(), _MOST_MEMBERS) if not isinstance(value, list)}


def _are_nested(rows: Sequence[Row]) -> bool:
    """Whether rows hold others that are tickets of their own: alike, and with ids that no other row has."""
    if not any(isinstance(value, list) and value for row in rows for value in islice(row.values(), _MOST_MEMBERS)):
        return False
    every = list(islice(_with_inner(rows, {}), _MOST_NESTED))
    column = _id_name(rows)
    ids = {str(row.get(column)) for row in every if column and can_be_id(row.get(column))}
    return len(every) > len(rows) and len(ids) == len(every)


def _id_name(rows: Sequence[Row]) -> str:
    """The name in alike rows that says most surely that it is the id's."""
    names = {name: hints(name).get("id", 0) for name in islice(rows[0], _MOST_MEMBERS)}
    return max((name for name in names if names[name] >= least_hint("id")), key=names.__getitem__, default="")


def _with_inner(rows: Iterable[object], inherited: Row, depth: int = 0) -> Iterator[Row]:
    """Each row, and behind it those within it, which say whose parts they are."""
    for row in rows:
        if not isinstance(row, Mapping):
            continue
        yield {**row, **inherited}
        for inner in _lists_of_alike(row) if depth < _DEEPEST else ():
            yield from _with_inner(inner, {**inherited, **_as_parent(row, inner)}, depth + 1)


def _as_parent(row: Row, inner: Iterable[JsonValue]) -> Row:
    """What the rows within ``row`` say of it; nothing where they name their parent themselves."""
    own = _id_name([row])
    told = {name for item in inner if isinstance(item, Mapping) for name in islice(item, _MOST_MEMBERS)}
    names_parent = any(hints(name).get("parent", 0) > CERTAIN_NAME for name in told)
    return {} if names_parent or not own else {"parent": row[own]}


def _cells(row: JsonValue) -> JsonValue:
    """The cells of a row of a table in XML or HTML, which holds nothing else: ``{"td": ["1", "Printer"]}``."""
    inner = next(iter(row.values())) if isinstance(row, Mapping) and len(row) == 1 else row
    return inner if isinstance(inner, list) else row


def _hold_tickets(rows: Sequence[Row]) -> bool:
    """Whether rows without a status hold rows with one: projects, and not tickets with others below them."""
    inner = [value for row in rows[:_MOST_MEMBERS] for value in islice(row.values(), _MOST_MEMBERS)]
    inner += [one for value in inner if isinstance(value, Mapping) for one in islice(value.values(), _MOST_MEMBERS)]
    lists = [[item for item in value[:5] if isinstance(item, Mapping)] for value in inner if isinstance(value, list)]
    return not _have_status(rows) and any(some and certainly_tickets(some) and _have_status(some) for some in lists)


def _have_status(rows: Sequence[Row]) -> bool:
    names = (name for row in rows[:5] for name in islice(flattened(row), _MOST_MEMBERS))
    return any(hints(name).get("status", 0) > CERTAIN_NAME for name in names)


def _is_matrix(items: list[JsonValue]) -> bool:
    header = items[0] if items else None
    return (
        len(items) > 1
        and isinstance(header, list)
        and len(header) > 1
        and all(isinstance(name, str) for name in header)
        and all(isinstance(item, list) and len(item) == len(header) for item in items)
    )


def _look_at_object(value: Row, steps: Steps, found: dict[Steps, None]) -> None:
    members = list(islice(value.items(), _MOST_MEMBERS))
    objects = [inner for _, inner in members if isinstance(inner, Mapping)]
    lists = [inner for _, inner in members if isinstance(inner, list)]
    if len(objects) > 1 and len(objects) >= 0.6 * len(members) and _alike(objects):
        found.setdefault((*steps, VALUES))
    rows = [item for inner in lists for item in inner[:5]]
    names = [name for name, inner in members if isinstance(inner, list)]
    are_alike = len({is_of_tickets(name) for name in names}) == 1
    is_board = (len(lists) > 1 and are_alike) or any(map(is_status, names))
    if rows and is_board and len(lists) >= 0.5 * len(members):
        of_objects = all(isinstance(row, Mapping) for row in rows)
        firsts = [inner[0] for inner in lists if inner]  # of tickets and their comments in two lists these differ
        if (
            of_objects and all(_alike([row for row in some if isinstance(row, Mapping)]) for some in (rows, firsts))
        ) or all(isinstance(row, str) for row in rows):
            found.setdefault((*steps, VALUES, ITEMS))
    if _header_and_rows(value) is not None:
        found.setdefault((*steps, MATRIX))
    if len(_side_by_side(value)) > 1:
        found.setdefault((*steps, ZIPPED))
    for name, inner in members:
        _look(inner, (*steps, name), found)
    found.setdefault(steps)


def is_of_tickets(name: str) -> bool:
    """Whether a list is called like tickets: one beside it that is not holds something else."""
    return not is_status(name) and any(singular(word) in TICKET_NOUNS for word in words_in(name))


def _alike(rows: Sequence[Row]) -> bool:
    """Whether objects have most of their names in common with the first."""
    first = set(rows[0])
    shares = [len(first & set(row)) / (len(first | set(row)) or 1) for row in rows[:_MOST_MEMBERS]]
    return bool(first) and sum(share >= _ALIKE for share in shares) >= 0.6 * len(shares)


def _header_and_rows(value: Row) -> tuple[list[str], list[list[JsonValue]]] | None:
    """A list of names beside a list of equally long lists."""
    lists = [inner for inner in islice(value.values(), _MOST_MEMBERS) if isinstance(inner, list) and inner]
    for header in (inner for inner in lists if len(lists) > 1 and len(inner) <= _MOST_MEMBERS):
        names = [word for name in header if (word := word_of(name))]
        for rows in lists:
            if rows is header or len(names) < 2 or len(names) != len(header) or any(type(n) is list for n in header):
                continue
            if all(isinstance(row, list) and len(row) == len(names) for row in rows):
                return names, [row for row in rows if isinstance(row, list)]
    return None


def _side_by_side(value: Row) -> dict[str, list[JsonValue]]:
    """Lists of scalars of one length: columns."""
    lists = {
        name: inner
        for name, inner in islice(value.items(), _MOST_MEMBERS)
        if isinstance(inner, list) and len(inner) > 1 and not any(isinstance(item, (list, dict)) for item in inner)
    }
    lengths = [len(inner) for inner in lists.values()]
    common = max(set(lengths), key=lengths.count, default=0)
    return {name: inner for name, inner in lists.items() if len(inner) == common}


# ------------------------------------------------------------ reading the rows of a place


def _rows(value: JsonValue, steps: Steps, inherited: Row, name: str) -> Iterator[Row]:
    if not steps:
        yield from _row(value, inherited)
        return
    step, *others = steps
    rest = tuple(others)
    if step == DATA:
        yield from _rows(parsed(value), rest, inherited, name)
    elif step == NESTED and isinstance(value, list):
        yield from _with_inner(map(parsed, value), inherited)
    elif step == ITEMS and isinstance(value, list):
        yield from _of_items(value, rest, inherited, name)
    elif step == VALUES and isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _of_key(key, inner, rest, inherited, name)
    elif step == MATRIX:
        yield from ({**row, **inherited} for row in _matrix_rows(value))
    elif step == ZIPPED and isinstance(value, Mapping):
        yield from ({**row, **inherited} for row in _zipped_rows(value))
    elif isinstance(value, Mapping) and step in value:
        yield from _rows(value[step], rest, inherited, step)


def _of_items(value: list[JsonValue], rest: Steps, inherited: Row, name: str) -> Iterator[Row]:
    if not rest and not inherited and set(map(type, value)) == {dict}:
        yield from value  # type: ignore[misc]  # they are objects
        return
    for item in map(parsed, value):
        yield from _row(item, inherited) if not rest else _rows(item, rest, _below(item, inherited, name), name)


def _of_key(key: str, inner: JsonValue, rest: Steps, inherited: Row, name: str) -> Iterator[Row]:
    if rest:
        yield from _rows(inner, rest, {**inherited, GROUP: key}, name)
    elif isinstance(inner, Mapping):
        yield from _row({"key": key, **inner}, inherited)


def _row(value: JsonValue, inherited: Row) -> Iterator[Row]:
    if isinstance(value, Mapping):
        yield {**value, **inherited} if inherited else value
    elif isinstance(value, str) and value.strip():
        yield {ITEM: value, **inherited}


def _below(item: JsonValue, inherited: Row, name: str) -> Row:
    """What the rows below ``item``, a member of the list ``name``, inherit: what it is called, and its own words."""
    if not isinstance(item, Mapping):
        return inherited
    own: dict[str, JsonValue] = {
        f"^{key}": value
        for key, value in islice(item.items(), _MOST_MEMBERS)
        if isinstance(value, (str, int, float)) and not is_nothing(value) and len(str(value)) < _LONGEST_INHERITED
    }
    called = word_of({key: value for key, value in item.items() if isinstance(value, str)})
    return {**inherited, **own, **({f"^{name}": called} if called and name else {})}


def _zipped_rows(value: Row) -> Iterator[Row]:
    columns = _side_by_side(value)
    for cells in zip(*columns.values(), strict=False):
        yield dict(zip(columns, cells, strict=False))


def _matrix_rows(value: JsonValue) -> Iterator[Row]:
    if isinstance(value, Mapping):
        found = _header_and_rows(value)
        header, rows = found if found is not None else ([], [])
    elif isinstance(value, list) and value and isinstance(names := _cells(value[0]), list):
        header, rows = list(map(str, names)), [row for row in map(_cells, value[1:]) if isinstance(row, list)]
    else:
        return
    for cells in rows:
        yield dict(zip(header, cells, strict=False))
