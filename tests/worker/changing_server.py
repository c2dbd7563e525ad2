"""A small MCP server whose one ticket can be changed: ``python changing_server.py BEHAVIOUR FOLDER``.

The ticket is in FOLDER, so that it outlives the server; each change is a line in ``sent`` there, before it is made.
BEHAVIOUR is what happens at a change:

``good``          it is made and answered
``late``          it is made, and answered after 0.6 s
``dies-before``   the server ends before it is made
``dies-after``    the server ends once it is made
``silent``        it is made and never answered
``junk``          it is made, and answered by what is no message
``careless``      it is made, and empties the description
``kill-N``        the process whose id FOLDER/pid holds is killed before the Nth request, or that named N, is looked at
``kill-N-after``  likewise, once it was and before it is answered

Each request's name is a line in ``requests`` there.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

BEHAVIOUR, FOLDER = sys.argv[1], Path(sys.argv[2])
TICKET = FOLDER / "ticket.json"
STRING = {"type": "string"}
ID = {"type": "object", "properties": {"id": STRING}, "required": ["id"]}
TOOLS: list[dict[str, Any]] = [
    {"name": "search_tickets", "description": "Find tickets", "inputSchema": {"type": "object", "properties": {}}},
    {"name": "get_ticket", "description": "Get one ticket", "inputSchema": ID},
    {
        "name": "update_ticket",
        "description": "Update fields of a ticket",
        "inputSchema": {**ID, "properties": {"id": STRING, "title": STRING}},
    },
    {
        "name": "create_ticket",
        "description": "Create a ticket, and answer an older one that is like it",
        "inputSchema": {"type": "object", "properties": {"title": STRING}, "required": ["title"]},
    },
]


def ticket() -> dict[str, Any]:
    default = {"id": "T-1", "title": "Old", "status": "open", "description": "A text", "comments": []}
    return {**default, **(json.loads(TICKET.read_text("utf-8")) if TICKET.exists() else {})}


def changed(arguments: dict[str, Any]) -> None:
    with (FOLDER / "sent").open("a", encoding="utf-8") as file:
        file.write(json.dumps(arguments) + "\n")
    if BEHAVIOUR == "dies-before":
        os._exit(3)
    emptied = {"description": ""} if BEHAVIOUR == "careless" else {}
    TICKET.write_text(json.dumps({"title": arguments["title"], **emptied}), "utf-8")
    if BEHAVIOUR == "dies-after":
        os._exit(3)
    if BEHAVIOUR == "late":
        time.sleep(0.6)


def answer(method: str, params: dict[str, Any]) -> Any:
    if method == "initialize":
        info = {"name": "changing", "version": "1"}
        return {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": info}
    if method == "tools/list":
        return {"tools": TOOLS}
    if method != "tools/call":
        return None
    if params["name"] == "update_ticket":
        changed(params["arguments"])
    value: Any = {"tickets": [ticket()]} if params["name"] == "search_tickets" else ticket()
    return {"content": [{"type": "text", "text": json.dumps(value)}]}


def noted(name: str) -> int:
    """Write down a request; how many there were."""
    with (FOLDER / "requests").open("a+", encoding="utf-8") as file:
        file.write(f"{name}\n")
        file.seek(0)
        return len(file.readlines())


def kill() -> None:
    while not (FOLDER / "pid").exists():
        time.sleep(0.01)
    os.kill(int((FOLDER / "pid").read_text("utf-8")), signal.SIGKILL)


def main() -> None:
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message or "method" not in message:
            continue
        name = message.get("params", {}).get("name") or message["method"]
        number = noted(name)
        if BEHAVIOUR in (f"kill-{number}", f"kill-{name}"):
            kill()
        result = answer(message["method"], message.get("params") or {})
        if BEHAVIOUR in (f"kill-{number}-after", f"kill-{name}-after"):
            kill()
        is_change = message.get("params", {}).get("name") == "update_ticket"
        if is_change and BEHAVIOUR == "silent":
            continue
        if is_change and BEHAVIOUR == "junk":
            print(f'{{"jsonrpc": "2.0", "id": {message["id"]}, "result": {{"content": 7', flush=True)
            continue
        error = {"code": -32601, "message": "Method not found"}
        outcome = {"error": error} if result is None else {"result": result}
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **outcome}), flush=True)


main()
