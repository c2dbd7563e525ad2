"""What the adapters of all Jira servers have in common: JQL, issues as Jira's REST interface returns them, next pages.

Invariant: a page that the server was not asked for is never taken for the next one, so a server that ignores the start
position ends the search instead of repeating itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, ClassVar

from msgspec.structs import replace

from tui_app.adapters.base import Page, Plan, ToolCall
from tui_app.adapters.jira.jql import is_ordered, jql, literal, pushed_down_fields
from tui_app.adapters.reading import ticket_from
from tui_app.adapters.tracker import PAGE_SIZE, Arguments, Row, TrackerAdapter, at, data_of, page_size, whole_number
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.ticket import JsonValue, Later, Ticket

FIELDS = (
    "summary", "status", "assignee", "reporter", "priority", "issuetype", "project", "labels", "created", "updated",
    "description", "duedate", "components", "fixVersions", "parent", "resolution",
)  # fmt: skip
"""What a row shows; all fields of a search over 1,000 tickets would be tens of megabytes."""

_NO_NEXT_PAGE = "This server cannot page beyond these {count} tickets; there may be more."


class JiraAdapter(TrackerAdapter):
    """What all Jira servers have in common: JQL, and issues as Jira's REST interface words them."""

    name = "jira"
    native_language = "JQL"
    query_argument: ClassVar[str] = "jql"
    largest_page: ClassVar[int] = PAGE_SIZE
    further: Mapping[str, str] = MappingProxyType({})
    """Name of each further field that was asked for, as people write it, to what Jira calls it; empty: it has none."""
    nearest: Mapping[str, str] = MappingProxyType({})
    """Name of a field that there is not to what else might be meant."""

    @property
    def fields(self) -> tuple[str, ...]:
        """What rows are to hold."""
        return (*FIELDS, *filter(None, self.further.values()))

    def field_calls(self, fields: Sequence[str]) -> tuple[ToolCall, ...]:
        unknown = [name for name in fields if name not in self.further and not FIELD_ID.fullmatch(name)]
        return self.naming_calls(unknown) if unknown else ()

    def naming_calls(self, names: Sequence[str]) -> tuple[ToolCall, ...]:  # noqa: ARG002  # not every server has such
        """Calls whose answers hold fields with ``id`` and ``name``, or ``names`` by id."""
        return ()

    def with_fields(self, fields: Sequence[str], results: Sequence[CallToolResult | None]) -> JiraAdapter:
        new = [name for name in fields if name not in self.further]
        if not new:
            return self
        ids = {name: found for result in results if result is not None for found, name in named_fields(data_of(result))}
        by_name = {_FOLD.sub("", name.casefold()): found for name, found in ids.items()}
        further, nearest = dict(self.further), dict(self.nearest)
        for name in new:
            folded = _FOLD.sub("", name.casefold())
            further[name] = name if FIELD_ID.fullmatch(name) else by_name.get(folded, "")
            if ids and not further[name]:
                nearest[name] = " or ".join(get_close_matches(name, ids, n=3)) or "another"
        return self.knowing(further=further, nearest=nearest)

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        pushed_down = pushed_down_fields(criteria)
        arguments = self.first_page(jql(criteria), page_size(criteria, pushed_down, self.largest_page))
        query_argument = {self.query_argument: arguments[self.query_argument]}
        unknown = (f"Jira has no field {name!r}; did you mean {near}?" for name, near in self.nearest.items())
        pushed = dict.fromkeys(pushed_down, query_argument)
        plan = self.planned(self.search_tool, criteria, pushed, arguments, unknown)
        return replace(plan, ordered=is_ordered(criteria))

    def first_page(self, query: str, size: int) -> Arguments:
        """The arguments that ask for the first ``size`` issues that ``query`` finds."""
        raise NotImplementedError

    def tickets(self, rows: Sequence[Row]) -> tuple[Ticket, ...]:
        """The tickets that ``rows`` hold."""
        names = {found: name for name, found in self.further.items() if found and found != name}
        tickets = (replace(ticket, project=_project_of(ticket)) for ticket in map(ticket_from, rows))
        return tuple(with_names(ticket, names) for ticket in tickets)

    def offset_page(self, call: ToolCall, rows: Sequence[Row], answer: JsonValue, argument: str) -> Page:
        """The page of ``rows`` whose successor is asked for by offset; ``argument`` is its name both ways."""
        total, reported = whole_number(at(answer, "total")), whole_number(at(answer, argument))
        asked = whole_number(call.arguments.get(argument)) or 0
        if asked and reported is not None and reported != asked:
            return Page((), None, total)
        following = next_offset(asked, reported, len(rows), total)
        return Page(
            self.tickets(rows), None if following is None else self.following(call, **{argument: following}), total
        )

    def window_page(self, criteria: TicketSearchCriteria, call: ToolCall, rows: Sequence[Row]) -> Page:
        """The page of a server that takes a query but no start position, and reports no total.

        A page that holds less than was asked for need not be the last one: Jira Cloud gives fewer issues where they
        are large. So only a page without any ends the search.
        """
        query, asked = str(call.arguments["jql"]), whole_number(call.arguments.get("maxResults"))
        seen = set(excluded_keys(query))
        if not rows or any(str(row.get("key")) in seen for row in rows):
            return Page(())
        later = next_window(criteria, query, rows)
        if later is not None:
            return Page(self.tickets(rows), self.following(call, jql=later))
        full = asked is not None and len(rows) >= asked
        return Page(self.tickets(rows), warnings=(_NO_NEXT_PAGE.format(count=len(rows)),) if full else ())


