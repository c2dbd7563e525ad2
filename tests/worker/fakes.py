"""A scripted backend for the worker: servers, sessions and an adapter that live in this process."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from tui_app.adapters.base import (
    Adapter,
    ChangeHints,
    Page,
    Plan,
    ServerDescription,
    TicketReference,
    ToolCall,
    plan_search,
)
from tui_app.adapters.failures import failure_in
from tui_app.mcp_client.peer import Peer
from tui_app.mcp_client.session import Session
from tui_app.mcp_client.transport import PendingTransport, Transport
from tui_app.mcp_client.types import CallToolResult, ContentBlock, Era, ServerIdentity, Tool
from tui_app.settings.profiles import AuthCommands, PoolLimits, Profile, RetryPolicy, Timeouts
from tui_app.tickets.clock import Clock
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import InvalidResponseError, MCPConnectionError, MCPError, NoSearchToolError
from tui_app.tickets.messages import ChangeMade, ChangePrepared, Failed, Reply, Request, TicketsFound
from tui_app.tickets.servers import LoginEnded, LoginOffered, StateChanged, TerminalNeeded
from tui_app.tickets.ticket import Comment, JsonValue, Ticket
from tui_app.worker.backend import Backend
from tui_app.worker.prestart import Prestarts
from tui_app.worker.retry import RetryTiming
from tui_app.worker.service import Service

BOUND = 10.0
"""Seconds after which a wait in a test has failed; never reached when all is well."""

BEGIN = datetime(2026, 11, 29, 12, tzinfo=UTC)
"""When the clock of `FakeTime` read zero seconds."""

R = TypeVar("R")
FAKE_IDENTITY = ServerIdentity("fake-tracker", "1.0", Era.LEGACY, "2025-11-25")
Handler = Callable[[str, Mapping[str, Any]], Awaitable[CallToolResult]]


def json_result(value: Any) -> CallToolResult:
    return CallToolResult((ContentBlock("text", json.dumps(value)),), None)


def error_result(words: str) -> CallToolResult:
    return CallToolResult((ContentBlock("text", words),), None, is_error=True)


def rows(first: int, count: int, **fields: Any) -> list[dict[str, Any]]:
    """``count`` tickets as the fake tracker prints them: T-``first`` and the ones after."""
    return [{"id": f"T-{number}", "title": f"Ticket {number}", **fields} for number in range(first, first + count)]


class FakeTarget:
    """A target whose only secret is ``hunter2``."""

    named = "fake-server (configured in a test)"
    key = "fake"
    secrets = ("hunter2",)


class FakePending:
    """A server on its way, of which only the log matters."""

    def __init__(self, log: str = "") -> None:
        self.peer = Peer(FakeTarget(), "standard error")
        self.peer.keep_log(log.encode())
        self.elapsed = 0.0
        self.answers_all = False
        self.ended = False

    def open(
        self,
        *,
        message_bytes: int,
        on_message: Callable[[bytes], None],
        on_failed: Callable[[int, MCPError], None],
        on_lost: Callable[[MCPError], None],
    ) -> Transport:
        raise NotImplementedError

    def discard(self) -> None:
        self.ended = True

    def restarted(self) -> PendingTransport:
        raise NotImplementedError

    async def start_failure(self, error: MCPConnectionError | None, limit: float) -> MCPError:
        raise NotImplementedError


class FakeSession(Session):
    """A session whose tool calls are all answered by ``handler``."""

    def __init__(self, handler: Handler, pending: FakePending, tools: tuple[Tool, ...]) -> None:
        self.handler = handler
        self.pending = pending
        self.identity = FAKE_IDENTITY
        self.tools = tools
        self.closed = False
        self.lost = False
        self.wait: Callable[[], tuple[Tool, ...]] | None = None
        """Called when somebody waits for other tools; returns those that are listed from then on."""

        self.changes = 0

    @property
    def tool_changes(self) -> int:
        return self.changes

    @property
    def announces_tools(self) -> bool:
        return self.wait is not None

    async def wait_for_tools(self, changes: int, seconds: float) -> None:
        assert self.wait
        self.tools = self.wait()

    @property
    def alive(self) -> bool:
        return not (self.closed or self.lost)

    @property
    def peer(self) -> Peer:
        return self.pending.peer

    async def list_tools(self) -> tuple[Tool, ...]:
        return self.tools

    async def call_tool(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (as the real one)
        once: bool = False,
    ) -> CallToolResult:
        return await self.handler(name, arguments)

    async def close(self) -> None:
        self.closed = True


def _row(row: Mapping[str, Any]) -> Ticket:
    priority, labels = row.get("priority"), tuple(row.get("labels", ()))
    return Ticket(row["id"], row["title"], row.get("status", "open"), priority=priority, labels=labels)


@dataclass(frozen=True)
class FakeAdapter:
    """Reads ``{"rows": [...], "next": .., "total": ..}``; the search tool takes ``limit`` and ``cursor``."""

    pushes_down: frozenset[str] = frozenset()
    setup: tuple[ToolCall, ...] = ()
    takes_limit: bool = True
    name: str = "fake"
    reason: str = "a test wants it"
    native_language: str | None = None
    change_hints: ChangeHints = field(default_factory=ChangeHints)
    plans: list[TicketSearchCriteria] = field(default_factory=list)
    """What was planned, in order."""

    def setup_calls(self) -> tuple[ToolCall, ...]:
        return self.setup

    def after_setup(self, results: Sequence[CallToolResult]) -> Adapter:
        return self

    def memory(self) -> JsonValue:
        return None

    def search_failed(self, plan: Plan, call: ToolCall, error: MCPError) -> Page | None:
        return None

    def look_again(self, reference: TicketReference, results: Sequence[CallToolResult]) -> TicketReference | None:
        return None

    def field_calls(self, fields: Sequence[str]) -> tuple[ToolCall, ...]:
        return ()

    def with_fields(self, fields: Sequence[str], results: Sequence[CallToolResult | None]) -> Adapter:
        return self

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        self.plans.append(criteria)
        call = ToolCall("find", {"limit": criteria.max_results} if self.takes_limit else {})
        return plan_search(call, criteria, self.pushes_down & criteria.used_fields())

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:
        try:
            answer = json.loads(result.text)
            tickets = tuple(_row(row) for row in answer["rows"])
        except (ValueError, LookupError, TypeError) as error:
            raise InvalidResponseError("That is not what the fake tracker prints.") from error
        cursor = answer.get("next")
        next_call = ToolCall("find", {**call.arguments, "cursor": cursor}) if cursor is not None else None
        return Page(tickets, next_call, answer.get("total"), tuple(answer.get("warnings", ())))

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        return (ToolCall("get", {"id": reference.id}), ToolCall("comments", {"id": reference.id}))

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        row = json.loads(results[0].text)
        said = [] if results[1].is_error else json.loads(results[1].text)
        comments = tuple(Comment("mia", None, words) for words in said)
        return Ticket(row["id"], row["title"], "open", comments=comments)

    def value_calls(self) -> tuple[ToolCall, ...]:
        return (ToolCall("statuses", {}), ToolCall("people", {}))

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:
        names = ("status", "assignee")
        return {
            name: tuple(json.loads(result.text))
            for name, result in zip(names, results, strict=True)
            if not result.is_error
        }

    def failure(self, result: CallToolResult) -> MCPError | None:
        return failure_in(result)

    def roles(self) -> Mapping[str, str]:
        return {"find": "search", "get": "get"}

    def mapping(self) -> Mapping[str, Any]:
        return {"search": {"tool": "find"}}


class FakeBackend:
    """Starts `FakeSession`s that all answer with ``handler``; ``faults`` are raised by the next starts, in order."""

    def __init__(self, handler: Handler, adapter: Adapter | None = None) -> None:
        self.handler = handler
        self.adapter = adapter or FakeAdapter()
        self.spawn_faults: list[Exception] = []
        self.faults: list[Exception] = []
        self.starts = 0
        self.sessions: list[FakeSession] = []
        self.pending: list[FakePending] = []
        self.hang_next_start = False
        self.hanging = threading.Event()
        self.tools: tuple[Tool, ...] = (Tool("find"), Tool("get"))
        self.wait_for_tools: Callable[[], tuple[Tool, ...]] | None = None

    @property
    def live(self) -> int:
        return sum(session.alive for session in self.sessions)

    @property
    def functions(self) -> Backend:
        return Backend(self.spawn, self.open_session, self.choose_adapter)

    def spawn(self, profile: Profile) -> PendingTransport:
        if self.spawn_faults:
            raise self.spawn_faults.pop(0)
        self.pending.append(FakePending("last words"))
        return self.pending[-1]

    async def open_session(self, profile: Profile, pending: PendingTransport) -> Session:
        self.starts += 1
        await asyncio.sleep(0)
        if self.hang_next_start:
            self.hang_next_start = False
            self.hanging.set()
            await asyncio.Event().wait()
        if self.faults:
            raise self.faults.pop(0)
        assert isinstance(pending, FakePending)
        self.sessions.append(FakeSession(self.handler, pending, self.tools))
        self.sessions[-1].wait = self.wait_for_tools
        return self.sessions[-1]

    def choose_adapter(self, description: ServerDescription, profile: Profile) -> Adapter:
        if all(tool.name != "find" for tool in description.tools):
            raise NoSearchToolError("none of them finds")
        return self.adapter


class Listener:
    """The other end of a service: keeps the replies, and waits for one."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self._incoming: queue.SimpleQueue[Reply] = queue.SimpleQueue()

    def deliver(self, reply: Reply) -> None:
        self._incoming.put(reply)

    def until(self, wanted: Callable[[Reply], bool], *, bound: float = BOUND) -> Reply:
        """The first reply from now on that is wanted."""
        deadline = time.monotonic() + bound
        while True:
            try:
                reply = self._incoming.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no such reply; there were {self.replies}") from None
            self.replies.append(reply)
            if wanted(reply):
                return reply

    def next_of(self, kind: type[R]) -> R:
        reply = self.until(lambda reply: isinstance(reply, kind))
        assert isinstance(reply, kind)
        return reply

    def has_ended(self, request_id: int) -> bool:
        """Whether the request has its final reply."""
        return any(is_final(reply, request_id) for reply in self.replies)

    def final(self, request_id: int) -> Reply:
        return self.until(lambda reply: is_final(reply, request_id))

    def pages(self, request_id: int) -> list[TicketsFound]:
        """All pages of a search, the last one included; it must not fail."""
        reply = self.final(request_id)
        assert isinstance(reply, TicketsFound), reply
        return [r for r in self.replies if isinstance(r, TicketsFound) and r.request_id == request_id]

    def failure(self, request_id: int) -> Failed:
        reply = self.final(request_id)
        assert isinstance(reply, Failed), reply
        return reply

    def states(self) -> list[StateChanged]:
        return [reply for reply in self.replies if isinstance(reply, StateChanged)]


