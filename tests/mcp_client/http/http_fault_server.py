"""An HTTP server in the test's own loop that answers as a fault wants: in raw bytes, so that nothing is too wrong."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

META_VERSION = "io.modelcontextprotocol/protocolVersion"
TOOLS = [{"name": "work", "inputSchema": {"type": "object", "properties": {"n": {"type": "integer"}}}}]


class Request(NamedTuple):
    """What came over the wire."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def message(self) -> dict[str, Any]:
        return json.loads(self.body) if self.body else {}

    @property
    def asks(self) -> str:
        return str(self.message.get("method", ""))

    @property
    def modern(self) -> bool:
        return META_VERSION in (self.message.get("params") or {}).get("_meta", {})


Respond = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


class FaultServer:
    """A server whose ``respond`` answers what the fault is about; everything else is answered properly.

    Args:
        era: ``modern``, ``legacy`` (with a session id) or ``both``.
        respond: the fault.
        only: the request that it concerns; empty: all.
        once: only its first occurrence.
    """

    def __init__(
        self, respond: Respond | None = None, *, only: str = "tools/call", era: str = "modern", once: bool = False
    ) -> None:
        self.requests: list[Request] = []
        self.port = 0
        self.encrypted = False
        self._respond = respond
        self._only = only
        self._era = era
        self._once = once
        self._faulty = 0
        self.sessions = 0

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/mcp" if self.encrypted else f"http://127.0.0.1:{self.port}/mcp"

    def asked(self, method: str = "") -> list[Request]:
        """The POSTs that came, of one method of the protocol or all."""
        return [r for r in self.requests if r.method == "POST" and method in ("", r.asks)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while (request := await read_request(reader)) is not None:
                self.requests.append(request)
                await self._answer(request, writer)
                await writer.drain()
        writer.close()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        concerned = self._only in ("", "*", request.asks) or (self._only == request.method != "POST")
        if self._respond is not None and concerned and not (self._once and self._faulty):
            self._faulty += 1
            await self._respond(request, writer)
        else:
            self.properly(request, writer)

    def properly(self, request: Request, writer: asyncio.StreamWriter) -> None:
        """Answer as a server without a fault does."""
        if request.method == "DELETE":
            writer.write(response(200))
        elif request.method != "POST":
            writer.write(response(405))
        elif "id" not in request.message:
            writer.write(response(202))
        elif request.modern and self._era == "legacy":
            error = {"code": -32000, "message": "Bad Request: Server not initialized"}
            writer.write(response(400, {"jsonrpc": "2.0", "id": None, "error": error}))
        elif request.asks == "initialize" and self._era == "modern":
            writer.write(
                answer(request, error={"code": -32022, "message": "no", "data": {"supported": ["2026-07-28"]}})
            )
        else:
            headers = {}
            if request.asks == "initialize":
                self.sessions += 1
                headers["Mcp-Session-Id"] = f"session-{self.sessions}"
            writer.write(answer(request, result_of(request), headers))


def result_of(request: Request) -> dict[str, Any]:
    """The proper result."""
    params = request.message.get("params") or {}
    match request.asks:
        case "server/discover":
            return {"supportedVersions": ["2026-07-28"], "serverInfo": {"name": "faulty", "version": "1"}}
        case "initialize":
            return {"protocolVersion": params["protocolVersion"], "serverInfo": {"name": "faulty"}, "capabilities": {}}
        case "tools/list":
            return {"tools": TOOLS}
        case _:
            return {"content": [{"type": "text", "text": json.dumps(params.get("arguments"))}]}


def envelope(request: Request, **more: Any) -> dict[str, Any]:
    """A proper answer, with parts replaced."""
    result = {} if "error" in more else {"result": result_of(request)}
    return {"jsonrpc": "2.0", "id": request.message.get("id"), **result, **more}


def answer(
    request: Request,
    result: Any = None,
    headers: Mapping[str, str] | None = None,
    error: Any = None,
    status: int = 200,
) -> bytes:
    """A whole HTTP answer with a result or an error."""
    part = {"error": error} if error else {"result": result if result is not None else result_of(request)}
    return response(status, {"jsonrpc": "2.0", "id": request.message.get("id"), **part}, headers=headers)


def response(
    status: int,
    body: Any = b"",
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A whole HTTP answer; ``body`` is bytes, text, or a value that becomes JSON."""
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    data = text.encode() if isinstance(text, str) else text
    lines = {"Content-Length": str(len(data)), **({"Content-Type": kind} if kind and data else {}), **(headers or {})}
    return head(status, lines) + data


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """The first lines of an HTTP answer."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode("latin-1")


def stream_head(**headers: str) -> bytes:
    """The first lines of a stream of events without a length, ended by the end of the connection."""
    return head(200, {"Content-Type": "text/event-stream", "Connection": "close", **headers})


def event(data: Any, **fields: Any) -> bytes:
    """One server-sent event."""
    text = data if isinstance(data, str) else json.dumps(data)
    lines = [f"{name}: {value}" for name, value in fields.items()] + [f"data: {line}" for line in text.split("\n")]
    return ("\n".join(lines) + "\n\n").encode()


def chunk(data: bytes) -> bytes:
    """One piece of a body in chunks."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request; None at the end of the connection."""
    try:
        text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = text.split("\r\n")[:-2]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    method, path, _ = first.split(" ")
    return Request(method, path, headers, body)


@asynccontextmanager
async def running(server: FaultServer, tls: ssl.SSLContext | None = None) -> AsyncIterator[FaultServer]:
    """``server`` on a free port, ended with everything that it still does."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await server.serve(reader, writer)
        tasks.discard(task)

    listener = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 26, ssl=tls)
    server.encrypted = tls is not None
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
