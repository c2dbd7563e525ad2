"""Dates as people type them and as trackers print them; every moment that leaves here is in UTC.

A day without a time is midnight UTC, so that the same words mean the same tickets in every time zone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

DATE_FORMS = "2026-11-01, 2026-11-01T09:30, or relative: 12h, 7d, 2w, 3m, 1y, today, yesterday"
"""What a date field takes, in the words of its error message."""

_RELATIVE = re.compile(r"-?(\d{1,5})\s*(h|d|w|m|mo|y)", re.IGNORECASE)
_MONTH_DAYS = 30
_YEAR_DAYS = 365
_UNIT_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": _MONTH_DAYS * 24, "mo": _MONTH_DAYS * 24, "y": _YEAR_DAYS * 24}


class DateBound(Struct, frozen=True, eq=False):
    """A date as it was typed (``text``), and the moment in UTC that it meant when it was read.

    Two bounds are equal when their text is: ``7d`` in a saved search stays ``7d``. Call `refreshed` before a search.
    """

    text: str
    moment: datetime

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DateBound) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def refreshed(self, now: datetime | None = None) -> DateBound:
        """The same words, read at ``now`` (aware; default the current time)."""
        return parse_date_bound(self.text, now)

    @classmethod
    def read(cls, value: object) -> DateBound:
        """What was typed, or was read before. Raises ValueError like `parse_date_bound`."""
        return value if isinstance(value, DateBound) else parse_date_bound(str(value))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls.read, serialization=core_schema.plain_serializer_function_ser_schema(lambda bound: bound.text)
        )


def parse_date_bound(text: str, now: datetime | None = None) -> DateBound:
    """Read an ISO date, an ISO date-time or a relative date.

    Raises:
        ValueError: the text is none of `DATE_FORMS`, or names a day that does not exist.
    """
    words = text.strip()
    current = (now or datetime.now(UTC)).astimezone(UTC)
    moment = _relative_moment(words.lower(), current)
    if moment is None:
        moment = _iso_moment(words)
    return DateBound(words, moment)


def _relative_moment(words: str, now: datetime) -> datetime | None:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    named = {"now": now, "today": midnight, "yesterday": midnight - timedelta(days=1)}
    if words in named:
        return named[words]
    hours = hours_back(words)
    if hours is None:
        return None
    try:
        return now - timedelta(hours=hours)
    except OverflowError:
        raise ValueError(f"{words!r} lies before the first year that can be counted") from None


def hours_back(text: str) -> int | None:
    """How many hours ``7d`` or ``12h`` goes back from now; None where ``text`` is no such distance."""
    match = _RELATIVE.fullmatch(text.strip())
    return int(match[1]) * _UNIT_HOURS[match[2].lower()] if match else None


def _iso_moment(words: str) -> datetime:
    try:
        moment = datetime.fromisoformat(words)
    except ValueError as error:
        looks_like_day = re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", words)
        reason = f"{words!r} is not a day that exists" if looks_like_day else f"{words!r} is not a date"
        raise ValueError(reason) from error
    return as_utc(moment)


def as_utc(moment: datetime) -> datetime:
    """``moment`` in UTC; a moment without a zone is taken as UTC, as most trackers mean it."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


def iso_utc(moment: datetime | None) -> str | None:
    """``2026-11-02T08:00:00Z``, or None: the form of every time in machine-readable output."""
    return as_utc(moment).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
