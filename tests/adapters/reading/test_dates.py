"""Every form in which trackers print moments is read; what names no certain moment is None."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.adapters.reading import parse_moment

MORNING = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-02T08:00:00Z",
        "2026-11-02T08:00:00",
        "2026-11-02T08:00:00.000+0000",
        "2026-11-02T10:00:00+02:00",
        "2026-11-02 08:00:00 UTC",
        "2026-11-02 08:00 (UTC)",
        "2026-11-02 03:00:00 -0500",
        "Mon Nov  2 08:00:00 2026",
        "Mon Nov 2 2026 08:00:00 GMT+0000 (Coordinated Universal Time)",
        "Mon, 02 Nov 2026 09:00:00 +0100",
        "Mon, 02 Nov 2026 08:00:00 GMT",
        "Nov 2, 2026 8:00 AM",
        "2nd November 2026 08:00",
        "02/Nov/26 8:00 AM",
        "2026/11/02 上午8:00:00",
        "2026/11/02 08:00",
        "1793606400",
        1793606400,
        1793606400.0,
        1793606400000,
        "1793606400000",
        1793606400000000000,
    ],
)
def test_one_moment_is_read_from_all_its_forms(text: str | int | float) -> None:
    assert parse_moment(text) == MORNING


def test_a_day_is_its_midnight_in_utc() -> None:
    assert parse_moment("Nov 2, 2026") == parse_moment("2026-11-02") == datetime(2026, 11, 2, tzinfo=UTC)


def test_an_american_date_is_read_where_nothing_else_is_possible() -> None:
    assert parse_moment("11/22/2026, 10:35:44 AM") == datetime(2026, 11, 22, 10, 35, 44, tzinfo=UTC)
    assert parse_moment("22/11/2026") == parse_moment("22.11.2026") == datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "nothing",
    [
        "02/03/2026",
        "",
        "soon",
        "5",
        "2026",
        "12345",
        5,
        0,
        True,
        None,
        [],
        {},
        float("nan"),
        float("inf"),
        10**400,
        "x" * 500,
    ],
)
def test_what_names_no_certain_moment_is_none(nothing: object) -> None:
    assert parse_moment(nothing) is None  # type: ignore[arg-type]


@given(
    st.one_of(
        st.text(max_size=120), st.integers(), st.floats(), st.from_regex(r"\d{1,4}[-/. ]\d{1,4}[-/. ]\d{1,4}.{0,20}")
    )
)
def test_no_value_makes_it_raise_and_every_moment_is_aware(value: str | int | float) -> None:
    moment = parse_moment(value)
    assert moment is None or moment.tzinfo is UTC
