"""The Jira servers that answer in JSON under tools of their own, one class each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from msgspec.structs import replace

from tui_app.adapters.answers import at, data_of, words_in
from tui_app.adapters.base import Page, TicketReference, ToolCall
from tui_app.adapters.jira.base import FIELDS, JiraAdapter
from tui_app.adapters.reading import changes_of, comments_of, read_record
from tui_app.adapters.tracker import Arguments, Row, merged
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.ticket import Ticket


class McpAtlassian(JiraAdapter):
    """mcp-atlassian (Python). Cloud pages by token and knows no total (-1), Data Center by offset, 50 at most."""

    made_for = "mcp-atlassian"
    search_tool = "jira_search"
    get_tool = "jira_get_issue"
    largest_page = 50

    def first_page(self, query: str, size: int) -> Arguments:
        return {"jql": query, "limit": size, "fields": ",".join(FIELDS)}

    def page(self, criteria: TicketSearchCriteria, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
        rows, answer = self.rows(result), data_of(result)
        token = at(answer, "next_page_token")
        if isinstance(token, str) and token:
            return Page(self.tickets(rows), self.following(call, page_token=token))
        return self.offset_page(call, rows, answer, "start_at")

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        arguments: Arguments = {
            "issue_key": reference.id,
            "fields": "*all",
            "comment_limit": 100,
            "expand": "changelog",
            "update_history": False,  # reading a ticket is not to change which ones Jira thinks were viewed last
        }
        return (self.call(self.get_tool, arguments),)

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        issue = read_record(results[0], reference.id)
        return merged(self.tickets([issue])[0], history=changes_of(issue.get("changelogs")))

    def value_calls(self) -> tuple[ToolCall, ...]:
        return (self.call("jira_get_all_projects", {}),) if self.has("jira_get_all_projects") else ()

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:
        return {"project": words_in(data_of(results[0]), "key")} if results else {}


class DataCenter(JiraAdapter):
    """@atlassian-dc-mcp/jira (Node): Jira's own answers within ``{"success", "data"}``."""

    made_for = "@atlassian-dc-mcp/jira"
    search_tool = "jira_searchIssues"
    get_tool = "jira_getIssue"
    comments_tool = "jira_getIssueComments"

    def first_page(self, query: str, size: int) -> Arguments:
        return {"jql": query, "maxResults": size, "fields": list(FIELDS)}

    def page(self, criteria: TicketSearchCriteria, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
        return self.offset_page(call, self.rows(result), at(data_of(result), "data"), "startAt")

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        issue: Arguments = {"issueKey": reference.id, "fields": ["*all", "-comment"], "expand": "changelog"}
        comments: Arguments = {"issueKey": reference.id, "maxResults": 1000}
        return self.call(self.get_tool, issue), self.call(self.comments_tool, comments)

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        issue = read_record(results[0], reference.id)
        comments = comments_of(at(self.answers(reference, results).get(self.comments_tool), "data"))
        history = changes_of(at(issue.get("changelog"), "histories"))
        return merged(self.tickets([issue])[0], comments=comments, history=history)


class JiraCloud(JiraAdapter):
    """mcp-jira-cloud (Node). It keeps the next page's token to itself, and what it calls total is the page's count."""

    made_for = "mcp-jira-cloud"
    search_tool = "jira_search_issues"
    get_tool = "jira_get_issue"
    comments_tool = "jira_get_issue_comments"
    changes_tool = "jira_get_changelog"
    value_tools: ClassVar[Mapping[str, tuple[str, str]]] = {
        "status": ("jira_get_statuses", "name"),
        "priority": ("jira_get_priorities", "name"),
        "project": ("jira_list_projects", "key"),
    }
    site: str | None = None

    def setup_calls(self) -> tuple[ToolCall, ...]:
        return (self.call("jira_auth_status", {}),) if self.has("jira_auth_status") else ()

    def after_setup(self, results: Sequence[CallToolResult]) -> JiraCloud:
        site = at(data_of(results[0]), "baseUrl") if results else None
        return self.knowing(site=site.rstrip("/")) if isinstance(site, str) else self

    def first_page(self, query: str, size: int) -> Arguments:
        return {"jql": query, "maxResults": size, "fields": list(FIELDS)}

    def page(self, criteria: TicketSearchCriteria, call: ToolCall, result: CallToolResult) -> Page:
        return self.window_page(criteria, call, self.rows(result))

    def tickets(self, rows: Sequence[Row]) -> tuple[Ticket, ...]:
        tickets = super().tickets(rows)
        return tuple(replace(ticket, url=self.site and f"{self.site}/browse/{ticket.id}") for ticket in tickets)

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        issue: Arguments = {
            "issueIdOrKey": reference.id,
            "maxResults": 100,
            "fields": [*FIELDS, "comment", "attachment"],
        }
        tools = (self.get_tool, self.comments_tool, self.changes_tool)
        return tuple(self.call(tool, issue) for tool in tools if tool == self.get_tool or self.has(tool))

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        answers = self.answers(reference, results)
        ticket = self.tickets([read_record(results[0], reference.id)])[0]
        flattened = comments_of(answers.get(self.comments_tool))  # by the server, which drops lists and emphasis
        comments = flattened if len(flattened) > len(ticket.comments) else ticket.comments
        return merged(ticket, comments=comments, history=changes_of(at(answers.get(self.changes_tool), "changes")))

    def value_calls(self) -> tuple[ToolCall, ...]:
        return tuple(self.call(tool, {}) for tool, _ in self.value_tools.values() if self.has(tool))

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:
        fields = [(field, part) for field, (tool, part) in self.value_tools.items() if self.has(tool)]
        return {field: words_in(data_of(result), part) for (field, part), result in zip(fields, results, strict=False)}
