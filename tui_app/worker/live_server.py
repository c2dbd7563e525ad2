"""A live server: one session, and the adapter that fits it, ready for calls. This is what the pool holds.

Invariant: every result that leaves here is without private fields and without the secrets that the server was started
with; nothing above ever sees them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tui_app.tickets.errors import InvalidResponseError, MCPError, MCPTimeoutError, MCPToolError
from tui_app.tickets.json_values import with_texts
from tui_app.tickets.redaction import redact, redact_text

if TYPE_CHECKING:
    from tui_app.adapters.base import Adapter, ToolCall
    from tui_app.mcp_client.types import CallToolResult, ContentBlock, Tool
    from tui_app.worker.floors import Session

_CHECK_SECONDS = 2.0  # a server that answers at all lists its tools faster than that


class LiveServer:
    """One session, its adapter, and how it has behaved so far."""

    def __init__(
        self, session: Session, tools: tuple[Tool, ...], adapter: Adapter, private_fields: Sequence[str] = ()
    ) -> None:
        self.session = session
        self.tools = tools
        self.adapter = adapter
        self.suspect = False
        self.overtaking = False
        self._answers = 0
        self._hung = False
        self._private_fields = tuple(private_fields)
        self._calls_made = 0
        self._calls_under_way: set[int] = set()
        self._may_write = frozenset(tool.name for tool in tools if says_it_writes(tool))

    @property
    def alive(self) -> bool:
        return self.session.alive and not self._hung

    @property
    def answered(self) -> bool:
        return self._answers > 0

    async def check(self) -> bool:
        """Whether the server still answers, after one of its requests was given up."""
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                await self.session.list_tools()
        except (MCPError, TimeoutError):
            return False
        self.suspect = False
        return True

    async def call(self, call: ToolCall, limit: float) -> CallToolResult:
        """Make one tool call, within ``limit`` seconds.

        Raises:
            MCPError: the server did not answer it properly; not ``retryable`` where the tool may write.
        """
        self._calls_made += 1
        number, answers_before = self._calls_made, self._answers
        self._calls_under_way.add(number)
        try:
            result = await self.session.call_tool(call.tool, dict(call.arguments), timeout=limit)
        except asyncio.CancelledError:
            self.suspect = True
            raise
        except MCPError as error:
            if error.code is not None:
                self._answers += 1
                raise explained(error) from error
            self._hung = self._hung or (isinstance(error, MCPTimeoutError) and self._answers == answers_before)
            self.suspect = True
            if error.retryable and call.tool in self._may_write:
                raise _not_again(call.tool, error) from error
            raise
        finally:
            self._calls_under_way.discard(number)
        self._answers += 1
        self.overtaking = self.overtaking or any(older < number for older in self._calls_under_way)
        try:
            return await self._without_private_fields(self._without_secrets(result))
        except RecursionError:
            raise InvalidResponseError("The server's answer is nested too deeply to be read.") from None

    async def close(self) -> None:
        await self.session.close()

    def _without_secrets(self, result: CallToolResult) -> CallToolResult:
        """A server may repeat its own token in a ticket or an error."""
        command = self.session.process.command
        if not any(command.secrets):
            return result
        masked = partial(with_texts, change=command.masked, keys=True)
        blocks = (replace(b, text=command.masked(b.text), raw=masked(b.raw)) for b in result.content)
        return replace(result, content=tuple(blocks), structured_content=masked(result.structured_content))

    async def _without_private_fields(self, result: CallToolResult) -> CallToolResult:
        names = self._private_fields
        blocks: list[ContentBlock] = []
        for block in result.content:
            raw = redact(dict(block.raw), names)
            blocks.append(replace(block, text=redact_text(block.text, names), raw=raw if isinstance(raw, dict) else {}))
            await asyncio.sleep(0)
        structured: Any = redact(result.structured_content, names)
        return replace(result, content=tuple(blocks), structured_content=structured)


def explained(error: MCPError) -> MCPError:
    """A JSON-RPC error in the words of the tracker's failures: not logged in, no such thing, wrong arguments."""
    from tui_app.adapters.failures import failure_of_rpc_error

    if error.code is None or not isinstance(error, MCPToolError):
        return error
    failure = failure_of_rpc_error(error.code, error.cause, error.data)
    failure.code, failure.data, failure.stderr_tail = error.code, error.data, error.stderr_tail
    return failure


def says_it_writes(tool: Tool) -> bool:
    """Whether a tool's own hints call it one that changes things."""
    return tool.annotations.get("readOnlyHint") is False or tool.annotations.get("destructiveHint") is True


def _not_again(tool: str, error: MCPError) -> MCPToolError:
    return MCPToolError(
        f"{error.cause} The tool {tool} may have changed something, so the call is not repeated.",
        title=error.title,
        hint="Look at the tracker before trying again.",
    )
