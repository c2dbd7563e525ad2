"""Links: which argument takes this ticket and which the other one, by the names of the arguments."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.changing.servers import NUMBER, TEXT, Tracker, tool
from tui_app.tickets.changes import ChangeKind

TICKET = {"id": "PAY-7", "title": "Login fails", "status": "open"}
VERBS = {"type": "string", "enum": ["blocks", "duplicates", "relates to"]}


@pytest.mark.parametrize(
    ("name", "arguments", "type_", "sent"),
    [
        ("add_issue_link", {"issue_id!": TEXT, "links_to!": TEXT}, "", {"issue_id": "PAY-7", "links_to": "PAY-8"}),
        (
            "create_issue_link",
            {"verb!": VERBS, "subject_id!": TEXT, "object_id!": TEXT},
            "relates to",
            {"verb": "relates to", "subject_id": "PAY-7", "object_id": "PAY-8"},
        ),
        (
            "add_issue_dependency",
            {"issue_id!": TEXT, "dependency_id!": TEXT},
            "",
            {"issue_id": "PAY-7", "dependency_id": "PAY-8"},
        ),
        ("add_related_issue", {"issue_id": TEXT, "target_issue_id!": TEXT}, "", {"target_issue_id": "PAY-8"}),
    ],
)
def test_the_other_end_is_told_by_its_name(
    name: str, arguments: dict[str, Any], type_: str, sent: dict[str, Any]
) -> None:
    made = Tracker([tool(name, arguments)], TICKET).sent(ChangeKind.LINK, type=type_, to="PAY-8")
    assert made == (name, {**({"issue_id": "PAY-7"} if "issue_id" in arguments else {}), **sent})


@pytest.mark.parametrize("name", ["link_linked_id", "relate_related_id", "block_blocked_issue_id"])
def test_one_argument_is_not_both_ends(name: str) -> None:
    link = tool("link_issues", {"issue_id!": TEXT, f"{name}!": TEXT})
    kind = name.partition("_")[0]
    made = Tracker([link], TICKET).sent(ChangeKind.LINK, type=kind, to="PAY-8")
    assert made == ("link_issues", {"issue_id": "PAY-7", name: "PAY-8"}) or str(made).startswith("NotOfferedError")


@pytest.mark.parametrize(
    ("active", "passive"),
    [("blocker_issue_id", "blocked_issue_id"), ("blocking_id", "blocked_id"), ("blocker_issue", "blocked_issue")],
)
@pytest.mark.parametrize(
    ("type_", "forth"), [("blocks", True), ("blocked by", False), ("duplicates", None), ("", None)]
)
def test_names_that_tell_how_two_are_linked_say_which_end_is_which(
    active: str, passive: str, type_: str, forth: bool | None
) -> None:
    """Of a link of another kind they say nothing, so that nothing is sent."""
    link = tool("add_issue_dependency", {f"{active}!": TEXT, f"{passive}!": TEXT})
    made = Tracker([link], TICKET).sent(ChangeKind.LINK, type=type_, to="PAY-8")
    ends = ("PAY-7", "PAY-8") if forth else ("PAY-8", "PAY-7")
    expected = ("add_issue_dependency", dict(zip((active, passive), ends, strict=True)))
    assert made == expected if forth is not None else str(made).startswith("NotOfferedError")


@pytest.mark.parametrize(
    ("other", "sent"), [("PAY-8", 5002), ("pay-8", 5002), ("5003", 5003), ("PAY-9", None), ("OTHER-8", None)]
)
def test_a_number_for_the_other_ticket_is_its_rows_own(other: str, sent: int | None) -> None:
    """Not the digits of its key."""
    rows = [{**TICKET, "id": 5001, "key": "PAY-7"}, {**TICKET, "id": 5002, "key": "PAY-8", "title": "Search is slow"}]
    tools = [
        tool("get_issue", {"key!": TEXT}),
        tool("add_related_issue", {"key!": TEXT, "target_issue_id!": NUMBER}),
    ]

    tracker = Tracker(tools, {**rows[0], "id": "PAY-7"}, {"get_issue": rows[0], "list_issues": rows})
    made = tracker.sent(ChangeKind.LINK, type="", to=other)
    expected = ("add_related_issue", {"key": "PAY-7", "target_issue_id": sent})
    assert made == expected if sent else str(made).startswith("Missing")
