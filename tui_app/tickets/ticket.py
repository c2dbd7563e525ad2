"""A ticket as the rest of the program knows it, whatever tracker it came from.

Invariant: every string in a `Ticket` has gone through `tui_app.tickets.text.clean`; where that changed a field, the
original words are kept in ``originals`` for exports to files, and are never shown.

Structs, neither dataclasses nor pydantic models: making one takes a tenth of the time, making the class a thirtieth.
``gc=False`` because nothing in them can point back: the garbage collector need not look through 100,000 of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from msgspec import Struct, field

from tui_app.tickets.dates import iso_utc
from tui_app.tickets.fields import ROW_FIELDS
from tui_app.tickets.vocabulary import StatusKind, closed_by_words, status_kind

TicketKey: TypeAlias = tuple[str, str]
"""Source and id of a ticket; what else tells it apart where it has no id."""

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
"""Anything that JSON can hold."""


class Later(Struct, frozen=True, gc=False, eq=False):
    """A ticket's value that is worked out with the first look at it: most tickets of a list are never opened."""

    work: Callable[[Any], Any]
    subject: Any

    def __eq__(self, other: object) -> bool:
        value = other.work(other.subject) if isinstance(other, Later) else other
        return bool(self.work(self.subject) == value)

    __hash__ = None  # type: ignore[assignment]  # what it works out may be a mapping


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
    """A file that hangs on a ticket. ``size`` is in bytes."""

    name: str
    url: str | None = None
    size: int | None = None
    type: str | None = None
    """What the tracker says that it is: ``image/png``."""
    id: str | None = None
    """What the tracker's own tools call it by."""

    def to_json(self) -> dict[str, JsonValue]:
        more: dict[str, JsonValue] = {"type": self.type} if self.type else {}
        return {"name": self.name, "url": self.url, "size": self.size, **more}


class Relation(Struct, frozen=True, gc=False):
    """Another ticket that a ticket names, and how: ``parent``, ``child``, ``blocks``, ``mentions`` .."""

    kind: str
    id: str
    title: str = ""
    status: str = ""
    url: str | None = None
    lookup: Mapping[str, JsonValue] = field(default_factory=dict)
    """What the tracker's get tool needs besides ``id``; see `Ticket.lookup`."""

    @property
    def words(self) -> str:
        """As a change shows it: ``blocks PAY-8``."""
        return f"{self.kind} {self.id}".strip()

    def to_json(self) -> dict[str, JsonValue]:
        return {"kind": self.kind, "id": self.id, "status": self.status, "title": self.title, "url": self.url}


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
    parent: str | None = None
    """The id of the ticket that this one is a part of."""
    labels: tuple[str, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    due_at: datetime | None = None
    """The end of what is planned: midnight of a day, or a moment."""
    url: str | None = None
    """The address for people, not the interface's own."""
    description: str | None = None
    """Markdown, whatever the tracker stores."""
    comments: tuple[Comment, ...] = ()
    history: tuple[Change, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    relations: tuple[Relation, ...] = ()
    extra: Mapping[str, JsonValue] = field(default_factory=dict)
    """Extra fields of the tracker by name."""
    lookup: Mapping[str, JsonValue] = field(default_factory=dict)
    """What the tracker's get tool needs besides ``id`` (a database id, the project's id); not shown."""
    problems: tuple[str, ...] = ()
    """What was missing or of the wrong type, in words; shown as a mark on the row."""
    originals: Mapping[str, str] = field(default_factory=dict)
    """Field name to text before sanitising, for the fields that sanitising changed."""
    source: str = ""
    """The profile it came from."""
    closed: bool | None = None
    """Whether nothing is left to do, where the tracker says so by more than the status's word: by a category, a flag, a
    moment. None: it does not."""

    @property
    def is_closed(self) -> bool | None:
        """Whether nothing is left to do; None: neither the tracker nor the status's words tell."""
        return closed_by_words(self.status) if self.closed is None else self.closed

    @property
    def status_kind(self) -> StatusKind:
        """What kind of status it has; the words count where they do not contradict the tracker."""
        kind = status_kind(self.status)
        if self.closed is None or self.closed is (kind is StatusKind.DONE):
            return kind
        return StatusKind.DONE if self.closed else StatusKind.ACTIVE

    @property
    def key(self) -> TicketKey:
        """Source and id: names the ticket over all refreshes, in any set of trackers.

        A ticket without an id goes by its address, title and creation; no id holds a newline.
        """
        return self.source, self.id or f"\n{self.url}\n{self.title}\n{self.created_at}"

    def to_json(self) -> dict[str, JsonValue]:
        """The shape that ``--format json`` prints: every key always there, times ISO 8601 UTC."""
        extra: dict[str, JsonValue] = dict(self.extra)
        if self.history:
            extra["history"] = [change.to_json() for change in self.history]
        if self.attachments:
            extra["attachments"] = [attachment.to_json() for attachment in self.attachments]
        if self.relations:
            extra["relations"] = [relation.to_json() for relation in self.relations]
        return {
            **{name: _plain(getattr(self, name)) for name in ROW_FIELDS},
            "comments": [comment.to_json() for comment in self.comments],
            "extra": extra,
        }


def _worked_out(name: str) -> property:
    """The attribute ``name`` of a ticket, whose value may have been left for later."""
    slot = Ticket.__dict__[name]

    def value(ticket: Ticket) -> Any:
        found = slot.__get__(ticket)
        if type(found) is Later:
            found = found.work(found.subject)
            slot.__set__(ticket, found)
        return found

    return property(value)


for _name in ("description", "comments", "history", "attachments", "relations", "extra", "lookup", "originals"):
    setattr(Ticket, _name, _worked_out(_name))


def lack_of(field: str) -> str:
    """The problem of a ticket without ``field``."""
    return f"no {field}"


def _plain(value: str | tuple[str, ...] | datetime | None) -> JsonValue:
    if isinstance(value, datetime):
        return iso_utc(value)
    return list(value) if isinstance(value, tuple) else value
