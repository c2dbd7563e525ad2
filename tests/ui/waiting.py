"""How the tests wait for an app in memory: until its event loop has nothing left to do, not until time has passed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from textual._context import active_app
from textual.app import App

_PATIENCE = 40.0  # seconds; a condition that is not met by then will not be
_LOOK = 0.005  # seconds between two looks, for what a thread or a timer has to do
_FRAME = 1 / 60  # seconds; Textual puts off a resize by half of it, the program a key behind widgets to come by less
_LONGEST = 20.0  # seconds; work that makes more work without end is no reason to wait for ever


async def settled(app: App[Any]) -> None:
    """Return once every message is handled, all that was changed is drawn, and nothing has come of that either.

    A timer that goes off within a frame is waited for; a later one is not, nor what threads do.
    """
    loop: Any = asyncio.get_running_loop()
    deadline = time.monotonic() + _LONGEST
    while time.monotonic() < deadline:
        await asyncio.sleep(0)
        while loop._ready and time.monotonic() < deadline:  # noqa: ASYNC110 (no event tells that nothing is left)
            await asyncio.sleep(0)
        if not app.screen_stack:
            return
        app.screen._on_timer_update()  # what a timer would draw up to a frame later
        await asyncio.sleep(0)
        pauses = [timer.when() - loop.time() for timer in loop._scheduled if not timer.cancelled()]
        if loop._ready:
            continue
        if min(pauses, default=1.0) > _FRAME:
            return
        await asyncio.sleep(max(0.0, min(pauses)))


async def idle(min_sleep: float = 0, max_sleep: float = 0) -> None:
    """Take the place of Textual's own wait, which sleeps until the process has used no CPU for 20 ms, twice a key."""
    await settled(active_app.get())


async def until(app: App[Any], condition: Callable[[], object], describe: Callable[[], str]) -> None:
    """Wait until ``condition`` holds.

    Raises:
        AssertionError: it never did; the message is what ``describe`` returns.
    """
    deadline = time.monotonic() + _PATIENCE
    await settled(app)
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(describe())
        await asyncio.sleep(_LOOK)
        await settled(app)
