"""The short way from a row to a ticket, for rows that already look like one.

Servers that were made for this program, the embedded one among them, name and type their fields as `Ticket` does.
Such rows come by the ten thousand, and reading them must cost about what parsing their JSON costs; so here nothing is
looked for. Invariant: `plain_tickets` returns either what `fields.ticket_from` would return for the rows, or None (a
moment that is given finer than in microseconds is rounded, where that cuts it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, Struct, convert

from tui_app.adapters.reading.links import are_human
from tui_app.adapters.reading.markup import are_plain_texts
from tui_app.adapters.reading.values import NOBODY
from tui_app.tickets.text import clean, clean_line
from tui_app.tickets.ticket import JsonValue, Ticket

_NOTHING: Mapping[str, JsonValue] = {}  # one for all: ten thousand empty ones are work for the garbage collector
_NO_ORIGINALS: Mapping[str, str] = {}

_MOST_REMEMBERED = 1000
_labels: dict[tuple[str, ...], tuple[str, ...]] = {}

_Moment = Annotated[datetime, Meta(tz=True)]


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
    created_at: _Moment | None = None
    updated_at: _Moment | None = None
    url: str | None = None
    description: str | None = None


def plain_tickets(rows: Sequence[JsonValue]) -> list[Ticket] | None:
    """The tickets that ``rows`` are, or None where it takes a closer look to read one of them."""
    try:
        plain = convert(rows, list[_Row])
    except ValueError:  # msgspec's ValidationError, or what it says to half a surrogate pair
        return None
    if not _are_plain(plain):
        return None
    return [
        Ticket(
            row.id, row.title, row.status, row.assignee or None, row.reporter or None, row.priority or None,
            row.type or None, row.project or None, _shared(row.labels or ()), row.created_at, row.updated_at, row.url,
            row.description, (), (), (), _NOTHING, _NOTHING, (), _NO_ORIGINALS, "",
        )
        for row in plain
    ]  # fmt: skip


def _are_plain(rows: Sequence[_Row]) -> bool:
    """Whether nothing in ``rows`` has to be mended; what is joined is looked at in one go."""
    words: list[str] = []
    for row in rows:
        words += (row.id, row.title, row.status, row.assignee or "-", row.reporter or "-", row.priority or "-",
                  row.type or "-", row.project or "-", *(row.labels or ()))  # fmt: skip
    people = {row.assignee or "" for row in rows} | {row.reporter or "" for row in rows}
    moments = [*(row.created_at for row in rows), *(row.updated_at for row in rows)]
    texts = [row.description for row in rows if row.description is not None]
    said = "\n".join(texts)
    return (
        _are_plain_words(words)
        and not any(row.id[0] == "#" for row in rows)
        and not any(person.casefold() in NOBODY for person in people)
        and all(moment is None or moment.tzinfo is UTC for moment in moments)
        and are_human([row.url for row in rows if row.url is not None])
        and are_plain_texts(texts, said)
        and clean(said) is said
    )


def _are_plain_words(words: Sequence[str]) -> bool:
    """Whether none is empty, and nothing has to be mended in them or taken off their ends."""
    line = "|".join(words)
    return "" not in words and clean_line(line) is line and list(map(str.strip, words)) == words


def _shared(labels: tuple[str, ...]) -> tuple[str, ...]:
    """One tuple for all tickets that have the same labels: the garbage collector looks at each that there is."""
    if len(_labels) >= _MOST_REMEMBERED:
        _labels.clear()
    return _labels.setdefault(labels, labels)
