"""What the status line is told of a server."""

from __future__ import annotations

from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import MCPConnectionError
from tui_app.tickets.servers import ServerState, StateChanged
from tui_app.worker.auth import LoginStep
from tui_app.worker.states import StateBoard


def test_while_calls_are_under_way_it_is_told_of_which_server_and_since_when_the_oldest_is() -> None:
    told: list[StateChanged] = []
    board = StateBoard("work", told.append, SYSTEM_CLOCK)
    board.ready("jira 2.1")
    with board.working():
        with board.working():
            pass
        oldest = told[-1]
    assert [change.state for change in told] == [ServerState.READY, ServerState.WORKING, ServerState.READY]
    assert (oldest.detail, told[-1].detail) == ("jira 2.1", "jira 2.1")
    assert oldest.since > 0
    assert told[-1].latency is not None


def test_of_several_connections_that_are_opened_the_earliest_counts_and_none_beside_a_call() -> None:
    told: list[StateChanged] = []
    board = StateBoard("work", told.append, SYSTEM_CLOCK)
    for since in (5.0, 8.0, 5.0):
        board.starting(since, 30.0)
    assert [(change.state, change.since) for change in told] == [(ServerState.STARTING, 5.0)]
    board.ready("jira 2.1")
    with board.working():
        board.starting(8.0, 30.0)
        assert told[-1].state is ServerState.WORKING


def test_while_somebody_logs_in_nothing_else_is_told() -> None:
    told: list[StateChanged] = []
    board = StateBoard("work", told.append, SYSTEM_CLOCK)
    board.login(LoginStep.LOGGING_IN)
    board.starting(1.0, 30.0)
    board.down(MCPConnectionError("gone"))
    board.idle()
    assert [change.state for change in told] == [ServerState.LOGGING_IN]
    board.login(LoginStep.DONE)
    assert told[-1].state is ServerState.IDLE
