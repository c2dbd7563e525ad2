"""A ticket as the rest of the program knows it, whatever tracker it came from.

Invariant: every string in a `Ticket` has gone through `tui_app.tickets.text.clean`; where that changed a field, the
original words are kept in ``originals`` for exports to files, and are never shown.

Structs, neither dataclasses nor pydantic models: making one takes a tenth of the time, making the class a thirtieth.
``gc=False`` because nothing in them can point back: the garbage collector need not look through 100,000 of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct, field

from tui_app.tickets.dates import iso_utc

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
"""Anything that JSON can hold."""


class Comment(Struct, frozen=True, gc=False):
    """One comment on a ticket."""

    author: str | None
    created_at: datetime | None
    body: str

    def to_json(self) -> dict[str, JsonValue]:
        return {"author": self.author, "created_at": iso_utc(self.created_at), "body": self.body}


class Change(Struct, frozen=True, gc=False):
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


class Attachment(Struct, frozen=True, gc=False):
    """A file that hangs on a ticket; it is listed, never fetched. ``size`` is in bytes."""

    name: str
    url: str | None = None
    size: int | None = None

    def to_json(self) -> dict[str, JsonValue]:
        return {"name": self.name, "url": self.url, "size": self.size}


class Ticket(Struct, frozen=True, gc=False):
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
