"""Opening a ticket's address: http and https only, by argv, without a shell.

The caller shows the whole address first, and opens it only on a key.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping

from tui_app.tickets.urls import safe_url

Find = Callable[[str], str | None]


def open_address(url: str | None, *, start: Callable[[list[str]], None] | None = None) -> str | None:
    """Open ``url`` in the user's browser; returns why not, or None when it was started."""
    address = safe_url(url)
    if address is None:
        return "That is no address that can be opened safely; only http and https without a password are."
    opener = browser_command(os.environ)
    if not opener:
        return "There is no browser to be found here (over SSH?). Copy the address with y instead, or set $BROWSER."
    try:
        (start or _start)([*opener, address])
    except OSError as error:
        return f"{opener[0]} cannot be run: {error.strerror}."
    return None


def browser_command(environment: Mapping[str, str], find: Find = shutil.which) -> list[str]:
    """The argv that opens an address given as its last word; [] where there is none."""
    try:
        chosen = shlex.split(environment.get("BROWSER", "").split(os.pathsep)[0].replace("%s", ""))
    except ValueError:
        chosen = []
    if chosen and find(chosen[0]):
        return chosen
    if sys.platform == "darwin":
        return ["open"]
    has_display = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    candidates = ["xdg-open"] if has_display else []
    if environment.get("WSL_DISTRO_NAME"):
        candidates.append("wslview")
    return next(([name] for name in candidates if find(name)), [])


def _start(argv: list[str]) -> None:
    """Start it apart from our terminal and wait for it in a thread, so that it leaves no zombie."""
    process = subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    threading.Thread(target=process.wait, name="browser", daemon=True).start()
