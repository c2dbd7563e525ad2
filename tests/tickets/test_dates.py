"""Dates as people type them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from tui_app.tickets.clock import SYSTEM_CLOCK, SYSTEM_ZONE
from tui_app.tickets.dates import as_utc, day_after, iso_utc, parse_date_bound

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T09:30", datetime(2026, 11, 1, 9, 30, tzinfo=UTC)),
        ("2026-11-01T09:30:00+02:00", datetime(2026, 11, 1, 7, 30, tzinfo=UTC)),
        ("2026-11-01T09:30:00Z", datetime(2026, 11, 1, 9, 30, tzinfo=UTC)),
        ("12h", NOW - timedelta(hours=12)),
        ("7d", NOW - timedelta(days=7)),
        ("-7d", NOW - timedelta(days=7)),
        ("2W", NOW - timedelta(weeks=2)),
        ("3m", NOW - timedelta(days=90)),
        ("1y", NOW - timedelta(days=365)),
        ("today", datetime(2026, 11, 22, tzinfo=UTC)),
        ("Yesterday", datetime(2026, 11, 21, tzinfo=UTC)),
        ("Tomorrow", datetime(2026, 11, 23, tzinfo=UTC)),
        ("+7d", NOW + timedelta(days=7)),
        ("+12h", NOW + timedelta(hours=12)),
        ("now", NOW),
    ],
)
def test_every_form_that_is_promised_is_read(text: str, moment: datetime) -> None:
    assert parse_date_bound(text, NOW).moment == moment


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "2026-02-30", "7", "d7", "99999y", "+99999y", "+", "+-7d"])
def test_anything_else_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|day|year"):
        parse_date_bound(text, NOW)


def test_moments_without_a_zone_are_taken_as_utc_and_all_are_written_in_utc() -> None:
    assert as_utc(datetime(2026, 1, 1)) == datetime(2026, 1, 1, tzinfo=UTC)  # noqa: DTZ001
    assert iso_utc(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))) == "2026-01-01T00:00:00Z"
    assert iso_utc(None) is None


@pytest.mark.parametrize("edge", [datetime(1, 1, 1), datetime(9999, 12, 31, 23)])  # noqa: DTZ001
def test_the_ends_of_the_calendar_do_not_overflow(edge: datetime) -> None:
    assert as_utc(edge.replace(tzinfo=timezone(timedelta(hours=14)))).tzinfo is UTC
    assert as_utc(edge.replace(tzinfo=timezone(timedelta(hours=-12)))).tzinfo is UTC


BERLIN = timezone(timedelta(hours=1))
EVENING = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("today", datetime(2026, 11, 22, 23, tzinfo=UTC)),
        ("yesterday", datetime(2026, 11, 21, 23, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 10, 31, 23, tzinfo=UTC)),
        ("2026-11-01T09:30", datetime(2026, 11, 1, 8, 30, tzinfo=UTC)),
        ("2026-11-01T09:30Z", datetime(2026, 11, 1, 9, 30, tzinfo=UTC)),
        ("12h", EVENING - timedelta(hours=12)),
    ],
)
def test_a_day_and_a_time_are_of_the_users_zone(text: str, moment: datetime) -> None:
    assert parse_date_bound(text, EVENING.astimezone(BERLIN)).moment == moment


def test_a_day_to_compare_with_days_of_the_calendar_is_the_users_day_in_utc() -> None:
    bound = parse_date_bound("today", EVENING.astimezone(BERLIN), of_calendar=True)
    assert bound.moment == datetime(2026, 11, 23, tzinfo=UTC)


def test_the_systems_zone_has_the_rules_of_each_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        local = [moment.astimezone(SYSTEM_ZONE) for moment in (datetime(2026, 7, 1, tzinfo=UTC), EVENING)]
        assert [moment.isoformat() for moment in local] == ["2026-07-01T02:00:00+02:00", "2026-11-23T00:30:00+01:00"]
        assert local[0].tzname() == "CEST"
        assert parse_date_bound("2026-07-01", SYSTEM_CLOCK.now()).moment == datetime(2026, 6, 30, 22, tzinfo=UTC)
        assert datetime.max.replace(tzinfo=UTC).astimezone(SYSTEM_ZONE).year == 9999
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("day", "after"),
    [
        ("2026-02-28", "2026-03-01"),
        ("2024-02-28", "2024-02-29"),
        ("2026-12-31", "2027-01-01"),
        ("yesterday", "today"),
        ("Today", "tomorrow"),
        ("tomorrow", "today+2d"),
        ("today-2d", "yesterday"),
        ("today-9d", "today-8d"),
        ("2026-11-01T09:30", "2026-11-01T09:30"),
        ("7d", "7d"),
        ("9999-12-31", "9999-12-31"),
        ("x", "x"),
    ],
)
def test_the_day_after_is_named_as_the_day_was(day: str, after: str) -> None:
    assert day_after(day) == after


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "UTC"])
def test_a_day_counted_from_today_begins_at_its_own_midnight_whatever_the_clocks_do(zone: str) -> None:
    now = datetime(2026, 3, 28, 22, 0, tzinfo=ZoneInfo(zone))
    for days in (-300, -1, 0, 1, 2, 30, 300):
        moment = parse_date_bound(f"today{days:+d}d", now).moment.astimezone(ZoneInfo(zone))
        assert (moment.date() - now.date()).days == days
    with pytest.raises(ValueError, match="beyond the years"):
        parse_date_bound("today-99999d", datetime(100, 1, 1, tzinfo=UTC))
