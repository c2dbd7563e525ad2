"""Which server is meant: the config, what the command line adds to it, and whether it may be run."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tui_app.cli.given import GlobalOptions, command_words, variable
from tui_app.cli.output import error_lines
from tui_app.settings.config import LOCAL_PROFILE, Settings, default_settings, load_settings
from tui_app.settings.paths import config_file
from tui_app.settings.profiles import Profile
from tui_app.tickets.errors import ConfigError, UsageError

COMMAND_PROFILE = "command"
"""What the server given with ``--command`` is called."""


class Choice(Struct, frozen=True):
    """All settings, and the one profile that this run is about."""

    settings: Settings
    profile: Profile


def choose(options: GlobalOptions) -> Choice:
    """Read the config and apply the command line's options; nothing of it may be run yet, see `may_run`.

    Raises:
        ConfigError: the config is broken.
        UsageError: the options are wrong, or there is no such profile.
    """
    return apply(options, load_settings(Path(options.config) if options.config else None))


def choose_forgivingly(options: GlobalOptions) -> Choice:
    """Like `choose`; a broken config of the user's own is said in the browser, which opens on the embedded tracker."""
    try:
        return choose(options)
    except ConfigError as error:
        if options.config:
            raise
        if options.command is None:
            options.profile = LOCAL_PROFILE
        return apply(options, default_settings((" ".join(error_lines(error)),)))


def may_run(choice: Choice) -> Choice:
    """``choice`` with nothing in it that may not be run; the user is asked about commands of foreign files.

    Raises:
        ConfigError: it was refused, or there is nobody to ask.
    """
    if choice.settings.source in (None, config_file()):
        return choice
    from tui_app.cli.trusting import trusted

    return trusted(choice)


def apply(options: GlobalOptions, settings: Settings) -> Choice:
    """``settings`` with what the command line adds."""
    if options.command is not None:
        if options.profile is not None:
            raise UsageError("Give --profile or --command, not both.", field="command")
        profile = Profile(name=COMMAND_PROFILE, command=command_words(options.command))
    else:
        profile = settings.profile(options.profile)
    if options.adapter:
        profile = replace(profile, adapter=options.adapter)
    if options.env:
        profile = replace(profile, env={**profile.env, **dict(map(variable, options.env))})
    return Choice(settings.with_profile(profile), profile)
