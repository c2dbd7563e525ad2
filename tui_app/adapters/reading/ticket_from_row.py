"""The rows of a server's answer to `Ticket` values, column by column: which column is which field is decided once.

Invariants: nothing here raises, whatever JSON a row holds; no value is invented: what a row lacks is empty, and where
it lacks id, title or status the ticket lists that in ``problems``; every string is sanitised. Fields that a `Ticket`
has no attribute for are kept by name as its extra fields, within bounds. Markup, comments and extra fields are read
with the first look at them: most tickets of a list are never opened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, repeat
from types import NoneType
from typing import Any

from msgspec import Struct

from tui_app.adapters.reading.alike_rows import AlikeRows, flattened
from tui_app.adapters.reading.column_scores import Path
from tui_app.adapters.reading.discussion import (
    attachments_of,
    changes_of,
    comments_of,
    extra_of,
    lookup_of,
    markdown_of,
    original_of,
    originals_of,
)
from tui_app.adapters.reading.field_columns import (
    Columns,
    column_names,
    columns_named,
    holds,
    named_columns,
)
from tui_app.adapters.reading.field_values import (
    ColumnWords,
    Row,
    are_human,
    can_be_id,
    human_urls,
    is_nothing,
    named_by_people,
    value_at_path,
    word_of,
)
from tui_app.adapters.reading.markup import are_plain_texts
from tui_app.adapters.reading.openness import closed_in, flag_word
from tui_app.adapters.reading.plain import plain_tickets, reads_plain
from tui_app.adapters.reading.relations import relations_beside
from tui_app.tickets.fields import FIELDS_BY_NAME, TIME_KINDS, FieldKind
from tui_app.tickets.text import clean, clean_line
from tui_app.tickets.ticket import JsonValue, Later, Relation, Ticket, lack_of
from tui_app.tickets.timestamps import moments_of
from tui_app.tickets.turns import in_slices

OPEN_FLAG = "open"
"""The status of a row whose flag, as ``completed``, is not set and which says no more."""
_ROWS_AT_ONCE = 500
_Cells = list[Any]


def iter_tickets(rows: Sequence[JsonValue], columns: Columns | None = None) -> Iterator[Ticket]:
    """The tickets of ``rows``; gives way to the screen in between. Without ``columns`` their names decide."""
    may_be_plain = columns is None or reads_plain(columns)
    return chain.from_iterable(
        (may_be_plain and plain_tickets(some, with_lookup=columns is not None)) or _of_slice(some, columns)
        for some in in_slices(rows, _ROWS_AT_ONCE)
    )


def _of_slice(some: Sequence[JsonValue], columns: Columns | None) -> list[Ticket]:
    """Rows with equal names are read together."""
    groups: dict[Collection[str], list[int]] = {}
    rows = [row for row in some if isinstance(row, dict)]
    for position, row in enumerate(rows):
        groups.setdefault(tuple(row) if columns is None else (), []).append(position)
    tickets: list[Any] = [None] * len(rows)
    for positions in groups.values():
        members = [rows[position] for position in positions]
        read = (columns is None and plain_tickets(members)) or read_columns(members, columns)
        for position, ticket in zip(positions, read, strict=True):
            tickets[position] = ticket
    return tickets


def ticket_from(row: Row, overrides: Mapping[str, JsonValue] | None = None) -> Ticket:
    """The ticket that ``row`` holds.

    Args:
        row: an object of the server's answer, with its fields on top or within ``fields``, ``attributes`` and the like.
        overrides: ticket field to value, for fields that a profile's ``map`` reads from elsewhere in the row.
    """
    return read_columns([row], None, overrides or {})[0]


def read_columns(
    rows: Sequence[Row], columns: Columns | None = None, overrides: Mapping[str, JsonValue] | None = None
) -> list[Ticket]:
    """The tickets of ``rows``, which are alike, by ``columns``, else by the names in them."""
    alike = AlikeRows(rows)
    return _Reader(alike, columns or columns_named(alike.names()), overrides or {}).tickets()


class _Origin(Struct, frozen=True, gc=False):
    """What a ticket is made of; read further with the first look at it."""

    columns: Columns
    row: Row
    identity: str


class _Reader:
    """Reads alike rows, and keeps account of what was mended and missed in each."""

    def __init__(self, rows: AlikeRows, columns: Columns, overrides: Mapping[str, JsonValue]) -> None:
        self._rows = rows
        self._columns = columns
        self._overrides = overrides
        self._problems: dict[int, tuple[str, ...]] = {}
        self._originals: dict[int, dict[str, str]] = {}
        self._marked_up = False
        self._ids: list[str] = []

    def tickets(self) -> list[Ticket]:
        read: dict[str, Any] = {"id": self._identities()}
        read["title"] = self._titles()
        read["status"] = self._statuses()
        for name, field in FIELDS_BY_NAME.items():
            if name not in read and name != "source":
                is_there = name in self._columns.paths or name in self._overrides
                read[name] = _READERS[field.kind](self, name) if is_there else repeat(_NOTHING.get(field.kind))
        for name in ("id", "title", "status"):
            read[name] = self._required(name, read[name])
        origins = list(map(_Origin, repeat(self._columns), self._rows.rows, read["id"]))
        for name, work in _OF_ORIGIN.items():
            read[name] = map(Later, repeat(work), origins)
        read["problems"] = [self._problems.get(i, ()) for i in range(len(self._rows))] if self._problems else repeat(())
        read["originals"] = self._all_originals(read["description"])
        read["source"] = repeat("")
        roots = tuple(dict.fromkeys(path[0] for path in self._columns.paths.get("status", ())))
        read["closed"] = closed_in(self._rows, roots, read["status"])
        return list(map(Ticket, *(read[name] for name in Ticket.__struct_fields__)))

    # ------------------------------------------------------------ finding values

    def _cells(self, field: str, fitting: Callable[[_Cells], _Cells] | None = None) -> _Cells:
        """The value of ``field`` in each row: that of its best column there that holds one, of those ``fitting``."""
        if field in self._overrides:
            return [self._overrides[field]] * len(self._rows)
        cells: _Cells = []
        for path in self._columns.paths.get(field, ()):
            found = self._column(path)
            found = fitting(found) if fitting is not None else _holding(found, field, path)
            cells = [a if a is not None else b for a, b in zip(cells, found, strict=True)] if cells else found
            if None not in cells:
                break
        return cells or [None] * len(self._rows)

    def _column(self, path: Path) -> _Cells:
        """The value at ``path`` in each row."""
        first, *others = path
        cells = self._rows.column(first)
        for name in others:
            cells = [cell.get(name) if isinstance(cell, Mapping) else None for cell in cells]
        return cells

    # ------------------------------------------------------------ the three that every ticket must have

    def _identities(self) -> _Cells:
        cells = self._cells("id", named_by_people) if "id" not in self._overrides else self._cells("id")
        own = self._rows.column("id")
        if "-" in "".join([cell for cell in own if type(cell) is str]):  # "id": "K8S-7", "key": "K8S"
            pairs = zip(own, cells, strict=True)
            cells = [a if b is not None and isinstance(a, str) and a.startswith(f"{b}-") else b for a, b in pairs]
        if None in cells:
            others = zip(*(self._column(path) for path in self._columns.paths.get("id", ())), strict=True)
            possible = [next(filter(can_be_id, values), None) for values in others] or cells
            cells = [a if a is not None else b for a, b in zip(cells, possible, strict=True)]
        words = ColumnWords().words_in(cells)
        self._ids = [word.removeprefix("#") if word else "" for word in words]
        return self._lines("id", self._ids)

    def _titles(self) -> _Cells:
        cells = self._cells("title")
        if set(map(type, cells)) != {str}:
            for position, cell in enumerate(cells):
                if cell is not None and type(cell) is not str:
                    self._note(position, "the title is not text")
        return self._lines("title", [cell.strip() or None if type(cell) is str else word_of(cell) for cell in cells])

    def _statuses(self) -> _Cells:
        cells = self._lines("status", self._words("status"))
        if "" not in cells and None not in cells:
            return cells
        for name in self._columns.flags:
            word = flag_word(name)
            for position, value in enumerate(self._rows.column(name)):
                if not cells[position] and isinstance(value, bool):
                    cells[position] = word if value else OPEN_FLAG
        return cells

    def _required(self, field: str, values: _Cells) -> _Cells:
        if None not in values and "" not in values:
            return values
        for position, value in enumerate(values):
            if not value:
                self._note(position, lack_of(field))
        return [value or "" for value in values]

    def _note(self, position: int, problem: str) -> None:
        self._problems[position] = (*self._problems.get(position, ()), problem)

    # ------------------------------------------------------------ the others

    def _words(self, field: str) -> list[str | None]:
        return ColumnWords(field).words_in(self._cells(field))

    def words(self, field: str) -> _Cells:
        return self._lines(field, self._words(field))

    def references(self, field: str) -> _Cells:
        """Ids of other tickets, which may come as whole objects."""
        words = [_reference(cell, field) if cell is not None else None for cell in self._cells(field)]
        return self._lines(field, [word.removeprefix("#") if word else None for word in words])

    def people(self, field: str) -> _Cells:
        return self._lines(field, ColumnWords(field, people=True).words_in(self._cells(field)))

    def moments(self, field: str) -> list[datetime | None]:
        return moments_of(self._cells(field))

    def labels(self, field: str) -> list[tuple[str, ...]]:
        known: dict[tuple[str, ...], tuple[str, ...]] = {(): ()}
        found = ColumnWords(field).lists_in(self._cells(field))
        for words in found:
            if words not in known:
                known[words] = tuple(filter(None, (clean_line(word) for word in words)))
        return [known[words] for words in found]

    def urls(self, field: str) -> list[str | None]:
        cells = self._cells(field)
        texts = [cell for cell in cells if type(cell) is str]
        if len(texts) == len(cells) and are_human(texts):
            return cells
        paths = self._columns.paths.get(field, ())
        override = [self._overrides[field]] * len(cells) if field in self._overrides else []
        columns = [*([override] if override else ()), *(self._column(path) for path in paths)]
        return human_urls(columns, self._ids)

    def texts(self, field: str) -> _Cells:
        cells = self._cells(field)
        texts = [cell for cell in cells if type(cell) is str]
        if len(texts) + cells.count(None) == len(cells):
            joined = "\n".join(texts)
            if are_plain_texts(texts, joined) and clean(joined) is joined:
                return cells
        self._marked_up = True
        return [Later(markdown_of, cell) if cell is not None else None for cell in cells]

    def lists(self, field: str) -> _Cells:
        work = _LISTS[field]
        cells = self._cells(field)
        return [Later(work, cell) if cell is not None else () for cell in cells]

    # ------------------------------------------------------------ sanitising

    def _lines(self, field: str, texts: Sequence[str | None]) -> _Cells:
        """Texts as clean lines; what that changed is kept."""
        distinct = set(texts)
        present = list(filter(None, distinct))
        joined = "|".join(present)
        if clean_line(joined) is joined and list(map(str.strip, present)) == present:
            return [text or None for text in texts] if "" in distinct else list(texts)
        return [self._line(field, position, text) for position, text in enumerate(texts)]

    def _line(self, field: str, position: int, text: str | None) -> str | None:
        stripped = text.strip() if text else ""
        cleaned = clean_line(stripped).strip()
        if cleaned != stripped:
            self._originals.setdefault(position, {})[field] = stripped
        return cleaned or None

    def _all_originals(self, descriptions: _Cells) -> Any:
        if not self._marked_up:
            return [self._originals.get(i, {}) for i in range(len(self._rows))] if self._originals else repeat({})
        if not self._originals:
            return map(Later, repeat(original_of), descriptions)
        pairs = [(self._originals.get(position, {}), later) for position, later in enumerate(descriptions)]
        return map(Later, repeat(originals_of), pairs)


def _relations_of(origin: _Origin) -> tuple[Relation, ...]:
    row = flattened(origin.row)
    return relations_beside(row, set(column_names(origin.columns, row)), origin.identity, ticket_from)


def _extra_of(origin: _Origin) -> dict[str, JsonValue]:
    return extra_of(origin.columns, flattened(origin.row))


def _lookup_of(origin: _Origin) -> dict[str, JsonValue]:
    return lookup_of(flattened(origin.row))


def _holding(cells: _Cells, field: str, path: Path) -> _Cells:
    """``cells`` with None for each that holds nothing, or a value of a type that the field has not."""
    kinds = set(map(type, cells))
    kinds.discard(NoneType)
    if kinds == {str} and "" not in cells:
        return cells
    fitting = {kind for kind in kinds if holds(field, path, kind)}
    if fitting == kinds <= _EMPTY_KINDS:
        return [cell or None for cell in cells]
    return [cell if type(cell) in fitting and not is_nothing(cell) else None for cell in cells]


def _reference(cell: JsonValue, field: str) -> str | None:
    if isinstance(cell, dict):
        paths = named_columns([cell]).paths.get("id", ())
        cell = next((value for path in paths if can_be_id(value := value_at_path(cell, path))), None)
    return word_of(cell, field)


_OF_ORIGIN: Mapping[str, Callable[[_Origin], Any]] = {
    "relations": _relations_of,
    "extra": _extra_of,
    "lookup": _lookup_of,
}
_LISTS: Mapping[str, Callable[[Any], Any]] = {
    "comments": comments_of,
    "history": changes_of,
    "attachments": attachments_of,
}
_NOTHING: Mapping[FieldKind, Any] = {FieldKind.LABELS: (), FieldKind.LIST: ()}
_EMPTY_KINDS = {str, dict, list}
"""Types of which only an empty value holds nothing."""
_READERS: Mapping[FieldKind, Callable[[_Reader, str], Any]] = {
    FieldKind.PERSON: _Reader.people,
    FieldKind.LABELS: _Reader.labels,
    FieldKind.ID: _Reader.references,
    **dict.fromkeys(TIME_KINDS, _Reader.moments),
    FieldKind.TEXT: _Reader.texts,
    FieldKind.URL: _Reader.urls,
    FieldKind.LIST: _Reader.lists,
    **dict.fromkeys((FieldKind.LINE, FieldKind.WORD, FieldKind.STATUS, FieldKind.PRIORITY), _Reader.words),
}
