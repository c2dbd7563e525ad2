"""``[[commands]]`` and the name of a branch in the config: what they give, and how their mistakes are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tui_app.settings.config_faults import config_faults
from tui_app.settings.load import load_settings
from tui_app.settings.model import ConfiguredCommand
from tui_app.settings.views import read_checkout
from tui_app.tickets.errors import ConfigError

WriteConfig = Callable[[str], Path]

TWO = """\
[[commands]]
name = "Branch"
key = "b"
run = "git switch -c {branch}"
where = "table"

[[commands]]
run = "gh issue close {url} | tee -a '{{log}}'"
shell = true
background = true
marked = "list"
trackers = ["local"]
confirm = true
pause = true
refresh = true
"""


def test_commands_are_read(write_config: WriteConfig) -> None:
    write_config(TWO)
    settings = load_settings()
    assert settings.notices == ()
    line = "gh issue close {url} | tee -a '{{log}}'"
    assert settings.ui.commands == (
        ConfiguredCommand(("git", "switch", "-c", "{branch}"), name="Branch", key="b", where="table"),
        ConfiguredCommand(
            (line,), name=line, trackers=("local",), shell=True, background=True, marked="list", confirm=True,
            pause=True, refresh=True,
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "key", "words"),
    [
        ('key = "b"', "", "it has no run"),
        ("run = 7", ".run", "does not fit"),
        ('run = ""', ".run", "it is empty"),
        ('run = "git \'x"', ".run", "cannot be split into words"),
        ('run = "git {titel}"', ".run", "Did you mean {title}?"),
        ('run = "git"\nwhere = "form"', ".where", "does not fit"),
        ('run = "git"\nmarked = "all"', ".marked", "does not fit"),
        ('run = "git"\nshell = "yes please"', ".shell", "does not fit"),
        ('run = "git"\ntrackers = ["none"]', ".trackers", "there is no profile 'none'"),
        ('run = ["git", "x"]\nshell = true', ".run", "a shell takes one line"),
        ('run = "git {id}"\nwhere = "anywhere"', ".where", "{id} is of a ticket"),
        ("run = \"echo '{id}'\"\nshell = true", ".run", "between quotation marks"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_key(write_config: WriteConfig, table: str, key: str, words: str) -> None:
    path = write_config(f"[[commands]]\nrun = 'x'\n\n[[commands]]\n{table}\n")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert f"{path}, line " in caught.value.cause
    assert f": commands[1]{key}: " in caught.value.cause
    assert words in f"{caught.value.cause} {caught.value.hint}"
    faults, *_ = config_faults(path, path.read_text())
    assert len(faults) == 1


def test_an_unknown_key_of_a_command_is_told_with_the_nearest(write_config: WriteConfig) -> None:
    write_config('[[commands]]\nrun = "git"\nkeys = "b"\n')
    (notice,) = load_settings().notices
    assert "line 3: commands[0].keys is not known and has no effect. Did you mean key?" in notice


def test_only_the_users_own_config_holds_commands_and_sites(tmp_path: Path) -> None:
    other = tmp_path / "handed-over" / "config.toml"
    other.parent.mkdir(mode=0o700)
    other.write_text(f'[profiles.work]\ncommand = ["x"]\nsites = ["evil.example"]\n{TWO}')
    other.chmod(0o600)
    settings = load_settings(other)
    assert settings.ui.commands == ()
    assert settings.profiles["work"].sites == ()
    told = " ".join(settings.notices)
    assert f"commands in {other} has no effect: only " in told
    assert f"profiles.work.sites in {other} has no effect: only " in told


def test_a_repositorys_file_holds_no_commands(tmp_path: Path) -> None:
    folder = tmp_path / "checkout"
    (folder / ".git").mkdir(parents=True)
    (folder / ".ticketdeck.toml").write_text(f'query = "is:open"\n{TWO}')
    checkout = read_checkout(folder, ())
    assert checkout.query == "is:open"
    assert "commands has no effect there" in checkout.notices[0]


def test_a_template_names_branches(write_config: WriteConfig) -> None:
    write_config('[ui]\nbranch = "feature/{id}-{title}"\n')
    assert load_settings().ui.branch == "feature/{id}-{title}"
    path = write_config('[ui]\nbranch = "{key}-x"\n')
    with pytest.raises(ConfigError, match=r"line 2: ui\.branch: there is no \{key\}") as caught:
        load_settings()
    assert str(path) in caught.value.cause


@pytest.mark.parametrize("site", ["https://x/path", "a b", "", "*"])
def test_a_site_that_is_no_host_is_a_mistake(write_config: WriteConfig, site: str) -> None:
    write_config(f'[profiles.work]\ncommand = ["x"]\nsites = ["{site}"]\n')
    with pytest.raises(ConfigError, match=r"line 3: profiles\.work\.sites: .* is not a host"):
        load_settings()
