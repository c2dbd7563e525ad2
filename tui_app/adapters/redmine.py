"""Redmine, through redmine-mcp-server or mcp-redmine.

Left alone Redmine lists open issues only. It knows statuses and priorities by number, so their names are asked for once
per session. Neither server knows Redmine's address, so a ticket has a URL only where an answer holds one.

Both servers pass on the parameters of Redmine's issue list (https://www.redmine.org/projects/redmine/wiki/Rest_Issues):
a value begins with its operator (``>=``, ``><`` for a range, ``~`` for contains), ``|`` separates alternatives, a range
has its bounds. Its search reads one phrase in quotation marks, but not two side by side.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from tui_app.adapters.base import Adapter, ChangeHints, Page, Plan, ServerDescription, TicketReference, ToolCall
from tui_app.adapters.reading import json_of, plain_text, read_record, ticket_from, without_wrapper
from tui_app.adapters.reading.yaml_text import parse_yaml
from tui_app.adapters.tracker import (
    Arguments,
    Row,
    TrackerAdapter,
    at,
    data_of,
    not_an_id,
    page_size,
    rows_in,
    sole,
    the_ticket,
    variant_for,
    whole_number,
)
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import ME, UNASSIGNED, TicketSearchCriteria
from tui_app.tickets.criterion import LEFT_OUT
from tui_app.tickets.dates import DateBound, first_day_from, last_day_before
from tui_app.tickets.matching import bare_text, quoted_text
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


_ID, _TEXT = {"type": "integer"}, {"type": "string"}
_CHANGED: dict[str, dict[str, Any]] = {
    "fields.notes": {**_TEXT, "description": "A comment."},
    "fields.subject": _TEXT,
    "fields.description": _TEXT,
    "fields.status_id": _ID,
    "fields.priority_id": _ID,
    "fields.assigned_to_id": {"type": ["integer", "null"], "description": "Id of a user; null: nobody."},
}


class RedmineMcpServer(RedmineAdapter):
    """redmine-mcp-server. Text goes to a search tool that takes nothing else, so the rest is then filtered here."""

    made_for = "redmine-mcp-server"
    search_tool = "list_redmine_issues"
    text_tool = "search_redmine_issues"
    get_tool = "get_redmine_issue"
    change_hints = ChangeHints({"update_redmine_issue": _CHANGED})

    def setup_calls(self) -> tuple[ToolCall, ...]:
        tools = ("list_redmine_issue_statuses", "list_redmine_issue_priorities")
        return tuple(self.call(tool, {}) for tool in tools if self.has(tool))

    def listed(self, result: CallToolResult) -> list[dict[str, Any]]:
        return rows_in(data_of(result))

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        paging: Arguments = {"include_pagination_info": True, "offset": 0}
        if criteria.text:
            words: Arguments = {"query": quoted_text(criteria.text, most=1)}
            arguments = {**paging, "limit": page_size(criteria, {"text"})}
            return self.planned(self.text_tool, criteria, {"text": words}, arguments)
        pushed = {field: _as_arguments(words) for field, words in redmine_parameters(criteria, self.ids).items()}
        arguments = {"status_id": ANY_STATUS, "sort": sorting(criteria), "limit": page_size(criteria, pushed), **paging}
        return self.planned(self.search_tool, criteria, pushed, arguments)

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
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
            words, size = quoted_text(criteria.text, most=1), page_size(criteria, {"text"})
            found = _reading("/search.json", {"q": words, "issues": 1, "limit": size})
            return self.planned(self.search_tool, criteria, {"text": found}, found)
        pushed = {field: {"params": words} for field, words in redmine_parameters(criteria, self.ids).items()}
        warnings = (_TITLES_ONLY,) if criteria.text else ()
        if criteria.text:
            pushed["text"] = {"params": {"subject": f"~{bare_text(criteria.text)}"}}
        parameters: Arguments = {
            "status_id": ANY_STATUS,
            "sort": sorting(criteria),
            "limit": page_size(criteria, pushed),
            "offset": 0,
        }
        return self.planned(self.search_tool, criteria, pushed, _reading("/issues.json", parameters), warnings)

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
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
        return Page(tuple(map(ticket_from, rows)), following, total)

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
    named = {name: value for name, value in parameters.items() if name in _NAMED and not _is_operation(value)}
    rest = {name: value for name, value in parameters.items() if name not in named}
    return {**named, **({"filters": rest} if rest else {})}


def _is_operation(value: JsonValue) -> bool:
    """Whether a value is more than one id or word: alternatives, or an operator."""
    return isinstance(value, str) and ("|" in value or value.startswith("!"))


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


ANY_STATUS = "*"
"""Without a status Redmine lists open issues only."""
NEWEST_FIRST = "created_on:desc"

_NOBODY = "!*"
_SENTINELS = ("open", "closed")
_SORT_FIELDS = {
    "id": "id",
    "title": "subject",
    "status": "status",
    "assignee": "assigned_to",
    "reporter": "author",
    "priority": "priority",
    "type": "tracker",
    "project": "project",
    "created_at": "created_on",
    "updated_at": "updated_on",
    "due_at": "due_date",
    "parent": "parent",
}
Ids = Mapping[str, Mapping[str, int]]
"""``status`` and ``priority`` to names, folded, to Redmine's ids."""


