"""Login tools without a terminal: how each ending is told, and that none outlives its time."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from tests.worker.fakes import BOUND
from tui_app.worker.login_commands import CommandOutcome, Ending, run_command


async def python(code: str, seconds: float = BOUND) -> CommandOutcome:
    return await run_command((sys.executable, "-c", code), seconds)


async def test_exit_code_zero_is_done_and_any_other_is_failed_with_its_last_words() -> None:
    assert (await python("pass")).ending is Ending.DONE

    outcome = await python("import sys; print('first'); print('no \\x1b[31mcookie', file=sys.stderr); sys.exit(3)")

    assert (outcome.ending, outcome.exit_code) == (Ending.FAILED, 3)
    assert "cookie" in outcome.output
    assert "\x1b" not in outcome.output


async def test_a_command_that_is_missing_or_cannot_be_run_is_told_apart(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")

    assert (await run_command(("no-such-command-anywhere",), BOUND)).ending is Ending.MISSING
    assert (await run_command((str(script),), BOUND)).ending is Ending.NOT_RUNNABLE


async def test_a_command_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"trap '' TERM; echo $$ >> {pids}; sleep 300 & echo $! >> {pids}; wait; sleep 300"
    task = asyncio.create_task(run_command(("sh", "-c", script), 0.5))

    outcome = await task

    assert outcome.ending is Ending.TIMED_OUT
    await gone([int(line) for line in pids.read_text().split()])


async def test_a_cancelled_command_is_ended(tmp_path: Path) -> None:
    started = tmp_path / "started"
    task = asyncio.create_task(run_command(("sh", "-c", f"echo $$ > {started}; exec sleep 300"), BOUND))
    async with asyncio.timeout(BOUND):
        while not (started.exists() and started.read_text()):  # noqa: ASYNC110 (another process writes it)
            await asyncio.sleep(0.005)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await gone([int(started.read_text())])


async def test_a_command_has_neither_input_nor_a_terminal() -> None:
    outcome = await python("open('/dev/tty')")
    assert outcome.ending is Ending.FAILED

    assert (await python("import sys; sys.exit(len(sys.stdin.read()))")).ending is Ending.DONE


async def test_a_flood_of_output_is_kept_to_its_end() -> None:
    outcome = await python("print('x' * 5_000_000); print('the end')")

    assert outcome.ending is Ending.DONE
    assert outcome.output.endswith("the end")
    assert len(outcome.output) < 10_000


async def test_a_daemon_that_keeps_the_output_open_does_not_hold_the_command_up() -> None:
    begin = time.monotonic()

    outcome = await run_command(("sh", "-c", "sleep 20 & exit 0"), BOUND)

    assert outcome.ending is Ending.DONE
    assert time.monotonic() - begin < 15


async def gone(pids: list[int]) -> None:
    """Wait until none of the processes runs any more."""
    async with asyncio.timeout(BOUND):
        while any(alive(pid) for pid in pids):  # noqa: ASYNC110 (the system tells nobody)
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
