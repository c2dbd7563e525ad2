"""Tools with a catch: those that only try, that mail customers, that lock, that answer with another ticket."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.changing.servers import NUMBER, TEXT, Tracker, answer, tool
from tui_app.tickets.changes import ChangeKind

TICKET = {"id": "PAY-7", "title": "Login fails", "status": "todo", "etag": 'W/"4"', "assignee": "bob"}
FLAG = {"type": "boolean"}
TITLE = {"id!": TEXT, "title": TEXT}
NEW = {"id": "PAY-7", "title": "New"}


def test_a_tool_that_only_tries_unless_told_otherwise_is_told_so() -> None:
    in_words = {**FLAG, "description": "Only show what would change (default: true)"}
    for catch, about, sent in (
        ({"dry_run": {**FLAG, "default": True}}, "", {"dry_run": False}),
        ({"isDryRun!": FLAG}, "", {"isDryRun": False}),
        ({"simulate": in_words}, "", {"simulate": False}),
        ({"validateOnly": FLAG}, "Checks by default; set validateOnly=false to apply.", {"validateOnly": False}),
        ({"dry_run": FLAG}, "Update an issue.", {}),
        ({"dry_run": {**FLAG, "default": False}}, "", {}),
    ):
        tracker = Tracker([tool("update_issue", {**TITLE, **catch}, about)], TICKET)
        assert tracker.sent(ChangeKind.TITLE, title="New") == ("update_issue", {**NEW, **sent})


def test_what_was_only_tried_is_a_refusal() -> None:
    tracker = Tracker([tool("create_issue", {"title!": TEXT, "dry_run": {**FLAG, "default": True}})], TICKET)
    made = answer({"dry_run": True, "issue": {"id": "PAY-8", "title": "New"}})
    verdict = tracker.changes.verdict(tracker.call(ChangeKind.CREATE, title="New"), made)
    assert "only tried" in str(verdict.refusal)
    tried = tracker.call(ChangeKind.CREATE, {"dry_run": "true"}, title="New")
    assert tracker.changes.verdict(tried, answer({"id": "PAY-8"})).refusal
    shown = tracker.changes.verdict(tried, answer({"id": "PAY-8", "title": "New", "preview": "The first words"}))
    assert "dry_run" in str(shown.refusal)


@pytest.mark.parametrize(
    ("readers", "about", "sent"),
    [
        ({"visibility": {"enum": ["internal", "public"]}}, "", {"visibility": "internal"}),
        ({"is_public": FLAG}, "Add a comment. Public unless is_public is false.", {"is_public": False}),
        ({"public": FLAG}, "Add a comment. Only service desks know public ones.", {}),
        ({"visible_to_customer": {**FLAG, "default": True}}, "", {"visible_to_customer": False}),
        ({"notify_requester": {**FLAG, "default": True}}, "", {}),
        ({"is_internal": {**FLAG, "default": False}}, "", {"is_internal": True}),
    ],
)
def test_customers_read_a_comment_only_where_that_was_said(
    readers: dict[str, Any], about: str, sent: dict[str, Any]
) -> None:
    tracker = Tracker([tool("add_comment", {"id!": TEXT, "text!": TEXT, **readers}, about)], TICKET)
    assert tracker.sent(ChangeKind.COMMENT, text="Hi") == ("add_comment", {"id": "PAY-7", "text": "Hi", **sent})


@pytest.mark.parametrize(
    ("flag", "about", "internal", "public"),
    [
        ("send", "Reply to the ticket by email. With send=false (the default) it is an internal note.", False, True),
        ("mailed", "Reply to the ticket. If mailed is false, only staff see it; else customers do.", False, True),
        ("queued", "Reply to the ticket. With queued=true it is private.", True, False),
    ],
)
def test_a_flag_whose_description_says_who_reads_the_comment_is_sent_with_it(
    flag: str, about: str, internal: bool, public: bool
) -> None:
    reply = tool("reply_to_customer", {"id!": TEXT, "text!": TEXT, flag: {**FLAG, "default": internal}}, about)
    tracker = Tracker([reply], TICKET)
    for readers, sent in (("public", public), ("internal", internal)):
        call = tracker.call(ChangeKind.COMMENT, text="Hi", visibility=readers)
        assert (call.arguments[flag], call.visibility) == (sent, readers)


def test_a_word_for_customers_that_is_the_default_makes_a_comment_public() -> None:
    audience = {**TEXT, "description": "'team' or 'customer'. Default: customer"}
    tracker = Tracker([tool("add_comment", {"id!": TEXT, "text!": TEXT, "audience": audience})], TICKET)
    assert tracker.call(ChangeKind.COMMENT, text="Hi").visibility == "public"


def test_the_readers_in_a_tools_name_do_not_hide_it() -> None:
    tools = [
        tool("add_internal_note", {"issue_id!": TEXT, "text!": TEXT}, "Add a note that only agents see."),
        tool("reply_to_customer", {"issue_id!": TEXT, "text!": TEXT}, "Send a public reply."),
    ]
    ways: list[tuple[dict[str, Any], str]] = [
        ({}, "add_internal_note"),
        ({"visibility": "public"}, "reply_to_customer"),
    ]
    for said, name in ways:
        assert Tracker(tools, TICKET).call(ChangeKind.COMMENT, text="Hi", **said).tool == name
    about_else = [tool("add_internal_release", {"issue_id!": TEXT, "text!": TEXT})]
    assert "None of" in str(Tracker(about_else, TICKET).sent(ChangeKind.COMMENT, text="Hi"))


def test_a_comment_in_an_object_of_its_own_has_its_readers_beside_it() -> None:
    body = {"type": "object", "properties": {"body": TEXT, "public": {**FLAG, "default": True}}, "required": ["body"]}
    tracker = Tracker([tool("update_issue", {**TITLE, "comment": body})], TICKET)
    sent = {"id": "PAY-7", "comment": {"body": "Hi", "public": False}}
    assert tracker.sent(ChangeKind.COMMENT, text="Hi") == ("update_issue", sent)


def test_a_lock_is_what_the_ticket_has_under_another_name_for_it() -> None:
    tracker = Tracker([tool("update_issue", {**TITLE, "if_match!": TEXT})], TICKET)
    assert tracker.sent(ChangeKind.TITLE, title="New") == ("update_issue", {**NEW, "if_match": 'W/"4"'})


def test_a_transition_takes_only_what_it_offers_in_its_own_spelling() -> None:
    tools = [
        tool("get_transitions", {"id!": TEXT}),
        tool("transition_issue", {"id!": TEXT, "transition_id!": TEXT, "resolution": TEXT}),
    ]
    fields = {"resolution": {"required": True, "name": "Resolution", "allowedValues": [{"name": "Fixed"}]}}
    way = {"id": "31", "name": "Close", "to": {"name": "closed"}, "fields": fields}
    tracker = Tracker(tools, TICKET, {"get_transitions": {"transitions": [way]}})
    sent = {"id": "PAY-7", "transition_id": "31", "resolution": "Fixed"}
    assert tracker.sent(ChangeKind.CLOSE, {"resolution": "fixed"}) == ("transition_issue", sent)
    assert "does not take 'Nope'" in str(tracker.sent(ChangeKind.CLOSE, {"resolution": "Nope"}))


def test_of_two_people_of_one_name_none_is_taken_where_a_tool_takes_names() -> None:
    tools = [
        tool("list_users", {}),
        tool("assign_issue", {"id!": TEXT, "assignee!": {**TEXT, "description": "Display name"}}),
    ]
    people = [{"id": "u1", "name": "Ana Diaz"}, {"id": "u2", "name": "Ana Diaz"}, {"id": "u3", "name": "Bo Li"}]
    tracker = Tracker(tools, TICKET, {"list_users": {"users": people}})
    assert "more than one" in str(tracker.sent(ChangeKind.ASSIGN, assignee="Ana Diaz"))
    assert tracker.sent(ChangeKind.ASSIGN, assignee="Bo Li") == ("assign_issue", {"id": "PAY-7", "assignee": "Bo Li"})
    assert isinstance(tracker.sent(ChangeKind.ASSIGN, assignee="Cy"), tuple)


def test_an_empty_title_or_priority_is_no_wish() -> None:
    tracker = Tracker([tool("update_issue", {**TITLE, "priority": TEXT})], TICKET)
    for kind, name in ((ChangeKind.TITLE, "title"), (ChangeKind.PRIORITY, "priority")):
        for nothing in ("", "  "):
            assert "is empty" in str(tracker.sent(kind, None, **{name: nothing}))


@pytest.mark.parametrize(
    ("said", "shows"),
    [
        ({"id": "PAY-8", "title": "New"}, ("PAY-8",)),
        ({"id": "PAY-7", "title": "New"}, ()),
        ({"issue": {"id": "PAY-9", "title": "Other"}}, ("PAY-9",)),
        ({"ok": True}, ()),
        ({"assignee": {"id": "u9", "name": "Bob"}}, ()),
        ("Updated", ()),
    ],
)
def test_a_ticket_in_the_answer_that_was_not_named_is_told(said: object, shows: tuple[str, ...]) -> None:
    tracker = Tracker([tool("update_issue", TITLE)], TICKET)
    verdict = tracker.changes.verdict(tracker.call(ChangeKind.TITLE, title="New"), answer(said))
    assert (verdict.refusal, verdict.shows) == (None, shows)
    comment = answer({"id": "c-8", "title": "Re: Login fails", "body": "Hi"})
    tracker = Tracker([tool("add_comment", {"id!": TEXT, "text!": TEXT})], TICKET)
    assert tracker.changes.verdict(tracker.call(ChangeKind.COMMENT, text="Hi"), comment).shows == ()


def test_the_only_one_of_a_batch_that_failed_is_a_refusal() -> None:
    item = {"type": "object", "properties": {"id": TEXT, "title": TEXT}, "required": ["id"]}
    tracker = Tracker([tool("update_issues", {"items!": {"type": "array", "items": item}})], TICKET)
    call = tracker.call(ChangeKind.TITLE, title="New")
    nothing: list[dict[str, Any]] = [{"updated": []}, {"updated": 0}, {}]
    for done in nothing:
        verdict = tracker.changes.verdict(call, answer({**done, "failed": [{"id": "PAY-7", "error": "locked"}]}))
        assert "locked" in str(verdict.refusal)
    assert tracker.changes.verdict(call, answer({"updated": ["PAY-7"], "failed": [{"id": "PAY-9"}]})).unknown


def test_a_new_ticket_that_waits_in_a_queue_is_not_made_yet() -> None:
    tracker = Tracker([tool("create_issue", {"title!": TEXT})], TICKET)
    verdict = tracker.changes.verdict(
        tracker.call(ChangeKind.CREATE, title="New"), answer({"status": "queued", "id": "job-5"})
    )
    assert (verdict.unknown, verdict.created) == ("status: queued", "")


@pytest.mark.parametrize(
    ("comments", "beside", "shown"),
    [(3, {}, False), (20, {}, None), (7, {"total": 45}, None), (7, {"has_more": True}, None), (7, {"total": 7}, False)],
)
def test_a_comment_that_one_page_of_them_does_not_show_may_be_there(
    comments: int, beside: dict[str, Any], shown: bool | None
) -> None:
    page = {"comments": [{"author": "a", "body": f"Comment {number}"} for number in range(comments)], **beside}
    tools = [
        tool("add_comment", {"id!": TEXT, "text!": TEXT}),
        tool("list_comments", {"id!": TEXT, "page": NUMBER}),
    ]
    tracker = Tracker(tools, {**TICKET, **page})
    call, before = tracker.call(ChangeKind.COMMENT, text="Hello"), tracker.fresh()
    assert len(before.ticket.comments) == comments
    assert tracker.changes.verified(call, before, tracker.fresh()) is shown


def test_whoever_has_a_ticket_is_not_assigned_it_again() -> None:
    tools = [tool("list_users", {}), tool("assign_issue", {"id!": TEXT, "user_id!": TEXT})]
    people = {"list_users": {"users": [{"id": "u1", "name": "bob", "email": "bob@example.com"}]}}
    for wish in ("me", "bob"):
        assert Tracker(tools, TICKET, people, me="bob").sent(ChangeKind.ASSIGN, assignee=wish) == "already"
    several = Tracker(tools, {**TICKET, "assignee": "bob", "assignees": ["bob", "mia"]}, people)
    assert several.sent(ChangeKind.ASSIGN, assignee="bob@example.com") != "already"
