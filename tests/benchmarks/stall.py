"""Keys while a large answer is read and parsed: the whole browser over a server that answers with thousands at a time.

Plain rows take most of their time in one piece, as JSON; rows with HTML in small pieces, each read and made Markdown.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from tests.benchmarks.harness import Case, Pair
from tests.benchmarks.painting import PaintDriver, Stage, pairs, percentile, staged
from tests.benchmarks.servers import server_argv
from tests.ui.fakes import FakeChangeHistory, FakeDraftMemory, FakeLookMemory, FakeRowMemory, FakeSearchMemory
from tui_app.settings.model import UiSettings
from tui_app.settings.profiles import Profile
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.servers import ProfileSummary
from tui_app.ui.app import TicketdeckApp
from tui_app.ui.quick_views import Beginning
from tui_app.ui.user_files import UserMemories
from tui_app.worker.service import Service

TICKETS = 16_000
"""Tickets in one answer: about 10 MB of JSON."""
HTML_TICKETS = 1_500
"""Tickets with HTML in one answer, about 2 MB, which take as long to read."""
KEYS = 100
"""Key presses in each half of a run; their 99th percentile counts."""
_KEY_REPEAT = 0.025  # seconds and more between two keys, as a held key repeats
_UNEVEN = 0.002  # seconds that a pause is longer than the one before, up to 7 times: no key keeps time with the frames
_KEYS_BETWEEN_SEARCHES = 7  # the next answer is asked for when the one before has just been read
_PROFILE = "bench"


def while_reading(count: int, form: str) -> Callable[[int], AsyncIterator[Pair]]:
    """Key to frame, 99th percentile, while answers keep coming, against the same at rest."""

    async def measure(runs: int) -> AsyncIterator[Pair]:
        service = Service({_PROFILE: Profile(_PROFILE, tuple(server_argv(count, form)))}, clock=SYSTEM_CLOCK)
        try:
            async with staged(browser(service)) as stage:
                await search(stage)
                await stage.settle()
                for _ in range(runs):
                    yield await busy_and_idle(stage)
        finally:
            service.close()

    return measure


def browser(service: Service) -> TicketdeckApp:
    """The whole browser, which paints into nothing."""
    app = TicketdeckApp(
        service,
        settings=UiSettings(),
        profiles=(ProfileSummary(_PROFILE, "bench", "auto", "the benchmark"),),
        begin=Beginning((_PROFILE,)),
        memories=UserMemories(
            recents=FakeSearchMemory(),
            looks=FakeLookMemory(),
            rows=FakeRowMemory(),
            drafts=FakeDraftMemory(),
            changes=FakeChangeHistory(),
        ),
        clock=SYSTEM_CLOCK,
    )
    app.driver_class = PaintDriver
    return app


async def busy_and_idle(stage: Stage) -> Pair:
    """One half of the keys while answers are read, after the other half at rest."""
    idle = [await move(stage, press) for press in range(KEYS)]
    await stage.settle()
    busy = []
    for press in range(KEYS):
        if press % _KEYS_BETWEEN_SEARCHES == 0:
            await search(stage)
        busy.append(await move(stage, press))
    await stage.settle()
    return Pair(percentile(busy, 0.99), percentile(idle, 0.99))


async def search(stage: Stage) -> None:
    """Ask for the same tickets again."""
    await stage.key("r", "r")


async def move(stage: Stage, press: int) -> float:
    """Milliseconds of one key that moves the cursor."""
    await asyncio.sleep(_KEY_REPEAT + press % 8 * _UNEVEN)
    name = "j" if press % 40 < 20 else "k"
    return await stage.key(name, name)


CASES = [
    Case(name, f"keys while {rows} are read, p99", "keys at rest, p99", 1.5, pairs(measure), runs=5)
    for name, rows, measure in (
        ("stall", "10 MB", while_reading(TICKETS, "structured")),
        ("stall.html", "rows with HTML", while_reading(HTML_TICKETS, "html")),
    )
]
