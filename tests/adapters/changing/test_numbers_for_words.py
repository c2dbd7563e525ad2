"""Values that stand for words: which number is sent for ``high``, wherever it is told what the numbers mean."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.changing.servers import NUMBER, TEXT, Tracker, tool
from tui_app.adapters.auto.flat_arguments import arguments_of
from tui_app.adapters.changing.numbered import names_of_values
from tui_app.tickets.changes import ChangeKind

TICKET = {"id": "PAY-7", "title": "Login fails", "status": "todo", "priority": "low"}
TWO = {"id": "PAY-7", "priority": 2}


def update(priority: dict[str, Any], about: str = "Update an issue") -> Any:
    return tool("update_issue", {"id!": TEXT, "priority": priority}, about)


@pytest.mark.parametrize(
    "priority",
    [
        {"type": "integer", "enum": [1, 2, 3], "description": "1 = urgent, 2 = high, 3 = low"},
        {"type": "integer", "enum": [1, 2, 3], "enumNames": ["Urgent", "High", "Low"]},
        {"type": "integer", "enum": [1, 2, 3], "x-enum-labels": {"1": "Urgent", "2": "High", "3": "Low"}},
        {"oneOf": [{"const": 1, "title": "Urgent"}, {"const": 2, "title": "High"}, {"const": 3, "title": "Low"}]},
        {"type": "integer", "enum": [1, 2, 3], "description": "Urgent (1), High (2), Low (3)"},
        {"type": "integer", "description": "Urgent (1), High (2) or Low (3)"},
    ],
)
def test_a_number_is_known_by_what_its_schema_or_its_description_calls_it(priority: dict[str, Any]) -> None:
    tracker = Tracker([update(priority)], TICKET)
    assert tracker.sent(ChangeKind.PRIORITY, priority="High") == ("update_issue", TWO)
    assert tracker.asked == []
    refused = tracker.sent(ChangeKind.PRIORITY, priority="hgh")
    assert "does not take 'hgh'" in str(refused)


def test_a_refusal_tells_what_the_numbers_mean() -> None:
    described = {"type": "integer", "enum": [1, 2], "enumNames": ["Urgent", "High"]}
    (argument,) = (one for one in arguments_of(update(described)) if one.name == "priority")
    assert names_of_values(argument, "") == {"urgent": "1", "high": "2"}


def test_a_number_is_known_by_the_tool_that_lists_them() -> None:
    tools = [update(NUMBER), tool("list_priorities", {})]
    for row in ({"id": 2, "name": "High"}, {"level": 2, "label": "High"}, {"value": "2", "title": "High"}):
        other = {name: {2: 1, "2": "1", "High": "Urgent"}[value] for name, value in row.items()}
        tracker = Tracker(tools, TICKET, {"list_priorities": {"priorities": [other, row]}})
        assert tracker.sent(ChangeKind.PRIORITY, priority="high") == ("update_issue", TWO)
    twice = Tracker(tools, TICKET, {"list_priorities": [{"id": 2, "name": "High"}, {"id": 3, "name": "high"}]})
    assert "more than one" in str(twice.sent(ChangeKind.PRIORITY, priority="high"))


def test_a_number_is_known_by_the_word_beside_it_in_the_tickets() -> None:
    mine = {**TICKET, "priority": 1, "priority_label": "Urgent"}
    theirs = {**TICKET, "id": "PAY-8", "priority": 2, "priority_label": "High"}
    tracker = Tracker([update({"type": "integer", "enum": [1, 2, 3]})], mine, {"list_issues": [mine, theirs]})
    assert tracker.sent(ChangeKind.PRIORITY, priority="high") == ("update_issue", TWO)
    assert "does not take 'low'" in str(tracker.sent(ChangeKind.PRIORITY, priority="low"))
    assert tracker.sent(ChangeKind.PRIORITY, priority="2") == ("update_issue", TWO)


def test_a_number_out_of_the_range_is_refused_whatever_a_tool_calls_it() -> None:
    tools = [update({"type": "integer", "minimum": 0, "maximum": 4}), tool("list_priorities", {})]
    tracker = Tracker(tools, TICKET, {"list_priorities": [{"id": 17, "name": "High"}]})
    assert "does not take 17" in str(tracker.sent(ChangeKind.PRIORITY, priority="high"))
