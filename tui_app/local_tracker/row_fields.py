"""A row of an export becomes a ticket record: which column means what, and which rows are refused.

Invariant: nothing is invented. A row without id, title or status, or with a date that is none, is refused with a reason
that names the field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, cast

from tui_app.adapters.reading.dates import parse_moment
from tui_app.adapters.reading.markup import to_markdown
from tui_app.local_tracker.moments import stored_form
from tui_app.local_tracker.writing import AttachmentRecord, ChangeRecord, CommentRecord, TicketRecord

LARGEST_TICKET = 2 << 20
"""Bytes of text. It is sent twice (structured and as text), and its worst escaping must still fit the client's line."""
_LONGEST_ID = 200

_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("issuekey", "key", "identifier", "humanid", "number", "iid", "ticketid", "ticket", "id", "ref", "#"),
    "title": ("title", "summary", "subject", "name", "headline"),
    "status": ("status", "state", "statusname"),
    "assignee": ("assignee", "assignees", "assignedto", "assigneename"),
    "reporter": ("reporter", "author", "creator", "createdby", "reportedby", "reportername", "user"),
    "priority": ("priority", "priorityname", "severity"),
    "type": ("issuetype", "type", "tracker", "kind"),
    "project": ("projectkey", "project", "repository", "projectname", "team"),
    "url": ("htmlurl", "weburl", "url", "permalink", "link"),
    "created_at": ("createdat", "created", "createdon", "createddate", "creationdate", "datecreated", "opened"),
    "updated_at": ("updatedat", "updated", "updatedon", "updateddate", "lastmodified", "lastupdated", "modified"),
    "description": ("description", "body", "details", "content"),
    "labels": ("labels", "label", "tags", "tag"),
    "comments": ("comments", "comment"),
    "history": ("history", "changes"),
    "attachments": ("attachments", "attachment"),
}
"""Field to the names that exports have for it, without spaces and signs; earlier ones win."""

_PERSON_OR_THING = ("displayName", "display_name", "login", "username", "name", "key", "value", "title")
_SEPARATORS = re.compile(r"[\s_\-.]+")
_PEOPLE_KEY = re.compile(r"[A-Z][A-Z0-9_]*-\d+")
_REPOSITORY = re.compile(r"https?://[^/]+/([^/]+/[^/]+)/(?:-/)?(?:issues|pull|merge_requests)/\d+")
_JIRA_COMMENT = re.compile(r"([^;]{8,40});([^;]*);(.*)", re.DOTALL)
_JIRA_ATTACHMENT = re.compile(r"[^;]{8,40};[^;]*;([^;]+);(\S+)")
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")  # SQLite's text ends at NUL; half characters are no UTF-8


class RefusedError(Exception):
    """The row is no ticket. The message says why."""


def ticket_record(row: Mapping[str, Any], project: str | None = None) -> TicketRecord:
    """The ticket in ``row``; ``project`` is its project where the row names none.

    Raises:
        RefusedError: it lacks id, title or status, holds a date that is none, or is too long.
    """
    fields = _by_field(row)
    record: dict[str, Any] = {}
    for name, value in fields.items():
        read: Callable[[Any], Any] = _READERS.get(name, _text)
        try:
            record[name] = read(value)
        except ValueError as error:
            raise RefusedError(f"{name}: {error}") from None
    if "Issue key" in row and record.get("description"):
        record["description"] = to_markdown(record["description"], wiki=True) or ""
    if project and not record.get("project"):
        record["project"] = _text(project)
    record["id"] = _full_id(record.get("id", ""), record)
    for name in ("id", "title", "status"):
        if not record.get(name):
            raise RefusedError(f"{name} is missing")
    if len(record["id"]) > _LONGEST_ID:
        raise RefusedError(f"id is longer than {_LONGEST_ID} characters")
    if _size(record) > LARGEST_TICKET:
        raise RefusedError(f"it holds more than {LARGEST_TICKET >> 20} MiB of text")
    return cast(TicketRecord, record)


