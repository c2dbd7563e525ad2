"""A server that answers at once with tickets encoded beforehand, and the bare client that it is measured with.

Run as a program it serves: ``python -m tests.benchmarks.servers COUNT text|structured|html [SECONDS]``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

TOOL = {
    "name": "search_tickets",
    "description": "Search tickets",
    "inputSchema": {
        "type": "object",
        "properties": {"text": {"type": "string"}, "max_results": {"type": "integer"}},
    },
    "annotations": {"readOnlyHint": True},
}
GET_TOOL = {
    "name": "get_ticket",
    "description": "Get a ticket by its id",
    "inputSchema": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
    "annotations": {"readOnlyHint": True},
}
STATUSES = ("open", "in progress", "blocked", "done")
PEOPLE = ("Amina Diallo", "Jonas Weber", "Mei Tanaka", "Luca Rossi", None)


def ticket(number: int, description: int = 300) -> dict[str, Any]:
    """A plausible ticket; ``description`` is its length in characters."""
    return {
        "id": f"BENCH-{number}",
        "title": f"Ticket number {number} about the export of invoices and their totals",
        "status": STATUSES[number % len(STATUSES)],
        "assignee": PEOPLE[number % len(PEOPLE)],
        "reporter": PEOPLE[(number + 1) % len(PEOPLE)],
        "priority": ("low", "medium", "high")[number % 3],
        "type": "bug",
        "project": "BENCH",
        "labels": ["backend", f"team-{number % 7}"],
        "created_at": f"2026-{number % 11 + 1:02}-{number % 28 + 1:02}T08:00:00Z",
        "updated_at": f"2026-{number % 11 + 1:02}-{number % 28 + 1:02}T09:30:00Z",
        "url": f"https://tracker.example/BENCH-{number}",
        "description": ("The totals differ by a cent. " * (description // 29 + 1))[:description],
    }


def html_issue(number: int) -> dict[str, Any]:
    """A ticket as trackers with rich text send it: nested fields and a kilobyte of HTML."""
    plain = ticket(number)
    steps = "".join(f"<li>Open invoice <b>{number + step}</b> &amp; compare <i>totals</i></li>" for step in range(6))
    log = f'<pre><code class="language-log">{plain["updated_at"]} ERROR total differs by 0.01</code></pre>'
    link = f'<p>See <a href="{plain["url"]}">{plain["id"]}</a>, reported by {plain["reporter"]}.</p>'
    return {
        "id": str(10_000 + number),
        "key": plain["id"],
        "self": plain["url"],
        "fields": {
            "summary": plain["title"],
            "status": {"name": plain["status"], "statusCategory": {"key": "indeterminate"}},
            "assignee": plain["assignee"] and {"displayName": plain["assignee"], "active": True},
            "reporter": {"displayName": plain["reporter"], "active": True},
            "priority": {"name": plain["priority"]},
            "issuetype": {"name": "Bug", "subtask": False},
            "project": {"key": "BENCH", "name": "Benchmark"},
            "labels": plain["labels"],
            "created": plain["created_at"],
            "updated": plain["updated_at"],
            "description": f"<h3>What happens</h3><p>{plain['description']}</p><ol>{steps}</ol>{log}{link}",
            "customfield_10020": [{"name": f"Sprint {number % 9}", "state": "active"}],
        },
    }


def result(count: int, form: str) -> dict[str, Any]:
    """A tools/call result that holds ``count`` tickets, as JSON text or as structured content (with its text)."""
    if form == "html":
        return {"content": [], "structuredContent": {"issues": [html_issue(number) for number in range(count)]}}
    payload = {"tickets": [ticket(number) for number in range(count)]}
    if form == "structured":
        return {"content": [], "structuredContent": payload}
    return {"content": [{"type": "text", "text": json.dumps(payload)}]}


def serve(count: int, form: str, delay: float) -> None:
    """Answer every call with the same bytes until standard input ends."""
    encoded = json.dumps(result(count, form)).encode()
    hello = {
        "protocolVersion": "2025-11-25",
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "bench", "version": "1"},
    }
    answers = {
        "initialize": json.dumps(hello).encode(),
        "tools/list": json.dumps({"tools": [TOOL, GET_TOOL]}).encode(),
        "tools/call": encoded,
        "ping": b"{}",
    }
    opened = json.dumps({"content": [], "structuredContent": ticket(1)}).encode()
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if "id" not in message:
            continue
        request_id = json.dumps(message["id"]).encode()
        answer = answers.get(message["method"])
        if answer is encoded and message["params"]["name"] == "get_ticket":
            answer = opened
        if answer is None:
            body = b'"error":{"code":-32601,"message":"no such method"}'
        else:
            body = b'"result":' + answer
            if answer is encoded and delay:
                time.sleep(delay)
        sys.stdout.buffer.write(b'{"jsonrpc":"2.0","id":' + request_id + b"," + body + b"}\n")
        sys.stdout.buffer.flush()


def server_argv(count: int, form: str = "structured", delay: float = 0.0) -> list[str]:
    """The command that starts such a server."""
    return [sys.executable, "-m", "tests.benchmarks.servers", str(count), form, str(delay)]


class BareClient:
    """The least that can talk to a server: blocking pipes and json, nothing checked."""

    def __init__(self, argv: list[str]) -> None:
        self._server = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1 << 20)
        self._id = 0
        hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bare", "version": "1"}}
        self.request("initialize", hello)

    def request(self, method: str, params: Mapping[str, Any]) -> Any:
        """Send a request and return its result."""
        stdin, stdout = self._server.stdin, self._server.stdout
        assert stdin is not None
        assert stdout is not None
        self._id += 1
        message = {"jsonrpc": "2.0", "id": self._id, "method": method, "params": params}
        stdin.write(json.dumps(message).encode() + b"\n")
        stdin.flush()
        return json.loads(stdout.readline())["result"]

    def close(self) -> None:
        """End the server."""
        self._server.kill()
        self._server.communicate()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 0.0)
