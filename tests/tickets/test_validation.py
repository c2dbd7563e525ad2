"""A value that needs no conversion becomes the same without pydantic as with it."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tui_app.settings.model import UiSettings
from tui_app.settings.profiles import Profile
from tui_app.tickets.criteria import TicketSearchCriteria, check_criteria
from tui_app.tickets.dates import DateBound
from tui_app.tickets.errors import UsageError
from tui_app.tickets.validation import InvalidValueError, validated

TEXTS = st.text(max_size=5) | st.sampled_from(["7d", "2026-11-01", "50", "007"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
KINDS: dict[Any, tuple[str, ...]] = {
    TicketSearchCriteria: ("text", "status", "assignee", "created_after", "max_results"),
    Profile: ("name", "command", "auth", "env", "cwd", "timeouts", "pool", "map"),
    UiSettings: ("theme", "columns", "date_format", "refresh_seconds"),
    dict[str, str]: ("a", "b"),
}
FIELDS = st.sampled_from(("start", "wait", "max_connections", "check", "interactive"))
TABLES = st.dictionaries(FIELDS, VALUES, max_size=3)


def same(one: Any, other: Any) -> bool:
    """Equal down to the types: 1 and True and 1.0 are three values. Dates are equal by their words."""
    return repr(one) == repr(other) or (one == other and "DateBound" in repr(one))


by_pydantic = cache(TypeAdapter)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@given(data=st.data())
def test_a_checked_value_is_what_pydantic_makes_of_it(kind: Any, data: st.DataObject) -> None:
    raw = data.draw(st.dictionaries(st.sampled_from(KINDS[kind]), VALUES | TABLES, max_size=4))
    try:
        expected = by_pydantic(kind).validate_python(raw)
    except ValidationError:
        with pytest.raises(InvalidValueError):
            validated(kind, raw)
    else:
        assert same(validated(kind, raw), expected)


def test_what_people_write_is_taken() -> None:
    profile = validated(
        Profile,
        {"name": "work", "command": ["node", "server.js"], "timeouts": {"start": 60}, "auth": {"check": ["gh"]}},
    )
    assert profile.command == ("node", "server.js")
    assert profile.timeouts.start == 60.0
    assert profile.auth is not None
    assert profile.auth.check == ("gh",)
    criteria = validated(TicketSearchCriteria, {"status": ("open",), "created_after": "7d", "assignee": ("me",)})
    assert criteria.assignee == ("me",)
    assert validated(UiSettings, {"theme": "nord", "refresh_seconds": 60}) == UiSettings("nord", refresh_seconds=60)
    assert isinstance(criteria.created_after, DateBound)
    assert isinstance(criteria.created_after.moment, datetime)


def test_a_mistake_names_its_place_and_its_value() -> None:
    with pytest.raises(InvalidValueError, match="greater than 0") as caught:
        validated(Profile, {"name": "work", "command": ["node"], "timeouts": {"start": 0}})
    assert (caught.value.path, caught.value.value) == (("timeouts", "start"), 0)


@pytest.mark.parametrize(
    ("kind", "raw", "path"),
    [
        (UiSettings, {"refresh_seconds": 4}, ("refresh_seconds",)),
        (Profile, {"name": "a", "command": ["a"], "pool": {"max_connections": 17}}, ("pool", "max_connections")),
        (Profile, {"name": "a", "command": ["a"], "retry": {"jitter": 2}}, ("retry", "jitter")),
        (TicketSearchCriteria, {"status": ["open", ""]}, ("status", 1)),
        (TicketSearchCriteria, {"labels": ["a"] * 101}, ("labels",)),
        (TicketSearchCriteria, {"text": "a" * 2001}, ("text",)),
    ],
)
def test_bounds_hold_at_any_depth(kind: Any, raw: Any, path: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        validated(kind, raw)
    assert caught.value.path == path


def test_half_a_character_is_no_text_to_search_for() -> None:
    with pytest.raises(InvalidValueError):
        validated(TicketSearchCriteria, {"text": "\ud800"})


def test_a_search_that_is_written_well_loads_no_pydantic() -> None:
    code = """import sys; from tui_app.tickets.criteria import check_criteria
check_criteria({"text": "printer", "status": ["open"], "created_after": "7d", "max_results": "50"})
raise SystemExit("pydantic" in sys.modules)"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
    assert check_criteria({"max_results": "50"}).max_results == 50
    with pytest.raises(UsageError, match="1000"):
        check_criteria({"max_results": "5000"})
