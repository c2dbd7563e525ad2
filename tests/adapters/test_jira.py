"""The jira adapter on what its five servers answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.known_servers import (
    DATA_CENTER,
    JIRA_CLOUD,
    JIRA_MARKDOWN,
    MCP_ATLASSIAN,
    PASSTHROUGH,
    adapter_for,
    looking_for,
    refused,
    said,
    texts,
)
from tests.adapters.pages import first_page
from tui_app.adapters.base import Page, TicketReference
from tui_app.tickets.dates import iso_utc
from tui_app.tickets.errors import InvalidResponseError
from tui_app.tickets.extra_fields import extra_named

SITE = "https://acme.example"
PAY_2 = TicketReference("PAY-2")


def simplified(number: int, **more: Any) -> dict[str, Any]:
    """An issue as mcp-atlassian words it."""
    return {
        "id": str(10_000 + number), "key": f"PAY-{number}", "summary": f"Card {number} refused",
        "browse_url": f"{SITE}/browse/PAY-{number}", "status": {"name": "To Do"}, "issue_type": {"name": "Bug"},
        "priority": {"name": "High"}, "assignee": {"display_name": "Unassigned"},
        "reporter": {"display_name": "Bo Li"}, "labels": ["pos"], "created": "2026-11-02 08:00:00 UTC",
        "updated": "2026-11-03 09:30:00 UTC", **more,
    }  # fmt: skip


def rest(number: int, **fields: Any) -> dict[str, Any]:
    """An issue as Jira's REST interface words it."""
    return {
        "id": str(10_000 + number), "key": f"PAY-{number}", "self": f"{SITE}/rest/api/2/issue/{10_000 + number}",
        "fields": {
            "summary": f"Card {number} refused", "status": {"name": "To Do", "self": "x"}, "priority": {"name": "High"},
            "assignee": None, "project": {"key": "PAY", "name": "Payments"}, "labels": ["pos"],
            "created": "2026-11-02T08:00:00.000+0100", **fields,
        },
    }  # fmt: skip


def page_of(server: Any, answer: Any, **typed: Any) -> Page:
    """The first page of a search that ``answer`` answers."""
    adapter, criteria = adapter_for(server), looking_for(**typed)
    return first_page(adapter, criteria, answer)


