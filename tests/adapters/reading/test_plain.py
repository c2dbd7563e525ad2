"""The short way for rows that already look like tickets finds what the long way finds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from tui_app.adapters.reading import learn
from tui_app.adapters.reading.field_columns import Columns
from tui_app.adapters.reading.plain import plain_tickets, reads_plain
from tui_app.adapters.reading.ticket_from_row import iter_tickets, read_columns, ticket_from
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.ticket import Ticket

ROW: dict[str, Any] = {
    "id": "PAY-142",
    "title": "Printer offline",
    "status": "In Progress",
    "assignee": "Alice",
    "reporter": None,
    "priority": "",
    "type": "Bug",
    "project": "PAY",
    "labels": ["ui"],
    "created_at": "2026-11-02T08:00:00Z",
    "updated_at": None,
    "url": "https://tickets.example.com/browse/PAY-142",
    "description": "It is **off**.\n\n- really",
}
words = st.one_of(
    st.none(),
    st.sampled_from(
        ["", "Open", " x", "a | b", "a\nb", "#3", "unassigned", "h1. x", "<p>x</p>", "\x1b", "naïve ☕", "x "]
    ),
    st.text(max_size=12),
    st.integers(0, 9),
    st.booleans(),
)
dates = st.one_of(st.none(), st.sampled_from(["2026-11-02T08:00:00Z", "2026-11-02", "soon", 1793606400, ""]))
urls = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "https://x.example/browse/A-1",
            "https://x.example/browse/A-2",
            "https://x.example/api/v2/1",
            "https://x.example/browse/api",
            "x",
            "",
        ]
    ),
)
rows = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ("id", "title", "status", "assignee", "reporter", "priority", "type", "project", "description"), words
        ),
        "labels": st.one_of(words, st.lists(words, max_size=3)),
        "created_at": dates,
        "updated_at": dates,
        "url": urls,
        "other": words,
    },
)


def seen(ticket: Ticket) -> Ticket:
    """Without what is not shown: a plain row's id is all that a get tool needs."""
    return replace(ticket, lookup={}, extra=dict(ticket.extra))


def test_what_was_learnt_of_plain_rows_is_read_the_short_way_with_all_that_a_get_tool_may_ask_for() -> None:
    answer = CallToolResult(structured_content={"tickets": [ROW, {**ROW, "id": "PAY-143", "status": "Done"}]})
    reading = learn(answer)
    assert reading is not None
    (first, _), (long, _) = reading.read(answer).tickets, read_columns([ROW, ROW], reading.columns)
    assert seen(first) == seen(long)
    assert dict(first.lookup) == dict(long.lookup) == {"id": "PAY-142", "project": "PAY"}
    assert reads_plain(reading.columns)
    assert not reads_plain(Columns({**reading.columns.paths, "status": (("type",),)}))


def test_plain_rows_are_read_the_short_way() -> None:
    found = plain_tickets([ROW, {**ROW, "id": "PAY-143", "assignee": None, "description": None, "version": 7}])
    assert found is not None
    assert [type(ticket) for ticket in found] == [Ticket, Ticket]
    assert (found[0].id, found[1].id, found[1].assignee) == ("PAY-142", "PAY-143", None)
    assert seen(found[0]) == seen(ticket_from(ROW))


def test_a_ticket_made_the_short_way_cannot_be_changed_either() -> None:
    found = (plain_tickets([ROW]) or [])[0]
    with pytest.raises(AttributeError, match="immutable"):
        found.title = "x"  # type: ignore[misc]


@given(st.lists(rows, max_size=4))
@example([ROW, {**ROW, "labels": "ui,bug"}])
@example([ROW, {**ROW, "priority": 0}])
@example([ROW, {**ROW, "labels": [""]}])
@example([ROW, {**ROW, "title": "a\u202eb"}])
@example([ROW, {**ROW, "title": "\xa0a"}])
@example([ROW, {**ROW, "cut \ud83d": None}])
@example([ROW, {**ROW, "title": "cut \ud83d"}])
@example([ROW, {**ROW, "created_at": "2026-11-02T08:00:00+02:00"}, {**ROW, "created_at": "2026-11-02T08:00:00"}])
@example([ROW, {**ROW, "assignee": "Unassigned"}])
def test_both_ways_find_the_same(some: list[dict[str, Any]]) -> None:
    long_way = [seen(ticket_from(row)) for row in some]
    found = plain_tickets(some)
    assert found is None or list(map(seen, found)) == long_way
    assert list(map(seen, iter_tickets(some))) == long_way


def test_one_row_that_takes_a_closer_look_does_not_make_the_others_take_one(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[Any] = []

    def closer(rows: list[Any], *others: Any) -> list[Ticket]:
        looked_at.extend(rows)
        return read_columns(rows, *others)

    monkeypatch.setattr("tui_app.adapters.reading.ticket_from_row.read_columns", closer)
    odd = {**ROW, "severity": "high"}

    assert len(list(iter_tickets([ROW, odd, "no row", ROW]))) == 3
    assert looked_at == [odd]
