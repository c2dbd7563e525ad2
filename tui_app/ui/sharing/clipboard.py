"""Copying: the texts that people paste elsewhere, and the ways to put them on the clipboard.

The terminal is asked by OSC 52, which works over SSH; the system's own tool is run besides where there is one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tui_app.tickets.ticket import Ticket
from tui_app.ui.rendering.safe import safe_line

if TYPE_CHECKING:
    from textual.app import App

_TOOL_SECONDS = 5.0  # a clipboard tool that has not taken the text by then hangs
_MOST_REPEATED = 80  # characters that fit into a message
_MOST_FOR_TERMINAL = 74_000
"""Characters; terminals drop a longer OSC 52 sequence (xterm's limit is 100,000 bytes of base64)."""


def copy_text(app: App[Any], text: str, *, run: Callable[[list[str], str], None] | None = None) -> str:
    """Put ``text`` on the clipboard and return a line for the user.

    The terminal is always asked. The system's tool is run besides, except over SSH, where it would fill the clipboard
    of the far machine.
    """
    fits = len(text) <= _MOST_FOR_TERMINAL
    if fits:
        app.copy_to_clipboard(text)
    tool = clipboard_tool(os.environ)
    if tool:
        (run or _run_aside)(tool, text)
    if fits or tool:
        return (
            f"Copied {text}"
            if len(text) <= _MOST_REPEATED and "\n" not in text
            else f"Copied {len(text):,} characters."
        )
    return f"Not copied: a terminal takes at most {_MOST_FOR_TERMINAL:,} characters. Export it to a file instead."


def clipboard_tool(environment: Mapping[str, str], find: Callable[[str], str | None] = shutil.which) -> list[str]:
    """The argv of a program that takes the clipboard's new text on standard input; [] where there is none."""
    if "SSH_CONNECTION" in environment or "SSH_TTY" in environment:
        return []
    candidates: list[list[str]] = []
    if sys.platform == "darwin":
        candidates.append(["pbcopy"])
    if environment.get("WAYLAND_DISPLAY"):
        candidates.append(["wl-copy"])
    if environment.get("DISPLAY"):
        candidates += [["xclip", "-selection", "clipboard"], ["xsel", "--clipboard", "--input"]]
    if environment.get("WSL_DISTRO_NAME"):
        candidates.append(["clip.exe"])
    return next((argv for argv in candidates if find(argv[0])), [])


def _run_aside(argv: list[str], text: str) -> None:
    """Run the tool in a thread of its own: it may wait for a display that does not answer."""

    def run() -> None:
        try:
            subprocess.run(
                argv,
                input=text.encode(errors="replace"),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_TOOL_SECONDS,
                check=False,
                start_new_session=True,
            )
        except (OSError, subprocess.TimeoutExpired):
            return  # the terminal was asked as well

    threading.Thread(target=run, name="clipboard", daemon=True).start()


_MARKDOWN_SIGNS = re.compile(r"([\\\[\]<>`*_])")


def markdown_link(ticket: Ticket) -> str:
    """``[PAY-142: Printer on fire](https://..)``, or the words alone where there is no address."""
    words = _MARKDOWN_SIGNS.sub(r"\\\1", ": ".join(filter(None, (ticket.id, ticket.title))))
    return f"[{words or ticket.url}]({ticket.url})" if ticket.url else words


WAYS_OF_TELLING = {"bell": "\a", "osc9": "\x1b]9;{}\x07", "osc777": "\x1b]777;notify;ticketdeck;{}\x07"}
"""How a terminal is asked to ring, or to show a notification on the desktop."""


def tell(app: App[Any], words: str, ways: Iterable[str]) -> None:
    """Tell the user of something although they may look at another window, in these `WAYS_OF_TELLING`."""
    driver = app._driver
    if driver is not None and not driver.is_headless:
        line = safe_line(words).replace(";", ",")
        for way in ways:
            driver.write(WAYS_OF_TELLING.get(way, "").format(line))
