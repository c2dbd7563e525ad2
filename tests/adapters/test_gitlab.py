"""The gitlab adapter: criteria in GitLab's parameters, and issues as it words them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.known_servers import GITLAB, adapter_for, looking_for, refused, said
from tests.adapters.pages import first_page
from tui_app.adapters.base import TicketReference


def issue(iid: int, **more: Any) -> dict[str, Any]:
    return {
        "id": str(7000 + iid), "iid": str(iid), "project_id": "12", "title": f"Gate {iid} stuck", "state": "opened",
        "author": {"username": "bo", "name": "Bo Li"}, "assignees": [{"username": "ann", "name": "Ann"}],
        "labels": ["hw"], "web_url": f"https://git.example/ops/gates/-/issues/{iid}", "issue_type": "incident",
        "references": {"short": f"#{iid}", "full": f"ops/gates#{iid}"}, "created_at": "2026-11-01T08:00:00.000Z",
        "updated_at": "2026-11-02T08:00:00.000Z", "description": "**x**", **more,
    }  # fmt: skip


def test_without_criteria_the_servers_own_filters_are_lifted() -> None:
    call = adapter_for(GITLAB).plan(looking_for()).call
    assert call.arguments == {"scope": "all", "state": "all", "page": 1, "per_page": 100}


def test_every_criterion_that_gitlab_knows_is_sent() -> None:
    criteria = looking_for(
        text="gate", status=["open"], assignee="@ann", project="ops/gates", labels=["hw", "urgent"],
        created_after="2026-11-01", created_before="2026-11-05", updated_after="2026-11-02", max_results=20,
    )  # fmt: skip
    adapter = adapter_for(GITLAB)
    assert adapter.plan(criteria).call.arguments == {
        "scope": "all", "state": "opened", "search": "gate", "assignee_username": ["ann"], "project_id": "ops/gates",
        "labels": ["hw", "urgent"], "created_after": "2026-11-01T00:00:00.000+00:00",
        "created_before": "2026-11-04T23:59:59.999+00:00", "updated_after": "2026-11-02T00:00:00.000+00:00",
        "page": 1, "per_page": 20,
    }  # fmt: skip
    assert adapter.plan(criteria).pushed_down == criteria.used_fields()


@pytest.mark.parametrize(
    ("typed", "pushed_down"),
    [
        ({"assignee": "me"}, {"assignee"}),
        ({"assignee": "unassigned"}, {"assignee"}),
        ({"assignee": "Ann Other"}, set()),
        ({"status": ["opened", "closed"]}, {"status"}),
        ({"status": ["In review"]}, set()),
        ({"openness": "open"}, {"openness"}),
        ({"-status": ["closed"], "openness": "open"}, {"-status", "openness"}),
        ({"-status": ["In review"]}, set()),
        ({"status": ["closed"], "openness": "open"}, set()),
        ({"-labels": ["hw"]}, set()),
        ({"assignee": ["ann", "bo"]}, set()),
        ({"reporter": "me"}, {"reporter"}),
        ({"project": ["a/b", "c/d"]}, set()),
        ({"priority": "High"}, set()),
        ({"native": "x"}, set()),
    ],
)
def test_what_gitlab_cannot_be_told_is_left_to_this_side(typed: dict[str, Any], pushed_down: set[str]) -> None:
    assert adapter_for(GITLAB).plan(looking_for(**typed)).pushed_down == pushed_down


def test_me_is_a_scope() -> None:
    assert adapter_for(GITLAB).plan(looking_for(assignee="me")).call.arguments["scope"] == "assigned_to_me"
    assert adapter_for(GITLAB).plan(looking_for(assignee="unassigned")).call.arguments["assignee_id"] == "None"


def test_rows_become_tickets() -> None:
    adapter, criteria = adapter_for(GITLAB), looking_for()
    page = first_page(adapter, criteria, said([issue(3)]))
    ticket = page.tickets[0]
    assert (ticket.id, ticket.project, ticket.type) == ("ops/gates#3", "ops/gates", "incident")
    assert (ticket.status, ticket.assignee, ticket.reporter, ticket.labels) == ("opened", "Ann", "Bo Li", ("hw",))
    assert ticket.url == "https://git.example/ops/gates/-/issues/3"
    assert ticket.lookup == {"project_id": "12", "issue_iid": "3"}
    assert (page.total, page.next_call) == (None, None)


def test_the_project_is_read_from_the_address_where_there_is_no_reference() -> None:
    adapter, criteria = adapter_for(GITLAB), looking_for()
    row = issue(3, references=None, web_url="https://git.example/ops/sub/gates/-/work_items/3")
    assert first_page(adapter, criteria, said([row])).tickets[0].id == "ops/sub/gates#3"


def test_a_full_page_has_a_successor() -> None:
    adapter, criteria = adapter_for(GITLAB), looking_for(max_results=2)
    page = first_page(adapter, criteria, said([issue(1), issue(2)]))
    assert page.next_call is not None
    assert page.next_call.arguments["page"] == 2


def test_nothing_found_is_an_empty_page() -> None:
    adapter, criteria = adapter_for(GITLAB), looking_for()
    assert first_page(adapter, criteria, said([])).tickets == ()


@pytest.mark.parametrize(
    ("reference", "project"),
    [
        (TicketReference("ops/gates#3", {"project_id": "12", "issue_iid": "3"}), "12"),
        (TicketReference("ops/gates#3"), "ops/gates"),
    ],
)
def test_an_issue_opens_by_what_the_row_said_or_by_its_id(reference: TicketReference, project: str) -> None:
    issue_call, notes_call = adapter_for(GITLAB).open_calls(reference)
    assert issue_call.arguments == {"project_id": project, "issue_iid": "3"}
    assert notes_call.tool == "list_issue_discussions"


def test_an_opened_issue_has_what_people_said_and_not_what_the_system_noted() -> None:
    note = {"body": "on it", "author": {"name": "Ann"}, "created_at": "2026-11-02T08:00:00Z", "system": False}
    system = {"body": "changed the description", "author": {"name": "Ann"}, "system": True}
    threads = {"items": [{"id": "d1", "notes": [note, system]}], "pagination": {"x_next_page": None}}
    reference = TicketReference("ops/gates#3")
    ticket = adapter_for(GITLAB).opened(reference, [said(issue(3)), said(threads)])
    assert [(comment.author, comment.body) for comment in ticket.comments] == [("Ann", "on it")]
    assert adapter_for(GITLAB).opened(reference, [said(issue(3)), refused()]).comments == ()
