"""What the pane shows of a ticket, as parts in order. No widgets, no styles.

Invariant: the parts hold everything that is known of the ticket, nothing that is not, and nothing twice: what the head
shows is in no other part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tui_app.tickets.extra_fields import is_opaque, shown_extras
from tui_app.tickets.fields import FIELDS_BY_NAME, TICKET_FIELDS, FieldKind, TicketField
from tui_app.tickets.messages import Failed, TicketOpened
from tui_app.tickets.ticket import Attachment, Change, Comment, Relation, Ticket
from tui_app.tickets.vocabulary import PriorityLevel, StatusKind, priority_level, status_kind
from tui_app.ui.rendering.at_a_glance import (
    PRIORITY_SIGNS,
    STATUS_SIGNS,
    day_in,
    full,
    full_due,
    kind_of_file,
    size_of_file,
    written_day,
)

_MOST_COMMENTS = 300
_MOST_CHANGES = 500
_MOST_LABELS = 200
_LONGEST_VALUE = 2000  # characters of a title or a field; the raw view holds it in full
_LONGEST_STATE = 120  # characters of a value in the history
_LONGEST_LABELS = 40  # characters of the head's second line; all labels are among the extra fields then
_OPAQUE_SHOWN = 8  # characters of an identifier in the head: it can be told from others

HISTORY, EXTRA_FIELDS = "history", "extra"
"""Names of the parts that are folded until they are opened."""

_WORDS_OF_HEAD = tuple(
    field for field in TICKET_FIELDS if field.exported and field.kind is FieldKind.WORD and field.name != "project"
)
_IN_HEAD = frozenset(("id", "title", "assignee", "reporter", *(field.name for field in _WORDS_OF_HEAD)))
_KINDS_ELSEWHERE = (
    FieldKind.STATUS, FieldKind.PRIORITY, FieldKind.MOMENT, FieldKind.DUE, FieldKind.LABELS, FieldKind.TEXT,
    FieldKind.LIST, FieldKind.URL, FieldKind.ID,
)  # fmt: skip
"""Kinds of fields that have a place of their own: in the head, as a part, as relations, as the last line."""
_REST = tuple(field for field in TICKET_FIELDS if field.name not in _IN_HEAD and field.kind not in _KINDS_ELSEWHERE)
_OWN_CAPTIONS = {"source": "Tracker"}
_TASK = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[([ xX]?)\](?=\s)", re.MULTILINE)
_FENCED = re.compile(r"^(`{3,}|~{3,}).*?^\1[`~]*\s*$", re.MULTILINE | re.DOTALL)

_WHAT_FAILED = "What went wrong"
_PICTURES = ("image", "PNG", "JPG", "JPEG", "GIF", "WEBP", "SVG")
_HOW_TO_SEE = "Enter shows a picture: here where the terminal can, else in another program."

Target: TypeAlias = Relation | Attachment
"""What a line of the pane leads to."""


class HeadWord(Struct, frozen=True):
    """A word of the head. ``kind`` picks its style: ``status-open``, ``priority-high``, ``muted``, or none."""

    text: str
    kind: str = ""
    brief: str = ""
    """What is shown where a line is too short for the text; empty: as much of it as fits."""


class ListEntry(Struct, frozen=True):
    """A line of a list: ``cells`` are below those of the other entries; ``kinds`` are the cells' styles."""

    cells: tuple[str, ...]
    kinds: tuple[str, ...]
    target: Target | None = None


class DocumentPart(Struct, frozen=True):
    """A piece of the pane below the head.

    ``heading`` and ``byline`` are single lines; ``text`` is Markdown if ``markdown`` is true, else plain lines.
    """

    heading: str = ""
    byline: str = ""
    text: str = ""
    markdown: bool = False
    kind: str = ""
    """``bad`` for what went wrong, ``muted`` for what is only noted, ``link`` for an address."""
    entries: tuple[ListEntry, ...] = ()
    fold: str = ""
    """The part's name where it is folded until it is opened."""


