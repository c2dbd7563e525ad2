"""Importing what people have: exports of Jira and GitHub, spreadsheets, JSON and JSON Lines."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cases import examples
from tests.local_tracker.conftest import tracker_at
from tui_app.adapters.reading.alike_rows import flattened
from tui_app.adapters.reading.field_columns import Columns, fields_of_names
from tui_app.local_tracker import file_import, store
from tui_app.local_tracker.exported_rows import LARGEST_TICKET, RefusedError, RowReader
from tui_app.local_tracker.file_columns import FileReading, ReadingOptions
from tui_app.local_tracker.file_import import ImportReport, RefusedRow, import_file
from tui_app.tickets.errors import ExplainedError, UsageError

ROW = {"id": "A-1", "title": "One", "status": "open"}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "tickets.db"


def import_text(target: Path, text: str | bytes, name: str = "export.csv", **options: Any) -> ImportReport:
    file = target.parent / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_file(file, target, **options)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, len(report.refused)


def opened(target: Path, ticket_id: str) -> dict[str, Any]:
    with tracker_at(target) as tracker:
        return tracker.call("get_ticket", id=ticket_id)


def dump(target: Path) -> list[str]:
    """Everything that the database holds, save the planner's statistics."""
    connection = sqlite3.connect(target)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    tables = [name for (name,) in names if name != "search" and not name.startswith("sqlite_")]
    rows = [f"{table}: {row}" for table in tables for row in connection.execute(f"SELECT * FROM {table}")]
    connection.close()
    return rows


JIRA = """\
Summary,Issue key,Issue id,Issue Type,Status,Project key,Project name,Priority,Assignee,Reporter,Created,Updated,\
Labels,Labels,Description,Comment,Comment,Attachment,Due Date,Parent,Parent key
Printer is down,PAY-142,10010,Bug,In Progress,PAY,Payments,High,Mara Lindqvist,Omar Haddad,02/Nov/26 8:00 AM,\
03/Nov/26 5:30 PM,printing,kitchen,"h2. Steps
# Print *twice*
{code}lpstat{code}",02/Nov/26 9:15 AM;mara;Looking; now,"03/Nov/26 5:30 PM;omar;Two
lines",02/Nov/26 9:00 AM;mara;log.txt;https://jira.example/log.txt,24/Dec/26 12:00 AM,10007,PAY-7
Second,PAY-143,10011,Task,Done,PAY,Payments,Low,,Omar Haddad,01/Oct/26 12:00 AM,01/Oct/26 12:30 PM,,,,,,,,,
"""


def test_a_jira_export_comes_in_whole(target: Path) -> None:
    assert counts(import_text(target, JIRA)) == (2, 0, 0, 0)
    ticket = opened(target, "PAY-142")
    assert ticket | {"description": "", "history": []} == {
        "id": "PAY-142",
        "title": "Printer is down",
        "status": "In Progress",
        "assignee": "Mara Lindqvist",
        "reporter": "Omar Haddad",
        "priority": "High",
        "type": "Bug",
        "project": "PAY",
        "parent": "PAY-7",
        "labels": ["kitchen", "printing"],
        "created_at": "2026-11-02T08:00:00Z",
        "updated_at": "2026-11-03T17:30:00Z",
        "due_at": "2026-12-24T00:00:00Z",
        "url": None,
        "description": "",
        "comments": [
            {"author": "mara", "created_at": "2026-11-02T09:15:00Z", "body": "Looking; now"},
            {"author": "omar", "created_at": "2026-11-03T17:30:00Z", "body": "Two\nlines"},
        ],
        "history": [],
        "attachments": [{"name": "log.txt", "url": "https://jira.example/log.txt", "size": None}],
        "extra": {"Issue id": "10010", "Project name": "Payments", "Parent": "10007"},
        "version": 1,
    }
    assert "## Steps" in ticket["description"]
    assert "```" in ticket["description"]
    second = opened(target, "PAY-143")
    assert (second["assignee"], second["labels"], second["comments"]) == (None, [], [])
    assert (second["created_at"], second["updated_at"]) == ("2026-10-01T00:00:00Z", "2026-10-01T12:30:00Z")


def test_a_jira_key_tells_its_project(target: Path) -> None:
    import_text(target, "Issue key,Summary,Status\nPAY-1,One,Open\n")
    assert opened(target, "PAY-1")["project"] == "PAY"


