"""Files as they are: every encoding, packed, damaged, of any exporter; every row is counted, every column kept."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import threading
import zipfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cases import examples
from tests.local_tracker.conftest import tracker_at
from tests.local_tracker.workbook import write_workbook
from tui_app.local_tracker.file_import import ImportReport, import_file
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import UsageError


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "tickets.db"


def bring_in(target: Path, text: str | bytes, name: str = "export.csv", **options: Any) -> ImportReport:
    file = target.parent / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_file(file, target, **options)


def tickets(target: Path) -> dict[str, dict[str, Any]]:
    with tracker_at(target) as tracker:
        return {ticket["id"]: ticket for ticket in tracker.search()["tickets"]}


def whole_tickets(target: Path) -> list[dict[str, Any]]:
    """With their comments."""
    with tracker_at(target) as tracker:
        return [tracker.call("get_ticket", id=ticket["id"]) for ticket in tracker.search()["tickets"]]


# ------------------------------------------------------------ encodings and packages


@pytest.mark.parametrize(
    ("encoding", "title", "status"),
    [
        ("cp1251", "Сканер завис", "Открыта"),
        ("koi8-r", "", ""),
        ("cp1253", "Η εκτύπωση απέτυχε", "Ανοιχτό"),
        ("cp1250", "Tiskárna nefunguje příliš žluťoučký", "otevřený"),
        ("shift_jis", "ログインできない", "未着手"),
        ("gb18030", "打印机坏了", "打开"),
        ("big5", "印表機壞了", "開啟"),
        ("koi8_r", "Принтер не печатает", "Открыта"),
        ("euc_jp", "ログインできない", "未着手"),
        ("cp949", "프린터 고장", "열림"),
        ("cp1252", "Überprüfung der Größe", "Geschlossen"),
        ("utf-16-le", "Störung", "Offen"),
        ("utf-16-be", "Störung", "Offen"),
        ("utf-32", "Störung", "Offen"),
    ],
)
def test_the_encoding_is_told_by_the_content(target: Path, encoding: str, title: str, status: str) -> None:
    if encoding == "koi8-r":
        title, status = "Принтер не печатает", "Открыта"
        bring_in(target, f"key;title;status\nA-1;{title};{status}\n".encode(encoding), encoding="koi8-r")
    else:
        bring_in(target, f"key;title;status\nA-1;{title};{status}\n".encode(encoding))
    assert (tickets(target)["A-1"]["title"], tickets(target)["A-1"]["status"]) == (title, status)


def test_a_guessed_encoding_is_said(target: Path) -> None:
    report = bring_in(target, "key,title,status\nA-1,Сканер завис,Открыта\n".encode("cp1251"))
    assert any("cp1251" in note and "--encoding" in note for note in report.notes)


def test_bytes_that_are_not_of_the_encoding_are_said(target: Path) -> None:
    report = bring_in(target, "\ufeffkey,title,status\nA-1,One,open\nA-2,".encode() + b"caf\xe9,open\n")
    assert any("A byte that is not utf-8" in note and "--encoding" in note for note in report.notes)
    report = bring_in(target, b"key,title,status\nA-1,caf\xe9,open\n", encoding="utf-8")
    assert any("A byte that is not utf-8" in note for note in report.notes)


def zipped(**files: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return file.getvalue()


TABLE = "key,title,status\nA-1,One,open\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", gzip.compress(TABLE.encode())),
        ("a", gzip.compress(TABLE.encode())),
        ("a.zip", zipped(a_csv=TABLE)),
        ("a.json.gz", gzip.compress(b'[{"key": "A-1", "title": "One", "status": "open"}]')),
        ("a.data", zipped(a_csv=TABLE)),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_a_package_of_one_file_is_unpacked(target: Path, name: str, content: bytes) -> None:
    assert bring_in(target, content, name).added == 1


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.zip", zipped(a_csv=TABLE, b_csv=TABLE), "zip archive of 2 files"),
        ("a.csv.gz", gzip.compress(TABLE.encode())[:-9], "damaged"),
        ("a.xls", b"<html><table><tr><td>Key</td></tr></table></html>", "HTML page"),
        ("a.xml", b'<?xml version="1.0"?><rss><item>', "not well-formed"),
        ("a.xml", b'<!DOCTYPE r [<!ENTITY a "aaaa">]><r><i><id>1</id></i></r>', "declares entities"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe", "binary data"),
        ("a.pdf", b"%PDF-1.7\n\x00\xff\xd8\x00", "binary data"),
        ("a.csv", b"Nummer,Farbe\n1,rot\n", "no column for"),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_what_is_no_table_is_named_for_what_it_is(target: Path, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        bring_in(target, content, name)


def test_a_refused_table_names_its_headings_and_those_that_would_do(target: Path) -> None:
    with pytest.raises(UsageError, match="Farbe, Gewicht") as raised:
        bring_in(target, "Farbe,Gewicht\nrot,5\nblau,7\ngelb,9\n")
    assert "--map" in raised.value.hint
    assert "state" in raised.value.hint


def test_a_named_pipe_is_read(target: Path) -> None:
    pipe = target.parent / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(TABLE), daemon=True)
    writer.start()
    assert import_file(pipe, target).added == 1
    writer.join(10)


def test_a_workbook_is_read(target: Path) -> None:
    created = datetime(2026, 5, 6, 15, 14)  # noqa: DTZ001 (cells have no zone)
    write_workbook(
        target.parent / "a.xlsx",
        [
            ["Key", "Title", "Status", "Points", "Created", "Blocked"],
            ["A-1", "One & <two>", "open", 5, created, True],
            ["A-2", "Two", "done", 2.5, None, False],
            ["A-3", None, "open", None, created, None],
        ],
    )
    report = import_file(target.parent / "a.xlsx", target)
    assert (report.rows, report.added, len(report.refused)) == (3, 2, 1)
    first, second = (tickets(target)[key] for key in ("A-1", "A-2"))
    assert (first["title"], first["extra"]["Points"]) == ("One & <two>", "5")
    assert (first["created_at"], second["created_at"]) == ("2026-05-06T15:14:00Z", None)
    assert second["extra"]["Points"] == "2.5"


TRELLO = {
    "id": "b" * 24,
    "name": "Board",
    "lists": [{"id": "l" * 24, "name": "Doing"}],
    "members": [{"id": "m" * 24, "fullName": "Ada Lovelace", "username": "ada"}],
    "cards": [
        {"id": "c" * 24, "idShort": 1, "name": "Fix the boiler", "idList": "l" * 24, "idMembers": ["m" * 24]},
        {"id": "d" * 24, "idShort": 2, "name": "Paint the wall", "idList": "l" * 24, "idMembers": []},
    ],
    "checklists": [{"id": "k" * 24, "idCard": "d" * 24, "name": "Colours", "checkItems": [{"name": "red"}]}],
    "actions": [
        {
            "id": "1" * 24,
            "type": "commentCard",
            "date": "2026-05-06T10:00:00.000Z",
            "memberCreator": {"id": "m" * 24, "fullName": "Ada Lovelace"},
            "data": {"text": "The **valve** is stuck.", "card": {"id": "c" * 24, "name": "Fix the boiler"}},
        },
        {"id": "2" * 24, "type": "updateCard", "date": "2026-05-07T10:00:00.000Z", "data": {"card": {"id": "c" * 24}}},
    ],
}
DUMP = {
    "issues": [{"id": 1, "subject": "Tyre is flat", "status": "open"}, {"id": 2, "subject": "Bell", "status": "open"}],
    "journals": [{"id": 2, "issue_id": 1, "user_id": 7, "notes": "", "body": "Patched.", "created_on": "2026-05-06"}],
    "users": [{"id": 7, "name": "Grace", "team_id": 2}],
}


def test_comments_in_a_list_of_their_own_are_joined_with_their_tickets(target: Path) -> None:
    bring_in(target, json.dumps(TRELLO), "board.json")
    by_title = {ticket["title"]: ticket for ticket in whole_tickets(target)}
    boiler, wall = by_title["Fix the boiler"], by_title["Paint the wall"]
    assert boiler["comments"] == [
        {"author": "Ada Lovelace", "created_at": "2026-05-06T10:00:00Z", "body": "The **valve** is stuck."}
    ]
    assert wall["comments"] == []
    assert "red" in json.dumps(wall["extra"])
    assert (boiler["status"], boiler["assignee"]) == ("Doing", "Ada Lovelace")


def test_a_number_is_the_id_of_a_ticket_only_where_it_is_called_one(target: Path) -> None:
    bring_in(target, json.dumps(DUMP), "dump.json")
    tyre, bell = sorted(whole_tickets(target), key=lambda ticket: str(ticket["title"]), reverse=True)
    assert [(one["author"], one["body"]) for one in tyre["comments"]] == [("Grace", "Patched.")]
    assert bell["comments"] == []
    assert "Grace" not in json.dumps(bell)


def test_names_in_links_are_read_and_a_count_of_users_is_nobody(target: Path) -> None:
    links = {"status": "In progress", "assignee": "Ada", "author": "Bob", "type": "Bug", "project": "Shop"}
    package = {
        "_type": "WorkPackage",
        "id": 33,
        "subject": "Printer burns",
        "_links": {
            "self": {"href": "/api/v3/work_packages/33", "title": "Printer burns"},
            "parent": {"href": None},
            **{name: {"href": f"/api/v3/{name}/7", "title": title} for name, title in links.items()},
        },
    }
    event = {"shortId": "SHOP-1A", "title": "TypeError", "status": "unresolved", "userCount": 3}
    bring_in(target, json.dumps({"_embedded": {"elements": [package]}}), "packages.json")
    bring_in(target, json.dumps([event]), "events.json")
    burns, error = (tickets(target)[key] for key in ("Shop#33", "SHOP-1A"))
    shown = [burns[name] for name in ("status", "assignee", "reporter", "type", "project", "url", "parent")]
    assert shown == ["In progress", "Ada", "Bob", "Bug", "Shop", None, None]
    assert (error["reporter"], error["extra"]["userCount"]) == (None, 3)


@pytest.mark.parametrize("none", ["null", "None", "-", "N/A"])
def test_a_parent_in_words_for_none_is_none(target: Path, none: str) -> None:
    bring_in(target, f"key,title,status,parent\nA-1,One,open,{none}\n")
    assert tickets(target)["A-1"]["parent"] is None
    assert "relations" not in tickets(target)["A-1"].get("extra", {})


def test_the_jira_of_germans_is_read_with_all_its_columns(target: Path) -> None:
    bring_in(
        target,
        "Zusammenfassung;Vorgangsschlüssel;Vorgangs-ID;Vorgangstyp;Status;Erstellt;Fälligkeitsdatum;Stichwörter;"
        "Stichwörter;Kommentar\nDrucker;PAY-1;10001;Fehler;In Arbeit;21/Okt/26 3:04 PM;01/Nov/26 12:00 AM;büro;eilt;"
        '"03/Nov/26 8:00 AM;bob;Feuerwehr da"\n',
    )
    (ticket,) = whole_tickets(target)
    assert (ticket["id"], ticket["type"], ticket["labels"]) == ("PAY-1", "Fehler", ["büro", "eilt"])
    assert (ticket["created_at"], ticket["due_at"]) == ("2026-10-21T15:04:00Z", "2026-11-01T00:00:00Z")
    assert [(one["author"], one["body"]) for one in ticket["comments"]] == [("bob", "Feuerwehr da")]


def test_a_refused_table_shows_how_to_name_a_column_that_is_not_read_yet(target: Path) -> None:
    with pytest.raises(UsageError) as raised:
        bring_in(target, "Anahtar;Başlık;Durum\nA-1;Yazıcı yanıyor;Açık\n")
    assert 'Durum=status"' in raised.value.hint


# ------------------------------------------------------------ quotes, and rows that add up


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('key,title,status\nA-1,"tray 5"" wide,open\nA-2,b,open\nA-3,"c",open\n', {"A-2", "A-3"}),
        ('key,title,status\nA-1,a,open\nA-2,"b,open\nA-3,c,open\n', {"A-1", "A-3"}),
        ('key;title;status\nA-1;"a"b;open\nA-2;b;open\n', {"A-2"}),
        ('key,title,status\nA-1,"two\nlines",open\nA-2,"b,open\nA-3,"c",open\n', {"A-1", "A-3"}),
    ],
)
def test_a_quote_that_does_not_fit_costs_its_own_row(target: Path, text: str, left: set[str]) -> None:
    report = bring_in(target, text)
    assert set(tickets(target)) == left
    assert len(report.refused) == 1
    assert "quotation mark" in report.refused[0].reason


CELLS = st.text(st.characters(codec="utf-8") | st.sampled_from('",;\n\r'), max_size=8)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=8), raw=st.booleans())
def test_every_row_is_counted_once(tmp_path: Path, rows: list[list[str]], raw: bool) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([["key", "title", "status"], *rows])
    text = file.getvalue() if not raw else "key,title,status\n" + "\n".join(",".join(row) for row in rows)
    export = tmp_path / "export.csv"
    export.write_bytes(text.encode())
    report = import_file(export, tmp_path / "tickets.db")
    assert report.rows == report.added + report.updated + report.unchanged + len(report.refused)
    if not raw:
        held = [row for row in rows if any(cell.strip() for cell in row) and row != ["key", "title", "status"]]
        assert report.rows == len(held)


FIELDS = st.sampled_from(["key", "title", "status", "labels", "created", "x"])
VALUES = st.none() | st.booleans() | st.integers(0, 5) | CELLS | st.lists(CELLS, max_size=2)
ITEMS = st.lists(st.dictionaries(FIELDS, VALUES, max_size=5) | st.integers() | st.text(max_size=3), min_size=1)


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=ITEMS, lines=st.lists(CELLS | st.sampled_from(["x 2026-11-05 a", "(A) b +c", "a:b"]), max_size=6))
def test_every_item_line_and_file_is_counted_once(tmp_path: Path, items: list[Any], lines: list[str]) -> None:
    todo = "(A) first +x\n" + "\n".join(line.replace("\n", " ").replace("\r", " ") for line in lines)
    first = {"key": "A-1", "title": "One", "status": "open"}
    notes = tmp_path / "notes"
    notes.mkdir(exist_ok=True)
    for number in range(20):
        (notes / f"{number}.md").unlink(missing_ok=True)
        if number <= len(items):
            item = ([first, *items])[number]
            text = (
                json.dumps(item)
                if not isinstance(item, dict)
                else "\n".join(f"{name}: {json.dumps(value)}" for name, value in item.items())
            )
            (notes / f"{number}.md").write_text(f"---\n{text}\n---\n")
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, [first, *items])))
    (tmp_path / "a.json").write_text(json.dumps([first, *items]))
    (tmp_path / "todo.txt").write_text(todo)
    count = 1 + len(items)
    for name, rows in {
        "a.jsonl": count,
        "a.json": count,
        "todo.txt": sum(bool(line.strip()) for line in todo.split("\n")),
        "notes": min(count, 20),
    }.items():
        for _ in range(2):
            report = import_file(tmp_path / name, tmp_path / f"{name}.db")
            assert report.rows == rows, name
            assert report.added + report.updated + report.unchanged + len(report.refused) == rows, name
        assert (report.added, report.updated) == (0, 0), name


# ------------------------------------------------------------ documents


ISSUE = {"number": 7, "title": "one", "state": "OPEN", "url": "https://github.com/acme/app/issues/7"}
OTHER = {**ISSUE, "number": 8, "title": "two", "url": "https://github.com/acme/app/issues/8"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ISSUE]) + json.dumps([OTHER]),
        json.dumps([ISSUE]) + "\n" + json.dumps([OTHER]) + "\n",
        json.dumps([[ISSUE], [OTHER]]),
        json.dumps(ISSUE, indent=2) + "\n" + json.dumps(OTHER, indent=2),
        json.dumps({"data": {"repository": {"issues": {"nodes": [ISSUE, OTHER]}}}}),
        json.dumps({"data": {"repository": {"issues": {"edges": [{"node": ISSUE}, {"node": OTHER}]}}}}),
        json.dumps({"total": 2, "issues": [ISSUE, OTHER]}),
        "\x1e" + json.dumps(ISSUE) + "\n\x1e" + json.dumps(OTHER) + "\n",
    ],
)
def test_the_tickets_of_every_document_are_found(target: Path, text: str) -> None:
    bring_in(target, text, "issues.json")
    assert set(tickets(target)) == {"acme/app#7", "acme/app#8"}


def test_a_board_s_cards_name_their_list_and_members(target: Path) -> None:
    board = {
        "id": "b1",
        "name": "Shop",
        "lists": [{"id": "l1", "name": "Doing"}, {"id": "l2", "name": "Done"}],
        "members": [{"id": "m1", "fullName": "Ada A"}],
        "cards": [
            {"id": "c1", "idShort": 4, "name": "Paint the wall", "idList": "l1", "idMembers": ["m1"], "idBoard": "b1"},
            {"id": "c2", "idShort": 5, "name": "Buy brushes", "idList": "l2", "idMembers": [], "idBoard": "b1"},
        ],
    }
    bring_in(target, json.dumps(board), "board.json")
    found = {ticket["title"]: ticket for ticket in tickets(target).values()}
    assert found["Paint the wall"]["status"] == "Doing"
    assert found["Paint the wall"]["assignee"] == "Ada A"
    assert found["Buy brushes"]["status"] == "Done"


# ------------------------------------------------------------ columns, dates and numbers


def test_columns_that_are_no_field_are_kept_by_name_and_said(target: Path) -> None:
    report = bring_in(target, "Key,Summary,Status,Sprint,Labels,Labels.1\nA-1,a,Open,Mars,x,y\n")
    ticket = tickets(target)["A-1"]
    assert (ticket["labels"], ticket["extra"]) == (["x", "y"], {"Sprint": "Mars"})
    assert report.kept == ("Sprint",)
    assert report.fields["Summary"] == "title"


JIRA = ("title", "id", "", "type", "status", "priority", "assignee", "reporter", "created_at", "updated_at", "due_at")
"""The columns of Jira's CSV as those of the languages below."""


