"""The backlog-md adapter: tasks out of text for people."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.known_servers import BACKLOG_MD, adapter_for, looking_for, texts
from tests.adapters.pages import first_page
from tui_app.adapters.base import Page, TicketReference
from tui_app.tickets.dates import iso_utc
from tui_app.tickets.errors import InvalidResponseError

TASK = """File: /srv/x/backlog/tasks/task-1.1 - Fix-till.md

Task TASK-1.1 - Fix till - again
==================================================

Status: ◒ In Progress
Priority: High
Assignee: @ann, @bo
Created: 2026-11-22 10:35 (UTC)
Updated: 2026-11-23 09:00 (UTC)
Labels: pos, urgent
Milestone: m-1

Description:
--------------------------------------------------
The till **jams**.

Note: twice a day

Acceptance Criteria:
--------------------------------------------------
- [ ] #1 It does not jam

Definition of Done:
--------------------------------------------------
No Definition of Done items defined

Comments:
--------------------------------------------------
#1 - bo - 2026-11-22 10:40 (UTC)
first

#2 - 2026-11-22 10:41 (UTC)
second
of two lines
"""


def page_of(*blocks: str, **typed: Any) -> Page:
    adapter, criteria = adapter_for(BACKLOG_MD), looking_for(**typed)
    return first_page(adapter, criteria, texts(*blocks))


def test_criteria_that_the_tool_takes_are_sent() -> None:
    criteria = looking_for(text="till", status=["To Do"], assignee="ann", labels=["pos", "ui"], max_results=5)
    adapter = adapter_for(BACKLOG_MD)
    assert adapter.plan(criteria).call.arguments == {
        "search": "till", "status": "To Do", "assignee": "@ann", "labels": ["pos", "ui"], "limit": 5,
    }  # fmt: skip
    assert adapter.plan(criteria).pushed_down == criteria.used_fields()


@pytest.mark.parametrize(
    "typed",
    [
        {"status": ["To Do", "Done"]},
        {"priority": "High"},
        {"assignee": "me"},
        {"assignee": "unassigned"},
        {"text": "x" * 201},
    ],
)
def test_what_the_tool_does_not_take_is_left_to_this_side_with_all_rows_asked_for(typed: dict[str, Any]) -> None:
    adapter, criteria = adapter_for(BACKLOG_MD), looking_for(**typed)
    assert adapter.plan(criteria).pushed_down == frozenset()
    assert adapter.plan(looking_for(**typed, max_results=5)).call.arguments["limit"] in (5, 1000)


def test_lines_under_their_status_become_tickets() -> None:
    first, second, third = page_of(
        "To Do:\n  [HIGH] TASK-1 - Fix till | [now] - please\n  TASK-1.1 - Child (ac: 0/1)",
        "Done:\n  [LOW] TASK-9 - Old",
    ).tickets
    assert (first.id, first.title, first.status) == ("TASK-1", "Fix till | [now] - please", "To Do")
    assert (first.priority, second.priority, third.priority) == ("High", None, "Low")
    assert (second.id, second.title, third.status) == ("TASK-1.1", "Child", "Done")


def test_nothing_found_is_an_empty_page() -> None:
    assert page_of("No tasks found.").tickets == ()


def test_an_answer_without_tasks_is_an_error() -> None:
    with pytest.raises(InvalidResponseError):
        page_of("Your folder has no backlog yet; run init.")


def test_a_search_by_date_says_why_it_finds_nothing() -> None:
    assert adapter_for(BACKLOG_MD).plan(looking_for(created_after="7d")).warnings


def test_an_opened_task_has_its_parts() -> None:
    adapter, reference = adapter_for(BACKLOG_MD), TicketReference("TASK-1.1")
    ticket = adapter.opened(reference, [texts(TASK)])
    assert (ticket.id, ticket.title, ticket.status) == ("TASK-1.1", "Fix till - again", "In Progress")
    assert (ticket.assignee, ticket.labels, ticket.priority) == ("@ann, @bo", ("pos", "urgent"), "High")
    assert iso_utc(ticket.created_at) == "2026-11-22T10:35:00Z"
    assert ticket.extra["Milestone"] == "m-1"
    assert ticket.description == (
        "The till **jams**.\n\nNote: twice a day\n\n## Acceptance Criteria\n\n- [ ] #1 It does not jam"
    )
    assert [(c.author, c.body) for c in ticket.comments] == [("bo", "first"), (None, "second\nof two lines")]


def test_no_such_task_is_an_error() -> None:
    with pytest.raises(InvalidResponseError):
        adapter_for(BACKLOG_MD).opened(TicketReference("TASK-9"), [texts("nothing here")])
