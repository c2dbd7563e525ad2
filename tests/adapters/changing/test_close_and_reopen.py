"""Closing and reopening where no status is called so: by the kinds of the statuses that the tracker lists or shows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.changing.servers import TEXT, Tracker, tool
from tests.cases import one_quick
from tui_app.tickets.changes import ChangeKind

FLAG = {"type": "boolean"}


def enum(*values: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "enum": list(values), **more}


def ticket(status: str) -> dict[str, Any]:
    return {"id": "PAY-7", "title": "Login fails", "status": status}


BOARD = ("backlog", "todo", "doing", "done")
LANGUAGE = ("Offen", "In Arbeit", "Erledigt")
WORDS = {"type": "string", "description": "New status: planned, building, shipped"}


@pytest.mark.parametrize(
    ("kind", "status", "values", "sent"),
    one_quick(
        (ChangeKind.REOPEN, "done", enum("todo", "doing", "done"), {"status": "todo"}),
        (ChangeKind.REOPEN, "Erledigt", enum(*LANGUAGE), {"status": "Offen"}),
        (ChangeKind.CLOSE, "Offen", enum(*LANGUAGE), {"status": "Erledigt"}),
        (ChangeKind.CLOSE, "building", WORDS, {"status": "shipped"}),
        (ChangeKind.REOPEN, "shipped", WORDS, {"status": "planned"}),
        (ChangeKind.CLOSE, "todo", enum("todo", "verified", "wontfix"), {"status": "verified"}),
        (ChangeKind.REOPEN, "2", {"type": "integer", "description": "0=todo, 1=doing, 2=done"}, {"status": 0}),
    ),
)
def test_the_only_status_that_means_it_is_set(
    kind: ChangeKind, status: str, values: dict[str, Any], sent: dict[str, Any]
) -> None:
    tracker = Tracker([tool("update_issue", {"id!": TEXT, "status": values})], ticket(status))
    assert tracker.sent(kind) == ("update_issue", {"id": "PAY-7", **sent})


@pytest.mark.parametrize(
    ("kind", "status", "values", "named"),
    one_quick(
        (ChangeKind.REOPEN, "done", enum(*BOARD), ("'backlog', 'todo'",)),
        (ChangeKind.CLOSE, "new", enum("new", "released", "verified"), ("'released', 'verified'",)),
        (ChangeKind.CLOSE, "red", enum("red", "green"), ("'red', 'green'", "is known to mean")),
    ),
)
def test_what_may_mean_several_or_none_is_refused_with_the_values_named(
    kind: ChangeKind, status: str, values: dict[str, Any], named: tuple[str, ...]
) -> None:
    said = Tracker([tool("update_issue", {"id!": TEXT, "status": values})], ticket(status)).sent(kind)
    assert str(said).startswith("MissingInputError")
    assert all(words in str(said) for words in named)


def test_of_several_it_is_the_one_that_a_new_ticket_gets() -> None:
    tools = [
        tool("update_issue", {"id!": TEXT, "status": enum(*BOARD)}),
        tool("create_issue", {"title!": TEXT, "status": enum(*BOARD, default="todo")}),
    ]
    assert Tracker(tools, ticket("done")).sent(ChangeKind.REOPEN) == ("update_issue", {"id": "PAY-7", "status": "todo"})


def test_where_no_tool_lists_statuses_those_of_the_tickets_count() -> None:
    rows = [{**ticket(status), "id": f"PAY-{n}"} for n, status in enumerate(("Ready", "Building", "Live", "Shipped"))]
    tracker = Tracker(
        [tool("set_issue_status", {"id!": TEXT, "status!": TEXT})], ticket("Shipped"), {"list_issues": rows}
    )
    assert tracker.sent(ChangeKind.REOPEN) == ("set_issue_status", {"id": "PAY-7", "status": "Ready"})


def test_a_transition_is_known_by_where_it_leads() -> None:
    tools = [
        tool("transition_issue", {"issue_id!": TEXT, "transition_id!": TEXT}),
        tool("get_transitions", {"issue_id!": TEXT}),
    ]
    offered = [
        {"id": "11", "name": "Back", "to": {"name": "Backlog"}},
        {"id": "21", "name": "Go", "to": {"name": "Live"}},
    ]
    tracker = Tracker(tools, ticket("Shipped"), {"get_transitions": offered})
    assert tracker.sent(ChangeKind.REOPEN) == ("transition_issue", {"issue_id": "PAY-7", "transition_id": "11"})


@pytest.mark.parametrize(
    ("kind", "status"),
    [(ChangeKind.REOPEN, "doing"), (ChangeKind.REOPEN, "backlog"), (ChangeKind.CLOSE, "Rejected")],
)
def test_a_ticket_that_is_so_already_keeps_its_status(kind: ChangeKind, status: str) -> None:
    statuses = enum("backlog", "todo", "doing", "Rejected", "Verified")
    assert Tracker([tool("update_issue", {"id!": TEXT, "status": statuses})], ticket(status)).sent(kind) == "already"


def test_a_flag_that_says_whether_it_is_over_closes_and_opens() -> None:
    row = {"id": "k1", "name": "Login fails", "completed": False}
    tools = [tool("update_issue", {"id!": TEXT, "name": TEXT, "completed": FLAG, "delete": FLAG})]
    tracker = Tracker(tools, row)
    call, fresh = tracker.call(ChangeKind.CLOSE), tracker.fresh()
    assert (call.tool, dict(call.arguments)) == ("update_issue", {"id": "k1", "completed": True})
    assert tracker.changes.verified(call, fresh, tracker.fresh()) is False
    tracker.ticket["completed"] = True
    assert tracker.changes.verified(call, fresh, tracker.fresh()) is True
    assert tracker.sent(ChangeKind.REOPEN) == ("update_issue", {"id": "k1", "completed": False})
    offered = {action.kind: action.tool for action in tracker.changes.actions()}
    assert (offered[ChangeKind.CLOSE], offered[ChangeKind.REOPEN]) == ("update_issue", "update_issue")


def test_a_value_that_was_answered_is_sent_and_looked_for() -> None:
    tracker = Tracker([tool("update_issue", {"id!": TEXT, "status": enum(*BOARD)})], ticket("done"))
    call = tracker.call(ChangeKind.REOPEN, {"status": "todo"})
    assert (dict(call.arguments), dict(call.after)) == ({"id": "PAY-7", "status": "todo"}, {"status": "todo"})


@pytest.mark.parametrize(
    ("tools", "back"),
    [
        (("close_issue", "reopen_issue"), ChangeKind.REOPEN),
        (("close_issue",), None),
        (("close_issue", "set_issue_status"), ChangeKind.STATUS),
    ],
)
def test_closing_can_be_taken_back_where_a_tool_does_that(tools: tuple[str, ...], back: ChangeKind | None) -> None:
    offered = [tool(name, {"id!": TEXT, **({"status!": TEXT} if "status" in name else {})}) for name in tools]
    undo = Tracker(offered, ticket("todo")).call(ChangeKind.CLOSE).undo
    assert (undo.kind if undo else None) is back


def test_statuses_of_other_things_than_tickets_do_not_count() -> None:
    """A release is planned and released; an issue beside it is not."""
    tools = [
        tool("set_issue_status", {"id!": TEXT, "status!": TEXT}),
        tool("transition_release", {"release_id!": TEXT, "status!": enum("planned", "released")}),
    ]
    said = Tracker(tools, ticket("doing")).sent(ChangeKind.CLOSE)
    assert str(said).startswith("MissingInputError")
    assert "'doing'" in str(said)
    assert "released" not in str(said)


def test_what_a_tool_says_is_possible_now_counts_before_what_tickets_have() -> None:
    tools = [
        tool("set_issue_status", {"id!": TEXT, "status!": TEXT}),
        tool("get_available_transitions", {"issue!": TEXT}),
    ]
    rows = [{**ticket("released"), "id": "PAY-8"}]
    answers = {"list_issues": rows, "get_available_transitions": {"transitions": ["shipped", "cancelled"]}}
    tracker = Tracker(tools, ticket("doing"), answers)
    assert tracker.sent(ChangeKind.CLOSE) == ("set_issue_status", {"id": "PAY-7", "status": "shipped"})


def test_a_status_that_a_ticket_shows_by_its_id_is_known_by_the_list_of_statuses() -> None:
    tools = [tool("update_issue", {"id!": TEXT, "status_id": TEXT}), tool("list_statuses", {})]
    listed = [{"id": "s-1", "name": "Todo"}, {"id": "s-2", "name": "Doing"}, {"id": "s-3", "name": "Shipped"}]
    row = {"id": "PAY-7", "title": "Login fails", "status": "s-2"}
    assert Tracker(tools, row, {"list_statuses": listed}).sent(ChangeKind.REOPEN) == "already"
    closed = Tracker(tools, {**row, "status": "s-3"}, {"list_statuses": listed})
    assert closed.sent(ChangeKind.REOPEN) == ("update_issue", {"id": "PAY-7", "status_id": "s-1"})


@pytest.mark.parametrize(
    ("kind", "values", "leads_to"),
    [
        (ChangeKind.CLOSE, {}, "In Review"),
        (ChangeKind.CLOSE, {}, "Rejected"),
        (ChangeKind.STATUS, {"status": "Done"}, "In Review"),
    ],
)
def test_a_transition_that_is_called_like_a_status_but_leads_elsewhere_is_not_taken(
    kind: ChangeKind, values: dict[str, Any], leads_to: str
) -> None:
    tools = [tool("transition_issue", {"id!": TEXT, "transition_id!": TEXT}), tool("get_transitions", {"id!": TEXT})]
    ways = [
        {"id": "1", "name": "Done", "to": {"name": leads_to}},
        {"id": "2", "name": "Start", "to": {"name": "Doing"}},
    ]
    tracker = Tracker(tools, ticket("open"), {"get_transitions": {"transitions": ways}})
    assert str(tracker.sent(kind, **values)).startswith("MissingInputError")
    assert tracker.sent(ChangeKind.STATUS, status="Start") == (
        "transition_issue",
        {"id": "PAY-7", "transition_id": "2"},
    )