@pytest.mark.parametrize(
    "headings",
    [
        (
            "Resumen,Clave de incidencia,ID de la incidencia,Tipo de Incidencia,Estado,Prioridad,Persona asignada,"
            "Informador,Creada,Actualizada,Fecha de vencimiento"
        ),
        (
            "Resumo,Chave da item,ID da item,Tipo de item,Status,Prioridade,Responsável,Relator,Criado,Atualizado(a),"
            "Data de vencimento"
        ),
        "要約,課題キー,課題 ID,課題タイプ,ステータス,優先度,担当者,報告者,作成日,更新日,期限",
        (
            "Résumé,Clé de ticket,ID du ticket,Type de ticket,État,Priorité,Responsable,Rapporteur,Création,"
            "Mise à jour,Date d'échéance"
        ),
        (
            "Samenvatting,Issuesleutel,Issue-id,Issuetype,Status,Prioriteit,Toegewezen persoon,Rapporteur,Aangemaakt,"
            "Bijgewerkt,Vervaldatum"
        ),
        "요약,이슈 키,이슈 ID,이슈 유형,상태,우선순위,담당자,보고자,생성일,업데이트,기한",
        (
            "Тема,Ключ проблемы,Идентификатор,Тип задачи,Статус,Приоритет,Исполнитель,Автор,Создано,Обновлено,"
            "Срок исполнения"
        ),
    ],
    ids=["Spanish", "Portuguese", "Japanese", "French", "Dutch", "Korean", "Russian"],
)
@pytest.mark.parametrize("count", [1, 12])
def test_an_export_is_read_in_the_language_of_its_headings(target: Path, headings: str, count: int) -> None:
    rows = [
        f"Printer in room {row} fails to print,PAY-{row},{10000 + row},Bug,Open,High,Ana López,Luis Gil,"
        f"2026-11-{row:02} 15:14,2026-11-{row + 1:02} 15:14,2026-12-{row:02}"
        for row in range(1, count + 1)
    ]
    report = bring_in(target, "\n".join([headings, *rows]))
    assert report.fields == {name: one for name, one in zip(headings.split(","), JIRA, strict=True) if one}
    assert tickets(target)["PAY-1"]["due_at"] == "2026-12-01T00:00:00Z"


