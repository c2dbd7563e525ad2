"""The search in force: what is asked of which profiles, and how far it has come.

Invariants: of all searches only the youngest one counts, and starting one gives the former up; a reply whose request id
does not belong to it changes nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.tickets.criteria import MAX_RESULTS_LIMIT, NEWEST, TicketSearchCriteria
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import Failed, LoadMore, Search, TicketsFound, new_request_id
from tui_app.tickets.servers import CallRecord
from tui_app.tickets.ticket import Ticket
from tui_app.ui.reply_routing import ReplyRouter
from tui_app.ui.table.row_values import in_order


class SearchPart(Struct):
    """One profile's part of the search."""

    profile: str
    search_id: int
    request_id: int
    """The request under way or answered last: the search's, or that of a `LoadMore`."""
    loaded: int = 0
    wanted: int = 0
    """How many were loaded before a refresh, which is to bring as many."""
    incomplete: int = 0
    """Of the loaded ones, those that lack a field or have one of the wrong type."""
    total: int | None = None
    truncated: bool = False
    running: bool = True
    failure: Failed | None = None
    warnings: tuple[str, ...] = ()
    filtered_here: tuple[str, ...] = ()
    calls: tuple[CallRecord, ...] = ()
    elapsed: float = 0.0
    ordered: bool = True
    """Whether the tracker sorts all that matches as it was asked to, so far as its pages show."""


class SearchProgress(Struct):
    """The parts of the present search. Empty before the first one."""

    parts: list[SearchPart] = field(default_factory=list)
    sort: str = ""
    """The order that the trackers were asked for."""
    is_refresh: bool = False
    first_rows_shown: bool = False
    _collected: list[Ticket] = field(default_factory=list)

    @classmethod
    def of(cls, searches: Sequence[Search], *, refreshes: SearchProgress | None = None) -> SearchProgress:
        """The progress of searches that have just been submitted; ``refreshes`` is that of the same ones before."""
        before = {part.profile: max(part.loaded, part.wanted) for part in refreshes.parts} if refreshes else {}
        parts = [
            SearchPart(search.profile, search.request_id, search.request_id, wanted=before.get(search.profile, 0))
            for search in searches
        ]
        sort = next((search.criteria.sort for search in searches), "") or ""
        return cls(parts, sort, refreshes is not None)

    @property
    def running(self) -> bool:
        """Whether an answer is still awaited."""
        return any(part.running for part in self.parts)

    @property
    def loaded(self) -> int:
        """Tickets that came so far."""
        return sum(part.loaded for part in self.parts)

    @property
    def incomplete(self) -> int:
        """How many of the tickets that came have a mark, because something of them could not be read."""
        return sum(part.incomplete for part in self.parts)

    @property
    def total(self) -> int | None:
        """How many tickets match, as the trackers count; None as soon as one of them does not report it."""
        totals = [part.total for part in self.parts]
        return None if not totals or None in totals else sum(total for total in totals if total is not None)

    @property
    def truncated(self) -> bool:
        """Whether more tickets match than were fetched."""
        return any(part.truncated for part in self.parts)

    @property
    def ordered(self) -> bool:
        """Whether what is loaded is the beginning of all that matches, in the order asked for."""
        return bool(self.sort) and all(part.ordered for part in self.parts)

    def is_in(self, order: str) -> bool:
        """Whether what is loaded is the beginning of all that matches in that order."""
        return self.ordered and self.sort == order

    @property
    def failures(self) -> tuple[Failed, ...]:
        """What went wrong, a part each; what the user gave up is none of it."""
        failures = (part.failure for part in self.parts if part.failure)
        return tuple(failure for failure in failures if failure.kind is not ErrorKind.CANCELLED)

    @property
    def failed(self) -> frozenset[str]:
        """The profiles whose part came to nothing, or was given up."""
        return frozenset(part.profile for part in self.parts if part.failure)

    @property
    def answered(self) -> frozenset[str]:
        """The profiles whose tickets are all there, as many as were asked for."""
        return frozenset(part.profile for part in self.parts if not (part.running or part.failure))

    @property
    def answered_wholly(self) -> frozenset[str]:
        """Those of them of which nothing else matches."""
        return self.answered - {part.profile for part in self.parts if part.truncated}

    @property
    def cancelled(self) -> bool:
        """Whether the user gave a part of it up."""
        return any(part.failure and part.failure.kind is ErrorKind.CANCELLED for part in self.parts)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings of all parts, each once."""
        return tuple(dict.fromkeys(warning for part in self.parts for warning in part.warnings))

    @property
    def filtered_here(self) -> tuple[str, ...]:
        """Criteria that were applied on this side."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.filtered_here))

    @property
    def request_ids(self) -> tuple[int, ...]:
        """The requests under way."""
        return tuple(part.request_id for part in self.parts if part.running)

    def part(self, request_id: int) -> SearchPart | None:
        """The part that a reply belongs to; None: it came too late."""
        return next((part for part in self.parts if part.request_id == request_id), None)

    def take(self, reply: TicketsFound) -> bool:
        """Count a page in; False: it is not of this search and must be dropped."""
        part = self.part(reply.request_id)
        if part is None or not part.running:
            return False
        part.loaded += len(reply.tickets)
        part.incomplete += sum(bool(ticket.problems) for ticket in reply.tickets)
        part.total = reply.total
        part.truncated = reply.truncated
        part.running = not reply.complete
        part.warnings = tuple(dict.fromkeys((*part.warnings, *reply.warnings)))
        part.filtered_here = reply.filtered_here
        part.calls = reply.calls or part.calls
        part.ordered = part.ordered and (reply.ordered or in_order(reply.tickets, self.sort))
        part.elapsed = reply.elapsed
        return True

    def fail(self, failure: Failed) -> bool:
        """Note that a part came to nothing; False: it is not of this search."""
        part = self.part(failure.request_id)
        if part is None or not part.running:
            return False
        part.running = False
        part.failure = failure
        return True

    @property
    def collecting(self) -> bool:
        """Whether a refresh's pages are put aside: the rows in sight stay until all of the new ones have come."""
        return self.is_refresh and not self.first_rows_shown

    def collect(self, tickets: Iterable[Ticket]) -> list[Ticket]:
        """Put a refresh's pages aside until the last one has come; returns all so far."""
        self._collected.extend(tickets)
        return self._collected

    def more_requests(self, count: int | None, next_id: Iterable[int]) -> list[LoadMore]:
        """The requests that fetch ``count`` more tickets of each part that has more; they become the parts'.

        Without a count they fetch what a refresh still lacks of the former rows.
        """
        ids = iter(next_id)
        requests = []
        for part in self.parts:
            more = min(part.wanted - part.loaded if count is None else count, MAX_RESULTS_LIMIT)
            if more > 0 and part.truncated and not part.running:
                part.request_id, part.running, part.failure = next(ids), True, None
                requests.append(LoadMore(part.request_id, part.profile, part.search_id, more))
        return requests


