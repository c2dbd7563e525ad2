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

from tui_app.adapters.reading.markup import to_markdown
from tui_app.local_tracker.row_discussion import attachments_of, comments_of, history_of
from tui_app.local_tracker.row_values import date_of, description_of, folded, labels_of, text_of
from tui_app.local_tracker.writing import TicketRecord

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

_PEOPLE_KEY = re.compile(r"[A-Z][A-Z0-9_]*-\d+")
_REPOSITORY = re.compile(r"https?://[^/]+/([^/]+/[^/]+)/(?:-/)?(?:issues|pull|merge_requests)/\d+")


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
        read: Callable[[Any], Any] = _READERS.get(name, text_of)
        try:
            record[name] = read(value)
        except ValueError as error:
            raise RefusedError(f"{name}: {error}") from None
        except RecursionError:
            raise RefusedError(f"{name}: it is nested too deeply") from None
    if "Issue key" in row:
        _translate_jira(record)
    if project and not record.get("project"):
        record["project"] = text_of(project)
    record["id"] = _full_id(record.get("id", ""), record)
    for name in ("id", "title", "status"):
        if not record.get(name):
            raise RefusedError(f"{name} is missing")
    if len(record["id"]) > _LONGEST_ID:
        raise RefusedError(f"id is longer than {_LONGEST_ID} characters")
    if _size(record) > LARGEST_TICKET:
        raise RefusedError(f"it holds more than {LARGEST_TICKET >> 20} MiB of text")
    return cast(TicketRecord, record)


def _translate_jira(record: dict[str, Any]) -> None:
    """Jira's CSV holds wiki markup, and its keys begin with the project's."""
    if record.get("description"):
        record["description"] = to_markdown(record["description"], wiki=True) or ""
    if not record.get("project") and _PEOPLE_KEY.fullmatch(record.get("id", "")):
        record["project"] = record["id"].rpartition("-")[0]


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
        plain.setdefault(folded(name), name)
    found = ((field, tuple(plain[word] for word in words if word in plain)) for field, words in _NAMES.items())
    return tuple((field, places) for field, places in found if places)


def _is_empty(value: Any) -> bool:
    return value in (None, "", [], {}) or (isinstance(value, list) and all(item == "" for item in value))


def _full_id(number: str, record: Mapping[str, Any]) -> str:
    """``17`` alone is many tickets' number: with its repository it is ``owner/name#17``."""
    if not number.isdecimal():
        return number
    repository = _REPOSITORY.fullmatch(record.get("url", ""))
    place = repository[1] if repository else record.get("project", "")
    return f"{place}#{number}"


def _size(record: Mapping[str, Any]) -> int:
    return len(json.dumps(record, ensure_ascii=False).encode()) if len(str(record)) > LARGEST_TICKET // 4 else 0


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "description": description_of,
    "labels": labels_of,
    "created_at": date_of,
    "updated_at": date_of,
    "comments": comments_of,
    "history": history_of,
    "attachments": attachments_of,
}
