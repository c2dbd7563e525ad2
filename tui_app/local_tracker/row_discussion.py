"""Comments, history and attachments of an exported ticket."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tui_app.local_tracker.row_values import date_of, description_of, folded, storable, text_of
from tui_app.local_tracker.writing import AttachmentRecord, ChangeRecord, CommentRecord

_JIRA_COMMENT = re.compile(r"([^;]{8,40});([^;]*);(.*)", re.DOTALL)
_JIRA_ATTACHMENT = re.compile(r"[^;]{8,40};[^;]*;([^;]+);(\S+)")


def _entries(value: Any) -> list[Any]:
    """The items of a list, of JSON text that holds one, or of Jira's ``{"comments": [...]}``; a mere count is none."""
    if isinstance(value, dict):
        return next((_entries(inner) for inner in value.values() if isinstance(inner, list)), [])
    if isinstance(value, list):
        return [item for entry in value for item in (_entries(entry) if isinstance(entry, str) else [entry])]
    if not isinstance(value, str) or not value.strip() or value.strip().isdecimal():
        return []
    if value.lstrip().startswith("["):
        try:
            return _entries(json.loads(value))
        except ValueError:
            pass
    return [{"text": value}]


def comments_of(value: Any) -> list[CommentRecord]:
    """The comments in a list, in JSON text, or in Jira's cells.

    Raises:
        ValueError: one has a date that is none.
    """
    return [_comment(entry) for entry in _entries(value) if isinstance(entry, dict)]


def _comment(entry: Mapping[str, Any]) -> CommentRecord:
    if set(entry) == {"text"}:
        return _written_comment(storable(entry["text"]))
    fields = {folded(name): value for name, value in entry.items()}
    author = next((fields[name] for name in ("author", "user", "createdby") if fields.get(name)), "")
    created = next((fields[name] for name in ("createdat", "created", "createdon", "date") if fields.get(name)), "")
    body = next((fields[name] for name in ("body", "text", "content", "comment") if fields.get(name)), "")
    return {"author": text_of(author), "created_at": date_of(created), "body": description_of(body)}


def _written_comment(text: str) -> CommentRecord:
    """Jira's CSV writes ``02/Nov/26 8:00 AM;author;body`` into one cell."""
    match = _JIRA_COMMENT.fullmatch(text)
    if match:
        try:
            return {"author": match[2].strip(), "created_at": date_of(match[1]), "body": match[3].strip()}
        except ValueError:
            pass
    return {"author": "", "created_at": "", "body": text.strip()}


def history_of(value: Any) -> list[ChangeRecord]:
    """The changes in a list or in JSON text; ``from`` and ``to`` are understood too.

    Raises:
        ValueError: one has a date that is none.
    """
    return [
        {
            "author": text_of(entry.get("author")),
            "created_at": date_of(entry.get("created_at") or entry.get("created")),
            "field": text_of(entry.get("field")),
            "before": text_of(entry.get("before", entry.get("from"))),
            "after": text_of(entry.get("after", entry.get("to"))),
        }
        for entry in _entries(value)
        if isinstance(entry, dict) and entry.get("field")
    ]


def attachments_of(value: Any) -> list[AttachmentRecord]:
    """The files in a list, in JSON text, or in Jira's cells."""
    return [_attachment(entry) for entry in _entries(value) if isinstance(entry, dict)]


def _attachment(entry: Mapping[str, Any]) -> AttachmentRecord:
    """Jira's CSV writes ``date;author;name;address`` into one cell."""
    if set(entry) == {"text"}:
        match = _JIRA_ATTACHMENT.fullmatch(entry["text"])
        return {"name": match[1] if match else text_of(entry["text"]), "url": match[2] if match else "", "size": None}
    size = entry.get("size")
    return {
        "name": text_of(entry.get("name") or entry.get("filename")),
        "url": text_of(entry.get("url") or entry.get("content")),
        "size": size if isinstance(size, int) and not isinstance(size, bool) else None,
    }
