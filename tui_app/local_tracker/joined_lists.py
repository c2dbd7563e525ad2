"""What the lists of one document say of each other: the names of what a row refers to by its id, and what other lists
hold of the row itself, as a board's file keeps the comments on its cards among its actions; and whether the document
is a ticket, whose parts they hold.

Invariant: nothing is made up. A row gets what refers to it by its id, and keeps all that it has itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui_app.adapters.reading.alike_rows import flattened
from tui_app.adapters.reading.discussion import AUTHOR, BODY, WHEN
from tui_app.adapters.reading.field_columns import fields_of_names
from tui_app.adapters.reading.field_names import CERTAIN_NAME, hints, plain_name
from tui_app.adapters.reading.field_values import first_of, indexed, person_of
from tui_app.adapters.reading.structure import SIGNS
from tui_app.tickets.fields import CALLED

_DEEPEST = 6  # levels: data.repository.issues.edges.node
_DEEPEST_REFERENCE = 2  # levels: data.card.id
_MORE_FIELDS = 2  # that a ticket has than its labels or parts
_ID_PREFIX = re.compile(r"^ids?(?=[A-Z])|_?ids?$|Ids?$")
_PATH_OF_PLACE = re.compile(r"(?=.*[^\W\d_])[\w.-]+(?:/[\w.-]+)+")
_OWN_IDS = ("id", "_id", "key", "gid")

Row = Mapping[str, Any]
Lists = Sequence[tuple[str, list[Any]]]


def joined(rows: list[Any], document: Row, path: Sequence[str]) -> list[Any]:
    """``rows``, which are at ``path`` of ``document``, with what its other lists tell of them."""
    own = {row[name] for row in rows if isinstance(row, dict) for name in _OWN_IDS if _is_id(row.get(name))}
    lists = list(_lists_in(document, 0))
    names = _names(document, lists, own)
    themselves = {id(row) for row in rows}
    others = [(name, items) for name, items in lists if not any(id(item) in themselves for item in items)]
    called = {part for name in path for part in (plain_name(name), plain_name(name).removesuffix("s"))}
    told = _told(others, _References(own, called), names)
    if place := _place_on_the_way(document, path):
        rows = [{**row, "project": place} if _has_no_place(row) else row for row in rows]
    if not names and not told:
        return rows
    return [_joined_row(row, names, told) if isinstance(row, dict) else row for row in rows]


def _place_on_the_way(document: Row, path: Sequence[str]) -> str:
    """The project that holds all the rows: ``{"repository": {"nameWithOwner": "acme/app", "issues": ..}}``."""
    holder: Any = document
    place = ""
    for name in path:
        holder = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and hints(name).get("project", 0) > CERTAIN_NAME:
            words = [word for word in holder.values() if isinstance(word, str) and _PATH_OF_PLACE.fullmatch(word)]
            called = first_of(indexed(holder), CALLED)
            place = words[0] if words else called if isinstance(called, str) else place
    return place


def _has_no_place(row: Any) -> bool:
    return isinstance(row, dict) and not any(hints(name).get("project", 0) > CERTAIN_NAME for name in row)


def _lists_in(value: Any, depth: int) -> Iterator[tuple[str, list[Any]]]:
    """The lists of objects within ``value`` by name, at any depth that documents have."""
    if depth > _DEEPEST or not isinstance(value, dict):
        return
    for name, inner in value.items():
        if isinstance(inner, list) and any(isinstance(item, dict) for item in inner):
            yield name, inner
        elif isinstance(inner, dict):
            yield from _lists_in(inner, depth + 1)


def _is_id(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and value != ""


# ------------------------------------------------------------ a document that is one ticket


def ticket_with_parts(document: Row, rows: Sequence[Any], path: Sequence[str]) -> list[Any]:
    """A document that is one ticket, and those of ``rows`` in it that are tickets; nothing where it is none.

    The rows are its labels, its parts, or itself in a wrapper.
    """
    fields, inner = _fields_in(document), _fields_in(rows[0])
    if not {"id", "title", "status"} <= fields or not isinstance(rows[0], Mapping):
        return []
    if not SIGNS.intersection(path):
        return [document] if "status" not in inner or flattened(document).keys() >= rows[0].keys() else []
    is_work = not fields.isdisjoint(("assignee", "priority"))  # a board has neither
    if not is_work or len(fields) <= len(inner) + _MORE_FIELDS:
        return []
    return [document, *(rows if "status" in inner else ())]


def _fields_in(row: Any) -> set[str]:
    return {*fields_of_names(tuple(flattened(row)))} if isinstance(row, Mapping) else set()


# ------------------------------------------------------------ names


def _names(document: Row, lists: Lists, own: set[Any]) -> dict[Any, str]:
    names: dict[Any, str] = {}
    for item in (document, *(item for _, items in lists for item in items if isinstance(item, dict))):
        own_id = next((item[name] for name in ("id", "_id") if _is_id(item.get(name))), None)
        if own_id is not None and own_id not in own:
            index = indexed(item)
            name = next((word for part in CALLED if isinstance(word := index.get(part), str) and word), None)
            if name:
                names[own_id] = name
    return names


def _named(row: Row, names: Mapping[Any, str]) -> dict[str, Any]:
    """``row`` with the names of what it refers to by id, under the names of these references."""
    named = dict(row)
    for key, value in row.items():
        name = _ID_PREFIX.sub("", key)
        if name == "" or (name != key and name in row):
            continue
        ids = value if isinstance(value, list) else [value]
        is_named = name != key or all(isinstance(item, str) and not item.isdecimal() for item in ids)
        if ids and is_named and all(_is_id(item) and item in names for item in ids):
            found = [names[item] for item in ids]
            named[name] = found if isinstance(value, list) else found[0]
    return named


# ------------------------------------------------------------ what refers to a row


class _References:
    """Finds where something refers to a row.

    Args:
        own: the ids of the rows.
        called: what a row is called where they are listed; a mere number may be the id of anything else.
    """

    def __init__(self, own: set[Any], called: set[str]) -> None:
        self._own = own
        self._called = called

    def found(self, item: Row, depth: int = 0) -> tuple[Row, Any, bool] | None:
        """The object that refers to a row, the row's id, and whether that object is within ``item``."""
        for key, value in item.items():
            name = _ID_PREFIX.sub("", key)
            is_named_id = name not in ("", key) and self._means_a_row(name, value) if _is_id(value) else False
            if is_named_id or (_is_id(value) and value in self._own and plain_name(key) in self._called):
                return item, value, depth > 0
            if isinstance(value, dict):
                inner = next((value[part] for part in _OWN_IDS if _is_id(value.get(part))), None)
                if inner is not None and self._means_a_row(key, inner):
                    return item, inner, True
                deeper = self.found(value, depth + 1) if depth < _DEEPEST_REFERENCE else None
                if deeper:
                    return deeper[0], deeper[1], True
        return None

    def _means_a_row(self, name: str, value: Any) -> bool:
        return value in self._own and (plain_name(name) in self._called or not str(value).isdecimal())


