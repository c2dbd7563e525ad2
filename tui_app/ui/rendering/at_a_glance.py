"""Status, priority, times and files as they are read at a glance.

Invariant: each kind of status and priority has a sign besides its colour, so that colour is never the only difference.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache

from tui_app.tickets.dates import as_utc
from tui_app.tickets.ticket import Attachment
from tui_app.tickets.vocabulary import PriorityLevel, StatusKind

STATUS_SIGNS = {
    StatusKind.BLOCKED: "■",
    StatusKind.ACTIVE: "◐",
    StatusKind.OPEN: "○",
    StatusKind.DONE: "✓",
    StatusKind.OTHER: "·",
}

PRIORITY_SIGNS = {
    PriorityLevel.HIGHEST: "⇈",
    PriorityLevel.HIGH: "↑",
    PriorityLevel.MEDIUM: "–",
    PriorityLevel.LOW: "↓",
    PriorityLevel.LOWEST: "⇊",
    PriorityLevel.OTHER: "·",
}

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_STEPS = (
    (_MINUTE, "now", 1),
    (_HOUR, "m", _MINUTE),
    (_DAY, "h", _HOUR),
    (14 * _DAY, "d", _DAY),
    (60 * _DAY, "w", 7 * _DAY),
)
_MONTH = 30 * _DAY
_YEAR = 365 * _DAY


def ago(moment: datetime | None, now: datetime) -> str:
    """``now``, ``12m``, ``5h``, ``3d``, ``6w``, ``4mo``, ``2y``; ``in 3d`` for the future; empty for None."""
    if moment is None:
        return ""
    seconds = int((now - moment).total_seconds())
    return "in " + _span(-seconds) if seconds <= -_MINUTE else _span(seconds)


def _span(seconds: int) -> str:
    for limit, unit, size in _STEPS:
        if seconds < limit:
            return unit if unit == "now" else f"{seconds // size}{unit}"
    if seconds < _YEAR:
        return f"{seconds // _MONTH}mo"
    return f"{seconds // _YEAR}y"


_SAME_YEAR, _OTHER_YEAR = "%d %b %H:%M", "%d %b %Y %H:%M"


def full(moment: datetime | None, now: datetime, date_format: str = "") -> str:
    """``3d ago (19 Nov 08:00)``: relative and absolute time, the latter in the zone of ``now``."""
    if moment is None:
        return ""
    since = ago(moment, now)
    words = "just now" if since == "now" else since if since.startswith("in ") else f"{since} ago"
    return f"{words} ({absolute(moment, now, date_format)})"


def absolute(moment: datetime, now: datetime, date_format: str = "") -> str:
    """``19 Nov 08:00`` in the zone of ``now``, with the year where it is another one; or as ``date_format`` has it."""
    local = as_utc(moment).astimezone(now.tzinfo)
    if date_format:
        return local.strftime(date_format)
    return local.strftime(_SAME_YEAR if local.year == now.year else _OTHER_YEAR).lstrip("0")


def due(moment: datetime | None, now: datetime, *, done: bool) -> str:
    """``in 3d``, ``today`` or ``3d late``; the day alone where the ticket is done; empty for None.

    A day is over at its end, where the user is.
    """
    if moment is None:
        return ""
    if done:
        return f"{moment.astimezone(UTC):%Y-%m-%d}"
    if is_day(moment):
        days = (moment.astimezone(UTC).date() - now.date()).days
        seconds = days * _DAY
        if not days:
            return "today"
    else:
        seconds = int((moment - now).total_seconds())
        if abs(seconds) < _MINUTE:
            return "now"
    return f"in {_span(seconds)}" if seconds > 0 else f"{_span(-seconds)} late"


def full_due(moment: datetime | None, now: datetime, date_format: str = "", *, done: bool) -> str:
    """``in 3d (2 Nov)``: how far off it is, and the day, or the moment where it has a time."""
    if moment is None:
        return ""
    day = moment.astimezone(UTC).date()
    words = written_day(day, now, date_format) if is_day(moment) else absolute(moment, now, date_format)
    return words if done else f"{due(moment, now, done=False)} ({words})"


def written_day(day: date, now: datetime, date_format: str = "") -> str:
    """``2 Nov``, with the year where it is another one; or as ``date_format`` has it, without its time of day."""
    if of_day := _of_day(date_format):
        return day.strftime(of_day)
    return f"{day.day} {day:%b}" if day.year == now.year else f"{day.day} {day:%b %Y}"


_DIRECTIVE = re.compile(r"(%[-_0^#]?[A-Za-z])")
_TIME_DIRECTIVES = frozenset("HIklMSfpPRrTXzZs")
_BOTH = {"%c": "%x"}
"""Directives for day and time to those for the day alone."""
_BELONGS_TO_DAY = re.compile(r"[.\u0080-\U0010ffff]*")
"""What behind a day's last number is part of it, as in ``2. 15:04`` and ``2日 15時04分``."""


