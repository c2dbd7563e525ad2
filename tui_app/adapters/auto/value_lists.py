"""Which values exist, for completion: from the tools that list them and from the search tool's enums."""

from __future__ import annotations

from collections.abc import Mapping

from tui_app.adapters.auto.matching_values import everything
from tui_app.adapters.auto.roles import Roles
from tui_app.adapters.auto.words import split_words
from tui_app.adapters.mapping import VALUE_FIELDS
from tui_app.adapters.reading import find_rows, payloads, words_of
from tui_app.adapters.reading.names import plain_name
from tui_app.adapters.reading.values import first_of, indexed, members, person_of, word_of
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import JsonValue

_MOST_VALUES = 500  # of one field; more cannot be picked from
_LONGEST_VALUE = 200  # characters
_PROJECT_PARTS = ("key", "pathwithnamespace", "fullname", "identifier", "slug", "name", "title", "id")
_ADDRESS_PARTS = ("key", "slug", "identifier", "gid", "id", "uuid", "name")
"""What a tool takes to mean one of its workspaces or projects, likeliest first."""
_LIST_NAMES: Mapping[str, tuple[str, ...]] = {
    "status": ("statuses", "status", "states", "state"),
    "assignee": ("assignees", "users", "members", "people", "assignee"),
    "project": ("projects", "project", "repositories", "queues"),
    "labels": ("labels", "tags", "label"),
    "priority": ("priorities", "priority"),
}


def known_values(roles: Roles, answers: Mapping[str, CallToolResult]) -> dict[str, tuple[str, ...]]:
    """Criterion to its values; ``answers`` holds what each tool in `Roles.values` answered."""
    known = {name: _enum_values(roles, name) for name in VALUE_FIELDS}
    for name, role in roles.values.items():
        result = answers.get(role.tool)
        for field in VALUE_FIELDS if name == "any" else (name,):
            words = _listed(result, field, anywhere=name != "any") if result else ()
            known[field] = words or known[field]
    return {name: values for name, values in known.items() if values}


def choices_in(result: CallToolResult, path: str) -> tuple[str, ...]:
    """What a list of workspaces, teams or projects holds, in the form that the argument at ``path`` takes."""
    last = (split_words(path) or ("",))[-1]
    parts = (last, *_ADDRESS_PARTS) if last in _ADDRESS_PARTS else _ADDRESS_PARTS
    for payload in payloads(result):
        page = find_rows(payload)
        rows = (
            page.rows
            if page
            else next((members(v) for v in payload.values() if isinstance(v, list)), ())
            if isinstance(payload, Mapping)
            else members(payload)
        )
        words = (word_of(first_of(indexed(row), parts)) if isinstance(row, Mapping) else word_of(row) for row in rows)
        found = tuple(dict.fromkeys(clean_line(word) for word in words if word))
        if found:
            return found
    return ()


def _enum_values(roles: Roles, name: str) -> tuple[str, ...]:
    argument = roles.search.concepts.get(name)
    if argument is None:
        return ()
    wide = everything(argument.values)
    return tuple(str(value) for value in argument.values if value != wide)


def _listed(result: CallToolResult, field: str, *, anywhere: bool) -> tuple[str, ...]:
    for payload in payloads(result):
        words = _words(_list_in(payload, field, anywhere), field)
        if words:
            return words
    return ()


def _list_in(payload: JsonValue, field: str, anywhere: bool) -> JsonValue:
    if isinstance(payload, Mapping):
        index = indexed(payload)
        inner = first_of(index, _LIST_NAMES[field])
        if inner is None and isinstance(index.get("data"), Mapping):
            return _list_in(index["data"], field, anywhere)
        if inner is None and anywhere:
            lists = [value for value in index.values() if isinstance(value, list) and value]
            return lists[0] if len(lists) == 1 else None
        return inner
    return payload if anywhere else None


def _words(values: JsonValue, field: str) -> tuple[str, ...]:
    if isinstance(values, str):
        return words_of(values)
    found = dict.fromkeys(filter(None, (_word(value, field) for value in members(values))))
    return tuple(found)[:_MOST_VALUES]


def _word(value: JsonValue, field: str) -> str | None:
    if field == "project" and isinstance(value, Mapping):
        value = first_of({plain_name(name): part for name, part in value.items()}, _PROJECT_PARTS)
    word = person_of(value) if field == "assignee" else word_of(value)
    return clean_line(word) if word and len(word) <= _LONGEST_VALUE else None
