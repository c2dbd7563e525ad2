"""The paths of all files. Nothing here creates a directory: whoever writes a file does.

The environment variables come first, so that an installation can be moved, or tried beside one's own.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

APPLICATION = "ticketdeck"

_NOWHERE = Path(os.devnull) / APPLICATION
"""For a user without a home: reading and writing there fail with the usual errors."""

_CHECKOUT_MARKS = (".git", ".hg", ".svn", ".jj", ".bzr", "_darcs", ".pijul", "CVS")
_FOR_OTHERS = 0o077


def config_dir() -> Path:
    """Config, searches and consent: ``$TICKETDECK_CONFIG_DIR``, else the platform's config directory."""
    return _directory("TICKETDECK_CONFIG_DIR", "user_config_dir")


def config_is_own() -> bool:
    """Whether `config_dir` is the user's own place and not a part of something that was handed over, as a checkout is.

    The platform's place below the home folder always is. Another one, chosen by a variable, must be absolute, outside
    of every checkout, and private if it is below the working folder.
    """
    chosen = config_dir()
    if chosen == _default_config_dir():
        return True
    folder = chosen.resolve()
    return chosen.is_absolute() and not _in_checkout(folder) and not _in_open_working_folder(folder)


def _default_config_dir() -> Path:
    """The platform's config directory where no variable moves it."""
    try:
        parts = ("Library", "Application Support") if sys.platform == "darwin" else (".config",)
        return Path.home().joinpath(*parts, APPLICATION)
    except RuntimeError:
        return _NOWHERE


def _in_checkout(folder: Path) -> bool:
    """Whether ``folder`` is in a checkout; that the home folder, or one above it, is one does not count."""
    homes = home_and_above()
    places = (place for place in (folder, *folder.parents) if place not in homes)
    return any(os.path.lexists(place / mark) for place in places for mark in _CHECKOUT_MARKS)


def here() -> Path:
    """The working folder; the root where that was deleted meanwhile, as a checkout may be."""
    try:
        return Path.cwd()
    except OSError:
        return Path(os.sep)


def _in_open_working_folder(folder: Path) -> bool:
    """Whether ``folder`` is below the working folder and others may read it, as in an unpacked archive."""
    working = here().resolve()
    if working in home_and_above() or not folder.is_relative_to(working):
        return False
    return bool(folder.exists() and folder.stat().st_mode & _FOR_OTHERS)


def home_and_above() -> frozenset[Path]:
    """The home folder and all above it, with links followed: what is in these is not taken for handed over."""
    try:
        home = Path.home().resolve()
    except RuntimeError:
        return frozenset()
    return frozenset((home, *home.parents))


def data_dir() -> Path:
    """The embedded tracker's database: ``$TICKETDECK_DATA_DIR``, else the platform's data directory."""
    return _directory("TICKETDECK_DATA_DIR", "user_data_dir")


def state_dir() -> Path:
    """Looks, eras and crash reports: ``$TICKETDECK_STATE_DIR``, else the platform's state directory."""
    return _directory("TICKETDECK_STATE_DIR", "user_state_dir")


def _directory(variable: str, kind: str) -> Path:
    chosen = os.environ.get(variable)
    try:
        path = Path(chosen).expanduser() if chosen else _platforms_directory(kind)
    except RuntimeError:  # this user has no home directory
        return _NOWHERE
    return path if chosen or path.is_absolute() else _NOWHERE


def _platforms_directory(kind: str) -> Path:
    import platformdirs  # late: saves 10 ms if the variable is set

    return Path(getattr(platformdirs, kind)(APPLICATION, appauthor=False))


def config_file() -> Path:
    """``config.toml``."""
    return config_dir() / "config.toml"


def recents_file() -> Path:
    """Recent and saved searches."""
    return config_dir() / "recents.json"


def trust_file() -> Path:
    """The commands of other programs' files that the user allowed; never beside a config that is not the user's own."""
    return (config_dir() if config_is_own() else _default_config_dir()) / "trusted.json"


def state_file() -> Path:
    """Theme, columns, panes."""
    return state_dir() / "state.json"


def era_file() -> Path:
    """The protocol era of each server command."""
    return state_dir() / "eras.json"


def learned_file() -> Path:
    """What was found out of servers by trial."""
    return state_dir() / "learned.json"


def cached_rows_dir() -> Path:
    """The last rows of each search, and the tickets that were opened."""
    return state_dir() / "rows"


def crash_dir() -> Path:
    """One file for each crash."""
    return state_dir() / "crashes"


def database_path() -> Path:
    """The embedded tracker's database."""
    return data_dir() / "tickets.db"
