"""What it costs to make validated tickets of an answer, over parsing the answer's JSON at all.

The subject is all that the worker does with a result: parse, take private fields out, read and sanitise every ticket;
as there, the garbage collector waits meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from tests.benchmarks.harness import Case, Pair, milliseconds
from tests.benchmarks.servers import TOOL, result
from tui_app.adapters.base import ServerDescription
from tui_app.adapters.reading import learn
from tui_app.adapters.registry import choose_adapter
from tui_app.mcp_client.types import CallToolResult, Tool
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.json_values import read_json
from tui_app.tickets.redaction import redact
from tui_app.tickets.turns import uncollected

_TICKETS = 10_000
"""In one measurement, so that each lasts some milliseconds."""


def tickets(count: int) -> Callable[[int], Iterator[Pair]]:
    """A measure of one size."""

    def measure(runs: int) -> Iterator[Pair]:
        encoded = json.dumps(result(count, "structured"))
        adapter = choose_adapter(_description(), "auto", {})
        criteria = TicketSearchCriteria(max_results=1000)
        plan = adapter.plan(criteria)

        def again(action: Callable[[], object]) -> None:
            for _ in range(_TICKETS // count):
                action()

        @uncollected()
        def read() -> None:
            answer = CallToolResult(structured_content=redact(read_json(encoded)["structuredContent"]))
            page = adapter.page(plan, plan.call, answer)
            assert len(page.tickets) == count

        for _ in range(runs):
            reference = milliseconds(lambda: again(lambda: json.loads(encoded)))
            yield Pair(subject=milliseconds(lambda: again(read)), reference=reference)

    return measure


def _description() -> ServerDescription:
    tool = Tool(TOOL["name"], TOOL["description"], input_schema=TOOL["inputSchema"])  # type: ignore[arg-type]
    return ServerDescription("bench", "1", "", (tool,))


def _person(number: int, address: str) -> dict[str, object]:
    name = ("Amina Diallo", "Jonas Weber", "Mei Tanaka")[number % 3]
    return {"self": f"{address}/users/{number}", "id": number, "displayName": name, "login": name[:5], "active": True}


def _nested_issue(number: int) -> dict[str, object]:
    """As Jira's servers answer: fields one level down, people and statuses as objects, wiki markup."""
    address = "https://tracker.example/rest/api/3"
    return {
        "id": str(10_000 + number),
        "key": f"PAY-{number}",
        "self": f"{address}/issue/{10_000 + number}",
        "fields": {
            "summary": f"Ticket number {number} about the export of invoices",
            "status": {"self": f"{address}/status/1", "id": "1", "name": ("Open", "In Progress", "Done")[number % 3]},
            "assignee": _person(number, address) if number % 4 else None,
            "reporter": _person(number + 1, address),
            "priority": {"id": "3", "name": "Medium"},
            "issuetype": {"id": "1", "name": "Bug", "subtask": False},
            "project": {"id": "1", "key": "PAY", "name": "Payments"},
            "labels": ["backend", f"team-{number % 7}"],
            "created": f"2026-{number % 11 + 1:02}-{number % 28 + 1:02}T08:00:00.000+0000",
            "updated": f"2026-{number % 11 + 1:02}-{number % 28 + 1:02}T09:30:00.000+0000",
            "description": "h2. Steps\n# open\n# compare\n" + "The totals differ by a cent. " * 10,
        },
    }


def _flat_issue(number: int) -> dict[str, object]:
    """As GitHub's servers answer: addresses of every kind, people and labels as objects, HTML within Markdown."""
    address = "https://api.github.com"
    return {
        "url": f"{address}/repos/a/b/issues/{number}",
        "repository_url": f"{address}/repos/a/b",
        "html_url": f"https://github.com/a/b/issues/{number}",
        "id": 900_000 + number,
        "number": number,
        "title": f"Ticket number {number} about the export of invoices",
        "user": _person(number, address),
        "labels": [{"id": 1, "name": "bug", "color": "f00"}, {"id": 2, "name": f"team-{number % 7}"}],
        "state": "open" if number % 2 else "closed",
        "assignees": [_person(number + 1, address)],
        "comments": number % 5,
        "created_at": f"2026-{number % 11 + 1:02}-{number % 28 + 1:02}T08:00:00Z",
        "updated_at": f"2026-{number % 11 + 1:02}-{number % 28 + 1:02}T09:30:00Z",
        "body": "## Steps\r\n- open <b>it</b>\r\n" + "The totals differ by a cent. " * 10,
    }


def _html_issue(number: int) -> dict[str, object]:
    """As `_flat_issue`, with texts in HTML."""
    steps = "<h3>Steps</h3><ol><li>open</li><li>compare</li></ol><p>The totals differ by a <b>cent</b>.</p>"
    return {**_flat_issue(number), "body": steps * 5}


def learnt(count: int, issue: Callable[[int], dict[str, object]]) -> Callable[[int], Iterator[Pair]]:
    """A measure of reading rows in a tracker's own shape, which was learnt from an answer before."""

    def measure(runs: int) -> Iterator[Pair]:
        encoded = json.dumps({"issues": [issue(number) for number in range(count)], "total": count})
        learned = learn(CallToolResult(structured_content=read_json(encoded)))
        assert learned is not None

        @uncollected()
        def read() -> None:
            found = learned.read(CallToolResult(structured_content=redact(read_json(encoded))))
            assert len(found.tickets) == count

        for _ in range(runs):
            reference = milliseconds(lambda: json.loads(encoded))
            yield Pair(subject=milliseconds(read), reference=reference)

    return measure


CASES = [
    *(
        Case(f"reading.{count}", f"{count:,} validated tickets", "json.loads", 3, tickets(count))
        for count in (1_000, 10_000)
    ),
    *(
        Case(f"reading.{name}.{count}", f"{count:,} tickets as {name}", "json.loads", most, learnt(count, issue))
        for name, issue in (("nested", _nested_issue), ("flat", _flat_issue), ("html", _html_issue))
        for count, most in ((1_000, 6), (10_000, 5))
    ),
]
