"""What takes long to read or to draw is given up in time, by the limit and by the user."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cases import one_quick
from tests.end_to_end.driving import PROGRAM
from tests.processes import new_mark, wait_until_gone
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("card_seen")


def write_profile(isolated_home: Path, kind: str, total: int = 4) -> dict[str, str]:
    """A profile with a server that sends far too much; returns the mark that the server carries."""
    mark = new_mark()
    ((name, value),) = mark.items()
    config = isolated_home / "config" / "config.toml"
    config.parent.mkdir(mode=0o700)
    server = [sys.executable, str(Path(__file__).with_name("endless_ticket.py")), kind]
    config.write_text(
        f"[profiles.work]\ncommand = {server!r}\nenv = {{ {name} = '{value}' }}\n"
        f"[profiles.work.timeouts]\ntotal = {total}\n"
    )
    config.chmod(0o600)
    return mark


def test_the_limit_of_a_request_holds_while_its_answer_is_read(isolated_home: Path) -> None:
    mark = write_profile(isolated_home, "members", total=2)
    begin = time.monotonic()
    done = subprocess.run(
        [*PROGRAM, "search", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    assert time.monotonic() - begin < 20
    assert json.loads(done.stdout)["error"]["kind"] == "timeout"
    wait_until_gone(mark)


@pytest.mark.parametrize(
    ("kind", "seconds"), one_quick(("values", 1.0), ("fences", 1.0), ("members", 2.5), ("escapes", 0.5), ("links", 1.0))
)
def test_the_browser_is_left_at_once_whatever_is_read_or_drawn(isolated_home: Path, kind: str, seconds: float) -> None:
    mark = write_profile(isolated_home, kind)
    with Terminal(PROGRAM, environment=mark) as terminal:
        terminal.wait_for("q Quit")
        terminal.read_for(seconds)  # the answer is there
        begin = time.monotonic()
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert time.monotonic() - begin < 5
        wait_until_gone(mark)
