"""The three functions of lower layers that the worker calls, as one value: a test hands in its own.

The first screen must not wait for what only a session or an adapter needs, so those layers are imported when they are
first called; `preload` does it ahead of time.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from tui_app.settings.expansion import session_target, working_folder

if TYPE_CHECKING:
    from tui_app.adapters.base import Adapter, ServerDescription
    from tui_app.adapters.changing.protocol import ChangeAdapter
    from tui_app.mcp_client.era import EraCache
    from tui_app.mcp_client.session import Session
    from tui_app.mcp_client.transport import PendingTransport
    from tui_app.mcp_client.types import Tool
    from tui_app.settings.profiles import Profile
    from tui_app.tickets.clock import Clock
    from tui_app.tickets.servers import UndecidedTool


class Memories(Protocol):
    """What was found out of servers, by the digest of their tools."""

    def get(self, digest: str) -> Any: ...

    def put(self, digest: str, memory: Any) -> None: ...


def _changes_for(description: ServerDescription, adapter: Adapter, profile: Profile) -> ChangeAdapter:
    from tui_app.adapters.changing import changes_for  # most sessions only read

    return changes_for(description, adapter, profile.map, profile.write.me)


class Backend(Struct, frozen=True):
    """How servers are started, opened and understood."""

    spawn: Callable[[Profile], PendingTransport]
    """Start the profile's server; may block for as long as a password manager takes.

    Raises `ExplainedError` if a reference cannot be filled in, or the command cannot be run.
    """
    open_session: Callable[[Profile, PendingTransport], Awaitable[Session]]
    """Talk to the server until it is ready; raises `MCPError`, and ends it, if it does not get there."""
    choose_adapter: Callable[[ServerDescription, Profile], Adapter]
    """The adapter for a server; raises `MCPError` if none fits."""
    remember: Callable[[ServerDescription, Adapter], None] = lambda _, __: None
    """Keep what the adapter found out of the server, for the next start."""
    allow: Callable[[UndecidedTool, bool], None] = lambda _, __: None
    """Keep the user's answer to whether a tool may be called."""
    changes_for: Callable[[ServerDescription, Adapter, Profile], ChangeAdapter] = _changes_for
    """What changes tickets of a server, whose tickets the adapter reads."""


def described(session: Session, tools: tuple[Tool, ...], profile: Profile) -> ServerDescription:
    """The server of ``session`` with ``tools``, as an adapter is chosen by it."""
    from tui_app.adapters.base import ServerDescription

    about = session.identity
    folder = "" if profile.url else str(working_folder(profile))
    return ServerDescription(about.name, about.version, about.instructions, tools, folder)


def real_backend(
    clock: Clock,
    era_cache: EraCache | None = None,
    memories: Memories | None = None,
) -> Backend:
    """The program's own backend.

    Args:
        clock: for durations.
        era_cache: remembers between sessions which protocol era a server speaks.
        memories: remembers between runs what was found out of servers by trial.
    """
    return Backend(
        partial(_spawn, clock),
        partial(_open_session, era_cache),
        partial(_choose_adapter, memories),
        partial(_remember, memories),
        partial(_allow, memories),
    )


def preload(profile: Profile) -> None:
    """Import what the profile's session and adapter will most likely need. Saves time, changes nothing."""
    from tui_app.adapters.registry import load_adapter

    preload_session(profile)
    load_adapter(profile.adapter)


def preload_session(profile: Profile) -> None:
    """Import what the profile's first request will need. Saves time, changes nothing."""
    from tui_app.mcp_client import session, targets  # noqa: F401 (found loaded by `_open_session`)

    if profile.url:
        targets.load_http()


def _spawn(clock: Clock, profile: Profile) -> PendingTransport:
    from tui_app.mcp_client.targets import start_transport

    target = session_target(profile, os.environ)
    if not profile.url:
        return start_transport(target, clock)
    from tui_app.worker.oauth_tokens import tokens_for  # late: a program needs no tokens

    return start_transport(target, clock, tokens_for(profile, clock))


async def _open_session(era_cache: EraCache | None, profile: Profile, pending: PendingTransport) -> Session:
    from tui_app.mcp_client import session

    seconds = profile.timeouts
    limits = session.ClientLimits(
        start=seconds.start,
        request=seconds.request,
        hard_maximum=max(session.ClientLimits().hard_maximum, seconds.request),
    )
    return await session.open_session(pending, limits, era_cache=era_cache)


def _choose_adapter(memories: Memories | None, description: ServerDescription, profile: Profile) -> Adapter:
    from tui_app.adapters import registry

    memory = memories.get(description.tools_digest) if memories else None
    return registry.choose_adapter(description, profile.adapter, profile.map, memory)


def _allow(memories: Memories | None, tool: UndecidedTool, allowed: bool) -> None:
    if memories:
        memories.put(tool.digest, {"allowed" if allowed else "declined": tool.name})


def _remember(memories: Memories | None, description: ServerDescription, adapter: Adapter) -> None:
    memory = adapter.memory() if memories else None
    if memories and memory is not None:
        memories.put(description.tools_digest, memory)
