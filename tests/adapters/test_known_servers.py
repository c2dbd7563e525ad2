"""What holds for every shipped adapter, whatever is searched for and whatever the server's schemas lack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.adapters.known_servers import KNOWN, adapter_for, refused, server, tool, writing
from tests.cases import examples
from tui_app.adapters.base import Adapter, ServerDescription, TicketReference, ToolCall
from tui_app.adapters.tracker import TrackerAdapter
from tui_app.mcp_client.types import Tool
from tui_app.tickets.criteria import DATE_FIELDS, SORT_FIELDS, Exclusion, TicketSearchCriteria
from tui_app.tickets.criterion import EXCLUDABLE_CRITERIA, LIST_CRITERIA
from tui_app.tickets.dates import DateBound
from tui_app.tickets.errors import MCPError, NoSearchToolError, UsageError

WORDS = st.text(max_size=20).map(str.strip)
SOME_WORDS = st.one_of(
    WORDS.filter(bool), st.sampled_from(["open", "me", "In Progress", "owner/repo", "High", 'a"b\\c'])
)
DATES = st.sampled_from(["2026-11-01", "2026-11-01T09:30+02:00", "7d", "12h", "3m", "yesterday"]).map(DateBound.read)
CRITERIA = st.builds(
    TicketSearchCriteria,
    text=st.one_of(st.just(""), SOME_WORDS),
    openness=st.none() | st.sampled_from(["open", "closed"]),
    **dict.fromkeys(sorted(LIST_CRITERIA), st.lists(SOME_WORDS, max_size=3).map(tuple)),
    **dict.fromkeys(DATE_FIELDS, st.none() | DATES),
    excluded=st.lists(
        st.builds(
            Exclusion,
            name=st.sampled_from(sorted(EXCLUDABLE_CRITERIA)),
            values=st.lists(SOME_WORDS, min_size=1, max_size=2).map(tuple),
        ),
        max_size=2,
        unique_by=lambda exclusion: exclusion.name,
    ).map(tuple),
    sort=st.none() | st.sampled_from([*SORT_FIELDS, *(f"-{field}" for field in SORT_FIELDS)]),
    native=st.none() | SOME_WORDS,
    max_results=st.integers(1, 1000),
)
READING_CONSTANTS = {"operation": {"execute_jql", "get"}, "method": {"get", "get_comments", "get_reviews"}}


@pytest.mark.parametrize("name", KNOWN)
@settings(max_examples=examples(40), deadline=None)
@given(criteria=CRITERIA, keys=st.lists(st.integers(0, 30), max_size=8), identity=SOME_WORDS)
def test_no_call_says_what_its_schema_does_not_take(
    name: str, criteria: TicketSearchCriteria, keys: list[int], identity: str
) -> None:
    description = lacking(KNOWN[name], keys)
    variant = cast(Callable[..., TrackerAdapter], type(adapter_for(KNOWN[name])))
    adapter = variant(description, {})
    for call in calls_of(adapter, criteria, identity):
        offered = next(tool for tool in description.tools if tool.name == call.tool)
        assert offered.annotations["readOnlyHint"]
        assert_taken(dict(call.arguments), offered)


@pytest.mark.parametrize("name", KNOWN)
@settings(max_examples=examples(40), deadline=None)
@given(criteria=CRITERIA)
def test_what_is_pushed_down_was_searched_for(name: str, criteria: TicketSearchCriteria) -> None:
    try:
        pushed_down = adapter_for(KNOWN[name]).plan(criteria).pushed_down
    except NoSearchToolError:
        return
    assert pushed_down <= criteria.used_fields()


@pytest.mark.parametrize("name", KNOWN)
def test_the_adapter_is_found_by_the_servers_tools(name: str) -> None:
    adapter = adapter_for(KNOWN[name])
    assert adapter.name in ("jira", "github", "gitlab", "linear", "redmine", "backlog-md", "beads")
    assert "search" in adapter.roles().values()
    assert not {tool for tool in adapter.roles() if "update" in tool or "write" in tool}


@pytest.mark.parametrize("name", KNOWN)
def test_refused_setup_calls_leave_a_working_adapter(name: str) -> None:
    adapter = adapter_for(KNOWN[name])
    after = adapter.after_setup([refused() for _ in adapter.setup_calls()])
    criteria = TicketSearchCriteria(project=("owner/repo",))
    assert after.plan(criteria).call.tool in after.roles()


def test_a_server_of_another_kind_gets_none_of_them() -> None:
    other = server("weather", tool("get_forecast", city={"type": "string"}), writing("delete_city"))
    with pytest.raises(MCPError):
        adapter_for(other)


def lacking(description: ServerDescription, keys: list[int]) -> ServerDescription:
    """``description`` as an older version might be: optional arguments are missing here and there."""
    dropped = iter(keys)
    return replace(description, tools=tuple(_without(tool, next(dropped, None)) for tool in description.tools))


def _without(tool: Tool, key: int | None) -> Tool:
    properties: Mapping[str, Any] = tool.input_schema["properties"]
    optional = [name for name in properties if name not in tool.input_schema.get("required", ())]
    if key is None or not optional:
        return tool
    gone = optional[key % len(optional)]
    kept = {name: schema for name, schema in properties.items() if name != gone}
    return replace(tool, input_schema={**tool.input_schema, "properties": kept})


def calls_of(adapter: Adapter, criteria: TicketSearchCriteria, identity: str) -> Iterator[ToolCall]:
    yield from adapter.setup_calls()
    yield from adapter.value_calls()
    with suppress(NoSearchToolError):
        yield adapter.plan(criteria).call
    with suppress(NoSearchToolError, UsageError):
        yield from adapter.open_calls(TicketReference(identity))


def assert_taken(arguments: Mapping[str, Any], tool: Tool) -> None:
    properties = tool.input_schema["properties"]
    assert arguments.keys() <= properties.keys()
    assert set(tool.input_schema.get("required", ())) <= arguments.keys()
    for name, value in arguments.items():
        assert takes(properties[name], value), (tool.name, name, value)
        assert name not in READING_CONSTANTS or value in READING_CONSTANTS[name]


def takes(schema: Mapping[str, Any], value: Any) -> bool:
    """A small JSON Schema validator: what the servers' own validators hold arguments against."""
    if "anyOf" in schema:
        return any(takes(option, value) for option in schema["anyOf"])
    if "const" in schema:
        return bool(value == schema["const"])
    if "enum" in schema and value not in schema["enum"]:
        return False
    return TAKES[schema["type"]](schema, value)


def _takes_number(schema: Mapping[str, Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _takes_object(schema: Mapping[str, Any], value: Any) -> bool:
    inner = schema.get("additionalProperties")
    if not isinstance(value, dict):
        return False
    return all(takes(inner, entry) for entry in value.values()) if isinstance(inner, Mapping) else True


TAKES: Mapping[str, Callable[[Mapping[str, Any], Any], bool]] = {
    "string": lambda schema, value: (
        isinstance(value, str) and schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
    ),
    "boolean": lambda schema, value: isinstance(value, bool),
    "array": lambda schema, value: isinstance(value, list) and all(takes(schema["items"], entry) for entry in value),
    "integer": lambda schema, value: isinstance(value, int) and _takes_number(schema, value),
    "number": _takes_number,
    "object": _takes_object,
}


@pytest.mark.parametrize(
    "name", ["server-github", "github-mcp-server", "mcp-gitlab", "redmine-mcp-server", "mcp-redmine"]
)
def test_what_cannot_be_an_id_is_said_with_an_example(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        adapter_for(KNOWN[name]).open_calls(TicketReference("PAY-1/../2"))
    assert "look like" in caught.value.hint
