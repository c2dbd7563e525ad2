"""The values of the options that every command takes, and how the browser reads them without click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_app.tickets.clock import Clock

_PLAIN = {"--command": "command", "--url": "url", "--adapter": "adapter"}
"""Options that take one value, to their attribute of `GlobalOptions`."""


class GlobalOptions:
    """The values of the global options, those before and those after the command's name together."""

    def __init__(self) -> None:
        self.profile: tuple[str, ...] = ()
        """The browser and a search take all of them together, other commands the last one."""
        self.command: str | None = None
        self.url: str | None = None
        self.header: tuple[str, ...] = ()
        self.adapter: str | None = None
        self.env: tuple[str, ...] = ()
        self.config: str | None = None
        self.log: str | None = None
        self.write: bool | None = None
        self.read_only: bool | None = None
        self.opening = ""
        """What the browser begins with: a query, or the id or address of a ticket; empty: as the config says."""
        self.view = ""
        """The view that the browser begins with."""

    @property
    def clock(self) -> Clock:
        """The clock of this run: whatever needs the time gets it from here."""
        from tui_app.tickets.clock import SYSTEM_CLOCK  # late: `--help` needs no clock

        return SYSTEM_CLOCK


def plain_options(arguments: Sequence[str]) -> GlobalOptions | None:
    """Read arguments that are nothing but options of the browser, each followed by its value; None: use click.

    Without click the first screen is there 16 ms earlier, a fifteenth of what importing Textual takes.
    """
    options = GlobalOptions()
    if len(arguments) % 2:
        return None
    for option, value in zip(arguments[::2], arguments[1::2], strict=True):
        if value.startswith("-"):
            return None
        if option in _PLAIN:
            setattr(options, _PLAIN[option], value)
        elif option in ("-p", "--profile"):
            options.profile = (*options.profile, value)
        elif option == "--env":
            options.env = (*options.env, value)
        elif option == "--header":
            options.header = (*options.header, value)
        else:
            return None
    return options
