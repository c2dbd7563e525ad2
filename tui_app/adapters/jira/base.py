"""What the adapters of all Jira servers have in common: JQL, and issues as Jira's REST interface words them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from msgspec.structs import replace

from tui_app.adapters.answers import at, whole_number
from tui_app.adapters.base import Page, ToolCall
from tui_app.adapters.jira.jql import honoured_fields, jql
from tui_app.adapters.jira.paging import excluded_keys, next_offset, next_window
from tui_app.adapters.reading import ticket_from
from tui_app.adapters.tracker import PAGE_SIZE, Arguments, Plan, Row, TrackerAdapter, page_size
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.ticket import JsonValue, Ticket

FIELDS = (
    "summary", "status", "assignee", "reporter", "priority", "issuetype", "project", "labels", "created", "updated",
    "description", "duedate", "components", "fixVersions", "parent", "resolution",
)  # fmt: skip
"""What a row shows; all fields of a search over 1,000 tickets would be tens of megabytes."""

_NO_FURTHER = "This server cannot go on after these {count} tickets; there may be more."


class JiraAdapter(TrackerAdapter):
    """What all Jira servers have in common: JQL, and issues as Jira's REST interface words them."""

    name = "jira"
    native_language = "JQL"
    query_argument: ClassVar[str] = "jql"
    largest_page: ClassVar[int] = PAGE_SIZE

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        honoured = honoured_fields(criteria)
        arguments = self.first_page(jql(criteria), page_size(criteria, honoured, self.largest_page))
        said = {self.query_argument: arguments[self.query_argument]}
        return self.planned(self.search_tool, criteria, dict.fromkeys(honoured, said), arguments)

    def first_page(self, query: str, size: int) -> Arguments:
        """The arguments that ask for the first ``size`` issues that ``query`` finds."""
        raise NotImplementedError

    def tickets(self, rows: Sequence[Row]) -> tuple[Ticket, ...]:
        """The tickets that ``rows`` hold."""
        return tuple(replace(ticket, project=_project_of(ticket)) for ticket in map(ticket_from, rows))

    def offset_page(self, call: ToolCall, rows: Sequence[Row], answer: JsonValue, argument: str) -> Page:
        """The page of ``rows`` whose successor is asked for by offset; ``argument`` is its name both ways."""
        total, given = whole_number(at(answer, "total")), whole_number(at(answer, argument))
        asked = whole_number(call.arguments.get(argument)) or 0
        if asked and given is not None and given != asked:
            return Page((), None, total)
        following = next_offset(asked, given, len(rows), total)
        return Page(
            self.tickets(rows), None if following is None else self.following(call, **{argument: following}), total
        )

    def window_page(self, criteria: TicketSearchCriteria, call: ToolCall, rows: Sequence[Row]) -> Page:
        """The page of a server that can be told only the query, not where to start, and that knows no total.

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
        return Page(self.tickets(rows), warnings=(_NO_FURTHER.format(count=len(rows)),) if full else ())


def _project_of(ticket: Ticket) -> str | None:
    """The project's key, which every issue's key begins with; what a row calls project may be its name."""
    return ticket.id.rpartition("-")[0] or ticket.project
