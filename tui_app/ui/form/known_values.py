"""The values that are known to exist, for completion: from the server's lists and from the tickets seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tui_app.tickets.messages import ValuesListed
from tui_app.tickets.ticket import Ticket

_MOST_PER_FIELD = 2000  # people in a large company; more would slow each keystroke for nothing
_SINGLE = ("status", "assignee", "project", "priority")


class KnownValues:
    """Field to values, by profile. What the server listed comes first, in its order."""

    def __init__(self) -> None:
        self._listed: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._seen: dict[str, dict[str, dict[str, None]]] = {}
        self._native: dict[str, str | None] = {}

    def add_listed(self, reply: ValuesListed) -> None:
        """Take in what the server says that exists."""
        self._listed[reply.profile] = reply.values
        self._native[reply.profile] = reply.native_language

    def add_seen(self, profile: str, tickets: Iterable[Ticket]) -> None:
        """Take in what stands on tickets."""
        seen = self._seen.setdefault(profile, {name: {} for name in (*_SINGLE, "labels")})
        statuses, assignees, projects, priorities = (seen[name] for name in _SINGLE)
        labels = seen["labels"]
        for ticket in tickets:
            statuses[ticket.status] = None
            assignees[ticket.assignee or ""] = None
            projects[ticket.project or ""] = None
            priorities[ticket.priority or ""] = None
            labels.update(dict.fromkeys(ticket.labels))

    def of(self, profiles: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Field to the values that exist in any of ``profiles``."""
        merged: dict[str, dict[str, None]] = {name: {} for name in (*_SINGLE, "labels")}
        for profile in profiles:
            for name, values in self._listed.get(profile, {}).items():
                merged.setdefault(name, {}).update(dict.fromkeys(values))
        for profile in profiles:
            for name, seen in self._seen.get(profile, {}).items():
                merged[name].update(dict.fromkeys(sorted(seen, key=str.casefold)))
        return {name: tuple(value for value in values if value)[:_MOST_PER_FIELD] for name, values in merged.items()}

    def native_language(self, profiles: Sequence[str]) -> str | None:
        """What native queries are written in; None unless there is one tracker, and it has a language."""
        return self._native.get(profiles[0]) if len(profiles) == 1 else None
