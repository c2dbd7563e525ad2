"""A profile's map takes the place of any part of the mapping, and what is wrong in it is named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.pages import first_page
from tests.adapters.servers_of_many_kinds import NUMBER, TEXT, data, described, tool
from tui_app.adapters.auto import AutoAdapter, make
from tui_app.adapters.base import TicketReference
from tui_app.adapters.mapping import parse_map
from tui_app.mcp_client.types import Tool
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.errors import ConfigError, MCPError, MCPToolError, NoSearchToolError

TOOLS = (
    tool(
        "list_issues",
        "projectRoot",
        projectRoot=TEXT,
        words=TEXT,
        filters={"type": "object", "properties": {"team": TEXT}},
    ),
    tool("odd_thing", find=TEXT, how_many=NUMBER, action={"enum": ["scan", "delete"]}),
    tool("get_issue", "projectRoot id", projectRoot=TEXT, id=TEXT, expand=TEXT),
    tool("peek", "which", which=TEXT),
    tool("delete_issue", "id", id=TEXT),
)


def adapter(**table: Any) -> AutoAdapter:
    return make(described(*TOOLS), table)


def test_an_argument_that_nothing_fills_is_named_with_the_lines_that_supply_it() -> None:
    with pytest.raises(MCPError) as caught:
        adapter().plan(check_criteria({}))
    assert "'projectRoot'" in caught.value.cause
    assert '[profiles.NAME.map.search.arguments]\nprojectRoot = "/path"' in caught.value.hint


def test_the_lines_that_the_message_shows_supply_it_to_the_get_tool_too() -> None:
    ready = adapter(search={"arguments": {"projectRoot": "/srv"}})
    assert ready.plan(check_criteria({})).call.arguments == {"projectRoot": "/srv"}
    (call,) = ready.open_calls(TicketReference("1"))
    assert call.arguments == {"projectRoot": "/srv", "id": "1"}


def test_arguments_for_all_tools_go_to_those_that_take_them() -> None:
    ready = adapter(arguments={"projectRoot": "/srv", "unknown": 1})
    assert ready.plan(check_criteria({})).call.arguments == {"projectRoot": "/srv"}


def test_a_tool_its_arguments_and_its_criteria_can_be_named() -> None:
    ready = adapter(
        search={
            "tool": "odd_thing",
            "arguments": {"action": "scan"},
            "criteria": {"text": "find", "max_results": "how_many"},
        },
        get={"tool": "peek", "id": "which"},
    )
    criteria = check_criteria({"text": "printer", "max_results": 7})
    assert ready.plan(criteria).call.arguments == {"action": "scan", "find": "printer", "how_many": 7}
    assert ready.plan(criteria).pushed_down == {"text"}
    (call,) = ready.open_calls(TicketReference("A-1"))
    assert (call.tool, call.arguments) == ("peek", {"which": "A-1"})


def test_a_criterion_can_be_kept_from_being_sent_and_led_into_an_object() -> None:
    ready = adapter(
        search={"arguments": {"projectRoot": "/srv"}, "criteria": {"text": False, "project": "filters.team"}},
    )
    criteria = check_criteria({"text": "x", "project": "PAY"})
    assert ready.plan(criteria).call.arguments == {"projectRoot": "/srv", "filters": {"team": "PAY"}}
    assert ready.plan(criteria).pushed_down == {"project"}


def test_rows_and_fields_are_read_where_the_map_says() -> None:
    ready = adapter(
        search={"arguments": {"projectRoot": "/srv"}},
        rows="answer.found[].thing",
        fields={"id": "names[0]", "title": "said.loudly", "status": "'fixed'"},
    )
    criteria = check_criteria({})
    answer = data({"answer": {"found": [{"thing": {"names": ["Z-1"], "said": {"loudly": "Hey"}}}]}})
    (found,) = first_page(ready, criteria, answer).tickets
    assert (found.id, found.title, found.status) == ("Z-1", "Hey", "fixed")


def test_rows_that_are_not_where_the_map_says_are_an_error() -> None:
    ready = adapter(search={"arguments": {"projectRoot": "/srv"}}, rows="nowhere")
    criteria = check_criteria({})
    with pytest.raises(MCPError, match="'nowhere'"):
        first_page(ready, criteria, data({"issues": []}))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"serach": {}}, "no key 'serach'"),
        ({"search": "list_issues"}, "'list_issues'"),
        ({"search": {"tol": "x"}}, "no key 'tol'"),
        ({"search": {"criteria": {"colour": "x"}}}, "no key 'colour'"),
        ({"search": {"criteria": {"text": 3}}}, "holds 3"),
        ({"fields": {"id": "a[["}}, "not a JMESPath expression"),
        ({"rows": "a..b"}, "not a JMESPath expression"),
        ({"fields": {"shoe_size": "x"}}, "no key 'shoe_size'"),
        ({"search": {"tool": "nosuch"}}, "'nosuch', which the server does not have"),
        ({"search": {"tool": "list_issues", "arguments": {"root": 1}}}, "argument 'root'"),
        ({"search": {"tool": "odd_thing", "arguments": {"how_many": "many"}}}, "does not take 'many'"),
        ({"search": {"tool": "odd_thing", "arguments": {"action": "delete"}}}, "would change tickets"),
        ({"search": {"tool": "odd_thing", "arguments": {"action": "jump"}}}, "does not take 'jump'"),
        ({"get": {"tool": "delete_issue"}}, "changes tickets"),
        ({"get": {"tool": "peek", "id": "where"}}, "argument 'where'"),
    ],
)
def test_what_is_wrong_in_a_map_is_named(table: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        adapter(**table)
    assert told in caught.value.cause
    assert caught.value.hint
    assert caught.value.field.partition(".")[0] == "map"


def test_a_map_is_printed_as_it_is_read() -> None:
    written = {
        "rows": "data",
        "fields": {"id": "key"},
        "values": {"status": "list_statuses"},
        "search": {"tool": "a", "arguments": {"x": 1}, "criteria": {"text": "q", "status": False}},
        "get": {"tool": "b", "id": "key"},
    }
    assert parse_map(written).to_json() == written


def test_a_server_without_a_search_tool_lists_the_tools_that_it_has() -> None:
    with pytest.raises(NoSearchToolError) as caught:
        make(described(tool("get_weather"), tool("create_issue", "title", title=TEXT), name="weather"), {})
    assert "get_weather, create_issue" in caught.value.cause
    assert "map.search" in caught.value.hint


def test_what_there_is_for_a_required_argument_is_looked_up_and_told() -> None:
    tools = (
        tool("list_tasks", "team_id", team_id=TEXT),
        tool("list_teams"),
        tool("get_task", "id team_id", id=TEXT, team_id=TEXT),
    )
    ready = make(described(*tools), {})
    assert [call.tool for call in ready.setup_calls()] == ["list_teams"]
    one = ready.after_setup([data([{"id": "t1", "name": "Platform"}])])
    one = one.after_setup([data([{"id": "7", "title": "Seven", "status": "open"}])])
    assert one.plan(check_criteria({})).call.arguments == {"team_id": "t1"}
    assert one.open_calls(TicketReference("7"))[0].arguments == {"team_id": "t1", "id": "7"}


def test_all_places_are_asked_in_turn_and_named_in_the_tickets() -> None:
    tools = (tool("list_tasks", "team_id", team_id=TEXT), tool("list_teams"))
    ready = make(described(*tools), {}).after_setup([data([{"id": "t1", "name": "Red"}, {"id": "t2", "name": "Blue"}])])
    while ready.setup_calls():
        ready = ready.after_setup([data([{"id": "1", "title": "One", "status": "open"}])])
    plan = ready.plan(check_criteria({}))
    first = ready.page(plan, plan.call, data([{"id": "1", "title": "One", "status": "open"}]))
    assert first.next_call
    second = ready.page(plan, first.next_call, data([{"id": "2", "title": "Two", "status": "open"}]))
    assert [plan.call.arguments, first.next_call.arguments] == [{"team_id": "t1"}, {"team_id": "t2"}]
    assert [(ticket.id, ticket.project) for page in (first, second) for ticket in page.tickets] == [
        ("1", "Red"),
        ("2", "Blue"),
    ]
    assert second.next_call is None


@pytest.mark.parametrize("wanted", ["t2", "Blue", "blue"])
def test_a_place_is_named_by_its_id_or_its_name(wanted: str) -> None:
    tools = (tool("list_tasks", "team_id", team_id=TEXT), tool("list_teams"))
    ready = make(described(*tools), {}).after_setup([data([{"id": "t1", "name": "Red"}, {"id": "t2", "name": "Blue"}])])
    while ready.setup_calls():
        ready = ready.after_setup([data([{"id": "1", "title": "One", "status": "open"}])])
    plan = ready.plan(check_criteria({"project": wanted}))
    assert plan.call.arguments == {"team_id": "t2"}
    assert ready.page(plan, plan.call, data([{"id": "2", "title": "Two", "status": "open"}])).next_call is None


def test_a_place_that_fails_is_left_out_with_a_warning() -> None:
    tools = (tool("list_tasks", "team_id", team_id=TEXT), tool("list_teams"))
    ready = make(described(*tools), {}).after_setup([data([{"id": "t1", "name": "Red"}, {"id": "t2", "name": "Blue"}])])
    while ready.setup_calls():
        ready = ready.after_setup([data([{"id": "1", "title": "One", "status": "open"}])])
    plan = ready.plan(check_criteria({}))
    page = ready.search_failed(plan, plan.call, MCPToolError("archived"))
    assert page
    assert page.next_call
    assert page.next_call.arguments == {"team_id": "t2"}
    assert page.warnings == ("Red could not be read: archived",)


def test_where_only_undecided_tools_are_left_the_error_names_the_likeliest_and_how_to_allow_it() -> None:
    tools = (
        tool("dispatch"),
        tool("delete_all"),
        tool("things", "id", id=TEXT),
        tool("chore_dispatch", about="Chores."),
    )
    with pytest.raises(NoSearchToolError) as caught:
        make(described(*tools), {})
    assert '[profiles.NAME.map.search] tool = "' in caught.value.hint
    assert "delete_all" not in caught.value.hint
    allowed = make(described(*tools), {"search": {"tool": "dispatch"}})
    assert allowed.plan(check_criteria({})).call.tool == "dispatch"


@pytest.mark.parametrize("hints", [{"destructiveHint": True}, {"readOnlyHint": False}, {"destructiveHint": "true"}])
def test_the_user_may_know_better_than_the_hints_of_a_tool(hints: dict[str, Any]) -> None:
    server = described(tool("search_pages", hints=hints, query=TEXT), tool("delete_page", "id", hints=hints, id=TEXT))
    table: dict[str, Any] = {"search": {"tool": "search_pages"}}
    with pytest.raises(ConfigError) as caught:
        make(server, table)
    assert '[profiles.NAME.map] reads = ["search_pages"]' in caught.value.hint
    assert make(server, {**table, "reads": ["search_pages"]}).plan(check_criteria({})).call.tool == "search_pages"


@pytest.mark.parametrize(
    "one", [tool("delete_page", id=TEXT), tool("pages", about="Deletes all pages", id=TEXT), tool("purge", id=TEXT)]
)  # fmt: skip
def test_no_word_of_the_user_makes_a_tool_read_that_says_that_it_writes(one: Tool) -> None:
    with pytest.raises(ConfigError):
        make(described(one), {"search": {"tool": one.name}, "reads": [one.name]})


@pytest.mark.parametrize("wrong", ["search_pages", [3], {"a": 1}])
def test_what_only_reads_is_a_list_of_names(wrong: Any) -> None:
    with pytest.raises(ConfigError, match="reads"):
        parse_map({"reads": wrong})
