"""Criteria to SQL, and one page of tickets as JSON text.

Invariants: ``total`` counts every match, counted when the first page was read; a page goes on after the last row of the
one before it (no row twice, none left out), in an order that has no ties.

SQLite itself writes each ticket's JSON: no row passes through Python objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tui_app.local_tracker import cursors
from tui_app.local_tracker.arguments import ArgumentError
from tui_app.local_tracker.cursors import Cursor
from tui_app.local_tracker.moments import utc_text
from tui_app.local_tracker.words import match_expression, plain_terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from sqlite3 import Connection

    from tui_app.local_tracker.values import KnownValues

DEFAULT_SORT = "-updated_at"
DEFAULT_PAGE = 100
LARGEST_PAGE = 1000
PAGE_BYTES = 4 * 1024 * 1024
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


class SearchPage(NamedTuple):
    """Tickets as JSON texts. ``next_cursor`` is None on the last page."""

    tickets: list[str]
    total: int
    next_cursor: str | None
    warnings: list[str]


class _Condition(NamedTuple):
    """The WHERE of a search. ``words`` is the full-text query where there is nothing but that."""

    sql: str
    parameters: list[Any]
    words: str | None
    inside_titles: bool


def search_tickets(connection: Connection, known: KnownValues, arguments: Mapping[str, Any]) -> SearchPage:
    """One page of the search that ``arguments`` (checked against the tool's schema) asks for.

    Raises:
        ArgumentError: a date does not exist, the dates exclude each other, or the cursor is not of this search.
    """
    warnings: list[str] = []
    cursor = cursors.read(arguments["cursor"], arguments) if "cursor" in arguments else None
    filters = _filters(known, arguments, warnings)
    text = arguments.get("text", "")
    condition = _condition(filters, text, inside_titles=bool(cursor and cursor.inside_titles))
    page = _page(connection, arguments, condition, cursor)
    if text and not page.tickets and cursor is None:
        page = _page(connection, arguments, _condition(filters, text, inside_titles=True), cursor)
    return page._replace(warnings=warnings)


def _filters(known: KnownValues, arguments: Mapping[str, Any], warnings: list[str]) -> list[tuple[str, list[Any]]]:
    filters = []
    for field in ("status", "assignee", "project", "priority"):
        wanted = arguments.get(field)
        if wanted:
            names = _meant(known, field, [wanted] if isinstance(wanted, str) else wanted, warnings)
            filters.append((f"{field} IN ({_marks(names)})", names))
    for label in arguments.get("labels", ()):
        names = _meant(known, "labels", [label], warnings)
        filters.append((f"number IN (SELECT number FROM labels WHERE label IN ({_marks(names)}))", names))
    return filters + _date_filters(arguments)


def _meant(known: KnownValues, field: str, wanted: Iterable[str], warnings: list[str]) -> list[str]:
    found = []
    for word in wanted:
        names = known.meant(field, word)
        if not names:
            warnings.append(_nothing_called(known, field, word))
        found += names
    return found


def _nothing_called(known: KnownValues, field: str, word: str) -> str:
    from difflib import get_close_matches

    by_plain = {value.casefold(): value for value in known.of(field)}
    near = [by_plain[name] for name in get_close_matches(word.casefold(), by_plain, n=3)]
    return f"No ticket has {field} {word!r}." + (f" Did you mean {' or '.join(near)}?" if near else "")


def _date_filters(arguments: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    bounds = {
        name: utc_text(name, arguments[name])
        for name in ("created_after", "created_before", "updated_after")
        if arguments.get(name)
    }
    after, before = bounds.get("created_after"), bounds.get("created_before")
    if after and before and after > before:
        raise ArgumentError("created_after: it is later than created_before, so nothing can match.")
    filters: list[tuple[str, list[Any]]] = []
    if after:
        filters.append(("created_at >= ?", [after]))
    if before:
        filters.append(("created_at > '' AND created_at < ?", [before]))
    if "updated_after" in bounds:
        filters.append(("updated_at >= ?", [bounds["updated_after"]]))
    return filters


def _condition(filters: list[tuple[str, list[Any]]], text: str, *, inside_titles: bool) -> _Condition:
    parts = list(filters)
    words = match_expression(text)
    if inside_titles or words is None:
        parts += [(r"title LIKE ? ESCAPE '\'", [f"%{_escaped(term)}%"]) for term in plain_terms(text)]
        words = None
    elif words:
        parts.append(("number IN (SELECT rowid FROM search WHERE search MATCH ?)", [words]))
    sql = " AND ".join(part for part, _ in parts) or "1"
    return _Condition(
        sql, [value for _, values in parts for value in values], words if not filters else None, inside_titles
    )


def _page(
    connection: Connection, arguments: Mapping[str, Any], condition: _Condition, cursor: Cursor | None
) -> SearchPage:
    size = arguments.get("max_results", DEFAULT_PAGE)
    rows = connection.execute(*_page_query(arguments.get("sort", DEFAULT_SORT), condition, cursor, size + 1))
    tickets: list[str] = []
    length = 0
    last: tuple[int, str | int] | None = None
    more = False
    for number, key, ticket in rows:
        if len(tickets) == size or (tickets and length + len(ticket) > PAGE_BYTES):
            more = True
            break
        tickets.append(ticket)
        length += len(ticket)
        last = (number, key)
    rows.close()
    total = cursor.total if cursor else _total(connection, condition) if more else len(tickets)
    if not more or last is None:
        return SearchPage(tickets, total, None, [])
    following = Cursor(cursors.fingerprint(arguments), last[1], last[0], total, condition.inside_titles)
    return SearchPage(tickets, total, cursors.written(following), [])


def _page_query(sort: str, condition: _Condition, cursor: Cursor | None, limit: int) -> tuple[str, list[Any]]:
    column = SORT_COLUMNS[sort.removeprefix("-")]
    direction, beyond = ("DESC", "<") if sort.startswith("-") else ("ASC", ">")
    where, parameters = condition.sql, list(condition.parameters)
    if cursor:
        where += f" AND ({column}, number) {beyond} (?, ?)"
        parameters += [cursor.key, cursor.number]
    query = f"""
        WITH page(number, sort_key) AS (
            SELECT number, {column} FROM tickets WHERE {where}
            ORDER BY {column} {direction}, number {direction} LIMIT ?
        )
        SELECT page.number, sort_key, {TICKET_JSON}
        FROM page JOIN tickets USING (number) JOIN texts USING (number)
        ORDER BY sort_key {direction}, page.number {direction}
    """
    return query, [*parameters, limit]


def _total(connection: Connection, condition: _Condition) -> int:
    if condition.words:
        query, parameters = "SELECT count(*) FROM search WHERE search MATCH ?", [condition.words]
    else:
        query, parameters = f"SELECT count(*) FROM tickets WHERE {condition.sql}", condition.parameters
    return int(connection.execute(query, parameters).fetchone()[0])


def _marks(values: list[str]) -> str:
    return ", ".join("?" * len(values))


def _escaped(term: str) -> str:
    return term.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
