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
from enum import StrEnum

from msgspec import Struct

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


class Outcome(Struct, frozen=True):
    """What came of a command. ``output`` is the end of what it printed, sanitised."""

    ending: Ending
    exit_code: int | None = None
    output: str = ""


async def run_command(argv: Sequence[str], seconds: float) -> Outcome:
    """Run ``argv`` without input for at most ``seconds``; raises nothing but the caller's cancellation."""
    with _OutputTail() as tail:
        try:
            process = await asyncio.create_subprocess_exec(
                *argv, stdin=subprocess.DEVNULL, stdout=tail.inlet, stderr=tail.inlet, start_new_session=True
            )
        except FileNotFoundError:
            return Outcome(Ending.MISSING)
        except OSError as error:
            return Outcome(Ending.NOT_RUNNABLE, output=error.strerror or "")
        try:
            async with asyncio.timeout(seconds):
                exit_code = await process.wait()
        except TimeoutError:
            return Outcome(Ending.TIMED_OUT, output=tail.text())
        finally:
            await _end(process)
        return Outcome(Ending.DONE if exit_code == 0 else Ending.FAILED, exit_code, tail.text())


class _OutputTail:
    """A pipe whose last words are kept. A login tool may leave an agent behind that holds it open: nobody waits for
    its end."""

    def __enter__(self) -> _OutputTail:
        self._outlet, self.inlet = os.pipe()
        os.set_blocking(self._outlet, False)
        self._kept = bytearray()
        asyncio.get_running_loop().add_reader(self._outlet, self._read)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._outlet)
        os.close(self._outlet)
        os.close(self.inlet)

    def text(self) -> str:
        """What was written last, sanitised."""
        while self._read():
            pass
        return clean(self._kept.decode(errors="replace")).strip()

    def _read(self) -> bool:
        """Take in one piece; False where none lies ready."""
        try:
            piece = os.read(self._outlet, _READ_SIZE)
        except BlockingIOError:
            return False
        self._kept += piece
        del self._kept[:-_KEPT_OUTPUT]
        return bool(piece)


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
