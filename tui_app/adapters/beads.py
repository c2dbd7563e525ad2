"""beads, through beads-mcp: issues beside the code, kept by the program ``bd``.

Its list holds 100 issues at most, has no further pages, and leaves closed issues out unless they are asked for by
status; so without a status a second call asks for them. Asked for named fields it lists every issue in full, otherwise
only five of a long list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui_app.adapters.base import Adapter, Page, Plan, ServerDescription, TicketReference, ToolCall
from tui_app.adapters.reading import comments_of, read_record, ticket_from
from tui_app.adapters.tracker import PAGE_SIZE, Arguments, TrackerAdapter, merged, page_size, sole, variant_for
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import CLOSED, ME, OPEN, UNASSIGNED, TicketSearchCriteria
from tui_app.tickets.matching import bare_text
from tui_app.tickets.ticket import JsonValue, Ticket

_FIELDS: list[JsonValue] = [
    "id", "title", "status", "priority", "issue_type", "assignee", "labels", "created_at", "updated_at", "description",
]  # fmt: skip
_CLOSED = "closed"
_PRIORITIES = {"critical": 0, "high": 1, "medium": 2, "low": 3, "backlog": 4}
_STATUSES = ("open", "in_progress", "blocked", "deferred", _CLOSED)
_NO_MORE = f"beads lists {PAGE_SIZE} issues at most; narrow the search to see others."


class BeadsAdapter(TrackerAdapter):
    """The issues of the workspace that the server was started in, or that ``workspace_root`` names."""

    name = "beads"
    made_for = "beads-mcp"
    search_tool = "list"
    get_tool = "show"
    comments_tool = "comments"

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        pushed: dict[str, Arguments] = {
            "text": {"query": bare_text(criteria.text)},
            "labels": {"labels": list(criteria.labels)},
        }
        if len(criteria.status) == 1:
            pushed["status"] = {"status": criteria.status[0].casefold().replace(" ", "_").replace("-", "_")}
        elif not criteria.status and criteria.openness == CLOSED:
            pushed["openness"] = {"status": _CLOSED}
        person = sole(criteria.assignee)
        if person and person.casefold() not in (ME, UNASSIGNED):
            pushed["assignee"] = {"assignee": person}
        if (priority := _priority(sole(criteria.priority))) is not None:
            pushed["priority"] = {"priority": priority}
        return self.planned(
            self.search_tool,
            criteria,
            pushed,
            {"fields": _FIELDS, "limit": page_size(criteria, pushed, PAGE_SIZE)},
        )

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:
        rows = self.rows(result)
        wanted = {status.casefold() for status in plan.criteria.status}
        closed_too = (
            "status" not in call.arguments and (not wanted or _CLOSED in wanted) and plan.criteria.openness != OPEN
        )
        following = self.following(call, status=_CLOSED) if closed_too else None
        return Page(tuple(map(ticket_from, rows)), following, warnings=(_NO_MORE,) if len(rows) >= PAGE_SIZE else ())

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        issue: Arguments = {"issue_id": reference.id}
        return tuple(self.call(tool, issue) for tool in (self.get_tool, self.comments_tool) if self.has(tool))

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        ticket = ticket_from(read_record(results[0], reference.id))
        return merged(ticket, comments=comments_of(self.answers(reference, results).get(self.comments_tool)))

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:  # noqa: ARG002
        return {"status": _STATUSES, "priority": tuple(map(str, _PRIORITIES.values()))}


def make(description: ServerDescription, map: Mapping[str, Any]) -> Adapter:  # noqa: A002
    """The adapter for the beads server ``description``."""
    return variant_for((BeadsAdapter,), description, map)


def _priority(name: str | None) -> int | None:
    """``1``, ``P1`` and ``high`` are one priority."""
    word = (name or "").casefold()
    digit = word.removeprefix("p")
    return int(digit) if digit in ("0", "1", "2", "3", "4") else _PRIORITIES.get(word)
