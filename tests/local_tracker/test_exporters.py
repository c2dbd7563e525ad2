"""Shapes of exports whose values would be read as something else by names alone; each kind in variants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cases import one_quick
from tests.local_tracker.conftest import tracker_at
from tui_app.local_tracker.file_import import ImportReport, import_file
from tui_app.tickets.errors import UsageError


def brought_in(folder: Path, text: str, name: str = "export.csv") -> tuple[ImportReport, dict[str, dict[str, Any]]]:
    """The report, and the tickets by their titles."""
    file, database = folder / name, folder / "t.db"
    file.write_text(text)
    report = import_file(file, database)
    assert report.rows == report.added + report.updated + report.unchanged + len(report.refused)
    with tracker_at(database) as tracker:
        whole = [tracker.call("get_ticket", id=ticket["id"]) for ticket in tracker.search()["tickets"]]
    return report, {ticket["title"]: ticket for ticket in whole}


@pytest.mark.parametrize(
    ("headings", "empty", "other"),
    one_quick(
        ("assigned_to,owner,assigned_to_full_name", "sam", "owner"),  # Taiga: the owner wrote it
        ("Assignee,Responsible,Assignee Id", "sam", "Responsible"),
        ("Assigned To,Account Owner,Assigned Team", "Sam Okafor", "Account Owner"),
    ),
)
def test_nobody_is_assigned_where_the_column_for_it_is_empty(
    tmp_path: Path, headings: str, empty: str, other: str
) -> None:
    text = f"ref,subject,status,{headings}\n12,Cart loses items,open,Jun,ada,\n13,Rotate the keys,open,,{empty},\n"
    _, tickets = brought_in(tmp_path, text)
    assert (tickets["Cart loses items"]["assignee"], tickets["Rotate the keys"]["assignee"]) == ("Jun", None)
    assert tickets["Rotate the keys"]["extra"][other] == empty


@pytest.mark.parametrize(
    "row",
    one_quick(
        {"content": "", "content_updated_on": "2026-10-12T03:44:04.660869+00:00"},  # Bitbucket
        {"body": None, "body_changed": "2026-10-12 03:44"},
        {"description": "", "description_date": "Oct 12, 2026"},
    ),
)
def test_when_a_text_was_changed_is_not_the_text(tmp_path: Path, row: dict[str, Any]) -> None:
    first = {key: value or "It vanishes." for key, value in row.items()}
    rows = [{"id": n, "title": f"Ticket {n} fails", "status": "open", **one} for n, one in ((1, first), (2, row))]
    _, tickets = brought_in(tmp_path, json.dumps(rows), "export.json")
    assert not tickets["Ticket 2 fails"]["description"]


@pytest.mark.parametrize(
    ("rows", "name", "comment"),
    one_quick(
        ("issues", "comments", {"content": "Seen here too.", "created_on": "2026-11-02T08:00:00Z", "issue": 1}),
        ("tickets", "notes", {"text": "Seen here too.", "posted": "2026-11-02 08:00:00", "date": "2026-11-02T08:00Z",
                              "ticket": 1}),
        ("bugs", "replies", {"body": "Seen here too.", "created": "2026-11-02T08:00:00Z", "bug": {"id": 1}}),
    ),
)  # fmt: skip
def test_comments_that_name_their_ticket_by_its_number_are_its_comments(
    tmp_path: Path, rows: str, name: str, comment: dict[str, Any]
) -> None:
    found = [{"id": number, "title": f"Ticket {number} fails", "status": "open"} for number in (1, 2)]
    document = {
        "meta": {"version": 1},
        rows: found,
        name: [{"id": 11, "user": {"display_name": "Jun Park"}, **comment}],
    }
    _, tickets = brought_in(tmp_path, json.dumps(document), "export.json")
    (said,) = tickets["Ticket 1 fails"]["comments"]
    assert said == {"author": "Jun Park", "created_at": "2026-11-02T08:00:00Z", "body": "Seen here too."}
    assert tickets["Ticket 2 fails"]["comments"] == []


@pytest.mark.parametrize("name", one_quick("timestamp", "posted", "when", "Zeitpunkt"))
def test_when_a_comment_was_written_is_found_by_its_value(tmp_path: Path, name: str) -> None:
    post = {"text": "Seen 3 times.", "author": "jun", name: "2026-11-02 08:00:00"}
    rows = [{"id": "A-1", "title": "Ticket 1 fails", "status": "open", "comments": [post]}]
    _, tickets = brought_in(tmp_path, json.dumps(rows), "export.json")
    assert tickets["Ticket 1 fails"]["comments"][0]["created_at"] == "2026-11-02T08:00:00Z"


@pytest.mark.parametrize(
    "headings",
    one_quick(
        "incident_number,description,service_id,service_name,acknowledged_by_user_names",  # PagerDuty
        "number,description,team_id,team_name,seen_by",
        "Case,Description,Customer ID,Customer Name,Opened For",
    ),
)
def test_the_name_of_something_else_is_no_title(tmp_path: Path, headings: str) -> None:
    lines = [
        "8812,CPU is high on web-1,P1,Web,Jun Park,open",
        "8813,The disk is full on db-1,P2,Database,Sam Okafor,done",
    ]
    _, tickets = brought_in(tmp_path, "\n".join([f"{headings},status", *lines]))
    assert set(tickets) == {"CPU is high on web-1", "The disk is full on db-1"}


@pytest.mark.parametrize(
    ("address", "ids"),
    one_quick(
        ("https://github.com/acme/shop/issues/{}", {"acme/shop#12", "acme/shop#13"}),  # a GitHub project's view
        ("https://bugs.launchpad.net/shop/+bug/{}", {"#12", "#13"}),
        ("https://acme.atlassian.net/browse/PAY-{}", {"PAY-12", "PAY-13"}),
    ),
)
def test_an_id_that_is_in_no_column_is_the_end_of_the_address(tmp_path: Path, address: str, ids: set[str]) -> None:
    lines = [f"Ticket {number} fails,{address.format(number)},open" for number in (12, 13)]
    report, tickets = brought_in(tmp_path, "\n".join(["Title,URL,Status", *lines, "A draft,,open"]))
    assert {ticket["id"] for ticket in tickets.values()} == ids
    assert [(row.row, row.reason) for row in report.refused] == [(4, "id is missing")]


@pytest.mark.parametrize(
    ("project", "ids"),
    one_quick((",", ("#512", "#500")), ("Shop,", ("Shop#512", "Shop#500")), ("#,", ("##512", "##500"))),
)
def test_a_parent_that_is_a_number_is_the_ticket_of_that_number(
    tmp_path: Path, project: str, ids: tuple[str, str]
) -> None:
    text = f"Project,ID,Subject,Status,Parent\n{project}500,The cart,open,\n{project}512,Cart loses items,open,500\n"
    _, tickets = brought_in(tmp_path, text)
    assert (tickets["Cart loses items"]["id"], tickets["Cart loses items"]["parent"]) == ids


@pytest.mark.parametrize(
    ("headings", "own", "above"),
    one_quick(
        ("Issue key,Issue id,Parent id", "PAY-12,10012,10007", "PAY-7,10007,"),  # Jira's data center
        ("Key,Internal ID,Parent", "PAY-12,8812,8807", "PAY-7,8807,"),
        ("Nr,UID,Parent", "PAY-12,9f2c,77aa", "PAY-7,77aa,"),
    ),
)
def test_a_parent_named_by_another_id_of_the_file_is_that_ticket(
    tmp_path: Path, headings: str, own: str, above: str
) -> None:
    text = f"{headings},Summary,Status\n{own},Cart loses items,open\n{above},The cart,open\n"
    _, tickets = brought_in(tmp_path, text)
    assert tickets["Cart loses items"]["parent"] == "PAY-7"
    assert import_file(tmp_path / "export.csv", tmp_path / "t.db").unchanged == 2


@pytest.mark.parametrize(
    ("heading", "value"),
    one_quick(("Inward issue link (Blocks)", "PAY-7"), ("Outward link", "PAY-7"), ("Web", "core team")),
)
def test_what_is_no_address_is_kept_by_its_name(tmp_path: Path, heading: str, value: str) -> None:
    text = f"Key,Summary,Status,{heading}\nPAY-12,Cart loses items,open,{value}\nPAY-13,Rotate the keys,open,\n"
    report, tickets = brought_in(tmp_path, text)
    assert tickets["Cart loses items"]["extra"][heading] == value
    assert "url" not in report.fields.values()


@pytest.mark.parametrize(
    ("headings", "cells"),
    one_quick(
        ("Current State,Task Status", ("started,completed", "accepted,")),  # Pivotal: of its first task
        ("State,Issue Status", ("open,done", "closed,")),
        ("Subtask status,Stage", ("done,open", ",closed")),
    ),
)
def test_the_status_is_the_column_that_each_row_fills(tmp_path: Path, headings: str, cells: tuple[str, str]) -> None:
    text = f"Id,Title,{headings}\n187,Log in by mail,{cells[0]}\n188,Clean the attic,{cells[1]}\n"
    _, tickets = brought_in(tmp_path, text)
    own = [set(cell.split(",")) - {"completed", "done", ""} or {"done"} for cell in cells]
    assert [{tickets[one]["status"]} for one in ("Log in by mail", "Clean the attic")] == own


@pytest.mark.parametrize(("score", "other"), one_quick((9.2, 0), (0.5, 3), (14.25, 1)))
def test_a_score_is_no_priority_of_a_ticket_that_has_none(tmp_path: Path, score: float, other: float) -> None:
    rows = [
        {"uuid": "8f9c2b1e", "description": "Buy milk", "status": "pending", "priority": "H", "urgency": score},
        {"uuid": "8f9c2b1f", "description": "Call the bank", "status": "completed", "urgency": other},
    ]
    _, tickets = brought_in(tmp_path, json.dumps(rows), "tasks.json")
    assert (tickets["Buy milk"]["priority"], tickets["Call the bank"]["priority"]) == ("H", None)


@pytest.mark.parametrize(
    "heading", one_quick("Item ID (auto generated)", "Ticket ID (read only)", "ID [internal]", "Case Number (7 digits)")
)
def test_a_remark_in_a_heading_hides_no_name(tmp_path: Path, heading: str) -> None:
    _, tickets = brought_in(
        tmp_path, f"Name,Status,{heading}\nBuild page,Doing,1234567890\nTest page,Done,1234567891\n"
    )
    assert tickets["Build page"]["id"] == "#1234567890"


@pytest.mark.parametrize(
    ("moment", "text"),
    one_quick(
        ("1767603600000", "1/5/2026"),  # ClickUp writes both
        ("2026-01-05T09:00:00Z", "5/1/2026"),
        ("1767603600", "1/5/26 10:00"),
    ),
)
def test_a_date_that_is_certain_goes_before_one_that_is_not(tmp_path: Path, moment: str, text: str) -> None:
    lines = [f"T-{number},Ticket {number} fails,open,{moment},{text}" for number in (1, 2)]
    report, tickets = brought_in(tmp_path, "\n".join(["ID,Name,Status,Date Created,Date Created Text", *lines]))
    assert tickets["Ticket 1 fails"]["created_at"] == "2026-01-05T09:00:00Z"
    assert not report.unread
    assert not any("month" in note for note in report.notes)


@pytest.mark.parametrize("parent", one_quick({"gid": "1200", "name": "The cart"}, {"uid": "1200", "title": "The cart"}))
def test_a_parent_as_an_object_is_its_id_whatever_that_is_called(tmp_path: Path, parent: dict[str, str]) -> None:
    (key,) = (name for name in parent if name.endswith("id"))
    rows = [
        {key: "1200", "name": "The cart", "status": "open", "parent": None},
        {key: "1201", "name": "Cart loses items", "status": "open", "parent": parent},
    ]
    _, tickets = brought_in(tmp_path, json.dumps({"data": rows}), "tasks.json")
    assert tickets["Cart loses items"]["parent"] == "#1200"


@pytest.mark.parametrize(
    ("document", "ids"),
    one_quick(
        (
            """<!DOCTYPE bugzilla SYSTEM "https://bugs.example/page.cgi?id=bugzilla.dtd"><bugzilla>
            <bug><bug_id>11</bug_id><short_desc>Cart &amp; list</short_desc><bug_status>NEW</bug_status></bug>
            <bug><bug_id>12</bug_id><short_desc>Slow start</short_desc><bug_status>DONE</bug_status></bug>
            </bugzilla>""",
            {"#11", "#12"},
        ),
        (
            """<rss><channel>
            <item><key id="1">PAY-1</key><summary>Cart &amp; list</summary><status>Open</status></item>
            <item><key id="2">PAY-2</key><summary>Slow start</summary><status>Done</status></item></channel></rss>""",
            {"PAY-1", "PAY-2"},
        ),
    ),
)
def test_an_xml_document_is_read_as_any_other(tmp_path: Path, document: str, ids: set[str]) -> None:
    _, tickets = brought_in(tmp_path, document, "export.xml")
    assert {ticket["id"] for ticket in tickets.values()} == ids
    assert "Cart & list" in tickets


@pytest.mark.parametrize(
    ("id_key", "members"), one_quick(("_id", "assignees"), ("_id", "assigneeIds"), ("id", "assigned"))
)
def test_people_of_a_board_are_named_and_its_lists_are_statuses(tmp_path: Path, id_key: str, members: str) -> None:
    moments = {"createdAt": "2026-03-01", "dueAt": "2026-04-01", "description": "before Easter"}
    document = {
        "title": "House",
        "lists": [{id_key: "l1", "title": "Todo"}, {id_key: "l2", "title": "Done"}],
        "users": [{id_key: "u1", "username": "ada"}],
        "cards": [
            {id_key: "k1", "title": "Paint the walls", "listId": "l1", members: ["u1"], **moments},
            {id_key: "k2", "title": "Sweep the floor", "listId": "l2", members: [], **moments},
        ],
    }
    _, tickets = brought_in(tmp_path, json.dumps(document), "board.json")
    assert {title: ticket["status"] for title, ticket in tickets.items()} == {
        "Paint the walls": "Todo", "Sweep the floor": "Done",
    }  # fmt: skip
    assert tickets["Paint the walls"]["assignee"] == "ada"


@pytest.mark.parametrize("heading", one_quick("Ticket#", "Case #", "Vorgang №"))
def test_a_sign_for_number_makes_a_heading_that_of_the_id(tmp_path: Path, heading: str) -> None:
    text = (
        f"Kundennummer;Besitzer;Status;{heading};Titel\n"
        "kunde1;Anna Agent;offen;2026030110000011;Drucker kaputt\n"
        "kunde2;Bernd Agent;erledigt;2026030110000029;Maus weg\n"
    )
    _, tickets = brought_in(tmp_path, text)
    assert {ticket["id"] for ticket in tickets.values()} == {"#2026030110000011", "#2026030110000029"}
    assert set(tickets) == {"Drucker kaputt", "Maus weg"}


@pytest.mark.parametrize(
    ("flag", "over", "status"),
    one_quick(
        ("completed", True, "completed"),  # Basecamp: its status only says that it is not in the bin
        ("is_closed", True, "closed"),
        ("done", False, "active"),
    ),
)
def test_a_ticket_that_a_flag_ends_is_over_whatever_its_status(
    tmp_path: Path, flag: str, over: bool, status: str
) -> None:
    rows = [
        {"id": 1, "title": "Draw the icon", "status": "active", flag: False},
        {"id": 2, "title": "Name the app", "status": "active", flag: over},
    ]
    _, tickets = brought_in(tmp_path, json.dumps(rows), "todos.json")
    assert (tickets["Draw the icon"]["status"], tickets["Name the app"]["status"]) == ("active", status)


RICH = [{"type": "text", "text": {"content": "Login "}, "plain_text": "Login "}, {"plain_text": "fails"}]
NOTION = {
    "object": "page",
    "id": "59833787-2cf9-4fdf-8782-e53db20768a5",
    "properties": {
        "Name": {"id": "title", "type": "title", "title": RICH},
        "Status": {"id": "s", "type": "status", "status": {"id": "x", "name": "In progress"}},
        "Assignee": {"id": "p", "type": "people", "people": [{"object": "user", "id": "u", "name": "Ada A"}]},
        "Due": {"id": "d", "type": "date", "date": {"start": "2026-12-01", "end": None}},
    },
}
CLICKUP = {
    "id": "86a1",
    "name": "Login fails",
    "status": {"id": "p1", "status": "In progress", "type": "custom"},
    "list": {"id": "9", "name": "App"},
    "assignees": [{"id": 2, "username": "Ada A"}],
    "due_date": "1796083200000",
}
MONDAY = {
    "id": "86a1",
    "name": "Login fails",
    "column_values": [
        {"id": "status", "text": "In progress", "column": {"title": "Status"}},
        {"id": "person", "text": "Ada A", "value": "{}", "column": {"title": "Owner"}},
        {"id": "date4", "text": "2026-12-01", "column": {"title": "Due date"}},
    ],
}
GITHUB_CELLS = [
    {"name": "In progress", "field": {"name": "Status"}},
    {"text": "Ada A", "field": {"name": "Owner"}},
    {"date": "2026-12-01", "field": {"name": "Due"}},
]
GITHUB = {"id": "PVTI_1", "title": "Login fails", "fieldValues": {"nodes": GITHUB_CELLS}}
RALLY = {
    "_ref": "https://rally.example/defect/1",
    "_type": "Defect",
    "FormattedID": "DE17",
    "Name": "Login fails",
    "ScheduleState": "In progress",
    "Owner": {"_ref": "https://rally.example/user/1", "_type": "User", "_refObjectName": "Ada A"},
    "DueDate": {"display_value": "2026-12-01 01:00", "value": "2026-12-01 00:00"},
}


@pytest.mark.parametrize(
    "row", [NOTION, CLICKUP, MONDAY, GITHUB, RALLY], ids=["notion", "clickup", "monday", "github", "rally"]
)
def test_values_in_objects_of_every_shape_are_read(tmp_path: Path, row: dict[str, Any]) -> None:
    _, tickets = brought_in(tmp_path, json.dumps({"data": {"items": [row]}}), "export.json")
    ticket = tickets["Login fails"]
    assert (ticket["status"], ticket["assignee"]) == ("In progress", "Ada A")
    assert ticket["due_at"] == "2026-12-01T00:00:00Z"


def test_a_feed_of_jira_has_titles_labels_and_a_single_comment(tmp_path: Path) -> None:
    text = """<rss><channel><item><title>[DEMO-1] Login fails</title><key id="10001">DEMO-1</key>
        <status id="3">Open</status><labels><label>bug</label><label>ui</label></labels>
        <comments><comment id="1" author="eve" created="Sun, 22 Nov 2026 10:05:00 +0100">hi</comment></comments>
        </item></channel></rss>"""
    _, tickets = brought_in(tmp_path, text, "export.xml")
    ticket = tickets["Login fails"]
    assert (ticket["id"], ticket["labels"]) == ("DEMO-1", ["bug", "ui"])
    assert [comment["body"] for comment in ticket["comments"]] == ["hi"]


@pytest.mark.parametrize("heading", ["Ticketnummer", "Tasknumber", "Issuenr"])
def test_a_number_named_for_the_ticket_is_its_id_beside_other_numbers(tmp_path: Path, heading: str) -> None:
    rows = "2026112110000017;Refund;open;4711\n2026112010000018;Password;new;4712\n"
    _, tickets = brought_in(tmp_path, f"{heading};Titel;Status;Kundennummer\n{rows}")
    assert tickets["Refund"]["id"] == "#2026112110000017"


def test_rows_with_a_title_are_tickets_without_id_and_status(tmp_path: Path) -> None:
    text = "Name,Created time,Tags\nLogin fails,2026-11-21,ui\nPay,2026-11-22,\nLogin fails,2026-11-21,\n"
    report, tickets = brought_in(tmp_path, text)
    assert (report.added, report.rows) == (3, 3)
    assert tickets["Pay"]["status"] == "unknown"
    assert sum("unknown" in note or "made of its title" in note for note in report.notes) == 2
    report, _ = brought_in(tmp_path, text)
    assert report.unchanged == 3
    with pytest.raises(UsageError, match="no column for id and status"):
        brought_in(tmp_path, "Name,Price\nShoe,3\nHat,4\n")


@pytest.mark.parametrize(
    "document",
    [
        {"data": {"repository": {"nameWithOwner": "acme/app", "issues": {"nodes": [0]}}}},
        {"data": {"project": {"id": "gid://x/1", "fullPath": "acme/app", "issues": {"nodes": [0]}}}},
        {"projects": [{"key": "acme/app", "name": "acme/app", "issues": [0]}]},
    ],
    ids=["repository", "project", "projects"],
)
def test_tickets_lie_in_the_project_that_holds_them(tmp_path: Path, document: dict[str, Any]) -> None:
    row = {"number": 17, "title": "Login fails", "state": "OPEN"}
    text = json.dumps(document).replace("[0]", json.dumps([row, {**row, "number": 18, "title": "Other"}]))
    _, tickets = brought_in(tmp_path, text, "export.json")
    assert {ticket["id"] for ticket in tickets.values()} == {"acme/app#17", "acme/app#18"}
    assert {ticket["project"] for ticket in tickets.values()} == {"acme/app"}


def test_tasks_of_several_projects_are_all_read(tmp_path: Path) -> None:
    tasks = [{"number": 1, "title": "Login fails", "status": "open"}]
    projects = [
        {"key": "ALP", "name": "Alpha", "issues": tasks},
        {"key": "BET", "name": "Beta", "issues": [{**tasks[0], "title": "Other"}]},
    ]
    _, tickets = brought_in(tmp_path, json.dumps({"projects": projects}), "export.json")
    assert {title: ticket["project"] for title, ticket in tickets.items()} == {"Login fails": "Alpha", "Other": "Beta"}
    assert {ticket["id"] for ticket in tickets.values()} == {"Alpha#1", "Beta#1"}


@pytest.mark.parametrize("sign", ["true", "yes", "x", "1"])
def test_a_flag_that_a_ticket_is_over_is_read_in_every_spelling_beside_a_status(tmp_path: Path, sign: str) -> None:
    text = f"Task ID,Name,Section/Column,Completed,Closed\nT-1,Pay,Doing,{sign},3\nT-2,Call,Doing,,0\n"
    _, tickets = brought_in(tmp_path, text)
    assert {title: ticket["status"] for title, ticket in tickets.items()} == {"Pay": "completed", "Call": "Doing"}


def test_a_date_that_is_not_set_is_none(tmp_path: Path) -> None:
    report, tickets = brought_in(tmp_path, "id,Subject,Status,Créé le,Due\nT-1,Pay,open,2026-11-21 15:14,Not set\n")
    assert (report.unread_count, tickets["Pay"]["due_at"]) == (0, None)
    assert tickets["Pay"]["created_at"] == "2026-11-21T15:14:00Z"


def test_dates_of_a_column_that_is_no_field_tell_the_order_too(tmp_path: Path) -> None:
    text = "ID,Title,Status,Start Date,Due Date\nT-1,Pay,open,11/20/2026,12/01/2026\nT-2,Call,open,,05/06/2026\n"
    report, tickets = brought_in(tmp_path, text)
    assert (tickets["Pay"]["due_at"], report.unread_count) == ("2026-12-01T00:00:00Z", 0)
    text = "ID,Title,Status,Start Date,Due Date\nT-1,Pay,open,10/11/2026,12/01/2026\n"
    report, tickets = brought_in(tmp_path, text)
    assert (report.updated, report.unread_count) == (1, 1)
