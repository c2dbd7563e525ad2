"""The redmine adapter: numbers for names, operators for dates, and one server that answers in YAML."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.known_servers import MCP_REDMINE, REDMINE, adapter_for, looking_for, refused, said, texts
from tests.adapters.pages import first_page
from tui_app.adapters.base import Adapter, TicketReference
from tui_app.tickets.errors import InvalidResponseError

STATUSES = [{"id": 1, "name": "New"}, {"id": 2, "name": "In Progress"}, {"id": 5, "name": "Closed"}]
PRIORITIES = [{"id": 4, "name": "Urgent"}]


def issue(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "subject": f"Valve {number} leaks", "status": {"id": 1, "name": "New"},
        "priority": {"id": 4, "name": "Urgent"}, "tracker": {"id": 1, "name": "Bug"},
        "project": {"id": 1, "name": "Plant"}, "author": {"id": 1, "name": "Bo Li"}, "assigned_to": None,
        "description": "<insecure-content-1f>\nSee log\n</insecure-content-1f>",
        "created_on": "2026-11-01T08:00:00", "updated_on": "2026-11-02T08:00:00", **more,
    }  # fmt: skip


def yaml(body: str, status: int = 200) -> Any:
    """An answer of mcp-redmine."""
    return texts(f"<insecure-content-0a>\nstatus_code: {status}\nbody:\n{body}error: ''\n\n</insecure-content-0a>")


ISSUES = """  issues:
  - id: 10
    project:
      id: 1
      name: Plant
    status:
      id: 1
      name: New
    priority:
      id: 4
      name: Urgent
    author:
      id: 1
      name: Bo Li
    subject: 'Valve: it''s leaking'
    description: "See log\\r\\n\\r\\n* one"
    created_on: '2026-11-01T08:00:00Z'
    updated_on: '2026-11-02T08:00:00Z'
  total_count: 3
  offset: 0
  limit: 1
