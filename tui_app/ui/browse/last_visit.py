"""What a view showed at the last visit: shown again at once, and compared with the trackers' answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from textual.screen import Screen

from tui_app.tickets.criteria import ME, check_criteria
from tui_app.tickets.matching import matches
from tui_app.tickets.query import parse_query
from tui_app.tickets.ticket import Ticket, TicketKey
from tui_app.ui.browse.current_search import SearchProgress
from tui_app.ui.browse.seen_before import SeenBefore, SeenRows
from tui_app.ui.browse.tabs import Tab, Tabs, count_words
from tui_app.ui.keymap import shown_key
from tui_app.ui.needs import needs
from tui_app.ui.rendering.at_a_glance import age_words
from tui_app.ui.user_files import KeptRows, UserFiles

_PAUSE = timedelta(minutes=30)  # between two visits; whoever comes back sooner goes on where they were
_MOST_KEPT = 1000  # rows


class LastVisit:
    """The rows of the last visit: shown until the trackers answer, compared with what they answer, and kept again.

    A visit ends when nothing was asked for `_PAUSE`; what was new or changed in the present one and was not looked at
    stays so when the program is started again meanwhile.
    """

    def __init__(
        self, tabs: Tabs, files: UserFiles, before: SeenBefore, now: Callable[[], datetime], notify: str,
        *, on_shown: Callable[[], object], on_news: Callable[[str], object],
    ) -> None:  # fmt: skip
        self._tabs = tabs
        self._files = files
        self._before = before
        self._now = now
        self._notify = check_criteria(parse_query(notify))
        self._on_shown = on_shown
        self._on_news = on_news
        self._known_news: frozenset[TicketKey] = frozenset()
        self._has_swept = False

    def recall_now(self, tab: Tab) -> None:
        """Show the kept rows of ``tab`` before there is a screen to keep waiting."""
        search = tab.search
        rows = self._files.rows.load(search.profiles, search.criteria)
        if rows is not None:
            self._take(tab, search.progress, rows)
        else:
            self.recall(tab)

    def recall(self, tab: Tab) -> None:
        """Show the kept rows of ``tab`` shortly, else the seen tickets that match, unless others have come by then."""
        search, load = tab.search, self._files.rows.load
        profiles, criteria, progress = search.profiles, search.criteria, search.progress
        asked = search.asked_of_each() if progress.parts else {}

        def recalled() -> KeptRows | SeenRows | None:
            return load(profiles, criteria) or (self._before.rows(asked) if asked else None)

        self._files.jobs.run(recalled, lambda rows: self._take(tab, progress, rows))

    def _take(self, tab: Tab, progress: SearchProgress, rows: KeptRows | SeenRows | None) -> None:
        if rows is None or tab.search.progress is not progress or tab.as_of is not None:
            return
        tab.recalled_for = tab.search.profiles, tab.search.criteria
        if isinstance(rows, SeenRows):
            if not progress.first_rows_shown and progress.parts:
                self._tabs.show_rows(tab, rows.tickets, is_refresh=False, are_answer=False)
                tab.as_of = rows.at
                self.resume(tab)
                self._on_shown()
            return
        tab.kept_count = count_words(rows.matching, more=rows.more)
        is_same_visit = rows.seen_at is not None and self._now() - rows.at < _PAUSE
        tab.since = rows.seen_at if is_same_visit else rows.at
        if not progress.first_rows_shown:
            self._tabs.show_rows(tab, rows.tickets, is_refresh=False)
            tab.as_of = rows.at
            self.resume(tab)
        tab.model.changes.compare(rows.seen if is_same_visit else rows.tickets, tab.model.rows.tickets)
        self._on_shown()

    def resume(self, tab: Tab) -> None:
        """A search of ``tab`` has begun: have what comes put in place of the rows of the last visit, as a refresh does.

        Where these are not on the screen yet, they are looked for.
        """
        if tab.as_of is not None and tab.recalled_for == (tab.search.profiles, tab.search.criteria):
            tab.search.replaces_rows()
            self._tabs.set_stale(tab)
        else:
            tab.as_of = None
            self.recall(tab)

    def before_refresh(self, tab: Tab) -> None:
        """New rows are about to take the place of those of ``tab``."""
        self._known_news = tab.model.changes.keys

    def after_refresh(self, tab: Tab, former: Sequence[Ticket], *, is_all: bool, by_itself: bool) -> None:
        """They have: ``is_all`` that match, or some may be missing; ``by_itself``: the user did not ask for it."""
        changes = tab.model.changes
        if is_all:
            changes.take_gone(former, tab.model.rows.tickets)
        if tab.model.rows.only is not None:
            tab.model.rows.set_only(tab.model.rows.only | changes.keys)
        news = changes.keys - self._known_news
        if by_itself and news:
            self._tell([ticket for ticket in tab.model.rows.tickets if ticket.key in news])

    def _tell(self, tickets: Sequence[Ticket]) -> None:
        """Tell of news in the ways that the config names, those that its ``notify`` wants."""
        criteria = self._notify
        used, mine = criteria.used_fields(), self._my_names()
        wanted = [ticket for ticket in tickets if matches(ticket, criteria, used)]
        if mine and ME in (criteria.assignee or ()):
            wanted = [ticket for ticket in wanted if ticket.assignee in mine]
        if wanted:
            first = f"{wanted[0].id} {wanted[0].title}"
            self._on_news(first if len(wanted) == 1 else f"{len(wanted)} new or changed: {first} ..")

    def _my_names(self) -> frozenset[str]:
        """What the trackers call the user: whoever has the tickets of a view that asks for the user's."""
        views = [tab for tab in self._tabs.views if ME in (tab.search.criteria.assignee or ())]
        return frozenset(row.assignee for tab in views for row in tab.model.rows.tickets if row.assignee)

    # ------------------------------------------------------------------ news

    @property
    def screen(self) -> Screen[Any]:
        """Where a key that cannot act says why."""
        return self._tabs.table.screen

    def no_news(self) -> str:
        tab = self._tabs.active
        if len(tab.model.changes) or tab.model.rows.only is not None:
            return ""
        return f"Nothing is new or changed{f' since {age_words(tab.since, self._now())[6:]}' if tab.since else ''}."

    @needs(no_news)
    def toggle_news(self) -> None:
        """Show only what is new or changed, or everything again."""
        table, changes = self._tabs.table, self._tabs.active.model.changes
        table.show_only(changes.keys if table.model.rows.only is None else None)
        if gone := len(changes.gone):
            words = f"{gone} gone; {shown_key(self.screen.app, 'pane.error')} lists what changed."
            self.screen.app.notify(words, markup=False)

    @needs(no_news)
    def mark_seen(self) -> None:
        """Take the mark of every new, changed and vanished ticket away."""
        tab = self._tabs.active
        tab.since = self._now()
        self._tabs.table.forget_changes()
        self._tabs.table.show_only(None)
        if tab.answered_at is not None:
            self._store(tab, tab.answered_at)
        self._on_shown()

    def step_back(self) -> Callable[[], object] | None:
        """What escape undoes here: that only news are shown."""
        return (lambda: self._tabs.table.show_only(None)) if self._tabs.table.model.rows.only is not None else None

    def keep(self, tab: Tab) -> None:
        """Keep the rows of ``tab``, which are the trackers' whole answer."""
        at = self._now()
        tab.answered(at)
        self._store(tab, at)

    def keep_all(self) -> None:
        """Keep once more what was looked at since."""
        for tab in self._tabs.all:
            if tab.answered_at is not None:
                self._store(tab, tab.answered_at)

    def _store(self, tab: Tab, at: datetime) -> None:
        tickets = tuple(tab.model.rows.tickets[:_MOST_KEPT])
        seen, since = tab.model.changes.last_seen(tickets), tab.since
        profiles, criteria, rows = tab.search.profiles, tab.search.criteria, self._files.rows
        matching, more = tab.matching, tab.more

        def store() -> None:
            rows.store(profiles, criteria, tickets, at, seen=seen, seen_at=since, matching=matching, more=more)

        self._files.jobs.run(store)
        if not self._has_swept:
            self._has_swept = True
            self._files.jobs.run(rows.sweep)