class TestMcpAtlassian:
    def test_a_search_sends_jql_and_the_fields_that_rows_show(self) -> None:
        call = adapter_for(MCP_ATLASSIAN).plan(looking_for(project="PAY", max_results=7)).call
        assert call.tool == "jira_search"
        assert call.arguments["jql"] == 'project = "PAY" ORDER BY created DESC, key DESC'
        assert call.arguments["limit"] == 7
        assert {"summary", "project", "labels"} <= set(str(call.arguments["fields"]).split(","))

    def test_no_page_is_larger_than_data_center_allows(self) -> None:
        assert adapter_for(MCP_ATLASSIAN).plan(looking_for(max_results=1000)).call.arguments["limit"] == 50

    def test_criteria_that_are_applied_here_ask_for_full_pages(self) -> None:
        call = adapter_for(MCP_ATLASSIAN).plan(looking_for(created_after="2026-11-01", max_results=5)).call
        assert call.arguments["limit"] == 50

    def test_rows_become_tickets(self) -> None:
        ticket = page_of(MCP_ATLASSIAN, said({"total": 1, "start_at": 0, "issues": [simplified(2)]})).tickets[0]
        assert (ticket.id, ticket.title, ticket.status) == ("PAY-2", "Card 2 refused", "To Do")
        assert (ticket.assignee, ticket.reporter, ticket.priority, ticket.type) == (None, "Bo Li", "High", "Bug")
        assert (ticket.project, ticket.labels, ticket.url) == ("PAY", ("pos",), f"{SITE}/browse/PAY-2")
        assert iso_utc(ticket.created_at) == "2026-11-02T08:00:00Z"
        assert not ticket.problems

    def test_data_center_goes_on_by_offset_and_knows_the_total(self) -> None:
        page = page_of(MCP_ATLASSIAN, said({"total": 3, "start_at": 0, "issues": [simplified(1), simplified(2)]}))
        assert page.total == 3
        assert page.next_call is not None
        assert page.next_call.arguments["start_at"] == 2

    def test_the_last_page_has_no_successor(self) -> None:
        page = page_of(MCP_ATLASSIAN, said({"total": 2, "start_at": 0, "issues": [simplified(1), simplified(2)]}))
        assert page.next_call is None

    def test_cloud_goes_on_by_token_and_its_total_is_unknown(self) -> None:
        answer = said({"total": -1, "start_at": 0, "issues": [simplified(1)], "next_page_token": "abc"})
        page = page_of(MCP_ATLASSIAN, answer)
        assert page.total is None
        assert page.next_call is not None
        assert page.next_call.arguments["page_token"] == "abc"

    def test_a_server_that_ignores_the_offset_is_not_followed(self) -> None:
        adapter, criteria = adapter_for(MCP_ATLASSIAN), looking_for()
        answer = said({"total": 9, "start_at": 0, "issues": [simplified(1)]})
        second = first_page(adapter, criteria, answer).next_call
        assert second is not None
        assert adapter.page(adapter.plan(criteria), second, answer) == Page((), None, 9)

    def test_opening_asks_for_everything_and_leaves_no_trace(self) -> None:
        (call,) = adapter_for(MCP_ATLASSIAN).open_calls(PAY_2)
        asked = {"fields": "*all", "comment_limit": 100, "expand": "changelog", "update_history": False}
        assert call.arguments == {"issue_key": "PAY-2", **asked}

    def test_an_opened_ticket_has_comments_and_history(self) -> None:
        comment = {"body": "*see* log", "author": {"display_name": "Bo Li"}, "created": "2026-11-03T09:00:00.000+0000"}
        change = {"author": {"display_name": "Bo Li"}, "created": "2026-11-04T09:00:00.000+0000",
                  "items": [{"field": "status", "from_string": "To Do", "to_string": "Done"}]}  # fmt: skip
        issue = simplified(2, comments=[comment], changelogs=[change], description="h2. Why\n* a")
        ticket = adapter_for(MCP_ATLASSIAN).opened(PAY_2, [said(issue)])
        assert [(c.author, c.body) for c in ticket.comments] == [("Bo Li", "*see* log")]
        assert [(c.field, c.before, c.after) for c in ticket.history] == [("status", "To Do", "Done")]
        assert (ticket.description or "").startswith("## Why")

    def test_an_answer_that_holds_no_issues_is_an_error(self) -> None:
        with pytest.raises(InvalidResponseError):
            page_of(MCP_ATLASSIAN, texts("I looked, and it is complicated."))

    def test_the_projects_that_exist(self) -> None:
        adapter = adapter_for(MCP_ATLASSIAN)
        assert [call.tool for call in adapter.value_calls()] == ["jira_get_all_projects"]
        assert adapter.values([said([{"key": "PAY"}, {"key": "OPS"}])]) == {"project": ("PAY", "OPS")}


