"""``config.toml``: what it holds, and what is wrong with it.

Invariant: `load_settings` returns settings that are valid in every field, or raises a `ConfigError` that names the
file, the line and the key. A machine without a config file gets the embedded tracker, and loads none of the modules
that reading a config needs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.settings.paths import config_file as default_config_file
from tui_app.settings.profiles import Profile
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ConfigError, UsageError
from tui_app.tickets.limits import Checked, Limits

if TYPE_CHECKING:
    from tui_app.tickets.messages import ProfileSummary

LOCAL_PROFILE = "local"
"""The embedded tracker; always there, unless the config gives that name to something else."""

_MOST_SECONDS = 24 * 3600


class QuickView(Checked, frozen=True):
    """A search on a number key."""

    name: str
    criteria: TicketSearchCriteria


class UiSettings(Checked, frozen=True):
    """What the config says about the browser; None or empty: not said, the browser's own default holds."""

    theme: str | None = None
    columns: tuple[str, ...] = ()
    """Names of the table's columns in order; fields of a ticket or of its ``extra``."""
    refresh_seconds: Annotated[float, Limits(ge=5, le=_MOST_SECONDS)] | None = None
    """Search again by itself this often; never where None."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Action id to keys, from ``[keys]``."""
    quick_views: tuple[QuickView, ...] = ()
    """From ``[[quick_views]]``: ``name`` and the criteria's fields."""


class Settings(Struct, frozen=True):
    """Everything that is configured. ``notices`` are warnings to show once."""

    profiles: Mapping[str, Profile]
    default: str
    ui: UiSettings = UiSettings()
    notices: tuple[str, ...] = ()
    source: Path | None = None
    """The config file that was read, None where there is none."""

    def profile(self, name: str | None = None) -> Profile:
        """The profile called ``name``, else that of ``$TICKETDECK_PROFILE``, else the default one.

        Raises:
            UsageError: there is no such profile; names those that exist.
        """
        wanted = name or os.environ.get("TICKETDECK_PROFILE") or self.default
        if wanted not in self.profiles:
            raise UsageError(
                f"There is no profile {wanted!r}.",
                hint=f"Profiles: {', '.join(self.profiles)}. Add one in {self.source or default_config_file()}, or "
                "with `ticketdeck import FILE`.",
                field="profile",
            )
        return self.profiles[wanted]

    def with_profile(self, profile: Profile) -> Settings:
        """These settings with ``profile`` added, and chosen unless another is asked for."""
        return replace(self, profiles={**self.profiles, profile.name: profile}, default=profile.name)

    def summaries(self) -> tuple[ProfileSummary, ...]:
        """The profiles as the user interface shows them, without secrets."""
        from tui_app.settings.expansion import shown_command
        from tui_app.tickets.messages import ProfileSummary

        return tuple(
            ProfileSummary(profile.name, shown_command(profile), profile.adapter, profile.source)
            for profile in self.profiles.values()
        )


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
    if path.suffix == ".json":
        from tui_app.settings.mcp_json import read_settings

        return read_settings(path)
    from tui_app.settings.config_file import read_config

    return read_config(path)


def default_settings(notices: tuple[str, ...] = ()) -> Settings:
    """Nothing but the embedded tracker: a fresh machine, or one whose config is broken (``notices`` says how)."""
    return Settings({LOCAL_PROFILE: local_profile()}, LOCAL_PROFILE, notices=notices)


def local_profile() -> Profile:
    """The embedded tracker, started with the Python that runs this program."""
    passed_on = {
        name: os.environ[name].replace("${", "$${")
        for name in ("TICKETDECK_DATA_DIR", "XDG_DATA_HOME")
        if name in os.environ
    }
    return Profile(
        name=LOCAL_PROFILE,
        command=(sys.executable, "-P", "-m", "tui_app.local_tracker"),  # -P: never a module of the current directory
        adapter="builder",
        env=passed_on,
        source="built in",
    )
