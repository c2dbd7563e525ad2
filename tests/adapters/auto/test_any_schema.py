"""Whatever schemas a server declares, no argument is sent that it does not declare, and no value outside an enum."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.servers_of_many_kinds import data, described
from tests.cases import examples
from tui_app.adapters.auto import make
from tui_app.adapters.base import ServerDescription, TicketReference, ToolCall
from tui_app.adapters.safety.gate import contradiction
from tui_app.mcp_client.types import Tool
from tui_app.tickets.criteria import TicketSearchCriteria, check_criteria
from tui_app.tickets.errors import MCPError

VERBS = [
    "search",
    "list",
    "get",
    "find",
    "create",
    "update",
    "delete",
    "assign",
    "show",
    "read",
    "set",
    "close",
    "query",
    "manage",
]
NOUNS = [
    "issue",
    "issues",
    "tickets",
    "task",
    "tasks",
    "comments",
    "users",
    "statuses",
    "projects",
    "work_items",
    "thing",
]
WRITING = {"create", "update", "delete", "assign"}
NAMES = [
    *(
        "query",
        "q",
        "text",
        "jql",
        "status",
        "state",
        "statuses",
        "assignee",
        "assignee_id",
        "owner",
        "repo",
        "project",
    ),
    *("project_key", "labels", "tags", "priority", "created_after", "createdBefore", "updated_since", "since", "until"),
    *("limit", "max_results", "page", "per_page", "offset", "cursor", "after", "sort", "order", "sort_by", "fields"),
    *(
        "action",
        "operation",
        "id",
        "issue_key",
        "number",
        "workspace",
        "projectRoot",
        "format",
        "response_format",
        "scope",
    ),
    *("include_closed", "include_comments", "expand", "title", "body", "confirm", "filter", "type", "entity", "x"),
]
WORDS = [
    *("open", "closed", "all", "*", "done", "in_progress", "high", "low", "asc", "desc", "json", "markdown", "created"),
    *("search", "list", "get", "create", "delete", "list_comments", "issue", "user", "me", "comments", "history"),
]
leaf: st.SearchStrategy[Any] = st.one_of(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["string", "integer", "number", "boolean"])},
        optional={
            "description": st.sampled_from(
                ["", "Comma-separated", "JQL query", "YYYY-MM-DD", "'*' for all", "User name or 'me'", "max 50"]
            ),
            "maximum": st.integers(1, 500),
            "minimum": st.integers(0, 5),
            "minLength": st.integers(0, 3),
            "maxLength": st.integers(1, 60),
            "format": st.sampled_from(["date", "date-time"]),
        },
    ),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5, unique=True).map(
        lambda words: {"type": "string", "enum": words}
    ),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True).map(lambda words: {"enum": words}),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True).map(
        lambda words: {"anyOf": [{"type": "string", "enum": words}, {"type": "integer"}, {"type": "null"}]}
    ),
    st.just({}),
)
lists = leaf.map(lambda items: {"type": "array", "items": items})


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    properties = st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    return properties.flatmap(
        lambda found: (
            st.lists(st.sampled_from(sorted(found)), unique=True).map(
                lambda required: {
                    "type": "object",
                    "properties": found,
                    "required": required,
                    "additionalProperties": False,
                }
            )
            if found
            else st.just({"type": "object", "properties": {}})
        )
    )


schemas = _objects(leaf | lists | _objects(leaf | lists))
hints = st.sampled_from([{}, {}, {"readOnlyHint": True}, {"readOnlyHint": False}, {"destructiveHint": True}])
names = st.tuples(st.sampled_from(VERBS), st.sampled_from(NOUNS), st.booleans()).map(
    lambda parts: f"{parts[0]}_{parts[1]}" if parts[2] else f"{parts[1]}_{parts[0]}"
)
tools = st.builds(
    lambda name, schema, hint: Tool(name, "", input_schema=schema, annotations=hint), names, schemas, hints
)
servers = st.lists(tools, min_size=1, max_size=6, unique_by=lambda tool: tool.name).map(lambda found: described(*found))
criteria = st.fixed_dictionaries(
    {},
    optional={
        "text": st.sampled_from(["printer", 'a "b" \\ c', "日本"]),
        "status": st.lists(st.sampled_from(["open", "Done", "In Progress", "weird"]), min_size=1, max_size=3),
        "assignee": st.sampled_from(["me", "bob", "42"]),
        "project": st.sampled_from(["PAY", "acme/widgets"]),
        "labels": st.lists(st.sampled_from(["ui", "bug"]), min_size=1, max_size=2),
        "priority": st.sampled_from(["high", "3"]),
        "created_after": st.sampled_from(["2026-11-01", "2026-11-01T10:30"]),
        "created_before": st.sampled_from(["2026-11-20", "2026-11-20T10:30"]),
        "updated_after": st.just("2026-11-01"),
        "sort": st.sampled_from(["created_at", "-priority"]),
        "native": st.just("project = X"),
        "max_results": st.integers(1, 1000),
    },
).map(check_criteria)


def allowed(value: Any, schema: dict[str, Any]) -> bool:
    """Whether ``value`` is one that ``schema`` takes, as a strict server checks it."""
    if "anyOf" in schema:
        return any(allowed(value, option) for option in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    kind = schema.get("type")
    if kind == "object":
        properties, required = schema.get("properties", {}), schema.get("required", [])
        return (
            isinstance(value, dict)
            and value.keys() <= properties.keys()
            and set(required) <= value.keys()
            and all(allowed(inner, properties[name]) for name, inner in value.items())
        )
    if kind == "array":
        return isinstance(value, list) and all(allowed(inner, schema.get("items", {})) for inner in value)
    if kind in ("integer", "number"):
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return is_number and schema.get("minimum", value) <= value <= max(
            schema.get("maximum", value), schema.get("minimum", 0)
        )
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "string":
        return isinstance(value, str) and schema.get("minLength", 0) <= len(value) <= max(
            schema.get("maxLength", 10**6), schema.get("minLength", 0)
        )
    return True


def pinned_actions(schema: dict[str, Any], arguments: dict[str, Any]) -> Iterator[str]:
    """What is sent for the arguments that choose what a tool does: by their names, or by values that write."""
    for name, value in arguments.items():
        own = schema.get("properties", {}).get(name, {})
        if isinstance(value, dict):
            yield from pinned_actions(own, value)
        enums = [option.get("enum", ()) for option in (own, *own.get("anyOf", ()))]
        if isinstance(value, str) and (name in ("action", "operation") or any(WRITING & set(enum) for enum in enums)):
            yield value


def assert_allowed(server: ServerDescription, call: ToolCall) -> None:
    tool = next(tool for tool in server.tools if tool.name == call.tool)
    assert allowed(dict(call.arguments), dict(tool.input_schema)), (call, tool.input_schema)
    pins_an_action = any(pinned_actions(dict(tool.input_schema), dict(call.arguments)))
    assert not WRITING & set(call.tool.split("_")) or pins_an_action
    assert contradiction(tool, call.arguments) is None
    hints = tool.annotations
    says_that_it_writes = hints.get("readOnlyHint") is False or hints.get("destructiveHint") is True
    assert not says_that_it_writes or pins_an_action
    assert not {"create", "delete"} & set(pinned_actions(dict(tool.input_schema), dict(call.arguments)))


@settings(max_examples=examples(25), deadline=None)  # a server takes half a second to draw
@given(servers, criteria)
def test_only_what_is_declared_and_allowed_is_sent(server: ServerDescription, wanted: TicketSearchCriteria) -> None:
    try:
        adapter = make(server, {})
    except MCPError:
        return
    for call in (*adapter.setup_calls(), *adapter.value_calls()):
        assert_allowed(server, call)
    rows = {
        "issues": [{"id": 7, "key": "PAY-7", "title": "x", "status": "y", "project_key": "PAY"}],
        "next_cursor": "abc",
        "total": 9,
    }
    with contextlib.suppress(MCPError):
        plan = adapter.plan(wanted)
        assert plan.pushed_down <= wanted.used_fields() | {"sort"}
        assert_allowed(server, plan.call)
        following = adapter.page(plan, plan.call, data(rows)).next_call
        if following:
            assert_allowed(server, following)
    for reference in (TicketReference("PAY-7", {"id": 7, "key": "PAY-7"}), TicketReference("7")):
        with contextlib.suppress(MCPError):
            for call in adapter.open_calls(reference):
                assert_allowed(server, call)


PARTS = [
    *("properties", "required", "type", "anyOf", "allOf", "$ref", "$defs", "A", "items", "enum", "const", "default"),
    *("query", "status", "id", "limit", "created_after", "description", "maximum", "pattern", "action"),
]
leaves = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["string", "array", "#/$defs/A", "#"])
)
junk = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(PARTS), inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=examples(120), deadline=None)
@given(st.dictionaries(st.sampled_from(["properties", "required", "type", "$defs", "$ref"]), junk), junk, criteria)
def test_no_schema_however_broken_makes_it_raise(
    schema: dict[str, Any], hints: Any, wanted: TicketSearchCriteria
) -> None:
    annotations = hints if isinstance(hints, dict) else {}
    broken = [
        Tool(name, "", input_schema=schema, annotations=annotations) for name in ("search_issues", "get_issue", "issue")
    ]
    with contextlib.suppress(MCPError):
        adapter = make(described(*broken), {})
        adapter.mapping()
        adapter.values([])
        call = adapter.plan(wanted).call
        adapter.page(adapter.plan(wanted), call, data([{"id": 1, "title": "x"}]))
        adapter.open_calls(TicketReference("7"))


def test_a_schema_that_requires_itself_ends_somewhere() -> None:
    schema = {"$defs": {"A": {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "required": ["a"]}}}
    endless = Tool(
        "list_issues", input_schema={**schema, "properties": {"a": {"$ref": "#/$defs/A"}}, "required": ["a"]}
    )
    with contextlib.suppress(MCPError):
        make(described(endless), {}).plan(check_criteria({}))


def test_an_object_that_is_required_is_sent_though_there_is_nothing_to_say_in_it() -> None:
    wrapper = {"type": "object", "properties": {"query": {"type": "string"}}}
    tool = Tool("list_issues", input_schema={"properties": {"params": wrapper}, "required": ["params"]})
    assert make(described(tool), {}).plan(check_criteria({})).call.arguments == {"params": {}}
