"""``ticketdeck search``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from tui_app.cli.options import format_option, given, global_options

if TYPE_CHECKING:
    from tui_app.cli.asking import Asking
    from tui_app.tickets.criteria import TicketSearchCriteria
    from tui_app.tickets.messages import TicketsFound


def _complete_sort(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from tui_app.cli.completion import sort_fields

    return [CompletionItem(field) for field in sort_fields() if field.startswith(incomplete)]


@click.command()
@click.argument("text", nargs=-1)
@click.option("--status", multiple=True, metavar="S", help="Any of these statuses. May be repeated.")
@click.option("--assignee", metavar="A", help="Assigned to this person, or me.")
@click.option("--project", metavar="P", help="In this project.")
@click.option("--label", "labels", multiple=True, metavar="L", help="With all of these labels. May be repeated.")
@click.option("--priority", multiple=True, metavar="P", help="Of this priority. May be repeated.")
@click.option("--created-after", metavar="D", help="Created at or after: 2026-11-01, an ISO date-time, 7d, 2w, 3m.")
@click.option("--created-before", metavar="D", help="Created before this date.")
@click.option("--updated-after", metavar="D", help="Changed at or after this date.")
@click.option("--max-results", metavar="N", help="How many tickets at most, 1 to 1000.  [default: 100]")
@click.option("--sort", metavar="FIELD", shell_complete=_complete_sort, help="Order by this field; -FIELD: descending.")
@click.option("--native", metavar="QUERY", help="A query in the tracker's own language, sent as it is.")
@format_option("table", "json", "jsonl", "csv", "markdown")
@global_options
@click.pass_context
def search(context: click.Context, /, text: tuple[str, ...], form: str, **fields: Any) -> int:
    """Search tickets and print them.

    TEXT is what to look for; several words must all occur. Without any criteria the newest tickets are listed.
    """
    from tui_app.cli.asking import Asking
    from tui_app.cli.choosing import choose
    from tui_app.cli.found import print_found

    options = given(context)
    choice = choose(options)
    with Asking(choice, options.log) as asking:
        searches = _criteria({"text": " ".join(text), **fields})  # the server starts meanwhile
        print_found(form, _pages(asking, choice.profile.name, searches), searches[0].max_results)
    return 0


def _criteria(fields: dict[str, Any]) -> list[TicketSearchCriteria]:
    """What was typed, as one search for each priority: trackers take one at a time."""
    from tui_app.tickets.criteria import check_criteria

    priorities = fields.pop("priority") or (None,)
    return [check_criteria({**fields, "priority": priority}) for priority in dict.fromkeys(priorities)]


def _pages(asking: Asking, profile: str, searches: list[TicketSearchCriteria]) -> Iterator[TicketsFound]:
    from tui_app.tickets.messages import Search, TicketsFound, new_request_id

    for criteria in searches:
        for reply in asking.ask(Search(new_request_id(), profile, criteria)):
            if isinstance(reply, TicketsFound):
                yield reply
