"""Which call a wish becomes, by what the tools say of themselves; or why none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from tests.adapters.changing.servers import NUMBER, TEXT, TEXTS, Tracker, answer, tool
from tui_app.adapters.base import ToolCall
from tui_app.adapters.changing.protocol import ChangeFacts
from tui_app.mcp_client.types import CallToolResult, ContentBlock, Tool
from tui_app.settings.secrets import mask_text
from tui_app.tickets.changes import ChangeKind, WantedChange
from tui_app.tickets.errors import ConfigError, NotOfferedError
from tui_app.tickets.json_values import with_texts
from tui_app.tickets.redaction import redact, redact_text

TICKET = {"id": "PAY-7", "title": "Login fails", "status": "todo", "priority": "high", "labels": ["ui"]}
NUMBERED = {"id": 7, "number": 7, "title": "Login fails", "status": "todo"}
STATES = {"type": "string", "enum": ["todo", "in_progress", "done"]}
UPDATE = tool("update_issue", {"id!": TEXT, "title": TEXT, "status": STATES, "labels": TEXTS, "assignee": TEXT})
COMMENT = tool("add_comment", {"issue_id!": TEXT, "body!": TEXT})

CALLS: list[tuple[str, list[Tool], ChangeKind, dict[str, Any], object]] = [
    ("its own tool writes a comment", [COMMENT, UPDATE], ChangeKind.COMMENT, {"text": "Hello"},
     ("add_comment", {"issue_id": "PAY-7", "body": "Hello"})),
    ("a comment to append goes as a list", [tool("edit_issue", {"id!": TEXT, "commentsAppend": TEXTS})],
     ChangeKind.COMMENT, {"text": "Hello"}, ("edit_issue", {"id": "PAY-7", "commentsAppend": ["Hello"]})),
    ("a status is spelt as the enum has it", [UPDATE], ChangeKind.STATUS, {"status": "In progress"},
     ("update_issue", {"id": "PAY-7", "status": "in_progress"})),
    ("a tool for the status comes first", [UPDATE, tool("set_issue_status", {"id!": TEXT, "status!": STATES})],
     ChangeKind.STATUS, {"status": "done"}, ("set_issue_status", {"id": "PAY-7", "status": "done"})),
    ("values in words are taken from there", [tool("update_issue", {"id!": TEXT, "status": {
        "type": "string", "description": "New status: open · in-progress · closed"}})],
     ChangeKind.STATUS, {"status": "in progress"}, ("update_issue", {"id": "PAY-7", "status": "in-progress"})),
    ("an event leads to the state", [tool("update_issue", {"id!": TEXT, "state_event": {
        "type": "string", "description": "close or reopen"}})],
     ChangeKind.STATUS, {"status": "closed"}, ("update_issue", {"id": "PAY-7", "state_event": "close"})),
    ("closing takes the status that means it", [UPDATE], ChangeKind.CLOSE, {},
     ("update_issue", {"id": "PAY-7", "status": "done"})),
    ("closing takes its own tool", [UPDATE, tool("close_issue", {"id!": TEXT})], ChangeKind.CLOSE, {},
     ("close_issue", {"id": "PAY-7"})),
    ("a destructive tool does not close", [UPDATE, tool("complete_issue", {"id!": TEXT}, hints={
        "destructiveHint": True})], ChangeKind.CLOSE, {}, ("update_issue", {"id": "PAY-7", "status": "done"})),
    ("a list of labels is set with what is in it", [UPDATE], ChangeKind.LABELS, {"add": ["api"]},
     ("update_issue", {"id": "PAY-7", "labels": ["ui", "api"]})),
    ("a tool that adds labels adds", [UPDATE, tool("add_issue_label", {"id!": TEXT, "label!": TEXT})],
     ChangeKind.LABELS, {"add": ["api"]}, ("add_issue_label", {"id": "PAY-7", "label": "api"})),
    ("a part of labels that removes", [tool("update_issue", {"id!": TEXT, "labels": {
        "type": "object", "properties": {"add": TEXTS, "remove": TEXTS}}})],
     ChangeKind.LABELS, {"remove": ["ui"]}, ("update_issue", {"id": "PAY-7", "labels": {"remove": ["ui"]}})),
    ("a label that is there is not added again", [UPDATE], ChangeKind.LABELS, {"add": ["UI"]}, "already"),
    ("labels in one text are set with commas", [tool("update_issue", {"id!": TEXT, "labels": {
        "type": "string", "description": "Comma-separated labels"}})],
     ChangeKind.LABELS, {"add": ["api"]}, ("update_issue", {"id": "PAY-7", "labels": "ui,api"})),
    ("defaults that would overwrite are sent as they are now", [tool("update_issue", {
        "id!": TEXT, "title": {**TEXT, "default": ""}, "priority": {**TEXT, "default": "medium"}, "status": STATES})],
     ChangeKind.STATUS, {"status": "done"},
     ("update_issue", {"id": "PAY-7", "status": "done", "title": "Login fails", "priority": "high"})),
    ("what was not asked for is not sent", [tool("update_issue", {
        "id!": TEXT, "title": TEXT, "notify": {"type": "boolean", "default": True}, "force": {"type": "boolean"}})],
     ChangeKind.TITLE, {"title": "New"}, ("update_issue", {"id": "PAY-7", "title": "New"})),
    ("fields of a free object are those that the ticket has", [tool("update_issue", {
        "id!": TEXT, "fields!": {"type": "object"}})],
     ChangeKind.TITLE, {"title": "New"}, ("update_issue", {"id": "PAY-7", "fields": {"title": "New"}})),
    ("a list in a free object is set with what is in it", [tool("update_issue", {
        "id!": TEXT, "fields!": {"type": "object"}})],
     ChangeKind.LABELS, {"add": ["api"]}, ("update_issue", {"id": "PAY-7", "fields": {"labels": ["ui", "api"]}})),
    ("fields as JSON in a text, by its example", [tool("update_issue", {"id!": TEXT, "fields!": {
        "type": "string", "description": "JSON string of fields, e.g. {\"summary\": \"New\", \"points\": 3}"}})],
     ChangeKind.TITLE, {"title": "New"}, ("update_issue", {"id": "PAY-7", "fields": '{"summary": "New"}'})),
    ("one action of several, and only what belongs to it", [tool("issue", {
        "action!": {"type": "string", "enum": ["get", "create", "update", "comment"]}, "id": {
            "type": "string", "description": "Required for all actions except create."},
        "title": {"type": "string", "description": "Required for create."},
        "text": {"type": "string", "description": "Required for comment."}})],
     ChangeKind.COMMENT, {"text": "Hello"}, ("issue", {"action": "comment", "id": "PAY-7", "text": "Hello"})),
    ("an internal comment where there are two kinds", [
        tool("reply_to_issue", {"issue_id!": TEXT, "body!": TEXT}, "Reply, visible to the customer."),
        tool("add_issue_note", {"issue_id!": TEXT, "body!": TEXT}, "Add a private note.")],
     ChangeKind.COMMENT, {"text": "Hello"}, ("add_issue_note", {"issue_id": "PAY-7", "body": "Hello"})),
    ("a public one where it was asked for", [
        tool("reply_to_issue", {"issue_id!": TEXT, "body!": TEXT}, "Reply, visible to the customer."),
        tool("add_issue_note", {"issue_id!": TEXT, "body!": TEXT}, "Add a private note.")],
     ChangeKind.COMMENT, {"text": "Hello", "visibility": "public"},
     ("reply_to_issue", {"issue_id": "PAY-7", "body": "Hello"})),
    ("a flag says who reads it", [tool("add_comment", {"issue_id!": TEXT, "body!": TEXT, "internal": {
        "type": "boolean", "default": False}})],
     ChangeKind.COMMENT, {"text": "Hello"}, ("add_comment", {"issue_id": "PAY-7", "body": "Hello", "internal": True})),
    ("a comment in HTML is escaped", [tool("add_comment", {"issue_id!": TEXT, "comment_html!": TEXT})],
     ChangeKind.COMMENT, {"text": "a < b"}, ("add_comment", {"issue_id": "PAY-7", "comment_html": "<p>a &lt; b</p>"})),
    ("nobody is an empty list", [tool("update_issue", {"id!": TEXT, "assignees": TEXTS})],
     ChangeKind.ASSIGN, {"assignee": "bob"}, ("update_issue", {"id": "PAY-7", "assignees": ["bob"]})),
    ("a tool for each status", [tool("start_issue", {"id!": TEXT}, "Mark an issue as in-progress.")],
     ChangeKind.STATUS, {"status": "in progress"}, ("start_issue", {"id": "PAY-7"})),
    ("a new one has everything that was wished for", [tool("create_issue", {
        "project_key!": TEXT, "summary!": TEXT, "description": TEXT, "issue_type!": {
            "type": "string", "description": "Type (e.g. 'Bug', 'Task')"}})],
     ChangeKind.CREATE, {"title": "New", "description": "Text", "project": "PAY", "type": "Bug"},
     ("create_issue", {"project_key": "PAY", "summary": "New", "description": "Text", "issue_type": "Bug"})),
    ("a repository in two arguments", [tool("create_issue", {"owner!": TEXT, "repo!": TEXT, "title!": TEXT})],
     ChangeKind.CREATE, {"title": "New", "project": "acme/web"},
     ("create_issue", {"owner": "acme", "repo": "web", "title": "New"})),
    ("time in the unit of the argument", [tool("add_worklog", {"issue_id!": TEXT, "minutes!": NUMBER})],
     ChangeKind.LOG_WORK, {"time": "1h30m"}, ("add_worklog", {"issue_id": "PAY-7", "minutes": 90})),
    ("a link from one to the other", [tool("link_issues", {"source!": TEXT, "target!": TEXT, "link_type!": {
        "type": "string", "enum": ["relates_to", "blocks"]}})],
     ChangeKind.LINK, {"type": "blocks", "to": "PAY-8"},
     ("link_issues", {"source": "PAY-7", "target": "PAY-8", "link_type": "blocks"})),
    ("a tool that does nothing but give priorities", [UPDATE, tool("reprioritise_issue", {"id!": TEXT, "priority!": {
        "type": "string", "enum": ["low", "high"]}})],
     ChangeKind.PRIORITY, {"priority": "Low"}, ("reprioritise_issue", {"id": "PAY-7", "priority": "low"})),
    ("levels told in words", [tool("set_issue_priority", {"id!": TEXT, "priority!": {
        "type": "integer", "description": "0 = none, 1 = urgent, 2 = high"}})],
     ChangeKind.PRIORITY, {"priority": "Urgent"}, ("set_issue_priority", {"id": "PAY-7", "priority": 1})),
]  # fmt: skip


@pytest.mark.parametrize(("tools", "kind", "values", "call"), [c[1:] for c in CALLS], ids=[c[0] for c in CALLS])
def test_a_wish_becomes_the_call_that_does_it(
    tools: list[Tool], kind: ChangeKind, values: dict[str, Any], call: object
) -> None:
    assert Tracker(tools, TICKET).sent(kind, **values) == call


REFUSALS: list[tuple[str, list[Tool], ChangeKind, dict[str, Any], str]] = [
    ("no tool", [COMMENT], ChangeKind.PRIORITY, {"priority": "low"}, "NotOfferedError: None of the server's tools"),
    ("a value that is in no list", [UPDATE], ChangeKind.STATUS, {"status": "blocked"}, "MissingInputError"),
    ("digits of a key are no id", [tool("update_issue", {"issue_id!": NUMBER, "title": TEXT})],
     ChangeKind.TITLE, {"title": "New"}, "NotOfferedError: The tool 'update_issue' wants 'issue_id'"),
    ("a comma in a label for a list with commas", [tool("update_issue", {"id!": TEXT, "labels": {
        "type": "string", "description": "Comma-separated labels"}})],
     ChangeKind.LABELS, {"add": ["a,b"]}, "MissingInputError: The server's 'labels' does not take 'a,b'"),
    ("a number beyond its bounds", [tool("update_issue", {"id!": TEXT, "priority": {
        "type": "integer", "minimum": 0, "maximum": 4}})],
     ChangeKind.PRIORITY, {"priority": "9"}, "MissingInputError"),
    ("a text that is too long", [tool("add_comment", {"issue_id!": TEXT, "body!": {**TEXT, "maxLength": 3}})],
     ChangeKind.COMMENT, {"text": "Hello"}, "MissingInputError: The server's 'body' does not take"),
    ("a tool for agents", [tool("set_issue_status", {"id!": TEXT, "status!": STATES}, "HUMAN ONLY: approve the work.")],
     ChangeKind.STATUS, {"status": "done"}, "NotOfferedError"),
    ("a comment that is edited", [tool("update_comment", {"id!": TEXT, "body!": TEXT})],
     ChangeKind.COMMENT, {"text": "Hello"}, "NotOfferedError"),
    ("a required argument that nobody said", [tool("create_issue", {"title!": TEXT, "team_id!": TEXT})],
     ChangeKind.CREATE, {"title": "New"}, "MissingInputError: The tool 'create_issue' needs team_id"),
    ("one that is required in words only", [tool("create_issue", {"title!": TEXT, "team": {
        "type": "string", "description": "Team (required if no workflow)"}, "workflow": TEXT})],
     ChangeKind.CREATE, {"title": "New"}, "MissingInputError: The tool 'create_issue' needs team"),
    ("a part of the wish without a place", [tool("create_issue", {"title!": TEXT})],
     ChangeKind.CREATE, {"title": "New", "description": "Text"}, "MissingInputError: The tool"),
]  # fmt: skip


@pytest.mark.parametrize(("tools", "kind", "values", "begins"), [c[1:] for c in REFUSALS], ids=[c[0] for c in REFUSALS])
def test_what_cannot_be_sent_exactly_is_refused_with_its_reason(
    tools: list[Tool], kind: ChangeKind, values: dict[str, Any], begins: str
) -> None:
    assert str(Tracker(tools, TICKET).sent(kind, **values)).startswith(begins)


def test_the_number_of_a_row_is_its_id_where_a_number_is_wanted() -> None:
    tracker = Tracker([tool("update_issue", {"number!": NUMBER, "title": TEXT})], NUMBERED)
    assert tracker.sent(ChangeKind.TITLE, title="New") == ("update_issue", {"number": 7, "title": "New"})


PEOPLE = [{"id": "u-1", "name": "Alice A"}, {"id": "u-2", "name": "Bob B", "email": "bob@x.example"}]
ASSIGN = [
    tool("assign_issue", {"issue_id!": TEXT, "assignee_id!": {"type": "string", "description": "Account ID"}}),
    tool("list_users", {}),
    tool("whoami", {}),
]


@pytest.mark.parametrize(
    ("wish", "people", "sent"),
    [
        ("Bob B", PEOPLE, "u-2"),
        ("bob@x.example", PEOPLE, "u-2"),
        ("bob", PEOPLE, "MissingInputError: The server's 'assignee_id' wants id, and nobody called 'bob'"),
        ("Bob B", [*PEOPLE, {"id": "u-3", "name": "Bob B"}], "MissingInputError: 'Bob B' names more than one"),
        ("me", PEOPLE, "u-9"),
    ],
)
def test_a_person_is_sent_by_the_id_that_the_server_knows_or_asked_for(wish: str, people: object, sent: str) -> None:
    tracker = Tracker(ASSIGN, TICKET, {"list_users": people, "whoami": {"id": "u-9", "name": "Alice A"}})
    found = tracker.sent(ChangeKind.ASSIGN, assignee=wish)
    expected = ("assign_issue", {"issue_id": "PAY-7", "assignee_id": sent})
    assert found == expected if not sent.startswith("Missing") else str(found).startswith(sent)


TRANSITIONS = [
    {"id": 11, "name": "To Do"},
    {"id": 21, "name": "Start work", "to_status": "In Progress"},
    {"id": 31, "name": "Finish", "to": {"name": "Done"}, "fields": {"resolution": {"required": True}}},
]
MOVE = [
    tool("transition_issue", {"issue_id!": TEXT, "transition_id!": TEXT, "resolution": TEXT}),
    tool("get_transitions", {"issue_id!": TEXT}),
]


@pytest.mark.parametrize(
    ("wish", "answers", "sent"),
    [
        ("in progress", {}, {"transition_id": "21"}),
        ("Done", {"resolution": "Fixed"}, {"transition_id": "31", "resolution": "Fixed"}),
        ("Done", {}, "MissingInputError: 'Finish' needs resolution"),
        ("Closed", {}, "MissingInputError: No way leads from 'todo' to 'Closed'. Possible now: To Do, Start work"),
    ],
)
def test_a_status_is_reached_by_the_transition_that_leads_to_it(
    wish: str, answers: dict[str, str], sent: object
) -> None:
    found = Tracker(MOVE, TICKET, {"get_transitions": TRANSITIONS}).sent(ChangeKind.STATUS, answers, status=wish)
    if isinstance(sent, dict):
        assert found == ("transition_issue", {"issue_id": "PAY-7", **sent})
    else:
        assert str(found).startswith(str(sent))


def test_the_version_that_was_read_is_the_lock() -> None:
    update = tool("update_issue", {"id!": TEXT, "title": TEXT, "expected_version!": NUMBER})
    sent = Tracker([update], {**TICKET, "version": 4}).sent(ChangeKind.TITLE, title="New")
    assert sent == ("update_issue", {"id": "PAY-7", "title": "New", "expected_version": 4})


def test_a_list_is_not_set_where_what_is_in_it_cannot_be_told() -> None:
    ticket = {name: value for name, value in TICKET.items() if name != "labels"}
    assert "cannot be told" in str(Tracker([UPDATE], ticket).sent(ChangeKind.LABELS, add=["api"]))


def test_constants_of_the_profile_are_sent() -> None:
    update = tool("update_issue", {"id!": TEXT, "title": TEXT, "root!": TEXT})
    tracker = Tracker([update], TICKET, map={"arguments": {"root": "/srv"}})
    assert tracker.sent(ChangeKind.TITLE, title="New") == (
        "update_issue", {"id": "PAY-7", "title": "New", "root": "/srv"}
    )  # fmt: skip


def test_an_undo_takes_back_what_was_sent_and_nothing_else() -> None:
    call = Tracker([UPDATE], TICKET).call(ChangeKind.LABELS, add=["api"], remove=["ui"])
    assert call.undo is not None
    assert (dict(call.undo.values), dict(call.undo.expected)) == (
        {"add": ["ui"], "remove": ["api"]}, {"labels": ["api"]}
    )  # fmt: skip


def test_the_profiles_map_says_which_tool_and_argument() -> None:
    odd = tool("apply", {"what!": TEXT, "ref!": TEXT, "data!": {"type": "object"}})
    table = {"tool": "apply", "id": "ref", "value": "data.state", "arguments": {"what": "issue"}}
    tracker = Tracker([odd, UPDATE], TICKET, map={"change": {"status": table}})
    assert tracker.sent(ChangeKind.STATUS, {}, status="done") == (
        "apply", {"what": "issue", "ref": "PAY-7", "data": {"state": "done"}}
    )  # fmt: skip
    assert tracker.sent(ChangeKind.TITLE, title="New") == ("update_issue", {"id": "PAY-7", "title": "New"})


@pytest.mark.parametrize("table", [{"status": {"tools": "x"}}, {"colour": {"tool": "x"}}, {"status": {"tool": "none"}}])
def test_a_wrong_map_of_changes_is_told(table: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        Tracker([UPDATE], TICKET, map={"change": table}).call(ChangeKind.STATUS, status="done")


@pytest.mark.parametrize(("tools", "kind", "values", "call"), [c[1:] for c in CALLS], ids=[c[0] for c in CALLS])
def test_what_can_be_done_is_offered(tools: list[Tool], kind: ChangeKind, values: dict[str, Any], call: object) -> None:
    del values
    offered = {action.kind: action for action in Tracker(tools, TICKET).changes.actions()}
    assert offered[kind].unavailable == ""
    assert call == "already" or offered[kind].tool in {one.name for one in tools}


def test_what_cannot_be_done_is_offered_with_its_reason() -> None:
    offered = {action.kind: action for action in Tracker([COMMENT], TICKET).changes.actions()}
    assert offered[ChangeKind.COMMENT].unavailable == ""
    assert all(offered[kind].unavailable for kind in offered if kind is not ChangeKind.COMMENT)


def test_a_project_is_sent_by_the_id_that_a_tool_lists() -> None:
    create = tool("create_issue", {"title!": TEXT, "team_id!": {"type": "string", "description": "ID of the team"}})
    teams = [{"id": "t-1", "key": "ENG", "name": "Engineering"}, {"id": "t-2", "key": "OPS", "name": "Operations"}]
    tracker = Tracker(
        [create, tool("list_teams", {}), tool("get_team_roles", {"team_id!": TEXT})], TICKET, {"list_teams": teams}
    )
    sent = tracker.sent(ChangeKind.CREATE, title="New", project="Engineering")
    assert sent == ("create_issue", {"title": "New", "team_id": "t-1"})


def test_a_status_is_looked_up_in_a_list_for_people() -> None:
    update = tool("update_issue", {"id!": TEXT, "status_id": NUMBER})
    listed = "Found 2 statuses:\n- **New** (ID: 1) - Default\n- **Closed** (ID: 12)\n"
    tracker = Tracker([update, tool("list_statuses", {})], TICKET, {"list_statuses": listed})
    assert tracker.sent(ChangeKind.STATUS, status="closed") == ("update_issue", {"id": "PAY-7", "status_id": 12})


def test_a_ticket_that_the_server_itself_calls_so_is_changed_by_its_number() -> None:
    shown = 'Issue: sc-7\n\n{"id": 7, "title": "Login fails", "status": "todo"}'
    others = [{"id": 8, "title": "Another", "status": "todo"}]
    tools = [tool("get_issue", {"issue_id!": NUMBER}), tool("update_issue", {"issue_id!": NUMBER, "title": TEXT})]
    tracker = Tracker(tools, {**TICKET, "id": "sc-7"}, {"get_issue": shown, "list_issues": others})
    assert tracker.fresh().ticket.id == "sc-7"
    assert tracker.sent(ChangeKind.TITLE, title="New") == ("update_issue", {"issue_id": 7, "title": "New"})


MASKED = "Deploy by curl -H 'Authorization: Bearer abcdefgh' and wait."
LABELLED = "Leave of absence.\nSalary: 5000\nPlease approve."
EMPTY = {**TEXT, "default": ""}
OVERWRITING = tool("update_issue", {"id!": TEXT, "title": TEXT, "description": EMPTY})
PLAIN = tool("update_issue", {"id!": TEXT, "title": TEXT, "description": TEXT})


@pytest.mark.parametrize("structured", [False, True])
@pytest.mark.parametrize("secret", [MASKED, LABELLED, "Salary: 5000"])
@pytest.mark.parametrize(
    ("update", "kind", "values", "goes"),
    [
        (OVERWRITING, ChangeKind.TITLE, {"title": "New"}, False),
        (PLAIN, ChangeKind.TITLE, {"title": "New"}, True),
        (PLAIN, ChangeKind.DESCRIPTION, {"description": "New"}, False),
    ],
)
def test_a_text_that_was_cut_on_the_way_here_is_not_written_back_or_over(
    structured: bool, secret: str, update: Tool, kind: ChangeKind, values: dict[str, Any], goes: bool
) -> None:
    class Cleaning(Tracker):
        def _answer(self, call: ToolCall) -> CallToolResult:
            said = super()._answer(call)
            if structured and not said.is_error:
                said = replace(said, structured_content=json.loads(said.text))
            masked = with_texts([block.text for block in said.content], mask_text)
            blocks = tuple(ContentBlock("text", redact_text(text, ["salary"])) for text in masked)
            data: Any = redact(with_texts(said.structured_content, mask_text), ["salary"])
            return replace(said, content=blocks, structured_content=data).cleaned_from(said)

    made = Cleaning([update], {"id": "A-1", "title": "Old", "status": "open", "description": secret}).sent(
        kind, **values
    )
    assert isinstance(made, tuple) == goes, made
    whole = Cleaning([update], {"id": "A-1", "title": "Old", "status": "open", "description": "A salary."})
    assert isinstance(whole.sent(kind, **values), tuple)


@pytest.mark.parametrize(
    "labels",
    [["ui", "Internal notes: x"], "ui, internal_notes: x", [{"name": "ui"}, {"name": "Private data", "value": 1}]],
)
def test_labels_of_which_a_private_part_was_taken_out_are_not_set(labels: Any) -> None:
    """What is not seen here would be lost there."""
    ticket = {"id": "PAY-7", "title": "Login fails", "labels": labels}
    tracker = Tracker([tool("update_issue", {"id!": TEXT, "title": TEXT, "labels": TEXTS})], ticket)
    said = answer(ticket)
    cleaned = replace(said, content=(ContentBlock("text", redact_text(said.text)),)).cleaned_from(said)
    fresh = replace(tracker.fresh(), results=(cleaned,))
    wanted = WantedChange(ChangeKind.LABELS, "PAY-7", values={"add": ["api"]})
    with pytest.raises(NotOfferedError, match="cannot be told"):
        tracker.changes.write_call(wanted, ChangeFacts(fresh))


DESCRIBED = tool("update_issue", {"id!": TEXT, "description": TEXT})


@pytest.mark.parametrize(
    "more",
    [
        {"description": "The beginning\u2026 (truncated)"},
        {"description": "The beginning\n[truncated, 3 of 40 kB]"},
        {"description": "The beginning", "truncated": True},
        {"description": "The beginning", "is_truncated": True},
    ],
    ids=str,
)
def test_a_description_that_was_cut_is_not_replaced(more: dict[str, Any]) -> None:
    sent = Tracker([DESCRIBED], {**TICKET, **more}).sent(ChangeKind.DESCRIPTION, description="New")
    assert str(sent).startswith(
        "NotOfferedError: It would replace a description of which the server gave only the begin"
    )


@pytest.mark.parametrize(
    ("held", "warned"),
    [
        ("As it is [truncated] here", False),
        ("As it is", False),
        ("<p>As <b>it</b> is</p><ul><li>one</li></ul>", True),
        (
            {
                "type": "doc",
                "version": 1,
                "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hi"}]}],
            },
            True,
        ),
        ("", False),
    ],
    ids=str,
)
def test_a_description_in_another_markup_is_replaced_after_a_warning(held: Any, warned: bool) -> None:
    call = Tracker([DESCRIBED], {**TICKET, "description": held}).call(ChangeKind.DESCRIPTION, description="New")
    assert call.arguments["description"] == "New"
    assert any("in another markup" in warning for warning in call.warnings) is warned


@pytest.mark.parametrize("argument", [TEXT, NUMBER])
@pytest.mark.parametrize("name", ["label_id", "label"])
def test_the_last_label_is_not_taken_by_a_tool_that_sets_one(name: str, argument: dict[str, Any]) -> None:
    listed = [{"id": "17", "name": "bug"}, {"id": "18", "name": "ui"}]
    ticket = {"id": "PAY-7", "title": "Login fails", "labels": listed[:1]}
    tools = [tool("update_issue", {"id!": TEXT, name: argument}, "Update an issue"), tool("list_labels", {})]
    with pytest.raises(NotOfferedError, match="one label at a time"):
        Tracker(tools, ticket, {"list_labels": listed}).call(ChangeKind.LABELS, add=[], remove=["bug"])
