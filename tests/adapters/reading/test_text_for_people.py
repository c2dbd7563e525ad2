"""Tickets are read from lists, headings, tables and labelled lines that were written for people."""

from __future__ import annotations

import pytest

from tui_app.adapters.reading import iter_tickets, read_record, read_rows, ticket_from
from tui_app.adapters.reading.text_rows import text_page, text_record
from tui_app.mcp_client.types import CallToolResult, ContentBlock
from tui_app.tickets.ticket import Ticket


def tickets(text: str) -> list[Ticket]:
    return list(iter_tickets(read_rows(CallToolResult((ContentBlock("text", text),))).rows))


def opened(text: str, identity: str = "PAY-1") -> Ticket:
    return ticket_from(read_record(CallToolResult((ContentBlock("text", text),)), identity))


@pytest.mark.parametrize(
    "line",
    [
        "PAY-1: Printer offline (open)",
        "- PAY-1: Printer offline (open)",
        "* [PAY-1] Printer offline [open]",
        "1. **PAY-1** - Printer offline (open)",
        "- [ ] PAY-1: Printer offline",
        "[open] PAY-1 - Printer offline",
        "• `PAY-1` Printer offline — open",
        "PAY-1 | Printer offline | [>] open",
        "PAY-1\tPrinter offline\topen",
        "### PAY-1: Printer offline [Open]",
        "- [PAY-1](https://x.example/browse/PAY-1): Printer offline (status: open)",
        "🔴 PAY-1: Printer offline - Status: open",
        "Issue PAY-1: Printer offline (open)",
    ],
)
def test_a_line_holds_a_ticket(line: str) -> None:
    (found,) = tickets(f"Found 1 issue:\n\n{line}\n")
    assert (found.id, found.title, found.status.lower()) == ("PAY-1", "Printer offline", "open")


@pytest.mark.parametrize(
    ("line", "identity"),
    [
        ("#12: Printer offline [closed]", "12"),
        ("- [x] #12: Printer offline", "12"),
        ("- acme/widgets#12 Printer offline (closed)", "acme/widgets#12"),
        ("1. Printer offline (ID: 7f3c) (closed)", "7f3c"),
        (
            "### Printer offline (ID: b6539476-c550-4516-85c4-380764d3bcdb) [closed]",
            "b6539476-c550-4516-85c4-380764d3bcdb",
        ),
    ],
)
def test_a_line_holds_an_id_of_another_kind(line: str, identity: str) -> None:
    (found,) = tickets(line)
    assert (found.id, found.title) == (identity, "Printer offline")
    assert found.status in ("closed", "done")


def test_what_stands_behind_the_title_is_told_apart() -> None:
    (found,) = tickets("ABC-1 | Login fails | [>] In Progress | Alice Smith | Medium | due Dec 1, 2026\n  some text")
    assert (found.status, found.assignee, found.priority) == ("In Progress", "Alice Smith", "Medium")
    assert found.description == "some text"


def test_marks_before_the_id_are_told_apart() -> None:
    (found,) = tickets("  [HIGH] [Bug] TASK-1 - Login fails")
    assert (found.id, found.priority, found.type, found.title) == ("TASK-1", "HIGH", "Bug", "Login fails")


def test_a_heading_over_a_list_is_the_status_of_what_follows() -> None:
    found = tickets("To Do:\n  [HIGH] TASK-1 - One\n  [LOW] TASK-2 - Two\n\nIn Progress (1):\n  [LOW] TASK-3 - Three")
    assert [ticket.status for ticket in found] == ["To Do", "To Do", "In Progress"]


def test_labelled_lines_under_a_line_belong_to_its_ticket() -> None:
    found = tickets(
        "ENG-1: Login fails\nStatus: In Progress\nURL: https://x.example/ENG-1\nAssignee: Alice\n\n"
        "ENG-2: Printer offline\nStatus: Done\nAssignee: Unassigned"
    )
    assert [(t.id, t.status, t.url, t.assignee) for t in found] == [
        ("ENG-1", "In Progress", "https://x.example/ENG-1", "Alice"),
        ("ENG-2", "Done", None, None),
    ]


def test_headings_whose_id_stands_below_are_tickets() -> None:
    found = tickets(
        "# Dashboard\n\n## Overview\n\n- **pending**: 2\n\n### Login fails\n\n**ID:** `aa-1`\n\n**Description:** It\n\n"
        "- step 1\n- step 2\n\n**Creation Time:** Sun Nov 22 2026 10:35:44 GMT+0000 (Coordinated Universal Time)\n\n"
        "### Printer offline\n\n**ID:** `aa-2`\n"
    )
    assert [(t.id, t.title) for t in found] == [("aa-1", "Login fails"), ("aa-2", "Printer offline")]
    assert found[0].description == "It\n\n- step 1\n- step 2"
    assert found[0].created_at is not None


