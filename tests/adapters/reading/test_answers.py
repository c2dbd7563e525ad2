"""Tickets are found in every shape of result that servers answer with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tui_app.adapters.reading import iter_tickets, read_comments, read_record, read_rows, ticket_from
from tui_app.mcp_client.types import CallToolResult, ContentBlock
from tui_app.tickets.errors import InvalidResponseError

ROWS = [{"id": "PAY-1", "title": "One", "status": "open"}, {"id": "PAY-2", "title": "Two", "status": "done"}]


def text(*blocks: str) -> CallToolResult:
    return CallToolResult(tuple(ContentBlock("text", block) for block in blocks))


def data(value: Any) -> CallToolResult:
    return CallToolResult(structured_content=value)


def ids(result: CallToolResult) -> list[str]:
    return [ticket.id for ticket in iter_tickets(read_rows(result).rows)]


@pytest.mark.parametrize(
    "result",
    [
        data({"tickets": ROWS}),
        data({"result": ROWS}),
        data({"result": {"issues": ROWS}}),
        data({"result": json.dumps(ROWS)}),
        data({"result": json.dumps({"items": ROWS})}),
        data({"success": True, "data": {"issues": ROWS}}),
        data({"data": {"issues": {"nodes": ROWS}}}),
        data({"issues": {"edges": [{"node": row} for row in ROWS]}}),
        data({"hits": {"total": {"value": 2}, "hits": ROWS}}),
        data({"compacted": True, "preview": ROWS}),
        data({"anything_else": ROWS}),
        data({"PAY-1": {"title": "One", "status": "open"}, "PAY-2": {"title": "Two", "status": "done"}}),
        data({"todo": ROWS[:1], "done": ROWS[1:]}),
        text(json.dumps(ROWS)),
        text(json.dumps({"results": ROWS}, indent=2)),
        text(*map(json.dumps, ROWS)),
        text("\n".join(map(json.dumps, ROWS))),
        text(f"Found 2 issues:\n\n```json\n{json.dumps(ROWS)}\n```\nAnything else?"),
        text(f"<issues>\n{json.dumps(ROWS)}\n</issues>"),
        text(f"Here are the [2] tickets: {json.dumps({'tickets': ROWS})}"),
        text("﻿" + json.dumps(ROWS)),
        text("tickets:\n- id: PAY-1\n  title: One\n  status: open\n- id: PAY-2\n  title: Two\n  status: done"),
        text("issues[2]{id,title,status}:\n  PAY-1,One,open\n  PAY-2,Two,done"),
        text("| Key | Summary | Status |\n|---|---|---|\n| PAY-1 | One | open |\n| PAY-2 | Two | done |"),
        text("id,title,status\nPAY-1,One,open\nPAY-2,Two,done"),
        text("- [ ] PAY-1: One\n- [x] PAY-2: Two"),
    ],
)
def test_rows_are_found_in(result: CallToolResult) -> None:
    assert ids(result) == ["PAY-1", "PAY-2"]


@pytest.mark.parametrize(
    "result",
    [
        CallToolResult(),
        data({"result": []}),
        data({"tickets": [], "total": 0}),
        data({"demandes": [], "total": 30, "page": 5}),
        text("[]"),
        text('No issues found matching "printer".'),
        text("No tickets found"),
        data({"total": 0}),
        data({"success": True, "message": "No tickets found"}),
        text('{"success": true, "message": "No tickets found"}'),
        text("0 results"),
        text("Your search did not match any tasks."),
    ],
)
def test_an_answer_without_tickets_is_an_empty_page(result: CallToolResult) -> None:
    assert read_rows(result).rows in ((), [])


@pytest.mark.parametrize(
    "payload",
    [
        {"tickets": [], "total": 0, "warnings": ["No ticket has status 'opne'."]},
        {"result": {"issues": [], "warnings": [{"message": "No ticket has status 'opne'."}]}},
        {"data": {"nodes": [], "warning": "No ticket has status 'opne'."}},
    ],
)
def test_what_an_answer_without_tickets_says_of_the_search_is_told(payload: dict[str, Any]) -> None:
    assert read_rows(data(payload)).warnings == ("No ticket has status 'opne'.",)


@pytest.mark.parametrize("result", [text("I am a teapot."), data({"weather": "fine"}), text('{"a": [1, 2]}')])
def test_an_answer_about_something_else_is_an_error_that_quotes_it(result: CallToolResult) -> None:
    with pytest.raises(InvalidResponseError) as caught:
        read_rows(result)
    assert "No tickets" in caught.value.cause
    assert "map" in caught.value.hint


def test_structured_content_counts_before_the_text_for_people() -> None:
    result = CallToolResult((ContentBlock("text", "PAY-9: told twice"),), {"tickets": ROWS})
    assert ids(result) == ["PAY-1", "PAY-2"]


def test_what_an_answer_says_of_pages_is_found_beside_the_rows_and_around_them() -> None:
    paging = read_rows(
        data({"data": {"issues": ROWS, "pageInfo": {"hasNextPage": True, "endCursor": "c"}}, "total": 25})
    ).paging
    assert (paging.total, paging.next_cursor, paging.has_more) == (25, "c", True)
    assert read_rows(data({"issues": ROWS, "total": -1})).paging.total is None
    assert read_rows(data({"issues": ROWS, "isLast": True})).paging.has_more is False
    assert read_rows(data({"issues": ROWS, "next_page": 3})).paging.next_page == 3


def test_a_text_for_people_tells_of_pages_too() -> None:
    paging = read_rows(
        text(
            "PAY-1 | One | [>] In Progress\nPAY-2 | Two | [x] Done\n---\n"
            "Showing 1-2 of 30\n**Next page:** Use startAt=2"
        )
    ).paging
    assert (paging.total, paging.next_offset, paging.has_more) == (30, 2, True)


@pytest.mark.parametrize(
    "result",
    [
        data(ROWS[0]),
        data({"result": ROWS[0]}),
        data({"ticket": ROWS[0]}),
        data({"status": "completed", "ticket_id": "PAY-1", "ticket": ROWS[0]}),
        data({"data": ROWS}),
        data({"issues": ROWS}),
        text(json.dumps({"issue": ROWS[0]})),
        text("id: PAY-1\ntitle: One\nstatus: open"),
        text("# PAY-1: One\n\n**Status:** open"),
    ],
)
def test_one_ticket_is_found_in(result: CallToolResult) -> None:
    found = ticket_from(read_record(result, "PAY-1"))
    assert (found.id, found.title, found.status) == ("PAY-1", "One", "open")


def test_of_several_tickets_the_named_one_is_opened() -> None:
    assert read_record(data({"issues": ROWS}), "PAY-2")["title"] == "Two"


def test_no_ticket_at_all_is_an_error() -> None:
    with pytest.raises(InvalidResponseError):
        read_record(text("I am a teapot."), "PAY-1")


@pytest.mark.parametrize(
    "value",
    [
        [{"author": "Bob", "created": "2026-11-02T08:00:00Z", "body": "hi"}],
        {"comments": [{"user": {"login": "Bob"}, "created_at": "2026-11-02T08:00:00Z", "body": "hi"}]},
        {"data": {"comments": [{"author": {"displayName": "Bob"}, "created": "2026-11-02T08:00:00Z", "text": "hi"}]}},
        {"items": [{"notes": [{"author": {"name": "Bob"}, "created_at": "2026-11-02T08:00:00Z", "body": "hi"}]}]},
        {
            "items": [
                {
                    "notes": [
                        {"system": True, "body": "closed"},
                        {"author": "Bob", "created_at": "2026-11-02T08:00:00Z", "body": "hi"},
                    ]
                }
            ]
        },
    ],
)
def test_comments_are_found_in(value: Any) -> None:
    (comment,) = read_comments(data(value))
    assert (comment.author, comment.body, comment.created_at is not None) == ("Bob", "hi", True)
