"""Values of columns: what a cell shows of a ticket, what rows are narrowed to, and what they sort by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter, itemgetter
from typing import Any

from tui_app.tickets.clock import SYSTEM_ZONE
from tui_app.tickets.extra_fields import extra_named, moment_in, readable
from tui_app.tickets.fields import FIELDS_BY_NAME, TICKET_FIELDS, TIME_KINDS, FieldKind
from tui_app.tickets.ticket import JsonValue, Ticket
from tui_app.tickets.vocabulary import PRIORITY_RANK, STATUS_RANK, StatusKind, priority_level, status_kind
from tui_app.ui.rendering.at_a_glance import PRIORITY_SIGNS, STATUS_SIGNS, ago, due, is_day
from tui_app.ui.table.columns import EXTRA, PROBLEM_SIGN, column_kind

_COUNTED = frozenset(field.name for field in TICKET_FIELDS if field.kind is FieldKind.LIST)
"""Columns that show how many there are."""


def value_of(ticket: Ticket, column: str) -> Any:
    """The value that the column shows: text, a moment, a tuple of texts, a number or None."""
    if column.startswith(EXTRA):
        return _told(extra_named(ticket, column[len(EXTRA) :]), column)
    value = getattr(ticket, column, None)
    return len(value) if column in _COUNTED and value is not None else value


_NUMBER = re.compile(r"[+-]?(?!0\d)\d{1,15}(?:\.\d{1,9})?")


def number_in(value: Any) -> float | None:
    """The number that a further field's value is, as a number or as a text that is nothing else; else None."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value.strip()) else None
    return value if isinstance(value, int | float) else None


def _told(value: JsonValue, name: str) -> Any:
    """A further field's value as what it is: moments in texts too; a number in a text stays as it is written."""
    if isinstance(value, str):
        return moment_in(value.strip(), name) or value
    if isinstance(value, int) and not isinstance(value, bool):
        return moment_in(str(value), name) or value
    return value


def text_of(ticket: Ticket, column: str) -> str:
    """The value as text, without regard to how a time is shown; empty where there is none."""
    return as_text(value_of(ticket, column))


def cell_text(ticket: Ticket, column: str, now: datetime) -> str:
    """What the column shows of the ticket, before it is fitted to its width."""
    kind = column_kind(column).field
    if kind is FieldKind.MOMENT:
        return ago(value_of(ticket, column), now)
    if kind is FieldKind.DUE:
        return due(value_of(ticket, column), now, done=ticket.status_kind is StatusKind.DONE)
    text = text_of(ticket, column)
    if kind is FieldKind.STATUS and text:
        return f"{STATUS_SIGNS[ticket.status_kind]} {text}"
    if kind is FieldKind.PRIORITY and text:
        return f"{PRIORITY_SIGNS[priority_level(text)]} {text}"
    if column == "title" and ticket.problems:
        return PROBLEM_SIGN + text
    return text


