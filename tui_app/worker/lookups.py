"""Answers the requests that end in one reply: open a ticket, list the values that exist, inspect the server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from tui_app.adapters.base import TicketReference
from tui_app.mcp_client.types import CallToolResult, ContentBlock
from tui_app.settings.expansion import shown_command
from tui_app.tickets.errors import InvalidResponseError, MCPError, MCPToolError, NoSearchToolError
from tui_app.tickets.json_values import read_json
from tui_app.tickets.mentions import with_mentions
from tui_app.tickets.messages import (
    AccessChanged,
    AttachmentFetched,
    FetchAttachment,
    Inspect,
    ListValues,
    LogIn,
    LogOut,
    OpenTicket,
    Reconnect,
    ServerInspected,
    TicketOpened,
    ValuesListed,
)
from tui_app.tickets.servers import STANDARD_ERROR, ServerReport, ToolSummary
from tui_app.tickets.text import clean, clean_line
from tui_app.tickets.ticket import Ticket
from tui_app.worker.live_server import read_in_time

if TYPE_CHECKING:
    from tui_app.adapters.base import Adapter, ToolCall
    from tui_app.mcp_client.types import Tool
    from tui_app.worker.live_server import LiveServer
    from tui_app.worker.profile_runtime import ProfileRuntime
    from tui_app.worker.scope import RequestScope

_LONGEST_RAW = 2_000_000  # characters; nobody reads further, and the screen's memory is not for one answer
_MOST_OPEN_STEPS = 12  # calls in turn to find one ticket: pages of a list, and the tools that open one
_MOST_VALUES = 5000  # of one field; a completion list that is longer helps nobody


async def open_ticket(runtime: ProfileRuntime, scope: RequestScope, request: OpenTicket) -> TicketOpened:
    """The whole ticket. A part of it that could not be fetched is left out, with a warning.

    Raises:
        ExplainedError: the ticket itself could not be fetched or read.
    """
    lookup: Any = dict(request.lookup)
    whole = await whole_ticket(runtime, scope, TicketReference(request.ticket_id, lookup))
    raw = await read_in_time(lambda: runtime.without_secrets(_raw(whole.results)), *whole.results)
    return TicketOpened(
        request.request_id,
        runtime.profile.name,
        whole.ticket,
        raw,
        whole.warnings,
        tuple(scope.calls),
        scope.elapsed,
    )


class WholeTicket(Struct, frozen=True):
    """A ticket that was read, the answers that it was read from (all, and those of the step that found it)."""

    ticket: Ticket
    reference: TicketReference
    results: tuple[CallToolResult, ...]
    last: tuple[CallToolResult, ...]
    warnings: tuple[str, ...]


async def whole_ticket(runtime: ProfileRuntime, scope: RequestScope, reference: TicketReference) -> WholeTicket:
    """The ticket ``reference`` with all its parts; a part that could not be fetched is left out, with a warning.

    Raises:
        ExplainedError: the ticket itself could not be fetched or read.
    """
    wanted = reference.id
    warnings: list[str] = []
    results: list[CallToolResult] = []
    for _ in range(_MOST_OPEN_STEPS):
        adapter, answers = await runtime.use(scope, partial(_answers, runtime, scope, reference, warnings))
        again = await read_in_time(partial(adapter.look_again, reference, answers), *answers)
        results += answers
        if again is None:
            read = partial(_read_ticket, runtime, wanted, partial(adapter.opened, reference, answers))
            ticket = await read_in_time(read, *answers)
            break
        reference = again
    else:
        raise InvalidResponseError(f"The ticket {wanted} was not found in {_MOST_OPEN_STEPS} answers.")
    return WholeTicket(ticket, reference, tuple(results), tuple(answers), tuple(warnings))


def _read_ticket(runtime: ProfileRuntime, wanted: str, read: Callable[[], Ticket]) -> Ticket:
    ticket = runtime.without_private(with_mentions(_asked_for(wanted, read())))
    return replace(ticket, source=runtime.profile.name)


async def _answers(
    runtime: ProfileRuntime, scope: RequestScope, reference: TicketReference, warnings: list[str], server: LiveServer
) -> tuple[Adapter, list[CallToolResult]]:
    """What the calls for ``reference`` answered; a failure of the first only where there is another way then."""
    warnings.clear()
    first, *others = server.adapter.open_calls(reference)
    async with asyncio.TaskGroup() as group:
        parts = [group.create_task(_part(runtime, server, call, scope, warnings)) for call in others]
        ticket = group.create_task(_outcome(runtime, server, first, scope))
        answer = await ticket
        if isinstance(answer, MCPError):
            for part in parts:
                part.cancel()
    if isinstance(answer, MCPError):
        failed = _failed_result(answer)
        if not isinstance(answer, MCPToolError) or server.adapter.look_again(reference, [failed]) is None:
            raise answer
        return server.adapter, [failed]
    return server.adapter, [answer, *(part.result() for part in parts)]


def _asked_for(wanted: str, ticket: Ticket) -> Ticket:
    """``ticket``, which must be the one that was asked for.

    Raises:
        InvalidResponseError: it is another one.
    """
    from tui_app.adapters.safety.asked_for import is_the_one  # late: the first request is sent without it

    if ticket.id and not is_the_one(ticket, wanted):
        raise InvalidResponseError(
            f"The server answered with {clean_line(ticket.id)}, another ticket than {wanted}.",
            title="The ticket was not found",
            hint="Search for it by its title; a ticket that was moved has another id now.",
        )
    return ticket


async def _outcome(
    runtime: ProfileRuntime, server: LiveServer, call: ToolCall, scope: RequestScope
) -> CallToolResult | MCPError:
    try:
        return await runtime.call(server, call, scope)
    except MCPError as error:
        return error


async def _part(
    runtime: ProfileRuntime, server: LiveServer, call: ToolCall, scope: RequestScope, warnings: list[str]
) -> CallToolResult:
    outcome = await _outcome(runtime, server, call, scope)
    if not isinstance(outcome, MCPError):
        return outcome
    warnings.append(runtime.shown(f"A part is missing: {call.tool} failed: {outcome.cause}"))
    return _failed_result(outcome)


def _failed_result(error: MCPError) -> CallToolResult:
    return CallToolResult((ContentBlock("text", error.cause),), None, is_error=True)


def _raw(results: Sequence[CallToolResult]) -> str:
    return "\n\n".join(map(_raw_text, results))[:_LONGEST_RAW]


def _raw_text(result: CallToolResult) -> str:
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


async def fetch_attachment(runtime: ProfileRuntime, scope: RequestScope, request: FetchAttachment) -> AttachmentFetched:
    """What an attachment holds, by whichever tool of the server reads it.

    Raises:
        NoSearchToolError: the server has no such tool.
        ExplainedError: it could not be fetched, or its answer holds no content.
    """
    from tui_app.adapters import attachments  # few sessions fetch one

    lookup: Any = dict(request.lookup)
    reference = TicketReference(request.ticket_id, lookup)

    async def fetch(server: LiveServer) -> CallToolResult:
        call = attachments.attachment_call(runtime.starter.tools, reference, request.attachment)
        if call is None:
            raise NoSearchToolError(
                "This server has no tool that reads attachments.",
                title="The attachment cannot be fetched",
                hint="Open its address in the browser, or copy it.",
            )
        return await runtime.call(server, call, scope)

    result = await runtime.use(scope, fetch)
    content = await read_in_time(partial(attachments.content_of, result, request.attachment), result)
    if content is None:
        raise InvalidResponseError(
            f"The answer holds no file {clean_line(request.attachment.name)}.",
            title="The attachment cannot be read",
            hint="Open its address in the browser, or copy it.",
        )
    return AttachmentFetched(
        request.request_id, runtime.profile.name, request.attachment, content.data, clean_line(content.type)
    )


async def change_access(runtime: ProfileRuntime, scope: RequestScope, request: LogIn | LogOut) -> AccessChanged:
    """Log in or out.

    Raises:
        ExplainedError: it failed, or this profile's login is not ours.
    """
    with scope.clock_stopped():
        login = runtime.login
        line = await (login.log_in() if isinstance(request, LogIn) else login.log_out())
    return AccessChanged(request.request_id, runtime.profile.name, clean_line(line))


async def list_values(runtime: ProfileRuntime, scope: RequestScope, request: ListValues) -> ValuesListed:
    """The values that the server knows for each criterion; a list that fails is left out.

    Raises:
        ExplainedError: there is no server to ask.
    """

    async def fetch(server: LiveServer) -> tuple[Adapter, list[CallToolResult]]:
        async def answer(call: ToolCall) -> CallToolResult:
            try:
                return await runtime.call(server, call, scope)
            except MCPError as error:
                return _failed_result(error)

        results = await asyncio.gather(*map(answer, server.adapter.value_calls()))
        return server.adapter, list(results)

    adapter, results = await runtime.use(scope, fetch)
    found = await read_in_time(partial(adapter.values, results), *results)
    values = {
        name: tuple(dict.fromkeys(clean_line(runtime.without_secrets(value)) for value in some[:_MOST_VALUES]))
        for name, some in found.items()
    }
    return ValuesListed(request.request_id, runtime.profile.name, values, adapter.native_language)


async def inspect(runtime: ProfileRuntime, scope: RequestScope, request: Inspect | Reconnect) -> ServerInspected:
    """What is known of the server, which is connected first unless the request forbids it.

    Raises:
        ExplainedError: it could not be connected.
    """
    if isinstance(request, Reconnect):
        await runtime.reconnect()

    async def nothing(server: LiveServer) -> None:
        """The lease alone connects the server."""

    if isinstance(request, Reconnect) or request.connect:
        await runtime.use(scope, nothing)
    return ServerInspected(request.request_id, runtime.profile.name, report(runtime))


def report(runtime: ProfileRuntime) -> ServerReport:
    """All that is known of a profile's server at this moment."""
    starter, profile = runtime.starter, runtime.profile
    identity, peer, adapter = starter.identity, starter.peer, starter.adapter
    roles = adapter.roles() if adapter else {}
    return ServerReport(
        profile=profile.name,
        command=clean_line(shown_command(profile)),
        config_source=clean_line(profile.source),
        server_name=clean_line(identity.name) if identity else "",
        server_version=clean_line(identity.version) if identity else "",
        era=str(identity.era) if identity else "",
        protocol_version=clean_line(identity.protocol_version) if identity else "",
        adapter=adapter.name if adapter else "",
        adapter_reason=runtime.without_secrets(adapter.reason) if adapter else "",
        mapping=runtime.without_secrets(_as_toml(profile.name, adapter.mapping())) if adapter else "",
        tools=tuple(_summary(tool, roles) for tool in starter.tools),
        calls=tuple(runtime.recent_calls),
        stderr_tail=runtime.shown(peer.log_tail) if peer else "",
        log_name=peer.log_name if peer else STANDARD_ERROR,
        skipped_lines=peer.skipped_lines if peer else 0,
        skipped_tail=runtime.shown(peer.skipped_tail) if peer else "",
        live_sessions=len(runtime.pool.sessions),
        start_seconds=starter.start_seconds,
        authentication=runtime.shown(runtime.login.last_outcome),
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
