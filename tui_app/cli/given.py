"""What was given on the command line for every command alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tui_app.tickets.errors import UsageError

_PLAIN = {"-p": "profile", "--profile": "profile", "--command": "command", "--adapter": "adapter"}
"""Options whose value is taken as it is."""
_VARIABLE = re.compile(r"[A-Za-z_]\w*")


class GlobalOptions:
    """The options that stand before or after a command's name, both sides taken together."""

    def __init__(self) -> None:
        self.profile: str | None = None
        self.command: str | None = None
        self.adapter: str | None = None
        self.env: tuple[str, ...] = ()
        self.config: str | None = None
        self.log: str | None = None


def plainly_given(arguments: Sequence[str]) -> GlobalOptions | None:
    """The options that start the browser, where there are no others and each is followed by its value.

    None where it takes a closer look. With what it reads, the server is started before click is imported.
    """
    options = GlobalOptions()
    if len(arguments) % 2:
        return None
    for option, value in zip(arguments[::2], arguments[1::2], strict=True):
        if value.startswith("-"):
            return None
        if option in _PLAIN:
            setattr(options, _PLAIN[option], value)
        elif option == "--env":
            options.env = (*options.env, value)
        else:
            return None
    return options


def command_words(command: str) -> tuple[str, ...]:
    """The words of ``--command``, as a shell would split it; no shell is involved.

    Raises:
        UsageError: it has none, or a quote that is never closed.
    """
    import shlex

    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"--command cannot be split into words: {error}.", field="command") from None
    if not words:
        raise UsageError(
            "--command is empty.",
            hint="For example: --command 'npx -y @modelcontextprotocol/server-github'.",
            field="command",
        )
    return words


def variable(given: str) -> tuple[str, str]:
    """Name and value of one ``--env``, the value as a profile has it: ``NAME`` alone refers to our own variable.

    Raises:
        UsageError: it is no name.
    """
    name, equals, value = given.partition("=")
    if not _VARIABLE.fullmatch(name):
        raise UsageError(f"--env: {name!r} is no name of a variable.", hint="Give NAME=VALUE, or NAME.", field="env")
    return name, value.replace("${", "$${") if equals else f"${{env:{name}}}"
