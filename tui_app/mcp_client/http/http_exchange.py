"""One exchange: the headers that repeat parts of its request, and what its response says beside messages.

The headers are those of 2026-07-28, basic/transports/streamable-http. `ParameterHeaders` are the annotations
``x-mcp-header`` of one tool; a tool whose annotations break the rules must be left out of the list of tools.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import suppress
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urljoin, urlsplit

import httpx2

from tui_app.mcp_client.auth_challenge import AuthChallenge, read_challenge
from tui_app.mcp_client.http import http_failures
from tui_app.mcp_client.http.endpoint import origin
from tui_app.mcp_client.http.events import EventReader, TooLargeError, Unpacker, UnreadableBodyError
from tui_app.mcp_client.http.network import read_body, refusal_by_tls
from tui_app.tickets.errors import MCPError

if TYPE_CHECKING:
    from tui_app.mcp_client.peer import Peer
    from tui_app.mcp_client.wire import Frame
    from tui_app.tickets.clock import Clock

EVENT_STREAM = "text/event-stream"

_NETWORK_FAILURES = (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError, ValueError)
FAILURES = (MCPError, TooLargeError, UnreadableBodyError, *_NETWORK_FAILURES)
"""All that an exchange may end with."""

_LONGEST_PAUSE = 2.0
"""Seconds of a Retry-After that are waited out."""
_ERROR_BYTES = 64 * 1024
"""Of an error's body: a message of the protocol is smaller, and of a page only the title is shown."""
_BODY_SECONDS = 3.0  # for an error's body, and for the first event of the old transport

VERSION_HEADER = "MCP-Protocol-Version"
SESSION_HEADER = "Mcp-Session-Id"
META_VERSION = "io.modelcontextprotocol/protocolVersion"

_ANNOTATION = "x-mcp-header"
_NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,200}")
_PLAIN_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_LOOKS_ENCODED = re.compile(r"=\?base64\?.*\?=", re.IGNORECASE | re.DOTALL)
_SECONDS = re.compile(r"([0-9]{1,9})[0-9]*(\.[0-9]{1,3})?[0-9]*")  # some send fractions
_MIRRORED_TYPES = ("string", "integer", "boolean")
_BEFORE_PAGE = re.compile(r"(?:\s|<\?[^<>]*>|<!--.*?-->)*", re.DOTALL)
_DEEPEST = 20  # levels of a schema; hostile nesting ends here

ParameterHeaders: TypeAlias = Mapping[tuple[str, ...], str]
"""Path of an argument within ``properties`` to the name of its header."""


class Exchange:
    """A message on its way, until its response has ended."""

    __slots__ = ("answered", "frame", "task", "what")

    def __init__(self, frame: Frame) -> None:
        name = (frame.params or {}).get("name")
        self.frame = frame
        self.what = f"{frame.method or 'an answer of ours'}{f' {name}' if isinstance(name, str) else ''}"
        self.answered = False
        self.task: asyncio.Task[None] | None = None


def media_type(response: httpx2.Response) -> str:
    """The type of the body without parameters, in lower case; empty: none is named."""
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


async def failure_of(peer: Peer, exchange: Exchange, error: Exception, most_bytes: int) -> MCPError:
    """What an exchange that ended with ``error`` failed with, in words."""
    if isinstance(error, MCPError):
        return error
    if isinstance(error, TooLargeError):
        return http_failures.too_large(peer, exchange.what, most_bytes)
    if isinstance(error, UnreadableBodyError):
        return http_failures.unreadable_body(peer, str(error))
    return http_failures.network_failure(peer, await refusal_by_tls(peer.target, error))


def is_page(kind: str, body: str) -> bool:
    """Whether a body is a web page, by its type or its beginning."""
    begin = _BEFORE_PAGE.sub("", body[:2000], count=1)[:200].lower()
    return kind in ("text/html", "application/xhtml+xml") or begin.startswith(("<!doctype", "<html"))


async def error_body(response: httpx2.Response) -> str:
    """What can be read of a body that holds no answer; nothing of one that comes too slowly."""
    with suppress(UnreadableBodyError, httpx2.HTTPError, TimeoutError):
        async with asyncio.timeout(_BODY_SECONDS):
            return (await read_body(response, _ERROR_BYTES, cut=True)).decode("utf-8", "replace")
    return ""


