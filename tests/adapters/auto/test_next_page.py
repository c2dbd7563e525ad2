"""The page after one is asked for in whichever way the tool takes, until the answer says that there is none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.servers_of_many_kinds import NUMBER, TEXT, data, described, text, tool
from tui_app.adapters.auto import make
from tui_app.adapters.base import Page
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import check_criteria


def rows(count: int) -> list[dict[str, Any]]:
    return [{"id": f"A-{number}", "title": "x", "status": "open"} for number in range(count)]


def first_page(answer: CallToolResult, max_results: int = 2, **arguments: Any) -> Page:
    adapter = make(described(tool("list_issues", **arguments)), {})
    criteria = check_criteria({"max_results": max_results})
    plan = adapter.plan(criteria)
    return adapter.page(plan, plan.call, answer)


def following(answer: Any, **arguments: Any) -> dict[str, Any] | None:
    call = first_page(data(answer), **arguments).next_call
    return dict(call.arguments) if call else None


OFFSET = {"limit": NUMBER, "offset": NUMBER}
PAGES = {"per_page": NUMBER, "page": NUMBER}
CURSOR = {"limit": NUMBER, "cursor": TEXT}


@pytest.mark.parametrize(
    ("arguments", "answer", "sent"),
    [
        (OFFSET, {"issues": rows(2), "total": 9}, {"limit": 2, "offset": 2}),
        (OFFSET, {"issues": rows(2)}, {"limit": 2, "offset": 2}),
        (OFFSET, {"issues": rows(1)}, None),
        (OFFSET, {"issues": rows(1), "total": 9}, {"limit": 2, "offset": 1}),
        (OFFSET, {"issues": rows(2), "total": 9, "has_more": False}, None),
        (OFFSET, {"issues": rows(1), "has_more": True}, {"limit": 2, "offset": 1}),
        (OFFSET, {"issues": rows(2), "next_offset": 7}, {"limit": 2, "offset": 7}),
        (OFFSET, {"issues": []}, None),
        ({"maxResults": NUMBER, "startAt": NUMBER}, {"issues": rows(2), "total": 9}, {"maxResults": 2, "startAt": 2}),
        (PAGES, {"issues": rows(2)}, {"per_page": 2, "page": 2}),
        (PAGES, {"issues": rows(1)}, None),
        (PAGES, {"issues": rows(2), "next_page": None, "has_more": False}, None),
        (PAGES, {"issues": rows(1), "next_page": 2}, {"per_page": 2, "page": 2}),
        ({"limit": NUMBER, "page": {**NUMBER, "minimum": 0}}, {"issues": rows(2)}, {"limit": 2, "page": 1}),
        (CURSOR, {"issues": rows(2), "next_cursor": "abc"}, {"limit": 2, "cursor": "abc"}),
        (CURSOR, {"issues": rows(2), "next_cursor": None}, None),
        (CURSOR, {"issues": rows(2)}, None),
        (
            {"first": NUMBER, "after": TEXT},
            {"issues": {"nodes": rows(2), "pageInfo": {"hasNextPage": True, "endCursor": "c"}}},
            {"first": 2, "after": "c"},
        ),
        (
            {"first": NUMBER, "after": TEXT},
            {"issues": {"nodes": rows(2), "pageInfo": {"hasNextPage": False, "endCursor": "c"}}},
            None,
        ),
        (
            {"maxResults": NUMBER, "nextPageToken": TEXT},
            {"issues": rows(2), "nextPageToken": "t"},
            {"maxResults": 2, "nextPageToken": "t"},
        ),
        ({"limit": NUMBER}, {"issues": rows(2), "total": 9, "next_cursor": "abc"}, None),
        ({"start_on": {**TEXT, "description": "ISO 8601 date"}}, {"issues": rows(2), "total": 9}, None),
    ],
)
def test_the_next_page_is_asked_for(arguments: dict[str, Any], answer: Any, sent: dict[str, Any] | None) -> None:
    assert following(answer, **arguments) == sent


def test_a_text_for_people_can_tell_of_the_next_page() -> None:
    answer = text("A-1: x (open)\nA-2: y (open)\n\nShowing 1-2 of 9\n**Next page:** Use startAt=2")
    page = first_page(answer, maxResults=NUMBER, startAt=NUMBER)
    assert page.total == 9
    assert page.next_call
    assert page.next_call.arguments == {"maxResults": 2, "startAt": 2}


def test_a_server_that_clamps_the_page_is_believed() -> None:
    assert following({"issues": rows(1), "limit": 1}, **OFFSET) == {"limit": 2, "offset": 1}


@pytest.mark.parametrize(
    ("answer", "total"),
    [
        ({"issues": rows(2), "total": 9}, 9),
        ({"issues": rows(2)}, None),
        ({"issues": rows(2), "total": -1}, None),
        ({"issues": rows(2), "total": 1}, None),
        ({"issues": rows(2), "total": 2, "has_more": True}, None),
        ({"issues": rows(2), "total": 2}, 2),
    ],
)
def test_a_total_is_the_trackers_or_unknown(answer: Any, total: int | None) -> None:
    assert first_page(data(answer), **OFFSET).total == total


def test_no_more_is_asked_for_at_a_time_than_comes_soon() -> None:
    adapter = make(described(tool("list_issues", **OFFSET)), {})
    assert adapter.plan(check_criteria({"max_results": 1000})).call.arguments["limit"] == 100
    unpaged = make(described(tool("list_issues", limit=NUMBER)), {})
    assert unpaged.plan(check_criteria({"max_results": 1000})).call.arguments["limit"] == 1000


def test_more_is_asked_for_where_some_will_be_sorted_out_here() -> None:
    adapter = make(described(tool("list_issues", limit=NUMBER)), {})
    assert adapter.plan(check_criteria({"max_results": 5, "text": "x"})).call.arguments["limit"] == 1000


@pytest.mark.parametrize("counts", [{"total": 8}, {}])
@pytest.mark.parametrize(("unit", "calls"), [(1, [None, 3, 6]), (3, [None, 3, 1, 2])])
def test_an_offset_that_counts_pages_is_found_out_by_the_rows_that_come_back(
    unit: int, calls: list[int | None], counts: dict[str, Any]
) -> None:
    adapter = make(described(tool("list_issues", **OFFSET)), {})
    plan = adapter.plan(check_criteria({"max_results": 3}))
    call, asked, found = plan.call, [], []
    for _ in range(6):
        offset = call.arguments.get("offset")
        asked.append(offset)
        begin = int(str(offset or 0)) * unit
        page = adapter.page(plan, call, data({"issues": rows(8)[begin : begin + 3], **counts}))
        found += [ticket.id for ticket in page.tickets]
        plan = page.plan or plan
        if page.next_call is None:
            break
        call = page.next_call
    assert found == [f"A-{number}" for number in range(8)]
    assert asked == calls
