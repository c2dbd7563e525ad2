"""What the tools take and answer, in JSON Schema: tools/list tells it, and arguments are checked against it."""

from __future__ import annotations

from typing import Any

from tui_app.local_tracker.checked_arguments import DATE_ARGUMENT
from tui_app.local_tracker.ticket_search import DEFAULT_PAGE, DEFAULT_SORT, LARGEST_PAGE
from tui_app.tickets.criterion import CRITERIA, EXCLUDABLE_CRITERIA, VALUE_CRITERIA, Criterion, CriterionKind, Match
from tui_app.tickets.fields import (
    FIELDS_BY_NAME,
    REQUIRED_FIELDS,
    SORT_FIELDS,
    TICKET_FIELDS,
    TIME_KINDS,
    FieldKind,
    TicketField,
)
from tui_app.tickets.vocabulary import CLOSED, OPEN

_LONGEST_WORDS = 2000  # as in the program's own criteria
_LONGEST_TEXT = 500_000  # characters of a description or a comment: a line of requests holds it, escaped
_MOST_VALUES = 100
FIRST_STATUS = "open"
"""The status of a ticket that is created without one."""


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, "maxLength": _LONGEST_WORDS, **more}


def _texts(description: str) -> dict[str, Any]:
    items = {"type": "string", "minLength": 1, "maxLength": _LONGEST_WORDS}
    return {"type": "array", "items": items, "maxItems": _MOST_VALUES, "description": description}


def _nullable(kind: str) -> dict[str, Any]:
    return {"type": [kind, "null"]}


def _property(field: TicketField) -> dict[str, Any]:
    """The schema of a field in answers."""
    if field.kind is FieldKind.LABELS:
        return {"type": "array", "items": {"type": "string"}}
    schema = {"type": "string"} if field.name in REQUIRED_FIELDS else _nullable("string")
    described = {**dict.fromkeys(TIME_KINDS, "UTC, such as 2026-11-02T08:00:00Z"), FieldKind.TEXT: "Markdown"}
    return {**schema, "description": described[field.kind]} if field.kind in described else schema


_TICKET_PROPERTIES = {
    **{field.name: _property(field) for field in TICKET_FIELDS if field.exported},
    "version": {"type": "integer", "description": "Raised by every change; update_ticket takes it."},
}
_EXTRA = {"type": "object", "description": "What an imported file says besides; left out where there is nothing."}

_TAKES = {
    "text": (
        "Words that must all occur in the id, title, description, labels or comments; each may be the "
        'beginning of a word. "Quoted words" must occur as they stand.'
    ),
    "status": "Any of these statuses.",
    "openness": "open: what is not done yet, by the kind of its status; closed: what is.",
    "assignee": "People: names or parts of them, me, or unassigned.",
    "reporter": "People: names or parts of them, or me.",
    "project": "Any of the projects with these keys.",
    "labels": "All of these labels.",
}
"""Criterion to the description of its argument; others are described by their field."""


def _argument(criterion: Criterion) -> dict[str, Any]:
    """The schema of a criterion's argument."""
    if criterion.kind is CriterionKind.DATE:
        bound = "then or later" if criterion.match is Match.SINCE else "earlier"
        return _text(f"{FIELDS_BY_NAME[criterion.field].caption} {bound}: {DATE_ARGUMENT} (UTC).")
    if criterion.kind is CriterionKind.OPENNESS:
        return {"type": "string", "enum": [OPEN, CLOSED], "description": _TAKES[criterion.name]}
    if criterion.is_list:
        return _texts(_TAKES.get(criterion.name, f"Any of these values of {criterion.field}."))
    return _text(_TAKES[criterion.name])


def _exclusions() -> dict[str, Any]:
    """The schema of what a ticket must not have."""
    names = [criterion.name for criterion in CRITERIA if criterion.name in EXCLUDABLE_CRITERIA]
    properties = {name: _texts("None of these.") for name in names}
    described = "Criterion to values that a ticket must not have."
    return {"type": "object", "properties": properties, "additionalProperties": False, "description": described}


