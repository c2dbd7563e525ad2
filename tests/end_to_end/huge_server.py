"""A tracker's MCP server with tickets that are huge, incomplete or of the wrong types, one kind each."""

from __future__ import annotations

import json
import sys
from typing import Any

MEGABYTE = 1_000_000
TICKETS: list[Any] = [
    {"id": "BIG-1", "title": "T" * MEGABYTE, "status": "open"},
    {"id": "BIG-2", "title": "labels", "status": "open", "labels": [f"label-{n}" for n in range(5000)]},
    {"id": "BIG-3", "title": "description", "status": "open", "description": "[" * 50_000 + "word " * 300_000},
    {"id": "BIG-4", "title": "comments", "status": "open"},
    {"id": "BIG-5", "title": "wide", "status": "漢" * 200_000, "assignee": "\u0301" * 200_000},
    {"id": "BIG-6", "title": "fields", "status": "open", **{f"custom{n}": n for n in range(3000)}},
    {"id": "ODD-1", "status": "open"},
    {"id": "ODD-2", "title": ["not", {"a": "text"}], "status": {"deep": [1]}, "labels": 7, "created_at": "soon"},
    {"title": "it has no id", "status": "open"},
    {"id": "ODD-4", "title": None, "status": None, "assignee": [[[]]], "comments": "none", "url": 5},
    *({"id": f"FINE-{n}", "title": f"fine {n}", "status": "open"} for n in range(20)),
]
COMMENTS = [{"author": f"a{n}", "created_at": "2026-11-02T08:00:00Z", "body": f"Comment {n}."} for n in range(10_000)]
TOOLS = [
    {"name": "search_tickets", "inputSchema": {"type": "object", "properties": {"text": {"type": "string"}}}},
    {
        "name": "get_ticket",
        "inputSchema": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
    },
]


def answer(method: str, params: dict[str, Any]) -> dict[str, Any]:
    """The body of a reply."""
    if method == "initialize":
        info = {"name": "huge", "version": "1"}
        return {"result": {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": info}}
    if method == "tools/list":
        return {"result": {"tools": TOOLS}}
    if method != "tools/call":
        return {"error": {"code": -32601, "message": "no such method"}}
    if params["name"] == "search_tickets":
        return {"result": {"content": [], "structuredContent": {"tickets": TICKETS}}}
    found = next(ticket for ticket in TICKETS if ticket.get("id") == params["arguments"]["id"])
    return {"result": {"content": [], "structuredContent": {**found, "comments": COMMENTS}}}


def main() -> None:
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if "id" in message:
            body = {"jsonrpc": "2.0", "id": message["id"], **answer(message["method"], message.get("params") or {})}
            sys.stdout.write(json.dumps(body) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
