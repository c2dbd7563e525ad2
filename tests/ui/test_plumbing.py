"""The ways between the worker's thread, the files and the screen."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from msgspec.structs import replace

from tests.ui import support
from tests.ui.fakes import FakeService, make_ticket, ready, whole_ticket
from tui_app.tickets.messages import OpenTicket, Reply, TicketOpened
from tui_app.ui.browse.following import Following
from tui_app.ui.inbox import Inbox
from tui_app.ui.keeper import Keeper


def test_a_batch_of_replies_wakes_the_screen_once() -> None:
    wakes: list[int] = []
    inbox = Inbox(lambda: wakes.append(1))
    for _ in range(100):
        inbox.deliver(ready("local"))
    taken: list[Reply] = []
    while inbox.drain(taken.append):
        pass
    assert (len(wakes), len(taken)) == (1, 100)
    inbox.deliver(ready("local"))
    assert len(wakes) == 2


def test_nothing_that_the_first_frame_does_not_need_is_loaded_for_it() -> None:
    unwanted = {"pydantic", "tomlkit", "jmespath", "sqlite3", "rich.markdown", "markdown_it", "tui_app.settings"}
    unwanted |= {f"textual.widgets._{name}" for name in ("header", "footer", "data_table", "markdown", "text_area")}
    script = "import sys, tui_app.ui.app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not unwanted & set(loaded)


def test_no_reply_is_lost_between_threads() -> None:
    woken = threading.Event()
    inbox = Inbox(woken.set)
    taken: list[Reply] = []

    def produce() -> None:
        for _ in range(5000):
            inbox.deliver(ready("local"))

    thread = threading.Thread(target=produce)
    thread.start()
    while len(taken) < 5000:
        assert woken.wait(5)
        woken.clear()
        while inbox.drain(taken.append):
            pass
    thread.join()
    assert len(taken) == 5000


def test_jobs_run_in_order_and_a_failing_one_stops_nothing() -> None:
    done: list[str] = []
    keeper = Keeper(lambda then, *given: then(*given))
    keeper.run(lambda: done.append("first"))
    keeper.run(lambda: 1 / 0)
    keeper.run(lambda: "third", done.append)
    keeper.flush()
    assert done == ["first", "third"]


async def test_what_the_worker_computes_waits_from_a_key_to_its_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []
    monkeypatch.setattr("tui_app.ui.app.claim_turn", lambda: turns.append("claimed"))
    monkeypatch.setattr("tui_app.ui.app.end_turn", lambda: turns.append("ended"))
    async with support.opened() as deck:
        turns.clear()
        await deck.pilot.hover(offset=(5, 5))
        assert "claimed" not in turns

        await deck.press("j")
        await deck.until(lambda: "ended" in turns[turns.index("claimed") :])


# ------------------------------------------------------------------- following


def opened(service: FakeService, at: int = -1) -> TicketOpened:
    request: OpenTicket = service.requests(OpenTicket)[at]
    return TicketOpened(request.request_id, request.profile, whole_ticket(make_ticket(0, id=request.ticket_id)))


def test_a_ticket_is_fetched_once() -> None:
    service = FakeService()
    following = Following(service)
    assert following.look_at(make_ticket(1), "local") is None
    assert following.take(opened(service))
    assert following.look_at(make_ticket(1), "local") is not None
    assert len(service.requests(OpenTicket)) == 1


def test_a_ticket_that_changed_is_fetched_again() -> None:
    service = FakeService()
    following = Following(service)
    following.look_at(make_ticket(1), "local")
    following.take(opened(service))
    changed = replace(make_ticket(1), updated_at=None)
    assert following.look_at(changed, "local") is None
    assert len(service.requests(OpenTicket)) == 2


def test_moving_on_gives_the_former_fetch_up_and_its_late_answer_is_not_shown() -> None:
    service = FakeService()
    following = Following(service)
    following.look_at(make_ticket(1), "local")
    late = opened(service)
    following.look_at(make_ticket(2), "local")
    assert service.cancelled == [late.request_id]
    assert not following.take(late)
