"""Dates written with words, or with numbers in some order of day, month and year: ``21 nov. 2026 8:00 Uhr``.

Each part is taken out of the text as it is understood; a text with a part that was not names no certain moment.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import UTC, date, datetime, tzinfo

from msgspec import Struct

from tui_app.tickets.calendar_words import (
    AM,
    OFFSET,
    PM,
    Hours,
    Languages,
    bare,
    calendar_words,
    hours_of,
    languages_of,
    months_of,
    zone_at,
    zone_named,
)
from tui_app.tickets.dates import as_utc

ORDERS = ("dmy", "mdy", "ymd")
"""The orders of day, month and year that a date in numbers may have."""

MONTHS = 12
FIRST_YEAR, LAST_YEAR = 1900, 2199  # others are in another calendar
PIVOT = 69  # two digits from here on are years of the last century, as POSIX has it
_NOT_IN_DATES = re.compile(r"[;|=<>{}!?&%\"*]")
_MOST_PARTS = 14  # words and numbers of a date with its day of the week, its zone and what stands between
_MOST_WORDS = 4  # of a part of the day: "de la mañana" has three

NUMERIC_DAY = re.compile(
    r"(?<![\d.:/-])(\d{1,4})(?:(\s?[-/.]\s?)(\d{1,2})\2|\s?[年년]\s?(\d{1,2})\s?[月월]\s?)(\d{1,4})(?:\s?[日일]|\.(?!\d)|(?!\d))"
)
_CLOCK = re.compile(
    r"(?<![\d:.,+−-])(\d{1,2})\s?(?::|h|uhr|時|时|시|點|点)\s?(\d{2})"
    r"(?:\s?(?::|\.|m|min|分|분)\s?(\d{2}))?(?:(?<=\d\d)[.,]\d+)?\s?(?:[秒초分분]|[sh](?!\w))?(?!\d)"
)
_DOTTED_CLOCK = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?![\d.])")
_FULL_HOUR = re.compile(r"(?<![\d:.,])(\d{1,2})(?=\s?[ap]\.?\s?m\b)|(?<![\d:.,])(\d{1,2})\s?(?:uhr\b|h\b|[時时시點点])")
_ENGLISH_HALF = re.compile(r"(?<![^\W\d])([ap])\.?\s?m\b\.?")
_REGION = re.compile(r"[a-z]+(?:/[a-z_-]+)+(?:[+-]\d{1,2})?")
_COMMENT = re.compile(r"\([^()]*\)")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_NUMBER = re.compile(r"\d+")
WORD_ENDS = re.compile(r"[\s,;/()\[\]\u200e\u200f\u061c-]+")
ENGLISH_MONTHS = {
    name.casefold(): n for names in (calendar.month_name, calendar.month_abbr) for n, name in enumerate(names) if n
}
ENGLISH_FILLERS = frozenset(word.casefold() for names in (calendar.day_name, calendar.day_abbr) for word in names) | {
    "t",
    "at",
    "on",
}
_CLOCK_MARK = "\ue001"
"""Stands in the text where the time was."""


class DateRules(Struct, frozen=True):
    """What the texts of a date column do not say themselves."""

    order: str = ""
    """One of `ORDERS`; empty where nothing tells, and dates in open order are not read."""
    zone: tzinfo | None = UTC
    """The zone of times that name none; None: this machine's."""
    languages: Languages | None = None
    """The languages that know all words of the column."""
    connectives: frozenset[str] = frozenset()
    """Words of the column that stand before a time and are no part of the day: they stand before 13:00, too."""
    strict: bool = False
    """Whether a date in another order than ``order`` is none: somebody said the order, or all values have it."""


UTC_RULES = DateRules()


class UnreadDateError(ValueError):
    """The text names no certain moment. The message says why, and goes on after the text: ``'soon' is not a date``."""


class OpenDateError(UnreadDateError):
    """It is a date that does not tell which one: which number is the month, or in which language its month is."""


def in_utc(moment: datetime, rules: DateRules) -> datetime:
    """``moment`` in UTC; one without a zone is in that of ``rules``."""
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=rules.zone)
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return as_utc(moment.replace(tzinfo=UTC))


def moment_in_words(text: str, rules: DateRules) -> datetime:
    """Each part is taken out of the text as it is understood; what then is left over makes the date unknown."""
    if _NOT_IN_DATES.search(text):
        raise UnreadDateError("is not a date")  # before any table is loaded
    words = _Words(text, rules)
    day = words.take_numeric_day()
    clock = words.take_clock()
    if day is None:
        day = words.take_named_day()
    offset = words.take_offset()
    half, names = words.take_halves()
    if clock is None and half is not None:
        raise UnreadDateError("has a part of the day and no time")
    hour, minute, second = _on_full_clock(clock, half) if clock else (0, 0, 0)
    try:
        moment = datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 (its zone follows)
    except ValueError:
        raise UnreadDateError("has a time that does not exist") from None
    named = _zone(names, moment)  # also beside a distance from UTC: what is left over must be understood
    zone = offset or named
    if zone is not None:
        moment = moment.replace(tzinfo=zone)
    return in_utc(moment, rules) if clock else as_utc(moment.replace(tzinfo=UTC))


