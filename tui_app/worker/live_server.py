"""A live server, which is what the pool holds: one session and the adapter that fits it; and how it is started.

Invariant: every result that leaves here is without private fields and without the secrets that the server was started
with; nothing above ever sees them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from tui_app.adapters.mapping import reads_in
from tui_app.mcp_client.types import CallToolResult, ContentBlock
from tui_app.tickets.errors import (
    ExplainedError,
    InvalidResponseError,
    MCPAuthenticationError,
    MCPConnectionError,
    MCPError,
    MCPTimeoutError,
    MCPToolError,
    NoSearchToolError,
)
from tui_app.tickets.json_values import Bulk, in_bulk
from tui_app.tickets.redaction import redact, redact_text
from tui_app.worker.backend import described, preload
from tui_app.worker.concurrency import computed, daemon_call
from tui_app.worker.retry import explained, not_again

if TYPE_CHECKING:
    from tui_app.adapters.base import Adapter, ToolCall
    from tui_app.adapters.changing.protocol import WriteCall
    from tui_app.mcp_client.peer import Peer
    from tui_app.mcp_client.session import Session
    from tui_app.mcp_client.types import ServerIdentity, Tool
    from tui_app.settings.profiles import Profile
    from tui_app.tickets.clock import Clock
    from tui_app.worker.backend import Backend
    from tui_app.worker.prestart import Prestarts
    from tui_app.worker.states import StateBoard

T = TypeVar("T")

_LARGE = 256 * 1024  # characters of an answer that are read within some milliseconds
_CHECK_SECONDS = 2.0  # a server that answers at all lists its tools faster than that
_SENT_SECONDS = 0.005  # after which the first request is sent; imports do not delay it then
_TOOLS_SECONDS = 5.0  # within which a server that announces its tools lists one that searches
_TOOLS_LOOK_SECONDS = 1.0  # how often they are looked at without an announcement
_LOOK_SECONDS = 0.25  # how often a slow start's log is looked at for a new last line


class LiveServer:
    """One session, its adapter, and how it has behaved so far."""

    def __init__(self, session: Session, tools: tuple[Tool, ...], adapter: Adapter, profile: Profile) -> None:
        self.session = session
        self.tools = tools
        self.adapter = adapter
        self.suspect = self.overtaking = False
        self.tool_changes = session.tool_changes
        """How many announcements of other tools had come when they were listed."""
        self._answers = 0
        self._hung = False
        self._private_fields = profile.private_fields
        self._known_to_read = reads_in(profile.map)
        self._calls_made = 0
        self._calls_under_way: set[int] = set()
        self._may_write = frozenset(tool.name for tool in tools if declares_writing(tool))

    @property
    def alive(self) -> bool:
        return self.session.alive and not self._hung

    @property
    def answered(self) -> bool:
        return self._answers > 0

    async def _list_tools_again(self) -> None:
        """The server has announced other tools: what is called is judged by what they say now."""
        self.tool_changes = self.session.tool_changes
        self.tools = await self.session.list_tools()
        self._may_write = frozenset(tool.name for tool in self.tools if declares_writing(tool))

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
        """Make one tool call that reads, within ``limit`` seconds.

        Raises:
            MCPToolError: the tool, as the server lists it now, says that the call changes something.
            MCPError: the server did not answer it properly; not ``retryable`` where the tool may write.
        """
        await self.tools_now()
        self._refuse_writing(call)
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
                raise not_again(call.tool, error) from error
            raise
        finally:
            self._calls_under_way.discard(number)
        self._answers += 1
        self.overtaking = self.overtaking or any(older < number for older in self._calls_under_way)
        return await self._read(result)

    async def change(self, call: WriteCall, limit: float) -> CallToolResult:
        """Make the one call that changes something, within ``limit`` seconds; it is never made again.

        After a call whose outcome is not known, the server is leased to nobody any more.

        Raises:
            MCPError: with a ``code`` where the server refused it; else it may have been done.
        """
        self._calls_made += 1
        number = self._calls_made
        self._calls_under_way.add(number)
        try:
            result = await self.session.call_tool(call.tool, dict(call.arguments), timeout=limit, once=True)
        except asyncio.CancelledError:
            self._hung = True
            raise
        except MCPError as error:
            if error.code is None:
                self._hung = True
                raise
            self._answers += 1
            raise explained(error) from error
        finally:
            self._calls_under_way.discard(number)
        self._answers += 1
        return await self._read(result)

    async def tools_now(self) -> tuple[Tool, ...]:
        """The tools as the server lists them now, if it has announced others; else as it listed them."""
        if self.tool_changes != self.session.tool_changes:
            await self._list_tools_again()
        return self.tools

    async def close(self) -> None:
        await self.session.close()

    def _refuse_writing(self, call: ToolCall) -> None:
        from tui_app.adapters.safety.gate import contradiction

        tool = next((tool for tool in self.tools if tool.name == call.tool), None)
        reason = contradiction(tool, call.arguments, despite_hints=call.tool in self._known_to_read) if tool else None
        if reason:
            raise MCPToolError(
                f"The tool {call.tool!r} was not called, because it may change something: {reason}.",
                title="That tool does more than read",
                hint="`ticketdeck doctor` lists the server's tools; a profile's `map` can name another one.",
            )

    async def _read(self, result: CallToolResult) -> CallToolResult:
        try:
            return await read_in_time(partial(self._cleaned, result), result)
        except RecursionError:
            raise InvalidResponseError("The server's answer is nested too deeply to be read.") from None

    def _cleaned(self, result: CallToolResult) -> CallToolResult:
        bulk = tuple(in_bulk(result.structured_content)) if any(self.session.peer.secrets) else ()
        masked = self._without_secrets(result, bulk)
        same = bulk if bulk and masked.structured_content is result.structured_content else None
        return self._without_private_fields(masked, same).cleaned_from(result)

    def _without_secrets(self, result: CallToolResult, bulk: Bulk) -> CallToolResult:
        if not any((peer := self.session.peer).secrets):  # it may repeat its own token in a ticket or an error
            return result
        blocks = (replace(b, text=peer.masked(b.text), raw=peer.masked_in(b.raw)) for b in result.content)
        value = peer.masked_in(result.structured_content, bulk)
        return replace(result, content=tuple(blocks), structured_content=value)

    def _without_private_fields(self, result: CallToolResult, bulk: Bulk | None) -> CallToolResult:
        names, blocks = self._private_fields, list[ContentBlock]()
        for block in result.content:
            raw = redact(dict(block.raw), names)
            blocks.append(replace(block, text=redact_text(block.text, names), raw=raw if isinstance(raw, dict) else {}))
        return replace(result, content=tuple(blocks), structured_content=redact(result.structured_content, names, bulk))


async def read_in_time(read: Callable[[], T], *results: CallToolResult | None) -> T:
    """What ``read`` makes of ``results``: at once of small ones, of large ones so that it can be given up."""
    there = [result for result in results if result is not None]
    size = sum(len(block.text) for result in there for block in result.content)
    is_small = size < _LARGE and all(result.structured_content is None for result in there)
    return read() if is_small else await computed(read)


class ServerStarter:
    """Starts one profile's servers, and remembers what was learned of the latest."""

    def __init__(
        self,
        profile: Profile,
        backend: Backend,
        board: StateBoard,
        prestarts: Prestarts,
        clock: Clock,
        record: Callable[[ToolCall, float, bool], object],
    ) -> None:
        self._profile = profile
        self._backend = backend
        self._board = board
        self._prestarts = prestarts
        self._clock = clock
        self._record = record
        """Keeps a call that was made to find out about the server: what it asked, seconds, whether it failed."""
        self.peer: Peer | None = None
        self.identity: ServerIdentity | None = None
        self.tools: tuple[Tool, ...] = ()
        self.adapter: Adapter | None = None
        self.start_seconds: float | None = None

    async def start(self) -> LiveServer:
        """A server that is ready for calls.

        Raises:
            ExplainedError: it could not be started, or no adapter fits it.
        """
        try:
            server = await self._started()
        except ExplainedError as error:
            self._board.down(error)
            raise
        except asyncio.CancelledError:
            self._board.idle()
            raise
        self._board.ready(server.session.identity.name)
        return server

    async def _started(self) -> LiveServer:
        limit = self._profile.timeouts.start
        pending = self._prestarts.take(self._profile.name, not_older_than=limit / 2)
        begin = self._clock.monotonic() - (pending.elapsed if pending else 0.0)
        self._board.starting(begin, limit)
        if pending is None:
            pending = await daemon_call(
                lambda: self._backend.spawn(self._profile), unwanted=lambda late: late.discard()
            )
        self.peer = pending.peer
        meanwhile = [asyncio.ensure_future(self._watch(pending.peer, begin)), asyncio.ensure_future(self._load())]
        try:
            session = await self._backend.open_session(self._profile, pending)
        finally:
            for task in meanwhile:
                task.cancel()
        self.peer = session.peer
        try:
            server = await self._prepared(session)
        except BaseException:
            await session.close()
            raise
        self.start_seconds = self._clock.monotonic() - begin
        return server

    async def _load(self) -> None:
        """Import what will be needed while the server starts."""
        await asyncio.sleep(_SENT_SECONDS)
        preload(self._profile)

    async def _watch(self, peer: Peer, begin: float) -> None:
        """Show the last line of the log while a slow start goes on."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self._board.starting(begin, self._profile.timeouts.start, peer.last_log_line)

    async def _prepared(self, session: Session) -> LiveServer:
        self.identity, self.tools, self.adapter = session.identity, (), None
        adapter, changes = await self._adapter_for_its_tools(session)
        server = LiveServer(session, self.tools, adapter, self._profile)
        server.tool_changes = changes
        await self._set_up(server)
        self.adapter = server.adapter
        return server

    async def _adapter_for_its_tools(self, session: Session) -> tuple[Adapter, int]:
        """The adapter that fits, and how many changes of the tools had been announced when they were listed.

        A server that announces its tools may list the ones that matter a little later.
        """
        deadline = self._clock.monotonic() + _TOOLS_SECONDS
        while True:
            changes = session.tool_changes
            self.tools = await session.list_tools()
            description = described(session, self.tools, self._profile)
            try:
                return self._backend.choose_adapter(description, self._profile), changes
            except NoSearchToolError:
                if not session.announces_tools or self._clock.monotonic() >= deadline:
                    raise
            await session.wait_for_tools(changes, _TOOLS_LOOK_SECONDS)

    async def _set_up(self, server: LiveServer) -> None:
        """Make the calls that the adapter wants first, for as long as a start may take, and remember what they told."""
        until = self._clock.monotonic() + self._profile.timeouts.start
        made: tuple[ToolCall, ...] = ()
        while (calls := server.adapter.setup_calls()) and calls != made:
            if self._clock.monotonic() > until:
                break
            made = calls
            results = [await self._setup_result(server, call) for call in calls]
            server.adapter = await read_in_time(partial(server.adapter.after_setup, results), *results)
        self._backend.remember(described(server.session, server.tools, self._profile), server.adapter)

    async def _setup_result(self, server: LiveServer, call: ToolCall) -> CallToolResult:
        """The answer to a setup call; one that failed is an answer too, unless nothing else would work either."""
        begin, failed = self._clock.monotonic(), True
        try:
            result = await server.call(call, self._profile.timeouts.request)
            failure = await read_in_time(partial(server.adapter.failure, result), result)
            failed = failure is not None
            if isinstance(failure, MCPAuthenticationError):
                raise failure
        except (MCPAuthenticationError, MCPConnectionError):
            raise
        except MCPError as error:
            return CallToolResult((ContentBlock("text", error.cause),), None, is_error=True)
        finally:
            self._record(call, self._clock.monotonic() - begin, failed)
        return result


def declares_writing(tool: Tool) -> bool:
    """Whether a tool's own annotations declare that it changes something."""
    return tool.annotations.get("readOnlyHint") is False or tool.annotations.get("destructiveHint") is True
