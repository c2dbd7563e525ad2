"""The worker with real server processes and the real floors below it."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.worker.fakes import BOUND, Listener
from tests.worker.test_login_commands import alive
from tui_app.settings.profiles import AuthCommands, PoolLimits, Profile, RetryPolicy, Timeouts
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import (
    Failed,
    Inspect,
    LoadMore,
    OpenTicket,
    Reply,
    Request,
    Search,
    ServerInspected,
    TicketOpened,
    TicketsFound,
)
from tui_app.tickets.servers import ServerState
from tui_app.worker.backend import real_backend
from tui_app.worker.prestart import Prestarts
from tui_app.worker.service import Service

SERVER = Path(__file__).with_name("scripted_server.py")
QUICK = RetryPolicy(base_delay=0.01, max_delay=0.02)


class Stand:
    """A service with one scripted server, its listener and its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.listener = Listener()
        self.profile = Profile("work", ())
        self._services: list[Service] = []

    def serve(
        self,
        behaviour: str,
        *,
        retry: RetryPolicy = QUICK,
        timeouts: Timeouts | None = None,
        auth: AuthCommands | None = None,
        private_fields: tuple[str, ...] = (),
        env: dict[str, str] | None = None,
        prestarted: bool = False,
    ) -> Service:
        self.profile = Profile(
            "work",
            (sys.executable, str(SERVER), behaviour, str(self.folder)),
            auth=auth,
            env=env or {},
            retry=retry,
            timeouts=timeouts or Timeouts(),
            pool=PoolLimits(max_connections=2, wait=5),
            private_fields=private_fields,
            source="config.toml",
        )
        prestarts = Prestarts()
        if prestarted:
            prestarts.start(self.profile, real_backend(SYSTEM_CLOCK).spawn)
        service = Service({"work": self.profile}, clock=SYSTEM_CLOCK, prestarts=prestarts)
        service.connect(self.listener.deliver)
        self._services.append(service)
        return service

    def ask(self, request: Request) -> Reply:
        self._services[-1].submit(request)
        return self.listener.final(request.request_id)

    def search(self, number: int = 1, most: int = 20) -> Reply:
        return self.ask(Search(number, "work", TicketSearchCriteria(max_results=most)))

    @property
    def pids(self) -> list[int]:
        file = self.folder / "pids"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def close(self) -> None:
        for service in self._services:
            service.close()
            assert not service.crashes
        assert not [pid for pid in self.pids if alive(pid)]


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    stand = Stand(tmp_path)
    yield stand
    stand.close()


def test_search_load_more_open_and_inspect_through_one_process(stand: Stand) -> None:
    stand.serve("good")

    found = stand.search(1, most=15)
    more = stand.ask(LoadMore(2, "work", 1, 15))
    opened = stand.ask(OpenTicket(3, "work", "OPS-7"))
    missing = stand.ask(OpenTicket(4, "work", "NOPE-1"))
    inspected = stand.ask(Inspect(5, "work"))

    assert isinstance(found, TicketsFound)
    assert (len(found.tickets), found.total, found.truncated) == (15, 40, True)
    assert isinstance(more, TicketsFound)
    assert (more.offset, more.tickets[0].id, more.tickets[-1].id) == (15, "OPS-16", "OPS-30")
    assert isinstance(opened, TicketOpened)
    assert opened.ticket.title == "Ticket 7"
    assert isinstance(missing, Failed)
    assert missing.title == "The tracker has no such thing"
    assert isinstance(inspected, ServerInspected)
    assert inspected.report.adapter == "builder"
    assert len(stand.pids) == 1


def test_a_server_that_dies_is_told_with_exit_code_and_last_words_at_once(stand: Stand) -> None:
    stand.serve("dies", retry=RetryPolicy(attempts=1))
    begin = time.monotonic()

    failed = stand.search()

    assert time.monotonic() - begin < 15
    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.CONNECTION
    assert "exit code 3" in failed.cause
    assert "the disk is on fire" in failed.stderr_tail


def test_a_server_that_died_once_is_started_again_for_the_same_request(stand: Stand) -> None:
    stand.serve("dies-once")

    assert isinstance(stand.search(), TicketsFound)
    assert len(stand.pids) == 2


def test_a_server_killed_between_two_requests_is_replaced_unnoticed(stand: Stand) -> None:
    stand.serve("good")
    stand.search(1)
    os.kill(stand.pids[0], signal.SIGKILL)

    assert isinstance(stand.search(2), TicketsFound)
    assert len(stand.pids) == 2


def test_a_hanging_server_is_ended_and_the_next_attempt_gets_a_new_one(stand: Stand) -> None:
    stand.serve("hangs", timeouts=Timeouts(request=0.3))

    def mend() -> None:
        wait_until((stand.folder / "hung").exists)
        (stand.folder / "mended").touch()

    watcher = threading.Thread(target=mend)
    watcher.start()

    found = stand.search()
    watcher.join()

    assert isinstance(found, TicketsFound)
    assert len(stand.pids) >= 2


def test_a_cancelled_request_does_not_make_the_next_one_wait_for_a_hanging_server(stand: Stand) -> None:
    service = stand.serve("hangs")
    service.submit(Search(1, "work", TicketSearchCriteria()))
    stand.listener.until(lambda reply: getattr(reply, "state", None) is ServerState.WORKING)

    begin = time.monotonic()
    service.cancel(1)
    assert stand.listener.failure(1).kind is ErrorKind.CANCELLED
    assert time.monotonic() - begin < 15

    (stand.folder / "mended").touch()
    assert isinstance(stand.search(2), TicketsFound)


