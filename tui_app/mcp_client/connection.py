"""Requests and answers over a transport, matched by id; runs on the event loop that made it.

Invariants: every request ends exactly once, by its answer, its time limit, its cancellation or the transport's loss;
after the loss none is left. An answer that nobody waits for (late, twice, unknown) is dropped.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from typing import Any

from msgspec import Struct

from tui_app.mcp_client import explanations, wire
from tui_app.mcp_client.era import MODERN_META
from tui_app.mcp_client.transport import PendingTransport
from tui_app.mcp_client.types import Tool
from tui_app.tickets.errors import MCPError

_CHECK_INTERVAL = 0.25
"""Seconds between looks at whether the other side is still there, while answers are due."""
_MOMENT = 0.5
"""Seconds until an answer is no longer expected: after an error that may be one, or the first half of a message."""
_UNREAD, _INVALID = -32700, -32600
"""Parse error and invalid request: the codes of an error without an id that can mean a request."""
_MOST_BACKLOG = 8 * 1024 * 1024
"""Bytes that a server may leave unread before its own requests go unanswered."""


class ClientLimits(Struct, frozen=True):
    """Seconds, bytes and counts beyond which a request or a session is given up."""

    start: float = 30.0
    """From the first request to its proper answer. Real servers need up to 13 s when cold."""
    request: float = 30.0
    """Silence on one request; progress that the server reports restarts it."""
    hard_maximum: float = 300.0
    """The whole of one request, whatever progress is reported."""
    probe: float = 2.0
    """Silence after ``server/discover`` that marks a server as one which knows only ``initialize``."""
    message_bytes: int = 32 * 1024 * 1024
    """One message. The largest answers of real trackers are a few MB."""
    tool_pages: int = 100
    """Pages of tools/list; no real server needs more than a few."""


class _Pending:
    """A request that was sent and not answered."""

    __slots__ = ("cancellable", "future", "hard_end", "notified", "silence", "skipped", "timer", "what")

    def __init__(
        self, what: str, future: asyncio.Future[Mapping[str, Any]], cancellable: bool, *, notified: int, skipped: int
    ) -> None:
        self.what = what
        self.notified = notified
        self.skipped = skipped
        self.future = future
        self.cancellable = cancellable
        self.silence = 0.0
        self.hard_end = 0.0
        self.timer: asyncio.TimerHandle | None = None


class Connection:
    """Opens a transport, and owns it from the first request to its end."""

    def __init__(self, transport: PendingTransport, limits: ClientLimits) -> None:
        self.peer = transport.peer
        self.modern = False
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._pending: dict[int, _Pending] = {}
        self._ids = itertools.count(1)
        self._heard = False
        self._reader = wire.UntidyReader(limits.message_bytes)
        self._half: asyncio.TimerHandle | None = None
        self._notified = 0
        self._notifications_taken = 0
        """How many of our notifications the server has taken: what it answered later, or an error was meant for it."""
        self.tool_changes = 0
        """How often the server has announced that its tools are others."""
        self._tools_changed = asyncio.Event()
        self._next_check: asyncio.TimerHandle | None = None
        self._lost: MCPError | None = None
        self._transport = transport.open(
            message_bytes=limits.message_bytes,
            on_message=self._take,
            on_failed=self._settle,
            on_lost=self._lose_transport,
        )

    @property
    def alive(self) -> bool:
        """Whether requests can succeed."""
        return self._lost is None and self._transport.alive

    @property
    def refused_probe_by_ending(self) -> bool:
        """It read the probe, answered nothing and ended, as some servers do that expect ``initialize`` first."""
        return not self._heard and self._transport.lost_after_reading

    # --------------------------------------------------------------- sending

    async def request(
        self,
        method: str,
        params: Mapping[str, Any],
        timeout: float | None = None,  # noqa: ASYNC109 (progress extends it)
        *,
        once: bool = False,
    ) -> Mapping[str, Any]:
        """Send a request and wait for its result through at most ``timeout`` seconds of silence.

        ``once``: it changes something, so no transport sends it again, whatever is answered.

        Raises:
            MCPTimeoutError: nothing came in time; the server was asked to cancel.
            MCPConnectionError: the server is gone.
            MCPProtocolError: the answer cannot be read.
            MCPToolError: the server answered with an error.
        """
        number, pending = self._send(method, params, cancellable=True, once=once)
        now = self._loop.time()
        pending.silence = self._limits.request if timeout is None else timeout
        pending.hard_end = now + max(self._limits.hard_maximum, timeout or 0.0)
        pending.timer = self._loop.call_at(min(now + pending.silence, pending.hard_end), self._expire, number)
        try:
            return await pending.future
        except asyncio.CancelledError:
            self._give_up(number, "the user no longer waits for it")
            raise

    def send(self, method: str, params: Mapping[str, Any]) -> asyncio.Future[Mapping[str, Any]]:
        """Send a request that is never cancelled and has no time limit of its own."""
        return self._send(method, params, cancellable=False)[1].future

    def usable(self, tools: Sequence[Tool]) -> tuple[Tool, ...]:
        """Those of the server's ``tools`` that can be called over this transport."""
        return self._transport.usable(tools)

    def notify(self, method: str) -> None:
        """Send a notification."""
        self._notify(method)

    async def wait_for_tools(self, changes: int, seconds: float) -> None:
        """Wait until the server has announced more than ``changes`` changes of its tools, or is gone."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.tool_changes <= changes and self.alive:
                    self._tools_changed.clear()
                    await self._tools_changed.wait()

    def _notify(self, method: str, params: Mapping[str, Any] | None = None) -> None:
        self._notified += 1
        self._transport.send(wire.notification(method, params))

    def _send(
        self, method: str, params: Mapping[str, Any], *, cancellable: bool, once: bool = False
    ) -> tuple[int, _Pending]:
        if self._lost is not None:
            raise copy(self._lost)
        number = next(self._ids)
        what = f"{method} {params['name']}" if "name" in params else method
        pending = self._pending[number] = _Pending(
            what,
            self._loop.create_future(),
            cancellable,
            notified=self._notified,
            skipped=self.peer.skipped_lines,
        )
        if cancellable:
            params = {**params, "_meta": {"progressToken": number, **(MODERN_META if self.modern else {})}}
        self._transport.send(wire.request(number, method, params, once=once))
        if self._next_check is None:
            self._next_check = self._loop.call_later(_CHECK_INTERVAL, self._check)
        return number, pending

    def _check(self) -> None:
        self._next_check = None
        if self._pending:
            self._transport.check()
            self._next_check = self._loop.call_later(_CHECK_INTERVAL, self._check)

    # ------------------------------------------------------ how a request ends

    def _settle(self, number: int, outcome: Mapping[str, Any] | MCPError) -> None:
        self._transport.settled(number)
        pending = self._forget(number)
        if pending is None or pending.future.done():
            return
        if isinstance(outcome, MCPError):
            pending.future.set_exception(outcome)
        else:
            pending.future.set_result(outcome)

    def _forget(self, number: int) -> _Pending | None:
        pending = self._pending.pop(number, None)
        if pending is not None and pending.timer is not None:
            pending.timer.cancel()
        return pending

    def _give_up(self, number: int, reason: str) -> None:
        """Forget a request that is still pending, and notify the server."""
        pending = self._forget(number)
        if pending is not None and pending.cancellable:
            self._notify("notifications/cancelled", {"requestId": number, "reason": reason})
            self._transport.abandon(number)

    def _expire(self, number: int) -> None:
        pending = self._pending.get(number)
        if pending is None:
            return
        limit = self._limits.hard_maximum if self._loop.time() >= pending.hard_end else pending.silence
        self._give_up(number, "it took too long")
        if not pending.future.done():
            noise = self.peer.skipped_lines > pending.skipped
            pending.future.set_exception(explanations.too_slow(self.peer, pending.what, limit, noise=noise))

    def _progressed(self, params: Mapping[str, Any]) -> None:
        """The server reports progress: the silence restarts, the hard end stays."""
        token = params.get("progressToken")
        if not isinstance(token, int):
            return
        pending = self._pending.get(token)
        if pending is None or pending.timer is None:
            return
        pending.timer.cancel()
        moment = min(self._loop.time() + pending.silence, pending.hard_end)
        pending.timer = self._loop.call_at(moment, self._expire, token)

    # -------------------------------------------------------------- receiving

    def _take(self, line: bytes) -> None:
        self._handle(lambda: self._reader.messages(line))
        if self._reader.held and self._half is None:
            self._half = self._loop.call_later(_MOMENT, self._expect_rest, self._reader.held)

    def _handle(self, read: Callable[[], Iterable[wire.Message]]) -> None:
        """Handle the messages that ``read`` finds; after a fault of our own none is handled any more."""
        try:
            for message in read() if self._lost is None else ():
                if isinstance(message, wire.Noise):
                    self.peer.keep_skipped(message.line)
                else:
                    self._received(message)
                    self._heard = True
        except Exception as fault:  # noqa: BLE001 (ours; the transport can tell nobody)
            self._lose_transport(explanations.broken_here(self.peer, fault, self._loop))

    def _expect_rest(self, held: int) -> None:
        """The message of which ``held`` bytes were there a moment ago goes on, or was cut off."""
        self._half = None
        if self._reader.held == held:
            self._handle(self._reader.let_go)
        elif self._reader.held:
            self._half = self._loop.call_later(_MOMENT, self._expect_rest, self._reader.held)

    def _received(self, message: wire.Message) -> None:
        match message:
            case wire.Answer():
                self._answered(message.id, message.result)
            case wire.Notification(method="notifications/progress"):
                self._progressed(message.params)
            case wire.Notification(method="notifications/tools/list_changed"):
                self.tool_changes += 1
                self._tools_changed.set()
            case wire.Refusal(id=None):
                self._refused_something(message)
            case wire.Refusal(id=int(number)):
                self._answered(number, explanations.refused(self.peer, message))
            case wire.Unreadable() if pending := self._pending.get(message.id):
                self._answered(message.id, explanations.unreadable(self.peer, pending.what, message.reason))
            case wire.ServerRequest():
                self._asked(message)
            case _:
                pass  # nobody waits for it

    def _answered(self, number: int, outcome: Mapping[str, Any] | MCPError) -> None:
        pending = self._pending.get(number)
        if pending is not None:
            self._notifications_taken = max(self._notifications_taken, pending.notified)
        self._settle(number, outcome)

    def _refused_something(self, refusal: wire.Refusal) -> None:
        """An error that names no request. It is given to one only where nothing else can be meant: the server could
        not read the one request under way, finds no notification of ours invalid, and answers nothing within a moment.
        """
        number = next(iter(self._pending)) if len(self._pending) == 1 else None
        if number is not None and not self._heard and not self._pending[number].cancellable:  # the probe
            self._settle(number, explanations.refused(self.peer, refusal))
            return
        self.peer.keep_skipped(f"an error that names no request: {refusal.message}".encode(errors="replace"))
        if self._notified > self._notifications_taken and refusal.code != _UNREAD:
            self._notifications_taken += 1
        elif number is not None and refusal.code in {_UNREAD, _INVALID}:
            self._loop.call_later(_MOMENT, self._settle, number, explanations.refused(self.peer, refusal))

    def _asked(self, request: wire.ServerRequest) -> None:
        """Answer a request of a legacy server; a modern one must not send any, and is never answered."""
        if self.modern or self._transport.backlog > _MOST_BACKLOG:
            return
        if request.method == "ping":
            self._transport.send(wire.answer(request.id, {}))
        elif request.method == "roots/list":
            self._transport.send(wire.answer(request.id, {"roots": []}))
        else:
            refusal = wire.refusal(request.id, wire.METHOD_NOT_FOUND, "ticketdeck does not offer this")
            self._transport.send(refusal)

    # ------------------------------------------------------------------ the end

    async def close(self, *, patiently: bool = True) -> None:
        """End the server; pending requests fail. Returns when it is gone; harmless when it is already."""
        await self._transport.close(patiently=patiently)

    def _lose_transport(self, error: MCPError) -> None:
        self._lost = self._lost or error
        if self._next_check is not None:
            self._next_check.cancel()
        if self._half is not None:
            self._half.cancel()
        self._tools_changed.set()
        for number in tuple(self._pending):
            self._settle(number, copy(error))