def error_of(body: bytes, request_id: int | None) -> bytes | None:
    """The JSON-RPC error in a body as that of a request, whatever its own id; None: there is none."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return None
    error = message.get("error") if isinstance(message, dict) else None
    if request_id is None or not isinstance(error, dict) or type(error.get("code")) is not int:
        return None  # gateways write objects of that name, too
    return json.dumps({**message, "id": request_id}).encode()


def begin_of(body: bytes) -> str:
    """As much of a body that is no answer as is looked at: secrets are masked before it is cut to what is shown."""
    return body[:_ERROR_BYTES].decode("utf-8", "replace")


def no_answer(peer: Peer, exchange: Exchange, body: bytes) -> MCPError:
    """The failure of an exchange whose body is whole and holds no answer to its request."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        message = None
    its_id, own = (message.get("id") if isinstance(message, dict) else None), exchange.frame.request_id
    if type(its_id) is int and own is not None and its_id < own:
        return http_failures.mixed_up(peer, exchange.what)
    words = peer.foreign(begin_of(body))[:200].strip()
    return http_failures.unanswered(peer, exchange.what, f"answered {words or 'an empty body'}")


async def hang_up(response: httpx2.Response) -> None:
    """Close the connection of a response: whatever follows it there would be taken for the next one."""
    stream = response.extensions.get("network_stream")
    if stream is not None:
        with suppress(httpx2.HTTPError, OSError):
            await stream.aclose()


async def event_data(response: httpx2.Response, reader: EventReader) -> AsyncGenerator[bytes, None]:
    """The data of each event of a response until that ends.

    Raises:
        TooLargeError, UnreadableBodyError: as ``reader`` and `Unpacker` do.
        httpx2.HTTPError: the connection broke, and the stream cannot be resumed.
    """
    unpacker = Unpacker(response.headers.get("content-encoding", ""))
    try:
        async for chunk in response.aiter_raw():
            for piece in unpacker.feed(chunk):
                for event in reader.feed(piece):
                    yield event.data
    except httpx2.HTTPError:
        if reader.last_id is None:
            raise
    last = reader.end()
    if last is not None:
        yield last.data


def moved_to(peer: Peer, endpoint: str, url: str, response: httpx2.Response) -> str:
    """The address that a redirect leads to.

    Raises:
        MCPError: it is one that is not followed: to another origin than ``endpoint``'s, or to a page.
    """
    location, target = response.headers.get("location", ""), ""
    try:
        target = urljoin(url, location)
        if target.startswith("http://") and url.startswith("https://"):
            target = "https" + target[4:]  # a server behind a proxy may not know that it is reached by TLS
        same = origin(target) == origin(endpoint) and target.isascii() and target.isprintable()
        same = same and "@" not in urlsplit(target).netloc  # its password would take the place of the token
    except ValueError:
        same = False
    if response.status_code not in (307, 308) or not location or not same or target == url:
        raise http_failures.redirected(peer, response.status_code, location)
    return target


def pause_of(peer: Peer, response: httpx2.Response, clock: Clock, *, patient: bool) -> float | None:
    """Seconds to wait before the message is sent again; None where waiting is no remedy.

    Raises:
        MCPError: the wait would be long, or nobody is ``patient`` any more.
    """
    status = response.status_code
    seconds = _retry_after(response.headers.get("retry-after", ""), clock)
    if status == 429 or (status == 503 and seconds is not None):
        if seconds is None or seconds > _LONGEST_PAUSE or not patient:
            raise http_failures.asks_to_wait(peer, status, seconds or None)
        return seconds
    return None


def challenge_in(url: str, response: httpx2.Response) -> AuthChallenge | None:
    """What a refusal asks for, if a login or a wider one would help."""
    status = response.status_code
    challenge = read_challenge(url, status, response.headers.get_list("www-authenticate"))
    if status == 401 or (status == 403 and challenge.scheme == "bearer" and challenge.error):
        return challenge
    return None


def may_mean_the_method(status: int) -> bool:
    """Whether a refusal may be due to a method that the server does not know; other requests meet the rest too."""
    return status in (500, 501) or (400 <= status < 500 and status not in (401, 403, 407, 408, 429))


def session_forgotten(status: int, body: str) -> bool:
    """Whether a session id is refused: 404 by the protocol, 400 with words about it by some servers."""
    return status == 404 or (status == 400 and "session" in body.lower())


def negotiated_version(message: bytes) -> str | None:
    """The protocol version in an answer to ``initialize``."""
    try:
        answer: Any = json.loads(message)
    except (ValueError, RecursionError):
        return None
    result = answer.get("result") if isinstance(answer, dict) else None
    version = result.get("protocolVersion") if isinstance(result, dict) else None
    return version if isinstance(version, str) and version.isascii() and version.isprintable() else None


