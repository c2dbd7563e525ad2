"""Moments as trackers print them, read into aware UTC times.

Invariant: never raises, and never guesses: what names no certain moment (``02/03/2026``) is None. A time without a
zone is taken as UTC, as `tui_app.tickets.dates.as_utc` does everywhere.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from tui_app.tickets.dates import as_utc
from tui_app.tickets.ticket import JsonValue

_LONGEST = 100  # characters; the longest form in use (JavaScript's Date with its zone's name) has some 70
_EARLIEST_EPOCH = 10**8  # seconds: March 1973, before any tracker; smaller numbers are no moments
_LATEST_EPOCH = 2 * 10**10  # seconds: the year 2603; larger numbers count smaller units
_UNITS_PER_SECOND = (1, 10**3, 10**6, 10**9)

# Compiled with the first date that needs them, not with every start.
_TIME = r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?(?:\s*([AaPp])\.?[Mm]\b)?"
_CHINESE_HALF = r"(上午|下午)\s*(?=\d)"
_OFFSET = r"(?:UTC|GMT|Z)?\s*([+-])(\d{2}):?(\d{2})\b"
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_DAY = r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[\s/.-]+([a-z]{3})[a-z]*\.?,?[\s/.-]+(\d{4}|\d{2})(?!\d)"
_NAMED_MONTH = r"\b([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(?:[\d:.]+\s+(?:[a-z]+\s+)?)?(\d{4})(?!\d)"
_YEAR_FIRST = r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"
_YEAR_LAST = r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)"
_MONTHS = 12
_CENTURY = 2000


def parse_moment(value: JsonValue) -> datetime | None:
    """The moment in UTC that ``value`` names, or None where it names none.

    Understood are ISO 8601 with and without zone, ``2026-11-02 08:00:00 UTC``, seconds to nanoseconds since 1970 as a
    number or in digits, ``Sun Nov 22 10:28:40 2026``, e-mail's and JavaScript's forms, ``Nov 2, 2026``, ``02/Nov/26
    8:00 AM``, and number forms whose order is certain.
    """
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(value)
    return None


def _from_text(text: str) -> datetime | None:
    if len(text) > _LONGEST:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _from_words(text.strip())
    if moment.tzinfo is UTC:
        return moment
    return None if text.isdigit() and len(text) != len("20261102") else as_utc(moment)


def _from_number(number: float) -> datetime | None:
    for units in _UNITS_PER_SECOND:
        try:
            seconds = number / units
        except OverflowError:
            return None
        if _EARLIEST_EPOCH <= seconds <= _LATEST_EPOCH:
            return datetime.fromtimestamp(seconds, UTC)
    return None


def _from_words(words: str) -> datetime | None:
    if words.isascii() and words.replace(".", "", 1).isdigit():
        return _from_number(float(words))
    try:
        return as_utc(datetime.fromisoformat(words))
    except ValueError:
        pass
    lowered = words.lower()
    day = _day(lowered)
    if day is None:
        return None
    try:
        return as_utc(datetime(*day, *_clock(words), tzinfo=_zone(words)))
    except (ValueError, OverflowError):
        return None


def _day(words: str) -> tuple[int, int, int] | None:
    if match := re.search(_YEAR_FIRST, words):
        return int(match[1]), int(match[2]), int(match[3])
    if (match := re.search(_NAMED_MONTH, words)) and match[1] in _MONTH_NAMES:
        return int(match[3]), _MONTH_NAMES.index(match[1]) + 1, int(match[2])
    if (match := re.search(_NAMED_DAY, words)) and match[2] in _MONTH_NAMES:
        year = int(match[3])
        return year if len(match[3]) > 2 else _CENTURY + year, _MONTH_NAMES.index(match[2]) + 1, int(match[1])
    return _year_last(words)


def _year_last(words: str) -> tuple[int, int, int] | None:
    match = re.search(_YEAR_LAST, words)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if first > _MONTHS or match[2] == ".":  # with dots the day comes first wherever dots are used
        return year, second, first
    american = second > _MONTHS or first == second or (match[2] == "/" and words.rstrip().endswith(("am", "pm")))
    return (year, first, second) if american else None


def _clock(words: str) -> tuple[int, int, int]:
    match = re.search(_TIME, words)
    if match is None:
        return 0, 0, 0
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    half = (match[4] or "").lower()
    chinese = re.search(_CHINESE_HALF, words)
    if chinese:
        half = "a" if chinese[1] == "上午" else "p"
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour, minute, second


def _zone(words: str) -> timezone:
    time = re.search(_TIME, words)
    match = re.compile(_OFFSET).search(words, time.end()) if time else None
    if match is None:
        return UTC
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-offset if match[1] == "-" else offset)
