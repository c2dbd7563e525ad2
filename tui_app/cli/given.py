"""What was given on the command line for every command alike."""

from __future__ import annotations

from collections.abc import Sequence

_PLAIN = {"-p": "profile", "--profile": "profile", "--command": "command", "--adapter": "adapter"}
"""Options whose value is taken as it is."""


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
