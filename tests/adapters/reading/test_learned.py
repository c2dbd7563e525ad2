"""A server's answers are understood by what is in them, once, and read the same way from then on."""

from __future__ import annotations

from typing import Any

from tui_app.adapters.reading import learn, learned_from_json, tables
from tui_app.mcp_client.types import CallToolResult

ROWS = [{"id": "PAY-1", "title": "One", "status": "open"}, {"id": "PAY-2", "title": "Two", "status": "done"}]


def data(value: Any) -> CallToolResult:
    return CallToolResult(structured_content=value)


def test_what_was_learnt_from_one_answer_reads_the_next() -> None:
    learned = learn(data({"tickets": ROWS[:1]}))
    assert learned is not None
    again = learned_from_json(learned.to_json())
    assert again is not None
    read = again.read(data({"tickets": ROWS, "total": 9}))
    assert [ticket.id for ticket in read.tickets] == ["PAY-1", "PAY-2"]
    assert (read.total, read.more) == (9, True)


def test_nothing_is_learnt_from_an_answer_without_tickets() -> None:
    assert learn(data({"weather": "fine"})) is None
    assert learned_from_json({"fields": 3}) is None


def test_a_table_is_understood_by_what_its_columns_hold() -> None:
    rows = [
        {"zz": number, "yy": f"Something about printer {number} fails", "xx": state, "ww": person, "vv": when}
        for number, state, person, when in [
            (1, "offen", "Anna Berg", "2026-11-01"), (2, "zu", "Bo Lund", "2026-11-02"),
            (3, "offen", "Anna Berg", "2026-11-03"), (4, "zu", "Anna Berg", "2026-11-04"),
        ]
    ]  # fmt: skip
    learned = learn(data({"a": {"b": rows}}))
    assert learned is not None
    ticket = learned.tickets[1]
    assert (ticket.id, ticket.title, ticket.status) == ("2", "Something about printer 2 fails", "zu")
    assert ticket.assignee == "Bo Lund"
    assert "status" in learned.guessed
    assert learned.steps == ("a", "b", "*")


def test_where_too_many_rows_lack_a_title_it_is_learnt_anew() -> None:
    learned = learn(data({"tickets": ROWS}))
    assert learned is not None
    read = learned.read(data({"tickets": [{"id": "A-1", "subject": "Other", "state": "open"}] * 2}))
    assert [ticket.title for ticket in read.tickets] == ["Other", "Other"]


def test_what_the_rows_inherit_from_what_they_are_in_is_their_status() -> None:
    board = [
        {"name": "Todo", "cards": [{"id": 1, "title": "One"}]},
        {"name": "Done", "cards": [{"id": 2, "title": "Two"}]},
    ]
    learned = learn(data({"columns": board}))
    assert learned is not None
    assert [(t.id, t.status) for t in learned.tickets] == [("1", "Todo"), ("2", "Done")]


def test_the_tables_of_an_answer_name_places_too() -> None:
    (table, *_) = tables(data({"projects": [{"id": 7, "name": "Alpha"}, {"id": 8, "name": "Beta"}]}))
    assert [row["id"] for row in table.rows] == [7, 8]
    assert (table.fields["id"].column, table.fields["title"].column) == ("id", "name")


def test_a_date_that_can_be_read_in_two_ways_is_told() -> None:
    learned = learn(data([{"id": 1, "title": "One", "status": "open", "created": "02/03/2026"}]))
    assert learned is not None
    assert learned.tickets[0].created_at is None
    assert "02/03/2026" in learned.warnings[0]


def test_a_word_that_every_row_says_is_no_guess_at_a_status_or_a_priority_nor_is_a_line_that_counts() -> None:
    rows = [{"id": f"T-{n}", "title": f"Printer {n} fails again", "cover": {"size": "normal"}} for n in range(4)]
    learned = learn(data(rows))
    assert learned is not None
    assert not {"status", "priority"} & learned.fields.keys()
    learned = learn(data([{"name": "Found 4 tasks", "tasks": rows}]))
    assert learned is not None
    assert {ticket.status for ticket in learned.tickets} == {""}
