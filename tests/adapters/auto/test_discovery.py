"""Of many tools the right one is found, by verb and noun in either order and case, and by what its schema takes."""

from __future__ import annotations

import pytest

from tests.adapters.servers_of_many_kinds import NUMBER, TEXT, TEXTS, described, tool
from tui_app.adapters.auto.discovery import discover
from tui_app.adapters.auto.words import split_words


def searcher(*names: str) -> str:
    found = discover(described(*(tool(name, query=TEXT, limit=NUMBER) for name in names))).search
    return found.tool.name if found else ""


def test_names_are_split_however_they_are_put_together() -> None:
    for name in ("getIssueByID", "get_issue_by_id", "get-issue-by-id", "get.issue.by.id", "GetIssueById"):
        assert split_words(name) == ("get", "issue", "by", "id")


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (("list_users", "list_projects", "list_issues"), "list_issues"),
        (("get_issue", "search_issues"), "search_issues"),
        (("task_list", "task_view", "milestone_list"), "task_list"),
        (
            ("acme_get_issue", "acme_search_issues", "acme_search_issues_summary", "acme_search_users"),
            "acme_search_issues",
        ),
        (("get_my_open_issues", "get_issues"), "get_issues"),
        (("list_issue_comments", "list_issue_links", "list_issue_types", "find_issues"), "find_issues"),
        (("get_sprint_issues", "get_board_issues", "issues_search"), "issues_search"),
        (("list_issue_statuses", "query-work-items"), "query-work-items"),
        (("searchStories", "listEpics"), "searchStories"),
        (("get_weather", "list_files", "search_documents"), ""),
        (("create_issue", "update_issue"), ""),
        (("list_issue_attachments", "get_issue_history"), ""),
    ],
)
def test_the_tool_that_searches_tickets_is(names: tuple[str, ...], wanted: str) -> None:
    assert searcher(*names) == wanted


def test_a_search_by_known_ids_is_no_search() -> None:
    found = discover(
        described(
            tool("search_issues_by_identifier", "identifiers", identifiers=TEXTS),
            tool("search_issues", query=TEXT),
        )
    )
    assert found.search
    assert found.search.tool.name == "search_issues"


def test_a_tool_that_goes_without_words_comes_before_one_that_requires_them() -> None:
    found = discover(described(tool("query_tasks", "query", query=TEXT), tool("list_tasks", status=TEXT)))
    assert found.search
    assert found.text_search
    assert (found.search.tool.name, found.text_search.tool.name) == ("list_tasks", "query_tasks")


@pytest.mark.parametrize(
    "opener",
    [
        tool("get_issue", "issue_key", issue_key=TEXT),
        tool("issueShow", "id", id=TEXT),
        tool("read_ticket", "ticket", ticket=TEXT),
        tool("get_issue_details", "issueIdOrKey", issueIdOrKey=TEXT),
        tool("view", "id", about="View one issue", id=NUMBER),
        tool("fetch_issue_by_number", "number", number=NUMBER),
    ],
)
def test_the_tool_that_opens_a_ticket_is_found(opener: object) -> None:
    others = (tool("list_issues", q=TEXT), tool("get_project", "id", id=TEXT), tool("get_issue_links", "id", id=TEXT))
    found = discover(described(*others, opener))  # type: ignore[arg-type]
    assert found.get
    assert found.get.tool is opener


@pytest.mark.parametrize(
    "name", ["get_comments", "list_issue_comments", "issueComments", "comments", "get_ticket_notes"]
)
def test_the_tool_that_lists_comments_is_found(name: str) -> None:
    lister = tool(name, "issue_id", "List all comments on an issue", issue_id=TEXT)
    found = discover(
        described(tool("list_issues"), tool("add_comment", "issue_id text", issue_id=TEXT, text=TEXT), lister)
    )
    assert found.comments
    assert found.comments.tool is lister


def test_tools_that_list_values_are_found() -> None:
    found = discover(
        described(
            tool("list_issues"),
            tool("list_issue_statuses"),
            tool("get_users"),
            tool("list_labels", "project_id", project_id=TEXT),
            tool("get_projects"),
        )
    )
    assert {name: use.tool.name for name, use in found.values.items()} == {
        "status": "list_issue_statuses",
        "assignee": "get_users",
        "project": "get_projects",
    }
