"""A long day compressed: 20,000 searches and opens through the worker; memory and descriptors must not grow."""

from __future__ import annotations

import functools
import os
import queue
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.harness import Case, Pair
from tests.benchmarks.servers import server_argv
from tui_app.settings.profiles import Profile
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.messages import Failed, OpenTicket, Reply, Search, TicketOpened, TicketsFound, new_request_id
from tui_app.worker.service import Service

REQUESTS = 20_000
SETTLED = 200
"""Requests after which caches and pools are filled."""
_PATIENCE = 60.0  # seconds for one answer


def memory() -> float:
    """Megabytes that this process holds now."""
    words = ["ps", "-o", "rss=", "-p", str(os.getpid())]
    return float(subprocess.run(words, check=True, capture_output=True, text=True).stdout) / 1024


def descriptors() -> float:
    """File descriptors that this process has open."""
    return float(len(list(Path("/dev/fd").iterdir())))


@functools.cache
def soaked() -> dict[str, Pair]:
    """Run the whole day once, and hold the end against the state after `SETTLED` requests."""
    replies: queue.SimpleQueue[Reply] = queue.SimpleQueue()
    profile = Profile("bench", tuple(server_argv(20)))
    service = Service({"bench": profile}, clock=SYSTEM_CLOCK)
    service.connect(replies.put)
    before: dict[str, float] = {}
    try:
        for number in range(REQUESTS):
            if number == SETTLED:
                before = {"memory": memory(), "descriptors": descriptors()}
            ask(service, replies, number)
        after = {"memory": memory(), "descriptors": descriptors()}
    finally:
        service.close()
    return {name: Pair(after[name], before[name]) for name in after}


def ask(service: Service, replies: queue.SimpleQueue[Reply], number: int) -> None:
    """A search and an open in turn, and wait for the answer."""
    request_id = new_request_id()
    if number % 2:
        service.submit(OpenTicket(request_id, "bench", f"BENCH-{number % 20}"))
    else:
        service.submit(Search(request_id, "bench", TicketSearchCriteria(max_results=20)))
    while True:
        reply = replies.get(timeout=_PATIENCE)
        if isinstance(reply, Failed):
            raise RuntimeError(f"{reply.title}: {reply.cause}")
        if isinstance(reply, TicketOpened) or (isinstance(reply, TicketsFound) and reply.complete):
            return


def grown(name: str) -> Callable[[int], Iterator[Pair]]:
    """The growth of one resource. The day is lived once: however many runs are asked for, they are that one."""

    def measure(runs: int) -> Iterator[Pair]:
        for _ in range(runs):
            yield soaked()[name]

    return measure


CASES = [
    Case(
        "soak.memory", f"memory after {REQUESTS:,} requests", f"after {SETTLED}", 1.05, grown("memory"), "MB", slow=True
    ),
    Case(
        "soak.descriptors",
        f"descriptors after {REQUESTS:,} requests",
        f"after {SETTLED}",
        1.05,
        grown("descriptors"),
        "",
        slow=True,
    ),
]
