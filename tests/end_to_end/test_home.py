"""Where nothing can be remembered, or what was remembered is damaged, browsing works, and one warning says so."""

from __future__ import annotations

import os
import resource
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.driving import PROGRAM, escape, leave
from tests.terminal import Terminal
from tui_app.settings.paths import recents_file, state_file
from tui_app.settings.storage import CANNOT_SAVE

COMMAND = shlex.join([sys.executable, str(Path(__file__).with_name("chaos_server.py"))])
FAULTY = [sys.executable, "-m", "tests.end_to_end.faulty_program"]
NOWHERE = "/dev/null/nowhere"


@contextmanager
def full_disk() -> Iterator[None]:
    """No file can grow, for what is started meanwhile."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)


def search_twice_and_leave(terminal: Terminal) -> None:
    """Rows come, searches work, and the one warning is there."""
    terminal.wait_for(lambda text: "FLT-1 " in text and "60 tickets" in text and "Welcome" in text)
    escape(terminal)
    for words in ("one", "two"):
        terminal.send(f"s{words}\r")
        terminal.wait_for(lambda text, w=words: f"“{w}”" in text and "60 tickets" in text)  # type: ignore[misc]
        terminal.send("x")
        terminal.wait_for(lambda text: "Every ticket" in text and "60 tickets" in text)
    terminal.send("e")  # the list of notices, which keeps what was shown for a moment
    terminal.wait_for(lambda text: text.count(CANNOT_SAVE) == 1 and "Notices" in text)  # once, its toast gone
    escape(terminal)
    leave(terminal)
    assert b"Traceback" not in terminal.output


@pytest.mark.parametrize(
    "variable",
    [
        "TICKETDECK_STATE_DIR",
        pytest.param("HOME", marks=pytest.mark.slow),
        pytest.param("TICKETDECK_CONFIG_DIR", marks=pytest.mark.slow),
    ],
)
def test_what_is_no_folder_is_no_obstacle(isolated_home: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    if variable == "HOME":
        monkeypatch.delenv("TICKETDECK_CONFIG_DIR")
    with Terminal([*PROGRAM, "--command", COMMAND], environment={variable: NOWHERE}) as terminal:
        search_twice_and_leave(terminal)


def test_a_user_without_a_home_and_without_an_entry_anywhere_leaves_nothing_behind(
    isolated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("TICKETDECK_CONFIG_DIR")
    environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
    argv = [*FAULTY, "nobody", "--command", COMMAND]
    with Terminal(argv, environment=environment, directory=str(isolated_home)) as terminal:
        search_twice_and_leave(terminal)
    assert list(isolated_home.iterdir()) == []


def test_a_full_disk_is_no_obstacle() -> None:
    with full_disk():
        terminal = Terminal([*PROGRAM, "--command", COMMAND])
    with terminal:
        search_twice_and_leave(terminal)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_home_that_is_read_only_is_no_obstacle(isolated_home: Path) -> None:
    isolated_home.chmod(0o500)
    with Terminal([*PROGRAM, "--command", COMMAND]) as terminal:
        search_twice_and_leave(terminal)
    assert list(isolated_home.iterdir()) == []


def test_the_embedded_tracker_has_its_sample_on_a_full_disk() -> None:
    with full_disk():
        terminal = Terminal(PROGRAM, columns=300)
    with terminal:
        screen = terminal.wait_for(lambda text: "HELP-" in text and "cannot be written" in text)
        assert "The sample is shown" in screen
        leave(terminal)


def told_in_the_panel(screen: str) -> list[int]:
    """How often the list of notices says of each memory where it is kept; a line of it may end anywhere."""
    panel = "".join(line.split("│")[1] for line in screen.splitlines() if line.count("│") > 1)
    words = "".join(panel.split())
    return [words.count(f"itiskeptas{name}.bad") for name in ("state.json", "recents.json")]


def test_damaged_memories_are_set_aside_with_one_notice_each() -> None:
    for file in (state_file(), recents_file()):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text('{"version": 1, "cut')
    with Terminal([*PROGRAM, "--command", COMMAND], columns=160) as terminal:
        terminal.wait_for(lambda text: "60 tickets" in text and "Welcome" in text)
        escape(terminal)
        terminal.send("\x12")
        terminal.wait_for("Recent searches")
        escape(terminal)
        terminal.send("e")
        terminal.wait_for(lambda text: told_in_the_panel(text) == [1, 1])
        escape(terminal)
        leave(terminal)
    for file in (state_file(), recents_file()):
        assert file.with_name(f"{file.name}.bad").read_text() == '{"version": 1, "cut'


def test_a_broken_config_is_told_over_the_embedded_trackers_rows(isolated_home: Path) -> None:
    config = isolated_home / "config" / "config.toml"
    config.parent.mkdir(mode=0o700)
    config.write_text('[profiles.a]\ncommand = ["a"]\ntimeouts = { start = "x" }\n')
    config.chmod(0o600)
    with Terminal(PROGRAM, columns=200) as terminal:
        terminal.wait_for(lambda text: "HELP-" in text and "Welcome" in text)
        escape(terminal)
        terminal.send("e")
        terminal.wait_for("profiles.a.timeouts.start")
        escape(terminal)
        leave(terminal)
