"""Opening one ticket: the ticket itself and what belongs to it, fetched side by side."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tui_app.tickets.errors import MCPError
from tui_app.tickets.json_values import read_json
from tui_app.tickets.messages import OpenTicket, TicketOpened
from tui_app.tickets.text import clean

if TYPE_CHECKING:
    from tui_app.adapters.base import Adapter, ToolCall
    from tui_app.mcp_client.types import CallToolResult
    from tui_app.worker.live_server import LiveServer
    from tui_app.worker.scope import RequestScope
    from tui_app.worker.tracker import Tracker

_LONGEST_RAW = 2_000_000  # characters; nobody reads further, and the screen's memory is not for one answer


async def open_ticket(tracker: Tracker, scope: RequestScope, request: OpenTicket) -> TicketOpened:
    """The whole ticket. A part of it that could not be fetched is left out, with a warning.

    Raises:
        ExplainedError: the ticket itself could not be fetched or read.
    """
    from tui_app.adapters.base import TicketReference

    lookup: Any = dict(request.lookup)
    reference = TicketReference(request.ticket_id, lookup)
    warnings: list[str] = []

    async def fetch(server: LiveServer) -> tuple[Adapter, list[CallToolResult]]:
        warnings.clear()
        first, *others = server.adapter.open_calls(reference)
        async with asyncio.TaskGroup() as group:
            parts = [group.create_task(_part(tracker, server, call, scope, warnings)) for call in others]
            ticket = group.create_task(_outcome(tracker, server, first, scope))
            answer = await ticket
            if isinstance(answer, MCPError):
                for part in parts:
                    part.cancel()
        if isinstance(answer, MCPError):
            raise answer
        return server.adapter, [answer, *(part.result() for part in parts)]

    adapter, results = await tracker.use(scope, fetch)
    ticket = adapter.opened(reference, results)
    await asyncio.sleep(0)
    return TicketOpened(
        request.request_id,
        tracker.profile.name,
        replace(ticket, source=tracker.profile.name),
        tracker.without_secrets("\n\n".join(_raw(result) for result in results)[:_LONGEST_RAW]),
        tuple(warnings),
        tuple(scope.calls),
        scope.elapsed,
    )


async def _outcome(
    tracker: Tracker, server: LiveServer, call: ToolCall, scope: RequestScope
) -> CallToolResult | MCPError:
    try:
        return await tracker.call(server, call, scope)
    except MCPError as error:
        return error


async def _part(
    tracker: Tracker, server: LiveServer, call: ToolCall, scope: RequestScope, warnings: list[str]
) -> CallToolResult:
    from tui_app.mcp_client.types import CallToolResult, ContentBlock

    outcome = await _outcome(tracker, server, call, scope)
    if not isinstance(outcome, MCPError):
        return outcome
    warnings.append(clean(f"A part is missing: {call.tool} failed: {outcome.cause}"))
    return CallToolResult((ContentBlock("text", outcome.cause),), None, is_error=True)


def _raw(result: CallToolResult) -> str:
    """The answer as indented JSON where it is JSON, else as the text that it is."""
    value = result.structured_content
    if value is None:
        text = result.text
        if not text.lstrip().startswith(("{", "[")):
            return text
        try:
            value = read_json(text)
        except ValueError:
            return text
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
