"""The beads adapter: one list of a hundred, and closed issues that must be asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.known_servers import BEADS, adapter_for, looking_for, said
from tests.adapters.pages import first_page
from tui_app.adapters.base import TicketReference


def issue(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"till-{number}", "title": f"Till {number} jams", "status": "open", "priority": 1, "issue_type": "bug",
        "assignee": "ann", "labels": ["pos"], "created_at": "2026-11-01T08:00:00Z", **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ({"text": "jams"}, {"query": "jams"}),
        ({"status": ["In Progress"]}, {"status": "in_progress"}),
        ({"assignee": "ann"}, {"assignee": "ann"}),
        ({"labels": ["pos", "ui"]}, {"labels": ["pos", "ui"]}),
        ({"priority": "P1"}, {"priority": 1}),
        ({"priority": "high"}, {"priority": 1}),
    ],
)
def test_criteria_that_the_tool_takes_are_sent(typed: dict[str, Any], sent: dict[str, Any]) -> None:
    adapter, criteria = adapter_for(BEADS), looking_for(**typed)
    arguments = dict(adapter.plan(criteria).call.arguments)
    assert "created_at" in str(arguments.pop("fields"))
    assert arguments == {**sent, "limit": 100}
    assert adapter.plan(criteria).pushed_down == set(typed)


@pytest.mark.parametrize(
    "typed", [{"status": ["open", "closed"]}, {"created_after": "7d"}, {"assignee": "me"}, {"assignee": "unassigned"}]
)
def test_the_rest_is_left_to_this_side(typed: dict[str, Any]) -> None:
    assert adapter_for(BEADS).plan(looking_for(**typed)).pushed_down == frozenset()


def test_closed_issues_are_asked_for_where_no_status_is() -> None:
    adapter, criteria = adapter_for(BEADS), looking_for()
    call = adapter.plan(criteria).call
    page = adapter.page(adapter.plan(criteria), call, said([issue(1)]))
    assert (page.tickets[0].id, page.tickets[0].priority, page.total) == ("till-1", "1", None)
    assert page.next_call is not None
    assert page.next_call.arguments == {**call.arguments, "status": "closed"}
    assert adapter.page(adapter.plan(criteria), page.next_call, said([issue(2, status="closed")])).next_call is None


def test_a_status_is_taken_at_its_word() -> None:
    adapter, criteria = adapter_for(BEADS), looking_for(status=["open"])
    assert first_page(adapter, criteria, said([issue(1)])).next_call is None


def test_a_full_list_says_that_there_may_be_more() -> None:
    adapter, criteria = adapter_for(BEADS), looking_for(status=["open"])
    page = first_page(adapter, criteria, said([issue(number) for number in range(100)]))
    assert page.warnings


def test_an_issue_opens_with_its_comments_in_the_workspace_that_the_profile_names() -> None:
    adapter, reference = adapter_for(BEADS, {"arguments": {"workspace_root": "/srv/till"}}), TicketReference("till-1")
    calls = adapter.open_calls(reference)
    assert [call.tool for call in calls] == ["show", "comments"]
    assert {call.arguments["workspace_root"] for call in calls} == {"/srv/till"}
    comment = {"id": "1", "issue_id": "till-1", "author": "bo", "text": "seen", "created_at": "2026-11-02T08:00:00Z"}
    ticket = adapter.opened(reference, [said(issue(1, description="why")), said([comment])])
    assert (ticket.description, [c.body for c in ticket.comments]) == ("why", ["seen"])