class Document(Struct, frozen=True):
    """A ticket as the pane shows it."""

    ticket: Ticket
    title: str
    """Id and title."""
    head: tuple[tuple[HeadWord, ...], ...]
    """Two lines: what the ticket is and whose, when it changed and by whom."""
    parts: tuple[DocumentPart, ...]
    trail: str = ""
    """The tickets through which one came here."""


class Moment(Struct, frozen=True):
    """When a document is made, and how its dates are written."""

    now: datetime
    date_format: str = ""

    def full(self, moment: datetime | None) -> str:
        return full(moment, self.now, self.date_format)

    def value(self, value: str | datetime) -> str:
        """A further field's value; a day is written as configured, or as the tracker writes it."""
        if isinstance(value, datetime):
            return self.full(value)
        day = day_in(value) if self.date_format else None
        return written_day(day, self.now, self.date_format) if day else value

    def due(self, moment: datetime, *, done: bool) -> str:
        return full_due(moment, self.now, self.date_format, done=done)


def row_document(ticket: Ticket, at: Moment, failure: Failed | None = None, trail: str = "") -> Document:
    """What the row alone holds; the rest is being fetched, or ``failure`` is why it could not be."""
    if not (ticket.title or ticket.status or ticket.description):
        return _named_document(ticket, failure, trail)
    body = _body(ticket) if ticket.description else []  # whether there is none, a row does not tell
    parts = [*_problems(ticket), *_failed(failure), *body, *_relations(ticket)]
    if failure is None:
        parts.append(DocumentPart(text="Fetching comments and the rest ..", kind="muted"))
    return _document(ticket, [*parts, *_reasons(failure), *_last(ticket, at)], at, trail)


def _named_document(ticket: Ticket, failure: Failed | None, trail: str) -> Document:
    """A ticket of which nothing but its name is known, which may not exist: nothing is said of it."""
    part = DocumentPart(text="Fetching it ..", kind="muted")
    if failure is not None:
        words = (f"{failure.title}{':' if failure.cause else '.'}", failure.cause, failure.hint, failure.stderr_tail)
        part = DocumentPart(text=" ".join(filter(None, words)), kind="bad")
    return Document(ticket, _short(ticket.id), ((), ()), (part,), trail)


def opened_document(opened: TicketOpened, at: Moment, trail: str = "") -> Document:
    """A whole ticket."""
    ticket = opened.ticket
    notes = [DocumentPart(text=f"! {warning}", kind="bad") for warning in opened.warnings]
    parts = [*_problems(ticket), *_body(ticket), *notes, *_relations(ticket), *_discussion(ticket, at)]
    return _document(ticket, [*parts, *_last(ticket, at)], at, trail)


def raw_document(document: Document, raw: str) -> Document:
    """The server's own answer in place of the ticket's parts."""
    return replace(document, parts=(DocumentPart("Raw answer", text=raw or "The server's answer has not arrived."),))


def _document(ticket: Ticket, parts: list[DocumentPart], at: Moment, trail: str) -> Document:
    head = (tuple(_what_it_is(ticket, at)), tuple(_what_happened(ticket, at)))
    return Document(ticket, _short(f"{ticket.id}  {ticket.title}"), head, tuple(parts), trail)


# ----------------------------------------------------------------------- head


def _what_it_is(ticket: Ticket, at: Moment) -> Iterator[HeadWord]:
    """Status, type, priority, whose it is, by when."""
    if ticket.status:
        kind = ticket.status_kind
        sign = "" if kind is StatusKind.OTHER else STATUS_SIGNS[kind]
        yield HeadWord(_signed("status", sign, ticket.status), f"status-{kind}")
    for field in _WORDS_OF_HEAD:
        if value := getattr(ticket, field.name):
            yield HeadWord(_signed(field.name, "", value))
    if ticket.priority:
        level = priority_level(ticket.priority)
        sign = "" if level is PriorityLevel.OTHER else PRIORITY_SIGNS[level]
        yield HeadWord(_signed("priority", sign, ticket.priority), f"priority-{level}")
    whose = ticket.assignee and _signed("assignee", "", ticket.assignee)
    yield HeadWord(whose) if whose else HeadWord("nobody", "muted")
    done = ticket.status_kind is StatusKind.DONE
    for field in _of_kind(FieldKind.DUE):
        if value := getattr(ticket, field.name):
            yield _dated(f"{field.caption.lower()} {at.due(value, done=done)}", "")


