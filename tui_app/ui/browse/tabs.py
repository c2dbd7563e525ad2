"""Views as tabs: each has its own search, rows and cursor while the program runs.

Invariant: the rows of a tab that is not shown change as those on the table do: its searches go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui_app.tickets.criteria import NEWEST, SORT_FIELDS, TicketSearchCriteria, View
from tui_app.tickets.messages import Failed, TicketsFound
from tui_app.tickets.query import RawCriteria
from tui_app.tickets.ticket import Ticket
from tui_app.ui.browse.current_search import CurrentSearch
from tui_app.ui.browse.tab_bar import TabEntry
from tui_app.ui.form.sentence import sentence_text
from tui_app.ui.reply_routing import ReplyRouter
from tui_app.ui.table.columns import column_named
from tui_app.ui.table.loaded_rows import BaseOrder
from tui_app.ui.table.results_table import ResultsTable
from tui_app.ui.table.row_values import in_order
from tui_app.ui.table.table_model import TableModel

_MOST_WARNINGS = 3  # of those that an empty table shows


class Counted(Struct, frozen=True):
    """How many tickets a view has, as trackers counted them; ``number`` None: they did not say."""

    number: int | None
    at: datetime
    asked: Mapping[str, TicketSearchCriteria]
    """What was asked of which tracker."""


def count_words(number: int | None, *, more: bool) -> str:
    """``12``; where there are ``more``, ``12+``; empty: it is not known."""
    return "" if number is None else f"{number:,}{'+' if more else ''}"


def _former(count: str) -> str:
    """A count of some time ago."""
    return count and f"~{count}"


class Tab:
    """One view, or with ``view`` None what is searched besides all of them."""

    def __init__(self, view: View | None, search: CurrentSearch, model: TableModel) -> None:
        self.view = view
        self.search = search
        self.model = model
        self.cursor_line = 0
        """Where on the screen the cursor was when another tab was shown."""
        self.has_order = False
        """Whether the order that was chosen for it is in force."""
        self.draft: RawCriteria = {}
        """What was typed into the form and not searched."""
        self.answered_at: datetime | None = None
        """When a tracker's answer to this tab's search was last whole; None: not in this run."""
        self.as_of: datetime | None = None
        """Of when the rows are, as long as they are those of the last visit."""
        self.recalled_for: tuple[tuple[str, ...], TicketSearchCriteria] | None = None
        """Of which trackers and which search they are then."""
        self.holds_answer = True
        """Whether the rows are an answer to its search: what comes after them is new or changed against them."""
        self.kept_count = ""
        """How many tickets matched then; empty: that was not known."""
        self.counted: Counted | None = None
        """How many it has, where its rows were not fetched since."""
        self.matching: int | None = None
        """How many tickets matched when its search was last answered without a fault, at least."""
        self.more = False
        """Whether further ones did."""
        self.whole_count = ""
        """Both in words."""
        self.since: datetime | None = None
        """When what is marked as new or changed was last looked at; None: there was no visit before this one."""

        self.name = view.name if view else ""

    @property
    def columns_name(self) -> str:
        """Under what chosen columns are kept: the trackers, and the view where it has columns of its own."""
        own = [self.view.name] if self.view and self.view.columns else []
        return ": ".join(["+".join(self.search.profiles), *own])

    @property
    def asked_sort(self) -> str | None:
        """The order that the user chose in the table, where trackers can be asked for it."""
        sort = self.model.sort
        return sort if sort and sort.removeprefix("-") in SORT_FIELDS else None

    @property
    def criteria_in_order(self) -> TicketSearchCriteria:
        """What is searched, in the order that the rows are in: the one chosen in the table counts."""
        return replace(self.search.criteria, sort=self.asked_sort) if self.model.sort else self.search.criteria

    @property
    def kept_order(self) -> dict[str, str]:
        """Sort order and groups of the rows, as they are kept."""
        grouping = self.model.rows.grouping
        return {"sort": self.model.sort or "", "group": grouping.column if grouping else ""}

    def restore_order(self, kept: Callable[[str], Mapping[str, Any]]) -> None:
        """Have the rows, the first time that they are shown, in the order that was chosen for them."""
        if not self.has_order:
            self.has_order = True
            order = kept(self.order_name)
            sort, group = order.get("sort"), order.get("group", self.view.group if self.view else "")
            if isinstance(group, str) and group:
                self.model.rows.group_by(column_named(group))
            if isinstance(sort, str) and sort:
                self.model.sort_by(sort.removeprefix("-"), descending=sort.startswith("-"))

    @property
    def order_name(self) -> str:
        """Under what name its order is kept."""
        return f"{'+'.join(self.search.profiles)}: {self.name}"

    @property
    def count(self) -> str:
        """How many tickets match, by its own search: ``12``, ``100+``, ``~12`` (some time ago); empty: unknown."""
        progress, search = self.search.progress, self.search
        if not self.holds_answer:
            return ""
        if self.as_of is not None:
            return _former(self.kept_count)
        if progress.running:
            return self.whole_count if progress.collecting else f"{progress.loaded:,}+" if progress.loaded else ""
        if not progress.failures and not progress.cancelled:
            return self.whole_count
        if search.rows_are_old:
            return _former(self.whole_count) if progress.is_refresh else ""
        loaded = len(self.model.rows.tickets)
        return _former(f"{loaded:,}") if progress.is_refresh else count_words(loaded or None, more=True)

    def answered(self, at: datetime) -> None:
        """Its search was answered whole, without a fault: its rows are what the trackers have."""
        loaded, progress = len(self.model.rows.tickets), self.search.progress
        self.answered_at, self.as_of = at, None
        self.since = self.since or at
        self.matching = progress.total if progress.truncated and progress.total is not None else loaded
        self.more = progress.truncated and progress.total is None
        self.whole_count = count_words(self.matching, more=self.more)

    def message(self, key: Callable[[str], str]) -> tuple[str, ...]:
        """What there is to know while it has no row; ``key`` gives the key of an action."""
        progress, criteria = self.search.progress, self.search.criteria
        again, change = key("search.refresh"), f"{key('search.edit')} changes the search"
        another = f"{key('program.profiles')} picks another tracker"
        if progress.running or not progress.parts:
            return ("Searching", sentence_text(criteria), "", f"{key('back')} cancels")
        if progress.cancelled:
            return ("Cancelled", "", f"{again} searches again   {change}")
        if progress.failures:
            why = f"{key('pane.error')} shows why"
            return (progress.failures[0].title, "", f"{why}   {again} tries again   {another}")
        if not criteria.used_fields():
            return ("This tracker has no tickets", "", another)
        every = f"{key('search.clear')} shows every ticket"
        said = progress.warnings[:_MOST_WARNINGS]  # a value that there is not, and the nearest one
        return ("No ticket matches", sentence_text(criteria), *said, "", f"{change}   {every}")


class Tabs:
    """All tabs over one table.

    Args:
        table: shows the rows of the active one.
        router: takes the requests of their searches.
        views: the searches on the number keys, in order.
        profiles: the trackers that are asked where a view names none.
        handle: gets each reply to a tab's search, with the tab.
        new_model: makes a table's model.
        always: what is asked for in every search of a profile besides.
    """

    def __init__(
        self,
        table: ResultsTable,
        router: ReplyRouter,
        views: Sequence[View],
        profiles: Sequence[str],
        handle: Callable[[Tab, TicketsFound | Failed], object],
        new_model: Callable[[], TableModel],
        always: Callable[[str], TicketSearchCriteria],
    ) -> None:
        self.table = table
        self._router = router
        self._handle = handle
        self._always = always
        self.profiles = tuple(profiles)
        self.free = self.active = self._made(None, table.model)
        self.views = [self._made(view, new_model()) for view in views]

    def _made(self, view: View | None, model: TableModel) -> Tab:
        trackers, handle, always = self.trackers_of(view), self._handle, self._always
        search = CurrentSearch(self._router, trackers, lambda reply: handle(tab, reply), always)
        search.criteria = view.criteria if view else search.criteria
        tab = Tab(view, search, model)
        return tab

    @property
    def _every(self) -> list[Tab]:
        return [*self.views, self.free]

    @property
    def all(self) -> list[Tab]:
        """The tabs in the order in which they are gone through: the one without a view comes last, once it is used."""
        return self._every if self.free.search.progress.parts else self.views

    def trackers_of(self, view: View | None) -> tuple[str, ...]:
        """The trackers to ask for a view: its own, else those that the user chose."""
        return (view.trackers if view else ()) or self.profiles

    def asked_of(self, tab: Tab) -> dict[str, TicketSearchCriteria]:
        """What showing ``tab`` asks of which tracker."""
        asked = tab.view.criteria if tab.view else tab.search.criteria
        return {name: asked.narrowed_by(self._always(name)) for name in self.trackers_of(tab.view)}

    def counted_at(self, tab: Tab) -> datetime | None:
        """When it was last known how many tickets ``tab`` has; None: not in this run."""
        counted = tab.counted.at if tab.counted and tab.counted.asked == self.asked_of(tab) else None
        own = tab.answered_at if tab.search.profiles == self.trackers_of(tab.view) else None
        return max(filter(None, (counted, own)), default=None)

    def _count(self, tab: Tab) -> str:
        """The latest count of ``tab``."""
        counted, is_others = tab.counted, tab.search.profiles != self.trackers_of(tab.view)
        if tab is self.active or tab.view is None:
            return tab.count
        if counted and counted.at == self.counted_at(tab):
            return count_words(counted.number, more=False) or ("" if is_others else tab.count)
        return "" if is_others else tab.count

    def of(self, criteria: TicketSearchCriteria) -> Tab:
        """The tab to search for ``criteria`` in: the active one if it has them, else the view's with just these.

        A view of other trackers than those that are searched is another search.
        """
        asked = {*self.active.search.profiles}
        tabs = [self.active, *(tab for tab in self.views if {*self.trackers_of(tab.view)} == asked)]
        return next((tab for tab in tabs if tab.view and tab.view.criteria == criteria), self.free)

    def first(self, view: View | None, criteria: TicketSearchCriteria) -> Tab:
        """The tab to begin in: that of ``view``, else as `of`."""
        return next((tab for tab in self.views if tab.view == view), None) or self.of(criteria)

    def neighbour(self, step: int) -> Tab:
        """The tab ``step`` places further, round and round."""
        tabs = self.all
        at = tabs.index(self.active) if self.active in tabs else -1 if step > 0 else 0
        return tabs[(at + step) % len(tabs)]

    def activate(self, tab: Tab) -> None:
        """Show the rows of ``tab`` on the table; those of before keep their cursor, order and filter."""
        if tab is not self.active:
            self.active.cursor_line = self.table.cursor_line
            self.active = tab
            self.table.show_model(tab.model, tab.cursor_line)

    def show_rows(self, tab: Tab, tickets: Sequence[Ticket], *, is_refresh: bool, are_answer: bool = True) -> None:
        """Let these be the rows of ``tab``; a refresh compares them with the former ones, if these were an answer."""
        compare, tab.holds_answer = is_refresh and tab.holds_answer, are_answer
        tab.model.changes.were_all = not tab.more and len(tab.model.rows.tickets) >= (tab.matching or 0)
        if tab is self.active:
            self.table.show_tickets(tickets, keep_cursor=is_refresh, compare=compare)
        else:
            tab.model.replace(tickets, keep_cursor=is_refresh, compare=compare)

    def set_stale(self, tab: Tab, sources: frozenset[str] = frozenset()) -> None:
        """Dim the rows of ``tab``, or those of these trackers alone, until others come."""
        has_rows = bool(tab.model.rows.tickets)
        (self.table if tab is self.active else tab.model).set_stale(has_rows, sources)

    def set_order(self, tab: Tab) -> None:
        """Have the rows in the order asked for; those of one tracker stay as they come, if it sorts or nobody asked.

        The table's header tells the order also where a tracker has the newest first unasked.
        """
        search, is_one = tab.search, len(tab.search.profiles) == 1
        order = search.criteria.sort or (None if is_one else NEWEST)
        sorts_itself = is_one and (search.progress.ordered or search.progress.running)
        if order is None and in_order(tab.model.rows.tickets, NEWEST, surely=True):
            order, sorts_itself = NEWEST, True
        base, present = BaseOrder.of(order, search.profiles, as_loaded=sorts_itself), tab.model.rows.base
        if search.progress.running and base == replace(present, as_loaded=True):
            return  # until the answer tells whether it is in order, the rows that are there stay in theirs
        if tab is self.active:
            self.table.set_base_order(base)
        elif base != present:
            tab.model.rows.set_base(base)

    def add_rows(self, tab: Tab, tickets: Sequence[Ticket]) -> None:
        """Append a page to the rows of ``tab``."""
        if tab is self.active:
            self.table.add_tickets(tickets)
        else:
            tab.model.append(tickets)

    def take_changed(self, changed: Sequence[Ticket], created: Sequence[Ticket]) -> None:
        """Show what the user changed in place of the rows of every tab, and what they created on top of the active one.

        In no tab does it count as news.
        """
        younger = {ticket.key: ticket for ticket in changed}
        for tab in self._every:
            rows = [younger.get(row.key, row) for row in tab.model.rows.tickets]
            new = created if tab is self.active else ()
            own = {*tab.model.changes.own, *younger, *(ticket.key for ticket in created)}
            if new or any(row.key in younger for row in rows):
                self._replace(tab, [*new, *rows])
            tab.model.changes.made_here(own)

    def _replace(self, tab: Tab, tickets: Sequence[Ticket]) -> None:
        if tab is self.active:
            self.table.show_tickets(tickets, compare=True)
        else:
            tab.model.replace(tickets, keep_cursor=True, compare=True)

    def entries(self) -> list[TabEntry]:
        """What the line of tabs shows."""
        return [
            TabEntry(
                number if tab.view else 0,
                tab.name or "Search",
                self._count(tab),
                len(tab.model.changes),
                is_active=tab is self.active,
            )
            for number, tab in enumerate(self.all, 1)
        ]
