"""The tickets that a new database begins with.

Invariant: their dates keep their distances to one another, and end at the moment of the first start, so that "created
in the last 30 days" always finds some.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_app.local_tracker.schema import stored_form
from tui_app.local_tracker.writing import TABLES, find_ticket, put_ticket, remove_ticket
from tui_app.tickets.fields import FIELDS_BY_NAME, TIME_FIELDS, FieldKind

if TYPE_CHECKING:
    from sqlite3 import Connection

SAMPLE_FILE = Path(__file__).parent / "data" / "sample.jsonl"
"""Written by `tui_app.local_tracker.sample_generator`; its first line says when it ends and who is looking at it."""


def load_sample(connection: Connection, now: datetime) -> None:
    """Put the sample into an empty database, as if it had been kept up to ``now`` (aware)."""
    header, *tickets = map(json.loads, SAMPLE_FILE.read_text(encoding="utf-8").splitlines())
    shift = now - datetime.fromisoformat(header["now"])
    connection.execute("BEGIN IMMEDIATE")
    for ticket in tickets:
        put_ticket(connection, _shifted(ticket, shift))
    connection.executemany("INSERT INTO facts VALUES (?, ?)", [("user", header["user"]), ("sample", "yes")])
    connection.execute("COMMIT")
    connection.execute("ANALYZE")


def remove_sample(connection: Connection) -> bool:
    """Take the sample out of a database that began with it; returns whether there was one.

    What was changed or created since is somebody's work and stays.
    """
    if connection.execute("SELECT value FROM facts WHERE name = 'sample'").fetchone() is None:
        return False
    connection.execute("DELETE FROM facts")
    if connection.execute("SELECT number FROM revisions LIMIT 1").fetchone() is None:
        for table in TABLES:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("INSERT INTO search (search) VALUES ('delete-all')")
        return True
    untouched = connection.execute("SELECT id FROM tickets WHERE number NOT IN (SELECT number FROM revisions)")
    for (ticket_id,) in untouched.fetchall():
        ticket = find_ticket(connection, ticket_id)
        if ticket:
            remove_ticket(connection, ticket)
    return True


def _shifted(record: Any, shift: timedelta) -> Any:
    if isinstance(record, list):
        return [_shifted(item, shift) for item in record]
    if not isinstance(record, dict):
        return record
    return {name: _moved(name, value, shift) or _shifted(value, shift) for name, value in record.items()}


def _moved(name: str, value: Any, shift: timedelta) -> str | None:
    """A time of a ticket, a comment or a change, later by ``shift``; days stay days. None: it is something else."""
    if name not in TIME_FIELDS or not value:
        return None
    moment = datetime.fromisoformat(value) + shift
    if FIELDS_BY_NAME[name].kind is FieldKind.DUE:
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return stored_form(moment)
