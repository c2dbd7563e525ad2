"""The short way from a row to a ticket, for rows that already look like one.

Servers that were made for this program, the embedded one among them, name and type their fields as `Ticket` does.
Such rows come by the ten thousand, and reading them must cost about what parsing their JSON costs; so here no name is
looked up, and rows are checked and mended column by column, each column as its field's kind in
`tui_app.tickets.fields` requires. Invariant: `plain_tickets` returns either what `ticket_from` would return for the
rows, or None (a moment with more digits than microseconds is rounded, where that cuts it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, repeat
from operator import attrgetter, itemgetter
from types import GenericAlias
from typing import Annotated, Any

from msgspec import Meta, convert, defstruct

from tui_app.adapters.reading.discussion import extra_fields, lookup_of
from tui_app.adapters.reading.field_columns import Columns
from tui_app.adapters.reading.field_values import NOBODY, are_human, without_address
from tui_app.adapters.reading.markup import are_plain_texts
from tui_app.tickets.fields import FIELDS_BY_NAME, REQUIRED_FIELDS, ROW_FIELDS, TIME_KINDS, FieldKind
from tui_app.tickets.text import clean, clean_line
from tui_app.tickets.ticket import JsonValue, Later, Ticket

_TYPES: Mapping[FieldKind, Any] = {
    FieldKind.LABELS: tuple[str, ...],
    **dict.fromkeys(TIME_KINDS, Annotated[datetime, Meta(tz=True)]),
}
"""Of kinds whose values are no text in JSON, or no plain one."""
_FIELDS = tuple(name for name in Ticket.__struct_fields__ if name in ROW_FIELDS)
_ROW = defstruct(
    "_ROW",
    [
        (name, str) if name in REQUIRED_FIELDS else (name, _TYPES.get(FIELDS_BY_NAME[name].kind, str) | None, None)
        for name in _FIELDS
    ]
    + [("extra", dict[str, Any] | None, None), ("version", int | None, None)],
    forbid_unknown_fields=True,
    gc=False,
)
"""What a plain row holds, and nothing besides. The count of its changes is no field of the ticket."""
_NAMES = frozenset(_ROW.__struct_fields__)
_ROWS: Any = GenericAlias(list, (_ROW,))
_values = attrgetter(*_FIELDS)
_extra = attrgetter("extra")

_ABSENT: Mapping[str, Any] = {"source": "", "closed": None}
_EMPTY: Mapping[str, Any] = {
    name: {} if name in ("extra", "lookup", "originals") else _ABSENT.get(name, ())
    for name in Ticket.__struct_fields__
    if name not in _FIELDS
}
"""The other attributes of every plain ticket: one object for all, since the garbage collector looks at each."""

_MOST_REMEMBERED = 1000
_labels: dict[tuple[str, ...], tuple[str, ...]] = {}
"""One tuple for all tickets that have the same labels."""

_Columns = Mapping[str, Sequence[Any]]


def reads_plain(columns: Columns) -> bool:
    """Whether ``columns`` say of plain rows what their names say."""
    for name, paths in columns.paths.items():
        own = [path for path in paths if path[0] in _NAMES]
        if own != ([(name,)] if name in _FIELDS else []):
            return False
    return True


def plain_tickets(rows: Sequence[JsonValue], *, with_lookup: bool = False) -> list[Ticket] | None:
    """The tickets that ``rows`` are, or None where it takes a closer look to read one of them.

    ``with_lookup``: what a get tool may ask for besides the id is kept, for servers of which nobody knows what it asks.
    """
    try:
        plain = convert(rows, _ROWS)
    except ValueError:  # msgspec's ValidationError, or what it says to half a surrogate pair
        return None
    if not plain:
        return []
    columns = dict(zip(_FIELDS, zip(*map(_values, plain), strict=True), strict=True))
    if not _are_plain(columns):
        return None
    values = {name: _column(name, columns, plain) for name in Ticket.__struct_fields__}
    if with_lookup:
        values["lookup"] = map(Later, repeat(_lookup_of), plain)
    return list(map(Ticket, *values.values()))


def _column(name: str, columns: _Columns, plain: Sequence[Any]) -> Iterable[Any]:
    """The values of one attribute of all tickets."""
    if name == "extra" and any(map(_extra, plain)):
        return [Later(_extra_of, extra) if extra else {} for extra in map(_extra, plain)]
    if name not in columns:
        return repeat(_EMPTY[name])
    values = columns[name]
    kind = FIELDS_BY_NAME[name].kind
    if kind is FieldKind.LABELS:
        if len(_labels) > _MOST_REMEMBERED:
            _labels.clear()
        return [_labels.setdefault(labels, labels) if labels else () for labels in values]
    if name in REQUIRED_FIELDS or kind in (*TIME_KINDS, FieldKind.URL, FieldKind.TEXT):
        return values
    return [value or None for value in values] if "" in values else values


def _extra_of(fields: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return extra_fields(fields, ())


def _lookup_of(row: Any) -> dict[str, JsonValue]:
    return lookup_of(dict(zip(_FIELDS, _values(row), strict=True)))


def _are_plain(columns: _Columns) -> bool:
    """Whether nothing in ``columns`` has to be mended; what is joined is looked at in one go."""
    people: set[str] = set().union(*_of_kind(columns, FieldKind.PERSON)) - {None}
    moments = filter(None, chain.from_iterable(_of_kind(columns, *TIME_KINDS)))
    texts = [text for column in _of_kind(columns, FieldKind.TEXT) for text in column if text is not None]
    joined = "\n".join(texts)
    return (
        _are_plain_words(_words(columns))
        and "#" not in map(itemgetter(0), columns["id"])
        and not any(person.casefold() in NOBODY or without_address(person) != person for person in people)
        and set(map(attrgetter("tzinfo"), moments)) <= {UTC}
        and all(are_human([url for url in column if url is not None]) for column in _of_kind(columns, FieldKind.URL))
        and are_plain_texts(texts, joined)
        and clean(joined) is joined
    )


def _of_kind(columns: _Columns, *kinds: FieldKind) -> list[Sequence[Any]]:
    return [column for name, column in columns.items() if FIELDS_BY_NAME[name].kind in kinds]


def _words(columns: _Columns) -> list[str]:
    """What has to be one clean line; of an absent value nothing."""
    words: list[str] = []
    for name, column in columns.items():
        kind = FIELDS_BY_NAME[name].kind
        if kind is FieldKind.LABELS:
            words.extend(chain.from_iterable(filter(None, set(column))))
        elif kind not in (*TIME_KINDS, FieldKind.URL, FieldKind.TEXT):
            words.extend(column if name in REQUIRED_FIELDS else filter(None, set(column)))
    return words


def _are_plain_words(words: Sequence[str]) -> bool:
    """Whether none is empty, and nothing has to be mended in them or taken off their ends."""
    line = "|".join(words)
    return "" not in words and clean_line(line) is line and list(map(str.strip, words)) == words