def is_final(reply: Reply, request_id: int) -> bool:
    if isinstance(reply, StateChanged | TerminalNeeded | LoginOffered | LoginEnded) or reply.request_id != request_id:
        return False
    return not isinstance(reply, TicketsFound | ChangePrepared | ChangeMade) or reply.complete


@dataclass
class FakeTime:
    """A clock that moves only when somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)
    chance: float = 0.5

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: BEGIN + timedelta(seconds=self.now), monotonic=lambda: self.now)

    @property
    def timing(self) -> RetryTiming:
        return RetryTiming(self.clock, self.sleep, lambda: self.chance)


def profile(
    name: str = "work",
    *,
    auth: AuthCommands | None = None,
    pool: PoolLimits | None = None,
    retry: RetryPolicy | None = None,
    timeouts: Timeouts | None = None,
    private_fields: tuple[str, ...] = (),
) -> Profile:
    return Profile(
        name,
        ("fake-server", "--stdio"),
        auth=auth,
        pool=pool or PoolLimits(),
        retry=retry or RetryPolicy(),
        timeouts=timeouts or Timeouts(),
        private_fields=private_fields,
        source="config.toml",
    )


@dataclass
class Bench:
    """A service with a scripted backend, and its listener."""

    service: Service
    backend: FakeBackend
    listener: Listener
    time: FakeTime
    prestarts: Prestarts

    def prestart(self, used: Profile) -> None:
        """Start the profile's server before anybody asked."""
        self.prestarts.start(used, self.backend.spawn)

    def ask(self, request: Request) -> Reply:
        self.service.submit(request)
        return self.listener.final(request.request_id)
