"""``ticketdeck config``."""

from __future__ import annotations

import click

from tui_app.cli.options import given, global_options


@click.group()
def config() -> None:
    """Where the configuration is."""


@config.command()
@global_options
@click.pass_context
def path(context: click.Context) -> int:
    """Print the path of the config file, whether it exists or not."""
    from tui_app.cli.output import echo
    from tui_app.settings.paths import config_file

    echo(given(context).config or str(config_file()))
    return 0
