"""No JSON and no text that a server answers with makes the readers raise anything but `InvalidResponseError`."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tui_app.adapters.reading import iter_tickets, read_comments, read_record, read_rows, ticket_from
from tui_app.mcp_client.types import CallToolResult, ContentBlock
from tui_app.tickets.errors import InvalidResponseError
from tui_app.tickets.fields import TICKET_FIELDS

NAMES = [
    *(word for field in TICKET_FIELDS for word in field.words[:4]),
    *("issues", "tickets", "tasks", "items", "results", "hits", "records", "nodes", "edges", "rows", "columns", "list"),
    *(
        "id",
        "key",
        "number",
        "comments",
        "changelog",
        "histories",
        "items",
        "attachments",
        "fields",
        "attributes",
        "node",
    ),
    *(
        "total",
        "next_cursor",
        "pageInfo",
        "data",
        "result",
        "type",
        "content",
        "text",
        "url",
        "self",
        "customFields",
        "value",
    ),
]
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from([10**400, 1e308, "PAY-1", "doc"]),
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)
lines = st.sampled_from(
    [
        "PAY-1: One", "- [x] #2: Two", "## Description", "Status: open", "**ID:** `x`", "| Key | Title |",
        "|---|---|", "| 1 | x |", "Comments (1):", "#1 - bob - 2026-11-02 08:00 (UTC)", "---", "====", "To Do:",
        "  deeper", "", "1. x (ID: 3)", "id,title,status", "1,x,open", "a: 1", "- a: 2", "key[2]{a,b}:", "{", "[1,",
        "```json", "<x-y>", "Showing 1-2 of 9",
    ]
)  # fmt: skip


def read_everything(result: CallToolResult) -> None:
    with contextlib.suppress(InvalidResponseError):
        list(iter_tickets(read_rows(result).rows))
    with contextlib.suppress(InvalidResponseError):
        ticket_from(read_record(result, "PAY-1"))
    read_comments(result)


@given(values)
def test_any_json_as_structured_content(value: Any) -> None:
    read_everything(CallToolResult(structured_content=value))


@given(values)
def test_any_json_as_text(value: Any) -> None:
    read_everything(CallToolResult((ContentBlock("text", json.dumps(value)),)))


@given(st.dictionaries(st.sampled_from(NAMES), values, max_size=8))
def test_any_row(row: dict[str, Any]) -> None:
    ticket = ticket_from(row)
    json.dumps(ticket.to_json())


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    read_everything(CallToolResult((ContentBlock("text", text),)))


@given(st.lists(lines | st.text(max_size=30), max_size=25))
def test_any_lines_that_look_like_something(text: list[str]) -> None:
    read_everything(CallToolResult((ContentBlock("text", "\n".join(text)),)))


def test_deep_nesting() -> None:
    deep: Any = "PAY-1"
    for _ in range(900):
        deep = {"data": deep, "content": [deep]} if deep == "PAY-1" else {"data": deep}
    read_everything(CallToolResult(structured_content=deep))
    read_everything(CallToolResult((ContentBlock("text", "[" * 100_000),)))
    read_everything(CallToolResult((ContentBlock("text", "{" * 100_000),)))
    read_everything(CallToolResult((ContentBlock("text", "- " * 50_000 + "x"),)))


def test_long_lines_and_many_lines_are_read_in_bounded_time() -> None:
    for text in (
        "PAY-1 " * 60_000,
        "| " * 90_000,
        "- [ ] x\n" * 20_000,
        "a: " * 60_000,
        "(" * 90_000,
        "**" * 60_000,
        "Status: x\n" * 20_000,
        "#" * 90_000,
        "1. " * 60_000,
        " " * 150_000 + "x",
    ):
        read_everything(CallToolResult((ContentBlock("text", text),)))
