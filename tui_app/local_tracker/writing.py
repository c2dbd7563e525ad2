"""Puts tickets into the database and changes them: the one place that writes.

Invariants: tables and full-text index change together, inside the caller's transaction; every change raises the
ticket's version by one and leaves a revision that says what was changed by whom. Putting the same record twice changes
nothing the second time.
"""

from __future__ import annotations

import json
import re
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypedDict

from tui_app.local_tracker.filters import searchable
from tui_app.tickets.fields import TICKET_FIELDS, FieldKind
from tui_app.tickets.vocabulary import urgency

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
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


TicketRecord: TypeAlias = "Mapping[str, Any]"
"""A ticket as it is written: text for each of a row's fields (times as in `schema`), lists for labels and `LISTS`, a
mapping for ``extra``.

Every ticket has the required fields; another field that is absent is left as the database has it.
"""


class StoredTicket(NamedTuple):
    """A ticket as the database has it. ``values`` has every key of a `TicketRecord`."""

    number: int
    version: int
    values: dict[str, Any]


class Revision(NamedTuple):
    """One change of a ticket, which led to ``version``. ``changed_at`` is empty for an import."""

    version: int
    author: str
    changed_at: str
    fields: str


class WriteOutcome(Enum):
    """What putting a record did."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


_COLUMNS = tuple(
    field.name for field in TICKET_FIELDS if field.exported and field.kind not in (FieldKind.LABELS, FieldKind.TEXT)
)
"""The columns of ``tickets`` that hold a field as it is; labels and the description have tables of their own."""

LISTS = {
    "comments": ("author", "created_at", "body"),
    "history": ("author", "created_at", "field", "before", "after"),
    "attachments": ("name", "url", "size"),
}
TABLES = ("tickets", "texts", "labels", "extras", *LISTS)
"""Every table that holds a part of a ticket."""

COMMENTED = "comments"
"""What the revision of an added comment says."""
CREATED = "created"
"""What the first revision of a ticket says that was created here; imported ones and the sample's have none."""
_IMPORT = "an import"
UNKNOWN_STATUS = "unknown"
"""The status of an imported ticket whose file does not say it."""

_FIND = (
    f"SELECT number, version, {', '.join(_COLUMNS)}, description FROM tickets JOIN texts USING (number) WHERE id = ?"
)
_INSERT = (
    f"INSERT OR REPLACE INTO tickets (number, version, {', '.join(_COLUMNS)}, id_order, urgency)"
    f" VALUES ({', '.join('?' * (len(_COLUMNS) + 4))})"
)
_INSERT_LISTED = {
    table: f"INSERT INTO {table} (number, position, {', '.join(names)}) VALUES (?, ?, {', '.join('?' * len(names))})"
    for table, names in LISTS.items()
}
_SELECT_LISTED = {
    table: f"SELECT {', '.join(names)} FROM {table} WHERE number = ? ORDER BY position"
    for table, names in LISTS.items()
}
_DIGITS = re.compile(r"\d+")
_NUMBER_WIDTH = 12  # digits; no tracker counts further


def put_ticket(connection: Connection, record: TicketRecord) -> WriteOutcome:
    """Write one ticket of a file, in the transaction that the caller opened."""
    ticket = find_ticket(connection, record["id"])
    if ticket is None:
        _insert(connection, None, 1, {**_EMPTY, "status": UNKNOWN_STATUS, **record})
        return WriteOutcome.ADDED
    stored = ticket.values
    labels = sorted(set(record.get("labels", stored["labels"])))
    wanted = {**stored, **record, "labels": labels, "extra": {**stored["extra"], **record.get("extra", {})}}
    if wanted == stored:
        return WriteOutcome.UNCHANGED
    remove_ticket(connection, ticket)
    _insert(connection, ticket.number, ticket.version + 1, wanted)
    changed = [name for name, value in wanted.items() if value != stored[name]]
    _note_revision(connection, ticket.number, Revision(ticket.version + 1, _IMPORT, "", ", ".join(changed)))
    return WriteOutcome.UPDATED


def create_ticket(connection: Connection, record: TicketRecord, author: str) -> int:
    """Write a ticket that is not there yet, in the caller's transaction; returns its number in the database."""
    number = _insert(connection, None, 1, {**_EMPTY, **record})
    _note_revision(connection, number, Revision(1, author, record["created_at"], CREATED))
    return number


def add_comment(connection: Connection, ticket: StoredTicket, comment: CommentRecord) -> None:
    """Append a comment, in the caller's transaction."""
    _append(connection, ticket.number, "comments", [comment])
    _index_again(connection, ticket, {**ticket.values, "comments": [*ticket.values["comments"], comment]})
    _raise_version(connection, ticket, comment["author"], comment["created_at"], [COMMENTED])


def change_fields(
    connection: Connection, ticket: StoredTicket, fields: Mapping[str, Any], author: str, moment: str
) -> bool:
    """Give fields new values (text, or the whole list of labels), in the caller's transaction.

    One row of history for each field whose value differs. Returns whether one did.
    """
    stored = ticket.values
    changed = {name: value for name, value in fields.items() if value != stored[name]}
    if not changed:
        return False
    for name, value in changed.items():
        _set_field(connection, ticket.number, name, value)
    rows = [
        ChangeRecord(author=author, created_at=moment, field=name, before=_line(stored[name]), after=_line(value))
        for name, value in changed.items()
    ]
    _append(connection, ticket.number, "history", rows)
    _index_again(connection, ticket, {**stored, **changed})
    _raise_version(connection, ticket, author, moment, changed)
    return True


