"""The Streamable HTTP transport of both eras: every message of ours is a POST, and its response carries the answer.

Invariants: of each request exactly one of these happens: its answer is handed on, its failure is reported, or it was
abandoned. A body or event beyond the limit ends that request only. A token goes to the origin of the endpoint alone.

Legacy (2025-03-26 to 2025-11-25): session id, resumption by GET, DELETE at the end. Modern (2026-07-28): none of these.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress

import httpx2

from tui_app.mcp_client import explanations
from tui_app.mcp_client.auth_challenge import TokenSource
from tui_app.mcp_client.http import http_exchange, http_failures
from tui_app.mcp_client.http.endpoint import HttpEndpoint
from tui_app.mcp_client.http.events import EventReader, TooLargeError
from tui_app.mcp_client.http.http_exchange import EVENT_STREAM, Exchange, ParameterHeaders, media_type, modern_version
from tui_app.mcp_client.http.network import http_client, read_body
from tui_app.mcp_client.peer import Peer
from tui_app.mcp_client.types import Tool
from tui_app.mcp_client.wire import Frame
from tui_app.tickets.clock import Clock
from tui_app.tickets.errors import MCPError, SessionExpiredError

_ACCEPT = "application/json, text/event-stream"
_MOST_TRIES = 6
"""Exchanges for one message: redirects, a new token, short pauses."""
_CONNECTION_BYTES = 512 * 1024
"""What a message under way counts for beside its own bytes: each takes a connection, and many take the event loop."""
_MOST_PAUSES = 2
"""Pauses for one message that the server asks for by Retry-After."""
_DRAIN_SECONDS = 1.0
"""A stream that has carried its answer may end by itself, so that its connection can be used again."""
_FIRST_SECONDS = 2.0
"""For the response to ``notifications/initialized``; requests do not wait for it longer."""
_CLOSE_SECONDS = 2.0  # for the end of a legacy session and of all connections
_RECONNECT_SECONDS = 1.0
"""Before a stream is resumed, where the server names no time."""
_MOST_RESUMPTIONS = 20
_PROBE = "server/discover"
_GREETINGS = (_PROBE, "initialize")


class StreamableTransport:
    """A `Transport` over HTTP."""

    def __init__(
        self,
        endpoint: HttpEndpoint,
        peer: Peer,
        clock: Clock,
        tokens: TokenSource | None,
        message_bytes: int,
        *,
        on_message: Callable[[bytes], None],
        on_failed: Callable[[int, MCPError], None],
        on_lost: Callable[[MCPError], None],
    ) -> None:
        self.alive = True
        self.lost_after_reading = False
        self._endpoint = endpoint
        self._url = endpoint.url
        self._peer = peer
        self._clock = clock
        self._tokens = tokens if endpoint.may_carry_tokens and not endpoint.own_authorization else None
        self._message_bytes = message_bytes
        self._on_message, self._on_failed, self._on_lost = on_message, on_failed, on_lost
        self._client = http_client(endpoint)
        self._client.headers.update(endpoint.headers)
        self._exchanges: dict[int, Exchange] = {}
        self._others: set[Exchange] = set()
        """Notifications, and answers to the server's requests."""
        self._first: asyncio.Task[None] | None = None
        """``notifications/initialized`` on its way: a server may refuse requests until it is there."""
        self._session: str | None = None
        self._version: str | None = None
        self._modern = False
        """Whether that is the era of the requests: a slow server may have answered the greetings of both."""
        self._parameters: dict[str, ParameterHeaders] = {}

    # ---------------------------------------------------- what Transport asks for

    @property
    def backlog(self) -> int:
        return sum(_CONNECTION_BYTES + len(exchange.frame.data) for exchange in self._others)

    def send(self, frame: Frame) -> None:
        if not self.alive or (frame.method == "notifications/cancelled" and (self._modern or self._version is None)):
            return  # in the modern era the end of the response is the cancellation
        if frame.method not in _GREETINGS and frame.request_id is not None:
            self._modern = modern_version(frame) is not None
        exchange = Exchange(frame)
        if frame.request_id is None:
            self._others.add(exchange)
        else:
            self._exchanges[frame.request_id] = exchange
        exchange.task = asyncio.get_running_loop().create_task(self._run(exchange))
        if frame.method == "notifications/initialized":
            self._first = exchange.task

    def settled(self, request_id: int) -> None:
        exchange = self._exchanges.get(request_id)
        if exchange is not None:
            exchange.answered = True

    def abandon(self, request_id: int) -> None:
        """Close the response; in the modern era this is what tells the server to stop."""
        exchange = self._exchanges.pop(request_id, None)
        if exchange is not None and exchange.task is not None:
            exchange.task.cancel()

    def usable(self, tools: Sequence[Tool]) -> tuple[Tool, ...]:
        """Those whose calls can carry the headers that they ask for; the others are named in the log."""
        if not self._modern:
            return tuple(tools)
        usable = []
        for tool in tools:
            try:
                self._parameters[tool.name] = http_exchange.parameter_headers(tool.input_schema)
            except http_exchange.InvalidAnnotationError as error:
                self._log(f"the tool {tool.name} is left out: its x-mcp-header is wrong: {error}")
            else:
                usable.append(tool)
        return tuple(usable)

    def check(self) -> None:
        """Whether the server is there is seen by every exchange itself."""

    async def close(self, *, patiently: bool = True) -> None:
        was_alive = self.alive
        self._lose(explanations.closed(self._peer))
        tasks = [e.task for e in (*self._exchanges.values(), *self._others) if e.task is not None]
        for task in tasks:
            task.cancel()
        with suppress(*http_exchange.FAILURES):
            async with asyncio.timeout(_CLOSE_SECONDS), aclosing(self._client):
                await asyncio.gather(*tasks, return_exceptions=True)
                if was_alive and patiently and self._session is not None:
                    await self._client.request("DELETE", self._url, headers=await self._headers(None))

    # ---------------------------------------------------------- one exchange

    async def _run(self, exchange: Exchange) -> None:
        """Send a message and hand on what is answered, or why nothing is; a fault of our own ends all requests."""
        try:
            self._ended(exchange, await self._failure(exchange))
        except Exception as fault:  # noqa: BLE001 (ours; nobody waits for this task)
            self._lose(explanations.broken_here(self._peer, fault, asyncio.get_running_loop()))
        finally:
            self._others.discard(exchange)

    async def _failure(self, exchange: Exchange) -> MCPError | None:
        """What the exchange fails with, once it has ended."""
        frame = exchange.frame
        try:
            if self._first is not None and frame.request_id is not None:
                await asyncio.wait((self._first,), timeout=_FIRST_SECONDS)
            await self._exchanged(exchange)
        except http_exchange.FAILURES as error:
            failure = await http_exchange.failure_of(self._peer, exchange, error, self._message_bytes)
            hung_up = isinstance(error, (httpx2.ReadError, httpx2.RemoteProtocolError)) and failure.retryable  # some do
            return http_failures.refused_probe(failure) if frame.method == _PROBE and hung_up else failure
        return None

    def _ended(self, exchange: Exchange, failure: MCPError | None) -> None:
        number = exchange.frame.request_id
        if failure is not None:
            self._log(f"{exchange.what}: {failure.cause}")
        if isinstance(failure, SessionExpiredError):
            self._lose(failure)
        if number is None or self._exchanges.pop(number, None) is None or exchange.answered:
            return
        self._on_failed(number, failure or http_failures.broken_off(self._peer, exchange.what))

    async def _exchanged(self, exchange: Exchange) -> None:
        pauses, challenged, status, once = 0, False, 0, exchange.frame.once
        for _ in range(_MOST_TRIES):
            token = await self._token()
            async with self._posted(exchange, token) as response:
                status = response.status_code
                if status < 300:
                    await self._succeeded(exchange, response)
                    return
                if status < 400:
                    self._url = http_exchange.moved_to(self._peer, self._endpoint.url, self._url, response)
                    if once:
                        raise http_failures.redirected(self._peer, status, self._url)
                    continue
                patient = pauses < _MOST_PAUSES and not once
                pause = http_exchange.pause_of(self._peer, response, self._clock, patient=patient)
                if pause is None:
                    challenge = http_exchange.challenge_in(self._url, response)
                    if challenge is None:
                        await self._refused(exchange, response)
                        return
                    helpless = challenged or once
                    if helpless or self._tokens is None or not await self._tokens.challenged(challenge, token):
                        raise http_failures.refused_login(self._peer, challenge, had_token=token is not None)
                    challenged = True
                    continue
            pauses += 1
            await asyncio.sleep(pause)
        loop, self._url = self._url, self._endpoint.url
        raise http_failures.redirected(self._peer, status, loop)

    @asynccontextmanager
    async def _posted(self, exchange: Exchange, token: str | None) -> AsyncIterator[httpx2.Response]:
        """The response to a message, its body unread."""
        frame = exchange.frame
        name = (frame.params or {}).get("name")
        headers = await self._headers(token) if modern_version(frame) is None else http_exchange.authorization(token)
        headers |= http_exchange.mirrored_headers(
            frame, self._parameters.get(name, {}) if isinstance(name, str) else {}
        )
        headers |= {"Accept": _ACCEPT, "Content-Type": "application/json"}
        begin = self._clock.monotonic()
        async with self._client.stream("POST", self._url, content=frame.data, headers=headers) as response:
            kind = response.headers.get("content-type", "no body")
            took = self._clock.monotonic() - begin
            self._log(f"{exchange.what}: {response.status_code} {kind[:100]} after {took:.2f} s")
            try:
                yield response
            except MCPError:
                await http_exchange.hang_up(response)
                raise

    async def _headers(self, token: str | None) -> dict[str, str]:
        """The headers of a legacy session."""
        headers = http_exchange.authorization(token or await self._token())
        if self._session is not None:
            headers[http_exchange.SESSION_HEADER] = self._session
        if self._version is not None:
            headers[http_exchange.VERSION_HEADER] = self._version
        return headers

    async def _token(self) -> str | None:
        """The access token to send now; it is masked wherever the server repeats it."""
        token = await self._tokens.token() if self._tokens is not None else None
        if token is not None:
            self._peer.keep_token(token)
        return token

    # ------------------------------------------------------------ the answer

    async def _succeeded(self, exchange: Exchange, response: httpx2.Response) -> None:
        if exchange.frame.method == "initialize":
            session = response.headers.get(http_exchange.SESSION_HEADER)
            self._session = session if session and session.isascii() and session.isprintable() else None
        if exchange.frame.request_id is None:
            return
        kind = media_type(response)
        if kind in ("application/json", "text/json") or kind.endswith("+json"):
            await self._read_json(exchange, response)
        elif kind == EVENT_STREAM:
            await self._read_events(exchange, response)
        else:
            body = await read_body(response, self._message_bytes)
            if body.lstrip()[:1] == b"{":  # a message, whatever type it is said to have
                self._hand_on(exchange, body)
            if not exchange.answered:
                text = http_exchange.begin_of(body)
                page = http_exchange.is_page(kind, text)
                raise http_failures.no_message(self._peer, exchange.what, response.status_code, kind, text, page=page)

    async def _read_json(self, exchange: Exchange, response: httpx2.Response) -> None:
        length = response.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:15]) > self._message_bytes:
            raise TooLargeError
        self._hand_on(exchange, body := await read_body(response, self._message_bytes))
        if not exchange.answered and not self._hand_on_as_error(exchange, body):
            raise http_exchange.no_answer(self._peer, exchange, body)

    async def _read_events(self, exchange: Exchange, response: httpx2.Response) -> None:
        reader = EventReader(self._message_bytes)
        await self._events_of(exchange, response, reader)
        resumptions = 0
        legacy = modern_version(exchange.frame) is None
        while legacy and not exchange.answered and reader.last_id is not None and resumptions < _MOST_RESUMPTIONS:
            resumptions += 1
            await asyncio.sleep(_RECONNECT_SECONDS if reader.retry is None else reader.retry)
            self._log(f"{exchange.what}: the stream ended early; it is resumed")
            headers = {**await self._headers(None), "Accept": EVENT_STREAM, "Last-Event-ID": reader.last_id}
            async with self._client.stream("GET", self._url, headers=headers) as resumed:
                if resumed.status_code != 200 or media_type(resumed) != EVENT_STREAM:
                    break
                await self._events_of(exchange, resumed, reader)
        if not exchange.answered:
            raise http_failures.broken_off(self._peer, exchange.what)

    async def _events_of(self, exchange: Exchange, response: httpx2.Response, reader: EventReader) -> None:
        """Hand on the events of one response until it ends or the answer has come."""
        async with aclosing(http_exchange.event_data(response, reader)) as events:
            async for data in events:
                self._hand_on(exchange, data)
                if exchange.answered:
                    break
            with suppress(TimeoutError, httpx2.HTTPError, TooLargeError):
                async with asyncio.timeout(_DRAIN_SECONDS):
                    async for _ in events:
                        pass

    def _hand_on(self, exchange: Exchange, message: bytes) -> None:
        if exchange.frame.method == "initialize":
            self._version = http_exchange.negotiated_version(message) or self._version
        self._on_message(message)

    def _hand_on_as_error(self, exchange: Exchange, body: bytes) -> bool:
        """Hand on a JSON-RPC error whose id is null or made up: by HTTP it belongs to this request all the same."""
        error = http_exchange.error_of(body, exchange.frame.request_id)
        if error is not None:
            self._on_message(error)
        return exchange.answered

    # --------------------------------------------------------------- refusals

    async def _refused(self, exchange: Exchange, response: httpx2.Response) -> None:
        """Hand on the message in an error's body, or raise what its status means."""
        status, kind = response.status_code, media_type(response)
        body = await http_exchange.error_body(response)
        asks = exchange.frame.request_id is not None
        in_session = asks and self._session and not self._modern and exchange.frame.method != "initialize"
        if in_session and http_exchange.session_forgotten(status, body):
            raise http_failures.session_expired(self._peer, status)
        if asks and self._hand_on_as_error(exchange, body.encode()):
            return
        if exchange.frame.method == "initialize" and status in (400, 404, 405):
            headers = {**await self._headers(None), "Accept": EVENT_STREAM}
            if await http_exchange.speaks_old_transport(self._client, self._url, headers):
                raise http_failures.old_transport(self._peer)
        page = http_exchange.is_page(kind, body)
        error = (http_failures.web_page if page else http_failures.refused)(self._peer, status, body)
        if exchange.frame.method == _PROBE and http_exchange.may_mean_the_method(status):
            raise http_failures.refused_probe(error)
        raise error

    # ---------------------------------------------------------------- the end

    def _lose(self, error: MCPError) -> None:
        if self.alive:
            self.alive = False
            self._on_lost(error)

    def _log(self, line: str) -> None:
        """Add a line; the probe goes by a name of its own, since its echo is cut out of the logs of programs."""
        self._peer.keep_log(line.replace(_PROBE, "probe").encode("utf-8", "replace") + b"\n")