def test_blocks_of_labelled_lines_are_tickets() -> None:
    found = tickets("ID: 1\nTitle: One\nStatus: open\n---\nID: 2\nTitle: Two\nStatus: done\nCreated: 2026-11-02\n")
    assert [(t.id, t.title, t.status) for t in found] == [("1", "One", "open"), ("2", "Two", "done")]


def test_a_table_holds_links_marks_and_escaped_bars() -> None:
    found = tickets(
        "| # | Title | State | Assignee |\n|--|:--|--|--|\n"
        "| [12](https://x.example/12) | **a \\| b** | open | |\n| 13 | c | closed | bob |\n"
    )
    assert [(t.id, t.title, t.status, t.assignee, t.url) for t in found] == [
        ("12", "a | b", "open", None, "https://x.example/12"),
        ("13", "c", "closed", "bob", None),
    ]


def test_a_check_list_without_ids_says_so() -> None:
    found = tickets("- [ ] Buy milk\n- [x] Pay rent")
    assert [(t.title, t.status, t.problems) for t in found] == [
        ("Buy milk", "open", ("no id",)),
        ("Pay rent", "done", ("no id",)),
    ]


def test_a_list_within_a_description_is_not_taken_for_tickets() -> None:
    found = tickets("- PAY-1: One\n  - Description: see\n    - PAY-8: not this\n    - PAY-9: nor this\n- PAY-2: Two\n")
    assert [ticket.id for ticket in found] == ["PAY-1", "PAY-2"]


def test_a_whole_ticket_is_read_with_its_parts() -> None:
    found = opened(
        "# PAY-1: Login fails\n\nBug | [>] In Progress | Medium | Alice Smith\nReporter: Bob Smith\n"
        "Labels: backend, ui\n"
        "Created Nov 2, 2026 | Updated Nov 20, 2026\n\nDescription:\nIt **fails**\n\n- step 1\n\nComments (2):\n\n"
        "[1/2] Bob Smith (Nov 3, 2026) — id 20001\nfirst\n\n[2/2] Alice (Nov 4, 2026)\nsecond\n"
    )
    assert (found.id, found.title, found.status, found.priority) == ("PAY-1", "Login fails", "In Progress", "Medium")
    assert (found.type, found.reporter, found.labels) == ("Bug", "Bob Smith", ("backend", "ui"))
    assert found.description == "It **fails**\n\n- step 1"
    assert [(c.author, c.body) for c in found.comments] == [("Bob Smith", "first"), ("Alice", "second")]


def test_underlined_sections_end_each_other() -> None:
    found = opened(
        "Task TASK-1 - Login fails\n==========\n\nStatus: ○ To Do\nAssignee: @alice\n"
        "Created: 2026-11-22 10:35 (UTC)\n\n"
        "Description:\n----------\nIt fails\n\nAcceptance Criteria:\n----------\nNone\n\n"
        "Comments:\n----------\n#1 - bob - 2026-11-22 10:35 (UTC)\nhello\n",
        "TASK-1",
    )
    assert (found.title, found.status, found.assignee) == ("Login fails", "To Do", "@alice")
    assert found.description == "It fails"
    assert [(c.author, c.body) for c in found.comments] == [("bob", "hello")]


def test_a_sentence_with_a_key_in_it_is_no_ticket() -> None:
    with pytest.raises(Exception, match="No tickets"):
        tickets("I could not decide what UTF-8 has to do with it.")


def test_tags_at_the_end_of_titles_are_labels() -> None:
    text = "- [ ] **#2** Login fails `#bug` `#urgent`\n- [x] **#1** Printer is offline #hardware\n"
    page = text_page(text)
    assert page is not None
    found = [
        (ticket.id, ticket.title, ticket.status, ticket.labels) for ticket in iter_tickets(page.rows, page.columns)
    ]
    assert found == [
        ("2", "Login fails", "open", ("bug", "urgent")),
        ("1", "Printer is offline", "done", ("hardware",)),
    ]


def test_the_box_of_a_ticket_shown_alone_is_its_status() -> None:
    record = text_record("- [x] **#6** Write release notes `#docs`\n  (No relationships)\n", "6")
    assert record is not None
    ticket = ticket_from(record)
    assert (ticket.title, ticket.status, ticket.labels) == ("Write release notes", "done", ("docs",))
