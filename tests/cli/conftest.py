"""Running the real command line, in a home of its own."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.processes import new_mark, wait_until_gone

SERVER = Path(__file__).with_name("scripted_server.py")
PROGRAM = (sys.executable, "-m", "tui_app")


@dataclass(frozen=True, slots=True)
class Run:
    """How one run of the program ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


RunProgram = Callable[..., Run]


def server_command(scenario: str) -> str:
    """For ``--command``."""
    return shlex.join((sys.executable, str(SERVER), scenario))


@pytest.fixture
def environment(isolated_home: Path) -> dict[str, str]:
    """What the program is run with: nothing of the developer's own settings."""
    dropped = ("COLUMNS", "LINES", "PYTHONDONTWRITEBYTECODE")  # the last one would have every run compile everything
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "PYTHONWARNINGS": "error"}


@pytest.fixture
def run(environment: dict[str, str]) -> RunProgram:
    """Runs ``ticketdeck ARGUMENTS`` to its end, without a terminal; no process may be left."""

    def run_program(*arguments: str, **changes: str) -> Run:
        mark = new_mark()
        done = subprocess.run(
            [*PROGRAM, *arguments],
            env={**environment, **mark, **changes},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=50,
            check=False,
        )
        wait_until_gone(mark)
        return Run(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run_program
