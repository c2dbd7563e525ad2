"""What is searched for is checked once, and a wrong field is named with what it takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tui_app.tickets.criteria import ALLOWED, TicketSearchCriteria, check_criteria
from tui_app.tickets.criterion import CRITERIA
from tui_app.tickets.dates import parse_date_bound
from tui_app.tickets.errors import UsageError
from tui_app.tickets.fields import TICKET_FIELDS
from tui_app.tickets.ticket import Ticket

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_what_was_typed_becomes_criteria() -> None:
    criteria = check_criteria(
        {"text": " printer ", "status": ["open", "blocked"], "max_results": "5", "created_after": "7d"}
    )
    assert criteria.text == "printer"
    assert criteria.status == ("open", "blocked")
    assert criteria.max_results == 5
    assert criteria.created_after is not None
    assert criteria.created_after.text == "7d"


def test_empty_fields_count_as_not_given() -> None:
    blank: dict[str, Any] = {"text": "", "assignee": " ", "status": [], "max_results": "", "created_after": None}
    assert check_criteria(blank) == TicketSearchCriteria()


@pytest.mark.parametrize("value", [0, 1001, "x", -1, "1.5", 10**30])
def test_max_results_out_of_range_is_refused_with_the_range(value: object) -> None:
    with pytest.raises(UsageError) as caught:
        check_criteria({"max_results": value})
    assert caught.value.field == "max_results"
    assert "1 to 1000" in caught.value.hint


@pytest.mark.parametrize("field", ["created_after", "created_before", "updated_after"])
@pytest.mark.parametrize("value", ["2026-02-30", "tomorrowish", "7x", "99999y"])
def test_a_date_that_cannot_be_is_refused_with_the_forms_that_can(field: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_criteria({field: value})
    assert caught.value.field == field
    assert value in caught.value.cause
    assert ALLOWED[field] in caught.value.hint


def test_a_range_that_nothing_can_match_is_refused() -> None:
    with pytest.raises(UsageError, match="later than created_before"):
        check_criteria({"created_after": "2026-11-02", "created_before": "2026-11-01"})
    with pytest.raises(UsageError, match="2026-11-02 is no earlier than created_before: 2026-11-02, so nothing"):
        check_criteria({"created_after": "2026-11-02", "created_before": "2026-11-02"})


def test_a_relative_end_is_compared_with_an_absolute_one_only_where_the_time_is_known() -> None:
    raw = {"created_after": "2026-11-20", "created_before": "7d"}
    assert check_criteria(raw).created_before is not None
    with pytest.raises(UsageError, match="later than created_before"):
        check_criteria(raw, NOON)
    assert check_criteria(raw, NOON.replace(month=12)).created_after is not None


@pytest.mark.parametrize(("raw", "field"), [({"sort": "colour"}, "sort"), ({"colour": "red"}, "colour")])
def test_unknown_names_are_refused_with_those_that_exist(raw: dict[str, Any], field: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_criteria(raw)
    assert caught.value.field == field
    assert "status" in caught.value.hint


def test_criteria_survive_being_written_down_with_their_dates_as_typed() -> None:
    criteria = check_criteria({"text": "a", "labels": ["x"], "created_after": "7d", "sort": "-created_at"})
    assert criteria.to_json() == {"text": "a", "labels": ["x"], "created_after": "7d", "sort": "-created_at"}
    assert check_criteria(criteria.to_json()) == criteria


def test_relative_dates_are_read_anew_for_every_search() -> None:
    old = TicketSearchCriteria(created_after=parse_date_bound("1d", datetime(2020, 1, 2, tzinfo=UTC)))
    fresh = old.refreshed(NOON)
    assert fresh.created_after is not None
    assert fresh.created_after.moment == datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    assert fresh == old


def test_only_fields_that_narrow_count_as_used() -> None:
    criteria = TicketSearchCriteria(text="a", sort="id", max_results=3, labels=("x",))
    assert criteria.used_fields() == {"text", "labels"}


def test_what_is_due_is_bounded_by_dates_to_come() -> None:
    criteria = check_criteria({"due_after": "today", "due_before": "+7d"}, NOON)
    assert criteria.due_after is not None
    assert criteria.due_before is not None
    assert criteria.due_after.moment == datetime(2026, 11, 22, tzinfo=UTC)
    assert criteria.due_before.moment == datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
    with pytest.raises(UsageError, match="due_after: tomorrow is later than due_before: yesterday"):
        check_criteria({"due_after": "tomorrow", "due_before": "yesterday"})


def test_the_table_and_the_criteria_name_the_same() -> None:
    assert set(TicketSearchCriteria.__struct_fields__) - {"excluded"} == {criterion.name for criterion in CRITERIA}
    assert {criterion.field for criterion in CRITERIA if criterion.field} <= {field.name for field in TICKET_FIELDS}
    assert {field.name for field in TICKET_FIELDS} < set(Ticket.__struct_fields__)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"text": "printer " * 1250}, "text: 9,999 characters are too many."),
        ({"status": [f"s{number}" for number in range(2000)]}, "status: 2,000 values are too many."),
        ({"-labels": [f"s{number}" for number in range(2000)]}, "-labels: 2,000 values are too many."),
        ({"created_after": "x" * 10_000}, "is not a date."),
        ({"created_after": "2026-01-01T" + "0" * 10_000}, "is not a day that exists."),
        ({"created_after": "9" * 10_000 + "d"}, "is not a date."),
        ({"sort": "x" * 1999}, "is not a field."),
        ({"openness": "x" * 1999}, "is neither open nor closed."),
    ],
)
def test_what_is_far_too_long_is_told_in_short(raw: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_criteria(raw, datetime(2026, 11, 22, 15, 0, tzinfo=UTC))
    assert told in caught.value.cause
    assert len(caught.value.cause) < 250
    assert len(caught.value.hint) < 250
