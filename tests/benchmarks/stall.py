"""Keys while a large answer is read and parsed: the whole browser over a server that answers with 10 MB at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from tests.benchmarks.harness import Case, Pair
from tests.benchmarks.painting import PaintDriver, Stage, pairs, percentile, staged
from tests.benchmarks.servers import server_argv
from tests.ui.fakes import FakeLookMemory, FakeSearchMemory
from tui_app.settings.config import UiSettings
from tui_app.settings.profiles import Profile
from tui_app.tickets.messages import ProfileSummary
from tui_app.ui.app import TicketdeckApp
from tui_app.worker.service import Service

TICKETS = 16_000
"""Tickets in one answer: about 10 MB of JSON."""
KEYS = 100
"""Key presses in each half of a run; their 99th percentile counts."""
_KEY_REPEAT = 0.025  # seconds and more between two keys, as a held key repeats
_UNEVEN = 0.002  # seconds that a pause is longer than the one before, up to 7 times: no key keeps time with the frames
_KEYS_BETWEEN_SEARCHES = 7  # the next answer is asked for when the one before has just been read
_PROFILE = "bench"


async def while_reading(runs: int) -> AsyncIterator[Pair]:
    """Key to frame, 99th percentile, while answers keep coming, against the same at rest."""
    service = Service({_PROFILE: Profile(_PROFILE, tuple(server_argv(TICKETS)))})
    app = TicketdeckApp(
        service,
        settings=UiSettings(),
        profiles=(ProfileSummary(_PROFILE, "bench", "auto", "the benchmark"),),
        profile=_PROFILE,
        recents=FakeSearchMemory(),
        looks=FakeLookMemory(),
    )
    app.driver_class = PaintDriver
    try:
        async with staged(app) as stage:
            await search(stage)
            await stage.settle()
            for _ in range(runs):
                idle = [await move(stage, press) for press in range(KEYS)]
                await stage.settle()
                busy = []
                for press in range(KEYS):
                    if press % _KEYS_BETWEEN_SEARCHES == 0:
                        await search(stage)
                    busy.append(await move(stage, press))
                await stage.settle()
                yield Pair(percentile(busy, 0.99), percentile(idle, 0.99))
    finally:
        service.close()


async def search(stage: Stage) -> None:
    """Ask for the same tickets again."""
    await stage.key("r", "r")


async def move(stage: Stage, press: int) -> float:
    """Milliseconds of one key that moves the cursor."""
    await asyncio.sleep(_KEY_REPEAT + press % 8 * _UNEVEN)
    name = "j" if press % 40 < 20 else "k"
    return await stage.key(name, name)


CASES = [Case("stall", "keys while 10 MB are read, p99", "keys at rest, p99", 1.5, pairs(while_reading), runs=5)]
