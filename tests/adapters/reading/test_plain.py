"""The short way for rows that already look like tickets finds what the long way finds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from tui_app.adapters.reading.fields import ticket_from
from tui_app.adapters.reading.plain import plain_ticket
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
urls = st.one_of(st.none(), st.sampled_from(["https://x.example/browse/A-1", "https://x.example/api/v2/1", "x", ""]))
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


def test_a_plain_row_is_read_the_short_way() -> None:
    found = plain_ticket(ROW)
    assert found is not None
    assert type(found) is Ticket
    assert seen(found) == seen(ticket_from(ROW))


def test_a_ticket_made_the_short_way_cannot_be_changed_either() -> None:
    found = plain_ticket(ROW)
    with pytest.raises(AttributeError, match="immutable"):
        found.title = "x"  # type: ignore[union-attr, misc]


@given(rows)
@example({**ROW, "labels": "ui,bug"})
@example({**ROW, "priority": 0})
@example({**ROW, "labels": [""]})
@example({**ROW, "title": "a\u202eb"})
@example({**ROW, "title": "\xa0a"})
@example({**ROW, "assignee": "Unassigned"})
def test_both_ways_find_the_same(row: dict[str, Any]) -> None:
    found = plain_ticket(row)
    assert found is None or seen(found) == seen(ticket_from(row))
