"""The session pool: who gets a session, when, and who does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from tests.worker.fakes import BOUND
from tests.worker.pooling import Census, Pooled, Starts, WatchedPool, make_pool
from tui_app.tickets.errors import MCPAuthenticationError, ServerStartError
from tui_app.worker.circuit import Circuit, CircuitLimits, CircuitOpenError
from tui_app.worker.pool import SessionPool
from tui_app.worker.pool_terms import PoolClosedError, PoolFullError, PoolSettings, PoolWaitError


async def until(condition: Callable[[], bool]) -> None:
    """Let other tasks run until ``condition`` holds."""
    async with asyncio.timeout(BOUND):
        while not condition():  # noqa: ASYNC110 (the pool has no event for it)
            await asyncio.sleep(0.001)


async def hold(pool: WatchedPool, release: asyncio.Event, *, wait: float | None = None) -> int:
    async with pool.lease(wait) as session:
        await release.wait()
        return session.number


async def test_never_more_sessions_than_allowed_and_the_rest_waits_its_turn() -> None:
    starts, release = Starts(), asyncio.Event()
    pool = make_pool(starts, most=2)
    holders = [asyncio.create_task(hold(pool, release)) for _ in range(5)]
    await until(lambda: pool.census == Census(live=2, starting=0, leases=2, waiting=3))

    release.set()
    await asyncio.gather(*holders)

    assert starts.most == 2
    await pool.close()


async def test_first_come_first_served() -> None:
    pool, order = make_pool(Starts(), most=1), list[int]()
    release = asyncio.Event()
    holder = asyncio.create_task(hold(pool, release))
    await until(lambda: pool.census.leases == 1)

    async def queue_up(number: int) -> None:
        async with pool.lease():
            order.append(number)
            await asyncio.sleep(0)

    waiting = []
    for number in range(20):
        waiting.append(asyncio.create_task(queue_up(number)))
        await until(lambda: pool.census.waiting == len(waiting))
    release.set()
    await asyncio.gather(holder, *waiting)

    assert order == list(range(20))
    await pool.close()


async def test_whoever_waited_too_long_is_told_in_time_and_takes_no_session_along() -> None:
    starts, release = Starts(), asyncio.Event()
    pool = make_pool(starts, most=1)
    holder = asyncio.create_task(hold(pool, release))
    await until(lambda: pool.census.leases == 1)

    begin = time.monotonic()
    with pytest.raises(PoolWaitError):
        async with pool.lease(0.1):
            pass
    waited = time.monotonic() - begin

    assert 0.09 < waited < 10
    release.set()
    await holder
    async with pool.lease() as session:
        assert session.number == 0
    await pool.close()


async def test_waiting_for_a_start_is_bounded_by_the_start_not_by_the_queue() -> None:
    starts = Starts(gate=asyncio.Event())
    pool = make_pool(starts, most=1)
    impatient = asyncio.create_task(hold(pool, asyncio.Event(), wait=0.01))
    await asyncio.sleep(0.03)

    assert starts.gate is not None
    starts.gate.set()
    await until(lambda: pool.census.leases == 1)

    impatient.cancel()
    await pool.close()


async def test_an_overdue_caller_is_refused_once_the_start_served_somebody_else() -> None:
    starts = Starts(gate=asyncio.Event())
    pool, release = make_pool(starts, most=1), asyncio.Event()
    first = asyncio.create_task(hold(pool, release))
    await until(lambda: pool.census.waiting == 1)
    second = asyncio.create_task(hold(pool, release, wait=0.01))
    await until(lambda: pool.census.waiting == 2)
    await asyncio.sleep(0.03)

    assert starts.gate is not None
    starts.gate.set()

    with pytest.raises(PoolWaitError):
        await second
    release.set()
    assert await first == 0
    await pool.close()


async def test_a_full_queue_is_refused_at_once() -> None:
    pool, release = make_pool(Starts(), most=1, most_waiting=2), asyncio.Event()
    holders = [asyncio.create_task(hold(pool, release))]
    await until(lambda: pool.census.leases == 1)
    holders += [asyncio.create_task(hold(pool, release)) for _ in range(2)]
    await until(lambda: pool.census.waiting == 2)

    with pytest.raises(PoolFullError):
        async with asyncio.timeout(2), pool.lease():
            pass

    release.set()
    await asyncio.gather(*holders)
    await pool.close()


async def test_one_session_carries_several_requests() -> None:
    starts, release = Starts(), asyncio.Event()
    pool = make_pool(starts, most=2, shared_by=4)
    holders = [asyncio.create_task(hold(pool, release)) for _ in range(4)]
    await until(lambda: pool.census.leases == 4)

    assert starts.tried == 1

    release.set()
    await asyncio.gather(*holders)
    await pool.close()


async def test_a_server_that_answers_one_by_one_gets_a_sibling() -> None:
    starts, release = Starts(), asyncio.Event()
    pool = make_pool(starts, most=2, shared_by=4, sibling_after=0.01)
    holders = [asyncio.create_task(hold(pool, release)) for _ in range(2)]
    await until(lambda: pool.census.live == 2)

    async with pool.lease() as session:
        assert session.number == 1

    release.set()
    await asyncio.gather(*holders)
    await pool.close()


async def test_a_server_that_works_on_several_at_a_time_gets_no_sibling() -> None:
    starts, release = Starts(), asyncio.Event()
    pool = make_pool(starts, most=2, shared_by=4, sibling_after=0.01)
    async with pool.lease() as session:
        session.overtaking = True
    holders = [asyncio.create_task(hold(pool, release)) for _ in range(3)]
    await until(lambda: pool.census.leases == 3)
    await asyncio.sleep(0.05)

    assert starts.tried == 1

    release.set()
    await asyncio.gather(*holders)
    await pool.close()


async def test_a_session_found_dead_is_replaced() -> None:
    starts = Starts()
    pool = make_pool(starts, most=1)
    async with pool.lease() as session:
        pass
    session.alive = False

    async with pool.lease() as other:
        assert other is not session

    assert session.closed
    await pool.close()


async def test_a_session_that_dies_in_use_is_thrown_away() -> None:
    pool = make_pool(Starts(), most=1)
    async with pool.lease() as session:
        session.alive = False

    async with pool.lease() as other:
        assert other is not session
    await pool.close()


@pytest.mark.parametrize("healthy", [True, False])
async def test_a_suspect_session_is_checked_before_it_is_leased(healthy: bool) -> None:
    pool = make_pool(Starts(), most=1)
    async with pool.lease() as session:
        session.suspect = True
        session.healthy = healthy

    async with pool.lease() as other:
        assert (other is session) is healthy
    await pool.close()


async def test_idle_sessions_are_closed_the_last_one_later() -> None:
    starts = Starts()
    told: list[int] = []
    pool = make_pool(starts, most=2, idle_extra=0.02, idle_last=0.2, on_idle=lambda: told.append(pool.census.live))
    async with pool.lease(), pool.lease():
        pass

    await until(lambda: pool.census.live == 1)
    await until(lambda: pool.census.live == 0)
    await until(lambda: all(session.closed for session in starts.made))
    assert told == [0]
    async with pool.lease():
        pass
    await pool.close()


async def test_a_session_in_use_is_not_idle() -> None:
    pool = make_pool(Starts(), most=1, idle_extra=0.01, idle_last=0.01)
    async with pool.lease() as session:
        await asyncio.sleep(0.05)
        assert not session.closed
    await pool.close()


async def test_closing_wakes_everybody_who_waits() -> None:
    starts, release = Starts(), asyncio.Event()
    pool = make_pool(starts, most=1)
    tasks = [asyncio.create_task(hold(pool, release)) for _ in range(4)]
    await until(lambda: pool.census.waiting == 3)

    await pool.close()

    outcomes = await asyncio.gather(*tasks[1:], return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [PoolClosedError] * 3
    release.set()
    assert await tasks[0] == 0
    assert starts.open == 0
    with pytest.raises(PoolClosedError):
        async with pool.lease():
            pass


async def test_closing_during_a_start_leaves_nothing_behind() -> None:
    starts = Starts(gate=asyncio.Event())
    pool = make_pool(starts)
    task = asyncio.create_task(hold(pool, asyncio.Event()))
    await until(lambda: pool.census.starting == 1)

    await pool.close()

    with pytest.raises(PoolClosedError):
        await task
    assert pool.census == Census(0, 0, 0, 0)


async def test_a_failed_start_is_told_to_all_who_waited_for_it() -> None:
    starts = Starts(failing=True)
    pool = make_pool(starts, most=1, shared_by=8)
    tasks = [asyncio.create_task(hold(pool, asyncio.Event())) for _ in range(8)]

    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [ServerStartError] * 8
    assert starts.tried == 1
    await pool.close()


async def test_a_sibling_that_fails_to_start_is_not_tried_over_and_over() -> None:
    starts, release = Starts(), asyncio.Event()
    pool = make_pool(starts, most=2)
    holder = asyncio.create_task(hold(pool, release))
    await until(lambda: pool.census.leases == 1)
    starts.failing = True

    waiting = asyncio.create_task(hold(pool, release))
    await until(lambda: starts.tried == 2)
    for _ in range(100):
        await asyncio.sleep(0)

    assert starts.tried == 2
    release.set()
    assert [await holder, await waiting] == [0, 0]
    await pool.close()


async def test_a_caller_that_gives_up_in_the_moment_of_its_turn_takes_nothing_along() -> None:
    pool, release = make_pool(Starts(), most=1), asyncio.Event()
    first = asyncio.create_task(hold(pool, release))
    await until(lambda: pool.census.leases == 1)
    second = asyncio.create_task(hold(pool, release))
    await until(lambda: pool.census.waiting == 1)

    release.set()
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)

    await until(lambda: pool.census == Census(live=1, starting=0, leases=0, waiting=0))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(pool.lease(0.1))
    await pool.close()


async def test_retired_sessions_finish_their_work_and_are_leased_no_more() -> None:
    starts, release = Starts(), asyncio.Event()
    pool = make_pool(starts, most=2)
    holder = asyncio.create_task(hold(pool, release))
    await until(lambda: pool.census.leases == 1)

    pool.retire()
    async with pool.lease() as session:
        assert session.number == 1
    assert not starts.made[0].closed

    release.set()
    await holder
    await until(lambda: starts.made[0].closed)
    await pool.close()


class TestCircuit:
    """A server that keeps failing to start."""

    def setup_method(self) -> None:
        self.now = 0.0
        self.circuit = Circuit(CircuitLimits(failures=3, cool_down=15, longest_cool_down=60), lambda: self.now)
        self.starts = Starts(failing=True)
        self.pool = make_pool(self.starts, most=4, shared_by=1, circuit=self.circuit)

    async def try_once(self) -> str:
        try:
            async with self.pool.lease():
                return "leased"
        except (ServerStartError, CircuitOpenError) as error:
            return type(error).__name__

    async def test_after_n_failed_starts_no_more_are_made(self) -> None:
        outcomes = [await self.try_once() for _ in range(5)]

        assert outcomes == ["ServerStartError"] * 3 + ["CircuitOpenError"] * 2
        assert self.starts.tried == 3

    async def test_after_a_while_one_probe_is_made_at_a_time(self) -> None:
        for _ in range(3):
            await self.try_once()
        self.now = 15.0
        self.starts.most_under_way = 0

        outcomes = await asyncio.gather(*(self.try_once() for _ in range(10)))

        assert self.starts.tried == 4
        assert self.starts.most_under_way == 1
        assert set(outcomes) == {"ServerStartError"}
        assert await self.try_once() == "CircuitOpenError"

    async def test_pauses_between_probes_grow_up_to_a_cap(self) -> None:
        moments = []
        for second in range(400):
            self.now = float(second)
            if await self.try_once() == "ServerStartError":
                moments.append(second)

        assert moments == [0, 1, 2, 17, 47, 107, 167, 227, 287, 347]

    async def test_a_probe_that_succeeds_closes_the_circuit(self) -> None:
        for _ in range(3):
            await self.try_once()
        self.now, self.starts.failing = 15.0, False

        assert [await self.try_once() for _ in range(3)] == ["leased"] * 3
        await self.pool.close()

    async def test_the_user_can_try_by_hand(self) -> None:
        for _ in range(4):
            await self.try_once()

        self.pool.reset()

        assert await self.try_once() == "ServerStartError"

    async def test_the_reason_and_the_way_out_are_told(self) -> None:
        for _ in range(3):
            await self.try_once()

        with pytest.raises(CircuitOpenError) as caught:
            self.circuit.check()

        assert "Exit code 1." in caught.value.cause
        assert "reconnect" in caught.value.hint

    async def test_a_refused_login_is_no_failed_start(self) -> None:
        async def refuse() -> Pooled:
            raise MCPAuthenticationError("401")

        pool = SessionPool(refuse, PoolSettings(), self.circuit)
        for _ in range(9):
            with pytest.raises(MCPAuthenticationError):
                async with pool.lease():
                    pass


def test_the_first_crash_is_made_good_at_once_and_further_ones_after_growing_delays() -> None:
    now = 0.0
    circuit = Circuit(CircuitLimits(crash_delay=0.5, longest_crash_delay=4), lambda: now)

    delays = []
    for _ in range(6):
        circuit.crashed(answered=False)
        delays.append(circuit.delay())
    assert delays == [0, 0.5, 1, 2, 4, 4]

    now = 3.0
    assert circuit.delay() == 1.0
    circuit.crashed(answered=True)
    assert circuit.delay() == 0