class TestDataCenter:
    def test_rows_within_the_envelope_become_tickets_with_addresses_for_people(self) -> None:
        answer = said({"success": True, "data": {"startAt": 0, "total": 5, "issues": [rest(1), rest(2)]}})
        page = page_of(DATA_CENTER, answer)
        assert [ticket.url for ticket in page.tickets] == [f"{SITE}/browse/PAY-1", f"{SITE}/browse/PAY-2"]
        assert page.tickets[0].project == "PAY"
        assert iso_utc(page.tickets[0].created_at) == "2026-11-02T07:00:00Z"
        assert page.next_call is not None
        assert (page.total, page.next_call.arguments["startAt"]) == (5, 2)

    def test_the_issue_and_its_comments_are_two_calls(self) -> None:
        adapter = adapter_for(DATA_CENTER)
        assert [call.tool for call in adapter.open_calls(PAY_2)] == ["jira_getIssue", "jira_getIssueComments"]
        comments = {
            "comments": [{"author": {"displayName": "Bo"}, "body": "ok", "created": "2026-11-03T09:00:00.000+0000"}]
        }
        ticket = adapter.opened(
            PAY_2, [said({"success": True, "data": rest(2)}), said({"success": True, "data": comments})]
        )
        assert [comment.author for comment in ticket.comments] == ["Bo"]

    def test_comments_that_cannot_be_had_do_not_hide_the_issue(self) -> None:
        ticket = adapter_for(DATA_CENTER).opened(PAY_2, [said({"success": True, "data": rest(2)}), refused()])
        assert (ticket.id, ticket.comments) == ("PAY-2", ())


FLAT = {"summary": "Card refused", "status": "To Do", "assignee": None, "project": "PAY", "issuetype": "Bug"}
"""What mcp-jira-cloud makes of an issue, but for its key and date."""


class TestJiraCloud:
    def rows(self, *numbers: int, created: str = "2026-11-02T08:00:00.000+0000") -> list[dict[str, Any]]:
        return [{**FLAT, "key": f"PAY-{number}", "created": created} for number in numbers]

    def test_the_count_of_the_page_is_not_taken_for_the_total(self) -> None:
        page = page_of(JIRA_CLOUD, said({"total": 2, "issues": self.rows(2, 1)}))
        assert (len(page.tickets), page.total) == (2, None)

    def test_only_an_empty_page_is_the_last_one(self) -> None:
        assert page_of(JIRA_CLOUD, said({"total": 2, "issues": self.rows(2, 1)})).next_call is not None
        assert page_of(JIRA_CLOUD, said({"total": 0, "issues": []})).next_call is None

    def test_a_full_page_goes_on_from_its_last_minute_without_what_was_seen_in_it(self) -> None:
        rows = [*self.rows(9, created="2026-11-02T09:00:59.000+0100"), *self.rows(8, 7)]
        page = page_of(JIRA_CLOUD, said({"total": 3, "issues": rows}), project="PAY", max_results=3)
        assert page.next_call is not None
        assert page.next_call.arguments["jql"] == (
            'project = "PAY" AND created < "2026-11-02 08:01" AND key not in (PAY-8, PAY-7)'
            " ORDER BY created DESC, key DESC"
        )

    def test_ties_that_fill_several_pages_are_all_left_out(self) -> None:
        adapter, criteria = adapter_for(JIRA_CLOUD), looking_for(max_results=2)
        first = first_page(adapter, criteria, said({"issues": self.rows(9, 8)})).next_call
        assert first is not None
        second = adapter.page(adapter.plan(criteria), first, said({"issues": self.rows(7, 6)})).next_call
        assert second is not None
        assert "key not in (PAY-9, PAY-8, PAY-7, PAY-6)" in str(second.arguments["jql"])

    def test_any_other_order_goes_on_without_all_that_was_seen(self) -> None:
        page = page_of(JIRA_CLOUD, said({"issues": self.rows(9, 8)}), sort="title", max_results=2)
        assert page.next_call is not None
        assert page.next_call.arguments["jql"] == ("key not in (PAY-9, PAY-8) ORDER BY summary ASC, key DESC")

    def test_a_server_that_repeats_itself_ends_the_search(self) -> None:
        adapter, criteria = adapter_for(JIRA_CLOUD), looking_for(max_results=2)
        answer = said({"issues": self.rows(9, 8)})
        following = first_page(adapter, criteria, answer).next_call
        assert following is not None
        assert adapter.page(adapter.plan(criteria), following, answer) == Page(())

    def test_a_native_query_cannot_go_on_and_says_so(self) -> None:
        page = page_of(JIRA_CLOUD, said({"issues": self.rows(2, 1)}), native="project = PAY", max_results=2)
        assert page.next_call is None
        assert page.warnings

    def test_a_key_that_is_none_does_not_get_into_the_query(self) -> None:
        rows = [{**row, "key": 'PAY-1) OR (project = "X"'} for row in self.rows(1)]
        assert page_of(JIRA_CLOUD, said({"issues": rows}), max_results=1).next_call is None

    def test_the_address_comes_from_the_site_that_the_server_names(self) -> None:
        adapter = adapter_for(JIRA_CLOUD)
        assert [call.tool for call in adapter.setup_calls()] == ["jira_auth_status"]
        adapter = adapter.after_setup([said({"authenticated": True, "type": "basic", "baseUrl": SITE + "/"})])
        criteria = looking_for()
        page = first_page(adapter, criteria, said({"issues": self.rows(1)}))
        assert page.tickets[0].url == f"{SITE}/browse/PAY-1"

    def test_comments_keep_their_markup_where_the_issue_holds_them(self) -> None:
        body = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [
            {"type": "text", "text": "now", "marks": [{"type": "strong"}]}]}]}  # fmt: skip
        issue = {**self.rows(2)[0], "comment": {"comments": [{"author": {"displayName": "Bo"}, "body": body}]}}
        flat = [{"author": "Bo", "created": "2026-11-03T09:00:00.000+0000", "body": "now"}]
        changes = {"changes": [{"author": "Bo", "items": [{"field": "status", "from": "To Do", "to": "Done"}]}]}
        ticket = adapter_for(JIRA_CLOUD).opened(PAY_2, [said(issue), said(flat), said(changes)])
        assert [comment.body for comment in ticket.comments] == ["**now**"]
        assert [change.after for change in ticket.history] == ["Done"]

    def test_the_values_that_exist(self) -> None:
        adapter = adapter_for(JIRA_CLOUD)
        answers = [said([{"name": "To Do"}]), said([{"name": "High"}]), said({"values": [{"key": "PAY"}]})]
        assert len(adapter.value_calls()) == len(answers)
        assert adapter.values(answers) == {"status": ("To Do",), "priority": ("High",), "project": ("PAY",)}


