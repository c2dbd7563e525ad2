"""backlog.md: tasks in a folder of Markdown files. Its tools answer in text for people.

A list goes by status, ``To Do:`` and then ``  [HIGH] TASK-1 - title`` lines; it names no people, labels or dates, so
what the tool cannot sort out by these cannot be sorted out here either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui_app.adapters.base import Adapter, ChangeHints, Page, Plan, ServerDescription, TicketReference, ToolCall
from tui_app.adapters.reading import plain_text, ticket_from
from tui_app.adapters.tracker import Arguments, Row, TrackerAdapter, page_size, sole, variant_for
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import DATE_FIELDS, MAX_RESULTS_LIMIT, ME, UNASSIGNED, TicketSearchCriteria
from tui_app.tickets.errors import InvalidResponseError
from tui_app.tickets.matching import bare_text
from tui_app.tickets.ticket import JsonValue, Ticket

_GROUP = re.compile(r"(?P<status>\S.*):")
_ID = r"(?P<id>[A-Za-z]+-\d+(?:\.\d+)*)"
_ROW = re.compile(rf"\s+(?:\[(?P<priority>[^\]]+)\] )?{_ID} - (?P<title>.*?)(?: \(ac: \d+/\d+\))?")
_NOTHING = re.compile(r"^No tasks found")
_TITLE = re.compile(rf"^Task {_ID} - (?P<title>.*)\n=+$", re.MULTILINE)
_SECTION = re.compile(r"^(?P<name>[A-Z][\w ]*):\n-{10,}$", re.MULTILINE)
_FACT = re.compile(r"^(?P<name>[A-Z][\w ]*): (?P<value>.+)$", re.MULTILINE)
_COMMENT = re.compile(r"^#\d+ - (?:(?P<author>.*) - )?(?P<created>\d{4}-\d\d-\d\d[^\n]*)$", re.MULTILINE)
_STATUS_ICON = re.compile(r"^[^\w]+ ")
_PLACEHOLDER = re.compile(r"No [\w ]+ (?:defined|provided)")
_DATELESS = "backlog.md's lists carry no dates, so a search by date finds nothing; open a task to see its dates."


class BacklogMdAdapter(TrackerAdapter):
    """The tasks of the folder that the server was started in."""

    name = "backlog-md"
    made_for = "backlog.md"
    search_tool = "task_list"
    get_tool = "task_view"
    change_hints = ChangeHints(keep=frozenset({"task_edit"}), tells_empty=True)

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        pushed: dict[str, Arguments] = {
            "text": {"search": bare_text(criteria.text)},
            "labels": {"labels": list(criteria.labels)},
        }
        if len(criteria.status) == 1:
            pushed["status"] = {"status": criteria.status[0]}
        person = sole(criteria.assignee)
        if person and person.casefold() not in (ME, UNASSIGNED):
            pushed["assignee"] = {"assignee": _handle(person)}
        size = page_size(criteria, pushed, MAX_RESULTS_LIMIT)
        warnings = (_DATELESS,) if criteria.used_fields() & set(DATE_FIELDS) else ()
        return self.planned(self.search_tool, criteria, pushed, {"limit": size}, warnings)

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
        rows = [row for block in result.content for row in _rows(block.text)]
        text = plain_text(result).strip()
        if not rows and text and not _NOTHING.match(text):
            raise InvalidResponseError(f"No tasks could be read from the answer, which begins: {text[:200]}")
        return Page(tuple(map(ticket_from, rows)))

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        return (self.call(self.get_tool, {"id": reference.id}),)

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        row = _task(plain_text(results[0]))
        if row is None:
            raise InvalidResponseError(f"The answer holds no task {reference.id}.")
        return ticket_from(row)

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:  # noqa: ARG002
        priorities = self.enum("task_search", "priority")
        return {"priority": priorities} if priorities else {}


def make(description: ServerDescription, map: Mapping[str, Any]) -> Adapter:  # noqa: A002
    """The adapter for backlog.md's server ``description``."""
    return variant_for((BacklogMdAdapter,), description, map)


def _handle(name: str) -> str:
    """``@alice``, as backlog.md writes people; the tool compares the whole word."""
    return name if "@" in name or " " in name else f"@{name}"


def _rows(text: str) -> Iterator[Row]:
    status = ""
    for line in text.splitlines():
        if match := _ROW.fullmatch(line):
            yield {**match.groupdict(), "priority": (match["priority"] or "").capitalize(), "status": status}
        elif match := _GROUP.fullmatch(line):
            status = match["status"]


def _task(text: str) -> Row | None:
    heading = _TITLE.search(text)
    if heading is None:
        return None
    sections = list(_sections(text[heading.end() :]))
    facts = {match["name"]: match["value"] for match in _FACT.finditer(sections[0][1])}
    pushed = {name: body for name, body in sections[1:] if body and not _PLACEHOLDER.fullmatch(body)}
    comments: list[JsonValue] = list(_comments(pushed.pop("Comments", "")))
    body = pushed.pop("Description", "")
    parts = [body, *(f"## {name}\n\n{content}" for name, content in pushed.items())]
    return {
        **facts,
        **heading.groupdict(),
        "Status": _STATUS_ICON.sub("", facts.get("Status", "")),
        "description": "\n\n".join(part for part in parts if part),
        "comments": comments,
    }


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Heading to text; the text before the first heading comes first, under the empty one."""
    name, start = "", 0
    for match in _SECTION.finditer(text):
        yield name, text[start : match.start()].strip()
        name, start = match["name"], match.end()
    yield name, text[start:].strip()


def _comments(text: str) -> Iterator[JsonValue]:
    marks = list(_COMMENT.finditer(text))
    for mark, following in zip(marks, [*marks[1:], None][: len(marks)], strict=True):
        body = text[mark.end() : following.start() if following else len(text)].strip()
        yield {"author": mark["author"], "created": mark["created"], "body": body}
