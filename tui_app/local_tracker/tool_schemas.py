"""What the tools take and answer, in JSON Schema: tools/list tells it, and arguments are checked against it."""

from __future__ import annotations

from typing import Any

from tui_app.local_tracker.moments import DATE_FORMS
from tui_app.local_tracker.search import DEFAULT_PAGE, DEFAULT_SORT, LARGEST_PAGE, SORT_COLUMNS
from tui_app.local_tracker.values import FIELDS

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

INPUT_SCHEMAS: dict[str, Any] = {tool["name"]: tool["inputSchema"] for tool in TOOLS}
"""Tool to the schema of its arguments."""
