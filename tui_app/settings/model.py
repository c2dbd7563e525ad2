"""What is configured: the profiles, the browser's settings, and the profile that is selected.

Invariant: every value is valid in every field; `tui_app.settings.load` makes them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from tui_app.settings.paths import config_file
from tui_app.settings.profiles import BUILT_IN, Profile, WriteSettings
from tui_app.tickets.criteria import View
from tui_app.tickets.errors import UsageError
from tui_app.tickets.validation import Checked

if TYPE_CHECKING:
    from tui_app.tickets.servers import ProfileSummary

LOCAL_PROFILE = "local"
"""The embedded tracker's profile; always there, unless the config gives that name to another server."""

_MAX_REFRESH_SECONDS = 24 * 3600
_LONGEST_DATE_FORMAT = 60  # characters


class ConfiguredCommand(Checked, frozen=True):
    """A command of the user's own; see `tui_app.tickets.own_commands`."""

    run: tuple[str, ...]
    """The arguments; with ``shell`` one line for ``/bin/sh``. In a file also one text, split as a shell would."""
    name: str = ""
    """What it is called in the help; in a file without a name it is what is run."""
    key: str = ""
    """Its keys, as ``[keys]`` has them; empty: it is picked from the list of commands."""
    where: Literal["ticket", "table", "anywhere"] = "ticket"
    """``ticket``: in the table and in the ticket; ``table``: in the table alone; ``anywhere``: it needs no ticket."""
    trackers: tuple[str, ...] = ()
    """Names of the profiles whose tickets it is for; empty: all."""
    shell: bool = False
    background: bool = False
    """Whether it runs without the terminal, and its result is a notice."""
    marked: Literal["each", "list"] = "each"
    """How it takes several tickets: one call after the other, or all in one call."""
    confirm: bool = False
    """Whether it is asked about for one ticket, too."""
    pause: bool = False
    """Whether what it has written to the terminal stays until enter, also where it went well."""
    refresh: bool = False
    """Whether the search is made again when it went well."""


class UiSettings(Checked, frozen=True):
    """The config's settings for the browser; None or empty: not configured, the browser's own default holds."""

    theme: str | None = None
    columns: tuple[str, ...] = ()
    """Names of the table's columns in order; fields of a ticket or of its ``extra``."""
    date_format: Annotated[str, Meta(max_length=_LONGEST_DATE_FORMAT)] | None = None
    """How dates are written in a ticket, as ``strftime`` takes it: ``%Y-%m-%d %H:%M``."""
    preview: str | None = None
    """Where a ticket is shown: ``auto``, ``right``, ``below`` or ``off``, which is over the table."""
    refresh_seconds: Annotated[float, Meta(ge=5, le=_MAX_REFRESH_SECONDS)] | None = None
    """Seconds between automatic refreshes; None: no automatic refresh."""
    read_only: bool = False
    """Nothing is changed on any tracker, whatever the profiles allow."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Action id to keys, from ``[keys]``."""
    views: tuple[View, ...] = ()
    """From ``[[views]]``."""
    commands: tuple[ConfiguredCommand, ...] = ()
    """From ``[[commands]]``; of the user's own config file alone."""
    branch: str | None = None
    """Template of a branch's name: ``feature/{id}-{title}``."""
    cache: bool = True
    """Whether the last rows are kept for the next start."""
    count_views: bool = True
    """Whether trackers that say how many tickets match are asked that of views that are not shown, one call each."""
    tell: tuple[str, ...] = ()
    """How to tell of news that a refresh brought by itself: any of ``bell``, ``osc9`` and ``osc777``."""
    notify: str = ""
    """A query for the news that are told; empty: all of them."""
    start: str | None = None
    """The name of the view or saved search to begin with; None: where the last run ended."""
    replace_default_views: bool = False
    """Whether there are no views but the configured ones."""


class Settings(Struct, frozen=True):
    """Everything that is configured. ``notices`` are warnings to show once."""

    profiles: Mapping[str, Profile]
    default: str
    together: tuple[str, ...] = ()
    """The profiles that the config has as default, which are searched into one table; empty: there is no config."""
    ui: UiSettings = UiSettings()
    notices: tuple[str, ...] = ()
    source: Path | None = None
    """The config file that was read, None where there is none."""
    places: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    """Where in it each of ``ui.views`` and ``ui.commands`` is: name of the list, number of the table."""

    def profile(self, name: str | None = None) -> Profile:
        """The profile called ``name``, else that of ``$TICKETDECK_PROFILE``, else the default one.

        Raises:
            UsageError: there is no such profile; names those that exist.
        """
        wanted = name or os.environ.get("TICKETDECK_PROFILE") or self.default
        if wanted not in self.profiles:
            raise UsageError(
                f"There is no profile {wanted!r}.",
                hint=f"Profiles: {', '.join(self.profiles)}. Add one with `ticketdeck init`, with "
                f"`ticketdeck import FILE`, or in {self.source or config_file()}.",
                field="profile",
            )
        return self.profiles[wanted]

    def with_profile(self, profile: Profile) -> Settings:
        """These settings with ``profile`` added, which becomes the default."""
        return replace(self, profiles={**self.profiles, profile.name: profile}, default=profile.name)

    def summaries(self) -> tuple[ProfileSummary, ...]:
        """The profiles as the user interface shows them, without secrets."""
        # Late: before the server is started nothing is loaded that its start does not need.
        from tui_app.settings.expansion import shown_command
        from tui_app.tickets.servers import ProfileSummary

        return tuple(
            ProfileSummary(
                profile.name,
                shown_command(profile),
                profile.adapter,
                profile.source,
                profile.query,
                partial(_sites_of, profile),
            )
            for profile in self.profiles.values()
        )


def _sites_of(profile: Profile) -> tuple[str, ...]:
    from tui_app.settings.known_trackers import sites_of  # late: nobody asks before an address is opened

    return sites_of(profile)


def default_settings(notices: tuple[str, ...] = ()) -> Settings:
    """The embedded tracker alone: no config, or a broken one (``notices`` names the fault)."""
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
        source=BUILT_IN,
        write=WriteSettings(mode="ask"),
    )
