"""Moments as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tui_app.ui.rendering.moments import ago, full

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=3), "now"),
        (timedelta(minutes=12), "12m"),
        (timedelta(minutes=59, seconds=59), "59m"),
        (timedelta(hours=5), "5h"),
        (timedelta(days=3), "3d"),
        (timedelta(days=13), "13d"),
        (timedelta(days=44), "6w"),
        (timedelta(days=130), "4mo"),
        (timedelta(days=364), "12mo"),
        (timedelta(days=365), "1y"),
        (timedelta(days=800), "2y"),
        (timedelta(seconds=-20), "now"),
        (timedelta(days=-3), "in 3d"),
    ],
)
def test_how_long_ago_is_said_in_one_unit(before: timedelta, words: str) -> None:
    assert ago(NOW - before, NOW) == words


def test_no_moment_is_no_words() -> None:
    assert ago(None, NOW) == full(None, NOW) == ""


def test_the_full_form_holds_the_date_in_utc_and_how_long_ago_that_is() -> None:
    assert full(datetime(2026, 11, 19, 8, 0, tzinfo=UTC), NOW) == "2026-11-19 08:00 UTC, 3d ago"
    assert full(NOW, NOW) == "2026-11-22 15:00 UTC, just now"
    assert full(NOW + timedelta(days=2), NOW) == "2026-11-24 15:00 UTC, in 2d"
    assert full(NOW.astimezone(timezone(timedelta(hours=9)))) == "2026-11-22 15:00 UTC"
