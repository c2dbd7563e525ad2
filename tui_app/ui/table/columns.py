"""Columns: which values of a ticket they show, how wide they are, and how they sort.

A column is named after a ticket's field (``updated_at``), or ``extra.severity`` for a further field of the tracker, by
its own name or by the one that people see. People may write a field's caption, and leave ``extra.`` out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice

from msgspec import Struct

from tui_app.tickets.extra_fields import caption_of, extra_captions, extra_has, is_identifier, readable
from tui_app.tickets.fields import BY_CAPTION, FURTHER, TICKET_FIELDS, TIME_KINDS, FieldKind, TicketField
from tui_app.tickets.ticket import Ticket

EXTRA = FURTHER


class ColumnSpec(Struct, frozen=True):
    """One column as it is chosen and saved. ``width`` is in cells; 0 fits it to its values."""

    name: str
    width: int = 0

    @classmethod
    def from_text(cls, text: str) -> ColumnSpec:
        """Read ``updated_at``, ``Updated`` or ``Story points:12``; a width that is no number counts as none."""
        name, colon, width = text.rpartition(":")
        return cls(column_named(name), int(width)) if colon and width.isdecimal() else cls(column_named(text))


class ColumnKind(Struct, frozen=True):
    """How the values of a column are shown. Widths are in cells."""

    title: str
    least: int
    """It is never squeezed below this."""
    most: int
    """It grows no wider than this unless a width was chosen."""
    short: str = ""
    """The header's text where the title is too long."""
    right: bool = False
    """Whether values are aligned to the right."""
    field: FieldKind | None = None
    """What the ticket's field holds; None: it is an extra field of the tracker."""


_WIDTHS = {
    FieldKind.ID: (4, 18),
    FieldKind.LINE: (16, 4000),
    FieldKind.STATUS: (1, 18),
    FieldKind.PRIORITY: (1, 12),
    FieldKind.PERSON: (10, 20),
    FieldKind.WORD: (5, 14),
    FieldKind.LABELS: (10, 28),
    FieldKind.MOMENT: (7, 7),
    FieldKind.DUE: (7, 10),
    FieldKind.URL: (12, 60),
    FieldKind.LIST: (8, 8),
    FieldKind.TEXT: (16, 60),
}
"""Least and most cells of a column. In the order of the columns, except that addresses and lists come last."""
_OWN_WIDTHS = {"project": (4, 16), "source": (8, 14)}
"""Columns whose values need other widths than most of their kind."""
_SHORT_TITLES = {"project": "Proj"}


def _kind_of(field: TicketField) -> ColumnKind:
    least, most = _OWN_WIDTHS.get(field.name, _WIDTHS[field.kind])
    right = field.kind in (*TIME_KINDS, FieldKind.LIST)
    return ColumnKind(field.caption, least, most, _SHORT_TITLES.get(field.name, ""), right, field.kind)


def _place(field: TicketField) -> tuple[bool, bool, int]:
    """Where the column of a field comes in the list of all; the profile, which is no field of trackers, is late."""
    is_last = field.kind in (FieldKind.URL, FieldKind.LIST)
    return is_last, not field.exported, list(_WIDTHS).index(field.kind)


_FIELDS = tuple(sorted((field for field in TICKET_FIELDS if field.column), key=_place))
_KINDS = {field.name: _kind_of(field) for field in _FIELDS}
_EXTRA_MOST = 24
_EXTRA_TITLE = 12  # cells of an extra field's title that are never cut off

PROBLEM_SIGN = "! "
"""Before the title of a ticket that could not be read completely."""

SIGNED = frozenset(field.name for field in _FIELDS if field.kind in (FieldKind.STATUS, FieldKind.PRIORITY))
"""Columns whose values begin with a sign that is the most important part: one cell wide, they show it alone."""

FIELD_COLUMNS = tuple(_KINDS)
"""The columns that every ticket has; `extra_columns` finds those of extra fields."""