def test_a_value_is_known_by_the_field_s_own_name(target: Path) -> None:
    task = {"id": "86a1", "name": "One", "status": {"status": "in progress", "id": "p9"}}
    task["priority"] = {"id": "2", "priority": "high"}
    bring_in(target, json.dumps({"tasks": [task]}), "clickup.json")
    assert (tickets(target)["86a1"]["priority"], tickets(target)["86a1"]["status"]) == ("high", "in progress")


@pytest.mark.parametrize("name", ["board.csv", "board.tsv"])
@pytest.mark.parametrize(
    "above", ["Sprint board\n\n", "Sprint board,,,\n,,,\n", '"Sprint board"\nExported 21 Nov 2026\n']
)
def test_a_title_above_the_table_is_no_heading(target: Path, name: str, above: str) -> None:
    text = above + "Item ID,Name,Status,Owner\nA-1,One,Done,Ann\nA-2,Two,Working on it,Bob\n"
    report = bring_in(target, text.replace(",", "\t") if name.endswith("tsv") else text, name)
    assert (report.rows, report.added) == (2, 2)
    assert tickets(target)["A-2"]["title"] == "Two"


def test_the_user_names_columns(target: Path) -> None:
    bring_in(target, "Nr,Was,Wie\nA-1,Drucker klemmt,rot\n", mapping={"Nr": "id", "Was": "title", "Wie": "status"})
    assert (tickets(target)["A-1"]["title"], tickets(target)["A-1"]["status"]) == ("Drucker klemmt", "rot")
    with pytest.raises(UsageError, match="no column 'Wo'"):
        bring_in(target, TABLE, mapping={"Wo": "title"})