def _on_full_clock(clock: tuple[int, int, int], half: set[Hours] | None) -> tuple[int, int, int]:
    """The time on a clock of 24 hours; ``half`` holds the hours that the part of the day may cover."""
    hour, minute, second = clock
    if half is None:
        return clock
    candidates = {hour} if hour > MONTHS else {hour % 12, hour % 12 + 12}
    found = {candidate for start, end in half for candidate in candidates if start <= candidate < end}
    if len(found) != 1:
        raise UnreadDateError("has a time that its part of the day does not fit")
    return found.pop(), minute, second


def _zone(names: list[str], moment: datetime) -> tzinfo | None:
    if not names:
        return None
    zone = zone_named(" ".join(names), moment) or (zone_named("_".join(names), moment) if len(names) > 1 else None)
    if zone is None:
        raise UnreadDateError(f"has a part that is not understood: {' '.join(names)}")
    return zone


class _Words:
    """A date's text, of which parts are taken out."""

    def __init__(self, text: str, rules: DateRules) -> None:
        folded = unicodedata.normalize("NFKC", text).casefold()
        self._rest = _ORDINAL.sub("", "".join(c for c in folded if unicodedata.category(c) != "Cf"))
        self._rules = rules
        self._languages = rules.languages
        self._connectives = rules.connectives

    def _take(self, pattern: re.Pattern[str], mark: str = "") -> re.Match[str] | None:
        match = pattern.search(self._rest)
        if match:
            self._rest = f"{self._rest[: match.start()]} {mark} {self._rest[match.end() :]}"
        return match

    def take_numeric_day(self) -> date | None:
        """The day in ``21/11/2026``, ``2026-11-21``, ``2026年11月21日``; None where there are no such numbers."""
        match = self._take(NUMERIC_DAY)
        if match is None:
            return None
        sign, numbers = (match[2] or "").strip(), (match[1], match[3] or match[4], match[5])
        days = possible_days(numbers, sign)
        if self._rules.order in days and (self._rules.strict or len(days) > 1):
            return days[self._rules.order]
        if len(set(days.values())) == 1 and not (self._rules.strict and self._rules.order in _orders_of(numbers)):
            return next(iter(days.values()))
        if not days or (self._rules.strict and self._rules.order):
            raise UnreadDateError("is not a day that exists")
        raise OpenDateError("does not tell which number is the month")

    def take_clock(self) -> tuple[int, int, int] | None:
        """Hour, minute and second; None where the text has no time."""
        match = self._take(_CLOCK, _CLOCK_MARK) or self._take(_DOTTED_CLOCK, _CLOCK_MARK)
        if match:
            clock = int(match[1]), int(match[2]), int(match[3] or 0)
        else:
            match = self._take(_FULL_HOUR, _CLOCK_MARK)
            if match is None:
                return None
            clock = int(match[1] or match[2]), 0, 0
        if clock[0] > MONTHS or match[0].startswith("00"):
            before = self._rest.partition(_CLOCK_MARK)[0].split()[-1:]
            self._connectives |= frozenset(map(bare, before))
        return clock

    def take_named_day(self) -> date:
        """The day in ``21/Nov/26`` and ``November 21, 2026``."""
        numbers = [match for match in _NUMBER.finditer(self._rest) if not self._is_offset(match)]
        parts = [part.strip(".'’") for part in WORD_ENDS.split(self._rest)]
        if len(numbers) != 2 or len(parts) > _MOST_PARTS or not _can_be_day_and_year(numbers, parts):
            raise UnreadDateError("is not a date")  # before any table is loaded
        found = [(part, months) for part in parts if part and (months := self._months(part))]
        if len(found) > 1:  # `mar` is a day of the week, too
            found = [(part, months) for part, months in found if not _is_filler(bare(part))] or found
        if len(found) != 1:
            raise UnreadDateError("is not a date")
        word, months = found[0]
        if word not in ENGLISH_MONTHS and not self._languages:
            self._languages = languages_of(map(bare, parts)) or languages_of([bare(word)])
            months = self._months(word) or months
        if len(months) > 1:
            raise OpenDateError("names a month that is another one in another language")
        first, second = (match[0] for match in numbers)
        year, day = (first, second) if len(first) == 4 or self._rules.order == "ymd" else (second, first)
        for text in (word, first, second):
            self._rest = re.sub(rf"(?<![^\W_]){re.escape(text)}(?![^\W_])|{re.escape(text)}", " ", self._rest, count=1)
        return _day(year, months.pop(), day)

    def _is_offset(self, match: re.Match[str]) -> bool:
        before = self._rest[: match.start()].rstrip()
        return before.endswith(("+", "−")) or (match[0].startswith("0") and len(match[0]) == len("0100"))

    def _months(self, part: str) -> set[int]:
        if part in ENGLISH_MONTHS:
            return {ENGLISH_MONTHS[part]}
        if not any(map(str.isalpha, part)) or any(map(str.isdigit, part)) or part in ENGLISH_FILLERS:
            return set()
        return months_of(bare(part), self._languages)

    @property
    def _ignored(self) -> frozenset[str]:
        return ENGLISH_FILLERS | self._connectives | {""}

    def take_offset(self) -> tzinfo | None:
        """The zone as a distance from UTC, or as a region: ``+01:00``, ``GMT+2``, ``Europe/Berlin``."""
        region = self._take(_REGION)
        match = self._take(OFFSET)
        if match:
            self._take(_COMMENT)  # JavaScript's name of the zone
            offset = zone_at(match)
            if offset is None or (match[3] is None and _CLOCK_MARK not in self._rest):  # 21 - 25 is from day to day
                raise UnreadDateError("has a zone that does not exist")
            return offset
        if region is None:
            return None
        zone = zone_named(region[0], None)
        if zone is None:
            raise UnreadDateError(f"has a zone that is not known: {region[0]}")
        return zone

    def take_halves(self) -> tuple[set[Hours] | None, list[str]]:
        """The hours that the part of the day may cover (None: there is none), and the words that are left."""
        english = self._take(_ENGLISH_HALF)
        half: set[Hours] | None = {AM if english[1] == "a" else PM} if english else None
        left: list[str] = []
        rest = self._rest.replace(_CLOCK_MARK, " ")
        words = [word for word in WORD_ENDS.split(rest) if bare(word) not in self._ignored]
        while words:
            hours, count = self._part_of_day(words)
            if hours and half is None:
                half = hours
            elif not _is_known_filler(bare(words[0])):
                left.append(words[0])
            del words[: count or 1]
        return half, left

    def _part_of_day(self, words: list[str]) -> tuple[set[Hours], int]:
        if bare(words[0]) in _ZONES_AT_ONCE:
            return set(), 0
        for count in range(min(len(words), _MOST_WORDS), 0, -1):
            hours = hours_of(bare("".join(words[:count])), self._languages)
            if hours:
                return hours, count
        return set(), 0


