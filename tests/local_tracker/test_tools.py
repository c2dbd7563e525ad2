"""The tools' schemas, what their answers hold, and how wrong arguments are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.local_tracker.conftest import Tracker, tracker_at
from tests.local_tracker.test_search import made_of
from tui_app.local_tracker.tool_schemas import TOOLS
from tui_app.tickets.criteria import DEFAULT_MAX_RESULTS, MAX_RESULTS_LIMIT, SORT_FIELDS

_KINDS: dict[str, Any] = {
    "string": str,
    "integer": int,
    "array": list,
    "object": dict,
    "null": type(None),
}


def assert_fits(value: Any, schema: dict[str, Any]) -> None:
    """Holds ``value`` against the parts of JSON Schema that the tools use."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    assert any(isinstance(value, _KINDS[kind]) for kind in kinds), (value, kinds)
    if isinstance(value, list):
        for item in value:
            assert_fits(item, schema["items"])
    if isinstance(value, dict) and "properties" in schema:
        optional = set(schema["properties"]) - set(schema["required"])
        assert optional <= {"extra"}
        assert set(value) - optional == set(schema["required"])
        for name, item in value.items():
            assert_fits(item, schema["properties"][name])


def output_schema(tool: str) -> dict[str, Any]:
    return next(entry["outputSchema"] for entry in TOOLS if entry["name"] == tool)


def test_every_tool_is_told_in_full(tracker: Tracker) -> None:
    tools = tracker.ask("tools/list")["result"]["tools"]
    assert {tool["name"]: tool["annotations"]["readOnlyHint"] for tool in tools} == {
        "search_tickets": True,
        "get_ticket": True,
        "list_values": True,
        "add_comment": False,
        "update_ticket": False,
        "create_ticket": False,
    }
    for tool in tools:
        assert tool["description"]
        assert tool["inputSchema"]["additionalProperties"] is False
        assert all(schema["description"] for schema in tool["inputSchema"]["properties"].values())
        assert tool["outputSchema"]["type"] == "object"


def test_the_search_takes_what_the_program_can_ask() -> None:
    properties = TOOLS[0]["inputSchema"]["properties"]
    assert set(properties["sort"]["enum"]) == {sign + field for field in SORT_FIELDS for sign in ("", "-")}
    assert (properties["max_results"]["minimum"], properties["max_results"]["maximum"]) == (1, MAX_RESULTS_LIMIT)
    assert properties["max_results"]["default"] == DEFAULT_MAX_RESULTS


def test_answers_fit_their_schemas(tracker: Tracker) -> None:
    for arguments in ({"max_results": 1000}, {"text": "nothing at all"}, {"status": ["opn"]}):
        assert_fits(tracker.search(**arguments), output_schema("search_tickets"))
    assert_fits(tracker.call("list_values"), output_schema("list_values"))
    for ticket_id in tracker.ids(max_results=1000):
        assert_fits(tracker.call("get_ticket", id=ticket_id), output_schema("get_ticket"))


def test_a_bare_ticket_fits_the_schema_too(tmp_path: Path) -> None:
    with tracker_at(made_of(tmp_path / "t.db", {})) as tracker:
        assert_fits(tracker.search(), output_schema("search_tickets"))
        ticket = tracker.call("get_ticket", id="T-1")
    assert_fits(ticket, output_schema("get_ticket"))
    assert (ticket["assignee"], ticket["labels"], ticket["comments"]) == (None, [], [])


def test_a_ticket_opens_with_comments_and_history(tracker: Tracker) -> None:
    ticket_id = tracker.ids(text='"Pull the plug"', max_results=1) or tracker.ids(text="power cut", max_results=1)
    ticket = tracker.call("get_ticket", id=ticket_id[0])
    assert len(ticket["comments"]) >= 2
    moments = [comment["created_at"] for comment in ticket["comments"]]
    assert moments == sorted(moments)
    assert [change["after"] for change in ticket["history"] if change["field"] == "status"][-1] == ticket["status"]


@pytest.mark.parametrize("spelling", ["T-1", "t-1", " T-1 "])
def test_an_id_is_understood_as_people_type_it(tmp_path: Path, spelling: str) -> None:
    with tracker_at(made_of(tmp_path / "t.db", {})) as tracker:
        assert tracker.call("get_ticket", id=spelling)["id"] == "T-1"


def test_an_unknown_id_is_named(tracker: Tracker) -> None:
    assert "NOPE-1" in tracker.refusal("get_ticket", id="NOPE-1")


def test_values_are_those_that_exist(tracker: Tracker) -> None:
    values = tracker.call("list_values")
    assert values["priority"] == ["urgent", "high", "medium", "low"]
    assert values["project"] == ["DATA", "HELP", "MOB", "OPS", "PAY", "WEB"]
    assert values["status"] == ["blocked", "cancelled", "done", "in progress", "in review", "open"]
    assert "" not in values["assignee"]
    assert "printing" in values["labels"]
    assert values["me"] == "Mara Lindqvist"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_results": 0}, "max_results: 0 is not allowed. It takes a whole number from 1 to 1000."),
        ({"max_results": 1001}, "max_results: 1001 is not allowed. It takes a whole number from 1 to 1000."),
        ({"max_results": "x"}, 'max_results: "x" is not allowed. It takes a whole number from 1 to 1000.'),
        ({"max_results": True}, "max_results: true is not allowed. It takes a whole number from 1 to 1000."),
        ({"max_results": 1.5}, "max_results: 1.5 is not allowed. It takes a whole number from 1 to 1000."),
        ({"status": 5}, "status: 5 is not allowed. It takes a list of at most 100 texts."),
        ({"status": [1]}, "status: [1] is not allowed. It takes a list of at most 100 texts."),
        ({"labels": ["x"] * 101}, "labels: "),
        ({"text": 7}, "text: 7 is not allowed. It takes text of at most 2000 characters."),
        ({"text": "x" * 2001}, "text: "),
        ({"sort": "colour"}, 'sort: "colour" is not allowed. It takes one of: id, -id, title'),
        ({"created_after": "soon"}, "created_after: 'soon' is not a date that exists. It takes an ISO 8601 date"),
        ({"created_before": "2026-02-30"}, "created_before: '2026-02-30' is not a date that exists."),
        ({"updated_after": "0001-01-01T00:00+23:00"}, "updated_after: "),
        ({"created_after": "2026-02-02", "created_before": "2026-02-01"}, "created_after: it is later than"),
        ({"colour": "red"}, "There is no argument 'colour'. It can be: text, openness, status, assignee"),
    ],
)
def test_a_wrong_argument_is_named_with_what_it_takes(
    tracker: Tracker, arguments: dict[str, Any], message: str
) -> None:
    assert tracker.refusal("search_tickets", **arguments).startswith(message)


def test_a_missing_argument_is_named(tracker: Tracker) -> None:
    assert (
        tracker.refusal("get_ticket")
        == "id: it is missing. It takes text that is not empty of at most 2000 characters."
    )


def test_null_counts_as_not_given(tracker: Tracker) -> None:
    assert tracker.search(text=None, status=None, max_results=None, cursor=None)["total"] == tracker.search()["total"]


def test_a_whole_number_may_come_as_a_float(tracker: Tracker) -> None:
    assert len(tracker.ids(max_results=3.0)) == 3
