"""Finds the tickets of a JSON value: the rows most like tickets, their total and next page, and what is beside them.

Invariants: nothing here raises, whatever JSON it gets. Totals are often absent, and sometimes wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.adapters.reading.alike_rows import decoded, flattened
from tui_app.adapters.reading.field_columns import (
    SAMPLE,
    Columns,
    certainly_tickets,
    column_names,
    inferred_columns,
    named_columns,
    ticketness,
)
from tui_app.adapters.reading.field_names import CERTAIN_NAME, PLURALS, hints, names, plain_name
from tui_app.adapters.reading.field_values import Row, value_at_path, word_of
from tui_app.adapters.reading.plain import plain_tickets
from tui_app.adapters.reading.structure import ITEM, SIGNS, Steps, holders, is_of_tickets, parsed, places, rows_at
from tui_app.tickets.fields import FIELDS_BY_NAME, TICKET_FIELDS, FieldKind
from tui_app.tickets.ticket import JsonValue

_INFO_NAMES = frozenset(names("pagination paging meta metadata pageinfo page links cursor paginationinfo"))
_TOTALS = (
    *names("total totalcount totalresults"),
    *(f"total{noun}" for noun in PLURALS),
    *names("totalhits found xtotal matches hits"),
)
_CURSORS = names("nextcursor nextpagetoken endcursor nexttoken continuationtoken aftercursor nextlink cursor")
_NEXT_PAGES = names("nextpage xnextpage nextpagenumber")
_NEXT_OFFSETS = names("nextoffset nextstartat nextstart nextskip")
_MORE = names("hasmore hasnextpage hasnext more truncated ismore")
_LAST = names("islast islastpage lastpage end done")
_SIZES = names("limit perpage pagesize maxresults count size first")

_ADDRESS = re.compile(r"(?:\w+:/)?/\S*\?")
_LONGEST_COUNT = 9  # digits; no tracker holds a thousand million tickets


class Paging(Struct, frozen=True):
    """None everywhere: the answer does not say."""

    total: int | None = None
    next_cursor: str | None = None
    next_page: int | None = None
    next_offset: int | None = None
    has_more: bool | None = None
    page_size: int | None = None
    """How many rows the server says that a page has at most."""
    pages: int | None = None
    """How many pages there are."""

    def or_else(self, other: Paging) -> Paging:
        """What this one does not say, as ``other`` says it."""
        names = self.__struct_fields__
        return Paging(*(getattr(other if getattr(self, name) is None else self, name) for name in names))


def paging_of(payload: Row) -> Paging:
    """What ``payload``, the object that holds the rows, says of paging: on top or in ``pagination``, ``meta`` .."""
    own = _from_names({plain_name(name): value for name, value in payload.items()})
    for name, value in payload.items():
        if isinstance(value, Mapping) and plain_name(name) in _INFO_NAMES:
            own = own.or_else(_from_names({plain_name(inner): inside for inner, inside in value.items()}))
    return own


def _from_names(index: Row) -> Paging:
    if address := next((one for name, one in index.items() if name.startswith("next") and is_address(one)), ""):
        return next_in(str(address)).or_else(_from_names({k: v for k, v in index.items() if v != address}))
    more = _first_flag(index, _MORE)
    last = _first_flag(index, _LAST)
    return Paging(
        total=_first_number(index, _TOTALS),
        next_cursor=_first_text(index, _CURSORS),
        next_page=_first_number(index, _NEXT_PAGES),
        next_offset=_first_number(index, _NEXT_OFFSETS),
        has_more=more if more is not None else None if last is None else not last,
        page_size=_first_number(index, _SIZES),
        pages=next((_number(value) for name, value in index.items() if name.endswith("pages")), None),
    )


def is_address(value: JsonValue) -> bool:
    """Whether it is one to which a server may refer for further rows: whole, or a path and a query."""
    return isinstance(value, str) and bool(_ADDRESS.match(value))


def next_in(address: str) -> Paging:
    """The next page as the query of its address names it: ``..?page=2``."""
    query = parse_qsl(address.partition("?")[2].partition("#")[0])
    return _from_names({f"next{plain_name(name)}": value for name, value in query}).or_else(Paging(has_more=True))


def _first_number(index: Row, names: tuple[str, ...]) -> int | None:
    """A number, or digits; ``{"value": 3}`` is how search engines write it. Below zero means unknown."""
    for name in names:
        number = _number(index.get(name))
        if number is not None:
            return number
    return None


def _number(value: JsonValue) -> int | None:
    if isinstance(value, Mapping):
        value = value.get("value")
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_COUNT:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _first_text(index: Row, names: tuple[str, ...]) -> str | None:
    for name in names:
        value = index.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value:
            return value
    return None


def _first_flag(index: Row, names: tuple[str, ...]) -> bool | None:
    return next((value for name in names if isinstance(value := index.get(name), bool)), None)


class RowPage(Struct, frozen=True):
    """The rows of one answer, and where a ticket's fields are in them; None: their names say so."""

    rows: Sequence[JsonValue]
    paging: Paging = field(default_factory=Paging)
    warnings: tuple[str, ...] = ()
    columns: Columns | None = None
    path: tuple[str, ...] = ()
    """Where in the answer the rows are (`structure`)."""
    ticketness: float = 0.0


