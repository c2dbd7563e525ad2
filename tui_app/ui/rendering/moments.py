"""Moments in time as people read them: how long ago in a row, the full date in the detail."""

from __future__ import annotations

from datetime import UTC, datetime

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


def full(moment: datetime | None, now: datetime | None = None) -> str:
    """``2026-11-02 08:00 UTC, 3d ago``: nothing to work out, nothing to guess."""
    if moment is None:
        return ""
    words = (
        moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if moment.tzinfo else moment.strftime("%Y-%m-%d %H:%M")
    )
    if now is None:
        return words
    since = ago(moment, now)
    if since == "now":
        return f"{words}, just now"
    return f"{words}, {since}" if since.startswith("in ") else f"{words}, {since} ago"