def _signed(name: str, sign: str, value: str) -> str:
    """A value with the sign of its kind; a number alone is told what it is of, and an identifier, which is cut off."""
    opaque = is_opaque(value)
    caption = FIELDS_BY_NAME[name].caption.lower() if not sign and (opaque or value.isdecimal()) else ""
    value = f"{value[:_OPAQUE_SHOWN]}…" if opaque else value
    return f"{sign or caption} {value}".strip()


def _what_happened(ticket: Ticket, at: Moment) -> Iterator[HeadWord]:
    """When it was changed and made, by whom, and its labels."""
    reporter = f" by {ticket.reporter}" if ticket.reporter else ""
    moments: list[tuple[datetime, TicketField]] = []
    for field in _of_kind(FieldKind.MOMENT):
        value: datetime | None = getattr(ticket, field.name)
        if value and at.full(value) not in [at.full(moment) for moment, _ in moments]:
            moments.append((value, field))
    for value, field in sorted(moments, key=lambda pair: pair[0], reverse=True):
        by, reporter = (reporter, "") if field.name == "created_at" else ("", reporter)
        yield _dated(f"{field.caption.lower()} {at.full(value)}", "muted", by)
    if reporter:
        yield HeadWord(f"reported{reporter}", "muted")
    if ticket.labels:
        yield HeadWord(_labels(ticket), "label")


def _dated(words: str, kind: str, by: str = "") -> HeadWord:
    """``updated 3d ago (19 Nov 08:00)``, or without the date."""
    return HeadWord(words + by, kind, words.partition(" (")[0] + by)


def _labels(ticket: Ticket) -> str:
    """The labels, as many as there is room for."""
    for count in range(len(ticket.labels), 0, -1):
        text = ", ".join(ticket.labels[:count])
        if len(text) <= _LONGEST_LABELS or count == 1:
            return text + (f" +{len(ticket.labels) - count}" if count < len(ticket.labels) else "")
    return ""


def _of_kind(kind: FieldKind) -> list[TicketField]:
    return [field for field in TICKET_FIELDS if field.kind is kind and field.exported]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + " .."


# ---------------------------------------------------------------------- parts


def _problems(ticket: Ticket) -> list[DocumentPart]:
    return [DocumentPart(text=f"! {', '.join(ticket.problems)}", kind="bad")] if ticket.problems else []


def _failed(failure: Failed | None) -> list[DocumentPart]:
    if failure is None:
        return []
    return [DocumentPart(text=f"! Only what the list holds is shown: {failure.title}", kind="bad")]


def _reasons(failure: Failed | None) -> list[DocumentPart]:
    """Why the rest is missing: below what there is to read. What it is called, the line above that says."""
    if failure is None:
        return []
    words = "\n".join(filter(None, (failure.cause, failure.hint, failure.stderr_tail)))
    return [DocumentPart(_WHAT_FAILED, text=words, kind="bad")] if words else []


def _body(ticket: Ticket) -> list[DocumentPart]:
    if not ticket.description:
        return [DocumentPart("Description", text="None was written.", kind="muted")]
    return [DocumentPart(f"Description{_progress(ticket.description)}", text=ticket.description, markdown=True)]


def _progress(text: str) -> str:
    """How many of the tasks that a text lists are done: `` (3/7)``."""
    marks = _TASK.findall(_FENCED.sub("", text)) if "[" in text else []
    return f" ({sum(mark in ('x', 'X') for mark in marks)}/{len(marks)})" if marks else ""


