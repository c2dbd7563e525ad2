"""A tracker to ask: in this process, or as the subprocess that clients start."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tui_app.local_tracker.server import Server
from tui_app.local_tracker.store import open_store
from tui_app.local_tracker.tools import Tools
from tui_app.tickets.clock import SYSTEM_CLOCK

VERSION = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
ENVELOPE = {VERSION: "2026-07-28", CAPABILITIES: {}}
Answer = dict[str, Any]


class Tracker:
    """One connection to a server: ``send`` takes a request line and returns the response line."""

    def __init__(self, send: Callable[[bytes], bytes | None]) -> None:
        self._send = send
        self._requests = 0

    def ask(self, method: str, params: Any = None, **more: Any) -> Answer:
        self._requests += 1
        request = {"jsonrpc": "2.0", "id": self._requests, "method": method, "params": params or {}, **more}
        line = self._send(json.dumps(request).encode() + b"\n")
        assert line is not None
        answer: Answer = json.loads(line)
        assert answer["jsonrpc"] == "2.0"
        assert answer["id"] == request["id"]
        return answer

    def handshake(self, version: str = "2025-11-25") -> Answer:
        client = {"name": "test", "version": "1"}
        answer = self.ask("initialize", {"protocolVersion": version, "capabilities": {}, "clientInfo": client})
        result: Answer = answer["result"]
        return result

    def result(self, tool: str, **arguments: Any) -> Answer:
        """The result of a tool call that was let through to the tool."""
        result: Answer = self.ask("tools/call", {"name": tool, "arguments": arguments})["result"]
        return result

    def call(self, tool: str, **arguments: Any) -> Answer:
        """The structured content of a call that went well; its text says the same."""
        result = self.result(tool, **arguments)
        assert result["isError"] is False
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
        content: Answer = result["structuredContent"]
        return content

    def search(self, **arguments: Any) -> Answer:
        return self.call("search_tickets", **arguments)

    def ids(self, **arguments: Any) -> list[str]:
        return [ticket["id"] for ticket in self.search(**arguments)["tickets"]]

    def refusal(self, tool: str, **arguments: Any) -> str:
        """The text of a call that the tool refused."""
        result = self.result(tool, **arguments)
        assert result["isError"] is True
        text: str = result["content"][0]["text"]
        return text


@contextmanager
def tracker_at(database: Path) -> Iterator[Tracker]:
    """A tracker in this process, past its handshake."""
    tools = Tools(database, SYSTEM_CLOCK)
    server = Server(tools)

    def send(line: bytes) -> bytes | None:
        response = server.response_to(line)
        return None if response is None else response.encode()

    tracker = Tracker(send)
    tracker.handshake()
    yield tracker
    tools.close()


@pytest.fixture(scope="session")
def sample_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sample") / "tickets.db"
    open_store(path, SYSTEM_CLOCK).connection.close()
    return path.read_bytes()


@pytest.fixture
def database(tmp_path: Path, sample_bytes: bytes) -> Path:
    """A database with the sample."""
    path = tmp_path / "tickets.db"
    path.write_bytes(sample_bytes)
    return path


@pytest.fixture
def tracker(database: Path) -> Iterator[Tracker]:
    with tracker_at(database) as tracker:
        yield tracker


class TrackerProcess(Tracker):
    """The subprocess that clients start."""

    def __init__(self, database: Path) -> None:
        argv = [sys.executable, "-m", "tui_app.local_tracker", str(database)]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        super().__init__(self._exchange)

    def _exchange(self, line: bytes) -> bytes:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(line)
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with suppress(BrokenPipeError):
                stream.close()  # type: ignore[union-attr]  # all three are pipes


@pytest.fixture
def start_tracker() -> Iterator[Callable[[Path], TrackerProcess]]:
    started: list[TrackerProcess] = []

    def start(database: Path) -> TrackerProcess:
        started.append(TrackerProcess(database))
        return started[-1]

    yield start
    for tracker in started:
        tracker.close()
