"""Linear, through @tacticlaunch/mcp-linear or linear-mcp.

Both ask for people and teams by UUID; who is who is asked once per session. Neither can narrow by labels or dates, and
only linear-mcp takes a priority and hands out pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

from msgspec.structs import replace

from tui_app.adapters.base import Adapter, Page, Plan, ServerDescription, TicketReference, ToolCall
from tui_app.adapters.reading import changes_of, comments_of, plain_text, read_record, ticket_from
from tui_app.adapters.tracker import (
    Arguments,
    Row,
    TrackerAdapter,
    at,
    data_of,
    merged,
    page_size,
    rows_in,
    sole,
    the_ticket,
    variant_for,
    whole_number,
)
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import CLOSED, ME, TicketSearchCriteria
from tui_app.tickets.criterion import LEFT_OUT
from tui_app.tickets.matching import bare_text
from tui_app.tickets.ticket import JsonValue, Ticket
from tui_app.tickets.vocabulary import closed_by_words, folded_words

LARGEST_PAGE = 250
"""Linear's own limit for one page (its GraphQL interface refuses a larger ``first``)."""
PRIORITIES = ("No priority", "Urgent", "High", "Medium", "Low")
"""By their numbers, as Linear's interface shows them."""

_KEY_IN_ADDRESS = re.compile(r"/issue/([A-Z][A-Z0-9]*-\d+)(?:/|$)")
_DIGEST = re.compile(r"^(?P<identifier>[A-Z][A-Z0-9]*-\d+): (?P<title>.*)(?P<rest>(?:\n[A-Z]\w+: .*)*)", re.MULTILINE)
_CLOSED_TYPES = ("completed", "canceled", "duplicate")
_PAGE_IS_ALL = "This server gives no second page; there may be more than these {count}."


class LinearAdapter(TrackerAdapter):
    """What both servers have in common: criteria by UUID, and rows as Linear's interface words them."""

    name = "linear"
    viewer_tool: ClassVar[str]
    users_tool: ClassVar[str] = ""
    teams_tool: ClassVar[str]
    ids: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    """``assignee`` and ``project`` to names, folded, to UUIDs."""
    states: tuple[str, ...] = ()
    closed_states: frozenset[str] = frozenset()
    """Those of `states` in which nothing is left to do."""

    def setup_calls(self) -> tuple[ToolCall, ...]:
        tools = (self.viewer_tool, self.users_tool, self.teams_tool)
        return tuple(self.call(tool, {}) for tool in tools if self.has(tool))

    def after_setup(self, results: Sequence[CallToolResult]) -> LinearAdapter:
        calls = zip(self.setup_calls(), results, strict=False)
        answers = {call.tool: data_of(result) for call, result in calls if self.failure(result) is None}
        viewer = at(answers.get(self.viewer_tool), "viewer") or answers.get(self.viewer_tool)
        users, teams = (_nodes(answers.get(tool)) for tool in (self.users_tool, self.teams_tool))
        people = _ids(users, "name", "displayName", "email") | _ids(rows_in(viewer), "name", "displayName", "email")
        own = at(viewer, "id")
        ids = {
            "assignee": people | ({ME: own} if isinstance(own, str) else {}),
            "project": _ids(teams, "key", "name"),
        }
        listed = [state for team in teams for state in _nodes(team.get("states")) if "name" in state]
        states = dict.fromkeys(str(state["name"]) for state in listed)
        closed = frozenset(str(state["name"]) for state in listed if _is_closed(state))
        return self.knowing(ids=ids, states=tuple(states), closed_states=closed)

    def known_id(self, field: str, name: str | None) -> str | None:
        """The UUID of who or what ``name`` is; a part of a name will do where only one has it."""
        known, wanted = self.ids.get(field, {}), (name or "").casefold()
        if wanted in known or not wanted:
            return known.get(wanted)
        partly = {uuid for other, uuid in known.items() if wanted in other and other != ME}
        return partly.pop() if len(partly) == 1 else None

    def states_argument(self, criteria: TicketSearchCriteria) -> dict[str, Arguments]:
        """What the argument ``states`` expresses, and its value: all states that the criteria leave together."""
        used = criteria.used_fields() & {"status", f"{LEFT_OUT}status", "openness"}
        if not used or (not self.states and "status" not in used):
            return {}
        left_out = set(map(folded_words, criteria.without("status")))
        states = [
            state
            for state in (self.exact_states(criteria.status) if criteria.status else self.states)
            if folded_words(str(state)) not in left_out
            and (not criteria.openness or (state in self.closed_states) is (criteria.openness == CLOSED))
        ]
        if not self.states:
            return {"status": {"states": self.exact_states(criteria.status)}}
        return {name: {"states": list(states)} for name in used} if states else {}

    def exact_states(self, statuses: Iterable[str]) -> list[JsonValue]:
        """``statuses`` as Linear writes them, where setup listed them."""
        written = {state.casefold(): state for state in self.states}
        return [written.get(status.casefold(), status) for status in statuses]

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:  # noqa: ARG002
        return {"status": self.states, "priority": PRIORITIES}


