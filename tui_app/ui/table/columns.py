"""Columns: which values of a ticket they show, how wide they are, and how they sort.

A column is named after a ticket's field (``updated_at``), or ``extra.severity`` for a further field of the tracker.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct

from tui_app.tickets.ticket import JsonValue, Ticket
from tui_app.ui.rendering.signs import PRIORITY_RANK, STATUS_RANK, priority_level, status_kind

EXTRA = "extra."
"""What the name of a tracker's own field begins with."""


class ColumnSpec(Struct, frozen=True):
    """One column as it is chosen and saved. ``width`` is in cells; 0 fits it to its values."""

    name: str
    width: int = 0

    def to_text(self) -> str:
        """``updated_at`` or ``updated_at:12``, the form that is saved."""
        return f"{self.name}:{self.width}" if self.width else self.name

    @classmethod
    def from_text(cls, text: str) -> ColumnSpec:
        """Read what `to_text` wrote; a width that is no number counts as none."""
        name, colon, width = text.rpartition(":")
        return cls(name, int(width)) if colon and width.isdecimal() else cls(text)


class ColumnKind(Struct, frozen=True):
    """How the values of a column are shown. Widths are in cells."""

    title: str
    least: int
    """It is never squeezed below this."""
    most: int
    """It grows no wider than this unless a width was chosen."""
    short: str = ""
    """What stands in the header where the title is too long."""
    right: bool = False
    is_time: bool = False


_KINDS = {
    "id": ColumnKind("ID", 4, 18),
    "title": ColumnKind("Title", 16, 4000),
    "status": ColumnKind("Status", 1, 18),
    "priority": ColumnKind("Priority", 1, 12),
    "assignee": ColumnKind("Assignee", 10, 20),
    "reporter": ColumnKind("Reporter", 10, 20),
    "type": ColumnKind("Type", 5, 14),
    "project": ColumnKind("Project", 4, 16, "Proj"),
    "labels": ColumnKind("Labels", 10, 28),
    "created_at": ColumnKind("Created", 7, 7, right=True, is_time=True),
    "updated_at": ColumnKind("Updated", 7, 7, right=True, is_time=True),
    "source": ColumnKind("Source", 8, 14),
    "url": ColumnKind("URL", 12, 60),
    "comments": ColumnKind("Comments", 8, 8, right=True),
}
_EXTRA_MOST = 24
_EXTRA_TITLE = 12  # cells of a further field's title that are never cut off

SIGNED = ("status", "priority")
"""Columns whose values begin with a sign that says the most of them: one cell wide, they show it alone."""

FIELD_COLUMNS = tuple(_KINDS)
"""The columns that every ticket has; `extra_columns` finds the further ones."""


@lru_cache(256)
def column_kind(name: str) -> ColumnKind:
    """How the column ``name`` is shown; any name that is not a ticket's field is a field of the tracker."""
    known = _KINDS.get(name)
    if known:
        return known
    title = name.removeprefix(EXTRA).replace("_", " ").strip()
    return ColumnKind(title[:1].upper() + title[1:] or name, max(4, min(len(title), _EXTRA_TITLE)), _EXTRA_MOST)


_ROOMY = (
    (60, ("id", "status", "title")),
    (72, ("id", "status", "title", "updated_at")),
    (92, ("id", "status", "title", "priority", "updated_at")),
    (132, ("id", "status", "title", "assignee", "priority", "updated_at")),
    (150, ("id", "status", "title", "assignee", "priority", "labels", "updated_at")),
    (176, ("id", "status", "title", "assignee", "priority", "type", "labels", "updated_at")),
    (
        10_000,
        ("id", "status", "title", "assignee", "priority", "type", "project", "labels", "created_at", "updated_at"),
    ),
)
"""Cells up to which a set of columns is enough; the wider the table, the more it shows."""


def default_columns(width: int, *, sources: bool = False) -> tuple[ColumnSpec, ...]:
    """The columns for a table of ``width`` cells; with ``sources`` the profile each ticket came from as well."""
    names = next(names for limit, names in _ROOMY if width < limit or limit == _ROOMY[-1][0])
    if sources:
        names = (*names[:1], "source", *names[1:])
    return tuple(ColumnSpec(name) for name in names)


def extra_columns(tickets: Iterable[Ticket]) -> list[str]:
    """Names of the columns that further fields of these tickets can make, the most frequent first."""
    counts: dict[str, int] = {}
    for ticket in tickets:
        for name in ticket.extra:
            counts[name] = counts.get(name, 0) + 1
    return [EXTRA + name for name in sorted(counts, key=lambda name: (-counts[name], name))]


