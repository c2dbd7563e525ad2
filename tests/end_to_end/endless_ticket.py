"""Run by tests: a server whose one ticket takes long to read (``members``) or to draw (``fences``)."""

from __future__ import annotations

import json
import sys
from typing import Any

MORE: dict[str, Any] = (
    {f"member{n}": n for n in range(1_000_000)} if sys.argv[1] == "members" else {"description": "```\n" * 100_000}
)
TICKET = {"id": "HUGE-1", "title": "Everything", "status": "open"} | MORE
TOOL = {
    "name": "search_tickets",
    "description": "Search tickets",
    "inputSchema": {"type": "object", "properties": {"query": {"type": "string"}}},
}


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
