"""Requests and answers over one server process, matched by id; runs on the event loop that made it.

Invariants: every request ends exactly once, by its answer, its time limit, its cancellation or the server's end;
within a second of the server's end none is left. An answer that nobody waits for (late, twice, unknown) is dropped.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from copy import copy
from typing import Any

from tui_app.mcp_client import failures, wire
from tui_app.mcp_client.command import ClientLimits
from tui_app.mcp_client.era import MODERN_META
from tui_app.mcp_client.pipes import ProcessPipes
from tui_app.mcp_client.process import ServerProcess
from tui_app.tickets.errors import MCPError

_PULSE = 0.25
"""Seconds between looks at whether the process runs, while answers are due: a grandchild may keep its pipes open."""
_EXIT_GRACE = 0.4
"""Seconds between a server's last output and its exit code; past it the message does without the code."""
_EXIT_STEP = 0.01
_MOST_UNSENT = 8 * 1024 * 1024
"""Bytes that a server may leave unread before its own requests go unanswered."""


class _Pending:
    """A request that was sent and not answered."""

    __slots__ = ("cancellable", "future", "hard_end", "silence", "timer", "what")

    def __init__(self, what: str, future: asyncio.Future[Mapping[str, Any]], cancellable: bool) -> None:
        self.what = what
        self.future = future
        self.cancellable = cancellable
        self.silence = 0.0
        self.hard_end = 0.0
        self.timer: asyncio.TimerHandle | None = None


