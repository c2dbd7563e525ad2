"""No tool that may change something is ever taken for one that reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.servers_of_many_kinds import NUMBER, TEXT, described, tool
from tui_app.adapters.auto import make
from tui_app.adapters.auto.discovery import discover
from tui_app.adapters.auto.safety import may_write, words_may_write
from tui_app.adapters.auto.uses import uses_of
from tui_app.adapters.auto.words import ALWAYS_WRITING, split_words
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.errors import MCPToolError


@pytest.mark.parametrize(
    "name",
    [
        "create_issue", "issueCreate", "task-update", "deleteTicket", "assign_issue", "setStatus", "close", "note",
        "reopen_issue", "find_or_create_issue", "get_or_create_ticket", "search_and_replace_tickets", "add_comment",
        "comment", "comment_on_story", "transition_issue", "link_issues", "move_card", "archive_task", "mark_done",
        "open_ticket", "take_ticket", "claim", "bulk_edit_issues", "log_work", "reply_to_ticket", "manage_issue",
        "jira_post", "upsert_ticket", "watch_issue", "vote",
    ],
)  # fmt: skip
def test_a_name_that_says_so_may_write(name: str) -> None:
    assert words_may_write(split_words(name))


@pytest.mark.parametrize(
    "name",
    [
        "list_issues", "issuesSearch", "get_open_tickets", "list_closed_issues", "get_issue_comments", "search",
        "get_issue_links", "read_change_log", "list_assigned_issues", "execute_jql", "run_query", "get_data_set",
        "view_release_notes",
    ],
)  # fmt: skip
def test_a_name_that_reads_does_not(name: str) -> None:
    assert not words_may_write(split_words(name))


def test_annotations_rule_a_tool_out_whatever_its_name() -> None:
    assert may_write(tool("search_issues", hints={"readOnlyHint": False}))
    assert may_write(tool("search_issues", hints={"destructiveHint": True}))
    assert not may_write(tool("search_issues", hints={"readOnlyHint": True, "destructiveHint": True}))


def test_annotations_alone_rule_no_tool_in() -> None:
    assert not list(uses_of(tool("delete_issues", hints={"readOnlyHint": True})))


def test_a_description_or_a_required_body_rules_a_tool_out() -> None:
    assert may_write(tool("get_started", about="Creates a project with sample issues"))
    assert may_write(tool("issue", "title", title=TEXT))
    assert not may_write(tool("search_issues", "summary", summary=TEXT))


def test_of_a_tool_with_actions_only_those_that_read_are_used() -> None:
    actions = {"enum": ["create", "list", "get", "delete", "transition", "add_comment", "list_comments", "execute_jql"]}
    found = {use.constants["action"] for use in uses_of(tool("manage_issue", "action", action=actions))}
    assert found == {"list", "get", "list_comments", "execute_jql"}


@pytest.mark.parametrize(
    "action",
    [
        {"type": "string", "enum": ["create"]},
        {"anyOf": [{"type": "string", "enum": ["create"]}, {"type": "integer"}]},
        {"type": ["string", "integer"], "enum": ["create"]},
    ],
)
def test_a_tool_whose_only_action_writes_is_not_used(action: dict[str, object]) -> None:
    assert not list(uses_of(tool("issue_search", "action", query=TEXT, action=action)))


@pytest.mark.parametrize("schema", [{"enum": ["create"]}, {"type": "string", "default": "delete_all"}])
def test_no_required_argument_is_filled_with_a_writing_verb(schema: dict[str, object]) -> None:
    adapter = make(described(tool("issue_search", "intent", query=TEXT, intent=schema)), {})
    with pytest.raises(MCPToolError, match="'intent'"):
        adapter.search_call(check_criteria({}))


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [
                    "get",
                    "list",
                    "search",
                    "issue",
                    "tickets",
                    "create",
                    "delete",
                    "update",
                    "set",
                    "by",
                    "id",
                    "comments",
                ]
            ),
            min_size=1,
            max_size=4,
        ).map("_".join),
        min_size=1,
        max_size=8,
        unique=True,
    )
)
def test_whatever_tools_there_are_none_with_a_writing_verb_gets_a_role(names: list[str]) -> None:
    found = discover(described(*(tool(name, id=NUMBER, query=TEXT) for name in names)))
    uses = [found.search, found.text_search, found.get, found.comments, *found.values.values(), *found.places.values()]
    assert not [use.tool.name for use in uses if use and ALWAYS_WRITING & set(split_words(use.tool.name))]
