"""A working day in ten steps: the real program in a pseudo-terminal, on the embedded tracker."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

from tests.processes import new_mark, wait_until, wait_until_gone
from tests.terminal import Terminal

PROGRAM = [sys.executable, "-m", "tui_app"]
ESCAPE, CTRL_Q = "\x1b", "\x11"
_COPIED = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
_ROW = re.compile(r"\W{0,4}((?:PAY|WEB|OPS|MOB|DATA|HELP)-\d+)\b")
_NEW_TICKET = (
    '{"id": "OPS-900", "title": "Label printer smells of smoke", "status": "open", "assignee": "Grace O\'Connor"}'
)


class Day:
    """The browser, and the small things that a user does with it."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def press(self, keys: str, shows: str) -> str:
        """Type ``keys`` and wait for ``shows``; returns the screen."""
        self.terminal.send(keys)
        return self.terminal.wait_for(shows)

    def press_until_gone(self, keys: str, words: str) -> str:
        """Type ``keys`` and wait until ``words`` have left the screen."""
        self.terminal.send(keys)
        return self.terminal.wait_for(lambda screen: words not in screen)

    def pick(self, key: str, title: str, typed: str, shows: str) -> str:
        """Open the list called ``title``, narrow it to one line and take that."""
        self.press(key, title)
        self.press(typed, typed)
        return self.press("\r", shows)

    @property
    def copied(self) -> str:
        """What the terminal was last asked to put on its clipboard."""
        return base64.b64decode(_COPIED.findall(bytes(self.terminal.output))[-1]).decode()

    @property
    def ground(self) -> str:
        """The colour behind the table's empty lines."""
        return str(self.terminal.screen.buffer[self.terminal.screen.lines - 6][3].bg)

    def tickets(self) -> list[str]:
        """The ids of the rows shown, from the top."""
        rows = map(_ROW.match, self.terminal.text.splitlines())
        return [row[1] for row in rows if row]


def test_a_working_day_in_ten_steps(isolated_home: Path) -> None:
    mark = new_mark()
    with Terminal(PROGRAM, environment=mark, columns=80, rows=24, directory=str(isolated_home)) as terminal:
        day = Day(terminal)
        start(day)
        filter_as_one_types(day)
        search_with_a_query(day)
        read_a_ticket(day)
        copy_a_branch_name(day)
        export_three_marked_rows(day, isolated_home / "three.jsonl")
        narrow_by_a_facet(day)
        save_the_search_and_call_it_again(day)
        before, ground = change_theme_and_columns(day)
        refresh(day, isolated_home / "news.jsonl")
        leave(day)
        wait_until_gone(mark)
    with Terminal(PROGRAM, environment=mark, columns=80, rows=24, directory=str(isolated_home)) as terminal:
        find_everything_again(Day(terminal), before, ground)
        wait_until_gone(mark)


def start(day: Day) -> None:
    day.terminal.wait_for(lambda screen: "Welcome to ticketdeck" in screen and "100 loaded of 399" in screen)
    day.press_until_gone(ESCAPE, "Welcome to ticketdeck")


def filter_as_one_types(day: Day) -> None:
    day.press("/print", "17 shown of 100")
    day.terminal.wait_for(lambda _: len(day.tickets()) == 17)
    day.press_until_gone(ESCAPE, "17 shown of 100")


def search_with_a_query(day: Day) -> None:
    day.press("s", "Search for")
    day.press("printer status:open", "Status         open")
    day.press("\r", "open tickets with “printer”")
    day.terminal.wait_for(lambda screen: "8 tickets" in screen and "old rows" not in screen)


def read_a_ticket(day: Day) -> None:
    day.press("jj\r", "Comments (1) ──")
    day.press("G", "Tool calls ──")
    day.press("g", "MOB-107  Portable receipt printer")
    day.press_until_gone("]", "MOB-107  Portable receipt printer")
    day.press("]", "History (1) ──")


def copy_a_branch_name(day: Day) -> None:
    day.pick("y", "Copy MOB-107", "branch", "Copied")
    assert day.copied == "MOB-107-portable-receipt-printer-prints-blank-lines-at-low"


def export_three_marked_rows(day: Day, file: Path) -> None:
    day.press(ESCAPE, "space Mark")
    day.press("g   ", "3 marked")
    day.press("X", "Marked rows")
    day.press(file.name, file.name)
    day.press("\r", "Wrote 3 tickets")
    wait_until(file.exists)
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == day.tickets()[:3]


def narrow_by_a_facet(day: Day) -> None:
    day.pick("f", "Facets", "Assignee", "enter picks a value")
    day.press("Grace", "Grace")
    day.press("\r", "1 shown of 8")
    day.press_until_gone(ESCAPE, "enter picks a value")
    day.press_until_gone(ESCAPE, "Facets")
    assert day.tickets() == ["HELP-131"]
    day.press_until_gone(ESCAPE, "1 shown of 8")


def save_the_search_and_call_it_again(day: Day) -> None:
    day.pick("S", "Saved searches", "paper jams", "Saved as “paper jams”")
    day.press("x", "Every ticket")
    day.terminal.wait_for("100 loaded of 399")
    day.pick("S", "Saved searches", "paper", "open tickets with “printer”")
    day.terminal.wait_for("8 tickets")


def change_theme_and_columns(day: Day) -> tuple[str, str]:
    before = day.ground
    day.pick("T", "Theme", "dracula", "q Quit")
    day.terminal.wait_for(lambda _: day.ground != before)
    day.pick("c", "Columns", "reporter", "✓ Reporter")
    day.press_until_gone(ESCAPE, "Enter shows or hides")
    day.terminal.wait_for("Reporter")
    return before, day.ground


def refresh(day: Day, file: Path) -> None:
    file.write_text(_NEW_TICKET + "\n", encoding="utf-8")
    subprocess.run([*PROGRAM, "local", "import", str(file)], check=True, capture_output=True)
    day.press("r", "OPS-900")


def leave(day: Day) -> None:
    day.terminal.send("q")
    assert day.terminal.wait_for_exit() == 0


def find_everything_again(day: Day, before: str, ground: str) -> None:
    screen = day.terminal.wait_for("1 ticket")  # one's own tickets take the place of the samples
    assert "Welcome" not in screen
    assert "Reporter" in screen.splitlines()[1]
    assert day.ground == ground != before
    day.pick("S", "Saved searches", "paper", "open tickets with “printer”")
    day.terminal.wait_for("OPS-900")
    day.terminal.send(CTRL_Q)
    assert day.terminal.wait_for_exit() == 0