GITHUB = [
    {
        "number": 17,
        "title": "Crash on start",
        "state": "OPEN",
        "author": {"login": "octocat", "is_bot": False},
        "assignees": [{"login": "mara"}, {"login": "omar"}],
        "labels": [{"id": "x", "name": "bug", "color": "d73a4a"}, {"name": "good first issue"}],
        "createdAt": "2026-11-02T08:00:00Z",
        "updatedAt": "2026-11-03T08:00:00Z",
        "body": "It crashes.\r\nAlways.",
        "url": "https://github.com/acme/till/issues/17",
        "comments": [{"author": {"login": "omar"}, "body": "Same here", "createdAt": "2026-11-02T09:00:00Z"}],
    },
    {"number": 18, "title": "Another", "state": "CLOSED", "labels": [], "assignees": []},
]


def test_what_gh_issue_list_prints_comes_in(target: Path) -> None:
    assert counts(import_text(target, json.dumps(GITHUB), "issues.json", project="till")) == (2, 0, 0, 0)
    ticket = opened(target, "acme/till#17")
    assert (ticket["status"], ticket["assignee"], ticket["reporter"]) == ("open", "mara, omar", "octocat")
    assert (ticket["labels"], ticket["project"]) == (["bug", "good first issue"], "till")
    assert ticket["description"] == "It crashes.\nAlways."
    assert ticket["comments"] == [{"author": "omar", "created_at": "2026-11-02T09:00:00Z", "body": "Same here"}]
    assert opened(target, "till#18")["status"] == "closed"


def test_jira_s_rest_form_comes_in(target: Path) -> None:
    document = {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hi"}]}],
    }
    issue = {
        "id": "10001",
        "key": "OPS-3",
        "fields": {
            "summary": "Disk full",
            "status": {"name": "To Do", "self": "https://x"},
            "assignee": {"displayName": "Mara", "accountId": "1"},
            "priority": {"name": "High"},
            "project": {"key": "OPS", "name": "Operations"},
            "created": "2026-11-02T08:00:00.000+0100",
            "description": document,
            "comment": {"total": 1, "comments": [{"author": {"displayName": "Omar"}, "body": document}]},
        },
    }
    assert counts(import_text(target, json.dumps({"issues": [issue], "total": 1}), "jira.json")) == (1, 0, 0, 0)
    ticket = opened(target, "OPS-3")
    assert (ticket["title"], ticket["status"], ticket["assignee"]) == ("Disk full", "To Do", "Mara")
    assert (ticket["created_at"], ticket["description"]) == ("2026-11-02T07:00:00Z", "Hi")
    assert ticket["comments"] == [{"author": "Omar", "created_at": None, "body": "Hi"}]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "id,title,status\nA-1,One,open\n"),
        ("a.csv", "sep=;\r\nID;Title;Status\r\nA-1;One;open\r\n"),
        ("a.tsv", "Key\tSummary\tState\nA-1\tOne\topen\n"),
        ("a.txt", "identifier|subject|status\nA-1|One|open\n"),
        ("a.csv", "\ufeffid,title,status\nA-1,One,open"),
        ("a.csv", "\n \nid,title,status\nA-1,One,open"),
        ("a.json", json.dumps([ROW])),
        ("a.json", json.dumps({"tickets": [ROW]}, indent=2)),
        ("a.json", json.dumps(ROW, indent=2)),
        ("a.jsonl", json.dumps(ROW) + "\n\n"),
        ("a.ndjson", json.dumps(ROW)),
        ("export", json.dumps(ROW) + "\n" + json.dumps({**ROW, "id": ""})),
    ],
)
def test_every_format_is_recognised(target: Path, name: str, text: str) -> None:
    assert import_text(target, text, name).added == 1
    assert opened(target, "A-1")["title"] == "One"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_encoding_is_read(target: Path, encoding: str) -> None:
    text = "id,title,status\nA-1,Café – naïve,open\n".encode(encoding)
    assert import_text(target, text).added == 1
    assert opened(target, "A-1")["title"] == "Café – naïve"


def test_importing_twice_changes_nothing(target: Path) -> None:
    for name, text in (("jira.csv", JIRA), ("gh.json", json.dumps(GITHUB))):
        first = import_text(target, text, name)
        before = dump(target)
        second = import_text(target, text, name)
        assert counts(second) == (0, 0, first.added, 0)
        assert dump(target) == before


def test_what_the_file_does_not_say_stays(target: Path) -> None:
    import_text(target, JIRA)
    report = import_text(
        target, "Issue key,Summary,Status\nPAY-142,Printer is down,Done\nPAY-143,Second,Done\n", "b.csv"
    )
    assert counts(report) == (0, 1, 1, 0)
    ticket = opened(target, "PAY-142")
    assert (ticket["status"], ticket["assignee"], len(ticket["comments"])) == ("Done", "Mara Lindqvist", 2)


