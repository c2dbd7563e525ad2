"""A bound that an argument cannot say exactly is widened, never narrowed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.adapters.date_arguments import date_argument, is_exact_date

MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
DAY = {"type": "string", "format": "date"}


@pytest.mark.parametrize(
    ("schema", "sent"),
    [
        ({"type": "string"}, "2026-11-01T12:30:00Z"),
        ({"type": "string", "description": "ISO 8601 date-time"}, "2026-11-01T12:30:00Z"),
        ({"type": "string", "pattern": r"\+00:00$"}, "2026-11-01T12:30:00+00:00"),
        ({"type": "string", "pattern": "("}, "2026-11-01T12:30:00Z"),
        (DAY, "2026-11-01"),
        ({"type": "string", "description": "YYYY-MM-DD"}, "2026-11-01"),
        ({"type": "string", "description": "YYYY-MM-DDTHH:MM:SS"}, "2026-11-01T12:30:00Z"),
        ({"type": "integer"}, 1793536200),
        ({"type": ["integer", "null"], "description": "in ms"}, 1793536200000),
    ],
)
def test_a_moment_is_said_in_the_form_that_is_asked_for(schema: dict[str, object], sent: object) -> None:
    assert date_argument(NOON, schema) == sent


def test_the_end_of_a_range_is_rounded_up_where_only_days_can_be_said() -> None:
    assert date_argument(NOON, DAY, upper=True) == "2026-11-02"
    assert date_argument(MIDNIGHT, DAY, upper=True) == "2026-11-01"
    assert date_argument(datetime.max.replace(tzinfo=UTC), DAY, upper=True) == "9999-12-31"


def test_only_what_is_said_whole_counts_as_exact() -> None:
    assert is_exact_date(MIDNIGHT, "2026-11-01")
    assert not is_exact_date(NOON, "2026-11-01")
    assert is_exact_date(NOON, "2026-11-01T12:30:00Z")
    assert is_exact_date(NOON, 1793536200)


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda moment: 1000 < moment.year < 9999))
def test_a_range_of_days_holds_the_range_that_was_asked_for(moment: datetime) -> None:
    lower = datetime.fromisoformat(str(date_argument(moment, DAY))).replace(tzinfo=UTC)
    upper = datetime.fromisoformat(str(date_argument(moment, DAY, upper=True))).replace(tzinfo=UTC)
    assert lower <= moment <= upper
    assert upper - lower <= timedelta(days=1)


@pytest.mark.parametrize("schema", [{"anyOf": True}, {"oneOf": [None, 7]}, {"anyOf": [{"type": "null"}]}, {"type": 7}])
def test_a_schema_that_is_none_takes_a_day(schema: dict[str, object]) -> None:
    assert date_argument(MIDNIGHT, schema) == "2026-11-01"