def as_text(value: JsonValue | tuple[str, ...] | datetime) -> str:
    """A value as people read it; empty where there is none."""
    if isinstance(value, str):
        return value if value[:1] not in ("{", "[") else readable(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return readable(value) or "0"
    if isinstance(value, datetime):
        return f"{_local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, tuple):
        return ", ".join(value)
    return readable(value)


def _local(moment: datetime) -> datetime:
    """The moment in the user's own zone; a day without a time (midnight in UTC) is that day everywhere."""
    return moment if is_day(moment) else moment.astimezone(SYSTEM_ZONE)


_DAY = re.compile(r"(\d{4}-\d{2})-\d{2}")


def facet_values(ticket: Ticket, column: str) -> tuple[str, ...]:
    """The values under which the ticket counts in a facet: each label by itself, ``""`` where there is none.

    Times count by the month, in the user's own zone.
    """
    value = value_of(ticket, column)
    if isinstance(value, list | tuple):
        return tuple(dict.fromkeys(filter(None, map(as_text, value)))) or ("",)
    if isinstance(value, datetime):
        return (f"{_local(value):%Y-%m}",)
    text = as_text(value)
    day = _DAY.fullmatch(text)
    return (day[1] if day else text,)


_BETWEEN_WORDS = re.compile(r"(?<=\w)[\s_-]+(?=\w)")


@lru_cache(4096)
def value_key(text: str) -> str:
    """What all spellings of one value have in common: ``In Progress``, ``in_progress``, ``in-progress``."""
    return _BETWEEN_WORDS.sub(" ", text).casefold()


# -------------------------------------------------------------------- sorting

FIRST_DESCENDING = frozenset(field.name for field in TICKET_FIELDS if field.kind in (FieldKind.MOMENT, FieldKind.LIST))
"""Columns that are sorted from the largest value down, unless the other way is asked for."""

SortKey = Any
"""Something that can be compared with the others of its column; None sorts last in either direction.

Text wherever possible: Python sorts a list of nothing but text three times as fast as one of tuples.
"""

_NUMBERS = re.compile(r"\d+")
_LONGEST_NUMBER = 18
"""Digits of a number within a text; longer ones are no counters, and sort as text."""


def sort_keys(column: str) -> Callable[[Iterable[Ticket]], list[SortKey]]:
    """A function from tickets to what the column sorts by: times, urgency, ids with their number as a number.

    It takes them together, since reading one field of many tickets is faster in one go.
    """
    field = FIELDS_BY_NAME.get(column)
    if field is None:
        return FurtherKeys(column).keys_of
    key_of, values_of = _KEYS_BY_KIND.get(field.kind, _text_key), attrgetter(column)
    if field.kind in (FieldKind.LIST, FieldKind.ID):  # an empty one has its place
        return lambda tickets: [None if value is None else key_of(value) for value in map(values_of, tickets)]
    return lambda tickets: [key_of(value) if value else None for value in map(values_of, tickets)]


def in_order(tickets: Sequence[Ticket], sort: str, *, surely: bool = False) -> bool:
    """Whether the tickets stand in the order ``sort``, a column with ``-`` before it for descending.

    ``surely``: at least two of them could stand the other way round.
    """
    if not sort:
        return True
    keys = [key for key in sort_keys(sort.removeprefix("-"))(tickets) if key is not None]
    if sort.startswith("-"):
        keys.reverse()
    if surely and (not keys or keys[0] == keys[-1]):
        return False
    return all(before <= after for before, after in pairwise(keys))


def ordered(tickets: Sequence[Ticket], sort: str) -> list[Ticket]:
    """The tickets in the order ``sort``, as `in_order` takes it; equal ones stay as they are, those without it last."""
    keyed = list(zip(sort_keys(sort.removeprefix("-"))(tickets), tickets, strict=True))
    present = [pair for pair in keyed if pair[0] is not None]
    present.sort(key=itemgetter(0), reverse=sort.startswith("-"))
    return [ticket for _, ticket in (*present, *(pair for pair in keyed if pair[0] is None))]


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


def _text_key(value: Any) -> SortKey:
    return natural_key(as_text(value))


_KEYS_BY_KIND: Mapping[FieldKind, Callable[[Any], SortKey]] = {
    **dict.fromkeys(TIME_KINDS, datetime.timestamp),
    **dict.fromkeys((FieldKind.LINE, FieldKind.PERSON, FieldKind.WORD, FieldKind.URL), str.casefold),
    FieldKind.STATUS: _status_key,
    FieldKind.PRIORITY: _priority_key,
    FieldKind.LIST: len,
    FieldKind.ID: natural_key,
}
"""What a value that is there sorts by."""


class FurtherKeys:
    """What tickets sort by in a column of the tracker's own: numbers, then dates, then text; nothing last.

    `learn` takes the tickets before: only together do a column's values tell how ``02/11/2026`` is meant. `settle`
    makes that count, at once if `is_ready`.
    """

    _PATIENCE = 0.001
    """Seconds that a question waits for the words of other languages, so that their thread gets on meanwhile."""

    def __init__(self, column: str) -> None:
        from tui_app.tickets import calendar_words, timestamps  # late: a start sorts by nothing that needs the readers

        self._column = column
        self._evidence = timestamps.DateEvidence()
        self._rules = self._evidence.rules()
        self._read = timestamps.parse_moment
        self._words_are_loaded = calendar_words.words_are_loaded
        self._known: dict[str, SortKey] = {}
        self.learnt = 0
        """How many tickets."""

    def learn(self, tickets: Sequence[Ticket]) -> None:
        """Look through further tickets."""
        self.learnt += len(tickets)
        texts = {value for ticket in tickets if isinstance(value := value_of(ticket, self._column), str)}
        for text in filter(_may_be_date, texts):
            self._evidence.add(text.strip())

    @property
    def is_ready(self) -> bool:
        """Whether dates can be read at once: those in other languages need tables that a thread loads, once."""
        return not self._evidence.needs_words or self._words_are_loaded(self._PATIENCE)

    def settle(self) -> bool:
        """Read by what was learnt from now on; whether the keys made so far hold no longer."""
        before, self._rules = self._rules, self._evidence.rules()
        if self._rules == before:
            return False
        self._known.clear()
        return True

    @property
    def is_open(self) -> bool:
        """Whether it holds dates of which nothing tells which number is the month: they are text."""
        return self._evidence.is_open and not self._rules.order

    def keys_of(self, tickets: Iterable[Ticket]) -> list[SortKey]:
        """The keys of these tickets, which count as known from now on."""
        tickets = list(tickets)
        if not self.learnt:
            self.learn(tickets)
            self.settle()
        return [self._key(value_of(ticket, self._column)) for ticket in tickets]

    def _key(self, value: Any) -> SortKey:
        if (number := number_in(value)) is not None:
            return (0, number, "")
        if isinstance(value, datetime):
            return (1, value.timestamp(), "")
        text = as_text(value)
        if text not in self._known:
            moment = self._read(text, self._rules) if _may_be_date(text) else None
            self._known[text] = (1, moment.timestamp(), "") if moment else (2, 0, natural_key(text)) if text else None
        return self._known[text]


_YEAR = re.compile(r"(?<!\d)(?:19|2[01])\d\d(?!\d)")
_DAY_OF_MONTH = re.compile(r"(?<!\w)[0-3]?\d(?!\d)")
_NUMERIC_DAY = re.compile(r"(?<!\d)\d{1,2}\s?[-/.]\s?(?:\d{1,2}|[^\W\d_]{3,9})\s?[-/.]\s?\d{2}(?!\d)")
_LONGEST_DATE = 48  # characters


def _may_be_date(text: str) -> bool:
    """Whether it is worth reading as a date: to find no date in foreign words takes most of a second, once."""
    if len(text) > _LONGEST_DATE:
        return False
    return bool(_YEAR.search(text) and _DAY_OF_MONTH.search(text)) or bool(_NUMERIC_DAY.match(text))
