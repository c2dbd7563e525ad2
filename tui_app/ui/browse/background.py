"""What is asked of trackers once rows are there: which values exist, and how many tickets the other views have.

Invariants: nothing that the user waits for waits for it: one count at a time, of views in sight alone, given up by any
search; a tracker is asked for counts only once one of its answers said how many tickets match; no fault of it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.messages import Failed, ListValues, Search, TicketsFound, ValuesListed, new_request_id
from tui_app.ui.browse.tabs import Counted, Tab, Tabs
from tui_app.ui.form.form_fields import KnownValues
from tui_app.ui.reply_routing import ReplyRouter

_COUNT_AGE = timedelta(minutes=5)  # of a count or of rows; then a view is counted once more


class BackgroundRequests:
    """Asks in the background.

    Args:
        router: takes the requests.
        tabs: the views.
        known: gets the values that exist.
        now: the clock's.
        counts: whether trackers are asked how many tickets a view has.
        in_sight: which of the tabs there is room for, counted from 0.
        on_counted: called when a tab has another count.
    """

    def __init__(
        self, router: ReplyRouter, tabs: Tabs, known: KnownValues, now: Callable[[], datetime],
        *, counts: bool, in_sight: Callable[[], Collection[int]], on_counted: Callable[[], object],
    ) -> None:  # fmt: skip
        self._router = router
        self._tabs = tabs
        self._known = known
        self._now = now
        self._counts = counts
        self._in_sight = in_sight
        self._on_counted = on_counted
        self._values_asked: set[str] = set()
        self._tellers: set[str] = set()
        self._under_way = 0
        """The request of the count under way; 0: none is."""

    def rows_came(self, page: TicketsFound) -> None:
        """A search was answered: ask once for each profile which values exist, before the form is opened."""
        if page.total is not None:
            self._tellers.add(page.profile)
        if page.profile not in self._values_asked:
            self._values_asked.add(page.profile)
            self._router.submit(ListValues(new_request_id(), page.profile), self._take_values)

    def _take_values(self, reply: ValuesListed | Failed) -> None:
        if isinstance(reply, ValuesListed):
            self._known.add_listed(reply)

    # ----------------------------------------------------------------- counts

    def count_views(self) -> None:
        """Count the views in sight that were not fetched or counted lately, one after the other."""
        if self._under_way or not self._counts or self._tabs.active.search.progress.running:
            return
        places = self._in_sight()
        for tab in (tab for at, tab in enumerate(self._tabs.all) if at in places):
            if self._is_wanted(tab):
                self._count(tab, [*self._tabs.asked_of(tab).items()], 0)
                return

    def give_up(self) -> None:
        """Let the count under way be, as the user asks for something."""
        self._router.drop(self._under_way)
        self._under_way = 0

    def _is_wanted(self, tab: Tab) -> bool:
        asked = self._tabs.asked_of(tab)
        if tab is self._tabs.active or not tab.view or not self._tellers.issuperset(asked):
            return False
        latest = self._tabs.counted_at(tab)
        return latest is None or self._now() - latest >= _COUNT_AGE

    def _count(self, tab: Tab, asked: Sequence[tuple[str, TicketSearchCriteria]], so_far: int) -> None:
        """Have the rest of what ``tab`` asks of its trackers counted; ``so_far`` match at those before."""
        (profile, criteria), *rest = asked
        search = Search(new_request_id(), profile, criteria, count_only=True)

        def take(reply: TicketsFound | Failed) -> None:
            self._under_way = 0
            total = reply.total if isinstance(reply, TicketsFound) else None
            if total is not None and rest:
                self._count(tab, rest, so_far + total)
                return
            tab.counted = Counted(None if total is None else so_far + total, self._now(), {**self._tabs.asked_of(tab)})
            self._on_counted()
            if isinstance(reply, TicketsFound):  # a tracker that is in trouble is left alone
                self.count_views()

        self._under_way = search.request_id
        self._router.submit(search, take)
