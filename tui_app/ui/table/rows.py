"""The rows of a table: what is loaded, in which order, and which of them are shown. Knows nothing of screens.

Invariants: ``tickets`` never changes its order, so an index into it names a ticket; ``shown`` is always a sequence of
such indexes in display order, and everything in it passes filter and facets. Orders and filters are worked out in
slices of time: ``shown`` grows until `pending` is false, and no step takes much longer than its caller allows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from time import perf_counter
from typing import TypeAlias

from tui_app.tickets.ticket import Ticket
from tui_app.ui.table.columns import SortKey, facet_values, sort_keys
from tui_app.ui.table.filtering import Filter, folded, keeps

Key: TypeAlias = tuple[str, str]
"""Source and id: what names a ticket over all refreshes."""

_STEP = 64  # tickets that are filtered between two looks at the clock
_KEYS_STEP = 512  # tickets whose sort keys are made between two
_RUN = 2048  # tickets that are sorted between two
_MOST_KEYS = 20_000  # sort keys kept for the next turn; those of more tickets take more memory than time to make anew
_DONE = object()


def key_of(ticket: Ticket) -> Key:
    """What names the ticket over all refreshes."""
    return ticket.source, ticket.id


class Rows:
    """Loaded tickets under a sort order, a filter and facets."""

    def __init__(self) -> None:
        self.tickets: list[Ticket] = []
        self.shown: Sequence[int] = range(0)
        """Indexes into ``tickets`` in display order; while `pending`, the hits so far."""
        self.filter = Filter()
        self.facets: dict[str, frozenset[str]] = {}
        self.sort_column: str | None = None
        self.descending = False
        self._order: Sequence[int] = range(0)
        self._folded: list[str | None] = []
        self._keys: list[SortKey] = []
        self._sort: Iterator[None] | None = None
        self._waiting: Sequence[int] = ()
        """Indexes that the filter has yet to look at, from `_at` on."""
        self._at = 0

    # ---------------------------------------------------------------- loading

    def replace(self, tickets: Sequence[Ticket]) -> list[Ticket]:
        """Show other tickets under the same sort order, filter and facets. Returns the former ones."""
        former, self.tickets = self.tickets, list(tickets)
        self._folded = []
        self._keys = []
        self._order = range(len(self.tickets))
        self._select(self._order)
        self._start_sort()
        return former

    def add(self, tickets: Sequence[Ticket]) -> None:
        """Append tickets; what was found among the former ones is kept."""
        first = len(self.tickets)
        self.tickets.extend(tickets)
        added = range(first, len(self.tickets))
        if self.sort_column:
            self._order = [*self._order, *added]
            self._start_sort()
        elif not self.selective:
            self._order = range(len(self.tickets)) if isinstance(self._order, range) else [*self._order, *added]
            self._select(self._order)
        else:
            self._order = [*self._order, *added]
            self._waiting = [*self._waiting[self._at :], *added]
            self._at = 0

    # ---------------------------------------------------------------- sorting

    @property
    def sorting(self) -> bool:
        """Whether a new order is being worked out; until it is there, the former one is shown."""
        return self._sort is not None

    def sort_by(self, column: str | None, *, descending: bool = False) -> None:
        """Sort by a column; equal ones keep the order they had, tickets without a value come last. None: as loaded."""
        if column != self.sort_column:
            self._keys = []
        self.sort_column = column
        self.descending = descending
        if column is None:
            self._order = range(len(self.tickets))
        self._start_sort()

    def _start_sort(self) -> None:
        self._sort = self._sorting(self.sort_column) if self.sort_column else None
        if self._sort is None:
            self._select(self._order)

    def _sorting(self, column: str) -> Iterator[None]:
        """Sort in steps of a millisecond or so: keys in pieces, runs, and then the runs, which merge quickly."""
        key, keys = sort_keys(column), self._keys
        while len(keys) < len(self.tickets):
            keys.extend(map(key, self.tickets[len(keys) : len(keys) + _KEYS_STEP]))
            yield
        present: list[int] = []
        absent: list[int] = []
        for start in range(0, len(self._order), _RUN):
            run = [index for index in self._order[start : start + _RUN] if keys[index] is not None]
            if len(run) < len(self._order[start : start + _RUN]):
                absent += [index for index in self._order[start : start + _RUN] if keys[index] is None]
            run.sort(key=keys.__getitem__, reverse=self.descending)
            present += run
            yield
        if len(self._order) > _RUN:
            present.sort(key=keys.__getitem__, reverse=self.descending)
        self._order = present + absent
        if len(keys) > _MOST_KEYS:
            self._keys = []

    # -------------------------------------------------------------- selecting

    @property
    def selective(self) -> bool:
        """Whether a filter or a facet is in force."""
        return bool(self.filter) or bool(self.facets)

    @property
    def pending(self) -> bool:
        """Whether an order is being worked out or tickets have yet to be looked at; `advance` does both."""
        return self._sort is not None or self._at < len(self._waiting)

    def set_filter(self, wanted: Filter) -> None:
        """Filter anew; where the new filter can only narrow the former one, its hits alone are looked at."""
        if wanted == self.filter:
            return
        narrows = wanted.narrows(self.filter) and self.selective
        self.filter = wanted
        self._select([*self.shown, *self._waiting[self._at :]] if narrows else self._order)

    def set_facet(self, column: str, values: frozenset[str]) -> None:
        """Show only tickets with one of ``values`` in the column; no values: the facet is gone."""
        if values:
            self.facets[column] = values
        else:
            self.facets.pop(column, None)
        self._select(self._order)

    def clear_facets(self) -> None:
        """Take every facet away."""
        self.facets.clear()
        self._select(self._order)

    def _select(self, candidates: Sequence[int]) -> None:
        self._at = 0
        if self.selective:
            self.shown, self._waiting = [], candidates
        else:
            self.shown, self._waiting = self._order, ()

    def advance(self, seconds: float, enough: int | None = None) -> None:
        """Go on with order and filter for at most about ``seconds``, or until ``enough`` are shown."""
        deadline = perf_counter() + seconds
        while self._sort is not None:
            if next(self._sort, _DONE) is _DONE:
                self._sort = None
                self._select(self._order)
            elif perf_counter() >= deadline:
                return
        hits = self.shown
        if not isinstance(hits, list):
            return
        while self._at < len(self._waiting):
            end = min(self._at + _STEP, len(self._waiting))
            hits.extend(index for index in self._waiting[self._at : end] if self.keeps(index))
            self._at = end
            if perf_counter() >= deadline or (enough is not None and len(hits) >= enough):
                return

    def keeps(self, index: int) -> bool:
        """Whether filter and facets keep the ticket."""
        ticket = self.tickets[index]
        for column, values in self.facets.items():
            if values.isdisjoint(facet_values(ticket, column)):
                return False
        return not self.filter or keeps(self.filter, self.folded(index), ticket)

    def folded(self, index: int) -> str:
        """The ticket's short fields folded, made when first needed."""
        cache = self._folded
        if len(cache) < len(self.tickets):
            cache.extend([None] * (len(self.tickets) - len(cache)))
        text = cache[index]
        if text is None:
            text = cache[index] = folded(self.tickets[index])
        return text

    def facet_counts(self, column: str) -> list[tuple[str, int]]:
        """Values of the column with how many tickets have them under the filter and the other facets, most first."""
        own = self.facets.pop(column, None)
        try:
            kept = (index for index in self._order if self.keeps(index)) if self.selective else iter(self._order)
            counts = Counter(value for index in kept for value in facet_values(self.tickets[index], column))
        finally:
            if own is not None:
                self.facets[column] = own
        return sorted(counts.items(), key=lambda count: (-count[1], count[0].casefold()))

    # ---------------------------------------------------------------- finding

    def index_of(self, key: Key, near: int = 0) -> int | None:
        """The index of the ticket, None where it is not loaded; ``near`` is where it was, looked at first."""
        if 0 <= near < len(self.tickets) and key_of(self.tickets[near]) == key:
            return near
        return next((index for index, ticket in enumerate(self.tickets) if key_of(ticket) == key), None)

    def place_of(self, index: int, near: int = 0) -> int | None:
        """Where among the shown rows the ticket stands, None where it is not shown (yet)."""
        if 0 <= near < len(self.shown) and self.shown[near] == index:
            return near
        try:
            return self.shown.index(index)
        except ValueError:
            return None

    def shown_tickets(self) -> Iterable[Ticket]:
        """The tickets in display order."""
        return map(self.tickets.__getitem__, self.shown)
