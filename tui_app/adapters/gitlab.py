"""GitLab, through @zereight/mcp-gitlab. A ticket's id is ``group/project#17``, as GitLab itself refers to it.

Left alone the server lists what the user created (``scope``), and its answers do not say how many there are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from tui_app.adapters.base import Adapter, Page, Plan, ServerDescription, TicketReference, ToolCall
from tui_app.adapters.reading import comments_of, read_record, ticket_from
from tui_app.adapters.tracker import (
    Arguments,
    Row,
    TrackerAdapter,
    at,
    merged,
    not_an_id,
    page_size,
    sole,
    variant_for,
    whole_number,
)
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import ME, UNASSIGNED, TicketSearchCriteria
from tui_app.tickets.criterion import LEFT_OUT
from tui_app.tickets.dates import DateBound
from tui_app.tickets.matching import quoted_text
from tui_app.tickets.ticket import JsonValue, Ticket

_STATES = {"open": "opened", "opened": "opened", "closed": "closed"}
_REFERENCE = re.compile(r"(?:(?P<project>[^#\s]+)(?=#))?#?(?P<iid>\d+)")
_ADDRESS = re.compile(r"^https?://[^/]+/(?P<project>.+?)/-/(?:issues|work_items)/\d+")
_SAID_ELSEWHERE = frozenset({"references", "id", "iid", "project_id", "issue_type"})
_TICK = timedelta(milliseconds=1)
"""The server's ``created_before`` takes the moment in, ours does not."""


class GitlabAdapter(TrackerAdapter):
    """The issues of one project, or of all that the user may see."""

    name = "gitlab"
    made_for = "@zereight/mcp-gitlab"
    search_tool = "list_issues"
    get_tool = "get_issue"
    comments_tool = "list_issue_discussions"

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        pushed = _arguments_by_criterion(criteria)
        size = page_size(criteria, pushed)
        return self.planned(
            self.search_tool, criteria, pushed, {"scope": "all", "state": "all", "page": 1, "per_page": size}
        )

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
        rows = self.rows(result)
        page, size = (whole_number(call.arguments.get(name)) or 1 for name in ("page", "per_page"))
        following = self.following(call, page=page + 1) if len(rows) >= size else None
        return Page(tuple(map(gitlab_ticket, rows)), following)

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        issue = _place(reference)
        return self.call(self.get_tool, issue), self.call(self.comments_tool, {**issue, "per_page": 100})

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        ticket = gitlab_ticket(read_record(results[0], reference.id))
        return merged(ticket, comments=comments_of(self.answers(reference, results).get(self.comments_tool)))

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:  # noqa: ARG002
        return {"status": ("opened", "closed")}


def make(description: ServerDescription, map: Mapping[str, Any]) -> Adapter:  # noqa: A002
    """The adapter for the GitLab server ``description``."""
    return variant_for((GitlabAdapter,), description, map)


def gitlab_ticket(row: Row) -> Ticket:
    """The ticket of an issue."""
    project, iid = _home(row), row.get("iid")
    rest = {name: value for name, value in row.items() if name not in _SAID_ELSEWHERE}
    overrides = {"id": f"{project}#{iid}", "project": project or None, "type": row.get("issue_type")}
    return replace(
        ticket_from(rest, overrides), lookup={"project_id": row.get("project_id") or project, "issue_iid": iid}
    )


def _home(row: Row) -> str:
    """The path of an issue's project, from ``group/project#17`` or the issue's address; empty where neither has it."""
    full, address = at(row.get("references"), "full"), row.get("web_url")
    if isinstance(full, str) and "#" in full:
        return full.rpartition("#")[0]
    match = _ADDRESS.match(address) if isinstance(address, str) else None
    return match["project"] if match else ""


def _arguments_by_criterion(criteria: TicketSearchCriteria) -> dict[str, Arguments]:
    """Criteria field to the arguments that express it, for those that GitLab can search by."""
    pushed: dict[str, Arguments] = {
        "text": {"search": quoted_text(criteria.text)},
        "project": {"project_id": sole(criteria.project)},
        "labels": {"labels": list(criteria.labels)},
        "created_after": {"created_after": _moment(criteria.created_after)},
        "created_before": {"created_before": _moment(criteria.created_before, _TICK)},
        "updated_after": {"updated_after": _moment(criteria.updated_after)},
        "updated_before": {"updated_before": _moment(criteria.updated_before, _TICK)},
        **_state(criteria),
    }
    assignee, reporter = ((sole(names) or "").lstrip("@") for names in (criteria.assignee, criteria.reporter))
    if assignee.casefold() == ME:
        pushed["assignee"] = {"scope": "assigned_to_me"}
    elif assignee.casefold() == UNASSIGNED:
        pushed["assignee"] = {"assignee_id": "None"}
    elif assignee and " " not in assignee:  # with a space it is a name, and GitLab asks for the user name
        pushed["assignee"] = {"assignee_username": [assignee]}
    if reporter.casefold() == ME and assignee.casefold() != ME:
        pushed["reporter"] = {"scope": "created_by_me"}
    elif reporter and reporter.casefold() != ME and " " not in reporter:
        pushed["reporter"] = {"author_username": reporter}
    return pushed


def _state(criteria: TicketSearchCriteria) -> dict[str, Arguments]:
    """What the argument ``state`` expresses, and its value: the one state that the criteria leave together, or all."""
    every = set(_STATES.values())
    wanted = {_STATES.get(status.casefold(), "") for status in criteria.status} or every
    unwanted = {_STATES.get(status.casefold(), "") for status in criteria.without("status")}
    if "" in wanted | unwanted:
        return {}
    left = (wanted & ({_STATES[criteria.openness]} if criteria.openness else every)) - unwanted
    state = next(iter(left)) if len(left) == 1 else "all"
    return {name: {"state": state} for name in ("status", f"{LEFT_OUT}status", "openness")} if left else {}


def _moment(bound: DateBound | None, earlier: timedelta = timedelta(0)) -> JsonValue:
    return (bound.moment - earlier).isoformat(timespec="milliseconds") if bound else None


def _place(reference: TicketReference) -> Arguments:
    """What the tools require, from the row or from the id (GitLab takes a path for a project's id)."""
    match = _REFERENCE.fullmatch(reference.id)
    if match is None and not reference.lookup:
        raise not_an_id(reference.id, "group/project#17")
    pushed = {"project_id": match["project"], "issue_iid": match["iid"]} if match else {}
    return {**pushed, **reference.lookup}
