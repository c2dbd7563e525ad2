"""From a profile to the command that is started: references are filled in here, at the last moment.

``~``, ``${env:NAME}``, ``${NAME}``, ``${NAME:-default}``, ``${keyring:service/user}`` and ``${command:program args}``
are understood in the command, in ``env`` and in ``cwd``; ``$${`` stands for ``${``. No shell is involved, and what a
reference gave is never expanded again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tui_app.settings.profiles import Profile
from tui_app.settings.secrets import mask_argv, mask_value
from tui_app.tickets.errors import ConfigError

if TYPE_CHECKING:
    from tui_app.mcp_client.process import ServerCommand

_REFERENCE = re.compile(r"\$(?P<escaped>\$)?\{(?P<body>[^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_]\w*")

_SECRET_SECONDS = 30.0
"""A password manager may first ask for its own password, in a window."""


def server_command(profile: Profile, environ: Mapping[str, str]) -> ServerCommand:
    """What to start for ``profile``, with every reference filled in from ``environ``, keyring and commands.

    Raises:
        ConfigError: a reference leads nowhere; names profile, key and reference.
    """
    from tui_app.mcp_client.process import ServerCommand

    def expand(key: str, value: str) -> str:
        return _expanded(value, environ, lambda reason: _refused(profile, key, reason))

    return ServerCommand(
        argv=tuple(_home(expand("command", word), environ) for word in profile.command),
        env={name: _home(expand(f"env.{name}", value), environ) for name, value in profile.env.items()},
        cwd=None if profile.cwd is None else _home(expand("cwd", profile.cwd), environ),
        configured_in=profile.source,
    )


def shown_command(profile: Profile) -> str:
    """The profile's command as a shell would take it: references as they are written, literal secrets masked."""
    return mask_argv(profile.command)


def shown_environment(profile: Profile) -> dict[str, str]:
    """The profile's variables by name: references as they are written, literal secrets masked."""
    return {name: mask_value(name, value) for name, value in profile.env.items()}


def _expanded(value: str, environ: Mapping[str, str], refuse: Callable[[str], ConfigError]) -> str:
    def fill(match: re.Match[str]) -> str:
        body = match["body"]
        if match["escaped"]:
            return f"${{{body}}}"
        kind, colon, rest = body.partition(":")
        if kind == "keyring" and colon:
            return _from_keyring(rest, refuse)
        if kind == "command" and colon:
            return _from_command(rest, refuse)
        if kind == "env" and colon:
            body = rest
        name, has_default, default = body.partition(":-")
        if not _NAME.fullmatch(name):
            raise refuse(f"${{{match['body']}}} is no reference that is known")
        return _from_environment(name, default if has_default else None, environ, refuse)

    return _REFERENCE.sub(fill, value)


def _from_environment(
    name: str, default: str | None, environ: Mapping[str, str], refuse: Callable[[str], ConfigError]
) -> str:
    found = environ.get(name)
    if default is not None:
        return found or default
    if found is None:
        raise refuse(f"the environment variable {name} is not set")
    return found


def _from_keyring(entry: str, refuse: Callable[[str], ConfigError]) -> str:
    import shutil

    service, slash, user = entry.rpartition("/")
    if not slash or not service or not user:
        raise refuse(f"${{keyring:{entry}}} should read ${{keyring:service/user}}")
    tools = {
        "keyring": ("keyring", "get", service, user),
        "secret-tool": ("secret-tool", "lookup", "service", service, "username", user),
        "security": ("security", "find-generic-password", "-s", service, "-a", user, "-w"),
    }
    for program, argv in tools.items():
        if shutil.which(program) and (program != "security" or sys.platform == "darwin"):
            return _output(argv, f"the keyring has no entry {entry} ({program})", refuse)
    raise refuse("there is no keyring tool here (keyring, secret-tool or macOS security)")


def _from_command(line: str, refuse: Callable[[str], ConfigError]) -> str:
    import shlex

    try:
        argv = tuple(shlex.split(line))
    except ValueError as error:
        raise refuse(f"${{command:{line}}} cannot be read ({error})") from None
    if not argv:
        raise refuse("${command:} names no command")
    return _output(argv, f"the command {argv[0]} gave no secret", refuse)


def _output(argv: tuple[str, ...], failure: str, refuse: Callable[[str], ConfigError]) -> str:
    """What a command prints, without its last newline. Its standard error may hold anything and is not repeated."""
    import subprocess

    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECRET_SECONDS, check=False, text=True
        )
    except subprocess.TimeoutExpired:
        raise refuse(f"{failure}: no answer within {_SECRET_SECONDS:.0f} s") from None
    except (OSError, UnicodeDecodeError) as error:
        raise refuse(f"{failure}: {getattr(error, 'strerror', None) or 'its output is not text'}") from None
    secret = done.stdout.rstrip("\r\n")
    if done.returncode or not secret:
        raise refuse(
            f"{failure}: exit code {done.returncode}" + ("" if done.returncode else ", but it printed nothing")
        )
    return secret


def _home(value: str, environ: Mapping[str, str]) -> str:
    if value != "~" and not value.startswith("~/"):
        return value
    import os

    return (environ.get("HOME") or os.path.expanduser("~")) + value[1:]  # noqa: PTH111 (the words, not a path)


def _refused(profile: Profile, key: str, reason: str) -> ConfigError:
    return ConfigError(
        f"Profile {profile.name}, {key}: {reason}.",
        hint=f"Set it before starting ticketdeck, or change {key} of the profile {profile.name} in {profile.source}.",
        title="The profile cannot be used yet",
    )
