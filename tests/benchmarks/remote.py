"""What a server over HTTP costs: a tool call against a bare httpx2 POST and ``json.loads``, and the start.

Run as a program it serves tickets encoded beforehand on a free port, which it prints: ``python -m
tests.benchmarks.remote COUNT [SECONDS]``. A call takes SECONDS.
"""

from __future__ import annotations

import asyncio
import json
import socketserver
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from tests.benchmarks.harness import Case, Pair, milliseconds
from tests.benchmarks.servers import GET_TOOL, TOOL, result
from tests.benchmarks.start import FIRST_SCREEN, fresh_home, screen
from tui_app.mcp_client.http.endpoint import HttpEndpoint
from tui_app.mcp_client.session import Session, open_session
from tui_app.mcp_client.targets import start_transport
from tui_app.tickets.clock import SYSTEM_CLOCK

GOALS = {1: 2.0, 100: 1.3, 1_000: 1.2, 10_000: 1.1}
"""Tickets in the answer to the goal."""
CALLS = {1: 50, 100: 20, 1_000: 5, 10_000: 1}
"""Calls in one measurement, so that each lasts some milliseconds."""
ROWS_GOAL = 1.2
CALL_SECONDS = {"remote.rows": 0.1, "remote.rows.slow": 0.5}
"""What a call takes of a tracker that is near, and of one that is not."""
VERSION = "io.modelcontextprotocol/protocolVersion"


class Answering(socketserver.StreamRequestHandler):
    """Answers one request after another on a connection that stays open."""

    def handle(self) -> None:
        while self.rfile.readline():
            length = 0
            while (line := self.rfile.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            message = json.loads(self.rfile.read(length))
            body = b'{"jsonrpc":"2.0","id":%d,"result":' % message["id"] + self.answer(message["method"]) + b"}"
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            self.request.sendall(head + body)

    def answer(self, method: str) -> bytes:
        """The encoded result."""
        server = self.server
        assert isinstance(server, TicketServer)
        if method == "tools/call":
            time.sleep(server.seconds)
            return server.found
        return server.others[method]


class TicketServer(socketserver.ThreadingTCPServer):
    """Serves ``count`` tickets on a free port of this machine."""

    daemon_threads = True

    def __init__(self, count: int, seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.seconds = seconds
        self.found = json.dumps(result(count, "structured")).encode()
        hello = {"supportedVersions": ["2026-07-28"], "serverInfo": {"name": "bench", "version": "1"}}
        tools = {"tools": [TOOL, GET_TOOL]}
        self.others = {"server/discover": json.dumps(hello).encode(), "tools/list": json.dumps(tools).encode()}


@contextmanager
def serving(count: int, seconds: float = 0.0) -> Iterator[str]:
    """The address of such a server in a process of its own."""
    argv = [sys.executable, "-m", "tests.benchmarks.remote", str(count), str(seconds)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/mcp"
        finally:
            process.kill()


def calls(count: int) -> Callable[[int], Iterator[Pair]]:
    """A measure of one size: both clients talk to the same server, in turn."""

    def measure(runs: int) -> Iterator[Pair]:
        loop = asyncio.new_event_loop()
        with serving(count) as url:
            session = loop.run_until_complete(opened(url))
            bare = httpx2.AsyncClient(trust_env=False)
            try:
                for _ in range(runs):
                    yield Pair(
                        reference=milliseconds(lambda: loop.run_until_complete(bare_calls(bare, url, CALLS[count]))),
                        subject=milliseconds(lambda: loop.run_until_complete(call(session, CALLS[count]))),
                    )
            finally:
                loop.run_until_complete(session.close())
                loop.run_until_complete(bare.aclose())
                loop.close()

    return measure


async def opened(url: str) -> Session:
    """A session with the benchmark server."""
    return await open_session(start_transport(HttpEndpoint(url), SYSTEM_CLOCK))


async def call(session: Session, times: int) -> None:
    """Call the tool ``times`` times, one after the other."""
    for _ in range(times):
        await session.call_tool("search_tickets", {})


async def bare_calls(client: httpx2.AsyncClient, url: str, times: int) -> None:
    """The same by the least that can be written with httpx2."""
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2026-07-28"}
    for number in range(times):
        params: dict[str, Any] = {"name": "search_tickets", "arguments": {}, "_meta": {VERSION: "2026-07-28"}}
        message = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
        response = await client.post(url, json=message, headers=headers)
        json.loads(response.content)


def rows(seconds: float) -> Callable[[int], Iterator[Pair]]:
    """From the start to rows of a remote tracker, against the first screen or the server's own answer."""

    def measure(runs: int) -> Iterator[Pair]:
        with fresh_home() as home, serving(100, seconds) as url:
            argument = ("--url", url, "--header", "Authorization: Bearer token")
            for _ in range(runs):
                first = screen(home, FIRST_SCREEN, *argument)
                yield Pair(screen(home, (b"BENCH-1",), *argument), max(first, seconds * 1000))

    return measure


CASES = [
    *(
        Case(
            f"remote.calls.{count}",
            f"tool calls over HTTP, {count:,} tickets",
            "httpx2 POST + json.loads",
            GOALS[count],
            calls(count),
        )
        for count in GOALS
    ),
    *(
        Case(
            name,
            f"start to rows of a remote tracker, a call of {seconds:g} s",
            "first screen or its answer",
            ROWS_GOAL,
            rows(seconds),
        )
        for name, seconds in CALL_SECONDS.items()
    ),
]


if __name__ == "__main__":
    with TicketServer(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0) as tickets:
        print(tickets.server_address[1], flush=True)
        tickets.serve_forever()
