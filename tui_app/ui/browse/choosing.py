"""Choosing what to look at: by the form, a view, a recent or a saved search; or one ticket, by its id or address;
and which of the rows that are loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from textual.screen import Screen
from textual.widget import Widget

from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.mentions import NamedTicket, SeenTickets
from tui_app.tickets.query import read_query
from tui_app.tickets.ticket import Ticket
from tui_app.ui import late
from tui_app.ui.browse.seen_before import SeenBefore
from tui_app.ui.browse.shown_ticket import ShownTicket
from tui_app.ui.browse.tabs import Tab, Tabs
from tui_app.ui.form.form_fields import KnownValues
from tui_app.ui.needs import needs, refuse
from tui_app.ui.quick_views import ProfileQueries
from tui_app.ui.table.results_table import ResultsTable
from tui_app.ui.user_files import UserFiles

if TYPE_CHECKING:
    from tui_app.ui.browse.panels import FilterLine
    from tui_app.ui.form.form_screen import FormResult

_MOST_OPENED = 2000  # rows among which opened tickets are looked for
_LONGEST_NAMED = 60  # characters of a pasted text that are shown again


class GoTo:
    """Finds the ticket that a text names, in any configured tracker, and shows it.

    Args:
        screen: the host of dialogs.
        shown: shows the ticket.
        table: whose rows are tickets that surely exist.
        seen: what the trackers' ids look like.
        before: the tickets that were seen.
        searched: gives the trackers that are searched now.
        configured: all trackers.
        bring_into_sight: shows the ticket's pane, with the focus.
        offered: what is typed already when an id is asked for.
        now: the clock's.
    """

    def __init__(
        self,
        screen: Screen[Any],
        shown: ShownTicket,
        table: ResultsTable,
        seen: SeenTickets,
        before: SeenBefore,
        *,
        searched: Callable[[], Sequence[str]],
        configured: Sequence[str],
        bring_into_sight: Callable[[], object],
        offered: str,
        now: Callable[[], datetime],
    ) -> None:
        self.screen = screen
        self._shown = shown
        self._table = table
        self._seen = seen
        self._searched = searched
        self._configured = configured
        self._bring_into_sight = bring_into_sight
        self._offered = offered
        self._before = before
        self._now = now

    def named(self, text: str) -> tuple[NamedTicket, ...]:
        """The tickets that ``text`` may name, in the order of likelihood; trackers that are searched come first."""
        by_address = self._at_address(text.strip())
        return by_address or self._seen.named(text, tuple(dict.fromkeys((*self._searched(), *self._configured))))

    def _at_address(self, text: str) -> tuple[NamedTicket, ...]:
        """The loaded row that has exactly this address: no form of addresses needs to be known for it."""
        if "://" not in text:
            return ()
        wanted = text.rstrip("/")
        return tuple(
            NamedTicket(row.source or self._searched()[0], row.id, row.url, row.lookup, is_certain=True)
            for row in self._table.tickets
            if row.url and row.url.rstrip("/") == wanted
        )

    def _listed(self, text: str) -> tuple[NamedTicket, ...]:
        """The tickets that ``text`` may name, then those that were seen and in which its words occur."""
        before = {(seen.profile, seen.id): seen for seen in self._before.named(text)}
        named = [before.pop((one.profile, one.id), one) for one in self.named(text)]
        return (*named, *before.values())

    def ask(self, text: str = "") -> None:
        """Ask for an id, an address or words of a title, with ``text`` typed already."""
        example = self._seen.example(self._searched())
        dialog = late.GoToDialog(self._listed, example, self._now, text or self._offered)
        self.screen.app.push_screen(dialog, self.open)
        self._before.load(dialog.list_again)

    def open(self, named: NamedTicket | None) -> None:
        """Show the ticket; going back leads to the one that was shown."""
        if named is not None:
            self._bring_into_sight()
            self._shown.go_to(named)

    def open_first(self, text: str) -> None:
        """Show the ticket that ``text``, which was said to be an id or an address, most likely names."""
        named = self.named(text)
        self.open(named[0]) if named else self.ask(text)

    def take_paste(self, text: str) -> None:
        """Show the ticket that a pasted text certainly names; ask where several may be meant."""
        named = self.named(text)
        certain = [one for one in named if one.is_certain]
        if len(certain) == 1:
            self.open(certain[0])
        elif named:
            self.ask(text.strip())
        elif text.strip():
            words = " ".join(text.split())
            words = words if len(words) <= _LONGEST_NAMED else f"{words[:_LONGEST_NAMED]}.."
            refuse(self, f"The pasted text names no ticket: {words}")


class RowChooser:
    """Lets the user narrow, order and group the rows of a table, and choose its columns.

    Args:
        screen: the host of dialogs.
        table: whose rows.
        below: what the filter line opens above.
        whole: gives a ticket with all that is known of it.
    """

    def __init__(
        self, screen: Screen[Any], table: ResultsTable, below: Widget, whole: Callable[[Ticket], Ticket]
    ) -> None:
        self.screen = screen
        self._table = table
        self._below = below
        self._whole = whole

    def filter(self) -> None:
        """Open the filter line, or go on typing in it."""
        for line in self._lines():
            line.take_focus()
            return
        self.screen.mount(late.FilterLine(self._table, self.drop_filter), before=self._below)

    def show_filter(self) -> None:
        """Show the filter of the rows that are on the table now, if they have one."""
        words, is_open = self._table.filter_text, False
        for line in self._lines():
            line.show(words)
            is_open = True
        if words and not is_open:
            self.screen.mount(late.FilterLine(self._table, self.drop_filter, words), before=self._below)

    def drop_filter(self) -> None:
        """Show every row again."""
        self.screen.query("FilterLine").remove()
        self._table.set_filter("")
        self._table.focus()

    def _lines(self) -> Iterator[FilterLine]:
        if self.screen.query("FilterLine"):  # else its module need not be loaded
            yield from self.screen.query("FilterLine").results(late.FilterLine)

    def step_back(self) -> Callable[[], object] | None:
        """What escape undoes here."""
        if self._table.filter_text or self.screen.query("FilterLine"):
            return self.drop_filter
        if self._table.facets:
            return self._table.clear_facets
        return self._table.action_clear_marks if self._table.marked else None

    def no_rows(self) -> str:
        return "" if self._table.tickets else "There are no rows yet."

    @needs(no_rows)
    def pick_values(self) -> None:
        """Count the values of a column, to choose from."""
        self.screen.app.push_screen(late.FacetPicker(self._table))

    @needs(no_rows)
    def pick_order(self) -> None:
        """List what the rows can be sorted by."""
        self.screen.app.push_screen(late.SortPicker(self._table))

    @needs(no_rows)
    def pick_groups(self) -> None:
        """List what the rows can be grouped by."""
        self.screen.app.push_screen(late.GroupPicker(self._table))

    def pick_columns(self) -> None:
        """List the columns."""
        opened = [whole for row in islice(self._table.tickets, _MOST_OPENED) if (whole := self._whole(row)) is not row]
        self.screen.app.push_screen(late.ColumnPicker(self._table, opened))


class SearchChooser:
    """Lets the user say what to search, and in which tab.

    Args:
        screen: the host of dialogs.
        tabs: the views.
        known: the values that exist, for completion.
        seen: what the trackers' ids look like.
        before: the tickets that were seen.
        files: recent and saved searches.
        queries: what is asked for in every search of a profile besides.
        now: the clock's.
        search: searches for criteria.
        show_tab: shows a tab.
        open_ticket: shows the ticket that was typed in place of a search.
        on_other_rows: called when the user asks for another search or tab.
    """

    def __init__(
        self,
        screen: Screen[Any],
        tabs: Tabs,
        known: KnownValues,
        seen: SeenTickets,
        before: SeenBefore,
        files: UserFiles,
        queries: ProfileQueries,
        *,
        now: Callable[[], datetime],
        search: Callable[[TicketSearchCriteria], object],
        show_tab: Callable[[Tab], object],
        open_ticket: Callable[[NamedTicket], object],
        on_other_rows: Callable[[], object],
    ) -> None:
        self.screen = screen
        self._tabs = tabs
        self._known = known
        self._seen = seen
        self._before = before
        self._files = files
        self._queries = queries
        self._now = now
        self._search_for = search
        self._show = show_tab
        self._on_other_rows = on_other_rows
        self._open_ticket = open_ticket

    def _search(self, criteria: TicketSearchCriteria) -> None:
        self._on_other_rows()
        self._search_for(criteria)

    def _show_tab(self, tab: Tab) -> None:
        self._on_other_rows()
        self._show(tab)

    def edit(self) -> None:
        """Open the form."""
        tab = self._tabs.active
        profiles, criteria = tab.search.profiles, tab.search.criteria

        def done(result: FormResult | None) -> None:
            if result is not None and result.criteria is not None:
                self._search(result.criteria)
            elif result is not None:
                tab.draft = result.draft
                if result.named is not None:
                    self._open_ticket(result.named)

        def named(text: str) -> Sequence[NamedTicket]:
            words = str(read_query(text)[0].get("text") or text)  # the id may stand beside other criteria
            exact = {(one.profile, one.id): one for one in self._seen.named(words, profiles) if one.fits}
            return list({**exact, **{(one.profile, one.id): one for one in self._before.matching(text)}}.values())

        native = self._known.native_language(profiles)
        raw = tab.draft or criteria.to_json()
        form = late.FormScreen(late.SearchForm(raw, lambda: self._known.of(profiles), native, self._now, named))
        self.screen.app.push_screen(form, done)
        self._before.load(form.offer_again)

    def no_own_query(self) -> str:
        profiles = self._tabs.active.search.profiles
        return "" if self._queries.has_any(profiles) else "No profile that is searched has a query of its own."

    @needs(no_own_query)
    def toggle_queries(self) -> None:
        """Drop the profiles' own queries, or apply them again."""
        self._queries.are_dropped = not self._queries.are_dropped
        self._search(self._tabs.active.search.criteria)

    def clear(self) -> None:
        """Search for everything."""
        self._search(TicketSearchCriteria())

    def show_tab(self, number: int) -> None:
        """Show the tab of a number key; 0: the one without a view."""
        views = self._tabs.views
        if number > len(views):
            refuse(self, f"There is no view {number}; [[views]] in the config adds one.")
        else:
            self._show_tab(views[number - 1] if number else self._tabs.free)

    def step_tab(self, step: int) -> None:
        """Show the next tab, or the one before."""
        self._show_tab(self._tabs.neighbour(step))

    def pick_view(self) -> None:
        """List the views."""

        def picked(number: int | None) -> None:
            if number is not None:
                self.show_tab(number)

        views = [tab.view for tab in self._tabs.views if tab.view]
        self.screen.app.push_screen(late.QuickViewPicker(views), picked)

    def pick_recent(self) -> None:
        """List the latest searches."""
        picker = late.RecentPicker(self._files.recents, self._files.jobs, self._now)
        self.screen.app.push_screen(picker, self._search_picked)

    def pick_saved(self) -> None:
        """List the saved searches."""
        picker = late.SavedPicker(self._files.recents, self._files.jobs, self._tabs.active.search.criteria)
        self.screen.app.push_screen(picker, self._search_picked)

    def _search_picked(self, criteria: TicketSearchCriteria | None) -> None:
        if criteria is not None:
            self._search(criteria)
