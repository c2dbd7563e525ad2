"""The loaded tickets of a table: their sort order, and which of them filter and facets keep.

Invariants: ``tickets`` never changes its order, so an index into it names a ticket; ``shown`` is always a sequence of
such indexes in display order, and everything in it passes filter and facets. Sorting and filtering work in slices of
time: ``shown`` grows until `pending` is false, and no step takes much longer than its caller allows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from msgspec import Struct

from tui_app.tickets.fields import FIELDS_BY_NAME
from tui_app.tickets.ticket import Ticket, TicketKey
from tui_app.ui.table.filtering import TextFilter, folded, keeps
from tui_app.ui.table.grouping import Grouping
from tui_app.ui.table.row_values import FurtherKeys, SortKey, facet_values, sort_keys, value_key

_STEP = 64  # tickets that are filtered between two looks at the clock
_KEYS_STEP = 512  # tickets whose sort keys are made between two
_RUN = 2048  # tickets that are sorted between two
_MOST_KEYS = 20_000  # sort keys kept for the next turn; those of more tickets take more memory than time to make anew
_DONE = object()


class BaseOrder(Struct, frozen=True):
    """The order of rows that the user has not sorted."""

    column: str | None = None
    """None: as loaded, which is the tracker's order."""
    descending: bool = False
    sources: tuple[str, ...] = ()
    """Profiles in the order in which their tickets come where the column says nothing."""
    as_loaded: bool = False
    """The rows come in that order, and are not sorted here."""

    @classmethod
    def of(cls, sort: str | None, sources: Sequence[str], *, as_loaded: bool = False) -> BaseOrder:
        """By ``sort``, a field with ``-`` before it for descending."""
        column, descending = (sort.removeprefix("-"), sort.startswith("-")) if sort else (None, False)
        return cls(column, descending, tuple(sources), as_loaded)

    @property
    def is_sorted(self) -> bool:
        """Whether rows are sorted for it."""
        return self.column is not None and not self.as_loaded


