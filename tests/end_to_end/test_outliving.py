"""Nothing that the program starts outlives it, whatever it ignores and however the program ends; no text is left."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from pathlib import Path

import pytest

from tests.end_to_end.driving import PROGRAM
from tests.processes import marked_processes, new_mark, wait_until, wait_until_gone
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("card_seen")

STUBBORN = [sys.executable, "-S", str(Path(__file__).with_name("stubborn.py"))]
SERVER = [sys.executable, "-m", "tests.benchmarks.servers", "30", "structured"]
KEYS = {"q": "q", "ctrl-c": "\x03", "ctrl-q": "\x11"}
OWN = {"command": ("F", "false"), "unseen command": ("H", "true")}
"""Where the stubborn program is a command of the user's own, to its key and whether it runs in the background."""
SIGNALS = {"TERM": signal.SIGTERM, "HUP": signal.SIGHUP, "KILL": signal.SIGKILL}


class Started:
    """The browser, with a stubborn program somewhere below it."""

    def __init__(self, home: Path, where: str) -> None:
        self.mark = new_mark()
        self.temporary = home / "tmp"
        self.temporary.mkdir()
        self.file = home / "started"
        stubborn = [*STUBBORN, str(self.file)]
        config = home / "config" / "config.toml"
        config.parent.mkdir(mode=0o700)
        config.write_text(_config(where, stubborn, self.mark))
        config.chmod(0o600)
        environment = {
            **self.mark,
            "TMPDIR": str(self.temporary),
            "PAGER": shlex.join(stubborn),
            "VISUAL": shlex.join(stubborn),
        }
        self.terminal = Terminal(PROGRAM, environment=environment)

    def until_started(self, key: str) -> None:
        """``key`` starts the stubborn program, where it is started by one."""
        if key:
            self.terminal.wait_for("BENCH-21 ")
            self.terminal.send(key)
        wait_until(lambda: self.terminal.read(0.05) and self.file.exists())
        if not key:
            self.terminal.wait_for("q Quit")

    def end(self, ending: str, *, is_asked: bool = False) -> None:
        """End the browser, which asks whether to wait for a command if ``is_asked``; returns when it has gone."""
        if ending in SIGNALS:
            os.kill(self.terminal.process.pid, SIGNALS[ending])
        else:
            self.terminal.send(KEYS[ending])
        if is_asked:
            self.terminal.wait_for("Leave at once")
            self.terminal.send("\x1b[B")
            self.terminal.send("\r")
        self.terminal.wait_for_exit()


def _config(where: str, stubborn: list[str], mark: dict[str, str]) -> str:
    command = [*stubborn, "--become", *SERVER] if where == "server" else SERVER
    auth = {
        "check": f"check = {stubborn!r}",
        "login": f"check = ['false']\nlogin = {stubborn!r}\ninteractive = false",
    }.get(where, "")
    ((name, value),) = mark.items()
    return "\n".join(
        (
            "[profiles.work]",
            f"command = {command!r}",
            f"cwd = '{Path(__file__).parents[2]}'",
            f"env = {{ {name} = '{value}', HELPED = '{_helper(where, stubborn)}' }}",
            f"[profiles.work.auth]\n{auth}" if auth else "",
            *(f"[[commands]]\nrun = {stubborn!r}\nkey = '{key}'\nbackground = {seen}" for key, seen in OWN.values()),
        )
    )


def _helper(where: str, stubborn: list[str]) -> str:
    return f"${{command:{shlex.join(stubborn)}}}" if where == "helper" else ""


QUICK = {
    ("server", "q"), ("check", "TERM"), ("login", "KILL"), ("helper", "q"), ("editor", "HUP"), ("pager", "KILL"),
    ("command", "HUP"), ("unseen command", "KILL"),
}  # fmt: skip
"""Each of the started and each of the endings once; all pairs are among the slow tests."""
CASES = [
    *(("server", ending) for ending in ("q", "ctrl-c", "TERM", "HUP", "KILL")),
    *(("check", ending) for ending in ("q", "ctrl-c", "TERM", "HUP", "KILL")),
    *(("login", ending) for ending in ("ctrl-q", "TERM", "KILL")),
    *(("helper", ending) for ending in ("q", "HUP", "KILL")),
    *(("editor", ending) for ending in ("TERM", "HUP", "KILL")),
    *(("pager", ending) for ending in ("TERM", "HUP", "KILL")),
    *(("command", ending) for ending in ("TERM", "HUP", "KILL")),
    *(("unseen command", ending) for ending in ("q", "ctrl-c", "TERM", "HUP", "KILL")),
]


@pytest.mark.parametrize(
    ("where", "ending"), [pytest.param(*case, marks=[] if case in QUICK else pytest.mark.slow) for case in CASES]
)
def test_what_ignores_every_request_and_what_has_left_its_session_ends_with_the_program(
    isolated_home: Path, where: str, ending: str
) -> None:
    started = Started(isolated_home, where)
    with started.terminal:
        keys = {"editor": "E", "pager": "|"} | {name: key for name, (key, _) in OWN.items()}
        started.until_started(keys.get(where, ""))
        assert marked_processes(started.mark)

        started.end(ending, is_asked=where == "unseen command" and ending in ("q", "ctrl-c"))

        if ending == "KILL":
            wait_until_gone(started.mark)
        else:
            assert not marked_processes(started.mark)  # the program waits for it
            assert not list(started.temporary.glob("ticketdeck-*"))


@pytest.mark.parametrize(
    ("command", "ending"),
    [
        (("comment", "PAY-1", "--editor"), "KILL"),
        *(
            pytest.param(command, ending, marks=pytest.mark.slow)
            for command, ending in (
                (("comment", "PAY-1", "--editor"), "TERM"),
                (("comment", "PAY-1", "--editor"), "HUP"),
                (("config", "edit"), "KILL"),
                (("config", "edit"), "TERM"),
                (("config", "edit"), "HUP"),
            )
        ),
    ],
)
def test_an_editor_that_a_command_has_opened_ends_with_it(
    isolated_home: Path, command: tuple[str, ...], ending: str
) -> None:
    mark, file = new_mark(), isolated_home / "started"
    editor = {"VISUAL": shlex.join([*STUBBORN, str(file)])}
    with Terminal([*PROGRAM, *command], environment={**mark, **editor}) as terminal:
        wait_until(lambda: terminal.read(0.05) and file.exists())
        os.kill(terminal.process.pid, SIGNALS[ending])
        terminal.wait_for_exit()
        wait_until_gone(mark)


def test_what_a_killed_program_has_lent_is_deleted_by_the_next_one(isolated_home: Path) -> None:
    started = Started(isolated_home, "editor")
    with started.terminal:
        started.until_started("E")
        (lent,) = started.temporary.glob("ticketdeck-*")
        assert "BENCH-" in (lent / "ticket.md").read_text()
        started.end("KILL")
    assert lent.exists()

    with Terminal(PROGRAM, environment={**started.mark, "TMPDIR": str(started.temporary)}) as terminal:
        terminal.wait_for("BENCH-21 ")
        wait_until(lambda: not lent.exists())
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
    wait_until_gone(started.mark)
