"""The commands that only read, and those of the login: their names and options.

`tui_app.cli.queries` carries them out. It is loaded when one is run: help and completion need the options alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from tui_app.cli.options import completions, format_option, global_options, options_of
from tui_app.tickets.criterion import CRITERIA, CriterionKind
from tui_app.tickets.errors import UsageError
from tui_app.tickets.fields import SORT_FIELDS, TICKET_FIELDS
from tui_app.tickets.query_syntax import query_parts
from tui_app.tickets.vocabulary import CLOSED, OPEN


def _complete_sort(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return completions([*SORT_FIELDS, *(f"-{field}" for field in SORT_FIELDS)], incomplete)


def _complete_openness(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return completions((OPEN, CLOSED), incomplete)


def _complete_columns(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    former, comma, last = incomplete.rpartition(",")
    names = [field.name for field in TICKET_FIELDS if field.column]
    return completions([f"{former}{comma}{name}" for name in names if name.startswith(last)], incomplete)


def _complete_view(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from tui_app.cli.selection import usable_settings  # late, here and below: only these completions read the files
    from tui_app.cli.start import known_views

    return completions([view.name for view in known_views(usable_settings(options_of(context)))], incomplete)


def _complete_saved(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from tui_app.settings.recents import RecentSearches

    return completions(list(RecentSearches(options_of(context).clock).saved()), incomplete)


_COMPLETED = {CriterionKind.SORT: _complete_sort, CriterionKind.OPENNESS: _complete_openness}


def _criteria_options(command: Callable[..., int]) -> Callable[..., int]:
    """One option for each criterion that has one, in the order of the table."""
    for criterion in reversed(CRITERIA):
        if criterion.option:
            option = click.option(
                criterion.option,
                criterion.name,
                multiple=criterion.is_list,
                metavar=criterion.metavar,
                help=f"{criterion.help} May be repeated." if criterion.is_list else criterion.help,
                shell_complete=_COMPLETED.get(criterion.kind),
            )
            command = option(command)
    return command


class _QueryCommand(click.Command):
    """A command that takes a query, which may begin with what it leaves out: ``-label:wontfix`` is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, list(self._shielded(args)))
        except click.NoSuchOption as error:
            hint = (
                f"See {ctx.command_path} --help. To leave a word out, write it after --: {ctx.command_path} -- -word."
            )
            raise UsageError(error.format_message(), hint=hint) from None

    def _shielded(self, arguments: Sequence[str]) -> Iterator[str]:
        """``arguments``, with a blank before those that are a query's: it means nothing there."""
        options = (parameter for parameter in self.params if isinstance(parameter, click.Option))
        taking_a_value = {name for option in options if not option.is_flag for name in option.opts}
        former = ""
        for argument in arguments:
            part = next(query_parts(argument), None)
            is_query = part is not None and part.leaves_out and bool(part.word or part.rest.startswith('"'))
            yield f" {argument}" if is_query and former not in taking_a_value else argument
            former = argument


@click.command(cls=_QueryCommand)
@click.argument("opening", nargs=-1, metavar="[QUERY|ID|URL]")
@click.option("--view", metavar="NAME", shell_complete=_complete_view, help="Begin with this view.")
@global_options
@click.pass_context
def browse(context: click.Context, opening: tuple[str, ...], view: str | None) -> int:
    """Open the browser, on a search, a view or a ticket.

    Without any of them it begins as without a command.
    """
    from tui_app.cli.browse import browse as run_browser  # late: `--help` does not need it

    options = options_of(context)
    options.opening, options.view = " ".join(opening), view or ""
    return run_browser(options)


@click.command(cls=_QueryCommand)
@click.argument("query", nargs=-1)
@_criteria_options
@click.option(
    "--view",
    metavar="NAME",
    shell_complete=_complete_view,
    help="Begin with this view's search, in its trackers and columns.",
)
@click.option("--saved", metavar="NAME", shell_complete=_complete_saved, help="Begin with this saved search.")
@click.option(
    "--columns",
    metavar="A,B",
    shell_complete=_complete_columns,
    help="These columns, in this order; in tables, CSV and Markdown.",
)
@format_option("table", "json", "jsonl", "csv", "markdown")
@global_options
@click.pass_context
def search(
    context: click.Context,
    /,
    query: tuple[str, ...],
    form: str,
    view: str | None,
    saved: str | None,
    columns: str | None,
    **fields: Any,
) -> int:
    """Search tickets and print them.

    QUERY is in the query language: words, "phrases", word:value, -word:value, is:open. Put it in quotation marks, so
    that the shell leaves it alone. Options narrow it further. Without both, the newest tickets are listed.
    """
    from tui_app.cli import queries

    sources = queries.SearchSources(" ".join(query), fields, view or "", saved or "")
    queries.print_tickets(options_of(context), form, sources, columns)
    return 0


@click.command()
@click.argument("ticket_id", metavar="ID")
@format_option("markdown", "json")
@global_options
@click.pass_context
def show(context: click.Context, ticket_id: str, form: str) -> int:
    """Print one ticket with its comments."""
    from tui_app.cli.queries import print_ticket

    print_ticket(options_of(context), form, _given(ticket_id))
    return 0


@click.command("open")
@click.argument("ticket_id", metavar="ID")
@global_options
@click.pass_context
def open_(context: click.Context, ticket_id: str) -> int:
    """Open a ticket in the web browser, and print its address."""
    from tui_app.cli.queries import open_ticket

    return open_ticket(options_of(context), _given(ticket_id))


def _given(ticket_id: str) -> str:
    if not ticket_id.strip():
        raise UsageError("ID is empty.", hint="Give a ticket's id, as `ticketdeck search` prints it.", field="id")
    return ticket_id.strip()


@click.command()
@click.option("--no-browser", is_flag=True, help="Only print the address; do not open a browser.")
@global_options
@click.pass_context
def login(context: click.Context, no_browser: bool) -> int:
    """Log in to a tracker."""
    return _change_access(context, out=False, browser=not no_browser)


@click.command()
@global_options
@click.pass_context
def logout(context: click.Context) -> int:
    """Log out of a tracker: revoke and delete its login."""
    return _change_access(context, out=True, browser=False)


def _change_access(context: click.Context, *, out: bool, browser: bool) -> int:
    from tui_app.cli.queries import print_access

    print_access(options_of(context), out=out, browser=browser)
    return 0
