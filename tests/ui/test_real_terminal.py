"""What only a real terminal shows: being stopped and continued, giving the terminal away, colours, sizes, the end."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cases import one_quick
from tests.terminal import Terminal

PROGRAM = [sys.executable, "-m", "tests.ui.program"]


@contextmanager
def program(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    with Terminal([*PROGRAM, *arguments], columns=80, rows=24, environment=environment) as terminal:
        yield terminal


def test_after_ctrl_z_and_fg_everything_is_drawn_again() -> None:
    with program() as terminal:
        terminal.wait_for("PAY-100")
        terminal.wait_for("q Quit")
        terminal.send("\x1a")
        terminal.wait_until_stopped()
        terminal.wait_for_bytes(b"\x1b[?1049l")  # the shell's own screen is back
        terminal.screen.reset()
        terminal.process.send_signal(signal.SIGCONT)
        terminal.wait_for("PAY-100")
        terminal.wait_for("q Quit")
        terminal.send("j")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0


def test_a_login_command_gets_the_terminal_and_gives_it_back() -> None:
    with program("login") as terminal:
        terminal.wait_for("PIN:")
        assert "Log in to work" in terminal.text
        assert "login --pin" in terminal.text
        terminal.send("1234\n")
        terminal.wait_for("PAY-100")
        terminal.wait_for("Logged in, exit code 0.")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0


def test_pager_and_editor_get_the_terminal_and_the_whole_ticket_and_give_it_back(tmp_path: Path) -> None:
    reader = tmp_path / "reader"
    reader.write_text(
        '#!/bin/sh\necho "has: $(head -1 "$2")"; echo "$(grep -c "^# [A-Z]" "$2") tickets; $1 waits"; read line\n'
    )
    reader.chmod(0o755)
    environment = {"PAGER": f"{reader} pager", "VISUAL": "", "EDITOR": f"{reader} editor"}
    with program(environment=environment) as terminal:
        terminal.wait_for("PAY-100")
        for key, name in (("|", "pager"), ("E", "editor")):
            terminal.send(key)
            terminal.wait_for(f"{name} waits")
            assert "has: # PAY-100" in terminal.text
            terminal.send("\n")
            terminal.wait_for("q Quit")
        terminal.send("  ")
        terminal.wait_for("2 marked")
        terminal.send("|")
        terminal.wait_for("2 tickets; pager waits")
        terminal.send("\n")
        terminal.wait_for("q Quit")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0


def test_a_fault_of_the_interface_restores_the_terminal_and_prints_no_ticket() -> None:
    with program("crash") as terminal:
        terminal.wait_for("PAY-100")
        terminal.send("f")
        assert terminal.wait_for_exit() == 1
        after = bytes(terminal.output).rpartition(b"\x1b[?1049l")[2]
        assert b"fault: ZeroDivisionError" in after
        assert b"Printer on floor" not in after
        assert b"\x1b[?25h" in terminal.output  # the cursor shows


def test_without_colours_no_colour_is_sent() -> None:
    with program(environment={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for("PAY-100")
        terminal.wait_for("tracker 1.2")
        colours = {cell.fg for row in terminal.screen.buffer.values() for cell in row.values()}
        assert all(len(set(_rgb(colour))) == 1 for colour in colours if _rgb(colour))
        assert "● local" in terminal.text


def _rgb(colour: str) -> tuple[str, ...]:
    """The parts of a hexadecimal colour; nothing for the terminal's own names."""
    is_hexadecimal = len(colour) == 6 and all(character in "0123456789abcdef" for character in colour)
    return (colour[:2], colour[2:4], colour[4:]) if is_hexadecimal else ()


@pytest.mark.parametrize("term", one_quick("xterm-256color", "xterm", "screen", "linux"))
def test_it_runs_in_every_kind_of_terminal(term: str) -> None:
    with program(environment={"TERM": term, "COLORTERM": ""}) as terminal:
        terminal.wait_for("PAY-100")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0


def test_a_storm_of_resizes_is_harmless() -> None:
    with program() as terminal:
        terminal.wait_for("PAY-100")
        for columns, rows in ((300, 80), (60, 15), (20, 5), (1, 1), (140, 24), (80, 24)) * 3:
            terminal.resize(columns, rows)
            terminal.read(0.01)
        terminal.wait_for(lambda screen: "PAY-100" in screen and "q Quit" in screen)
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