_TEXT = {"type": "string"}
CHANGED_FIELDS: dict[str, dict[str, Any]] = {
    "fields.summary": _TEXT,
    "fields.description": _TEXT,
    "fields.priority.name": {**_TEXT, "description": "e.g. 'Highest', 'High', 'Medium', 'Low', 'Lowest'"},
    "fields.labels": {"type": "array", "items": _TEXT},
}
"""How the fields of an issue are given to a tool that takes any object of them."""
CHANGED_CUSTOM_FIELDS: dict[str, dict[str, Any]] = {
    "customFields.priority.name": CHANGED_FIELDS["fields.priority.name"],
    "customFields.labels": CHANGED_FIELDS["fields.labels"],
    "customFields.assignee.name": {**_TEXT, "description": "Username"},
}

FIELD_ID = re.compile(r"customfield_\d+")
_FOLD = re.compile(r"[\W_]")


def named_fields(answer: JsonValue, deepest: int = 3) -> Iterator[tuple[str, str]]:
    """Id and name of the fields in an answer, from its list of them or its ``names``, ``deepest`` levels down."""
    if isinstance(answer, dict):
        names = answer.get("names")
        if isinstance(names, dict):
            yield from ((found, name) for found, name in names.items() if isinstance(name, str))
        elif isinstance(answer.get("id"), str) and isinstance(answer.get("name"), str):
            yield str(answer["id"]), str(answer["name"])
    within = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ()
    if deepest:
        yield from (found for value in within for found in named_fields(value, deepest - 1))


def with_names(ticket: Ticket, names: Mapping[str, str]) -> Ticket:
    """The ticket with its further fields under the names that people see."""

    def renamed(before: Ticket) -> Mapping[str, JsonValue]:
        return {names.get(name, name): value for name, value in before.extra.items()}

    return replace(ticket, extra=Later(renamed, ticket)) if names else ticket


def _project_of(ticket: Ticket) -> str | None:
    """The project's key, which every issue's key begins with; what a row calls project may be its name."""
    return ticket.id.rpartition("-")[0] or ticket.project


_LONGEST_EXCLUSION = 5000  # characters; the query travels in an address, and proxies refuse those over 8 KB
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-\d+")
_EXCLUDED = re.compile(r"key not in \(([^)]*)\)")
_CLOCK = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_ORDERED_BY = {"created_at": "created", "updated_at": "updated"}
_NEWEST_FIRST = "-created_at"


def next_offset(asked: int, reported: int | None, count: int, total: int | None) -> int | None:
    """Where the next page starts, None where there is none.

    Args:
        asked: the start position that was sent; reported: the one in the answer.
        count: the rows in the answer; total: the number of matches that it reports.
    """
    strayed = reported is not None and reported != asked
    if strayed or total is None or not count or asked + count >= total:
        return None
    return asked + count


def next_window(criteria: TicketSearchCriteria, query: str, rows: Sequence[Row]) -> str | None:
    """A query for what follows ``rows``, for servers that take no start position; None where there is none.

    Rows in the order of a date go on at the last one's minute. Its clock is taken as it stands, without its offset:
    Jira Cloud prints moments in the zone of the user's profile and reads them in the same. Rows in any other order go
    on with all keys seen so far excluded.
    """
    keys = [str(row.get("key")) for row in rows]
    if criteria.native or not all(map(_KEY.fullmatch, keys)):
        return None
    condition, ties = _from_last_minute(criteria, rows)
    excluded = ties if condition else keys
    if not condition or condition in query:
        excluded = [*excluded_keys(query), *excluded]
    exclusion = f"key not in ({', '.join(excluded)})"
    if len(exclusion) > _LONGEST_EXCLUSION:
        return None
    return jql(criteria, " AND ".join(filter(None, (condition, exclusion))))


def excluded_keys(query: str) -> list[str]:
    """The keys that a query of `next_window` excludes, since they were seen."""
    match = _EXCLUDED.search(query)
    return match[1].split(", ") if match else []


def _from_last_minute(criteria: TicketSearchCriteria, rows: Sequence[Row]) -> tuple[str, list[str]]:
    """The condition that starts at the last row's minute, and the keys of the rows that share that minute."""
    order = criteria.sort or _NEWEST_FIRST
    field = _ORDERED_BY.get(order.removeprefix("-"))
    minutes = [_minute(row.get(field)) if field else None for row in rows]
    last = minutes[-1]
    if last is None:
        return "", []
    descending = order.startswith("-")
    edge = last + timedelta(minutes=1) if descending else last
    ties = [str(row.get("key")) for row, minute in zip(rows, minutes, strict=True) if minute == last]
    return f"{field} {'<' if descending else '>='} {literal(edge)}", ties


def _minute(stamp: object) -> datetime | None:
    match = _CLOCK.match(stamp) if isinstance(stamp, str) else None
    try:
        return datetime.fromisoformat(match[0]) if match else None
    except ValueError:
        return None
