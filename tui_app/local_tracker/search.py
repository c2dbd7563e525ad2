"""One page of the tickets that match, as JSON texts, which SQLite itself writes: no row passes through Python objects.

Invariants: ``total`` counts every match, counted when the first page was read; a page goes on after the last row of the
one before it (no row twice, none left out), in an order that has no ties.

The total also tells which way is short. With many matches, rows are read in the order's own index until the page is
full; with few, all are collected and sorted. So a page reads about ten thousand rows of a million at most, whatever
SQLite thinks of the filters: it cannot know how common a word or how long a time is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tui_app.local_tracker import cursors
from tui_app.local_tracker.cursors import Cursor
from tui_app.local_tracker.filters import MATCHES, Filter, read_filters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from sqlite3 import Connection

    from tui_app.local_tracker.values import KnownValues

DEFAULT_SORT = "-updated_at"
DEFAULT_PAGE = 100
LARGEST_PAGE = 1000
PAGE_CHARACTERS = 4 * 1024 * 1024
"""A page ends early past this much JSON. It is sent twice (structured and as text), within the client's 32 MiB line."""

SORT_COLUMNS: Mapping[str, str] = {
    "id": "id_order",
    "title": "title",
    "status": "status",
    "assignee": "assignee",
    "reporter": "reporter",
    "priority": "urgency",
    "type": "type",
    "project": "project",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
"""What can be sorted by, and the column that holds its order."""

TICKET_JSON = """json_object(
    'id', id, 'title', title, 'status', status, 'assignee', nullif(assignee, ''), 'reporter', nullif(reporter, ''),
    'priority', nullif(priority, ''), 'type', nullif(type, ''), 'project', nullif(project, ''),
    'labels', (SELECT json_group_array(label) FROM labels WHERE labels.number = tickets.number),
    'created_at', nullif(created_at, ''), 'updated_at', nullif(updated_at, ''), 'url', nullif(url, ''),
    'description', nullif(description, '')
)"""
"""One ticket of ``tickets JOIN texts`` as JSON text, without comments and history."""

_INDEXED_ORDERS = frozenset({"id_order", "created_at", "updated_at"})
_NARROW = 5000  # rows; a time that holds fewer is a better start than any other filter


class SearchPage(NamedTuple):
    """Tickets as JSON texts. ``next_cursor`` is None on the last page."""

    tickets: list[str]
    total: int
    next_cursor: str | None
    warnings: list[str]


def search_tickets(connection: Connection, known: KnownValues, arguments: Mapping[str, Any]) -> SearchPage:
    """One page of the search that ``arguments`` (checked against the tool's schema) asks for.

    Words that begin no word of any ticket are looked for inside titles.

    Raises:
        ArgumentError: a date does not exist, the dates exclude each other, or the cursor is not of this search.
    """
    warnings: list[str] = []
    cursor = cursors.read(arguments["cursor"], arguments) if "cursor" in arguments else None
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
        following = cursors.written(Cursor(cursors.fingerprint(arguments), *last, total, inside_titles))
    return SearchPage(tickets, total, following, warnings)


def _total(connection: Connection, filters: list[Filter]) -> int:
    if len(filters) == 1 and filters[0].test == MATCHES:
        query, parameters = "SELECT count(*) FROM search WHERE search MATCH ?", filters[0].values
    else:
        where, parameters = _collecting(connection, filters)
        query = f"SELECT count(*) FROM tickets WHERE {where}"
    return int(connection.execute(query, parameters).fetchone()[0])


def _page(
    connection: Connection, arguments: Mapping[str, Any], filters: list[Filter], total: int, cursor: Cursor | None
) -> tuple[list[str], tuple[str | int, int] | None]:
    """The page's tickets; and where more follow, the sort key and the number of its last one."""
    size = arguments.get("max_results", DEFAULT_PAGE)
    sort = arguments.get("sort", DEFAULT_SORT)
    column = SORT_COLUMNS[sort.removeprefix("-")]
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


def _walking(filters: list[Filter], column: str) -> tuple[str, list[Any]]:
    """Conditions that are tested row by row, in the order of ``column``'s index."""
    return _joined((filter_, filter_.is_one_value or filter_.column == column) for filter_ in filters)


def _collecting(connection: Connection, filters: list[Filter]) -> tuple[str, list[Any]]:
    """Conditions of which the narrowest is looked up in its index."""
    dates = [filter_ for filter_ in filters if filter_.is_date]
    by_date = bool(dates) and len(filters) > len(dates) and _is_narrow(connection, dates)
    return _joined((filter_, filter_.is_date or not by_date) for filter_ in filters)


def _joined(filters: Iterable[tuple[Filter, bool]]) -> tuple[str, list[Any]]:
    conditions, parameters = [], []
    for filter_, by_index in filters:
        conditions.append(filter_.sql(by_index=by_index))
        parameters += filter_.values
    return " AND ".join(conditions) or "1", parameters


def _is_narrow(connection: Connection, dates: list[Filter]) -> bool:
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
