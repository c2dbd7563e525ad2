"""Timing what a screen does, without a terminal's own cost: a driver that notes when output is written."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from textual import events
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver

from tests.benchmarks.harness import Pair

SIZE = (120, 40)
_PATIENCE = 120.0  # seconds; DataTable with many rows is the slowest that is measured


class PaintDriver(HeadlessDriver):
    """Takes the program's output as a terminal would, and notes when the wanted words were written."""

    def __init__(self, *args: object, **keywords: object) -> None:
        super().__init__(*args, **keywords)  # type: ignore[arg-type]
        self._wanted = ""
        self._written: asyncio.Future[float] | None = None

    @property
    def is_headless(self) -> bool:
        """False, because a headless application does not render its output."""
        return False

    def write(self, data: str) -> None:
        """Note the moment if the wanted words are in ``data``."""
        if self._written is not None and not self._written.done() and self._wanted in data:
            self._written.set_result(time.perf_counter())

    def expect(self, words: str) -> asyncio.Future[float]:
        """A future of the moment at which ``words`` (any output, when empty) are next written."""
        self._wanted = words
        self._written = asyncio.get_running_loop().create_future()
        return self._written


class Stage:
    """A running application, and how long it takes to paint."""

    def __init__(self, app: App[Any], driver: PaintDriver) -> None:
        self.app = app
        self._driver = driver

    async def painted(self, action: Callable[[], object], words: str = "") -> float:
        """Milliseconds from ``action`` until ``words`` are written."""
        gc.collect()
        written = self._driver.expect(words)
        begin = time.perf_counter()
        action()
        return (await asyncio.wait_for(written, _PATIENCE) - begin) * 1000

    async def key(self, name: str, character: str | None = None) -> float:
        """Milliseconds from a key press until something is written."""
        return await self.painted(lambda: self._driver.process_message(events.Key(name, character)))

    async def settle(self) -> None:
        """Wait until nothing more is written, so that one measurement does not hold the rest of another."""
        while True:
            try:
                await asyncio.wait_for(self._driver.expect(""), 0.15)
            except TimeoutError:
                return


@asynccontextmanager
async def staged(app: App[Any]) -> AsyncIterator[Stage]:
    """Run ``app`` on a screen of `SIZE` without a terminal. Give it ``driver_class=PaintDriver``."""
    ready = asyncio.Event()
    app.call_later(ready.set)
    running = asyncio.create_task(app.run_async(size=SIZE))
    await asyncio.wait([running, asyncio.create_task(ready.wait())], return_when=asyncio.FIRST_COMPLETED)
    driver = app._driver
    assert isinstance(driver, PaintDriver)
    stage = Stage(app, driver)
    await stage.settle()
    try:
        yield stage
    finally:
        app.exit()
        await running


def pairs(measure: Callable[[int], AsyncIterator[Pair]]) -> Callable[[int], Iterator[Pair]]:
    """An asynchronous measure as the harness wants it."""

    def collected(runs: int) -> Iterator[Pair]:
        async def collect() -> list[Pair]:
            return [pair async for pair in measure(runs)]

        yield from asyncio.run(collect())

    return collected


def percentile(values: list[float], part: float) -> float:
    """The quantile of ``values`` at ``part`` (0 to 1)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))]