_LONGEST_MONTH = 31  # days
_MOST_PARTS_OF_A_SHORT_DATE = 5  # ``Sat 21 Nov 26 +0100``
_ZONES_AT_ONCE = frozenset(("utc", "gmt", "z"))
"""Words for which the tables of all languages need not be loaded."""


def _can_be_day_and_year(numbers: list[re.Match[str]], parts: list[str]) -> bool:
    """Whether one of two numbers can be a day and the other a year; a year of two digits has few words around it."""
    first, second = (match[0] for match in numbers)
    short = len([part for part in parts if part]) <= _MOST_PARTS_OF_A_SHORT_DATE
    ways = ((first, second), (second, first))
    return any(
        0 < int(day) <= _LONGEST_MONTH and len(day) <= 2 and (len(year) == len("2026") or (short and len(year) == 2))
        for day, year in ways
    )


def _is_filler(word: str) -> bool:
    return word in ENGLISH_FILLERS or word in calendar_words().fillers


def _is_known_filler(word: str) -> bool:
    return word not in _ZONES_AT_ONCE and _is_filler(word)


def _orders_of(numbers: tuple[str, str, str]) -> tuple[str, ...]:
    """The orders that the lengths of the numbers allow."""
    first, _, last = map(len, numbers)
    if first > 2:
        return ("ymd",) if last <= 2 else ()
    return ("dmy", "mdy") if last > 2 else ORDERS


def possible_days(numbers: tuple[str, str, str], sign: str) -> dict[str, date]:
    """Order to the day that the numbers then are, for the orders in which there is such a day."""
    days = {}
    orders = _orders_of(numbers)
    if sign == "." and "dmy" in orders:
        orders = ("dmy",)  # wherever dots are used and the year is not first, the day is: CLDR knows no other format
    for order in orders:
        parts = dict(zip(order, numbers, strict=True))
        try:
            days[order] = _day(parts["y"], int(parts["m"]), parts["d"])
        except UnreadDateError:
            continue
    return days


def _day(year: str, month: int, day: str) -> date:
    number = int(year)
    if len(year) <= 2:
        number += 2000 if number < PIVOT else 1900
    if not FIRST_YEAR <= number <= LAST_YEAR or len(day) > 2:
        raise UnreadDateError("is not a day that exists")
    try:
        return date(number, month, int(day))
    except ValueError:
        raise UnreadDateError("is not a day that exists") from None
