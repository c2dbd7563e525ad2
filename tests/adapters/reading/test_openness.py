"""Whether a ticket is closed is told by what the server says of its status, in whatever language the status is."""

from __future__ import annotations

from typing import Any

import pytest

from tui_app.adapters.reading import iter_tickets, ticket_from

UNKNOWN = "Zzyzx"
"""A status that no table of words knows."""


def _closed(**row: Any) -> bool | None:
    return ticket_from({"id": "A-1", "title": "Printer", **row}).is_closed


@pytest.mark.parametrize(
    ("status", "closed"),
    [
        ({"name": UNKNOWN, "statusCategory": {"id": 3, "key": "done", "colorName": "green", "name": "Fertig"}}, True),
        ({"name": UNKNOWN, "statusCategory": {"key": "indeterminate", "name": "In Arbeit"}}, False),
        ({"name": "Ready for release", "statusCategory": {"key": "new", "name": "To Do"}}, False),
        ({"name": "Done", "category": "In Progress"}, False),
        ({"name": UNKNOWN, "type": "completed"}, True),
        ({"name": UNKNOWN, "type": "canceled"}, True),
        ({"status": UNKNOWN, "type": "custom"}, None),
        ({"name": UNKNOWN, "group": "started"}, False),
        ({"id": 5, "name": "Resolved", "is_closed": False}, False),
        ({"id": 5, "name": UNKNOWN, "isClosed": True}, True),
        ({"key": "closed", "display": "Закрыт"}, True),
        ({"key": "inProgress", "display": UNKNOWN}, False),
        ({"name": UNKNOWN, "description": "The ticket is done and closed."}, None),
        ({"name": "Done", "statusCategory": {"key": "new", "name": "Done"}}, True),
    ],
)
def test_what_is_said_of_the_status_counts_before_its_word(status: dict[str, Any], closed: bool | None) -> None:
    assert _closed(status=status) is closed


@pytest.mark.parametrize(
    ("row", "closed"),
    [
        ({"status": UNKNOWN, "state_type": "closed"}, True),
        ({"state": UNKNOWN, "stateType": "started"}, False),
        ({"status": UNKNOWN, "status_category": "Done"}, True),
        ({"status": UNKNOWN, "completed": True}, True),
        ({"status": UNKNOWN, "completed": False}, False),
        ({"status": "In Progress", "isDone": True}, True),
        ({"status": "Done", "closed": False}, True),
        ({"status": UNKNOWN, "is_open": False}, True),
        ({"status": UNKNOWN, "statusIsFinal": True}, True),
        ({"status": UNKNOWN, "terminada": True}, True),
        ({"status": UNKNOWN, "closable": True}, None),
        ({"status": UNKNOWN, "closed_at": "2026-11-20T10:00:00Z"}, True),
        ({"status": UNKNOWN, "completedAt": None}, False),
        ({"status": UNKNOWN, "date_completed": "0"}, False),
        ({"status": "In Progress", "closed_on": "2026-11-20T10:00:00Z"}, False),
        ({"status": UNKNOWN, "resolution": {"name": "Fixed"}}, True),
        ({"status": UNKNOWN, "resolution": "Unresolved"}, None),
        ({"status": UNKNOWN, "resolution": None}, None),
        ({"status": UNKNOWN, "completed": 3}, None),
        ({"status": UNKNOWN}, None),
        ({"status": "Erledigt"}, True),
        ({"status": "open"}, False),
    ],
)
def test_a_row_says_it_by_a_column_of_its_own(row: dict[str, Any], closed: bool | None) -> None:
    assert _closed(**row) is closed


def test_rows_that_say_nothing_are_as_the_others_with_their_status() -> None:
    rows: list[Any] = [
        {"id": 1, "title": "One", "status": "Pronto", "closed_at": "2026-11-20T10:00:00Z"},
        {"id": 2, "title": "Two", "status": "Pronto", "closed_at": "2026-11-21T10:00:00Z"},
        {"id": 3, "title": "Three", "status": UNKNOWN, "closed_at": None},
    ]

    assert [ticket.is_closed for ticket in iter_tickets(rows)] == [True, True, False]
    mixed: list[Any] = [
        {"id": 1, "title": "One", "status": {"name": "A", "type": "done"}},
        {"id": 2, "title": "Two", "status": "A"},
    ]
    assert [ticket.is_closed for ticket in iter_tickets(mixed)] == [True, True]
