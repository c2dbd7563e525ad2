"""A conversation with one MCP server: opened, asked, closed. With `process` this is the floor's public face.

Invariant: `open_session` either returns a session that works, or leaves no process behind. All of a session's methods
belong to the event loop on which it was opened; several calls may be under way at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from tui_app.mcp_client import failures, results
from tui_app.mcp_client.command import ClientLimits, ServerCommand
from tui_app.mcp_client.connection import Connection
from tui_app.mcp_client.environment import server_environment
from tui_app.mcp_client.era import EraCache, EraMemory, negotiate
from tui_app.mcp_client.node import node_problem
from tui_app.mcp_client.process import ServerProcess, spawn
from tui_app.mcp_client.types import CallToolResult, Era, ServerIdentity, Tool
from tui_app.mcp_client.wire import METHOD_NOT_FOUND
from tui_app.tickets.errors import (
    CommandNotFoundError,
    MCPConnectionError,
    MCPError,
    MCPToolError,
    ServerStartError,
)

__all__ = ["ClientLimits", "EraCache", "EraMemory", "Session", "open_session"]


class Session:
    """What `open_session` returns."""

    def __init__(self, connection: Connection, identity: ServerIdentity, limits: ClientLimits) -> None:
        self.identity = identity
        self._connection = connection
        self._limits = limits

    @property
    def process(self) -> ServerProcess:
        """The server's process: pid, standard error, skipped lines."""
        return self._connection.process

    @property
    def alive(self) -> bool:
        """Whether calls have a chance: the server runs, and nobody has closed the session."""
        return self._connection.alive

    async def list_tools(self) -> tuple[Tool, ...]:
        """All tools, page by page; none where the server does not know the method.

        Paging ends on a cursor that was there before and at `ClientLimits.tool_pages`.

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
            for tool in results.tools(page):
                found.setdefault(tool.name, tool)
            cursor = results.next_cursor(page)
        return tuple(found.values())

    async def call_tool(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (progress extends it)
    ) -> CallToolResult:
        """Call a tool. Cancelling the awaiting task cancels the call on the server, too.

        ``timeout`` (seconds without an answer or progress) replaces `ClientLimits.request`.

        Raises:
            MCPToolError: the server answered with a JSON-RPC error; its ``code`` and ``data`` are kept.
            MCPTimeoutError, MCPConnectionError, MCPProtocolError: there is no answer, or none that can be read.
        """
        params = {"name": name, "arguments": arguments}
        return results.call_result(await self._connection.request("tools/call", params, timeout))

    async def close(self) -> None:
        """End the server: it is asked, then told, then killed, with all that it started; five seconds at most."""
        await self._connection.close()


async def open_session(
    command: ServerCommand,
    limits: ClientLimits | None = None,
    *,
    process: ServerProcess | None = None,
    era_cache: EraCache | None = None,
) -> Session:
    """Start ``command`` (or take ``process``, which was spawned from it) and agree on a protocol version.

    Raises:
        CommandNotFoundError: the program cannot be run; the hint says what to install.
        ServerStartError: it ended before it was ready.
        MCPTimeoutError: it was not ready within ``limits.start`` seconds.
        MCPProtocolError: there is no protocol version in common, or it refuses the handshake.
    """
    limits = limits or ClientLimits()
    remembered = None if era_cache is None else era_cache.get(command.key)
    connection = Connection(process or spawn(command), limits)
    try:
        identity = await _ready(connection, limits, remembered)
    except ServerStartError:
        if remembered is not None or not connection.died_of_first_words:
            raise
        connection = Connection(spawn(command), limits)  # once more, without the probe that it did not survive
        identity = await _ready(connection, limits, Era.LEGACY)
    connection.modern = identity.era is Era.MODERN
    if era_cache is not None:
        era_cache.put(command.key, identity.era)
    return Session(connection, identity, limits)


async def _ready(connection: Connection, limits: ClientLimits, remembered: Era | None) -> ServerIdentity:
    """Negotiate, or end the server."""
    try:
        async with asyncio.timeout(limits.start):
            return await negotiate(connection, limits.probe, remembered)
    except BaseException as error:
        await connection.close(patiently=False)
        if isinstance(error, TimeoutError):
            raise await _blamed(connection, failures.never_ready(connection.process, limits.start)) from None
        if isinstance(error, MCPConnectionError):
            hint = "Run the command by hand, or see `ticketdeck doctor`."
            raise await _blamed(connection, ServerStartError(error.cause, hint=hint)) from error
        raise


async def _blamed(connection: Connection, error: MCPError) -> MCPError:
    """``error``, or that Node.js itself is the reason for it."""
    process = connection.process
    problem = await node_problem(process.command.argv, server_environment(process.command.argv, process.command.env))
    if problem:
        error = CommandNotFoundError(f"{process.command.named} cannot run.", hint=problem)
    error.stderr_tail = process.stderr_tail
    return error
