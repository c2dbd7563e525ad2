"""Of many tools the right one is found, by verb and noun in either order and case, and by what its schema takes."""

from __future__ import annotations

import pytest

from tests.adapters.servers_of_many_kinds import NUMBER, TEXT, TEXTS, described, tool
from tui_app.adapters.auto.discovery import discover
from tui_app.adapters.auto.tool_variants import variants_of
from tui_app.adapters.safety.verbs import split_words
from tui_app.mcp_client.types import Tool


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
        (("list_issue_frobs", "list_gizmos_for_issue", "list_frobbed_issues"), "list_frobbed_issues"),
        (("list_issues_in_frob", "search_issues"), "search_issues"),
        (("list_issue_frobs", "list_gizmos_of_issue"), ""),
        (("get_weather", "list_files", "search_documents"), ""),
        (("create_issue", "update_issue"), ""),
        (("list_issue_attachments", "get_issue_history"), ""),
    ],
)
def test_the_tool_that_searches_tickets_is(names: tuple[str, ...], wanted: str) -> None:
    assert searcher(*names) == wanted


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("get_list_cards", "list_id"),
        ("get_queue_tickets", "queueId"),
        ("get_view_tasks", "view_id"),
        ("get_backlog_issues", "backlog_id"),
    ],
)
def test_what_holds_tickets_is_asked_for_them_before_a_search_that_requires_words(name: str, argument: str) -> None:
    words = tool("search_everything", "query", query=TEXT, cards_limit=NUMBER)
    found = discover(described(words, tool(name, argument, **{argument: TEXT}), tool("get_ticket", "id", id=TEXT)))
    assert found.search
    assert found.search.tool.name == name


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


NAMED: dict[str, tuple[str, str, tuple[Tool, ...]]] = {
    "words in the middle": (
        "searchAcmeIssuesUsingJql",
        "getAcmeIssue",
        (
            tool("searchAcmeIssuesUsingJql", "cloudId jql", cloudId=TEXT, jql=TEXT),
            tool("getAcmeIssue", "cloudId issueIdOrKey", cloudId=TEXT, issueIdOrKey=TEXT),
            tool("getVisibleAcmeProjects", "cloudId", cloudId=TEXT),
            tool("getAcmeIssueRemoteIssueLinks", "cloudId issueIdOrKey", cloudId=TEXT, issueIdOrKey=TEXT),
        ),
    ),
    "noun first": (
        "stories-search",
        "stories-get-by-id",
        (
            tool("stories-get-by-id", "storyPublicId", storyPublicId=NUMBER),
            tool("stories-search", name=TEXT, owner=TEXT, state=TEXT),
            tool("stories-create", "name", name=TEXT),
            tool("epics-search", name=TEXT),
            tool("stories-get-history", "storyPublicId", storyPublicId=NUMBER),
        ),
    ),
    "work items": (
        "search_workitem",
        "wit_get_work_item",
        (
            tool("wit_my_work_items", "project", project=TEXT),
            tool("wit_get_work_item", "id project", id=NUMBER, project=TEXT),
            tool("wit_list_work_item_comments", "project workItemId", project=TEXT, workItemId=NUMBER),
            tool("wit_create_work_item", "project", project=TEXT),
            tool("search_workitem", "searchText", searchText=TEXT, project=TEXTS, top=NUMBER, skip=NUMBER),
            tool("search_code", "searchText", searchText=TEXT),
        ),
    ),
    "work packages": (
        "list_work_packages",
        "get_work_package",
        (
            tool("list_work_packages", project_id=NUMBER, status=TEXT),
            tool("get_work_package", "work_package_id", work_package_id=NUMBER),
            tool("list_statuses"),
        ),
    ),
    "no verb to open": (
        "bugs_quicksearch",
        "bug_info",
        (
            tool("bug_info", "id", id=NUMBER),
            tool("bug_comments", "id", id=NUMBER),
            tool("bugs_quicksearch", "query", query=TEXT),
        ),
    ),
    "an optional mode is no action": (
        "search_issues",
        "get_issue",
        (
            tool("search_issues", query=TEXT, mode=TEXT, method={"enum": ["fuzzy", "exact"]}),
            tool("get_issue", "id", id=TEXT),
        ),
    ),
}


@pytest.mark.parametrize("style", NAMED)
def test_search_and_open_are_found_however_they_are_named(style: str) -> None:
    search, get, tools = NAMED[style]
    found = discover(described(*tools))
    assert found.search
    assert found.get
    assert (found.search.tool.name, found.get.tool.name) == (search, get)


def test_what_prose_says_of_one_action_only_holds_for_that_action() -> None:
    actions = {"type": "string", "enum": ["issues", "users", "get", "delete"]}
    key = {"type": "string", "description": "The key. Required for: get, delete"}
    words = {"type": "string", "description": "JQL query. Required for: issues"}
    name = {"type": "string", "description": "Name or email (only for users)"}
    search = tool("tracker_search", "action", action=actions, key=key, jql=words, name=name)
    found = {variant.constants["action"]: variant for variant in variants_of(search)}
    assert [argument.path for argument in found["issues"].arguments if argument.required] == ["action", "jql"]
    assert [argument.path for argument in found["get"].arguments] == ["action", "key"]
    assert [argument.path for argument in found["get"].arguments if argument.required] == ["action", "key"]


@pytest.mark.parametrize(
    ("name", "required", "is_tried"),
    [("meldingen_overzicht", "", True), ("meldingen_overzicht", "afdeling", False), ("get_weather", "", False)],
)
def test_a_tool_that_reads_and_is_in_words_that_nobody_knows_may_be_tried(
    name: str, required: str, is_tried: bool
) -> None:
    unknown = tool(name, required, hints={"readOnlyHint": True}, **dict.fromkeys(required.split(), TEXT))
    assert [variant.tool for variant, _ in discover(described(unknown)).others] == [unknown] * is_tried
