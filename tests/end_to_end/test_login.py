"""A login that asks for a PIN, in the browser: the terminal is lent to it and comes back as it was."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import new_mark, wait_until_gone
from tests.terminal import Terminal

LOGIN = """
import getpass, pathlib, sys
pin = getpass.getpass("Enter your PIN: ")
if pin != "1234":
    sys.exit("wrong PIN")
pathlib.Path(sys.argv[1]).touch()
"""
CHECK = "import pathlib, sys; sys.exit(not pathlib.Path(sys.argv[1]).exists())"


@pytest.fixture
def browser(isolated_home: Path) -> Iterator[Terminal]:
    """The browser over a tracker that is behind a login, at its prompt."""
    ticket = isolated_home / "ticket-granting-ticket"
    login = isolated_home / "login.py"
    login.write_text(LOGIN)
    server = [sys.executable, "-m", "tests.benchmarks.servers", "30", "structured"]
    config = isolated_home / "config" / "config.toml"
    config.parent.mkdir(mode=0o700)
    config.write_text(
        f"""
        [profiles.work]
        command = {server!r}
        cwd = "{Path(__file__).parents[2]}"
        [profiles.work.auth]
        check = {[sys.executable, "-c", CHECK, str(ticket)]!r}
        login = {[sys.executable, str(login), str(ticket)]!r}
        """
    )
    config.chmod(0o600)
    mark = new_mark()
    with Terminal([sys.executable, "-m", "tui_app"], environment=mark) as terminal:
        terminal.wait_for("Enter your PIN")
        yield terminal
        terminal.send("\x11")  # ctrl+q ends the program out of a dialog too
        assert terminal.wait_for_exit() == 0
        wait_until_gone(mark)


def test_the_right_pin_leads_to_the_tickets_and_is_shown_nowhere(browser: Terminal) -> None:
    browser.send("1234\n")
    browser.wait_for("BENCH-21 ")
    assert b"1234" not in browser.output


def test_ctrl_c_at_the_prompt_ends_the_login_alone_and_trying_again_asks_again(browser: Terminal) -> None:
    browser.send("\x03")
    browser.wait_for("Try again")
    browser.send("r")
    browser.wait_for("Enter your PIN")
    browser.send("1234\n")
    browser.wait_for("BENCH-21 ")


def test_a_wrong_pin_says_so_and_leaves_the_browser_usable(browser: Terminal) -> None:
    browser.send("9999\n")
    browser.wait_for("Try again")
    browser.send("\x1b")
    browser.send("?")
    browser.wait_for("Keys")
