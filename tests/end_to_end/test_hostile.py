"""No byte reaches the terminal that the program did not write by itself, whatever a tracker's server says."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from io import StringIO
from pathlib import Path

import pytest

from tests.cases import one_quick
from tests.end_to_end.driving import PROGRAM, leave
from tests.end_to_end.hostile_server import ATTACKS, PRIVATE, SHELL_URL, URLS
from tests.end_to_end.output import copied, foreign_control, without_copies
from tests.end_to_end.tour import SECRET, STOPS, hover, open_browser, visit, write_home
from tests.processes import new_mark, wait_until_gone
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("card_seen")

COMMANDS = [
    *one_quick(*(["search", "--format", form] for form in ("table", "json", "jsonl", "csv", "markdown"))),
    *one_quick(*(["show", "EVIL-3", "--format", form] for form in ("markdown", "json"))),
    *one_quick(
        ["profiles"],
        *(["doctor", "--format", form] for form in ("text", "json")),
        *(["search", "fail", "--format", form] for form in ("table", "json")),
    ),
]


@pytest.mark.timeout(180)
@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
def test_no_foreign_byte_reaches_the_terminal_on_any_screen(isolated_home: Path, size: tuple[int, int]) -> None:
    environment = {**write_home(isolated_home), **(mark := new_mark())}
    with open_browser(environment, columns=size[0], rows=size[1]) as terminal:
        for stop in STOPS:
            seen = len(terminal.output)
            visit(terminal, stop)
            assert foreign_control(bytes(terminal.output[seen:])) == [], stop
        hover(terminal)
        leave(terminal)
        wait_until_gone(mark)
        output = bytes(terminal.output)
        assert foreign_control(output) == []
        assert copied(output) == []
        assert PRIVATE.encode() not in output
        assert SECRET.encode() not in output


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_foreign_byte_is_printed_by_a_command(isolated_home: Path, command: list[str]) -> None:
    environment = write_home(isolated_home)
    with Terminal([*PROGRAM, *command], columns=200, rows=50, environment=environment) as terminal:
        terminal.wait_for_exit()
        assert foreign_control(bytes(terminal.output)) == []
        assert b"evil" in terminal.output.lower()
        printed = bytes(terminal.output)
    piped = subprocess.run(
        [*PROGRAM, *command], env={**os.environ, **environment}, capture_output=True, check=False, timeout=50
    )
    for output in (printed, piped.stdout, piped.stderr):
        assert foreign_control(output) == []
        assert PRIVATE.encode() not in output
        assert SECRET.encode() not in output


def test_the_clipboard_is_written_on_a_copy_key_only_and_with_harmless_text(isolated_home: Path) -> None:
    with open_browser(write_home(isolated_home)) as terminal:
        terminal.send("j")
        terminal.wait_for("EVIL-1")
        assert copied(bytes(terminal.output)) == []
        terminal.send("Y")
        terminal.wait_for("Copied")
        assert copied(bytes(terminal.output)) == ["EVIL-1"]
        terminal.send("ytitle\r")
        terminal.wait_for(lambda _: len(copied(bytes(terminal.output))) == 2)
        assert "\x1b" not in copied(bytes(terminal.output))[1]
        assert foreign_control(without_copies(bytes(terminal.output))) == []


def test_an_address_is_shown_in_full_and_opened_by_argv_alone(isolated_home: Path) -> None:
    log = isolated_home / "browser.log"
    with open_browser(write_home(isolated_home)) as terminal:
        for number in range(1, len(URLS)):  # none of these may be opened
            terminal.send("jo")
            terminal.wait_for(f"EVIL-{number} has no web address")
        terminal.send("go")
        terminal.wait_for(SHELL_URL)
        assert not log.exists()
        terminal.send("\r")
        terminal.wait_for(lambda _: log.exists() and log.read_text().endswith(">"))
        assert log.read_text() == f"<{SHELL_URL}>"
    assert not (isolated_home / "pwned").exists()


def test_an_export_to_a_file_keeps_the_words_and_no_private_field(isolated_home: Path) -> None:
    with open_browser(write_home(isolated_home)) as terminal:
        for ending in ("csv", "json", "jsonl", "md"):
            target = isolated_home / f"tickets.{ending}"
            terminal.send(f"X{target}\r")
            terminal.wait_for(lambda _, file=target: file.exists() and b"EVIL-59" in file.read_bytes())  # type: ignore[misc]
        leave(terminal)
        assert foreign_control(bytes(terminal.output)) == []
    written = {ending: (isolated_home / f"tickets.{ending}").read_bytes().decode() for ending in ("csv", "json", "md")}
    assert not [ending for ending, text in written.items() if PRIVATE in text]
    _header, *rows = csv.reader(StringIO(written["csv"], newline=""))
    assert f"{ATTACKS[1]} title 1" in rows[1]
    formulas = [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]
    assert formulas == []
    assert f"'{ATTACKS[29]} title 29" in rows[29]
    titles = [ticket["title"] for ticket in json.loads(written["json"])["tickets"]]
    assert titles[1] == f"{ATTACKS[1]} title 1"
