"""Adding profiles to ``config.toml`` by program: comments, order and unknown keys stay as they are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table

from tui_app.settings.config_file import parse_config, read_config
from tui_app.settings.profiles import OAuthSettings, Profile
from tui_app.settings.storage import locked, make_private_directory, write_atomically
from tui_app.tickets.clock import Clock
from tui_app.tickets.errors import ConfigError

_HEADER = "ticketdeck's configuration. `ticketdeck doctor` checks it."


def has_default(path: Path) -> bool:
    """Whether the config file ``path``, which may be missing, names a default profile."""
    return path.exists() and "default" in tomllib.loads(path.read_text(encoding="utf-8"))


_REPLACED = ("command", "cwd", "env", "url", "headers", "oauth")
"""Keys of a profile that say how its server is reached: none of the former ones stays."""


def add_profiles(path: Path, profiles: Iterable[Profile], clock: Clock, *, default: str = "") -> None:
    """Write ``profiles`` into the config file ``path``, replacing those of the same names.

    ``default`` becomes the profile that is used where none is named, unless the file names one already.

    Raises:
        ConfigError: the file is broken, a symbolic link, or cannot be written; it is unchanged then.
    """
    if path.is_symlink():
        raise ConfigError(
            f"{path} is a symbolic link, which is not written through.",
            hint=f"Add the profiles to {path.resolve()} yourself.",
        )
    try:
        make_private_directory(path.parent)
        with locked(path.with_name(f".{path.name}.lock"), clock):
            if path.exists():
                read_config(path)
            text = _with_profiles(path.read_text(encoding="utf-8") if path.exists() else "", profiles, default)
            parse_config(path, text)
            write_atomically(path, text.encode())
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from None


def _with_profiles(text: str, profiles: Iterable[Profile], default: str) -> str:
    document = tomlkit.parse(text)
    if not text.strip():
        document.add(tomlkit.comment(_HEADER))
    if default and "default" not in document:
        document.add("default", default)
    section = document.setdefault("profiles", tomlkit.table(is_super_table=True))
    for profile in profiles:
        table = _table(profile)
        for key, value in section.get(profile.name, {}).items():
            if key not in table and key not in _REPLACED:
                table.add(key, value)
        section[profile.name] = table
    return tomlkit.dumps(document)


def profile_text(profile: Profile) -> str:
    """The lines that `add_profiles` writes for ``profile``."""
    section = tomlkit.table(is_super_table=True)
    section.add(profile.name, _table(profile))
    return tomlkit.dumps(tomlkit.document().add("profiles", section)).strip()


def _table(profile: Profile) -> Table:
    table = tomlkit.table()
    for key, value in _written(profile).items():
        table.add(key, value)
    return table


def _written(profile: Profile) -> dict[str, Any]:
    """The keys of an imported profile that differ from their defaults."""
    if profile.url:
        return {"url": profile.url, **_written_for_an_address(profile)}
    written: dict[str, Any] = {"command": list(profile.command)}
    if profile.env:
        written["env"] = dict(profile.env)
    if profile.cwd:
        written["cwd"] = profile.cwd
    return written


def _written_for_an_address(profile: Profile) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if profile.headers:
        headers = tomlkit.inline_table()
        headers.update(profile.headers)
        written["headers"] = headers
    default = OAuthSettings()
    oauth = {key: getattr(profile.oauth, key) for key in OAuthSettings.__struct_fields__}
    changed = {key: value for key, value in oauth.items() if value != getattr(default, key)}
    if changed:
        written["oauth"] = {key: list(value) if isinstance(value, tuple) else value for key, value in changed.items()}
    return written
