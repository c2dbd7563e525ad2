"""A small MCP server (2025-11-25) with one ``search_tickets`` tool, playing the scenario that it is started with.

Standard library only, run as ``python scripted_server.py SCENARIO``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

HOSTILE = "a\x1b]0;PWNED\x07\x1b[2J\x9b2J\u202egpj\u200b=1+1"
"""What a stranger could write into a ticket."""

TOOLS = [
    {
        "name": "search_tickets",
        "description": "Search",
        "inputSchema": {
            "type": "object",
            "properties": {
                "text": {"type": "string"},
                "status": {"type": "array", "items": {"type": "string"}},
                "assignee": {"type": "string"},
                "priority": {"type": "string", "enum": ["low", "high"]},
                "created_after": {"type": "string"},
                "created_before": {"type": "string"},
                "max_results": {"type": "integer"},
            },
        },
    },
    {
        "name": "get_ticket",
        "description": "Get",
        "inputSchema": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
    },
]


def ticket(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"T-{number}",
        "title": f"Ticket number {number}",
        "status": "open",
        "created_at": "2026-11-02T08:00:00Z",
        "internal_notes": "canary-internal",
        **fields,
    }


def answer(content: Any, *, is_error: bool = False) -> dict[str, Any]:
    text = content if isinstance(content, str) else json.dumps(content)
    return {"content": [{"type": "text", "text": text}], "isError": is_error}


def many(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    if tool == "get_ticket":
        comment = {"author": "Mara", "created_at": "2026-11-03T08:00:00Z", "body": "Seen."}
        return answer(ticket(7, id=arguments["id"], comments=[comment]))
    wanted = [ticket(number, **_priority(arguments)) for number in range(arguments.get("max_results", 100))]
    return answer({"tickets": wanted, "total": 5000})


def _priority(arguments: dict[str, Any]) -> dict[str, Any]:
    return {"priority": arguments["priority"]} if "priority" in arguments else {}


def substrings(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Finds the text as it stands anywhere in a title, in either case of its letters."""
    titles = ("Printer prints blank pages", "Blank: no pages", "Pages")
    found = [ticket(number, title=title) for number, title in enumerate(titles, 1)]
    return answer({"tickets": [one for one in found if arguments.get("text", "").lower() in one["title"].lower()]})


def hostile(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    bad = ticket(1, title=HOSTILE, assignee=HOSTILE, description=HOSTILE, labels=[HOSTILE])
    return answer(bad if tool == "get_ticket" else {"tickets": [bad]})


def gated(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Answers a search when the file that ``GATE`` names is there: with the numbers in it as tickets, in that order."""
    if tool == "get_ticket":
        return answer(ticket(7, id=arguments["id"]))
    while not os.path.exists(os.environ["GATE"]):  # noqa: PTH110  (this program starts fast)
        time.sleep(0.01)
    with open(os.environ["GATE"]) as numbers:  # noqa: PTH123
        return answer({"tickets": [ticket(int(number)) for number in numbers.read().split()]})


def none(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return answer({"tickets": [], "total": 0})


def refuses(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return answer(f"Error: quota exceeded {HOSTILE}", is_error=True)


def unauthorized(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return answer("401 Unauthorized: your token has expired", is_error=True)


def silent(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    print("working", file=sys.stderr, flush=True)
    time.sleep(3600)
    return {}


def dies(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    print("fatal: the disk is gone", file=sys.stderr, flush=True)
    os._exit(7)


def leaky(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    secret = os.environ.get("SERVICE_TOKEN", "")
    print(f"using {secret}", file=sys.stderr, flush=True)
    return answer(f"the token {secret} was refused by the tracker's quota", is_error=True)


SCENARIOS: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
    "many": many,
    "substrings": substrings,
    "hostile": hostile,
    "gated": gated,
    "none": none,
    "sleepy": none,
    "refuses": refuses,
    "unauthorized": unauthorized,
    "silent": silent,
    "dies": dies,
    "leaky": leaky,
}


def respond(method: str, params: dict[str, Any], scenario: str) -> dict[str, Any] | None:
    if method == "initialize":
        return {
            "protocolVersion": "2025-11-25",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": HOSTILE if scenario == "hostile" else "scripted", "version": "1"},
        }
    if method == "tools/list":
        return {"tools": [] if scenario == "toolless" else TOOLS}
    if method == "tools/call":
        return SCENARIOS[scenario](params["name"], params.get("arguments", {}))
    return None


def main() -> None:
    scenario = sys.argv[1]
    if scenario == "sleepy":
        time.sleep(2)
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message:
            continue
        result = respond(message["method"], message.get("params", {}), scenario)
        reply = {"result": result} if result is not None else {"error": {"code": -32601, "message": "no such method"}}
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **reply}), flush=True)


if __name__ == "__main__":
    main()