class CurrentSearch:
    """Submits searches and knows how far the youngest one has come. It shows nothing.

    Args:
        router: takes the requests.
        profiles: which trackers to ask.
        handle: gets every reply to the youngest search and to `LoadMore`.
        always: what is asked for in every search of a profile besides.
    """

    def __init__(
        self,
        router: ReplyRouter,
        profiles: Sequence[str],
        handle: Callable[[TicketsFound | Failed], object],
        always: Callable[[str], TicketSearchCriteria],
    ) -> None:
        self._router = router
        self._handle = handle
        self._always = always
        self.profiles: tuple[str, ...] = tuple(profiles)
        self.criteria = TicketSearchCriteria()
        self.sort: str | None = None
        """The order that the user chose in the table, where trackers can be asked for it."""
        self.fields: tuple[str, ...] = ()
        """Further fields that the table shows."""
        self.progress = SearchProgress()
        self.rows_are_old = False
        """Whether the rows on the table were found before the present search or refresh began."""
        self.can_refresh = False
        """Whether they were found by the same search, so that new rows can be compared with them."""

    def adopt(self, searches: Sequence[Search], criteria: TicketSearchCriteria) -> None:
        """Take over searches for ``criteria`` that were submitted before the user interface was there."""
        self.criteria = criteria
        self.fields = searches[0].fields
        self.profiles = tuple(search.profile for search in searches)
        self.progress = SearchProgress.of(searches)
        for search in searches:
            self._router.adopt(search, self._handle)

    @property
    def order(self) -> str | None:
        """The order to ask for: the user's choice, else the search's; of several trackers the newest first."""
        return self.sort or self.criteria.sort or (NEWEST if len(self.profiles) > 1 else None)

    def asked_of_each(self) -> dict[str, TicketSearchCriteria]:
        """What the present search asks of each of its profiles."""
        return {name: self.criteria.narrowed_by(self._always(name)) for name in self.profiles}

    def start(self, criteria: TicketSearchCriteria, *, is_refresh: bool = False) -> None:
        """Search all profiles for ``criteria``."""
        for request_id in self.progress.request_ids:
            self._router.drop(request_id)
        self.criteria = criteria
        asked = replace(criteria, sort=self.order)
        searches = [
            Search(new_request_id(), profile, asked.narrowed_by(self._always(profile)), self.fields)
            for profile in self.profiles
        ]
        self.progress = SearchProgress.of(searches, refreshes=self.progress if is_refresh else None)
        self.rows_are_old = True
        self.can_refresh = is_refresh
        for search in searches:
            self._router.submit(search, self._handle)

    def replaces_rows(self) -> None:
        """Put what comes in place of the rows on the table, which are older ones of the same search."""
        self.progress.is_refresh = self.rows_are_old = self.can_refresh = True

    def rows_arrived(self) -> None:
        """The rows on the table are those of the present search from now on."""
        self.progress.first_rows_shown = True
        self.rows_are_old = False
        self.can_refresh = True

    def load_more(self, count: int) -> bool:
        """Fetch ``count`` more tickets; False: there are none, or an answer is awaited."""
        return not self.progress.running and self._submit_more(count)

    def load_missing(self) -> bool:
        """Fetch what a refresh still lacks of the former rows; False: nothing."""
        return self._submit_more(None)

    def _submit_more(self, count: int | None) -> bool:
        requests = self.progress.more_requests(count, _new_ids())
        for request in requests:
            self._router.submit(request, self._handle)
        return bool(requests)

    def cancel(self) -> None:
        """Give up what is under way, and wait for the replies that confirm it."""
        for request_id in self.progress.request_ids:
            self._router.cancel(request_id)


def _new_ids() -> Iterator[int]:
    return (new_request_id() for _ in itertools.count())
