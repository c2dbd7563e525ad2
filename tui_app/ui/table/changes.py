"""What is new and what changed since the user last looked.

Invariant: a mark stays, over any number of refreshes, until the cursor has been on its row or all are taken away.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from tui_app.tickets.ticket import Ticket
from tui_app.ui.table.rows import Key, key_of


class News(StrEnum):
    """How a row differs from when it was last looked at. The value names its style."""

    NEW = "new"
    CHANGED = "changed"


NEWS_SIGNS = {News.NEW: "+", News.CHANGED: "~"}


class Changes:
    """Marks of new and changed tickets by key."""

    def __init__(self) -> None:
        self._news: dict[Key, News] = {}

    def __len__(self) -> int:
        return len(self._news)

    def of(self, ticket: Ticket) -> News | None:
        """How the ticket differs from when it was last looked at; None: it does not."""
        return self._news.get(key_of(ticket)) if self._news else None

    def compare(self, former: Iterable[Ticket], current: Iterable[Ticket]) -> None:
        """Mark what is new or changed in ``current``; marks of tickets that are gone go too."""
        known = {key_of(ticket): ticket for ticket in former}
        news: dict[Key, News] = {}
        for ticket in current:
            key = key_of(ticket)
            before = known.get(key)
            if before is None:
                news[key] = News.NEW
            elif differs(before, ticket):
                news[key] = News.NEW if self._news.get(key) is News.NEW else News.CHANGED
            elif key in self._news:
                news[key] = self._news[key]
        self._news = news

    def looked_at(self, ticket: Ticket) -> bool:
        """Take the ticket's mark away; whether there was one."""
        return self._news.pop(key_of(ticket), None) is not None

    def clear(self) -> None:
        """Everything was looked at."""
        self._news = {}


def differs(before: Ticket, after: Ticket) -> bool:
    """Whether anything that a row can show changed. Descriptions and comments may only have been loaded since."""
    if before is after:
        return False
    return (
        before.updated_at != after.updated_at
        or before.status != after.status
        or before.title != after.title
        or before.assignee != after.assignee
        or before.priority != after.priority
        or before.labels != after.labels
        or before.type != after.type
        or before.project != after.project
    )