def test_a_dry_run_shows_the_first_rows_and_changes_nothing(target: Path) -> None:
    report = bring_in(target, TABLE, dry_run=True)
    assert (report.added, report.preview[0]["title"]) == (1, "One")
    assert not target.exists()


@pytest.mark.parametrize(("order", "day"), [("dmy", "2026-06-05"), ("mdy", "2026-05-06")])
def test_an_open_order_is_asked_for(target: Path, order: str, day: str) -> None:
    text = "key,title,status,created\nA-1,a,open,05/06/2026 3:14 PM\n"
    report = bring_in(target, text)
    assert any("--dates" in note for note in report.notes)
    assert (report.unread_count, report.unread[0].row) == (1, 2)
    assert tickets(target)["A-1"]["created_at"] is None
    bring_in(target, text, order=order)
    assert tickets(target)["A-1"]["created_at"] == f"{day}T15:14:00Z"


def test_the_other_columns_of_a_file_tell_the_order_too(target: Path) -> None:
    bring_in(target, "key,title,status,created,updated\nA-1,a,open,05/06/2026,21/11/2026\n")
    assert tickets(target)["A-1"]["created_at"] == "2026-06-05T00:00:00Z"


def test_times_without_a_zone_are_in_the_user_s_or_the_heading_s(target: Path) -> None:
    text = "key,title,status,created,Updated (UTC)\nA-1,a,open,2026-11-21 15:14,2026-11-21 15:14\n"
    bring_in(target, text, zone=timezone(timedelta(hours=2)))
    ticket = tickets(target)["A-1"]
    assert (ticket["created_at"], ticket["updated_at"]) == ("2026-11-21T13:14:00Z", "2026-11-21T15:14:00Z")


