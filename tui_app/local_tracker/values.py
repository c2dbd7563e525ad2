"""Which values exist (statuses, people, projects ..), and which of them a search means.

``In Progress``, ``in_progress`` and ``in-progress`` are one status to whoever types it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_app.local_tracker.writing import by_urgency

if TYPE_CHECKING:
    from sqlite3 import Connection

ME = "me"
UNASSIGNED = "unassigned"

USER_VARIABLE = "TICKETDECK_LOCAL_USER"
"""Environment variable with the name that ``assignee: me`` means; without it, the person the sample is seen by."""

_SOURCES = {
    "status": ("tickets", "status"),
    "assignee": ("tickets", "assignee"),
    "project": ("tickets", "project"),
    "labels": ("labels", "label"),
    "priority": ("tickets", "priority"),
}

FIELDS = tuple(_SOURCES)
"""The fields whose values are listed."""


class KnownValues:
    """The values that the database holds, read again only after another process has written."""

    def __init__(self, connection: Connection, user: str) -> None:
        self._connection = connection
        self.user = user
        self._version = -1
        self._values: dict[str, list[str]] = {}

    def of(self, field: str) -> list[str]:
        """The values of one of `FIELDS`: priorities by urgency, the others in alphabetical order."""
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            self._values, self._version = {}, version
        if field not in self._values:
            found = self._distinct(*_SOURCES[field])
            self._values[field] = by_urgency(found) if field == "priority" else sorted(found, key=str.casefold)
        return self._values[field]

    def meant(self, field: str, wanted: str) -> list[str]:
        """The existing values that ``wanted`` names; a person may be named in part."""
        words = _plain(wanted)
        if field == "assignee":
            return self._people(words)
        return [value for value in self.of(field) if _plain(value) == words]

    def _people(self, words: str) -> list[str]:
        if words == UNASSIGNED:
            return [""]
        if words == ME:
            words = _plain(self.user)
            if not words:
                return []
        people = self.of("assignee")
        return [name for name in people if _plain(name) == words] or [name for name in people if words in _plain(name)]

    def _distinct(self, table: str, column: str) -> list[str]:
        """One index probe a value: a million tickets have a handful of statuses."""
        query = f"""
            WITH RECURSIVE found(value) AS (
                SELECT min({column}) FROM {table}
                UNION ALL
                SELECT (SELECT min({column}) FROM {table} WHERE {column} > found.value) FROM found
                WHERE found.value IS NOT NULL
            )
            SELECT value FROM found WHERE value > ''
        """
        return [value for (value,) in self._connection.execute(query)]


def _plain(value: str) -> str:
    return value.casefold().replace("_", " ").replace("-", " ").strip()