def _told(lists: Lists, references: _References, names: Mapping[Any, str]) -> dict[Any, dict[str, list[Any]]]:
    """Id of a row to what other lists hold of it: comments, and the items that name the row themselves."""
    told: dict[Any, dict[str, list[Any]]] = {}
    for name, items in lists:
        for item in items:
            found = references.found(item) if isinstance(item, dict) else None
            if found is None:
                continue
            place, row_id, is_nested = found
            comment = _comment(item, place, names)
            if comment:
                told.setdefault(row_id, {}).setdefault("comments", []).append(comment)
            elif not is_nested:
                told.setdefault(row_id, {}).setdefault(name, []).append(item)
    return told


def _comment(item: Row, place: Row, names: Mapping[Any, str]) -> dict[str, Any] | None:
    """An item as a comment, if it has a time and a text of its own, beside its reference or at its top."""
    index = indexed(_named(item, names))
    text = next((p[name] for p in (indexed(place), index) for name in BODY if _is_text(p.get(name))), None)
    time = first_of(index, WHEN)
    if text is None or not _is_id(time):
        return None
    author = person_of(first_of(index, (*AUTHOR, *fields_of_names(tuple(index)).get("reporter", ()))))
    return {"author": author or "", "created_at": time, "body": text}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _joined_row(row: Row, names: Mapping[Any, str], told: Mapping[Any, Mapping[str, list[Any]]]) -> dict[str, Any]:
    named = _named(row, names)
    for own_id in (row[name] for name in _OWN_IDS if _is_id(row.get(name))):
        for name, items in told.get(own_id, {}).items():
            if not isinstance(named.get(name), list):
                named[name] = items
    return named
