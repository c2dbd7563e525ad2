"""Killed at any moment, the database opens again whole; several processes share it meanwhile."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.local_tracker.conftest import TrackerProcess, tracker_at
from tests.local_tracker.many_tickets import write_many_tickets

Start = Callable[[Path], TrackerProcess]

COUNT = 2000
FEW, MANY = 3, 60
IMPORT = (
    "import sys; from pathlib import Path; from tui_app.local_tracker.file_import import import_file; "
    "import_file(Path(sys.argv[1]), Path(sys.argv[2]))"
)
ROUNDS = [
    pytest.param(FEW, id="few"),
    pytest.param(MANY, id="many", marks=[pytest.mark.slow, pytest.mark.timeout(900)]),
]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "tickets.jsonl"
    write_many_tickets(COUNT, path)
    return path


def start_import(export: Path, database: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", IMPORT, str(export), str(database)], stderr=subprocess.DEVNULL)


def kill_within(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Let the process run for some time, and kill it if it still runs."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.kill()
    process.wait()


def assert_whole(database: Path, totals: set[int]) -> int:
    """The tables are sound, the index agrees with them, and all of an import is there or nothing of it."""
    with tracker_at(database) as tracker:
        page = tracker.search()
        assert page["warnings"] == []
        assert page["total"] in totals
        assert tracker.search(text="printer")["total"] > 0
    connection = sqlite3.connect(database)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    connection.close()
    assert not Path(f"{database}.bad").exists()
    total: int = page["total"]
    return total


@pytest.mark.parametrize("rounds", ROUNDS)
def test_an_import_that_is_killed_is_there_whole_or_not_at_all(
    rounds: int, export: Path, tmp_path: Path, sample_bytes: bytes
) -> None:
    timing = tmp_path / "timing.db"
    timing.write_bytes(sample_bytes)
    began = time.monotonic()
    assert start_import(export, timing).wait() == 0
    lasted = time.monotonic() - began
    sample = assert_whole_sample(tmp_path / "sample.db", sample_bytes)
    chance = random.Random(11)
    for number in range(rounds):
        database = tmp_path / f"{number}.db"
        database.write_bytes(sample_bytes)
        kill_within(start_import(export, database), chance.uniform(0.1, 1.1) * lasted)
        assert_whole(database, {sample, COUNT})
        database.unlink()
    assert assert_whole(timing, {COUNT}) == COUNT


def assert_whole_sample(path: Path, sample_bytes: bytes) -> int:
    path.write_bytes(sample_bytes)
    return assert_whole(path, set(range(300, 500)))


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_first_start_that_is_killed_leaves_the_next_one_a_whole_sample(
    rounds: int, tmp_path: Path, start_tracker: Start
) -> None:
    chance = random.Random(12)
    request = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "search_tickets"}}
    for number in range(rounds):
        database = tmp_path / f"{number}.db"
        tracker = start_tracker(database)
        tracker.handshake()
        assert tracker.process.stdin
        tracker.process.stdin.write(json.dumps(request).encode() + b"\n")
        tracker.process.stdin.flush()
        kill_within(tracker.process, chance.uniform(0, 0.15))
        assert_whole(database, set(range(300, 500)))


def test_a_search_that_is_killed_harms_nothing(database: Path, start_tracker: Start) -> None:
    request = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "search_tickets"}}
    for _ in range(FEW):
        tracker = start_tracker(database)
        tracker.handshake()
        assert tracker.process.stdin
        tracker.process.stdin.write(json.dumps(request).encode() + b"\n")
        tracker.process.stdin.flush()
        kill_within(tracker.process, 0.01)
    assert_whole(database, set(range(300, 500)))


@pytest.mark.slow
def test_two_processes_search_while_a_third_imports(database: Path, export: Path, start_tracker: Start) -> None:
    trackers = [start_tracker(database) for _ in range(2)]
    for tracker in trackers:
        tracker.handshake()
    before = trackers[0].search()["total"]
    importer = start_import(export, database)
    seen = set()
    while importer.poll() is None:
        seen |= {tracker.search(text="printer", max_results=5)["total"] > 0 for tracker in trackers}
        seen |= {tracker.search(max_results=1)["total"] in (before, COUNT) for tracker in trackers}
    assert importer.wait() == 0
    assert seen == {True}
    assert [tracker.search()["total"] for tracker in trackers] == [COUNT, COUNT]


def test_two_imports_at_once_both_come_in(tmp_path: Path, export: Path) -> None:
    database = tmp_path / "tickets.db"
    other = tmp_path / "other.csv"
    other.write_text("id,title,status\n" + "".join(f"X-{n},Other,open\n" for n in range(500)))
    importers = [start_import(export, database), start_import(other, database)]
    assert [importer.wait() for importer in importers] == [0, 0]
    assert_whole(database, {COUNT + 500})
