"""The pool under every order of events: a state machine, and a thousand random interleavings."""

from __future__ import annotations

import asyncio
import random
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.cases import examples
from tests.worker.fakes import BOUND
from tests.worker.pooling import Census, Pooled, Starts, WatchedPool, make_pool
from tui_app.tickets.errors import MCPError
from tui_app.worker.pool_terms import PoolClosedError


class Caller:
    """Somebody who leases, works until told to stop, and hands back."""

    def __init__(self, pool: WatchedPool, wait: float) -> None:
        self.session: Pooled | None = None
        self.done = asyncio.Event()
        self.task = asyncio.get_running_loop().create_task(self._work(pool, wait))

    async def _work(self, pool: WatchedPool, wait: float) -> None:
        async with pool.lease(wait) as session:
            self.session = session
            session.users += 1
            try:
                await self.done.wait()
            finally:
                session.users -= 1
                self.session = None

    @property
    def waiting(self) -> bool:
        return not self.task.done() and self.session is None


class PoolMachine(RuleBasedStateMachine):
    """Lease, return, crash, give up, time out, fail to start, retire, close: in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.callers: list[Caller] = []
        self.closed = False

    @initialize(most=st.integers(1, 3), shared_by=st.integers(1, 3))
    def begin(self, most: int, shared_by: int) -> None:
        async def make() -> None:
            self.starts = Starts()
            self.most, self.shared_by = most, shared_by
            self.pool = make_pool(self.starts, most=most, shared_by=shared_by, most_waiting=6, sibling_after=0)

        self.run(make())

    def run(self, work: Any) -> None:
        self.loop.run_until_complete(asyncio.wait_for(work, BOUND))
        self.settle()

    def settle(self) -> None:
        """Let everything happen that can happen by itself."""

        self.loop.run_until_complete(turns(30))

    @rule(wait=st.sampled_from([0.0, 60.0]))
    def lease(self, wait: float) -> None:
        async def come() -> None:
            self.callers.append(Caller(self.pool, wait))

        self.run(come())

    @precondition(lambda self: any(caller.session for caller in self.callers))
    @rule(choice=st.integers(0, 99))
    def hand_back(self, choice: int) -> None:
        holders = [caller for caller in self.callers if caller.session]
        holders[choice % len(holders)].done.set()
        self.settle()

    @precondition(lambda self: any(not caller.task.done() for caller in self.callers))
    @rule(choice=st.integers(0, 99))
    def give_up(self, choice: int) -> None:
        active = [caller for caller in self.callers if not caller.task.done()]
        active[choice % len(active)].task.cancel()
        self.settle()

    @precondition(lambda self: self.starts.made)
    @rule(choice=st.integers(0, 99), odd=st.booleans(), healthy=st.booleans())
    def break_session(self, choice: int, odd: bool, healthy: bool) -> None:
        session = self.starts.made[choice % len(self.starts.made)]
        if odd:
            session.suspect, session.healthy = True, healthy
        else:
            session.alive = False

    @rule(failing=st.booleans())
    def change_luck(self, failing: bool) -> None:
        self.starts.failing = failing

    @rule(closed=st.booleans())
    def gate_starts(self, closed: bool) -> None:
        if closed:
            self.starts.gate = asyncio.Event()
        elif self.starts.gate is not None:
            self.starts.gate.set()
            self.starts.gate = None
        self.settle()

    @rule()
    def retire(self) -> None:
        async def retire() -> None:
            self.pool.retire()

        self.run(retire())

    @rule()
    def close(self) -> None:
        self.closed = True
        self.run(self.pool.close())

    @invariant()
    def never_more_sessions_than_allowed(self) -> None:
        if hasattr(self, "starts"):
            assert self.starts.most <= self.most

    @invariant()
    def no_session_carries_too_many(self) -> None:
        if hasattr(self, "starts"):
            assert all(session.users <= self.shared_by for session in self.starts.made)

    @invariant()
    def the_census_is_true(self) -> None:
        if hasattr(self, "pool"):
            census = self.pool.census
            assert census.waiting == sum(caller.waiting for caller in self.callers)
            if not self.closed:
                sessions = [caller.session for caller in self.callers if caller.session]
                assert sum(session.alive for session in sessions) <= census.leases <= len(sessions)

    @invariant()
    def nobody_waits_while_something_is_free(self) -> None:
        if hasattr(self, "pool") and any(caller.waiting for caller in self.callers):
            assert not self.closed
            assert self.starts.under_way or self.pool.census.leases, "nothing will ever wake them"
            assert self.starts.tried < 500, "a storm of starts"

    def teardown(self) -> None:
        async def end() -> None:
            if hasattr(self, "pool"):
                await self.pool.close()
            for caller in self.callers:
                caller.done.set()
            await asyncio.gather(*(caller.task for caller in self.callers), return_exceptions=True)

        self.run(end())
        if hasattr(self, "starts"):
            assert self.starts.open == 0
            assert self.pool.census == Census(0, 0, 0, 0)
        for caller in self.callers:
            if not caller.task.cancelled():
                assert isinstance(caller.task.exception(), MCPError | None)
        self.loop.close()


TestPoolMachine = PoolMachine.TestCase
TestPoolMachine.settings = settings(max_examples=examples(60), stateful_step_count=40, deadline=None)


@pytest.mark.parametrize("seed", range(10))
async def test_random_interleavings_end_without_deadlock(seed: int) -> None:
    for number in range(100):
        chance = random.Random(seed * 1000 + number)
        async with asyncio.timeout(BOUND):
            await interleave(chance)


async def use(pool: WatchedPool, chance: random.Random) -> None:
    with suppress(MCPError):
        async with pool.lease(chance.choice([0.0, 0.002, 5.0])) as session:
            await turns(chance.randint(0, 4))
            if chance.random() < 0.3:
                session.alive = False
            elif chance.random() < 0.3:
                session.suspect, session.healthy = True, chance.random() < 0.5


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def interleave(chance: random.Random) -> None:
    """Twelve callers, random pauses, crashes, cancellations and limits; then all must be served again, or closed."""
    starts = Starts()
    most = chance.randint(1, 3)
    pool = make_pool(starts, most=most, shared_by=chance.randint(1, 3), most_waiting=8, sibling_after=0.001)

    tasks = []
    for _ in range(12):
        starts.failing = chance.random() < 0.3
        tasks.append(asyncio.create_task(use(pool, chance)))
        await turns(chance.randint(0, 3))
        if chance.random() < 0.2:
            chance.choice(tasks).cancel()
        if chance.random() < 0.1:
            pool.retire()
    closing = chance.random() < 0.3
    if closing:
        await pool.close()
    await asyncio.gather(*tasks, return_exceptions=True)

    starts.failing = False
    if pool.census.starting:
        with suppress(MCPError):  # of a start that was doomed already
            await use(pool, chance)
    with pytest.raises(PoolClosedError) if closing else nullcontext():
        async with pool.lease():
            pass
    await pool.close()
    assert starts.most <= most
    assert starts.open == 0
    assert pool.census == Census(0, 0, 0, 0)