def revisions_since(connection: Connection, ticket: StoredTicket, version: int) -> list[Revision]:
    """The changes after ``version``, oldest first."""
    query = (
        "SELECT version, author, changed_at, fields FROM revisions WHERE number = ? AND version > ? ORDER BY version"
    )
    return [Revision(*row) for row in connection.execute(query, (ticket.number, version))]


def _line(value: Any) -> str:
    """A field's value as history keeps it."""
    return value if isinstance(value, str) else ", ".join(value)


def _set_field(connection: Connection, number: int, name: str, value: Any) -> None:
    if name == "labels":
        connection.execute("DELETE FROM labels WHERE number = ?", (number,))
        connection.executemany("INSERT INTO labels VALUES (?, ?)", [(number, label) for label in value])
    elif name == "description":
        connection.execute("UPDATE texts SET description = ? WHERE number = ?", (value, number))
    else:
        connection.execute(f"UPDATE tickets SET {name} = ? WHERE number = ?", (value, number))
    if name == "priority":
        connection.execute("UPDATE tickets SET urgency = ? WHERE number = ?", (urgency(value), number))


def _append(connection: Connection, number: int, table: str, records: Iterable[Mapping[str, Any]]) -> None:
    query = f"SELECT coalesce(max(position) + 1, 0) FROM {table} WHERE number = ?"
    first = connection.execute(query, (number,)).fetchone()[0]
    rows = [(number, first + index, *(record[name] for name in LISTS[table])) for index, record in enumerate(records)]
    connection.executemany(_INSERT_LISTED[table], rows)


def _index_again(connection: Connection, ticket: StoredTicket, wanted: dict[str, Any]) -> None:
    before, after = _words_of(ticket.values), _words_of(wanted)
    if before != after:
        _unindex(connection, ticket.number, before)
        connection.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (ticket.number, after))


def _unindex(connection: Connection, number: int, words: str) -> None:
    connection.execute("INSERT INTO search (search, rowid, words) VALUES ('delete', ?, ?)", (number, words))


def _raise_version(
    connection: Connection, ticket: StoredTicket, author: str, moment: str, changed: Iterable[str]
) -> None:
    version = ticket.version + 1
    query = "UPDATE tickets SET version = ?, updated_at = ? WHERE number = ?"
    connection.execute(query, (version, moment, ticket.number))
    _note_revision(connection, ticket.number, Revision(version, author, moment, ", ".join(changed)))


def _note_revision(connection: Connection, number: int, revision: Revision) -> None:
    connection.execute("INSERT INTO revisions VALUES (?, ?, ?, ?, ?)", (number, *revision))


_EMPTY: dict[str, Any] = {
    **dict.fromkeys((*_COLUMNS, "description"), ""),
    "labels": [],
    "extra": {},
    **dict.fromkeys(LISTS, ()),
}


def find_ticket(connection: Connection, ticket_id: str) -> StoredTicket | None:
    """The ticket with this very id; None where there is none."""
    row = connection.execute(_FIND, (ticket_id,)).fetchone()
    if row is None:
        return None
    number, version, *columns = row
    stored = dict(zip((*_COLUMNS, "description"), columns, strict=True))
    labels = connection.execute("SELECT label FROM labels WHERE number = ? ORDER BY label", (number,))
    stored["labels"] = [label for (label,) in labels]
    extra = connection.execute("SELECT fields FROM extras WHERE number = ?", (number,)).fetchone()
    stored["extra"] = json.loads(extra[0]) if extra else {}
    for table, names in LISTS.items():
        listed = connection.execute(_SELECT_LISTED[table], (number,))
        stored[table] = [dict(zip(names, values, strict=True)) for values in listed]
    return StoredTicket(number, version, stored)


def remove_ticket(connection: Connection, ticket: StoredTicket) -> None:
    """Take a ticket out of every table but its revisions, in the caller's transaction."""
    _unindex(connection, ticket.number, _words_of(ticket.values))
    for table in TABLES:
        connection.execute(f"DELETE FROM {table} WHERE number = ?", (ticket.number,))


def _insert(connection: Connection, known_number: int | None, version: int, ticket: dict[str, Any]) -> int:
    values = [ticket[name] for name in _COLUMNS]
    ranks = (id_order(ticket["id"]), urgency(ticket["priority"]))
    cursor = connection.execute(_INSERT, (known_number, version, *values, *ranks))
    number = known_number or int(cursor.lastrowid or 0)
    connection.execute("INSERT INTO texts VALUES (?, ?)", (number, ticket["description"]))
    if ticket["extra"]:
        extra = json.dumps(ticket["extra"], ensure_ascii=False)
        connection.execute("INSERT INTO extras VALUES (?, ?)", (number, extra))
    labels = sorted(set(ticket["labels"]))
    if labels:
        connection.executemany("INSERT INTO labels VALUES (?, ?)", [(number, label) for label in labels])
    for table, names in LISTS.items():
        if ticket[table]:
            rows = [
                (number, position, *(listed[name] for name in names)) for position, listed in enumerate(ticket[table])
            ]
            connection.executemany(_INSERT_LISTED[table], rows)
    connection.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (number, _words_of(ticket)))
    return number


def _words_of(ticket: dict[str, Any]) -> str:
    bodies = [comment["body"] for comment in ticket["comments"]]
    labels = sorted(set(ticket["labels"]))
    return searchable(ticket["id"], ticket["title"], *labels, ticket["description"], *bodies)


def id_order(ticket_id: str) -> str:
    """``ticket_id`` with its numbers padded, so that text order is the order that people mean."""
    return _DIGITS.sub(lambda match: match[0].zfill(_NUMBER_WIDTH), ticket_id)
