"""``ticketdeck profiles``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui_app.cli.options import format_option, given, global_options

if TYPE_CHECKING:
    from tui_app.tickets.ticket import JsonValue


@click.command()
@format_option("table", "json")
@global_options
@click.pass_context
def profiles(context: click.Context, form: str) -> int:
    """List the configured servers.

    The default is marked with *. Secrets are masked.
    """
    from tui_app.cli.choosing import choose
    from tui_app.cli.output import echo, warn
    from tui_app.cli.table import columns
    from tui_app.tickets.export import json_text

    choice = choose(given(context))
    summaries = choice.settings.summaries()
    if form == "json":
        rows: list[JsonValue] = [
            {
                "name": summary.name,
                "default": summary.name == choice.profile.name,
                "adapter": summary.adapter,
                "command": summary.command,
                "source": summary.source,
            }
            for summary in summaries
        ]
        echo(json_text({"profiles": rows}, indent=2))
    else:
        marked = [
            ("*" if s.name == choice.profile.name else "", s.name, s.adapter, s.source, s.command) for s in summaries
        ]
        echo(columns([("", "NAME", "ADAPTER", "SOURCE", "COMMAND"), *marked]))
    for notice in choice.settings.notices:
        warn(notice)
    return 0