LEAST_TICKETNESS = 0.6  # rows below it are no tickets
CLEAR = 1.2  # ticketness from which on no other reading of an answer is tried
_BY_NAMES = 2.0  # ticketness of rows whose names show that they are tickets
ALONE = 0.4
"""What a single object, or a single line, without an id that is called so counts: most are no tickets."""
_AGREED = 1.6  # confidence in columns whose names and contents agree
_MOST_NOTICES = 50
_LEAST_HINT = 0.5
_NOTICES = frozenset(("errors", "error", "warnings", "warning", "errormessages"))
_SUCCESS = frozenset(("success", "ok", "succeeded"))
_PARTIAL = frozenset(("incompleteresults", "incomplete", "partial", "ispartial", "timedout"))
_LONG = frozenset(one.name for one in TICKET_FIELDS if one.kind in (FieldKind.TEXT, FieldKind.LIST))
_OWN_NAMES = frozenset(FIELDS_BY_NAME)
_DEEPEST = 4  # objects round one ticket
_SHOWN = 200  # characters of a message


def best_page(payload: JsonValue, *, by_content: bool = True) -> RowPage | None:
    """The place in ``payload`` whose rows are most like tickets.

    Without ``by_content`` rows that their names show to be tickets are not looked into: their names tell the columns.
    """
    pages = list(pages_of(payload, by_content=by_content))
    return max(pages, key=lambda page: page.ticketness, default=None)


def pages_of(payload: JsonValue, *, by_content: bool = True) -> Iterator[RowPage]:
    """The tables in ``payload``; those that their names show to be tickets alone, where there are any."""
    found = [(steps, rows) for steps in places(payload) if (rows := _sample(payload, steps))]
    certain = [(steps, rows) for steps, rows in found if steps[-1:] != () and certainly_tickets(rows)]
    if len(certain) == 1 and not by_content:
        yield replace(page_at(payload, certain[0][0], Columns({}), _BY_NAMES), columns=None)
        return
    called = [(steps, rows) for steps, rows in certain if any(map(is_of_tickets, steps[-2:-1]))]
    for steps, rows in called or certain or found:
        columns = _columns_of(rows)
        score = ticketness(columns, rows) * (1 if _is_listed(steps) or is_named(columns) else ALONE)
        yield page_at(payload, steps, columns, score)
        if all(row.get(ITEM) for row in rows):
            yield from _mined(payload, steps)


def _sample(payload: JsonValue, steps: Steps) -> list[Row]:
    return list(decoded(islice(rows_at(payload, steps), SAMPLE), holders(payload, steps)))