class TestPassthrough:
    def test_a_search_reads_a_path_and_picks_the_parts_it_needs(self) -> None:
        call = adapter_for(PASSTHROUGH).plan(looking_for(project="PAY")).call
        assert call.arguments["path"] == "/rest/api/3/search/jql"
        assert call.arguments["outputFormat"] == "json"
        parameters = call.arguments["queryParams"]
        assert isinstance(parameters, dict)
        assert parameters["jql"] == 'project = "PAY" ORDER BY created DESC, key DESC'
        assert parameters["maxResults"] == "40"

    def test_the_next_page_goes_by_the_token(self) -> None:
        row = {"key": "PAY-1", "self": f"{SITE}/rest/api/3/issue/1", "summary": "Card", "status": "To Do"}
        page = page_of(PASSTHROUGH, said({"issues": [row], "nextPageToken": "t2"}))
        assert page.tickets[0].url == f"{SITE}/browse/PAY-1"
        assert page.next_call is not None
        parameters = page.next_call.arguments["queryParams"]
        assert isinstance(parameters, dict)
        assert parameters["nextPageToken"] == "t2"

    def test_an_id_cannot_leave_its_place_in_the_path(self) -> None:
        issue, comments = adapter_for(PASSTHROUGH).open_calls(TicketReference("../../user?x=1"))
        assert issue.arguments["path"] == "/rest/api/3/issue/..%2F..%2Fuser%3Fx%3D1"
        assert comments.arguments["path"] == "/rest/api/3/issue/..%2F..%2Fuser%3Fx%3D1/comment"

    def test_the_rendered_issue_and_its_comments_become_markdown(self) -> None:
        issue = {"key": "PAY-2", "summary": "Card", "status": "To Do", "description": "<p>See <b>log</b></p>"}
        comments = [{"author": "Bo", "created": "2026-11-03T09:00:00.000+0000", "body": "<p>ok</p>"}]
        ticket = adapter_for(PASSTHROUGH).opened(PAY_2, [said(issue), said(comments)])
        assert ticket.description == "See **log**"
        assert [(comment.author, comment.body) for comment in ticket.comments] == [("Bo", "ok")]

    def test_an_answer_in_the_servers_own_notation_is_read_too(self) -> None:
        page = page_of(PASSTHROUGH, texts('issues[2]{key,summary,status}:\n  PAY-1,Card,To Do\n  PAY-2,"a, b",Done'))
        assert [(ticket.id, ticket.title) for ticket in page.tickets] == [("PAY-1", "Card"), ("PAY-2", "a, b")]

    def test_an_answer_that_was_cut_off_is_an_error(self) -> None:
        with pytest.raises(InvalidResponseError):
            page_of(PASSTHROUGH, texts('{"issues": [{"key": "PAY-1", "summ'))


