"""What an argument takes or means, where another argument, another tool or its default tells."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.changing.servers import NUMBER, TEXT, TEXTS, Tracker, tool
from tui_app.tickets.changes import ChangeKind

TICKET = {"id": "PAY-7", "title": "Login fails", "status": "open", "priority": "low", "labels": ["ui"]}
HERE = {"number": 7, "title": "Login fails", "state": "open", "html_url": "https://github.com/acme/pay/issues/7"}


# ------------------------------------------------------------------------------ where a ticket lies


def _of_repositories(**more: Any) -> Tracker:
    place = {"repo!": TEXT, "issue_number!": NUMBER, "owner": TEXT}
    tools = [
        tool("list_issues", {"repo": TEXT}),
        tool("get_issue", place),
        tool("add_issue_comment", {**place, "body!": TEXT}),
        tool("update_issue", {**place, "title": TEXT, "state": TEXT, **more}),
        tool("create_issue", {"repo!": TEXT, "owner": TEXT, "title!": TEXT}),
    ]
    return Tracker(tools, {**HERE, "id": "7"})


def test_nobody_is_assigned_as_the_owner_of_a_repository() -> None:
    """``owner=bob`` would change the ticket of that number in another repository."""
    assert str(_of_repositories().sent(ChangeKind.ASSIGN, assignee="bob")).startswith("NotOfferedError")
    call = {"repo": "pay", "owner": "acme", "issue_number": 7, "assignees": ["bob"]}
    assert _of_repositories(assignees=TEXTS).sent(ChangeKind.ASSIGN, assignee="bob") == ("update_issue", call)


@pytest.mark.parametrize(
    ("kind", "values", "tool_name", "sent"),
    [
        (ChangeKind.COMMENT, {"text": "Hi"}, "add_issue_comment", {"body": "Hi"}),
        (ChangeKind.TITLE, {"title": "New"}, "update_issue", {"title": "New"}),
        (ChangeKind.STATUS, {"status": "open."}, "update_issue", None),
    ],
)
def test_the_owner_of_the_tickets_repository_is_sent_though_it_may_be_left_out(
    kind: ChangeKind, values: dict[str, Any], tool_name: str, sent: dict[str, Any] | None
) -> None:
    """Where it is left out the server takes another one, whose repository may be called the same."""
    made = _of_repositories().sent(kind, **values)
    assert made == (
        "already" if sent is None else (tool_name, {"repo": "pay", "owner": "acme", "issue_number": 7} | sent)
    )


@pytest.mark.parametrize("owner", ["owner", "owner!"])
def test_a_new_ticket_goes_to_the_repository_and_its_owner(owner: str) -> None:
    tools = [tool("create_issue", {"repo!": TEXT, owner: TEXT, "title!": TEXT})]
    call = {"repo": "pay", "owner": "acme", "title": "New"}
    assert Tracker(tools, TICKET).sent(ChangeKind.CREATE, title="New", project="acme/pay") == ("create_issue", call)


# ------------------------------------------------------------------------------ transitions


WAYS = [{"id": "11", "name": "Start work", "to": {"name": "In Progress"}}, {"id": "31", "name": "Finish", "to": "Done"}]
EXAMPLES = {**TEXT, "description": 'Name (e.g. "In Progress", "Done")'}
FOR_ITS_ID = {**TEXT, "description": "Used to find the ID"}
SHOWN = [{"id": "start", "display": "Start work", "to": {"display": "In Progress"}}]


@pytest.mark.parametrize(
    ("arguments", "ways", "sent"),
    [
        ({"transition_name": EXAMPLES}, WAYS, {"transition_name": "Start work"}),
        ({"transition_name": FOR_ITS_ID}, WAYS, {"transition_name": "Start work"}),
        ({"transition_name": TEXT, "transition_id": TEXT}, WAYS, {"transition_id": "11"}),
        ({"transition_id": TEXT}, SHOWN, {"transition_id": "start"}),
    ],
)  # fmt: skip
def test_a_transition_by_its_name_is_one_that_is_possible(arguments: dict[str, Any], ways: Any, sent: object) -> None:
    tools = [
        tool("transition_issue", {"issue_id!": TEXT, **arguments}),
        tool("get_transitions", {"issue_id!": TEXT}),
        tool("get_issue", {"issue_id!": TEXT}),
    ]
    tracker = Tracker(tools, TICKET, {"get_transitions": {"transitions": ways}})
    assert tracker.sent(ChangeKind.STATUS, status="in progress") == ("transition_issue", {"issue_id": "PAY-7", **sent})  # type: ignore[dict-item]


# ------------------------------------------------------------------------------ defaults that are no values


EMPTY, NONE, BELOW = {**TEXT, "default": ""}, {**NUMBER, "default": 0}, {**NUMBER, "default": -1}


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"title": EMPTY, "description": EMPTY, "assignee_id": EMPTY}, {}),
        ({"title": EMPTY, "status_id": NONE, "done_ratio": BELOW}, {}),
        ({"title": TEXT, "priority": BELOW, "assignee_id": EMPTY}, {}),
        ({"title": TEXT, "description": EMPTY}, {"description": "Steps"}),
        ({"title": EMPTY, "description": EMPTY, "status": {**TEXT, "default": "new"}}, {"description": "Steps"}),
    ],
)
def test_a_default_that_no_ticket_can_have_says_that_the_field_stays(
    fields: dict[str, Any], kept: dict[str, Any]
) -> None:
    """An empty title, a number below zero; not where another default of the tool is a value."""
    ticket = {
        **TICKET,
        "priority": 2,
        "description": "Steps",
        "assignee": {"id": "u1", "name": "Alice"},
        "done_ratio": 5,
    }
    ticket["status"] = "open"
    made = Tracker([tool("update_issue", {"id!": TEXT, **fields})], ticket).sent(ChangeKind.TITLE, title="New")
    more = {"status": "open"} if "status" in fields else {}
    assert made == ("update_issue", {"id": "PAY-7", "title": "New", **kept, **more})


@pytest.mark.parametrize("said", ["owner (str | None): New owner", "owner: str | None = None", "owner: None | str"])
def test_a_type_that_knows_none_does_not_say_that_it_takes_nobody(said: str) -> None:
    person = {"anyOf": [TEXT, {"type": "null"}], "default": None}
    update = tool("update_issue", {"id!": TEXT, "owner": person}, f"Update.\n\nArgs:\n    {said}\n")
    held = {**TICKET, "owner": "alice"}
    assert str(Tracker([update], held).sent(ChangeKind.ASSIGN, assignee=None)).startswith("NotOfferedError")
    told = tool("update_issue", {"id!": TEXT, "owner": {**person, "description": "Login, null to unassign"}})
    assert Tracker([told], held).sent(ChangeKind.ASSIGN, assignee=None) == (
        "update_issue",
        {"id": "PAY-7", "owner": None},
    )


# ------------------------------------------------------------------------------ values


IN_A_SENTENCE = "New. Priority is 0=none, 1=low,\n 2=mid, or 3=high."


@pytest.mark.parametrize(
    ("create", "value"),
    [
        (tool("create_issue", {"title!": TEXT, "priority": {**NUMBER, "description": "0=none, 1=urgent, 2=high"}}), 2),
        (tool("create_issue", {"title!": TEXT, "priority": NUMBER}, IN_A_SENTENCE), 3),
        (tool("create_issue", {"title!": TEXT, "priority": {**NUMBER, "description": "1 (urgent), 2 (high)"}}), None),
    ],
)  # fmt: skip
def test_what_a_number_means_is_told_by_the_tool_that_makes_tickets(create: Any, value: int | None) -> None:
    update = tool("update_issue", {"id!": TEXT, "priority": NUMBER})
    made = Tracker([update, create], TICKET).sent(ChangeKind.PRIORITY, priority="High")
    assert made == ("update_issue", {"id": "PAY-7", "priority": value}) if value else str(made).startswith("Missing")


def test_a_filter_tells_what_a_number_means_too() -> None:
    told = {**NUMBER, "description": "Filter by priority (1=urgent, 2=high, 3=normal)"}
    tools = [tool("update_issue", {"id!": TEXT, "priority": NUMBER}), tool("search_issues", {"priority": told})]
    made = Tracker(tools, TICKET).sent(ChangeKind.PRIORITY, priority="High")
    assert made == ("update_issue", {"id": "PAY-7", "priority": 2})


def test_two_tools_that_differ_on_what_a_number_means_tell_nothing() -> None:
    told = [{**NUMBER, "description": f"0=none, {high}=high, {5 - high}=low"} for high in (2, 3)]
    tools = [tool("update_issue", {"id!": TEXT, "priority": NUMBER})]
    tools += [
        tool(name, {"title!": TEXT, "priority": one})
        for name, one in zip(("create_issue", "new_issue"), told, strict=True)
    ]
    assert str(Tracker(tools, TICKET).sent(ChangeKind.PRIORITY, priority="High")).startswith("Missing")


@pytest.mark.parametrize(
    ("kind", "values", "sent"),
    [
        (ChangeKind.STATUS, {"status": "Closed"}, {"state": "closed"}),
        (ChangeKind.CLOSE, {}, {"state": "closed"}),
        (ChangeKind.PRIORITY, {"priority": "high"}, {"priority": "3 high"}),
    ],
)
def test_values_are_those_of_the_tool_to_which_a_description_refers(
    kind: ChangeKind, values: dict[str, Any], sent: dict[str, Any]
) -> None:
    update = tool("update_issue", {"id!": TEXT, "state": TEXT, "priority": TEXT}, "Names, see reference_data.")
    known = {"states": [{"id": 1, "name": "open"}, {"id": 4, "name": "closed"}], "priorities": ["1 low", "3 high"]}
    tools = [update, tool("reference_data", {}, "States and priorities.", {"readOnlyHint": True})]
    tracker = Tracker(tools, TICKET, {"reference_data": known})
    assert tracker.sent(kind, **values) == ("update_issue", {"id": "PAY-7", **sent})


@pytest.mark.parametrize("name", ["idList", "listId", "list_id"])
def test_an_id_is_one_wherever_its_name_says_so(name: str) -> None:
    lists = [{"id": "l1", "name": "To Do"}, {"id": "l2", "name": "Doing"}]
    tools = [
        tool("update_issue", {"id!": TEXT, name: TEXT}),
        tool("list_lists", {"board_id!": TEXT}),
    ]
    card = {"id": "c1", "name": "Login fails", "idList": "l1", "idBoard": "b1", "desc": ""}
    tracker = Tracker(tools, card, {"list_lists": lists})
    assert tracker.sent(ChangeKind.STATUS, status="doing") == ("update_issue", {"id": "c1", name: "l2"})


@pytest.mark.parametrize("field", ["mailAddress", "primary_mail", "contact"])
def test_an_address_names_a_person_under_whatever_name_it_stands(field: str) -> None:
    people = [
        {"id": 11, "name": "Alice", field: "alice@example.com"},
        {"id": 12, "name": "Bob", field: "bob@example.com"},
    ]
    tools = [tool("update_issue", {"id!": TEXT, "assignee_id": NUMBER}), tool("list_users", {})]
    tracker = Tracker(tools, TICKET, {"list_users": people})
    made = tracker.sent(ChangeKind.ASSIGN, assignee="bob@example.com")
    assert made == ("update_issue", {"id": "PAY-7", "assignee_id": 12})


@pytest.mark.parametrize(
    ("typed", "sent"),
    [("Bob Roe", "bob@example.com"), ("bob@example.com", "bob@example.com"), ("bo", None), ("zoe", "zoe")],
)
def test_a_login_is_that_of_who_is_found_by_the_name(typed: str, sent: str | None) -> None:
    """One that a search for it shows to be only a part of others is asked for; where it shows nobody it may be one."""
    bob = {"id": 12, "login": "bob@example.com", "firstname": "Bob", "lastname": "Roe"}

    class People(Tracker):
        def _answer(self, call: Any) -> Any:
            self._answers["search_users"] = [bob] if str(call.arguments.get("query"))[:2].casefold() == "bo" else []
            return super()._answer(call)

    owner = {**TEXT, "description": "Login of the new owner"}
    tools = [tool("update_issue", {"id!": TEXT, "owner": owner}), tool("search_users", {"query!": TEXT})]
    made = People(tools, TICKET).sent(ChangeKind.ASSIGN, assignee=typed)
    assert made == ("update_issue", {"id": "PAY-7", "owner": sent}) if sent else str(made).startswith("Missing")


# ------------------------------------------------------------------------------ objects


PERSON = {"type": "object", "properties": {"id": TEXT, "summary": TEXT}, "required": ["id"]}


def _managing(**fields: Any) -> Tracker:
    whole = {"type": "object", "properties": {"issue_ids": TEXTS, **fields}, "required": ["issue_ids"]}
    return Tracker([tool("manage_issues", {"request!": whole}, "Manage one or more issues.")], TICKET)


@pytest.mark.parametrize("holder", ["assignee", "service", "assignement"])
def test_the_summary_of_another_thing_is_no_title_and_gets_no_id_of_the_ticket(holder: str) -> None:
    made = _managing(**{holder: PERSON}).sent(ChangeKind.TITLE, title="New")
    assert str(made).startswith("NotOfferedError")


@pytest.mark.parametrize(
    ("kind", "values", "sent"),
    [
        (ChangeKind.STATUS, {"status": "acknowledged"}, {"status": "acknowledged"}),
        (ChangeKind.CLOSE, {}, {"status": "resolved"}),
        (ChangeKind.PRIORITY, {"priority": "High"}, {"priority": "high"}),
    ],
)
def test_the_one_object_that_a_tool_takes_holds_the_tickets_id_whatever_it_is_called(
    kind: ChangeKind, values: dict[str, Any], sent: dict[str, Any]
) -> None:
    states = {"type": "string", "enum": ["acknowledged", "resolved"]}
    tracker = _managing(assignee=PERSON, status=states, priority={"type": "string", "enum": ["high", "low"]})
    assert tracker.sent(kind, **values) == ("manage_issues", {"request": {"issue_ids": ["PAY-7"], **sent}})


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("Issue description in HTML format. Longer fields must use HTML, too. No CDATA.", "<p>A &amp; B</p>"),
        ("HTML of the description. Not shortened.", "<p>A &amp; B</p>"),
        ("The description. Markdown or HTML.", "A & B"),
        ("The description, stripped of HTML. Plain text.", "A & B"),
    ],
)
def test_markup_is_told_in_one_sentence_of_several(said: str, sent: str) -> None:
    update = tool("update_issue", {"id!": TEXT, "description": {**TEXT, "description": said}})
    made = Tracker([update], TICKET).sent(ChangeKind.DESCRIPTION, description="A & B")
    assert made == ("update_issue", {"id": "PAY-7", "description": sent})
