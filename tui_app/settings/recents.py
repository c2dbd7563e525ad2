"""Recent searches (the latest fifty distinct ones) and searches saved by name.

Invariant: whatever the file holds, `entries` and `saved` return only valid criteria; an entry that is not valid is kept
in the file, but not shown.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any

from msgspec import Struct

from tui_app.settings.paths import recents_file
from tui_app.settings.storage import JsonFile
from tui_app.tickets.clock import Clock
from tui_app.tickets.criteria import TicketSearchCriteria, check_criteria
from tui_app.tickets.errors import UsageError

MOST_RECENTS = 50
_VERSION = 1


class RecentSearch(Struct, frozen=True):
    """One search that was made. ``used_at`` is ISO 8601 in UTC, for display."""

    criteria: TicketSearchCriteria
    used_at: str = ""
    pinned: bool = False


class RecentSearches:
    """The file of searches. Every change is on disk when the method returns; several processes may share it."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock = clock
        self._file = JsonFile(path or recents_file(), version=_VERSION, what="Recent searches", clock=clock)

    @property
    def notices(self) -> tuple[str, ...]:
        """Faults of the file, in words for the user; each once."""
        return tuple(self._file.notices)

    def entries(self) -> tuple[RecentSearch, ...]:
        """Newest first; pinned ones stay where they are, but never fall off the end."""
        read = (_entry(raw) for raw in _items(self._file.read(), "recents"))
        return tuple(entry for entry in read if entry is not None)

    def add(self, criteria: TicketSearchCriteria) -> None:
        """Put ``criteria`` first; an equal entry moves up and keeps its pin."""
        wanted, now = criteria.to_json(), self._clock.now().astimezone(UTC).isoformat(timespec="seconds")

        def change(content: dict[str, Any]) -> None:
            recents = _items(content, "recents")
            former = next((item for item in recents if item.get("criteria") == wanted), {})
            others = [item for item in recents if item is not former]
            content["recents"] = _trimmed([{**former, "criteria": wanted, "used_at": now}, *others])

        self._file.update(change)

    def pin(self, criteria: TicketSearchCriteria, *, pinned: bool) -> None:
        """Pin or unpin an entry; a pinned one is never dropped for being old."""
        self._change_entry(criteria, lambda item: {**item, "pinned": pinned})

    def delete(self, criteria: TicketSearchCriteria) -> None:
        """Delete an entry, pinned or not."""
        self._change_entry(criteria, lambda _: None)

    def saved(self) -> dict[str, TicketSearchCriteria]:
        """Name to criteria, in the order of the names."""
        raw = self._file.read().get("saved")
        named = raw if isinstance(raw, dict) else {}
        read = {name: _criteria(value) for name, value in sorted(named.items())}
        return {name: criteria for name, criteria in read.items() if criteria is not None}

    def save(self, name: str, criteria: TicketSearchCriteria) -> None:
        """Save ``criteria`` under ``name``, replacing the search of that name."""

        def change(content: dict[str, Any]) -> None:
            _named(content)[name] = criteria.to_json()

        self._file.update(change)

    def forget(self, name: str) -> None:
        """Delete the search saved under ``name``."""

        def change(content: dict[str, Any]) -> None:
            _named(content).pop(name, None)

        self._file.update(change)

    def _change_entry(
        self, criteria: TicketSearchCriteria, changed: Callable[[dict[str, Any]], dict[str, Any] | None]
    ) -> None:
        wanted = criteria.to_json()

        def change(content: dict[str, Any]) -> None:
            items = (changed(i) if i.get("criteria") == wanted else i for i in _items(content, "recents"))
            content["recents"] = [item for item in items if item is not None]

        self._file.update(change)


def _items(content: dict[str, Any], key: str) -> list[dict[str, Any]]:
    raw = content.get(key)
    return [item for item in raw if isinstance(item, dict)] if isinstance(raw, list) else []


def _named(content: dict[str, Any]) -> dict[str, Any]:
    named = content.get("saved")
    if not isinstance(named, dict):
        named = content["saved"] = {}
    return named


def _trimmed(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the oldest unpinned entries; the newest one and pinned ones may exceed the limit."""
    surplus = max(0, len(items) - MOST_RECENTS)
    oldest_first = range(len(items) - 1, 0, -1)
    dropped = set([position for position in oldest_first if not items[position].get("pinned")][:surplus])
    return [item for position, item in enumerate(items) if position not in dropped]


def _entry(raw: dict[str, Any]) -> RecentSearch | None:
    criteria = _criteria(raw.get("criteria"))
    if criteria is None:
        return None
    return RecentSearch(criteria, str(raw.get("used_at", "")), bool(raw.get("pinned")))


def _criteria(raw: object) -> TicketSearchCriteria | None:
    if not isinstance(raw, dict):
        return None
    try:
        return check_criteria(raw)
    except UsageError:
        return None
