"""Marks on rows by ticket: those that the user sets, and those that a refresh sets.

Invariants: a user's mark stays over sorting, filtering and refreshing until its ticket is gone from the results; the
mark of a new or changed row stays until the cursor has been on it or other results replace it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from tui_app.tickets.fields import TICKET_FIELDS, FieldKind
from tui_app.tickets.ticket import Ticket, TicketKey

_MARKING = tuple(field for field in TICKET_FIELDS if field.change and field.kind is not FieldKind.TEXT)
_shown_by_rows = attrgetter("updated_at", *(field.name for field in _MARKING))


class Marks:
    """Tickets that the user marked, in the order of marking."""

    def __init__(self) -> None:
        self._marked: dict[TicketKey, Ticket] = {}
        self._latest: TicketKey | None = None

    def __len__(self) -> int:
        return len(self._marked)

    def __contains__(self, ticket: Ticket) -> bool:
        return bool(self._marked) and ticket.key in self._marked

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """The marked tickets."""
        return tuple(self._marked.values())

    @property
    def latest(self) -> TicketKey | None:
        """The ticket that was marked last by itself: where a range begins."""
        return self._latest

    def toggle(self, ticket: Ticket) -> None:
        """Mark the ticket, or take its mark away; a range begins here."""
        self._latest = ticket.key
        self.invert((ticket,))

    def add(self, tickets: Iterable[Ticket]) -> None:
        """Mark all of these."""
        self._marked.update((ticket.key, ticket) for ticket in tickets)

    def keep_only(self, tickets: Iterable[Ticket]) -> None:
        """Mark these and no others."""
        self.clear()
        self.add(tickets)

    def invert(self, tickets: Iterable[Ticket]) -> None:
        """Of these, mark those that are not marked and no others."""
        for ticket in tickets:
            if self._marked.pop(ticket.key, None) is None:
                self._marked[ticket.key] = ticket

    def keep_present(self, tickets: Iterable[Ticket]) -> None:
        """Take up the younger form of each marked ticket; those that are not among ``tickets`` lose their mark."""
        if self._marked:
            present = {key: ticket for ticket in tickets if (key := ticket.key) in self._marked}
            self._marked = {key: present[key] for key in self._marked if key in present}

    def clear(self) -> None:
        """Take every mark away."""
        self._marked.clear()
        self._latest = None


class RowChange(StrEnum):
    """How a row differs from when the user last looked at it. The value names its style."""

    NEW = "new"
    CHANGED = "changed"
    PENDING = "pending"
    """A change of it was sent, and is not known to be done."""
    UNKNOWN = "unknown"
    """A change of it was sent and may have been done."""


class FieldChange(NamedTuple):
    """What of a ticket is another than before, in words; a value that is not there is empty."""

    name: str
    before: str
    after: str


class Changes:
    """New, changed and vanished tickets since the user last looked."""

    def __init__(self) -> None:
        self._changes: dict[TicketKey, RowChange] = {}
        self._before: dict[TicketKey, Ticket] = {}
        """Changed tickets as they were when the user last looked."""
        self._gone: dict[TicketKey, Ticket] = {}
        self._sent: dict[TicketKey, RowChange] = {}
        """What is known of changes that were sent; a refresh has read those again that may have been done."""
        self.own: frozenset[TicketKey] = frozenset()
        """Tickets that the user changed or created; what the next refresh brings of them is no news."""
        self.were_all = True
        """Whether the tickets of before were all that there were: of others only what is younger is new."""

    def __len__(self) -> int:
        return len(self._changes) + len(self._gone)

    @property
    def keys(self) -> frozenset[TicketKey]:
        """The tickets with a mark."""
        return frozenset(self._changes)

    @property
    def gone(self) -> tuple[Ticket, ...]:
        """Tickets that were there, and are not among the results any more."""
        return tuple(self._gone.values())

    def of(self, ticket: Ticket) -> RowChange | None:
        """How the ticket differs from when it was last looked at; None: it does not."""
        if not self._changes and not self._sent:
            return None
        return self._sent.get(ticket.key) or self._changes.get(ticket.key)

    def sent(self, key: TicketKey, state: RowChange | None) -> None:
        """Mark a ticket as one that is being changed, or may have been; None takes that mark away."""
        if state is None:
            self._sent.pop(key, None)
        else:
            self._sent[key] = state

    def made_here(self, keys: Iterable[TicketKey]) -> None:
        """The user changed these tickets, or created them: how they are now is known."""
        self.own |= frozenset(keys)
        for key in self.own:
            for kept in (self._changes, self._before, self._gone):
                kept.pop(key, None)

    def what(self, ticket: Ticket) -> tuple[FieldChange, ...]:
        """Which fields of a changed ticket went from what to what, also after it has been looked at."""
        before = self._before.get(ticket.key)
        return _field_changes(before, ticket) if before else ()

    def words(self, ticket: Ticket | None) -> str:
        """``status Open → Blocked``: the same in words; empty: nothing is known to have changed."""
        changes = self.what(ticket) if ticket else ()
        return ", ".join(f"{name} {before or '–'} → {after or '–'}" for name, before, after in changes)

    def compare(self, former: Iterable[Ticket], current: Iterable[Ticket]) -> None:
        """Mark what is new or changed in ``current``; marks of tickets that are not in it go."""
        known = {ticket.key: ticket for ticket in former}
        self._sent = {key: state for key, state in self._sent.items() if state is not RowChange.UNKNOWN}
        changes: dict[TicketKey, RowChange] = {}
        latest = {ticket.source: _touched(ticket) for ticket in sorted(known.values(), key=_touched)}
        for ticket in current:
            key = ticket.key
            if key in self.own:
                self.own -= {key}
                continue
            gone = self._gone.pop(key, None)
            before = known.get(key) or gone
            if before is None and not self._is_new(ticket, latest):
                continue
            if before is None or self._changes.get(key) is RowChange.NEW:
                changes[key] = RowChange.NEW
            elif _differs(first := self._before.get(key, before) if key in self._changes else before, ticket):
                changes[key] = RowChange.CHANGED
                self._before[key] = first
        self._changes = changes

    def _is_new(self, ticket: Ticket, latest: Mapping[str, datetime]) -> bool:
        """Whether a ticket that was not loaded before was not there, rather than further down."""
        touched = _touched(ticket)
        return self.were_all or touched == _NEVER or touched >= latest.get(ticket.source, _NEVER)

    def take_gone(self, former: Iterable[Ticket], current: Iterable[Ticket]) -> None:
        """Keep which of the former tickets are not in ``current``, where that is all there is."""
        known = {ticket.key for ticket in current} | self.own
        self._gone |= {key: ticket for ticket in former if (key := ticket.key) not in known}

    def last_seen(self, current: Iterable[Ticket]) -> list[Ticket]:
        """The tickets as the user saw them last: without new ones, the changed ones as before, and the vanished."""
        seen = (self._before.get(key, ticket) if (key := ticket.key) in self._changes else ticket for ticket in current)
        return [*(ticket for ticket in seen if self.of(ticket) is not RowChange.NEW), *self.gone]

    def looked_at(self, ticket: Ticket) -> bool:
        """Take the ticket's mark away; whether there was one."""
        return self._changes.pop(ticket.key, None) is not None

    def clear(self) -> None:
        """Take every mark away."""
        self._changes, self._before, self._gone = {}, {}, {}


_NEVER = datetime.min.replace(tzinfo=UTC)


def _touched(ticket: Ticket) -> datetime:
    """When it was last changed or made, as far as it tells."""
    return ticket.updated_at or ticket.created_at or _NEVER


def _field_changes(before: Ticket, after: Ticket) -> tuple[FieldChange, ...]:
    values = ((field.caption.lower(), getattr(before, field.name), getattr(after, field.name)) for field in _MARKING)
    return tuple(FieldChange(name, _words(old), _words(new)) for name, old, new in values if old != new)


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:%d %b}" if isinstance(value, datetime) else str(value or "")


def _differs(before: Ticket, after: Ticket) -> bool:
    """Whether anything that a row can show changed. Descriptions and comments may only have been loaded since."""
    if before is after:
        return False
    return bool(_shown_by_rows(before) != _shown_by_rows(after))
