"""From a profile to a live server: process, session, tools, adapter, the adapter's own setup calls."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tui_app.tickets.errors import ExplainedError, MCPAuthenticationError, MCPConnectionError, MCPError
from tui_app.worker.daemon_call import daemon_call
from tui_app.worker.live_server import LiveServer
from tui_app.worker.prestart import Prestarts

if TYPE_CHECKING:
    from tui_app.adapters.base import Adapter, ToolCall
    from tui_app.mcp_client.types import CallToolResult, ServerIdentity, Tool
    from tui_app.settings.profiles import Profile
    from tui_app.worker.floors import Floors, Process, Session
    from tui_app.worker.states import StateBoard

_SAID_SECONDS = 0.005  # after which the first request is with the server; loading does not keep it waiting then
_LOOK_SECONDS = 0.25  # how often a slow start's standard error is looked at for a new last line


class ServerStarter:
    """Starts one profile's servers, and remembers what was learned of the latest."""

    def __init__(self, profile: Profile, floors: Floors, board: StateBoard, prestarts: Prestarts) -> None:
        self._profile = profile
        self._floors = floors
        self._board = board
        self._prestarts = prestarts
        self.process: Process | None = None
        self.identity: ServerIdentity | None = None
        self.tools: tuple[Tool, ...] = ()
        self.adapter: Adapter | None = None
        self.start_seconds: float | None = None

    async def start(self) -> LiveServer:
        """A server that is ready for calls.

        Raises:
            ExplainedError: it could not be started, or no adapter fits it.
        """
        begin = time.monotonic()
        self._board.starting(begin, self._profile.timeouts.start)
        try:
            server = await self._started(begin)
        except ExplainedError as error:
            self._board.down(error)
            raise
        except asyncio.CancelledError:
            self._board.idle()
            raise
        self._board.ready(server.session.identity.name)
        return server

    async def _started(self, begin: float) -> LiveServer:
        process = self._prestarts.take(self._profile.name, not_older_than=self._profile.timeouts.start / 2)
        if process is None:
            process = await daemon_call(
                lambda: self._floors.spawn(self._profile), unwanted=lambda late: late.end(patiently=False)
            )
        self.process = process
        begin -= process.elapsed
        meanwhile = [asyncio.ensure_future(self._watch(process, begin)), asyncio.ensure_future(self._load())]
        try:
            session = await self._floors.open_session(self._profile, process)
        finally:
            for task in meanwhile:
                task.cancel()
        self.process = session.process
        try:
            server = await self._prepared(session)
        except BaseException:
            await session.close()
            raise
        self.start_seconds = time.monotonic() - begin
        return server

    async def _load(self) -> None:
        """Use the time that a server needs to start."""
        await asyncio.sleep(_SAID_SECONDS)
        self._floors.load(self._profile)

    async def _watch(self, process: Process, begin: float) -> None:
        """Show the last line of standard error while a slow start goes on."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self._board.starting(begin, self._profile.timeouts.start, process.last_error_line)

    async def _prepared(self, session: Session) -> LiveServer:
        from tui_app.adapters.base import ServerDescription

        self.identity, self.tools, self.adapter = session.identity, (), None
        self.tools = await session.list_tools()
        about = session.identity
        description = ServerDescription(about.name, about.version, about.instructions, self.tools)
        adapter = self._floors.choose_adapter(description, self._profile)
        server = LiveServer(session, self.tools, adapter, self._profile.private_fields)
        calls = adapter.setup_calls()
        if calls:
            server.adapter = adapter.after_setup([await self._setup_result(server, call) for call in calls])
        self.adapter = server.adapter
        return server

    async def _setup_result(self, server: LiveServer, call: ToolCall) -> CallToolResult:
        """The answer to a setup call; one that failed is an answer too, unless nothing else would work either."""
        from tui_app.mcp_client.types import CallToolResult, ContentBlock

        try:
            result = await server.call(call, self._profile.timeouts.request)
        except (MCPAuthenticationError, MCPConnectionError):
            raise
        except MCPError as error:
            return CallToolResult((ContentBlock("text", error.cause),), None, is_error=True)
        failure = server.adapter.failure(result)
        if isinstance(failure, MCPAuthenticationError):
            raise failure
        return result
