"""A tracker's MCP server that has every fault of `tests.mcp_client.fault_server`: on request, or at random.

A search for ``fault:NAME`` does what the fault NAME does. With ``--seed N`` each call has a fault, drawn at random,
with the probability ``--rate``; different processes of one seed draw differently. Each call of a tool that changes
something is a line in the file ``--calls``, written before anything else.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.mcp_client.fault_server import FAULTS, Message, Server

STATUSES = ("open", "in progress", "in review")
TICKETS = 60
RANDOM_FAULTS = tuple(
    sorted(name for name in FAULTS if name not in {"environment", "out-of-order", "dies-and-leaves-a-child"})
)
"""`dies-and-leaves-a-child` would have the test wait for ten minutes for a child that no one else can know."""
_SLOW_SECONDS = 0.3


def _changing(name: str, *required: str, **properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return {"name": name, "description": f"{name.replace('_', ' ').capitalize()}.", "inputSchema": schema}


_TEXT = {"type": "string"}
CHANGING = (
    _changing("add_comment", "id", "body", id=_TEXT, body=_TEXT),
    _changing(
        "update_ticket",
        "id",
        id=_TEXT,
        title=_TEXT,
        description=_TEXT,
        status={"type": "string", "enum": list(STATUSES)},
        assignee=_TEXT,
        priority={"type": "string", "enum": ["low", "high"]},
        labels={"type": "array", "items": _TEXT},
    ),
    _changing("create_ticket", "title", title=_TEXT, description=_TEXT),
)
"""The tools that change something, as they are listed."""


LACKING = 7
"""Of the faults at random: each seventh ticket lacks one of its fields, each another one."""


def incomplete(number: int) -> dict[str, Any]:
    """A ticket that may lack a field."""
    found = ticket(number)
    if number % LACKING == 0:
        del found[list(found)[number // LACKING % len(found)]]
    return found


def ticket(number: int) -> dict[str, Any]:
    """A ticket like any other."""
    return {
        "id": f"FLT-{number}",
        "title": f"Ticket number {number}",
        "status": STATUSES[number % 3],
        "assignee": f"person{number % 5}",
        "labels": ["a", f"l{number % 4}"],
        "created_at": "2026-11-01T08:00:00Z",
        "description": f"# Heading\n\nWords about **{number}**.\n\n- item",
    }


class Tracker(Server):
    """Search and get, with faults in between."""

    def __init__(self, draw: random.Random | None, rate: float, calls: Path | None = None) -> None:
        super().__init__("", "legacy", 200_000)
        self.draw = draw
        self.rate = rate
        self.calls = calls
        self.changed: dict[str, dict[str, Any]] = {}

    def list_tools(self, request: Message) -> None:
        text = {"type": "object", "properties": {"text": {"type": "string"}, "status": {"type": "string"}}}
        one = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
        tools = [
            {"name": "search_tickets", "description": "Search tickets.", "inputSchema": text},
            {"name": "get_ticket", "description": "Get one ticket.", "inputSchema": one},
            *CHANGING,
        ]
        self.result(request, {"tools": tools})

    def answer(self, request: Message) -> None:
        if request["method"] != "tools/call":
            super().answer(request)
            return
        self.note(request["params"])
        if fault := self.fault_for(request):
            FAULTS[fault](self, request)
        else:
            self.proper(request)

    def note(self, call: dict[str, Any]) -> None:
        if self.calls is not None and any(tool["name"] == call["name"] for tool in CHANGING):
            with self.calls.open("a") as file:
                file.write(json.dumps(call) + "\n")

    def fault_for(self, request: Message) -> str | None:
        text = str(request["params"].get("arguments", {}).get("text", "")).strip('"')  # in quotes it is one word
        if text.startswith("fault:"):
            return text.removeprefix("fault:")
        if self.draw is None or self.draw.random() >= self.rate:
            return None
        return self.draw.choice(RANDOM_FAULTS)

    def proper(self, request: Message) -> None:
        if self.draw is not None and self.draw.random() < self.rate:
            time.sleep(_SLOW_SECONDS)
        arguments = request["params"].get("arguments", {})
        if request["params"]["name"] == "search_tickets":
            make = ticket if self.draw is None else incomplete
            found: Any = {"tickets": [make(number) for number in range(TICKETS)], "total": TICKETS}
        elif request["params"]["name"] != "get_ticket":
            self.changed.setdefault(str(arguments.get("id")), {}).update(arguments)
            found = {"ok": True}
        else:
            found = ticket(int(str(arguments["id"]).rpartition("-")[2])) | self.changed.get(arguments["id"], {})
            found["comments"] = [{"author": "Mara", "created_at": "2026-11-02T08:00:00Z", "body": "Seen."}]
        self.text(request, json.dumps(found))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int)
    parser.add_argument("--rate", type=float, default=0.3)
    parser.add_argument("--calls", type=Path)
    chosen = parser.parse_args()
    draw = None if chosen.seed is None else random.Random(f"{chosen.seed} {os.getpid() % 97}")
    Tracker(draw, chosen.rate, chosen.calls).serve()


if __name__ == "__main__":
    main()
