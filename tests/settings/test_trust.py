"""Commands of files that the user did not write are allowed one by one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tui_app.settings.profiles import AuthCommands, Profile
from tui_app.settings.trust import TrustStore, needs_trust

PROFILE = Profile(name="p", command=("run", "x"), env={"A": "1"}, cwd="/x", source="/mcp.json")


def test_nothing_is_trusted_at_first_and_what_was_allowed_is_next_time() -> None:
    assert not TrustStore().is_trusted(PROFILE)
    TrustStore().trust(PROFILE)
    assert TrustStore().is_trusted(PROFILE)


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
    TrustStore().trust(PROFILE)
    assert not TrustStore().is_trusted(changed)


def test_what_changes_nothing_that_is_run_does_not_ask_again() -> None:
    TrustStore().trust(PROFILE)
    assert TrustStore().is_trusted(replace(PROFILE, name="q", adapter="jira"))


def test_the_users_own_config_is_never_asked_about(
    write_config: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_config("")
    monkeypatch.chdir(path.parent)
    assert not needs_trust(path)
    assert not needs_trust(None)


def test_files_of_the_current_directory_and_of_other_programs_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    here.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(here)
    assert needs_trust(Path("config.toml"))
    assert needs_trust(here / "deep" / "config.toml")
    assert needs_trust(elsewhere / "mcp.json")
    assert not needs_trust(elsewhere / "config.toml")


def test_a_link_to_a_file_of_the_current_directory_is_that_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "config.toml").touch()
    (tmp_path / "link.toml").symlink_to(here / "config.toml")
    monkeypatch.chdir(here)
    assert needs_trust(tmp_path / "link.toml")
