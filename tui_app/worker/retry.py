"""Trying a request again: which errors are worth it, how often, and after what pause.

Invariants: only errors that call themselves ``retryable`` (the server is not there, or too slow) are tried again; there
are at most ``attempts`` attempts, and no pause reaches beyond the request's deadline.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from tui_app.tickets.clock import Clock
from tui_app.tickets.errors import MCPError, MCPToolError

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from tui_app.settings.profiles import RetryPolicy

T = TypeVar("T")


class Pause(Struct, frozen=True):
    """A wait before the next attempt: attempt ``attempt`` of ``attempts`` begins at ``until`` (monotonic seconds)."""

    attempt: int
    attempts: int
    delay: float
    until: float
    error: MCPError


class RetryTiming(Struct, frozen=True):
    """Clock, sleep and chance of the retry loop; tests hand in ones under their control."""

    clock: Clock
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    """A number from 0 to below 1, for the jitter."""
    late_answer: float = 10.0
    """Seconds in which the answer to a change still counts, although its time is over: a change is not given up as
    easily as a read."""


async def retrying(
    policy: RetryPolicy,
    attempt: Callable[[], Awaitable[T]],
    *,
    announce: Callable[[Pause], None],
    timing: RetryTiming,
    time_left: Callable[[], float | None] = lambda: None,
) -> T:
    """The first successful outcome of ``attempt``, or its last error.

    Args:
        policy: number of attempts, and the pauses between them.
        attempt: makes one attempt.
        announce: called before each pause.
        timing: clock, sleep and chance.
        time_left: seconds until the request is given up; asked before each pause, None for no end.

    Raises:
        MCPError: the error that is not worth another attempt, or the last attempt's.
    """
    try:
        return await attempt()
    except MCPError as error:
        if not is_worth_retrying(error):
            raise
        first_error = error
    return await _after_failure(first_error, policy, attempt, announce, timing, time_left)


async def _after_failure(
    first_error: MCPError,
    policy: RetryPolicy,
    attempt: Callable[[], Awaitable[T]],
    announce: Callable[[Pause], None],
    timing: RetryTiming,
    time_left: Callable[[], float | None],
) -> T:
    """All attempts after the first."""
    tenacity = _tenacity()
    enough = tenacity.stop_after_attempt(policy.attempts)

    def stop(state: RetryCallState) -> bool:
        left = time_left()
        return enough(state) or (left is not None and state.upcoming_sleep >= left)

    def before_sleep(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, MCPError):
            until = timing.clock.monotonic() + state.upcoming_sleep
            announce(Pause(state.attempt_number + 1, policy.attempts, state.upcoming_sleep, until, error))

    retries = tenacity.AsyncRetrying(
        stop=stop,
        wait=backoff(policy, timing.chance),
        retry=tenacity.retry_if_exception(is_worth_retrying),
        before_sleep=before_sleep,
        sleep=timing.sleep,
        reraise=True,
    )
    async for trial in retries:
        with trial:
            if trial.retry_state.attempt_number == 1:
                raise first_error
            return await attempt()
    raise first_error  # for the type checker: the loop above ends by itself only with the last error


def backoff(policy: RetryPolicy, chance: Callable[[], float]) -> Callable[[RetryCallState], float]:
    """Seconds to wait before the next attempt: tenacity's exponential delay, spread by ``policy.jitter``.

    The jitter is a part of the delay, up or down, where `tenacity.wait_exponential_jitter` adds a number of seconds.
    """
    exponential: Callable[[RetryCallState], float] = _tenacity().wait_exponential(
        multiplier=policy.base_delay, exp_base=policy.factor, max=policy.max_delay
    )

    def wait(state: RetryCallState) -> float:
        spread = 1 + policy.jitter * (2 * chance() - 1)
        return min(exponential(state) * spread, policy.max_delay)

    return wait


def _tenacity() -> ModuleType:
    """Loaded with the first retry, because nearly every request succeeds at once."""
    import tenacity

    return tenacity


def is_worth_retrying(error: BaseException) -> bool:
    """Whether the same request may succeed in a moment without anybody doing anything."""
    return isinstance(error, MCPError) and error.retryable


def explained(error: MCPError) -> MCPError:
    """A JSON-RPC error as the tracker failure that it means: not logged in, not found, wrong arguments."""
    from tui_app.adapters.failures import failure_of_rpc_error

    if error.code is None or not isinstance(error, MCPToolError):
        return error
    failure = failure_of_rpc_error(error.code, error.cause, error.data)
    failure.code, failure.data, failure.stderr_tail = error.code, error.data, error.stderr_tail
    return failure


def not_again(tool: str, error: MCPError) -> MCPToolError:
    """The error of a call that is not made again, because the tool may have changed something."""
    return MCPToolError(
        f"{error.cause} The tool {tool} may have changed something, so the call is not repeated.",
        title=error.title,
        hint="Look at the tracker before trying again.",
    )
