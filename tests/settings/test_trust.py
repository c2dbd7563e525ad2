"""Commands of files that the user did not write are allowed one by one."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tui_app.settings.paths import config_file, trust_file
from tui_app.settings.profiles import AuthCommands, Profile
from tui_app.settings.trust import TrustedTarget, TrustStore, needs_trust
from tui_app.tickets.clock import SYSTEM_CLOCK

PROFILE = Profile(name="p", command=("run", "x"), env={"A": "1"}, cwd="/x", source="/mcp.json")


def test_nothing_is_trusted_at_first_and_what_was_allowed_is_next_time() -> None:
    assert not TrustStore(SYSTEM_CLOCK).is_trusted(PROFILE)
    TrustStore(SYSTEM_CLOCK).trust(PROFILE)
    assert TrustStore(SYSTEM_CLOCK).is_trusted(PROFILE)


@pytest.mark.parametrize(
    "changed",
    [
        replace(PROFILE, command=("run", "y")),
        replace(PROFILE, command=("run x",)),
        replace(PROFILE, env={"A": "2"}),
        replace(PROFILE, env={"A": "1", "LD_PRELOAD": "x"}),
        replace(PROFILE, cwd="/y"),
        replace(PROFILE, source="/other.json"),
        replace(PROFILE, auth=AuthCommands(check=("evil",))),
    ],
)
def test_whatever_changes_what_is_run_asks_again(changed: Profile) -> None:
    TrustStore(SYSTEM_CLOCK).trust(PROFILE)
    assert not TrustStore(SYSTEM_CLOCK).is_trusted(changed)


def test_what_changes_nothing_that_is_run_does_not_ask_again() -> None:
    TrustStore(SYSTEM_CLOCK).trust(PROFILE)
    assert TrustStore(SYSTEM_CLOCK).is_trusted(replace(PROFILE, name="q", adapter="jira"))


def test_the_users_own_config_is_never_asked_about(
    write_config: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = write_config("")
    monkeypatch.chdir(path.parent)
    (tmp_path / "link.toml").symlink_to(path)
    assert not needs_trust(path)
    assert not needs_trust(tmp_path / "link.toml")
    assert not needs_trust(None)


def test_every_other_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    here.mkdir()
    elsewhere.mkdir()
    (here / "config.toml").touch()
    (here / "link.toml").symlink_to(elsewhere / "config.toml")
    (tmp_path / "link.toml").symlink_to(here / "config.toml")
    (here / "down").mkdir()
    monkeypatch.chdir(here / "down")
    for file in (
        Path("config.toml"),
        Path("../config.toml"),
        here / "deep" / "config.toml",
        here / "link.toml",
        Path("../link.toml"),
        tmp_path / "link.toml",
        elsewhere / "mcp.json",
        elsewhere / "config.toml",
    ):
        assert needs_trust(file), file


@pytest.mark.parametrize("mark", [".git", ".hg", ".svn", ".jj"])
@pytest.mark.parametrize("place", ["", "conf", "deep/er"])
def test_a_config_folder_in_a_checkout_is_not_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str, place: str
) -> None:
    folder = tmp_path / "clone" / place
    folder.mkdir(mode=0o700, parents=True)
    (tmp_path / "clone" / mark).touch()  # a file, as in a worktree
    (tmp_path / "link").symlink_to(folder)
    for chosen in (folder, tmp_path / "link"):
        monkeypatch.setenv("TICKETDECK_CONFIG_DIR", str(chosen))
        assert needs_trust(config_file())
        assert not trust_file().resolve().is_relative_to(tmp_path / "clone"), "the checkout brings its own consent"


def test_a_config_folder_that_is_relative_or_open_below_the_working_folder_is_not_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "archive" / "conf"
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    monkeypatch.chdir(tmp_path / "archive")
    for chosen in ("conf", ".", "../archive/conf", str(folder)):
        monkeypatch.setenv("TICKETDECK_CONFIG_DIR", chosen)
        assert needs_trust(config_file())
    folder.chmod(0o700)
    assert not needs_trust(config_file())


def test_the_platforms_folder_is_the_users_own_in_any_checkout(
    isolated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TICKETDECK_CONFIG_DIR")
    dotfiles = isolated_home / "dotfiles" / "ticketdeck"
    dotfiles.mkdir(parents=True)
    (dotfiles.parent / ".git").mkdir()
    config_file().parent.parent.mkdir(parents=True)
    config_file().parent.symlink_to(dotfiles)
    assert not needs_trust(config_file())
    (isolated_home / ".git").mkdir()
    monkeypatch.setenv("TICKETDECK_CONFIG_DIR", str(isolated_home / "mine"))
    assert not needs_trust(config_file())


def project(folder: Path, *command: str) -> Profile:
    """A server in a folder of its own, with a script and a program."""
    folder.mkdir()
    (folder / "server.py").write_text("print(1)")
    (folder / "tool").write_text("#!/bin/sh")
    (folder / "tool").chmod(0o755)
    (folder / "server.log").write_text("")
    return Profile(name="p", command=command, source=str(folder / "mcp.json"))


COMMANDS = [
    ("python", "server.py"),
    ("python", "-X", "dev", "./server.py", "--log", "server.log"),
    ("node", "--import=./server.py"),
    ("./tool", "server.py"),
    ("sh", "-c", "anything"),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_consent_is_not_carried_to_another_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    first, second = project(tmp_path / "a", *command), project(tmp_path / "b", *command)
    for source in ("mcp.json", "./mcp.json"):
        monkeypatch.chdir(tmp_path / "a")
        TrustStore(SYSTEM_CLOCK).trust(replace(first, source=source))
        assert TrustStore(SYSTEM_CLOCK).is_trusted(replace(first, source="mcp.json"))
        assert TrustStore(SYSTEM_CLOCK).is_trusted(first), "the same file by its whole path"
        monkeypatch.chdir(tmp_path / "b")
        assert not TrustStore(SYSTEM_CLOCK).is_trusted(replace(second, source=source))
        assert not TrustStore(SYSTEM_CLOCK).is_trusted(first), "the same file in another working folder"


@pytest.mark.parametrize(
    ("command", "changed"),
    [
        (("python", "server.py"), "server.py"),
        (("node", "--import=./server.py"), "server.py"),
        (("python", "${NOT_SET:-server.py}"), "server.py"),
        (("node", "--loader", "tool", "server.py"), "server.py"),
        (("sh", "tool", "--settings=server.py"), "server.py"),
        (("${NOT_SET:-./tool}",), "tool"),
        (("./tool", "x"), "tool"),
        (("tool", "x"), "tool"),
    ],
)
def test_a_changed_script_or_program_of_the_folder_asks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], changed: str
) -> None:
    profile = project(tmp_path / "a", *command)
    monkeypatch.chdir(tmp_path / "a")
    monkeypatch.setenv("PATH", f"{tmp_path / 'a'}:/usr/bin:/bin")
    TrustStore(SYSTEM_CLOCK).trust(profile)
    assert TrustStore(SYSTEM_CLOCK).is_trusted(profile)
    content = (tmp_path / "a" / changed).read_text()
    (tmp_path / "a" / changed).write_text("other")
    assert not TrustStore(SYSTEM_CLOCK).is_trusted(profile)
    (tmp_path / "a" / changed).write_text(content)
    assert TrustStore(SYSTEM_CLOCK).is_trusted(profile)
    (tmp_path / "a" / changed).rename(tmp_path / "elsewhere")
    (tmp_path / "a" / changed).symlink_to(tmp_path / "elsewhere")
    assert not TrustStore(SYSTEM_CLOCK).is_trusted(profile)


@pytest.mark.parametrize(
    ("command", "env", "changed"),
    [
        (("sh", "-c", "cd . && exec python 'server.py' --log"), {}, "server.py"),
        (("bash", "-lc", "TOKEN=x;./tool|cat"), {}, "tool"),
        (("python", "-m", "server"), {}, "server.py"),
        (("python", "-m", "package.inner"), {}, "package/inner.py"),
        (("python", "-m", "package"), {}, "package/__main__.py"),
        (("python", "package"), {}, "package/__main__.py"),
        (("npm", "start"), {}, "package.json"),
        (("uv", "run", "serve"), {}, "pyproject.toml"),
        (("node", "."), {}, "package.json"),
        (("npx", "x"), {"NODE_OPTIONS": "--require ./hook.js"}, "hook.js"),
        (("make", "-C", ".", "serve"), {}, "Makefile"),
    ],
    ids=str,
)
def test_changed_code_that_no_word_alone_names_asks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], env: dict[str, str], changed: str
) -> None:
    profile = replace(project(tmp_path / "a", *command), env=env)
    (tmp_path / "a" / "package").mkdir()
    file = tmp_path / "a" / changed
    file.write_text("one")
    monkeypatch.chdir(tmp_path / "a")
    TrustStore(SYSTEM_CLOCK).trust(profile)
    assert TrustStore(SYSTEM_CLOCK).is_trusted(profile)
    file.write_text("other")
    assert not TrustStore(SYSTEM_CLOCK).is_trusted(profile)
    file.write_text("one")
    assert TrustStore(SYSTEM_CLOCK).is_trusted(profile)


def test_what_a_server_keeps_in_a_file_that_a_variable_names_may_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = replace(project(tmp_path / "a", "npx", "x"), env={"MEMORY": "memory.json"})
    file = tmp_path / "a" / "memory.json"
    file.write_text("{}")
    monkeypatch.chdir(tmp_path / "a")
    TrustStore(SYSTEM_CLOCK).trust(profile)
    file.write_text('{"more": 1}')
    assert TrustStore(SYSTEM_CLOCK).is_trusted(profile)


def test_a_program_that_a_variable_names_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = replace(PROFILE, command=("${RUNNER}", "x"))
    for runner in ("npx", "uvx", "/usr/bin/env"):
        monkeypatch.setenv("RUNNER", runner)
        assert not TrustStore(SYSTEM_CLOCK).is_trusted(profile)
        TrustStore(SYSTEM_CLOCK).trust(profile)
        assert TrustStore(SYSTEM_CLOCK).is_trusted(profile)


def test_a_log_that_grows_beside_the_script_does_not_ask_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = project(tmp_path / "a", "python", "server.py", "--log", "server.log")
    monkeypatch.chdir(tmp_path / "a")
    TrustStore(SYSTEM_CLOCK).trust(profile)
    (tmp_path / "a" / "server.log").write_text("a line")
    assert TrustStore(SYSTEM_CLOCK).is_trusted(profile)


def test_what_the_user_keeps_at_home_may_change(isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = isolated_home / "src" / "server.py"
    script.parent.mkdir()
    script.touch()
    profile = Profile(name="p", command=("python", str(script)), source=str(isolated_home / ".claude.json"))
    monkeypatch.chdir(isolated_home)
    TrustStore(SYSTEM_CLOCK).trust(profile)
    script.write_text("edited")
    assert TrustStore(SYSTEM_CLOCK).is_trusted(profile)


def test_a_pipe_among_the_arguments_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = project(tmp_path / "a", "python", "pipe", ".", "/", "x" * 5000, "a\0b")
    os.mkfifo(tmp_path / "a" / "pipe")
    monkeypatch.chdir(tmp_path / "a")
    TrustStore(SYSTEM_CLOCK).trust(profile)
    assert TrustStore(SYSTEM_CLOCK).is_trusted(profile)


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({}, True),
        ({"cwd": "/srv/fixed"}, True),
        ({"cwd": "sub"}, False),
        ({"source": "mcp.json"}, False),
        ({"command": ("python", "server.py")}, False),
        ({"command": ("./tool",)}, False),
    ],
)
def test_consent_of_0_1_0_holds_where_it_means_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], holds: bool
) -> None:
    profile = replace(project(tmp_path / "a", "run", "--fast"), **changes)
    monkeypatch.chdir(tmp_path / "a")
    what: dict[str, Any] = {
        "command": profile.command,
        "env": {},
        "cwd": profile.cwd,
        "auth": None,
        "source": profile.source,
    }
    digest = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()
    trust_file().parent.mkdir(mode=0o700)
    trust_file().write_text(json.dumps({"version": 1, "allowed": {digest: {}, "another": {}}}))
    assert TrustStore(SYSTEM_CLOCK).is_trusted(profile) is holds
    allowed = json.loads(trust_file().read_text())["allowed"]
    assert (digest in allowed) is not holds
    assert "another" in allowed


def test_no_value_of_a_variable_is_written_down() -> None:
    profile = replace(PROFILE, env={"A_PASS": "canary", "B": "canary"}, command=("run", "--token", "canary-token"))
    TrustStore(SYSTEM_CLOCK).trust(profile)
    assert "canary" not in trust_file().read_text()


def test_a_target_reached_over_the_network_is_remembered_by_its_address() -> None:
    first, second = (TrustedTarget(source="/mcp.json", url=f"https://{host}/mcp") for host in ("a", "b"))
    assert first.digest != second.digest
    assert first.digest == TrustedTarget(source="/mcp.json", url="https://a/mcp").digest
