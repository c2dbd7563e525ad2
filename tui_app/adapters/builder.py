"""In-house servers with a ``search_tickets`` tool that names things as this program does; the embedded tracker is one.

The tool takes some of the criteria (`tui_app.tickets.criterion.CRITERIA`), sort, max_results and cursor; it answers
``{"tickets": [...], "total": n, "next_cursor": ..}``. What its schema does not declare is not sent. A ``get_ticket``
tool opens a ticket, ``list_values`` lists the values that exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from tui_app.adapters.base import Page, Plan, ServerDescription, TicketReference, ToolCall, plan_search
from tui_app.adapters.date_arguments import date_argument, is_exact_date
from tui_app.adapters.reading import iter_tickets, read_comments, read_record, read_rows, ticket_from, words_of
from tui_app.adapters.reading.answers import payloads
from tui_app.adapters.reading.row_pages import RowPage
from tui_app.adapters.registry import no_search_tool
from tui_app.adapters.tool_arguments import (
    allowed_values,
    argument_schema,
    declares,
    fitted,
    largest,
    missing,
    words_for,
)
from tui_app.adapters.tracker import Arguments, TrackerAdapter
from tui_app.mcp_client.types import CallToolResult, Tool
from tui_app.tickets.criteria import MAX_RESULTS_LIMIT, UNASSIGNED, TicketSearchCriteria
from tui_app.tickets.criterion import CRITERIA, CRITERIA_BY_NAME, DATE_CRITERIA, LEFT_OUT, VALUE_CRITERIA, Match
from tui_app.tickets.dates import DateBound
from tui_app.tickets.errors import NoSearchToolError
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import JsonValue, Ticket

_SEARCH, _GET, _COMMENTS, _VALUES = "search_tickets", "get_ticket", "get_comments", "list_values"
_EXCLUDE = "exclude"
"""The argument with what a ticket must not have: criterion to values."""
_PAGE = 250  # tickets in one answer where there is a cursor: the first come soon, and few round trips are made
_FIELDS = (*(criterion.name for criterion in CRITERIA if criterion.match), "sort")
"""Criteria that are sent under their own names."""


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


_NAMES: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "query", "q", "search"),
    "labels": ("labels", "label", "tags"),
    "max_results": ("max_results", "maxResults", "limit"),
    "cursor": ("cursor", "page_token"),
    "offset": ("offset", "start_at", "skip"),
    "page": ("page",),
    **{name: (name, _camel_case(name)) for name in DATE_CRITERIA},
    "id": ("id", "ticket_id", "ticketId", "key"),
}
"""What a criterion may be called, where it may be called more than its own name."""


def make(description: ServerDescription, map: Mapping[str, Any]) -> BuilderAdapter:  # noqa: A002  # the config's word
    """The adapter for this server; ``map.arguments`` holds arguments to send with every call.

    Raises:
        NoSearchToolError: the server has no ``search_tickets``.
    """
    if _SEARCH not in {tool.name for tool in description.tools}:
        raise no_search_tool(description, BuilderAdapter.name)
    return BuilderAdapter(description, map)


class BuilderAdapter(TrackerAdapter):
    """Sends criteria under their own names, and reads tickets that need no translation."""

    name = "builder"
    search_tool = _SEARCH
    get_tool = _GET
    comments_tool = _COMMENTS
    made_for = "an in-house server"

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        arguments, pushed_down = self._said(criteria)
        limit = self._argument(_SEARCH, "max_results")
        if limit:
            arguments[limit] = self._page_size(criteria, bool(criteria.used_fields() - pushed_down))
        return plan_search(self.call(_SEARCH, arguments), criteria, pushed_down)

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
        found = read_rows(result)
        tickets = tuple(iter_tickets(found.rows))
        return Page(tickets, self._next_call(call, found), _total(found), tuple(map(clean_line, found.warnings)))

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        argument = self._argument(_GET, "id")
        if not argument:
            raise NoSearchToolError(
                f"The server offers no {_GET} tool that takes an id.",
                title="This server cannot open a ticket",
                hint="The row shows all that the search answered.",
            )
        calls = [self.call(_GET, {argument: reference.id})]
        beside = self._argument(_COMMENTS, "id")
        if beside:
            calls.append(self.call(_COMMENTS, {beside: reference.id}))
        return tuple(calls)

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        ticket = ticket_from(read_record(results[0], reference.id))
        for result in results[1:]:
            comments = () if self.failure(result) else read_comments(result)
            ticket = replace(ticket, comments=comments) if len(comments) > len(ticket.comments) else ticket
        return ticket

    def value_calls(self) -> tuple[ToolCall, ...]:
        if not self.has(_VALUES) or missing(self._tools[_VALUES], {}):
            return ()
        return (self.call(_VALUES, {}),)

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:
        known = {field: allowed_values(self._tools[_SEARCH], field) for field in VALUE_CRITERIA}
        for result in results:
            for payload in payloads(result):
                for field, words in payload.items() if isinstance(payload, Mapping) else ():
                    name = _singular_field(field)
                    if name and not self.failure(result):
                        known[name] = tuple(clean_line(word) for word in words_of(words))
                break
        return {field: words for field, words in known.items() if words}

    def mapping(self) -> Mapping[str, JsonValue]:
        names = {
            field: self._argument(_SEARCH, field) for field in (*_FIELDS, "max_results", "cursor", "offset", "page")
        }
        search: dict[str, JsonValue] = {"tool": _SEARCH, "criteria": {f: name for f, name in names.items() if name}}
        get = self._argument(_GET, "id")
        return {"search": search} | ({"get": {"tool": _GET, "id": get}} if get else {})

    # ------------------------------------------------------------- criteria

    def _said(self, criteria: TicketSearchCriteria) -> tuple[dict[str, JsonValue], set[str]]:
        """The arguments that express ``criteria``, and the fields that they express exactly."""
        tool = self._tools[_SEARCH]
        arguments: dict[str, JsonValue] = {}
        pushed_down: set[str] = set()
        for field in _FIELDS:
            value = getattr(criteria, field)
            name = self._argument(_SEARCH, field)
            if not value or not name or (UNASSIGNED in _texts(value) and not _knows_unassigned(tool, name)):
                continue
            words = fitted(tool, {name: _argument_value(value, argument_schema(tool, name) or {}, field)})
            arguments.update(words)
            if words and (not isinstance(value, DateBound) or is_exact_date(value.moment, words[name])):
                pushed_down.add(field)
        for exclusion in criteria.excluded:
            others = arguments.get(_EXCLUDE)
            left_out: dict[str, JsonValue] = {
                **(others if isinstance(others, dict) else {}),
                exclusion.name: [*exclusion.values],
            }
            words = fitted(tool, {_EXCLUDE: left_out})
            if words:
                arguments.update(words)
                pushed_down.add(f"{LEFT_OUT}{exclusion.name}")
        return arguments, pushed_down

    def _argument(self, tool: str, field: str) -> str:
        """What ``tool`` calls ``field``; empty where it does not take it."""
        known = self._tools.get(tool)
        return next((name for name in _NAMES.get(field, (field,)) if declares(known, name)), "")

    def _page_size(self, criteria: TicketSearchCriteria, filtered_here: bool) -> int:
        most = largest(self._tools[_SEARCH], self._argument(_SEARCH, "max_results")) or MAX_RESULTS_LIMIT
        wanted = MAX_RESULTS_LIMIT if filtered_here else criteria.max_results
        pages = any(self._argument(_SEARCH, way) for way in ("cursor", "offset", "page"))
        return min(wanted, most, _PAGE if pages else most)

    # ------------------------------------------------------------- next pages

    def _next_call(self, call: ToolCall, found: RowPage) -> ToolCall | None:
        paging, count = found.paging, len(found.rows)
        if not count or paging.has_more is False:
            return None
        if paging.next_cursor:
            return self._following(call, "cursor", paging.next_cursor)
        offset, page = (self._argument(_SEARCH, way) for way in ("offset", "page"))
        position = _number(call.arguments.get(offset, 0))
        size = _number(call.arguments.get(self._argument(_SEARCH, "max_results"), 0))
        over = position + count >= paging.total if paging.total is not None and not page else 0 < count < size
        if over and paging.has_more is None:
            return None
        if offset:
            return self._following(call, "offset", position + count)
        return self._following(call, "page", _number(call.arguments.get(page, 1)) + 1) if page else None

    def _following(self, call: ToolCall, way: str, value: JsonValue) -> ToolCall | None:
        name = self._argument(_SEARCH, way)
        return self.following(call, **{name: value}) if name else None


def _texts(value: Any) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _argument_value(value: Any, schema: Arguments, field: str) -> JsonValue:
    if isinstance(value, DateBound):
        return date_argument(value.moment, schema, upper=CRITERIA_BY_NAME[field].match is Match.BEFORE)
    if isinstance(value, tuple):
        return value[0] if len(value) == 1 else list(value)
    return words_for(value, schema) if field == "text" else str(value)


def _knows_unassigned(tool: Tool, argument: str) -> bool:
    """Whether the schema says that ``unassigned`` is more than a name nobody has."""
    return UNASSIGNED in str(argument_schema(tool, argument)).casefold()


def _number(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0


def _total(found: RowPage) -> int | None:
    """The server's count; one that is smaller than the page itself counts something else."""
    total = found.paging.total
    return total if total is not None and total >= len(found.rows) else None


def _singular_field(name: str) -> str | None:
    """``statuses`` and ``status`` are values of the criterion ``status``."""
    plain = name.casefold()
    plurals = {
        "statuses": "status",
        "assignees": "assignee",
        "projects": "project",
        "label": "labels",
        "priorities": "priority",
    }
    field = plurals.get(plain, plain)
    return field if field in ("status", "assignee", "project", "labels", "priority") else None
