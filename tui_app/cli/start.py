"""Where the browser begins: in which trackers, with which search, and what the checkout that one works in adds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from tui_app.cli.global_options import GlobalOptions
from tui_app.cli.selection import Selection
from tui_app.settings.model import Settings
from tui_app.settings.paths import config_file, here
from tui_app.settings.recents import RecentSearches
from tui_app.settings.state import UiState
from tui_app.settings.views import Checkout, read_checkout, tracker_of
from tui_app.tickets.clock import Clock
from tui_app.tickets.criteria import NEWEST, TicketSearchCriteria, View, check_criteria, criteria_of
from tui_app.tickets.errors import UsageError
from tui_app.tickets.fields import further_fields
from tui_app.tickets.messages import Search, new_request_id
from tui_app.ui.quick_views import OPEN_WORK, Beginning, ProfileQueries, all_views
from tui_app.ui.user_files import UserMemories

_TICKET = re.compile(r"https?://\S+|[A-Za-z][A-Za-z0-9_]*-\d+|(?:[\w.-]+(?:/[\w.-]+)+)?#\d+|\d+")


def beginning(selection: Selection, options: GlobalOptions) -> tuple[Settings, Beginning]:
    """The settings with what the checkout adds, and what is searched first: the searches are yet to be submitted."""
    settings = selection.settings
    checkout = read_checkout(here(), tuple(settings.profiles))
    settings = _with_checkout(settings, checkout)
    state = UiState(options.clock)
    view, criteria, notices = _first(settings, checkout, state, selection.names, options)
    profiles = (view.trackers if view else ()) or selection.names
    asked = criteria if criteria.sort or len(profiles) == 1 else replace(criteria, sort=NEWEST)
    queries = ProfileQueries(settings.summaries())
    fields = further_fields((view.columns if view else ()) or settings.ui.columns)
    searches = [Search(new_request_id(), name, asked.narrowed_by(queries.of(name)), fields) for name in profiles]
    settings = replace(settings, notices=(*settings.notices, *state.notices, *checkout.notices, *notices))
    wanted = options.opening if names_a_ticket(options.opening) else ""
    shown = view if view and view.criteria == criteria else None  # narrowed further it is another search
    return settings, Beginning(selection.names, criteria, tuple(searches), shown, checkout.ticket, wanted)


def memories(settings: Settings, clock: Clock) -> UserMemories:
    """What reads and writes the user's files for the browser."""
    from tui_app.settings import cached_rows, change_files  # late: the first search is submitted before

    return UserMemories(
        recents=RecentSearches(clock),
        looks=UiState(clock, default=settings.together),
        rows=cached_rows.RowCache(settings.profiles.values(), enabled=settings.ui.cache),
        drafts=change_files.Drafts(clock),
        changes=change_files.ChangeLog(clock),
        config_file=str(settings.source or config_file()),
    )


def _first(
    settings: Settings, checkout: Checkout, state: UiState, trackers: Sequence[str], options: GlobalOptions
) -> tuple[View | None, TicketSearchCriteria, tuple[str, ...]]:
    """The view that is begun with, if it is one; what it asks for; and what could not be found."""
    if options.view:
        view = view_named(options.view, all_views(settings.ui))
        added = criteria_of(options.opening) if not names_a_ticket(options.opening) else None
        return view, view.criteria.narrowed_by(added) if added else view.criteria, ()
    if options.opening and not names_a_ticket(options.opening):
        return None, criteria_of(options.opening), ()
    if checkout.query:
        return None, criteria_of(checkout.query), ()
    notices: tuple[str, ...] = ()
    if wanted := settings.ui.start:
        for view in all_views(settings.ui):
            if view.name.casefold() == wanted.casefold():
                return view, view.criteria, ()
        searches = RecentSearches(options.clock)
        saved = searches.saved()
        if wanted in saved:
            return None, saved[wanted], ()
        names = ", ".join([*(view.name for view in all_views(settings.ui)), *saved])
        notices = (
            *searches.notices,
            f"[ui] start: there is no view or saved search {wanted!r}; it can be {names}.",
        )
    return *_last(settings, state, trackers), notices


def _last(settings: Settings, state: UiState, trackers: Sequence[str]) -> tuple[View | None, TicketSearchCriteria]:
    """Where the last run with these trackers ended: a view as it is configured by now, or a search.

    What a view asked that is gone, or of another checkout, is not asked of other trackers than its own.
    """
    name, last = state.last_view(trackers), state.last_search(trackers)
    if name:
        view = next((view for view in all_views(settings.ui) if view.name == name), None)
        return view, view.criteria if view else criteria_of(OPEN_WORK)
    try:
        return None, criteria_of(OPEN_WORK) if last is None else check_criteria(last)
    except (UsageError, TypeError, ValueError):
        return None, criteria_of(OPEN_WORK)


def names_a_ticket(text: str) -> bool:
    """Whether ``text`` is the id or the address of a ticket, and no search."""
    return _TICKET.fullmatch(text.strip()) is not None


def known_views(settings: Settings) -> Sequence[View]:
    """The views that a command can name, in the order of the browser's tabs."""
    return all_views(_with_checkout(settings, read_checkout(here(), tuple(settings.profiles))).ui)


def view_named(name: str, views: Sequence[View]) -> View:
    """The first of ``views`` that is called ``name``.

    Raises:
        UsageError: there is none.
    """
    for view in views:
        if view.name.casefold() == name.casefold():
            return view
    names = ", ".join(view.name for view in views)
    raise UsageError(f"There is no view {name!r}.", hint=f"It can be: {names}.", field="view")


def _with_checkout(settings: Settings, checkout: Checkout) -> Settings:
    """``settings`` with the views of the repository's file, and one of its tickets where its tracker is configured."""
    views = [*settings.ui.views, *checkout.views]
    profile = tracker_of(checkout.host, settings.profiles.values()) if checkout.host else ""
    if profile:
        criteria = criteria_of(f'project:"{checkout.project}" {OPEN_WORK}')
        views.append(View(checkout.project, criteria, trackers=(profile,)))
    return replace(settings, ui=replace(settings.ui, views=tuple(views)))
