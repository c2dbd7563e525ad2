"""The rows of a server's answer to `Ticket` values, column by column: which column is which field is decided once.

Invariants: nothing here raises, whatever JSON a row holds; no value is invented: what a row lacks is empty, and where
it lacks id, title or status the ticket lists that in ``problems``; every string is sanitised. Fields that a `Ticket`
has no attribute for are kept by name as its extra fields, within bounds. Markup, comments and extra fields are read
with the first look at them: most tickets of a list are never opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import repeat
from types import NoneType
from typing import Any

from tui_app.adapters.reading.column_scores import Path
from tui_app.adapters.reading.discussion import attachments_of, changes_of, comments_of, extra_of, lookup_of
from tui_app.adapters.reading.field_columns import Columns, column_names, holds, named_columns, value_at_path
from tui_app.adapters.reading.field_names import plain_name
from tui_app.adapters.reading.field_values import (
    ColumnWords,
    Row,
    are_human,
    flattened,
    human_urls,
    is_nothing,
    word_of,
)
from tui_app.adapters.reading.markup import are_plain_texts, to_markdown
from tui_app.adapters.reading.openness import closed_in
from tui_app.adapters.reading.plain import plain_tickets
from tui_app.adapters.reading.relations import relations_beside
from tui_app.adapters.reading.timestamps import moments_of
from tui_app.tickets.fields import FIELDS_BY_NAME, TIME_KINDS, FieldKind
from tui_app.tickets.text import clean, clean_line
from tui_app.tickets.ticket import JsonValue, Later, Relation, Ticket
from tui_app.tickets.turns import in_slices

OPEN_FLAG = "open"
"""The status of a row whose flag, as ``completed``, is not set and which says no more."""
_ROWS_AT_ONCE = 250
_LONGEST_ID = 300  # characters; anything longer is a text in the wrong place
_HAS_DIGIT = re.compile(r"\d")
_Cells = list[Any]


def iter_tickets(rows: Sequence[JsonValue], columns: Columns | None = None) -> Iterator[Ticket]:
    """The tickets of ``rows``; gives way to the screen in between. Without ``columns`` their names decide."""
    for some in in_slices(rows, _ROWS_AT_ONCE):
        yield from (columns is None and plain_tickets(some)) or _of_slice(some, columns)


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
    flat = [flattened(row) for row in rows]
    return _Reader(flat, columns or named_columns(flat), overrides or {}).tickets()


class _Reader:
    """Reads alike rows, and keeps account of what was mended and missed in each."""

    def __init__(self, rows: Sequence[Row], columns: Columns, overrides: Mapping[str, JsonValue]) -> None:
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
                read[name] = _READERS[field.kind](self, name)
        for name in ("id", "title", "status"):
            read[name] = self._required(name, read[name])
        identities = zip(self._rows, read["id"], strict=True)
        read["relations"] = [Later(_relations_of, (self._columns, row, identity or "")) for row, identity in identities]
        read["extra"] = self._later(extra_of)
        read["lookup"] = self._later(lookup_of)
        read["problems"] = [self._problems.get(i, ()) for i in range(len(self._rows))] if self._problems else repeat(())
        read["originals"] = self._all_originals(read["description"])
        read["source"] = repeat("")
        roots = tuple(dict.fromkeys(path[0] for path in self._columns.paths.get("status", ())))
        read["closed"] = closed_in(self._rows, roots, read["status"])
        return list(map(Ticket, *(read[name] for name in Ticket.__struct_fields__)))

    # ------------------------------------------------------------ finding values

    def _cells(self, field: str, fits: Callable[[JsonValue], bool] | None = None) -> _Cells:
        """The value of ``field`` in each row: that of its best column there that holds one."""
        if field in self._overrides:
            return [self._overrides[field]] * len(self._rows)
        cells: _Cells = []
        for path in self._columns.paths.get(field, ()):
            found = _column(self._rows, path)
            if fits is not None:
                found = [value if fits(value) else None for value in found]
            else:
                found = _holding(found, field, path)
            cells = [a if a is not None else b for a, b in zip(cells, found, strict=True)] if cells else found
            if None not in cells:
                break
        return cells or [None] * len(self._rows)

    def _later(self, work: Callable[[tuple[Columns, Row]], Any]) -> list[Later]:
        columns = self._columns
        return [Later(work, (columns, row)) for row in self._rows]

    # ------------------------------------------------------------ the three that every ticket must have

    def _identities(self) -> _Cells:
        cells = self._cells("id", _names_one) if "id" not in self._overrides else self._cells("id")
        for position, (cell, row) in enumerate(zip(cells, self._rows, strict=True)):
            own = row.get("id")
            if cell is None:
                cells[position] = next((v for v in self._cells_of(row, "id") if _can_be_id(v)), None)
            elif own is not cell and isinstance(own, str) and own.startswith(f"{cell}-"):  # "id": "K8S-7", "key": "K8S"
                cells[position] = own
        words = [cell.strip() if type(cell) is str else word_of(cell) or "" for cell in cells]
        self._ids = [word.removeprefix("#") for word in words]
        return self._lines("id", self._ids)

    def _cells_of(self, row: Row, field: str) -> Iterator[JsonValue]:
        return (value_at_path(row, path) for path in self._columns.paths.get(field, ()))

    def _titles(self) -> _Cells:
        cells = self._cells("title")
        for position, cell in enumerate(cells):
            if cell is not None and type(cell) is not str:
                self._note(position, "the title is not text")
        return self._lines("title", [cell.strip() or None if type(cell) is str else word_of(cell) for cell in cells])

    def _statuses(self) -> _Cells:
        cells = self._lines("status", self._words("status"))
        if "" not in cells and None not in cells:
            return cells
        for name in self._columns.flags:
            word = _flag_word(name)
            for position, row in enumerate(self._rows):
                value = row.get(name)
                if not cells[position] and isinstance(value, bool):
                    cells[position] = word if value else OPEN_FLAG
        return cells

    def _required(self, field: str, values: _Cells) -> _Cells:
        if None not in values and "" not in values:
            return values
        for position, value in enumerate(values):
            if not value:
                self._note(position, f"no {field}")
        return [value or "" for value in values]

    def _note(self, position: int, problem: str) -> None:
        self._problems[position] = (*self._problems.get(position, ()), problem)

    # ------------------------------------------------------------ the others

    def _words(self, field: str) -> list[str | None]:
        return list(map(ColumnWords(field).word, self._cells(field)))

    def words(self, field: str) -> _Cells:
        return self._lines(field, self._words(field))

    def references(self, field: str) -> _Cells:
        """Ids of other tickets, which may come as whole objects."""
        words = [_reference(cell, field) for cell in self._cells(field)]
        return self._lines(field, [word.removeprefix("#") if word else None for word in words])

    def people(self, field: str) -> _Cells:
        return self._lines(field, list(map(ColumnWords(field, people=True).word, self._cells(field))))

    def moments(self, field: str) -> list[datetime | None]:
        return moments_of(self._cells(field))

    def labels(self, field: str) -> list[tuple[str, ...]]:
        known: dict[tuple[str, ...], tuple[str, ...]] = {(): ()}
        read = ColumnWords(field).words
        found = [read(cell) if cell is not None else () for cell in self._cells(field)]
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
        override = [self._overrides[field]] if field in self._overrides else []
        columns = [_column(self._rows, path) for path in paths]
        candidates = [[*override, *values] for values in zip(*columns, strict=True)] or [override] * len(cells)
        return human_urls(candidates, self._ids)

    def texts(self, field: str) -> _Cells:
        cells = self._cells(field)
        texts = [cell for cell in cells if type(cell) is str]
        if len(texts) + cells.count(None) == len(cells):
            joined = "\n".join(texts)
            if are_plain_texts(texts, joined) and clean(joined) is joined:
                return cells
        self._marked_up = True
        return [Later(_markdown_of, cell) if cell is not None else None for cell in cells]

    def lists(self, field: str) -> _Cells:
        work = _LISTS[field]
        cells = self._cells(field)
        return [Later(work, cell) if cell is not None else () for cell in cells]

    # ------------------------------------------------------------ sanitising

    def _lines(self, field: str, texts: Sequence[str | None]) -> _Cells:
        """Texts as clean lines; what that changed is kept."""
        present = [text for text in texts if text]
        joined = "|".join(present)
        if clean_line(joined) is joined and list(map(str.strip, present)) == present:
            return [text or None for text in texts]
        return [self._line(field, position, text) for position, text in enumerate(texts)]

    def _line(self, field: str, position: int, text: str | None) -> str | None:
        stripped = text.strip() if text else ""
        cleaned = clean_line(stripped).strip()
        if cleaned != stripped:
            self._originals.setdefault(position, {})[field] = stripped
        return cleaned or None

    def _all_originals(self, descriptions: _Cells) -> Any:
        if self._marked_up:
            return [
                Later(_originals_of, (self._originals.get(position, {}), text))
                for position, text in enumerate(descriptions)
            ]
        return [self._originals.get(i, {}) for i in range(len(self._rows))] if self._originals else repeat({})


def _column(rows: Sequence[Row], path: Path) -> _Cells:
    """The value at ``path`` in each row."""
    first, *others = path
    cells: _Cells = [row.get(first) for row in rows]
    for name in others:
        cells = [cell.get(name) if isinstance(cell, Mapping) else None for cell in cells]
    return cells


def _relations_of(subject: tuple[Columns, Row, str]) -> tuple[Relation, ...]:
    columns, row, identity = subject
    return relations_beside(row, set(column_names(columns, row)), identity, ticket_from)


def _holding(cells: _Cells, field: str, path: Path) -> _Cells:
    """``cells`` with None for each that holds nothing, or a value of a type that the field has not."""
    kinds = set(map(type, cells))
    kinds.discard(NoneType)
    if kinds == {str} and "" not in cells:
        return cells
    fitting = {kind for kind in kinds if holds(field, path, kind)}
    return [cell if type(cell) in fitting and not is_nothing(cell) else None for cell in cells]


def _names_one(value: JsonValue) -> bool:
    """An id, as people write them: with a digit, or not text at all; or an opaque one."""
    return _can_be_id(value) and (not isinstance(value, str) or bool(_HAS_DIGIT.search(value)))


def _can_be_id(value: JsonValue) -> bool:
    if isinstance(value, str):
        return bool(value.strip()) and len(value) <= _LONGEST_ID
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 10**_LONGEST_ID


def _flag_word(name: str) -> str:
    """``isDone`` is done."""
    word = plain_name(name).removeprefix("is")
    return {"checked": "done", "complete": "completed"}.get(word, word)


def _reference(cell: JsonValue, field: str) -> str | None:
    if isinstance(cell, dict):
        paths = named_columns([cell]).paths.get("id", ())
        cell = next((value for path in paths if _can_be_id(value := value_at_path(cell, path))), None)
    return word_of(cell, field)


def _markdown_of(cell: JsonValue) -> str | None:
    text = to_markdown(cell)
    return clean(text) if text else None


def _originals_of(subject: tuple[dict[str, str], Any]) -> dict[str, str]:
    others, later = subject
    if not isinstance(later, Later):
        return others
    text = to_markdown(later.subject)
    return {**others, "description": text} if text and clean(text) != text else others


_LISTS: Mapping[str, Callable[[Any], Any]] = {
    "comments": comments_of,
    "history": changes_of,
    "attachments": attachments_of,
}
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
