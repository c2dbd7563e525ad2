"""Tickets that are huge, incomplete or of the wrong types are shown with what they have, and no key waits for them."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.driving import PROGRAM, at_table, leave
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("card_seen")

COMMAND = shlex.join([sys.executable, str(Path(__file__).with_name("huge_server.py"))])
SOON = 1.5
"""Seconds from a key to its frame: bounded, far above what is measured, on a machine that runs other tests as well."""
DRAWN = 0.5  # seconds in which a whole ticket comes and is drawn; a key after that finds everything in place


def seconds_until(terminal: Terminal, key: str, shows: Callable[[str], bool]) -> float:
    begin = time.monotonic()
    terminal.send(key)
    terminal.wait_for(shows)
    return time.monotonic() - begin


@pytest.mark.slow
def test_no_key_waits_for_a_huge_ticket() -> None:
    with Terminal([*PROGRAM, "--command", COMMAND], columns=120, rows=40) as terminal:
        terminal.wait_for(lambda text: "FINE-3" in text and at_table(text))
        took = {}
        for key, number in [*(("j", n) for n in range(2, 7)), *(("k", n) for n in range(5, 0, -1))]:
            row = f"▌  BIG-{number} "
            took[f"{key} to {row}"] = seconds_until(terminal, key, lambda text, row=row: row in text)  # type: ignore[misc]
            terminal.read_for(DRAWN)
        took["enter"] = seconds_until(terminal, "\r", lambda text: "Page down" in text)
        for key in ("G", "g", "w", "G", "w"):
            terminal.read_for(DRAWN)
            before = terminal.text
            took[key] = seconds_until(terminal, key, lambda text, before=before: text != before)  # type: ignore[misc]
        assert {key: seconds for key, seconds in took.items() if seconds >= SOON} == {}
        leave(terminal)


def test_a_ticket_that_lacks_something_is_marked_and_counted_and_the_others_are_whole() -> None:
    with Terminal([*PROGRAM, "--command", COMMAND], columns=160, rows=45) as terminal:
        screen = terminal.wait_for(lambda text: "FINE-19" in text and "incomplete" in text)
        assert "! 4 incomplete" in screen
        assert "fine 7" in screen
        rows = {line.split()[0]: line for line in screen.splitlines() if line.strip().startswith(("ODD", "FINE"))}
        assert "! " in rows["ODD-1"]
        assert "! " in rows["ODD-4"]
        assert "! " not in rows["FINE-1"]
        leave(terminal)


def test_a_command_prints_what_there_is_and_says_how_many_are_incomplete() -> None:
    done = subprocess.run(
        [*PROGRAM, "--command", COMMAND, "search", "--format", "json"], capture_output=True, text=True, timeout=50
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["tickets"]) == 30
    assert [warning for warning in found["warnings"] if warning.startswith("4 of these tickets")]
    assert found["tickets"][0]["title"] == "T" * 1_000_000
