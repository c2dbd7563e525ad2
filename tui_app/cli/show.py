"""``ticketdeck show`` and ``ticketdeck open``."""

from __future__ import annotations

import click

from tui_app.cli.options import format_option, global_options, options_of
from tui_app.tickets.errors import UsageError


@click.command()
@click.argument("ticket_id", metavar="ID")
@format_option("markdown", "json")
@global_options
@click.pass_context
def show(context: click.Context, ticket_id: str, form: str) -> int:
    """Print one ticket with its comments."""
    from tui_app.cli.queries import print_ticket  # late, as in `tui_app.cli.search`

    print_ticket(options_of(context), form, _given(ticket_id))
    return 0


@click.command("open")
@click.argument("ticket_id", metavar="ID")
@global_options
@click.pass_context
def open_(context: click.Context, ticket_id: str) -> int:
    """Open a ticket in the web browser, and print its address."""
    from tui_app.cli.queries import open_ticket  # late, as in `tui_app.cli.search`

    return open_ticket(options_of(context), _given(ticket_id))


def _given(ticket_id: str) -> str:
    if not ticket_id.strip():
        raise UsageError("ID is empty.", hint="Give a ticket's id, as `ticketdeck search` prints it.", field="id")
    return ticket_id.strip()
