"""What a tool call costs over raw pipes and ``json.loads``, both eras' forms of a result."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator

from tests.benchmarks.harness import Case, Pair, milliseconds
from tests.benchmarks.servers import BareClient, server_argv
from tui_app.mcp_client.session import ClientLimits, Session, open_session
from tui_app.mcp_client.stdio.command import ServerCommand
from tui_app.mcp_client.targets import start_transport
from tui_app.tickets.clock import SYSTEM_CLOCK

GOALS = {1: 2.5, 100: 1.3, 1_000: 1.2, 10_000: 1.1}
"""Tickets in the answer to the goal; a single ticket stands for a tiny answer."""
CALLS = {1: 50, 100: 20, 1_000: 5, 10_000: 1}
"""Calls in one measurement, so that each lasts some milliseconds."""


def calls(count: int, form: str) -> Callable[[int], Iterator[Pair]]:
    """A measure of one size and form: both clients talk to a server of their own, in turn."""

    def measure(runs: int) -> Iterator[Pair]:
        bare = BareClient(server_argv(count, form))
        loop = asyncio.new_event_loop()
        session = loop.run_until_complete(opened(count, form))
        try:
            for _ in range(runs):
                yield Pair(
                    subject=milliseconds(lambda: loop.run_until_complete(call(session, CALLS[count]))),
                    reference=milliseconds(lambda: bare_calls(bare, CALLS[count])),
                )
        finally:
            loop.run_until_complete(session.close())
            loop.close()
            bare.close()

    return measure


async def opened(count: int, form: str) -> Session:
    """A session with a benchmark server."""
    argv = tuple(server_argv(count, form))
    return await open_session(
        start_transport(ServerCommand(argv, env={}, cwd=None, configured_in="the benchmark"), SYSTEM_CLOCK),
        ClientLimits(),
    )


async def call(session: Session, times: int) -> None:
    """Call the tool ``times`` times, one after the other."""
    for _ in range(times):
        await session.call_tool("search_tickets", {})


def bare_calls(bare: BareClient, times: int) -> None:
    """The same over raw pipes."""
    for _ in range(times):
        bare.request("tools/call", {"name": "search_tickets", "arguments": {}})


CASES = [
    Case(
        f"calls.{form}.{count}",
        f"tool calls, {count:,} tickets, {form}",
        "raw pipes + json.loads",
        GOALS[count],
        calls(count, form),
    )
    for form, count in itertools.product(("text", "structured"), GOALS)
]
