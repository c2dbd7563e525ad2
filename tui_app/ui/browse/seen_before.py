"""What was on the screen before: every ticket, found at once whether or not a server answers; and a view's rows at the
last visit, shown again at once and compared with the trackers' answer.

Invariant: files are read on the thread for them; only the first rows are read before there is a screen to keep waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from msgspec import Struct
from textual.screen import Screen

from tui_app.tickets.criteria import ME, TicketSearchCriteria, check_criteria, criteria_of
from tui_app.tickets.errors import UsageError
from tui_app.tickets.matching import matches, searched_words
from tui_app.tickets.mentions import NamedTicket
from tui_app.tickets.query import UNREAD, read_query
from tui_app.tickets.ticket import Ticket, TicketKey
from tui_app.ui.browse.current_search import SearchProgress
from tui_app.ui.browse.tabs import Tab, Tabs, count_words
from tui_app.ui.keymap import shown_key
from tui_app.ui.needs import needs
from tui_app.ui.rendering.at_a_glance import age_words
from tui_app.ui.table.row_values import ordered
from tui_app.ui.user_files import KeptRows, UserFiles

_MOST_LISTED = 50
_MOST_OFFERED = 4  # below a search line, where they must not hide what it completes
_SHORTEST = 2  # characters; one letter is in every title


class SeenRows(Struct, frozen=True):
    """Tickets that match a search, as they were seen before it was ever answered."""

    at: datetime
    """The earliest time that one of them was seen."""
    tickets: tuple[Ticket, ...]


class _Entry(Struct, frozen=True):
    words: str
    """What it is found by, casefolded."""
    ticket: Ticket
    at: datetime

    def named(self) -> NamedTicket:
        row = self.ticket
        return NamedTicket(row.source, row.id, row.url, row.lookup, is_certain=True, row=row, seen_at=self.at)


class SeenBefore:
    """Looks through the tickets that were seen.

    Args:
        files: has them.
        now: the clock's.
    """

    def __init__(self, files: UserFiles, now: Callable[[], datetime]) -> None:
        self._files = files
        self._now = now
        self._entries: Sequence[_Entry] = ()

    def load(self, then: Callable[[], object]) -> None:
        """Read what is kept by now, and call ``then``."""

        def take(entries: Sequence[_Entry]) -> None:
            self._entries = entries
            then()

        rows = self._files.rows
        self._files.jobs.run(lambda: [_entry(ticket, at) for ticket, at in rows.seen() if ticket.id], take)

    def named(self, text: str) -> list[NamedTicket]:
        """Those in which all words of ``text`` occur, what was opened or seen last first."""
        words = text.casefold().split()
        if len("".join(words)) < _SHORTEST:
            return []
        found = (entry.named() for entry in self._entries if all(word in entry.words for word in words))
        return list(islice(found, _MOST_LISTED))

    def matching(self, query: str) -> list[NamedTicket]:
        """Those that match a query with words in it; none where only a tracker can tell, or it is not understood."""
        raw, _ = read_query(query)
        try:
            criteria = check_criteria({name: value for name, value in raw.items() if name != UNREAD}, self._now())
        except UsageError:
            return []
        words = searched_words(criteria.text.casefold())
        if len("".join(words)) < _SHORTEST or not _can_tell(criteria):
            return []
        used = criteria.used_fields()
        likely = (entry for entry in self._entries if all(word in entry.words for word in words))
        found = (entry.named() for entry in likely if matches(entry.ticket, criteria, used))
        return list(islice(found, _MOST_OFFERED))

    def rows(self, asked: Mapping[str, TicketSearchCriteria]) -> SeenRows | None:
        """The tickets that match a search, ``asked`` of each profile; None: there are none. On the thread for files."""
        now = self._now()
        fresh = {profile: criteria.refreshed(now) for profile, criteria in asked.items() if _can_tell(criteria)}
        used = {profile: criteria.used_fields() for profile, criteria in fresh.items()}
        if not any(used.values()):
            return None  # every ticket: what was seen of it says nothing of the first page
        found = [
            (ticket, at)
            for ticket, at in self._files.rows.seen()
            if (criteria := fresh.get(ticket.source)) and matches(ticket, criteria, used[ticket.source])
        ]
        if not found:
            return None
        criteria = next(iter(fresh.values()))
        tickets = ordered([ticket for ticket, _ in found], criteria.sort or "-updated_at")[: criteria.max_results]
        return SeenRows(min(at for _, at in found), tuple(tickets))


def _entry(ticket: Ticket, at: datetime) -> _Entry:
    parts = (ticket.id, ticket.title, ticket.project, ticket.assignee, *ticket.labels)
    return _Entry("\n".join(filter(None, parts)).casefold(), ticket, at)


def _can_tell(criteria: TicketSearchCriteria) -> bool:
    """Whether it can be told here which tickets match: not who ``me`` is, nor what a native query means."""
    people: Iterator[str] = (name for names in (criteria.assignee, criteria.reporter) for name in names)
    left_out = (name for names in (criteria.without("assignee"), criteria.without("reporter")) for name in names)
    return not criteria.native and ME not in map(str.casefold, (*people, *left_out))


# ------------------------------------------------------------------------ the last visit

_PAUSE = timedelta(minutes=30)  # between two visits; whoever comes back sooner goes on where they were
_MOST_KEPT = 1000  # rows


class LastVisit:
    """The rows of the last visit: shown until the trackers answer, compared with what they answer, and kept again.

    A visit ends when nothing was asked for `_PAUSE`; what was new or changed in the present one and was not looked at
    stays so when the program is started again meanwhile.
    """

    def __init__(
        self, tabs: Tabs, files: UserFiles, before: SeenBefore, now: Callable[[], datetime], notify: str,
        *, on_shown: Callable[[Tab], object], on_news: Callable[[str], object],
    ) -> None:  # fmt: skip
        self._tabs = tabs
        self._files = files
        self._before = before
        self._now = now
        self._notify = criteria_of(notify)
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
                self._on_shown(tab)
            return
        tab.matching, tab.more = rows.matching, rows.more
        tab.kept_count = count_words(tab.matching, more=tab.more)
        is_same_visit = rows.seen_at is not None and self._now() - rows.at < _PAUSE
        tab.since = rows.seen_at if is_same_visit else rows.at
        if not progress.first_rows_shown:
            self._tabs.show_rows(tab, rows.tickets, is_refresh=False)
            tab.as_of = rows.at
            self.resume(tab)
        tab.model.changes.were_all = True  # what was seen of these very rows, without those that were new then
        tab.model.changes.compare(rows.seen if is_same_visit else rows.tickets, tab.model.rows.tickets)
        self._on_shown(tab)

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

    def after_refresh(self, tab: Tab, former: Sequence[Ticket], *, by_itself: bool) -> None:
        """They have: those of ``former`` that are missing now are gone. ``by_itself``: the user did not ask for it."""
        changes = tab.model.changes
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
        self._on_shown(tab)

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
        base, loaded = tab.model.rows.base, tab.model.rows.tickets
        sort = f"{'-' * base.descending}{base.column}" if base.is_sorted else ""  # else it is the tracker's order
        tickets = tuple((ordered(loaded, sort) if sort else loaded)[:_MOST_KEPT])
        seen, since = tab.model.changes.last_seen(tickets), tab.since
        profiles, criteria, rows = tab.search.profiles, tab.search.criteria, self._files.rows
        matching, more = tab.matching, tab.more

        def store() -> None:
            rows.store(profiles, criteria, tickets, at, seen=seen, seen_at=since, matching=matching, more=more)

        self._files.jobs.run(store)
        if not self._has_swept:
            self._has_swept = True
            self._files.jobs.run(rows.sweep)
