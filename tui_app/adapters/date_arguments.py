"""A moment as a tool's argument wants it: a day, a date-time, seconds or milliseconds since 1970.

Invariant: a bound that an argument cannot express exactly is widened, never narrowed; `is_exact_date` is then false,
so that the rest is filtered here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from tui_app.adapters.tool_arguments import Schema, options
from tui_app.tickets.dates import iso_utc
from tui_app.tickets.ticket import JsonValue

_DAY = timedelta(days=1)
_LONGEST_PATTERN = 200  # characters; a schema's pattern is foreign, and a long one is no plain date's

_WANTS_DAY = re.compile(r"\by{4}-m{2}-d{2}\b(?!\s*[t ]?\s*h{2})", re.IGNORECASE)
_WANTS_TIME = re.compile(r"hh:mm|date-?time|timestamp|\d{2}:\d{2}:\d{2}|rfc ?3339", re.IGNORECASE)
_MILLISECONDS = re.compile(r"\bmilli|\bms\b|millis", re.IGNORECASE)


def date_argument(moment: datetime, schema: Schema, *, upper: bool = False) -> JsonValue:
    """``moment`` in the form that an argument with ``schema`` takes.

    Args:
        moment: in UTC.
        schema: of the argument, references resolved; of alternatives the first that is not null counts.
        upper: the argument is the end of a range, rounded up to the next day where the argument takes only days.
    """
    option = next(iter(options(schema, {})), schema)
    words = f"{schema.get('description', '')} {option.get('description', '')} {option.get('format', '')}"
    kinds = option.get("type")
    if kinds in ("integer", "number") or (isinstance(kinds, list) and "string" not in kinds):
        return int(moment.timestamp() * (1000 if _MILLISECONDS.search(words) else 1))
    for form in _forms(option, words):
        text = form(moment, upper)
        if _matches(text, option.get("pattern")):
            return text
    return _as_day(moment, upper)


def is_exact_date(moment: datetime, argument: JsonValue) -> bool:
    """Whether ``argument``, which came from `date_argument`, expresses ``moment`` and not merely its day."""
    return _is_midnight(moment) or not (isinstance(argument, str) and len(argument) <= len("2026-11-01"))


def _forms(option: Schema, words: str) -> Iterable[Callable[[datetime, bool], str]]:
    """The forms to try, best first."""
    if option.get("format") == "date" or (_WANTS_DAY.search(words) and not _WANTS_TIME.search(words)):
        return (_as_day, _as_time)
    if option.get("format") == "date-time" or _WANTS_TIME.search(words):
        return (_as_time, _as_offset_time, _as_day)
    return (_as_either, _as_time, _as_offset_time, _as_day)


def _as_either(moment: datetime, upper: bool) -> str:
    """A day where it is one: more servers take that than take a date-time."""
    return _as_day(moment, upper) if _is_midnight(moment) else _as_time(moment, upper)


def _as_day(moment: datetime, upper: bool) -> str:
    day = (
        moment + _DAY
        if upper and not _is_midnight(moment) and moment < datetime.max.replace(tzinfo=UTC) - _DAY
        else moment
    )
    return day.strftime("%Y-%m-%d").rjust(len("2026-11-01"), "0")


def _as_time(moment: datetime, upper: bool) -> str:  # noqa: ARG001  # all forms are called alike
    return iso_utc(moment) or ""


def _as_offset_time(moment: datetime, upper: bool) -> str:  # noqa: ARG001
    return moment.isoformat(timespec="seconds")


def _is_midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)


def _matches(text: str, pattern: object) -> bool:
    if not isinstance(pattern, str) or len(pattern) > _LONGEST_PATTERN:
        return True
    try:
        return re.search(pattern, text) is not None
    except (re.error, RecursionError):
        return True
