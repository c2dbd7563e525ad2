"""A server as mcp-atlassian is one, over an issue with parent, child, link and whatever else hangs on one."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

SITE = "https://jira.example"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
SUMMARIES = {
    "PAY-147": ("Receipt printer driver leaks a handle per job", "In Progress"),
    "PAY-100": ("Tills survive a Friday evening", "In Progress"),
    "PAY-151": ("Count open handles in the driver", "Done"),
    "OPS-149": ("Load balancer sends traffic to a dead node", "To Do"),
}
DESCRIPTION = (
    "After about 1,000 receipts the driver cannot open the port any more; OPS-149 is worse.\n\n"
    "h2. Plan\n\n* count the handles\n* close them\n\nSee [the log|https://logs.example/handles]."
)


def status(name: str) -> dict[str, Any]:
    """A status as Jira sends it."""
    return {"self": f"{SITE}/rest/api/2/status/3", "id": "3", "name": name, "statusCategory": {"id": 4, "name": name}}


def person(name: str) -> dict[str, Any]:
    """A user as Jira sends one."""
    login = name.split()[0].lower()
    return {
        "self": f"{SITE}/rest/api/2/user?accountId={login}",
        "accountId": f"5b10a2844c20165700ede21g{login}",
        "emailAddress": f"{login}@shop.example",
        "displayName": name,
        "active": True,
    }


def short(key: str) -> dict[str, Any]:
    """An issue within another."""
    summary, state = SUMMARIES[key]
    return {
        "id": key.rpartition("-")[2] * 2,
        "key": key,
        "self": f"{SITE}/rest/api/2/issue/{key}",
        "fields": {"summary": summary, "status": status(state), "issuetype": {"id": "1", "name": "Task"}},
    }


def issue(key: str) -> dict[str, Any]:
    """A whole issue."""
    summary, state = SUMMARIES[key]
    found = {
        "id": key.rpartition("-")[2] * 2,
        "key": key,
        "url": f"{SITE}/browse/{key}",
        "summary": summary,
        "status": status(state),
        "issuetype": {"id": "1", "name": "Bug", "subtask": False},
        "priority": {"id": "2", "name": "High"},
        "assignee": person("Alice Smith"),
        "reporter": person("Bob Jones"),
        "creator": person("Bob Jones"),
        "project": {"id": "1", "key": key.partition("-")[0], "name": "Payments"},
        "labels": ["performance", "printing"],
        "created": "2026-11-21T08:00:00.000+0000",
        "updated": "2026-11-29T20:12:00.000+0000",
        "description": DESCRIPTION if key == "PAY-147" else f"What {key} is about.",
    }
    return {**found, **HANGING} if key == "PAY-147" else found


LINK = {"id": "1", "name": "Blocks", "inward": "is blocked by", "outward": "blocks"}
HANGING: dict[str, Any] = {
    "parent": short("PAY-100"),
    "subtasks": [short("PAY-151")],
    "issuelinks": [{"id": "9", "type": LINK, "outward_issue": short("OPS-149")}],
    "components": [{"id": "7", "name": "till"}, {"id": "8", "name": "web"}],
    "customfield_10016": {"name": "Story points", "value": 5},
    "customfield_10020": {"name": "Sprint", "value": [{"id": 42, "name": "Sprint 42", "state": "active"}]},
    "customfield_10099": {"name": "Rank", "value": None},
    "timetracking": {},
    "watches": {"self": f"{SITE}/watchers", "watchCount": 0, "isWatching": False},
    "worklog": {"startAt": 0, "maxResults": 20, "total": 0, "worklogs": []},
    "comments": [
        {"id": "1", "author": person("Mara Lind"), "created": "2026-11-28T10:00:00.000+0000", "body": "Seen."}
    ],
    "attachments": [
        {
            "id": "501",
            "filename": "handles.png",
            "size": 86_016,
            "content_type": "image/png",
            "url": f"{SITE}/rest/api/2/attachment/content/501",
        }
    ],
    "changelogs": [
        {
            "created": "2026-11-29T20:12:00.000+0000",
            "author": person("Alice Smith"),
            "items": [{"field": "status", "from_string": "To Do", "to_string": "In Progress"}],
        }
    ],
}


def tool(name: str, required: str, **types: str) -> dict[str, Any]:
    """A tool as it is listed."""
    properties = {argument: {"type": kind} for argument, kind in {required: "string", **types}.items()}
    schema = {"type": "object", "properties": properties, "required": [required]}
    return {"name": name, "inputSchema": schema, "annotations": {"readOnlyHint": True}}


TOOLS = [
    tool("jira_search", "jql", fields="string", limit="integer", start_at="integer"),
    tool("jira_get_issue", "issue_key", fields="string", comment_limit="integer", expand="string"),
    tool("jira_download_attachments", "issue_key"),
    tool("jira_search_fields", "keyword", limit="integer"),
]


def called(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The result of a call."""
    if name == "jira_download_attachments":
        blob = base64.b64encode(PICTURE).decode()
        resource = {"uri": "attachment:///PAY-147/handles.png", "mimeType": "image/png", "blob": blob}
        return {"content": [{"type": "text", "text": '{"success": true}'}, {"type": "resource", "resource": resource}]}
    if name == "jira_search_fields":
        fields = [{"id": "customfield_10016", "name": "Story points"}, {"id": "customfield_10099", "name": "Rank"}]
        return {"content": [{"type": "text", "text": json.dumps(fields)}]}
    if name == "jira_search":
        asked = arguments["fields"].split(",")
        rows = [
            {name: value for name, value in issue(key).items() if name not in HANGING or name in asked}
            for key in ("PAY-147", "PAY-151")
        ]
        answer: dict[str, Any] = {"total": 2, "start_at": 0, "max_results": 50, "issues": rows}
    else:
        answer = issue(arguments["issue_key"])
    return {"content": [{"type": "text", "text": json.dumps(answer)}]}


def main() -> None:
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if "id" not in message:
            continue
        method, params = message["method"], message.get("params") or {}
        body: dict[str, Any] = {"error": {"code": -32601, "message": "no such method"}}
        if method == "initialize":
            info = {"name": "Atlassian MCP", "version": "1"}
            body = {"result": {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": info}}
        elif method == "tools/list":
            body = {"result": {"tools": TOOLS}}
        elif method == "tools/call":
            body = {"result": called(params["name"], params.get("arguments") or {})}
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], **body}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
