"""Waiting for a blocking call without blocking the event loop, nor the end of the program."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

T = TypeVar("T")


async def daemon_call(call: Callable[[], T], *, unwanted: Callable[[T], None]) -> T:
    """The outcome of ``call``, made in a daemon thread: unlike an executor's, it never holds up the exit.

    Args:
        call: may block.
        unwanted: given the outcome where the caller has been cancelled meanwhile; runs in a daemon thread too.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def hand_over(settle: Callable[[], None], discard: Callable[[], None]) -> None:
        if outcome.done():
            _in_daemon(discard)
        else:
            settle()

    def run() -> None:
        settle: Callable[[], None]
        discard: Callable[[], None]
        try:
            value = call()
        except Exception as error:  # noqa: BLE001 (handed to the caller, whatever it is)
            settle, discard = partial(outcome.set_exception, error), _nothing
        else:
            settle, discard = partial(outcome.set_result, value), partial(unwanted, value)
        try:
            loop.call_soon_threadsafe(hand_over, settle, discard)
        except RuntimeError:  # the loop has been closed meanwhile
            discard()

    _in_daemon(run)
    return await outcome


def _in_daemon(call: Callable[[], None]) -> None:
    threading.Thread(target=call, daemon=True, name="ticketdeck-blocking-call").start()


def _nothing() -> None:
    """There is nothing to discard."""
