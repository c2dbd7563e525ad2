"""The searches on the number keys, where the config names none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from tui_app.tickets.criteria import ME, UNASSIGNED, TicketSearchCriteria
from tui_app.tickets.dates import parse_date_bound


class NamedSearch(Protocol):
    """A search under a name."""

    @property
    def name(self) -> str: ...
    @property
    def criteria(self) -> TicketSearchCriteria: ...


class QuickView(Struct, frozen=True):
    """A search on a number key."""

    name: str
    criteria: TicketSearchCriteria


def default_quick_views() -> Sequence[NamedSearch]:
    """What most people look at most mornings."""
    newest = "-updated_at"
    return (
        QuickView("Everything", TicketSearchCriteria()),
        QuickView("Mine", TicketSearchCriteria(assignee=ME, sort=newest)),
        QuickView("Unassigned", TicketSearchCriteria(assignee=UNASSIGNED, sort=newest)),
        QuickView("Changed today", TicketSearchCriteria(updated_after=parse_date_bound("today"), sort=newest)),
        QuickView("New this week", TicketSearchCriteria(created_after=parse_date_bound("7d"), sort="-created_at")),
    )
