"""The embedded tracker against bare SQLite: what its server adds to the queries themselves.

The reference runs the very statements that a search runs, as SQLite was given them, and fetches every row. Databases
are made once, in the cache folder that git ignores.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.benchmarks.harness import Case, Pair, milliseconds
from tests.benchmarks.painting import percentile
from tests.local_tracker.many_tickets import write_many_tickets
from tests.servers import cache_folder
from tui_app.local_tracker.file_import import import_file
from tui_app.local_tracker.stored_values import StoredValues
from tui_app.local_tracker.ticket_search import search_tickets
from tui_app.mcp_client.session import ClientLimits, Session, open_session
from tui_app.mcp_client.stdio.command import ServerCommand
from tui_app.mcp_client.targets import start_transport
from tui_app.tickets.clock import SYSTEM_CLOCK

SEARCHES: tuple[Mapping[str, Any], ...] = (
    {},
    {"text": "printer"},
    {"text": "payment refund"},
    {"status": ["open", "blocked"]},
    {"labels": ["printing"]},
    {"project": "PAY", "priority": "high"},
    {"text": "printer", "status": ["done"]},
    {"created_after": "2025-06-01", "sort": "created_at"},
    {"sort": "title"},
    {"sort": "-priority", "max_results": 200},
)
"""Text, filters, pages and sorts; each is followed by its second page."""


def database(count: int) -> Path:
    """A database of ``count`` tickets, made when it is first asked for."""
    path = cache_folder() / f"benchmark-{count}.db"
    if not path.exists():
        tickets, making = path.with_suffix(".jsonl"), path.with_suffix(".making")
        write_many_tickets(count, tickets)
        import_file(tickets, making)
        tickets.unlink()
        making.replace(path)
    return path


def searching(count: int) -> Callable[[int], Iterator[Pair]]:
    """95th percentile over the searches, through the server and bare, each pair of searches in turn."""

    def measure(runs: int) -> Iterator[Pair]:
        path = database(count)
        with asyncio.Runner() as runner, closing(sqlite3.connect(path)) as bare:
            session = runner.run(_opened(path))
            try:
                wanted = [*SEARCHES, *runner.run(_second_pages(session))]
                statements = [_statements(path, arguments) for arguments in wanted]
                for _ in range(runs):
                    ours, theirs = [], []
                    for arguments, queries in zip(wanted, statements, strict=True):
                        theirs.append(milliseconds(lambda queries=queries: _run(bare, queries)))  # type: ignore[misc]
                        ours.append(milliseconds(lambda call=arguments: runner.run(_call(session, call))))  # type: ignore[misc]
                    yield Pair(percentile(ours, 0.95), percentile(theirs, 0.95))
            finally:
                runner.run(session.close())

    return measure


async def _opened(path: Path) -> Session:
    argv = (sys.executable, "-m", "tui_app.local_tracker", str(path))
    environment = {"PATH": os.environ["PATH"]}
    return await open_session(
        start_transport(ServerCommand(argv, environment, configured_in="the benchmark"), SYSTEM_CLOCK), ClientLimits()
    )


async def _call(session: Session, arguments: Mapping[str, Any]) -> Any:
    return (await session.call_tool("search_tickets", arguments)).structured_content


async def _second_pages(session: Session) -> list[Mapping[str, Any]]:
    pages: list[Mapping[str, Any]] = []
    for arguments in SEARCHES:
        cursor = (await _call(session, arguments))["next_cursor"]
        if cursor:
            pages.append({**arguments, "cursor": cursor})
    return pages


def _statements(path: Path, arguments: Mapping[str, Any]) -> list[str]:
    """The statements of one search, with their values in place."""
    with closing(sqlite3.connect(path)) as connection:
        known = StoredValues(connection, "")
        search_tickets(connection, known, arguments)  # what is known of the values is read once a process
        seen: list[str] = []
        connection.set_trace_callback(seen.append)
        search_tickets(connection, known, arguments)
    return [statement for statement in seen if statement.lstrip().upper().startswith(("SELECT", "WITH"))]


def _run(connection: sqlite3.Connection, statements: list[str]) -> None:
    for statement in statements:
        connection.execute(statement).fetchall()


CASES = [
    Case("tracker.100000", "searches of 100,000, p95", "bare SQLite", 1.3, searching(100_000), slow=True),
    Case("tracker.1000000", "searches of 1,000,000, p95", "bare SQLite", 1.3, searching(1_000_000), runs=5, slow=True),
]
