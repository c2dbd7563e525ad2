"""Random faults of a server under random keys: no hang, no traceback, no orphan, no change twice, and memory that
stays flat.

``TICKETDECK_CHAOS_SECONDS`` says for how long (30 without it; five minutes find more), ``TICKETDECK_CHAOS_SEED`` which
run to repeat: a failure prints its seed. ``TICKETDECK_CHAOS_PROGRAM`` is run in the place of the program, such as one
that counts objects.
"""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import subprocess
import sys
import time
from collections import Counter
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
    *(".", "C", "t", "@", "I", "!", "L", "R", "D", "O", "W", "u", "I\x13", "Cdone\x13\x13", "t\r\x13", "I\x13u\x13"),
    *("\x13", "\x19", "\x07", "\x0f", "\x14", "<", ">", "4", "5", "B", ";", "Z", "[", "]", "U", "|", "E", "Q", "+"),
    *("#", "#FLT-7\r", "#FLT-999\r", "-", "i", "is:open\r", ":reload\r", "\x1b[1;5B", "\x1b[1;5C"),
)
"""Everything but quitting, suspending and exporting. Pager and editor are programs that end at once."""
OTHER_PROGRAMS = {"PAGER": "cat", "EDITOR": "true", "VISUAL": "true", "BROWSER": "true", "SSH_TTY": "/dev/null"}
HELP = "type a word or a key"
_REFUSED_KEY = re.compile(rb"(\x1b\[[0-?]*[Hhlm](?:\x1b\](?:22;[a-z-]{1,20}|2;ticketdeck[^\x00-\x1f\x7f]*)\x07)*)\x07+")
"""The bell of a field that takes digits only, rung between two frames; also behind a title or a mouse pointer."""
ANSWER_SECONDS = 0.3
SLOW_SECONDS = 5.0
"""For the help to open on a machine that others work on."""
LIVELY_SECONDS = 20.0
"""How long a key may take to show, with garbage and gigabytes around it, until that counts as a hang."""
GROWTH = 80_000_000
"""Bytes: caches fill up (rendered lines, opened tickets, eight searches); a leak of one answer each search is more."""


def memory(pid: int) -> int:
    """The bytes that a process holds in memory."""
    done = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(done.stdout) * 1024


def calls_and_intents(calls: Path, home: Path) -> tuple[list[str], list[str]]:
    """The tools that were called to change something, and those that the log has as about to be called."""
    called = [json.loads(line)["name"] for line in calls.read_text().splitlines()] if calls.exists() else []
    entries = [json.loads(line) for log in home.rglob("writes.jsonl*") for line in log.read_text().splitlines()]
    return called, [entry["tool"] for entry in entries if entry["phase"] == "intent"]


def lives(terminal: Terminal) -> None:
    """From wherever the keys have led there is a way to the table, where a key opens the help: nothing hangs."""
    deadline = time.monotonic() + LIVELY_SECONDS
    while not terminal.shows(HELP, 0.1):
        assert time.monotonic() < deadline, f"no key helps:\n{terminal.text}"
        if at_table(terminal.text):
            terminal.send("?")  # once: a second one would be typed into the help
            terminal.shows(lambda text: not at_table(text), SLOW_SECONDS)
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
    calls = isolated_home / "calls.jsonl"
    command = shlex.join([sys.executable, str(SERVER), "--seed", str(seed), "--calls", str(calls)])
    program = shlex.split(os.environ.get("TICKETDECK_CHAOS_PROGRAM", "")) or PROGRAM
    with Terminal(
        [*program, "--command", command, "--write"],
        columns=120,
        rows=35,
        environment={**mark, **OTHER_PROGRAMS},
        directory=str(isolated_home),
    ) as terminal:
        terminal.wait_for("Welcome")
        end = time.monotonic() + SECONDS
        sizes = [(120, 35), (80, 24), (200, 60), (40, 10)]
        held: list[int] = []
        keys = 0
        while time.monotonic() < end:
            presses = draw.randrange(1, 40)
            keys += presses
            for _ in range(presses):
                terminal.send(draw.choice(KEYS))
                terminal.read_for(draw.choice((0.0, 0.0, 0.01, 0.05)))
            if draw.random() < 0.2:
                terminal.resize(*draw.choice(sizes))
            assert terminal.process.poll() is None, f"it ended:\n{terminal.text}"
            terminal.resize(120, 35)
            lives(terminal)
            held.append(memory(terminal.process.pid))
            print(f"{SECONDS - (end - time.monotonic()):.0f} s, {keys} keys, {held[-1] // 1_000_000} MB")
        leave(terminal)
        output = bytes(terminal.output)
    wait_until_gone(mark)
    assert b"Traceback" not in output
    assert foreign_control(without_copies(_REFUSED_KEY.sub(rb"\1", output))) == []
    assert list(isolated_home.rglob("crash-*.txt")) == []
    called, intended = calls_and_intents(calls, isolated_home)
    print(f"{len(called)} changes were sent, {len(intended)} intended")
    assert Counter(called) <= Counter(intended), "a change was sent twice, or without a line in the log"
    warm = held[len(held) // 4 :]
    assert max(warm) - warm[0] < GROWTH, held
