"""The tools over an open database: three that read, three that change a ticket.

Invariants: every answer is one JSON document that fits its tool's output schema; a change is one transaction, which
nobody else writes in, and a refused one changes nothing.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tui_app.local_tracker.changing import CHANGES, change_ticket
from tui_app.local_tracker.checked_arguments import ToolError, checked
from tui_app.local_tracker.store import (
    Store,
    UnusableDatabaseError,
    is_busy,
    is_damage,
    open_store,
    replace_damaged,
)
from tui_app.local_tracker.stored_values import USER_VARIABLE, StoredValues
from tui_app.local_tracker.ticket_search import TICKET_JSON, known_id, search_tickets
from tui_app.local_tracker.tool_schemas import INPUT_SCHEMAS
from tui_app.tickets.criterion import VALUE_CRITERIA

if TYPE_CHECKING:
    from pathlib import Path

    from tui_app.tickets.clock import Clock

_WHOLE_TICKET_JSON = f"""json_set({TICKET_JSON},
    '$.comments', (SELECT json_group_array(json_object(
        'author', nullif(author, ''), 'created_at', nullif(created_at, ''), 'body', body))
        FROM (SELECT * FROM comments WHERE comments.number = tickets.number ORDER BY position)),
    '$.history', (SELECT json_group_array(json_object(
        'author', nullif(author, ''), 'created_at', nullif(created_at, ''), 'field', field,
        'before', nullif(before, ''), 'after', nullif(after, '')))
        FROM (SELECT * FROM history WHERE history.number = tickets.number ORDER BY position)),
    '$.attachments', (SELECT json_group_array(json_object('name', name, 'url', nullif(url, ''), 'size', size))
        FROM (SELECT * FROM attachments WHERE attachments.number = tickets.number ORDER BY position)))"""


class Tools:
    """The tools over the database at ``path``, which is opened (and at first made) by the first call."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._opened: tuple[Store, StoredValues] | None = None

    def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """The answer of a tool of `TOOLS`, as JSON text.

        Raises:
            ArgumentError: an argument is wrong.
            ToolError: there is no such ticket, the database cannot be read or written, or somebody was first.
        """
        given = checked(INPUT_SCHEMAS[name], arguments)
        changes = name in CHANGES
        try:
            store, known = self._opened or self._open(open_store(self._path, self._clock))
            if changes:
                ticket_id = change_ticket(name, store, known, given, self._clock.now())
                return _whole_ticket(store.connection, ticket_id)
            return _ANSWERS[name](store, known, given)
        except UnusableDatabaseError as error:
            raise ToolError(f"{error} {error.hint}") from error
        except sqlite3.Error as error:
            raise ToolError(self._explained(error, "changed" if changes else "read")) from error

    def close(self) -> None:
        """Close the database."""
        if self._opened:
            self._opened[0].connection.close()
            self._opened = None

    def _open(self, store: Store) -> tuple[Store, StoredValues]:
        known = StoredValues(store.connection, os.environ.get(USER_VARIABLE) or _user_of(store.connection))
        for notice in store.notices:
            sys.stderr.write(f"{notice}\n")
        self._opened = store, known
        return self._opened

    def _explained(self, error: sqlite3.Error, verb: str) -> str:
        if is_busy(error):
            return f"The database {self._path} is being written by another program. Nothing was {verb}; try again soon."
        if not is_damage(error):
            return f"The database {self._path} cannot be {verb}: {error}."
        self.close()
        store = replace_damaged(self._path, self._clock)
        self._open(store)
        return f"{' '.join(store.notices)} Please ask again."


def _search_tickets(store: Store, known: StoredValues, arguments: Mapping[str, Any]) -> str:
    with _one_moment(store.connection):
        page = search_tickets(store.connection, known, arguments)
    warnings = [*store.notices, *page.warnings]
    store.notices.clear()  # once is enough
    rest = json.dumps({"total": page.total, "next_cursor": page.next_cursor, "warnings": warnings}, ensure_ascii=False)
    return f'{{"tickets": [{",".join(page.tickets)}], {rest[1:]}'


def _get_ticket(store: Store, _known: StoredValues, arguments: Mapping[str, Any]) -> str:
    return _whole_ticket(store.connection, known_id(store.connection, arguments["id"]))


def _whole_ticket(connection: sqlite3.Connection, ticket_id: str) -> str:
    query = f"SELECT {_WHOLE_TICKET_JSON} FROM tickets JOIN texts USING (number) WHERE id = ?"
    return str(connection.execute(query, (ticket_id,)).fetchone()[0])


def _list_values(_store: Store, known: StoredValues, _arguments: Mapping[str, Any]) -> str:
    values: dict[str, Any] = {field: known.of(field) for field in VALUE_CRITERIA}
    return json.dumps({**values, "me": known.user or None}, ensure_ascii=False)


_ANSWERS: Mapping[str, Callable[[Store, StoredValues, Mapping[str, Any]], str]] = {
    "search_tickets": _search_tickets,
    "get_ticket": _get_ticket,
    "list_values": _list_values,
}


@contextmanager
def _one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the block in one read transaction, so that an import cannot tear a page."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("COMMIT")


def _user_of(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT value FROM facts WHERE name = 'user'").fetchone()
    return str(row[0]) if row else ""
