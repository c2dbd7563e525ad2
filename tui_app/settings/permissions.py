"""Refuses a file that names programs to run if another user could have written it."""

from __future__ import annotations

import grp
import os
import pwd
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from tui_app.settings.paths import here
from tui_app.tickets.errors import ConfigError


def refuse_if_others_can_write(path: Path) -> None:
    """Raise unless only this user (and the administrator) can change ``path`` or put another file in its place.

    Every folder and link on the way to it counts, except the folders above the home folder.

    Raises:
        ConfigError: its hint is the command that repairs it.
        OSError: ``path`` does not exist, or a folder on the way cannot be looked at.
    """
    above_home = _above_home()
    for place in _way_to(path):
        if place in above_home:
            continue
        status = place.lstat()
        if status.st_uid not in (os.geteuid(), 0):
            raise _refused(path, f"{place} belongs to another user", f"sudo chown -h {os.geteuid()} {_quoted(place)}")
        if stat.S_ISLNK(status.st_mode):
            continue  # who may replace a link is a matter of its folder
        if stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX:
            continue  # as in /tmp: others may add files there, not replace this one, whose owner is looked at
        if status.st_mode & stat.S_IWOTH:
            raise _refused(path, f"everybody can write {place}", f"chmod go-w {_quoted(place)}")
        if status.st_mode & stat.S_IWGRP and not _is_own_group(status.st_gid):
            raise _refused(path, f"a group can write {place}", f"chmod g-w {_quoted(place)}")


def _above_home() -> set[Path]:
    try:
        return set(Path.home().resolve().parents)
    except RuntimeError:  # this user has no home directory
        return set()


def _way_to(path: Path) -> Iterator[Path]:
    """Every folder, link and file that is passed on the way to ``path``, which exists; none has a link in its name."""
    left = [*reversed((here() / path).parts)]
    place = Path(left.pop())
    yield place
    while left:
        part = left.pop()
        if part == "..":
            place = place.parent
            continue
        place /= part
        yield place
        if place.is_symlink():
            left += reversed(place.readlink().parts)
            place = place.parent  # joined with an absolute target it is that target


def _is_own_group(group_id: int) -> bool:
    """Whether a group is this user's private one, as many systems make for each user together with umask 002."""
    try:
        user = pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(group_id)
    except KeyError:
        return False
    return group_id == user.pw_gid and group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}


def _refused(path: Path, reason: str, command: str) -> ConfigError:
    return ConfigError(
        f"{path} names programs that run with your rights, but {reason}.",
        hint=f"Check its content, then run: {command}",
        title="Other users can change the configuration",
    )


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
