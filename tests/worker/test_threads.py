"""Where threads meet: replies out, blocking calls, work that several wait for."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.worker.fakes import BOUND
from tui_app.tickets.messages import Reply
from tui_app.tickets.servers import ServerState, StateChanged
from tui_app.worker.concurrency import SharedTask, daemon_call, undivided_work
from tui_app.worker.replies import ReplyQueue


def unexpected(value: object) -> None:
    pytest.fail(f"{value!r} was not expected here")


def reply(number: int) -> StateChanged:
    return StateChanged("work", ServerState.IDLE, str(number))


def test_replies_from_many_threads_come_one_at_a_time_and_in_each_threads_order() -> None:
    outbox, seen, busy = ReplyQueue(unexpected), list[Reply](), threading.Lock()

    def deliver(item: Reply) -> None:
        assert busy.acquire(blocking=False)
        seen.append(item)
        busy.release()

    def put_many(first: int) -> None:
        for number in range(first, first + 200):
            outbox.put(reply(number))

    outbox.put(reply(-1))
    outbox.connect(deliver)
    threads = [threading.Thread(target=put_many, args=(first,)) for first in (0, 1000, 2000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(BOUND)

    numbers = [int(item.detail) for item in seen if isinstance(item, StateChanged)]
    assert len(numbers) == 601
    assert numbers[0] == -1
    for first in (0, 1000, 2000):
        assert [number for number in numbers if first <= number < first + 1000] == list(range(first, first + 200))


def test_a_listener_may_answer_from_within() -> None:
    outbox, seen = ReplyQueue(unexpected), list[str]()

    def deliver(item: Reply) -> None:
        assert isinstance(item, StateChanged)
        if item.detail == "1":
            outbox.put(reply(2))
        seen.append(item.detail)

    outbox.connect(deliver)
    outbox.put(reply(1))

    assert seen == ["1", "2"]


async def test_a_blocking_call_gives_its_outcome_or_its_error() -> None:
    assert await daemon_call(lambda: 7, unwanted=unexpected) == 7

    def fail() -> int:
        raise LookupError("no")

    with pytest.raises(LookupError):
        await daemon_call(fail, unwanted=unexpected)


async def test_what_comes_after_the_caller_gave_up_is_handed_to_whoever_disposes_of_it() -> None:
    release, disposed = threading.Event(), threading.Event()

    def slow() -> int:
        release.wait(BOUND)
        return 7

    task = asyncio.create_task(daemon_call(slow, unwanted=lambda value: disposed.set()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    release.set()

    assert await asyncio.to_thread(disposed.wait, BOUND)


async def test_shared_work_runs_once_and_anew_after_it_ended() -> None:
    runs = 0

    async def work() -> int:
        nonlocal runs
        runs += 1
        await asyncio.sleep(0)
        return runs

    shared = SharedTask(work)

    assert await asyncio.gather(*(shared.join() for _ in range(5))) == [1] * 5
    assert await shared.join() == 2


async def test_an_error_of_shared_work_reaches_everybody() -> None:
    async def work() -> int:
        raise LookupError("no")

    shared = SharedTask(work)

    outcomes = await asyncio.gather(*(shared.join() for _ in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [LookupError] * 3


async def test_undivided_work_ends_though_nobody_waits_for_it() -> None:
    begun, go, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await go.wait()
        done.set()

    waiting = asyncio.create_task(SharedTask(work, undivided=True).join())
    await begun.wait()
    waiting.cancel()
    await undivided_work(0)
    assert not done.is_set()
    go.set()
    await undivided_work(5)
    assert done.is_set()
