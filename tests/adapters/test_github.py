"""The github adapter: criteria in GitHub's search syntax, and what its servers answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.known_servers import (
    GITHUB_LISTER,
    GITHUB_SERVER,
    NPM_GITHUB,
    NUMBER,
    TEXT,
    adapter_for,
    looking_for,
    one_of,
    refused,
    said,
    server,
    tool,
)
from tests.adapters.pages import first_page
from tui_app.adapters.base import Page, TicketReference
from tui_app.adapters.github_query import MINE, github_query, pushed_down_fields
from tui_app.tickets.errors import NoSearchToolError
from tui_app.tickets.query import parse_query
from tui_app.tickets.ticket import JsonValue

API = "https://api.github.com/repos/acme/tills"
WEB = "https://github.com/acme/tills"
PULL: dict[str, JsonValue] = {"owner": "acme", "repo": "tills", "number": 7, "kind": "pull request"}


def issue(number: int, **more: Any) -> dict[str, Any]:
    return {
        "url": f"{API}/issues/{number}", "repository_url": API, "html_url": f"{WEB}/issues/{number}",
        "id": 900 + number, "number": number, "title": f"Till {number} jams", "state": "open", "comments": 4,
        "user": {"login": "ann"}, "assignee": {"login": "bo"}, "labels": [{"name": "bug"}], "body": "**why**",
        "created_at": "2026-11-01T08:00:00Z", "updated_at": "2026-11-02T08:00:00Z", **more,
    }  # fmt: skip


def pull(number: int, **more: Any) -> dict[str, Any]:
    address = f"{WEB}/pull/{number}"
    return issue(number, html_url=address, pull_request={"html_url": address, "merged_at": None}, **more)


def page_of(server: Any, answer: Any, **typed: Any) -> Page:
    adapter, criteria = adapter_for(server), looking_for(**typed)
    return first_page(adapter, criteria, said(answer))


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ({"project": "acme/tills"}, "repo:acme/tills"),
        ({"project": "acme"}, "user:acme"),
        ({"project": "acme", "status": ["Open"]}, "user:acme is:open"),
        ({"project": "acme", "status": ["closed", "merged"]}, "user:acme is:closed"),
        ({"project": "acme", "status": ["open", "closed"]}, "user:acme"),
        ({"assignee": "me"}, "assignee:@me"),
        ({"assignee": "unassigned"}, "no:assignee"),
        ({"assignee": "@bo"}, "assignee:bo"),
        ({"project": "acme", "labels": ["bug", "help wanted"]}, 'user:acme label:"bug" label:"help wanted"'),
        ({"text": "till jams"}, "till jams"),
        ({"text": 'NOT is:open "x" -y'}, '"NOT" "is:open" x "-y"'),
        ({"text": 'till "jams here"'}, 'till "jams here"'),
        ({"project": "acme", "created_after": "2026-11-01"}, "user:acme created:2026-11-01T00:00:00Z..*"),
        ({"project": "acme", "created_before": "2026-11-02"}, "user:acme created:*..2026-11-01T23:59:59Z"),
        (
            {"project": "acme", "created_after": "2026-11-01", "created_before": "2026-11-02"},
            "user:acme created:2026-11-01T00:00:00Z..2026-11-01T23:59:59Z",
        ),
        ({"project": "acme", "updated_after": "2026-11-01"}, "user:acme updated:2026-11-01T00:00:00Z..*"),
        ({"project": ["a/b", "c/d"], "openness": "open"}, "repo:a/b repo:c/d is:open"),
        ({"reporter": "me", "-labels": ["wontfix"]}, 'author:@me -label:"wontfix"'),
        ({"assignee": ["a", "b"], "project": "acme"}, "user:acme"),
        ({"-assignee": ["bo", "unassigned"], "project": "acme"}, "user:acme -assignee:bo -no:assignee"),
        ({"type": "Pull request", "project": "acme"}, "user:acme is:pr"),
        ({"type": "bug", "project": "acme"}, "user:acme is:issue"),
        ({"-type": ["pull request"], "project": "acme"}, "user:acme is:issue"),
        ({"text": "till", "-text": ["jam", "out of paper"]}, 'till NOT jam NOT "out of paper"'),
        ({"native": "repo:a/b sort:updated"}, "repo:a/b sort:updated"),
        ({}, MINE),
        ({"status": ["open"]}, f"is:open {MINE}"),
    ],
)
def test_criteria_in_githubs_terms(typed: dict[str, Any], query: str) -> None:
    assert github_query(looking_for(**typed)) == query


@pytest.mark.parametrize(
    ("query", "here"),
    [
        ("is:open -label:x author:bo -who:ann", set()),
        ("assignee:a,b", {"assignee"}),
        ("type:bug", {"type"}),
        ("type:task,bug -type:epic", {"type", "-type"}),
        ("-status:open", set()),
        ("-status:closed", {"-status"}),
        ("parent:a/b#1 due:7d id:17", {"parent", "due_before", "ids"}),
        ("priority:high -priority:low", {"priority", "-priority"}),
    ],
)
def test_what_github_cannot_say_is_left_to_this_side(query: str, here: set[str]) -> None:
    criteria = looking_for(**parse_query(query))
    assert criteria.used_fields() - pushed_down_fields(criteria) == here


def test_what_github_does_not_know_is_left_to_this_side() -> None:
    criteria = looking_for(project="acme", status=["In Progress"], priority="High", labels=["bug"])
    assert pushed_down_fields(criteria) == {"project", "labels"}
    assert pushed_down_fields(looking_for(native="is:open", labels=["bug"])) == {"native"}


class TestTheOlderServer:
    def test_newest_first_a_hundred_at_a_time(self) -> None:
        call = adapter_for(NPM_GITHUB).plan(looking_for(project="acme/tills", max_results=1000)).call
        assert call.arguments == {
            "q": "repo:acme/tills", "sort": "created", "order": "desc", "page": 1, "per_page": 100,
        }  # fmt: skip

    def test_rows_become_tickets_with_the_repository_in_their_id(self) -> None:
        page = page_of(NPM_GITHUB, {"total_count": 2, "items": [issue(5), pull(7)]}, project="acme/tills")
        first, second = page.tickets
        assert (first.id, first.project, first.status, first.type) == ("acme/tills#5", "acme/tills", "open", "issue")
        assert (first.assignee, first.reporter, first.labels) == ("bo", "ann", ("bug",))
        assert (first.url, second.url) == (f"{WEB}/issues/5", f"{WEB}/pull/7")
        assert (second.id, second.type) == ("acme/tills#7", "pull request")
        assert (page.total, page.next_call, page.warnings) == (2, None, ())

    def test_a_merged_pull_request_is_merged(self) -> None:
        row = pull(7, state="closed")
        row["pull_request"]["merged_at"] = "2026-11-03T08:00:00Z"
        assert page_of(NPM_GITHUB, {"total_count": 1, "items": [row]}, project="acme").tickets[0].status == "merged"

    def test_pages_follow_up_to_githubs_thousand(self) -> None:
        adapter, criteria = adapter_for(NPM_GITHUB), looking_for(project="acme", max_results=1000)
        call, pages = adapter.plan(criteria).call, 0
        answer = said({"total_count": 48_000, "items": [issue(number) for number in range(100)]})
        while (page := adapter.page(adapter.plan(criteria), call, answer)).next_call is not None:
            call, pages = page.next_call, pages + 1
        assert (pages, call.arguments["page"], page.total) == (9, 10, 48_000)

    def test_an_empty_search_says_whose_tickets_it_shows(self) -> None:
        assert "owner/name" in adapter_for(NPM_GITHUB).plan(looking_for()).warnings[0]

    def test_a_search_that_github_gave_up_is_said(self) -> None:
        answer = {"total_count": 0, "incomplete_results": True, "items": []}
        assert len(page_of(NPM_GITHUB, answer, project="acme").warnings) == 1

    def test_an_issue_opens_by_its_id_alone(self) -> None:
        (call,) = adapter_for(NPM_GITHUB).open_calls(TicketReference("acme/tills#5"))
        assert (call.tool, call.arguments) == ("get_issue", {"owner": "acme", "repo": "tills", "issue_number": 5})

    def test_a_pull_request_opens_with_what_was_said_in_order(self) -> None:
        adapter = adapter_for(NPM_GITHUB)
        reference = TicketReference("acme/tills#7", PULL)
        tools = [call.tool for call in adapter.open_calls(reference)]
        assert tools == ["get_pull_request", "get_pull_request_comments", "get_pull_request_reviews"]
        remark = {"user": {"login": "bo"}, "body": "later", "created_at": "2026-11-05T08:00:00Z"}
        review = {"user": {"login": "ann"}, "body": "first", "submitted_at": "2026-11-04T08:00:00Z"}
        ticket = adapter.opened(
            reference, [said(pull(7, merged_at="2026-11-06T08:00:00Z")), said([remark]), said([review])]
        )
        assert ticket.status == "merged"
        assert {comment.body for comment in ticket.comments} == {"first", "later"}

    def test_a_bare_number_needs_a_repository_and_the_message_says_where_to_put_it(self) -> None:
        with pytest.raises(NoSearchToolError, match="owner, repo") as caught:
            adapter_for(NPM_GITHUB).open_calls(TicketReference("#5"))
        assert "map.arguments" in caught.value.hint

    def test_the_profile_can_name_the_repository(self) -> None:
        adapter = adapter_for(NPM_GITHUB, {"arguments": {"owner": "acme", "repo": "tills"}})
        (call,) = adapter.open_calls(TicketReference("#5"))
        assert call.arguments["repo"] == "tills"


class TestGithubsOwnServer:
    def test_pull_requests_follow_when_the_issues_are_through(self) -> None:
        adapter, criteria = adapter_for(GITHUB_SERVER), looking_for(project="acme/tills")
        call = adapter.plan(criteria).call
        assert (call.tool, call.arguments["query"]) == ("search_issues", "repo:acme/tills")
        page = adapter.page(adapter.plan(criteria), call, said({"total_count": 1, "items": [issue(5)]}))
        assert page.total is None
        assert page.next_call is not None
        assert (page.next_call.tool, page.next_call.arguments["page"]) == ("search_pull_requests", 1)
        last = adapter.page(adapter.plan(criteria), page.next_call, said({"total_count": 1, "items": [pull(7)]}))
        assert last.next_call is None
        assert last.tickets[0].type == "pull request"

    @pytest.mark.parametrize(
        ("native", "tool"), [("is:pr repo:a/b", "search_pull_requests"), ("is:issue repo:a/b", "search_issues")]
    )
    def test_a_native_query_for_one_kind_asks_for_that_kind_only(self, native: str, tool: str) -> None:
        adapter, criteria = adapter_for(GITHUB_SERVER), looking_for(native=native)
        call = adapter.plan(criteria).call
        page = adapter.page(adapter.plan(criteria), call, said({"total_count": 0, "items": []}))
        assert (call.tool, page.next_call, page.total) == (tool, None, 0)

    def test_an_issue_opens_with_its_comments(self) -> None:
        adapter, reference = adapter_for(GITHUB_SERVER), TicketReference("acme/tills#5")
        calls = adapter.open_calls(reference)
        assert [(call.tool, call.arguments["method"]) for call in calls] == [
            ("issue_read", "get"),
            ("issue_read", "get_comments"),
        ]
        comment = {"user": {"login": "bo"}, "body": "seen", "created_at": "2026-11-05T08:00:00Z"}
        ticket = adapter.opened(reference, [said(issue(5)), said([comment])])
        assert [(c.author, c.body) for c in ticket.comments] == [("bo", "seen")]
        assert adapter.opened(reference, [said(issue(5)), refused()]).comments == ()

    def test_sub_issues_are_asked_for_where_the_server_lists_them(self) -> None:
        method = one_of("get", "get_comments", "get_sub_issues")
        reading = tool("issue_read", "method owner repo issue_number", method=method, owner=TEXT, repo=TEXT,
                       issue_number=NUMBER)  # fmt: skip
        adapter = adapter_for(server("github-mcp-server", tool("search_issues", "query", query=TEXT), reading))
        reference = TicketReference("acme/tills#5")
        assert [call.arguments["method"] for call in adapter.open_calls(reference)] == list(method["enum"])
        ticket = adapter.opened(reference, [said(issue(5)), said([]), said([issue(6)])])
        assert [(r.kind, r.id) for r in ticket.relations] == [("child", "acme/tills#6")]
        assert adapter.opened(reference, [said(issue(5)), said([]), refused()]).relations == ()

    def test_a_pull_request_opens_as_one(self) -> None:
        calls = adapter_for(GITHUB_SERVER).open_calls(TicketReference("acme/tills#7", PULL))
        assert {call.tool for call in calls} == {"pull_request_read"}
        assert [call.arguments["method"] for call in calls] == ["get", "get_comments", "get_reviews"]

    def test_without_search_tools_a_repositorys_issues_are_listed(self) -> None:
        adapter = adapter_for(GITHUB_LISTER)
        criteria = looking_for(
            project="acme/tills", status=["open"], labels=["bug"], updated_after="2026-11-01", text="x"
        )
        call = adapter.plan(criteria).call
        assert call.arguments == {
            "owner": "acme", "repo": "tills", "state": "OPEN", "labels": ["bug"], "since": "2026-11-01T00:00:00Z",
            "orderBy": "CREATED_AT", "direction": "DESC", "perPage": 100,
        }  # fmt: skip
        assert adapter.plan(criteria).pushed_down == {"project", "status", "labels", "updated_after"}
        answer = {
            "issues": [{"number": 5, "title": "Jams", "state": "OPEN"}],
            "pageInfo": {"hasNextPage": True, "endCursor": "c1"}, "totalCount": 9,
        }  # fmt: skip
        page = adapter.page(adapter.plan(criteria), call, said(answer))
        assert (page.tickets[0].id, page.total) == ("acme/tills#5", 9)
        assert page.next_call is not None
        assert page.next_call.arguments["after"] == "c1"

    def test_listing_needs_a_repository(self) -> None:
        with pytest.raises(NoSearchToolError, match="owner, repo"):
            adapter_for(GITHUB_LISTER).plan(looking_for())
