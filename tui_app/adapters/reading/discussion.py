"""What comes with a ticket: texts, comments, history, attachments in the forms that trackers use, and extra fields.

Invariant: nothing here raises, whatever JSON it gets; every string is sanitised.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from tui_app.adapters.reading.field_columns import Columns, column_names
from tui_app.adapters.reading.field_names import PLACES, hints, words_in
from tui_app.adapters.reading.field_values import (
    Row,
    first_of,
    human_url,
    indexed,
    is_nothing,
    members,
    person_of,
    rows_of,
    word_of,
)
from tui_app.adapters.reading.markup import is_html, to_markdown
from tui_app.tickets.fields import FIELDS_BY_NAME
from tui_app.tickets.text import clean, clean_line
from tui_app.tickets.ticket import Attachment, Change, Comment, JsonValue, Later
from tui_app.tickets.timestamps import parse_moment
from tui_app.tickets.urls import safe_url

BODY = (*FIELDS_BY_NAME["description"].words, *FIELDS_BY_NAME["comments"].words, "notes", "markdown", "html", "value")
"""Plain names of a comment's text, the best first."""
AUTHOR = (
    *(form for word in FIELDS_BY_NAME["reporter"].words for form in (word, f"{word}name")),
    *("createdby", "actor", "by", "from"),
)
WHEN = ("createdat", "created", "createdon", "date", "timestamp", "time", "creationtime", "updatedat", "when", "at")
"""Plain names of a comment's time, the best first."""
_ITEMS = ("items", "details", "changes")
_FIELD = ("field", "fieldname", "name", "property", "attribute", "action", "type", "event")
_BEFORE = ("fromstring", "from", "old", "oldvalue", "before", "previous")
_AFTER = ("tostring", "to", "new", "newvalue", "after", "current")
_LISTS = ("comments", "notes", "journals", "histories", "history", "discussions", "data", "result", "changelog")
_ADDRESSES = ("contenturl", "url", "content", "href", "link", "downloadurl", "attachmenturl", "weburl", "src")
MEDIA_TYPES = ("mimetype", "contenttype", "mediatype", "type")
_SIZES = ("filesize", "size", "bytes", "length")
_MOST_DIGITS = 16  # of a size; a longer number is no size
_DEEPEST = 5  # wrappers and threads within threads


def markdown_of(cell: JsonValue) -> str | None:
    """A description's text, sanitised."""
    text = to_markdown(cell)
    return clean(text) if text else None


def originals_of(subject: tuple[dict[str, str], Any]) -> dict[str, str]:
    """The originals that are known, and that of a description that was left for later."""
    others, later = subject
    return {**others, **original_of(later)}


def original_of(later: Any) -> dict[str, str]:
    """The description before it was sanitised, where that changes it."""
    text = to_markdown(later.subject) if isinstance(later, Later) else None
    return {"description": text} if text and clean(text) != text else {}


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
    body = first_of(index, BODY)
    if isinstance(body, list) and depth < _DEEPEST:
        yield from _comments(body, depth + 1)
        return
    text = to_markdown(body)
    if text and text.strip():
        yield Comment(_line(person_of(first_of(index, AUTHOR))), parse_moment(first_of(index, WHEN)), clean(text))
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
        author = _line(person_of(first_of(index, AUTHOR)))
        moment = parse_moment(first_of(index, WHEN))
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
    addresses = [index.get(key) for key in _ADDRESSES]
    url = human_url(addresses) or next((a for one in addresses if isinstance(one, str) and (a := safe_url(one))), None)
    kind = _line(word_of(first_of(index, MEDIA_TYPES)))
    own = _line(word_of(first_of(index, ("id", "attachmentid", "gid", "uuid"))))
    if name is None:
        return None
    return Attachment(name, url, _size(first_of(index, _SIZES)), kind if kind and "/" in kind else None, own)


def _size(value: JsonValue) -> int | None:
    """A number of bytes, in digits too."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < _MOST_DIGITS:
        return int(value)
    return value if type(value) is int and value >= 0 else None


def _line(text: str | None) -> str | None:
    return clean_line(text).strip() or None if text else None


def lookup_of(row: Row) -> dict[str, JsonValue]:
    """What a get tool may ask for besides the id, under the names that the row gives it."""
    return {
        name: value
        for name, value in islice(row.items(), _MOST_FIELDS)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and _may_be_asked_for(name)
    }


def _may_be_asked_for(name: str) -> bool:
    known, words = hints(name), words_in(name)
    return (
        known.get("id", 0) > 0
        or max(known.get("project", 0), known.get("url", 0) - 0.5) > 0.5
        or bool(words and ((words[0] in PLACES or words[0] == "list") or words[-1] in ("id", "uuid", "gid")))
    )


_MOST_FIELDS = 200  # of one ticket; Jira sites have hundreds of custom ones
_MOST_MEMBERS = 100  # of one list or object
_DEEPEST_EXTRA = 6  # levels
_LONGEST_NAME = 200  # characters
_MACHINERY = re.compile(
    r"_(?:url|links?)$|Urls?$|Icon$|^(?:self|expand|nodeid|node_id|gravatar_id|permissions|_links)$|^_|^\^"
)


_LOCK_NAME = re.compile(r"(?:lock_?)?version", re.IGNORECASE)


def is_lock(name: str, value: JsonValue) -> bool:
    """Whether this is the count of a record's changes, which a change has to name and nobody reads.

    A version that a person knows (of a product, to be released in) is text or a list.
    """
    return isinstance(value, int) and not isinstance(value, bool) and bool(_LOCK_NAME.fullmatch(name))


def extra_of(columns: Columns, row: Row) -> dict[str, JsonValue]:
    """What a row says besides the ticket's fields, without empty values and interface addresses."""
    used = set(column_names(columns, row))
    return extra_fields(row, used)


def extra_fields(row: Row, used: Collection[str]) -> dict[str, JsonValue]:
    """What ``row`` says besides the names in ``used``; what it calls ``extra`` itself is on the same level."""
    kept: dict[str, JsonValue] = {}
    own = row.get("extra")
    members = own if isinstance(own, Mapping) else {}
    for name, value in chain((pair for pair in row.items() if pair[1] is not own or not members), members.items()):
        if len(kept) >= _MOST_FIELDS:
            break
        if is_nothing(value) or name in used or is_lock(name, value) or _MACHINERY.search(name[:_LONGEST_NAME]):
            continue
        kept[clean_line(name[:_LONGEST_NAME])] = _cleaned(value, 0)
    return kept


def _cleaned(value: JsonValue, depth: int) -> JsonValue:
    if isinstance(value, str):
        return clean((to_markdown(value) or value) if is_html(value) else value)
    if depth > _DEEPEST_EXTRA:
        return None
    if isinstance(value, Mapping):
        return {
            clean_line(name[:_LONGEST_NAME]): _cleaned(member, depth + 1)
            for name, member in islice(value.items(), _MOST_MEMBERS)
            if not _MACHINERY.search(name[:_LONGEST_NAME])
        }
    if isinstance(value, list):
        return [_cleaned(member, depth + 1) for member in islice(value, _MOST_MEMBERS)]
    return value
