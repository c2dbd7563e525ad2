"""@aaronsb/jira-cloud-mcp: tools that take an ``operation``, and answers in Markdown for a model to read.

A row is one line, ``KEY | title | [>] status | assignee | priority | due Dec 1, 2026``. Tools that also write are
called with a reading ``operation`` only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from tui_app.adapters.base import Page, TicketReference, ToolCall
from tui_app.adapters.jira.base import JiraAdapter
from tui_app.adapters.reading import plain_text
from tui_app.adapters.tracker import Arguments, Plan, Row, the_ticket
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import DATE_FIELDS, TicketSearchCriteria
from tui_app.tickets.errors import InvalidResponseError
from tui_app.tickets.ticket import JsonValue, Ticket

_KEY = r"[A-Z][A-Z0-9_]*-\d+"
_ROW = re.compile(
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


class Markdown(JiraAdapter):
    """The adapter of @aaronsb/jira-cloud-mcp."""

    made_for = "@aaronsb/jira-cloud-mcp"
    search_tool = "manage_jira_filter"
    get_tool = "manage_jira_issue"

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        """Rows carry no dates, so a date that JQL says to half a day (`jira.jql`) has to do."""
        plan = super().plan(criteria)
        return replace(plan, honoured=plan.honoured | (criteria.used_fields() & set(DATE_FIELDS)))

    def first_page(self, query: str, size: int) -> Arguments:
        return {"operation": "execute_jql", "jql": query, "maxResults": size}

    def page(self, criteria: TicketSearchCriteria, call: ToolCall, result: CallToolResult) -> Page:
        text = plain_text(result)
        rows = list(_rows(text))
        if not rows and not _NOTHING.search(text):
            raise InvalidResponseError(f"No issues could be read from the answer, which begins: {text[:200]}")
        page = self.window_page(criteria, call, rows)
        return page if _MORE in text else replace(page, next_call=None, warnings=())

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        arguments: Arguments = {"operation": "get", "issueKey": reference.id, "expand": ["comments", "history"]}
        return (self.call(self.get_tool, arguments),)

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        issue = _issue(plain_text(results[0]))
        return the_ticket(reference, self.tickets([issue] if issue else []))


def _rows(text: str) -> Iterator[Row]:
    for line in text.splitlines():
        if match := _ROW.fullmatch(line):
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
    """Heading to text; what stands before the first heading comes under the empty one."""
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
        "issuetype", "status", "priority", "assignee",
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
