"""Loading the configuration: ``config.toml``, another program's ``mcp.json``, or the defaults where there is neither.

Invariant: the settings returned are valid in every field, or a `ConfigError` names the file, the line and the key.
"""

from __future__ import annotations

import json
from pathlib import Path

from msgspec.structs import replace

from tui_app.settings.model import Settings, default_settings
from tui_app.settings.paths import config_file as default_config_file
from tui_app.settings.paths import config_is_own, state_file
from tui_app.tickets.errors import ConfigError


def load_settings(config_file: Path | None = None) -> Settings:
    """Read ``config_file`` (a ``config.toml``, or another program's ``mcp.json``), else the user's config file.

    A missing file of the user's own means defaults.

    Raises:
        ConfigError: the file cannot be read, others can write it, or it holds a mistake.
    """
    path = config_file or default_config_file()
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        if config_file is None:
            return default_settings()
        raise ConfigError(f"{path} does not exist.", hint="Check the path given with --config.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None
    # Late: each reader is loaded only for a file of its kind, and a machine without a config loads neither.
    if path.suffix == ".json":
        from tui_app.settings.mcp_json import read_settings

        return read_settings(path)
    from tui_app.settings.config_file import read_config

    settings = read_config(path)
    own = config_is_own() and path.resolve() == default_config_file().resolve()
    return settings if own else _without_own_rights(settings)


def load_usable_settings() -> Settings:
    """What can be used of the user's own config file, in which `load_settings` has found a mistake.

    Raises:
        ConfigError: the mistake is in what everything else depends on.
    """
    from tui_app.settings.config_faults import usable_settings  # late: most configs hold no mistake

    settings = usable_settings(default_config_file())
    return settings if config_is_own() else _without_own_rights(settings)


def _without_own_rights(settings: Settings) -> Settings:
    """Without what only the user's own config may say: whoever hands over another one cannot allow any of it."""
    source = str(settings.source)
    given = {name: profile for name, profile in settings.profiles.items() if profile.source == source}
    dropped = [f"profiles.{name}.write.mode" for name, profile in given.items() if profile.write.mode != "off"]
    dropped += [f"profiles.{name}.sites" for name, profile in given.items() if profile.sites]
    dropped += ["commands"] if settings.ui.commands else []
    harmless = {
        name: replace(profile, write=replace(profile.write, mode="off"), sites=()) for name, profile in given.items()
    }
    notices = (f"{key} in {source} has no effect: only {default_config_file()} may hold it." for key in dropped)
    ui = replace(settings.ui, commands=())
    return replace(settings, profiles={**settings.profiles, **harmless}, ui=ui, notices=(*settings.notices, *notices))


def last_trackers(settings: Settings) -> tuple[str, ...]:
    """The profiles that the user last chose in the browser, which count until the config has another default.

    Read without what keeps that file: this is asked before the server is started.
    """
    try:
        kept = json.loads(state_file().read_text(encoding="utf-8"))["trackers"]
        names, default = kept["names"], kept["default"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return ()
    known = isinstance(names, list) and all(isinstance(name, str) and name in settings.profiles for name in names)
    return tuple(names) if known and default == list(settings.together) else ()


def profile_names(config_file: Path | None = None) -> list[str]:
    """Names of the profiles of ``config_file`` (default: the user's); the default ones if it cannot be read."""
    try:
        return list(load_settings(config_file).profiles)
    except ConfigError:
        return list(default_settings().profiles)
