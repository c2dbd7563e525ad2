"""Marked tickets: they stay marked over sorting, filtering and refreshing, until they are gone from the results."""

from __future__ import annotations

from collections.abc import Iterable

from tui_app.tickets.ticket import Ticket
from tui_app.ui.table.rows import Key, key_of


class Marks:
    """Marked tickets by key, in the order in which they were marked."""

    def __init__(self) -> None:
        self._marked: dict[Key, Ticket] = {}
        self.latest: Key | None = None
        """The ticket that was marked last by itself: where a range begins."""

    def __len__(self) -> int:
        return len(self._marked)

    def __contains__(self, ticket: Ticket) -> bool:
        return bool(self._marked) and key_of(ticket) in self._marked

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """The marked tickets."""
        return tuple(self._marked.values())

    def toggle(self, ticket: Ticket) -> None:
        """Mark the ticket, or take its mark away; a range begins here."""
        self.latest = key_of(ticket)
        self.invert((ticket,))

    def add(self, tickets: Iterable[Ticket]) -> None:
        """Mark all of these."""
        self._marked.update((key_of(ticket), ticket) for ticket in tickets)

    def invert(self, tickets: Iterable[Ticket]) -> None:
        """Of these, mark those that are not marked and no others."""
        for ticket in tickets:
            key = key_of(ticket)
            if self._marked.pop(key, None) is None:
                self._marked[key] = ticket

    def keep_present(self, tickets: Iterable[Ticket]) -> None:
        """Take up the younger form of each marked ticket; those that are not among ``tickets`` lose their mark."""
        if self._marked:
            present = {key: ticket for ticket in tickets if (key := key_of(ticket)) in self._marked}
            self._marked = {key: present[key] for key in self._marked if key in present}

    def clear(self) -> None:
        """Take every mark away."""
        self._marked.clear()
        self.latest = None
