"""What a profile's session is opened with, a command or an address, with references filled in at the last moment.

``~``, ``${env:NAME}``, ``${NAME}``, ``${NAME:-default}``, ``${keyring:service/user}`` and ``${command:program args}``
are understood in the command, ``env`` and ``cwd``, or in ``url``, ``headers``, ``oauth`` and ``tls``; ``$${`` is a
literal ``${``. A variable is that of the profile's own ``env`` first, in the command and in ``cwd``. No shell is
involved, and the value of a reference is not expanded again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tui_app.settings.paths import here
from tui_app.settings.profiles import OAuthSettings, Profile
from tui_app.settings.references import COMMAND, ENVIRONMENT, INPUT, KEYRING, Part, Reference, parsed, references
from tui_app.settings.secrets import (
    SHORTEST_SECRET,
    is_secret_name,
    is_secret_value,
    mask_argv,
    mask_url,
    mask_value,
    named_arguments,
)
from tui_app.tickets.errors import ConfigError

if TYPE_CHECKING:
    from tui_app.mcp_client.http.endpoint import HttpEndpoint
    from tui_app.mcp_client.stdio.command import ServerCommand

_EXPANDS_HEADERS = "mcp-remote"
"""The program that fills in ``${NAME}`` within its headers itself, so that no token is in the list of processes."""
_HEADER_OPTION = "--header"
_HANDED_OVER = "TICKETDECK_HEADER_"


def session_target(profile: Profile, environ: Mapping[str, str]) -> ServerCommand | HttpEndpoint:
    """What the session of ``profile`` is opened with.

    Raises:
        ConfigError: a reference has no value, or the address cannot be used; names profile, key and reference.
    """
    return http_endpoint(profile, environ) if profile.url else server_command(profile, environ)


def server_command(profile: Profile, environ: Mapping[str, str]) -> ServerCommand:
    """The command for ``profile``, with every reference filled in from ``environ``, the keyring and commands.

    Raises:
        ConfigError: a reference has no value; names profile, key and reference.
    """
    from tui_app.mcp_client.stdio.command import ServerCommand

    expansion = _Expansion(profile, environ)
    env = expansion.variables()
    return ServerCommand(
        argv=expansion.argv(env),
        env=env,
        cwd=None if profile.cwd is None else expansion.value("cwd", "", profile.cwd),
        configured_in=profile.source,
        shown=shown_command(profile),
        secrets=expansion.secrets(),
    )


def http_endpoint(profile: Profile, environ: Mapping[str, str]) -> HttpEndpoint:
    """The address for ``profile``, with every reference filled in, and the proxy that ``environ`` names for it.

    Raises:
        ConfigError: a reference has no value, the address is none, or it would send a token unencrypted.
    """
    from tui_app.mcp_client.http import endpoint
    from tui_app.settings import remote

    expansion = _Expansion(profile, environ)
    values = {key: expansion.value(key, name, value) for key, name, value in _remote_values(profile)}
    url, headers = values["url"], {name: values[f"headers.{name}"].strip() for name in profile.headers}
    try:
        remote.check_url(url)
        for name, value in headers.items():
            remote.check_header(name, value)
    except ValueError as error:
        raise expansion.refused("url" if not headers else "url or headers", str(error)) from None
    secrets = expansion.secrets()
    if not endpoint.may_carry_tokens(url) and any(secret in value for value in headers.values() for secret in secrets):
        raise expansion.refused("url", "http:// would send the profile's token unencrypted; use https://")
    return endpoint.HttpEndpoint(
        url=url,
        headers=headers,
        tls=endpoint.TlsFiles(*(values.get(f"tls.{key}") for key in ("ca", "cert", "key"))),
        proxy=endpoint.proxy_for(url, environ),
        configured_in=profile.source,
        shown=shown_command(profile),
        secrets=secrets,
    )


def oauth_settings(profile: Profile, environ: Mapping[str, str]) -> OAuthSettings:
    """The profile's ``oauth`` with every reference filled in.

    Raises:
        ConfigError: a reference has no value.
    """
    expansion = _Expansion(profile, environ)
    filled = {
        key.removeprefix("oauth."): expansion.value(key, name, value)
        for key, name, value in _remote_values(profile)
        if key.startswith("oauth.")
    }
    return replace(profile.oauth, **filled)


def known_secrets(profile: Profile, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The profile's secrets, without those of a keyring or command."""
    expansion = _Expansion(profile, environ)
    words = [("command", name, word) for name, word in _words(profile)]
    variables = [(f"env.{name}", name, value) for name, value in profile.env.items()]
    for key, name, value in [*words, *variables, *_remote_values(profile)]:
        if not _asks_others(value):
            try:
                expansion.value(key, name, value)
            except ConfigError:
                continue
    return expansion.secrets()


