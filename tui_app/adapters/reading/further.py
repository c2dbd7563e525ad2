"""The fields of a row that have no place in a `Ticket`: kept by name, sanitised, within bounds."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import islice

from tui_app.adapters.reading.names import plain_name
from tui_app.adapters.reading.values import Row, is_nothing
from tui_app.tickets.text import clean, clean_line
from tui_app.tickets.ticket import JsonValue

_MOST_FIELDS = 200  # of one ticket; Jira sites have hundreds of custom ones
_MOST_MEMBERS = 100  # of one list or object
_DEEPEST = 6  # levels
_LONGEST_NAME = 200  # characters
_MACHINERY = re.compile(
    r"_(?:url|links?)$|Urls?$|Icon$|^(?:self|expand|nodeid|node_id|gravatar_id|permissions|_links)$|^_"
)


def further_fields(row: Row, used: Collection[str]) -> dict[str, JsonValue]:
    """What ``row`` says besides the fields in ``used`` (plain names), without empty values and interface addresses."""
    kept: dict[str, JsonValue] = {}
    for name, value in row.items():
        if len(kept) >= _MOST_FIELDS:
            break
        if is_nothing(value) or plain_name(name) in used or _MACHINERY.search(name[:_LONGEST_NAME]):
            continue
        kept[clean_line(name[:_LONGEST_NAME])] = _cleaned(value, 0)
    return kept


def _cleaned(value: JsonValue, depth: int) -> JsonValue:
    if isinstance(value, str):
        return clean(value)
    if depth > _DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {
            clean_line(name[:_LONGEST_NAME]): _cleaned(member, depth + 1)
            for name, member in islice(value.items(), _MOST_MEMBERS)
            if not _MACHINERY.search(name[:_LONGEST_NAME])
        }
    if isinstance(value, list):
        return [_cleaned(member, depth + 1) for member in islice(value, _MOST_MEMBERS)]
    return value
