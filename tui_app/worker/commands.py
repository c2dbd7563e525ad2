"""Running a login tool's command without a terminal.

Invariants: the command runs in a session of its own, so it cannot read from the user's terminal; it never outlives its
time, nor the caller's cancellation, and its output is kept only to a bound.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from tui_app.tickets.text import clean

_KEPT_OUTPUT = 4096  # bytes from the end; the reason for a failure is said last
_KILL_GRACE = 0.5  # seconds from SIGTERM to SIGKILL; a login tool has nothing to save
_READ_SIZE = 65536


class Ending(StrEnum):
    """How a command ended."""

    DONE = "done"
    FAILED = "failed"
    MISSING = "missing"
    NOT_RUNNABLE = "not runnable"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command. ``output`` is the end of what it printed, sanitised."""

    ending: Ending
    exit_code: int | None = None
    output: str = ""


async def run_command(argv: Sequence[str], seconds: float) -> Outcome:
    """Run ``argv`` without input for at most ``seconds``; raises nothing but the caller's cancellation."""
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except FileNotFoundError:
        return Outcome(Ending.MISSING)
    except OSError as error:
        return Outcome(Ending.NOT_RUNNABLE, output=error.strerror or "")
    tail = bytearray()
    try:
        async with asyncio.timeout(seconds):
            await _drain(process, tail)
            exit_code = await process.wait()
    except TimeoutError:
        return Outcome(Ending.TIMED_OUT, output=_readable(tail))
    finally:
        await _end(process)
    return Outcome(Ending.DONE if exit_code == 0 else Ending.FAILED, exit_code, _readable(tail))


async def _drain(process: asyncio.subprocess.Process, tail: bytearray) -> None:
    output = process.stdout
    while output and (piece := await output.read(_READ_SIZE)):
        tail += piece
        del tail[:-_KEPT_OUTPUT]


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the command and whatever it started, if it still runs."""
    if process.returncode is not None:
        return
    signal_group(process.pid, signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), _KILL_GRACE)
    except TimeoutError:
        signal_group(process.pid, signal.SIGKILL)
        await process.wait()


def signal_group(group: int, number: signal.Signals) -> None:
    """Send a signal to a process group; one that is gone already needs none."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _readable(tail: bytearray) -> str:
    return clean(tail.decode(errors="replace")).strip()
