"""What it costs to make validated tickets of an answer, over parsing the answer's JSON at all.

The subject is all that the worker does with a result: parse, take private fields out, read and sanitise every ticket.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from tests.benchmarks.harness import Case, Pair, milliseconds
from tests.benchmarks.servers import TOOL, result
from tui_app.adapters.base import ServerDescription
from tui_app.adapters.registry import choose_adapter
from tui_app.mcp_client.types import CallToolResult, Tool
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.json_values import read_json
from tui_app.tickets.redaction import redact

_TICKETS = 10_000
"""In one measurement, so that each lasts some milliseconds."""


def tickets(count: int) -> Callable[[int], Iterator[Pair]]:
    """A measure of one size."""

    def measure(runs: int) -> Iterator[Pair]:
        encoded = json.dumps(result(count, "structured"))
        adapter = choose_adapter(_description(), "auto", {})
        criteria = TicketSearchCriteria(max_results=1000)
        search = adapter.search_call(criteria)

        def again(action: Callable[[], object]) -> None:
            for _ in range(_TICKETS // count):
                action()

        def read() -> None:
            answer = CallToolResult(structured_content=redact(read_json(encoded)["structuredContent"]))
            page = adapter.page(criteria, search, answer)
            assert len(page.tickets) == count

        for _ in range(runs):
            reference = milliseconds(lambda: again(lambda: json.loads(encoded)))
            yield Pair(subject=milliseconds(lambda: again(read)), reference=reference)

    return measure


def _description() -> ServerDescription:
    tool = Tool(TOOL["name"], TOOL["description"], input_schema=TOOL["inputSchema"])  # type: ignore[arg-type]
    return ServerDescription("bench", "1", "", (tool,))


CASES = [
    Case(f"reading.{count}", f"{count:,} validated tickets", "json.loads", 3, tickets(count))
    for count in (1_000, 10_000)
]
