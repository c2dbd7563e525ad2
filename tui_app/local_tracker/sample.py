"""The tickets that a new database begins with.

Invariant: their dates keep their distances to one another, and end at the moment of the first start, so that "created
in the last 30 days" always finds some.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tui_app.local_tracker.moments import stored_form
from tui_app.local_tracker.writing import put_ticket

if TYPE_CHECKING:
    from sqlite3 import Connection

SAMPLE_FILE = os.path.join(os.path.dirname(__file__), "data", "sample.jsonl")
"""Written by `tui_app.local_tracker.sample_generator`; its first line says when it ends and who is looking at it."""


def load_sample(connection: Connection, now: datetime | None = None) -> None:
    """Put the sample into an empty database, as if it had been kept up to ``now`` (default the current time)."""
    with open(SAMPLE_FILE, encoding="utf-8") as file:
        header, *tickets = map(json.loads, file)
    shift = (now or datetime.now(UTC)) - datetime.fromisoformat(header["now"])
    connection.execute("BEGIN IMMEDIATE")
    for ticket in tickets:
        put_ticket(connection, _shifted(ticket, shift))
    connection.execute("INSERT INTO facts VALUES ('user', ?)", (header["user"],))
    connection.execute("COMMIT")
    connection.execute("ANALYZE")


def _shifted(record: Any, shift: timedelta) -> Any:
    if isinstance(record, list):
        return [_shifted(item, shift) for item in record]
    if not isinstance(record, dict):
        return record
    return {
        name: stored_form(datetime.fromisoformat(value) + shift) if name in _TIMES else _shifted(value, shift)
        for name, value in record.items()
    }


_TIMES = ("created_at", "updated_at")
