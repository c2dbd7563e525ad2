"""Tickets in lists of texts, beside their envelope's own texts, and in lines that repeat them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tui_app.adapters.reading import learn, read_record, read_rows, ticket_from
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


def _ids_and_statuses(value: Any) -> dict[str, str]:
    return {ticket.id: ticket.status for ticket in _tickets(value)}


@pytest.mark.parametrize(
    "text",
    [
        "🟢 #1 Printer is offline\n✅ #2 Totals differ\n\nLegend: 🟢 open, ✅ done",
        "All\n├── [ ] T1 Printer is offline\n└── [x] T2 Totals differ by a cent",
        "[1] Printer is offline - open\n[2] Totals differ by a cent - done",
        "OPS-1\nPrinter is offline\nopen, assigned to Amy Pond\n\nOPS-2\nTotals differ\ndone, assigned to Rory Hill",
        "│ Ключ│ Тема │ Статус │\n├─────┼──────┼────────┤\n│ A-1 │ Принтер  │ open     │\n│ A-2 │ П │ done │",
    ],
)
def test_a_status_is_read_from_signs_marks_tails_lines_and_drawn_tables(text: str) -> None:
    assert [ticket.status for ticket in _tickets(text)] == ["open", "done"]
    assert all(ticket.id and "assigned" not in ticket.title for ticket in _tickets(text))


@pytest.mark.parametrize(
    "value",
    [
        {"A fazer": [{"id": 1, "titulo": "Comprar papel"}], "Feito": [{"id": 2, "titulo": "Pagar conta"}]},
        {
            "colunas": [
                {"nome": "A fazer", "cartoes": [{"id": 1, "titulo": "Comprar papel"}]},
                {"nome": "Feito", "cartoes": [{"id": 2, "titulo": "Pagar conta"}]},
            ]
        },
        {
            "statuses": {"5": "A fazer", "6": "Feito"},
            "rows": [{"id": 1, "title": "Comprar", "status": 5}, {"id": 2, "title": "Pagar", "status": 6}],
        },
        {
            "states": [{"id": 5, "name": "A fazer"}, {"id": 6, "name": "Feito"}],
            "rows": [{"id": 1, "title": "Comprar", "state_id": 5}, {"id": 2, "title": "Pagar", "state_id": 6}],
        },
    ],
)
def test_a_status_is_what_rows_stand_under_or_what_its_code_means(value: Any) -> None:
    assert _ids_and_statuses(value) == {"1": "A fazer", "2": "Feito"}


def test_tickets_within_tickets_are_tickets_that_know_their_parent() -> None:
    inner = [{"id": "1.1", "name": "Write notes", "done": True, "children": []}]
    rows = [{"id": "1", "name": "Release it", "done": False, "children": inner}]
    assert [(ticket.id, ticket.parent) for ticket in _tickets({"tasks": rows})] == [("1", None), ("1.1", "1")]
    steps = [{"id": "1", "name": "Release it", "done": False, "steps": [{"id": "1", "name": "Write", "done": True}]}]
    assert len(_tickets({"tasks": steps})) == 1  # numbers that are no ids of their own


def test_a_ticket_in_several_lists_is_one() -> None:
    one, other = ({"id": number, "title": f"Number {number}", "status": "open"} for number in (1, 2))
    assert _ids_and_statuses({"mine": [one], "recent": [one, other], "watched": [other]}) == {"1": "open", "2": "open"}


@pytest.mark.parametrize(
    "text",
    [
        '{"columns": ["todo", "done"], "cards": []}',
        "data: []\nsuccess: true",
        "data:\n  query: x\n  tasks: []",
        '{"lanes": {"todo": [], "done": []}}',
    ],
)
def test_an_empty_board_and_an_empty_list_in_yaml_are_no_tickets(text: str) -> None:
    assert not read_rows(CallToolResult((ContentBlock("text", text),))).rows


@pytest.mark.parametrize(
    "text",
    [
        "【单号】GD-1\n【标题】打印机坏了\n【状态】open\n\n【单号】GD-2\n【标题】重置密码\n【状态】done",
        "<table><tr><th>No</th><th>Subject</th><th>State</th></tr>{}</table>".format(
            "".join(
                f"<tr><td>{n}</td><td>Printer {n}</td><td>{state}</td></tr>" for n, state in ((7, "open"), (8, "done"))
            )
        ),
        "## 📥 Open (1)\n- **К-1** Сломался принтер — Иван Петров\n\n## ✅ Done (1)\n- **К-2** Пароль — Анна Смирнова",
    ],
)
def test_labels_in_brackets_tables_of_pages_and_sections_with_signs_are_read(text: str) -> None:
    assert [ticket.status.casefold() for ticket in _tickets(text)] == ["open", "done"]
    assert all(ticket.id and "—" not in ticket.title and "【" not in ticket.title for ticket in _tickets(text))


def test_a_list_that_is_called_like_tickets_is_not_joined_with_another() -> None:
    sprints = [{"id": number, "name": f"Sprint {number}", "state": "closed"} for number in range(1, 9)]
    items = [{"id": 101, "name": "Fix the printer queue", "state": "open"}]
    assert _ids_and_statuses({"sprints": sprints, "items": items}) == {"101": "open"}


def test_the_last_line_alone_is_read_like_those_before() -> None:
    def answer(text: str) -> CallToolResult:
        return CallToolResult((ContentBlock("text", text),))

    learned = learn(answer("* 1 | Printer is offline | open\n* 2 | Totals differ | done\nnext: tok2"))
    assert learned is not None
    assert learned.paging.next_cursor == "tok2"
    assert [(ticket.title, ticket.status) for ticket in learned.read(answer("* 3 | Paper is out | open")).tickets] == [
        ("Paper is out", "open")
    ]


def test_links_to_tickets_are_tickets() -> None:
    links = [
        {"type": "resource_link", "uri": f"tickets://{name}", "name": name, "title": title}
        for name, title in (("RL-1", "Printer is offline"), ("RL-2", "Totals differ"))
    ]
    learned = learn(CallToolResult(tuple(ContentBlock("resource_link", raw=link) for link in links)))
    assert learned is not None
    assert [(ticket.id, ticket.title) for ticket in learned.tickets] == [
        ("RL-1", "Printer is offline"),
        ("RL-2", "Totals differ"),
    ]


def test_no_ticket_is_marked_for_what_its_tracker_has_not() -> None:
    rows = [{"id": f"T-{n}", "title": f"Printer {n} is offline", "assignee": "ada"} for n in (1, 2, 3)]
    learned = learn(CallToolResult((ContentBlock("text", json.dumps(rows)),)))
    assert learned is not None
    assert {ticket.problems for ticket in learned.tickets} == {()}
    told = learn(
        CallToolResult((ContentBlock("text", json.dumps([*rows, {**rows[0], "id": "T-4", "status": "open"}])),))
    )
    assert told is not None
    assert [ticket.problems for ticket in told.tickets] == [("no status",)] * 3 + [()]


def test_links_without_titles_are_no_tickets() -> None:
    links = [
        {"type": "resource_link", "uri": f"demo://text/{n}", "name": f"Text {n}", "description": "A plain text"}
        for n in (1, 2, 3)
    ]
    assert learn(CallToolResult(tuple(ContentBlock("resource_link", raw=link) for link in links))) is None


def test_a_ticket_is_no_word_for_the_id_that_its_part_names() -> None:
    rows = [
        {"id": "abc", "title": "Release it", "status": "open", "parent_id": None, "owner_id": "xyz"},
        {"id": "xyz", "title": "Write notes", "status": "open", "parent_id": "abc", "owner_id": "abc"},
    ]
    found = _tickets({"tasks": rows})
    assert [(ticket.parent, ticket.assignee) for ticket in found] == [(None, None), ("abc", None)]
