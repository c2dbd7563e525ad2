"""Dates as people type them and as trackers print them; every moment that leaves here is in UTC.

A day without a time, and a time without a zone, are of the user's zone, which is that of ``now``.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

DATE_FORMS = "2026-11-01, 2026-11-01T09:30, or relative: 12h, 7d, 2w, 3m, 1y, today, yesterday, tomorrow, +7d"
"""What a date field takes, in the words of its error message."""

_RELATIVE = re.compile(r"([-+]?)(\d{1,5})\s*(h|d|w|m|mo|y)", re.IGNORECASE)
_DAYS_FROM_TODAY = {"yesterday": -1, "today": 0, "tomorrow": 1}
_FROM_TODAY = re.compile(r"today([-+]\d{1,5})([dw])", re.IGNORECASE)
_KEPT_NOW = datetime(2000, 1, 1, tzinfo=UTC)
"""What relative dates are counted from while they are only kept: `DateBound.refreshed` comes before their use."""
_LONGEST_SHOWN = 80  # characters of a wrong value; no date is longer
_MONTH_DAYS = 30
_YEAR_DAYS = 365
_UNIT_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": _MONTH_DAYS * 24, "mo": _MONTH_DAYS * 24, "y": _YEAR_DAYS * 24}


class DateBound(Struct, frozen=True, eq=False):
    """A date as it was typed (``text``), and the moment in UTC that it meant when it was read.

    Two bounds are equal when their text is: ``7d`` in a saved search stays ``7d``. The moment of a relative date is
    of use only after `refreshed`, which a search calls once.
    """

    text: str
    moment: datetime

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DateBound) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def is_relative(self) -> bool:
        """Whether the moment depends on when the text is read."""
        return _relative_moment(self.text.lower(), _KEPT_NOW) is not None

    def refreshed(self, now: datetime, *, of_calendar: bool = False) -> DateBound:
        """The same words, read at ``now`` (aware); see `parse_date_bound`."""
        return parse_date_bound(self.text, now, of_calendar=of_calendar)

    @classmethod
    def read(cls, value: object) -> DateBound:
        """A date to keep, from text or read before. Raises ValueError like `parse_date_bound`."""
        return value if isinstance(value, DateBound) else parse_date_bound(str(value), _KEPT_NOW)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls.read, serialization=core_schema.plain_serializer_function_ser_schema(lambda bound: bound.text)
        )


def parse_date_bound(text: str, now: datetime, *, of_calendar: bool = False) -> DateBound:
    """Read an ISO date, an ISO date-time or a relative date, which is counted from ``now`` (aware).

    Args:
        now: in the user's zone, whose days are meant.
        of_calendar: a day is compared with days of the calendar, which are kept as their midnight in UTC, like the day
            by which a ticket is due.

    Raises:
        ValueError: the text is none of `DATE_FORMS`, or names a day that does not exist.
    """
    words = text.strip()
    moment = _relative_moment(words.lower(), now)
    if moment is None:
        moment = _iso_moment(words, now.tzinfo)
    is_day = (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
    return DateBound(words, moment.replace(tzinfo=UTC) if of_calendar and is_day else as_utc(moment))


def _relative_moment(words: str, now: datetime) -> datetime | None:
    if words == "now":
        return now
    days, match = _days_from_today(words), _RELATIVE.fullmatch(words)
    try:
        if days is not None:
            return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)
        if match is None:
            return None
        hours = _hours(match)
        return as_utc(now) + timedelta(hours=hours if match[1] == "+" else -hours)
    except OverflowError:
        raise ValueError(f"{shown_value(words)} is beyond the years that can be counted") from None


def shown_value(value: object) -> str:
    """A wrong value as messages quote it; a pasted file is cut off."""
    return f"{value!r:.{_LONGEST_SHOWN}}"


def _days_from_today(words: str) -> int | None:
    match = _FROM_TODAY.fullmatch(words)
    return int(match[1]) * (7 if match[2] == "w" else 1) if match else _DAYS_FROM_TODAY.get(words)


def day_after(text: str) -> str:
    """The day after the one that ``text`` names, in the same way; what names a moment, or nothing, stays as it is."""
    words = text.strip()
    days = _days_from_today(words.lower())
    if days is not None:
        return next((name for name, at in _DAYS_FROM_TODAY.items() if at == days + 1), f"today{days + 1:+d}d")
    try:
        return (date.fromisoformat(words) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return words


def hours_back(text: str) -> int | None:
    """How many hours ``7d`` or ``12h`` goes back from now; None where ``text`` is no such distance."""
    match = _RELATIVE.fullmatch(text.strip())
    return _hours(match) if match and match[1] != "+" else None


def _hours(match: re.Match[str]) -> int:
    return int(match[2]) * _UNIT_HOURS[match[3].lower()]


def _iso_moment(words: str, zone: tzinfo | None) -> datetime:
    try:
        if len(words) > _LONGEST_SHOWN:
            raise ValueError(words)  # Python takes any number of zeros for a time
        moment = datetime.fromisoformat(words)
    except ValueError as error:
        looks_like_day = re.fullmatch(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?", words)
        reason = f"{shown_value(words)} is not a {'day that exists' if looks_like_day else 'date'}"
        raise ValueError(reason) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def last_day_before(moment: datetime) -> date:
    """The last day that begins before ``moment`` (UTC): how a bound is sent where days are meant."""
    try:
        return (moment.astimezone(UTC) - timedelta(microseconds=1)).date()
    except OverflowError:
        return date.min


def first_day_from(moment: datetime) -> date:
    """The first day that begins at ``moment`` (UTC) or later: how a bound is sent where dates have no time."""
    try:
        return last_day_before(moment) + timedelta(days=1)
    except OverflowError:
        return date.max


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
