"""Kinds of tools beyond the common one: lists of objects, boards, parts of a tracker that look like tickets."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.adapters.changing.servers import NUMBER, TEXT, TEXTS, Tracker, tool
from tui_app.adapters.changing.protocol import ChangeFacts
from tui_app.mcp_client.types import Tool
from tui_app.tickets.changes import ChangeKind, MissingInputError

TICKET = {"id": "PAY-7", "title": "Login fails", "status": "open", "labels": ["a"]}
UUIDS = {"type": "string", "format": "uuid"}
A, B, C = (f"{letter * 8}-0000-4000-8000-000000000001" for letter in "abc")


def objects(**members: Any) -> dict[str, Any]:
    """A list of objects with these members; a name that ends with an underscore is required."""
    schema = {
        "type": "object",
        "properties": {name.rstrip("_"): kind for name, kind in members.items()},
        "required": [name[:-1] for name in members if name.endswith("_")],
    }
    return {"type": "array", "items": schema}


@pytest.mark.parametrize(
    ("kind", "values", "sent"),
    [
        (ChangeKind.COMMENT, {"text": "Hi"}, ("create_comments", {"items": [{"task_id": "t1", "content": "Hi"}]})),
        (ChangeKind.CLOSE, {}, ("close_tasks", {"items": [{"task_id": "t1"}]})),
        (ChangeKind.TITLE, {"title": "New"}, ("update_tasks", {"items": [{"task_id": "t1", "content": "New"}]})),
        (
            ChangeKind.LABELS,
            {"add": ["b"]},
            ("update_tasks", {"items": [{"task_id": "t1", "content": "Login fails", "labels": ["a", "b"]}]}),
        ),
        (
            ChangeKind.CREATE,
            {"title": "New", "description": "Text"},
            ("create_tasks", {"items": [{"content": "New", "description": "Text"}]}),
        ),
    ],
)
def test_a_list_of_objects_gets_one_which_keeps_what_it_requires(
    kind: ChangeKind, values: dict[str, Any], sent: object
) -> None:
    either = "Either 'task_id' or the 'task_name' to identify the target."
    tools = [
        tool("get_tasks_list", {"ids": TEXTS}),
        tool("get_task", {"task_id!": TEXT}),
        tool("create_comments", {"items!": objects(task_id=TEXT, project_id=TEXT, content_=TEXT)}),
        tool("close_tasks", {"items!": objects(task_id=TEXT, task_name=TEXT)}, either),
        tool("create_tasks", {"items!": objects(content_=TEXT, description=TEXT)}),
        tool(
            "update_tasks",
            {"items!": objects(task_id=TEXT, task_name=TEXT, content_=TEXT, description=TEXT, labels=TEXTS)},
            either,
        ),
    ]
    row = {"id": "t1", "content": "Login fails", "status": "open", "labels": ["a"], "description": ""}
    tracker = Tracker(tools, row, {"get_tasks_list": [row], "get_task": row})
    assert tracker.sent(kind, **values) == sent


def test_what_belongs_to_a_part_of_the_tracker_is_no_way_to_change_a_ticket() -> None:
    """A tool that edits a state is called like one that sets the state of a ticket."""
    data = {"type": "object", "properties": {"id": UUIDS, "name": TEXT, "state": UUIDS, "assignees": TEXTS}}
    tools = [
        tool("update_state", {"project_id!": UUIDS, "state_id!": UUIDS, "state_data!": data}),
        tool("update_issue", {"project_id!": UUIDS, "issue_id!": UUIDS, "issue_data!": data}),
        tool("list_states", {"project_id!": UUIDS}),
    ]
    row = {"project_id": A, "id": B, "title": "Login fails", "status": "open"}
    tracker = Tracker(tools, row, {"list_states": [{"id": C, "name": "Done"}]})
    call = {"project_id": A, "issue_id": B, "issue_data": {"state": C}}
    assert tracker.sent(ChangeKind.STATUS, status="done") == ("update_issue", call)


def test_a_uuid_of_what_a_ticket_belongs_to_is_not_its_own() -> None:
    tools = [tool("add_issue_comment", {"project_id!": UUIDS, "issue_id!": UUIDS, "text!": TEXT})]
    row = {"project_id": A, "id": B, "title": "Login fails", "status": "open"}
    sent = Tracker(tools, row).sent(ChangeKind.COMMENT, text="Hi")
    assert sent == ("add_issue_comment", {"project_id": A, "issue_id": B, "text": "Hi"})


def test_a_project_that_is_a_uuid_is_not_taken_by_its_name() -> None:
    create = tool("create_issue", {"project_id!": {**TEXT, "description": "The uuid identifier"}, "title!": TEXT})
    listed = {"list_projects": [{"id": A, "name": "Alpha"}]}
    tracker = Tracker([create, tool("list_projects", {})], TICKET, listed)
    assert tracker.sent(ChangeKind.CREATE, title="New", project="Alpha") == (
        "create_issue",
        {"title": "New", "project_id": A},
    )
    assert "does not take 'PAY'" in str(tracker.sent(ChangeKind.CREATE, title="New", project="PAY"))


def test_a_text_that_is_the_title_is_not_written_over_as_a_description() -> None:
    modify = tool("modify", {"task_id!": TEXT, "description": TEXT})
    row = {"id": "t1", "description": "Login fails", "status": "pending"}
    tracker = Tracker([tool("get_task", {"task_id!": TEXT}), modify], row, {"get_task": row, "list_issues": [row]})
    assert "their title" in str(tracker.sent(ChangeKind.DESCRIPTION, description="New"))
    assert tracker.sent(ChangeKind.TITLE, title="New") == ("modify", {"task_id": "t1", "description": "New"})


@pytest.mark.parametrize(
    ("about", "time", "sent"),
    [
        ("ISO-8601 duration, e.g. 'PT1H30M'", "90m", "PT1H30M"),
        ("ISO 8601", "30m", "PT30M"),
        ("as HH:MM", "1h5m", "01:05"),
        ("such as '3h 30m'", "1h30m", "1h 30m"),
        ("time spent", "1h30m", "1h30m"),
    ],
)
def test_a_time_is_written_in_the_notation_that_is_asked_for(about: str, time: str, sent: str) -> None:
    tracker = Tracker([tool("add_worklog", {"issue_id!": TEXT, "duration!": {**TEXT, "description": about}})], TICKET)
    assert tracker.sent(ChangeKind.LOG_WORK, time=time) == ("add_worklog", {"issue_id": "PAY-7", "duration": sent})


def test_a_list_of_a_board_is_a_status_there() -> None:
    tools = [
        tool("get_board_lists", {"board_id!": TEXT}),
        tool("move_issue", {"issue_id!": TEXT, "list_id!": TEXT, "board_id": TEXT}),
    ]
    row = {"id": "c1", "title": "Login fails", "status": "open", "list_id": "l1", "board_id": "b1"}
    lists = [{"id": "l1", "name": "To do"}, {"id": "l2", "name": "Done"}]
    tracker = Tracker(tools, row, {"get_board_lists": lists})
    call = tracker.call(ChangeKind.STATUS, status="done")
    assert (call.tool, call.arguments) == ("move_issue", {"issue_id": "c1", "list_id": "l2"})
    before = tracker.fresh()
    tracker.ticket["list_id"] = "l2"
    assert tracker.changes.verified(call, before, tracker.fresh()) is True
    assert tracker.changes.verified(call, before, before) is False


@pytest.mark.parametrize(
    ("listed", "sent"),
    [(["a"], ["a", "b"]), ({"tags": [{"name": "a"}]}, ["a", "b"]), ([], ["b"]), ({"1": "a"}, None), ("Oops", None)],
)
def test_labels_that_a_tool_of_their_own_lists_are_kept(listed: object, sent: list[str] | None) -> None:
    tools = [tool("set_issue_tags", {"issue_id!": TEXT, "tags!": TEXTS}), tool("get_issue_tags", {"issue_id!": TEXT})]
    row = {key: value for key, value in TICKET.items() if key != "labels"}
    made = Tracker(tools, row, {"get_issue_tags": listed}).sent(ChangeKind.LABELS, add=["b"])
    if sent is None:
        assert "NotOfferedError" in str(made)
    else:
        assert made == ("set_issue_tags", {"issue_id": "PAY-7", "tags": sent})


@pytest.mark.parametrize(
    ("about", "value"), [('Use "-1" to unassign', "-1"), ("'none' clears it", "none"), ("to clear pass ''", None)]
)
def test_the_word_for_nobody_is_the_servers_own(about: str, value: str | None) -> None:
    tracker = Tracker(
        [tool("assign_issue", {"issue_id!": TEXT, "assignee!": {**TEXT, "description": about}})],
        {**TICKET, "assignee": "bob"},
    )
    sent = tracker.sent(ChangeKind.ASSIGN, assignee=None)
    assert sent == ("assign_issue", {"issue_id": "PAY-7", "assignee": value}) if value else "NotOffered" in str(sent)


@pytest.mark.parametrize(
    "about",
    ["Use operation 'delete' to remove labels", "Can clear the `due_date`", "'all' for clear views", "Clear with 'x'"],
)
def test_what_a_tool_says_of_something_else_is_no_word_for_nobody(about: str) -> None:
    assign = tool("assign_issue", {"issue_id!": TEXT, "assignee!": TEXT}, f"Assign an issue. {about}")
    assert "NotOffered" in str(Tracker([assign], {**TICKET, "assignee": "bob"}).sent(ChangeKind.ASSIGN, assignee=None))


def test_an_action_says_what_a_tool_does_that_is_called_a_workflow() -> None:
    action = {**TEXT, "enum": ["get_transitions", "transition"]}
    workflow = tool("workflow", {"action!": action, "issueKey!": TEXT, "transitionId": TEXT})
    offered = {"transitions": [{"id": "31", "name": "Finish", "to": {"name": "Done"}}]}
    tracker = Tracker([workflow], TICKET, {"workflow": offered})
    assert tracker.sent(ChangeKind.STATUS, status="Done") == (
        "workflow",
        {"action": "transition", "issueKey": "PAY-7", "transitionId": "31"},
    )


@pytest.mark.parametrize(("id_name", "sent"), [("id!", True), ("id", False)])
def test_whose_title_it_is_says_which_ticket_is_meant_only_where_the_id_may_be_left_out(
    id_name: str, sent: bool
) -> None:
    title = {**TEXT, "description": "Title of the issue to update"}
    made = Tracker([tool("update_issue", {id_name: TEXT, "title": title})], TICKET).sent(ChangeKind.TITLE, title="New")
    assert (made == ("update_issue", {"id": "PAY-7", "title": "New"})) is sent


@pytest.mark.parametrize(
    ("tools", "said"),
    [
        ([tool("tracker_request", {"path!": TEXT, "method!": TEXT, "data": TEXT})], "passes on any request"),
        ([tool(f"tracker_{verb}", {"path!": TEXT, "note": TEXT}) for verb in ("patch", "post")], "(tracker_patch,"),
        ([tool("sync_now", {}), tool("execute_plan", {"plan!": TEXT})], "(sync_now, execute_plan)"),
        ([], "has no tool that writes"),
    ],
)
def test_why_nothing_changes_tickets_is_said_truly(tools: list[Tool], said: str) -> None:
    actions = Tracker(tools, TICKET).changes.actions()
    assert all(said in action.unavailable for action in actions if action.kind is not ChangeKind.DELETE)


@pytest.mark.parametrize(
    ("readers", "said", "sent"),
    [
        ({"visibility": {"enum": ["public", "internal"], "default": "public"}}, {}, {"visibility": "internal"}),
        ({"kind!": {"enum": ["reply", "note"]}}, {}, {"kind": "note"}),
        ({"kind!": {"enum": ["reply", "note"]}}, {"visibility": "public"}, {"kind": "reply"}),
        ({"public": {"type": "boolean", "description": "Shown to the customer (default true)"}}, {}, {"public": False}),
        ({"is_private": {"type": "boolean"}}, {}, {}),
        ({"is_private": {"type": "boolean"}}, {"visibility": "internal"}, {"is_private": True}),
        ({"visibility": {"enum": ["team", "everyone"], "default": "team"}}, {}, {}),
    ],
)
def test_where_a_choice_says_who_reads_a_comment_it_is_internal_unless_a_public_one_was_asked_for(
    readers: dict[str, Any], said: dict[str, Any], sent: dict[str, Any]
) -> None:
    tracker = Tracker([tool("add_comment", {"id!": TEXT, "text!": TEXT, **readers})], TICKET)
    call = tracker.call(ChangeKind.COMMENT, text="Hi", **said)
    assert call.arguments == {"id": "PAY-7", "text": "Hi", **sent}
    assert call.visibility == ((said.get("visibility") or "internal") if sent else "unknown")


def test_a_comment_goes_in_the_markup_that_is_asked_for() -> None:
    for about, sent in (("Body in HTML", "<p>a &lt; b</p>"), ("HTML or plain text", "a < b")):
        one = tool("add_comment", {"id!": TEXT, "text!": {**TEXT, "description": about}})
        assert Tracker([one], TICKET).sent(ChangeKind.COMMENT, text="a < b") == (
            "add_comment",
            {"id": "PAY-7", "text": sent},
        )


def test_a_short_word_is_the_verb_that_its_description_begins_with() -> None:
    put = tool("label_add", {"id!": TEXT, "label!": TEXT}, "Attach a label to a task.")
    take = tool("label_rm", {"id!": TEXT, "label!": TEXT}, "Remove a label from a task.")
    both = Tracker([put, take], {**TICKET, "labels": ["a"]})
    assert both.sent(ChangeKind.LABELS, add=["b"]) == ("label_add", {"id": "PAY-7", "label": "b"})
    assert both.sent(ChangeKind.LABELS, remove=["a"]) == ("label_rm", {"id": "PAY-7", "label": "a"})
    other = tool("label_rm", {"id!": TEXT, "label!": TEXT}, "Remove a label from a project.")
    assert str(Tracker([other], {**TICKET, "labels": ["a"]}).sent(ChangeKind.LABELS, remove=["a"])).startswith("NotOff")


def test_whoever_else_has_a_ticket_is_named_before_their_place_is_taken() -> None:
    row = {**TICKET, "assignees": [{"name": "Ann"}, {"name": "Cy"}]}
    call = Tracker([tool("update_issue", {"id!": TEXT, "assignees": TEXTS})], row).call(
        ChangeKind.ASSIGN, assignee="bob"
    )
    assert (call.arguments["assignees"], call.undo) == (["bob"], None)
    assert "Ann, Cy" in call.warnings[0]


def test_no_ticket_is_linked_to_itself() -> None:
    one = tool("link_issues", {"source_id!": TEXT, "target_id!": TEXT})
    assert "is the ticket itself" in str(Tracker([one], TICKET).sent(ChangeKind.LINK, type="", to="pay-7"))


def test_what_cannot_be_taken_back_or_done_is_not_offered() -> None:
    tools = [
        tool("update_issue", {"id!": TEXT, "assignee": TEXT}),
        tool("link_issues", {"a!": NUMBER, "b!": NUMBER}),
    ]
    tracker = Tracker(tools, {**TICKET, "assignee": None})
    assert tracker.call(ChangeKind.ASSIGN, assignee="bob").undo is None
    offered = {action.kind: action.unavailable for action in tracker.changes.actions()}
    assert not offered[ChangeKind.ASSIGN]
    assert offered[ChangeKind.LINK]


def test_the_values_that_a_tool_lists_are_the_choices_of_a_ticket() -> None:
    tools = [tool("update_issue", {"id!": TEXT, "status": TEXT}), tool("list_values", {"field": TEXT})]
    tracker = Tracker(tools, TICKET, {"list_values": {"status": ["open", "done"]}})
    facts = ChangeFacts(tracker.fresh())
    while isinstance(form := tracker.changes.form(ChangeKind.STATUS, facts), tuple):
        facts = ChangeFacts(facts.ticket, (*facts.answers, *((call, tracker.answer(call)) for call in form)))
    assert [choice.value for choice in form.fields[0].choices] == ["open", "done"]


def test_a_status_among_fields_without_names_is_set_as_it_is_shown_if_it_is_no_object() -> None:
    tools = [tool("update_issue", {"id!": TEXT, "fields!": {"type": "object"}})]
    tracker = Tracker(tools, {**TICKET, "status": 3})
    assert tracker.sent(ChangeKind.STATUS, status="5") == ("update_issue", {"id": "PAY-7", "fields": {"status": 5}})
    assert "is known to mean 'closed'" in str(tracker.sent(ChangeKind.CLOSE))
    named = Tracker(tools, {**TICKET, "status": {"name": "open", "id": 3}})
    assert str(named.sent(ChangeKind.STATUS, status="done")).startswith("NotOfferedError")


def test_of_two_kinds_of_comments_the_internal_one_is_offered() -> None:
    reply = tool("add_issue_reply", {"id!": TEXT, "body!": TEXT})
    note = tool("add_issue_note", {"id!": TEXT, "body!": TEXT}, "Add a private note")
    offered = {action.kind: action for action in Tracker([reply, note], TICKET).changes.actions()}
    assert (offered[ChangeKind.COMMENT].tool, offered[ChangeKind.COMMENT].visibility) == ("add_issue_note", "internal")


def test_who_is_logged_in_is_asked_where_the_profile_does_not_say() -> None:
    tools = [tool("update_issue", {"id!": TEXT, "assignee": TEXT}), tool("whoami", {})]
    tracker = Tracker(tools, TICKET, {"whoami": {"id": 7, "name": "zoe"}}, me="")
    assert tracker.sent(ChangeKind.ASSIGN, assignee="me") == ("update_issue", {"id": "PAY-7", "assignee": "zoe"})


@pytest.mark.parametrize(
    ("one", "kind", "values"),
    [
        (tool("close", {"id!": TEXT}, "Close a sprint by its id."), ChangeKind.CLOSE, {}),
        (tool("set_owner", {"id!": TEXT, "owner!": TEXT}, "Set the owner of a project"),
         ChangeKind.ASSIGN, {"assignee": "bob"}),
        (tool("update", {"id!": TEXT, "title": TEXT}, "Update a wiki page"), ChangeKind.TITLE, {"title": "New"}),
        (tool("create", {"title!": TEXT}, "Create a project"), ChangeKind.CREATE, {"title": "New"}),
    ],
)  # fmt: skip
def test_a_tool_that_is_said_to_change_something_else_changes_no_ticket(
    one: Tool, kind: ChangeKind, values: dict[str, Any]
) -> None:
    assert str(Tracker([one], TICKET).sent(kind, **values)).startswith("NotOfferedError")
    for about in ("", "Does it to an issue."):
        assert isinstance(Tracker([replace(one, description=about)], TICKET).sent(kind, **values), tuple)


@pytest.mark.parametrize(
    ("about", "sent"),
    [
        ("Create a comment or story on an issue. Needs text.", True),
        ("Adds a follow (a comment in the thread) to an issue", True),
        ("Create an attachment and a comment on an issue.", False),
        ("Add a comment to a pull request.", False),
        ("Create a story.", False),
    ],
)
def test_a_tool_that_is_said_to_add_a_comment_adds_one_whatever_it_is_called(about: str, sent: bool) -> None:
    tracker = Tracker([tool("create_issue_story", {"issue_id!": TEXT, "text!": TEXT}, about)], TICKET)
    made = tracker.sent(ChangeKind.COMMENT, text="Hi")
    assert (made == ("create_issue_story", {"issue_id": "PAY-7", "text": "Hi"})) is sent


def test_whoever_is_a_member_or_a_user_is_assigned_by_the_tools_that_are_called_so_and_no_one_else_is() -> None:
    tools = [
        tool("assign_member_to_issue", {"issue_id!": TEXT, "member_id!": TEXT}),
        tool("remove_member_from_issue", {"issue_id!": TEXT, "member_id!": TEXT}),
        tool("remove_user_from_issue", {"issue_id!": TEXT, "user_id!": TEXT}),
        tool("list_members", {}),
    ]
    ticket = {**TICKET, "assignees": [{"id": "m1", "name": "ann"}]}
    tracker = Tracker(tools, ticket, {"list_members": [{"id": "m1", "name": "ann"}, {"id": "m2", "name": "bob"}]})
    bob = ("assign_member_to_issue", {"issue_id": "PAY-7", "member_id": "m2"})
    assert tracker.sent(ChangeKind.ASSIGN, assignee="bob") == bob
    nobody = ("remove_member_from_issue", {"issue_id": "PAY-7", "member_id": "m1"})
    assert tracker.sent(ChangeKind.ASSIGN, assignee=None) == nobody
    tracker.ticket["assignees"].append({"id": "m2", "name": "bob"})
    assert "one person at a time" in str(tracker.sent(ChangeKind.ASSIGN, assignee=None))


def test_labels_that_are_said_to_be_ids_are_sent_as_ids() -> None:
    edit = tool("update_issue", {"issue_id!": TEXT, "labels": {**TEXTS, "description": "Label IDs of the issue"}})
    ticket = {**TICKET, "labels": [{"id": "l1", "name": "a"}]}
    boards = tool("list_boards", {}, "Lists boards with their labels.")
    answers = {"list_boards": [{"id": "b1", "name": "b", "labels": [{"id": "l2", "name": "b"}]}]}
    sent = Tracker([edit, boards], ticket, answers).sent(ChangeKind.LABELS, add=["b"])
    assert sent == ("update_issue", {"issue_id": "PAY-7", "labels": ["l1", "l2"]})


@pytest.mark.parametrize(
    ("name", "about", "is_told"),
    [
        ("notes", "New description for the issue", True),
        ("notes", "Notes of the release", False),
        ("comment", "Description of the issue's change", False),
    ],
)
def test_a_text_that_is_said_to_be_the_description_is_the_description(name: str, about: str, is_told: bool) -> None:
    edit = tool("update_issue", {"issue_id!": TEXT, "title": TEXT, name: {**TEXT, "description": about}})
    sent = Tracker([edit], TICKET).sent(ChangeKind.DESCRIPTION, description="New")
    assert (sent == ("update_issue", {"issue_id": "PAY-7", name: "New"})) is is_told


def test_what_puts_a_ticket_on_a_list_creates_it_and_what_attaches_a_file_does_not() -> None:
    attach = tool("attach_file_to_issue", {"issue_id!": TEXT, "name!": TEXT, "url": TEXT})
    add = tool("add_issue_to_list", {"list_id!": TEXT, "name!": TEXT})
    wish: dict[str, Any] = {"title": "New"}
    assert "NotOfferedError" in str(Tracker([attach], TICKET).sent(ChangeKind.CREATE, **wish))
    sent = Tracker([attach, add], TICKET).sent(ChangeKind.CREATE, {"list_id": "l1"}, **wish)
    assert sent == ("add_issue_to_list", {"list_id": "l1", "name": "New"})


def test_nobody_is_no_null_that_the_tracker_leaves_out_and_no_ticket_is_free_whose_person_has_no_name() -> None:
    edit = tool("update_issue", {"issue_id!": TEXT, "assigned_user_id": {"type": ["integer", "null"], "default": None}})
    ticket = {**TICKET, "assigned_user_id": 4}
    for about, sent in (
        ("Null clears the assignee.", ("update_issue", {"issue_id": "PAY-7", "assigned_user_id": None})),
        ("`None` means *omit*, not *clear*: nulls are ignored.", None),
    ):
        made = Tracker([replace(edit, description=about)], ticket).sent(ChangeKind.ASSIGN, assignee=None)
        assert made == sent if sent else "does not say what it takes for nobody" in str(made)


def test_a_word_that_no_ticket_has_yet_is_taken_where_the_tool_is_told_to_take_new_ones() -> None:
    edit = tool("update_issue", {"issue_id!": TEXT, "status": TEXT, "allow_new_status": {"type": "boolean"}})
    tracker = Tracker([edit], TICKET)
    with pytest.raises(MissingInputError, match="'shipped it'") as refused:
        tracker.call(ChangeKind.STATUS, status="shipped it")
    assert "--field allow_new_status=true" in refused.value.hint
    sent = tracker.sent(ChangeKind.STATUS, {"allow_new_status": True}, status="shipped it")
    assert sent == ("update_issue", {"issue_id": "PAY-7", "status": "shipped it", "allow_new_status": True})


def test_labels_are_parted_as_the_ticket_has_them() -> None:
    edit = tool("update_issue", {"issue_id!": TEXT, "tags": TEXT})
    for now, sent in (("a; b", "a;b;c"), ("a,b", "a,b,c")):
        ticket = {"id": "PAY-7", "title": "Login fails", "status": "open", "tags": now}
        made = Tracker([edit], ticket).sent(ChangeKind.LABELS, add=["c"])
        assert made == ("update_issue", {"issue_id": "PAY-7", "tags": sent})
        assert "MissingInputError" in str(Tracker([edit], ticket).sent(ChangeKind.LABELS, add=["c" + now[1]]))


def test_whoever_is_only_added_is_taken_away_by_what_takes_away() -> None:
    people: dict[str, Any] = {"type": "array", "items": NUMBER}
    edit = tool("update_issue", {"issue_id!": TEXT, "add_assignees": people})
    both = tool("update_issue", {"issue_id!": TEXT, "add_assignees": people, "remove_assignees": people})
    ticket = {**TICKET, "assignees": [{"id": 4, "name": "ann"}]}
    assert "only adds people" in str(Tracker([edit], ticket).sent(ChangeKind.ASSIGN, assignee=None))
    sent = Tracker([both], ticket).sent(ChangeKind.ASSIGN, assignee=None)
    assert sent == ("update_issue", {"issue_id": "PAY-7", "remove_assignees": [4]})


def test_a_gid_is_an_id() -> None:
    edit = tool("update_issue", {"issue_id!": TEXT, "assignee": {**TEXT, "description": "Gid of a user."}})
    tag = tool(
        "add_issue_tag", {"issue_id!": TEXT, "tag!": {**TEXT, "description": "The unique global id (GID) of the tag"}}
    )
    lists = [tool("list_users", {}), tool("list_tags", {})]
    answers = {"list_users": [{"gid": "502", "name": "bob"}], "list_tags": [{"gid": "902", "name": "b"}]}
    tracker = Tracker([edit, tag, *lists], TICKET, answers)
    assert tracker.sent(ChangeKind.ASSIGN, assignee="bob") == ("update_issue", {"issue_id": "PAY-7", "assignee": "502"})
    assert tracker.sent(ChangeKind.LABELS, add=["b"]) == ("add_issue_tag", {"issue_id": "PAY-7", "tag": "902"})


def test_where_tickets_have_a_status_the_list_that_they_are_moved_to_is_none() -> None:
    move = tool("move_issue", {"issue_id!": TEXT, "list_id!": TEXT})
    edit = tool("update_issue", {"issue_id!": TEXT, "status": {"type": "string", "enum": ["open", "done"]}})
    sent = Tracker([move, edit], TICKET).sent(ChangeKind.STATUS, status="done")
    assert sent == ("update_issue", {"issue_id": "PAY-7", "status": "done"})


def test_the_name_of_a_user_is_no_title_of_a_ticket() -> None:
    edit = tool("update_user", {"user_id!": TEXT, "id": TEXT, "name": TEXT})
    ticket = {"id": "PAY-7", "name": "Login fails", "status": "open"}
    assert "NotOfferedError" in str(Tracker([edit], ticket).sent(ChangeKind.TITLE, {"user_id": "u1"}, title="New"))


def test_what_was_asked_once_is_not_counted_again() -> None:
    edit = tool("update_issue", {"issue_id!": TEXT, "status": TEXT})
    lists = [tool(f"list_{word}_statuses", {}) for word in ("board", "team", "project", "workflow")]
    tracker = Tracker([edit, *lists], TICKET, {one.name: [{"name": "over and out"}] for one in lists})
    with pytest.raises(MissingInputError, match="is known to mean 'closed'"):
        tracker.call(ChangeKind.CLOSE)


def test_the_last_ticket_of_a_status_gets_it_back() -> None:
    edit = tool("update_issue", {"issue_id!": TEXT, "status": TEXT, "allow_new": {"type": "boolean"}})
    tracker = Tracker([edit], TICKET, {"list_issues": [TICKET, {**TICKET, "id": "PAY-8", "status": "done"}]})
    undo = tracker.call(ChangeKind.STATUS, status="done").undo
    assert undo
    tracker.ticket["status"] = "done"
    tracker._answers["get_issue"] = tracker.ticket
    tracker._answers["list_issues"] = [tracker.ticket]
    sent = tracker.sent(undo.kind, undo.answers, **undo.values)
    assert sent == ("update_issue", {"issue_id": "PAY-7", "status": "open", "allow_new": True})
