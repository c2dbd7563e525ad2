"""Redmine, through redmine-mcp-server or mcp-redmine.

Left alone Redmine lists open issues only. It knows statuses and priorities by number, so their names are asked for once
per session. Neither server says where Redmine is, so a ticket has an address only where an answer names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tui_app.adapters.answers import at, data_of, rows_in, whole_number
from tui_app.adapters.base import Adapter, Page, ServerDescription, TicketReference, ToolCall
from tui_app.adapters.reading import json_of, plain_text, read_record, ticket_from, without_wrapper
from tui_app.adapters.reading.yaml_text import parse_yaml
from tui_app.adapters.redmine_query import ANY_STATUS, Ids, redmine_parameters, sorting
from tui_app.adapters.tracker import (
    Arguments,
    Plan,
    Row,
    TrackerAdapter,
    not_an_id,
    page_size,
    the_ticket,
    variant_for,
)
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.ticket import JsonValue, Ticket

_HIT = re.compile(r"(?P<tracker>.+?) #\d+(?: \((?P<status>.+?)\))?: (?P<title>.*)", re.DOTALL)
_TITLES_ONLY = "With other criteria beside it, Redmine looks for text in titles only."
_NAMED = frozenset({"project_id", "status_id", "assigned_to_id", "priority_id"})
"""The parameters that redmine-mcp-server's list tool has arguments for; the others go into its ``filters``."""


class RedmineAdapter(TrackerAdapter):
    """What both servers have in common: Redmine's numbers for names."""

    name = "redmine"
    ids: Ids = MappingProxyType({})
    names: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    def after_setup(self, results: Sequence[CallToolResult]) -> RedmineAdapter:
        statuses, priorities = (self.named(result) for result in (*results, None, None)[:2])
        listed = {"status": statuses, "priority": priorities}
        ids = {field: {name.casefold(): number for name, number in named} for field, named in listed.items()}
        names = {field: tuple(name for name, _ in named) for field, named in listed.items()}
        return self.knowing(ids=ids, names=names)

    def named(self, result: CallToolResult | None) -> list[tuple[str, int]]:
        """Name and number of what a setup call listed."""
        if result is None or self.failure(result):
            return []
        rows = self.listed(result)
        return [(str(row["name"]), row["id"]) for row in rows if isinstance(row.get("id"), int) and row.get("name")]

    def listed(self, result: CallToolResult) -> list[dict[str, Any]]:
        """The rows of a list of statuses or priorities."""
        raise NotImplementedError

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:  # noqa: ARG002
        return dict(self.names)


