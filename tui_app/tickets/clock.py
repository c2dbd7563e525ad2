"""The one place that reads the time, and that knows the user's time zone.

Invariant: no other module of the program asks the operating system for either. ``cli`` and the embedded tracker's own
process hand `SYSTEM_CLOCK` down; a test hands down a clock that it moves itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple


class Clock(NamedTuple):  # no Struct: the embedded tracker answers sooner without msgspec
    """Two ways to read the time, always handed down together."""

    now: Callable[[], datetime]
    """The present moment, aware, in the user's time zone: for dates that people see or type, which are of its zone."""
    monotonic: Callable[[], float]
    """Seconds since an arbitrary moment, never going back: for durations and deadlines."""


class SystemZone(tzinfo):
    """The time zone of this machine, ``$TZ`` if it is set, with the rules of each moment: summer time in July."""

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return None if dt is None else _system_offset(dt)

    def dst(self, dt: datetime | None) -> timedelta | None:  # noqa: ARG002  (it is within the offset)
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, dt: datetime) -> datetime:
        try:
            return dt.replace(tzinfo=UTC).astimezone().replace(tzinfo=self)
        except (OverflowError, OSError, ValueError):  # the edges of the calendar
            return dt


def _system_offset(moment: datetime) -> timedelta:
    try:
        return moment.replace(tzinfo=None).astimezone().utcoffset() or timedelta(0)
    except (OverflowError, OSError, ValueError):
        return timedelta(0)


SYSTEM_ZONE = SystemZone()


def _now() -> datetime:
    return datetime.now(SYSTEM_ZONE)


SYSTEM_CLOCK = Clock(now=_now, monotonic=time.monotonic)
"""The clock of this machine."""
