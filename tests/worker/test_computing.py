"""Computations that are given up: broken off wherever they are, and nothing else is."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, NoReturn

import pytest

from tests.worker.fakes import BOUND
from tui_app.worker.concurrency import computed


async def test_the_outcome_is_handed_over_and_so_is_an_error() -> None:
    def fail() -> NoReturn:
        raise ValueError("no")

    assert await computed(lambda: 42) == 42
    with pytest.raises(ValueError, match="no"):
        await computed(fail)


def endless_loop(begun: threading.Event) -> None:
    begun.set()
    while True:
        len("")


def endless_comprehension(begun: threading.Event) -> None:
    begun.set()
    sum(1 for _ in iter(int, 1))


def one_that_catches_every_error(begun: threading.Event) -> None:
    begun.set()
    while True:
        try:
            [str(number) for number in range(1000)]
        except Exception:  # noqa: BLE001 (that is the point)
            continue


def one_that_loses_the_first_interruption(begun: threading.Event) -> None:
    with contextlib.suppress(BaseException):
        endless_loop(begun)
    endless_loop(begun)


@pytest.mark.parametrize(
    "work",
    [endless_loop, endless_comprehension, one_that_catches_every_error, one_that_loses_the_first_interruption],
)
async def test_what_nobody_waits_for_is_broken_off(work: Callable[[threading.Event], Any]) -> None:
    begun = threading.Event()
    threads = set(threading.enumerate())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await computed(lambda: work(begun))
    assert begun.is_set()
    async with asyncio.timeout(BOUND):
        while set(threading.enumerate()) - threads:  # noqa: ASYNC110 (a thread's end tells nobody)
            await asyncio.sleep(0.005)


async def test_giving_up_just_when_it_is_done_harms_no_other_thread() -> None:
    for _ in range(200):
        task = asyncio.ensure_future(computed(lambda: sum(range(200))))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await computed(lambda: "whole") == "whole"