def test_what_the_file_says_is_empty_becomes_empty(target: Path) -> None:
    import_text(target, JIRA)
    import_text(target, "Issue key,Summary,Status,Assignee,Labels\nPAY-142,Printer is down,Done,,\n", "b.csv")
    ticket = opened(target, "PAY-142")
    assert (ticket["assignee"], ticket["labels"]) == (None, [])


def test_refused_rows_are_named_with_their_reason(target: Path) -> None:
    text = (
        "id,title,status,created\n"
        "A-1,One,open,2026-01-01\n"
        ",No id,open,\n"
        "A-3,,open,\n"
        "A-4,No status,,\n"
        "\n"
        'A-6,"Two\nlines",open,yesterday-ish\n'
        "A-7,Too many,open,,more,cells\n"
        "A-1,Again,open,\n"
        "A-9,Good,open,\n"
    )
    report = import_text(target, text)
    assert counts(report) == (4, 0, 0, 4)
    assert report.unread == (RefusedRow(7, "created_at: 'yesterday-ish' is not a date"),)
    assert opened(target, "A-6")["extra"] == {"created": "yesterday-ish"}
    assert report.refused == (
        RefusedRow(3, "id is missing"),
        RefusedRow(4, "title is missing"),
        RefusedRow(8, "it has 6 cells under 4 headings"),
        RefusedRow(9, "id: A-1 occurs twice in the file"),
    )
    assert opened(target, "A-4")["status"] == "unknown"
    assert any(note.startswith("Rows without a status: 1;") for note in report.notes)
    report = import_text(target, "id,title,status\nA-1,One,\n", "b.csv")
    assert opened(target, "A-1")["status"] == "open"  # an earlier import knew it


def test_bad_lines_between_good_ones_are_refused(target: Path) -> None:
    lines = [json.dumps(ROW), "{broken", "[1]", "7", "[" * 100_000, json.dumps({**ROW, "id": "A-2"})]
    report = import_text(target, "\n".join(lines), "a.jsonl")
    assert counts(report) == (2, 0, 0, 4)
    assert [refusal.row for refusal in report.refused] == [2, 3, 4, 5]


