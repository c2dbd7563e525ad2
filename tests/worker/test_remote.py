"""The worker with a server at an address: a session that expires, the log, the exit at once without a login."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.mcp_client.http.http_fault_server import FaultServer, Request, Respond, answer, response, running
from tests.worker.fakes import Listener
from tui_app.settings.profiles import Profile, RetryPolicy, Timeouts
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import (
    Failed,
    Inspect,
    Reply,
    Search,
    ServerInspected,
    TicketsFound,
    new_request_id,
)
from tui_app.worker.service import Service

SEARCH = {"name": "search_tickets", "inputSchema": {"type": "object", "properties": {"text": {"type": "string"}}}}
FOUND = {"structuredContent": {"tickets": [{"id": "T-1", "title": "Printer jam"}]}, "content": []}


def a_tracker(fault: Callable[[Request], bytes | None] = lambda request: None) -> Respond:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        answers = {"tools/list": {"tools": [SEARCH]}, "tools/call": FOUND}
        writer.write(fault(request) or answer(request, answers.get(request.asks)))

    return respond


class Far(FaultServer):
    """Answers requests of the protocol by ``respond`` and all else properly."""

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if self._respond is not None and request.asks in ("tools/list", "tools/call"):
            await self._respond(request, writer)
        else:
            self.properly(request, writer)


@contextmanager
def serving(server: FaultServer) -> Iterator[FaultServer]:
    """``server`` in a thread of its own."""
    ready, over, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()

    async def serve() -> None:
        async with running(server):
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


@contextmanager
def asking(url: str) -> Iterator[Callable[..., Reply]]:
    """Makes requests of a service and waits for their replies."""
    profile = Profile("far", url=url, retry=RetryPolicy(attempts=2, base_delay=5), timeouts=Timeouts(total=8))
    listener = Listener()
    service = Service({"far": profile}, clock=SYSTEM_CLOCK)
    service.connect(listener.deliver)

    def ask(kind: type[Search] | type[Inspect], *more: object) -> Reply:
        request = kind(new_request_id(), "far", *more)  # type: ignore[arg-type]
        service.submit(request)
        return listener.final(request.request_id)

    try:
        yield ask
    finally:
        service.close()


def test_a_search_in_a_session_that_has_expired_is_made_in_a_new_one_at_once() -> None:
    forgotten = {"session-1"}
    calls = 0

    def fault(request: Request) -> bytes | None:
        nonlocal calls
        calls += request.asks == "tools/call"
        gone = calls > 1 and request.headers.get("mcp-session-id") in forgotten
        return response(404) if gone else None

    with serving(Far(a_tracker(fault), era="legacy")) as server, asking(server.url) as ask:
        assert isinstance(ask(Search, TicketSearchCriteria()), TicketsFound)
        begin = time.monotonic()
        found = ask(Search, TicketSearchCriteria(text="printer"))
        assert isinstance(found, TicketsFound)
        assert [ticket.id for ticket in found.tickets] == ["T-1"]
        assert time.monotonic() - begin < 15
        assert server.sessions == 2


def test_a_search_that_needs_a_login_fails_at_once() -> None:
    locked = FaultServer(lambda r, w: _write(w, response(401)), only="")
    with serving(locked) as server, asking(f"{server.url}/own") as ask:  # a path that no late client of a port has
        begin = time.monotonic()
        failed = ask(Search, TicketSearchCriteria())
        assert isinstance(failed, Failed)
        assert failed.kind is ErrorKind.AUTH
        assert "Or use a token in its headers" in failed.hint
        assert time.monotonic() - begin < 15
        assert [request.method for request in server.requests if request.path == "/mcp/own"] == ["POST"]


def test_the_first_search_is_on_its_way_before_anybody_listens() -> None:
    with serving(Far(a_tracker())) as server:
        service = Service({"far": Profile("far", url=server.url)}, clock=SYSTEM_CLOCK)
        request = Search(new_request_id(), "far", TicketSearchCriteria())
        service.submit(request)
        begin = time.monotonic()
        while not server.asked("tools/call"):
            assert time.monotonic() - begin < 10
            threading.Event().wait(0.01)
        listener = Listener()
        service.connect(listener.deliver)
        assert isinstance(listener.final(request.request_id), TicketsFound)
        service.close()


def test_the_report_shows_address_and_connection_log() -> None:
    with serving(Far(a_tracker())) as server, asking(server.url) as ask:
        inspected = ask(Inspect)
        assert isinstance(inspected, ServerInspected)
        report = inspected.report
        assert report.command == server.url
        assert report.log_name == "the connection's log"
        assert "tools/list: 200 application/json" in report.stderr_tail


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
