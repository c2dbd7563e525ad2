"""Where things are kept. Nothing here creates a directory: who writes does.

The environment variables come first, so that a whole installation can be moved, or tried without touching one's own.
"""

from __future__ import annotations

import os
from pathlib import Path

APPLICATION = "ticketdeck"

_NOWHERE = Path(os.devnull) / APPLICATION
"""For a user without a home: nothing is there, nothing can be put there, and both are said as of any other place."""


def config_dir() -> Path:
    """What people write, and what they searched: ``$TICKETDECK_CONFIG_DIR``, else the platform's config directory."""
    return _directory("TICKETDECK_CONFIG_DIR", "user_config_dir")


def data_dir() -> Path:
    """The embedded tracker's tickets: ``$TICKETDECK_DATA_DIR``, else the platform's data directory."""
    return _directory("TICKETDECK_DATA_DIR", "user_data_dir")


def state_dir() -> Path:
    """What the program remembers by itself: ``$TICKETDECK_STATE_DIR``, else the platform's state directory."""
    return _directory("TICKETDECK_STATE_DIR", "user_state_dir")


def _directory(variable: str, kind: str) -> Path:
    chosen = os.environ.get(variable)
    try:
        path = Path(chosen).expanduser() if chosen else _platforms_directory(kind)
    except RuntimeError:  # nobody knows where this user's home is
        return _NOWHERE
    return path if chosen or path.is_absolute() else _NOWHERE


def _platforms_directory(kind: str) -> Path:
    import platformdirs  # 10 ms that a search with the variable set does not pay

    return Path(getattr(platformdirs, kind)(APPLICATION, appauthor=False))


def config_file() -> Path:
    """The profiles and everything else that people configure."""
    return config_dir() / "config.toml"


def recents_file() -> Path:
    """Recent and saved searches."""
    return config_dir() / "recents.json"


def trust_file() -> Path:
    """Which commands of files that the user did not write were allowed."""
    return config_dir() / "trusted.json"


def state_file() -> Path:
    """Theme, columns, panes."""
    return state_dir() / "state.json"


def era_file() -> Path:
    """Which protocol era each server command spoke last."""
    return state_dir() / "eras.json"


def crash_dir() -> Path:
    """One file for each crash."""
    return state_dir() / "crashes"


def database_path() -> Path:
    """The embedded tracker's database."""
    return data_dir() / "tickets.db"
