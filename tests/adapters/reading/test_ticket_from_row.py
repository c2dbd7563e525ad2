"""One row becomes one ticket, whatever its tracker calls the fields, and nothing is invented."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui_app.adapters.reading import iter_tickets, learn, ticket_from
from tui_app.adapters.reading.alike_rows import AlikeRows, flattened
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.ticket import Ticket


def ticket(**row: Any) -> Ticket:
    return ticket_from(row)


@pytest.mark.parametrize(
    ("row", "identity"),
    [
        ({"id": "10001", "key": "PAY-7"}, "PAY-7"),
        ({"id": "1f3c-uuid", "identifier": "ENG-3"}, "ENG-3"),
        ({"id": "01a2-uuid", "human_id": "KAN-9"}, "KAN-9"),
        ({"id": 100001, "number": 17}, "17"),
        ({"id": "7001", "iid": "4"}, "4"),
        ({"sys_id": "abc", "number": "INC0001"}, "INC0001"),
        ({"id": "WEB-1", "key": "WEB"}, "WEB-1"),
        ({"id": "K8S-12", "key": "K8S"}, "K8S-12"),
        ({"id": 12}, "12"),
        ({"id": 9007199254740993}, "9007199254740993"),
        ({"id": "#12"}, "12"),
        ({"gid": "111"}, "111"),
        ({"ticketId": 5}, "5"),
    ],
)
def test_a_ticket_is_known_by_what_people_call_it(row: dict[str, Any], identity: str) -> None:
    assert ticket_from({**row, "title": "x"}).id == identity


ROW_NAMES = st.sampled_from(["id", "title", "status", "user", "fields", "node", "custom_fields", "_links", "x"])
CELLS = st.sampled_from(
    [
        *(None, "", "A-1", 7, [], {}, [{"name": "Points", "value": 3}], {"status": {"href": "/s", "title": "Open"}}),
        *({"type": "status", "status": "Open"}, {"nodes": [{"text": "Open", "field": {"name": "Stage"}}]}),
    ]
)
PARTS = st.dictionaries(ROW_NAMES, CELLS, max_size=4)
WRAPPED = st.dictionaries(ROW_NAMES, CELLS | PARTS | st.dictionaries(ROW_NAMES, CELLS | PARTS, max_size=4), max_size=5)


@given(st.lists(WRAPPED, min_size=1, max_size=4))
@example([{"id": 1, "node": {"title": "x", "status": "Open", "id": ""}}, {"id": 2, "node": {"title": "y", "id": 3}}])
@example([{"node": {"fields": {"title": "x", "status": "Open"}, "key": "A-1"}}])
@example([{"fields": {"title": "x", "status": "Open"}}, {"title": "y", "status": "Open"}])
def test_columns_of_rows_that_wrap_others_are_those_of_each_row_alone(rows: list[dict[str, Any]]) -> None:
    alike, flat = AlikeRows(rows), [flattened(row) for row in rows]
    assert {name for row in flat for name in row} <= set(alike.names())
    for name in alike.names():
        assert alike.column(name, ...) == [row.get(name, ...) for row in flat]


def test_what_the_get_tool_may_need_is_kept() -> None:
    found = ticket(id="7001", iid="4", project_id="1", title="x", state="opened", weight=3)
    assert found.lookup == {"id": "7001", "iid": "4", "project_id": "1"}


@pytest.mark.parametrize("name", ["title", "summary", "subject", "name", "short_description", "System.Title"])
def test_a_title_has_many_names(name: str) -> None:
    assert ticket_from({"id": "A-1", name: "Printer offline"}).title == "Printer offline"


@pytest.mark.parametrize(
    "value",
    ["In Progress", {"name": "In Progress"}, {"display_value": "In Progress", "value": "2"}, {"status": "In Progress"}],
)
def test_a_status_may_be_a_word_or_an_object(value: Any) -> None:
    assert ticket(id="A-1", title="x", status=value).status == "In Progress"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("Ada Byron (ada@example.com)", "Ada Byron"),
        ('"Byron, Ada" <ada@example.com>', "Byron, Ada"),
        ({"display": "Ada Byron (ada@example.com)"}, "Ada Byron"),
        ("Ada (Berlin)", "Ada (Berlin)"),
        ("ada@example.com", "ada@example.com"),
        ("(ada@example.com)", "(ada@example.com)"),
        ("alice", "alice"),
        ({"displayName": "Alice Smith", "name": "asmith"}, "Alice Smith"),
        ({"display_name": "Alice Smith"}, "Alice Smith"),
        ({"login": "alice"}, "alice"),
        ([{"username": "alice"}, {"username": "bob"}], "alice"),
        ([{"assignee": {"summary": "Alice"}}], "Alice"),
        ({"nodes": [{"name": "Alice"}]}, "Alice"),
        ("Unassigned", None),
        ({"display_name": "Unassigned"}, None),
        ([], None),
        (None, None),
    ],
)
def test_a_person_may_be_a_word_an_object_or_a_list(value: Any, name: str | None) -> None:
    assert ticket(id="A-1", title="x", assignee=value).assignee == name


@pytest.mark.parametrize(
    "value",
    [["ui", "bug"], "ui, bug", [{"name": "ui"}, {"name": "bug"}], {"nodes": [{"name": "ui"}, {"title": "bug"}]}],
)
def test_labels_come_as_words_objects_and_text(value: Any) -> None:
    assert ticket(id="A-1", title="x", labels=value).labels == ("ui", "bug")


def test_the_priority_is_its_name_rather_than_its_number() -> None:
    assert ticket(id="A-1", title="x", priority=2, priorityLabel="High").priority == "High"
    assert ticket(id="A-1", title="x", priority=0).priority == "0"


def test_values_that_are_tagged_with_their_kind_are_no_rows_of_their_own() -> None:
    state = {"id": "s", "type": "select", "select": {"id": "x", "name": "In progress"}}
    name = {"id": "title", "type": "title", "title": [{"type": "text", "text": {}, "plain_text": "Login fails"}]}
    page = {"object": "page", "id": "59833787-2cf9", "properties": {"Task": name, "Status": state}}
    found = learn(CallToolResult(structured_content={"object": "list", "results": [page]}))
    assert found
    (read,) = found.tickets
    assert (read.id, read.title, read.status) == ("59833787-2cf9", "Login fails", "In progress")


def test_fields_within_wrappers_are_found() -> None:
    jira = ticket(id="1", key="PAY-1", fields={"summary": "Late", "status": {"name": "Open"}, "assignee": None})
    assert (jira.id, jira.title, jira.status, jira.assignee) == ("PAY-1", "Late", "Open", None)
    api = ticket(
        type="story", id="7", attributes={"title": "Late", "status": "open", "createdAt": "2026-11-02T08:00:00Z"}
    )
    assert (api.id, api.title, api.status, api.created_at is not None) == ("7", "Late", "open", True)


@pytest.mark.parametrize("name", ["milestone", "cycle", "iteration"])
def test_what_a_ticket_belongs_to_is_not_the_ticket_though_it_has_the_same_fields(name: str) -> None:
    release = {"id": "9", "iid": "1", "title": "v1", "description": "", "state": "active", "due_date": "2026-12-01"}
    read = ticket(title="Login fails", description="It does.", state="opened", due_date=None, **{name: release})
    assert (read.title, read.status) == ("Login fails", "opened")


def test_custom_fields_by_name_fill_what_is_missing() -> None:
    found = ticket(
        idReadable="PAY-1",
        summary="Late",
        customFields=[{"name": "State", "value": {"name": "Open"}}, {"name": "Assignee", "value": {"fullName": "Al"}}],
    )
    assert (found.status, found.assignee) == ("Open", "Al")


def test_a_flag_says_how_far_a_thing_to_do_is() -> None:
    assert ticket(id=1, title="x", completed=True).status == "completed"
    assert ticket(id=1, title="x", done=False).status == "open"


def test_the_address_is_the_one_for_people() -> None:
    github = ticket(
        id=1, title="x", url="https://api.github.com/repos/a/b/issues/1", html_url="https://github.com/a/b/issues/1"
    )
    assert github.url == "https://github.com/a/b/issues/1"
    jira = ticket(key="PAY-1", summary="x", self="https://jira.example.com/rest/api/3/issue/10001")
    assert jira.url == "https://jira.example.com/browse/PAY-1"
    assert ticket(id=1, title="x", url="https://t.example.com/api/v2/tickets/1.json").url is None
    assert ticket(id=1, title="x", url="javascript:alert(1)").url is None


def test_githubs_number_of_comments_is_no_comment() -> None:
    found = ticket(number=1, title="x", state="open", comments=3)
    assert found.comments == ()
    assert found.extra["comments"] == 3


def test_comments_history_and_attachments_come_along() -> None:
    found = ticket(
        key="PAY-1",
        fields={
            "summary": "x",
            "status": {"name": "Open"},
            "comment": {
                "comments": [{"author": {"displayName": "Bob"}, "created": "2026-11-02T08:00:00Z", "body": "h2. Hi"}]
            },
            "attachment": [{"filename": "log.txt", "size": 12}],
        },
        changelog={
            "histories": [
                {
                    "author": {"displayName": "Bob"},
                    "created": "2026-11-02T08:00:00Z",
                    "items": [{"field": "status", "fromString": "New", "toString": "Open"}],
                }
            ]
        },
    )
    assert [(c.author, c.body) for c in found.comments] == [("Bob", "## Hi")]
    assert [(c.field, c.before, c.after) for c in found.history] == [("status", "New", "Open")]
    assert [(a.name, a.size) for a in found.attachments] == [("log.txt", 12)]


def test_a_ticket_that_lacks_something_is_shown_with_what_it_has() -> None:
    found = ticket(assignee="alice", description="only this")
    assert (found.assignee, found.description) == ("alice", "only this")
    assert found.problems == ("no id", "no title", "no status")


def test_a_title_that_is_no_text_is_marked() -> None:
    found = ticket(id="A-1", title=17, status="open")
    assert (found.title, found.problems) == ("17", ("the title is not text",))


def test_all_text_is_sanitised_and_the_original_kept_for_exports() -> None:
    found = ticket(id="A-1", title="a\x1b[2Jb", status="open", labels=["\u202ex"], custom={"k\x07": "v\x1b"})
    assert found.title == "a␛[2Jb"
    assert found.originals == {"title": "a\x1b[2Jb"}
    assert "\u202e" not in found.labels[0]
    assert found.extra == {"custom": {"k␇": "v␛"}}


def test_further_fields_are_kept_but_not_the_interfaces_machinery() -> None:
    found = ticket(
        id="A-1", title="x", status="open", estimate=3, avatar_url="https://x.y/z", empty=None, none=[], node_id="x"
    )
    assert found.extra == {"estimate": 3}


def test_html_in_a_further_field_becomes_markdown() -> None:
    found = ticket(id="1", title="t", status="open", criteria="<p>It <b>prints</b></p>", flavour="<b> is a tag")
    assert found.extra == {"criteria": "It **prints**", "flavour": "<b> is a tag"}


def test_values_that_a_map_read_elsewhere_count() -> None:
    found = ticket_from({"id": "1", "title": "x"}, {"id": "PAY-9", "status": "open"})
    assert (found.id, found.status) == ("PAY-9", "open")


def test_rows_that_are_no_objects_are_left_out() -> None:
    assert [found.id for found in iter_tickets([{"id": "A-1", "title": "x", "status": "y"}, "A-2", None, 3])] == ["A-1"]


@pytest.mark.parametrize(
    ("row", "parent"),
    [
        ({"parent": {"id": "10007", "key": "PAY-7", "fields": {"summary": "x"}}}, "PAY-7"),
        ({"parent": {"id": "0b1c", "identifier": "ENG-1", "title": "Epic"}}, "ENG-1"),
        ({"parent": {"id": 12}}, "12"),
        ({"parent_id": 12}, "12"),
        ({"parent": "#12"}, "12"),
        ({"Parent": "task-4"}, "task-4"),
        ({"parent": None}, None),
    ],
)
def test_the_parent_is_named_by_the_id_that_people_use(row: dict[str, Any], parent: str | None) -> None:
    assert ticket_from({"id": "A-1", "title": "t", "status": "open", **row}).parent == parent


@pytest.mark.parametrize("name", ["duedate", "due_date", "dueDate", "due_on", "Due Date", "deadline"])
def test_the_day_that_a_ticket_is_due_is_read(name: str) -> None:
    ticket = ticket_from({"id": "A-1", "title": "t", "status": "open", name: "2026-12-24"})
    assert ticket.due_at == datetime(2026, 12, 24, tzinfo=UTC)
    assert ticket.extra == {}


def test_a_part_of_a_person_is_none_of_the_ticket() -> None:
    found = ticket(id=7, title="x", assigned_to_name="Ana", assignedToTag="ana", author_type="bot")
    assert (found.labels, found.type) == ((), None)


def test_one_word_under_the_name_of_a_ticket_is_what_it_is_called() -> None:
    titles = {"login-loop": "Login loop after a while", "new-driver": "Upgrade the driver now"}
    rows = [{"agent": "ana", "work_item": key, "purpose": title, "status": "doing"} for key, title in titles.items()]
    found = learn(CallToolResult(structured_content={"cards": rows}))
    assert found is not None
    assert {ticket.id: ticket.title for ticket in found.tickets} == titles
