"""Which processes a test has left behind, found by a mark in their environment; Linux and macOS."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

MARK = "TICKETDECK_TEST_MARK"
_PATIENCE = 10.0  # seconds; the product promises five


def new_mark() -> dict[str, str]:
    """An environment variable that every process started with it inherits."""
    return {MARK: uuid.uuid4().hex}


def marked_processes(mark: dict[str, str]) -> list[str]:
    """``pid command`` of every living process that carries ``mark``."""
    wanted = f"{MARK}={mark[MARK]}"
    return _from_proc(wanted) if sys.platform == "linux" else _from_ps(wanted)


def _from_proc(wanted: str) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            marked = wanted.encode() in (folder / "environ").read_bytes().split(b"\0")
            if marked:  # a zombie has no environment any more, so it is not counted here
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found.append(f"{folder.name} {words}")
        except OSError:  # ended while we looked, or not ours
            continue
    return found


def _from_ps(wanted: str) -> list[str]:
    listing = subprocess.run(["ps", "-axeww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    return [line.strip() for line in listing.stdout.splitlines() if wanted in line]


def wait_until_gone(mark: dict[str, str], patience: float = _PATIENCE) -> None:
    """Wait until no process carries ``mark``.

    Raises:
        AssertionError: some are still there; the message names them.
    """
    wait_until(lambda: not marked_processes(mark), patience, lambda: f"still running: {marked_processes(mark)}")


def wait_until(
    condition: Callable[[], bool],
    patience: float = _PATIENCE,
    describe: Callable[[], str] = lambda: "it never came true",
) -> None:
    """Wait for ``condition``, looking often.

    Raises:
        AssertionError: it did not come true within ``patience`` seconds.
    """
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(describe())
        time.sleep(0.01)