def test_numbers_of_one_file_do_not_overwrite_those_of_another(target: Path) -> None:
    bring_in(target, '[{"number": 17, "title": "a", "state": "open"}]', "app.json")
    with pytest.raises(UsageError, match="numbers of other tickets") as raised:
        bring_in(target, '[{"number": 17, "title": "b", "state": "open"}]', "web.json")
    assert "--project" in raised.value.hint
    bring_in(target, '[{"number": 17, "title": "b", "state": "open"}]', "web.json", project="web")
    assert {ticket["title"] for ticket in tickets(target).values()} == {"a", "b"}
    assert bring_in(target, '[{"number": 17, "title": "renamed", "state": "open"}]', "app.json").updated == 1


@pytest.mark.parametrize("spelling", ["17", "#17"])
def test_a_number_opens_its_ticket_in_both_spellings(target: Path, spelling: str) -> None:
    bring_in(target, "ID,Title,State\n17,Login fails,Active\n")
    with tracker_at(target) as tracker:
        assert tracker.call("get_ticket", id=spelling)["title"] == "Login fails"


# ------------------------------------------------------------ todo.txt and folders of Markdown

TODO = """\
(A) 2026-11-01 Call Mum about the +party @phone due:2026-12-01
x 2026-11-05 2026-11-01 Buy milk, eggs +home pri:B
Water plants, see https://x.y/z at 10:30
"""


