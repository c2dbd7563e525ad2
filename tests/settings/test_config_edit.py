"""Adding profiles to ``config.toml`` by program."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tui_app.settings.config_edit import add_profiles
from tui_app.settings.load import load_settings
from tui_app.settings.paths import config_file
from tui_app.settings.profiles import Profile
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import ConfigError

JIRA = Profile(name="jira", command=("npx", "-y", "x"), env={"TOKEN": "${env:TOKEN}"}, cwd="/src")
WriteConfig = Callable[[str], Path]


def test_a_new_file_holds_the_profile_and_is_private() -> None:
    add_profiles(config_file(), [JIRA], SYSTEM_CLOCK)
    settings = load_settings()
    assert settings.default == "jira"
    profile = settings.profiles["jira"]
    assert (profile.command, profile.env, profile.cwd) == (JIRA.command, JIRA.env, JIRA.cwd)
    assert stat.S_IMODE(config_file().stat().st_mode) == 0o600
    assert stat.S_IMODE(config_file().parent.stat().st_mode) == 0o700


def test_comments_order_and_unknown_keys_stay(write_config: WriteConfig) -> None:
    text = '# mine\ndefault = "a" # why\nfuture = [1, 2]\n\n[profiles.a]\ncommand = ["a"] # keep\ncolour = "red"\n'
    path = write_config(text)
    add_profiles(path, [JIRA], SYSTEM_CLOCK)
    assert path.read_text().startswith(text)
    assert list(load_settings().profiles) == ["a", "jira", "local"]


def test_a_profile_of_the_same_name_is_replaced_but_keeps_what_an_import_cannot_know(write_config: WriteConfig) -> None:
    path = write_config(
        '[profiles.jira]\ncommand = ["old"]\nadapter = "jira"\nfuture = 1\ncwd = "/old"\nenv = { OLD = "1" }\n'
        '[profiles.jira.pool]\nwait = 3\n[ui]\ntheme = "nord"\n'
    )
    add_profiles(path, [Profile(name="jira", command=("new",))], SYSTEM_CLOCK)
    profile = load_settings().profiles["jira"]
    assert (profile.command, profile.adapter, profile.cwd, profile.env) == (("new",), "jira", None, {})
    assert profile.pool.wait == 3
    assert "future = 1" in path.read_text()
    assert load_settings().ui.theme == "nord"


def test_awkward_names_and_values_survive(write_config: WriteConfig) -> None:
    profile = Profile(name="a.b", command=('say "hi"', "back\\slash", "línea\n2"), env={"K": "'''"})
    add_profiles(write_config(""), [profile], SYSTEM_CLOCK)
    read = load_settings().profiles["a.b"]
    assert (read.command, read.env) == (profile.command, profile.env)


@pytest.mark.parametrize("text", ["[broken", '[profiles.x]\ncommand = ["x"]\nadapter = 1\n', "profiles = 1"])
def test_a_broken_config_is_left_as_it_is(write_config: WriteConfig, text: str) -> None:
    path = write_config(text)
    with pytest.raises(ConfigError):
        add_profiles(path, [JIRA], SYSTEM_CLOCK)
    assert path.read_text() == text


def test_a_symbolic_link_is_not_written_through(write_config: WriteConfig, tmp_path: Path) -> None:
    target = tmp_path / "dotfiles.toml"
    target.write_text("")
    path = write_config("")
    path.unlink()
    path.symlink_to(target)
    with pytest.raises(ConfigError, match="symbolic link") as caught:
        add_profiles(path, [JIRA], SYSTEM_CLOCK)
    assert str(target) in caught.value.hint
    assert target.read_text() == ""


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be written"):
        add_profiles(tmp_path / "file" / "config.toml", [JIRA], SYSTEM_CLOCK)