def _columns_of(rows: Sequence[Row]) -> Columns:
    """The columns of a sample: rows that are tickets as they stand need no look at what they hold."""
    if not plain_tickets([*map(dict, rows)]):
        return inferred_columns([flattened(row) for row in rows])
    named = named_columns(rows)
    return replace(named, confidence=dict.fromkeys(named.paths, _AGREED))


def _mined(payload: JsonValue, steps: Steps) -> Iterator[RowPage]:
    """A list of texts as the lines that they are: ``["PAY-1: Printer offline (open)", ..]``."""
    from tui_app.adapters.reading.text_tables import line_tables  # late: its patterns take long to compile

    above = holders(payload, steps)
    rows = list(rows_at(payload, steps))
    lines = [str(row[ITEM]).replace("\n", " ") for row in rows if " " in str(row.get(ITEM, "")).strip()]
    for table in line_tables("\n".join(lines)) if len(lines) == len(rows) else ():
        if len(table) != len(rows):
            continue
        whole = [{**cells, **beside} for cells, beside in zip(table, map(_beside_text, rows), strict=True)]
        columns = inferred_columns(whole[:SAMPLE])
        yield RowPage(whole, _paging_of(above), notices(above), columns, (), ticketness(columns, whole))


def _beside_text(row: Row) -> dict[str, JsonValue]:
    return {name: value for name, value in row.items() if name != ITEM}


def _paging_of(above: Sequence[Row]) -> Paging:
    paging = Paging()
    for holder in above:
        paging = paging.or_else(paging_of(holder))
    return paging


def _is_listed(steps: Steps) -> bool:
    return any(sign in (*steps[-1:], *steps[-2:-1]) for sign in SIGNS)


def is_named(columns: Columns) -> bool:
    """Whether the id's column is called so."""
    return any(hints(path[-1]).get("id", 0) >= _LEAST_HINT for path in columns.paths.get("id", ()))


def page_at(payload: JsonValue, steps: Steps, columns: Columns, score: float) -> RowPage:
    """All the rows at ``steps`` of ``payload``, and what the objects around them say."""
    above = holders(payload, steps)
    rows: list[Any] = [*decoded(rows_at(payload, steps), above)]
    if set(map(type, rows)) - {dict}:
        rows = [*map(dict, rows)]
    return RowPage(rows, _paging_of(above), notices(above), columns, steps, score)


def notices(above: Sequence[Row]) -> tuple[str, ...]:
    """What an answer with rows says of errors, warnings and missing parts."""
    found: dict[str, None] = {}
    for holder in above:
        for name, value in islice(holder.items(), _MOST_NOTICES):
            plain = plain_name(name)
            if plain in _NOTICES:
                found.update(dict.fromkeys(islice(_messages(value, plain), _MOST_NOTICES)))
            elif (plain in _SUCCESS and value is False) or (plain in _PARTIAL and value is True):
                found[f"The server says of this answer: {name} is {str(value).lower()}."] = None
    return tuple(found)


def _messages(value: JsonValue, name: str) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        text = word_of(item, "message") if not isinstance(item, Mapping) else _message_of(item)
        if text:
            yield text[:_SHOWN] if name.startswith("warn") else f"The server reports an error: {text[:_SHOWN]}"


def _message_of(item: Row) -> str | None:
    words = (item.get(name) for name in ("message", "detail", "error", "title", "reason", "description"))
    return next((word for word in words if isinstance(word, str) and word), None) or word_of(dict(item))


