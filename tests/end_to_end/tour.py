"""A walk through every screen, pane, dialog and list of the browser, by keys; and the home that it is walked in."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.driving import PROGRAM, at_table, escape
from tests.end_to_end.hostile_server import ATTACKS
from tests.terminal import PATIENCE, Terminal

SERVER = Path(__file__).with_name("hostile_server.py")
SECRET = "Zx9-secret-value-77"
OTHER_SECRET = "Qp4-other-value-31"
"""In a variable whose name does not tell that it holds a secret."""
_CONFIG = """\
default = "evil"
[profiles.evil]
command = ["{python}", "{server}", "--token", "{secret}"]
private_fields = ["{private}"]
env = {{ HOSTILE_TOKEN = "{secret}", LINEAR_KEY = "${{env:LINEAR_KEY}}" }}
"""
_PRESS_SECONDS = 0.5
_TOOLTIP_SECONDS = 0.6  # of rest until a tooltip comes
_PAGES = "\x1b[6~" * 30


@dataclass(frozen=True, slots=True)
class Stop:
    """What to type, words that show that it is there, and what to type before the escapes that leave it."""

    keys: str
    shows: str
    leave: str = ""
    stays: bool = False
    """It lies over nothing: the next key is the table's."""
    until: str = ""
    """Typed again and again until the words show: the ticket that it scrolls through may still be on its way."""


STOPS = (
    Stop("s", "^n Values"),
    Stop("s\x0e", "^n Values"),
    Stop("s\x1b[B", "Created since"),
    Stop("sstatus:", "status:"),
    Stop("s\x0c", "^n Values"),
    Stop("/4711", "esc Drop"),
    Stop("f", f"{len(ATTACKS)} values"),
    Stop("f\r", "enter picks"),
    Stop("c", "Narrower"),
    Stop(",", "Sort by"),
    Stop("p", "Trackers"),
    Stop("\x12", "Recent searches"),
    Stop("S", "Saved searches"),
    Stop("0", "Views"),
    Stop(".", "Change EVIL-"),
    Stop("#", "Go to"),
    Stop(":", "Commands"),
    Stop("?", "Keys"),
    Stop("T", "Theme"),
    Stop("y", "Copy EVIL-"),
    Stop("X", "Export to"),
    Stop("P", "r Restart", leave=_PAGES),
    Stop("e", "Notices"),
    Stop("gjo", "no web address", stays=True),
    Stop("g\r", "Page down"),
    Stop("\r/4711\r", "Page down"),
    Stop("\ru", "Links"),
    Stop("\rw", '"url": "file:///4711"', leave="w", until="G"),
    Stop("z", "EVIL-", leave="z", stays=True),
    Stop(" v*", "marked", stays=True),
    Stop("aA", "EVIL-", stays=True),
    Stop("lllhhh", "EVIL-", stays=True),
    Stop("1", "assigned to me", leave="x", stays=True),
    Stop("sfail\r", "filtered here", stays=True),
    Stop("x", "Every ticket", stays=True),
    Stop("\x1bOQ", "Welcome"),
)
"""Everything there is to see."""


def write_home(home: Path, *, private: str = "salary", secret: str = "${env:TOKEN}") -> dict[str, str]:
    """Configure the hostile server, with a secret; returns the environment to run the program in."""
    config = home / "config"
    config.mkdir(mode=0o700, exist_ok=True)
    log = home / "browser.log"
    browser = home / "browser"
    browser.write_text(f'#!/bin/sh\nprintf "<%s>" "$@" >> "{log}"\n')
    browser.chmod(0o755)
    file = config / "config.toml"
    file.write_text(_CONFIG.format(python=sys.executable, server=SERVER, private=private, secret=secret))
    file.chmod(0o600)
    return {
        "HOME": str(home),
        "TICKETDECK_CONFIG_DIR": str(config),
        "TOKEN": SECRET,
        "LINEAR_KEY": OTHER_SECRET,
        "BROWSER": str(browser),
        "PAGER": "true",
        "VISUAL": "true",
        "EDITOR": "true",
        "DISPLAY": "",
        "WAYLAND_DISPLAY": "",
    }


def open_browser(environment: dict[str, str], *arguments: str, columns: int = 120, rows: int = 40) -> Terminal:
    """The browser on the hostile server, with its first rows on the screen."""
    terminal = Terminal(
        [*PROGRAM, *arguments], columns=columns, rows=rows, environment=environment, directory=environment["HOME"]
    )
    try:
        terminal.wait_for(lambda text: "EVIL-1 " in text and at_table(text))
    except AssertionError:
        terminal.close()
        raise
    return terminal


def visit(terminal: Terminal, stop: Stop) -> None:
    """Go to a stop and come back to the table."""
    terminal.send(stop.keys)
    if stop.until:
        press_until(terminal, stop.until, stop.shows)
    else:
        terminal.wait_for(lambda text: stop.shows in text and (stop.stays or not at_table(text)))
    terminal.send(stop.leave)
    escape(terminal)


def press_until(terminal: Terminal, key: str, words: str) -> None:
    """Press ``key`` until ``words`` show: where what it acts on may still change."""
    for _ in range(int(PATIENCE / _PRESS_SECONDS)):
        terminal.send(key)
        if terminal.shows(words, _PRESS_SECONDS):
            return
    raise AssertionError(f"{words!r} never showed; the screen:\n{terminal.text}")


def hover(terminal: Terminal) -> None:
    """Move the mouse over everything and rest on some of it, as long as a tooltip takes to come."""
    columns, rows = terminal.screen.columns, terminal.screen.lines
    for row in range(1, rows + 1, 2):
        terminal.send(f"\x1b[<35;{1 + row * 7 % columns};{row}M")
        terminal.read_for(0.02)
    terminal.read_for(_TOOLTIP_SECONDS)


def files_below(folder: Path) -> dict[Path, bytes]:
    """Every file that lies below ``folder``, with what it holds."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}
