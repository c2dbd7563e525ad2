"""How a server's tools map to searching and opening tickets: the form of ``[profiles.NAME.map]``.

`auto` works such a mapping out by itself; whatever a profile writes takes the place of that part. Every key may be left
out. ``ticketdeck doctor`` prints the mapping in force in exactly this form::

    [profiles.work.map]
    rows = "data.issues"                  # JMESPath: where in a search's answer the rows are
    arguments = { workspace = "acme" }    # sent to every tool that declares them
    reads = ["API-post-search"]           # only read, whatever their hints say; you have to know it

    [profiles.work.map.search]
    tool = "list_issues"
    arguments = { action = "search" }     # sent with every search; dots lead into objects: "filters.team" = "PAY"
    [profiles.work.map.search.criteria]   # criterion = the argument that takes it; false: never send it
    text = "query"
    status = "filters.status"
    created_after = false
    max_results = "limit"                 # and offset, page, cursor, order: how to ask for more, and in which order

    [profiles.work.map.text_search]       # like search; used where there are words to look for
    tool = "find_issues"

    [profiles.work.map.get]
    tool = "get_issue"
    id = "issue_key"                      # the argument that takes the ticket's id
    arguments = { expand = "comments" }

    [profiles.work.map.comments]          # like get
    tool = "list_comments"
    id = "issue_key"

    [profiles.work.map.fields]            # ticket field = JMESPath within a row
    id = "key"
    title = "fields.summary"

    [profiles.work.map.values]            # criterion = the tool that lists its values
    status = "list_statuses"

    [profiles.work.map.change.status]     # and comment, assign, priority, labels, title, description, create ..
    tool = "update_issue"
    id = "issue_key"                      # the argument that takes the ticket's id
    value = "fields.status_name"          # the one that takes what is changed; dots lead into objects
    arguments = { action = "update" }     # sent with it

Invariant: a `MapTable` that came through `parse_map` names only criteria, fields and paths that exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct, field

from tui_app.tickets.changes import ChangeKind
from tui_app.tickets.criterion import CRITERIA, VALUE_CRITERIA
from tui_app.tickets.errors import ConfigError
from tui_app.tickets.fields import ROW_FIELDS
from tui_app.tickets.ticket import JsonValue

MAPPED_CRITERIA = (
    *(criterion.name for criterion in CRITERIA if criterion.narrows),
    "sort", "order", "max_results", "offset", "page", "cursor",
)  # fmt: skip
"""What a search tool's arguments can take: criteria, order and paging."""
MAPPED_FIELDS = (*ROW_FIELDS, "comments")
"""The ticket fields that a map can read from elsewhere in a row."""

TOOL_KEYS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("search", "text_search"), ("tool", "arguments", "criteria")),
    **dict.fromkeys(("get", "comments"), ("tool", "arguments", "id")),
}
"""The tables of a map that name a tool for reading, and the keys of each."""
_TOP_KEYS = (*TOOL_KEYS, "rows", "arguments", "reads", "fields", "values", "change")
MAPPED_CHANGES = tuple(str(kind) for kind in ChangeKind if kind not in (ChangeKind.DELETE, ChangeKind.TOOL))
"""The kinds of changes whose tool a map can name."""
CHANGE_KEYS = ("tool", "id", "value", "text", "arguments")
_WHERE = "[profiles.NAME.map{}]"


class ToolTable(Struct, frozen=True):
    """One tool and how it is called. ``criteria`` and ``id`` name arguments by dotted path."""

    tool: str = ""
    arguments: Mapping[str, JsonValue] = field(default_factory=dict)
    criteria: Mapping[str, str | None] = field(default_factory=dict)
    """None: never sent."""
    id: str = ""
    value: str = ""
    """The argument that takes what is changed; of changes only."""

    def to_json(self) -> dict[str, JsonValue]:
        table: dict[str, JsonValue] = {"tool": self.tool}
        if self.id:
            table["id"] = self.id
        if self.value:
            table["value"] = self.value
        if self.arguments:
            table["arguments"] = dict(self.arguments)
        if self.criteria:
            table["criteria"] = {name: path or False for name, path in self.criteria.items()}
        return table


class MapTable(Struct, frozen=True):
    """A profile's ``map``, or the mapping in force."""

    search: ToolTable = field(default_factory=ToolTable)
    text_search: ToolTable = field(default_factory=ToolTable)
    get: ToolTable = field(default_factory=ToolTable)
    comments: ToolTable = field(default_factory=ToolTable)
    rows: str = ""
    arguments: Mapping[str, JsonValue] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    change: Mapping[str, ToolTable] = field(default_factory=dict)
    """By kind of change."""
    reads: tuple[str, ...] = ()
    """Tools that the user knows to only read, although their hints say otherwise."""

    def to_json(self) -> dict[str, JsonValue]:
        """The form that `parse_map` reads, without what is empty."""
        table: dict[str, JsonValue] = {}
        if self.rows:
            table["rows"] = self.rows
        for name in ("arguments", "fields", "values"):
            if getattr(self, name):
                table[name] = dict(getattr(self, name))
        for name in TOOL_KEYS:
            tool: ToolTable = getattr(self, name)
            if tool.tool:
                table[name] = tool.to_json()
        if self.reads:
            table["reads"] = list(self.reads)
        if self.change:
            table["change"] = {kind: tool.to_json() for kind, tool in self.change.items()}
        return table


