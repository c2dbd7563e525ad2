"""Rows that refer to statuses, people and places by id show their names, which another tool lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.adapters.servers_of_many_kinds import TEXT, data, described, tool
from tui_app.adapters.auto import AutoAdapter, make
from tui_app.adapters.base import TicketReference, ToolCall
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.ticket import JsonValue, Ticket

SERVER = described(
    tool("list_tasks"),
    tool("get_task", "task_id", task_id=TEXT),
    tool("list_statuses"),
    tool("list_users"),
    tool("list_priorities", "project_id", project_id=TEXT),
    name="board",
)
ROWS = [
    {"id": number, "title": f"Ticket {number}", "status_id": number % 2 + 1, "assignee_id": f"u{number}"}
    for number in (1, 2, 3)
]
ANSWERS: Mapping[str, Any] = {
    "list_tasks": {"tasks": ROWS},
    "list_statuses": [{"id": 1, "name": "To do"}, {"id": 2, "name": "In review"}],
    "list_users": {"users": [{"id": "u1", "name": "Ada"}, {"id": "u2", "name": "Jun"}]},
    "get_task": ROWS[0],
}


def settled(called: list[str], memory: JsonValue = None) -> AutoAdapter:
    def answer(name: str) -> CallToolResult:
        called.append(name)
        return data(ANSWERS[name])

    adapter: AutoAdapter = make(SERVER, {}, memory)
    while calls := adapter.setup_calls():
        adapter = adapter.after_setup([answer(call.tool) for call in calls])
    return adapter


def tickets(adapter: AutoAdapter) -> tuple[Ticket, ...]:
    plan = adapter.plan(check_criteria({}))
    return adapter.page(plan, plan.call, data(ANSWERS["list_tasks"])).tickets


def test_statuses_and_people_have_their_names() -> None:
    called: list[str] = []
    found = tickets(settled(called))
    assert [(ticket.status, ticket.assignee) for ticket in found] == [
        ("In review", "Ada"), ("To do", "Jun"), ("In review", None),
    ]  # fmt: skip
    assert not any("no status" in ticket.problems for ticket in found)
    assert called == ["list_tasks", "list_statuses", "list_users"]


def test_a_list_without_statuses_says_so_once_unless_a_lookup_names_them() -> None:
    adapter = settled([])
    plan = adapter.plan(check_criteria({}))
    assert adapter.page(plan, plan.call, data(ANSWERS["list_tasks"])).warnings == ()
    plain = [{key: value for key, value in row.items() if "status" not in key} for row in ROWS]
    page = adapter.page(plan, plan.call, data({"tasks": plain}))
    assert page.warnings == ("None of these tickets has a status.",)
    assert {ticket.problems for ticket in page.tickets} == {()}


def test_they_are_remembered() -> None:
    called: list[str] = []
    memory = settled([]).memory()
    assert [ticket.status for ticket in tickets(settled(called, memory))] == ["In review", "To do", "In review"]
    assert not called


def test_an_opened_ticket_has_them_too() -> None:
    adapter = settled([])
    opened = adapter.opened(TicketReference("1"), [data(ANSWERS["get_task"])])
    assert (opened.id, opened.status, opened.assignee) == ("1", "In review", "Ada")


@pytest.mark.parametrize("names", [None, 7, {"status": 1}, {"status": {"column": 3}}])
def test_a_damaged_memory_names_nothing(names: Any) -> None:
    memory = settled([]).memory()
    assert isinstance(memory, dict)
    assert [ticket.status for ticket in tickets(settled([], {**memory, "names": names}))] == ["", "", ""]


BOARDS = described(
    tool("list_boards"),
    tool("list_lists", "board_id", board_id=TEXT),
    tool("list_cards", "list_id", list_id=TEXT),
    tool("get_card", "card_id", card_id=TEXT),
    name="cards",
)


def cards(labels: tuple[str, str], memory: JsonValue = None) -> tuple[AutoAdapter, tuple[Ticket, ...]]:
    """What a server of boards shows whose lists are called ``labels``."""
    answers: dict[str, Any] = {
        "list_boards": [{"id": "b1", "name": "Shop"}],
        "list_lists": [{"id": f"l{number}", "name": label} for number, label in enumerate(labels)],
    }
    rows = [
        {"id": f"c{n}{n}", "name": f"Ticket {word}", "idList": f"l{n % 2}", "idBoard": "b1", "closed": False}
        for n, word in enumerate(("of a leak", "of a fire", "of a flood", "of a quake"))
    ]

    def answer(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        return data(answers.get(name) or [row for row in rows if row["idList"] == arguments["list_id"]])

    adapter: AutoAdapter = make(BOARDS, {}, memory)
    while calls := adapter.setup_calls():
        adapter = adapter.after_setup([answer(call.tool, call.arguments) for call in calls])
    plan = adapter.plan(check_criteria({}))
    call: ToolCall | None = plan.call
    found: list[Ticket] = []
    while call is not None:
        page = adapter.page(plan, call, answer(call.tool, call.arguments))
        found += page.tickets
        call = page.next_call
    return adapter, tuple(sorted(found, key=lambda ticket: ticket.id))


def test_the_lists_of_a_board_are_the_statuses_where_they_are_called_like_them() -> None:
    adapter, found = cards(("To do", "Done"))
    assert [(t.status, t.project) for t in found] == [("To do", "Shop"), ("Done", "Shop")] * 2
    opened = adapter.opened(
        TicketReference("c11"), [data({"id": "c11", "name": "Ticket of a fire", "idList": "l1", "closed": False})]
    )
    assert (opened.id, opened.status) == ("c11", "Done")
    assert [t.status for t in cards(("To do", "Finished"), adapter.memory())[1]] == ["To do", "Finished"] * 2


def test_no_id_is_shown_as_a_status_where_the_lists_are_called_like_projects() -> None:
    assert {(ticket.status, ticket.project) for ticket in cards(("Garden", "House"))[1]} == {
        ("open", "Garden"), ("open", "House"),
    }  # fmt: skip
