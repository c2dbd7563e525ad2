"""The options that every command takes, before or after its name; of two values the later one counts.

Only commands load this module, and click with it: the browser reads its options by `tui_app.cli.global_options`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from tui_app.cli.global_options import GlobalOptions

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


def options_of(context: click.Context) -> GlobalOptions:
    """The global options of this run."""
    return context.ensure_object(GlobalOptions)


def global_options(decorated: _Decorated) -> _Decorated:
    """Give a command the options that say which server is meant and how to reach it, ``--config`` and ``--log``."""
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
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How to print the answer.",
    )


def completions(values: Sequence[str], incomplete: str) -> list[CompletionItem]:
    """Those of ``values`` that begin with ``incomplete``, as the shell gets them.

    Bash alone takes them as they are to be typed, after its ``read`` has taken one backslash of two away.
    """
    begun = [value for value in values if value.startswith(incomplete)]
    is_bash = os.environ.get("_TICKETDECK_COMPLETE", "").startswith("bash")
    return [CompletionItem(re.sub(r"([^\w@%+=:,./-])", r"\\\\\1", value) if is_bash else value) for value in begun]


def _option(*names: str, **attributes: Any) -> Callable[[_Decorated], _Decorated]:
    return click.option(*names, expose_value=False, is_eager=True, callback=_remember, **attributes)


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    options, name = options_of(context), str(parameter.name)
    if parameter.multiple:
        setattr(options, name, getattr(options, name) + tuple(value))
    elif value is not None:
        setattr(options, name, value)


def _complete_profile(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from tui_app.settings.load import profile_names  # late: only this completion reads the config

    config = options_of(context).config
    return completions(profile_names(Path(config) if config else None), incomplete)


def _complete_adapter(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from tui_app.adapters.registry import adapter_names  # late: only this completion needs the adapters

    return completions(list(adapter_names()), incomplete)
