"""Run by tests: a server that takes long to read or to draw.

It is told how: ``members`` and ``escapes`` of its one ticket to read, ``fences`` and ``links`` to draw, or the
``values`` that its tool takes.
"""

from __future__ import annotations

import json
import sys
from typing import Any

MORE: dict[str, dict[str, Any]] = {
    "members": {f"member{n}": n for n in range(1_000_000 if sys.argv[1] == "members" else 0)},
    "escapes": {"description": "漢" * 1_500_000},
    "fences": {"description": "```\n" * 100_000},
    "links": {"description": "[a](b) " * 500_000},
    "values": {},
}
TICKET = {"id": "HUGE-1", "title": "Everything", "status": "open"} | MORE[sys.argv[1]]
TOOL: dict[str, Any] = {
    "name": "search_tickets",
    "description": "Search tickets",
    "inputSchema": {"type": "object", "properties": {"query": {"type": "string"}}},
}
if sys.argv[1] == "values":
    states = {"type": "string", "enum": [f"state {n}" for n in range(200_000)]}
    TOOL["inputSchema"]["properties"] |= {"status": states, "assignee": states}


def result(method: str) -> dict[str, Any] | None:
    if method == "initialize":
        info = {"name": "huge", "version": "1"}
        return {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": info}
    if method == "tools/list":
        return {"tools": [TOOL]}
    if method == "tools/call":
        return {"content": [{"type": "text", "text": json.dumps([TICKET])}]}
    return None


for line in sys.stdin:
    request = json.loads(line)
    if "id" in request:
        outcome = result(request["method"])
        answer = {"error": {"code": -32601, "message": "unknown"}} if outcome is None else {"result": outcome}
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}) + "\n")
        sys.stdout.flush()