class TestMarkdown:
    LIST = (
        "# Search Results\n**JQL:** `x`\nFound 3 issues\n\n"
        "PAY-1 | Card | twice | [>] In Progress | Bo Li | High | due Dec 1, 2026\n  **a** | - b\n"
        "PAY-2 | Refund | [ ] To Do | Unassigned\n---\nShowing 1-2 of 3\n**Next page:** Use startAt=2"
    )

    def test_lines_become_tickets_even_with_bars_in_the_title(self) -> None:
        first, second = page_of(JIRA_MARKDOWN, texts(self.LIST)).tickets
        assert (first.id, first.title, first.status) == ("PAY-1", "Card | twice", "In Progress")
        assert (first.assignee, first.priority, first.project) == ("Bo Li", "High", "PAY")
        assert (second.status, second.assignee, second.priority) == ("To Do", None, None)

    def test_only_reading_operations_are_called(self) -> None:
        adapter = adapter_for(JIRA_MARKDOWN)
        calls = (adapter.plan(looking_for()).call, *adapter.open_calls(PAY_2))
        assert [call.arguments["operation"] for call in calls] == ["execute_jql", "get"]

    def test_it_goes_on_only_where_the_server_says_that_there_is_more(self) -> None:
        following = page_of(JIRA_MARKDOWN, texts(self.LIST)).next_call
        assert following is not None
        assert "key not in (PAY-1, PAY-2)" in str(following.arguments["jql"])
        assert page_of(JIRA_MARKDOWN, texts(self.LIST.replace("**Next page:**", ""))).next_call is None

    def test_a_date_is_left_to_jql_since_rows_carry_none(self) -> None:
        criteria = looking_for(created_after="2026-11-01")
        assert adapter_for(JIRA_MARKDOWN).plan(criteria).pushed_down == {"created_after"}

    def test_nothing_found_is_no_error(self) -> None:
        assert (
            page_of(JIRA_MARKDOWN, texts("# Search Results\nFound 0 issues\n\n---\nShowing all 0 results")).tickets
            == ()
        )

    def test_an_opened_issue_has_its_parts(self) -> None:
        issue = (
            "# PAY-2: Refund\n\nBug | [>] In Progress | High | Bo Li\nReporter: Ann\nLabels: a, b\n"
            "Created Nov 2, 2026 | Updated Nov 20, 2026\n\nDescription:\n**see** log\n\nComments (1):\n\n"
            "[1/1] Ann (Nov 3, 2026) — id 7\nfirst line\n\nsecond\n\nPeople:\nBo Li | assignee | accountId: 1\n"
        )
        ticket = adapter_for(JIRA_MARKDOWN).opened(PAY_2, [texts(issue)])
        assert (ticket.title, ticket.type, ticket.status, ticket.priority) == ("Refund", "Bug", "In Progress", "High")
        assert (ticket.reporter, ticket.labels, ticket.description) == ("Ann", ("a", "b"), "**see** log")
        assert [(comment.author, comment.body) for comment in ticket.comments] == [("Ann", "first line\n\nsecond")]
        assert iso_utc(ticket.updated_at) == "2026-11-20T00:00:00Z"


