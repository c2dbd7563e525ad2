"""Moments as trackers and exported files print them, read into aware UTC times.

Invariants: never raises, and never guesses. What names no certain moment is None: ``02/03/2026`` without a column that
tells which number is the month, a zone that several countries mean, any text with a part that was not understood. A
time without a zone is in the zone of the `DateRules` (UTC where nobody says another); a day without a time is its
midnight in UTC, as `tui_app.tickets.dates` has it everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import MAXYEAR, MINYEAR, UTC, datetime, tzinfo

from tui_app.tickets.calendar_words import bare, languages_of
from tui_app.tickets.dates import as_utc
from tui_app.tickets.dates_in_words import (
    ENGLISH_FILLERS,
    ENGLISH_MONTHS,
    FIRST_YEAR,
    LAST_YEAR,
    MONTHS,
    NUMERIC_DAY,
    PIVOT,
    UTC_RULES,
    WORD_ENDS,
    DateRules,
    OpenDateError,
    UnreadDateError,
    in_utc,
    moment_in_words,
    possible_days,
)
from tui_app.tickets.ticket import JsonValue

_LONGEST = 100  # characters; the longest form in use (JavaScript's Date with its zone's name) has some 70
_EARLIEST_EPOCH = 10**8  # seconds: March 1973, before any tracker; smaller numbers are no moments
_LATEST_EPOCH = 2 * 10**10  # seconds: the year 2603; larger numbers count smaller units
_UNITS_PER_SECOND = (1, 10**3, 10**6, 10**9)
_ISO = re.compile(
    r"(?:\d{4}-?(?:\d\d-?\d\d|W\d\d-?\d))"
    r"(?:[T ]\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d(?::?\d\d)?(?::?\d\d)?)?)?"
)
_DOT_NET = re.compile(r"/Date\((\d+)(?:[+-]\d{4})?\)/")
"""Milliseconds since 1970 as .NET writes them into JSON; what follows says in which zone they were written."""
_COMMON = re.compile(
    r"(\d{1,2})[/ -]([A-Za-z]{3,9})[/ -](\d{4}|\d{2}),? (\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([AaPp])[Mm])?"
)
_BEFORE_CLOCK = re.compile(r"([^\W\d_]+)\.?\s*(?:1[3-9]|2[0-3]|00)\s?[:.h]\s?\d\d")
_YEARS_OF_NONE = (MINYEAR, MAXYEAR)
"""What programs write that must write a date: ``0001-01-01T00:00:00``, ``9999-12-31``."""
_WIDE_SIGNS = str.maketrans("／：－．　", "/:-. ")
"""Written beside digits of full width."""
_NONE_WORDS = frozenset(("", "none", "null", "nil", "nan", "n/a", "na", "nat", "undefined", "not set"))


def parse_moment(value: JsonValue, rules: DateRules = UTC_RULES) -> datetime | None:
    """The moment in UTC that ``value`` names, or None where it names none for certain.

    Understood are ISO 8601 with and without zone, seconds to nanoseconds since 1970 as a number or in digits, dates in
    numbers whose order is certain, days, months, parts of the day and zones by their names in every language of CLDR.
    """
    try:
        return read_moment(value, rules)
    except UnreadDateError:
        return None


def moments_of(values: Sequence[JsonValue]) -> list[datetime | None]:
    """`parse_moment` of each value of a column, all of which tell how one is meant."""
    try:
        found = [datetime.fromisoformat(value) if value is not None else None for value in values]  # type: ignore[arg-type]
    except (TypeError, ValueError):
        found = []
    if found and all(moment is None or moment.tzinfo is UTC for moment in found):
        return list(found)
    rules = DateEvidence(value for value in values if isinstance(value, str)).rules()
    return [parse_moment(value, rules) for value in values]


def looks_like_moment(text: str) -> bool:
    """Whether ``text`` is a date, also one that does not tell by itself which number or word is which month."""
    try:
        return read_moment(text) is not None
    except OpenDateError:
        return True
    except UnreadDateError:
        return False


def read_moment(value: JsonValue, rules: DateRules = UTC_RULES) -> datetime | None:
    """As `parse_moment`; None only where ``value`` says that there is no date: ``-``, ``N/A``, ``0000-00-00``.

    Raises:
        UnreadDateError: it names no certain moment.
    """
    if isinstance(value, str):
        moment = _from_text(value, rules)
        if moment is None or FIRST_YEAR <= moment.year <= LAST_YEAR:
            return moment
        if moment.year in _YEARS_OF_NONE:
            return None
        raise UnreadDateError("is not a day that exists")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value == 0:
            return None
        moment = _from_number(value)
        if moment is not None:
            return moment
    elif value is None or value in ([], {}):
        return None
    raise UnreadDateError("is not a date")


def _from_text(text: str, rules: DateRules) -> datetime | None:
    if len(text) > _LONGEST:
        raise UnreadDateError("is too long for a date")
    text = _with_plain_digits(text.strip())
    if text[13:14] == ":" and text[_ISO_DAY] in "T " and text[4] == "-":
        try:
            return in_utc(datetime.fromisoformat(text), rules)
        except ValueError:
            pass
    if (moment := _common(text, rules)) is not None:
        return moment
    if is_no_date(text):
        return None
    if text.startswith("/") and (counted := _DOT_NET.fullmatch(text)):
        return _from_digits(counted[1], rules)
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return _from_digits(text, rules)
    return _compact(text, rules) or moment_in_words(text, rules)


_ISO_DAY = len("2026-11-02")


def is_no_date(text: str) -> bool:
    """Whether a text says that there is no date: blanks, signs, zeros, or a word for nothing."""
    if text.casefold() in _NONE_WORDS:
        return True
    return not any(character.isalpha() or unicodedata.digit(character, 0) for character in text)


def _with_plain_digits(text: str) -> str:
    """``٢١/١١/٢٠٢٦`` and ``２０２６／１１／２１`` as Western keyboards have them."""
    if text.isascii():
        return text
    digits = {one: unicodedata.digit(one, -1) for one in text if not one.isascii() and one.isdecimal()}
    plain = "".join(str(digits[one]) if digits.get(one, -1) >= 0 else one for one in text) if digits else text
    return plain.translate(_WIDE_SIGNS) if digits else plain


def _from_number(number: float) -> datetime | None:
    for units in _UNITS_PER_SECOND:
        try:
            seconds = number / units
        except OverflowError:
            return None
        if _EARLIEST_EPOCH <= seconds <= _LATEST_EPOCH:
            return datetime.fromtimestamp(seconds, UTC)
    return None


def _from_digits(text: str, rules: DateRules) -> datetime:
    """``20261102``, ``20261102080000``, or a count since 1970."""
    if len(text) in (len("20261102"), len("20261102080000")):
        moment = _compact(f"{text[:8]}T{text[8:]}" if len(text) > 8 else text, rules)
        if moment is not None:
            return moment
    moment = _from_number(float(text))
    if moment is None:
        raise UnreadDateError("is not a date")
    return moment


def _compact(text: str, rules: DateRules) -> datetime | None:
    """ISO 8601's forms without signs, days of a week included; a week is no day, and ``2026-325`` a ticket's number."""
    if not _ISO.fullmatch(text):
        return None  # `fromisoformat` takes any sign before the time, and 15.14 for fourteen hundredths of a second
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return in_utc(moment, rules) if len(text) > _ISO_DAY or "T" in text else as_utc(moment)


def _common(text: str, rules: DateRules) -> datetime | None:
    """The commonest forms in files of a hundred thousand rows, in a tenth of the time: ``02/Nov/26 8:00 AM``."""
    match = _COMMON.fullmatch(text)
    month = ENGLISH_MONTHS.get(match[2].casefold()) if match else None
    if match is None or month is None or rules.order == "ymd":
        return None
    hour = int(match[4])
    if match[7]:
        if not 0 < hour <= MONTHS:
            return None
        hour = hour % 12 + (12 if match[7] in "Pp" else 0)
    year = int(match[3]) + (0 if len(match[3]) > 2 else 2000 if int(match[3]) < PIVOT else 1900)
    try:
        moment = datetime(year, month, int(match[1]), hour, int(match[5]), int(match[6] or 0), tzinfo=rules.zone)
    except ValueError:
        return None
    return moment if rules.zone is UTC else moment.astimezone(UTC)


# ------------------------------------------------------------ what a column tells


class DateEvidence:
    """What the values of one column tell of the order and the language of its dates; every value is to be added.

    Args:
        texts: values that are there already.
    """

    _MOST_WORDS = 200  # different words that are remembered: a column of dates has some dozens
    _LEAST_DAYS = 3  # different numbers beside one that is always the same: days of one year, not one day of many years

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._orders: set[str] | None = None
        self._words: set[str] = set()
        self._connectives: set[str] = set()
        self._open = False
        self._ends: tuple[set[str], set[str]] = (set(), set())  # first and last numbers of dates with two-digit years
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Take account of one value."""
        text = _with_plain_digits(text)
        if len(text) > _LONGEST or _ISO.fullmatch(text):
            return
        common = _COMMON.fullmatch(text)
        if common and common[2].casefold() in ENGLISH_MONTHS:
            return
        match = NUMERIC_DAY.search(text)
        if match is None or len(match[1]) > 2:
            self._add_words(text)
            return
        numbers = (match[1], match[3] or match[4], match[5])
        days = possible_days(numbers, (match[2] or "").strip())
        if days:
            self._orders = set(days) if self._orders is None else self._orders & set(days)
            self._open = self._open or len(set(days.values())) > 1
            if numbers[2] and len(numbers[2]) <= 2:
                for number, known in zip((numbers[0], numbers[2]), self._ends, strict=True):
                    known.add(number)
        self._add_words(text)

    def _add_words(self, text: str) -> None:
        if len(self._words) < self._MOST_WORDS and (not text.isascii() or _has_foreign_words(text)):
            folded = text.casefold()
            self._words.update(bare(word) for word in WORD_ENDS.split(folded) if not word.isdigit())
            self._connectives.update(map(bare, _BEFORE_CLOCK.findall(folded)))

    @property
    def needs_words(self) -> bool:
        """Whether `rules` looks into the words of other languages."""
        return bool(self._words)

    @property
    def is_open(self) -> bool:
        """Whether some values do not tell their order by themselves."""
        return self._open

    @property
    def order(self) -> str:
        """The one order that all values have; empty where several are possible, or none for all of them."""
        orders = self._orders or set()
        firsts, lasts = map(len, self._ends)
        if len(orders) > 1 and lasts == 1 and firsts >= self._LEAST_DAYS:
            orders = orders - {"ymd"}
        elif firsts == 1 and lasts >= self._LEAST_DAYS:
            orders = orders & {"ymd"}
        return next(iter(orders)) if len(orders) == 1 else ""

    def rules(self, zone: tzinfo | None = UTC, order: str = "", shared_order: str = "") -> DateRules:
        """How to read the column.

        ``order`` is what the user says; ``shared_order`` what the other columns of the same source have.
        """
        languages = languages_of(self._words) if self._words else None
        connectives = frozenset(self._connectives)
        if order:
            return DateRules(order, zone, languages, connectives, strict=True)
        fits = self._orders is None or shared_order in self._orders
        return DateRules(self.order or (shared_order if fits else ""), zone, languages, connectives)


def _has_foreign_words(text: str) -> bool:
    words = (word.strip(".").casefold() for word in WORD_ENDS.split(text))
    return any(
        len(word) > 2 and word.isalpha() and word not in ENGLISH_MONTHS and word not in ENGLISH_FILLERS
        for word in words
    )


def shared_order(columns: Iterable[DateEvidence]) -> str:
    """The order that the columns of one source agree on; empty where none tells it, or two tell different ones."""
    orders = {column.order for column in columns if column.order} if columns else set()
    return orders.pop() if len(orders) == 1 else ""
