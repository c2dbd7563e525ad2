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
from textual.keys import key_to_character

from tests.end_to_end.driving import ESCAPE, PROGRAM, QUIT, at_table, footer
from tests.end_to_end.output import foreign_control, without_copies
from tests.processes import new_mark, wait_until_gone
from tests.terminal import Terminal
from tui_app.ui import keys

SECONDS = float(os.environ.get("TICKETDECK_CHAOS_SECONDS", "30"))
SERVER = Path(__file__).with_name("chaos_server.py")
_NAMED = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "shift+tab": "\x1b[Z", "space": " ", "backspace": "\x7f",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "ctrl+pageup": "\x1b[5;5~", "ctrl+pagedown": "\x1b[6;5~",
    "ctrl+up": "\x1b[1;5A", "ctrl+down": "\x1b[1;5B", "ctrl+right": "\x1b[1;5C", "ctrl+left": "\x1b[1;5D",
    "alt+up": "\x1b[1;3A", "alt+down": "\x1b[1;3B", "alt+right": "\x1b[1;3C", "alt+left": "\x1b[1;3D",
    "shift+up": "\x1b[1;2A", "shift+down": "\x1b[1;2B", "f1": "\x1bOP", "f2": "\x1bOQ", "ctrl+space": "\0",
}  # fmt: skip
LEFT_OUT = {"program.quit", "program.quit_too", "program.interrupt", "program.suspend", "table.export"}


def typed(name: str) -> str:
    """What a terminal sends for a key that goes by this name in the table of keys."""
    control = re.fullmatch(r"ctrl\+([a-z])", name)
    return _NAMED.get(name) or (chr(ord(control[1]) - 96) if control else key_to_character(name)) or name


KEYS = (
    *sorted({typed(name) for key in keys.KEYS if key.id not in LEFT_OUT for name in key.names}),
    *("\x1b", "j", "j", "k", "r", "r", "s", "/", "x", "F", "$\r", "$tell\r", "fault", "open", "is:open\r", ":reload\r"),
    *("#FLT-7\r", "#FLT-999\r", "I\x13", "Cdone\x13\x13", "t\r\x13", "I\x13u\x13"),
)
"""Every key of the program but those of `LEFT_OUT`, and words. Pager and editor are programs that end at once."""
COMMANDS = """
[[commands]]
name = "Tell"
run = ["printf", "%s\\n", "{id}", "{title}"]
key = "F"

[[commands]]
name = "Fail behind the screen"
run = ["sh", "-c", "echo no >&2; exit 3"]
background = true
where = "anywhere"

[[commands]]
name = "Tell of all"
run = "printf %s {id}"
marked = "list"
background = true
refresh = true
"""
CHANGES = (("I", ""), ("t", "\r"), ("!", "\r"), ("Cdone", "\x13"), ("RAnother title", "\x13"), ("L", "a\r"))
"""A key that begins a change with what is typed, and what leads from there to its preview."""
OTHER_PROGRAMS = {"PAGER": "cat", "EDITOR": "true", "VISUAL": "true", "BROWSER": "true", "SSH_TTY": "/dev/null"}
QUIET_TERMINAL = ("sh", "-c", 'stty -ixon -echo; exec "$@"', "sh")
"""While an own command has the terminal, a ctrl+s would stop its output until a ctrl+q, and keys would be echoed."""
HELP = "type a word or a key"
UNDER_WAY = "A change is under way"
_REFUSED_KEY = re.compile(rb"(\x1b\[[0-?]*[Hhlm](?:\x1b\](?:22;[a-z-]{1,20}|2;ticketdeck[^\x00-\x1f\x7f]*)\x07)*)\x07+")
"""The bell of a field that takes digits only, rung between two frames; also behind a title or a mouse pointer."""
CHANGE_RATE = 0.3
"""Of the rounds of keys that a change follows."""
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


def change(terminal: Terminal, begin: str, rest: str) -> None:
    """Make a change from the table as far as a faulty server lets it come: preview, agreement, send."""
    terminal.send(begin)
    terminal.shows(lambda text: not at_table(text), ANSWER_SECONDS)
    terminal.send(rest)
    if terminal.shows(lambda text: at_table(text) or "^s Send" in footer(text), SLOW_SECONDS) and not at_table(
        terminal.text
    ):
        terminal.send("\x19\x13")
        terminal.shows(lambda text: "^s Send" not in footer(text), ANSWER_SECONDS)


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
    config = isolated_home / "config" / "config.toml"
    config.parent.mkdir()
    config.write_text(COMMANDS)
    calls = isolated_home / "calls.jsonl"
    command = shlex.join([sys.executable, str(SERVER), "--seed", str(seed), "--calls", str(calls)])
    program = shlex.split(os.environ.get("TICKETDECK_CHAOS_PROGRAM", "")) or PROGRAM
    with Terminal(
        [*QUIET_TERMINAL, *program, "--command", command, "--write"],
        columns=120,
        rows=35,
        environment={**mark, **OTHER_PROGRAMS},
        directory=str(isolated_home),
    ) as terminal:
        terminal.wait_for("Welcome")
        end = time.monotonic() + SECONDS
        sizes = [(120, 35), (80, 24), (200, 60), (40, 10)]
        held: list[int] = []
        pressed = 0
        while time.monotonic() < end:
            presses = draw.randrange(1, 40)
            pressed += presses
            for _ in range(presses):
                terminal.send(draw.choice(KEYS))
                terminal.read_for(draw.choice((0.0, 0.0, 0.01, 0.05)))
            if draw.random() < 0.2:
                terminal.resize(*draw.choice(sizes))
            assert terminal.process.poll() is None, f"it ended:\n{terminal.text}"
            terminal.resize(120, 35)
            lives(terminal)
            if draw.random() < CHANGE_RATE:
                change(terminal, *draw.choice(CHANGES))
            held.append(memory(terminal.process.pid))
            print(f"{SECONDS - (end - time.monotonic()):.0f} s, {pressed} keys, {held[-1] // 1_000_000} MB")
        terminal.send(QUIT)
        if terminal.shows(UNDER_WAY, ANSWER_SECONDS):
            terminal.send("\x1b[B\r")
        assert terminal.wait_for_exit() == 0
        output = bytes(terminal.output)
    wait_until_gone(mark)
    assert b"Traceback" not in output
    assert foreign_control(_REFUSED_KEY.sub(rb"\1", without_copies(output))) == []
    assert list(isolated_home.rglob("crash-*.txt")) == []
    called, intended = calls_and_intents(calls, isolated_home)
    print(f"{len(called)} changes were sent, {len(intended)} intended")
    assert Counter(called) <= Counter(intended), "a change was sent twice, or without a line in the log"
    warm = held[len(held) // 4 :]
    assert max(warm) - warm[0] < GROWTH, held
