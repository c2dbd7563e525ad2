"""What the status line is told of a server."""

from __future__ import annotations

from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.servers import ServerState, StateChanged
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