async def speaks_old_transport(client: httpx2.AsyncClient, url: str, headers: Mapping[str, str]) -> bool:
    """Whether the HTTP+SSE transport of 2024 is at ``url``: a GET is answered by an event called ``endpoint``."""
    reader = EventReader(_ERROR_BYTES)
    with suppress(TimeoutError, httpx2.HTTPError, TooLargeError):
        async with asyncio.timeout(_BODY_SECONDS), client.stream("GET", url, headers=headers) as response:
            if response.status_code == 200 and media_type(response) == EVENT_STREAM:
                async for chunk in response.aiter_raw():
                    for event in reader.feed(chunk):
                        return event.name == "endpoint"
    return False


def _retry_after(value: str, clock: Clock) -> float | None:
    """Seconds, from a number of them or a date in one of the three forms (RFC 9110, sections 10.2.3 and 5.6.7)."""
    seconds = _SECONDS.fullmatch(value.strip())
    if seconds is not None:
        return float(f"{seconds[1]}{seconds[2] or ''}")
    try:
        moment = parsedate_to_datetime(value.strip())
        return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - clock.now()).total_seconds())
    except (ValueError, TypeError):
        return None


class InvalidAnnotationError(ValueError):
    """A tool's ``x-mcp-header`` annotations break the rules, as a sentence."""


def authorization(token: str | None) -> dict[str, str]:
    """The header that carries an access token, if there is one."""
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def modern_version(frame: Frame) -> str | None:
    """The protocol version that a request of the modern era names; None for one of the legacy era."""
    meta = (frame.params or {}).get("_meta")
    version = meta.get(META_VERSION) if isinstance(meta, dict) else None
    return version if isinstance(version, str) else None


def mirrored_headers(frame: Frame, parameters: ParameterHeaders) -> dict[str, str]:
    """The headers that a modern request must carry beside its body."""
    version = modern_version(frame)
    if version is None or frame.method is None:
        return {}
    params = frame.params or {}
    headers = {VERSION_HEADER: version, "Mcp-Method": frame.method}
    name = params.get(_NAMED_BY.get(frame.method, ""))
    if isinstance(name, str):
        headers["Mcp-Name"] = header_value(name)
    arguments = params.get("arguments")
    for path, header in parameters.items():
        text = _text(_at(arguments, path))
        if text is not None:
            headers[f"Mcp-Param-{header}"] = header_value(text)
    return headers


def header_value(text: str) -> str:
    """``text`` as the value of a header: as it is if it is plain ASCII, else in base64."""
    if _PLAIN_VALUE.fullmatch(text) and not _LOOKS_ENCODED.fullmatch(text):
        return text
    return f"=?base64?{base64.b64encode(text.encode('utf-8', 'replace')).decode()}?="


def parameter_headers(schema: Mapping[str, Any]) -> ParameterHeaders:
    """The headers that calls of a tool with this input schema must carry.

    Raises:
        InvalidAnnotationError: an annotation is not a header name, occurs twice, or belongs to no plain argument.
    """
    found: dict[tuple[str, ...], str] = {}
    for path, name, kind in _annotations(schema, (), reachable=True):
        where = ".".join(path) or "the schema itself"
        if kind is None:
            raise InvalidAnnotationError(f"{where} cannot be sent as a header, since its place is not fixed")
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
            raise InvalidAnnotationError(f"{where} names {str(name)[:80]!r}, which is not a header name")
        if kind not in _MIRRORED_TYPES:
            raise InvalidAnnotationError(f"{where} is neither text, whole number nor true or false")
        if name.lower() in map(str.lower, found.values()):
            raise InvalidAnnotationError(f"the header {name} is named twice")
        found[path] = name
    return found


def _annotations(schema: Any, path: tuple[str, ...], *, reachable: bool) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Every annotation below ``schema``: path, header name, type; the type is None where a path may be absent."""
    if len(path) > _DEEPEST:
        return
    if isinstance(schema, list):
        for part in schema:
            yield from _annotations(part, (*path, "[]"), reachable=False)
        return
    if not isinstance(schema, dict):
        return
    if _ANNOTATION in schema:
        yield path, schema[_ANNOTATION], schema.get("type", "") if reachable and path else None
    for key, value in schema.items():
        if key == "properties" and isinstance(value, dict):
            for name, part in value.items():
                yield from _annotations(part, (*path, name), reachable=reachable)
        elif key not in (_ANNOTATION, "default", "examples", "enum", "const"):
            yield from _annotations(value, (*path, key), reachable=False)


def _at(arguments: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        if not isinstance(arguments, Mapping):
            return None
        arguments = arguments.get(step)
    return arguments


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, (str, int)) else None