@lru_cache(8)
def _of_day(date_format: str) -> str:
    """A format of strftime without what tells the time of day, and without what stood between the two."""
    *pieces, behind = [_BOTH.get(piece, piece) for piece in _DIRECTIVE.split(date_format)]
    kept = ""
    gap = ""  # what stood between the day and a time behind it, in case that more of the day follows
    is_time = False
    for literal, directive in zip(pieces[::2], pieces[1::2], strict=True):
        was_time, is_time = is_time, directive[-1] in _TIME_DIRECTIVES
        if is_time and kept and not was_time:
            gap = _BELONGS_TO_DAY.sub("", literal, count=1)
            kept += literal.removesuffix(gap) if gap else literal
        elif not is_time:
            kept += (gap if was_time and kept else "" if was_time else literal) + directive
    return kept + behind if kept and not is_time else kept


_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def day_in(text: str) -> date | None:
    """The day that ``text`` is as a whole: ``2026-11-02``."""
    try:
        return date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
    except ValueError:
        return None


def is_day(moment: datetime) -> bool:
    """Whether a time is a day without a time: midnight in UTC."""
    midnight = moment.astimezone(UTC)
    return (midnight.hour, midnight.minute, midnight.second) == (0, 0, 0)


def age_words(at: datetime | None, now: datetime) -> str:
    """``as of 09:12``, in the zone of ``now``, with the day where it is another one; empty: the trackers' own rows."""
    if at is None:
        return ""
    there, here = at.astimezone(now.tzinfo), now
    return f"as of {there:%H:%M}" if there.date() == here.date() else f"as of {there.day} {there:%b %H:%M}"


def sign_alone(words: str) -> str:
    """The first cell of ``· 3`` or ``↑ high``: the sign, or a value of one cell of which no sign says anything."""
    sign, _, value = words.partition(" ")
    is_told_by_value = sign == PRIORITY_SIGNS[PriorityLevel.OTHER] and len(value) == 1 and value.isascii()
    return value if is_told_by_value else sign[:1]


_KILOBYTE = 1024


def kind_of_file(attachment: Attachment) -> str:
    """``image``, ``PDF``, ``text`` ..: what a file is, by its type or else by the ending of its name."""
    main, _, sub = (attachment.type or "").partition(";")[0].partition("/")
    ending = attachment.name.rpartition(".")[2]
    known = {"application": sub.rpartition(".")[2].upper() if len(sub) <= len("octet") else ""}
    kind = known.get(main, main) if main else ""
    return kind or (ending.upper() if ending != attachment.name and len(ending) <= len("jpeg") else "")


def size_of_file(attachment: Attachment) -> str:
    """``84 KB``, ``1.2 MB``; empty where it is not known."""
    size = attachment.size
    if size is None:
        return ""
    if size < _KILOBYTE * _KILOBYTE:
        return f"{max(1, size // _KILOBYTE)} KB"
    return f"{size / _KILOBYTE / _KILOBYTE:.1f} MB"
