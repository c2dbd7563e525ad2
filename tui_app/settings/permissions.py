"""Who else could have written a file that names programs to run."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

from tui_app.tickets.errors import ConfigError


def refuse_if_others_can_write(path: Path) -> None:
    """Raise unless only this user (and the administrator) can change ``path`` or put another file in its place.

    Raises:
        ConfigError: its hint is the command that mends it.
    """
    for place in (path.resolve(), path.resolve().parent):
        status = place.stat()
        if status.st_uid not in (os.geteuid(), 0):
            raise _refused(path, f"{place} belongs to another user", f"sudo chown {os.geteuid()} {_quoted(place)}")
        if status.st_mode & stat.S_ISVTX and place.is_dir():
            continue  # as in /tmp: others may add files there, not replace this one
        if status.st_mode & stat.S_IWOTH:
            raise _refused(path, f"everybody can write {place}", f"chmod go-w {_quoted(place)}")
        if status.st_mode & stat.S_IWGRP and not _is_own_group(status.st_gid):
            raise _refused(path, f"a group can write {place}", f"chmod g-w {_quoted(place)}")


def _is_own_group(group_id: int) -> bool:
    """Whether a group is this user's private one, as many systems make for each user together with umask 002."""
    import grp
    import pwd

    try:
        user = pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(group_id)
    except KeyError:
        return False
    return group_id == user.pw_gid and group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}


def _refused(path: Path, reason: str, command: str) -> ConfigError:
    return ConfigError(
        f"{path} names programs that would be run with your rights, but {reason}.",
        hint=f"Look at what it holds, then: {command}",
        title="The configuration could have been changed by others",
    )


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
