"""Servers in further languages, with kinds of tickets to ask for, and with arguments that they take and ignore."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.servers_of_many_kinds import ROWS, TEXT, Server, data, tool
from tui_app.adapters.auto import AutoAdapter, make
from tui_app.adapters.base import Page, ToolCall
from tui_app.adapters.safety.gate import contradiction, speaks_for
from tui_app.mcp_client.types import CallToolResult, Tool
from tui_app.tickets.criteria import check_criteria


def started(server: Server) -> AutoAdapter:
    adapter = make(server.description, {})
    while calls := adapter.setup_calls():
        adapter = adapter.after_setup([server.answer(call.tool, dict(call.arguments)) for call in calls])
    return adapter


@pytest.mark.parametrize(
    "name",
    ["jegyek_listázása", "listaa_tiketit", "zobrazit_požadavky", "afisează_tichete", "λίστα_αιτημάτων", "vis_saker",
     "prikaži_zahtjeve", "покажи_заявки", "רשימת_קריאות", "فهرست_درخواست", "แสดงรายการ", "talep_listeleme"],
)  # fmt: skip
def test_a_word_of_reading_speaks_for_a_tool_in_any_large_language(name: str) -> None:
    assert contradiction(Tool(name), {}) is None
    assert speaks_for(Tool(name), {})


@pytest.mark.parametrize(
    "name",
    ["jegy_törlése", "jegy_létrehozása", "poista_tiketti", "päivitä_tiketti", "smazat_požadavek", "upravit_lístek",
     "șterge_tichet", "διαγραφή_αιτήματος", "slett_sak_opprett", "obriši_zahtjev", "מחיקת_קריאה", "حذف_درخواست",
     "изтрий_заявка"],
)  # fmt: skip
def test_a_word_of_writing_speaks_against_it(name: str) -> None:
    assert contradiction(Tool(name), {}) is not None


KINDS: Any = {"type": "string", "enum": ["bug", "feature", "chore"]}


def test_all_kinds_of_tickets_that_a_tool_requires_one_of_are_asked_for() -> None:
    rows = {
        kind: [{"number": n, "subject": f"A {kind} to do", "state": "open"}] for n, kind in enumerate(KINDS["enum"])
    }
    listing = tool("browse_entries", "kind", kind=KINDS)
    adapter = started(Server("kinds", (listing,), lambda _, arguments: data(rows[arguments["kind"]])))
    plan, found, asked = adapter.plan(check_criteria({})), [], []
    call: ToolCall | None = plan.call
    while call is not None:
        asked.append(call.arguments["kind"])
        page = adapter.page(plan, call, data(rows[call.arguments["kind"]]))
        found += [(ticket.id, ticket.title, ticket.project) for ticket in page.tickets]
        call = page.next_call
    assert asked == KINDS["enum"]
    assert found == [(str(number), f"A {kind} to do", None) for number, kind in enumerate(asked)]


@pytest.mark.parametrize(
    ("criteria", "field", "values"),
    [({"status": ["closed"]}, "status", ("open", "closed")), ({"assignee": ["pat"]}, "assignee", ("pat", "max")),
     ({"priority": ["high"]}, "priority", ("low", "high"))],
)  # fmt: skip
def test_an_argument_that_a_server_ignores_is_not_trusted(
    criteria: dict[str, Any], field: str, values: tuple[str, str]
) -> None:
    rows = [{**row, field: value} for row, value in zip(ROWS, values, strict=True)]
    adapter, answer = _filtering(rows)
    plan = adapter.plan(check_criteria(criteria))
    assert field in plan.pushed_down
    page = adapter.page(plan, plan.call, answer)
    assert page.plan is not None
    assert field in page.plan.filtered_here
    assert page.next_call is not None
    assert field not in page.next_call.arguments
    assert len(adapter.page(page.plan, page.next_call, answer).tickets) == len(rows)


def test_open_ones_among_the_closed_that_were_asked_for_show_it_too() -> None:
    states: Any = {"type": "string", "enum": ["open", "closed"]}
    answer = data(ROWS)
    adapter = started(Server("states", (tool("list_issues", status=states),), lambda _, __: answer))
    plan = adapter.plan(check_criteria({"openness": "closed"}))
    page = adapter.page(plan, plan.call, answer)
    assert "openness" in plan.pushed_down
    assert page.plan is not None
    assert "openness" in page.plan.filtered_here


def test_a_status_that_covers_others_is_not_ignored() -> None:
    rows = [{**row, "status": status} for row, status in zip(ROWS, ("Closed", "Resolved"), strict=True)]
    assert len(_first_page(rows, {"status": ["Closed"]}).tickets) == len(rows)


def test_rows_without_a_person_do_not_show_that_the_person_was_ignored() -> None:
    rows = [{**row, "assignee": person} for row, person in zip(ROWS, ("pat", None), strict=True)]
    assert len(_first_page(rows, {"assignee": ["pat"]}).tickets) == len(rows)


def _filtering(rows: list[dict[str, Any]]) -> tuple[AutoAdapter, CallToolResult]:
    answer = data({"issues": rows})
    listing = tool("list_issues", status=TEXT, assignee=TEXT, priority=TEXT)
    return started(Server("filters", (listing,), lambda _, __: answer)), answer


def _first_page(rows: list[dict[str, Any]], criteria: dict[str, Any]) -> Page:
    adapter, answer = _filtering(rows)
    plan = adapter.plan(check_criteria(criteria))
    return adapter.page(plan, plan.call, answer)


@pytest.mark.parametrize(
    "told",
    ["one of: list (all tickets), show (one ticket; needs id), create (needs title), close (needs id)",
     "list | show | create | close", "action: list, show, create, close"],
)  # fmt: skip
def test_the_actions_of_a_tool_stand_in_its_description(told: str) -> None:
    helpdesk = tool("helpdesk", "action", about=f"Works with tickets. {told}", action=TEXT, id=TEXT, title=TEXT)
    calls = [started(Server("actions", (helpdesk,), lambda _, __: data(ROWS))).plan(check_criteria({})).call]
    assert [call.arguments["action"] for call in calls] == ["list"]
