"""Puts tickets into the database: the one place that writes.

Invariant: tables and full-text index change together, inside the caller's transaction. Putting the same record twice
changes nothing the second time.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any, TypedDict

from tui_app.local_tracker.words import searchable
from tui_app.tickets.sort_fields import SORT_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection


class CommentRecord(TypedDict):
    """One comment, oldest first in its list."""

    author: str
    created_at: str
    body: str


class ChangeRecord(TypedDict):
    """One change of a field, oldest first in its list."""

    author: str
    created_at: str
    field: str
    before: str
    after: str


class AttachmentRecord(TypedDict):
    """A file that hangs on a ticket; ``size`` in bytes, None where it is not known."""

    name: str
    url: str
    size: int | None


class RequiredFields(TypedDict):
    """What every ticket has."""

    id: str
    title: str
    status: str


class TicketRecord(RequiredFields, total=False):
    """A ticket as it is written; a field that is absent is left as the database has it. Times as in `schema`."""

    assignee: str
    reporter: str
    priority: str
    type: str
    project: str
    url: str
    created_at: str
    updated_at: str
    description: str
    labels: list[str]
    comments: list[CommentRecord]
    history: list[ChangeRecord]
    attachments: list[AttachmentRecord]


class Outcome(Enum):
    """What putting a record did."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


_COLUMNS = (*SORT_FIELDS, "url")
_LISTS = {
    "comments": ("author", "created_at", "body"),
    "history": ("author", "created_at", "field", "before", "after"),
    "attachments": ("name", "url", "size"),
}
TABLES = ("tickets", "texts", "labels", *_LISTS)
"""Every table that holds a part of a ticket."""

_FIND = f"SELECT number, {', '.join(_COLUMNS)}, description FROM tickets JOIN texts USING (number) WHERE id = ?"
_INSERT = (
    f"INSERT OR REPLACE INTO tickets (number, {', '.join(_COLUMNS)}, id_order, urgency)"
    f" VALUES ({', '.join('?' * (len(_COLUMNS) + 3))})"
)
_INSERT_LISTED = {
    table: f"INSERT INTO {table} (number, position, {', '.join(names)}) VALUES (?, ?, {', '.join('?' * len(names))})"
    for table, names in _LISTS.items()
}
_SELECT_LISTED = {
    table: f"SELECT {', '.join(names)} FROM {table} WHERE number = ? ORDER BY position"
    for table, names in _LISTS.items()
}
_DIGITS = re.compile(r"\d+")
_NUMBER_WIDTH = 12  # digits; no tracker counts further


def put_ticket(connection: Connection, record: TicketRecord) -> Outcome:
    """Write one ticket, in the transaction that the caller opened."""
    row = connection.execute(_FIND, (record["id"],)).fetchone()
    if row is None:
        _insert(connection, None, {**_EMPTY, **record})
        return Outcome.ADDED
    number, stored = row[0], _stored(connection, row)
    wanted = {**stored, **record, "labels": sorted(set(record.get("labels", stored["labels"])))}
    if wanted == stored:
        return Outcome.UNCHANGED
    _remove(connection, number, stored)
    _insert(connection, number, wanted)
    return Outcome.UPDATED


_EMPTY: dict[str, Any] = {**dict.fromkeys((*_COLUMNS, "description"), ""), "labels": [], **dict.fromkeys(_LISTS, ())}


def _stored(connection: Connection, row: tuple[Any, ...]) -> dict[str, Any]:
    number = row[0]
    stored = dict(zip((*_COLUMNS, "description"), row[1:], strict=True))
    labels = connection.execute("SELECT label FROM labels WHERE number = ? ORDER BY label", (number,))
    stored["labels"] = [label for (label,) in labels]
    for table, names in _LISTS.items():
        listed = connection.execute(_SELECT_LISTED[table], (number,))
        stored[table] = [dict(zip(names, values, strict=True)) for values in listed]
    return stored


def _remove(connection: Connection, number: int, stored: dict[str, Any]) -> None:
    connection.execute("INSERT INTO search (search, rowid, words) VALUES ('delete', ?, ?)", (number, _words_of(stored)))
    for table in TABLES:
        connection.execute(f"DELETE FROM {table} WHERE number = ?", (number,))


def _insert(connection: Connection, number: int | None, ticket: dict[str, Any]) -> None:
    values = [ticket[name] for name in _COLUMNS]
    ranks = (id_order(ticket["id"]), urgency(ticket["priority"]))
    number = connection.execute(_INSERT, (number, *values, *ranks)).lastrowid
    connection.execute("INSERT INTO texts VALUES (?, ?)", (number, ticket["description"]))
    labels = sorted(set(ticket["labels"]))
    if labels:
        connection.executemany("INSERT INTO labels VALUES (?, ?)", [(number, label) for label in labels])
    for table, names in _LISTS.items():
        if ticket[table]:
            rows = [
                (number, position, *(listed[name] for name in names)) for position, listed in enumerate(ticket[table])
            ]
            connection.executemany(_INSERT_LISTED[table], rows)
    connection.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (number, _words_of(ticket)))


def _words_of(ticket: dict[str, Any]) -> str:
    bodies = [comment["body"] for comment in ticket["comments"]]
    labels = sorted(set(ticket["labels"]))
    return searchable(ticket["id"], ticket["title"], *labels, ticket["description"], *bodies)


def id_order(ticket_id: str) -> str:
    """``ticket_id`` with its numbers padded, so that text order is the order that people mean."""
    return _DIGITS.sub(lambda match: match[0].zfill(_NUMBER_WIDTH), ticket_id)


_RANKS: tuple[tuple[str, ...], ...] = (
    ("blocker", "critical", "urgent", "immediate", "p0", "highest", "showstopper", "emergency", "1"),
    ("high", "p1", "important", "major", "2"),
    ("medium", "normal", "p2", "moderate", "3"),
    ("low", "p3", "minor", "4"),
    ("lowest", "p4", "trivial", "none", "someday", "5"),
)
_RANK_OF = {word: rank for rank, words in enumerate(_RANKS) for word in words}
_UNKNOWN_RANK = len(_RANKS)
_NO_PRIORITY_RANK = _UNKNOWN_RANK + 1


def urgency(priority: str) -> int:
    """The rank of a priority, 0 the most urgent; unknown words come after the known ones, none at all last."""
    if not priority:
        return _NO_PRIORITY_RANK
    return _RANK_OF.get(priority.casefold(), _UNKNOWN_RANK)


def by_urgency(priorities: Iterable[str]) -> list[str]:
    """Priorities, the most urgent first."""
    return sorted(priorities, key=lambda priority: (urgency(priority), priority))
