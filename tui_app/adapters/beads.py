"""beads, through beads-mcp: issues beside the code, kept by the program ``bd``.

Its list holds 100 issues at most, has no further pages, and leaves closed issues out unless they are asked for by
status; so without a status a second call asks for them. Asked for named fields it lists every issue in full, otherwise
only five of a long list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui_app.adapters.base import Adapter, Page, ServerDescription, TicketReference, ToolCall
from tui_app.adapters.reading import comments_of, read_record, ticket_from
from tui_app.adapters.tracker import PAGE_SIZE, Arguments, Plan, TrackerAdapter, merged, page_size, variant_for
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import ME, UNASSIGNED, TicketSearchCriteria
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
        said: dict[str, Arguments] = {"text": {"query": criteria.text}, "labels": {"labels": list(criteria.labels)}}
        if len(criteria.status) == 1:
            said["status"] = {"status": criteria.status[0].casefold().replace(" ", "_").replace("-", "_")}
        if criteria.assignee and criteria.assignee.casefold() not in (ME, UNASSIGNED):
            said["assignee"] = {"assignee": criteria.assignee}
        if (priority := _priority(criteria.priority)) is not None:
            said["priority"] = {"priority": priority}
        return self.planned(
            self.search_tool, criteria, said, {"fields": _FIELDS, "limit": page_size(criteria, said, PAGE_SIZE)}
        )

    def page(self, criteria: TicketSearchCriteria, call: ToolCall, result: CallToolResult) -> Page:
        rows = self.rows(result)
        wanted = {status.casefold() for status in criteria.status}
        closed_too = "status" not in call.arguments and (not wanted or _CLOSED in wanted)
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