def test_closing_ends_servers_that_ignore_everything_in_bounded_time(stand: Stand) -> None:
    service = stand.serve("stubborn")
    service.submit(Search(1, "work", TicketSearchCriteria()))
    stand.listener.until(lambda reply: getattr(reply, "state", None) is ServerState.WORKING)

    begin = time.monotonic()
    service.close()

    assert time.monotonic() - begin < 15
    assert len(stand.pids) == 2
    assert not [pid for pid in stand.pids if alive(pid)]


def test_a_slow_start_shows_limit_and_last_words(stand: Stand) -> None:
    stand.serve("slow", timeouts=Timeouts(start=20))

    assert isinstance(stand.search(), TicketsFound)

    starting = [state for state in stand.listener.states() if state.state is ServerState.STARTING]
    assert starting[0].limit == 20
    assert len({state.since for state in starting}) == 1
    assert starting[-1].detail == "warming up"


def test_a_server_that_never_gets_ready_is_given_up_at_the_limit(stand: Stand) -> None:
    stand.serve("never", timeouts=Timeouts(start=0.4), retry=RetryPolicy(attempts=1))

    failed = stand.search()

    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.TIMEOUT


def test_private_fields_are_gone_from_everything(stand: Stand) -> None:
    stand.serve("private", private_fields=("salary",))

    replies = [stand.search(1), stand.ask(OpenTicket(2, "work", "OPS-1")), stand.ask(Inspect(3, "work"))]

    assert "canary" not in repr(replies)
    assert "canary" not in repr(stand.listener.replies)


def test_nothing_that_a_server_says_can_act_on_a_terminal(stand: Stand) -> None:
    stand.serve("hostile")

    replies = [
        stand.search(1),
        stand.ask(OpenTicket(2, "work", "OPS-1")),
        stand.ask(OpenTicket(3, "work", "NOPE")),
        stand.ask(Inspect(4, "work")),
    ]

    for reply in [*replies, *stand.listener.replies]:
        for text in shown_texts(reply):
            assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text), reply


def shown_texts(value: object) -> Iterator[str]:
    """All text within a reply, save the originals, which are never shown."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in (*value.keys(), *value.values()):
            yield from shown_texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from shown_texts(item)
    elif hasattr(value, "__struct_fields__"):
        for name in value.__struct_fields__:
            if name != "originals":
                yield from shown_texts(getattr(value, name))


def test_a_refused_request_logs_in_with_the_command_and_is_repeated(stand: Stand) -> None:
    login = ("touch", str(stand.folder / "token"))
    stand.serve("refuses", auth=AuthCommands(login=login, interactive=False))

    assert isinstance(stand.search(), TicketsFound)
    assert len(stand.pids) == 2


def test_a_refused_request_without_a_login_command_is_an_authentication_failure(stand: Stand) -> None:
    stand.serve("refuses")

    failed = stand.search()

    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.AUTH


def test_a_prestarted_server_is_used_and_an_unused_one_is_ended(stand: Stand) -> None:
    stand.serve("good", prestarted=True)

    assert isinstance(stand.search(), TicketsFound)
    assert len(stand.pids) == 1

    unused = stand.serve("good", prestarted=True)
    wait_until(lambda: len(stand.pids) == 2)
    unused.close()
    assert not alive(stand.pids[1])


def test_a_missing_command_names_command_and_config() -> None:
    listener = Listener()
    missing = Profile("work", ("no-such-program", "--stdio"), source="/home/me/config.toml")
    service = Service({"work": missing}, clock=SYSTEM_CLOCK)
    service.connect(listener.deliver)
    service.submit(Search(1, "work", TicketSearchCriteria()))

    failed = listener.failure(1)
    service.close()

    assert failed.kind is ErrorKind.COMMAND_NOT_FOUND
    assert "no-such-program" in failed.cause
    assert "config.toml" in failed.cause + failed.hint


def test_an_unset_variable_of_the_profile_is_a_configuration_fault(stand: Stand) -> None:
    stand.serve("good", env={"TOKEN": "${env:TICKETDECK_TEST_UNSET}"})

    failed = stand.search()

    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.CONFIG
    assert "TICKETDECK_TEST_UNSET" in failed.cause


@pytest.mark.parametrize("crashes", [5, pytest.param(100, marks=[pytest.mark.slow, pytest.mark.timeout(120)])])
def test_many_crashes_leave_no_descriptors_threads_or_children(stand: Stand, crashes: int) -> None:
    stand.serve("dies", retry=RetryPolicy(attempts=1))
    numbers = itertools.count(1)

    def open_then_crash() -> None:
        assert isinstance(stand.ask(OpenTicket(next(numbers), "work", "OPS-1")), TicketOpened)
        assert isinstance(stand.search(next(numbers)), Failed)

    open_then_crash()
    before = descriptors(), threading.active_count()
    for _ in range(crashes - 1):
        open_then_crash()

    wait_until(lambda: (descriptors(), threading.active_count()) == before)
    assert len(stand.pids) == crashes
    assert not [pid for pid in stand.pids if alive(pid)]


def test_a_server_that_dies_at_every_request_is_restarted_after_growing_pauses(stand: Stand) -> None:
    stand.serve("dies", retry=RetryPolicy(attempts=1))
    begin = time.monotonic()

    for number in range(1, 4):
        assert isinstance(stand.search(number), Failed)

    assert time.monotonic() - begin > 0.5


def descriptors() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + BOUND
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
