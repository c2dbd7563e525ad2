"""Searching: from a tab to the service, and from its replies to the rows of that tab."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from textual.screen import Screen

from tui_app.tickets.criteria import TicketSearchCriteria, View
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.mentions import SeenTickets
from tui_app.tickets.messages import Failed, Reconnect, ServerInspected, TicketsFound, new_request_id
from tui_app.tickets.ticket import Ticket
from tui_app.ui.browse.background import BackgroundRequests
from tui_app.ui.browse.current_search import CurrentSearch
from tui_app.ui.browse.seen_before import LastVisit, SeenBefore
from tui_app.ui.browse.tab_bar import TabBar
from tui_app.ui.browse.tabs import Tab, Tabs
from tui_app.ui.form.form_fields import KnownValues
from tui_app.ui.form.sentence import SearchLine
from tui_app.ui.keymap import shown_key
from tui_app.ui.needs import needs
from tui_app.ui.quick_views import Beginning, ProfileQueries
from tui_app.ui.rendering.at_a_glance import age_words
from tui_app.ui.reply_routing import FailureHandler, ReplyRouter
from tui_app.ui.table.results_table import ResultsTable
from tui_app.ui.table.table_model import TableModel
from tui_app.ui.user_files import UserFiles

_FRESH = timedelta(seconds=60)  # younger rows are shown again without asking


class SearchController:
    """Searches, and puts what is found into ``table``.

    Args:
        screen: the host of dialogs.
        router: takes the requests.
        table: shows the rows.
        line: shows what is searched.
        bar: shows the tabs.
        files: recent and saved searches.
        begin: what to search first.
        views: the searches on the number keys.
        queries: what is asked for in every search of a profile besides.
        notify: a query for the news that `on_news` is told.
        counts: whether trackers are asked how many tickets the other views have.
        new_model: makes the model of a tab's rows.
        is_down: whether a profile's server has ended.
        on_changed: called when what the status line shows of the search is out of date.
        on_started: called when the errors of the search before are out of date.
        on_refresh: called before everything is fetched again.
        on_failed: gets what went wrong.
        on_tab_shown: called when the rows of another tab are on the table.
    """

    def __init__(
        self, screen: Screen[Any], router: ReplyRouter, table: ResultsTable, line: SearchLine, bar: TabBar,
        files: UserFiles, *, now: Callable[[], datetime], begin: Beginning, views: Sequence[View],
        queries: ProfileQueries, notify: str, counts: bool, new_model: Callable[[], TableModel],
        is_down: Callable[[str], bool], on_changed: Callable[[], object], on_started: Callable[[], object],
        on_refresh: Callable[[], object], on_failed: FailureHandler, on_news: Callable[[str], object],
        on_tab_shown: Callable[[Tab], object],
    ) -> None:  # fmt: skip
        self.screen = screen
        self._router = router
        self._table = table
        self._line = line
        self._bar = bar
        self._begin = begin
        self._queries = queries
        self._files = files
        self._now = now
        self._is_down = is_down
        self._on_changed = on_changed
        self._on_started = on_started
        self._on_refresh = on_refresh
        self._on_failed = on_failed
        self._on_tab_shown = on_tab_shown
        self.seen = SeenTickets()
        self.tabs = Tabs(table, router, views, begin.profiles, self._take, new_model, queries.of)
        self.before = SeenBefore(files, now)
        self.visit = LastVisit(
            self.tabs, files, self.before, now, notify, on_shown=self._rows_recalled, on_news=on_news
        )
        self.known = KnownValues()
        self._background = BackgroundRequests(
            router, self.tabs, self.known, now,
            counts=counts, in_sight=lambda: bar.in_sight, on_counted=self.show_tabs,
        )  # fmt: skip
        self._reconnecting: set[int] = set()
        self._by_itself = False

    @property
    def current(self) -> CurrentSearch:
        """The search in force."""
        return self.tabs.active.search

    @property
    def profiles(self) -> tuple[str, ...]:
        """The trackers that are searched."""
        return self.current.profiles

    def profile_of(self, ticket: Ticket) -> str:
        """Which profile to ask about ``ticket``."""
        return ticket.source or self.profiles[0]

    # -------------------------------------------------------------- searching

    def begin(self) -> None:
        """Search for the first time, unless that was submitted before the user interface was there."""
        begin = self._begin
        if begin.searches:
            self.tabs.activate(self.tabs.first(begin.view, begin.criteria))
            self.tabs.active.restore_order(self._files.looks.order)
            self._on_tab_shown(self.tabs.active)
            self.current.adopt(begin.searches, begin.criteria)
            self.tabs.set_order(self.tabs.active)
            self._show_search()
        if not begin.searches or not {*self._table.further_fields} <= {*begin.searches[0].fields}:
            self.search(begin.criteria, remember=False)
        self.visit.recall_now(self.tabs.active)
        for tab in self.tabs.views:
            if tab is not self.tabs.active:
                self.visit.recall(tab)

    def order_chosen(self) -> None:
        """Keep the order of the table, and let the trackers sort where only some of the tickets are loaded."""
        tab = self.tabs.active
        self._files.remember_order(tab.order_name, tab.kept_order)
        tab.search.sort = tab.asked_sort
        if tab.search.progress.truncated and (tab.search.order or "") != tab.search.progress.sort:
            self.search(self.current.criteria, remember=False)
        self._show_line()
        self._on_changed()

    def search(self, criteria: TicketSearchCriteria, *, is_refresh: bool = False, remember: bool = True) -> None:
        """Search the present profiles; the rows shown stay, marked as old, until new ones come."""
        self._by_itself = False
        self._background.give_up()
        if not is_refresh:
            self._prepare_tab(criteria)
        self.tabs.active.restore_order(self._files.looks.order)
        self.current.sort, self.current.fields = self.tabs.active.asked_sort, self._table.further_fields
        self.current.start(criteria, is_refresh=is_refresh)
        self.tabs.set_order(self.tabs.active)
        if not is_refresh:
            self.tabs.active.draft = {}
            self.tabs.set_stale(self.tabs.active)
            self.visit.resume(self.tabs.active)
            if remember and criteria != TicketSearchCriteria():
                self._files.remember_search(criteria)
        self._on_started()
        self._show_search()

    def _prepare_tab(self, criteria: TicketSearchCriteria) -> None:
        """Go to the tab for ``criteria``; in that of no view, the rows of before stay until new ones come."""
        former, tab = self.tabs.active, self.tabs.of(criteria)
        if tab is former:
            return
        if tab.view is None:
            tab.search.profiles, tab.as_of, tab.since = former.search.profiles, None, None
            tab.model.replace(former.model.rows.tickets, keep_cursor=False, compare=False)
        self._activate(tab)

    def _activate(self, tab: Tab) -> None:
        tab.restore_order(self._files.looks.order)
        self.tabs.activate(tab)
        self._table.has_more = tab.search.progress.truncated
        self._on_started()
        self._on_failed(tab.search.progress.failures, is_shown=False)
        self._on_tab_shown(tab)

    def show_tab(self, tab: Tab) -> None:
        """Show a tab: the rows that it has, and younger ones where these were not fetched just now."""
        self._activate(tab)
        search, trackers = tab.search, self.tabs.trackers_of(tab.view)
        criteria = tab.view.criteria if tab.view else search.criteria
        if search.profiles != trackers or search.criteria != criteria or not search.progress.parts:
            if search.profiles != trackers:
                search.profiles, tab.as_of, tab.since = trackers, None, None
                self.tabs.show_rows(tab, (), is_refresh=False)
            self.search(criteria, remember=False)
            return
        self._show_search()
        if not search.progress.running and not self._is_fresh(tab):
            self._search_again()
            self._by_itself = True

    def _is_fresh(self, tab: Tab) -> bool:
        return tab.answered_at is not None and self._now() - tab.answered_at < _FRESH

    def search_profiles(self, names: tuple[str, ...]) -> None:
        """Search these trackers from now on, for the same criteria."""
        self.tabs.profiles = names
        self.current.profiles = self.tabs.trackers_of(self.tabs.active.view)
        self.search(self.current.criteria, remember=False)

    def refresh(self) -> None:
        """Search again; restart servers that have ended first."""
        down = [name for name in self.profiles if self._is_down(name)]
        if not down:
            self._search_again()
            return
        for profile in down:
            request = Reconnect(new_request_id(), profile)
            self._reconnecting.add(request.request_id)
            self._router.submit(request, self._reconnected)
        self._on_started()
        self.screen.app.notify(f"Restarting {', '.join(down)}.", markup=False)

    def refresh_by_itself(self) -> None:
        """Refresh unless an answer is awaited or a dialog is open. A fault of it does not get into the user's way."""
        if not self.current.progress.running and self.screen.is_current:
            self._search_again()
            self._by_itself = True

    def _search_again(self) -> None:
        self._on_refresh()
        self.search(self.current.criteria, is_refresh=self.current.can_refresh, remember=False)

    def _reconnected(self, reply: ServerInspected | Failed) -> None:
        """Search once every server that was down has been tried."""
        self._reconnecting.discard(reply.request_id)
        if isinstance(reply, Failed):
            self._on_failed((reply,), is_shown=True)
        elif not self._reconnecting:
            self._search_again()

    def no_more(self) -> str:
        progress = self.current.progress
        if progress.running:
            return "The search is still under way."
        return "" if progress.truncated else "Everything that matches is loaded."

    @needs(no_more)
    def load_more(self) -> None:
        """Fetch as many tickets again as the search asked for."""
        if self.current.load_more(self.current.criteria.max_results):
            self._on_changed()

    def step_back(self) -> Callable[[], object] | None:
        """What escape undoes here."""
        return self.current.cancel if self.current.progress.running else None

    # ---------------------------------------------------------------- replies

    def _take(self, tab: Tab, reply: TicketsFound | Failed) -> None:
        if isinstance(reply, Failed):
            self._take_failure(tab, reply)
        else:
            self._take_page(tab, reply)
        if tab is self.tabs.active:
            self.show_message()
            self._on_changed()
        self.show_tabs()
        if not tab.search.progress.running:
            self.screen.call_after_refresh(self._background.count_views)

    def _take_page(self, tab: Tab, page: TicketsFound) -> None:
        """Show a page; those of a refresh are put aside until all of their tracker have come."""
        progress = tab.search.progress
        if not progress.take(page):
            return
        self.known.add_seen(page.profile, page.tickets)
        self.seen.add(page.profile, page.tickets)
        if progress.collecting:
            progress.collect(page.tickets)
            if page.complete and page.tickets:
                tab.search.load_missing()
            if page.complete:
                self._show_refreshed(tab)
        elif progress.first_rows_shown:
            self.tabs.add_rows(tab, page.tickets)
        elif page.tickets or not progress.running:
            tab.search.rows_arrived()
            self.tabs.show_rows(tab, page.tickets, is_refresh=False)
        if page.complete:
            self.tabs.set_order(tab)
            self.screen.call_after_refresh(self._background.rows_came, page)
        if not progress.running and not progress.failures:
            self.visit.keep(tab)
        if tab is self.tabs.active:
            self._table.has_more = progress.truncated

    def _take_failure(self, tab: Tab, failure: Failed) -> None:
        progress = tab.search.progress
        if not progress.fail(failure):
            return
        self._show_refreshed(tab)
        if tab.search.rows_are_old and not progress.answered:
            self.tabs.set_stale(tab)
        if tab is self.tabs.active and failure.kind is not ErrorKind.CANCELLED:
            self._on_failed(progress.failures, is_shown=not self._by_itself)

    def _show_refreshed(self, tab: Tab) -> None:
        """Show what a refresh brought of each tracker once all of it is there; of the others the former rows stay."""
        progress, kept = tab.search.progress, [*tab.model.rows.tickets]
        if not progress.collecting or not (answered := progress.answered):
            return
        whole = tab.holds_answer
        if not progress.running:
            tab.search.rows_arrived()
        found = [ticket for ticket in progress.collect(()) if self.profile_of(ticket) in answered]
        present = {ticket.key for ticket in found}
        missing = {part.profile for part in progress.parts} - answered
        former = [row for row in kept if self.profile_of(row) in missing and row.key not in present]
        self.visit.before_refresh(tab)
        self.tabs.show_rows(tab, [*found, *former], is_refresh=True, are_answer=whole or not progress.running)
        gone = [row for row in kept if whole and self.profile_of(row) in progress.answered_wholly]
        self.visit.after_refresh(tab, gone, by_itself=self._by_itself)
        stale = missing if tab.as_of is not None else progress.failed
        if former and stale:
            self.tabs.set_stale(tab, frozenset(stale))

    # ------------------------------------------------------------- what is shown

    def _show_search(self) -> None:
        self._show_line()
        self._files.remember_last_search(self.tabs.profiles, self.current.criteria, self.tabs.active.name)
        self.show_tabs()
        self.show_message()
        self._on_changed()

    def _show_line(self) -> None:
        tab, trackers = self.tabs.active, " + ".join(self.profiles)
        self._line.show(tab.criteria_in_order, trackers, tab.name, self._queries.words(self.profiles))

    def _rows_recalled(self, tab: Tab) -> None:
        """The rows of ``tab`` are those of the last visit, whose values the form offers until others are known."""
        self.screen.call_after_refresh(self.known.add_rows, tab.model.rows.tickets, self.profile_of)
        self.show_tabs()
        self._on_changed()

    def show_tabs(self) -> None:
        """Show names, counts and news of the tabs, also in the terminal's title."""
        tab, trackers = self.tabs.active, " + ".join(self.profiles)
        news = f"{len(tab.model.changes)} new or changed" if tab.model.changes else ""
        self.screen.app.sub_title = " · ".join(filter(None, (trackers, tab.name, news)))
        self._line.show_age(("" if tab.holds_answer else "seen before, ") + age_words(tab.as_of, self._now()))
        self._bar.show(trackers, self.tabs.entries())

    def show_message(self) -> None:
        """Show in the table what there is to know while it has no row."""
        self._table.set_message(*self.tabs.active.message(partial(shown_key, self.screen.app)))
