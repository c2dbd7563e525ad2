"""While a server hangs, floods or crashes the browser is the user's: keys, Esc, quit, old rows, and what to do next."""

from __future__ import annotations

import re
import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cases import one_quick
from tests.end_to_end.driving import PROGRAM, escape
from tests.processes import new_mark, wait_until_gone
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("card_seen")

SERVER = Path(__file__).with_name("chaos_server.py")
SOON = 2.0
"""Seconds: the bound for what is instant, on a machine that runs other tests as well."""
VISIBLE = 3.0
"""Seconds until quitting shows."""

HANGS = ("silent", "progress-for-ever")
BREAKS = ("killed", "exits", "closes-its-output", "dies-within-a-line")
FLOODS = ("notifications", "endless-line", "floods-standard-error", "noise")
REFUSES = (
    "is-error",
    "refused",
    "null-result",
    "deep-nesting",
    "cut-json",
    "error-that-is-text",
    "closes-its-input",
)


STALE = "\n↻  ID "  # the table's head while its rows are those of a former search
RETRY = "retry = { base_delay = 0.1 }"  # the pauses between attempts have tests of their own


@pytest.fixture
def browser(isolated_home: Path) -> Iterator[Terminal]:
    """The browser on the server that has every fault, with its rows; at the end it quits, and no process is left."""
    config = isolated_home / "config" / "config.toml"
    config.parent.mkdir(mode=0o700)
    config.write_text(f"[profiles.faulty]\ncommand = {[sys.executable, str(SERVER)]!r}\n{RETRY}\n")
    config.chmod(0o600)
    mark = new_mark()
    with Terminal(PROGRAM, columns=100, rows=30, environment=mark) as terminal:
        terminal.wait_for(lambda text: "FLT-1 " in text and "60 tickets" in text)
        yield terminal
        quit_at_once(terminal)
        wait_until_gone(mark)


def cursor(screen: str) -> str:
    found = re.search(r"▌\s*(FLT-\d+)", screen)
    return found[1] if found else ""


def quit_at_once(terminal: Terminal) -> None:
    """The terminal is the user's again long before the limit of any request."""
    terminal.send("q")
    begin = time.monotonic()
    terminal.wait_for_bytes(b"\x1b[?1049l")
    assert time.monotonic() - begin < VISIBLE
    assert terminal.wait_for_exit() == 0


def keys_work(terminal: Terminal) -> None:
    """The cursor moves, at once."""
    before = cursor(terminal.text)
    terminal.send("j")
    terminal.wait_for(lambda text: cursor(text) not in ("", before), patience=SOON)


def searches_again(terminal: Terminal) -> None:
    """A new search finds everything, on a new server where the old one cannot."""
    terminal.send("x")
    terminal.wait_for(lambda text: "Every ticket" in text and "60 tickets" in text and STALE not in text)


@pytest.mark.parametrize("fault", one_quick(*HANGS))
def test_a_server_that_hangs_is_cancelled_by_escape_and_the_old_rows_stay(browser: Terminal, fault: str) -> None:
    browser.send(f's"fault:{fault}"\r')
    browser.wait_for(lambda text: "old rows" in text and "esc Back" in text)
    keys_work(browser)
    browser.send("\x1b")
    browser.wait_for(lambda text: "cancelled (r)" in text, patience=SOON)
    assert "FLT-5 " in browser.text
    keys_work(browser)


def test_a_search_for_words_that_the_server_refuses_is_made_here_and_told(browser: Terminal) -> None:
    browser.send('s"fault:is-error"\r')
    browser.wait_for(lambda text: "The search for" in text)
    searches_again(browser)


@pytest.mark.parametrize("fault", one_quick(*BREAKS))
def test_what_went_wrong_is_said_with_what_to_do_next_over_the_old_rows(browser: Terminal, fault: str) -> None:
    browser.send(f's"fault:{fault}"\r')
    screen = browser.wait_for(lambda text: "✗" in text and "r Try again" in text)
    assert STALE in screen
    assert "FLT-1 " in screen
    escape(browser)
    searches_again(browser)
    keys_work(browser)


@pytest.mark.parametrize("fault", one_quick(*FLOODS))
def test_a_server_that_floods_leaves_the_keys_alone(browser: Terminal, fault: str) -> None:
    browser.send(f's"fault:{fault}"\r')
    browser.wait_for(lambda text: "fault:" in text and not text.startswith("━"))
    browser.send("jj")
    ends = ("r Try again", "No ticket matches")  # an answer in words is none, and all tickets are looked through
    browser.wait_for(lambda text: cursor(text) == "FLT-2" or any(end in text for end in ends), patience=SOON)
    escape(browser)
    searches_again(browser)
    keys_work(browser)


def test_a_server_that_goes_deaf_is_given_up_by_escape_and_replaced(browser: Terminal) -> None:
    browser.send('s"fault:reads-nothing"\r')  # is answered in words, so all tickets are asked for
    browser.wait_for(lambda text: re.search(r"working \d+ s", text) is not None)
    browser.send("\x1b")
    browser.wait_for("cancelled (r)", patience=SOON)
    searches_again(browser)


def test_a_late_answer_never_takes_the_place_of_a_newer_one(browser: Terminal) -> None:
    browser.send('s"fault:late"\r')
    browser.wait_for("old rows")
    searches_again(browser)  # the former search is given up, and its server answers only then
    browser.send("r")
    browser.wait_for(lambda text: "so far" not in text and "60 tickets" in text)
    assert "FLT-5 " in browser.text
    assert "✗" not in browser.text


def test_quitting_does_not_wait_for_a_server_that_is_still_starting_and_does_not_want_to_end() -> None:
    mark = new_mark()
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    command = shlex.join([sys.executable, "-c", stubborn])
    with Terminal([*PROGRAM, "--command", command], environment=mark) as terminal:
        terminal.wait_for(lambda text: "starting" in text and "q Quit" in text)
        quit_at_once(terminal)
        wait_until_gone(mark)