@pytest.mark.parametrize("name", ["todo.txt", "-", "done.txt", "things"])
def test_a_todo_txt_comes_in(target: Path, name: str) -> None:
    report = bring_in(target, TODO, name if name != "-" else "piped")
    assert (report.rows, report.added, report.refused) == (3, 3, ())
    by_title = {ticket["title"]: ticket for ticket in tickets(target).values()}
    call = by_title["Call Mum about the +party @phone"]
    assert (call["priority"], call["project"], call["labels"]) == ("A", "party", ["phone"])
    assert (call["created_at"], call["due_at"]) == ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
    milk = by_title["Buy milk, eggs +home"]
    assert (milk["status"], milk["priority"], milk["extra"]) == ("done", "B", {"completed": "2026-11-05"})
    assert by_title["Water plants, see https://x.y/z at 10:30"]["status"] == "open"


def test_a_line_of_todo_txt_stays_its_ticket_when_it_is_done_and_moved(target: Path) -> None:
    bring_in(target, TODO, "todo.txt")
    first, *others = TODO.splitlines()
    done = first.replace("(A) ", "x 2026-11-30 ") + " pri:A"
    report = bring_in(target, "\n".join([*others, done]), "todo.txt")
    assert (report.added, report.updated, report.unchanged) == (0, 1, 2)


