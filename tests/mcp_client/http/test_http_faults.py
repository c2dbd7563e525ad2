"""Faults of HTTP servers and of what is in between: each ends with the right kind, words that say why, and soon."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import re
import sys
import time
import tracemalloc
import zlib
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from tests.cases import one_quick
from tests.mcp_client.conftest import QUICK, Verdict
from tests.mcp_client.http.conftest import remote_session
from tests.mcp_client.http.http_fault_server import (
    FaultServer,
    Request,
    Respond,
    answer,
    chunk,
    envelope,
    event,
    head,
    response,
    running,
    stream_head,
)
from tui_app.mcp_client.http import http_exchange, network
from tui_app.mcp_client.http.events import EventReader, TooLargeError
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.errors import MCPError

DONE = '{"n": 1}'
PAGE = "<!DOCTYPE html><html><head><title>Sign in\nto\x1b[31m Corp</title></head><body>..</body></html>"
SHORT = replace(QUICK, request=0.4, hard_maximum=0.8)
MEBI = 1024 * 1024
LIMIT = int(os.environ.get("FAULT_MEBIBYTES", "1"))
"""The most that a message may have here, in MiB; the program's own limit takes longer."""
SMALL = replace(QUICK, message_bytes=LIMIT * MEBI)
TOO_LARGE = f"larger than {LIMIT} MiB"


class Fault(NamedTuple):
    """``respond`` to a tools/call, and what is to come of it."""

    respond: Respond
    expected: str
    words: str = ""
    era: str = "modern"


def fixed(make: Callable[[Request], bytes], *, end: bool = False) -> Respond:
    """Answer with bytes; ``end``: and close the connection."""

    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(make(request))
        if end:
            await writer.drain()
            writer.close()

    return respond


def status(number: int, body: object = b"", kind: str = "application/json", **headers: str) -> Respond:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return fixed(lambda _: response(number, body, kind, named))


def wait_an_hour(_: Request) -> bytes:
    """Counted when it is asked, not when the tests are collected."""
    until = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    return response(429, b"", "application/json", {"Retry-After": until})


def streamed(*parts: Callable[[Request], bytes] | bytes) -> Respond:
    """A stream of events, each part in a packet of its own."""

    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(stream_head())
        for part in parts:
            writer.write(part if isinstance(part, bytes) else part(request))
            await writer.drain()
            await asyncio.sleep(0)
        writer.close()

    return respond


def answered(request: Request) -> bytes:
    return event(envelope(request))


def packed(pack: Callable[[bytes], bytes], encoding: str) -> Respond:
    def make(request: Request) -> bytes:
        return response(200, pack(json.dumps(envelope(request)).encode()), headers={"Content-Encoding": encoding})

    return fixed(make)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def body(make: Callable[[Request], object], kind: str = "application/json") -> Respond:
    return fixed(lambda request: response(200, make(request), kind))


async def silent(request: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def slow_bytes(request: Request, writer: asyncio.StreamWriter) -> None:
    whole = answer(request)
    for place in range(len(whole)):
        writer.write(whole[place : place + 1])
        await writer.drain()
        await asyncio.sleep(0.05)


def endless(head_bytes: bytes, part: bytes, pause: float = 0) -> Respond:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head_bytes)
        while True:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    return respond


