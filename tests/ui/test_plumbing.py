"""The ways between the worker's thread, the files and the screen."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
from msgspec.structs import replace

from tests.ui import support
from tests.ui.fakes import (
    FIXED_CLOCK,
    FakeChangeHistory,
    FakeDraftMemory,
    FakeLookMemory,
    FakeRowMemory,
    FakeSearchMemory,
    FakeService,
    failed,
    make_ticket,
    ready,
    whole_ticket,
)
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import Inspect, OpenTicket, Reply, Search, TicketOpened, TicketsFound
from tui_app.tickets.ticket import Ticket
from tui_app.ui import late
from tui_app.ui.browse.shown_ticket import WholeTickets
from tui_app.ui.reply_routing import Inbox, ReplyRouter
from tui_app.ui.user_files import FileJobs, UserFiles


def test_a_batch_of_replies_wakes_the_screen_once() -> None:
    wakes: list[int] = []
    inbox = Inbox(lambda: wakes.append(1), time.monotonic)
    for _ in range(100):
        inbox.deliver(ready("local"))
    taken: list[Reply] = []
    while inbox.drain(taken.append):
        pass
    assert (len(wakes), len(taken)) == (1, 100)
    inbox.deliver(ready("local"))
    assert len(wakes) == 2


def test_nothing_that_the_first_frame_does_not_need_is_loaded_for_it() -> None:
    unwanted = {"pydantic", "tomlkit", "jmespath", "sqlite3", "rich.markdown", "markdown_it", "tui_app.settings", "PIL"}
    unwanted |= {"textual_image"}
    unwanted |= {f"textual.widgets._{name}" for name in ("header", "footer", "data_table", "markdown", "text_area")}
    script = "import sys, tui_app.ui.app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not unwanted & set(loaded)


def test_no_reply_is_lost_between_threads() -> None:
    woken = threading.Event()
    inbox = Inbox(woken.set, time.monotonic)
    taken: list[Reply] = []

    def produce() -> None:
        for _ in range(5000):
            inbox.deliver(ready("local"))

    thread = threading.Thread(target=produce)
    thread.start()
    while len(taken) < 5000:
        assert woken.wait(20)
        woken.clear()
        while inbox.drain(taken.append):
            pass
    thread.join()
    assert len(taken) == 5000


def test_jobs_run_in_order_and_a_failing_one_stops_nothing() -> None:
    done: list[str] = []
    jobs = FileJobs(lambda then, *given: then(*given))
    jobs.run(lambda: done.append("first"))
    jobs.run(lambda: 1 / 0)
    jobs.run(lambda: "third", done.append)
    jobs.flush()
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


# -------------------------------------------------------------- who asked for it


def found(request_id: int, *, complete: bool) -> TicketsFound:
    return TicketsFound(request_id, "local", (), 0, complete)


def test_a_reply_goes_to_whoever_asked_until_the_last_one_came() -> None:
    router = ReplyRouter(FakeService())
    mine: list[object] = []
    others: list[object] = []
    router.submit(Search(1, "local", TicketSearchCriteria()), mine.append)
    router.submit(Inspect(2, "local"), others.append)
    replies = [found(1, complete=False), found(1, complete=True)]
    for reply in (*replies, found(1, complete=True), found(3, complete=True)):
        router.route(reply)
    assert (mine, others) == (replies, [])


def test_a_request_that_is_cancelled_still_ends_and_one_that_is_dropped_does_not() -> None:
    service = FakeService()
    router = ReplyRouter(service)
    taken: list[object] = []
    for request_id in (1, 2):
        router.submit(Search(request_id, "local", TicketSearchCriteria()), taken.append)
    router.cancel(1)
    router.drop(2)
    assert service.cancelled == [1, 2]
    ends = [failed(request_id=request_id, kind=ErrorKind.CANCELLED) for request_id in (1, 2)]
    for end in ends:
        router.route(end)
    assert taken == ends[:1]


def test_requests_that_are_never_answered_do_not_add_up() -> None:
    router = ReplyRouter(FakeService())
    taken: list[object] = []
    for request_id in range(2000):
        router.submit(Inspect(request_id, "local"), taken.append)
    for request_id in range(2000):
        router.route(failed(request_id=request_id))
    assert len(taken) == 1000


def test_whatever_is_loaded_late_is_there() -> None:
    for name in (name for names in late.MODULES.values() for name in names):
        assert getattr(late, name).__name__ == name


# ----------------------------------------------------------------- whole tickets


class Following:
    """Whole tickets over a service that a test answers for."""

    def __init__(self) -> None:
        self.service = FakeService()
        self.router = ReplyRouter(self.service)
        self.shown: list[TicketOpened] = []
        jobs = FileJobs(lambda call, *given: call(*given))
        files = UserFiles(
            recents=FakeSearchMemory(),
            looks=FakeLookMemory(),
            rows=FakeRowMemory(),
            drafts=FakeDraftMemory(),
            changes=FakeChangeHistory(),
            jobs=jobs,
        )
        self.whole = WholeTickets(
            self.router,
            files,
            FIXED_CLOCK.now,
            on_opened=self.shown.append,
            on_recalled=lambda opened: None,
            on_failed=lambda failure: None,
        )

    def look_at(self, ticket: Ticket) -> TicketOpened | None:
        return self.whole.look_at(ticket, "local")

    def answer(self) -> TicketOpened:
        """The answer to the latest request."""
        request: OpenTicket = self.service.requests(OpenTicket)[-1]
        return TicketOpened(request.request_id, request.profile, whole_ticket(make_ticket(0, id=request.ticket_id)))


def test_a_ticket_is_fetched_once() -> None:
    following = Following()
    assert following.look_at(make_ticket(1)) is None
    answer = following.answer()
    following.router.route(answer)
    assert following.shown == [answer]
    assert following.look_at(make_ticket(1)) is not None
    assert len(following.service.requests(OpenTicket)) == 1


def test_a_ticket_that_changed_is_fetched_again() -> None:
    following = Following()
    following.look_at(make_ticket(1))
    following.router.route(following.answer())
    changed = replace(make_ticket(1), updated_at=None)
    assert following.look_at(changed) is None
    assert len(following.service.requests(OpenTicket)) == 2


def test_moving_on_gives_the_former_fetch_up_and_its_late_answer_is_not_shown() -> None:
    following = Following()
    following.look_at(make_ticket(1))
    late_answer = following.answer()
    following.look_at(make_ticket(2))
    assert following.service.cancelled == [late_answer.request_id]
    following.router.route(late_answer)
    assert following.shown == []
    assert following.whole.known(make_ticket(1), "local") is None
