"""Any number of tickets, the same ones every time: what imports and searches are measured on.

``python -m tests.local_tracker.many_tickets COUNT FILE`` writes them as JSON Lines.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tui_app.local_tracker.sample import SAMPLE_FILE

_SPAN_MINUTES = 5 * 365 * 24 * 60
_END = datetime(2026, 1, 1, tzinfo=UTC)
_RARE_WORDS = 40_000


def many_tickets(count: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Tickets in the sample's words, with rare ones between as real texts have them, over five years."""
    chance = Random(seed)
    templates = [json.loads(line) for line in SAMPLE_FILE.read_text(encoding="utf-8").splitlines()[1:]]
    for number in range(1, count + 1):
        template = templates[chance.randrange(len(templates))]
        created = _END - timedelta(minutes=chance.randrange(_SPAN_MINUTES))
        updated = created + timedelta(minutes=chance.randrange(60 * 24 * 60))
        rare = " ".join(f"w{int(_RARE_WORDS * chance.random() ** 3)}x" for _ in range(12))
        yield {
            "id": f"{template['project']}-{number}",
            "title": f"{template['title']} ({rare.split()[0]})",
            "status": template["status"],
            "assignee": template["assignee"],
            "reporter": template["reporter"],
            "priority": template["priority"],
            "type": template["type"],
            "project": template["project"],
            "labels": template["labels"],
            "created_at": created.isoformat(),
            "updated_at": updated.isoformat(),
            "description": f"{template['description']}\n\n{rare}",
            "comments": template["comments"],
        }


def write_many_tickets(count: int, path: Path) -> None:
    """The same as a JSON Lines file."""
    with path.open("w", encoding="utf-8") as file:
        for ticket in many_tickets(count):
            file.write(json.dumps(ticket, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    write_many_tickets(int(sys.argv[1]), Path(sys.argv[2]))
