"""The whole way of a login: the program in a pseudo-terminal, a tracker that refuses, a tool that asks for a PIN."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tests.worker.test_login_commands import alive

HERE = Path(__file__).parent


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A configured tracker that refuses until the login tool has left a token."""
    config = tmp_path / "config"
    config.mkdir(mode=0o700)
    log_in = tmp_path / "log_in.py"
    log_in.write_text(
        "import getpass, pathlib, sys\n"
        "right = getpass.getpass('PIN: ') == '1234'\n"
        f"right and pathlib.Path({str(tmp_path)!r}, 'token').touch()\n"
        "sys.exit(not right)\n"
    )
    file = config / "config.toml"
    server = [sys.executable, str(HERE / "scripted_server.py"), "refuses", str(tmp_path)]
    file.write_text(
        f'default = "work"\n[profiles.work]\ncommand = {server!r}\n'
        f"auth = {{ login = {[sys.executable, str(log_in)]!r} }}\n"
    )
    file.chmod(0o600)
    return {"TICKETDECK_CONFIG_DIR": str(config), "PYTHONPATH": str(HERE.parent.parent)}


def search(environment: dict[str, str]) -> Terminal:
    argv = [sys.executable, "-m", "tui_app", "search", "--max-results", "3"]
    return Terminal(argv, environment=environment, directory=str(HERE.parent.parent))


@pytest.mark.parametrize(
    ("keys", "exit_code", "words"),
    [("1234\r", 0, "OPS-3"), ("0000\r", 3, "The login failed"), ("\x03", 3, "The login was cancelled")],
    ids=["right", "wrong", "ctrl-c"],
)
def test_a_search_that_needs_a_login_asks_for_it_on_the_terminal(
    environment: dict[str, str], tmp_path: Path, keys: str, exit_code: int, words: str
) -> None:
    with search(environment) as screen:
        screen.wait_for("PIN:")
        screen.send(keys)

        assert screen.wait_for_exit() == exit_code
        assert words in screen.text

    pids = [int(line) for line in (tmp_path / "pids").read_text().split()]
    assert not [pid for pid in pids if alive(pid)]