def redmine_parameters(criteria: TicketSearchCriteria, ids: Ids) -> dict[str, dict[str, JsonValue]]:
    """Criteria field to the parameters that express it, for the fields that Redmine can search by."""
    pushed: dict[str, dict[str, JsonValue]] = {}
    if project := sole(criteria.project):
        pushed["project"] = {"project_id": project.casefold().replace(" ", "-")}
    pushed |= _status_parameter(criteria, ids.get("status", {}))
    for field, parameter in (("assignee", "assigned_to_id"), ("reporter", "author_id")):
        if (person := _person(criteria.value(field))) is not None:
            pushed[field] = {parameter: person}
        elif (left_out := _left_out_person(criteria.without(field))) and not criteria.value(field):
            pushed[f"{LEFT_OUT}{field}"] = {parameter: left_out}
    pushed |= _priority_parameter(criteria, ids.get("priority", {}))
    numbers = [parent.removeprefix("#") for parent in criteria.parent]
    if len(numbers) == 1 and numbers[0].isdecimal():
        pushed["parent"] = {"parent_id": int(numbers[0])}
    own = [ticket_id.removeprefix("#") for ticket_id in criteria.ids]
    if own and all(number.isdecimal() for number in own):
        pushed["ids"] = {"issue_id": ",".join(own)}
    if due := _due(criteria):
        pushed |= {field: {"due_date": due} for field in ("due_before", "due_after")}
    if created := _span(criteria.created_after, criteria.created_before):
        pushed |= {field: {"created_on": created} for field in ("created_after", "created_before")}
    if updated := _span(criteria.updated_after, criteria.updated_before):
        pushed |= {field: {"updated_on": updated} for field in ("updated_after", "updated_before")}
    return pushed


def sorting(criteria: TicketSearchCriteria) -> str:
    """The ``sort`` parameter: the order asked for, else newest first."""
    field = _SORT_FIELDS.get((criteria.sort or "").removeprefix("-"))
    if not criteria.sort or not field:
        return NEWEST_FIRST
    return field + (":desc" if criteria.sort.startswith("-") else "")


def _status(statuses: tuple[str, ...], ids: Mapping[str, int]) -> JsonValue:
    """One id or sentinel, several ids divided by ``|``, None where one of ``statuses`` is not known."""
    names = {status.casefold() for status in statuses}
    known = [ids[name] for name in sorted(names) if name in ids]
    if names and len(known) == len(names):
        return known[0] if len(known) == 1 else "|".join(map(str, known))
    if len(names) == 1 and names <= set(_SENTINELS):
        return names.pop()
    return ANY_STATUS if names == set(_SENTINELS) else None


def _status_parameter(criteria: TicketSearchCriteria, ids: Mapping[str, int]) -> dict[str, dict[str, JsonValue]]:
    """The one criterion that ``status_id`` is used for: statuses, else open or closed, else statuses left out."""
    if criteria.status:
        status = _status(criteria.status, ids)
        return {} if status is None else {"status": {"status_id": status}}
    if criteria.openness:
        return {"openness": {"status_id": criteria.openness}}
    left_out = _none_of(criteria.without("status"), ids)
    return {f"{LEFT_OUT}status": {"status_id": left_out}} if left_out else {}


def _priority_parameter(criteria: TicketSearchCriteria, ids: Mapping[str, int]) -> dict[str, dict[str, JsonValue]]:
    known = [ids[name.casefold()] for name in criteria.priority if name.casefold() in ids]
    if known and len(known) == len(criteria.priority):
        return {"priority": {"priority_id": known[0] if len(known) == 1 else "|".join(map(str, known))}}
    left_out = "" if criteria.priority else _none_of(criteria.without("priority"), ids)
    return {f"{LEFT_OUT}priority": {"priority_id": left_out}} if left_out else {}


def _none_of(names: Sequence[str], ids: Mapping[str, int]) -> str:
    """``!1|2``; empty where one of ``names`` is not known."""
    known = [ids[name.casefold()] for name in names if name.casefold() in ids]
    return "!" + "|".join(map(str, known)) if known and len(known) == len(names) else ""


def _person(names: Sequence[str]) -> JsonValue:
    name = sole(names) or ""
    special: dict[str, JsonValue] = {ME: ME, UNASSIGNED: _NOBODY}
    return special.get(name.casefold(), int(name) if name.isdecimal() else None)


def _left_out_person(names: Sequence[str]) -> str:
    name = sole(names) or ""
    special = {ME: f"!{ME}", UNASSIGNED: "*"}
    return special.get(name.casefold(), f"!{name}" if name.isdecimal() else "")


def _due(criteria: TicketSearchCriteria) -> str:
    """Days, the last of which Redmine takes in."""
    after = f"{first_day_from(criteria.due_after.moment)}" if criteria.due_after else ""
    before = f"{last_day_before(criteria.due_before.moment)}" if criteria.due_before else ""
    if after and before:
        return f"><{after}|{before}"
    return f">={after}" if after else f"<={before}" if before else ""


def _span(since: DateBound | None, until: DateBound | None) -> str:
    after = _moment(since.moment) if since else ""
    before = _moment(until.moment - timedelta(seconds=1)) if until else ""
    if after and before:
        return f"><{after}|{before}"
    return f">={after}" if after else f"<={before}" if before else ""


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
