"""Invented ticket servers, each in a style of its own: their tools, what they answer, and what must come of it.

`SERVERS` is what the tests of `auto` go over. Every style is one that servers in the wild have; the names are made up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tui_app.adapters.base import ServerDescription
from tui_app.mcp_client.types import CallToolResult, ContentBlock, Tool

TEXT: Any = {"type": "string"}
NUMBER: Any = {"type": "integer"}
FLAG: Any = {"type": "boolean"}
TEXTS: Any = {"type": "array", "items": TEXT}

Answer = Callable[[str, dict[str, Any]], CallToolResult]


def tool(
    name: str, /, required: str = "", about: str = "", hints: Mapping[str, Any] | None = None, **arguments: Any
) -> Tool:
    """A tool; ``required`` names arguments, separated by spaces."""
    schema = {"type": "object", "properties": arguments, "required": required.split()}
    return Tool(name, about, input_schema=schema, annotations=hints or {})


def text(*blocks: str) -> CallToolResult:
    return CallToolResult(tuple(ContentBlock("text", block) for block in blocks))


def data(value: Any) -> CallToolResult:
    return text(json.dumps(value))


def described(*tools: Tool, name: str = "some-server") -> ServerDescription:
    return ServerDescription(name, "1.0", "", tools)


@dataclass(frozen=True)
class Server:
    """One invented server. ``ids`` are those of the tickets that a search finds, the first of which can be opened."""

    name: str
    tools: tuple[Tool, ...]
    answer: Answer
    ids: tuple[str, ...] = ("PAY-1", "PAY-2")
    criteria: Mapping[str, Any] = field(default_factory=dict)
    map: Mapping[str, Any] = field(default_factory=dict)

    @property
    def description(self) -> ServerDescription:
        return described(*self.tools, name=f"{self.name}-mcp")


ROWS = [
    {"id": f"PAY-{number}", "title": f"Ticket {number}", "status": status, "created_at": "2026-11-02T08:00:00Z"}
    for number, status in ((1, "open"), (2, "closed"))
]
ONE = ROWS[0]


def _two(search: str, found: CallToolResult, opened: CallToolResult) -> Answer:
    """A server with a search tool and one that opens a ticket."""
    return lambda name, arguments: found if name == search else opened


def _helpdesk(name: str, arguments: dict[str, Any]) -> CallToolResult:
    if name == "search_tickets":
        rows = [{"id": 35 + n, "subject": f"Ticket {n}", "status": "open", "tags": ["a"]} for n in (1, 2)]
        return data({"results": rows, "count": 2, "next_page": None})
    if name == "get_ticket_comments":
        return data({"comments": [{"author_id": 2, "body": "hello", "created_at": "2026-11-02T08:00:00Z"}]})
    return data({"ticket": {"id": 36, "subject": "Ticket 1", "status": "open", "description": "hi"}})


def _one_tool(name: str, arguments: dict[str, Any]) -> CallToolResult:
    return data({"tickets": ROWS}) if arguments["action"] == "search" else data({"ticket": ONE})


def _workspaces(name: str, arguments: dict[str, Any]) -> CallToolResult:
    if name == "list_workspaces":
        return data({"data": [{"gid": "w1", "name": "Acme"}]})
    return data({"data": ROWS if name == "search_tasks" else ONE})


def _repository(name: str, arguments: dict[str, Any]) -> CallToolResult:
    if name == "search_issues":
        row = {"number": 1, "title": "Ticket 1", "state": "open", "repository_url": "https://api.github.com/repos/a/b"}
        return data({"total_count": 1, "items": [row]})
    if arguments["method"] == "get_comments":
        return data([{"body": "hello", "user": {"login": "bob"}}])
    return data({"number": 1, "title": "Ticket 1", "state": "open"})


_WRAPPED = {
    "type": "object",
    "properties": {"params": {"$ref": "#/$defs/Input"}},
    "required": ["params"],
    "$defs": {
        "Input": {
            "type": "object",
            "properties": {
                "query": {"anyOf": [TEXT, {"type": "null"}]},
                "status": {"allOf": [{"$ref": "#/$defs/Status"}]},
                "limit": {**NUMBER, "maximum": 50},
                "response_format": {"$ref": "#/$defs/Form"},
            },
        },
        "Status": {"enum": ["open", "in_progress", "done"], "type": "string"},
        "Form": {"enum": ["markdown", "json"], "type": "string", "default": "markdown"},
    },
}

SERVERS: tuple[Server, ...] = (
    Server(
        "helpdesk",
        (
            tool("search_tickets", "query", query=TEXT, page=NUMBER, per_page={**NUMBER, "maximum": 100}),
            tool("get_ticket", "ticket_id", ticket_id=NUMBER),
            tool("get_ticket_comments", "ticket_id", ticket_id=NUMBER),
            tool("create_ticket", "subject", subject=TEXT),
        ),
        _helpdesk,
        ids=("36", "37"),
        criteria={"text": "printer"},
    ),
    Server(
        "wrapped arguments",
        (
            Tool("tracker_list_issues", input_schema=_WRAPPED),
            tool("tracker_get_issue", "issue_id", issue_id=TEXT),
            tool("tracker_create_issue", "title", title=TEXT),
        ),
        _two("tracker_list_issues", data({"issues": ROWS, "has_more": False}), data(ONE)),
        criteria={"status": ["In Progress"]},
    ),
    Server(
        "table in camel case",
        (
            tool("listTickets", state=TEXT, max=NUMBER),
            tool("getTicketById", "ticketId", ticketId=TEXT),
            tool("addComment", "ticketId text", ticketId=TEXT, text=TEXT),
        ),
        _two(
            "listTickets",
            text("| Key | Summary | Status |\n|---|---|---|\n| PAY-1 | Ticket 1 | Open |\n| PAY-2 | Ticket 2 | Done |"),
            text("# PAY-1: Ticket 1\n\n**Status:** Open\n\n## Comments\n\n**Bob** (2026-11-02 08:00): hi there"),
        ),
    ),
    Server(
        "one tool with actions",
        (
            tool(
                "ticket",
                "action",
                action={"enum": ["create", "search", "get", "delete"]},
                id=TEXT,
                q=TEXT,
                limit=NUMBER,
            ),
        ),
        _one_tool,
        criteria={"text": "x"},
    ),
    Server(
        "bare verbs",
        (
            tool("list", about="List all issues", status=TEXT, limit=NUMBER),
            tool("show", "id", "Show one issue", id=TEXT),
            tool("close", "id", "Close an issue", id=TEXT),
        ),
        _two("list", data(ROWS), data(ONE)),
    ),
    Server(
        "check list",
        (tool("get_todos"), tool("create_todo", "title", title=TEXT), tool("get_todo", "id", id=TEXT)),
        _two(
            "get_todos",
            text("Your todos:\n- [ ] #1: Ticket 1\n- [x] #2: Ticket 2"),
            data({"id": 1, "title": "Ticket 1"}),
        ),
        ids=("1", "2"),
    ),
    Server(
        "a block for each",
        (tool("find_bugs", text=TEXT), tool("describe_bug", "bug_id", bug_id=NUMBER)),
        _two("find_bugs", text(*map(json.dumps, ROWS)), data(ONE)),
    ),
    Server(
        "work items",
        (tool("query-work-items", "wiql", "Runs a WIQL query", wiql=TEXT), tool("get-work-item", "id", id=NUMBER)),
        _two(
            "query-work-items",
            text('Here:\n```json\n[{"id": 7, "fields": {"System.Title": "Ticket 1", "System.State": "New"}}]\n```'),
            data({"id": 7, "fields": {"System.Title": "Ticket 1", "System.State": "New"}}),
        ),
        ids=("7",),
        criteria={"native": "SELECT [System.Id] FROM WorkItems"},
    ),
    Server(
        "one workspace",
        (
            tool("search_tasks", "workspace", workspace=TEXT, text=TEXT, completed=FLAG),
            tool("list_workspaces"),
            tool("get_task", "task_id", task_id=TEXT),
        ),
        _workspaces,
    ),
    Server(
        "incidents",
        (
            tool("list_incidents", limit=NUMBER, offset=NUMBER, state=TEXT, assigned_to=TEXT),
            tool("get_incident_by_number", "incident_number", incident_number=TEXT),
            tool("resolve_incident", "incident_number", incident_number=TEXT),
        ),
        _two(
            "list_incidents",
            data(
                {
                    "success": True,
                    "incidents": [{"sys_id": "x" * 32, "number": "INC1", "short_description": "Ticket 1"}],
                }
            ),
            data({"success": True, "incident": {"number": "INC1", "short_description": "Ticket 1", "state": "New"}}),
        ),
        ids=("INC1",),
    ),
    Server(
        "yaml",
        (tool("tickets_list", q=TEXT, page=NUMBER, page_size=NUMBER), tool("tickets_get", "key", key=TEXT)),
        _two(
            "tickets_list",
            text("tickets:\n- key: PAY-1\n  title: Ticket 1\n  status: open\n- key: PAY-2\n  title: Ticket 2\n"),
            text("key: PAY-1\ntitle: Ticket 1\nstatus: open"),
        ),
    ),
    Server(
        "numbered list",
        (tool("search_issues", keyword=TEXT), tool("read_issue", "issue_key", issue_key=TEXT)),
        _two(
            "search_issues",
            text("Found 2:\n\n1. **PAY-1**: Ticket 1\n   - Status: Open\n2. **PAY-2**: Ticket 2\n   - Status: Done\n"),
            text("Issue PAY-1\nTitle: Ticket 1\nStatus: Open"),
        ),
    ),
    Server(
        "owner and repository",
        (
            tool("list_issues", "owner repo", owner=TEXT, repo=TEXT, state=TEXT),
            tool("get_issue", "owner repo issue_number", owner=TEXT, repo=TEXT, issue_number=NUMBER),
        ),
        _two(
            "list_issues", text("#1: Ticket 1 [open] @alice\n#2: Ticket 2 [closed]"), text("#1: Ticket 1\nState: open")
        ),
        ids=("1", "2"),
        criteria={"project": "acme/widgets"},
    ),
    Server(
        "tags round json",
        (tool("issue_search", query=TEXT), tool("issue_view", "id", id=TEXT)),
        _two(
            "issue_search",
            text(f"<results>\n{json.dumps(ROWS)}\n</results>"),
            text(f"<issue>{json.dumps(ONE)}</issue>"),
        ),
    ),
    Server(
        "lists by status",
        (tool("board_get_tasks"), tool("task_get", "id", id=TEXT)),
        _two("board_get_tasks", data({"todo": ROWS[:1], "done": ROWS[1:]}), data(ONE)),
    ),
    Server(
        "words required, states required",
        (
            tool("query_tasks", "query", query={**TEXT, "minLength": 1}),
            tool("list_tasks", "status", status={"enum": ["all", "open", "done"]}),
            tool("get_task_detail", "taskId", taskId=TEXT),
        ),
        lambda name, arguments: (
            text("### Ticket 1\n\n**ID:** `PAY-1`\n**Status:** open")
            if name == "get_task_detail"
            else text("## Ticket 1\n\n- **ID**: `PAY-1`\n- **Status**: open\n\n## Ticket 2\n\n- **ID**: `PAY-2`")
        ),
    ),
    Server(
        "plural noun",
        (
            tool("tickets", about="Returns the list of tickets"),
            tool("ticket_details", "ticket_number", ticket_number=NUMBER),
        ),
        _two(
            "tickets",
            data({"items": [{"ticket_number": 1, "subject": "Ticket 1"}]}),
            data({"ticket_number": 1, "subject": "Ticket 1"}),
        ),
        ids=("1",),
    ),
    Server(
        "no tool to open",
        (tool("search_cases", text=TEXT, limit=NUMBER),),
        lambda name, arguments: data({"cases": ROWS}),
    ),
    Server(
        "github's own",
        (
            tool(
                "issue_read",
                "method owner repo issue_number",
                method={"enum": ["get", "get_comments"]},
                owner=TEXT,
                repo=TEXT,
                issue_number=NUMBER,
            ),
            tool(
                "search_issues",
                "query",
                query={**TEXT, "description": "Uses the GitHub issues search syntax"},
                page=NUMBER,
            ),
            tool("issue_write", "method", method={"enum": ["create", "update"]}, title=TEXT),
        ),
        _repository,
        ids=("1",),
    ),
    Server(
        "structured only",
        (tool("SearchTickets", SearchText=TEXT, MaxResults=NUMBER), tool("GetTicket", "TicketId", TicketId=TEXT)),
        _two(
            "SearchTickets", CallToolResult(structured_content={"result": ROWS}), CallToolResult(structured_content=ONE)
        ),
    ),
)
