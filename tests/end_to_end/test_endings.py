"""However the program ends, terminal and servers are as they were before; a crash is reported: where, not what."""

from __future__ import annotations

import os
import signal
import sys
import termios
from pathlib import Path
from typing import Any

import pytest

from tests.cases import one_quick
from tests.end_to_end.driving import PROGRAM, leave
from tests.end_to_end.tour import SECRET, write_home
from tests.processes import new_mark, wait_until_gone
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("card_seen")

FAULTY = [sys.executable, "-m", "tests.end_to_end.faulty_program"]
MODES_OFF = (b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?1006l", b"\x1b[?2004l", b"\x1b[?1049l", b"\x1b[?25h")


class Ending:
    """A browser on the hostile server that is about to end."""

    def __init__(self, home: Path, argv: list[str]) -> None:
        self.home = home
        self.mark = new_mark()
        self.terminal = Terminal(argv, environment={**write_home(home), **self.mark})
        self.attributes: list[Any] = termios.tcgetattr(self.terminal._master)

    def until_rows(self) -> None:
        self.terminal.wait_for(lambda text: "EVIL-5 " in text and "60 tickets" in text)
        assert termios.tcgetattr(self.terminal._master) != self.attributes

    def assert_clean(self, code: int) -> bytes:
        """The exit code, terminal and processes are as promised; returns all that was written."""
        assert self.terminal.wait_for_exit() == code
        wait_until_gone(self.mark)
        output = bytes(self.terminal.output)
        frame = output.rfind(b"EVIL-")
        for mode in MODES_OFF:
            assert output.rfind(mode) > frame, mode
        assert termios.tcgetattr(self.terminal._master) == self.attributes
        assert b"Traceback" not in output
        return output

    def assert_reported(self, code: int) -> str:
        """As `assert_clean`, with a report as promised; returns the report."""
        output = self.assert_clean(code)
        (report,) = self.home.rglob("crash-*.txt")
        assert str(report).encode() in output[-600:].replace(b"\r\n", b"")
        text = report.read_text()
        assert not [word for word in ("EVIL-", "4711", SECRET) if word in text]
        return text


@pytest.mark.parametrize("number", one_quick(signal.SIGTERM, signal.SIGHUP))
def test_a_signal_that_ends_it_is_no_crash(isolated_home: Path, number: signal.Signals) -> None:
    ending = Ending(isolated_home, PROGRAM)
    with ending.terminal:
        ending.until_rows()
        os.kill(ending.terminal.process.pid, number)
        assert number.name.encode() in ending.assert_clean(128 + number)[-600:]
        assert not list(isolated_home.rglob("crash-*.txt"))


def test_ctrl_backslash_asks_for_a_report(isolated_home: Path) -> None:
    ending = Ending(isolated_home, PROGRAM)
    with ending.terminal:
        ending.until_rows()
        os.kill(ending.terminal.process.pid, signal.SIGQUIT)
        assert "SIGQUIT" in ending.assert_reported(128 + signal.SIGQUIT)


def test_an_exception_in_the_user_interface(isolated_home: Path) -> None:
    ending = Ending(isolated_home, [*FAULTY, "ui"])
    with ending.terminal:
        ending.until_rows()
        ending.terminal.send("f")
        assert "ZeroDivisionError" in ending.assert_reported(1)


def test_an_exception_in_a_line_that_is_painted(isolated_home: Path) -> None:
    ending = Ending(isolated_home, [*FAULTY, "paint"])
    with ending.terminal:
        assert "ZeroDivisionError" in ending.assert_reported(1)


def test_an_exception_in_the_worker_is_survived_told_and_reported(isolated_home: Path) -> None:
    ending = Ending(isolated_home, [*FAULTY, "worker"])
    with ending.terminal:
        ending.terminal.wait_for("Something went wrong inside ticketdeck")
        ending.terminal.wait_for("r Try again")
        leave(ending.terminal)
        wait_until_gone(ending.mark)
        (report,) = isolated_home.rglob("crash-*.txt")
        assert "ZeroDivisionError" in report.read_text()
        assert "EVIL-" not in report.read_text()
        assert b"Traceback" not in ending.terminal.output


def test_a_killed_program_leaves_no_server(isolated_home: Path) -> None:
    ending = Ending(isolated_home, PROGRAM)
    with ending.terminal:
        ending.until_rows()
        os.kill(ending.terminal.process.pid, signal.SIGKILL)
        assert ending.terminal.wait_for_exit() == -signal.SIGKILL
        wait_until_gone(ending.mark)


@pytest.mark.parametrize("handling", one_quick(signal.SIG_IGN, signal.SIG_DFL))
def test_a_terminal_that_goes_away_ends_program_and_server(isolated_home: Path, handling: signal.Handlers) -> None:
    former = signal.signal(signal.SIGHUP, handling)  # inherited; ignored, as below `nohup`
    ending = Ending(isolated_home, PROGRAM)
    signal.signal(signal.SIGHUP, former)
    ending.until_rows()
    os.close(ending.terminal._master)
    ending.terminal.process.wait(timeout=20)
    wait_until_gone(ending.mark)
    assert not list(isolated_home.rglob("crash-*.txt"))


def test_ctrl_z_and_fg_draw_everything_anew_and_the_server_has_stayed(isolated_home: Path) -> None:
    ending = Ending(isolated_home, PROGRAM)
    terminal = ending.terminal
    with terminal:
        ending.until_rows()
        for _ in range(2):
            terminal.send("\x1a")
            terminal.wait_until_stopped()
            assert termios.tcgetattr(terminal._master) == ending.attributes
            terminal.screen.reset()  # the shell's screen
            terminal.process.send_signal(signal.SIGCONT)
            terminal.wait_for(lambda text: "EVIL-5 " in text and "60 tickets" in text and "q Quit" in text)
        terminal.send("sfail\r")
        terminal.wait_for("refused")
        leave(terminal)
        wait_until_gone(ending.mark)


def test_a_storm_of_new_sizes_harms_nothing(isolated_home: Path) -> None:
    ending = Ending(isolated_home, PROGRAM)
    terminal = ending.terminal
    with terminal:
        ending.until_rows()
        for columns, rows in ((300, 80), (60, 15), (20, 5), (1, 1), (200, 2), (140, 24), (80, 24)) * 10:
            terminal.resize(columns, rows)
            terminal.send("j")
            terminal.read(0.005)
        terminal.send("g")
        terminal.wait_for(lambda text: "EVIL-5 " in text and "60 tickets" in text and "q Quit" in text)
        leave(terminal)
        wait_until_gone(ending.mark)
        assert not list(isolated_home.rglob("crash-*.txt"))
