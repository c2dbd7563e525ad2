"""The three tools over an open database. All of them only read.

Invariant: every answer is one JSON document that fits its tool's output schema.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tui_app.local_tracker.arguments import checked
from tui_app.local_tracker.search import TICKET_JSON, search_tickets
from tui_app.local_tracker.store import NewerDatabaseError, Store, is_damage, open_store, replace_damaged
from tui_app.local_tracker.tool_schemas import INPUT_SCHEMAS
from tui_app.local_tracker.values import FIELDS, USER_VARIABLE, KnownValues

if TYPE_CHECKING:
    from pathlib import Path

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


class ToolError(Exception):
    """The tool cannot answer. The message says why, for the user."""


class Tools:
    """The tools over the database at ``path``, which is opened (and at first made) by the first call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: tuple[Store, KnownValues] | None = None

    def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """The answer of a tool of `TOOLS`, as JSON text.

        Raises:
            ArgumentError: an argument is wrong.
            ToolError: there is no such ticket, or the database cannot be read.
        """
        given = checked(INPUT_SCHEMAS[name], arguments)
        try:
            store, known = self._opened or self._open(open_store(self._path))
            return _ANSWERS[name](store, known, given)
        except NewerDatabaseError as error:
            raise ToolError(f"{error} Update ticketdeck, or move the file away.") from error
        except sqlite3.Error as error:
            raise ToolError(self._explained(error)) from error

    def close(self) -> None:
        """Close the database."""
        if self._opened:
            self._opened[0].connection.close()
            self._opened = None

    def _open(self, store: Store) -> tuple[Store, KnownValues]:
        known = KnownValues(store.connection, os.environ.get(USER_VARIABLE) or _user_of(store.connection))
        for notice in store.notices:
            sys.stderr.write(f"{notice}\n")
        self._opened = store, known
        return self._opened

    def _explained(self, error: sqlite3.Error) -> str:
        if not is_damage(error):
            return f"The database {self._path} cannot be read: {error}."
        self.close()
        store = replace_damaged(self._path)
        self._open(store)
        return f"{' '.join(store.notices)} Please ask again."


def _search_tickets(store: Store, known: KnownValues, arguments: Mapping[str, Any]) -> str:
    with _one_moment(store.connection):
        page = search_tickets(store.connection, known, arguments)
    warnings = [*store.notices, *page.warnings]
    store.notices.clear()  # once is enough
    rest = json.dumps({"total": page.total, "next_cursor": page.next_cursor, "warnings": warnings}, ensure_ascii=False)
    return f'{{"tickets": [{",".join(page.tickets)}], {rest[1:]}'


def _get_ticket(store: Store, _known: KnownValues, arguments: Mapping[str, Any]) -> str:
    wanted = arguments["id"].strip()
    query = f"SELECT {_WHOLE_TICKET_JSON} FROM tickets JOIN texts USING (number) WHERE id = ?"
    for spelling in (wanted, wanted.upper(), wanted.lower()):
        row = store.connection.execute(query, (spelling,)).fetchone()
        if row:
            return str(row[0])
    raise ToolError(f"id: there is no ticket {wanted!r}.")


def _list_values(_store: Store, known: KnownValues, _arguments: Mapping[str, Any]) -> str:
    values: dict[str, Any] = {field: known.of(field) for field in FIELDS}
    return json.dumps({**values, "me": known.user or None}, ensure_ascii=False)


_ANSWERS: Mapping[str, Callable[[Store, KnownValues, Mapping[str, Any]], str]] = {
    "search_tickets": _search_tickets,
    "get_ticket": _get_ticket,
    "list_values": _list_values,
}


@contextmanager
def _one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """What is read within belongs together, whatever an import commits meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("COMMIT")


def _user_of(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT value FROM facts WHERE name = 'user'").fetchone()
    return str(row[0]) if row else ""
