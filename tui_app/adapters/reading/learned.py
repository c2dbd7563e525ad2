"""What was learnt of how a server answers: where its tickets are, which column is which field, and how sure that is.

Invariants: `learn` never raises; a `LearnedReading` is plain data, which `to_json` writes and `learned_from_json` reads
back; a confidence is between 0 and 1, and a field below `SURE` is a guess that must be shown as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from operator import attrgetter

from msgspec import Struct, ValidationError, convert, field
from msgspec.structs import replace

from tui_app.adapters.reading.alike_rows import flattened
from tui_app.adapters.reading.answers import payloads, read_rows
from tui_app.adapters.reading.date_columns import with_dates_by_order
from tui_app.adapters.reading.field_columns import SAMPLE, Columns
from tui_app.adapters.reading.field_values import Row, value_at_path
from tui_app.adapters.reading.row_pages import Paging, RowPage, page_at, pages_of
from tui_app.adapters.reading.ticket_from_row import iter_tickets
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.errors import InvalidResponseError
from tui_app.tickets.fields import FIELDS_BY_NAME, TIME_FIELDS
from tui_app.tickets.ticket import JsonValue, Ticket, lack_of

SURE = 0.45
"""Confidence from which a field counts as known; below it is a guess."""
_MOST_LOOKED_AT = 40  # rows without a date
_MOST_LACKING = 0.1  # share of the rows without an id or a title; more, and it is learnt anew


class LearnedColumn(Struct, frozen=True):
    """Which column holds a field; ``column`` is its path in a row, with dots: ``fields.status``."""

    column: str
    confidence: float


class ReadTickets(Struct, frozen=True):
    """The tickets of one answer, what it says of further ones, and what the user should know of it."""

    tickets: tuple[Ticket, ...]
    rows: Sequence[Row] = ()
    """What each ticket was made of; the planner takes ids of places and of tickets from them."""
    paging: Paging = field(default_factory=Paging)
    warnings: tuple[str, ...] = ()

    @property
    def total(self) -> int | None:
        """How many match in all, by the answer's own words."""
        return self.paging.total

    @property
    def more(self) -> bool:
        """Whether the answer says that further tickets match."""
        paging = self.paging
        beyond = (paging.total is not None and paging.total > len(self.tickets)) or (paging.pages or 0) > 1
        return bool(paging.has_more or paging.next_cursor or paging.next_page or paging.next_offset or beyond)


class Table(Struct, frozen=True):
    """Alike rows of an answer. ``name`` is where they are: ``data.issues``."""

    name: str
    rows: Sequence[Row]
    fields: Mapping[str, LearnedColumn]
    ticketness: float


class LearnedReading(Struct, frozen=True):
    """How to read one tool's answers."""

    ticketness: float
    columns: Columns = field(default_factory=lambda: Columns({}))
    steps: tuple[str, ...] = ()
    """Where in the answer the rows are; empty for a text, whose rows are looked for each time."""
    rows: Sequence[Row] = ()
    """Those of the answer that it was learnt from."""
    tickets: tuple[Ticket, ...] = ()
    """Those of the answer that it was learnt from."""
    paging: Paging = field(default_factory=Paging)
    warnings: tuple[str, ...] = ()

    @property
    def fields(self) -> dict[str, LearnedColumn]:
        """Ticket field to the column that holds it."""
        return learned_columns(self.columns)

    @property
    def guessed(self) -> tuple[str, ...]:
        """Fields whose column is a guess."""
        return tuple(name for name, column in self.fields.items() if column.confidence < SURE)

    def read(self, result: CallToolResult) -> ReadTickets:
        """The tickets of another answer of the same tool; where too few have an id and a title it is learnt anew.

        Raises:
            InvalidResponseError: no tickets can be read from it.
        """
        for payload in payloads(result) if self.steps else ():
            page = page_at(payload, self.steps, self.columns, self.ticketness)
            if page.rows:
                found = tickets_of(page)
                if _are_whole(found.tickets, self.columns):
                    return found
        page = read_rows(result, by_content=True, known=None if self.steps else self.columns)
        return tickets_of(_with_dates(page, self.columns))

    def to_json(self) -> dict[str, JsonValue]:
        """What is worth remembering, without the answer that it was learnt from."""
        paths: dict[str, JsonValue] = {
            name: [list(path) for path in paths] for name, paths in self.columns.paths.items()
        }
        return {
            "ticketness": self.ticketness,
            "steps": list(self.steps),
            "paths": paths,
            "flags": list(self.columns.flags),
            "confidence": dict(self.columns.confidence),
        }


def learned_from_json(value: JsonValue) -> LearnedReading | None:
    """What `LearnedReading.to_json` wrote; None for anything else."""
    try:
        known = convert(value, _Remembered)
    except ValidationError:
        return None
    if not set(known.paths) <= set(FIELDS_BY_NAME) or not all(all(paths) for paths in known.paths.values()):
        return None
    return LearnedReading(known.ticketness, Columns(known.paths, known.flags, known.confidence), known.steps)


