"""In-house servers with ``search_tickets``: criteria go under their own names, as far as the schema declares them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.pages import first_page
from tests.adapters.servers_of_many_kinds import NUMBER, TEXT, TEXTS, data, described, tool
from tui_app.adapters.base import Adapter, TicketReference
from tui_app.adapters.registry import choose_adapter
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.errors import MCPError, NoSearchToolError

SMALL: dict[str, Any] = {
    "status": TEXTS,
    "assignee": TEXT,
    "created_after": TEXT,
    "created_before": TEXT,
    "max_results": NUMBER,
}
LARGE: dict[str, Any] = {
    **SMALL,
    "text": TEXT,
    "project": TEXT,
    "labels": TEXTS,
    "priority": TEXT,
    "updated_after": TEXT,
    "sort": {"enum": ["created_at", "-created_at"]},
    "max_results": {**NUMBER, "maximum": 1000},
    "cursor": TEXT,
}
ROW = {"id": "PAY-1", "title": "One", "status": "open"}


def adapter(*others: Any, **arguments: Any) -> Adapter:
    chosen = choose_adapter(described(tool("search_tickets", **arguments), *others))
    assert chosen.name == "builder"
    return chosen


def test_the_criteria_that_the_schema_declares_are_sent_and_pushed_down() -> None:
    criteria = check_criteria(
        {"status": ["open", "done"], "assignee": "me", "created_after": "2026-11-01", "text": "x"}
    )
    small = adapter(**SMALL)
    assert small.plan(criteria).call.arguments == {
        "status": ["open", "done"],
        "assignee": "me",
        "created_after": "2026-11-01",
        "max_results": 1000,
    }
    assert small.plan(criteria).pushed_down == {"status", "assignee", "created_after"}
    assert adapter(**LARGE).plan(criteria).pushed_down == {"status", "assignee", "created_after", "text"}


def test_unassigned_is_sent_only_where_the_schema_says_that_it_means_nobody() -> None:
    criteria = check_criteria({"assignee": "unassigned"})
    assert adapter(**SMALL).plan(criteria).pushed_down == set()
    knowing = adapter(**SMALL | {"assignee": {**TEXT, "description": "A name, or Unassigned."}})
    assert knowing.plan(criteria).call.arguments["assignee"] == "unassigned"


def test_a_status_is_one_word_where_the_schema_takes_one() -> None:
    one = adapter(status=TEXT, assignee=TEXT)
    assert one.plan(check_criteria({"status": ["open"]})).call.arguments == {"status": "open"}
    both = check_criteria({"status": ["open", "done"]})
    assert one.plan(both).call.arguments == {}
    assert one.plan(both).pushed_down == frozenset()


def test_the_order_is_left_to_the_server_where_it_knows_the_field() -> None:
    large = adapter(**LARGE)
    assert large.plan(check_criteria({"sort": "-created_at"})).call.arguments["sort"] == "-created_at"
    assert "sort" in large.plan(check_criteria({"sort": "-created_at"})).pushed_down
    assert "sort" not in large.plan(check_criteria({"sort": "title"})).call.arguments


def test_pages_are_followed_by_cursor_and_the_total_is_the_servers() -> None:
    large, criteria = adapter(**LARGE), check_criteria({"max_results": 600})
    call = large.plan(criteria).call
    assert call.arguments == {"max_results": 250}
    page = large.page(
        large.plan(criteria), call, data({"tickets": [ROW], "total": 9, "next_cursor": "c", "warnings": ["a\x1bb"]})
    )
    assert ([ticket.id for ticket in page.tickets], page.total, page.warnings) == (["PAY-1"], 9, ("a␛b",))
    assert page.next_call
    assert page.next_call.arguments == {"max_results": 250, "cursor": "c"}
    last = large.page(large.plan(criteria), page.next_call, data({"tickets": [ROW], "total": 9, "next_cursor": None}))
    assert last.next_call is None


@pytest.mark.parametrize(("way", "sent"), [("offset", 1), ("page", 2)])
def test_pages_are_followed_by_offset_or_number(way: str, sent: int) -> None:
    paged, criteria = adapter(**SMALL, **{way: NUMBER}), check_criteria({"max_results": 1})
    page = first_page(paged, criteria, data({"tickets": [ROW]}))
    assert page.next_call
    assert page.next_call.arguments == {"max_results": 1, way: sent}
    assert paged.page(paged.plan(criteria), page.next_call, data({"tickets": []})).next_call is None


def test_an_answer_without_a_total_has_none() -> None:
    small, criteria = adapter(**SMALL), check_criteria({})
    assert first_page(small, criteria, data({"tickets": [ROW]})).total is None
    assert first_page(small, criteria, data({"tickets": []})).tickets == ()


def test_a_ticket_opens_with_its_comments() -> None:
    getter, lister = tool("get_ticket", "id", id=TEXT), tool("get_comments", "ticket_id", ticket_id=TEXT)
    opener, reference = adapter(getter, lister, **SMALL), TicketReference("PAY-1")
    calls = opener.open_calls(reference)
    assert [(call.tool, call.arguments) for call in calls] == [
        ("get_ticket", {"id": "PAY-1"}),
        ("get_comments", {"ticket_id": "PAY-1"}),
    ]
    opened = opener.opened(reference, [data({"ticket": ROW}), data({"comments": [{"author": "bob", "body": "hi"}]})])
    assert [(comment.author, comment.body) for comment in opened.comments] == [("bob", "hi")]
    assert opener.opened(reference, [data(ROW), CallToolResult(is_error=True)]).comments == ()


def test_a_server_that_opens_nothing_says_so() -> None:
    with pytest.raises(NoSearchToolError) as caught:
        adapter(**SMALL).open_calls(TicketReference("PAY-1"))
    assert caught.value.title == "This server cannot open a ticket"


def test_the_values_that_exist_are_listed() -> None:
    lister = adapter(tool("list_values"), **LARGE)
    (call,) = lister.value_calls()
    assert call.tool == "list_values"
    assert lister.roles()["list_values"] == "values"
    values = lister.values([data({"statuses": ["open", "done"], "assignee": ["Alice\x1b"], "colours": ["red"]})])
    assert values == {"status": ("open", "done"), "assignee": ("Alice␛",)}
    assert adapter(status={"enum": ["open", "done"]}, assignee=TEXT).values([]) == {"status": ("open", "done")}


def test_a_failure_in_any_form_is_recognised() -> None:
    failure = adapter(**SMALL).failure(data({"success": False, "error": "token expired"}))
    assert isinstance(failure, MCPError)
    assert "token expired" in failure.cause


def test_roles_and_mapping_say_what_is_used_for_what() -> None:
    opener = adapter(tool("get_ticket", "id", id=TEXT), tool("create_ticket", "title", title=TEXT), **SMALL)
    assert opener.roles() == {"search_tickets": "search", "get_ticket": "get"}
    mapping: Any = opener.mapping()
    assert mapping["search"]["criteria"]["created_after"] == "created_after"
    assert mapping["get"] == {"tool": "get_ticket", "id": "id"}


def test_arguments_from_the_profile_go_along() -> None:
    required = tool("search_tickets", "site", site=TEXT, **SMALL)
    chosen = choose_adapter(described(required), "auto", {"arguments": {"site": "eu"}})
    assert chosen.name == "builder"
    assert chosen.plan(check_criteria({})).call.arguments["site"] == "eu"
