"""The real program in a pseudo-terminal: from the start to an opened ticket, and out again."""

from __future__ import annotations

import sys

import pytest

from tests.cases import one_quick
from tests.processes import new_mark, wait_until_gone
from tests.terminal import Terminal

PROGRAM = [sys.executable, "-m", "tui_app"]
SLOW_SERVER = "import sys, time; time.sleep(10)"


@pytest.mark.parametrize(("columns", "rows"), one_quick((80, 24), (120, 40), (200, 60)))
def test_a_first_start_shows_tickets_opens_one_and_leaves_no_process(columns: int, rows: int) -> None:
    mark = new_mark()
    with Terminal(PROGRAM, columns=columns, rows=rows, environment=mark) as terminal:
        terminal.wait_for(lambda text: "Welcome" in text and _ticket_rows(text) > 0)
        terminal.send("\x1b")
        terminal.wait_for(lambda text: "Welcome" not in text)
        terminal.send("\r")
        terminal.wait_for("Description")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        wait_until_gone(mark)


def test_at_80_by_24_fifteen_rows_of_tickets_show() -> None:
    with Terminal(PROGRAM, columns=80, rows=24) as terminal:
        terminal.wait_for("Welcome")
        terminal.send("\x1b")
        terminal.wait_for(lambda text: "Welcome" not in text and _ticket_rows(text) >= 15)


def test_the_form_takes_typing_while_a_server_needs_ten_seconds_to_start() -> None:
    mark = new_mark()
    command = f'{sys.executable} -c "{SLOW_SERVER}"'
    with Terminal([*PROGRAM, "--command", command], environment=mark) as terminal:
        terminal.wait_for("starting")
        terminal.send("sprinter jam")
        screen = terminal.wait_for("printer jam", patience=5)
        assert "starting" in screen
        terminal.send("\x1b")
        terminal.send("\x03")
        terminal.wait_for_exit()
        wait_until_gone(mark)


def _ticket_rows(screen: str) -> int:
    projects = ("PAY-", "WEB-", "OPS-", "MOB-", "DATA-", "HELP-")
    return sum(any(project in line for project in projects) for line in screen.splitlines())
