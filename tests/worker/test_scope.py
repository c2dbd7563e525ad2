"""What a request says whose time is up."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from tests.worker.fakes import FakeBackend, FakeTime, profile
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import InvalidResponseError, MCPConnectionError, MCPError, MCPTimeoutError
from tui_app.worker.live_server import LiveServer
from tui_app.worker.prestart import Prestarts
from tui_app.worker.profile_runtime import ProfileRuntime
from tui_app.worker.scope import RequestScope


async def _ended(failure: MCPError | None) -> MCPTimeoutError:
    scope = RequestScope(SYSTEM_CLOCK)
    scope.failure = failure
    with pytest.raises(MCPTimeoutError) as caught:
        async with scope.limited(0.01):
            await asyncio.Event().wait()
    return caught.value


def test_an_attempt_that_failed_before_says_why() -> None:
    error = asyncio.run(_ended(MCPTimeoutError("It was not ready within 30 s.", hint="Run it by hand.")))
    assert error.cause == "It was not ready within 30 s. It was tried again until 0.01 s were over."
    assert error.hint == "Run it by hand."


def test_without_one_the_search_is_too_large() -> None:
    assert "Narrow the search" in asyncio.run(_ended(None)).hint


async def _never(name: str, arguments: object) -> CallToolResult:
    return await asyncio.Event().wait()  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        ([MCPConnectionError("It was gone.")], "Narrow the search"),
        ([MCPTimeoutError("It was late."), MCPConnectionError("It was gone.")], "Narrow the search"),
        ([], "Narrow the search"),
        ([InvalidResponseError("It was nonsense.", hint="Tell its maker.")], "Tell its maker."),
    ],
)
def test_a_failure_that_a_later_attempt_mended_is_told_no_more(faults: list[MCPError], told: str) -> None:
    async def ended() -> MCPTimeoutError:
        time, backend = FakeTime(), FakeBackend(_never)
        runtime = ProfileRuntime(profile(), backend.functions, Prestarts(), lambda _: None, time.timing)
        scope = RequestScope(SYSTEM_CLOCK)
        left = list(faults)

        async def work(_: LiveServer) -> None:
            if left:
                raise left.pop(0)

        try:
            with suppress(InvalidResponseError):
                await runtime.use(scope, work)
            with pytest.raises(MCPTimeoutError) as caught:
                async with scope.limited(0.01):
                    await asyncio.Event().wait()
        finally:
            await runtime.close()
        return caught.value

    assert told in asyncio.run(ended()).hint
