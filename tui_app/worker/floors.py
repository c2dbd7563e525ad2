"""What the worker needs of the floors below, in one place, so that a test can put a scripted server there.

Nothing below is imported before it is called: the first screen shows while the lower floors are still being read.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from tui_app.adapters.base import Adapter, ServerDescription
    from tui_app.mcp_client.era import EraCache
    from tui_app.mcp_client.launch import Launched
    from tui_app.mcp_client.process import ServerProcess
    from tui_app.mcp_client.types import CallToolResult, ServerIdentity, Tool
    from tui_app.settings.profiles import Profile


class Command(Protocol):
    """The part of a server's command that is looked at from up here."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What the server was started with and nobody may see."""

    def masked(self, text: str) -> str:
        """``text`` with the secrets masked, otherwise as it was."""

    def foreign(self, text: str) -> str:
        """``text`` sanitised, with the command's secrets masked."""


class Process(Protocol):
    """The part of a server's process that is looked at from up here."""

    @property
    def command(self) -> Command: ...

    @property
    def elapsed(self) -> float:
        """Seconds since its start."""

    @property
    def stderr_tail(self) -> str: ...

    @property
    def last_error_line(self) -> str: ...

    @property
    def skipped_lines(self) -> int: ...

    @property
    def skipped_tail(self) -> str: ...

    def end(self, *, patiently: bool = True) -> None: ...


class Session(Protocol):
    """A conversation with one server; `tui_app.mcp_client.session.Session` is one."""

    @property
    def identity(self) -> ServerIdentity: ...

    @property
    def alive(self) -> bool: ...

    @property
    def process(self) -> Process: ...

    async def list_tools(self) -> tuple[Tool, ...]: ...

    async def call_tool(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (the client says so to the server when it is up)
    ) -> CallToolResult: ...

    async def close(self) -> None: ...


class Floors(Protocol):
    """The lower floors' functions that the worker calls."""

    def shown_command(self, profile: Profile) -> str:
        """The command without secrets."""

    def starts_at_once(self, profile: Profile) -> bool:
        """Whether `spawn` asks nobody for anything."""

    def spawn(self, profile: Profile) -> Process:
        """Start the server's process; may block for as long as a password manager takes.

        Raises:
            ExplainedError: a reference cannot be filled in, or the command cannot be run.
        """

    async def open_session(self, profile: Profile, process: Process) -> Session:
        """Talk to the process until it is ready; one that does not get there is ended.

        Raises:
            MCPError: it did not get there.
        """

    def load(self, profile: Profile) -> None:
        """Load what `open_session` and `choose_adapter` will most likely need."""

    def choose_adapter(self, description: ServerDescription, profile: Profile) -> Adapter:
        """Raises `MCPError` where none fits."""


class RealFloors:
    """The floors as they are. ``era_cache`` remembers which protocol era a command speaks.

    ``launched``, if there is one, is the first server to be asked for, started before anything else was loaded.
    """

    def __init__(self, era_cache: EraCache | None = None, launched: Launched | None = None) -> None:
        self._era_cache = era_cache
        self._launched = launched

    def _eras(self) -> EraCache:
        from tui_app.mcp_client.era import EraMemory

        if self._era_cache is None:
            self._era_cache = EraMemory()
        return self._era_cache

    def shown_command(self, profile: Profile) -> str:
        from tui_app.settings.expansion import shown_command

        return shown_command(profile)

    def starts_at_once(self, profile: Profile) -> bool:
        from tui_app.settings.expansion import asks_others

        return not asks_others(profile)

    def spawn(self, profile: Profile) -> ServerProcess:
        from tui_app.mcp_client.process import spawn
        from tui_app.settings.expansion import server_command

        launched, self._launched = self._launched, None
        return spawn(server_command(profile, os.environ), launched)

    async def open_session(self, profile: Profile, process: Process) -> Session:
        from tui_app.mcp_client.process import ClientLimits
        from tui_app.mcp_client.session import open_session

        server = cast("ServerProcess", process)  # `spawn` made it
        seconds = profile.timeouts
        limits = ClientLimits(
            start=seconds.start,
            request=seconds.request,
            hard_maximum=max(ClientLimits().hard_maximum, seconds.request),
        )
        return await open_session(server.command, limits, process=server, era_cache=self._eras())

    def load(self, profile: Profile) -> None:
        from tui_app.adapters.registry import load_adapter
        from tui_app.mcp_client import session  # noqa: F401 (found loaded later)

        load_adapter(profile.adapter)

    def choose_adapter(self, description: ServerDescription, profile: Profile) -> Adapter:
        from tui_app.adapters.registry import choose_adapter

        return choose_adapter(description, profile.adapter, profile.map)
