"""A small MCP server for the worker's tests: ``python scripted_server.py BEHAVIOUR [FOLDER]``. Standard library only.

It has an in-house tracker's tools and forty tickets. BEHAVIOUR is one of:

``good``        answers properly, several calls at a time
``dies``        ends with exit code 3 at every search, after a line on standard error
``dies-once``   the same, until FOLDER holds a file ``died``
``hangs``       never answers a search, until FOLDER holds a file ``mended``; leaves ``hung`` there
``refuses``     answers 401, until FOLDER holds a file ``token``
``stubborn``    has a child, and both ignore the end of their input and SIGTERM; hangs at a search
``slow``        says ``warming up`` on standard error and takes 0.6 s to get ready
``never``       never gets ready
``private``     puts private fields everywhere
``hostile``     puts escape sequences into everything that it says

Each start appends its process ids to ``pids`` in FOLDER.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

BEHAVIOUR = sys.argv[1]
FOLDER = Path(sys.argv[2]) if len(sys.argv) > 2 else None
EVIL = "\x1b]0;pwned\x07\x1b[2J\u202e\x9b31m" if BEHAVIOUR == "hostile" else ""
_output = threading.Lock()

STRING = {"type": "string"}
TOOLS = [
    {
        "name": "search_tickets",
        "description": f"Find tickets{EVIL}",
        "inputSchema": {
            "type": "object",
            "properties": {
                "text": STRING,
                "status": {"type": "array", "items": STRING},
                "assignee": STRING,
                "max_results": {"type": "integer"},
                "cursor": STRING,
            },
        },
        "annotations": {"readOnlyHint": True},
    },
    {
        "name": "get_ticket",
        "description": "One ticket",
        "inputSchema": {"type": "object", "properties": {"id": STRING}, "required": ["id"]},
        "annotations": {"readOnlyHint": True},
    },
]


def ticket(number: int) -> dict[str, Any]:
    row: dict[str, Any] = {"id": f"OPS-{number}", "title": f"Ticket {number}{EVIL}", "status": "open"}
    if BEHAVIOUR == "private":
        row |= {"internal_notes": "canary-1", "extra": {"privateData": "canary-2", "salary": "canary-3"}}
    return row


def has(name: str) -> bool:
    return FOLDER is not None and (FOLDER / name).exists()


def remember(name: str, text: str = "") -> None:
    if FOLDER is not None:
        with (FOLDER / name).open("a") as file:
            file.write(text)


def send(message: dict[str, Any]) -> None:
    with _output:
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        sys.stdout.flush()


def text_result(value: Any, *, failed: bool = False) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": json.dumps(value)}], "isError": failed}


def search(arguments: dict[str, Any]) -> dict[str, Any]:
    if BEHAVIOUR == "dies" or (BEHAVIOUR == "dies-once" and not has("died")):
        remember("died")
        print("Traceback: the disk is on fire", file=sys.stderr, flush=True)
        os._exit(3)
    if BEHAVIOUR == "stubborn" or (BEHAVIOUR == "hangs" and not has("mended")):
        remember("hung")
        threading.Event().wait()
    if BEHAVIOUR == "refuses" and not has("token"):
        return text_result({"error": f"401 Unauthorized{EVIL}"})
    first = int(arguments.get("cursor", "1"))
    count = min(int(arguments.get("max_results", 20)), 41 - first)
    following = {"next_cursor": str(first + count)} if first + count <= 40 else {}
    return text_result({"tickets": [ticket(n) for n in range(first, first + count)], "total": 40, **following})


def call(number: Any, name: str, arguments: dict[str, Any]) -> None:
    if name == "search_tickets":
        send({"id": number, "result": search(arguments)})
    elif arguments["id"].startswith("OPS-"):
        send({"id": number, "result": text_result(ticket(int(arguments["id"][4:])))})
    else:
        send({"id": number, "result": text_result({"error": f"No such ticket{EVIL}"}, failed=True)})


def answer(message: dict[str, Any]) -> None:
    number, method, params = message.get("id"), message.get("method"), message.get("params", {})
    if number is None:
        return
    if method == "initialize":
        about = {"name": f"scripted{EVIL}", "version": "1"}
        version = params["protocolVersion"]
        send({"id": number, "result": {"protocolVersion": version, "capabilities": {}, "serverInfo": about}})
    elif method == "tools/list":
        send({"id": number, "result": {"tools": TOOLS}})
    elif method == "tools/call":
        arguments = (number, params["name"], params.get("arguments", {}))
        threading.Thread(target=call, args=arguments, daemon=True).start()
    else:
        send({"id": number, "error": {"code": -32601, "message": f"no such method {method}"}})


def main() -> None:
    remember("pids", f"{os.getpid()}\n")
    if BEHAVIOUR == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-c", "import time\nwhile True: time.sleep(60)"])
        remember("pids", f"{child.pid}\n")
    if BEHAVIOUR == "slow":
        print(f"warming up{EVIL}", file=sys.stderr, flush=True)
        time.sleep(0.6)
    if BEHAVIOUR == "hostile":
        print(f"hello{EVIL}", file=sys.stderr, flush=True)
    for line in sys.stdin:
        if BEHAVIOUR != "never":
            answer(json.loads(line))
    while BEHAVIOUR == "stubborn":
        time.sleep(60)


if __name__ == "__main__":
    main()
