"""The short way from a row to a ticket, for rows that already look like one.

Servers that were made for this program, the embedded one among them, name and type their fields as `Ticket` does.
Such rows come by the ten thousand, and reading them must cost about what parsing their JSON costs; so here nothing is
looked for. Invariant: `plain_ticket` returns either what `fields.ticket_from` would return for the row, or None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, make_dataclass
from datetime import UTC, datetime
from typing import Any, cast

from tui_app.adapters.reading.links import human_url
from tui_app.adapters.reading.markup import is_plain_text
from tui_app.adapters.reading.values import NOBODY
from tui_app.tickets.text import clean
from tui_app.tickets.ticket import JsonValue, Ticket

_NAMES = frozenset(
    (
        "id", "title", "status", "assignee", "reporter", "priority", "type", "project", "labels", "created_at",
        "updated_at", "url", "description",
    )
)  # fmt: skip
_HARMLESS = bytes(range(0x20, 0x7F))
_HARMLESS_LINES = _HARMLESS + b"\n"
_NOTHING: Mapping[str, JsonValue] = {}  # one for all: ten thousand empty ones are work for the garbage collector
_NO_ORIGINALS: Mapping[str, str] = {}

_MOST_PREFIXES = 1000
_human_prefixes: set[str] = set()

_Draft = make_dataclass("_Draft", [(field.name, object) for field in fields(Ticket)], slots=True)
"""A `Ticket` that can still be written: filling it and then making it a Ticket takes a quarter of the time that a
frozen dataclass's own ``__init__`` takes, which would be half of all the time spent on a row."""


def plain_ticket(row: Mapping[str, Any]) -> Ticket | None:
    """The ticket that ``row`` is, or None where it takes a closer look to read it."""
    if not _NAMES.issuperset(row):
        return None
    try:
        return _ticket(row)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _ticket(row: Mapping[str, Any]) -> Ticket | None:
    get = row.get
    identity, title, status, labels = row["id"], row["title"], row["status"], get("labels") or ()
    words = (get("assignee"), get("reporter"), get("priority"), get("type"), get("project"))
    assignee, reporter, priority, type_, project = words
    line = "|".join(("", identity, title, status, *[word or "-" for word in words], *labels, ""))
    if not (identity and title and status) or identity[0] == "#" or "| " in line or " |" in line or "||" in line:
        return None
    if not _is_harmless(line, _HARMLESS) or "\n" in line or assignee in NOBODY or reporter in NOBODY:
        return None
    description, url = get("description"), get("url")
    if description is not None and not _is_plain_description(description):
        return None
    if url is not None and not _is_human(url, identity):
        return None
    created, updated = _moment(get("created_at")), _moment(get("updated_at"))
    draft = _Draft(
        identity, title, status, assignee, reporter, priority, type_, project, tuple(labels), created, updated, url,
        description, (), (), (), _NOTHING, _NOTHING, (), _NO_ORIGINALS, "",
    )  # fmt: skip
    draft.__class__ = Ticket
    return cast(Ticket, draft)


def _is_plain_description(text: str) -> bool:
    return _is_harmless(text, _HARMLESS_LINES) and is_plain_text(text)


def _is_harmless(text: str, allowed: bytes) -> bool:
    """Whether the sanitiser lets ``text`` be. Asking it takes ten times as long as looking at the bytes does."""
    return not text.encode().translate(None, allowed) if text.isascii() else clean(text) == text and "\t" not in text


def _is_human(url: str, identity: str) -> bool:
    """Whether `human_url` lets ``url`` be; asked once for each beginning, since the rest is a word."""
    prefix, _, last = url.rpartition("/")
    if prefix in _human_prefixes and last.isascii() and last.replace("-", "").isalnum() and len(last) <= len(identity):
        return True
    if human_url([url]) != url:
        return False
    if len(_human_prefixes) >= _MOST_PREFIXES:
        _human_prefixes.clear()
    _human_prefixes.add(prefix)
    return True


def _moment(text: str | None) -> datetime | None:
    """Raises ValueError where it is not plainly a moment in UTC."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not UTC:
        raise ValueError(text)
    return moment