FACET_COLUMNS = tuple(
    field.name
    for field in sorted(TICKET_FIELDS, key=lambda field: (field.kind in TIME_KINDS, not field.change))
    if field.facet
)
"""The columns that rows can be narrowed by: first what people set, times last."""


def column_named(text: str) -> str:
    """The column that people call ``text``; whatever is no ticket's field is a further field of the tracker."""
    name = text.strip()
    if name.startswith(EXTRA):
        return name
    return BY_CAPTION.get(name.casefold(), EXTRA + name)


@lru_cache(256)
def column_kind(name: str) -> ColumnKind:
    """How the column ``name`` is shown; any name that is not a ticket's field is a field of the tracker."""
    known = _KINDS.get(name)
    if known:
        return known
    title = caption_of(name.removeprefix(EXTRA)) or name
    title = title[:1].upper() + title[1:]
    return ColumnKind(title, max(4, min(len(title), _EXTRA_TITLE)), _EXTRA_MOST)


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
OPTIONAL = frozenset(_ROOMY[-1][1]) - {"id", "title"}
"""Those of them that are shown only where some ticket has a value."""


def default_columns(width: int, *, sources: bool = False) -> tuple[ColumnSpec, ...]:
    """The columns for a table of ``width`` cells; with ``sources`` the profile each ticket came from as well."""
    names = next(names for limit, names in _ROOMY if width < limit or limit == _ROOMY[-1][0])
    if sources:
        names = (*names[:1], "source", *names[1:])
    return tuple(ColumnSpec(name) for name in names)


def least_default_width(width: int) -> int:
    """The least cells of a table that shows the same columns as one of ``width`` cells."""
    return max((limit for limit, _ in _ROOMY if limit <= width), default=0)


_RESEMBLES = 0.75  # of the letters; with fewer in common, another field is meant
_MOST_LOOKED_AT = 2000  # tickets of which the further fields are listed; all of them have much the same


def extra_columns(tickets: Iterable[Ticket]) -> dict[str, str]:
    """The columns that further fields of these tickets can make, the most frequent first, with an example of each.

    What says nothing to people is left out.
    """
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for ticket in islice(tickets, _MOST_LOOKED_AT):
        for name, caption, value in extra_captions(ticket):
            if is_identifier(name, value):
                continue
            column = EXTRA + (name if caption_of(name) == caption else caption)
            counts[column] += 1
            if column not in examples and (text := readable(value)):
                examples[column] = text
    return {column: examples[column] for column in sorted(examples, key=lambda column: (-counts[column], column))}


def unknown_columns(configured: Iterable[str], tickets: Iterable[Ticket]) -> dict[str, str]:
    """Columns as the config has them that are neither a ticket's field nor a further one of ``tickets``, with why.

    Without tickets only those that resemble a field are named: any other may be one of the tracker's own, as is what
    ``extra.`` is written before.
    """
    texts = {ColumnSpec.from_text(text).name: text.startswith(EXTRA) for text in configured}
    further = {name: is_sure for name, is_sure in texts.items() if name.startswith(EXTRA)}
    looked_at = list(islice(tickets, _MOST_LOOKED_AT)) if further else []
    captions = {caption for ticket in looked_at for name, caption, _ in extra_captions(ticket)}
    known = [*(kind.title for kind in _KINDS.values()), *_KINDS, *sorted(captions)]
    plain = {name.casefold(): name for name in reversed(known)}
    found: dict[str, str] = {}
    for column, is_sure in further.items():
        name = column.removeprefix(EXTRA)
        near = [plain[match] for match in get_close_matches(name.casefold(), plain, n=3, cutoff=_RESEMBLES)]
        if near and not any(extra_has(ticket, name) for ticket in looked_at):
            found[name] = f"there is no field {name!r}; did you mean {' or '.join(near)}?"
        elif looked_at and not is_sure and not any(extra_has(ticket, name) for ticket in looked_at):
            found[name] = f"no ticket found has a field {name!r}; the list of columns has those that there are."
    return found