async def endless_progress(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(stream_head())
    token = request.message["params"]["_meta"]["progressToken"]
    while True:
        writer.write(event({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": token}}))
        await writer.drain()
        await asyncio.sleep(0.02)


async def reset(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def open_after_the_answer(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head(200, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"}))
    writer.write(chunk(event(envelope(request))))
    await asyncio.sleep(60)


def rpc_error(code: int, message: str, **more: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}, **more}


BEARER = 'Bearer resource_metadata="https://x/.well-known/y", scope="a"'
BIG, PIECE = 2 * LIMIT * MEBI, b"x" * 65536


def packed_zeros(_: bytes) -> bytes:
    """What unpacks to ``BIG`` bytes, made without having them in memory."""
    packer = zlib.compressobj(1, wbits=31)
    return b"".join(packer.compress(bytes(MEBI)) for _ in range(BIG // MEBI)) + packer.flush()


FAULTS = {
    # What a status alone says.
    "400": Fault(status(400), "MCPProtocolError", "400 Bad Request"),
    "401 with a challenge": Fault(status(401, WWW_Authenticate=BEARER), "MCPAuthenticationError", "401 .*log in"),
    "401 without a challenge": Fault(status(401), "MCPAuthenticationError", "401 Unauthorized"),
    "401 with a page": Fault(status(401, PAGE, "text/html"), "MCPAuthenticationError", "401 Unauthorized"),
    "401 with an error of the protocol": Fault(status(401, rpc_error(-32001, "no")), "MCPAuthenticationError", "401"),
    "403": Fault(status(403), "AccessRefusedError", "403 Forbidden"),
    "403 with words": Fault(status(403, "policy 7 forbids it", "text/plain"), "AccessRefusedError", "policy 7"),
    "403 for a small scope": Fault(
        status(403, WWW_Authenticate='Bearer error="insufficient_scope", scope="b"'), "MCPAuthenticationError", "403"
    ),
    "404": Fault(status(404), "AccessRefusedError", "404 Not Found"),
    "405": Fault(status(405, Allow="GET"), "AccessRefusedError", "405 Method Not Allowed"),
    "406": Fault(status(406), "MCPProtocolError", "406 Not Acceptable"),
    "408": Fault(status(408), "MCPTimeoutError", "408 Request Timeout"),
    "409": Fault(status(409), "MCPProtocolError", "409 Conflict"),
    "410": Fault(status(410), "AccessRefusedError", "410 Gone"),
    "413": Fault(status(413), "MCPProtocolError", "413"),
    "415": Fault(status(415), "MCPProtocolError", "415 Unsupported Media Type"),
    "418": Fault(status(418), "MCPProtocolError", "418"),
    "421": Fault(status(421, "Invalid Host header", "text/plain"), "AccessRefusedError", "421 .*Invalid Host"),
    "422": Fault(status(422, {"detail": "field required"}), "MCPProtocolError", "422 .*field required"),
    "429": Fault(status(429), "TooManyRequestsError", "429 Too Many Requests"),
    "429 for a minute": Fault(status(429, Retry_After="60"), "TooManyRequestsError", "429 .* wait 60 s"),
    "429 until a date": Fault(fixed(wait_an_hour), "TooManyRequestsError", "429 .* (59|60) minutes"),
    "429 for a day": Fault(status(429, Retry_After="100000"), "TooManyRequestsError", "429 .* wait 28 hours"),
    "429 for no time that can be read": Fault(status(429, Retry_After="soon"), "TooManyRequestsError", "429"),
    "429 for ever": Fault(status(429, Retry_After="0"), "TooManyRequestsError", "429 Too Many Requests"),
    "503 for ever": Fault(status(503, Retry_After="0"), "TooManyRequestsError", "503"),
    "431": Fault(status(431), "MCPProtocolError", "431"),
    "451": Fault(status(451), "MCPProtocolError", "451"),
    "500": Fault(status(500), "MCPConnectionError", "500 Internal Server Error"),
    "501": Fault(status(501), "MCPConnectionError", "501"),
    "502": Fault(status(502), "MCPConnectionError", "502 Bad Gateway"),
    "502 with a page": Fault(
        status(502, "<html><title>502 nginx</title></html>", "text/html"), "MCPConnectionError", "502 .*502 nginx"
    ),
    "503": Fault(status(503), "MCPConnectionError", "503 Service Unavailable"),
    "503 for a minute": Fault(status(503, Retry_After="60"), "TooManyRequestsError", "503 .* wait 60 s"),
    "504": Fault(status(504), "MCPTimeoutError", "504 Gateway Timeout"),
    "599": Fault(status(599), "MCPConnectionError", "status 599"),
    "699": Fault(status(699), "MCPConnectionError", "status 699"),
    # Errors of the protocol in an HTTP error.
    "400 with an error": Fault(
        fixed(lambda r: answer(r, error={"code": -32602, "message": "bad n"}, status=400)), "MCPToolError", "bad n"
    ),
    "400 with an error without an id": Fault(status(400, rpc_error(-32602, "bad n")), "MCPToolError", "bad n"),
    "400 with an error of a made-up id": Fault(
        status(400, {**rpc_error(-32602, "bad n"), "id": "server-error"}), "MCPToolError", "bad n"
    ),
    "404 for an unknown method": Fault(status(404, rpc_error(-32601, "no such tool")), "MCPToolError", "no such tool"),
    "500 with an error": Fault(status(500, rpc_error(-32603, "it broke")), "MCPToolError", "it broke"),
    "500 with an empty error": Fault(status(500, {"jsonrpc": "2.0", "error": {}}), "MCPConnectionError", "500 .*error"),
    "503 of a gateway": Fault(
        status(503, {"error": {"code": "unavailable", "message": "no upstream"}}),
        "MCPConnectionError",
        "503 .*no upstream",
    ),
    "200 with an error without an id": Fault(status(200, rpc_error(-32603, "it broke")), "MCPToolError", "it broke"),
    # Pages and redirects.
    "a page": Fault(
        status(200, PAGE, "text/html; charset=utf-8"), "AccessRefusedError", "web page .*Sign in to␛.* Corp"
    ),
    "a page without a type": Fault(status(200, PAGE, ""), "AccessRefusedError", "web page"),
    "a page behind a comment": Fault(
        status(200, "<?xml version='1.0'?>\n<!-- SSO -->\n<html><title>Hi", "application/xml"),
        "AccessRefusedError",
        "web page .*Hi",
    ),
    "a picture": Fault(status(200, b"\x89PNG\r\n" + bytes(99), "image/png"), "MCPProtocolError", "with image/png.$"),
    "a page said to be JSON": Fault(status(200, PAGE), "MCPProtocolError", "no answer"),
    "302 to a login": Fault(
        status(302, Location="https://sso.corp/login"), "AccessRefusedError", "302 .*sso.corp/login"
    ),
    "301": Fault(status(301, Location="/other"), "AccessRefusedError", "301 .*/other"),
    "303": Fault(status(303, Location="/other"), "AccessRefusedError", "303"),
    "307 to another host": Fault(status(307, Location="https://evil.example/mcp"), "AccessRefusedError", "307 .*evil"),
    "307 to another port": Fault(status(307, Location="http://127.0.0.1:1/mcp"), "AccessRefusedError", "307"),
    "307 to a file": Fault(status(307, Location="file:///etc/passwd"), "AccessRefusedError", "307"),
    "307 to itself": Fault(status(307, Location="/mcp"), "AccessRefusedError", "307"),
    "307 to nowhere": Fault(status(307), "AccessRefusedError", "307 .*no address"),
    "307 to no address": Fault(status(307, Location="http://[::x"), "AccessRefusedError", "307"),
    "307 to an address that none can be": Fault(
        status(307, Location="/a\tb c\x7f"), "AccessRefusedError", "307 .*not followed"
    ),
    "307 on and on": Fault(
        fixed(lambda r: response(307, headers={"Location": f"{r.path}x"})), "AccessRefusedError", "307 .*not followed"
    ),
    "a page of titles": Fault(
        status(200, "<html>" + "<title>" * 9000, "text/html"), "AccessRefusedError", "web page, not with a message"
    ),
    "307 in a circle": Fault(
        fixed(lambda r: response(307, headers={"Location": "/b" if r.path != "/b" else "/c"})),
        "AccessRefusedError",
        "307 .*not followed",
    ),
    "304": Fault(status(304), "AccessRefusedError", "304"),
    # Bodies.
    "202": Fault(status(202), "MCPProtocolError", "202 without a body"),
    "204": Fault(status(204), "MCPProtocolError", "204 without a body"),
    "an empty body": Fault(
        fixed(lambda _: response(200, b"", "", {"Content-Type": "application/json"})), "MCPProtocolError", "empty body"
    ),
    "plain text": Fault(status(200, "all is well", "text/plain"), "MCPProtocolError", "text/plain: all is well"),
    "no type": Fault(status(200, "hello", ""), "MCPProtocolError", "without a content type"),
    "no JSON": Fault(status(200, "{'n': 1}"), "MCPProtocolError", "no answer to tools/call work"),
    "half of JSON": Fault(body(lambda r: json.dumps(envelope(r))[:-9]), "MCPProtocolError", "cannot be read|no answer"),
    "null": Fault(status(200, "null"), "MCPProtocolError", "null"),
    "a list of nothing": Fault(status(200, "[]"), "MCPProtocolError", "no answer"),
    "another request's answer": Fault(body(lambda r: envelope(r, id=999)), "MCPProtocolError", "no answer"),
    "an envelope without a result": Fault(
        body(lambda r: {"jsonrpc": "2.0", "id": r.message["id"]}), "MCPProtocolError", "missing or null"
    ),
    "a body shorter than announced": Fault(
        fixed(lambda r: head(200, {"Content-Type": "application/json", "Content-Length": "999"}) + b"{", end=True),
        "MCPConnectionError",
        "broke off",
    ),
    "a body cut between chunks": Fault(
        fixed(
            lambda r: head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}) + chunk(b"{"),
            end=True,
        ),
        "MCPConnectionError",
        "broke off",
    ),
    "broken chunks": Fault(
        fixed(lambda r: head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}) + b"zz\r\n{"),
        "MCPProtocolError",
        "HTTP",
    ),
    # Compression.
    "broken gzip": Fault(packed(lambda _: b"\x1f\x8b\x08nothing", "gzip"), "MCPProtocolError", "compression is broken"),
    "gzip that is none": Fault(packed(lambda data: data, "gzip"), "MCPProtocolError", "compression is broken"),
    "half of gzip": Fault(packed(lambda data: gzip.compress(data)[:30], "gzip"), "MCPProtocolError", "no answer"),
    "brotli": Fault(packed(lambda data: data, "br"), "MCPProtocolError", "'br', which was not asked for"),
    # Sizes.
    "a long body": Fault(
        endless(head(200, {"Content-Type": "application/json", "Content-Length": str(BIG)}), PIECE),
        "MCPProtocolError",
        TOO_LARGE,
    ),
    "a long body in chunks": Fault(
        endless(
            head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}) + b"%x\r\n" % BIG, PIECE
        ),
        "MCPProtocolError",
        TOO_LARGE,
    ),
    "a small body that unpacks to a long one": Fault(packed(packed_zeros, "gzip"), "MCPProtocolError", TOO_LARGE),
    "a long event": Fault(endless(stream_head() + b"data: ", PIECE), "MCPProtocolError", TOO_LARGE),
    "an event of many lines": Fault(
        endless(stream_head(), (b"data: " + b"x" * 57 + b"\n") * 1024), "MCPProtocolError", TOO_LARGE
    ),
    "a body without end": Fault(
        endless(head(200, {"Content-Type": "application/json", "Connection": "close"}), b" " * 65536),
        "MCPProtocolError",
        TOO_LARGE,
    ),
    "headers without end": Fault(
        endless(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 9000 + b"\r\n"), "MCPProtocolError", "HTTP"
    ),
    # Below HTTP.
    "no HTTP": Fault(fixed(lambda _: b"SSH-2.0-OpenSSH_9.9\r\n\r\n", end=True), "MCPProtocolError", "HTTP"),
    "the end of the connection": Fault(fixed(lambda _: b"", end=True), "MCPConnectionError", "broke off"),
    "a reset": Fault(reset, "MCPConnectionError", "broke off"),
    "half a status line": Fault(fixed(lambda _: b"HTTP/1.1 2", end=True), "MCPConnectionError", "broke off"),
    "an illegal header": Fault(
        fixed(lambda _: b"HTTP/1.1 200 OK\r\nA B\x00: c\r\n\r\n", end=True), "MCPProtocolError", "HTTP"
    ),
    "two lengths": Fault(
        fixed(lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        "MCPProtocolError",
        "HTTP",
    ),
    # Streams of events.
    "a stream without an answer": Fault(streamed(), "MCPConnectionError", "ended the stream"),
    "a stream of comments": Fault(streamed(b": one\n\n", b": two\n\n"), "MCPConnectionError", "ended the stream"),
    "a stream with half an answer": Fault(
        streamed(lambda r: answered(r)[:20]), "MCPConnectionError", "ended the stream"
    ),
    "a stream of nonsense": Fault(streamed(event("nonsense")), "MCPConnectionError", "ended the stream"),
    "an id that no header can carry": Fault(
        streamed(b"id: \xc3\xa9\xe2\x82\xac\n\n"), "MCPConnectionError", "ended the stream", "legacy"
    ),
    "an id as long as a book": Fault(
        streamed(b"id: " + b"x" * 200_000 + b"\n\n"), "MCPConnectionError", "ended the stream", "legacy"
    ),
    "a wait that is no number": Fault(
        fixed(lambda _: head(429, {"Retry-After": "\xb2", "Content-Length": "0"})), "TooManyRequestsError", "429"
    ),
    "a reset stream": Fault(streamed(b"data"), "MCPConnectionError", "ended the stream"),
    # Legacy sessions.
    "404 with a session": Fault(status(404), "SessionExpiredError", "404 .*forgotten the session", "legacy"),
    "404 with an error about the session": Fault(
        status(404, rpc_error(-32001, "Session not found")), "SessionExpiredError", "404", "legacy"
    ),
    "400 with words about the session": Fault(
        status(400, rpc_error(-32000, "Bad Request: No valid session ID")), "SessionExpiredError", "400", "legacy"
    ),
    "400 with other words and a session": Fault(
        status(400, rpc_error(-32602, "bad n")), "MCPToolError", "bad n", "legacy"
    ),
    # Not faults at all: what the protocol, or HTTP, allows.
    "307 on the same origin": Fault(status(307, Location="/mcp/"), DONE),
    "308 on the same origin": Fault(status(308, Location="/elsewhere"), DONE),
    "429 for a moment": Fault(status(429, Retry_After="0"), DONE),
    "503 for a moment": Fault(status(503, Retry_After="0"), DONE),
    "gzip": Fault(packed(gzip.compress, "gzip"), DONE),
    "deflate": Fault(packed(zlib.compress, "deflate"), DONE),
    "raw deflate": Fault(packed(raw_deflate, "deflate"), DONE),
    "a type with parameters": Fault(body(envelope, "Application/JSON; charset=utf-8; x=y"), DONE),
    "a type for text, and JSON": Fault(body(envelope, "text/plain"), DONE),
    "no type, and JSON": Fault(body(envelope, ""), DONE),
    "a packed stream": Fault(
        fixed(lambda r: stream_head(**{"Content-Encoding": "gzip"}) + gzip.compress(event(envelope(r))), end=True), DONE
    ),
    "a type of its own": Fault(body(envelope, "application/vnd.mcp+json"), DONE),
    "an early hint": Fault(fixed(lambda r: b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer(r)), DONE),
    "HTTP/1.0": Fault(fixed(lambda r: answer(r).replace(b"HTTP/1.1", b"HTTP/1.0"), end=True), DONE),
    "a byte-order mark": Fault(body(lambda r: b"\xef\xbb\xbf" + json.dumps(envelope(r)).encode()), DONE),
    "an id as text": Fault(body(lambda r: envelope(r, id=str(r.message["id"]))), DONE),
    "a list of one": Fault(body(lambda r: [envelope(r)]), DONE),
    "an event": Fault(streamed(answered), DONE),
    "an event with CRLF": Fault(streamed(lambda r: answered(r).replace(b"\n", b"\r\n")), DONE),
    "an event with CR": Fault(streamed(lambda r: answered(r).replace(b"\n", b"\r")), DONE),
    "an event in many lines": Fault(streamed(lambda r: event(json.dumps(envelope(r), indent=1))), DONE),
    "an event without its empty line": Fault(streamed(lambda r: answered(r).rstrip()), DONE),
    "a stream with a byte-order mark": Fault(streamed(b"\xef\xbb\xbf", answered), DONE),
    "comments and other events first": Fault(
        streamed(b": hi\n\nevent: ping\ndata: 1\n\nid\nretry: x\n\n", answered), DONE
    ),
    "a notification first": Fault(
        streamed(event({"jsonrpc": "2.0", "method": "notifications/message", "params": {}}), answered), DONE
    ),
    "the answer twice": Fault(streamed(answered, answered), DONE),
    "an open stream after the answer": Fault(open_after_the_answer, DONE),
    # Answers that are unusual, and good.
    "names of headers in any case": Fault(
        fixed(lambda r: answer(r).replace(b"Content-Type", b"cOnTeNt-tYpE").replace(b"Content-L", b"CONTENT-l")), DONE
    ),
    "a status without words": Fault(fixed(lambda r: answer(r).replace(b"200 Whatever", b"200")), DONE),
    "lines that end in LF alone": Fault(
        fixed(lambda r: b"\n\n".join(part.replace(b"\r\n", b"\n") for part in answer(r).split(b"\r\n\r\n"))), DONE
    ),
    "100 first": Fault(fixed(lambda r: b"HTTP/1.1 100 Continue\r\n\r\n" + answer(r)), DONE),
    "206": Fault(fixed(lambda r: answer(r, status=206)), DONE),
    "203": Fault(fixed(lambda r: answer(r, status=203)), DONE),
    "202 with a body": Fault(fixed(lambda r: answer(r, status=202)), DONE),
    "chunks with extensions and trailers": Fault(
        fixed(
            lambda r: (
                head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
                + chunk(json.dumps(envelope(r)).encode()).replace(b"\r\n", b";name=value\r\n", 1)
                + b"0\r\nX-After: all\r\n\r\n"
            )
        ),
        DONE,
    ),
    "a length beside chunks": Fault(
        fixed(
            lambda r: (
                head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}).replace(
                    b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\n"
                )
                + chunk(json.dumps(envelope(r)).encode())
                + b"0\r\n\r\n"
            )
        ),
        DONE,
    ),
    "GZIP in capitals": Fault(packed(gzip.compress, "GZIP"), DONE),
    "gzip in two members": Fault(packed(lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:]), "gzip"), DONE),
    "gzip and rubbish behind it": Fault(packed(lambda data: gzip.compress(data) + b"rubbish", "gzip"), DONE),
    "an id as a fraction": Fault(body(lambda r: envelope(r, id=float(r.message["id"]))), DONE),
    "blanks around JSON": Fault(body(lambda r: f"\r\n \t{json.dumps(envelope(r))}\n\n"), DONE),
    "a stream with a character set": Fault(
        fixed(lambda r: response(200, answered(r), "Text/Event-Stream; charset=UTF-8")), DONE
    ),
    "CRLF in two packets": Fault(streamed(lambda r: answered(r).rstrip(b"\n") + b"\r", b"\n\r", b"\n"), DONE),
    "a character in two packets": Fault(
        streamed(
            lambda r: event({"jsonrpc": "2.0", "method": "notifications/message", "params": {"data": "ä"}}, id=1)[:-6],
            lambda r: event({"jsonrpc": "2.0", "method": "notifications/message", "params": {"data": "ä"}}, id=1)[-6:],
            answered,
        ),
        DONE,
    ),
    "empty events first": Fault(streamed(b"data\n\ndata:\n\nevent: message\n\n", answered), DONE),
    "an event called error": Fault(streamed(lambda r: event(envelope(r), event="error")), DONE),
    "an event that is a list": Fault(streamed(lambda r: event([envelope(r)])), DONE),
    "429 until a date that has passed": Fault(status(429, Retry_After="Thu, 01 Jan 2026 00:00:00 GMT"), DONE),
    "429 for a fraction of a second": Fault(status(429, Retry_After="0.01"), DONE),
    "429 until a date in the oldest form": Fault(status(429, Retry_After="Thu Jan  1 00:00:00 2026"), DONE),
    # Answers that are unusual, and no use.
    "a body longer than announced": Fault(
        fixed(
            lambda r: (
                head(200, {"Content-Type": "application/json", "Content-Length": "20"})
                + json.dumps(envelope(r)).encode()
            )
        ),
        "MCPProtocolError",
        "cannot be read|no answer",
    ),
    "a chunk of an impossible size": Fault(
        fixed(
            lambda _: head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}) + b"-5\r\nabc\r\n"
        ),
        "MCPProtocolError",
        "HTTP",
    ),
    "a chunk larger than the limit": Fault(
        fixed(
            lambda _: (
                head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
                + b"7fffffffffffffff\r\nabc"
            ),
            end=True,
        ),
        "MCPConnectionError",
        "broke off",
    ),
    "a transfer that is packed": Fault(
        fixed(lambda _: head(200, {"Transfer-Encoding": "gzip, chunked"}) + chunk(b"x")), "MCPProtocolError", "HTTP"
    ),
    "a length that is no number": Fault(
        fixed(lambda _: head(200, {"Content-Length": "many"}) + b"{}"), "MCPProtocolError", "HTTP"
    ),
    "another protocol": Fault(fixed(lambda _: b"ICY 200 OK\r\n\r\n", end=True), "MCPProtocolError", "HTTP"),
    "a status that is none": Fault(
        fixed(lambda r: answer(r).replace(b"200", b"2OO"), end=True), "MCPProtocolError", "HTTP"
    ),
    "the next version of HTTP": Fault(
        fixed(lambda r: answer(r).replace(b"HTTP/1.1", b"HTTP/2"), end=True), "MCPProtocolError", "line: HTTP/2 200"
    ),
    "205": Fault(status(205), "MCPProtocolError", "205 without a body"),
    "packed twice": Fault(packed(lambda data: data, "gzip, gzip"), "MCPProtocolError", "'gzip, gzip', which was not"),
    "UTF-16": Fault(
        body(lambda r: json.dumps(envelope(r)).encode("utf-16")), "MCPProtocolError", "cannot be read|no answer"
    ),
    "nested without end": Fault(body(lambda _: b"[" * 500_000), "MCPProtocolError", "cannot be read|no answer"),
    "a number of half a million digits": Fault(
        body(lambda r: b'{"jsonrpc":"2.0","id":' + b"9" * 500_000 + b',"result":{}}'),
        "MCPProtocolError",
        "no answer|read",
    ),
    "events said to be JSON": Fault(body(answered), DONE),
    "JSON said to be events": Fault(
        fixed(lambda r: response(200, envelope(r), "text/event-stream")), "MCPConnectionError", "ended the stream"
    ),
    "401 with a broken challenge": Fault(
        status(401, WWW_Authenticate='Bearer realm="x, error="\\'), "MCPAuthenticationError", "401"
    ),
    "401 with an endless challenge": Fault(
        status(401, WWW_Authenticate="Bearer " + 'a="b", ' * 5000), "MCPAuthenticationError", "401"
    ),
    "401 for a ticket of Kerberos": Fault(status(401, WWW_Authenticate="Negotiate"), "MCPAuthenticationError", "401"),
    "403 with a page": Fault(
        status(403, "<html><title>Blocked by Corp</title>", "text/html"), "AccessRefusedError", "403 .*Blocked by Corp"
    ),
    "407": Fault(status(407), "AccessRefusedError", "proxy .*407"),
    "426": Fault(status(426, Upgrade="h2c"), "MCPProtocolError", "426 Upgrade Required"),
    "429 for less than no time": Fault(status(429, Retry_After="-5"), "TooManyRequestsError", "429"),
    "429 for ages": Fault(status(429, Retry_After="9" * 40), "TooManyRequestsError", "429 .* wait for years"),
    "507": Fault(status(507), "MCPConnectionError", "507 Insufficient Storage"),
    "511": Fault(
        status(511, "<html><title>Hotel</title>", "text/html"), "AccessRefusedError", "511 .*Network Auth.*Hotel"
    ),
    "511 without a page": Fault(status(511), "AccessRefusedError", "511 Network Authentication Required"),
    "308 to a name and password": Fault(
        fixed(lambda r: response(308, headers={"Location": f"http://me:pw@{r.headers['host']}/other"})),
        "AccessRefusedError",
        "308 .*not followed",
    ),
    "307 to the same machine by another name": Fault(
        fixed(lambda r: response(307, headers={"Location": f"http://localhost:{r.headers['host'].split(':')[1]}/mcp"})),
        "AccessRefusedError",
        "307 .*not followed",
    ),
    "300 with many places": Fault(status(300, Location="/other"), "AccessRefusedError", "300"),
}

