"""The words of dates in the languages that some country writes officially, and time zones by their names.

The tables are CLDR's, as Babel brings them, and the time zone database's: no word of a language is written here. They
are loaded by the first date that English and numbers do not explain; that takes most of a second, once. Who cannot wait
that long asks `words_are_loaded`.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from functools import lru_cache
from threading import Thread
from typing import Any, NamedTuple

Languages = frozenset[str]
Hours = tuple[int, int]
"""From an hour of the day until before another one."""

AM: Hours = (0, 12)
PM: Hours = (12, 24)
_HOUR = 3600
_WIDTHS = ("wide", "abbreviated")
_FORMS = ("format", "stand-alone")
_LITERAL = re.compile(r"'([^']+)'")
_SIGNS = re.compile(r"[\s.,'’()\[\]\u200e\u200f\u061c]+")
_HAS_TERRITORY = re.compile(r"_(?:[A-Z]{2}|\d{3})(?:_|$)")


class CalendarWords(NamedTuple):
    """What words mean in dates; each in the form of `bare`."""

    months: Mapping[str, Mapping[int, Languages]]
    """Word to the months that it means, and in which languages: ``listopad`` is October in one, November in another."""
    halves: Mapping[str, Mapping[Hours, Languages]]
    """Word for a part of the day to the hours that it covers."""
    fillers: frozenset[str]
    """Days of the week, and what stands between a date's parts: ``at``, ``de``, ``Uhr``."""


def bare(words: str) -> str:
    """The letters of ``words``: ``p. m.`` and ``PM`` are one."""
    return _SIGNS.sub("", words.casefold())


@lru_cache(1)
def calendar_words() -> CalendarWords:
    """The words of every language."""
    from babel import core, localedata  # at the first word that is not English: neither a start nor a search needs it

    months: dict[str, dict[int, Languages]] = {}
    halves: dict[str, dict[Hours, Languages]] = {}
    fillers: set[str] = set()
    territories = core.get_global("territory_languages")
    for name in _official(localedata.locale_identifiers(), territories):
        locale = core.Locale.parse(name)
        for word, month in _month_names(locale, fillers):
            _add(months, word, month, name)
        for word, hours in _day_periods(locale):
            _add(halves, word, hours, name)
        fillers.update(_weekdays(locale), _literals(locale))
    fillers.discard("")
    return CalendarWords(months, halves, frozenset(fillers))


def words_are_loaded(patience: float = 0) -> bool:
    """Whether `calendar_words` returns at once. Else a thread loads them, from the first question on.

    Args:
        patience: seconds to wait for them.
    """
    if calendar_words.cache_info().currsize:
        return True
    _loader().join(patience)
    return not _loader().is_alive()  # one that failed is told by whoever needs the words


@lru_cache(1)
def _loader() -> Thread:
    thread = Thread(target=calendar_words, name="calendar-words", daemon=True)
    thread.start()
    return thread


def _add(table: dict[str, dict[Any, Languages]], word: str, meaning: object, language: str) -> None:
    if word:
        meanings = table.setdefault(word, {})
        meanings[meaning] = meanings.get(meaning, frozenset()) | {language}


