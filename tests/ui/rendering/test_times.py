"""Moments as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tui_app.ui.rendering.at_a_glance import ago, due, full, full_due

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


TOKYO = timezone(timedelta(hours=9))


def test_the_full_form_holds_how_long_ago_it_was_and_the_date() -> None:
    assert full(datetime(2026, 11, 9, 8, 0, tzinfo=UTC), NOW) == "13d ago (9 Nov 08:00)"
    assert full(NOW, NOW) == "just now (22 Nov 15:00)"
    assert full(NOW + timedelta(days=2), NOW) == "in 2d (24 Nov 15:00)"
    assert full(datetime(2024, 11, 2, 8, 0, tzinfo=UTC), NOW) == "2y ago (2 Nov 2024 08:00)"


def test_dates_are_of_the_users_zone() -> None:
    assert full(NOW, NOW.astimezone(TOKYO)) == "just now (23 Nov 00:00)"
    assert full(NOW.astimezone(TOKYO), NOW) == "just now (22 Nov 15:00)"
    new_year = datetime(2025, 12, 31, 20, tzinfo=UTC)
    assert full(new_year, NOW.astimezone(TOKYO)) == "10mo ago (1 Jan 05:00)"


def test_dates_are_written_as_configured() -> None:
    assert full(NOW, NOW.astimezone(TOKYO), "%Y-%m-%d %H:%M") == "just now (2026-11-23 00:00)"


def test_a_day_is_the_same_day_in_every_zone_and_over_when_it_is_over_there() -> None:
    day = datetime(2026, 11, 22, tzinfo=UTC)
    assert due(day, NOW, done=False) == "today"
    assert due(day, NOW.astimezone(TOKYO), done=False) == "1d late"
    assert full_due(day, NOW.astimezone(TOKYO), done=False) == "1d late (22 Nov)"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 22, tzinfo=UTC), "today"),
        (datetime(2026, 11, 23, tzinfo=UTC), "in 1d"),
        (datetime(2026, 11, 25, tzinfo=UTC), "in 3d"),
        (datetime(2026, 12, 30, tzinfo=UTC), "in 5w"),
        (datetime(2026, 11, 21, tzinfo=UTC), "1d late"),
        (datetime(2026, 10, 22, tzinfo=UTC), "4w late"),
        (datetime(2026, 11, 22, 20, 30, tzinfo=UTC), "in 5h"),
        (datetime(2026, 11, 22, 9, 30, tzinfo=UTC), "5h late"),
        (datetime(2026, 11, 22, 15, 0, 1, tzinfo=UTC), "now"),
    ],
)
def test_what_is_due_says_whether_it_is_late(moment: datetime, words: str) -> None:
    assert due(moment, NOW, done=False) == words
    assert full_due(moment, NOW, done=False).startswith(f"{words} (")


@pytest.mark.parametrize(
    ("date_format", "words"),
    [
        ("%Y-%m-%d %H:%M", "2026-11-24"),
        ("%Y-%m-%dT%H:%M%z", "2026-11-24"),
        ("%d.%m.%y, %H:%M Uhr", "24.11.26"),
        ("%-d. %-m. %H.%M", "24. 11."),
        ("%H:%M, %d/%m", "24/11"),
        ("%a %H:%M %d %b", "Tue 24 Nov"),
        ("%Y年%m月%d日 %H時%M分", "2026年11月24日"),
        ("%d. %H:%M %B", "24. November"),
        ("%Y年 %H:%M %d", "2026年 24"),
        ("%a. %H:%M %d %b", "Tue. 24 Nov"),
        ("on %A the %dth", "on Tuesday the 24th"),
        ("100%% %d", "100% 24"),
        ("%H:%M", "24 Nov"),
        ("", "24 Nov"),
    ],
)
def test_a_day_without_a_time_is_written_as_configured_without_the_time(date_format: str, words: str) -> None:
    day = datetime(2026, 11, 24, tzinfo=UTC)
    assert full_due(day, NOW, date_format, done=False) == f"in 2d ({words})"
    assert full_due(day, NOW, date_format, done=True) == words


def test_nothing_is_late_once_it_is_done() -> None:
    day = datetime(2026, 11, 1, tzinfo=UTC)
    assert due(day, NOW, done=True) == "2026-11-01"
    assert full_due(day, NOW, done=True) == "1 Nov"
    assert due(None, NOW, done=False) == full_due(None, NOW, done=False) == ""
