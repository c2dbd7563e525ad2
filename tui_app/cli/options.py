"""The options that every command takes, before or after its name; of two values the later one counts.

click is imported only where a command is built: the browser reads its options without it, by `plain_options`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

    from tui_app.tickets.clock import Clock

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])

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


def options_of(context: click.Context) -> GlobalOptions:
    """The global options of this run."""
    return context.ensure_object(GlobalOptions)


def global_options(decorated: _Decorated) -> _Decorated:
    """Give a command the options that say which server is meant and how to reach it, ``--config`` and ``--log``."""
    import click

    file = click.Path(dir_okay=False)
    for option in (
        _option("--log", metavar="FILE", type=file, help="Write a log, without secrets or tickets."),
        _option("--read-only", is_flag=True, default=None, help="Change nothing on any tracker in this run."),
        _option("--write", is_flag=True, default=None, help="Allow changes through the server of --command or --url."),
        _option("--config", metavar="FILE", type=file, help="Read this config.toml or mcp.json instead of your own."),
        _option(
            "--env",
            metavar="NAME[=VALUE]",
            multiple=True,
            help="Set a variable for the server; NAME alone passes on your own. May be repeated.",
        ),
        _option(
            "--adapter", metavar="NAME", shell_complete=_complete_adapter, help="How to talk to it, if auto is wrong."
        ),
        _option(
            "--header",
            metavar="'NAME: VALUE'",
            multiple=True,
            help="Send this header to the server's URL; ${env:NAME} in it is filled in. May be repeated.",
        ),
        _option("--url", metavar="URL", help="Use the MCP server at this address instead of a configured one."),
        _option("--command", metavar="'CMD ARG..'", help="Run this MCP server instead of a configured one."),
        _option(
            "-p",
            "--profile",
            metavar="PROFILE",
            multiple=True,
            shell_complete=_complete_profile,
            help="The configured server to use [env: TICKETDECK_PROFILE]. Several are searched together.",
        ),
    ):
        decorated = option(decorated)
    return decorated


def format_option(*formats: str) -> Callable[[_Decorated], _Decorated]:
    """``--format``, with the first of ``formats`` as default."""
    import click

    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How to print the answer.",
    )


def completions(values: Sequence[str], incomplete: str) -> list[CompletionItem]:
    """Those of ``values`` that begin with ``incomplete``, as the shell gets them."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(value) for value in values if value.startswith(incomplete)]


def _option(*names: str, **attributes: Any) -> Callable[[_Decorated], _Decorated]:
    import click

    return click.option(*names, expose_value=False, is_eager=True, callback=_remember, **attributes)


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    options, name = options_of(context), str(parameter.name)
    if parameter.multiple:
        setattr(options, name, getattr(options, name) + tuple(value))
    elif value is not None:
        setattr(options, name, value)


def _complete_profile(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from pathlib import Path

    from tui_app.settings.load import profile_names  # late: only this completion reads the config

    config = options_of(context).config
    return completions(profile_names(Path(config) if config else None), incomplete)


def _complete_adapter(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from tui_app.adapters.registry import adapter_names  # late: only this completion needs the adapters

    return completions(list(adapter_names()), incomplete)