def find_record(payload: JsonValue, identity: str = "") -> Row | None:
    """The one ticket that ``payload`` is or wraps; out of several the one called ``identity``, else the first."""
    value = parsed(payload)
    beside: dict[str, JsonValue] = {}
    for _ in range(_DEEPEST):
        if not isinstance(value, Mapping) or certainly_tickets([value]):
            break
        inner = [one for one in map(parsed, value.values()) if isinstance(one, Mapping)]
        wrapped = next((one for one in inner if certainly_tickets([one])), inner[0] if len(inner) == 1 else None)
        if wrapped is None:
            break
        beside |= {name: one for name, one in islice(value.items(), _MOST_NOTICES) if _is_part(name, one)}
        value = wrapped
    if isinstance(value, Mapping) and certainly_tickets([value]):
        return _joined(_without_sayings(value), beside)
    page = best_page(payload)
    if page is None or page.ticketness < LEAST_TICKETNESS or page.columns is None:
        return None
    rows = [row for row in page.rows if isinstance(row, Mapping)]
    return None if _may_be_anything(page.columns) else _joined(_renamed(_named_row(rows, identity), page.columns), {})


def _may_be_anything(columns: Columns) -> bool:
    """Whether no more is known of a record than an id and some word: what depends on a ticket looks like that, too."""
    names = (part for path in columns.paths.get("title", ()) for part in path)
    is_named = any(hints(str(name)).get("title", 0) > CERTAIN_NAME for name in names)
    return not is_named and columns.paths.keys() <= {"id", "title", "type"}


def _parts_of(name: str) -> set[str]:
    """The long fields of a ticket that ``name`` certainly names."""
    return {one for one, hint in hints(name).items() if hint > CERTAIN_NAME and one in _LONG}


def _without_sayings(ticket: Row) -> Row:
    """What wraps a ticket without what the tool says of it: ``{"task": {..}, "message": "Found it."}``."""
    if any(hints(name).get("title", 0) > CERTAIN_NAME for name in islice(ticket, _MOST_NOTICES)):
        return ticket
    return {name: value for name, value in ticket.items() if plain_name(name) != "message"}


def _is_part(name: str, value: JsonValue) -> bool:
    """Whether what stands beside a ticket is a part of it: by its name, or as a text of several lines; a message is
    the tool's own."""
    if plain_name(name) == "message" or not value:
        return False
    parts = _parts_of(name)
    return bool(parts) or (not hints(name) and isinstance(value, str) and value.strip().count("\n") > 1)


def _joined(ticket: Row, beside: Row) -> Row:
    """``ticket`` with the texts and lists that stand beside it in its answer, where it has none of the kind."""
    own = {part for name, value in islice(ticket.items(), _MOST_NOTICES) if value for part in _parts_of(name)}
    further = {name: value for name, value in beside.items() if name not in ticket and not _parts_of(name) & own}
    whole = {**ticket, **further} if further else ticket
    named = {part for name, value in flattened(whole).items() if value for part in _parts_of(name)}
    texts = [name for name, value in islice(whole.items(), _MOST_NOTICES) if _is_text(name, value)]
    return {**whole, "description": whole[texts[0]]} if len(texts) == 1 and "description" not in named else whole


def _is_text(name: str, value: JsonValue) -> bool:
    """Whether a member of a ticket, called like none of its fields, is what is said of it: lines, or a sentence."""
    if hints(name) or not isinstance(value, str) or plain_name(name) == "message":
        return False
    return value.strip().count("\n") > 1 or (" " in value and value.rstrip()[-1:] in tuple(".!?。।؟"))


def _named_row(rows: Sequence[Row], identity: str) -> Row:
    wanted = identity.removeprefix("#").casefold()
    named = (row for row in rows if wanted in {str(value).casefold() for value in row.values()})
    return next(named, rows[0]) if wanted else rows[0]


def _renamed(row: Row, columns: Columns) -> Row:
    """``row`` with its columns under our own names, so that it is read alone as it was read among others."""
    flat = flattened(row)
    own = {name: value_at_path(flat, paths[0]) for name, paths in columns.paths.items() if name in _OWN_NAMES}
    used = set(column_names(columns, flat)) - set(columns.flags)
    return {**{name: value for name, value in flat.items() if name not in used}, **own}
