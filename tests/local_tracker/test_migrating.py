"""A database of version 0.1.0 (written by that version's own import) is searched like one of today."""

from __future__ import annotations

import gzip
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local_tracker.conftest import tracker_at
from tui_app.local_tracker import schema, store
from tui_app.local_tracker.file_import import import_file

WRITTEN_BY_0_1_0 = Path(__file__).with_name("tickets-0.1.0.db.gz")
KILLED_WITHIN = """
import os, sqlite3, sys
from tui_app.local_tracker import schema
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.create_function("die", 0, lambda: os._exit(9))
schema.MIGRATIONS = (*schema.MIGRATIONS, ("UPDATE tickets SET status = 'lost'", "SELECT die()"))
schema.migrate(connection)
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.db"
    path.write_bytes(gzip.decompress(WRITTEN_BY_0_1_0.read_bytes()))
    return path


def dump(path: Path) -> tuple[int, list[tuple[str, ...]]]:
    """The version, and every ticket as the oldest version stored it."""
    connection = sqlite3.connect(path)
    version = schema.version_of(connection)
    rows = connection.execute("SELECT id, title, status, priority FROM tickets ORDER BY number").fetchall()
    connection.close()
    return version, rows


def test_all_of_its_tickets_are_found(old: Path) -> None:
    with tracker_at(old) as tracker:
        page = tracker.search(sort="id")
        assert [ticket["id"] for ticket in page["tickets"]] == ["PAY-1", "PAY-2", "PAY-10", "WEB-3", "WEB-4"]
        assert page["warnings"] == []
        assert tracker.ids(text="receipt") == ["PAY-2"]
        ticket = tracker.call("get_ticket", id="PAY-1")
    assert ticket["labels"] == ["cards", "terminal"]
    assert [comment["body"] for comment in ticket["comments"]] == ["Seen here too."]
    assert [change["field"] for change in ticket["history"]] == ["priority"]
    assert ticket["attachments"] == [{"name": "till.log", "url": None, "size": 5120}]
    assert dump(old)[0] == schema.VERSION


def test_its_priorities_are_ranked_as_today(old: Path) -> None:
    with tracker_at(old) as tracker:
        by_priority = [ticket["priority"] for ticket in tracker.search(sort="priority")["tickets"]]
    assert by_priority == ["Very High", "urgent", "2", "someday", None]


def test_its_tickets_are_never_due_and_below_no_other(old: Path, tmp_path: Path) -> None:
    with tracker_at(old) as tracker:
        assert {ticket["due_at"] for ticket in tracker.search(sort="due_at")["tickets"]} == {None}
        assert tracker.search(due_before="2099-01-01")["total"] == 0
    file = tmp_path / "due.csv"
    file.write_text("id,title,status,deadline,parent\nPAY-2,Receipts,open,2026-12-01,PAY-1\n")
    import_file(file, old)
    with tracker_at(old) as tracker:
        assert tracker.ids(due_before="2099-01-01", parent="PAY-1") == ["PAY-2"]


def test_an_import_goes_into_it(old: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text("id,title,status\nPAY-1,Renamed,open\nPAY-11,New,open\n")
    report = import_file(file, old)
    assert (report.added, report.updated) == (1, 1)
    connection = sqlite3.connect(old)
    connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_migration_that_is_killed_leaves_it_as_it_was(old: Path) -> None:
    before = dump(old)
    assert before[0] == 1
    assert subprocess.run([sys.executable, "-c", KILLED_WITHIN, str(old)], check=False).returncode == 9
    assert dump(old) == before
    with tracker_at(old) as tracker:
        assert tracker.search()["total"] == 5
    assert dump(old) == (schema.VERSION, before[1])


def test_a_migration_that_fails_leaves_it_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dump(old)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("SELECT no_such_function()",)))
    connection = sqlite3.connect(old, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        schema.migrate(connection)
    connection.close()
    assert dump(old) == before


def test_where_it_cannot_be_written_its_tickets_are_still_shown(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(path: Path) -> None:
        raise sqlite3.OperationalError("attempt to write a readonly database")

    before = old.read_bytes()
    monkeypatch.setattr(store, "_opened", refuses)
    with tracker_at(old) as tracker:
        page = tracker.search(text="receipt")
    assert [ticket["id"] for ticket in page["tickets"]] == ["PAY-2"]
    assert "shown as they are" in page["warnings"][0]
    assert old.read_bytes() == before