ONLY_THE_FIRST = {"307 on the same origin", "308 on the same origin", "429 for a moment", "503 for a moment"} | {
    "429 until a date that has passed",
    "429 for a fraction of a second",
    "429 until a date in the oldest form",
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_ends_soon_with_kind_and_words(
    name: str, verdict: Verdict, record_property: Callable[[str, object], None]
) -> None:
    fault = FAULTS[name]
    async with (
        running(FaultServer(fault.respond, era=fault.era, once=name in ONLY_THE_FIRST)) as server,
        remote_session(server.url, SMALL) as session,
    ):
        seen, words = await told(session.call_tool("work", {"n": 1}))
        record_property("words", words)
        verdict(fault.expected, seen)
        assert re.search(fault.words, words), words
        assert session.alive is (fault.expected != "SessionExpiredError")


@pytest.mark.parametrize(
    ("name", "respond"),
    [
        ("no answer", silent),
        ("slow bytes", slow_bytes),
        ("a stream that only begins", endless(stream_head(), b"", 0.05)),
        ("comments for ever", endless(stream_head(), b": still here\n\n", 0.01)),
        ("events for ever", endless(stream_head(), event({"jsonrpc": "2.0", "method": "notifications/x"}), 0.01)),
        ("progress for ever", endless_progress),
    ],
)
async def test_whatever_a_server_sends_a_request_ends_in_time(name: str, respond: Respond, verdict: Verdict) -> None:
    async with running(FaultServer(respond)) as server, remote_session(server.url, SHORT) as session:
        begin = time.monotonic()
        seen, words = await told(session.call_tool("work", {"n": 1}))
        verdict("MCPTimeoutError", seen)
        assert "gave no answer to tools/call work within 0." in words
        assert time.monotonic() - begin < 15


async def test_an_error_is_told_by_its_status_where_its_words_never_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_exchange, "_BODY_SECONDS", 0.2)
    begin = head(403, {"Content-Type": "text/plain", "Transfer-Encoding": "chunked"})
    server = FaultServer(endless(begin, chunk(b"n"), 0.01))
    async with running(server), remote_session(server.url, SMALL) as session:
        seen, words = await told(session.call_tool("work", {"n": 1}))
        assert (seen, "403 Forbidden" in words) == ("AccessRefusedError", True)


