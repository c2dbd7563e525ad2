"""A login on the user's terminal, in a pseudo-terminal with a program that asks for a PIN."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.worker.login_commands import Ending, run_on_terminal

HERE = Path(__file__).parent
LOGIN = (sys.executable, str(HERE / "login_program.py"))
ROOT = str(HERE.parent.parent)


def terminal(*argv: str, seconds: float = 20) -> Terminal:
    program = [sys.executable, str(HERE / "terminal_program.py"), str(seconds), *argv]
    return Terminal(program, environment={"PYTHONPATH": ROOT})


def test_the_right_pin_logs_in_and_the_terminal_is_ours_again() -> None:
    with terminal(*LOGIN) as screen:
        screen.wait_for("PIN:")
        screen.send("1234\r")
        shown = screen.wait_for("end")

    assert "outcome=done interrupted=False own=True echo=True left=b''" in shown
    assert "1234" not in shown
    assert "logging in" in shown


def test_a_wrong_pin_is_a_failed_login() -> None:
    with terminal(*LOGIN) as screen:
        screen.wait_for("PIN:")
        screen.send("0000\r")

        assert "outcome=failed" in screen.wait_for("end")


@pytest.mark.parametrize("keys", ["\x03", "\x1a", "\x1c"], ids=["ctrl-c", "ctrl-z", "ctrl-backslash"])
def test_an_interrupt_ends_the_login_only(keys: str) -> None:
    with terminal(*LOGIN) as screen:
        screen.wait_for("PIN:")
        screen.send(keys)
        shown = screen.wait_for("end")

    assert "outcome=cancelled interrupted=False own=True echo=True" in shown


def test_what_was_typed_ahead_is_forgotten() -> None:
    with terminal(*LOGIN, "--slow") as screen:
        screen.wait_for("PIN:")
        screen.send("1234\r")
        screen.wait_for("touch the key")
        screen.send("jjq\r/secret")

        assert "outcome=done interrupted=False own=True echo=True left=b''" in screen.wait_for("end")


def test_a_login_that_takes_too_long_is_ended_even_if_it_is_deaf() -> None:
    with terminal(*LOGIN, "--deaf", seconds=0.5) as screen:
        shown = screen.wait_for("end")

    assert "outcome=timed out interrupted=False own=True echo=True" in shown


def test_a_missing_login_command_is_told_without_touching_the_terminal() -> None:
    assert run_on_terminal(("no-such-login-tool",), 5, SYSTEM_CLOCK).ending is Ending.MISSING


def test_without_a_terminal_nothing_is_run() -> None:
    program = (
        "from tui_app.worker.login_commands import run_on_terminal as run; import sys;"
        "from tui_app.tickets.clock import SYSTEM_CLOCK;"
        "print(run([sys.executable, '-c', 'open(\"ran\", \"w\")'], 5, SYSTEM_CLOCK))"
    )
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, start_new_session=True, capture_output=True, text=True, timeout=20
    )

    assert "there is no terminal" in done.stdout
    assert not (Path(ROOT) / "ran").exists()
