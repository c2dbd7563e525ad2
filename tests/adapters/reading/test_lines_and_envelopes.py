"""Tickets in lists of texts, beside their envelope's own texts, and in lines that repeat them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tui_app.adapters.reading import learn, read_record, ticket_from
from tui_app.mcp_client.types import CallToolResult, ContentBlock
from tui_app.tickets.ticket import Ticket


def _tickets(value: Any) -> tuple[Ticket, ...]:
    text = value if isinstance(value, str) else json.dumps(value)
    learned = learn(CallToolResult((ContentBlock("text", text),)))
    assert learned is not None
    return learned.tickets


@pytest.mark.parametrize(
    "lines",
    [
        ["rec_01: The printer is offline", "rec_02: Totals differ by a cent"],
        ["#1 [open] The printer is offline", "#2 [done] Totals differ by a cent"],
        ["T1 | The printer is offline | open", "T2 | Totals differ by a cent | done"],
    ],
)
def test_a_list_of_texts_is_read_like_lines(lines: list[str]) -> None:
    found = _tickets({"count": 2, "lines": lines})
    assert [ticket.title for ticket in found] == ["The printer is offline", "Totals differ by a cent"]
    assert all(ticket.id for ticket in found)


def test_one_text_alone_is_a_ticket_where_its_id_is_certain() -> None:
    assert [ticket.id for ticket in _tickets({"lines": ["rec_01: The printer is offline"]})] == ["rec_01"]


def test_a_line_that_repeats_the_ticket_is_not_its_title() -> None:
    rows = [
        {"id": str(number), "text": text, "raw_line": f"(A) 2026-11-0{number} {text} +home", "completed": False}
        for number, text in enumerate(("Call the insurance", "Mend the bicycle", "Buy paper"), 1)
    ]
    assert [ticket.title for ticket in _tickets(rows)] == ["Call the insurance", "Mend the bicycle", "Buy paper"]


def test_data_in_a_text_is_read_as_data() -> None:
    row = "- id: {0}\n  title: Step {0} of the plan\n  status: open\n  tags: []\n  owner: null\n  description: ''\n"
    text = f"data:\n{row.format(1)}{row.format(2)}success: true\n"
    first, _ = _tickets(text)
    assert (first.labels, first.assignee, first.description, first.extra) == ((), None, None, {})


def test_what_stands_beside_the_ticket_belongs_to_it() -> None:
    ticket = {"id": "T-7", "title": "Log rejected coupons", "status": "open"}
    answer = {"yaml": ticket, "body": "Write a line for each.", "comments": [{"author": "Ada", "body": "Yes."}]}
    opened = ticket_from(read_record(CallToolResult((ContentBlock("text", json.dumps(answer)),)), "T-7"))
    assert opened.description == "Write a line for each."
    assert [comment.body for comment in opened.comments] == ["Yes."]


def test_a_text_of_several_lines_beside_the_ticket_is_its_description() -> None:
    ticket = {"id": "B-1", "title": "Cart forgets the coupon", "status": "open"}
    answer = {"id": "B-1", "frontmatter": ticket, "markdown": "## Done when\n\n- it stays\n- on phones too\n"}
    opened = ticket_from(read_record(CallToolResult((ContentBlock("text", json.dumps(answer)),)), "B-1"))
    assert (opened.description or "").startswith("## Done when")


@pytest.mark.parametrize("message", ["Found it.", "Found it.\n\nUse update_task to change it.\n\nOr delete_task."])
def test_what_a_tool_says_is_no_part_of_the_ticket(message: str) -> None:
    answer = {"task": {"id": "T-7", "title": "Log rejected coupons", "status": "open"}, "message": message}
    opened = ticket_from(read_record(CallToolResult((ContentBlock("text", json.dumps(answer)),)), "T-7"))
    assert opened.description is None


@pytest.mark.parametrize("heading", ["**Work Package Details:**", "Details:", "## Ticket details", "Notes:"])
def test_a_label_over_the_fields_is_a_heading(heading: str) -> None:
    text = (
        f"{heading}\n\n- **ID**: #101\n- **Subject**: Checkout fails\n- **Progress**: 50%\n\n**Description:**\nSteps\n"
    )
    opened = ticket_from(read_record(CallToolResult((ContentBlock("text", text),)), "101"))
    assert (opened.id.lstrip("#"), opened.title, opened.description) == ("101", "Checkout fails", "Steps")


def test_a_ticket_keeps_its_own_texts() -> None:
    ticket = {"id": "T-7", "title": "Log rejected coupons", "status": "open", "description": "Its own."}
    answer = {"task": ticket, "message": "Here it is. Use update_task to change it."}
    opened = ticket_from(read_record(CallToolResult((ContentBlock("text", json.dumps(answer)),)), "T-7"))
    assert opened.description == "Its own."


def test_a_text_called_item_beside_other_fields_takes_none_of_them_away() -> None:
    rows = [
        {"item": "PAY-1: Printer offline (open)", "owner": "bob", "url": "https://t.example/PAY-1"},
        {"item": "PAY-2: Totals differ (done)", "owner": "ann", "url": "https://t.example/PAY-2"},
    ]
    found = _tickets({"rows": rows})
    assert [ticket.url for ticket in found] == ["https://t.example/PAY-1", "https://t.example/PAY-2"]
    assert "bob" in str(found[0])


@pytest.mark.parametrize("bar", [" | ", "\t"])
def test_a_picture_before_each_of_the_words_of_a_column_is_no_part_of_them(bar: str) -> None:
    lines = [
        ("ID", "标题", "状态", "优先级"),
        ("1", "🐛 Printer is offline", "⚪ pending", "🔴 high"),
        ("2", "Totals differ by a cent", "⏳ in progress", "🟢 low"),
        ("3", "Upgrade the database", "⚪ pending", "🟢 low"),
    ]
    found = _tickets("\n".join(bar.join(cells) for cells in lines))
    assert [ticket.status for ticket in found] == ["pending", "in progress", "pending"]
    assert [ticket.priority for ticket in found] == ["high", "low", "low"]
    assert found[0].title == "🐛 Printer is offline"


def test_a_number_apart_from_its_repository_and_brackets_of_another_width_are_read() -> None:
    line = "- **acme/{0}** #{1} [Issue] **{2}**（open，@dora，15 天前）\n  `bug`"
    text = "匹配到 2 个：\n" + "\n".join((line.format("shop", 1, "Fails (often)"), line.format("ops", 1, "Times out")))
    found = _tickets(text)
    assert [(t.id, t.title, t.status) for t in found] == [
        ("acme/shop#1", "Fails (often)", "open"), ("acme/ops#1", "Times out", "open"),
    ]  # fmt: skip