FIELDS_OF_JIRA: list[dict[str, str]] = [
    {"id": "customfield_10016", "name": "Story Points"},
    {"id": "summary", "name": "Summary"},
]
NAMES_OF_JIRA = {"data": {"issues": [rest(1)], "names": {field["id"]: field["name"] for field in FIELDS_OF_JIRA}}}


@pytest.mark.parametrize(
    ("server", "call", "answer", "row"),
    [
        (
            MCP_ATLASSIAN,
            ("jira_search_fields", {"keyword": "Story points", "limit": 20}),
            FIELDS_OF_JIRA,
            {"issues": [simplified(2, customfield_10016={"name": "Story Points", "value": 5})]},
        ),
        (JIRA_CLOUD, ("jira_get_fields", {}), {"fields": FIELDS_OF_JIRA}, {"issues": [rest(2, customfield_10016=5)]}),
        (
            DATA_CENTER,
            ("jira_searchIssues", {"maxResults": 1, "fields": ["*all"], "expand": ["names"]}),
            NAMES_OF_JIRA,
            {"success": True, "data": {"issues": [rest(2, customfield_10016=5)]}},
        ),
        (
            PASSTHROUGH,
            ("jira_get", {"path": "/rest/api/3/field"}),
            FIELDS_OF_JIRA,
            {"issues": [{"key": "PAY-2", "summary": "a", "status": "To Do", "customfield_10016": 5}]},
        ),
    ],
    ids=["mcp-atlassian", "jira-cloud", "data-center", "passthrough"],
)
def test_a_field_of_ones_own_jira_is_asked_for_and_called_by_its_name(
    server: Any, call: tuple[str, dict[str, Any]], answer: Any, row: Any
) -> None:
    adapter = adapter_for(server)
    (asked,) = adapter.field_calls(["Story points"])
    assert asked.tool == call[0]
    assert call[1].items() <= dict(asked.arguments).items()
    knowing = adapter.with_fields(["Story points"], [said(answer)])
    assert knowing.field_calls(["Story points"]) == ()
    plan = knowing.plan(looking_for())
    assert "customfield_10016" in str(plan.call.arguments)
    (ticket,) = knowing.page(plan, plan.call, said(row)).tickets
    assert extra_named(ticket, "Story points") == 5
    assert not any("customfield" in name for name in ticket.extra)


def test_a_field_that_jira_does_not_have_is_told_with_the_nearest_ones() -> None:
    adapter = adapter_for(JIRA_CLOUD).with_fields(["Story pints"], [said(FIELDS_OF_JIRA)])
    assert adapter.plan(looking_for()).warnings == ("Jira has no field 'Story pints'; did you mean Story Points?",)


def test_where_the_names_cannot_be_had_a_field_can_be_asked_for_by_its_id() -> None:
    adapter = adapter_for(MCP_ATLASSIAN).with_fields(["Story points", "customfield_7"], [None])
    plan = adapter.plan(looking_for())
    assert str(plan.call.arguments["fields"]).endswith(",customfield_7")
    assert plan.warnings == ()


def test_an_opened_issue_of_data_center_has_the_names_that_the_answer_gives() -> None:
    whole = {"success": True, "data": {**rest(2, customfield_10016=5), "names": {"customfield_10016": "Story Points"}}}
    ticket = adapter_for(DATA_CENTER).opened(PAY_2, [said(whole), refused("no")])
    assert ticket.extra["Story Points"] == 5


@pytest.mark.parametrize("sort", ["status", "-updated_at"])
def test_jira_sorts_all_that_matches_unless_the_query_is_its_own(sort: str) -> None:
    adapter = adapter_for(MCP_ATLASSIAN)
    assert adapter.plan(looking_for(sort=sort)).ordered
    assert not adapter.plan(looking_for(sort=sort, native="project = PAY")).ordered
