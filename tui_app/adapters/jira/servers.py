"""The Jira servers, one class each: those that answer in JSON, and one that answers in Markdown.

`Passthrough` is @aashari/mcp-server-atlassian-jira: its one tool, ``jira_get``, passes a REST path on to Jira Cloud and
cuts answers off at 40,000 characters. So every call picks the parts it needs (``jq``, in fact JMESPath), pages are
small, and descriptions come rendered as HTML, a tenth of the document JSON. Only its reading tool is used.

`JiraMarkdownServer` is @aaronsb/jira-cloud-mcp: tools that take an ``operation``, and answers for a model to read. A
row is one line, ``KEY | title | [>] status | assignee | priority | due Dec 1, 2026``. Tools that also write are called
with a reading ``operation`` only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar
from urllib.parse import quote

from msgspec.structs import replace

from tui_app.adapters.base import ChangeHints, Page, Plan, TicketReference, ToolCall, plan_search
from tui_app.adapters.jira.jira_adapter import (
    CHANGED_CUSTOM_FIELDS,
    CHANGED_FIELDS,
    FIELD_ID,
    JiraAdapter,
    named_fields,
    with_names,
)
from tui_app.adapters.jira.jql import ANYTHING
from tui_app.adapters.reading import changes_of, comments_of, plain_text, read_record, read_rows
from tui_app.adapters.reading.data_text import parse_toon
from tui_app.adapters.tracker import Arguments, Row, at, data_of, merged, rows_in, the_ticket, words_in
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import DATE_FIELDS, TicketSearchCriteria
from tui_app.tickets.errors import InvalidResponseError
from tui_app.tickets.ticket import JsonValue, Ticket


class McpAtlassian(JiraAdapter):
    """mcp-atlassian (Python). Cloud pages by token and knows no total (-1), Data Center by offset, 50 at most."""

    made_for = "mcp-atlassian"
    search_tool = "jira_search"
    get_tool = "jira_get_issue"
    change_hints = ChangeHints({"jira_update_issue": CHANGED_FIELDS})
    largest_page = 50

    def first_page(self, query: str, size: int) -> Arguments:
        return {"jql": query, "limit": size, "fields": ",".join(self.fields)}

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
        rows, answer = self.rows(result), data_of(result)
        token = at(answer, "next_page_token")
        if isinstance(token, str) and token:
            return Page(self.tickets(rows), self.following(call, page_token=token))
        return self.offset_page(call, rows, answer, "start_at")

    def naming_calls(self, names: Sequence[str]) -> tuple[ToolCall, ...]:
        if not self.has("jira_search_fields"):
            return ()
        return tuple(self.call("jira_search_fields", {"keyword": name, "limit": 20}) for name in names)

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
    change_hints = ChangeHints({"jira_updateIssue": CHANGED_CUSTOM_FIELDS})
    comments_tool = "jira_getIssueComments"

    def first_page(self, query: str, size: int) -> Arguments:
        return {"jql": query, "maxResults": size, "fields": list(self.fields)}

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
        return self.offset_page(call, self.rows(result), at(data_of(result), "data"), "startAt")

    def naming_calls(self, names: Sequence[str]) -> tuple[ToolCall, ...]:  # noqa: ARG002  # one issue names all
        whole: Arguments = {"jql": ANYTHING, "maxResults": 1, "fields": ["*all"], "expand": ["names"]}
        return (self.call(self.search_tool, whole),)

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        issue: Arguments = {"issueKey": reference.id, "fields": ["*all", "-comment"], "expand": "changelog,names"}
        comments: Arguments = {"issueKey": reference.id, "maxResults": 1000}
        return self.call(self.get_tool, issue), self.call(self.comments_tool, comments)

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        issue = read_record(results[0], reference.id)
        comments = comments_of(at(self.answers(reference, results).get(self.comments_tool), "data"))
        history = changes_of(at(issue.get("changelog"), "histories"))
        names = {found: name for found, name in named_fields(data_of(results[0])) if FIELD_ID.fullmatch(found)}
        return with_names(merged(self.tickets([issue])[0], comments=comments, history=history), names)


class JiraCloud(JiraAdapter):
    """mcp-jira-cloud (Node). It keeps the next page's token to itself, and what it calls total is the page's count."""

    made_for = "mcp-jira-cloud"
    search_tool = "jira_search_issues"
    get_tool = "jira_get_issue"
    comments_tool = "jira_get_issue_comments"
    changes_tool = "jira_get_changelog"
    fields_tool = "jira_get_fields"
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
        return {"jql": query, "maxResults": size, "fields": list(self.fields)}

    def naming_calls(self, names: Sequence[str]) -> tuple[ToolCall, ...]:  # noqa: ARG002  # it lists all
        return (self.call(self.fields_tool, {}),) if self.has(self.fields_tool) else ()

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:
        return self.window_page(plan.criteria, call, self.rows(result))

    def tickets(self, rows: Sequence[Row]) -> tuple[Ticket, ...]:
        tickets = super().tickets(rows)
        return tuple(replace(ticket, url=self.site and f"{self.site}/browse/{ticket.id}") for ticket in tickets)

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        fields: list[JsonValue] = [*self.fields, "comment", "attachment"]
        issue: Arguments = {"issueIdOrKey": reference.id, "maxResults": 100, "fields": fields}
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


_SEARCH_PATH = "/rest/api/3/search/jql"
_ISSUE_PATH = "/rest/api/3/issue"
_ROW_FIELDS = "summary,status,assignee,reporter,priority,issuetype,project,labels,created,updated"
_ROW = (
    "key: key, self: self, summary: fields.summary, status: fields.status.name, assignee: fields.assignee.displayName, "
    "reporter: fields.reporter.displayName, priority: fields.priority.name, issuetype: fields.issuetype.name, "
    "project: fields.project.key, labels: fields.labels, created: fields.created, updated: fields.updated"
)
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
        further = [found for found in self.further.values() if found]
        picked = "".join(f", {found}: fields.{found}" for found in further)
        asked = ",".join((_ROW_FIELDS, *further))
        return _reading(_SEARCH_PATH, {"jql": query, "maxResults": str(size), "fields": asked}, _picked(picked))

    def naming_calls(self, names: Sequence[str]) -> tuple[ToolCall, ...]:  # noqa: ARG002  # it lists all
        return (self.call(self.get_tool, _reading("/rest/api/3/field", {}, "[*].{id: id, name: name}")),)

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
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


def _picked(further: str) -> str:
    """What of a page of issues is wanted, with ``further`` parts of each."""
    return f"{{issues: issues[*].{{{_ROW}{further}}}, nextPageToken: nextPageToken}}"


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


# ------------------------------------------------------------ answers in Markdown

_KEY = r"[A-Z][A-Z0-9_]*-\d+"
_TABLE_ROW = re.compile(
    rf"(?P<key>{_KEY}) \| (?P<summary>.*) \| (?:\[.\] )(?P<status>[^|]+) \| (?P<assignee>[^|]+?)"
    r"(?: \| (?!due )(?P<priority>[^|]+?))?(?: \| due (?P<duedate>[^|]+))?"
)
_MORE = "**Next page:**"
_NOTHING = re.compile(r"^(?:Found 0 issues|Showing all 0 results)$", re.MULTILINE)
_HEADING = re.compile(rf"^# (?P<key>{_KEY}): (?P<summary>.*)$", re.MULTILINE)
_STATUS_MARK = re.compile(r"^\[.\] ")
_SECTION = re.compile(
    r"^(Description|Links|Comments \(\d+\)|Custom Fields|Status History|Actions|People|Formatting):(?: .*)?$|^---$",
    re.MULTILINE,
)
_COMMENT = re.compile(r"^\[\d+/\d+\] (?P<author>.*) \((?P<created>[^()]*)\) — id \S+$", re.MULTILINE)
_DATES = re.compile(r"(Created|Updated|Due) ([A-Z][a-z]{2} \d{1,2}, \d{4})")


class JiraMarkdownServer(JiraAdapter):
    """The adapter of @aaronsb/jira-cloud-mcp."""

    made_for = "@aaronsb/jira-cloud-mcp"
    search_tool = "manage_jira_filter"
    get_tool = "manage_jira_issue"

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        """Rows carry no dates, so a date that JQL says to half a day (`jira.jql`) has to do."""
        plan = super().plan(criteria)
        return plan_search(plan.call, criteria, plan.pushed_down | (criteria.used_fields() & set(DATE_FIELDS)))

    def first_page(self, query: str, size: int) -> Arguments:
        return {"operation": "execute_jql", "jql": query, "maxResults": size}

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:
        text = plain_text(result)
        rows = list(_rows_in_text(text))
        if not rows and not _NOTHING.search(text):
            raise InvalidResponseError(f"No issues could be read from the answer, which begins: {text[:200]}")
        page = self.window_page(plan.criteria, call, rows)
        return page if _MORE in text else replace(page, next_call=None, warnings=())

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        arguments: Arguments = {"operation": "get", "issueKey": reference.id, "expand": ["comments", "history"]}
        return (self.call(self.get_tool, arguments),)

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        issue = _issue(plain_text(results[0]))
        return the_ticket(reference, self.tickets([issue] if issue else []))


def _rows_in_text(text: str) -> Iterator[Row]:
    for line in text.splitlines():
        if match := _TABLE_ROW.fullmatch(line):
            yield dict(match.groupdict())


def _issue(text: str) -> Row | None:
    heading = _HEADING.search(text)
    if heading is None:
        return None
    sections = dict(_sections(text[heading.end() :]))
    issue: dict[str, JsonValue] = {**heading.groupdict(), **dict(_facts(sections[""]))}
    issue["description"] = sections.get("Description")
    issue["comments"] = list(_comments(sections.get("Comments", "")))
    return issue


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Heading to text; the text before the first heading comes under the empty one."""
    name, start = "", 0
    for match in _SECTION.finditer(text):
        yield name, text[start : match.start()].strip()
        name, start = (match[1] or "---").split(" (")[0], match.end()
    yield name, text[start:].strip()


def _facts(text: str) -> Iterator[tuple[str, JsonValue]]:
    """What the lines under the heading say: ``type | status | priority | assignee``, and ``Name: value`` ones."""
    lines = [line for line in text.splitlines() if line.strip()]
    core = lines[0].split(" | ") if lines else []
    names = ("issuetype", "status", "assignee") if len(core) == len(("type", "status", "assignee")) else (
        "issuetype", "status", "priority", "assignee"
    )  # fmt: skip
    for name, value in zip(names, core, strict=False):
        yield name, _STATUS_MARK.sub("", value)
    for line in lines[1:]:
        name, colon, value = line.partition(": ")
        if colon and name in ("Reporter", "Labels", "Parent", "Resolution"):
            yield name.lower(), value
        for date, day in _DATES.findall(line):
            yield date.lower(), day


def _comments(text: str) -> Iterator[JsonValue]:
    marks = list(_COMMENT.finditer(text))
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        end = following.start() if following else len(text)
        yield {"author": mark["author"], "created": mark["created"], "body": text[mark.end() : end].strip()}
