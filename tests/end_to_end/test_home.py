"""Where nothing can be remembered, browsing works all the same, and one warning says so."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.terminal import Terminal

COMMAND = shlex.join([sys.executable, str(Path(__file__).with_name("chaos_server.py"))])
NOWHERE = "/dev/null/nowhere"
HOMES = {
    "a home that is not there": {"HOME": NOWHERE},
    "nothing can be written": {
        "TICKETDECK_CONFIG_DIR": NOWHERE,
        "TICKETDECK_STATE_DIR": NOWHERE,
        "XDG_DATA_HOME": NOWHERE,
        "XDG_CACHE_HOME": NOWHERE,
    },
}


@pytest.mark.parametrize("home", HOMES)
def test_browsing_works_without_a_home(isolated_home: Path, home: str) -> None:
    environment = {"TICKETDECK_CONFIG_DIR": NOWHERE, **HOMES[home]}
    argv = [sys.executable, "-m", "tui_app", "--command", COMMAND]
    with Terminal(argv, columns=120, rows=35, environment=environment, directory=str(isolated_home)) as terminal:
        terminal.wait_for(lambda text: "FLT-3 " in text and "Welcome" in text)
        terminal.send("q")
        terminal.wait_for(lambda text: "Welcome" not in text)
        for words in ("one", "two"):
            terminal.send(f"s\x15{words}\r")
            terminal.wait_for(lambda text, w=words: f"“{w}”" in text and "60 tickets" in text)  # type: ignore[misc]
        warned = terminal.wait_for(NOWHERE)
        assert warned.count(NOWHERE) == 1
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert b"Traceback" not in terminal.output
    assert not list(isolated_home.iterdir())
