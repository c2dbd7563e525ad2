"""One page of the tickets that match, as JSON texts, which SQLite itself writes: no row passes through Python objects.

Invariants: ``total`` counts every match, counted when the first page was read; a page goes on after the last row of the
one before it (no row twice, none left out), in an order that has no ties.

The total also tells which way is short. With many matches, rows are read in the order's own index until the page is
full; with few, all are collected and sorted. So a page reads about ten thousand rows of a million at most, whatever
SQLite thinks of the filters: it cannot know how common a word or how long a time is.
"""

from __future__ import annotations

import binascii
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_app.local_tracker.checked_arguments import ArgumentError, ToolError
from tui_app.local_tracker.filters import MATCHES, SqlFilter, read_filters
from tui_app.tickets.fields import REQUIRED_FIELDS, ROW_FIELDS, TICKET_FIELDS, TIME_FIELDS, FieldKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from sqlite3 import Connection

    from tui_app.local_tracker.stored_values import StoredValues

DEFAULT_SORT = "-updated_at"
DEFAULT_PAGE = 100
LARGEST_PAGE = 1000
PAGE_CHARACTERS = 4 * 1024 * 1024
"""A page ends early past this much JSON. It is sent twice (structured and as text), within the client's 32 MiB line."""

_ORDER_COLUMNS = {"id": "id_order", "priority": "urgency"}
_DUE_FIELDS = tuple(field.name for field in TICKET_FIELDS if field.kind is FieldKind.DUE)


def _json_value(name: str) -> str:
    """SQL for a field's value in JSON; the database's empty text is null there."""
    if name == "labels":
        return "(SELECT json_group_array(label) FROM labels WHERE labels.number = tickets.number)"
    return name if name in REQUIRED_FIELDS else f"nullif({name}, '')"


_PAIRS = (f"'{name}', {_json_value(name)}" for name in ROW_FIELDS)
_FIELDS_JSON = f"json_object({', '.join(_PAIRS)}, 'version', version)"
TICKET_JSON = f"""coalesce(
    (SELECT json_set({_FIELDS_JSON}, '$.extra', json(fields)) FROM extras WHERE extras.number = tickets.number),
    {_FIELDS_JSON})"""
"""One ticket of ``tickets JOIN texts`` as JSON text, without comments and history; ``extra`` where there are any."""


def _order_of(sort: str) -> str:
    """The SQL whose value orders by ``sort``, a field with ``-`` before it for descending."""
    if sort in _DUE_FIELDS:
        return f"CASE {sort} WHEN '' THEN '~' ELSE {sort} END"  # what is due soonest first, what is never due last
    name = sort.removeprefix("-")
    return _ORDER_COLUMNS.get(name, name)


_INDEXED_ORDERS = frozenset({"id_order", *TIME_FIELDS, *map(_order_of, _DUE_FIELDS)})
_MOST_NAMED = 5  # ids in a message
_NARROW = 5000  # rows; a time that holds fewer is a better start than any other filter


class SearchPage(NamedTuple):
    """Tickets as JSON texts. ``next_cursor`` is None on the last page."""

    tickets: list[str]
    total: int
    next_cursor: str | None
    warnings: list[str]


class Cursor(NamedTuple):
    """Where the next page of a search begins: the last row sent (its sort key and its number), and facts of page one.

    It goes on after that row, whatever was written in between, and only in the search that made it.
    """

    search: int
    key: str | int
    number: int
    total: int
    inside_titles: bool
    """Whether the words are looked for inside titles, because no ticket has words that begin so."""


def search_tickets(connection: Connection, known: StoredValues, arguments: Mapping[str, Any]) -> SearchPage:
    """One page of the search that ``arguments`` (checked against the tool's schema) asks for.

    Words that begin no word of any ticket are looked for inside titles.

    Raises:
        ArgumentError: a date does not exist, the dates exclude each other, or the cursor is not of this search.
    """
    warnings: list[str] = []
    cursor = _read_cursor(arguments["cursor"], arguments) if "cursor" in arguments else None
    inside_titles = bool(cursor and cursor.inside_titles)
    filters = read_filters(known, arguments, warnings, inside_titles=inside_titles)
    total = cursor.total if cursor else _total(connection, filters)
    if not total and arguments.get("text") and not warnings:
        inside_titles = True
        filters = read_filters(known, arguments, warnings, inside_titles=True)
        total = _total(connection, filters)
    if not total:
        return SearchPage([], 0, None, warnings)
    tickets, last = _page(connection, arguments, filters, total, cursor)
    following = None
    if last:
        following = _written(Cursor(_fingerprint(arguments), *last, total, inside_titles))
    return SearchPage(tickets, total, following, warnings)


def _total(connection: Connection, filters: list[SqlFilter]) -> int:
    if len(filters) == 1 and filters[0].test == MATCHES:
        query, parameters = "SELECT count(*) FROM search WHERE search MATCH ?", filters[0].values
    else:
        where, parameters = _collecting(connection, filters)
        query = f"SELECT count(*) FROM tickets WHERE {where}"
    return int(connection.execute(query, parameters).fetchone()[0])


