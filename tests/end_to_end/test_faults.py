"""While a server hangs, floods or crashes the browser is the user's: keys, Esc, quit, old rows, and what to do next."""

from __future__ import annotations

import re
import shlex
import sys
import time
from pathlib import Path

import pytest

from tests.processes import new_mark, wait_until_gone
from tests.terminal import Terminal

SERVER = Path(__file__).with_name("chaos_server.py")
ESCAPE = "\x1b"
SOON = 2.0
"""Seconds: the bound for what is instant, on a machine that runs other tests as well."""

HANGS = ("silent", "progress-for-ever")
BREAKS = ("killed", "exits", "closes-its-output", "dies-within-a-line")
FLOODS = ("endless-line", "floods-standard-error", "noise", "notifications")
REFUSES = (
    "is-error",
    "refused",
    "null-result",
    "deep-nesting",
    "cut-json",
    "error-that-is-text",
    "closes-its-input",
    "reads-nothing",
)


def browser(mark: dict[str, str], *more: str) -> Terminal:
    command = shlex.join([sys.executable, str(SERVER), *more])
    return Terminal([sys.executable, "-m", "tui_app", "--command", command], columns=100, rows=30, environment=mark)


def escape(terminal: Terminal) -> None:
    """Press escape, and nothing else for so long that the program knows that it is alone."""
    terminal.send(ESCAPE)
    terminal.read_for(0.25)


def started(terminal: Terminal) -> None:
    terminal.wait_for(lambda text: "FLT-1 " in text and "Welcome" in text)
    escape(terminal)
    terminal.wait_for(lambda text: "/ Filter" in text and "Welcome" not in text)


def cursor(screen: str) -> str:
    found = re.search(r"▌\s*(FLT-\d+)", screen)
    return found[1] if found else ""


def move_and_quit(terminal: Terminal, mark: dict[str, str]) -> None:
    """Keys work, and the terminal is the user's again within a second of ``q``."""
    before = cursor(terminal.text)
    terminal.send("j")
    terminal.wait_for(lambda text: cursor(text) not in ("", before), patience=SOON)
    terminal.send("q")
    begin = time.monotonic()
    terminal.wait_for_bytes(b"\x1b[?1049l")
    assert time.monotonic() - begin < SOON
    assert terminal.wait_for_exit() == 0
    wait_until_gone(mark)


@pytest.mark.parametrize("fault", HANGS)
def test_a_server_that_hangs_is_cancelled_by_escape_and_the_old_rows_stay(fault: str) -> None:
    mark = new_mark()
    with browser(mark) as terminal:
        started(terminal)
        terminal.send(f"sfault:{fault}\r")
        terminal.wait_for("old rows")
        terminal.send("j")
        terminal.wait_for(lambda text: cursor(text) == "FLT-1", patience=SOON)
        escape(terminal)
        terminal.wait_for(lambda text: "searching" not in text, patience=SOON)
        assert "FLT-5 " in terminal.text
        move_and_quit(terminal, mark)


@pytest.mark.parametrize("fault", [*BREAKS, *REFUSES])
def test_what_went_wrong_is_said_with_what_to_do_next_over_the_old_rows(fault: str) -> None:
    mark = new_mark()
    with browser(mark) as terminal:
        started(terminal)
        terminal.send(f"sfault:{fault}\r")
        screen = terminal.wait_for("✗")
        assert "r Try again" in terminal.wait_for("r Try again")
        assert "old rows" in screen or "FLT-1 " in screen
        escape(terminal)
        terminal.wait_for(lambda text: "/ Filter" in text, patience=SOON)
        terminal.send("x")  # every ticket: a new server does what the broken one cannot
        terminal.wait_for(lambda text: "old rows" not in text and "60 tickets" in text)
        move_and_quit(terminal, mark)


@pytest.mark.parametrize("fault", FLOODS)
def test_a_server_that_floods_leaves_the_keys_alone(fault: str) -> None:
    mark = new_mark()
    with browser(mark) as terminal:
        started(terminal)
        terminal.send(f"sfault:{fault}\r")
        terminal.send("jj")
        terminal.wait_for(lambda text: cursor(text) == "FLT-2" or "✗" in text, patience=SOON * 2)
        terminal.read_for(0.3)
        escape(terminal)
        terminal.wait_for(lambda text: "/ Filter" in text, patience=SOON * 2)
        terminal.send("x")
        terminal.wait_for("60 tickets")
        move_and_quit(terminal, mark)


def test_a_late_answer_never_takes_the_place_of_a_newer_one() -> None:
    mark = new_mark()
    with browser(mark) as terminal:
        started(terminal)
        terminal.send("sfault:late\r")
        terminal.wait_for("old rows")
        terminal.send("x")
        terminal.wait_for(lambda text: "60 tickets" in text and "old rows" not in text)
        terminal.read_for(0.5)
        assert "FLT-5 " in terminal.text


def test_quitting_does_not_wait_for_a_server_that_is_still_starting() -> None:
    mark = new_mark()
    command = shlex.join([sys.executable, "-c", "import time; time.sleep(60)"])
    with Terminal([sys.executable, "-m", "tui_app", "--command", command], environment=mark) as terminal:
        terminal.wait_for("Welcome")
        escape(terminal)
        terminal.wait_for(lambda text: "Welcome" not in text)
        terminal.send("q")
        begin = time.monotonic()
        terminal.wait_for_bytes(b"\x1b[?1049l")
        assert time.monotonic() - begin < SOON
        terminal.wait_for_exit()
        wait_until_gone(mark)
