"""A command of the user's own in a real terminal: it has the terminal, and afterwards the browser has it again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.driving import PROGRAM, leave
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("card_seen")

CONFIG = """\
[[commands]]
name = "Start work"
key = "F"
run = "git switch -c {branch}"
pause = true

[[commands]]
name = "Ask"
key = "H"
run = '''printf 'your name? '; read -r name; echo "$name:" {id}; exit 3'''
shell = true
"""


def test_a_command_has_the_terminal_and_gives_it_back(isolated_home: Path) -> None:
    config = isolated_home / "config" / "config.toml"
    config.parent.mkdir(mode=0o700)
    config.write_text(CONFIG)
    config.chmod(0o600)
    folder = isolated_home / "checkout"
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    with Terminal(PROGRAM, columns=100, rows=24, directory=str(folder)) as terminal:
        first = terminal.wait_for("1/100")
        terminal.send("F")
        screen = terminal.wait_for("Press enter to go back to ticketdeck.")
        assert "$ git switch -c " in screen
        assert "Switched to a new branch" in screen
        terminal.send("\r")
        terminal.wait_for("Start work: done.")
        terminal.send("H")
        terminal.wait_for("your name? ")
        terminal.send("Ada\r")
        screen = terminal.wait_for("It ended with exit code 3. Press enter")
        assert "Ada: " in screen
        terminal.send("\r")
        terminal.wait_for("Ask ended with exit code 3.")
        assert first.split("\n")[1:3] == terminal.text.split("\n")[1:3]
        leave(terminal)
    head = (folder / ".git" / "HEAD").read_text()
    assert head.startswith("ref: refs/heads/")
    assert "-" in head