def asks_others(profile: Profile) -> bool:
    """Whether the profile refers to a keyring or a command, which may wait for the user."""
    return any(reference.kind in (KEYRING, COMMAND) for reference in written_references(profile))


def written_references(profile: Profile) -> Iterator[Reference]:
    """Every reference in the profile, those in defaults too."""
    remote = (value for _, _, value in _remote_values(profile))
    for value in (*profile.command, *profile.env.values(), profile.cwd or "", *remote):
        yield from references(value)


def _asks_others(value: str) -> bool:
    return any(reference.kind in (KEYRING, COMMAND) for reference in references(value))


def without_asking(profile: Profile, value: str, environ: Mapping[str, str], key: str = "command") -> str:
    """``value`` filled in as that of ``key``; as it is written where that fails, or has to ask others."""
    own = (profile.env.get(reference.name, "") for reference in references(value))
    if any(map(_asks_others, (value, *own))):
        return value
    try:
        return _Expansion(profile, environ).value(key, "", value)
    except ConfigError:
        return value


def working_folder(profile: Profile) -> Path:
    """The folder that the profile's command is started in, with links followed; found without asking anybody."""
    folder = here() / (without_asking(profile, profile.cwd, os.environ, "cwd") if profile.cwd else "")
    try:
        return folder.resolve()
    except (OSError, RuntimeError, ValueError):  # no folder has that name; the start will say so
        return folder


def shown_command(profile: Profile) -> str:
    """The profile's command as a shell would take it, or its address: references as written, literal secrets masked."""
    return mask_url(profile.url) if profile.url else mask_argv(profile.command)


def shown_environment(profile: Profile) -> dict[str, str]:
    """The profile's variables by name: references as they are written, literal secrets masked."""
    return {name: mask_value(name, value) for name, value in profile.env.items()}


def shown_headers(profile: Profile) -> dict[str, str]:
    """The profile's headers by name: references as they are written, literal secrets masked."""
    return {name: mask_value(name, value) for name, value in profile.headers.items()}


def _remote_values(profile: Profile) -> list[tuple[str, str, str]]:
    """Key, name and text of everything that may hold references in the profile of an address."""
    if not profile.url:
        return []
    values = [("url", "", profile.url), *((f"headers.{name}", name, value) for name, value in profile.headers.items())]
    for table, settings in (("tls", profile.tls), ("oauth", profile.oauth)):
        for key in settings.__struct_fields__:
            value = getattr(settings, key)
            if isinstance(value, str) and value:
                values.append((f"{table}.{key}", key if key == "client_secret" else "", value))
    return values


def _words(profile: Profile) -> list[tuple[str, str]]:
    """Each word of the command with the option that it belongs to."""
    named = named_arguments(profile.command)
    return [(option, word) for (option, _), word in zip(named, profile.command, strict=True)]


def _expands_itself(command: Sequence[str], position: int) -> bool:
    """Whether the program fills in the references of the word at ``position`` from its own variables."""
    runs = any(word.rpartition("/")[2].partition("@")[0] == _EXPANDS_HEADERS for word in command[:position])
    return runs and command[position - 1] == _HEADER_OPTION and ":" in command[position].partition("${")[0]