"""


def knowing() -> Adapter:
    adapter = adapter_for(REDMINE)
    answers = [STATUSES, PRIORITIES]
    assert len(adapter.setup_calls()) == len(answers)
    return adapter.after_setup([said(answer) for answer in answers])


@pytest.mark.parametrize(
    ("typed", "sent", "pushed_down"),
    [
        ({}, {"status_id": "*"}, set()),
        ({"status": ["in progress"]}, {"status_id": 2}, {"status"}),
        ({"status": ["New", "Closed"]}, {"status_id": "*", "filters": {"status_id": "5|1"}}, {"status"}),
        ({"status": ["open"]}, {"status_id": "open"}, {"status"}),
        ({"status": ["Waiting"]}, {"status_id": "*"}, set()),
        ({"assignee": "me"}, {"status_id": "*", "assigned_to_id": "me"}, {"assignee"}),
        ({"assignee": "Bo"}, {"status_id": "*"}, set()),
        ({"priority": "urgent"}, {"status_id": "*", "priority_id": 4}, {"priority"}),
        ({"project": "Water Works"}, {"status_id": "*", "project_id": "water-works"}, {"project"}),
        ({"labels": ["x"]}, {"status_id": "*"}, set()),
        (
            {"created_after": "2026-11-01", "updated_after": "2026-11-02"},
            {
                "status_id": "*",
                "filters": {"created_on": ">=2026-11-01T00:00:00Z", "updated_on": ">=2026-11-02T00:00:00Z"},
            },
            {"created_after", "updated_after"},
        ),
        (
            {"created_after": "2026-11-01", "created_before": "2026-11-03"},
            {"status_id": "*", "filters": {"created_on": "><2026-11-01T00:00:00Z|2026-11-02T23:59:59Z"}},
            {"created_after", "created_before"},
        ),
        (
            {"parent": "#12", "due_after": "2026-11-01", "due_before": "2026-11-09"},
            {"status_id": "*", "filters": {"parent_id": 12, "due_date": "><2026-11-01|2026-11-08"}},
            {"parent", "due_after", "due_before"},
        ),
        ({"parent": "PAY-7"}, {"status_id": "*"}, set()),
        ({"openness": "open"}, {"status_id": "open"}, {"openness"}),
        ({"openness": "closed", "-status": ["New"]}, {"status_id": "closed"}, {"openness"}),
        ({"-status": ["New", "Closed"]}, {"status_id": "*", "filters": {"status_id": "!1|5"}}, {"-status"}),
        ({"-status": ["Waiting"]}, {"status_id": "*"}, set()),
        ({"assignee": "unassigned"}, {"status_id": "*", "filters": {"assigned_to_id": "!*"}}, {"assignee"}),
        ({"-assignee": ["me"]}, {"status_id": "*", "filters": {"assigned_to_id": "!me"}}, {"-assignee"}),
        ({"reporter": "me"}, {"status_id": "*", "filters": {"author_id": "me"}}, {"reporter"}),
        ({"ids": ["7", "#9"]}, {"status_id": "*", "filters": {"issue_id": "7,9"}}, {"ids"}),
        ({"-priority": ["urgent"]}, {"status_id": "*", "filters": {"priority_id": "!4"}}, {"-priority"}),
    ],
)
def test_criteria_in_redmines_terms(typed: dict[str, Any], sent: dict[str, Any], pushed_down: set[str]) -> None:
    adapter, criteria = knowing(), looking_for(**typed)
    paging = {"sort": "created_on:desc", "limit": 100, "offset": 0, "include_pagination_info": True}
    assert adapter.plan(criteria).call.arguments == {**sent, **paging}
    assert adapter.plan(criteria).pushed_down == pushed_down


def test_text_goes_to_the_search_tool_and_the_rest_is_applied_here() -> None:
    adapter, criteria = knowing(), looking_for(text="valve", status=["New"], max_results=5)
    call = adapter.plan(criteria).call
    assert (call.tool, call.arguments["query"], call.arguments["limit"]) == ("search_redmine_issues", "valve", 100)
    assert adapter.plan(criteria).pushed_down == {"text"}


def test_rows_become_tickets_and_pages_follow_by_offset() -> None:
    adapter, criteria = knowing(), looking_for()
    pagination = {"total": 3, "has_next": True, "next_offset": 1}
    page = first_page(adapter, criteria, said({"issues": [issue(7)], "pagination": pagination}))
    ticket = page.tickets[0]
    assert (ticket.id, ticket.title, ticket.status, ticket.priority) == ("7", "Valve 7 leaks", "New", "Urgent")
    assert (ticket.type, ticket.project, ticket.reporter, ticket.description) == ("Bug", "Plant", "Bo Li", "See log")
    assert page.next_call is not None
    assert (page.total, page.next_call.arguments["offset"]) == (3, 1)


def test_an_issue_opens_with_its_notes() -> None:
    adapter, reference = knowing(), TicketReference("#7")
    (call,) = adapter.open_calls(reference)
    assert call.arguments == {"issue_id": 7}
    notes = [{"user": {"name": "Ann"}, "notes": "tightened", "created_on": "2026-11-02T08:00:00"}]
    ticket = adapter.opened(reference, [said(issue(7, journals=notes))])
    assert [(comment.author, comment.body) for comment in ticket.comments] == [("Ann", "tightened")]


def test_the_values_that_exist() -> None:
    assert knowing().values([])["status"] == ("New", "In Progress", "Closed")


class TestMcpRedmine:
    def test_every_call_only_gets(self) -> None:
        adapter = adapter_for(MCP_REDMINE)
        calls = (*adapter.setup_calls(), adapter.plan(looking_for()).call, *adapter.open_calls(TicketReference("7")))
        assert {call.arguments["method"] for call in calls} == {"get"}

    def test_criteria_are_parameters_of_the_issue_list(self) -> None:
        adapter = adapter_for(MCP_REDMINE)
        statuses = yaml("  issue_statuses:\n  - id: 2\n    name: In Progress\n    is_closed: false\n")
        adapter = adapter.after_setup([statuses, refused()])
        criteria = looking_for(status=["In Progress"], created_after="2026-11-01", text="valve")
        call = adapter.plan(criteria).call
        assert call.arguments["path"] == "/issues.json"
        assert call.arguments["params"] == {
            "status_id": 2, "created_on": ">=2026-11-01T00:00:00Z", "subject": "~valve", "sort": "created_on:desc",
            "limit": 100, "offset": 0,
        }  # fmt: skip
        assert adapter.plan(criteria).pushed_down == criteria.used_fields()

    def test_text_alone_is_searched_for_everywhere(self) -> None:
        adapter, criteria = adapter_for(MCP_REDMINE), looking_for(text="valve")
        call = adapter.plan(criteria).call
        assert call.arguments["path"] == "/search.json"
        hit = (
            "  results:\n  - id: 2\n    title: 'Bug #2 (In Progress): Valve leaks'\n    type: issue\n"
            "    url: https://red.example/issues/2\n    datetime: '2026-11-01T08:00:00Z'\n"
            "  total_count: 1\n  offset: 0\n"
        )
        ticket = adapter.page(adapter.plan(criteria), call, yaml(hit)).tickets[0]
        assert (ticket.id, ticket.title, ticket.status) == ("2", "Valve leaks", "In Progress")
        assert (ticket.type, ticket.url) == ("Bug", "https://red.example/issues/2")

    def test_rows_in_yaml_become_tickets_and_pages_follow_by_offset(self) -> None:
        adapter, criteria = adapter_for(MCP_REDMINE), looking_for()
        page = first_page(adapter, criteria, yaml(ISSUES))
        ticket = page.tickets[0]
        assert (ticket.id, ticket.title, ticket.status) == ("10", "Valve: it's leaking", "New")
        assert ticket.description == "See log\n\n* one"
        assert page.next_call is not None
        parameters = page.next_call.arguments["params"]
        assert isinstance(parameters, dict)
        assert (page.total, parameters["offset"]) == (3, 1)

    def test_nothing_found_is_an_empty_page(self) -> None:
        adapter, criteria = adapter_for(MCP_REDMINE), looking_for()
        empty = "  issues: []\n  total_count: 0\n  offset: 0\n  limit: 25\n"
        page = first_page(adapter, criteria, yaml(empty))
        assert (page.tickets, page.total) == ((), 0)

    def test_an_answer_without_issues_is_an_error(self) -> None:
        adapter, criteria = adapter_for(MCP_REDMINE), looking_for()
        with pytest.raises(InvalidResponseError):
            first_page(adapter, criteria, yaml("  wiki: x\n"))

    def test_a_refusal_in_yaml_is_recognised(self) -> None:
        assert adapter_for(MCP_REDMINE).failure(yaml("  ''\n", 404)) is not None

    def test_an_issue_opens_with_its_notes(self) -> None:
        adapter, reference = adapter_for(MCP_REDMINE), TicketReference("7")
        (call,) = adapter.open_calls(reference)
        assert call.arguments["path"] == "/issues/7.json"
        whole = (
            "  issue:\n    id: 7\n    subject: Valve\n    status:\n      id: 1\n      name: New\n    journals:\n"
            "    - id: 1\n      user:\n        id: 1\n        name: Ann\n      notes: tightened\n"
            "      created_on: '2026-11-02T08:00:00Z'\n      details: []\n"
        )
        ticket = adapter.opened(reference, [yaml(whole)])
        assert [(comment.author, comment.body) for comment in ticket.comments] == [("Ann", "tightened")]
