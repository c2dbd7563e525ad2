"""Sessions for the pool's tests, which count how many of them live."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from tui_app.tickets.errors import ServerStartError
from tui_app.worker.circuit import Circuit, CircuitLimits
from tui_app.worker.pool import SessionPool
from tui_app.worker.pool_terms import PoolSettings


@dataclass(eq=False)
class Pooled:
    """A session that does nothing but live and die."""

    number: int
    alive: bool = True
    answered: bool = True
    suspect: bool = False
    overtaking: bool = False
    healthy: bool = True
    closed: bool = False
    users: int = 0

    async def check(self) -> bool:
        await asyncio.sleep(0)
        self.suspect = False
        return self.healthy

    async def close(self) -> None:
        self.alive = False
        await asyncio.sleep(0)
        self.closed = True


@dataclass
class Starts:
    """Starts `Pooled` sessions, and remembers the most that ever lived at once."""

    made: list[Pooled] = field(default_factory=list)
    failing: bool = False
    gate: asyncio.Event | None = None
    tried: int = 0
    under_way: int = 0
    most: int = 0
    most_under_way: int = 0

    @property
    def open(self) -> int:
        return sum(not session.closed for session in self.made)

    async def __call__(self) -> Pooled:
        self.tried += 1
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        self.most = max(self.most, self.open + self.under_way)
        try:
            await asyncio.sleep(0)
            if self.gate is not None:
                await self.gate.wait()
            if self.failing:
                raise ServerStartError("Exit code 1.")
            self.made.append(Pooled(len(self.made)))
            return self.made[-1]
        finally:
            self.under_way -= 1


class Census(NamedTuple):
    """How many there are of each, at one moment."""

    live: int
    starting: int
    leases: int
    waiting: int


class WatchedPool(SessionPool[Pooled]):
    """A pool that can be looked into."""

    @property
    def census(self) -> Census:
        leases = sum(entry.leases for entry in self._entries)
        return Census(len(self._entries), len(self._starts), leases, len(self._waiters))


def make_pool(
    starts: Starts,
    *,
    most: int = 2,
    wait: float = 5.0,
    shared_by: int = 1,
    most_waiting: int = 64,
    sibling_after: float = 60.0,
    idle_extra: float = 60.0,
    idle_last: float = 60.0,
    circuit: Circuit | None = None,
    on_idle: Callable[[], None] = lambda: None,
) -> WatchedPool:
    settings = PoolSettings(most, wait, shared_by, most_waiting, sibling_after, idle_extra, idle_last)
    return WatchedPool(starts, settings, circuit or Circuit(CircuitLimits(failures=1000), lambda: 0.0), on_idle)
