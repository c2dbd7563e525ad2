"""A conversation with one MCP server: opened, asked, closed.

Invariants: the identity and the tools of a session hold none of the server's secrets, save where a value goes back to
it; `open_session` either returns a session that works, or ends the server. All of a session's methods
belong to the event loop on which it was opened; several calls may be under way at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from tui_app.mcp_client.connection import ClientLimits, Connection
from tui_app.mcp_client.era import EraCache, EraMemory, negotiate
from tui_app.mcp_client.peer import Peer
from tui_app.mcp_client.transport import PendingTransport
from tui_app.mcp_client.types import (
    CallToolResult,
    Era,
    ServerIdentity,
    Tool,
    asks_a_question,
    asks_more,
    call_result,
    further_round,
    listed_tools,
    next_cursor,
    question_of,
    with_masked_texts,
)
from tui_app.mcp_client.wire import HEADER_MISMATCH, METHOD_NOT_FOUND
from tui_app.tickets.errors import MCPConnectionError, MCPToolError, ServerStartError

__all__ = ["ClientLimits", "EraCache", "EraMemory", "Session", "open_session"]

_PATIENCE = 2.5
"""Factor on the probe's silence where every request is answered: hosted servers start when the first one comes."""
_MOST_ROUNDS = 8
"""Times that a server may answer a call with what it still needs."""


class Session:
    """An open session with a server, made by `open_session`."""

    def __init__(self, connection: Connection, identity: ServerIdentity, limits: ClientLimits) -> None:
        masked = connection.peer.masked
        self.identity = replace(
            identity,
            name=masked(identity.name),
            version=masked(identity.version),
            protocol_version=masked(identity.protocol_version),
            instructions=masked(identity.instructions),
        )
        self._names: dict[str, str] = {}
        """Masked names of tools to those that the server knows."""
        self._connection = connection
        self._limits = limits

    @property
    def peer(self) -> Peer:
        """What may be shown of the server: its name, its log, lines that were skipped."""
        return self._connection.peer

    @property
    def alive(self) -> bool:
        """Whether calls can succeed: the server is there, and nobody has closed the session."""
        return self._connection.alive

    @property
    def tool_changes(self) -> int:
        """How often the server has announced that its tools are others than before."""
        return self._connection.tool_changes

    @property
    def announces_tools(self) -> bool:
        """Whether the server has declared that it announces such changes."""
        tools = self.identity.capabilities.get("tools")
        return isinstance(tools, dict) and tools.get("listChanged") is True

    async def wait_for_tools(self, changes: int, seconds: float) -> None:
        """Wait until there are more than ``changes`` announcements, for ``seconds`` at most."""
        await self._connection.wait_for_tools(changes, seconds)

    async def list_tools(self) -> tuple[Tool, ...]:
        """All tools, page by page, with the server's secrets masked; none where it does not know the method.

        Paging ends at a repeated cursor and at `ClientLimits.tool_pages`.

        Raises:
            MCPError: as `call_tool`.
        """
        found: dict[str, Tool] = {}
        cursor: str | None = None
        seen: set[str | None] = set()
        while cursor not in seen and len(seen) < self._limits.tool_pages:
            seen.add(cursor)
            try:
                page = await self._connection.request("tools/list", {"cursor": cursor} if cursor else {})
            except MCPToolError as error:
                if error.code == METHOD_NOT_FOUND and not found:
                    return ()
                raise
            for tool in self._connection.usable(listed_tools(page)):
                shown = with_masked_texts(tool, self.peer.masked) if any(self.peer.secrets) else tool
                self._names[shown.name] = tool.name
                found.setdefault(shown.name, shown)
            cursor = next_cursor(page)
        return tuple(found.values())

    async def call_tool(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (progress extends it)
        once: bool = False,
    ) -> CallToolResult:
        """Call a tool. Cancelling the awaiting task cancels the call on the server, too.

        ``timeout`` (seconds without an answer or progress) replaces `ClientLimits.request`. ``once``: the call changes
        something; it is sent once, and a refusal that a second try would mend is an error.

        Raises:
            MCPToolError: the server answered with a JSON-RPC error; its ``code`` and ``data`` are kept.
            MCPTimeoutError, MCPConnectionError, MCPProtocolError: there is no answer, or none that can be read.
        """
        params: dict[str, Any] = {"name": self._names.get(name, name), "arguments": arguments}
        question = ""
        result = await self._called(params, timeout, once=once)
        for _ in range(_MOST_ROUNDS):
            question = question or question_of(result)
            more = None if once else further_round(result)
            if more is None:
                break
            result = await self._called({**params, **more}, timeout, once=False)
        if question and (result.get("isError") is True or asks_more(result)):
            raise asks_a_question(self.peer.foreign(question))  # it does not do without an answer
        return call_result(result)

    async def _called(self, params: Mapping[str, Any], seconds: float | None, *, once: bool) -> Mapping[str, Any]:
        try:
            return await self._connection.request("tools/call", params, seconds, once=once)
        except MCPToolError as error:
            if error.code != HEADER_MISMATCH:
                raise
            await self.list_tools()  # the tool asks for other headers than when it was listed
            if once:
                raise
            return await self._connection.request("tools/call", params, seconds)

    async def close(self) -> None:
        """End the session and its server, with every process that it started; takes five seconds at most."""
        await self._connection.close()


async def open_session(
    pending: PendingTransport, limits: ClientLimits | None = None, *, era_cache: EraCache | None = None
) -> Session:
    """Open a transport that `start_transport` made, and agree on a protocol version.

    Raises:
        CommandNotFoundError: the program cannot be run; the hint says what to install.
        ServerStartError: it ended before it was ready.
        MCPTimeoutError: it was not ready within ``limits.start`` seconds.
        MCPProtocolError: there is no protocol version in common, or it refuses the handshake.
    """
    limits = limits or ClientLimits()
    target = pending.peer.target
    remembered = None if era_cache is None else era_cache.get(target.key)
    connection = Connection(pending, limits)
    try:
        identity = await _ready(connection, pending, limits, remembered)
    except ServerStartError:
        if remembered is not None or not connection.refused_probe_by_ending:
            raise
        pending = pending.restarted()  # once more, without the probe that it did not survive
        connection = Connection(pending, limits)
        identity = await _ready(connection, pending, limits, Era.LEGACY)
    connection.modern = identity.era is Era.MODERN
    if era_cache is not None:
        era_cache.put(target.key, identity.era)
    return Session(connection, identity, limits)


async def _ready(
    connection: Connection, pending: PendingTransport, limits: ClientLimits, remembered: Era | None
) -> ServerIdentity:
    """Negotiate, or end the server."""
    try:
        async with asyncio.timeout(limits.start):
            patient = pending.answers_all and remembered is None
            return await negotiate(connection, limits.probe * (_PATIENCE if patient else 1), remembered)
    except BaseException as error:
        await connection.close(patiently=False)
        if isinstance(error, TimeoutError):
            raise await pending.start_failure(None, limits.start) from None
        if isinstance(error, MCPConnectionError):
            raise await pending.start_failure(error, limits.start) from error
        raise
