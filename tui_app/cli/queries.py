"""What ``search``, ``show``, ``login`` and ``logout`` do, apart from their options.

A module of its own, since ``--help`` and shell completion need the options only, and everything below takes a while to
load.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from msgspec.structs import replace

from tui_app.cli.global_options import GlobalOptions
from tui_app.cli.output import RequestFailedError, echo, warn
from tui_app.cli.requests import LoginWay, RequestClient
from tui_app.cli.results import aligned_columns, print_found
from tui_app.cli.selection import names_a_server, select
from tui_app.cli.start import known_views, view_named
from tui_app.settings.model import Settings
from tui_app.settings.recents import RecentSearches
from tui_app.tickets.clock import Clock
from tui_app.tickets.criteria import NEWEST, TicketSearchCriteria, View, check_criteria
from tui_app.tickets.criterion import VALUE_CRITERIA
from tui_app.tickets.errors import UsageError
from tui_app.tickets.export import json_text, ticket_to_json, ticket_to_markdown
from tui_app.tickets.fields import further_fields
from tui_app.tickets.messages import (
    AccessChanged,
    ListValues,
    LogIn,
    LogOut,
    OpenTicket,
    Search,
    TicketOpened,
    TicketsFound,
    ValuesListed,
    new_request_id,
)
from tui_app.tickets.query import parse_query
from tui_app.tickets.query_assist import slips
from tui_app.ui.quick_views import ProfileQueries
from tui_app.ui.sharing.external import browser_command, open_address
from tui_app.ui.table.columns import column_named
from tui_app.ui.table.row_values import ordered


class SearchSources(NamedTuple):
    """What the command line says of a search. The later ones replace what the earlier ones say of a criterion."""

    query: str
    fields: Mapping[str, Any]
    """Criterion to the value of its option."""
    view: str = ""
    """The name of a view to begin with; empty: none."""
    saved: str = ""
    """The name of a saved search to begin with; empty: none."""


def print_tickets(options: GlobalOptions, form: str, sources: SearchSources, columns: str | None) -> None:
    """Search, and print what is found in the format ``form``, with ``columns`` divided by commas.

    Raises:
        UsageError: a criterion, view, saved search or column is wrong.
    """
    selection = select(options)
    base, view = _begun_with(selection.settings, sources, options.clock)
    if view and view.trackers and not names_a_server(options):
        options.profile = view.trackers
        selection = select(options)
    shown = _columns(columns, form) or (view.columns if view and form == "table" else ())
    with RequestClient(selection, options) as client:
        criteria = _criteria(base, sources, options.clock.now())  # while the server starts
        criteria = replace(criteria, sort=criteria.sort or (NEWEST if selection.also else None))
        queries = ProfileQueries(selection.settings.summaries())
        found = [partial(_pages, client, name, criteria, further_fields(shown), queries) for name in selection.names]
        pages = _of_several(selection.names, found, criteria.sort or "") if selection.also else found[0]()
        print_found(form, pages, criteria.max_results, shown)


def print_ticket(options: GlobalOptions, form: str, ticket_id: str) -> None:
    """Open one ticket, and print it in the format ``form``."""
    selection = select(options)
    with RequestClient(selection, options) as client:
        for reply in client.ask(OpenTicket(new_request_id(), selection.profile.name, ticket_id)):
            if isinstance(reply, TicketOpened):
                echo(ticket_to_json(reply.ticket) if form == "json" else ticket_to_markdown(reply.ticket))
                for warning in reply.warnings:
                    warn(warning)


def print_access(options: GlobalOptions, *, out: bool, browser: bool) -> None:
    """Log in, or out, and print what is so then. ``browser``: open the login's address in the user's browser."""
    selection = select(options)
    way = LoginWay.OPEN if browser else LoginWay.PRINT
    with RequestClient(selection, options, login=way) as client:
        kind = LogOut if out else LogIn
        for reply in client.ask(kind(new_request_id(), selection.profile.name)):
            if isinstance(reply, AccessChanged):
                echo(f"{reply.line[:1].upper()}{reply.line[1:].rstrip('.')}.")


def _of_several(
    names: Sequence[str], found: Sequence[Callable[[], Iterator[TicketsFound]]], order: str
) -> Iterator[TicketsFound]:
    """The pages of several trackers, with all tickets in one order on the first; who fails is told, unless all do.

    Raises:
        RequestFailedError: no tracker answered.
    """
    pages: list[TicketsFound] = []
    failures: list[RequestFailedError] = []
    for name, ask in zip(names, found, strict=True):
        try:
            pages += ask()
        except RequestFailedError as error:
            failures.append(error)
            warn(f"{name}: {error.title}: {error.cause}")
    if failures and not pages:
        raise failures[0]
    rows = ordered([ticket for page in pages for ticket in page.tickets], order)
    for number, page in enumerate(pages):
        yield replace(page, tickets=tuple(rows) if not number else ())


def _begun_with(settings: Settings, sources: SearchSources, clock: Clock) -> tuple[TicketSearchCriteria, View | None]:
    """The search of the view or of the saved search that is named, and the view."""
    if sources.view and sources.saved:
        raise UsageError("--view and --saved exclude each other.", hint="Give one of them.", field="saved")
    if sources.view:
        view = view_named(sources.view, known_views(settings))
        return view.criteria, view
    if not sources.saved:
        return TicketSearchCriteria(), None
    saved = RecentSearches(clock).saved()
    if sources.saved not in saved:
        hint = f"It can be: {', '.join(saved)}." if saved else "None is saved yet: the browser saves one."
        raise UsageError(f"There is no saved search {sources.saved!r}.", hint=hint, field="saved")
    return saved[sources.saved], None


def _columns(typed: str | None, form: str) -> tuple[str, ...]:
    """The columns by the names of the table.

    Raises:
        UsageError: a format without columns, or no column is named.
    """
    if typed is None:
        return ()
    columns = tuple(column_named(word) for word in typed.split(",") if word.strip())
    if not columns or form in ("json", "jsonl"):
        why = f"{form} holds every field" if columns else "it names no column"
        hint = "For example: --columns id,status,title --format csv."
        raise UsageError(f"--columns: {why}.", hint=hint, field="columns")
    return columns


def _criteria(base: TicketSearchCriteria, sources: SearchSources, now: datetime) -> TicketSearchCriteria:
    given = {name: value for name, value in sources.fields.items() if value not in (None, "", ())}
    return check_criteria({**base.to_json(), **parse_query(sources.query), **given}, now)


def open_ticket(options: GlobalOptions, ticket_id: str) -> int:
    """Open the ticket's address in the browser; returns the exit code.

    Raises:
        UsageError: the tracker gives the ticket no address, or there is no browser.
    """
    selection = select(options)
    with RequestClient(selection, options) as client:
        for reply in client.ask(OpenTicket(new_request_id(), selection.profile.name, ticket_id)):
            if isinstance(reply, TicketOpened):
                if not reply.ticket.url:
                    hint = f"`ticketdeck show {ticket_id}` prints it."
                    raise UsageError(f"The tracker gives {reply.ticket.id} no address.", hint=hint, field="id")
                echo(reply.ticket.url)
                if not browser_command(os.environ):
                    warn("No web browser was found here. Set $BROWSER, or open that address yourself.")
                    return 1
                if why_not := open_address(reply.ticket.url):
                    warn(why_not)
                    return 1
    return 0


def print_views(options: GlobalOptions, form: str) -> None:
    """Print the views, then the saved searches, with what they search for in the query language."""
    settings = select(options).settings
    rows = [("view", view.name, view.criteria.query(), ", ".join(view.trackers)) for view in known_views(settings)]
    saved = RecentSearches(options.clock).saved()
    rows += [("saved", name, criteria.query(), "") for name, criteria in saved.items()]
    if form == "json":
        keys = ("kind", "name", "query", "trackers")
        echo(json_text({"views": [dict(zip(keys, row, strict=True)) for row in rows]}, indent=2))
    else:
        echo(aligned_columns([("KIND", "NAME", "QUERY", "TRACKERS"), *rows]))


def _pages(
    client: RequestClient,
    profile: str,
    criteria: TicketSearchCriteria,
    fields: tuple[str, ...],
    queries: ProfileQueries,
) -> Iterator[TicketsFound]:
    """The pages of a search under the profile's own query, which is told where it narrows.

    One that found nothing, and for which nobody said why, names what was probably meant.
    """
    asked, is_empty = criteria.narrowed_by(queries.of(profile)), True
    narrowed = () if asked == criteria else (f"Narrowed by the profile's own query: {queries.words((profile,))}.",)
    for reply in client.ask(Search(new_request_id(), profile, asked, fields)):
        if isinstance(reply, TicketsFound):
            is_empty = is_empty and not (reply.tickets or reply.warnings)
            said = _meant(client, profile, criteria) if is_empty and reply.complete else reply.warnings
            yield replace(reply, warnings=(*said, *narrowed))


def _meant(client: RequestClient, profile: str, criteria: TicketSearchCriteria) -> tuple[str, ...]:
    """What looks like a slip in the search: of values, the nearest one that the tracker lists."""
    values: Mapping[str, tuple[str, ...]] = {}
    if not criteria.used_fields().isdisjoint(VALUE_CRITERIA):
        with suppress(RequestFailedError):  # the search itself was answered
            for reply in client.ask(ListValues(new_request_id(), profile)):
                values = reply.values if isinstance(reply, ValuesListed) else values
    return tuple(slip.message for slip in slips(criteria.query(), values))
