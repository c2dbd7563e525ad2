"""The views: searches under a name, each with a tab and a number key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from tui_app.tickets.criteria import TicketSearchCriteria, View, criteria_of
from tui_app.tickets.messages import Search
from tui_app.tickets.servers import ProfileSummary

if TYPE_CHECKING:
    from tui_app.settings.model import UiSettings


def all_views(settings: UiSettings) -> Sequence[View]:
    """The user's own views, then the defaults, unless the config replaces them or has others of the same names."""
    names = {view.name.casefold() for view in settings.views}
    others = () if settings.replace_default_views else default_views()
    return (*settings.views, *(view for view in others if view.name.casefold() not in names))


OPEN_WORK = "is:open sort:-updated_at"
"""What is searched where nobody has said or searched anything yet."""
_DEFAULTS = (
    ("Mine", "is:open assignee:me sort:-updated_at"),
    ("Unassigned", "is:open assignee:unassigned sort:-updated_at"),
    ("New this week", "is:open after:7d sort:-created_at"),
    ("Changed today", "updated:today sort:-updated_at"),
    ("All open", OPEN_WORK),
)


def default_views() -> Sequence[View]:
    """What most people look at most mornings."""
    return [View(name, criteria_of(query)) for name, query in _DEFAULTS]


class Beginning(Struct, frozen=True):
    """What is searched first."""

    profiles: tuple[str, ...]
    """The trackers that the user chose: those of ``view`` may be others."""
    criteria: TicketSearchCriteria = TicketSearchCriteria()
    searches: tuple[Search, ...] = ()
    """One for each profile, where they were submitted before the user interface was there."""
    view: View | None = None
    """The view that is begun with; None: the one with just these criteria, if there is one."""
    offered: str = ""
    """The id of a ticket that the user probably wants; empty: none is known."""
    wanted: str = ""
    """The id or address of the ticket to open at once; empty: none."""


class ProfileQueries:
    """What is asked for in every search of a profile besides, unless the user drops it for a while."""

    def __init__(self, profiles: Sequence[ProfileSummary]) -> None:
        self._written = {profile.name: profile.query for profile in profiles if profile.query}
        self._criteria = {name: criteria_of(query) for name, query in self._written.items()}
        self.are_dropped = False

    def of(self, profile: str) -> TicketSearchCriteria:
        """What is added to a search of ``profile``; nothing: the empty criteria."""
        return TicketSearchCriteria() if self.are_dropped else self._criteria.get(profile, TicketSearchCriteria())

    def has_any(self, profiles: Sequence[str]) -> bool:
        """Whether one of ``profiles`` has a query of its own."""
        return any(name in self._written for name in profiles)

    def words(self, profiles: Sequence[str]) -> str:
        """The queries of ``profiles`` as they are written; empty: none is applied."""
        queries = (self._written.get(name, "") for name in profiles)
        return "" if self.are_dropped else "  ".join(dict.fromkeys(filter(None, queries)))
