"""From a profile to the command that is started: references are filled in here, at the last moment.

``~``, ``${env:NAME}``, ``${NAME}``, ``${NAME:-default}``, ``${keyring:service/user}`` and ``${command:program args}``
are understood in the command, in ``env`` and in ``cwd``; ``$${`` stands for ``${``. No shell is involved, and what a
reference gave is never expanded again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui_app.settings.profiles import Profile
from tui_app.settings.secrets import SHORTEST_SECRET, is_secret_name, mask_argv, mask_value, named_arguments
from tui_app.tickets.errors import ConfigError

if TYPE_CHECKING:
    from tui_app.mcp_client.command import ServerCommand

_REFERENCE = re.compile(r"\$(?P<escaped>\$)?\{(?P<body>[^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_]\w*")


def server_command(profile: Profile, environ: Mapping[str, str]) -> ServerCommand:
    """What to start for ``profile``, with every reference filled in from ``environ``, keyring and commands.

    Raises:
        ConfigError: a reference leads nowhere; names profile, key and reference.
    """
    from tui_app.mcp_client.command import ServerCommand

    expansion = _Expansion(profile, environ)
    argv = tuple(expansion.value("command", name, word) for name, word in _words(profile))
    return ServerCommand(
        argv=argv,
        env={name: expansion.value(f"env.{name}", name, value) for name, value in profile.env.items()},
        cwd=None if profile.cwd is None else expansion.value("cwd", "", profile.cwd),
        configured_in=profile.source,
        shown=shown_command(profile),
        secrets=expansion.secrets(),
    )


def known_secrets(profile: Profile, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The profile's secrets as far as they are known without asking a keyring or running a command."""
    expansion = _Expansion(profile, environ)
    for name, value in [*_words(profile), *profile.env.items()]:
        if not re.search(r"\$\{(?:keyring|command):", value):
            try:
                expansion.value("", name, value)
            except ConfigError:
                continue
    return expansion.secrets()


def asks_others(profile: Profile) -> bool:
    """Whether filling in the profile means asking a keyring or running a command, which may take a person's time."""
    values = [value for _, value in [*_words(profile), *profile.env.items()]]
    return any(re.search(r"\$\{(?:keyring|command):", value) for value in values)


def shown_command(profile: Profile) -> str:
    """The profile's command as a shell would take it: references as they are written, literal secrets masked."""
    return mask_argv(profile.command)


def shown_environment(profile: Profile) -> dict[str, str]:
    """The profile's variables by name: references as they are written, literal secrets masked."""
    return {name: mask_value(name, value) for name, value in profile.env.items()}


def _words(profile: Profile) -> list[tuple[str, str]]:
    """Each word of the command with the option that it is the value of."""
    named = named_arguments(profile.command)
    return [(option, word) for (option, _), word in zip(named, profile.command, strict=True)]


class _Expansion:
    """Fills in one profile's references, and remembers which of the values are secret."""

    def __init__(self, profile: Profile, environ: Mapping[str, str]) -> None:
        self._profile = profile
        self._environ = environ
        self._secrets: dict[str, None] = {}

    def secrets(self) -> tuple[str, ...]:
        """What must be masked wherever it turns up, longest first."""
        found = (secret for secret in self._secrets if len(secret) >= SHORTEST_SECRET)
        return tuple(sorted(found, key=len, reverse=True))

    def value(self, key: str, name: str, written: str) -> str:
        """``written`` with its references filled in. ``key`` is for messages; ``name`` tells whether it is secret."""

        def fill(match: re.Match[str]) -> str:
            if match["escaped"]:
                return f"${{{match['body']}}}"
            found = self._reference(key, match["body"])
            if is_secret_name(name) or _is_secret_reference(match["body"]):
                self._secrets[found] = None
            return found

        expanded = self._home(_REFERENCE.sub(fill, written))
        if is_secret_name(name):
            self._secrets[expanded.partition("=")[2] if name and expanded.startswith(f"{name}=") else expanded] = None
        return expanded

    def _reference(self, key: str, body: str) -> str:
        kind, colon, rest = body.partition(":")
        if colon and kind in ("keyring", "command"):
            from tui_app.settings.keyring import from_command, from_keyring

            try:
                return from_keyring(rest) if kind == "keyring" else from_command(rest)
            except LookupError as error:
                raise self._refused(key, str(error.args[0])) from None
        if colon and kind == "input":
            raise self._refused(key, f"{rest} has to be asked for; `ticketdeck import {self._profile.source}` asks")
        name, has_default, default = (rest if colon and kind == "env" else body).partition(":-")
        if not _NAME.fullmatch(name):
            raise self._refused(key, f"${{{body}}} is no reference that is known")
        found = self._environ.get(name)
        if has_default:
            return found or default
        if found is None:
            raise self._refused(key, f"the environment variable {name} is not set")
        return found

    def _home(self, value: str) -> str:
        if value != "~" and not value.startswith("~/"):
            return value
        import os

        return (self._environ.get("HOME") or os.path.expanduser("~")) + value[1:]  # noqa: PTH111 (words, not a path)

    def _refused(self, key: str, reason: str) -> ConfigError:
        profile = self._profile
        return ConfigError(
            f"Profile {profile.name}, {key}: {reason}.",
            hint=f"Provide it before ticketdeck starts, or change {key} of the profile in {profile.source}.",
            title="The profile cannot be used yet",
        )


def _is_secret_reference(body: str) -> bool:
    return body.startswith(("keyring:", "command:")) or is_secret_name(body.removeprefix("env:").partition(":-")[0])
