"""How far the present search has come, over all the profiles that it asks.

Invariant: a reply whose request id does not belong to the present search changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from tui_app.tickets.criteria import MAX_RESULTS_LIMIT
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import CallRecord, Failed, LoadMore, Search, TicketsFound
from tui_app.tickets.ticket import Ticket


class Part(Struct):
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
    applied_here: tuple[str, ...] = ()
    calls: tuple[CallRecord, ...] = ()
    elapsed: float = 0.0


class SearchProgress(Struct):
    """The parts of the present search. Empty before the first one."""

    parts: list[Part] = field(default_factory=list)
    is_refresh: bool = False
    first_rows_shown: bool = False
    _collected: list[Ticket] = field(default_factory=list)

    @classmethod
    def of(cls, searches: Iterable[Search], *, refreshes: SearchProgress | None = None) -> SearchProgress:
        """The progress of searches that have just been submitted; ``refreshes`` is that of the same ones before."""
        before = {part.profile: max(part.loaded, part.wanted) for part in refreshes.parts} if refreshes else {}
        parts = [
            Part(search.profile, search.request_id, search.request_id, wanted=before.get(search.profile, 0))
            for search in searches
        ]
        return cls(parts, refreshes is not None)

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
        """What the trackers say that matches; None as soon as one of them does not say."""
        totals = [part.total for part in self.parts]
        return None if not totals or None in totals else sum(total for total in totals if total is not None)

    @property
    def truncated(self) -> bool:
        """Whether more tickets match than were fetched."""
        return any(part.truncated for part in self.parts)

    @property
    def failures(self) -> tuple[Failed, ...]:
        """What went wrong, a part each; what the user gave up is none of it."""
        failures = (part.failure for part in self.parts if part.failure)
        return tuple(failure for failure in failures if failure.kind is not ErrorKind.CANCELLED)

    @property
    def cancelled(self) -> bool:
        """Whether the user gave a part of it up."""
        return any(part.failure and part.failure.kind is ErrorKind.CANCELLED for part in self.parts)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know of the answers, each said once."""
        return tuple(dict.fromkeys(warning for part in self.parts for warning in part.warnings))

    @property
    def applied_here(self) -> tuple[str, ...]:
        """Criteria that were applied on this side."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.applied_here))

    @property
    def request_ids(self) -> tuple[int, ...]:
        """The requests under way."""
        return tuple(part.request_id for part in self.parts if part.running)

    def part(self, request_id: int) -> Part | None:
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
        part.applied_here = reply.applied_here
        part.calls = reply.calls or part.calls
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
        """The requests that fetch ``count`` further tickets of each part that has more; they become the parts'.

        Without a count they fetch what a refresh still lacks of the former rows.
        """
        ids = iter(next_id)
        requests = []
        for part in self.parts:
            further = min(part.wanted - part.loaded if count is None else count, MAX_RESULTS_LIMIT)
            if further > 0 and part.truncated and not part.running:
                part.request_id, part.running, part.failure = next(ids), True, None
                requests.append(LoadMore(part.request_id, part.profile, part.search_id, further))
        return requests
