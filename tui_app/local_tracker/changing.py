"""Changes of tickets that the tools make: a comment, new values of fields, a new ticket.

Invariants: a change is one transaction, which nobody else writes in; a refused one changes nothing. What somebody else
changed since the ticket was read is not overwritten: the version that the caller read is compared first.
"""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_app.local_tracker.checked_arguments import ArgumentError, ToolError, utc_text
from tui_app.local_tracker.schema import stored_form
from tui_app.local_tracker.ticket_search import known_id
from tui_app.local_tracker.tool_schemas import FIRST_STATUS
from tui_app.local_tracker.writing import (
    COMMENTED,
    CommentRecord,
    StoredTicket,
    add_comment,
    change_fields,
    create_ticket,
    find_ticket,
    id_order,
    revisions_since,
)
from tui_app.tickets.criterion import VALUE_CRITERIA
from tui_app.tickets.fields import FIELDS_BY_NAME, TICKET_FIELDS, FieldKind
from tui_app.tickets.vocabulary import ME, UNASSIGNED, folded_words

if TYPE_CHECKING:
    from datetime import datetime
    from sqlite3 import Connection

    from tui_app.local_tracker.store import Store
    from tui_app.local_tracker.stored_values import StoredValues

_MOST_NAMED = 5  # revisions in a message


class _Change(NamedTuple):
    """What a change is made with. ``moment`` is now, as the database keeps times."""

    connection: Connection
    known: StoredValues
    author: str
    moment: str
    since: str
    """The oldest moment of which a create's request is remembered."""


_REMEMBERED = timedelta(days=1)


def change_ticket(name: str, store: Store, known: StoredValues, arguments: Mapping[str, Any], now: datetime) -> str:
    """Make the change of the tool ``name``, whole or not at all; returns the ticket's id.

    Raises:
        ArgumentError: a value is none that the field takes.
        ToolError: there is no such ticket, somebody was first, or the database only reads.
        sqlite3.Error: it cannot be written, now or at all.
    """
    if store.unwritable:
        raise ToolError(f"{store.unwritable} Nothing was changed.")
    connection = store.connection
    author = known.user or _login_name()
    change = _Change(connection, known, author, stored_form(now), stored_form(now - _REMEMBERED))
    connection.execute("PRAGMA synchronous = FULL")  # what was answered as done outlives a power cut
    connection.execute("BEGIN IMMEDIATE")
    try:
        ticket_id = CHANGES[name](change, arguments)
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return ticket_id


def _add_comment(change: _Change, arguments: Mapping[str, Any]) -> str:
    ticket = _ticket(change, arguments["id"])
    body = _text_that_says_something("body", arguments["body"])
    add_comment(change.connection, ticket, CommentRecord(author=change.author, created_at=change.moment, body=body))
    return str(ticket.values["id"])


def _update_ticket(change: _Change, arguments: Mapping[str, Any]) -> str:
    ticket = _ticket(change, arguments["id"])
    _refuse_older(change.connection, ticket, arguments["expected_version"])
    fields = _fields_of(change, arguments)
    if fields.get("parent"):
        _refuse_circle(change.connection, ticket.values["id"], fields["parent"])
    added, removed = (_labels(change, arguments.get(name, ())) for name in ("add_labels", "remove_labels"))
    if added & removed:
        raise ArgumentError(f"remove_labels: {', '.join(sorted(added & removed))} is to be added as well.")
    fields["labels"] = sorted({*ticket.values["labels"], *added} - removed)
    change_fields(change.connection, ticket, fields, change.author, change.moment)
    return str(ticket.values["id"])


def _create_ticket(change: _Change, arguments: Mapping[str, Any]) -> str:
    request = arguments.get("request_id", "")
    digest = hashlib.sha256(json.dumps(arguments, sort_keys=True).encode()).hexdigest()
    if request:
        created = _created_before(change, request, digest)
        if created:
            return created
    fields = _fields_of(change, {"status": FIRST_STATUS, **arguments})
    ticket_id = _next_id(change.connection, fields["project"])
    record = {
        **fields,
        "id": ticket_id,
        "labels": sorted(_labels(change, arguments.get("labels", ()))),
        "reporter": change.author,
        "created_at": change.moment,
        "updated_at": change.moment,
    }
    number = create_ticket(change.connection, record, change.author)
    if request:
        values = (request, number, digest, change.moment)
        change.connection.execute("INSERT INTO requests VALUES (?, ?, ?, ?)", values)
    return ticket_id


CHANGES: Mapping[str, Callable[[_Change, Mapping[str, Any]], str]] = {
    "add_comment": _add_comment,
    "update_ticket": _update_ticket,
    "create_ticket": _create_ticket,
}
"""Tool to what it does inside the transaction; it returns the ticket's id."""


def _ticket(change: _Change, typed: str) -> StoredTicket:
    ticket = find_ticket(change.connection, known_id(change.connection, typed))
    if ticket is None:  # its texts are missing
        raise ToolError(f"id: {typed!r} is not whole in the database.")
    return ticket


