"""Tickets that were on the screen before, of all trackers: found at once, whether or not a server answers.

Invariant: files are read on the thread for them; the user interface only looks through a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from msgspec import Struct

from tui_app.tickets.criteria import ME, TicketSearchCriteria, check_criteria
from tui_app.tickets.errors import UsageError
from tui_app.tickets.matching import matches, searched_words
from tui_app.tickets.mentions import NamedTicket
from tui_app.tickets.query import UNREAD, read_query
from tui_app.tickets.ticket import Ticket
from tui_app.ui.table.row_values import ordered
from tui_app.ui.user_files import UserFiles

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
