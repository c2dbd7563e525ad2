"""A tool of which nothing says that it only reads is called once the user says so, and not before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from tests.worker.fakes import FakeBackend, Listener, json_result, profile
from tui_app.mcp_client.types import CallToolResult, Tool
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.messages import AccessChanged, Failed, Reconnect, Search, TicketsFound
from tui_app.tickets.servers import AllowTool, UndecidedTool
from tui_app.worker.backend import _allow, _choose_adapter
from tui_app.worker.service import Service

ROWS = [{"id": f"K-{number}", "title": f"Kazi ya {number}", "status": "wazi"} for number in (1, 2)]


class _Server:
    """A service over one server, what it remembers, and the calls that the server got."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.kept: dict[str, Any] = {}
        fake = FakeBackend(self._answer)
        fake.tools = (Tool("kazi_zote", "Kazi\x1b[2J zilizopo"), Tool("kazi_unda", "Kazi mpya"))
        backend = replace(
            fake.functions, choose_adapter=partial(_choose_adapter, self), allow=partial(_allow, self)
        )  # fmt: skip
        self.listener = Listener()
        self.service = Service({"work": profile()}, clock=SYSTEM_CLOCK, backend=backend)
        self.service.connect(self.listener.deliver)

    async def _answer(self, name: str, _arguments: Mapping[str, Any]) -> CallToolResult:
        await asyncio.sleep(0)
        self.calls.append(name)
        return json_result(ROWS)

    def get(self, digest: str) -> Any:
        return self.kept.get(digest)

    def put(self, digest: str, memory: Any) -> None:
        self.kept[digest] = memory

    def search(self, number: int) -> Failed | list[str]:
        self.service.submit(Search(number, "work", TicketSearchCriteria()))
        reply = self.listener.final(number)
        if isinstance(reply, TicketsFound):
            return [ticket.id for ticket in reply.tickets]
        assert isinstance(reply, Failed)
        return reply

    def asked(self, number: int) -> UndecidedTool:
        failure = self.search(number)
        assert isinstance(failure, Failed)
        assert failure.undecided is not None
        return failure.undecided

    def answer(self, tool: UndecidedTool, *, allowed: bool) -> str:
        self.service.submit(AllowTool(50, "work", tool, allowed))
        reply = self.listener.final(50)
        assert isinstance(reply, AccessChanged)
        self.service.submit(Reconnect(51, "work"))
        self.listener.final(51)
        return reply.line


@pytest.fixture
def server() -> Iterator[_Server]:
    made = _Server()
    yield made
    made.service.close()


def test_it_is_named_with_its_description_sanitised_and_not_called(server: _Server) -> None:
    tool = server.asked(1)
    assert tool.name == "kazi_zote"
    assert "zilizopo" in tool.description
    assert "\x1b" not in tool.description
    assert not server.calls


def test_a_yes_is_remembered_by_the_list_of_tools(server: _Server) -> None:
    tool = server.asked(1)
    assert "is called from now on" in server.answer(tool, allowed=True)
    assert server.kept == {tool.digest: {"allowed": "kazi_zote"}}
    assert server.search(2) == ["K-1", "K-2"]


def test_a_no_is_remembered_too(server: _Server) -> None:
    tool = server.asked(1)
    assert "is not called" in server.answer(tool, allowed=False)
    failure = server.search(2)
    assert isinstance(failure, Failed)
    assert failure.undecided is None
    assert 'tool = "kazi_zote"' in failure.hint
    assert not server.calls
