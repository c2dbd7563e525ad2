"""Rows whose fields lie deeper than on top: Jira's ``fields``, JSON:API's ``attributes``, custom fields by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from tui_app.adapters.reading.names import WRAPPERS, plain_name
from tui_app.adapters.reading.values import Row, is_nothing
from tui_app.tickets.ticket import JsonValue

_DEEPEST = 3  # wrappers within wrappers: {"node": {"fields": ..}}
_MOST_CUSTOM = 200  # custom fields of one row
_CUSTOM_LISTS = frozenset(("customfields", "fields", "customfieldvalues"))


def flattened(row: Row) -> dict[str, JsonValue]:
    """``row`` with the fields of the objects that it wraps on top; the wrapped ones count where both have a name."""
    flat = dict(row)
    for _ in range(_DEEPEST):
        wrapper = _wrapper(flat)
        if wrapper is None:
            break
        inner = flat.pop(wrapper)
        if isinstance(inner, Mapping):
            flat.update((name, value) for name, value in inner.items() if not is_nothing(value) or name not in flat)
    for name, value in _custom_fields(row):
        if is_nothing(flat.get(name)):
            flat[name] = value
    return flat


def _wrapper(row: Row) -> str | None:
    for name, value in row.items():
        if isinstance(value, Mapping) and plain_name(name) in WRAPPERS and _wraps(value):
            return name
    return None


def _wraps(inner: Row) -> bool:
    """A ticket's own fields, not a person or a status that happens to be called ``item``."""
    names = {plain_name(name) for name in inner}
    return bool(names & {"summary", "title", "subject", "name", "description", "shortdescription"}) and len(names) > 1


def _custom_fields(row: Row) -> Iterator[tuple[str, JsonValue]]:
    for name, value in row.items():
        if isinstance(value, list) and plain_name(name) in _CUSTOM_LISTS:
            for item in islice(value, _MOST_CUSTOM):
                if isinstance(item, Mapping) and isinstance(item.get("name"), str) and "value" in item:
                    yield str(item["name"]), item["value"]