def _refuse_older(connection: Connection, ticket: StoredTicket, expected: int) -> None:
    """Raise where somebody else's change of a field would be overwritten unseen; a comment overwrites nothing."""
    since = revisions_since(connection, ticket, expected)
    if expected == ticket.version or (
        [revision.version for revision in since] == [*range(expected + 1, ticket.version + 1)]
        and {revision.fields for revision in since} == {COMMENTED}
    ):
        return
    named = [
        f"{revision.fields} by {revision.author}" + (f" at {revision.changed_at}" if revision.changed_at else "")
        for revision in since
        if revision.fields != COMMENTED
    ]
    what = f": {'; '.join(named[-_MOST_NAMED:])}" if named else ""
    raise ToolError(
        f"{ticket.values['id']} was changed meanwhile: version {expected}, now {ticket.version}{what}. "
        "Nothing was changed now. Read the ticket again."
    )


def _fields_of(change: _Change, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The values that ``arguments`` set, as the database keeps them; what is cleared is empty."""
    fields: dict[str, Any] = {}
    for field in TICKET_FIELDS:
        if not field.change or field.name not in arguments or field.kind is FieldKind.LABELS:
            continue
        value = arguments[field.name]
        fields[field.name] = "" if value is None else _value(change, field.name, value)
    if "status" in fields and not arguments.get("allow_new"):
        _refuse_unknown_status(change.known, fields["status"])
    return fields


def _value(change: _Change, name: str, text: str) -> str:
    kind = FIELDS_BY_NAME[name].kind
    if kind is FieldKind.TEXT:
        return _text_that_says_something(name, text)
    line = _text_that_says_something(name, text).strip()
    if len(line.splitlines()) > 1:
        raise ArgumentError(f"{name}: it has several lines. It takes one.")
    if kind is FieldKind.DUE:
        return utc_text(name, line)
    if kind is FieldKind.ID:
        return known_id(change.connection, line, name)
    if kind is FieldKind.PERSON and folded_words(line) in (ME, UNASSIGNED):
        return change.author if folded_words(line) == ME else ""
    return change.known.spelt(name, line) if name in VALUE_CRITERIA else line


def _text_that_says_something(name: str, text: str) -> str:
    if not text.strip() or "\0" in text:
        raise ArgumentError(f"{name}: {'it holds the character 0' if text.strip() else 'it says nothing'}.")
    return text


def _labels(change: _Change, labels: list[str]) -> set[str]:
    return {_value(change, "labels", label) for label in labels}


def _refuse_unknown_status(known: StoredValues, status: str) -> None:
    statuses = known.of("status")
    if status not in (*statuses, FIRST_STATUS):
        raise ArgumentError(
            f"status: no ticket has {status!r} yet. It can be: {', '.join(statuses)}; or a new one with allow_new."
        )


def _refuse_circle(connection: Connection, ticket_id: str, parent: str) -> None:
    seen = {ticket_id}
    above = parent
    while above:
        if above in seen:
            raise ArgumentError(f"parent: {ticket_id} would be a part of itself.")
        seen.add(above)
        row = connection.execute("SELECT parent FROM tickets WHERE id = ?", (above,)).fetchone()
        above = row[0] if row else ""


_NO_KEY = re.compile(r"[\s#]+")
_LAST_NUMBER = re.compile(r"\d+\Z")


def _next_id(connection: Connection, project: str) -> str:
    """The next id of the project, in the form of its latest ticket's; KEY-1 is a new project's first."""
    query = "SELECT id FROM tickets WHERE project = ? ORDER BY updated_at DESC LIMIT 1"
    latest = connection.execute(query, (project,)).fetchone()
    prefix = _NO_KEY.sub("-", project) + "-"
    if latest and _LAST_NUMBER.search(latest[0]):
        prefix = _LAST_NUMBER.sub("", latest[0])
    order = id_order(prefix)
    query = "SELECT id FROM tickets WHERE id_order >= ? AND id_order < ? ORDER BY id_order DESC"
    number = 1
    for (taken,) in connection.execute(query, (f"{order}0", f"{order}:")):
        digits = taken.removeprefix(prefix)
        if taken.startswith(prefix) and digits.isdecimal():
            number = int(digits) + 1
            break
    return f"{prefix}{number}"


def _created_before(change: _Change, request: str, digest: str) -> str:
    """The id of the ticket that this request created within the last day; empty where it did not."""
    change.connection.execute("DELETE FROM requests WHERE created_at < ?", (change.since,))
    query = "SELECT id, arguments FROM requests JOIN tickets USING (number) WHERE request_id = ?"
    row = change.connection.execute(query, (request,)).fetchone()
    if row and row[1] != digest:
        raise ArgumentError(f"request_id: another request of that name created {row[0]}.")
    return str(row[0]) if row else ""


def _login_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user without an entry
        return os.environ.get("USER", "") or f"user {os.getuid()}"