class _Expansion:
    """Fills in one profile's references, and collects the values that are secret."""

    def __init__(self, profile: Profile, environ: Mapping[str, str]) -> None:
        self._profile = profile
        self._environ = environ
        self._own: dict[str, str] = {}
        self._secrets: dict[str, None] = {}

    def secrets(self) -> tuple[str, ...]:
        """The secrets found so far, longest first."""
        found = (secret for secret in self._secrets if len(secret) >= SHORTEST_SECRET)
        return tuple(sorted(found, key=len, reverse=True))

    def variables(self) -> dict[str, str]:
        """The profile's own variables."""
        return {name: self._own_variable(name) for name in self._profile.env}

    def argv(self, env: dict[str, str]) -> tuple[str, ...]:
        """The command. Variables that the program itself fills in are left, and added to ``env``."""
        words = enumerate(_words(self._profile))
        return tuple(
            self._handed_over(word, env)
            if _expands_itself(self._profile.command, position)
            else self.value("command", name, word)
            for position, (name, word) in words
        )

    def value(self, key: str, name: str, written: str) -> str:
        """``written`` with its references filled in. ``key`` is for messages; by ``name`` the value may be a secret."""
        expanded = self._home("".join(self._filled(key, name, part) for part in self._parts(key, written)))
        if is_secret_name(name):
            self._secrets[expanded.partition("=")[2] if name and expanded.startswith(f"{name}=") else expanded] = None
            if key.startswith("headers."):
                self._secrets |= dict.fromkeys(expanded.split()[1:])  # the token in "Bearer TOKEN"
        return expanded

    def _parts(self, key: str, written: str) -> tuple[Part, ...]:
        try:
            return parsed(written)
        except ValueError as error:
            raise self.refused(key, str(error)) from None

    def _handed_over(self, word: str, env: dict[str, str]) -> str:
        """``word`` with references to variables alone, which ``env`` holds."""
        handed = ""
        for part in self._parts("command", word):
            if isinstance(part, str):
                handed += part
                continue
            is_plain = part.kind == ENVIRONMENT and part.default is None
            variable = part.name if is_plain else f"{_HANDED_OVER}{len(env)}"
            env[variable] = self._filled("command", variable, part)
            handed += f"${{{variable}}}"
        return handed

    def _filled(self, key: str, name: str, part: Part) -> str:
        if isinstance(part, str):
            return part
        found = self._found(key, name, part)
        if is_secret_name(name) or _is_secret_reference(part):
            self._secrets[found] = None
        return found

    def _found(self, key: str, name: str, reference: Reference) -> str:
        if reference.kind in (KEYRING, COMMAND):
            from tui_app.settings import keyring

            try:
                return (keyring.from_keyring if reference.kind == KEYRING else keyring.from_command)(reference.name)
            except LookupError as error:
                raise self.refused(key, str(error.args[0])) from None
        if reference.kind == INPUT:
            hint = f"`ticketdeck import {self._profile.source}` asks for it"
            raise self.refused(key, f"{reference.written} needs an answer; {hint}")
        if reference.kind != ENVIRONMENT:
            raise self.refused(key, f"{reference.written} is not a known kind of reference")
        found = self._variable(key, name, reference.name)
        if reference.default is not None:
            default = reference.default
            return found or "".join(self._filled(key, name, part) for part in self._parts(key, default))
        if found is None:
            raise self.refused(key, f"the environment variable {reference.name} is not set")
        return found

    def _variable(self, key: str, used_as: str, name: str) -> str | None:
        if name in self._profile.env and not key.startswith("env."):
            return self._own_variable(name)
        found = self._environ.get(name)
        if found and is_secret_value(found, used_as, name):
            self._secrets[found] = None
        return found

    def _own_variable(self, name: str) -> str:
        if name not in self._own:
            self._own[name] = self.value(f"env.{name}", name, self._profile.env[name])
        return self._own[name]

    def _home(self, value: str) -> str:
        if value != "~" and not value.startswith("~/"):
            return value
        return (self._environ.get("HOME") or os.path.expanduser("~")) + value[1:]  # noqa: PTH111 (words, not a path)

    def refused(self, key: str, reason: str) -> ConfigError:
        """The error for a value that cannot be used."""
        profile = self._profile
        return ConfigError(
            f"Profile {profile.name}, {key}: {reason}.",
            hint=f"Set it before you start ticketdeck, or change {key} of the profile in {profile.source}.",
            title="The profile cannot be used yet",
        )


def _is_secret_reference(reference: Reference) -> bool:
    return reference.kind in (KEYRING, COMMAND) or is_secret_name(reference.name)
