"""What hangs on a ticket: comments, history, attachments, in the forms that trackers use.

Invariant: nothing here raises, whatever JSON it is given; every string has gone through the sanitiser.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tui_app.adapters.reading.dates import parse_moment
from tui_app.adapters.reading.links import human_url
from tui_app.adapters.reading.markup import to_markdown
from tui_app.adapters.reading.values import Row, first_of, indexed, members, person_of, rows_of, word_of
from tui_app.tickets.text import clean, clean_line
from tui_app.tickets.ticket import Attachment, Change, Comment, JsonValue

_BODY = ("body", "text", "content", "comment", "notes", "note", "message", "description", "markdown", "html", "value")
_AUTHOR = (
    "author",
    "user",
    "createdby",
    "creator",
    "actor",
    "authorname",
    "username",
    "by",
    "from",
    "postedby",
    "actorid",
)
_WHEN = ("createdat", "created", "createdon", "date", "timestamp", "time", "creationtime", "updatedat", "when", "at")
_ITEMS = ("items", "details", "changes")
_FIELD = ("field", "fieldname", "name", "property", "attribute", "action", "type", "event")
_BEFORE = ("fromstring", "from", "old", "oldvalue", "before", "previous", "fromvalue")
_AFTER = ("tostring", "to", "new", "newvalue", "after", "current", "tovalue")
_LISTS = ("comments", "notes", "journals", "histories", "history", "discussions", "data", "result", "changelog")
_DEEPEST = 5  # wrappers and threads within threads


def comments_of(value: JsonValue) -> tuple[Comment, ...]:
    """The comments in ``value``: a list, something that wraps one, or threads of notes; system notes are left out."""
    return tuple(_comments(value, 0))


def _comments(value: JsonValue, depth: int) -> Iterator[Comment]:
    for item in _unwrapped(value, depth):
        if isinstance(item, str) and item.strip():
            yield Comment(None, None, clean(item.strip()))
        elif isinstance(item, Mapping):
            yield from _thread(item, depth)


def _thread(item: Row, depth: int) -> Iterator[Comment]:
    index = indexed(item)
    if index.get("system") is True or index.get("isdeleted") is True:
        return
    body = first_of(index, _BODY)
    if isinstance(body, list) and depth < _DEEPEST:
        yield from _comments(body, depth + 1)
        return
    text = to_markdown(body)
    if text and text.strip():
        yield Comment(_line(person_of(first_of(index, _AUTHOR))), parse_moment(first_of(index, _WHEN)), clean(text))
    replies = index.get("replies")
    if isinstance(replies, (list, dict)) and depth < _DEEPEST:
        yield from _comments(replies, depth + 1)


def _unwrapped(value: JsonValue, depth: int) -> Iterable[JsonValue]:
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for name in _LISTS:
            inner = value.get(name)
            if isinstance(inner, (list, Mapping)):
                return _unwrapped(inner, depth + 1)
    return members(value)


def changes_of(value: JsonValue) -> tuple[Change, ...]:
    """The history in ``value``: entries that each hold one change or a list of them."""
    return tuple(_changes(value))


def _changes(value: JsonValue) -> Iterator[Change]:
    for entry in rows_of(_unwrapped(value, 0)):
        index = indexed(entry)
        author = _line(person_of(first_of(index, _AUTHOR)))
        moment = parse_moment(first_of(index, _WHEN))
        items = first_of(index, _ITEMS)
        for item in rows_of(members(items)) if isinstance(items, (list, dict)) else (entry,):
            parts = indexed(item)
            field = _line(word_of(first_of(parts, _FIELD)))
            before, after = (_line(word_of(first_of(parts, names))) for names in (_BEFORE, _AFTER))
            if field and (before or after):
                yield Change(author, moment, field, before, after)


def attachments_of(value: JsonValue) -> tuple[Attachment, ...]:
    """The files in ``value``, by name; those without one are left out."""
    return tuple(filter(None, map(_attachment, members(value))))


def _attachment(value: JsonValue) -> Attachment | None:
    if isinstance(value, str):
        return Attachment(clean_line(value)) if value else None
    if not isinstance(value, Mapping):
        return None
    index = indexed(value)
    name = _line(word_of(first_of(index, ("filename", "name", "title", "file"))))
    size = first_of(index, ("filesize", "size", "bytes"))
    url = human_url([index.get(key) for key in ("contenturl", "url", "content", "href", "link", "downloadurl")])
    return Attachment(name, url, size if type(size) is int else None) if name else None


def _line(text: str | None) -> str | None:
    return clean_line(text).strip() or None if text else None