async def told(call: Coroutine[Any, Any, CallToolResult]) -> tuple[str, str]:
    """How a call ended, and the cause of its error."""
    try:
        result = await asyncio.wait_for(call, 5)
    except MCPError as error:
        failure = error
    else:
        return result.text, ""
    assert failure.title
    assert failure.hint or type(failure).__name__ == "MCPToolError"
    return type(failure).__name__, failure.cause


@pytest.mark.parametrize("kind", one_quick("application/json", "text/event-stream"))
async def test_an_answer_that_unpacks_to_gigabytes_takes_no_more_memory_than_the_limit(kind: str) -> None:
    packed = gzip.compress(b"data: " + bytes(200_000_000), compresslevel=1)

    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(response(200, packed, kind, {"Content-Encoding": "gzip"}))

    async with running(FaultServer(respond)) as server:
        argv = [sys.executable, "-m", "tests.mcp_client.http.memory_of_a_bomb", server.url]
        process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
        output, _ = await process.communicate()
    seen, megabytes = output.decode().split()
    assert seen == "MCPProtocolError"
    assert float(megabytes) < 120


def test_an_event_of_many_short_lines_takes_little_more_memory_than_its_bytes() -> None:
    cap, lines = 128 * 1024, b"data: xy\n" * 1000
    reader = EventReader(cap)
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        assert not [event for _ in range(cap) for event in reader.feed(lines)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * cap


async def test_a_redirect_with_a_password_is_not_followed() -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(response(308, headers={"Location": f"http://me:pw@{request.headers['host']}/other"}))

    async with running(FaultServer(respond)) as server, remote_session(server.url, SMALL) as session:
        seen, _ = await told(session.call_tool("work", {"n": 1}))
        assert seen == "AccessRefusedError"
        assert {request.path for request in server.requests} == {"/mcp"}


async def test_a_connection_that_was_closed_between_two_calls_is_made_anew() -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(request))
        await writer.drain()
        writer.close()

    async with running(FaultServer(respond)) as server, remote_session(server.url, SMALL) as session:
        for _ in range(3):
            assert await told(session.call_tool("work", {"n": 1})) == (DONE, "")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (answer, "An answer to an earlier request came"),
        (lambda request: response(200, answered(request), "text/event-stream"), "before it had answered"),
        (lambda _: response(202), "answered 202 without a body"),
        (lambda _: response(500, b"late"), "500 .*late"),
    ],
)
async def test_a_response_behind_the_answer_spoils_one_request_at_most(
    make: Callable[[Request], bytes], words: str
) -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(request) + (make(request) if len(server.asked("tools/call")) == 1 else b""))

    async with running(FaultServer(respond)) as server, remote_session(server.url, SMALL) as session:
        assert await told(session.call_tool("work", {"n": 1})) == (DONE, "")
        assert re.search(words, (await told(session.call_tool("work", {"n": 1})))[1])
        for _ in range(2):
            assert await told(session.call_tool("work", {"n": 1})) == (DONE, "")


