"""Which values exist (statuses, people, projects ..), and which of them a search means.

``In Progress``, ``in_progress`` and ``in-progress`` are one status to whoever types it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_app.tickets.criterion import CRITERIA_BY_NAME, SEEN_CRITERIA, VALUE_CRITERIA, CriterionKind
from tui_app.tickets.vocabulary import ME, UNASSIGNED, by_urgency, folded_words

if TYPE_CHECKING:
    from sqlite3 import Connection

USER_VARIABLE = "TICKETDECK_LOCAL_USER"
"""Environment variable with the name that ``assignee: me`` means; without it, the person the sample is seen by."""

_LABEL_SOURCE = ("labels", "label")
_SOURCES = {
    name: _LABEL_SOURCE if name == "labels" else ("tickets", CRITERIA_BY_NAME[name].field) for name in SEEN_CRITERIA
}
"""Criterion to the table and the column of its values."""
_PEOPLE = frozenset(name for name in SEEN_CRITERIA if CRITERIA_BY_NAME[name].kind is CriterionKind.PERSON)


class StoredValues:
    """The values that the database holds, read again only after somebody has written."""

    def __init__(self, connection: Connection, user: str) -> None:
        self._connection = connection
        self.user = user
        self._state: tuple[int, int] = (-1, -1)
        self._values: dict[str, list[str]] = {}

    def of(self, field: str) -> list[str]:
        """The values of one of `SEEN_CRITERIA`: priorities by urgency, the others in alphabetical order."""
        state = (self._connection.execute("PRAGMA data_version").fetchone()[0], self._connection.total_changes)
        if state != self._state:  # what others wrote, and what this connection did
            self._values, self._state = {}, state
        if field not in self._values:
            table, column = _SOURCES[field]
            found = self._probed(table, column) if field in VALUE_CRITERIA else self._scanned(column)
            self._values[field] = by_urgency(found) if field == "priority" else sorted(found, key=str.casefold)
        return self._values[field]

    def meant(self, field: str, wanted: str) -> list[str]:
        """The existing values that ``wanted`` names; a person may be named in part."""
        words = folded_words(wanted)
        if field in _PEOPLE:
            return self._people(field, words)
        return [value for value in self.of(field) if folded_words(value) == words]

    def spelt(self, field: str, wanted: str) -> str:
        """``wanted`` as the tickets spell that value; as it is where none has it, or two do."""
        alike = [value for value in self.of(field) if folded_words(value) == folded_words(wanted)]
        return alike[0] if len(alike) == 1 and wanted not in alike else wanted

    def ids(self, column: str, wanted: str) -> list[str]:
        """The ids in ``column`` that ``wanted`` names: in its usual spellings, or by the number behind the ``#``."""
        word = wanted.strip()
        spellings = list(dict.fromkeys((word, word.upper(), word.lower(), f"#{word}")))
        number = word.removeprefix("#")
        if not number.isdecimal():
            return spellings
        query = f"SELECT DISTINCT {column} FROM tickets WHERE {column} LIKE ?"
        return spellings + [value for (value,) in self._connection.execute(query, (f"%#{number}",))]

    def _people(self, field: str, words: str) -> list[str]:
        if words == UNASSIGNED:
            return [""]
        if words == ME:
            words = folded_words(self.user)
            if not words:
                return []
        people = self.of(field)
        return [name for name in people if folded_words(name) == words] or [
            name for name in people if words in folded_words(name)
        ]

    def _scanned(self, column: str) -> list[str]:
        """For columns without an index; read once, as all values are."""
        query = f"SELECT DISTINCT {column} FROM tickets WHERE {column} > ''"
        return [value for (value,) in self._connection.execute(query)]

    def _probed(self, table: str, column: str) -> list[str]:
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
