"""A faulty server on request, and the record that becomes a row of the fault table."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from tui_app.mcp_client.connection import ClientLimits
from tui_app.mcp_client.session import EraCache, Session, open_session
from tui_app.mcp_client.stdio.command import ServerCommand
from tui_app.mcp_client.targets import start_transport
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import MCPError

FAULT_SERVER = Path(__file__).with_name("fault_server.py")

QUICK = ClientLimits(start=10.0, request=20.0, hard_maximum=40.0, probe=0.3)
"""Generous where a slow machine must not matter, short where a test waits for the limit."""


def fault_command(fault: str, era: str = "legacy", number: int = 0, **more: Any) -> ServerCommand:
    """The command of a server with ``fault``."""
    argv = (sys.executable, "-S", "-E", str(FAULT_SERVER), fault, "--era", era, "--number", str(number))
    return ServerCommand(argv, configured_in="config.toml", **more)


@asynccontextmanager
async def opened_session(
    command: ServerCommand, limits: ClientLimits = QUICK, *, era_cache: EraCache | None = None
) -> AsyncIterator[Session]:
    """A session that is closed whatever the test does."""
    session = await open_session(start_transport(command, SYSTEM_CLOCK), limits, era_cache=era_cache)
    try:
        yield session
    finally:
        await session.close()


class OpenFaulty(Protocol):
    def __call__(
        self,
        fault: str,
        era: str = "legacy",
        number: int = 0,
        *,
        limits: ClientLimits = QUICK,
        era_cache: EraCache | None = None,
    ) -> AbstractAsyncContextManager[Session]: ...


@pytest.fixture
def faulty() -> OpenFaulty:
    """Opens a session with a server that has the named fault, and closes it."""

    @asynccontextmanager
    async def opened(
        fault: str,
        era: str = "legacy",
        number: int = 0,
        *,
        limits: ClientLimits = QUICK,
        era_cache: EraCache | None = None,
    ) -> AsyncIterator[Session]:
        async with opened_session(fault_command(fault, era, number), limits, era_cache=era_cache) as session:
            yield session

    return opened


class Verdict:
    """Compares what was seen with what was expected, and records both for the fault table."""

    def __init__(self, record: Callable[[str, object], None]) -> None:
        self._record = record

    def __call__(self, expected: str, seen: str) -> None:
        self._record("expected", expected)
        self._record("seen", seen)
        assert seen == expected


@pytest.fixture
def verdict(record_property: Callable[[str, object], None]) -> Verdict:
    return Verdict(record_property)


async def outcome(call: Coroutine[Any, Any, CallToolResult], *, within: float = 5.0) -> str:
    """How a call ended, in words: its text, or the kind of its error. It must end ``within`` seconds."""
    started = time.monotonic()
    try:
        result = await asyncio.wait_for(call, within + 10)
    except MCPError as error:
        words = type(error).__name__
    else:
        words = f"{'is_error: ' if result.is_error else ''}{result.text}"
    took = time.monotonic() - started
    return words if took <= within else f"{words}, but only after {took:.1f} s"


async def eventually(condition: Callable[[], bool], patience: float = 10.0) -> None:
    """Let the loop work until ``condition`` holds."""
    async with asyncio.timeout(patience):
        while not condition():  # noqa: ASYNC110 (any condition, none has an event)
            await asyncio.sleep(0.005)


async def lives_on(session: Session) -> str:
    """``lives on``, if the session still answers."""
    answered = await outcome(session.call_tool("work", {"n": 1}), within=10)
    return "lives on" if answered == '{"n": 1}' else answered
