"""Adding profiles to ``config.toml`` by program: comments, order and unknown keys stay as they are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tui_app.settings.config_file import parse_config, read_config
from tui_app.settings.locking import locked
from tui_app.settings.profiles import Profile
from tui_app.settings.storage import make_private_directory, write_atomically
from tui_app.tickets.errors import ConfigError

_HEADER = "ticketdeck's configuration. `ticketdeck doctor` checks it."


def add_profiles(path: Path, profiles: Iterable[Profile]) -> None:
    """Write ``profiles`` into the config file ``path``, in place of those of the same names.

    Raises:
        ConfigError: the file is broken, a symbolic link, or cannot be written; it is as before.
    """
    if path.is_symlink():
        raise ConfigError(
            f"{path} is a symbolic link, which is not written through.",
            hint=f"Add the profiles to {path.resolve()} yourself.",
        )
    try:
        make_private_directory(path.parent)
        with locked(path.with_name(f".{path.name}.lock")):
            if path.exists():
                read_config(path)
            text = _with_profiles(path.read_text(encoding="utf-8") if path.exists() else "", profiles)
            parse_config(path, text)
            write_atomically(path, text.encode())
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from None


def _with_profiles(text: str, profiles: Iterable[Profile]) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    if not text.strip():
        document.add(tomlkit.comment(_HEADER))
    section = document.setdefault("profiles", tomlkit.table(is_super_table=True))
    for profile in profiles:
        kept = section.get(profile.name, {})
        table = tomlkit.table()
        for key, value in _written(profile).items():
            table.add(key, value)
        for key, value in kept.items():
            if key not in table and key not in ("cwd", "env"):
                table.add(key, value)
        section[profile.name] = table
    return tomlkit.dumps(document)


def _written(profile: Profile) -> dict[str, Any]:
    """What an imported profile says, without what is only its default."""
    written: dict[str, Any] = {"command": list(profile.command)}
    if profile.env:
        written["env"] = dict(profile.env)
    if profile.cwd:
        written["cwd"] = profile.cwd
    return written