async def test_a_stream_that_asks_for_a_year_of_patience_ends_in_time() -> None:
    respond = streamed(b"id: 1\nretry: 31536000000\ndata:\n\n")
    async with running(FaultServer(respond, era="legacy")) as server, remote_session(server.url, SHORT) as session:
        begin = time.monotonic()
        assert (await told(session.call_tool("work", {"n": 1})))[0] == "MCPTimeoutError"
        assert time.monotonic() - begin < 15


async def test_a_flood_of_questions_is_answered_with_few_connections() -> None:
    questions = b"".join(event({"jsonrpc": "2.0", "id": n, "method": "ping"}) for n in range(1000))
    server = FaultServer(streamed(questions, answered), era="legacy", once=True)
    async with running(server), remote_session(server.url, SMALL) as session:
        for _ in range(3):
            assert await told(session.call_tool("work", {"n": 1})) == (DONE, "")
        assert 0 < len([request for request in server.asked() if not request.asks]) < 100


@pytest.mark.parametrize("header", ["\x7f\x01", "caf\xe9", "x" * 5000, " ", 'a,b; c="d"'])
async def test_a_session_id_of_any_kind_does_no_harm(header: str) -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(request, headers={"Mcp-Session-Id": header}))

    async with running(FaultServer(respond, only="initialize", era="legacy")) as server:
        try:
            async with remote_session(server.url, SMALL) as session:
                seen, words = await told(session.call_tool("work", {"n": 1}))
                assert seen == DONE, words
        except MCPError as error:
            assert "HTTP" in error.cause  # noqa: PT017 (either will do)


async def test_a_server_on_ipv6_is_reached() -> None:
    server = FaultServer()
    try:
        listener = await asyncio.start_server(server.serve, "::1", 0)
    except OSError:
        pytest.skip("this machine has no IPv6")
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        async with remote_session(f"http://[::1]:{port}/mcp", SMALL) as session:
            assert await told(session.call_tool("work", {"n": 1})) == (DONE, "")


async def test_a_host_that_never_greets_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    monkeypatch.setattr(network, "CONNECT_SECONDS", 0.2)
    listener = await asyncio.start_server(mute, "127.0.0.1", 0)
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        with pytest.raises(MCPError, match="took no connection within its time"):
            async with remote_session(f"https://127.0.0.1:{port}/mcp", QUICK):
                pass
