"""``ticketdeck show``."""

from __future__ import annotations

import click

from tui_app.cli.options import format_option, given, global_options


@click.command()
@click.argument("ticket_id", metavar="ID")
@format_option("markdown", "json")
@global_options
@click.pass_context
def show(context: click.Context, ticket_id: str, form: str) -> int:
    """Print one ticket with its comments."""
    from tui_app.cli.asking import Asking
    from tui_app.cli.choosing import choose
    from tui_app.cli.output import echo, warn
    from tui_app.tickets.errors import UsageError
    from tui_app.tickets.export import ticket_to_json, ticket_to_markdown
    from tui_app.tickets.messages import OpenTicket, TicketOpened, new_request_id

    if not ticket_id.strip():
        raise UsageError("ID is empty.", hint="Give a ticket's id, as `ticketdeck search` prints it.", field="id")
    options = given(context)
    choice = choose(options)
    with Asking(choice, options.log) as asking:
        for reply in asking.ask(OpenTicket(new_request_id(), choice.profile.name, ticket_id.strip())):
            if isinstance(reply, TicketOpened):
                echo(ticket_to_json(reply.ticket) if form == "json" else ticket_to_markdown(reply.ticket))
                for warning in reply.warnings:
                    warn(warning)
    return 0
