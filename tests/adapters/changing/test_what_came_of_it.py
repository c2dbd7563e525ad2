"""What an answer says of a change, and whether a fresh read shows it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.adapters.changing.servers import TEXT, TEXTS, Tracker, answer, tool
from tui_app.adapters.changing.outcomes import pause_asked
from tui_app.adapters.changing.protocol import WriteCall
from tui_app.tickets.changes import ChangeKind

TICKET = {"id": "PAY-7", "title": "Login fails", "status": "todo", "labels": ["ui"], "comments": []}
TOOLS = [
    tool("update_issue", {"id!": TEXT, "title": TEXT, "status": TEXT, "labels": TEXTS, "assignee": TEXT}),
    tool("add_comment", {"issue_id!": TEXT, "body!": TEXT}),
    tool("link_issues", {"source!": TEXT, "target!": TEXT, "link_type!": TEXT}),
]
CALL = WriteCall(
    "update_issue", {"id": "PAY-7", "title": "Error: not found"}, {"title": "Old"}, {"title": "Error: not found"}
)

REFUSING = [
    "Ticket #999 not found.",
    "No permission to modify ticket 3",
    {"status": "refused", "reason": "the workflow forbids it"},
    {"status": "task_not_found"},
    "status_code: 422\nbody: Subject cannot be blank",
    {"success": False, "message": "nothing done"},
    {"error": "Story is locked"},
    "The field 'status' must be one of: open, closed",
]


@pytest.mark.parametrize("said", REFUSING, ids=str)
def test_an_answer_that_refuses_without_an_error_is_a_refusal(said: object) -> None:
    assert Tracker(TOOLS, TICKET).changes.verdict(CALL, answer(said)).refusal is not None


@pytest.mark.parametrize(
    "said",
    [
        "Updated PAY-7: Error: not found",
        {"id": "PAY-7", "title": "Error: not found", "status": "rejected", "errors": ["one"]},
        {"ok": True, "issue": {"id": "PAY-7", "title": "permission denied", "status": "failed"}},
        "done",
    ],
    ids=str,
)
def test_words_of_refusal_in_the_ticket_itself_are_no_refusal(said: object) -> None:
    verdict = Tracker(TOOLS, TICKET).changes.verdict(CALL, answer(said))
    assert (verdict.refusal, verdict.unknown) == (None, "")


def test_a_part_that_failed_leaves_it_open_what_was_done() -> None:
    verdict = Tracker(TOOLS, TICKET).changes.verdict(CALL, answer({"updated": 3, "failed": [{"id": 4}]}))
    assert verdict.refusal is None
    assert "a part failed" in verdict.unknown


LOST = [
    "Error: Request timed out after 30000ms",
    "504 Gateway Timeout",
    "socket hang up",
    "httpx.ReadTimeout",
    "read ECONNRESET",
    "HTTP 502 Bad Gateway",
    "The request may have been processed. Please check.",
    {"success": False, "message": "upstream connection was reset"},
    {"error": "TypeError: fetch failed"},
    {"status": "error", "message": "Internal server error"},
]


@pytest.mark.parametrize("is_error", [True, False])
@pytest.mark.parametrize("said", LOST, ids=str)
def test_an_error_of_somebody_who_lost_the_answer_leaves_it_open_what_was_done(said: object, is_error: bool) -> None:
    verdict = Tracker(TOOLS, TICKET).changes.verdict(CALL, replace(answer(said), is_error=is_error))
    assert verdict.refusal is None
    assert verdict.unknown


@pytest.mark.parametrize(
    "said",
    [
        "Transition to Cancelled is not allowed",
        "Connection refused",
        "Field 'timeout' must be a number",
        "issue 502 not found",
        "Invalid title: Login timed out",
    ],
)
def test_a_refusal_stays_one_whatever_it_is_about(said: str) -> None:
    call = WriteCall("update_issue", {"id": "PAY-7", "title": "Login timed out"}, {"title": "x"}, {"title": "x"})
    for is_error in (True, False):
        assert Tracker(TOOLS, TICKET).changes.verdict(call, replace(answer(said), is_error=is_error)).refusal


@pytest.mark.parametrize("said", ["Version conflict: 4, now 6", {"success": False, "message": "409 Conflict"}], ids=str)
def test_a_refusal_for_another_version_is_a_conflict(said: object) -> None:
    assert Tracker(TOOLS, TICKET).changes.verdict(CALL, answer(said)).conflict


@pytest.mark.parametrize(
    ("said", "created"),
    [
        ({"id": "PAY-8", "title": "New", "status": "todo"}, "PAY-8"),
        ({"success": True, "issue": {"key": "PAY-9"}}, "PAY-9"),
        ("Created issue PAY-10: New", "PAY-10"),
        ({"project": {"id": 3, "key": "PAY"}, "actor": {"id": 4}, "issue": {"key": "PAY-11"}}, "PAY-11"),
        ({"id": 2, "project_id": 1, "title": "New", "status": "new", "key": "PAY", "identifier": "PAY-13"}, "PAY-13"),
        ({"request": {"id": 7}, "made": {"id": "PAY-12", "text": "New"}}, "PAY-12"),
    ],
)
def test_the_id_of_a_new_ticket_is_read_from_the_answer(said: object, created: str) -> None:
    call = WriteCall("create_issue", {"title": "New"}, {"title": None}, {"title": "New"})
    assert Tracker(TOOLS, TICKET).changes.verdict(call, answer(said)).created == created


CHANGES: list[tuple[ChangeKind, dict[str, Any], dict[str, Any], bool | None]] = [
    (ChangeKind.TITLE, {"title": "New"}, {"title": "New"}, True),
    (ChangeKind.TITLE, {"title": "New"}, {}, False),
    (ChangeKind.LABELS, {"add": ["api"]}, {"labels": ["api", "ui"]}, True),
    (ChangeKind.LABELS, {"add": ["api"]}, {"labels": ["api"]}, False),
    (ChangeKind.ASSIGN, {"assignee": "bob"}, {"assignee": "Bob"}, True),
    (ChangeKind.ASSIGN, {"assignee": "bob"}, {"assignee": "Bob Brown"}, None),
    (ChangeKind.ASSIGN, {"assignee": "bob"}, {"assignee": None}, False),
    (ChangeKind.ASSIGN, {"assignee": "bob"}, {}, None),
    (ChangeKind.LINK, {"type": "blocks", "to": "PAY-8"}, {"links": [{"type": "blocks", "id": "PAY-8"}]}, True),
    (ChangeKind.LINK, {"type": "blocks", "to": "PAY-8"}, {"links": [{"type": "blocks", "id": "PAY-9"}]}, None),
    (ChangeKind.COMMENT, {"text": "Hello  you"}, {"comments": [{"author": "a", "body": "Hello you"}]}, True),
    (ChangeKind.COMMENT, {"text": "Hello"}, {"description": "Text\n\nHello"}, True),
    (ChangeKind.COMMENT, {"text": "Hello"}, {"comments": [{"author": "a", "body": "Other"}]}, None),
]


@pytest.mark.parametrize(("kind", "values", "later", "shown"), CHANGES)
def test_a_fresh_read_shows_the_change_or_does_not(
    kind: ChangeKind, values: dict[str, Any], later: dict[str, Any], shown: bool | None
) -> None:
    tracker = Tracker(TOOLS, TICKET)
    call, before = tracker.call(kind, **values), tracker.fresh()
    tracker.ticket.update(later)
    assert tracker.changes.verified(call, before, tracker.fresh()) is shown


def test_no_ticket_is_created_by_a_new_title() -> None:
    said = answer({"id": "PAY-7", "title": "Error: not found"})
    assert Tracker(TOOLS, TICKET).changes.verdict(CALL, said).created == ""


@pytest.mark.parametrize(
    ("kind", "before", "after", "shown"),
    [
        (ChangeKind.CLOSE, "todo", "done", True),
        (ChangeKind.CLOSE, "todo", "in progress", False),
        (ChangeKind.CLOSE, "todo", "todo", False),
        (ChangeKind.REOPEN, "done", "todo", True),
    ],
)
def test_a_tool_without_a_status_has_closed_it_if_the_tracker_calls_it_so(
    kind: ChangeKind, before: str, after: str, shown: bool
) -> None:
    tools = [tool("close_issue", {"id!": TEXT}), tool("reopen_issue", {"id!": TEXT})]
    tracker = Tracker(tools, {**TICKET, "status": before})
    call, fresh = tracker.call(kind), tracker.fresh()
    tracker.ticket["status"] = after
    assert bool(tracker.changes.verified(call, fresh, tracker.fresh())) is shown


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("retry after 2m", 120), ("retry after 2 min", 120), ("retry after 250ms", 0.25), ("retry after 1 h", 3600),
     ("retry after 3 milliseconds", 0.003), ("retry after 7 s", 7), ("retry after 7", 7)],
)  # fmt: skip
def test_how_long_a_tracker_asks_to_wait(words: str, seconds: float) -> None:
    assert pause_asked(f"429 Too many requests: {words}") == pytest.approx(seconds)


@pytest.mark.parametrize(("text", "shown"), [("# New\n\nPaper is **stuck**.", True), ("# New", None)])
def test_a_new_ticket_shows_its_text_below_a_heading_of_the_tracker(text: str, shown: bool | None) -> None:
    tracker = Tracker([tool("create_issue", {"title!": TEXT, "description": TEXT})], TICKET)
    call = tracker.call(ChangeKind.CREATE, title="New", description="Paper is **stuck**.")
    tracker.ticket |= {"title": "New", "description": text}
    assert tracker.changes.verified(call, None, tracker.fresh()) is shown
