"""The retry loop: which errors are tried again, how often, and after what pause.

Invariants: only errors that call themselves ``retryable`` (the server is not there, or too slow) are tried again; there
are at most ``attempts`` attempts, and no pause reaches beyond the deadline.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from tui_app.tickets.errors import MCPError

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from tui_app.settings.profiles import RetryPolicy

T = TypeVar("T")


class Pause(Struct, frozen=True):
    """A wait before the next attempt: attempt ``attempt`` of ``attempts`` follows at ``until`` (clock seconds)."""

    attempt: int
    attempts: int
    delay: float
    until: float
    error: MCPError


class Timing(Struct, frozen=True):
    """Time as the retry loop sees it; tests hand in one that does not pass by itself."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    """A number from 0 to below 1."""


def pause_before(policy: RetryPolicy, attempt: int, chance: float) -> float:
    """Seconds to wait before attempt ``attempt`` (2, 3 ..); ``chance`` (0 to 1) is the jitter, the cap holds always."""
    plain = min(policy.base_delay * policy.factor ** (attempt - 2), policy.max_delay)
    return min(plain * (1 + policy.jitter * (2 * chance - 1)), policy.max_delay)


async def retrying(
    policy: RetryPolicy,
    attempt: Callable[[], Awaitable[T]],
    *,
    announce: Callable[[Pause], None],
    timing: Timing,
    time_left: Callable[[], float | None] = lambda: None,
) -> T:
    """The first successful outcome of ``attempt``, or its last error.

    Args:
        attempt: makes one attempt.
        announce: told of each pause before it begins.
        timing: clock, sleep and chance.
        time_left: seconds until all is given up; asked anew each time, None for no end.

    Raises:
        MCPError: the error that is not worth another attempt, or the last attempt's.
    """
    try:
        return await attempt()
    except MCPError as error:
        if not is_worth_retrying(error):
            raise
        return await _retried(error, policy, attempt, announce, timing, time_left)


async def _retried(
    first_error: MCPError,
    policy: RetryPolicy,
    attempt: Callable[[], Awaitable[T]],
    announce: Callable[[Pause], None],
    timing: Timing,
    time_left: Callable[[], float | None],
) -> T:
    """What `retrying` does once the first attempt has failed; nearly every request never needs tenacity."""
    from tenacity import AsyncRetrying, retry_if_exception

    made = [first_error]

    def wait(state: RetryCallState) -> float:
        return pause_before(policy, state.attempt_number + 1, timing.chance())

    def stop(state: RetryCallState) -> bool:
        if state.attempt_number >= policy.attempts:
            return True
        left = time_left()
        return left is not None and state.upcoming_sleep >= left

    def before_sleep(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, MCPError):
            delay = state.upcoming_sleep
            announce(Pause(state.attempt_number + 1, policy.attempts, delay, timing.clock() + delay, error))

    async def attempt_or_first() -> T:
        if made:
            raise made.pop()
        return await attempt()

    async def sleep(seconds: float) -> None:
        await timing.sleep(seconds)

    loop = AsyncRetrying(
        stop=stop,
        wait=wait,
        retry=retry_if_exception(is_worth_retrying),
        sleep=sleep,
        before_sleep=before_sleep,
        reraise=True,
    )
    return await loop(attempt_or_first)


def is_worth_retrying(error: BaseException) -> bool:
    """Whether the same request may succeed in a moment without anybody doing anything."""
    return isinstance(error, MCPError) and error.retryable
