"""The short way from a row to a ticket, for rows that already look like one.

Servers that were made for this program, the embedded one among them, name and type their fields as `Ticket` does.
Such rows come by the ten thousand, and reading them must cost about what parsing their JSON costs; so here nothing is
looked for. Invariant: `plain_ticket` returns either what `fields.ticket_from` would return for the row, or None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, ValidationError, convert

from tui_app.adapters.reading.links import human_url
from tui_app.adapters.reading.markup import is_plain_text
from tui_app.adapters.reading.values import NOBODY
from tui_app.tickets.text import clean
from tui_app.tickets.ticket import JsonValue, Ticket

_NOTHING: Mapping[str, JsonValue] = {}  # one for all: ten thousand empty ones are work for the garbage collector
_NO_ORIGINALS: Mapping[str, str] = {}

_MOST_REMEMBERED = 1000
_human_prefixes: set[str] = set()
_labels: dict[tuple[str, ...], tuple[str, ...]] = {}


class _Row(Struct, forbid_unknown_fields=True, gc=False):
    """What a plain row holds, and nothing besides."""

    id: str
    title: str
    status: str
    assignee: str | None = None
    reporter: str | None = None
    priority: str | None = None
    type: str | None = None
    project: str | None = None
    labels: tuple[str, ...] | None = None
    created_at: str | None = None
    updated_at: str | None = None
    url: str | None = None
    description: str | None = None


def plain_ticket(row: Mapping[str, Any]) -> Ticket | None:
    """The ticket that ``row`` is, or None where it takes a closer look to read it."""
    try:
        return _ticket(convert(row, _Row))
    except (ValidationError, ValueError):
        return None


def _ticket(row: _Row) -> Ticket | None:
    assignee, reporter, labels = row.assignee, row.reporter, row.labels or ()
    line = "|".join(  # joined, all of them are looked at in one go; a dash stands for an absent one
        ("", row.id, row.title, row.status, assignee or "-", reporter or "-", row.priority or "-", row.type or "-",
         row.project or "-", *labels, "")
    )  # fmt: skip
    if "||" in line or "| " in line or " |" in line or not _is_plain(line):
        return None
    if row.id[0] == "#" or (assignee or "").casefold() in NOBODY or (reporter or "").casefold() in NOBODY:
        return None
    description, url = row.description, row.url
    if description is not None and not (is_plain_text(description) and clean(description) is description):
        return None
    if url is not None and not _is_human(url, row.id):
        return None
    created, updated = row.created_at, row.updated_at
    return Ticket(
        row.id, row.title, row.status, assignee or None, reporter or None, row.priority or None, row.type or None,
        row.project or None, _shared(labels), _moment(created) if created else None,
        _moment(updated) if updated else None, url, description, (), (), (), _NOTHING, _NOTHING, (), _NO_ORIGINALS, "",
    )  # fmt: skip


def _is_plain(line: str) -> bool:
    """Whether nothing in ``line`` has to be mended or taken off: neither signs nor odd spaces at a word's ends."""
    if line.isascii():
        return line.isprintable()
    return clean(line) is line and "\n" not in line and "\t" not in line and _has_no_margins(line.split("|"))


def _has_no_margins(words: Iterable[str]) -> bool:
    return all(word.strip() == word for word in words)


def _is_human(url: str, identity: str) -> bool:
    """Whether `human_url` lets ``url`` be; asked once for each beginning, since the rest is a word."""
    prefix, _, last = url.rpartition("/")
    if prefix in _human_prefixes and last.isascii() and last.replace("-", "").isalnum() and len(last) <= len(identity):
        return True
    if human_url([url]) != url:
        return False
    if len(_human_prefixes) >= _MOST_REMEMBERED:
        _human_prefixes.clear()
    _human_prefixes.add(prefix)
    return True


def _shared(labels: tuple[str, ...]) -> tuple[str, ...]:
    """One tuple for all tickets that have the same labels: the garbage collector looks at each that there is."""
    if len(_labels) >= _MOST_REMEMBERED:
        _labels.clear()
    return _labels.setdefault(labels, labels)


def _moment(text: str) -> datetime:
    """Raises ValueError where ``text`` is not plainly a moment in UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not UTC:
        raise ValueError(text)
    return moment