class Connection:
    """Owns the pipes of a `ServerProcess` from the first request to the process's end."""

    def __init__(self, process: ServerProcess, limits: ClientLimits) -> None:
        self.process = process
        self.modern = False
        self.died_of_first_words = False
        """It read what was sent, said nothing and ended, as some do whose first message must be ``initialize``."""
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._pending: dict[int, _Pending] = {}
        self._ids = itertools.count(1)
        self._heard = False
        self._pulse: asyncio.TimerHandle | None = None
        self._lost: MCPError | None = None
        self._ending: asyncio.Task[None] | None = None
        self._pipes = ProcessPipes(
            process, limits.line_bytes, on_line=self._line, on_end=self._finish, on_overflow=self._overflow
        )

    @property
    def alive(self) -> bool:
        """Whether requests have a chance."""
        return self._ending is None and self.process.exit_code is None

    # ------------------------------------------------------------ what we send

    async def request(
        self,
        method: str,
        params: Mapping[str, Any],
        timeout: float | None = None,  # noqa: ASYNC109 (progress extends it)
    ) -> Mapping[str, Any]:
        """Send a request and wait for its result through at most ``timeout`` seconds of silence.

        Raises:
            MCPTimeoutError: nothing came in time; the server was told to stop.
            MCPConnectionError: the server is gone.
            MCPProtocolError: the answer cannot be read.
            MCPToolError: the server answered with an error.
        """
        number, pending = self._send(method, params, cancellable=True)
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

    def notify(self, method: str) -> None:
        """Send a notification."""
        self._write(wire.notification(method))

    def _send(self, method: str, params: Mapping[str, Any], *, cancellable: bool) -> tuple[int, _Pending]:
        if self._lost is not None:
            raise copy(self._lost)
        number = next(self._ids)
        what = f"{method} {params['name']}" if "name" in params else method
        pending = self._pending[number] = _Pending(what, self._loop.create_future(), cancellable)
        if cancellable:
            params = {**params, "_meta": {"progressToken": number, **(MODERN_META if self.modern else {})}}
        self._write(wire.request(number, method, params))
        if self._pulse is None:
            self._pulse = self._loop.call_later(_PULSE, self._beat)
        return number, pending

    def _write(self, line: bytes) -> None:
        if self._ending is None:
            self._pipes.write(line)

    # ------------------------------------------------------ how a request ends

    def _settle(self, number: int, outcome: Mapping[str, Any] | MCPError) -> None:
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
        """Forget a request that is still pending, and tell the server."""
        pending = self._forget(number)
        if pending is not None and pending.cancellable:
            self._write(wire.notification("notifications/cancelled", {"requestId": number, "reason": reason}))

    def _expire(self, number: int) -> None:
        pending = self._pending.get(number)
        if pending is None:
            return
        limit = self._limits.hard_maximum if self._loop.time() >= pending.hard_end else pending.silence
        self._give_up(number, "it took too long")
        if not pending.future.done():
            pending.future.set_exception(failures.too_slow(self.process, pending.what, limit))

    def _progressed(self, params: Mapping[str, Any]) -> None:
        """The server works on a request: the silence starts anew, the hard end stays."""
        token = params.get("progressToken")
        if not isinstance(token, int):
            return
        pending = self._pending.get(token)
        if pending is None or pending.timer is None:
            return
        pending.timer.cancel()
        moment = min(self._loop.time() + pending.silence, pending.hard_end)
        pending.timer = self._loop.call_at(moment, self._expire, token)

    # --------------------------------------------------------- what we receive

    def _line(self, line: bytes) -> None:
        for message in wire.messages(line):
            if isinstance(message, wire.Noise):
                self.process.keep_skipped(message.line)
            else:
                self._heard = True
                self._received(message)

    def _received(self, message: wire.Message) -> None:
        match message:
            case wire.Answer():
                self._settle(message.id, message.result)
            case wire.Notification(method="notifications/progress"):
                self._progressed(message.params)
            case wire.Refusal():
                self._refused(message)
            case wire.Unreadable() if pending := self._pending.get(message.id):
                self._settle(message.id, failures.unreadable(self.process, pending.what, message.reason))
            case wire.ServerRequest():
                self._asked(message)

    def _refused(self, refusal: wire.Refusal) -> None:
        number = refusal.id
        if number is None and len(self._pending) == 1:
            number = next(iter(self._pending))  # the server could not read the id; only this one can be meant
        if number is not None:
            self._settle(number, failures.refused(self.process, refusal))

    def _asked(self, request: wire.ServerRequest) -> None:
        """Answer a legacy server, which may ask; a modern one must not, and is never answered."""
        if self.modern or self._pipes.unsent > _MOST_UNSENT:
            return
        if request.method == "ping":
            self._write(wire.answer(request.id, {}))
        elif request.method == "roots/list":
            self._write(wire.answer(request.id, {"roots": []}))
        else:
            self._write(wire.refusal(request.id, wire.METHOD_NOT_FOUND, "ticketdeck does not offer this"))

    # ------------------------------------------------------------------ the end

    async def close(self, *, patiently: bool = True) -> None:
        """End the server; pending requests fail. Returns when it is gone; harmless when it is already."""
        self._finish(failures.closed(self.process), patiently=patiently)
        if self._ending is not None:
            await asyncio.shield(self._ending)

    def _overflow(self) -> None:
        self._finish(failures.line_too_long(self.process, self._limits.line_bytes))

    def _finish(self, error: MCPError | None = None, *, patiently: bool = False) -> None:
        """Begin the end, once. Without ``error`` the server itself went, and how is found out first."""
        if self._ending is None:
            self._pipes.stop_writing()
            if error is not None:
                self._fail_all(error)
            self._ending = self._loop.create_task(self._end(patiently))

    async def _end(self, patiently: bool) -> None:
        if self._lost is None:
            await self._until_exit()
            self._pipes.read_rest()
            self.died_of_first_words = not self._heard and self.process.has_read_everything()
            self._fail_all(failures.gone(self.process))
        for pause in self.process.ending(patiently=patiently):
            await asyncio.sleep(pause)
        self._pipes.detach()
        self.process.close_pipes()

    async def _until_exit(self) -> None:
        deadline = self._loop.time() + _EXIT_GRACE
        while self.process.exit_code is None and self._loop.time() < deadline:  # noqa: ASYNC110 (no event tells it)
            await asyncio.sleep(_EXIT_STEP)

    def _fail_all(self, error: MCPError) -> None:
        self._lost = error
        if self._pulse is not None:
            self._pulse.cancel()
        for number in tuple(self._pending):
            self._settle(number, copy(error))

    def _beat(self) -> None:
        self._pulse = None
        if not self._pending or self._ending is not None:
            return
        if self.process.exit_code is not None:
            self._finish()
        else:
            self._pulse = self._loop.call_later(_PULSE, self._beat)
