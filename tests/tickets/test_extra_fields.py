"""Extra fields are read as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.tickets.extra_fields import caption_of, readable, shown_extras
from tui_app.tickets.ticket import Relation, Ticket

MOMENT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def ticket(**extra: Any) -> Ticket:
    """A ticket with these extra fields."""
    return Ticket(
        "PAY-142",
        "Printer",
        "In Progress",
        assignee="alice",
        reporter="Bob",
        priority="High",
        labels=("bug", "ui"),
        created_at=MOMENT,
        updated_at=MOMENT,
        relations=(Relation("parent", "PAY-100", "Tills"),),
        extra=extra,
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (2.5, "2.5"),
        (9007199254740993, "9007199254740993"),
        (True, "yes"),
        ("web", "web"),
        ({"id": "1", "name": "web"}, "web"),
        ({"key": "PAY", "id": "9"}, "PAY"),
        ({"title": "v1", "state": "active"}, "v1"),
        ({"login": "ada", "id": 7, "node_id": "MDQ6VXNlcjE="}, "ada"),
        ([{"id": "1", "name": "web"}, {"id": "2", "name": "till"}], "web, till"),
        ({"nodes": [{"name": "web"}]}, "web"),
        ({"total_count": 2, "+1": 2, "heart": 0, "url": "https://api.example/r"}, "total count 2, +1 2"),
        (
            {"originalEstimate": "2h", "originalEstimateSeconds": 7200},
            "original estimate 2h, original estimate seconds 7200",
        ),
        ('[{"name": "web"}]', "web"),
        ({"self": "https://x/rest/api/2/w", "watchCount": 3, "isWatching": False}, "3"),
        ({"date": "2026-12-01", "lang": ""}, "2026-12-01"),
        ("{name} of [place]", "{name} of [place]"),
        ("[blocked] {urgent}", "[blocked] {urgent}"),
        ([f"label {n}" for n in range(15)], ", ".join(f"label {n}" for n in range(12)) + " and 3 more"),
    ],
)
def test_a_value_is_unwrapped(value: Any, text: str) -> None:
    assert readable(value) == text


@pytest.mark.parametrize(
    "value",
    [
        None, "", " ", [], {}, 0, 0.0, False, "0", "---", "none", "N/A", [None, 0, ""], {"total": 0, "worklogs": []},
        {"startAt": 0, "maxResults": 20, "worklogs": []}, {"estimate": 0, "human": None}, "https://api.example/x/1",
        "423533ae-1501-49da-8923-7b3840351db4", "277c751813104eed8a1dd4ff2fb5fe62", {"self": "https://x/rest/api/2/y"},
        {"id": 7}, {"url": "https://x", "+1": 0, "-1": 0}, '{"x": [1,', '[{"id": 7}, {"id": ', "{'key': None}",
        '[["a", "b"], ["c"', '{ "x" : 1} and more',
    ],
)  # fmt: skip
def test_what_says_nothing_to_a_person_is_left_out(value: Any) -> None:
    assert readable(value) == ""


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("customfield_10016", {"name": "Story point estimate", "value": 5}, ("Story point estimate", "5")),
        ("customfield_10020", [{"id": 1, "name": "Sprint 42", "state": "active"}], ("Customfield 10020", "Sprint 42")),
        ("fixVersions", [{"name": "3.3"}], ("Fix versions", "3.3")),
        ("milestone", {"id": 1, "title": "v1"}, ("Milestone", "v1")),
        ("assignees", [{"login": "alice"}, {"login": "eve"}], ("Assignees", "alice, eve")),
        ("severity", "major", ("Severity", "major")),
        ("creator", {"displayName": "Eve"}, ("Creator", "Eve")),
        ("date_creation", 1793520001, ("Date creation", datetime(2026, 11, 1, 8, 0, 1, tzinfo=UTC))),
        ("resolvedAt", "2026-11-05T10:00:00.000+0000", ("Resolved at", datetime(2026, 11, 5, 10, tzinfo=UTC))),
        ("cf_parent", {"key": "PAY-77", "fields": {}}, ("Cf parent", "PAY-77")),
    ],
)
def test_a_field_is_named_as_people_name_it(name: str, value: Any, shown: tuple[str, Any]) -> None:
    assert [(field.caption, field.value) for field in shown_extras(ticket(**{name: value}))] == [shown]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("assignees", [{"login": "alice", "id": 1}]),
        ("creator", {"displayName": "Bob"}),
        ("id", "10001"),
        ("projectId", 7),
        ("node_id", "I_kwDOABCDEF5abcdef12345"),
        ("priority_id", 2),
        ("priorityLabel", "High"),
        ("priority", 2),
        ("full_reference", "acme/w#PAY-142"),
        ("labels_applied", ["bug", "ui"]),
        ("last_activity", "2026-11-02T08:00:00Z"),
        ("date_moved", 1793606400),
        ("parent", {"id": "9", "key": "PAY-100", "fields": {"summary": "Tills"}}),
        ("subtasks", [{"key": "PAY-100"}]),
        ("epic", "PAY-100"),
    ],
)
def test_nothing_is_shown_twice_and_no_id(name: str, value: Any) -> None:
    assert shown_extras(ticket(**{name: value})) == []


def test_the_members_of_an_object_of_custom_fields_are_fields() -> None:
    shown = shown_extras(ticket(custom_fields={"cf_area": "web", "cf_id": 3}))
    assert [(field.caption, field.value) for field in shown] == [("Cf area", "web")]


@pytest.mark.parametrize(
    ("name", "caption"),
    [
        ("story_points", "Story points"),
        ("storyPoints", "Story points"),
        ("Story Points", "Story Points"),
        ("System.AreaPath", "Area path"),
        ("dueURL", "Due URL"),
        ("", ""),
        ("工数", "工数"),
    ],
)
def test_a_name_is_written_as_words(name: str, caption: str) -> None:
    assert caption_of(name) == caption


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["{", '{"a": [1]}']),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=30,
)


@given(st.dictionaries(st.text(max_size=12), JSON, max_size=6))
def test_no_json_is_ever_shown(extra: dict[str, Any]) -> None:
    for field in shown_extras(ticket()):
        assert field.value
    for field in shown_extras(Ticket("1", "", "", extra=extra)):
        assert field.value
