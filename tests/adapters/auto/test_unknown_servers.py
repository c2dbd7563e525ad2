"""`auto` searches, opens and pages on servers in twenty styles that nobody described to it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.adapters.servers_of_many_kinds import SERVERS, Server
from tui_app.adapters.auto import AutoAdapter, make
from tui_app.adapters.base import ServerDescription, TicketReference, ToolCall
from tui_app.adapters.tool_arguments import missing
from tui_app.mcp_client.types import CallToolResult, Tool
from tui_app.tickets.criteria import check_criteria

each = pytest.mark.parametrize("server", SERVERS, ids=[server.name for server in SERVERS])


def answered(server: Server, calls: Iterable[ToolCall]) -> list[CallToolResult]:
    """The server's answers; it refuses what its schema does not declare."""
    results = []
    for call in calls:
        tool = next(tool for tool in server.tools if tool.name == call.tool)
        assert call.arguments.keys() <= tool.input_schema["properties"].keys()
        assert not missing(tool, call.arguments)
        results.append(server.answer(call.tool, dict(call.arguments)))
    return results


def ready(server: Server) -> AutoAdapter:
    return settled(server, make(server.description, server.map))


def settled(server: Server, adapter: AutoAdapter) -> AutoAdapter:
    """``adapter`` once it has found out all that it wants to know."""
    while calls := adapter.setup_calls():
        adapter = adapter.after_setup(answered(server, calls))
    return adapter


@each
def test_the_tickets_are_found_by_their_human_ids(server: Server) -> None:
    adapter, criteria = ready(server), check_criteria(server.criteria)
    call = adapter.plan(criteria).call
    page = adapter.page(adapter.plan(criteria), call, *answered(server, [call]))
    assert tuple(ticket.id for ticket in page.tickets) == server.ids
    assert page.tickets[0].title == "Ticket 1"


@each
def test_a_found_ticket_opens(server: Server) -> None:
    adapter, criteria = ready(server), check_criteria(server.criteria)
    call = adapter.plan(criteria).call
    row = adapter.page(adapter.plan(criteria), call, *answered(server, [call])).tickets[0]
    reference = TicketReference(row.id, row.lookup)
    opened = adapter.opened(reference, answered(server, adapter.open_calls(reference)))
    assert (opened.id, opened.title) == (row.id, "Ticket 1")


@each
def test_the_mapping_in_force_is_one_that_a_profile_can_hold(server: Server) -> None:
    adapter, criteria = ready(server), check_criteria(server.criteria)
    again = make(server.description, adapter.mapping())
    again = settled(server, again)
    assert again.mapping() == adapter.mapping()
    assert again.plan(criteria).call == adapter.plan(criteria).call


@each
def test_no_tool_that_writes_has_a_role(server: Server) -> None:
    writing = ("create", "add", "close", "resolve", "write", "delete", "update")
    assert not [tool for tool in ready(server).roles() if any(word in tool.lower() for word in writing)]


def test_comments_come_from_a_tool_of_their_own() -> None:
    server = SERVERS[0]
    adapter = ready(server)
    reference = TicketReference("36")
    opened = adapter.opened(reference, answered(server, adapter.open_calls(reference)))
    assert [comment.body for comment in opened.comments] == ["hello"]
    assert opened.description == "hi"


def test_failing_comments_do_not_keep_the_ticket_from_opening() -> None:
    server = SERVERS[0]
    adapter = ready(server)
    reference = TicketReference("36")
    ticket, _ = answered(server, adapter.open_calls(reference))
    opened = adapter.opened(reference, [ticket, CallToolResult(is_error=True)])
    assert (opened.id, opened.comments) == ("36", ())


def test_a_tool_of_values_that_needs_more_than_a_search_knows_is_left_alone() -> None:
    inner = {
        "type": "object",
        "properties": {"query": {"type": "string"}, "action": {"type": "string", "enum": ["search"]}},
        "required": ["action", "query"],
        "additionalProperties": False,
    }
    schemas: dict[str, dict[str, object]] = {
        "issue_search": {"type": "object", "properties": {}},
        "issues_search": {"type": "object", "properties": {}},
        "users_search": {"type": "object", "properties": {"query": inner}, "additionalProperties": False},
    }
    tools = tuple(
        Tool(name=name, description="", title="", input_schema=schema, output_schema=None, annotations={})
        for name, schema in schemas.items()
    )
    adapter = make(ServerDescription("x", "1", "", tools), {})
    assert adapter.value_calls() == ()
    assert adapter.values(()) == {}
