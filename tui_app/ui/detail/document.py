"""What the pane says of a ticket, as parts in order. No widgets, no styles.

Invariant: the parts hold everything that is known of the ticket, and nothing that is not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from tui_app.tickets.messages import CallRecord, Failed, TicketOpened
from tui_app.tickets.ticket import Attachment, Change, Comment, JsonValue, Ticket
from tui_app.ui.rendering.moments import full
from tui_app.ui.rendering.signs import PRIORITY_SIGNS, STATUS_SIGNS, priority_level, status_kind

_MOST_COMMENTS = 300
_MOST_CHANGES = 500
_MOST_LABELS = 200
_LONGEST_VALUE = 2000  # characters of a title or a field; the raw view holds it in full
_LONGEST_STATE = 120  # characters of a value in the history
_KILOBYTE = 1024


class Field(Struct, frozen=True):
    """A named value of the header. ``kind`` picks its style: ``link``, ``status-open``, ``priority-high``, or none."""

    name: str
    value: str
    kind: str = ""


class Part(Struct, frozen=True):
    """A piece of the pane below the header.

    ``heading`` and ``byline`` are single lines; ``text`` is Markdown where ``markdown`` says so, else plain lines.
    """

    heading: str = ""
    byline: str = ""
    text: str = ""
    markdown: bool = False
    kind: str = ""
    """``bad`` for what went wrong, ``muted`` for what is only noted."""


class Document(Struct, frozen=True):
    """A ticket as the pane shows it."""

    ticket: Ticket
    title: str
    """Id and title."""
    fields: tuple[Field, ...]
    parts: tuple[Part, ...]


def row_document(ticket: Ticket, now: datetime, failure: Failed | None = None) -> Document:
    """What the row alone holds; the rest is being fetched, or could not be."""
    parts = [*_problems(ticket), *_failure(failure), *_body(ticket)]
    if failure is None:
        parts.append(Part(text="Fetching comments and the rest ..", kind="muted"))
    return _document(ticket, parts, now)


def opened_document(opened: TicketOpened, now: datetime) -> Document:
    """A whole ticket."""
    ticket = opened.ticket
    notes = [Part(text=f"! {warning}", kind="bad") for warning in opened.warnings]
    parts = [*_problems(ticket), *notes, *_body(ticket), *_discussion(ticket, now), *_calls(opened.calls)]
    return _document(ticket, parts, now)


def _document(ticket: Ticket, parts: list[Part], now: datetime) -> Document:
    fields = tuple(replace(field, value=_short(field.value)) for field in _fields(ticket, now))
    return Document(ticket, _short(f"{ticket.id}  {ticket.title}"), fields, tuple(parts))


def _fields(ticket: Ticket, now: datetime) -> Iterator[Field]:
    if ticket.status:
        kind = status_kind(ticket.status)
        yield Field("Status", f"{STATUS_SIGNS[kind]} {ticket.status}", f"status-{kind}")
    if ticket.priority:
        level = priority_level(ticket.priority)
        yield Field("Priority", f"{PRIORITY_SIGNS[level]} {ticket.priority}", f"priority-{level}")
    labels = ", ".join(ticket.labels[:_MOST_LABELS])
    if len(ticket.labels) > _MOST_LABELS:
        labels += f" and {len(ticket.labels) - _MOST_LABELS} more"
    plain = {
        "Assignee": ticket.assignee or "nobody",
        "Reporter": ticket.reporter,
        "Type": ticket.type,
        "Project": ticket.project,
        "Created": full(ticket.created_at, now),
        "Updated": full(ticket.updated_at, now),
        "Labels": labels,
    }
    yield from (Field(name, value) for name, value in plain.items() if value)
    if ticket.url:
        yield Field("URL", ticket.url, "link")
    if ticket.source:
        yield Field("Tracker", ticket.source)
    yield from (Field(_caption(name), text) for name, value in ticket.extra.items() if (text := _words(value)))


def _caption(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _words(value: JsonValue) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(map(str, value))
    if isinstance(value, dict) and len(value) == 1:
        return _words(next(iter(value.values())))
    return json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + " .."


def _problems(ticket: Ticket) -> list[Part]:
    return [Part(text=f"! {problem}", kind="bad") for problem in ticket.problems]


def _failure(failure: Failed | None) -> list[Part]:
    if failure is None:
        return []
    words = "\n".join(filter(None, (failure.cause, failure.hint, failure.stderr_tail)))
    return [Part(f"Only what the list holds is shown: {failure.title}", text=words, kind="bad")]


def _body(ticket: Ticket) -> list[Part]:
    if not ticket.description:
        return [Part("Description", text="None was written.", kind="muted")]
    return [Part("Description", text=ticket.description, markdown=True)]


def _discussion(ticket: Ticket, now: datetime) -> Iterator[Part]:
    if ticket.attachments:
        yield Part(f"Attachments ({len(ticket.attachments)})", text="\n".join(map(_attachment, ticket.attachments)))
    if ticket.comments:
        yield Part(f"Comments ({len(ticket.comments)})")
        yield from (_comment(comment, now) for comment in ticket.comments[:_MOST_COMMENTS])
        if len(ticket.comments) > _MOST_COMMENTS:
            yield Part(
                text=f"{len(ticket.comments) - _MOST_COMMENTS} more comments; $EDITOR opens all of them.", kind="muted"
            )
    if ticket.history:
        latest = ticket.history[-_MOST_CHANGES:]
        yield Part(f"History ({len(ticket.history)})", text="\n".join(_change(change, now) for change in latest))


def _comment(comment: Comment, now: datetime) -> Part:
    byline = ", ".join(filter(None, (comment.author or "Unknown", full(comment.created_at, now))))
    return Part(byline=byline, text=comment.body, markdown=True)


def _change(change: Change, now: datetime) -> str:
    who = ", ".join(filter(None, (change.author or "Unknown", full(change.created_at, now))))
    return f"{change.field}: {_state(change.before)} → {_state(change.after)}  ({who})"


def _state(value: str | None) -> str:
    """A value before or after a change, on one line; a changed description is not told twice in full."""
    words = " ".join((value or "none").split())
    return words if len(words) <= _LONGEST_STATE else words[:_LONGEST_STATE] + " .."


def _attachment(attachment: Attachment) -> str:
    size = "" if attachment.size is None else f" ({max(1, attachment.size // _KILOBYTE)} KB)"
    address = f"  {attachment.url}" if attachment.url else ""
    return f"{attachment.name}{size}{address}"


def _calls(calls: tuple[CallRecord, ...]) -> list[Part]:
    if not calls:
        return []
    lines = [
        f"{call.tool} {call.arguments}  {call.elapsed:.2f} s{' (failed)' if call.failed else ''}" for call in calls
    ]
    return [Part("Tool calls", text="\n".join(lines), kind="muted")]