class TacticLaunch(LinearAdapter):
    """@tacticlaunch/mcp-linear. It asks Linear seven questions a row, so no more rows are asked for than wanted."""

    made_for = "@tacticlaunch/mcp-linear"
    search_tool = "linear_searchIssues"
    get_tool = "linear_getIssueById"
    comments_tool = "linear_getComments"
    history_tool = "linear_getIssueHistory"
    viewer_tool = "linear_getViewer"
    users_tool = "linear_getUsers"
    teams_tool = "linear_getTeams"

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        pushed: dict[str, Arguments] = {"text": {"query": bare_text(criteria.text)}}
        pushed |= self.states_argument(criteria)
        if person := self.known_id("assignee", sole(criteria.assignee)):
            pushed["assignee"] = {"assigneeId": person}
        if team := self.known_id("project", sole(criteria.project)):
            pushed["project"] = {"teamId": team}
        return self.planned(self.search_tool, criteria, pushed, {"limit": min(criteria.max_results, LARGEST_PAGE)})

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
        rows = self.rows(result)
        full = len(rows) >= LARGEST_PAGE
        return Page(tuple(map(linear_ticket, rows)), warnings=(_PAGE_IS_ALL.format(count=len(rows)),) if full else ())

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        issue: Arguments = {"issueId": reference.id, "limit": 100}
        calls = [self.call(self.get_tool, {"id": reference.id})]
        calls += [self.call(tool, issue) for tool in (self.comments_tool, self.history_tool) if self.has(tool)]
        return tuple(calls)

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        answers = self.answers(reference, results)
        ticket = linear_ticket(read_record(results[0], reference.id))
        comments = comments_of(answers.get(self.comments_tool))
        return merged(ticket, comments=comments, history=changes_of(answers.get(self.history_tool)))


class LinearMcp(LinearAdapter):
    """linear-mcp. Its tool for one issue gives a digest; the search for the id gives the rest, where it finds it.

    Its relatives answer with the issue itself.
    """

    made_for = "linear-mcp"
    search_tool = "linear_search_issues"
    get_tool = "linear_search_issues_by_identifier"
    viewer_tool = "linear_get_user"
    teams_tool = "linear_get_teams"

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        pushed: dict[str, Arguments] = {"text": {"query": bare_text(criteria.text)}}
        pushed |= self.states_argument(criteria)
        if person := self.known_id("assignee", sole(criteria.assignee)):
            pushed["assignee"] = {"assigneeIds": [person]}
        if team := self.known_id("project", sole(criteria.project)):
            pushed["project"] = {"teamIds": [team]}
        if (number := _priority_number(sole(criteria.priority))) is not None:
            pushed["priority"] = {"priority": number}
        order = "updatedAt" if criteria.sort == "-updated_at" else "createdAt"
        return self.planned(
            self.search_tool, criteria, pushed, {"first": page_size(criteria, pushed), "orderBy": order}
        )

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
        rows, issues = self.rows(result), at(data_of(result), "issues")
        cursor = at(issues, "pageInfo", "endCursor") if at(issues, "pageInfo", "hasNextPage") is True else None
        following = self.following(call, after=cursor) if isinstance(cursor, str) else None
        return Page(tuple(map(linear_ticket, rows)), following, whole_number(at(issues, "totalCount")))

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        digest = self.call(self.get_tool, {"identifiers": [reference.id]})
        return digest, self.call(self.search_tool, {"query": reference.id, "first": LARGEST_PAGE})

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        digests = list(_digests(plain_text(results[0])))
        if not digests:
            return the_ticket(reference, [linear_ticket(row) for row in self.rows(results[0])])
        ticket = the_ticket(reference, list(map(linear_ticket, digests)))
        found = [linear_ticket(row) for result in results[1:] if not self.failure(result) for row in self.rows(result)]
        return next((other for other in found if other.id == ticket.id), ticket)


def make(description: ServerDescription, map: Mapping[str, Any]) -> Adapter:  # noqa: A002
    """The adapter for the Linear server ``description``."""
    variants: tuple[type[LinearAdapter], ...] = (TacticLaunch, LinearMcp)
    return variant_for(variants, description, map)


def linear_ticket(row: Row) -> Ticket:
    """The ticket of an issue; where the row has only a UUID, its key is read from its address."""
    overrides: dict[str, JsonValue] = {}
    match = _KEY_IN_ADDRESS.search(str(row.get("url", "")))
    if key := row.get("identifier") or (match and match[1]):
        overrides["id"] = key
    number = whole_number(row.get("priority"))
    if not row.get("priorityLabel") and number is not None and number < len(PRIORITIES):
        overrides["priority"] = PRIORITIES[number]
    ticket = ticket_from({name: value for name, value in row.items() if name != "identifier"}, overrides)
    return replace(ticket, priority=None) if ticket.priority == PRIORITIES[0] else ticket


def _digests(text: str) -> Iterable[Row]:
    """``ENG-1: title`` with lines of ``Name: value`` under it."""
    for match in _DIGEST.finditer(text):
        facts = dict(line.split(": ", 1) for line in match["rest"].strip().splitlines())
        yield {**facts, "identifier": match["identifier"], "title": match["title"]}


def _nodes(value: JsonValue) -> list[dict[str, JsonValue]]:
    return rows_in(value, "nodes") or rows_in(value, "teams", "nodes") or rows_in(value)


def _ids(rows: Iterable[Row], *names: str) -> dict[str, str]:
    return {
        str(row[name]).casefold(): str(row["id"]) for row in rows for name in names if row.get(name) and row.get("id")
    }


def _is_closed(state: Row) -> bool:
    """By Linear's own type of the state, else by its name."""
    kind = state.get("type")
    return kind in _CLOSED_TYPES if isinstance(kind, str) else bool(closed_by_words(str(state["name"])))


def _priority_number(name: str | None) -> int | None:
    wanted = (name or "").casefold()
    aliases = {"none": 0, "normal": 3}
    numbers = {priority.casefold(): number for number, priority in enumerate(PRIORITIES)} | aliases
    return int(wanted) if wanted.isdecimal() and int(wanted[:3]) < len(PRIORITIES) else numbers.get(wanted)