def parse_map(raw: Mapping[str, Any]) -> MapTable:
    """Check a profile's ``map`` table.

    Raises:
        ConfigError: names the key that is wrong, and what can stand there.
    """
    _refuse_unknown(raw, _TOP_KEYS, "")
    return MapTable(
        **{name: _tool_table(raw.get(name, {}), name) for name in TOOL_KEYS},
        rows=_path(raw.get("rows", ""), "rows"),
        arguments=_table(raw.get("arguments", {}), ".arguments"),
        fields=_paths(raw.get("fields", {})),
        values=_words(raw.get("values", {}), ".values", VALUE_CRITERIA),
        change=changes_in(raw),
        reads=reads_in(raw),
    )


def reads_in(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """The tools of which a profile's ``map`` says that they only read, whatever their hints say.

    Raises:
        ConfigError: it is no list of names.
    """
    named = raw.get("reads", [])
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise ConfigError(
            f"{_WHERE.format('')} reads holds {named!r}.", hint="It takes a list of names of tools.", field="map"
        )
    return tuple(named)


def changes_in(raw: Mapping[str, Any]) -> dict[str, ToolTable]:
    """The tools that a profile's ``map`` names for changes, by kind.

    Raises:
        ConfigError: names the key that is wrong, and what can stand there.
    """
    table = _table(raw.get("change", {}), ".change")
    _refuse_unknown(table, MAPPED_CHANGES, ".change")
    found: dict[str, ToolTable] = {}
    for kind, own in table.items():
        where = f".change.{kind}"
        keys = _table(own, where)
        _refuse_unknown(keys, CHANGE_KEYS, where)
        found[kind] = ToolTable(
            _text(keys.get("tool", ""), f"{where} tool"),
            _table(keys.get("arguments", {}), f"{where}.arguments"),
            id=_text(keys.get("id", ""), f"{where} id"),
            value=_text(keys.get("value", keys.get("text", "")), f"{where} value"),
        )
    return found


def _tool_table(raw: object, name: str) -> ToolTable:
    where = f".{name}"
    table = _table(raw, where)
    _refuse_unknown(table, TOOL_KEYS[name], where)
    return ToolTable(
        _text(table.get("tool", ""), f"{where} tool"),
        _table(table.get("arguments", {}), f"{where}.arguments"),
        _criteria(table.get("criteria", {}), f"{where}.criteria"),
        _text(table.get("id", ""), f"{where} id"),
    )


def _criteria(raw: object, where: str) -> dict[str, str | None]:
    table = _table(raw, where)
    _refuse_unknown(table, MAPPED_CRITERIA, where)
    for name, path in table.items():
        if path is not False and not isinstance(path, str):
            raise ConfigError(
                f"{_WHERE.format(where)} {name} holds {path!r}.",
                hint="It takes the name of an argument, or false.",
                field="map",
            )
    return {name: path or None for name, path in table.items()}


def _words(raw: object, where: str, allowed: tuple[str, ...]) -> dict[str, str]:
    table = _table(raw, where)
    _refuse_unknown(table, allowed, where)
    return {name: _text(word, f"{where} {name}") for name, word in table.items()}


def _paths(raw: object) -> dict[str, str]:
    words = _words(raw, ".fields", MAPPED_FIELDS)
    return {name: _path(path, f"fields.{name}") for name, path in words.items()}


def _path(path: object, where: str) -> str:
    text = _text(path, f" {where}")
    if text:
        compiled(text, where)
    return text


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{_WHERE.format(where)} holds {value!r}.", hint="It takes text.", field="map")
    return value


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{_WHERE.format(where)} holds {value!r}.", hint="It takes a table.", field="map")
    return dict(value)


def _refuse_unknown(table: Mapping[str, Any], allowed: tuple[str, ...], where: str) -> None:
    for name in table:
        if name not in allowed:
            raise ConfigError(
                f"{_WHERE.format(where)} has no key {name!r}.",
                hint=f"It can have: {', '.join(allowed)}.",
                field=f"map{where}.{name}",
            )


@lru_cache(maxsize=128)
def compiled(path: str, where: str = "") -> Any:
    """``path`` as a JMESPath expression, ready for ``.search(value)``.

    Raises:
        ConfigError: it is none.
    """
    import jmespath

    try:
        return jmespath.compile(path)
    except jmespath.exceptions.JMESPathError as error:
        reason = str(error).split("\n")[0]
        raise ConfigError(
            f"The profile's map: {where} {path!r} is not a JMESPath expression: {reason}",
            hint="See https://jmespath.org; data.issues or items[].node are such paths.",
            field="map",
        ) from None


def value_at(path: str, value: JsonValue) -> JsonValue:
    """What ``path`` leads to in ``value``; None where a function of the expression does not fit what is there."""
    try:
        found: JsonValue = compiled(path).search(value)
    except (TypeError, ValueError, RecursionError):  # jmespath's own errors are ValueErrors
        return None
    return found