# --------------------------------------------------------------------- values


def value_of(ticket: Ticket, column: str) -> Any:
    """The value that the column shows: text, a moment, a tuple of texts, a number or None."""
    if column.startswith(EXTRA):
        return ticket.extra.get(column[len(EXTRA) :])
    if column == "comments":
        return len(ticket.comments)
    return getattr(ticket, column, None)


def text_of(ticket: Ticket, column: str) -> str:
    """The value as text, without regard to how a time is shown; empty where there is none."""
    return _as_text(value_of(ticket, column))


def _as_text(value: JsonValue | tuple[str, ...] | datetime) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list | tuple):
        return ", ".join(_as_text(part) for part in value)
    if isinstance(value, dict):
        return _name_of(value)
    return str(value)


def _name_of(value: dict[str, JsonValue]) -> str:
    """What an object is called, as trackers wrap names in objects; or its parts."""
    for key in ("name", "displayName", "title", "value", "key", "id"):
        if isinstance(value.get(key), str | int):
            return str(value[key])
    return ", ".join(f"{key}: {_as_text(part)}" for key, part in value.items())


def facet_values(ticket: Ticket, column: str) -> tuple[str, ...]:
    """The values under which the ticket counts in a facet: each label by itself, ``""`` where there is none."""
    value = value_of(ticket, column)
    if isinstance(value, list | tuple):
        return tuple(dict.fromkeys(_as_text(part) for part in value)) or ("",)
    if isinstance(value, datetime):
        return (value.strftime("%Y-%m"),)
    return (_as_text(value),)


# -------------------------------------------------------------------- sorting

FIRST_DESCENDING = frozenset({"created_at", "updated_at", "comments"})
"""Columns that are sorted from the largest value down, unless the other way is asked for."""

SortKey = Any
"""Something that can be compared with the others of its column; None sorts last in either direction.

Text wherever possible: Python sorts a list of nothing but text three times as fast as one of tuples.
"""

_NUMBERS = re.compile(r"\d+")
_LONGEST_NUMBER = 18
"""Digits of a number within a text; longer ones are no counters, and sort as text."""
_TEXT_COLUMNS = ("title", "assignee", "reporter", "type", "project", "url", "source")


def sort_keys(column: str) -> Callable[[Ticket], SortKey]:
    """A function from ticket to what the column sorts by: times, urgency, ids with their number as a number."""
    if column_kind(column).is_time:
        return lambda ticket: moment.timestamp() if (moment := getattr(ticket, column)) else None
    if column == "status":
        return lambda ticket: _status_key(ticket.status) if ticket.status else None
    if column == "priority":
        return lambda ticket: _priority_key(ticket.priority) if ticket.priority else None
    if column == "comments":
        return lambda ticket: len(ticket.comments)
    if column == "id":
        return lambda ticket: natural_key(ticket.id)
    if column in _TEXT_COLUMNS:
        return lambda ticket: text.casefold() if (text := getattr(ticket, column)) else None
    return lambda ticket: _general_key(value_of(ticket, column))


@lru_cache(1024)
def _status_key(status: str) -> str:
    return f"{STATUS_RANK[status_kind(status)]} {status.casefold()}"


@lru_cache(1024)
def _priority_key(priority: str) -> str:
    return f"{PRIORITY_RANK[priority_level(priority)]} {priority.casefold()}"


def natural_key(text: str) -> str:
    """``PAY-9`` before ``PAY-10``: the text with every number padded to the same length."""
    prefix, dash, number = text.rpartition("-")
    if dash and number.isdecimal() and prefix.isalpha() and number.isascii():
        return f"{prefix.casefold()}-{number.zfill(_LONGEST_NUMBER)}"
    return _NUMBERS.sub(lambda digits: digits[0].zfill(_LONGEST_NUMBER), text.casefold())


def _general_key(value: Any) -> SortKey:
    """Numbers before text; nothing last."""
    if isinstance(value, bool | int | float):
        return (0, value, "")
    text = _as_text(value)
    return (1, 0, text.casefold()) if text else None


def columns_from_text(texts: Sequence[str]) -> tuple[ColumnSpec, ...]:
    """Saved columns; a column named twice counts once."""
    specs = {spec.name: spec for spec in map(ColumnSpec.from_text, texts) if spec.name}
    return tuple(specs.values())
