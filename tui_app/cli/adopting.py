"""What `ticketdeck import` does with the files: show, ask, keep secrets out, write."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click
from msgspec.structs import replace

from tui_app.cli.output import EXIT_OK, echo, to_terminal, warn
from tui_app.cli.trusting import shown_profile
from tui_app.settings.config import Settings, load_settings
from tui_app.settings.config_edit import add_profiles
from tui_app.settings.expansion import shown_command
from tui_app.settings.keyring import keyring_command
from tui_app.settings.mcp_json import FoundServer, FoundServers, Input, read_servers
from tui_app.settings.paths import config_file
from tui_app.settings.profiles import Profile
from tui_app.settings.secrets import holds_secret, named_arguments
from tui_app.tickets.errors import UsageError
from tui_app.tickets.text import clean_line

_KEYRING_SERVICE = "ticketdeck"


def adopt(files: Iterable[Path], *, ask: bool) -> int:
    """Go through ``files``, ask about each server, and add those that are wanted to the config; returns the exit code.

    Raises:
        ConfigError: a file cannot be read, or the config cannot be written.
        UsageError: there is nobody to ask.
    """
    settings = load_settings()
    everything = {file: read_servers(file) for file in files}
    if ask and not to_terminal(sys.stdin):
        raise UsageError("There is no terminal to ask at.", hint="Give --yes to add every server that the file names.")
    adopted: dict[str, Profile] = {}
    for file, found in everything.items():
        _announce(file, found)
        for server in found.servers:
            profile = _wanted(server, settings, ask=ask)
            if profile is not None:
                adopted[profile.name] = profile
    if not adopted:
        warn("Nothing was added.")
        return EXIT_OK
    add_profiles(config_file(), adopted.values())
    echo(f"Added to {config_file()}: {', '.join(adopted)}.")
    echo(f"Try it: ticketdeck -p {next(iter(adopted))} doctor")
    return EXIT_OK


def _announce(file: Path, found: FoundServers) -> None:
    count = len(found.servers)
    warn(f"{file}: {count} {'server' if count == 1 else 'servers'} that ticketdeck can run.")
    for name, reason in found.skipped.items():
        warn(f"  {name} is left out: {reason}.")


def _wanted(server: FoundServer, settings: Settings, *, ask: bool) -> Profile | None:
    """The profile to write, with inputs answered and secrets replaced by references; None: not wanted."""
    profile = server.profile
    former = settings.profiles.get(profile.name)
    warn(f"\n{profile.name}:")
    if former is not None:
        warn(f"  now:       {shown_command(former)}")
    for line in shown_profile(profile):
        warn(f"  {line}")
    for note in server.notes:
        warn(f"  note: {note}")
    question = f"{'Replace' if former else 'Add'} {clean_line(profile.name)}?"
    if ask and not click.confirm(question, default=former is None, err=True):
        return None
    answers = {wanted.id: _answer(wanted, profile, ask=ask) for wanted in server.inputs}
    return _without_secrets(_filled(profile, answers), ask=ask)


def _answer(wanted: Input, profile: Profile, *, ask: bool) -> str:
    """What stands for an input in the config: a secret only ever as a reference."""
    variable = _variable_of(f"${{input:{wanted.id}}}", profile) or _as_variable(wanted.id)
    if wanted.password:
        return _reference(variable, profile.name, clean_line(wanted.description), ask=ask)
    if not ask:
        return wanted.default or f"${{env:{variable}}}"
    if wanted.options:
        return str(
            click.prompt(
                clean_line(wanted.description),
                type=click.Choice(wanted.options),
                default=wanted.default or wanted.options[0],
                err=True,
            )
        )
    return str(click.prompt(clean_line(wanted.description), default=wanted.default, err=True))


def _filled(profile: Profile, answers: Mapping[str, str]) -> Profile:
    def fill(value: str) -> str:
        for name, answer in answers.items():
            value = value.replace(f"${{input:{name}}}", answer)
        return value

    return _with_values(profile, map(fill, profile.command), map(fill, profile.env.values()))


def _without_secrets(profile: Profile, *, ask: bool) -> Profile:
    """Secrets that stand in the file in plain text are replaced by references, and where to put them is said."""

    taken: dict[str, str] = {}

    def safe(name: str, value: str, whole: str) -> str:
        if not holds_secret(name, value):
            return whole
        variable = _as_variable(name if name.isidentifier() else f"{profile.name}_{name or 'secret'}")
        while taken.setdefault(variable, value) != value:
            variable += "_2"
        reference = _reference(variable, profile.name, f"{name or 'A word of the command'} is in plain text", ask=ask)
        return whole.removesuffix(value) + reference

    named = zip(named_arguments(profile.command), profile.command, strict=True)
    command = [safe(name, value, whole) for (name, value), whole in named]
    env = [safe(name, value, value) for name, value in profile.env.items()]
    return _with_values(profile, command, env)


def _with_values(profile: Profile, command: Iterable[str], env: Iterable[str]) -> Profile:
    return replace(profile, command=tuple(command), env=dict(zip(profile.env, env, strict=True)))


def _reference(variable: str, profile: str, why: str, *, ask: bool) -> str:
    """Where a secret will come from: the keyring, if there is one and the user wants it, else a variable."""
    argv = keyring_command("set", _KEYRING_SERVICE, f"{profile}-{variable}")
    if ask and argv is not None:
        warn(f"  {why}. It is not copied to the config.")
        if click.confirm(f"  Keep {variable} in the keyring ({argv[0]} asks for it)?", default=True, err=True):
            if subprocess.run(argv, check=False).returncode == 0:
                return f"${{keyring:{_KEYRING_SERVICE}/{profile}-{variable}}}"
            warn(f"  {argv[0]} did not take it.")
    warn(f"  {why}: set the environment variable {variable} before you start ticketdeck.")
    return f"${{env:{variable}}}"


def _variable_of(placeholder: str, profile: Profile) -> str:
    """The variable whose whole value is ``placeholder``; empty if there is none."""
    return next((name for name, value in profile.env.items() if value == placeholder), "")


def _as_variable(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name).strip("_").upper() or "SECRET"
