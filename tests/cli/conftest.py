"""Running the real command line, in a home of its own."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from tests.cli.prefork import Prefork
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
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    return {**kept, "PYTHONWARNINGS": "error"}


@pytest.fixture(scope="session")
def prefork() -> Iterator[Prefork]:
    loaded = Prefork({**os.environ, "PYTHONWARNINGS": "error"})
    yield loaded
    loaded.close()


@pytest.fixture
def run(environment: dict[str, str], prefork: Prefork) -> RunProgram:
    """Runs ``ticketdeck ARGUMENTS`` to its end, without a terminal; no process may be left."""

    def run_program(*arguments: str, **changes: str) -> Run:
        mark = new_mark()
        with TemporaryFile() as out, TemporaryFile() as err, Path(os.devnull).open("rb") as nothing:
            streams = (nothing.fileno(), out.fileno(), err.fileno())
            variables = {**environment, **mark, **changes}
            if any(name.startswith("PYTHON") for name in changes):  # they count while Python itself starts
                argv = [*PROGRAM, *arguments]
                done = subprocess.run(argv, env=variables, stdin=nothing, stdout=out, stderr=err, timeout=50)
                code = done.returncode
            else:
                code = prefork.run(arguments, variables, streams, str(Path.cwd()))
            wait_until_gone(mark)
            out.seek(0)
            err.seek(0)
            return Run(code, out.read().decode(), err.read().decode())

    return run_program
