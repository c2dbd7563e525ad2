"""Private fields and secrets reach no file and no screen: looked for in every file written and every byte shown."""

from __future__ import annotations

import os
import signal
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from tests.cases import one_quick
from tests.end_to_end.driving import PROGRAM, at_table, leave
from tests.end_to_end.hostile_server import PRIVATE
from tests.end_to_end.output import copied
from tests.end_to_end.tour import OTHER_SECRET, SECRET, STOPS, files_below, open_browser, visit, write_home
from tests.processes import new_mark, wait_until_gone

pytestmark = pytest.mark.usefixtures("card_seen")

CANARIES = tuple(
    form
    for word in (PRIVATE, SECRET, OTHER_SECRET)
    for form in (word.encode(), b64encode(word.encode())[:-4], word.encode("utf-16-le"), word[::-1].encode())
)
SEEN = tuple(stop for stop in STOPS if stop.keys[0] in "\rPf")
"""The whole ticket, its raw answer, the server with its output, the values of fields."""


def leaks(home: Path, output: bytes) -> list[str]:
    """Where a canary was found."""
    places = {str(path.relative_to(home)): content for path, content in files_below(home).items()}
    places["the terminal"] = output
    places["the clipboard"] = "\n".join(copied(output)).encode()
    return [f"{word!r} in {name}" for name, content in places.items() for word in CANARIES if word in content]


@pytest.mark.slow
@pytest.mark.timeout(150)
def test_the_browser_shows_and_writes_no_canary(isolated_home: Path) -> None:
    environment = {**write_home(isolated_home), **(mark := new_mark())}
    log = isolated_home / "log.txt"
    with open_browser(environment, "--log", str(log)) as terminal:
        for stop in SEEN:
            visit(terminal, stop)
        for ending in ("csv", "json", "jsonl", "md"):
            target = isolated_home / f"all.{ending}"
            terminal.send(f"X{target}\r")
            terminal.wait_for(lambda text, file=target: file.exists() and at_table(text))  # type: ignore[misc]
        terminal.send("ywhole\r")
        terminal.wait_for("Copied")
        terminal.send(f"s{SECRET}\r")  # what the user searches is the user's own doing, and yet no log's business
        terminal.wait_for(lambda text: "with “" in text and "60 tickets" in text)
        terminal.send("x")
        terminal.wait_for(lambda text: "Every ticket" in text and "60 tickets" in text)
        terminal.send("sfail\r")
        terminal.wait_for("filtered here")
        leave(terminal)
        wait_until_gone(mark)
        output = bytes(terminal.output)
    assert b"Search on evil" in log.read_bytes()
    assert SECRET.encode() not in log.read_bytes()
    recents = isolated_home / "config" / "recents.json"
    shown = output.replace(SECRET.encode(), b"")
    assert [leak for leak in leaks(isolated_home, shown) if recents.name not in leak] == []


def test_a_crash_report_holds_no_canary(isolated_home: Path) -> None:
    with open_browser(write_home(isolated_home)) as terminal:
        terminal.send("\r")
        os.kill(terminal.process.pid, signal.SIGQUIT)
        assert terminal.wait_for_exit() == 128 + signal.SIGQUIT
        assert list(isolated_home.rglob("crash-*.txt"))
        assert leaks(isolated_home, bytes(terminal.output)) == []


@pytest.mark.parametrize(
    "command",
    [
        ["search", "--format", "json", "--log", "log.txt"],
        ["doctor"],
        *one_quick(
            ["show", "EVIL-1", "--format", "json"],
            ["search", "fail", "--format", "json", "--log", "log.txt"],
            ["doctor", "--format", "json", "--log", "log.txt"],
            *(["search", "--format", form] for form in ("table", "jsonl", "csv", "markdown")),
            ["show", "EVIL-1", "--format", "markdown"],
            ["profiles"],
        ),
    ],
    ids=" ".join,
)
def test_a_command_prints_and_writes_no_canary(isolated_home: Path, command: list[str]) -> None:
    environment = {**os.environ, **write_home(isolated_home)}
    done = subprocess.run(
        [*PROGRAM, *command], env=environment, cwd=isolated_home, capture_output=True, check=False, timeout=50
    )
    assert done.stdout
    assert leaks(isolated_home, done.stdout + done.stderr) == []


def test_the_server_is_shown_with_the_reference_and_not_with_what_it_stands_for(isolated_home: Path) -> None:
    environment = {**os.environ, **write_home(isolated_home)}
    done = subprocess.run(
        [*PROGRAM, "doctor"], env=environment, capture_output=True, text=True, check=False, timeout=50
    )
    assert "${env:TOKEN}" in done.stdout


def vault(folder: Path) -> Path:
    """A password manager, and a keyring's tool, that keep the secret in pieces: no file of the test's holds it."""
    begin, _, end = SECRET.partition("secret")
    folder.mkdir()
    for name in ("vault", "secret-tool"):
        tool = folder / name
        tool.write_text(f"#!/bin/sh\nprintf '%s%s%s' '{begin}' secret '{end}'\n")
        tool.chmod(0o755)
    return folder / "vault"


@pytest.mark.parametrize("source", one_quick("command", "env", "keyring"))
@pytest.mark.parametrize("command", one_quick(["search", "--format", "json"], ["doctor"]), ids=" ".join)
def test_wherever_a_secret_comes_from_it_goes_to_the_server_alone(
    isolated_home: Path, source: str, command: list[str]
) -> None:
    tool = vault(isolated_home / "tools")
    reference = {"env": "${env:TOKEN}", "command": f"${{command:{tool}}}", "keyring": "${keyring:tracker/me}"}[source]
    environment = {**os.environ, **write_home(isolated_home, secret=reference)}
    environment["PATH"] = f"{tool.parent}:/usr/bin:/bin"  # no `keyring` of the developer's
    if source != "env":
        del environment["TOKEN"]
    argv = [*PROGRAM, *command, "--log", str(isolated_home / "log.txt")]
    done = subprocess.run(argv, env=environment, capture_output=True, check=False, timeout=50)
    assert done.returncode == 0
    assert b"the server knows ****" in done.stdout or command == ["doctor"]
    assert leaks(isolated_home, done.stdout + done.stderr) == []
