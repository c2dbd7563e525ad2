"""Random faults of a server under random keys: no hang, no traceback, no orphan, and memory that stays flat.

``TICKETDECK_CHAOS_SECONDS`` says for how long (30 without it; five minutes find more), ``TICKETDECK_CHAOS_SEED`` which
run to repeat: a failure prints its seed.
"""

from __future__ import annotations

import os
import random
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.driving import ESCAPE, PROGRAM, at_table, leave
from tests.end_to_end.output import foreign_control, without_copies
from tests.processes import new_mark, wait_until_gone
from tests.terminal import Terminal

SECONDS = float(os.environ.get("TICKETDECK_CHAOS_SECONDS", "30"))
SERVER = Path(__file__).with_name("chaos_server.py")
KEYS = (
    *("j", "k", "g", "G", "h", "l", "\r", "\x1b", "\x1b", "\t", " ", "v", "a", "A", "*", "r", "r", "x", "m", "d", "z"),
    *("s", "/", "f", "c", ",", "p", "0", "1", "2", "3", "?", ":", "T", "y", "Y", "w", "P", "e", "S", "\x12", "o"),
    *("\x1b[6~", "\x1b[5~", "\x04", "\x15", "\x0c", "\x0e", "n", "N", "J", "K", "b", "fault", "open", "\x7f", "\x18"),
)
"""Everything but quitting, suspending, exporting and other programs."""
HELP = "type a word or a key"
ANSWER_SECONDS = 0.3
LIVELY_SECONDS = 15.0
"""How long a key may take to show, with garbage and gigabytes around it, until that counts as a hang."""
GROWTH = 80_000_000
"""Bytes: caches fill up (rendered lines, opened tickets, eight searches); a leak of one answer each search is more."""


def memory(pid: int) -> int:
    """The bytes that a process holds in memory."""
    done = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(done.stdout) * 1024


def lives(terminal: Terminal) -> None:
    """From wherever the keys have led there is a way to the table, where a key opens the help: nothing hangs."""
    deadline = time.monotonic() + LIVELY_SECONDS
    while not terminal.shows(HELP, 0.1):
        assert time.monotonic() < deadline, f"no key helps:\n{terminal.text}"
        if at_table(terminal.text):
            terminal.send("?")
            terminal.shows(HELP, ANSWER_SECONDS)
        else:
            terminal.send(ESCAPE)
            terminal.shows(at_table, ANSWER_SECONDS)
    terminal.send(ESCAPE)
    terminal.wait_for(lambda text: HELP not in text)


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 150)
def test_random_faults_under_random_keys(isolated_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("TICKETDECK_CHAOS_SEED") or time.time())
    print(f"TICKETDECK_CHAOS_SEED={seed}")
    draw = random.Random(seed)
    mark = new_mark()
    command = shlex.join([sys.executable, str(SERVER), "--seed", str(seed)])
    with Terminal(
        [*PROGRAM, "--command", command], columns=120, rows=35, environment=mark, directory=str(isolated_home)
    ) as terminal:
        terminal.wait_for("Welcome")
        end = time.monotonic() + SECONDS
        sizes = [(120, 35), (80, 24), (200, 60), (40, 10)]
        held: list[int] = []
        while time.monotonic() < end:
            for _ in range(draw.randrange(1, 40)):
                terminal.send(draw.choice(KEYS))
                terminal.read_for(draw.choice((0.0, 0.0, 0.01, 0.05)))
            if draw.random() < 0.2:
                terminal.resize(*draw.choice(sizes))
            assert terminal.process.poll() is None, f"it ended:\n{terminal.text}"
            terminal.resize(120, 35)
            lives(terminal)
            held.append(memory(terminal.process.pid))
        leave(terminal)
        output = bytes(terminal.output)
    wait_until_gone(mark)
    assert b"Traceback" not in output
    assert foreign_control(without_copies(output)) == []
    assert list(isolated_home.rglob("crash-*.txt")) == []
    warm = held[len(held) // 4 :]
    assert max(warm) - warm[0] < GROWTH, held