def _object(properties: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**properties, **optional},
        "required": list(properties),
        "additionalProperties": False,
    }


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
            **{criterion.name: _argument(criterion) for criterion in CRITERIA if criterion.match},
            "exclude": _exclusions(),
            "sort": {
                "type": "string",
                "enum": [sign + name for name in SORT_FIELDS for sign in ("", "-")],
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
            "tickets": {"type": "array", "items": _object(_TICKET_PROPERTIES, extra=_EXTRA)},
            "total": {"type": "integer", "minimum": 0},
            "next_cursor": _nullable("string"),
            "warnings": {"type": "array", "items": {"type": "string"}},
        }
    ),
}
_WHOLE_TICKET = _object(
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
    },
    extra=_EXTRA,
)
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
    "outputSchema": _WHOLE_TICKET,
}
_LIST_VALUES: dict[str, Any] = {
    "name": "list_values",
    "title": "List values",
    "description": "The statuses, assignees, projects, labels and priorities that exist, and who me is.",
    "inputSchema": {"type": "object", "additionalProperties": False, "properties": {}},
    "outputSchema": _object(
        {
            **{field: {"type": "array", "items": {"type": "string"}} for field in VALUE_CRITERIA},
            "me": _nullable("string"),
        }
    ),
}
_CHANGEABLE = {field.name: field for field in TICKET_FIELDS if field.change and field.exported}
_LINE: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": _LONGEST_WORDS}
_LONG_TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": _LONGEST_TEXT}
_SET = {
    "title": "The title, one line.",
    "status": "One of the statuses that list_values tells; another one only with allow_new.",
    "assignee": "Who works on it: a person's name, or 'me'.",
    "project": "The project's key.",
    "parent": "The id of the ticket that this one is a part of.",
    "due_at": f"By when it is to be done: {DATE_ARGUMENT} (UTC).",
    "description": "The whole description, Markdown.",
}
"""Field to what it takes; others are called by their caption."""


def _setting(field: TicketField, *, clears: bool) -> dict[str, Any]:
    """The schema of an argument that sets a field. ``clears``: null empties it, where a ticket can be without."""
    said = _SET.get(field.name, f"The {field.caption.lower()}.")
    form = _LONG_TEXT if field.kind is FieldKind.TEXT else _LINE
    if clears and field.name not in REQUIRED_FIELDS:
        return {**form, "type": ["string", "null"], "description": f"{said} null clears it."}
    return {**form, "description": said}


def _settings(*, clears: bool) -> dict[str, Any]:
    return {name: _setting(field, clears=clears) for name, field in _CHANGEABLE.items() if name != "labels"}


_ID = _text("The ticket's id, such as PAY-142.", minLength=1)
_ALLOW_NEW = {
    "type": "boolean",
    "default": False,
    "description": "Whether the status may be one that no ticket has yet.",
}
_COMMENT: dict[str, Any] = {
    "name": "add_comment",
    "title": "Add a comment",
    "description": "Add a comment to a ticket. Everybody who can see the ticket reads it. Returns the whole ticket.",
    "inputSchema": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"id": _ID, "body": {**_LONG_TEXT, "description": "The comment, Markdown."}},
        "required": ["id", "body"],
    },
    "outputSchema": _WHOLE_TICKET,
}
_UPDATE: dict[str, Any] = {
    "name": "update_ticket",
    "title": "Change a ticket",
    "description": (
        "Change fields of a ticket; those that are left out stay as they are. Refused when fields of the ticket were "
        "changed after expected_version. What each changed field was is kept in the ticket's history. "
        "Returns the whole ticket."
    ),
    "inputSchema": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "id": _ID,
            "expected_version": {
                "type": "integer",
                "minimum": 1,
                "maximum": 2**53,
                "description": "The version of the ticket that the change was made for, as get_ticket tells it.",
            },
            **_settings(clears=True),
            "add_labels": _texts("Labels to add; those that it has stay."),
            "remove_labels": _texts("Labels to take away."),
            "allow_new": _ALLOW_NEW,
        },
        "required": ["id", "expected_version"],
    },
    "outputSchema": _WHOLE_TICKET,
}
_CREATE: dict[str, Any] = {
    "name": "create_ticket",
    "title": "Create a ticket",
    "description": "Create a ticket; its id is the next one of the project. Returns the whole ticket.",
    "inputSchema": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **_settings(clears=False),
            "status": {**_setting(_CHANGEABLE["status"], clears=False), "default": FIRST_STATUS},
            "labels": _texts("Its labels."),
            "allow_new": _ALLOW_NEW,
            "request_id": _text(
                "A name of the request's own, of any form: the same request again within a day returns the ticket "
                "that the first one created.",
                minLength=1,
            ),
        },
        "required": ["title", "project"],
    },
    "outputSchema": _WHOLE_TICKET,
}


def _told(
    tool: dict[str, Any], *, reads: bool = False, destroys: bool = False, idempotent: bool = False
) -> dict[str, Any]:
    """The tool as tools/list tells it, with its hints."""
    hints = {"readOnlyHint": reads, "destructiveHint": destroys, "idempotentHint": idempotent, "openWorldHint": False}
    return {**tool, "annotations": {"title": tool["title"], **hints}}


TOOLS: tuple[dict[str, Any], ...] = (
    *(_told(tool, reads=True, idempotent=True) for tool in (_SEARCH, _GET, _LIST_VALUES)),
    _told(_COMMENT),
    _told(_UPDATE, destroys=True, idempotent=True),  # it replaces values, and a repeated call is refused
    _told(_CREATE),
)
"""The tools as tools/list tells them."""

INPUT_SCHEMAS: dict[str, Any] = {tool["name"]: tool["inputSchema"] for tool in TOOLS}
"""Tool to the schema of its arguments."""
