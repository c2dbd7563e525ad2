"""``ticketdeck doctor``."""

from __future__ import annotations

import click

from tui_app.cli.options import format_option, given, global_options


@click.command()
@format_option("text", "json")
@global_options
@click.pass_context
def doctor(context: click.Context, form: str) -> int:
    """Check the setup, and say what to do where it fails.

    Starts the chosen server, logs in if need be, and makes a small trial search. Nothing is written to the tracker.
    """
    from tui_app.cli.diagnosis import diagnose
    from tui_app.cli.output import EXIT_OK, echo, exit_code, kind_of
    from tui_app.cli.prescription import as_json, as_text
    from tui_app.tickets.export import json_text

    diagnosis = diagnose(given(context))
    echo(json_text(as_json(diagnosis), indent=2) if form == "json" else as_text(diagnosis))
    return exit_code(kind_of(diagnosis.faults[0])) if diagnosis.faults else EXIT_OK
