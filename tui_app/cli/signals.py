"""Signals that ask the program to end: for commands that only print, an orderly exit through every ``finally``."""

from __future__ import annotations

import signal
from types import FrameType
from typing import NoReturn

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def exit_on_signals() -> None:
    """From now on a signal that asks to end unwinds the stack, so that servers are closed; exit code 128 + n."""
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
            signal.signal(number, _exit)


def _exit(number: int, _: FrameType | None) -> NoReturn:
    for other in ENDING:
        signal.signal(other, signal.SIG_IGN)  # the way out is taken once
    raise SystemExit(128 + number)
