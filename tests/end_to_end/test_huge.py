"""Tickets that are huge, incomplete or of the wrong types are shown with what they have, and no key waits for them."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

from tests.terminal import Terminal

PROGRAM = [sys.executable, "-m", "tui_app"]
COMMAND = shlex.join([sys.executable, str(Path(__file__).with_name("huge_server.py"))])
SOON = 1.5
"""Seconds from a key to its frame: bounded, far above what is measured, on a machine that runs other tests as well."""


def test_no_key_waits_for_a_huge_ticket() -> None:
    with Terminal([*PROGRAM, "--command", COMMAND], columns=120, rows=40) as terminal:
        terminal.wait_for(lambda text: "FINE-3" in text and "Welcome" in text)
        terminal.send("\x1b")
        terminal.read_for(0.3)
        slowest = 0.0
        for number in (*range(2, 7), *range(5, 0, -1)):
            back = number < 6 and slowest > 0 and f"▌  BIG-{number + 1}" in terminal.text
            begin = time.monotonic()
            terminal.send("k" if back else "j")
            terminal.wait_for(lambda text, n=number: f"▌  BIG-{n} " in text)  # type: ignore[misc]
            slowest = max(slowest, time.monotonic() - begin)
            terminal.read_for(0.5)  # the whole ticket comes, and is drawn
        for key in ("\r", "G", "g", "/Comment 299\r", "w", "G", "w"):
            begin = time.monotonic()
            before = len(terminal.output)
            terminal.send(key)
            terminal.wait_for(lambda _, n=before: len(terminal.output) > n)  # type: ignore[misc]
            slowest = max(slowest, time.monotonic() - begin)
            terminal.read_for(0.4)
        assert slowest < SOON
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0


def test_a_ticket_that_lacks_something_is_marked_and_counted_and_the_others_are_whole() -> None:
    with Terminal([*PROGRAM, "--command", COMMAND], columns=160, rows=45) as terminal:
        terminal.wait_for(lambda text: "FINE-19" in text and "Welcome" in text)
        terminal.send("\x1b")
        screen = terminal.wait_for(lambda text: "Welcome" not in text)
        assert "! 4 incomplete" in screen
        assert "fine 7" in screen
        rows = {line.split()[0]: line for line in screen.splitlines() if line.strip().startswith(("ODD", "FINE"))}
        assert "! " in rows["ODD-1"]
        assert "! " in rows["ODD-4"]
        assert "! " not in rows["FINE-1"]
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0


def test_a_command_prints_what_there_is_and_says_how_many_are_incomplete() -> None:
    done = subprocess.run(
        [*PROGRAM, "--command", COMMAND, "search", "--format", "json"], capture_output=True, text=True, timeout=50
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["tickets"]) == 30
    assert [warning for warning in found["warnings"] if warning.startswith("4 of these tickets")]
    assert found["tickets"][0]["title"] == "T" * 1_000_000
