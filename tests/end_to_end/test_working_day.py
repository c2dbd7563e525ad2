"""A working day in ten steps: the real program in a pseudo-terminal, on the embedded tracker."""

from __future__ import annotations

import base64
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.end_to_end.jira_server import PICTURE
from tests.processes import new_mark, wait_until, wait_until_gone
from tests.terminal import Terminal
from tui_app.settings.paths import config_file

PROGRAM = [sys.executable, "-m", "tui_app"]
ESCAPE, CTRL_Q = "\x1b", "\x11"
_COPIED = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
_ROW = re.compile(r"\W{0,4}((?:PAY|WEB|OPS|MOB|DATA|HELP)-\d+)\b")
JIRA = shlex.join([sys.executable, str(Path(__file__).with_name("jira_server.py"))])
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
    day.terminal.wait_for(lambda screen: "Welcome to ticketdeck" in screen and "⌕ All open tickets" in screen)
    day.press_until_gone(ESCAPE, "Welcome to ticketdeck")
    day.press("x", "100 loaded of 399")


def filter_as_one_types(day: Day) -> None:
    day.press("/print", "17 shown of 100")
    day.terminal.wait_for(lambda _: len(day.tickets()) == 17)
    day.press_until_gone(ESCAPE, "17 shown of 100")


def search_with_a_query(day: Day) -> None:
    day.press("s", "Search for")
    day.press("printer status:open", "Status         open")
    day.press("\r", "open tickets with “printer”")
    day.terminal.wait_for(lambda screen: "7 tickets" in screen and "old rows" not in screen)


def read_a_ticket(day: Day) -> None:
    day.press("j\r", "Comments (1) ──")
    day.press("G", "History (1) ──")
    day.press("g", "MOB-107  Portable receipt printer")
    day.press("]]]", "▾ History (1) ──")


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
    day.press("\r", "1 shown of 7")
    day.press_until_gone(ESCAPE, "enter picks a value")
    day.press_until_gone(ESCAPE, "Facets")
    assert day.tickets() == ["HELP-131"]
    day.press_until_gone(ESCAPE, "1 shown of 7")


def save_the_search_and_call_it_again(day: Day) -> None:
    day.pick("S", "Saved searches", "paper jams", "Saved as “paper jams”")
    day.press("x", "Every ticket")
    day.terminal.wait_for("100 loaded of 399")
    day.pick("S", "Saved searches", "paper", "open tickets with “printer”")
    day.terminal.wait_for("7 tickets")


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
    assert "Reporter" in screen.splitlines()[2]
    assert day.ground == ground != before
    day.pick("S", "Saved searches", "paper", "open tickets with “printer”")
    day.terminal.wait_for("OPS-900")
    day.terminal.send(CTRL_Q)
    assert day.terminal.wait_for_exit() == 0


def test_a_ticket_of_jira_is_read_walked_and_come_back_from(isolated_home: Path, card_seen: None) -> None:
    mark = {**new_mark(), "TZ": "Europe/Berlin"}
    command = json.dumps(shlex.split(JIRA))
    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().write_text(f'[profiles.jira]\ncommand = {command}\n[ui]\ncolumns = ["id", "title", "story points"]\n')
    with Terminal(PROGRAM, environment=mark, columns=80, rows=24, directory=str(isolated_home)) as terminal:
        day = Day(terminal)
        screen = terminal.wait_for("Receipt printer driver")
        assert re.search(r"ID +Title +Story points", screen)
        assert re.search(r"PAY-147 .* 5\b", screen)
        group_by_parent_and_back(day)
        read_the_head(day)
        walk_its_relations(day)
        list_its_links(day)
        save_its_attachment(day, isolated_home / "kept.png")
        read_its_further_fields(day)
        leave(day)
        wait_until_gone(mark)
    a_further_field_is_asked_for_by_name()


def a_further_field_is_asked_for_by_name() -> None:
    search = [*PROGRAM, "search", "--columns", "id,Story points"]
    found = subprocess.run(search, check=True, capture_output=True, text=True)
    assert re.search(r"PAY-147 +5\b", found.stdout)
    assert "no ticket found has a field" not in found.stderr
    checked = subprocess.run([*PROGRAM, "doctor"], check=True, capture_output=True, text=True)
    assert "no field" not in checked.stdout
    assert "has a field" not in checked.stdout


def group_by_parent_and_back(day: Day) -> None:
    day.press("B", "Group by")
    day.press("parent", "parent")
    day.press("\r", "▾ PAY-100  1")
    day.press("j;", "▸ PAY-100  1")
    day.press("B", "No groups")
    day.press_until_gone("\r", "▸ PAY-100")
    day.press("g", "PAY-147")


def read_the_head(day: Day) -> None:
    screen = day.press("\r", "Relations (")
    lines = screen.splitlines()[1:]  # below the line of tabs
    assert lines[1].strip() == "PAY-147  Receipt printer driver leaks a handle per job"
    assert lines[2].strip() == "◐ In Progress · Bug · ↑ High · Alice Smith"
    assert re.search(r"\(29 Nov (2026 )?21:12\)", lines[3])  # the year where it is another one
    assert re.search(r"\(21 Nov (2026 )?09:00\) by Bob Jones", screen)
    assert next(number for number, line in enumerate(lines) if "After about 1,000 receipts" in line) <= 8
    assert '{"' not in screen


def walk_its_relations(day: Day) -> None:
    day.press("]]", "PAY-100  ◐ In Progress  Tills survive a Friday evening")
    day.terminal.wait_for("child   PAY-151  ✓ Done")
    day.press("\r", "PAY-147 › PAY-100")
    day.terminal.wait_for("What PAY-100 is about.")
    day.press(ESCAPE, "child   PAY-151  ✓ Done")
    day.press("jj\r", "PAY-147 › OPS-149")
    day.terminal.wait_for("What OPS-149 is about.")
    day.press("\x7f", "child   PAY-151  ✓ Done")


def list_its_links(day: Day) -> None:
    day.press("u", "Links and relations of PAY-147")
    day.press("logs", "https://logs.example/handles")
    day.press("\x19", "Copied")
    assert day.copied == "https://logs.example/handles"


def save_its_attachment(day: Day, file: Path) -> None:
    day.press("G", "https://jira.example/browse/PAY-147")  # from the end, the next section is the next to choose from
    day.press("]", "handles.png  image, 84 KB")
    day.press("\r", "Open in the web browser")
    day.press("save", "save")
    day.press("\r", "Save as")
    day.press(file.name, file.name)
    day.press("\r", "Saved ")
    wait_until(file.exists)
    assert file.read_bytes() == PICTURE


def read_its_further_fields(day: Day) -> None:
    day.press("]", "status: To Do → In Progress  (Alice Smith")
    day.press("]", "Story points")
    screen = day.terminal.wait_for(lambda screen: "Fetching" not in screen and "Saved" not in screen)
    fields = dict(re.findall(r"^ (Components|Story points|Sprint) +(.*\S)", screen, re.MULTILINE))
    assert fields == {"Components": "till, web", "Story points": "5", "Sprint": "Sprint 42"}
    assert "Watches" not in screen
    assert '{"' not in screen
