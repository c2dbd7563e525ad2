"""Sessions over a transport without a process: the protocol needs nothing of a server but its `Transport`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from tests.mcp_client.conftest import QUICK
from tui_app.mcp_client import explanations
from tui_app.mcp_client.peer import Peer
from tui_app.mcp_client.session import open_session
from tui_app.mcp_client.types import Tool
from tui_app.mcp_client.wire import Frame, UntidyReader
from tui_app.tickets.errors import (
    MCPAuthenticationError,
    MCPConnectionError,
    MCPError,
    MCPProtocolError,
    MCPTimeoutError,
)

LEGACY_IDENTITY = {"protocolVersion": "2025-11-25", "serverInfo": {"name": "far away"}, "capabilities": {}}


class FarTarget:
    named = "https://tracker.example (configured in a test)"
    key = "far"
    secrets = ("hunter2",)


class FarTransport:
    """Both halves of a transport: answers the handshake and tools/list; a call to a tool stays unanswered."""

    def __init__(self) -> None:
        self.peer = Peer(FarTarget(), "its log")
        self.elapsed = 0.0
        self.answers_all = False
        self.alive = True
        self.backlog = 0
        self.lost_after_reading = False
        self.sent: list[Frame] = []
        self.abandoned: list[int] = []
        self.refusal: MCPError | None = None
        """What the first request ends with, if anything."""
        self._on_message: Callable[[bytes], None] = lambda message: None
        self.fail: Callable[[int, MCPError], None] = lambda number, error: None
        self._on_lost: Callable[[MCPError], None] = lambda error: None
        self.answered: list[int] = []

    def open(
        self,
        *,
        message_bytes: int,
        on_message: Callable[[bytes], None],
        on_failed: Callable[[int, MCPError], None],
        on_lost: Callable[[MCPError], None],
    ) -> FarTransport:
        self._on_message, self.fail, self._on_lost = on_message, on_failed, on_lost
        return self

    def send(self, frame: Frame) -> None:
        self.sent.append(frame)
        loop = asyncio.get_running_loop()
        if self.refusal is not None:
            loop.call_soon(self.lose, self.refusal)
        elif frame.method == "server/discover":
            self._reply(frame, {"error": {"code": -32601, "message": "no such method"}})
        elif frame.method == "initialize":
            self._reply(frame, {"result": LEGACY_IDENTITY})
        elif frame.method == "tools/list":
            self._reply(frame, {"result": {"tools": [{"name": "find"}, {"name": "unusable"}]}})

    def receive(self, message: dict[str, Any]) -> None:
        self._on_message(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def lose(self, error: MCPError) -> None:
        if self.alive:
            self.alive = False
            self._on_lost(error)

    def settled(self, request_id: int) -> None:
        self.answered.append(request_id)

    def usable(self, tools: Sequence[Tool]) -> tuple[Tool, ...]:
        return tuple(tool for tool in tools if tool.name != "unusable")

    def abandon(self, request_id: int) -> None:
        self.abandoned.append(request_id)

    def check(self) -> None:
        """It is there."""

    async def close(self, *, patiently: bool = True) -> None:
        self.lose(explanations.closed(self.peer))

    def discard(self) -> None:
        self.alive = False

    def restarted(self) -> FarTransport:
        raise AssertionError("only a server that read the probe and ended is started once more")

    async def start_failure(self, error: MCPConnectionError | None, limit: float) -> MCPError:
        return MCPConnectionError(f"{self.peer.named} cannot be reached.")

    def _reply(self, frame: Frame, outcome: dict[str, Any]) -> None:
        asyncio.get_running_loop().call_soon(self.receive, {"id": frame.request_id, **outcome})


async def test_a_session_needs_no_process() -> None:
    transport = FarTransport()
    session = await open_session(transport, QUICK)
    assert session.identity.name == "far away"
    assert [tool.name for tool in await session.list_tools()] == ["find"]
    assert session.peer.foreign("token hunter2\x1b") == "token ****\u241b"
    assert [frame.method for frame in transport.sent] == [
        "server/discover",
        "initialize",
        "notifications/initialized",
        "tools/list",
    ]
    await session.close()
    assert not session.alive


async def test_a_request_that_nobody_waits_for_is_cancelled_and_abandoned() -> None:
    transport = FarTransport()
    session = await open_session(transport, replace(QUICK, request=0.01))
    with pytest.raises(MCPTimeoutError, match=r"tracker\.example .* gave no answer to tools/call find"):
        await session.call_tool("find", {})
    call = asyncio.ensure_future(session.call_tool("find", {}, timeout=60))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    calls = [frame.request_id for frame in transport.sent if frame.method == "tools/call"]
    assert transport.abandoned == calls
    assert [frame.method for frame in transport.sent].count("notifications/cancelled") == 2


async def test_a_lost_transport_fails_what_is_under_way_and_what_comes_later() -> None:
    transport = FarTransport()
    session = await open_session(transport, QUICK)
    calls = [asyncio.ensure_future(session.call_tool("find", {})) for _ in range(2)]
    await asyncio.sleep(0)
    transport.lose(MCPConnectionError("The session expired."))
    for call in calls:
        with pytest.raises(MCPConnectionError, match="expired"):
            await call
    with pytest.raises(MCPConnectionError, match="expired"):
        await session.call_tool("find", {})


async def test_a_fault_of_our_own_while_a_message_is_read_fails_what_is_under_way_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context["exception"]))
    transport = FarTransport()
    session = await open_session(transport, QUICK)
    calls = [asyncio.ensure_future(session.call_tool("find", {})) for _ in range(2)]
    await asyncio.sleep(0)
    fault = ValueError("a ticket's text")

    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr(UntidyReader, "messages", broken)
    transport.receive({"id": 1, "result": {}})
    for call in (*calls, session.call_tool("find", {})):
        with pytest.raises(MCPProtocolError, match="unexpected ValueError inside ticketdeck"):
            await asyncio.wait_for(call, 5)
    assert not session.alive
    assert reported == [fault]


async def test_the_failure_of_one_request_leaves_the_others_alone() -> None:
    transport = FarTransport()
    session = await open_session(transport, QUICK)
    first, second = (asyncio.ensure_future(session.call_tool("find", {})) for _ in range(2))
    await asyncio.sleep(0)
    failed, answered = (frame.request_id or 0 for frame in transport.sent[-2:])
    transport.fail(failed, MCPConnectionError("502"))
    transport.receive({"id": answered, "result": {"content": []}})
    with pytest.raises(MCPConnectionError, match="502"):
        await first
    assert (await second).content == ()
    assert session.alive
    assert answered in transport.answered


async def test_a_server_that_lets_nobody_in_says_so_before_a_session_is_open() -> None:
    transport = FarTransport()
    transport.refusal = MCPAuthenticationError("401")
    with pytest.raises(MCPAuthenticationError):
        await open_session(transport, QUICK)
    assert not transport.alive


async def test_a_transport_explains_why_no_session_could_be_opened() -> None:
    transport = FarTransport()
    transport.refusal = MCPConnectionError("refused")
    with pytest.raises(MCPConnectionError, match=r"cannot be reached"):
        await open_session(transport, QUICK)


async def test_a_server_that_takes_nothing_gets_no_answers_to_its_requests() -> None:
    transport = FarTransport()
    await open_session(transport, QUICK)
    sent = len(transport.sent)
    transport.receive({"id": "a", "method": "ping"})
    assert len(transport.sent) == sent + 1
    transport.backlog = 1 << 30
    transport.receive({"id": "b", "method": "ping"})
    assert len(transport.sent) == sent + 1