class LoadedRows:
    """Loaded tickets under a sort order, a filter and facets. ``monotonic`` is that of the program's clock."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self.tickets: list[Ticket] = []
        self.shown: Sequence[int] = range(0)
        """Indexes into ``tickets`` in display order; while `pending`, the hits so far."""
        self.filter = TextFilter()
        self.facets: dict[str, frozenset[str]] = {}
        self._facet_keys: dict[str, frozenset[str]] = {}
        self.only: frozenset[TicketKey] | None = None
        """The tickets that are shown and no others; None: whichever."""
        self.sort_column: str | None = None
        self.descending = False
        self.base = BaseOrder()
        self.grouping: Grouping | None = None
        """The groups that the rows are in; their headings are negative numbers among `shown`."""
        self._order: Sequence[int] = range(0)
        self._folded: list[str | None] = []
        self._keys: dict[str, list[SortKey]] = {}
        self._further: dict[str, FurtherKeys] = {}
        self._sort: Iterator[None] | None = None
        self._waiting: Sequence[int] = ()
        """Indexes that the filter has yet to look at, from `_at` on."""
        self._at = 0

    # ---------------------------------------------------------------- loading

    def replace(self, tickets: Sequence[Ticket]) -> list[Ticket]:
        """Show other tickets under the same sort order, filter and facets. Returns the former ones."""
        former, self.tickets = self.tickets, list(tickets)
        self._folded = []
        self._keys, self._further = {}, {}
        self._order = range(len(self.tickets))
        self._select(self._order)
        self._start_sort()
        return former

    def add(self, tickets: Sequence[Ticket]) -> None:
        """Append tickets; what was found among the former ones is kept."""
        first = len(self.tickets)
        self.tickets.extend(tickets)
        added = range(first, len(self.tickets))
        if self.is_sorted:
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

    @property
    def is_sorted(self) -> bool:
        """Whether the rows are in another order than that in which they were loaded."""
        return self.sort_column is not None or self.base.is_sorted or self.grouping is not None

    @property
    def order(self) -> tuple[str | None, bool]:
        """The column in whose order the rows are, and whether it is descending."""
        return (self.sort_column, self.descending) if self.sort_column else (self.base.column, self.base.descending)

    def sort_by(self, column: str | None, *, descending: bool = False) -> None:
        """Sort by a column; equal ones keep the order they had, tickets without a value come last. None: as `base`."""
        self.sort_column = column
        self.descending = descending
        if column is None:
            self._order = range(len(self.tickets))
        self._start_sort()

    def set_base(self, base: BaseOrder) -> None:
        """Have rows in this order where they are not sorted."""
        if base != self.base:
            self.base = base
            self.sort_by(self.sort_column, descending=self.descending)

    def group_by(self, column: str | None) -> None:
        """Put the rows into groups by a column; None: into none."""
        self.grouping = Grouping(column) if column else None
        self._order = range(len(self.tickets))
        self._start_sort()

    def fold(self, name: str) -> None:
        """Close the group or branch of that name, or open it again."""
        if self.grouping:
            self.grouping.folded ^= {name}
            self._select(self._order)

    def _start_sort(self) -> None:
        self._sort = self._sorting() if self.is_sorted else None
        if self._sort is None:
            self._select(self._order)

    def _sorting(self) -> Iterator[None]:
        """The rows in their base order, then by the column; equal ones keep the order they had."""
        if self.base.column and self.base.is_sorted:
            place = {source: number for number, source in enumerate(self.base.sources)}
            sources = [place.get(ticket.source, len(place)) for ticket in self.tickets]
            self._order = sorted(range(len(self.tickets)), key=sources.__getitem__)
            yield from self._sorting_by(self.base.column, descending=self.base.descending)
        if self.sort_column:
            yield from self._sorting_by(self.sort_column, descending=self.descending)
        if self.grouping:
            yield from self.grouping.arranging(self.tickets, self._order)
            self._order = self.grouping.order
        self._keys = {column: keys for column, keys in self._keys.items() if len(keys) <= _MOST_KEYS}

    def _sorting_by(self, column: str, *, descending: bool) -> Iterator[None]:
        """Sort in steps of a millisecond or so: keys in pieces, runs, and then the runs, which merge quickly."""
        yield from self._learning(column)
        keys_of = self._further[column].keys_of if column in self._further else sort_keys(column)
        keys = self._keys.setdefault(column, [])
        while len(keys) < len(self.tickets):
            keys.extend(keys_of(self.tickets[len(keys) : len(keys) + _KEYS_STEP]))
            yield
        present: list[int] = []
        absent: list[int] = []
        for start in range(0, len(self._order), _RUN):
            run = [index for index in self._order[start : start + _RUN] if keys[index] is not None]
            if len(run) < len(self._order[start : start + _RUN]):
                absent += [index for index in self._order[start : start + _RUN] if keys[index] is None]
            run.sort(key=keys.__getitem__, reverse=descending)
            present += run
            yield
        if len(self._order) > _RUN:
            present.sort(key=keys.__getitem__, reverse=descending)
        self._order = present + absent

    def _learning(self, column: str) -> Iterator[None]:
        """Look through all tickets for what a column of the tracker's own holds, before its keys are made."""
        if column in FIELDS_BY_NAME:
            return
        further = self._further.get(column) or self._further.setdefault(column, FurtherKeys(column))
        while True:
            while not further.is_ready:
                yield
            if further.settle():
                self._keys.pop(column, None)
            if further.learnt >= len(self.tickets):
                return
            further.learn(self.tickets[further.learnt : further.learnt + _KEYS_STEP])
            yield

    @property
    def sorts_dates_as_text(self) -> bool:
        """Whether the rows are in the order of dates of which nothing tells which number is the month."""
        further = self._further.get(self.sort_column or "")
        return further is not None and further.is_open

    # -------------------------------------------------------------- selecting

    @property
    def selective(self) -> bool:
        """Whether a filter or a facet is in force."""
        return bool(self.filter) or bool(self.facets) or self.only is not None

    @property
    def pending(self) -> bool:
        """Whether an order is being worked out or tickets have yet to be looked at; `advance` does both."""
        return self._sort is not None or self._at < len(self._waiting)

    def set_filter(self, wanted: TextFilter) -> None:
        """Filter anew; where the new filter can only narrow the former one, its hits alone are looked at."""
        if wanted == self.filter:
            return
        narrows = wanted.narrows(self.filter) and self.selective and self.grouping is None
        self.filter = wanted
        self._select([*self.shown, *self._waiting[self._at :]] if narrows else self._order)

    def set_facet(self, column: str, values: frozenset[str]) -> None:
        """Show only tickets with one of ``values`` in the column; no values: the facet is gone."""
        if values:
            self.facets[column] = values
            self._facet_keys[column] = frozenset(map(value_key, values))
        else:
            self.facets.pop(column, None)
        self._select(self._order)

    def clear_facets(self) -> None:
        """Take every facet away."""
        self.facets.clear()
        self._select(self._order)

    def set_only(self, keys: frozenset[TicketKey] | None) -> None:
        """Show only these tickets, of those that filter and facets keep; None: all of them again."""
        self.only = keys
        self._select(self._order)

    def _select(self, candidates: Sequence[int]) -> None:
        self._at = 0
        if self.grouping:
            self.grouping.begin()
        if self.selective or self.grouping:
            self.shown, self._waiting = [], candidates
        else:
            self.shown, self._waiting = self._order, ()

    def advance(self, seconds: float, enough: int | None = None) -> None:
        """Go on with order and filter for at most about ``seconds``, or until ``enough`` are shown."""
        deadline = self._monotonic() + seconds
        while self._sort is not None:
            if next(self._sort, _DONE) is _DONE:
                self._sort = None
                self._select(self._order)
            elif self._monotonic() >= deadline:
                return
        hits = self.shown
        if not isinstance(hits, list):
            return
        while self._at < len(self._waiting):
            end = min(self._at + _STEP, len(self._waiting))
            kept = (index for index in self._waiting[self._at : end] if self.keeps(index))
            hits.extend(kept if self.grouping is None else chain.from_iterable(map(self.grouping.take, kept)))
            self._at = end
            if self._monotonic() >= deadline or (enough is not None and len(hits) >= enough):
                return

    @property
    def kept(self) -> int:
        """How many tickets filter and facets keep, so far, folded or not."""
        return self.grouping.taken if self.grouping else len(self.shown)

    def keeps(self, index: int) -> bool:
        """Whether filter and facets keep the ticket."""
        ticket = self.tickets[index]
        if self.only is not None and ticket.key not in self.only:
            return False
        for column in self.facets:
            if self._facet_keys[column].isdisjoint(map(value_key, facet_values(ticket, column))):
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
        """Values of the column with how many tickets have them under the filter and the other facets, most first.

        Spellings of one value are one, under the most frequent of them.
        """
        own = self.facets.pop(column, None)
        try:
            kept = (index for index in self._order if self.keeps(index)) if self.selective else iter(self._order)
            found = Counter(value for index in kept for value in facet_values(self.tickets[index], column))
        finally:
            if own is not None:
                self.facets[column] = own
        counts: dict[str, tuple[str, int]] = {}
        for value, count in found.most_common():
            spelt, so_far = counts.get(value_key(value), (value, 0))
            counts[value_key(value)] = (spelt, so_far + count)
        return sorted(counts.values(), key=lambda count: (-count[1], count[0].casefold()))

    # ---------------------------------------------------------------- finding

    def index_of(self, key: TicketKey, near: int = 0) -> int | None:
        """The index of the ticket, None where it is not loaded; ``near`` is where it was, looked at first."""
        if 0 <= near < len(self.tickets) and self.tickets[near].key == key:
            return near
        return next((index for index, ticket in enumerate(self.tickets) if ticket.key == key), None)

    def place_of(self, index: int, near: int = 0) -> int | None:
        """The position of the ticket among the shown rows; None: it is not shown (yet)."""
        if 0 <= near < len(self.shown) and self.shown[near] == index:
            return near
        try:
            return self.shown.index(index)
        except ValueError:
            return None

    def shown_tickets(self) -> Iterable[Ticket]:
        """The tickets in display order."""
        indexes = self.shown if self.grouping is None else (index for index in self.shown if index >= 0)
        return map(self.tickets.__getitem__, indexes)
