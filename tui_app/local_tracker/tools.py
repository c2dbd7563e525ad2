"""The three tools: their schemas, and what they answer. All of them only read.

Invariant: every answer is one JSON document that fits its tool's output schema.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from tui_app.local_tracker.arguments import ArgumentError, checked
from tui_app.local_tracker.moments import DATE_FORMS
from tui_app.local_tracker.search import (
    DEFAULT_PAGE,
    DEFAULT_SORT,
    LARGEST_PAGE,
    SORT_COLUMNS,
    TICKET_JSON,
    search_tickets,
)
from tui_app.local_tracker.values import FIELDS, KnownValues

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

USER_VARIABLE = "TICKETDECK_LOCAL_USER"
"""Environment variable with the name that ``assignee: me`` means; without it, the person the sample is seen by."""

_LONGEST_WORDS = 2000  # as in the program's own criteria
_MOST_VALUES = 100


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, "maxLength": _LONGEST_WORDS, **more}


def _texts(description: str) -> dict[str, Any]:
    items = {"type": "string", "minLength": 1, "maxLength": _LONGEST_WORDS}
    return {"type": "array", "items": items, "maxItems": _MOST_VALUES, "description": description}


def _nullable(kind: str) -> dict[str, Any]:
    return {"type": [kind, "null"]}


_TICKET_PROPERTIES: dict[str, Any] = {
    "id": {"type": "string"},
    "title": {"type": "string"},
    "status": {"type": "string"},
    **dict.fromkeys(("assignee", "reporter", "priority", "type", "project"), _nullable("string")),
    "labels": {"type": "array", "items": {"type": "string"}},
    "created_at": {**_nullable("string"), "description": "UTC, such as 2026-11-02T08:00:00Z"},
    "updated_at": {**_nullable("string"), "description": "UTC, such as 2026-11-02T08:00:00Z"},
    "url": _nullable("string"),
    "description": {**_nullable("string"), "description": "Markdown"},
}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _objects(**properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": _object(properties)}


_SEARCH: dict[str, Any] = {
    "name": "search_tickets",
    "title": "Search tickets",
    "description": (
        "Find tickets. All arguments narrow the search; without any, every ticket matches. Returns a page of tickets, "
        "the total number of matches, and a cursor for the next page."
    ),
    "inputSchema": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "text": _text(
                "Words that must all occur in the id, title, description, labels or comments; each may be the "
                'beginning of a word. "Quoted words" must occur as they stand.'
            ),
            "status": _texts("Any of these statuses."),
            "assignee": _text("A person's name or part of it, me, or unassigned."),
            "project": _text("The project's key."),
            "labels": _texts("All of these labels."),
            "priority": _text("The priority."),
            "created_after": _text(f"Created then or later: {DATE_FORMS} (UTC)."),
            "created_before": _text(f"Created earlier: {DATE_FORMS} (UTC)."),
            "updated_after": _text(f"Changed then or later: {DATE_FORMS} (UTC)."),
            "sort": {
                "type": "string",
                "enum": [sign + name for name in SORT_COLUMNS for sign in ("", "-")],
                "default": DEFAULT_SORT,
                "description": "The field to sort by; with - before it, descending. priority: the most urgent first.",
            },
            "max_results": {
                "type": "integer",
                "minimum": 1,
                "maximum": LARGEST_PAGE,
                "default": DEFAULT_PAGE,
                "description": "The most tickets in this page.",
            },
            "cursor": _text("next_cursor of the page before, with otherwise the same arguments."),
        },
    },
    "outputSchema": _object(
        {
            "tickets": {"type": "array", "items": _object(_TICKET_PROPERTIES)},
            "total": {"type": "integer", "minimum": 0},
            "next_cursor": _nullable("string"),
            "warnings": {"type": "array", "items": {"type": "string"}},
        }
    ),
}
_GET: dict[str, Any] = {
    "name": "get_ticket",
    "title": "Get a ticket",
    "description": "One whole ticket, with its comments, its history and the list of its attachments.",
    "inputSchema": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"id": _text("The ticket's id, such as PAY-142.", minLength=1)},
        "required": ["id"],
    },
    "outputSchema": _object(
        {
            **_TICKET_PROPERTIES,
            "comments": _objects(author=_nullable("string"), created_at=_nullable("string"), body={"type": "string"}),
            "history": _objects(
                author=_nullable("string"),
                created_at=_nullable("string"),
                field={"type": "string"},
                before=_nullable("string"),
                after=_nullable("string"),
            ),
            "attachments": _objects(name={"type": "string"}, url=_nullable("string"), size=_nullable("integer")),
        }
    ),
}
_LIST_VALUES: dict[str, Any] = {
    "name": "list_values",
    "title": "List values",
    "description": "The statuses, assignees, projects, labels and priorities that exist, and who me is.",
    "inputSchema": {"type": "object", "additionalProperties": False, "properties": {}},
    "outputSchema": _object(
        {
            **{field: {"type": "array", "items": {"type": "string"}} for field in FIELDS},
            "me": _nullable("string"),
        }
    ),
}
_READS_ONLY = {"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True, "openWorldHint": False}

TOOLS: tuple[dict[str, Any], ...] = tuple(
    {**tool, "annotations": {"title": tool["title"], **_READS_ONLY}} for tool in (_SEARCH, _GET, _LIST_VALUES)
)
"""The tools as tools/list tells them."""

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
    """The tools over one open database."""

    def __init__(self, connection: Connection, notices: tuple[str, ...] = ()) -> None:
        self._connection = connection
        self._notices = notices
        self._known = KnownValues(connection, os.environ.get(USER_VARIABLE) or _user_of(connection))

    def call(self, name: str, arguments: dict[str, Any]) -> str:
        """The answer of a tool of `TOOLS`, as JSON text.

        Raises:
            ArgumentError: an argument is wrong.
            ToolError: there is no such ticket.
        """
        schema = next(tool["inputSchema"] for tool in TOOLS if tool["name"] == name)
        answer: Callable[[dict[str, Any]], str] = getattr(self, f"_{name}")
        return answer(checked(schema, arguments))

    def _search_tickets(self, arguments: dict[str, Any]) -> str:
        page = search_tickets(self._connection, self._known, arguments)
        rest = json.dumps(
            {"total": page.total, "next_cursor": page.next_cursor, "warnings": [*self._notices, *page.warnings]},
            ensure_ascii=False,
        )
        return f'{{"tickets": [{",".join(page.tickets)}], {rest[1:]}'

    def _get_ticket(self, arguments: dict[str, Any]) -> str:
        wanted = arguments["id"].strip()
        query = f"SELECT {_WHOLE_TICKET_JSON} FROM tickets JOIN texts USING (number) WHERE id = ?"
        for spelling in (wanted, wanted.upper(), wanted.lower()):
            row = self._connection.execute(query, (spelling,)).fetchone()
            if row:
                return str(row[0])
        raise ToolError(f"id: there is no ticket {wanted!r}.")

    def _list_values(self, arguments: dict[str, Any]) -> str:  # noqa: ARG002
        values: dict[str, Any] = {field: self._known.of(field) for field in FIELDS}
        return json.dumps({**values, "me": self._known.user or None}, ensure_ascii=False)


def _user_of(connection: Connection) -> str:
    row = connection.execute("SELECT value FROM facts WHERE name = 'user'").fetchone()
    return str(row[0]) if row else ""


__all__ = ["TOOLS", "ArgumentError", "ToolError", "Tools"]
