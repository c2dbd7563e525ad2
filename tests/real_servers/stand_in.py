"""A tracker's REST interface on loopback, as far as the real MCP servers in these tests ask for it.

Invariants: it listens on a port that the system chose, keeps every request in the order of its arrival, and never
blocks a test for good: what is held back goes on after `HELD_AT_MOST`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

HELD_AT_MOST = 30.0
"""Seconds after which a request that a test holds back is answered all the same."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    body: Any = None

    def number(self, name: str, default: int) -> int:
        return int(self.query.get(name, default))


@dataclass(slots=True)
class Answer:
    """What to say: JSON, with a status and further headers."""

    value: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class StandIn:
    """Base of the stand-ins; a subclass says what it answers. Use it as a context manager."""

    asked: list[Asked]
    fault: Answer | None
    """Said instead of everything else, once set."""
    holds: Callable[[Asked], bool]
    """Requests that wait for ``released``, for tests about order."""
    released: threading.Event

    def __init__(self) -> None:
        self.reset()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def reset(self) -> None:
        """Forget what was asked, hold nothing back, and be well again."""
        self.asked = []
        self.fault = None
        self.holds = lambda _: False
        self.released = threading.Event()

    def answer(self, asked: Asked) -> Answer:
        """What the tracker says to a request."""
        raise NotImplementedError

    def requests(self, path: str) -> list[Asked]:
        """What came for paths that contain ``path``."""
        return [asked for asked in self.asked if path in asked.path]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _respond(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        if self.holds(asked):
            self.released.wait(HELD_AT_MOST)
        return self.fault or self.answer(asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            def _serve(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
                answer = stand_in._respond(Asked(self.command, parts.path, query, body))
                data = json.dumps(answer.value).encode()
                self.send_response(answer.status)
                for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: object) -> None:
                """Say nothing: the requests are kept instead."""

        return Handler