def _relations(ticket: Ticket) -> Iterator[DocumentPart]:
    if ticket.relations:
        entries = tuple(map(_relation, ticket.relations))
        yield DocumentPart(f"Relations ({len(entries)})", entries=entries)


def _relation(relation: Relation) -> ListEntry:
    kind = status_kind(relation.status) if relation.status else None
    status = f"{STATUS_SIGNS[kind]} {relation.status}" if kind else ""
    return ListEntry(
        (relation.kind, relation.id, status, relation.title), ("muted", "link", f"status-{kind}", ""), relation
    )


def _discussion(ticket: Ticket, at: Moment) -> Iterator[DocumentPart]:
    if ticket.comments:
        yield DocumentPart(f"Comments ({len(ticket.comments)})")
        yield from (_comment(comment, at) for comment in ticket.comments[:_MOST_COMMENTS])
        if len(ticket.comments) > _MOST_COMMENTS:
            yield DocumentPart(
                text=f"{len(ticket.comments) - _MOST_COMMENTS} more comments; $EDITOR opens all of them.", kind="muted"
            )
    if ticket.attachments:
        entries = tuple(map(_attachment, ticket.attachments))
        yield DocumentPart(f"Attachments ({len(entries)})", entries=entries)
        if any(kind_of_file(attachment) in _PICTURES for attachment in ticket.attachments):
            yield DocumentPart(text=_HOW_TO_SEE, kind="muted")
    if ticket.history:
        latest = ticket.history[-_MOST_CHANGES:]
        text = "\n".join(_change(change, at) for change in latest)
        yield DocumentPart(f"History ({len(ticket.history)})", text=text, fold=HISTORY)


def _comment(comment: Comment, at: Moment) -> DocumentPart:
    byline = ", ".join(filter(None, (comment.author or "Unknown", at.full(comment.created_at))))
    return DocumentPart(byline=byline, text=comment.body, markdown=True)


def _change(change: Change, at: Moment) -> str:
    who = ", ".join(filter(None, (change.author or "Unknown", at.full(change.created_at))))
    return f"{change.field}: {_state(change.before)} → {_state(change.after)}  ({who})"


def _state(value: str | None) -> str:
    """A value before or after a change, on one line; a changed description is not shown twice in full."""
    words = " ".join((value or "none").split())
    return words if len(words) <= _LONGEST_STATE else words[:_LONGEST_STATE] + " .."


def _attachment(attachment: Attachment) -> ListEntry:
    about = ", ".join(filter(None, (kind_of_file(attachment), size_of_file(attachment))))
    return ListEntry((attachment.name, about), ("link", "muted"), attachment)


def _last(ticket: Ticket, at: Moment) -> Iterator[DocumentPart]:
    """What is looked up rather than read: extra fields, and the address."""
    entries = tuple(
        ListEntry((caption, _short(value)), ("caption", "value")) for caption, value in _further(ticket, at) if value
    )
    if any(entry.cells[0] != _OWN_CAPTIONS["source"] for entry in entries):  # which tracker it is, the screen says
        yield DocumentPart(f"Further fields ({len(entries)})", entries=entries, fold=EXTRA_FIELDS)
    for field in _of_kind(FieldKind.URL):
        if value := getattr(ticket, field.name):
            yield DocumentPart(text=value, kind="link")


def _further(ticket: Ticket, at: Moment) -> Iterator[tuple[str, str]]:
    if ", ".join(ticket.labels) not in ("", _labels(ticket)):
        more = f" and {len(ticket.labels) - _MOST_LABELS} more" if len(ticket.labels) > _MOST_LABELS else ""
        yield FIELDS_BY_NAME["labels"].caption, ", ".join(ticket.labels[:_MOST_LABELS]) + more
    for field in sorted(_REST, key=lambda field: not field.exported):
        value: Any = getattr(ticket, field.name)
        if isinstance(value, str) and value and not ticket.id.casefold().startswith(value.casefold()):
            yield _OWN_CAPTIONS.get(field.name, field.caption), value
    for extra in shown_extras(ticket):
        yield extra.caption, at.value(extra.value)
