"""Starting and leaving the browser: however it ends, the terminal is as it was and no server is left."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.browser_program import CANARY
from tests.cli.conftest import server_command
from tests.processes import marked_processes, new_mark, wait_until_gone
from tests.terminal import Terminal
from tui_app.cli.crash import LEAVING_SECONDS

BROWSER = (sys.executable, "-m", "tests.cli.browser_program")
MODES_OFF = (b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?1006l", b"\x1b[?2004l", b"\x1b[?7h", b"\x1b[?1049l", b"\x1b[?25h")


class Browser:
    """The stand-in browser in a terminal, with what is needed to look at it afterwards."""

    def __init__(self, home: Path, play: str, arguments: tuple[str, ...], **environment: str) -> None:
        self.mark = new_mark()
        self.crashes = home / ".local" / "state" / "ticketdeck" / "crashes"
        self.terminal = Terminal(
            [*BROWSER, *arguments], environment={"HOME": str(home), "PLAY": play, **self.mark, **environment}
        )
        self.attributes: list[Any] = termios.tcgetattr(self.terminal._master)

    def wait(self) -> int:
        code = self.terminal.wait_for_exit()
        wait_until_gone(self.mark)
        return code

    def assert_terminal_is_restored(self) -> None:
        last_frame = self.terminal.output.rfind(b"frame")
        for mode in MODES_OFF:
            assert self.terminal.output.rfind(mode) > last_frame, mode
        assert termios.tcgetattr(self.terminal._master) == self.attributes

    def report(self) -> str:
        (report,) = self.crashes.iterdir()
        return report.read_text()


@pytest.fixture
def browser(isolated_home: Path) -> Iterator[Any]:
    """Starts the browser; ends whatever of it is left."""
    started: list[Browser] = []

    def start(play: str, *arguments: str, **environment: str) -> Browser:
        started.append(Browser(isolated_home, play, arguments, **environment))
        return started[-1]

    yield start
    for one in started:
        one.terminal.__exit__(None, None, None)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_restores_the_terminal_in_the_middle_of_a_frame(browser: Any, number: signal.Signals) -> None:
    one = browser("flood", "--command", server_command("silent"))
    one.terminal.wait_for_bytes(CANARY.encode())
    os.kill(one.terminal.process.pid, number)
    assert one.wait() == 128 + number
    one.assert_terminal_is_restored()
    assert f"ended by {number.name}".encode() in one.terminal.output[-400:]
    if number != signal.SIGQUIT:  # a closed window, or a request to end, is no crash
        assert not one.crashes.exists()
        return
    if number.name == "SIGQUIT":  # which asks for a report
        assert str(one.crashes).encode() in one.terminal.output[-400:]
        assert CANARY not in one.report()
        assert "browser_program.py" in one.report()
    else:
        assert not list(one.crashes.glob("*"))


def test_a_signal_that_finds_a_lock_held_ends_the_program_all_the_same(browser: Any) -> None:
    one = browser("locked", "--command", server_command("silent"))
    one.terminal.wait_for_bytes(CANARY.encode())
    before = time.monotonic()
    os.kill(one.terminal.process.pid, signal.SIGTERM)
    assert one.wait() == 128 + signal.SIGTERM
    assert time.monotonic() - before < LEAVING_SECONDS / 2
    one.assert_terminal_is_restored()


def test_an_exception_in_the_user_interface_leaves_a_report_without_its_words(browser: Any) -> None:
    one = browser("raise", "--command", server_command("silent"))
    assert one.wait() == 1
    one.assert_terminal_is_restored()
    assert CANARY.encode() not in one.terminal.output
    assert str(one.crashes).encode() in one.terminal.output
    assert CANARY not in one.report()
    assert "builtins.ValueError" in one.report()
    assert "run_browser" in one.report()


@pytest.mark.parametrize(
    ("arguments", "told"), [(("--view", "nosuch"), b"There is no view 'nosuch'"), (("asignee:me",), b"mean assignee:?")]
)
def test_what_cannot_be_begun_with_is_told_and_is_no_crash(
    browser: Any, arguments: tuple[str, ...], told: bytes
) -> None:
    one = browser("rows", "browse", *arguments, "--command", server_command("silent"))
    assert one.wait() == 2
    assert told in one.terminal.output
    assert not one.crashes.exists()


def test_an_exception_in_a_thread_leaves_a_report_and_nothing_on_the_screen(browser: Any) -> None:
    one = browser("thread", "--command", server_command("silent"))
    assert one.wait() == 0
    assert "thread helper" in one.report()
    assert "builtins.IndexError" in one.report()
    assert b"Traceback" not in one.terminal.output


def test_the_opening_search_is_on_its_way_before_the_browser_is_there(browser: Any) -> None:
    one = browser("rows", "--command", server_command("many"))
    assert one.wait() == 0
    assert b"FOUND 100 FOR True" in one.terminal.output


@pytest.mark.parametrize(
    ("arguments", "environment", "code"),
    [((), {}, 0), (("-p", "work"), {}, 2), ((), {"TICKETDECK_PROFILE": "work"}, 2)],
)
def test_a_broken_config_opens_the_embedded_tracker_and_says_so_unless_another_one_is_named(
    browser: Any, isolated_home: Path, arguments: tuple[str, ...], environment: dict[str, str], code: int
) -> None:
    config = isolated_home / "config" / "config.toml"
    config.parent.mkdir(mode=0o700)
    config.write_text("broken =")
    config.chmod(0o600)
    one = browser("notices", *arguments, **environment)
    assert one.wait() == code
    text = bytes(one.terminal.output).decode()
    assert f"{config} is not valid TOML" in text
    assert ("PROFILE local" in text) == (code == 0)


def test_a_command_of_a_foreign_file_is_shown_and_asked_about_once(browser: Any, isolated_home: Path) -> None:
    foreign = isolated_home / "mcp.json"
    argv = [sys.executable, str(Path(__file__).with_name("scripted_server.py")), "many"]
    text = '{"mcpServers": {"x": {"command": %s, "args": [%s, %s], "env": {"A": "1"}}}}'
    foreign.write_text(text % tuple(f'"{word}"' for word in argv))
    one = browser("rows", "--config", str(foreign))
    screen = one.terminal.wait_for("[y/n]")
    assert f"argument 1    │ {argv[1]}" in screen
    assert "argument 2    │ many" in screen
    assert "variable      │ A=1" in screen
    assert not [line for line in marked_processes(one.mark) if "scripted_server" in line]
    one.terminal.send("y\r")
    assert one.wait() == 0
    assert b"FOUND 100" in one.terminal.output

    again = browser("rows", "--config", str(foreign))
    assert again.wait() == 0
    assert b"[y/n]" not in again.terminal.output

    foreign.write_text(text.replace('"1"', '"2"') % tuple(f'"{word}"' for word in argv))
    changed = browser("rows", "--config", str(foreign))
    changed.terminal.wait_for("[y/n]")
    changed.terminal.send("n\r")
    assert changed.wait() == 2
    assert b"did not allow" in changed.terminal.output


def test_the_browser_starts_one_server(isolated_home: Path, tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    script = tmp_path / "server.py"
    _, path, scenario = shlex.split(server_command("many"))
    script.write_text(
        f"open({str(starts)!r}, 'a').write('x')\n"
        f"import runpy, sys\nsys.argv = ['server', {scenario!r}]\n"
        f"runpy.run_path({path!r}, run_name='__main__')\n"
    )
    argv = [sys.executable, "-m", "tui_app", "--command", shlex.join((sys.executable, str(script)))]
    with Terminal(argv, environment={"HOME": str(isolated_home)}) as terminal:
        terminal.wait_for("T-1")
    assert starts.read_text() == "x"
