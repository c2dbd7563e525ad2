"""The linear adapter: people and teams by UUID, keys out of addresses, and two servers' ways of paging."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.known_servers import LINEAR_MCP, TACTIC_LAUNCH, adapter_for, looking_for, refused, said, texts
from tests.adapters.pages import first_page
from tui_app.adapters.base import Adapter, ServerDescription, TicketReference
from tui_app.adapters.linear import LARGEST_PAGE

ANN, BO, ENG = "6f0c-ann", "6f0c-bo", "aa11-eng"
TEAMS = [
    {"id": ENG, "key": "ENG", "name": "Engineering", "states": {"nodes": [{"name": "In Progress"}, {"name": "Done"}]}}
]
USERS = [{"id": ANN, "name": "Ann Ode", "displayName": "ann"}, {"id": BO, "name": "Bo Li", "displayName": "bo"}]


def issue(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"uuid-{number}", "identifier": f"ENG-{number}", "title": f"Page {number} is slow", "priority": 2,
        "url": f"https://linear.app/acme/issue/ENG-{number}/page-is-slow", "state": {"name": "In Progress"},
        "assignee": {"id": ANN, "name": "Ann Ode"}, "team": {"id": ENG, "name": "Engineering", "key": "ENG"},
        "labels": {"nodes": [{"name": "bug"}]}, "createdAt": "2026-11-01T08:00:00.000Z",
        "updatedAt": "2026-11-02T08:00:00.000Z", "description": "why", **more,
    }  # fmt: skip


def knowing(server: ServerDescription) -> Adapter:
    """The adapter after its setup calls, which tell who is who."""
    adapter = adapter_for(server)
    answers = {
        "linear_getViewer": {"id": BO, "name": "Bo Li"},
        "linear_getUsers": USERS,
        "linear_getTeams": TEAMS,
        "linear_get_user": {"viewer": {"id": BO, "name": "Bo Li"}},
        "linear_get_teams": {"teams": {"nodes": TEAMS}},
    }
    return adapter.after_setup([said(answers[call.tool]) for call in adapter.setup_calls()])


class TestTacticLaunch:
    def test_people_and_teams_are_sent_by_uuid(self) -> None:
        criteria = looking_for(text="slow", status=["in progress"], assignee="me", project="eng", max_results=30)
        adapter = knowing(TACTIC_LAUNCH)
        assert adapter.plan(criteria).call.arguments == {
            "query": "slow", "states": ["In Progress"], "assigneeId": BO, "teamId": ENG, "limit": 30,
        }  # fmt: skip
        assert adapter.plan(criteria).pushed_down == {"text", "status", "assignee", "project"}

    def test_open_and_closed_are_the_states_of_that_type(self) -> None:
        adapter = adapter_for(TACTIC_LAUNCH)
        states = [
            {"name": "Fertig", "type": "completed"}, {"name": "Done-ish", "type": "started"},
            {"name": "Todo", "type": "unstarted"}, {"name": "Closed"},
        ]  # fmt: skip
        teams = [{"id": ENG, "name": "Engineering", "key": "ENG", "states": states}]
        answers = {"linear_getViewer": {"id": BO}, "linear_getUsers": USERS, "linear_getTeams": teams}
        adapter = adapter.after_setup([said(answers[call.tool]) for call in adapter.setup_calls()])
        for typed, sent in (
            ({"openness": "open"}, ["Done-ish", "Todo"]),
            ({"openness": "closed"}, ["Fertig", "Closed"]),
            ({"openness": "open", "-status": ["todo"]}, ["Done-ish"]),
            ({"openness": "open", "status": ["closed", "todo"]}, ["Todo"]),
        ):
            criteria = looking_for(**typed)
            assert adapter.plan(criteria).call.arguments["states"] == sent
            assert adapter.plan(criteria).pushed_down == criteria.used_fields()
        assert adapter.plan(looking_for(openness="open", status=["closed"])).pushed_down == frozenset()

    @pytest.mark.parametrize(
        ("typed", "uuid"), [("Ann Ode", ANN), ("ann", ANN), ("ode", ANN), ("nobody", None), ("o", None)]
    )
    def test_a_name_is_sent_only_where_it_means_one_person(self, typed: str, uuid: str | None) -> None:
        criteria = looking_for(assignee=typed)
        adapter = knowing(TACTIC_LAUNCH)
        assert adapter.plan(criteria).call.arguments.get("assigneeId") == uuid
        assert adapter.plan(criteria).pushed_down == ({"assignee"} if uuid else set())

    def test_without_knowing_anybody_people_are_sorted_out_here(self) -> None:
        adapter = adapter_for(TACTIC_LAUNCH)
        adapter = adapter.after_setup([refused() for _ in adapter.setup_calls()])
        assert adapter.plan(looking_for(assignee="ann", project="ENG", status=["Todo"])).pushed_down == {"status"}

    def test_what_linear_cannot_be_told_is_left_to_this_side(self) -> None:
        criteria = looking_for(labels=["bug"], priority="High", created_after="7d")
        assert knowing(TACTIC_LAUNCH).plan(criteria).pushed_down == frozenset()

    def test_a_row_without_a_key_gets_it_from_its_address(self) -> None:
        adapter, criteria = knowing(TACTIC_LAUNCH), looking_for()
        row = issue(4)
        del row["identifier"]
        ticket = first_page(adapter, criteria, said([row])).tickets[0]
        assert (ticket.id, ticket.status, ticket.priority, ticket.assignee) == (
            "ENG-4",
            "In Progress",
            "High",
            "Ann Ode",
        )
        assert (ticket.project, ticket.labels) == ("Engineering", ("bug",))

    def test_priority_zero_is_none(self) -> None:
        adapter, criteria = knowing(TACTIC_LAUNCH), looking_for()
        page = first_page(adapter, criteria, said([issue(4, priority=0)]))
        assert page.tickets[0].priority is None

    def test_a_full_answer_says_that_there_may_be_more(self) -> None:
        adapter, criteria = knowing(TACTIC_LAUNCH), looking_for(max_results=1000)
        call = adapter.plan(criteria).call
        assert call.arguments["limit"] == LARGEST_PAGE
        page = adapter.page(
            adapter.plan(criteria), call, said([issue(number) for number in range(1, LARGEST_PAGE + 1)])
        )
        assert (page.next_call, len(page.warnings)) == (None, 1)

    def test_an_issue_opens_with_its_comments(self) -> None:
        adapter, reference = knowing(TACTIC_LAUNCH), TicketReference("ENG-4")
        tools = [call.tool for call in adapter.open_calls(reference)]
        assert tools == ["linear_getIssueById", "linear_getComments", "linear_getIssueHistory"]
        comment = {"body": "seen", "user": {"name": "Bo Li"}, "createdAt": "2026-11-02T08:00:00.000Z"}
        ticket = adapter.opened(reference, [said(issue(4)), said([comment]), refused()])
        assert [(c.author, c.body) for c in ticket.comments] == [("Bo Li", "seen")]


class TestLinearMcp:
    def test_criteria_are_sent_by_uuid_and_number(self) -> None:
        criteria = looking_for(status=["done"], assignee="me", project="Engineering", priority="High")
        adapter = knowing(LINEAR_MCP)
        paging = {"first": 100, "orderBy": "createdAt"}
        assert adapter.plan(criteria).call.arguments == {
            "states": ["Done"], "assigneeIds": [BO], "teamIds": [ENG], "priority": 2, **paging,
        }  # fmt: skip
        assert adapter.plan(criteria).pushed_down == criteria.used_fields()

    def test_pages_follow_by_cursor(self) -> None:
        adapter, criteria = knowing(LINEAR_MCP), looking_for()
        call = adapter.plan(criteria).call
        answer = {"issues": {"nodes": [issue(1)], "pageInfo": {"hasNextPage": True, "endCursor": "c1"}}}
        page = adapter.page(adapter.plan(criteria), call, said(answer))
        assert page.next_call is not None
        assert (page.next_call.arguments["after"], page.total, page.tickets[0].id) == ("c1", None, "ENG-1")
        assert adapter.page(adapter.plan(criteria), page.next_call, said(answer)).next_call is None

    def test_an_issue_opens_from_the_search_that_holds_it_whole(self) -> None:
        adapter, reference = knowing(LINEAR_MCP), TicketReference("ENG-1")
        digest = texts("ENG-1: Page 1 is slow\nStatus: Done\nURL: https://linear.app/acme/issue/ENG-1\nAssignee: Ann\n")
        whole = said({"issues": {"nodes": [issue(10), issue(1)]}})
        assert adapter.opened(reference, [digest, whole]).description == "why"
        ticket = adapter.opened(reference, [digest, refused()])
        assert (ticket.id, ticket.status, ticket.assignee, ticket.description) == ("ENG-1", "Done", "Ann", None)

    def test_an_issue_that_is_answered_whole_is_read_with_its_comments(self) -> None:
        comment = {"body": "seen", "user": {"name": "Bo Li"}, "createdAt": "2026-11-02T08:00:00.000Z"}
        whole = said({"issues": {"nodes": [issue(1, comments={"nodes": [comment]})], "pageInfo": {}}})
        ticket = knowing(LINEAR_MCP).opened(TicketReference("ENG-1"), [whole, refused()])
        assert (ticket.id, ticket.description, [c.body for c in ticket.comments]) == ("ENG-1", "why", ["seen"])

    def test_the_values_that_exist(self) -> None:
        values = knowing(LINEAR_MCP).values([])
        assert values["status"] == ("In Progress", "Done")
        assert "Urgent" in values["priority"]
