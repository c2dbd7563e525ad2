"""What needs no conversion becomes the same value without pydantic as with it."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tui_app.settings.config import UiSettings
from tui_app.settings.profiles import Profile
from tui_app.tickets.criteria import TicketSearchCriteria, check_criteria
from tui_app.tickets.dates import DateBound
from tui_app.tickets.errors import UsageError
from tui_app.tickets.plain_values import NotPlainError, plain_value

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
    UiSettings: ("theme", "columns", "refresh_seconds"),
    dict[str, str]: ("a", "b"),
}
FIELDS = st.sampled_from(("start", "wait", "max_connections", "check", "interactive"))
TABLES = st.dictionaries(FIELDS, VALUES, max_size=3)


def same(one: Any, other: Any) -> bool:
    """Equal down to the types: 1 and True and 1.0 are three values. Dates are equal by their words."""
    return repr(one) == repr(other) or (one == other and "DateBound" in repr(one))


@pytest.mark.parametrize("kind", KINDS, ids=str)
@given(data=st.data())
def test_a_plain_value_is_what_pydantic_makes_of_it(kind: Any, data: st.DataObject) -> None:
    raw = data.draw(st.dictionaries(st.sampled_from(KINDS[kind]), VALUES | TABLES, max_size=4))
    try:
        found = plain_value(kind, raw)
    except NotPlainError:
        return
    try:
        expected = TypeAdapter(kind).validate_python(raw)
    except ValidationError as error:
        raise AssertionError(f"pydantic refuses {raw!r}: {error}") from None
    assert same(found, expected)


def test_what_people_write_is_plain() -> None:
    profile = plain_value(
        Profile,
        {"name": "work", "command": ["node", "server.js"], "timeouts": {"start": 60}, "auth": {"check": ["gh"]}},
    )
    assert profile.command == ("node", "server.js")
    assert profile.timeouts.start == 60.0
    assert profile.auth.check == ("gh",)
    criteria = plain_value(TicketSearchCriteria, {"status": ("open",), "created_after": "7d", "assignee": "me"})
    assert criteria.assignee == "me"
    assert plain_value(UiSettings, {"theme": "nord", "refresh_seconds": 60}) == UiSettings("nord", refresh_seconds=60)
    assert isinstance(criteria.created_after, DateBound)
    assert isinstance(criteria.created_after.moment, datetime)


def test_half_a_character_is_not_plain() -> None:
    with pytest.raises(NotPlainError):
        plain_value(str, "\ud800")


def test_a_search_that_is_written_well_loads_no_pydantic() -> None:
    code = """import sys; from tui_app.tickets.criteria import check_criteria
check_criteria({"text": "printer", "status": ["open"], "created_after": "7d", "max_results": "50"})
raise SystemExit("pydantic" in sys.modules)"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
    assert check_criteria({"max_results": "50"}).max_results == 50
    with pytest.raises(UsageError, match="1000"):
        check_criteria({"max_results": "5000"})
