"""Shapes of exports whose values would be read as something else by names alone; each kind in variants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cases import one_quick
from tests.local_tracker.conftest import tracker_at
from tui_app.local_tracker.file_import import ImportReport, import_file


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
