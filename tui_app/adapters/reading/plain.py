"""The short way from a row to a ticket, for rows that already look like one.

Servers that were made for this program, the embedded one among them, name and type their fields as `Ticket` does.
Such rows come by the ten thousand, and reading them must cost about what parsing their JSON costs; so here nothing is
looked for. Invariant: `plain_tickets` returns either what `fields.ticket_from` would return for the rows, or None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

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


def plain_tickets(rows: Sequence[JsonValue]) -> list[Ticket] | None:
    """The tickets that ``rows`` are, or None where it takes a closer look to read one of them."""
    try:
        plain = convert(rows, list[_Row])
        return [_ticket(row) for row in plain] if _are_plain(plain) else None
    except (ValidationError, ValueError):
        return None


def _are_plain(rows: list[_Row]) -> bool:
    """Whether nothing in the words and texts of ``rows`` has to be mended; joined, they are looked at in one go."""
    words, people, texts = [""], {""}, [""]
    for row in rows:
        words += (row.id, row.title, row.status, row.assignee or "-", row.reporter or "-", row.priority or "-",
                  row.type or "-", row.project or "-", *(row.labels or ()))  # fmt: skip
        people.update((row.assignee or "", row.reporter or ""))
        if row.description is not None:
            texts.append(row.description)
        if row.id[:1] == "#" or not (row.description is None or is_plain_text(row.description)):
            return False
    words.append("")
    line, text = "|".join(words), "\n".join(texts)
    if "||" in line or "| " in line or " |" in line or not _is_plain(line):
        return False
    return clean(text) is text and not any(person.casefold() in NOBODY for person in people)


def _ticket(row: _Row) -> Ticket:
    """Raises ValueError where an address or a moment takes a closer look."""
    created, updated = row.created_at, row.updated_at
    if row.url is not None and not _is_human(row.url, row.id):
        raise ValueError(row.url)
    return Ticket(
        row.id, row.title, row.status, row.assignee or None, row.reporter or None, row.priority or None,
        row.type or None, row.project or None, _shared(row.labels or ()), _moment(created) if created else None,
        _moment(updated) if updated else None, row.url, row.description, (), (), (), _NOTHING, _NOTHING, (),
        _NO_ORIGINALS, "",
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
