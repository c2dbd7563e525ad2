"""Opening the database, whatever state it is in, by one process or several."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.local_tracker.conftest import Answer, Tracker, TrackerProcess, tracker_at
from tests.local_tracker.test_search import made_of
from tui_app.local_tracker import schema, store

Start = Callable[[Path], TrackerProcess]


def test_the_first_start_makes_a_database_with_the_sample(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "tickets.db"
    with tracker_at(path) as tracker:
        assert tracker.search(text="printer")["total"] > 0
        assert tracker.search()["warnings"] == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_next_start_finds_what_was_there(tmp_path: Path) -> None:
    path = made_of(tmp_path / "t.db", {"title": "Mine"})
    with tracker_at(path) as tracker:
        assert [ticket["title"] for ticket in tracker.search()["tickets"]] == ["Mine"]


def truncated(content: bytes) -> bytes:
    return content[: len(content) // 3]


def scribbled(content: bytes) -> bytes:
    return b"not a database at all " * 5000 + content[110_000:]


def empty(_content: bytes) -> bytes:
    return b"x"


def damaged_within(content: bytes) -> bytes:
    """The first page is whole; everything behind it is noise."""
    return content[:4096] + b"\xaa" * (len(content) - 4096)


@pytest.mark.parametrize("damage", [truncated, scribbled, empty, damaged_within])
def test_a_damaged_database_is_set_aside_and_a_new_one_begun(
    database: Path, damage: Callable[[bytes], bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    broken = damage(database.read_bytes())
    database.write_bytes(broken)
    with tracker_at(database) as tracker:
        page = answered(tracker)
        assert page["total"] > 300
        assert f"{database}.bad" in page["warnings"][0]
        assert tracker.search()["warnings"] == []
    assert Path(f"{database}.bad").read_bytes() == broken
    assert f"{database}.bad" in capfd.readouterr().err


def answered(tracker: Tracker) -> Answer:
    """The answer to a search; the first one may only say that the database was replaced."""
    result = tracker.result("search_tickets")
    if result["isError"]:
        assert "Please ask again" in result["content"][0]["text"]
        return tracker.search()
    page: Answer = result["structuredContent"]
    return page


def test_damage_that_shows_only_while_serving_is_set_aside_too(database: Path) -> None:
    content = bytearray(database.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 30 * 4096] = b"\xaa" * (30 * 4096)
    database.write_bytes(bytes(content))
    with tracker_at(database) as tracker:
        for _ in range(3):
            result = tracker.result("search_tickets", max_results=1000)
        assert result["isError"] is False
        assert result["structuredContent"]["total"] > 300
    assert Path(f"{database}.bad").exists()


def test_each_damaged_database_is_kept(database: Path) -> None:
    for name in ("tickets.db.bad", "tickets.db.bad1", "tickets.db.bad2"):
        database.write_bytes(name.encode() * 999)
        with tracker_at(database) as tracker:
            answered(tracker)
        assert (database.parent / name).read_bytes() == name.encode() * 999


def test_the_log_of_a_damaged_database_does_not_spoil_the_new_one(database: Path) -> None:
    database.write_bytes(b"noise" * 4096)
    Path(f"{database}-wal").write_bytes(b"log" * 4096)
    with tracker_at(database) as tracker:
        assert answered(tracker)["total"] != 0
    connection = sqlite3.connect(database)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_database_of_something_else_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE tickets (number INTEGER)")
    connection.close()
    with tracker_at(path) as tracker:
        assert answered(tracker)["total"] != 0
    assert Path(f"{path}.bad").exists()


def test_a_database_of_a_newer_version_is_left_alone(database: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    connection.close()
    before = database.read_bytes()
    with tracker_at(database) as tracker:
        text = tracker.refusal("search_tickets")
    assert "newer ticketdeck" in text
    assert str(database) in text
    assert database.read_bytes() == before


def test_a_link_whose_target_is_missing_is_an_error_and_begins_no_database(tmp_path: Path) -> None:
    unmounted = tmp_path / "disk"
    link, folder, loop = tmp_path / "tickets.db", tmp_path / "data", tmp_path / "loop.db"
    link.symlink_to(unmounted / "tickets.db")
    folder.symlink_to(unmounted)
    loop.symlink_to(loop)
    for path, at_fault in ((link, link), (folder / "deep" / "tickets.db", folder), (loop, loop)):
        with tracker_at(path) as tracker:
            assert f"{at_fault} is a link to" in tracker.refusal("search_tickets")
        with pytest.raises(store.UnusableDatabaseError):
            store.open_for_writing(path)
    assert not unmounted.exists()


def test_without_a_place_to_write_the_sample_is_shown_from_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with tracker_at(tmp_path / "file" / "tickets.db") as tracker:
        page = tracker.search()
    assert page["total"] > 300
    assert "cannot be written" in page["warnings"][0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_database_that_cannot_be_written_is_read(database: Path) -> None:
    database.chmod(0o400)
    database.parent.chmod(0o500)
    try:
        with tracker_at(database) as tracker:
            assert tracker.search(text="printer")["total"] > 0
    finally:
        database.parent.chmod(0o700)


def test_a_database_that_cannot_be_opened_for_writing_is_read_as_it_stands(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(path: Path) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(store, "_opened", refuses)
    with tracker_at(database) as tracker:
        page = tracker.search(text="printer")
    assert page["total"] > 0
    assert "shown as they are" in page["warnings"][0]


def test_many_first_starts_at_once_make_one_database(tmp_path: Path, start_tracker: Start) -> None:
    path = tmp_path / "tickets.db"
    trackers = [start_tracker(path) for _ in range(6)]
    for tracker in trackers:
        tracker.handshake()
    for tracker in trackers:
        assert tracker.process.stdin
        request = {"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": {"name": "search_tickets"}}
        tracker.process.stdin.write(json.dumps(request).encode() + b"\n")
        tracker.process.stdin.flush()
    totals = set()
    for tracker in trackers:
        assert tracker.process.stdout
        totals.add(json.loads(tracker.process.stdout.readline())["result"]["structuredContent"]["total"])
    assert len(totals) == 1
    assert sorted(file.name for file in tmp_path.glob("tickets.db*") if "-" not in file.name) == [
        "tickets.db",
        "tickets.db.lock",
    ]


def test_a_first_start_that_was_killed_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "tickets.db"
    Path(f"{path}.new").write_bytes(b"half a database")
    Path(f"{path}.new-wal").write_bytes(b"half a log")
    with tracker_at(path) as tracker:
        assert tracker.search()["total"] > 300
    assert not Path(f"{path}.new").exists()


def test_a_new_database_is_whole_and_lets_readers_pass_writers(database: Path) -> None:
    connection = sqlite3.connect(database)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_the_module_finds_its_database_by_itself(tmp_path: Path) -> None:
    request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-11-25"}}
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "list_values"}}
    done = subprocess.run(
        [sys.executable, "-m", "tui_app.local_tracker"],
        input="".join(json.dumps(line) + "\n" for line in (request, call)),
        env={**os.environ, "TICKETDECK_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Mara Lindqvist" in done.stdout
    assert (tmp_path / "data" / "tickets.db").exists()
