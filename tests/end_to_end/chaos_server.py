"""A tracker's MCP server that has every fault of `tests.mcp_client.fault_server`: on request, or at random.

A search for ``fault:NAME`` does what the fault NAME does. With ``--seed N`` each call has a fault, drawn at random,
with the probability ``--rate``; different processes of one seed draw differently.
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

STATUSES = ("open", "in progress", "closed")
TICKETS = 60
RANDOM_FAULTS = tuple(
    sorted(name for name in FAULTS if name not in {"environment", "out-of-order", "dies-and-leaves-a-child"})
)
"""`dies-and-leaves-a-child` would have the test wait for ten minutes for a child that no one else can know."""
_SLOW_SECONDS = 0.3


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

    def __init__(self, draw: random.Random | None, rate: float) -> None:
        super().__init__("", "legacy", 200_000)
        self.draw = draw
        self.rate = rate

    def list_tools(self, request: Message) -> None:
        text = {"type": "object", "properties": {"text": {"type": "string"}, "status": {"type": "string"}}}
        one = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
        tools = [
            {"name": "search_tickets", "description": "Search tickets.", "inputSchema": text},
            {"name": "get_ticket", "description": "Get one ticket.", "inputSchema": one},
        ]
        self.result(request, {"tools": tools})

    def answer(self, request: Message) -> None:
        if request["method"] != "tools/call":
            super().answer(request)
        elif fault := self.fault_for(request):
            FAULTS[fault](self, request)
        else:
            self.proper(request)

    def fault_for(self, request: Message) -> str | None:
        text = str(request["params"].get("arguments", {}).get("text", ""))
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
            found: Any = {"tickets": [ticket(number) for number in range(TICKETS)], "total": TICKETS}
        else:
            found = ticket(int(str(arguments["id"]).rpartition("-")[2]))
            found["comments"] = [{"author": "Mara", "created_at": "2026-11-02T08:00:00Z", "body": "Seen."}]
        self.text(request, json.dumps(found))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int)
    parser.add_argument("--rate", type=float, default=0.3)
    chosen = parser.parse_args()
    draw = None if chosen.seed is None else random.Random(f"{chosen.seed} {os.getpid() % 97}")
    Tracker(draw, chosen.rate).serve()


if __name__ == "__main__":
    main()
