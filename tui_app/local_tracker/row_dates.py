"""Dates as exports write them, in the form that the database keeps."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from tui_app.local_tracker.moments import stored_form

_NAMED_MONTH = re.compile(
    r"(?:\w{3,9},? )?(\d{1,2})[/. -]([A-Za-z]{3})[a-z]*[/. -](\d{4}|\d{2})"
    r"(?:,? +(\d{1,2}):(\d{2})(?::(\d{2}))? ?(AM|PM)?)?(?: (?:GMT|UTC|Z|\+0000))?",
    re.IGNORECASE,
)  # 02/Nov/26 8:00 AM (Jira), 2 November 2026, Mon, 02 Nov 2026 08:00:00 GMT
_C_TIME = re.compile(r"\w{3} (\w{3}) +(\d{1,2}) (\d{2}:\d{2}:\d{2}) (\d{4})")  # Sun Nov 22 10:28:40 2026
_SPACED_ZONE = re.compile(r" (?=[+-]\d{2}:?\d{2}$)| ?(?:UTC|GMT)$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MILLISECONDS_FROM = 100_000_000_000  # as seconds that would be the year 5138
_SHORT_YEARS = 2000
_HALF_DAY = 12


def row_date(value: Any) -> str:
    """A date of an export, empty for none. Without a zone it is taken as UTC.

    Raises:
        ValueError: it is no date.
    """
    if value in (None, ""):
        return ""
    if isinstance(value, int | float) or (isinstance(value, str) and re.fullmatch(r"\d{9,13}", value)):
        return stored_form(_epoch(float(value)))
    if not isinstance(value, str):
        raise ValueError(f"{str(value)[:40]!r} is not a date")
    words = value.strip()
    try:
        return stored_form(_moment(words)) if words else ""
    except (ValueError, OverflowError):
        raise ValueError(f"{words[:40]!r} is not a date") from None


def _epoch(count: float) -> datetime:
    try:
        return datetime.fromtimestamp(count / 1000 if abs(count) >= _MILLISECONDS_FROM else count, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{count:.0f} is not a date") from None


def _moment(words: str) -> datetime:
    if match := _NAMED_MONTH.fullmatch(words):
        return _named_month(match)
    if match := _C_TIME.fullmatch(words):
        month, day, time, year = match.groups()
        return datetime.fromisoformat(f"{year}-{_month(month):02}-{int(day):02}T{time}")
    return datetime.fromisoformat(_SPACED_ZONE.sub("", words))


def _named_month(match: re.Match[str]) -> datetime:
    day, month, year, hour, minute, second, half = match.groups()
    hours = int(hour or 0)
    if half:
        hours = hours % _HALF_DAY + (_HALF_DAY if half.upper() == "PM" else 0)
    full_year = int(year) + (_SHORT_YEARS if len(year) == len("26") else 0)
    return datetime(full_year, _month(month), int(day), hours, int(minute or 0), int(second or 0), tzinfo=UTC)


def _month(name: str) -> int:
    return _MONTHS.index(name.lower()) + 1
