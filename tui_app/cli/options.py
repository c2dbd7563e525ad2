"""The options that every command takes, before or after its name; what stands later wins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from tui_app.cli.given import GlobalOptions

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


def global_options(decorated: _Decorated) -> _Decorated:
    """Give a command ``-p``, ``--command``, ``--adapter``, ``--env``, ``--config`` and ``--log``."""
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def given(context: click.Context) -> GlobalOptions:
    """The options of this run, from the group and its command together."""
    return context.ensure_object(GlobalOptions)


def format_option(*formats: str) -> Callable[[_Decorated], _Decorated]:
    """``--format``, with the first of ``formats`` as default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How to print the answer.",
    )


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    options, name = given(context), str(parameter.name)
    if parameter.multiple:
        setattr(options, name, getattr(options, name) + tuple(value))
    elif value is not None:
        setattr(options, name, value)


def _complete_profile(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from tui_app.cli.completion import profile_names

    return [CompletionItem(name) for name in profile_names(given(context).config) if name.startswith(incomplete)]


def _complete_adapter(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from tui_app.cli.completion import adapter_names

    return [CompletionItem(name) for name in adapter_names() if name.startswith(incomplete)]


def _option(*names: str, **attributes: Any) -> Callable[[_Decorated], _Decorated]:
    return click.option(*names, expose_value=False, is_eager=True, callback=_remember, **attributes)


_OPTIONS = (
    _option(
        "-p",
        "--profile",
        metavar="PROFILE",
        shell_complete=_complete_profile,
        help="The configured server to use [env: TICKETDECK_PROFILE].",
    ),
    _option("--command", metavar="'CMD ARG..'", help="Run this MCP server, whatever is configured."),
    _option("--adapter", metavar="NAME", shell_complete=_complete_adapter, help="How to talk to it, where auto errs."),
    _option(
        "--env",
        metavar="NAME[=VALUE]",
        multiple=True,
        help="Set a variable for the server; NAME alone passes on your own. May be repeated.",
    ),
    _option(
        "--config",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help="Read this config.toml or mcp.json instead of your own.",
    ),
    _option("--log", metavar="FILE", type=click.Path(dir_okay=False), help="Write a log, without secrets or tickets."),
)
