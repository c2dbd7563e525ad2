"""The tickets that a new database begins with.

Invariant: their dates keep their distances to one another, and end at the moment of the first start, so that "created
in the last 30 days" always finds some.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_app.local_tracker.moments import stored_form
from tui_app.local_tracker.writing import TABLES, put_ticket

if TYPE_CHECKING:
    from sqlite3 import Connection

SAMPLE_FILE = Path(__file__).parent / "data" / "sample.jsonl"
"""Written by `tui_app.local_tracker.sample_generator`; its first line says when it ends and who is looking at it."""

_TIMES = ("created_at", "updated_at")


def load_sample(connection: Connection, now: datetime | None = None) -> None:
    """Put the sample into an empty database, as if it had been kept up to ``now`` (default the current time)."""
    header, *tickets = map(json.loads, SAMPLE_FILE.read_text(encoding="utf-8").splitlines())
    shift = (now or datetime.now(UTC)) - datetime.fromisoformat(header["now"])
    connection.execute("BEGIN IMMEDIATE")
    for ticket in tickets:
        put_ticket(connection, _shifted(ticket, shift))
    connection.executemany("INSERT INTO facts VALUES (?, ?)", [("user", header["user"]), ("sample", "yes")])
    connection.execute("COMMIT")
    connection.execute("ANALYZE")


def remove_sample(connection: Connection) -> bool:
    """Empty a database that holds the sample and nothing else; returns whether it did."""
    if connection.execute("SELECT value FROM facts WHERE name = 'sample'").fetchone() is None:
        return False
    for table in ("facts", *TABLES):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("INSERT INTO search (search) VALUES ('delete-all')")
    return True


def _shifted(record: Any, shift: timedelta) -> Any:
    if isinstance(record, list):
        return [_shifted(item, shift) for item in record]
    if not isinstance(record, dict):
        return record
    return {
        name: stored_form(datetime.fromisoformat(value) + shift) if name in _TIMES else _shifted(value, shift)
        for name, value in record.items()
    }