class RedmineMcpServer(RedmineAdapter):
    """redmine-mcp-server. Text goes to a search tool that takes nothing else, so the rest is then applied here."""

    made_for = "redmine-mcp-server"
    search_tool = "list_redmine_issues"
    text_tool = "search_redmine_issues"
    get_tool = "get_redmine_issue"

    def setup_calls(self) -> tuple[ToolCall, ...]:
        tools = ("list_redmine_issue_statuses", "list_redmine_issue_priorities")
        return tuple(self.call(tool, {}) for tool in tools if self.has(tool))

    def listed(self, result: CallToolResult) -> list[dict[str, Any]]:
        return rows_in(data_of(result))

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        paging: Arguments = {"include_pagination_info": True, "offset": 0}
        if criteria.text:
            arguments = {**paging, "limit": page_size(criteria, {"text"})}
            return self.planned(self.text_tool, criteria, {"text": {"query": criteria.text}}, arguments)
        said = {field: _as_arguments(words) for field, words in redmine_parameters(criteria, self.ids).items()}
        arguments = {"status_id": ANY_STATUS, "sort": sorting(criteria), "limit": page_size(criteria, said), **paging}
        return self.planned(self.search_tool, criteria, said, arguments)

    def page(self, criteria: TicketSearchCriteria, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
        rows, pagination = self.rows(result), at(data_of(result), "pagination")
        total, offset = whole_number(at(pagination, "total")), whole_number(at(pagination, "next_offset"))
        following = self.following(call, offset=offset) if offset and rows else None
        return Page(tuple(map(ticket_from, rows)), following, total)

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        return (self.call(self.get_tool, {"issue_id": _number(reference)}),)

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        return ticket_from(read_record(results[0], reference.id))


class McpRedmine(RedmineAdapter):
    """mcp-redmine: one tool that passes a path on to Redmine, here always to ``get``, and answers in YAML."""

    made_for = "mcp-redmine"
    search_tool = "redmine_request"
    get_tool = "redmine_request"

    def setup_calls(self) -> tuple[ToolCall, ...]:
        paths = ("/issue_statuses.json", "/enumerations/issue_priorities.json")
        return tuple(self.call(self.get_tool, _reading(path)) for path in paths)

    def listed(self, result: CallToolResult) -> list[dict[str, Any]]:
        body = _body(result)
        return rows_in(body, "issue_statuses") or rows_in(body, "issue_priorities")

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        if criteria.used_fields() == {"text"}:
            parameters: Arguments = {"q": criteria.text, "issues": 1, "limit": page_size(criteria, {"text"})}
            found = _reading("/search.json", parameters)
            return self.planned(self.search_tool, criteria, {"text": found}, found)
        said = {field: {"params": words} for field, words in redmine_parameters(criteria, self.ids).items()}
        if criteria.text:
            said["text"] = {"params": {"subject": f"~{criteria.text}"}}
        parameters = {
            "status_id": ANY_STATUS,
            "sort": sorting(criteria),
            "limit": page_size(criteria, said),
            "offset": 0,
        }
        return self.planned(self.search_tool, criteria, said, _reading("/issues.json", parameters))

    def page(self, criteria: TicketSearchCriteria, call: ToolCall, result: CallToolResult) -> Page:
        body, parameters = _body(result), call.arguments.get("params")
        rows: list[Row] = [*rows_in(body, "issues"), *map(_found, rows_in(body, "results"))]
        if not rows and whole_number(at(body, "total_count")) != 0:
            rows = self.rows(result)
        total, offset = whole_number(at(body, "total_count")), whole_number(at(body, "offset")) or 0
        asked = whole_number(at(parameters, "offset")) or 0
        more = rows and offset == asked and total is not None and offset + len(rows) < total
        following = None
        if more and isinstance(parameters, dict):
            following = self.following(call, params={**parameters, "offset": offset + len(rows)})
        titles_only = (_TITLES_ONLY,) if criteria.text and at(parameters, "subject") else ()
        return Page(tuple(map(ticket_from, rows)), following, total, titles_only)

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        path = f"/issues/{_number(reference)}.json"
        return (self.call(self.get_tool, _reading(path, {"include": "journals,attachments"})),)

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        rows = rows_in(_body(results[0]), "issue") or rows_in(_body(results[0]), "issues")
        return the_ticket(reference, [ticket_from(row) for row in rows])


def make(description: ServerDescription, map: Mapping[str, Any]) -> Adapter:  # noqa: A002
    """The adapter for the Redmine server ``description``."""
    variants: tuple[type[RedmineAdapter], ...] = (RedmineMcpServer, McpRedmine)
    return variant_for(variants, description, map)


def _as_arguments(parameters: dict[str, JsonValue]) -> Arguments:
    """``parameters`` under the list tool's own arguments, else within its ``filters``."""
    named = {name: value for name, value in parameters.items() if name in _NAMED and "|" not in str(value)}
    rest = {name: value for name, value in parameters.items() if name not in named}
    return {**named, **({"filters": rest} if rest else {})}


def _number(reference: TicketReference) -> str:
    number = reference.id.removeprefix("#")
    if not (number.isascii() and number.isdecimal()):
        raise not_an_id(reference.id, "4711")
    return number


def _reading(path: str, parameters: Arguments | None = None) -> Arguments:
    return {"path": path, "method": "get", "params": dict(parameters or {})}


def _body(result: CallToolResult) -> JsonValue:
    """What Redmine answered, out of the YAML round it, or the JSON where the server was set to that."""
    text = without_wrapper(plain_text(result))
    return at(parse_yaml(text) or json_of(text), "body")


def _found(row: Row) -> Row:
    """A search hit, ``Feature #2 (In Progress): title``, as the issue list would word it."""
    match = _HIT.fullmatch(str(row.get("title", "")))
    if match is None:
        return row
    return {**row, "title": match["title"], "status": match["status"], "tracker": match["tracker"], "type": None}