def _by_field(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row's values under our own names. Jira's REST form keeps most of them one level down."""
    inner = row.get("fields")
    if isinstance(inner, dict):
        row = {**inner, **row}
    found: dict[str, Any] = {}
    for field, places in _places(tuple(row)):
        found[field] = next((row[place] for place in places if not _is_empty(row[place])), row[places[0]])
    own_id = row.get("id")
    if isinstance(own_id, str) and _PEOPLE_KEY.fullmatch(own_id):
        found["id"] = own_id
    if "state" in row and "status" not in row and isinstance(found["status"], str):
        found["status"] = found["status"].lower()  # GitHub's OPEN and CLOSED
    return found


@lru_cache(maxsize=64)  # a file has a handful of shapes of rows
def _places(names: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Field to the names in the row that may hold it, the best first."""
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(_folded(name), name)
    found = ((field, tuple(plain[word] for word in words if word in plain)) for field, words in _NAMES.items())
    return tuple((field, places) for field, places in found if places)


@lru_cache(maxsize=1024)
def _folded(name: str) -> str:
    return _SEPARATORS.sub("", name).casefold()


def _is_empty(value: Any) -> bool:
    return value in (None, "", [], {}) or (isinstance(value, list) and all(item == "" for item in value))


def _full_id(number: str, record: Mapping[str, Any]) -> str:
    """``17`` alone is many tickets' number: with its repository it is ``owner/name#17``."""
    if not number.isdecimal():
        return number
    repository = _REPOSITORY.fullmatch(record.get("url", ""))
    place = repository[1] if repository else record.get("project", "")
    return f"{place}#{number}"


def _text(value: Any) -> str:
    """Text, number, person or thing; of several, all, with commas between."""
    if isinstance(value, list):
        return ", ".join(text for text in map(_text, value) if text)
    if isinstance(value, dict):
        return next((_text(value[name]) for name in _PERSON_OR_THING if value.get(name)), "")
    if value is None or isinstance(value, bool):
        return ""
    return _storable(str(value)).strip()


def _storable(text: str) -> str:
    if not text.isprintable():
        text = _NOT_STORABLE.sub("\ufffd", text)
    return text.replace("\r\n", "\n") if "\r" in text else text


def _description(value: Any) -> str:
    """Markdown as it stands; a document in parts (Atlassian's) as Markdown."""
    return _text(value) if not isinstance(value, dict) else _storable(to_markdown(value) or "")


def _labels(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    names: list[str] = []
    for item in items:
        names += re.split(r"[,;]", _text(item)) if isinstance(item, str) else [_text(item)]
    return sorted({name.strip() for name in names if name.strip()})


def _date(value: Any) -> str:
    """A date of an export, empty for none; without a zone it is taken as UTC.

    Raises:
        ValueError: it is no date, or one that is written in an order that leaves open which number is the month.
    """
    if isinstance(value, list):
        value = next((item for item in value if item), "")
    if value is None or value == "":
        return ""
    moment = parse_moment(value)
    if moment is None:
        raise ValueError(f"{str(value)[:40]!r} is not a date that can be read")
    return stored_form(moment)


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


def _comments(value: Any) -> list[CommentRecord]:
    return [_comment(entry) for entry in _entries(value) if isinstance(entry, dict)]


def _comment(entry: Mapping[str, Any]) -> CommentRecord:
    if set(entry) == {"text"}:
        return _written_comment(_storable(entry["text"]))
    fields = {_folded(name): value for name, value in entry.items()}
    author = next((fields[name] for name in ("author", "user", "createdby") if fields.get(name)), "")
    created = next((fields[name] for name in ("createdat", "created", "createdon", "date") if fields.get(name)), "")
    body = next((fields[name] for name in ("body", "text", "content", "comment") if fields.get(name)), "")
    return {"author": _text(author), "created_at": _date(created), "body": _description(body)}


def _written_comment(text: str) -> CommentRecord:
    """Jira's CSV writes ``02/Nov/26 8:00 AM;author;body`` into one cell."""
    match = _JIRA_COMMENT.fullmatch(text)
    if match:
        try:
            return {"author": match[2].strip(), "created_at": _date(match[1]), "body": match[3].strip()}
        except ValueError:
            pass
    return {"author": "", "created_at": "", "body": text.strip()}


def _history(value: Any) -> list[ChangeRecord]:
    return [
        {
            "author": _text(entry.get("author")),
            "created_at": _date(entry.get("created_at") or entry.get("created")),
            "field": _text(entry.get("field")),
            "before": _text(entry.get("before", entry.get("from"))),
            "after": _text(entry.get("after", entry.get("to"))),
        }
        for entry in _entries(value)
        if isinstance(entry, dict) and entry.get("field")
    ]


def _attachments(value: Any) -> list[AttachmentRecord]:
    return [_attachment(entry) for entry in _entries(value) if isinstance(entry, dict)]


def _attachment(entry: Mapping[str, Any]) -> AttachmentRecord:
    """Jira's CSV writes ``date;author;name;address`` into one cell."""
    if set(entry) == {"text"}:
        match = _JIRA_ATTACHMENT.fullmatch(entry["text"])
        return {"name": match[1] if match else _text(entry["text"]), "url": match[2] if match else "", "size": None}
    size = entry.get("size")
    return {
        "name": _text(entry.get("name") or entry.get("filename")),
        "url": _text(entry.get("url") or entry.get("content")),
        "size": size if isinstance(size, int) and not isinstance(size, bool) else None,
    }


def _size(record: Mapping[str, Any]) -> int:
    return len(json.dumps(record, ensure_ascii=False).encode()) if len(str(record)) > LARGEST_TICKET // 4 else 0


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "description": _description,
    "labels": _labels,
    "created_at": _date,
    "updated_at": _date,
    "comments": _comments,
    "history": _history,
    "attachments": _attachments,
}
