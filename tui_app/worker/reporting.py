"""Answering what is known of a server: the values that exist, and the report that ``doctor`` prints."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tui_app.tickets.errors import MCPError
from tui_app.tickets.messages import (
    Inspect,
    ListValues,
    Reconnect,
    ServerInspected,
    ServerReport,
    ToolSummary,
    ValuesListed,
)
from tui_app.tickets.text import clean, clean_line

if TYPE_CHECKING:
    from tui_app.adapters.base import Adapter, ToolCall
    from tui_app.mcp_client.types import CallToolResult, Tool
    from tui_app.worker.live_server import LiveServer
    from tui_app.worker.scope import RequestScope
    from tui_app.worker.tracker import Tracker

_MOST_VALUES = 5000  # of one field; a completion list that is longer helps nobody


async def list_values(tracker: Tracker, scope: RequestScope, request: ListValues) -> ValuesListed:
    """The values that the server knows for each criterion; what it cannot tell is left out.

    Raises:
        ExplainedError: there is no server to ask.
    """
    from tui_app.mcp_client.types import CallToolResult, ContentBlock

    async def fetch(server: LiveServer) -> tuple[Adapter, list[CallToolResult]]:
        async def answer(call: ToolCall) -> CallToolResult:
            try:
                return await tracker.call(server, call, scope)
            except MCPError as error:
                return CallToolResult((ContentBlock("text", error.cause),), None, is_error=True)

        results = await asyncio.gather(*map(answer, server.adapter.value_calls()))
        return server.adapter, list(results)

    adapter, results = await tracker.use(scope, fetch)
    values = {
        name: tuple(dict.fromkeys(clean_line(value) for value in found[:_MOST_VALUES]))
        for name, found in adapter.values(results).items()
    }
    return ValuesListed(request.request_id, tracker.profile.name, values, adapter.native_language)


async def inspect(tracker: Tracker, scope: RequestScope, request: Inspect | Reconnect) -> ServerInspected:
    """What is known of the server, connected first unless the request says not to.

    Raises:
        ExplainedError: it could not be connected.
    """
    if isinstance(request, Reconnect):
        await tracker.reconnect()

    async def nothing(server: LiveServer) -> None:
        """Being leased is all that is asked of the server."""

    if isinstance(request, Reconnect) or request.connect:
        await tracker.use(scope, nothing)
    return ServerInspected(request.request_id, tracker.profile.name, report(tracker))


def report(tracker: Tracker) -> ServerReport:
    """All that is known of a profile's server at this moment."""
    starter, profile = tracker.starter, tracker.profile
    identity, process, adapter = starter.identity, starter.process, starter.adapter
    roles = adapter.roles() if adapter else {}
    return ServerReport(
        profile=profile.name,
        command=clean_line(tracker.floors.shown_command(profile)),
        config_source=clean_line(profile.source),
        server_name=clean_line(identity.name) if identity else "",
        server_version=clean_line(identity.version) if identity else "",
        era=str(identity.era) if identity else "",
        protocol_version=clean_line(identity.protocol_version) if identity else "",
        adapter=adapter.name if adapter else "",
        adapter_reason=clean(adapter.reason) if adapter else "",
        mapping=_as_toml(profile.name, adapter.mapping()) if adapter else "",
        tools=tuple(_summary(tool, roles) for tool in starter.tools),
        calls=tuple(tracker.recent_calls),
        stderr_tail=clean(process.stderr_tail) if process else "",
        skipped_lines=process.skipped_lines if process else 0,
        skipped_tail=clean(process.skipped_tail) if process else "",
        live_sessions=len(tracker.pool.sessions),
        start_seconds=starter.start_seconds,
        authentication=clean(tracker.login.story),
    )


def _summary(tool: Tool, roles: Mapping[str, str]) -> ToolSummary:
    read_only = tool.annotations.get("readOnlyHint")
    return ToolSummary(
        clean_line(tool.name),
        clean(tool.description),
        roles.get(tool.name, ""),
        read_only if isinstance(read_only, bool) else None,
    )


def _as_toml(profile_name: str, mapping: Mapping[str, Any]) -> str:
    """The mapping as it can be put into the config."""
    import tomlkit

    if not mapping:
        return ""
    table = {"profiles": {profile_name: {"map": _without_nulls(mapping)}}}
    return clean(tomlkit.dumps(table))


def _without_nulls(value: Any) -> Any:
    """TOML has no null; what is absent is left out."""
    if isinstance(value, Mapping):
        return {str(key): _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_without_nulls(item) for item in value if item is not None]
    return value
