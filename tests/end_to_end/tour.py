"""A walk through every screen, pane, dialog and list of the browser, by keys; and the home that it is walked in."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.terminal import Terminal

PROGRAM = [sys.executable, "-m", "tui_app"]
SERVER = Path(__file__).with_name("hostile_server.py")
SECRET = "Zx9-secret-value-77"
ESCAPE = "\x1b"
_CONFIG = """\
default = "evil"
[profiles.evil]
command = ["{python}", "{server}", "--token", "${{env:TOKEN}}"]
private_fields = ["{private}"]
env = {{ HOSTILE_TOKEN = "${{env:TOKEN}}" }}
"""
_MOST_ESCAPES = 12
_ESCAPE_SECONDS = 0.25  # the program waits a tenth of a second for what follows an escape


@dataclass(frozen=True, slots=True)
class Stop:
    """What to type, words that show that it is there, and what to type before the escapes that leave it."""

    keys: str
    shows: str
    leave: str = ""


STOPS = (
    Stop("s", "Search for"),
    Stop("s\x0e", "Created since"),
    Stop("sstatus:", "status:"),
    Stop("s\x0c", "Created since"),
    Stop("/4711", "4711"),
    Stop("f", "Facets"),
    Stop("f\r", "Facets"),
    Stop("c", "Columns"),
    Stop(",", "Sort by"),
    Stop("p", "Trackers"),
    Stop("\x12", "Recent searches"),
    Stop("S", "Saved searches"),
    Stop("0", "Quick views"),
    Stop(":", "Commands"),
    Stop("?", "Keys"),
    Stop("T", "Theme"),
    Stop("y", "Copy EVIL-"),
    Stop("X", "Export to"),
    Stop("P", "Command", "\x1b[6~" * 30),
    Stop("e", "Nothing has gone wrong"),
    Stop("gjo", "no web address"),
    Stop("g\r", "EVIL-0"),
    Stop("\r/4711\r", "4711"),
    Stop("\rG", "Tool calls"),
    Stop("\rwG", '"url": "file:///4711"', "w"),
    Stop("z", "EVIL-", "z"),
    Stop(" v*aA", "EVIL-"),
    Stop("lllhhh", "EVIL-"),
    Stop("2", "EVIL-", "x"),
    Stop("sfail\r", "refused"),
    Stop("x", "EVIL-"),
    Stop("\x1bOQ", "Welcome"),
)
"""Everything there is to see."""


def write_home(home: Path, *, private: str = "salary") -> dict[str, str]:
    """Configure the hostile server, with a secret; returns the environment to run the program in."""
    config = home / "config"
    config.mkdir(mode=0o700, exist_ok=True)
    log = home / "browser.log"
    browser = home / "browser"
    browser.write_text(f'#!/bin/sh\nprintf "<%s>" "$@" >> "{log}"\n')
    browser.chmod(0o755)
    file = config / "config.toml"
    file.write_text(_CONFIG.format(python=sys.executable, server=SERVER, private=private))
    file.chmod(0o600)
    return {
        "HOME": str(home),
        "TICKETDECK_CONFIG_DIR": str(config),
        "TOKEN": SECRET,
        "BROWSER": str(browser),
        "PAGER": "true",
        "VISUAL": "true",
        "EDITOR": "true",
        "DISPLAY": "",
        "WAYLAND_DISPLAY": "",
    }


def open_browser(environment: dict[str, str], *arguments: str, columns: int = 120, rows: int = 40) -> Terminal:
    """The browser on the hostile server, with its first rows on the screen and no card over them."""
    terminal = Terminal(
        [*PROGRAM, *arguments], columns=columns, rows=rows, environment=environment, directory=environment["HOME"]
    )
    terminal.wait_for(lambda text: "EVIL-1 " in text and "Welcome" in text)
    escape(terminal)
    return terminal


def escape(terminal: Terminal) -> None:
    """Press escape until the table is in sight with nothing over it."""
    for _ in range(_MOST_ESCAPES):
        terminal.send(ESCAPE)
        terminal.read_for(_ESCAPE_SECONDS)
        if "/ Filter" in terminal.text:
            return
    raise AssertionError(f"no way back to the table:\n{terminal.text}")


def visit(terminal: Terminal, stop: Stop) -> None:
    """Go to a stop and come back to the table."""
    terminal.send(stop.keys)
    terminal.wait_for(stop.shows)
    terminal.read_for(0.1)
    terminal.send(stop.leave)
    escape(terminal)


def hover(terminal: Terminal) -> None:
    """Move the mouse over everything and rest on some of it, as long as a tooltip takes to come."""
    columns, rows = terminal.screen.columns, terminal.screen.lines
    for row in range(1, rows + 1, 2):
        terminal.send(f"\x1b[<35;{1 + row * 7 % columns};{row}M")
        terminal.read_for(0.02)
    terminal.read_for(0.6)


def files_below(folder: Path) -> dict[Path, bytes]:
    """Every file that lies below ``folder``, with what it holds."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}