class _Remembered(Struct, forbid_unknown_fields=True):
    """The form of `LearnedReading.to_json`."""

    ticketness: float
    steps: tuple[str, ...]
    paths: dict[str, tuple[tuple[str, ...], ...]]
    flags: tuple[str, ...]
    confidence: dict[str, float]


def learn(result: CallToolResult) -> LearnedReading | None:
    """How to read answers such as ``result``, by its best table; None where it shows no tickets."""
    try:
        page = _with_dates(read_rows(result, by_content=True))
    except InvalidResponseError:
        return None
    found = tickets_of(page)
    if not found.tickets or page.columns is None:
        return None
    score, columns = page.ticketness, page.columns
    return LearnedReading(score, columns, page.path, found.rows, found.tickets, found.paging, found.warnings)


def _with_dates(page: RowPage, known: Columns | None = None) -> RowPage:
    """``page`` with what the order of its dates tells; where that tells nothing, with the column of creation that is
    ``known`` of an earlier answer."""
    if page.columns is None or "created_at" in page.columns.paths:
        return page
    rows = [flattened(row) for row in page.rows[:SAMPLE] if isinstance(row, Mapping)]
    columns = with_dates_by_order(page.columns, rows)
    earlier = known.paths.get("created_at", ()) if known else ()
    if "created_at" not in columns.paths and any(path[0] in row for path in earlier for row in rows):
        columns = replace(columns, paths={**columns.paths, "created_at": earlier})
    return replace(page, columns=columns)


def tickets_of(page: RowPage) -> ReadTickets:
    """The tickets of a page, and what of them was not understood."""
    rows = [row for row in page.rows if isinstance(row, Mapping)]
    tickets = tuple(iter_tickets(rows, page.columns))
    if lack_statuses(tickets):  # that a tracker has none is no fault of a ticket, and told once
        tickets = tuple(
            replace(ticket, problems=tuple(p for p in ticket.problems if p != lack_of("status"))) for ticket in tickets
        )
    return ReadTickets(tickets, rows, page.paging, (*page.warnings, *_unread(page, rows, tickets)))


def _unread(page: RowPage, rows: Sequence[Row], tickets: Sequence[Ticket]) -> Iterator[str]:
    left = len(page.rows) - len(rows)
    if left:
        yield f"{left} of {len(page.rows)} rows of the answer are not objects and were left out."
    for name in TIME_FIELDS:
        paths = page.columns.paths.get(name, ()) if page.columns else ()
        if not paths or None not in map(attrgetter(name), tickets):
            continue
        lacking = (row for row, ticket in zip(rows, tickets, strict=True) if getattr(ticket, name) is None)
        cells = (value_at_path(flattened(row), paths[0]) for row in islice(lacking, _MOST_LOOKED_AT))
        unread = next((cell for cell in cells if isinstance(cell, str) and any(map(str.isdigit, cell))), None)
        if unread is not None:
            caption = FIELDS_BY_NAME[name].caption
            yield f"{caption}: not every date could be read for certain, such as {unread[:40]!r}."


def lack_statuses(tickets: Sequence[Ticket]) -> bool:
    """Whether there are several tickets, and none has a status."""
    return len(tickets) > 1 and not any(ticket.status for ticket in tickets)


def _are_whole(tickets: Sequence[Ticket], columns: Columns) -> bool:
    needed = ("title", "id") if "id" in columns.paths else ("title",)
    if all(all(map(attrgetter(name), tickets)) for name in needed):
        return True
    lacking = sum(not all(getattr(ticket, name) for name in needed) for ticket in tickets)
    return lacking <= _MOST_LACKING * len(tickets)


def learned_columns(columns: Columns) -> dict[str, LearnedColumn]:
    """Ticket field to its first column, and how sure that is."""
    return {
        name: LearnedColumn(".".join(paths[0]), round(min(1.0, columns.confidence.get(name, 1.0)), 2))
        for name, paths in columns.paths.items()
    }


def tables(result: CallToolResult) -> list[Table]:
    """The tables of an answer, the one most like tickets first; of places, what they are called is the title."""
    pages = [page for payload in payloads(result) for page in pages_of(payload)]
    if not pages:
        with suppress(InvalidResponseError):
            pages = [read_rows(result, by_content=True)]
    pages.sort(key=lambda page: -page.ticketness)
    return [_table(page) for page in pages if page.rows]


def _table(page: RowPage) -> Table:
    rows = [row for row in page.rows if isinstance(row, Mapping)]
    return Table(".".join(page.path), rows, learned_columns(page.columns or Columns({})), page.ticketness)
