"""Asking before a command from a file that the user did not write is run for the first time."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from msgspec.structs import replace

from tui_app.cli.choosing import Choice
from tui_app.cli.output import to_terminal, warn
from tui_app.settings.expansion import shown_command, shown_environment
from tui_app.settings.profiles import Profile
from tui_app.settings.secrets import mask_argv
from tui_app.settings.trust import TrustStore, needs_trust
from tui_app.tickets.errors import ConfigError


def trusted(choice: Choice) -> Choice:
    """``choice`` with nothing in it that may not be run; the chosen profile is asked about if need be.

    Raises:
        ConfigError: it was refused, or there is nobody to ask.
    """
    if not needs_trust(choice.settings.source):
        return choice
    store = TrustStore()
    foreign = str(choice.settings.source)
    if choice.profile.source == foreign and not store.is_trusted(choice.profile):
        _ask(choice.profile)
        store.trust(choice.profile)
    allowed = {
        name: profile
        for name, profile in choice.settings.profiles.items()
        if profile.source != foreign or store.is_trusted(profile)
    }
    left_out = tuple(name for name in choice.settings.profiles if name not in allowed)
    notices = (*store.notices, *(_left_out_notice(name, foreign) for name in left_out))
    settings = replace(choice.settings, profiles=allowed, notices=choice.settings.notices + notices)
    return Choice(settings, choice.profile)


def shown_profile(profile: Profile) -> Iterator[str]:
    """Everything that running a profile means, one line each; only literal secrets are masked."""
    yield f"command:   {shown_command(profile)}"
    if profile.cwd:
        yield f"directory: {profile.cwd}"
    for name, value in shown_environment(profile).items():
        yield f"variable:  {name}={value}"
    if profile.auth:
        for what, argv in (("login check", profile.auth.check), ("login", profile.auth.login)):
            if argv:
                yield f"{what}: {mask_argv(argv)}"


def _ask(profile: Profile) -> None:
    title = "This command was not confirmed"
    if not to_terminal(sys.stdin):
        raise ConfigError(
            f"{profile.source} wants to run: {shown_command(profile)}",
            hint="Run the same at a terminal once, where you are asked about it; or use `ticketdeck import`.",
            title=title,
        )
    warn(f"{profile.source} was not written for ticketdeck by you, as far as it knows. Profile {profile.name} runs:")
    for line in shown_profile(profile):
        warn(f"  {line}")
    import click  # the browser starts without it

    if not click.confirm("Run it, now and from now on?", default=False, err=True):
        raise ConfigError(f"You did not allow the command of profile {profile.name}.", title=title)


def _left_out_notice(name: str, source: str) -> str:
    return f"Profile {name} of {source} was not confirmed yet: ticketdeck --config {source} -p {name}"
