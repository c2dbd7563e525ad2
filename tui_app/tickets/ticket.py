"""A ticket as the rest of the program knows it, whatever tracker it came from.

Invariant: every string in a `Ticket` has gone through `tui_app.tickets.text.clean`; where that changed a field, the
original words are kept in ``originals`` for exports to files, and are never shown.

Plain slotted dataclasses, not pydantic models: a hundred thousand of them cost a garbage collection a third as much,
and the first screen does not wait for pydantic to be imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from tui_app.tickets.dates import iso_utc

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
"""Anything that JSON can hold."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment on a ticket."""

    author: str | None
    created_at: datetime | None
    body: str

    def to_json(self) -> dict[str, JsonValue]:
        return {"author": self.author, "created_at": iso_utc(self.created_at), "body": self.body}


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a ticket's history: ``field`` went from ``before`` to ``after``."""

    author: str | None
    created_at: datetime | None
    field: str
    before: str | None
    after: str | None

    def to_json(self) -> dict[str, JsonValue]:
        return {
            "author": self.author,
            "created_at": iso_utc(self.created_at),
            "field": self.field,
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that hangs on a ticket; it is listed, never fetched. ``size`` is in bytes."""

    name: str
    url: str | None = None
    size: int | None = None

    def to_json(self) -> dict[str, JsonValue]:
        return {"name": self.name, "url": self.url, "size": self.size}


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket. Absent values are None or empty; nothing is invented."""

    id: str
    """What people call it: ``PAY-142``, ``#17``. Unique within one profile."""
    title: str
    status: str
    assignee: str | None = None
    reporter: str | None = None
    priority: str | None = None
    type: str | None = None
    project: str | None = None
    labels: tuple[str, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    url: str | None = None
    """The address for people, not the interface's own."""
    description: str | None = None
    """Markdown, whatever the tracker stores."""
    comments: tuple[Comment, ...] = ()
    history: tuple[Change, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    extra: Mapping[str, JsonValue] = field(default_factory=dict)
    """Further fields of the tracker by name."""
    lookup: Mapping[str, JsonValue] = field(default_factory=dict)
    """What the tracker's get tool needs besides ``id`` (a database id, the project's id); not shown."""
    problems: tuple[str, ...] = ()
    """What was missing or of the wrong type, in words; shown as a mark on the row."""
    originals: Mapping[str, str] = field(default_factory=dict)
    """Field name to text before sanitising, for the fields that sanitising changed."""
    source: str = ""
    """The profile it came from."""

    def to_json(self) -> dict[str, JsonValue]:
        """The shape that ``--format json`` prints: every key always there, times ISO 8601 UTC."""
        extra: dict[str, JsonValue] = dict(self.extra)
        if self.history:
            extra["history"] = [change.to_json() for change in self.history]
        if self.attachments:
            extra["attachments"] = [attachment.to_json() for attachment in self.attachments]
        return {
            "id": self.id,
            "title": self.title,
            "status": self.status,
            "assignee": self.assignee,
            "reporter": self.reporter,
            "priority": self.priority,
            "type": self.type,
            "project": self.project,
            "labels": list(self.labels),
            "created_at": iso_utc(self.created_at),
            "updated_at": iso_utc(self.updated_at),
            "url": self.url,
            "description": self.description,
            "comments": [comment.to_json() for comment in self.comments],
            "extra": extra,
        }
