"""A config that another user could have written, or put in place of the user's own, is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui_app.settings.permissions import refuse_if_others_can_write
from tui_app.tickets.errors import ConfigError

ROOT = os.geteuid() == 0
OTHER_USER = 12345


def new_file(path: Path) -> Path:
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.touch(mode=0o644)
    return path


@pytest.fixture
def home(isolated_home: Path) -> Path:
    return isolated_home


@pytest.mark.parametrize("open_folder", ["home", "home/a", "home/a/b", "outside", "outside/c"])
def test_each_folder_up_to_home_counts_and_on_other_ways_all(tmp_path: Path, home: Path, open_folder: str) -> None:
    path = new_file(tmp_path / ("home/a/b/config.toml" if open_folder.startswith("home") else "outside/c/config.toml"))
    refuse_if_others_can_write(path)
    (tmp_path / open_folder).chmod(0o777)
    with pytest.raises(ConfigError, match="everybody can write") as caught:
        refuse_if_others_can_write(path)
    assert caught.value.hint.endswith(f"chmod go-w {tmp_path / open_folder}")


def test_folders_above_home_do_not_count(tmp_path: Path, home: Path) -> None:
    path = new_file(home / "config.toml")
    tmp_path.chmod(0o777)
    refuse_if_others_can_write(path)


@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize("through", ["file", "folder", "link to a link"])
def test_the_folder_of_a_link_counts_itself(home: Path, absolute: bool, through: str) -> None:
    target = new_file(home / "safe" / "config.toml")
    links = home / "links"
    links.mkdir()
    aim = target.parent if through == "folder" else target
    (links / "link").symlink_to(aim if absolute else Path("..", *aim.relative_to(home).parts))
    path = links / "link" / "config.toml" if through == "folder" else links / "link"
    if through == "link to a link":
        path = home / "first"
        path.symlink_to(links / "link")
    refuse_if_others_can_write(path)
    links.chmod(0o777)
    with pytest.raises(ConfigError, match=f"everybody can write {links}"):
        refuse_if_others_can_write(path)


def test_a_sticky_folder_is_no_fault_for_what_the_user_owns_in_it(home: Path) -> None:
    path = new_file(home / "shared" / "mine" / "config.toml")
    (home / "shared" / "link").symlink_to(path)
    (home / "shared").chmod(0o1777)
    refuse_if_others_can_write(path)
    refuse_if_others_can_write(home / "shared" / "link")
    path.chmod(0o666)
    with pytest.raises(ConfigError, match="everybody can write"):
        refuse_if_others_can_write(home / "shared" / "link")


@pytest.mark.skipif(not ROOT, reason="only root can give a file away")
@pytest.mark.parametrize("what", ["link", "folder", "file"])
@pytest.mark.parametrize("mode", [0o755, 0o1777])
def test_what_another_user_owns_is_refused_wherever_it_is(home: Path, what: str, mode: int) -> None:
    path = new_file(home / "shared" / "folder" / "config.toml")
    link = home / "shared" / "link"
    link.symlink_to(path)
    (home / "shared").chmod(mode)
    refuse_if_others_can_write(link)
    owned = {"link": link, "folder": path.parent, "file": path}[what]
    os.lchown(owned, OTHER_USER, OTHER_USER)
    with pytest.raises(ConfigError, match=f"{owned} belongs to another user") as caught:
        refuse_if_others_can_write(link)
    assert f"chown -h {os.geteuid()} {owned}" in caught.value.hint


def test_parent_steps_and_relative_paths_are_followed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_file(home / "a" / "config.toml")
    (home / "b").mkdir()
    monkeypatch.chdir(home / "b")
    refuse_if_others_can_write(Path("../a/config.toml"))
    (home / "b").chmod(0o777)
    with pytest.raises(ConfigError, match=f"everybody can write {home / 'b'}"):
        refuse_if_others_can_write(Path("../a/config.toml"))