def _official(names: Iterable[str], territories: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Those locales of ``names`` without a territory whose language a country has made official: the rest has names of
    months that are others' in another sense, and nobody's tracker prints them."""
    statuses = ("official", "de_facto_official")
    official = {
        language
        for languages in territories.values()
        for language, facts in languages.items()
        if facts.get("official_status") in statuses
    }
    for name in names:
        if not _HAS_TERRITORY.search(name) and (name in official or name.split("_")[0] in official):
            yield name


def _month_names(locale: Any, fillers: set[str]) -> Iterator[tuple[str, int]]:
    for form in _FORMS:
        for width in _WIDTHS:
            for month, words in locale.months[form][width].items():
                *before, last = words.split() or [""]
                if not any(character.isdigit() for character in words):
                    yield bare(last), month
                    fillers.update(map(bare, before))


def _day_periods(locale: Any) -> Iterator[tuple[str, Hours]]:
    rules = {"am": AM, "pm": PM, "noon": (12, 13), "midnight": (0, 1)}
    for period, spans in dict(locale.day_period_rules.get(None, {})).items():
        if period not in rules and "from" in spans[0]:
            rules[period] = spans[0]["from"] // _HOUR, spans[0]["before"] // _HOUR
    for form in _FORMS:
        for width in _WIDTHS:
            for period, words in locale.day_periods.get(form, {}).get(width, {}).items():
                if period in rules:
                    yield bare(words), rules[period]


def _weekdays(locale: Any) -> Iterator[str]:
    for form in _FORMS:
        for width in (*_WIDTHS, "short"):
            for words in locale.days[form].get(width, {}).values():
                yield from map(bare, words.split())


def _literals(locale: Any) -> Iterator[str]:
    tables = (locale.datetime_formats, locale.date_formats, locale.time_formats, locale.datetime_skeletons)
    for pattern in (str(getattr(form, "pattern", form)) for table in tables for form in table.values()):
        for literal in _LITERAL.findall(pattern):
            yield from map(bare, literal.split())


def months_of(word: str, languages: Languages | None) -> set[int]:
    """The months that ``word`` (bare) means in these languages; in any language without them."""
    return _meanings(calendar_words().months.get(word, {}), languages)


def hours_of(word: str, languages: Languages | None) -> set[Hours]:
    """The hours of the day that ``word`` (bare) covers."""
    return _meanings(calendar_words().halves.get(word, {}), languages)


def _meanings(table: Mapping[Any, Languages], languages: Languages | None) -> set[Any]:
    return {meaning for meaning, known in table.items() if not languages or known & languages}


def languages_of(words: Iterable[str]) -> Languages | None:
    """The languages that know all of ``words`` (bare) that any knows; None where there is no such word or language."""
    tables = calendar_words()
    common: Languages | None = None
    for word in words:
        known = [*tables.months.get(word, {}).values(), *tables.halves.get(word, {}).values()]
        if known:
            languages = frozenset[str]().union(*known)
            common = languages if common is None else common & languages
    return common or None


# ------------------------------------------------------------ time zones


def zone_named(name: str, moment: datetime | None) -> tzinfo | None:
    """The zone that ``name`` certainly means at ``moment`` (naive); None for an unknown name, or one of several zones.

    Without a moment only regions are known: ``Europe/Berlin``.

    Names of North American zones mean what e-mail's standard (RFC 5322) says; other abbreviations count where all
    zones that use them in that year agree: ``IST`` is used in three.
    """
    if name.upper() in ("Z", "UTC", "UT", "GMT"):
        return UTC
    known = _zone_names().get(name.casefold())
    if known is not None and ("/" in known or len(known) > _LONGEST_ABBREVIATION):
        return zoneinfo.ZoneInfo(known)
    seconds = (parsedate_tz(f"1 Jan 2000 00:00:00 {name}") or (None,))[-1] if name.isalpha() else None
    if seconds:
        return timezone(timedelta(seconds=seconds))
    if moment is None:
        return None
    offsets = _abbreviations(moment.year).get(name.upper(), set())
    return timezone(next(iter(offsets))) if len(offsets) == 1 else None


_LONGEST_ABBREVIATION = 5
_FARTHEST = timedelta(hours=14)  # of a zone from UTC
OFFSET = re.compile(r"(?:\b(?:utc|gmt)|z)?\s*([+−-])(\d{1,2})(?::?(\d{2}))?(?::?\d{2})?(?!\d)")


def zone_at(offset: re.Match[str]) -> timezone | None:
    """The zone that a match of `OFFSET` tells; None for one farther from UTC than any is."""
    distance = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    if distance > _FARTHEST:
        return None
    return timezone(-distance if offset[1] in "-−" else distance)


def zone_in(text: str) -> tzinfo | None:
    """The zone that a user or a heading names: ``Europe/Berlin``, ``UTC``, ``+02:00``; None for anything else."""
    match = OFFSET.fullmatch(text.strip().casefold())
    zone = zone_at(match) if match else None
    return zone if zone is not None else zone_named(text.strip(), None)


@lru_cache(1)
def _zone_names() -> Mapping[str, str]:
    return {name.casefold(): name for name in zoneinfo.available_timezones()}


@lru_cache(4)
def _abbreviations(year: int) -> Mapping[str, set[timedelta]]:
    """Abbreviation to the offsets that it means in a year, all over the world."""
    found: dict[str, set[timedelta]] = {}
    for name in _zone_names().values():
        if "/" not in name or name.startswith("Etc/"):
            continue
        zone = zoneinfo.ZoneInfo(name)
        for month in (1, 7):
            moment = datetime(year, month, 1, tzinfo=zone)
            offset, word = moment.utcoffset(), moment.tzname()
            if word and word.isalpha() and offset is not None:
                found.setdefault(word, set()).add(offset)
    return found
