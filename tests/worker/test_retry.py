"""The retry loop, on a clock that moves only when somebody sleeps."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenacity import AsyncRetrying, RetryCallState

from tests.worker.fakes import FakeTime
from tui_app.settings.profiles import RetryPolicy
from tui_app.tickets import errors
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import ExplainedError, MCPConnectionError, MCPTimeoutError
from tui_app.worker.retry import Pause, RetryTiming, backoff, is_worth_retrying, retrying


class Attempts:
    """Fails with the given errors, one a call, then succeeds."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.made = 0

    async def __call__(self) -> str:
        self.made += 1
        if self.faults:
            raise self.faults.pop(0)
        return "answer"


async def run(
    attempts: Attempts, policy: RetryPolicy | None = None, *, chance: float = 0.5
) -> tuple[FakeTime, list[Pause]]:
    clock, pauses = FakeTime(chance=chance), list[Pause]()
    with suppress(ExplainedError):
        await retrying(policy or RetryPolicy(), attempts, announce=pauses.append, timing=clock.timing)
    return clock, pauses


async def test_by_default_there_are_three_attempts_one_and_two_seconds_apart() -> None:
    attempts = Attempts(*[MCPConnectionError("gone")] * 9)

    clock, _ = await run(attempts)

    assert attempts.made == 3
    assert clock.slept == [1.0, 2.0]


@pytest.mark.parametrize(("chance", "delays"), [(0.0, [0.9, 1.8]), (0.9999999, [1.1, 2.2])])
async def test_delays_differ_by_a_tenth_at_most(chance: float, delays: list[float]) -> None:
    clock, _ = await run(Attempts(*[MCPTimeoutError("late")] * 9), chance=chance)

    assert clock.slept == pytest.approx(delays, rel=1e-6)


async def test_delays_are_capped_at_ten_seconds_and_all_numbers_can_be_configured() -> None:
    clock, _ = await run(Attempts(*[MCPTimeoutError("late")] * 9), RetryPolicy(attempts=8))
    assert clock.slept == [1, 2, 4, 8, 10, 10, 10]

    clock, _ = await run(
        Attempts(*[MCPTimeoutError("late")] * 9), RetryPolicy(attempts=4, base_delay=3, factor=1, max_delay=2, jitter=0)
    )
    assert clock.slept == [2, 2, 2]


async def test_each_pause_is_announced_before_it_begins() -> None:
    error = MCPConnectionError("gone")

    clock, pauses = await run(Attempts(error, error))

    assert pauses == [Pause(2, 3, 1.0, 1001.0, error), Pause(3, 3, 2.0, 1003.0, error)]
    assert clock.now == 1003.0


async def test_the_first_success_ends_the_loop() -> None:
    attempts = Attempts(MCPConnectionError("gone"))

    answer = await retrying(RetryPolicy(), attempts, announce=lambda pause: None, timing=FakeTime().timing)

    assert answer == "answer"
    assert attempts.made == 2


def test_only_connection_and_timeout_errors_are_worth_another_attempt() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ExplainedError)]

    tried_again = {kind.__name__ for kind in kinds if is_worth_retrying(kind("why"))}

    assert tried_again == {"MCPConnectionError", "MCPTimeoutError", "ServerStartError", "SessionExpiredError"}
    assert not is_worth_retrying(ConnectionError("not ours"))
    assert not is_worth_retrying(asyncio.CancelledError())


async def test_an_error_that_is_not_worth_it_is_raised_at_once() -> None:
    attempts = Attempts(errors.MCPToolError("no"))

    clock, pauses = await run(attempts)

    assert (attempts.made, clock.slept, pauses) == (1, [], [])


async def test_no_pause_reaches_beyond_the_deadline() -> None:
    clock = FakeTime()
    attempts = Attempts(*[MCPTimeoutError("late")] * 9)

    with pytest.raises(MCPTimeoutError):
        await retrying(
            RetryPolicy(attempts=9),
            attempts,
            announce=lambda pause: None,
            timing=clock.timing,
            time_left=lambda: 1010.0 - clock.now,
        )

    assert clock.slept == [1, 2, 4]


async def test_a_cancelled_pause_ends_at_once() -> None:
    waiting = asyncio.Event()

    async def run_for_real() -> None:
        attempts = Attempts(*[MCPTimeoutError("late")] * 9)
        await retrying(
            RetryPolicy(base_delay=60), attempts, announce=lambda pause: waiting.set(), timing=RetryTiming(SYSTEM_CLOCK)
        )

    task = asyncio.create_task(run_for_real())
    await waiting.wait()
    await asyncio.sleep(0)
    begin = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert time.monotonic() - begin < 30


@given(
    st.builds(
        RetryPolicy,
        base_delay=st.floats(0.01, 100),
        factor=st.floats(1, 10),
        max_delay=st.floats(0.01, 100),
        jitter=st.floats(0, 1),
    ),
    st.integers(2, 10),
    st.floats(0, 1),
)
def test_no_pause_is_negative_or_over_the_cap(policy: RetryPolicy, attempt: int, chance: float) -> None:
    state = RetryCallState(AsyncRetrying(), None, (), {})
    state.attempt_number = attempt - 1

    assert 0 <= backoff(policy, lambda: chance)(state) <= policy.max_delay