def test_a_ticket_too_large_to_be_sent_is_refused(target: Path) -> None:
    rows = [
        {**ROW, "description": "x" * LARGEST_TICKET},
        {**ROW, "id": "A-2", "description": "y" * (LARGEST_TICKET // 2)},
    ]
    report = import_text(target, json.dumps(rows), "a.json")
    assert counts(report) == (1, 0, 0, 1)
    assert report.refused[0].reason == "it holds more than 2 MiB of text"


def test_a_value_nested_without_end_is_refused(target: Path) -> None:
    deep = "[" * 900 + "]" * 900
    report = import_text(target, f'{{"id": "A-1", "title": {deep}, "status": "open"}}\n{json.dumps(ROW)}', "a.jsonl")
    assert counts(report) == (1, 0, 0, 1)


def test_text_that_sqlite_cannot_hold_is_marked(target: Path) -> None:
    import_text(target, '{"id": "A-1", "title": "nul \\u0000 half \\ud83d", "status": "open"}', "a.jsonl")
    assert opened(target, "A-1")["title"] == "nul \ufffd half \ufffd"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.csv", "", "it is empty"),
        ("a.csv", " \n \n", "it is empty"),
        ("a.csv", "just words\nno commas\n", "it has one column"),
        ("a.json", "[1, 2", "it is not JSON"),
        ("a.json", "id,title", "it is called .json"),
        ("a.json", "[" * 100_000, "it is not JSON"),
    ],
)
def test_a_file_that_holds_no_tickets_says_why(target: Path, name: str, text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as raised:
        import_text(target, text, name)
    assert raised.value.field == "FILE"
    assert "CSV" in raised.value.hint
    assert not target.exists()


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_cannot_be_read_is_named(target: Path, name: str) -> None:
    with pytest.raises(UsageError, match=name):
        import_file(target.parent / name, target)


def test_progress_counts_up_to_the_total(target: Path) -> None:
    told: list[tuple[int, int | None]] = []
    rows = "".join(f'A-{n},"Title {n}\nsecond line",open\n' for n in range(1000))
    import_text(target, "id,title,status\n" + rows, on_progress=lambda done, total: told.append((done, total)))
    assert told[0] == (200, 1000)
    assert told[-1] == (1000, 1000)
    assert [done for done, _ in told] == [200, 400, 600, 800, 1000, 1000]


def test_an_interrupted_import_leaves_nothing(target: Path) -> None:
    import_text(target, JIRA)
    before = dump(target)

    def interrupt(done: int, _total: int | None) -> None:
        if done >= 400:
            raise KeyboardInterrupt

    rows = "".join(f"A-{n},Title,open\n" for n in range(1000))
    with pytest.raises(KeyboardInterrupt):
        import_text(target, "id,title,status\n" + rows, "b.csv", on_progress=interrupt)
    assert dump(target) == before


def test_the_sample_makes_room_for_the_first_tickets(database: Path) -> None:
    assert import_text(database, JIRA).sample_removed is True
    assert import_text(database, JIRA, "again.csv").sample_removed is False
    with tracker_at(database) as tracker:
        assert tracker.search()["total"] == 2
        assert tracker.search(text="receipt")["total"] == 0
        assert tracker.call("list_values")["me"] is None


def test_the_sample_stays_where_nothing_comes_in(database: Path) -> None:
    report = import_text(database, "id,title,status\n,,\nA-1,,open\n")
    assert (report.sample_removed, report.added) == (False, 0)
    with tracker_at(database) as tracker:
        assert tracker.search()["total"] > 300


def test_a_search_in_another_process_sees_the_import_when_it_is_done(database: Path) -> None:
    seen: list[int] = []
    with tracker_at(database) as tracker:
        before = tracker.search()["total"]
        rows = "".join(f"A-{n},Title,new status\n" for n in range(600))
        import_text(database, f"id,title,status\n{rows}", on_progress=lambda *_: seen.append(tracker.search()["total"]))
        assert set(seen) == {before}
        assert tracker.search(status=["new status"])["total"] == 600
        assert tracker.call("list_values")["status"] == ["new status"]


def test_a_second_import_at_the_same_time_is_told_so(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_text(target, JIRA)
    monkeypatch.setattr("tui_app.local_tracker.store.BUSY_SECONDS", 0.05)
    other = sqlite3.connect(target, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ExplainedError, match="locked") as raised:
        import_text(target, JIRA, "b.csv")
    assert "Another import is running" in raised.value.hint
    other.close()


def test_a_place_that_cannot_be_written_is_an_explained_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    export = tmp_path / "export.csv"
    export.write_text(JIRA)
    with pytest.raises(ExplainedError, match="cannot be written"):
        import_file(export, tmp_path / "file" / "tickets.db")


def test_a_full_disk_imports_nothing(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_text(target, JIRA)
    before = dump(target)

    def small_disk(database: Path) -> sqlite3.Connection:
        connection = store.open_for_writing(database)
        connection.execute("PRAGMA max_page_count = 60")
        return connection

    monkeypatch.setattr(file_import, "open_for_writing", small_disk)
    rows = "".join(f"A-{n},{'long title ' * 20},open\n" for n in range(3000))
    with pytest.raises(ExplainedError, match="full"):
        import_text(target, "id,title,status\n" + rows, "b.csv")
    assert dump(target) == before


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "id",
        "key",
        "number",
        "title",
        "status",
        "state",
        "assignee",
        "labels",
        "created",
        "comments",
        "history",
        "attachments",
        "description",
        "fields",
        "priority",
        "url",
        "Issue-key",
    ]
)


@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(NAMES | st.text(max_size=5), JSON_VALUES, max_size=8))
def test_any_row_becomes_a_ticket_or_is_refused(row: dict[str, Any]) -> None:
    flat = flattened(row)
    paths = {name: tuple((one,) for one in found) for name, found in fields_of_names(tuple(flat)).items()}
    reader = RowReader(FileReading(Columns(paths), names=tuple(flat)), ReadingOptions(), is_table=False)
    try:
        record = reader.record(row)
    except RefusedError:
        return
    assert record["id"]
    assert record["title"]
    assert record.get("status") != ""
    json.dumps(record, ensure_ascii=False).encode()


@settings(max_examples=examples(50), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=3), max_size=6))
def test_any_cells_survive_a_spreadsheet(tmp_path: Path, rows: list[list[str]]) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([["id", "title", "status"], *rows])
    export, target = tmp_path / "export.csv", tmp_path / "tickets.db"
    export.write_bytes(file.getvalue().encode("utf-8", "replace"))
    report = import_file(export, target)
    assert report.added + report.updated + report.unchanged + len(report.refused) <= len(rows)
    again = import_file(export, target)
    assert (again.added, again.updated) == (0, 0)
