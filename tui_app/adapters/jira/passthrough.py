"""@aashari/mcp-server-atlassian-jira: one tool, `jira_get`, that passes a REST path on to Jira Cloud.

It cuts answers off at 40,000 characters, so every call picks the parts it needs (``jq``, in fact JMESPath), pages are
small, and descriptions come rendered as HTML, which is a tenth of the document JSON. Only its reading tool is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from tui_app.adapters.answers import at, data_of, rows_in, words_in
from tui_app.adapters.base import Page, TicketReference, ToolCall
from tui_app.adapters.jira.base import JiraAdapter
from tui_app.adapters.reading import comments_of, read_rows
from tui_app.adapters.reading.toon import parse_toon
from tui_app.adapters.tracker import Arguments, Row, merged, the_ticket
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.ticket import JsonValue, Ticket

_SEARCH_PATH = "/rest/api/3/search/jql"
_ISSUE_PATH = "/rest/api/3/issue"
_ROW_FIELDS = "summary,status,assignee,reporter,priority,issuetype,project,labels,created,updated"
_ROW = (
    "key: key, self: self, summary: fields.summary, status: fields.status.name, assignee: fields.assignee.displayName, "
    "reporter: fields.reporter.displayName, priority: fields.priority.name, issuetype: fields.issuetype.name, "
    "project: fields.project.key, labels: fields.labels, created: fields.created, updated: fields.updated"
)
_ROWS = f"{{issues: issues[*].{{{_ROW}}}, nextPageToken: nextPageToken}}"
_ISSUE = f"{{{_ROW}, description: renderedFields.description, duedate: fields.duedate}}"
_COMMENTS = "comments[*].{author: author.displayName, created: created, body: renderedBody}"
_VALUES = {"status": "/rest/api/3/status", "priority": "/rest/api/3/priority"}


class Passthrough(JiraAdapter):
    """Jira Cloud's own interface, read through `jira_get`."""

    made_for = "@aashari/mcp-server-atlassian-jira"
    search_tool = "jira_get"
    get_tool = "jira_get"
    query_argument = "queryParams"
    largest_page = 40  # rows of some 700 characters each stay under the server's limit

    def first_page(self, query: str, size: int) -> Arguments:
        return _reading(_SEARCH_PATH, {"jql": query, "maxResults": str(size), "fields": _ROW_FIELDS}, _ROWS)

    def page(self, criteria: TicketSearchCriteria, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
        answer = _data(result)
        parameters, token = call.arguments["queryParams"], at(answer, "nextPageToken")
        following = None
        if isinstance(parameters, dict) and isinstance(token, str) and token != parameters.get("nextPageToken"):
            following = self.following(call, queryParams={**parameters, "nextPageToken": token})
        return Page(self.tickets(_rows(answer, result)), following)

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        path = f"{_ISSUE_PATH}/{quote(reference.id, safe='')}"
        issue = _reading(path, {"expand": "renderedFields"}, _ISSUE)
        comments = _reading(f"{path}/comment", {"expand": "renderedBody", "maxResults": "100"}, _COMMENTS)
        return self.call(self.get_tool, issue), self.call(self.get_tool, comments)

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        ticket = the_ticket(reference, self.tickets(_rows(_data(results[0]), results[0])))
        comments = [comments_of(_data(result)) for result in results[1:] if self.failure(result) is None]
        return merged(ticket, comments=comments[0] if comments else ())

    def value_calls(self) -> tuple[ToolCall, ...]:
        return tuple(self.call(self.get_tool, _reading(path, {}, "[*].{name: name}")) for path in _VALUES.values())

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:
        return {field: words_in(_data(result), "name") for field, result in zip(_VALUES, results, strict=False)}


def _reading(path: str, parameters: dict[str, JsonValue], picked: str) -> Arguments:
    return {"path": path, "queryParams": parameters, "jq": picked, "outputFormat": "json"}


def _rows(answer: JsonValue, result: CallToolResult) -> list[Row]:
    """The issues of an answer; the error says what came instead, where there is no list of them."""
    rows = rows_in(answer, "issues") or rows_in(answer)
    return [row for row in rows if "key" in row] or [row for row in read_rows(result).rows if isinstance(row, dict)]


def _data(result: CallToolResult) -> JsonValue:
    """The answer, also where the server gives its own notation although JSON was asked for."""
    answer = data_of(result)
    return parse_toon(answer) or answer if isinstance(answer, str) else answer
