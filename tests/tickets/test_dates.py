"""Dates as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tui_app.tickets.dates import as_utc, iso_utc, parse_date_bound

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
        ("now", NOW),
    ],
)
def test_every_form_that_is_promised_is_read(text: str, moment: datetime) -> None:
    assert parse_date_bound(text, NOW).moment == moment


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "2026-02-30", "7", "d7", "99999y"])
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
