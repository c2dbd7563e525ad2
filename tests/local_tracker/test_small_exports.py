"""Exports of one to three tickets, where what columns hold tells little: one document, boards, references by title."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.local_tracker.test_importing import import_text, opened
from tui_app.adapters.reading.field_names import hints

DAY, NEXT = "2026-11-21T15:14:00Z", "2026-11-22T08:05:00Z"


def imported(tmp_path: Path, document: Any, name: str = "export.json") -> Any:
    return import_text(tmp_path / "tickets.db", document if isinstance(document, str) else json.dumps(document), name)


WORK = {"title": "Crash", "state": "closed", "assignee": {"login": "mara"}, "priority": "high", "created_at": DAY}
LABELS = [{"id": 1, "name": "bug", "color": "f00"}, {"id": 2, "name": "ui", "color": "0f0"}]


@pytest.mark.parametrize(
    ("document", "ticket_id"),
    [
        ({"number": 17, "labels": LABELS, **WORK, "user": {"login": "octo"}, "updated_at": NEXT}, "#17"),
        ({"iid": 17, "tags": LABELS, **WORK, "author": {"username": "o"}, "web_url": "https://x.example/a"}, "#17"),
        ({"id": "PAY-17", "components": LABELS, **WORK, "reporter": {"name": "octo"}, "type": "Bug"}, "PAY-17"),
        (
            {"id": 17, "rev": 4, "fields": {"System.CommentCount": 2, "System.Title": "Crash", "System.State": "x"}},
            "#17",
        ),
        (
            {"issue": {"id": 17, "project": {"id": 1, "name": "Shop"}, **WORK, "journals": [{"id": 1, "notes": "x"}]}},
            "Shop#17",
        ),
        ({"ticket": {"id": 17, "watchers": LABELS, **WORK, "requester": {"name": "octo"}, "updated_at": NEXT}}, "#17"),
    ],
)
def test_a_document_that_is_one_ticket_is_that_ticket(tmp_path: Path, document: Any, ticket_id: str) -> None:
    assert imported(tmp_path, document).rows == 1
    assert opened(tmp_path / "tickets.db", ticket_id)["title"] == "Crash"


@pytest.mark.parametrize("name", ["subtasks", "children", "checklist"])
def test_a_ticket_s_parts_that_are_tickets_come_in_beside_it(tmp_path: Path, name: str) -> None:
    parts = [{"key": f"PAY-{n}", "summary": f"Part {n}", "status": "Open"} for n in (18, 19)]
    assert imported(tmp_path, {"key": "PAY-17", **WORK, "reporter": "octo", name: parts}).added == 3
    assert opened(tmp_path / "tickets.db", "PAY-17")["status"] == "closed"
    assert opened(tmp_path / "tickets.db", "PAY-19")["title"] == "Part 19"


@pytest.mark.parametrize("name", ["tasks", "cards", "entries"])
def test_what_holds_tickets_and_is_no_work_is_none(tmp_path: Path, name: str) -> None:
    parts = [{"id": f"T-{n}", "title": f"Part {n}", "status": "Open", "assignee": "mara"} for n in (18, 19)]
    holder = {"id": 4, "name": "Relaunch", "status": "active", "description": "x", "created_at": DAY, "url": "u"}
    assert imported(tmp_path, {**holder, name: parts}).added == 2


@pytest.mark.parametrize(
    "holder",
    [
        lambda rows: {"boards": [{"id": "77", "name": "Shop", "items_page": {"items": rows}}]},
        lambda rows: {"projects": [{"id": "77", "name": "Shop", "tasks": {"nodes": rows}}]},
        lambda rows: {"folders": [{"id": "77", "title": "Shop", "stories": rows}, {"id": "78", "title": "Web"}]},
    ],
)
def test_boards_are_no_tickets_where_they_hold_some(tmp_path: Path, holder: Any) -> None:
    cell = {"id": "status", "type": "status", "text": "Working on it", "column": {"title": "Status"}}
    rows = [{"id": f"900{n}", "name": f"Basket {n}", "column_values": [cell]} for n in (1, 2)]
    assert imported(tmp_path, {"data": holder(rows)}).rows == 2


@pytest.mark.parametrize("other", ["milestone", "sprint", "customer"])
def test_what_something_else_is_called_is_no_title_of_the_ticket(tmp_path: Path, other: str) -> None:
    row = {"iid": 12, "title": "Fix", "state": "opened", other: {"title": "Version one"}}
    imported(tmp_path, [row])
    assert opened(tmp_path / "tickets.db", "#12")["title"] == "Fix"


@pytest.mark.parametrize("heading", ["Utworzono", "Vytvořeno", "Loodud"])
def test_a_date_of_a_month_with_two_meanings_is_no_title(tmp_path: Path, heading: str) -> None:
    text = f"Klucz,{heading},Podsumowanie,Status\nPAY-1,21/lis/26 3:14 PM,Drukarka nie działa,Open\n"
    imported(tmp_path, text, "export.csv")
    assert opened(tmp_path / "tickets.db", "PAY-1")["title"] == "Drukarka nie działa"


@pytest.mark.parametrize("stem", ["Title", "Summary", "Subject"])
def test_a_tree_s_titles_stand_in_a_column_for_each_level(tmp_path: Path, stem: str) -> None:
    text = f"ID,{stem} 1,{stem} 2,{stem} 3,State\n10,Shop relaunch,,,Active\n11,,New basket,,New\n12,,,Empty,Closed\n"
    assert imported(tmp_path, text, "export.csv").added == 3
    titles = [opened(tmp_path / "tickets.db", f"#{number}")["title"] for number in (10, 11, 12)]
    assert titles == ["Shop relaunch", "New basket", "Empty"]


@pytest.mark.parametrize("heading", ["Parent task", "Parent", "Epic"])
def test_a_parent_named_by_its_title_is_that_ticket(tmp_path: Path, heading: str) -> None:
    text = (
        f"Task ID,Name,Section/Column,Projects,{heading}\n1201,Build basket,Doing,Shop,\n"
        "1202,Paint it,Done,,Build basket\n1203,Test it,Doing,,Build basket\n1204,Twice,Doing,,\n1205,Twice,Doing,,\n"
    )
    imported(tmp_path, text, "export.csv")
    parents = [opened(tmp_path / "tickets.db", f"#{number}")["parent"] for number in (1202, 1203)]
    assert parents == ["Shop#1201"] * 2


@pytest.mark.parametrize("name", ["annotations", "entries", "remarks"])
def test_dated_texts_are_comments_whatever_they_are_called(tmp_path: Path, name: str) -> None:
    said = [{"entry": "20261122T080500Z", "description": "Called Omar"}]
    imported(tmp_path, [{"uuid": "8ad2e3db-914d", "description": "Fix basket", "status": "pending", name: said}])
    comments = opened(tmp_path / "tickets.db", "8ad2e3db-914d")["comments"]
    assert [(one["body"], one["created_at"]) for one in comments] == [("Called Omar", NEXT)]


@pytest.mark.parametrize("author", ["reporter", "by", "creator"])
def test_who_wrote_a_comment_is_known_by_any_word_for_it(tmp_path: Path, author: str) -> None:
    comment = {author: {"id": 2, "name": "omar"}, "text": "Again", "created_at": NEXT}
    nobody_s = {author: "", "text": "Again", "created_at": NEXT}
    imported(tmp_path, [{"id": "A-2", "title": "Basket", "status": "new", "notes": [nobody_s]}])
    assert opened(tmp_path / "tickets.db", "A-2")["comments"][0]["body"] == "Again"
    imported(tmp_path, [{"id": "A-1", "title": "Basket", "status": "new", "notes": [comment]}])
    assert opened(tmp_path / "tickets.db", "A-1")["comments"][0]["author"] == "omar"


def test_the_number_of_what_has_none_is_no_id(tmp_path: Path) -> None:
    rows = [
        {"id": n, "description": f"Fix {n}", "status": status, "uuid": f"8ad2e3db-914d-4832-b0e6-72fa04f6e33{n}"}
        for n, status in ((1, "pending"), (0, "completed"))
    ]
    imported(tmp_path, rows)
    assert opened(tmp_path / "tickets.db", "8ad2e3db-914d-4832-b0e6-72fa04f6e331")["title"] == "Fix 1"


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("last_change_time", "updated_at"),
        ("open date", "created_at"),
        ("Edit time", "updated_at"),
        ("Agent", "assignee"),
    ],
)
def test_a_name_tells_its_field(name: str, field: str) -> None:
    assert hints(name).get(field, 0) > 0.8


@pytest.mark.parametrize("name", ["User agent", "customer_owner", "authorHandler"])
def test_a_part_of_a_person_is_nobody_who_works_on_a_ticket(name: str) -> None:
    assert hints(name).get("assignee", 0) == 0


def test_a_word_of_two_columns_is_that_of_the_surer_one() -> None:
    assert hints("priority")["priority"] > hints("bug_severity")["priority"]


@pytest.mark.parametrize("mark_at", [1, 2, 3])
def test_files_put_one_behind_the_other_are_one(tmp_path: Path, mark_at: int) -> None:
    files = ["id,title,status\n" + f"A-{n},Ticket {n},open\n" for n in range(4)]
    text = "".join(("\ufeff" if n == mark_at else "") + file for n, file in enumerate(files))
    assert imported(tmp_path, text, "export.csv").rows == 4


@pytest.mark.parametrize(
    ("encoding", "title"),
    [
        ("koi8_r", "Принтер не печатает документы"),
        ("koi8_r", "Срочно проверить оплату заказа"),
        ("euc_jp", "プリンターが動きません、確認してください"),
        ("euc_jp", "ログイン画面が表示されない。至急"),
        ("big5", "印表機無法列印文件，請協助處理"),
    ],
)
def test_further_code_pages_are_known_by_their_words(tmp_path: Path, encoding: str, title: str) -> None:
    rows = "".join(f"A-{n},{title} {n},open\n" for n in range(1, 6))
    import_text(tmp_path / "tickets.db", f"id,title,status\n{rows}".encode(encoding))
    assert opened(tmp_path / "tickets.db", "A-1")["title"] == f"{title} 1"