def _page(
    connection: Connection, arguments: Mapping[str, Any], filters: list[SqlFilter], total: int, cursor: Cursor | None
) -> tuple[list[str], tuple[str | int, int] | None]:
    """The page's tickets; and where more follow, the sort key and the number of its last one."""
    size = arguments.get("max_results", DEFAULT_PAGE)
    sort = arguments.get("sort", DEFAULT_SORT)
    column = _order_of(sort)
    highest = connection.execute("SELECT max(number) FROM tickets").fetchone()[0]
    if column in _INDEXED_ORDERS and total * total > size * highest:
        where, parameters = _walking(filters, column)
        key = column
    else:
        where, parameters = _collecting(connection, filters)
        key = f"+{column}"
    rows = connection.execute(*_page_query(key, sort.startswith("-"), where, parameters, cursor, size + 1))
    tickets: list[str] = []
    length = 0
    last = None
    for number, sort_key, ticket in rows:
        if len(tickets) == size or (tickets and length + len(ticket) > PAGE_CHARACTERS):
            rows.close()
            return tickets, last
        tickets.append(ticket)
        length += len(ticket)
        last = (sort_key, number)
    return tickets, None


def _walking(filters: list[SqlFilter], column: str) -> tuple[str, list[Any]]:
    """Conditions that are tested row by row, in the order of ``column``'s index."""
    return _joined((filter_, filter_.is_one_value or filter_.column == column) for filter_ in filters)


def _collecting(connection: Connection, filters: list[SqlFilter]) -> tuple[str, list[Any]]:
    """Conditions of which the narrowest is looked up in its index."""
    dates = [filter_ for filter_ in filters if filter_.is_date]
    by_date = bool(dates) and len(filters) > len(dates) and _is_narrow(connection, dates)
    return _joined((filter_, filter_.is_date or not by_date) for filter_ in filters)


def _joined(filters: Iterable[tuple[SqlFilter, bool]]) -> tuple[str, list[Any]]:
    conditions, parameters = [], []
    for filter_, by_index in filters:
        conditions.append(filter_.sql(by_index=by_index))
        parameters += filter_.values
    return " AND ".join(conditions) or "1", parameters


def _is_narrow(connection: Connection, dates: list[SqlFilter]) -> bool:
    where, parameters = _joined((date, True) for date in dates)
    query = f"SELECT count(*) FROM (SELECT 1 FROM tickets WHERE {where} LIMIT {_NARROW})"
    return bool(connection.execute(query, parameters).fetchone()[0] < _NARROW)


def _page_query(
    key: str, descending: bool, where: str, parameters: list[Any], cursor: Cursor | None, limit: int
) -> tuple[str, list[Any]]:
    direction, beyond = ("DESC", "<") if descending else ("ASC", ">")
    after = f"AND ({key}, number) {beyond} (?, ?)" if cursor else ""
    query = f"""
        WITH page(number, sort_key) AS (
            SELECT number, {key} FROM tickets WHERE {where} {after}
            ORDER BY {key} {direction}, number {direction} LIMIT ?
        )
        SELECT page.number, sort_key, {TICKET_JSON}
        FROM page JOIN tickets USING (number) JOIN texts USING (number)
        ORDER BY sort_key {direction}, page.number {direction}
    """
    return query, [*parameters, *((cursor.key, cursor.number) if cursor else ()), limit]


def known_id(connection: Connection, typed: str, argument: str = "id") -> str:
    """The id of the ticket that ``typed`` means.

    Raises:
        ToolError: there is none, or there are several.
    """
    wanted = typed.strip()
    for spelling in dict.fromkeys((wanted, wanted.upper(), wanted.lower(), f"#{wanted}")):
        row = connection.execute("SELECT id FROM tickets WHERE id = ?", (spelling,)).fetchone()
        if row:
            return str(row[0])
    number = wanted.removeprefix("#")
    ids: list[str] = []
    if number.isdecimal():  # the ticket of that number, where only one project has one
        query = "SELECT id FROM tickets WHERE id LIKE ?"
        ids = [one for (one,) in connection.execute(query, (f"%#{number}",))]
    if len(ids) == 1:
        return ids[0]
    which = f" Which one: {', '.join(ids[:_MOST_NAMED])}?" if ids else ""
    raise ToolError(f"{argument}: there is no ticket {number if ids else wanted!r}.{which}")


# ---------------------------------------------------------------------- cursors


def _fingerprint(arguments: Mapping[str, Any]) -> int:
    """Tells searches apart: all arguments but the cursor and the page's size."""
    kept = {name: value for name, value in arguments.items() if name not in ("cursor", "max_results")}
    return binascii.crc32(json.dumps(kept, sort_keys=True).encode())


def _written(cursor: Cursor) -> str:
    """The cursor as opaque text."""
    return binascii.b2a_base64(json.dumps(cursor).encode(), newline=False).decode()


def _read_cursor(text: str, arguments: Mapping[str, Any]) -> Cursor:
    """The cursor of the search with these arguments.

    Raises:
        ArgumentError: the text is no cursor, or one of another search.
    """
    try:
        search, key, number, total, inside_titles = json.loads(binascii.a2b_base64(text))
    except (ValueError, TypeError):
        raise ArgumentError("cursor: this is not a next_cursor that search_tickets gave.") from None
    plain = isinstance(key, str | int) and isinstance(number, int) and isinstance(total, int)
    if not plain or search != _fingerprint(arguments):
        raise ArgumentError("cursor: it belongs to a search with other arguments. Leave it out to begin again.")
    return Cursor(search, key, number, total, bool(inside_titles))
