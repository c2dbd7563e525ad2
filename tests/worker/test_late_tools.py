"""A server that announces its tools may list the ones that matter after its start."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.worker.conftest import MakeBench
from tests.worker.fakes import Bench
from tests.worker.test_service import SEARCH, three_rows
from tui_app.mcp_client.types import Tool
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import Failed, TicketsFound


def later(bench: Bench, *lists: tuple[Tool, ...]) -> list[tuple[Tool, ...]]:
    """The tools that are listed one after another, each a second after the one before; returns those still to come."""
    left = list(lists)

    def wait() -> tuple[Tool, ...]:
        bench.time.now += 1
        return left.pop(0)

    bench.backend.wait_for_tools = wait
    return left


@pytest.mark.parametrize("first", [(), (Tool("login"),)], ids=["none at first", "another one at first"])
def test_tools_that_come_later_are_waited_for(make_bench: MakeBench, first: tuple[Tool, ...]) -> None:
    bench = make_bench(three_rows)
    bench.backend.tools = first
    later(bench, first, (*first, Tool("find")))

    assert isinstance(bench.ask(SEARCH), TicketsFound)


def test_tools_that_never_come_are_given_up_after_some_seconds(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)
    bench.backend.tools = ()
    left = later(bench, *[()] * 20)

    failed = bench.ask(SEARCH)

    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.NO_SEARCH_TOOL
    assert len(left) == 15


def test_a_server_that_announces_nothing_is_not_waited_for(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)
    bench.backend.tools = (Tool("login"),)

    failed = bench.ask(SEARCH)

    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.NO_SEARCH_TOOL


def test_a_tool_that_turns_into_one_that_writes_is_not_called_any_more(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)
    assert isinstance(bench.ask(SEARCH), TicketsFound)
    (session,) = bench.backend.sessions
    session.tools = (Tool("find", "Deletes what it finds", annotations={"readOnlyHint": False}),)
    session.changes += 1

    failed = bench.ask(replace(SEARCH, request_id=2))

    assert isinstance(failed, Failed)
    assert failed.title == "That tool does more than read"
