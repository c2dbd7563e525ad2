"""What tickets on the screen cost in memory, over the smallest Textual application.

Each figure is the peak resident size of a process of its own: ``python -m tests.benchmarks.memory COUNT``; a COUNT of
-1 is the smallest application.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.harness import Case, Compare, Pair, in_turn


def peak(count: int) -> float:
    """Megabytes that a process which shows ``count`` tickets takes at most."""
    words = [sys.executable, "-m", "tests.benchmarks.memory", str(count)]
    return float(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def shown(count: int) -> Callable[[int], Iterator[Pair]]:
    """A measure of one size."""
    return in_turn(lambda: peak(count), lambda: peak(-1))


def show(count: int) -> None:
    """Be the application that shows ``count`` tickets, and print this process's peak size in megabytes."""
    import asyncio

    from textual.app import App

    async def run(app: App[object], fill: Callable[[], object]) -> None:
        async with app.run_test(size=(120, 40)) as pilot:
            fill()
            await pilot.pause()

    if count < 0:
        asyncio.run(run(App(), lambda: None))
    else:
        from tests.benchmarks.table import TableApp, results_table, tickets
        from tui_app.ui.table.results_table import ResultsTable

        app = TableApp(results_table)
        app.driver_class = None  # type: ignore[assignment]
        asyncio.run(run(app, lambda: app.query_one(ResultsTable).show_tickets(tickets(count, "M"))))
    print(own_peak())


def own_peak() -> float:
    """Megabytes that this process held at most. Linux's ``ru_maxrss`` begins at the parent's, so it is not used."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024


CASES = [
    Case(
        f"memory.{count}",
        f"memory, {count:,} tickets shown",
        "smallest Textual app",
        goal,
        shown(count),
        "MB",
        Compare.DIFFERENCE,
    )
    for count, goal in ((1_000, 20), (100_000, 120))
]

if __name__ == "__main__":
    show(int(sys.argv[1]))
