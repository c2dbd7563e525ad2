"""The results table: rows set to painted against DataTable, and keys against one frame of a 60 Hz screen."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from tests.benchmarks.harness import Case, Pair
from tests.benchmarks.painting import PaintDriver, Stage, pairs, percentile, staged
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.dates import DateBound
from tui_app.tickets.ticket import Ticket
from tui_app.ui.table.results_table import ResultsTable

FRAME = 1000 / 60
KEYS_A_RUN = 40
"""Key presses in one run; their 95th percentile counts."""
COLUMNS = ("id", "title", "status", "assignee", "priority", "updated", "project")


def tickets(count: int, prefix: str) -> tuple[Ticket, ...]:
    """Tickets as the worker hands them over."""
    moment = DateBound.read("2026-11-01").moment
    return tuple(
        Ticket(
            id=f"{prefix}-{number}",
            title=f"Ticket number {number} about the export of invoices and their totals",
            status=("open", "in progress", "blocked", "done")[number % 4],
            assignee=("Amina Diallo", "Jonas Weber", "Mei Tanaka")[number % 3],
            priority=("low", "medium", "high")[number % 3],
            project=prefix,
            labels=("backend", f"team-{number % 7}"),
            created_at=moment,
            updated_at=moment,
        )
        for number in range(count)
    )


def results_table() -> ResultsTable:
    """The table that is measured."""
    return ResultsTable(SYSTEM_CLOCK)


class TableApp(App[object]):
    """One table and nothing else."""

    def __init__(self, widget: Callable[[], ResultsTable | DataTable[str]]) -> None:
        super().__init__(driver_class=PaintDriver)
        self._widget = widget

    def compose(self) -> ComposeResult:
        """The table, with the focus."""
        yield self._widget()


def load(count: int) -> Callable[[int], AsyncIterator[Pair]]:
    """Rows set to painted, against DataTable with 1,000 rows."""

    async def measure(runs: int) -> AsyncIterator[Pair]:
        ours, theirs = TableApp(results_table), TableApp(DataTable)
        async with staged(theirs) as reference:
            data_table = theirs.query_one(DataTable)
            data_table.add_columns(*COLUMNS)
            before = [await fill(reference, data_table, f"R{run}") for run in range(runs)]
        async with staged(ours) as subject:
            table = ours.query_one(ResultsTable)
            for run, reference_time in enumerate(before):
                rows = tickets(count, f"R{run}")
                elapsed = await subject.painted(lambda rows=rows: table.show_tickets(rows), f"R{run}-0")  # type: ignore[misc]
                await subject.settle()
                yield Pair(elapsed, reference_time)

    return measure


async def fill(stage: Stage, table: DataTable[str], prefix: str) -> float:
    """Milliseconds that DataTable needs for 1,000 rows."""
    rows = [
        (t.id, t.title, t.status, t.assignee or "", t.priority or "", "3 Nov", t.project or "")
        for t in tickets(1_000, prefix)
    ]

    def replace() -> None:
        table.clear()
        table.add_rows(rows)

    elapsed = await stage.painted(replace, f"{prefix}-0")
    await stage.settle()
    return elapsed


def keys(count: int, *names: str) -> Callable[[int], AsyncIterator[Pair]]:
    """Key to frame, 95th percentile of a run, against one frame."""

    async def measure(runs: int) -> AsyncIterator[Pair]:
        app = TableApp(results_table)
        async with staged(app) as stage:
            app.query_one(ResultsTable).show_tickets(tickets(count, "K"))
            await stage.settle()
            for _ in range(runs):
                times = [await stage.key(names[press % len(names)]) for press in range(KEYS_A_RUN)]
                yield Pair(percentile(times, 0.95), FRAME)

    return measure


def actions(count: int, *steps: Callable[[ResultsTable], object]) -> Callable[[int], AsyncIterator[Pair]]:
    """Call to frame of steps that are no single key of the table itself, against one frame."""

    async def measure(runs: int) -> AsyncIterator[Pair]:
        app = TableApp(results_table)
        async with staged(app) as stage:
            table = app.query_one(ResultsTable)
            table.show_tickets(tickets(count, "K"))
            await stage.settle()
            for _ in range(runs):
                times = []
                for step in steps:
                    times.append(await stage.painted(functools.partial(step, table)))
                    await stage.settle()
                yield Pair(percentile(times, 0.95), FRAME)

    return measure


def filtering(words: str) -> list[Callable[[ResultsTable], object]]:
    """The keystrokes of ``words`` in the filter, and its end."""
    typed = [words[: end + 1] for end in range(len(words))] + [""]
    return [lambda table, text=text: table.set_filter(text) for text in typed]  # type: ignore[misc]


def sorting() -> list[Callable[[ResultsTable], object]]:
    """Sorting by several columns, both ways."""
    return [lambda table, name=name: table.sort_by(name) for name in ("title", "status", "title", "id")]  # type: ignore[misc]


CASES = [
    *(
        Case(f"table.load.{count}", f"{count:,} rows set to painted", "DataTable, 1000 rows", 0.1, pairs(load(count)))
        for count in (1_000, 10_000, 100_000)
    ),
    *(
        case
        for count, goal in ((10_000, 1.0), (100_000, 3.0))
        for case in (
            Case(
                f"table.down.{count}",
                f"cursor down in {count:,} rows, p95",
                "one frame",
                goal,
                pairs(keys(count, "down")),
            ),
            Case(
                f"table.page.{count}",
                f"page down in {count:,} rows, p95",
                "one frame",
                goal,
                pairs(keys(count, "pagedown", "pageup")),
            ),
            Case(
                f"table.filter.{count}",
                f"filter keystroke in {count:,} rows, p95",
                "one frame",
                goal,
                pairs(actions(count, *filtering("invoices 77"))),
            ),
            Case(
                f"table.sort.{count}", f"sort {count:,} rows, p95", "one frame", goal, pairs(actions(count, *sorting()))
            ),
        )
    ),
]
