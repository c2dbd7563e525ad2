"""Driving the real browser in a pseudo-terminal: where its keys have led, and the way back to the table."""

from __future__ import annotations

import sys
import time

from textual.constants import ESCAPE_DELAY

from tests.terminal import PATIENCE, Terminal

PROGRAM = [sys.executable, "-m", "tui_app"]
ESCAPE = "\x1b"
QUIT = "\x11"  # ctrl+q, from anywhere

_ANSWER_SECONDS = 1.0  # for one escape to show in the footer; some only empty a line, which the footer does not tell
_SETTLING_SECONDS = 0.5  # between a first change of the footer and the last one


def footer(screen: str) -> str:
    """The line that names the keys."""
    return screen.rpartition("\n")[2]


def at_table(screen: str) -> bool:
    """Whether the next key is the table's: nothing lies over it, and there is nothing to go back from."""
    keys = footer(screen)
    return "/ Filter" in keys and "esc " not in keys and "Welcome to ticketdeck" not in screen


def escape(terminal: Terminal) -> None:
    """Press escape until the table is in sight with nothing over it.

    What each press does is awaited, and `ESCAPE_DELAY` besides, as the footer may change for another reason: an escape
    together with the next key would be read as alt and that key.
    """
    deadline = time.monotonic() + PATIENCE
    while not at_table(screen := terminal.text):
        if time.monotonic() > deadline:
            raise AssertionError(f"no way back to the table:\n{screen}")
        keys = footer(screen)
        terminal.send(ESCAPE)
        time.sleep(1.5 * ESCAPE_DELAY)
        terminal.shows(lambda now, before=keys: at_table(now) or footer(now) != before, _ANSWER_SECONDS)  # type: ignore[misc]
        terminal.shows(at_table, _SETTLING_SECONDS)


def leave(terminal: Terminal) -> None:
    """Quit, and see that it ends well."""
    terminal.send(QUIT)
    assert terminal.wait_for_exit() == 0