def test_what_recurs_in_todo_txt_is_a_ticket_each_time(target: Path) -> None:
    text = "x 2026-11-05 Water plants @home\nx 2026-11-12 Water plants @home\n"
    assert bring_in(target, text, "done.txt").added == 2
    assert bring_in(target, text, "done.txt").unchanged == 2


@pytest.mark.parametrize(
    "text",
    [
        "@timestamp,id,title,status\n2026-11-21 10:00,A-1,One @home,open\n2026-11-22 10:00,A-2,Two +x,open\n",
        "id;title;status\nA-1;Ask @bob +now;open\nA-2;(A) @eve;open\n",
    ],
)
def test_a_table_with_marks_of_todo_txt_is_a_table(target: Path, text: str) -> None:
    bring_in(target, text, "export.txt")
    assert set(tickets(target)) == {"A-1", "A-2"}


def backlog(folder: Path, ending: str = "\n") -> Path:
    """A folder as Backlog.md writes it, with another tool's file and a damaged one."""
    files = {
        "tasks/task-12 - Fix-login.md": "---\nid: task-12\ntitle: 'Fix: login'\nstatus: In Progress\nassignee:\n"
        "  - '@sara'\ncreated_date: '2026-06-01 12:00'\nlabels: [auth, web]\ndependencies:\n  - task-3\n"
        "parent_task_id: task-10\npriority: high\n---\n\n## Description\n\n<!-- SECTION:DESCRIPTION:BEGIN -->\n"
        "Login fails.\n<!-- SECTION:DESCRIPTION:END -->\n\n## Acceptance Criteria\n- [ ] #1 Works\n",
        "completed/task-3 - Old.md": "---\nid: task-3\ntitle: Old\nstatus: Done\nassignee: []\n---\n",
        "tasks/note.md": "---\nstatus: open\n---\n# Größe prüfen\n\nText\n",
        "tasks/no-status.md": "---\nid: task-4\ntitle: X\n---\n",
        "tasks/damaged.md": "---\n: : [\n  - x\n y\n---\n",
        "docs/doc-1.md": "---\nid: doc-1\ntitle: X\nstatus: accepted\n---\n",
        "README.md": "# About\n",
        ".git/x.md": "---\nid: x\n---\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.replace("\n", ending).encode())
    return folder


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_folder_of_markdown_files_comes_in(target: Path, tmp_path: Path, ending: str) -> None:
    folder = backlog(tmp_path / "backlog", ending)
    report = import_file(folder, target)
    assert (report.rows, report.added, len(report.refused)) == (5, 3, 2)
    assert [row.reason.split(":")[0] for row in report.refused] == ["tasks/damaged.md", "tasks/no-status.md"]
    assert any("README.md" in note for note in report.notes)
    with tracker_at(target) as tracker:
        task = tracker.call("get_ticket", id="task-12")
    assert (task["title"], task["status"], task["labels"]) == ("Fix: login", "In Progress", ["auth", "web"])
    assert (task["created_at"], task["parent"]) == ("2026-06-01T12:00:00Z", "task-10")
    assert task["description"] == "Login fails.\n\n## Acceptance Criteria\n- [ ] #1 Works"
    assert task["extra"] == {"dependencies": ["task-3"]}
    note = tickets(target)["note"]
    assert (note["title"], note["status"]) == ("Größe prüfen", "open")
    assert import_file(folder, target).unchanged == 3


def test_one_markdown_file_comes_in(target: Path, tmp_path: Path) -> None:
    file = backlog(tmp_path / "backlog") / "tasks" / "task-12 - Fix-login.md"
    assert import_file(file, target).added == 1


def test_a_folder_without_front_matter_is_refused_with_what_it_takes(target: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("# Only text\n")
    with pytest.raises(UsageError, match="no Markdown file that begins with front matter"):
        import_file(tmp_path / "notes", target)


def test_links_in_a_folder_are_not_followed_and_are_told(target: Path, tmp_path: Path) -> None:
    folder = backlog(tmp_path / "backlog")
    (folder / "around").symlink_to(folder)
    (folder / "linked.md").symlink_to(folder / "tasks" / "note.md")
    (folder / "closed").mkdir(mode=0)
    report = import_file(folder, target)
    assert report.added == 3
    (told,) = (note for note in report.notes if note.startswith("Not looked into"))
    assert "around (a link)" in told
    assert "linked.md (a link)" in told
    assert "closed (Permission denied)" in told or os.geteuid() == 0


class Moments:
    """A clock on which every look at it takes ``step`` seconds."""

    def __init__(self, step: float) -> None:
        self.step, self.now = step, 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.mark.parametrize(
    ("files", "depth", "step", "reason"),
    [
        (1001, 0, 0.6, "more files and folders than can be looked through in a moment"),
        (999, 0, 0.6, ""),
        (1001, 0, 0.1, ""),
        pytest.param(10_001, 0, 0.0, "more than 10,000 files and folders", marks=pytest.mark.slow),
        (1, 17, 0.0, "folders within one another, more than 16 deep"),
    ],
)
def test_a_folder_too_large_for_tickets_is_refused_with_what_to_name(
    target: Path, tmp_path: Path, files: int, depth: int, step: float, reason: str
) -> None:
    folder = backlog(tmp_path / "big")
    inner = folder.joinpath(*["x"] * depth)
    inner.mkdir(parents=True, exist_ok=True)
    for number in range(files - 16 if files == 999 else files):
        (inner / str(number)).touch()
    clock = SYSTEM_CLOCK._replace(monotonic=Moments(step))
    if not reason:
        assert import_file(folder, target, clock=clock).added == 3
        return
    with pytest.raises(UsageError, match=reason) as refusal:
        import_file(folder, target, clock=clock)
    assert str(folder) in refusal.value.cause
    assert "holds nothing but tickets" in refusal.value.hint


def test_a_flag_is_no_id_of_a_list(target: Path) -> None:
    dump = {
        "lists": [{"id": 1, "name": "Todo"}, {"id": 2, "name": "Done"}],
        "cards": [{"id": "c1", "title": "One", "idList": 1, "isPaid": True}, {"id": "c2", "title": "Two", "idList": 2}],
    }
    bring_in(target, json.dumps(dump), "dump.json")
    assert 'isPa"' not in json.dumps(tickets(target))
    assert sorted(ticket["status"] for ticket in tickets(target).values()) == ["Done", "Todo"]


@pytest.mark.parametrize("where", [".", "tasks"])
def test_a_link_to_itself_is_told_and_costs_nothing_else(target: Path, tmp_path: Path, where: str) -> None:
    folder = backlog(tmp_path / "backlog")
    (folder / where / "a-loop").symlink_to(folder / where / "a-loop")
    (folder / where / "z-loop.md").symlink_to(folder / where / "z-loop.md")
    report = import_file(folder, target)
    assert report.added == 3
    assert "a-loop" in str(report.notes)


def test_a_table_of_markdown_has_no_row_of_dashes(target: Path) -> None:
    text = (
        "# Issues\n\n| Key | Title | Status |\n|:----|-------|:------:|\n"
        '| D-1 | Say "hi" | Open |\n| D-2 | Pipe \\| within | |\n'
    )
    report = bring_in(target, text, "t.md")
    assert (report.added, report.refused) == (2, ())
    assert set(tickets(target)) == {"D-1", "D-2"}
    assert tickets(target)["D-2"]["title"] == "Pipe | within"


def test_the_heading_of_a_sheet_is_found_below_titles_and_merged_cells(target: Path) -> None:
    heading = ["Name", "Owner", "Status", "Due"]
    rows = [
        ["Plan", "App"],
        ["Ticket", "", "Dates"],
        heading,
        ["Login fails", "Ada A", "Open", "2026-12-01"],
        ["Next week"],
        heading,
        ["Pay", "Bob B", "Stuck", "2026-12-02"],
    ]
    write_workbook(target.parent / "plan.xlsx", rows)
    report = import_file(target.parent / "plan.xlsx", target)
    assert (report.added, report.rows) == (2, 2)
    assert {ticket["title"] for ticket in tickets(target).values()} == {"Login fails", "Pay"}
    assert any("Plan, App, Ticket, Dates" in note for note in report.notes)
    assert any("Next week" in note for note in report.notes)
