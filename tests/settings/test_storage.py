"""Files survive anything: kills, other processes, stale locks, damage, disks that do not take them."""

from __future__ import annotations

import fcntl
import json
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.settings.writer_program import CONTENTS
from tui_app.settings.recents import MOST_RECENTS
from tui_app.settings.storage import STALE_SECONDS, JsonFile, write_atomically
from tui_app.tickets.clock import SYSTEM_CLOCK

HERE = Path(__file__).parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty directory."""
    folder = tmp_path / "folder"
    folder.mkdir()
    return folder


def json_file(path: Path, version: int = 1) -> JsonFile:
    return JsonFile(path, version=version, what="Test data", clock=SYSTEM_CLOCK)


def set_answer(content: dict[str, Any]) -> None:
    content["answer"] = 42


def kill_while_writing(path: Path, delay: float) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.settings.writer_program", str(path)], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(delay)
        writer.kill()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_writer_killed_at_200_random_points_leaves_the_old_content_or_the_new(folder: Path) -> None:
    path, chance = folder / "kept.json", random.Random(6)
    write_atomically(path, CONTENTS[0])
    for _ in range(200):
        kill_while_writing(path, chance.uniform(0, 0.03))
        assert path.read_bytes() in CONTENTS


def test_a_killed_writer_leaves_whole_content(folder: Path) -> None:
    path = folder / "kept.json"
    write_atomically(path, CONTENTS[0])
    kill_while_writing(path, 0.01)
    assert path.read_bytes() in CONTENTS


def test_files_and_new_directories_are_for_this_user_alone(folder: Path) -> None:
    path = folder / "new" / "deeper" / "file.json"
    write_atomically(path, b"x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700


def test_a_symbolic_link_in_the_way_is_replaced_and_its_target_untouched(folder: Path) -> None:
    target, link = folder / "target", folder / "link.json"
    target.write_text("precious")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert target.read_text() == "precious"
    assert not link.is_symlink()
    assert link.read_bytes() == b"new"


def test_no_temporary_file_is_left_behind(folder: Path) -> None:
    write_atomically(folder / "file", b"x")
    assert not write_atomically(folder / "file", b"y", still_wanted=lambda: False)
    assert [entry.name for entry in folder.iterdir()] == ["file"]
    assert (folder / "file").read_bytes() == b"x"


def test_two_instances_that_write_100_entries_each_lose_none(folder: Path) -> None:
    path = folder / "shared.json"
    writers = [
        subprocess.Popen([sys.executable, "-m", "tests.settings.recents_program", str(path), name])
        for name in ("one", "two")
    ]
    assert [writer.wait(timeout=50) for writer in writers] == [0, 0]
    content = json.loads(path.read_text())
    assert set(content["saved"]) == {f"{name}-{number}" for name in ("one", "two") for number in range(100)}
    recents = [entry["criteria"]["text"] for entry in content["recents"]]
    assert len(recents) == MOST_RECENTS  # the latest of both, none twice
    assert len(set(recents)) == MOST_RECENTS
    assert recents[0] in {"one 99", "two 99"}


def test_a_lock_left_by_a_dead_process_delays_nobody(folder: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from tui_app.settings.storage import locked\n"
        "from tui_app.tickets.clock import SYSTEM_CLOCK\n"
        "with locked(Path(sys.argv[1]), SYSTEM_CLOCK): os.kill(os.getpid(), 9)"
    )
    lock = folder / ".shared.json.lock"
    done = subprocess.run([sys.executable, "-c", program, str(lock)], check=False)
    assert done.returncode == -signal.SIGKILL
    before = time.monotonic()
    json_file(folder / "shared.json").update(set_answer)
    assert time.monotonic() - before < STALE_SECONDS


def test_a_holder_that_does_not_move_is_passed_by_within_a_second(folder: Path) -> None:
    descriptor = os.open(folder / ".shared.json.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    before = time.monotonic()
    content = json_file(folder / "shared.json").update(set_answer)
    waited = time.monotonic() - before
    os.close(descriptor)
    assert content["answer"] == 42
    assert STALE_SECONDS < 1
    assert STALE_SECONDS <= waited < STALE_SECONDS + 1  # a busy machine may take its time


def test_a_holder_that_was_passed_by_does_not_overwrite_what_came_after(folder: Path) -> None:
    path, file = folder / "shared.json", json_file(folder / "shared.json")
    stopped_once = threading.Event()

    def change(content: dict[str, Any]) -> None:
        if not stopped_once.is_set():
            stopped_once.set()
            (folder / ".shared.json.lock").unlink()  # as the process does that takes the lock for stale
            path.write_text(json.dumps({"version": 1, "theirs": True}))
        content["ours"] = True

    assert file.update(change) == {"version": 1, "theirs": True, "ours": True}
    assert json.loads(path.read_text()) == {"version": 1, "theirs": True, "ours": True}


def test_what_killed_writers_left_is_swept_up_later(folder: Path) -> None:
    old, young = folder / ".file.0123.tmp", folder / ".file.4567.tmp"
    old.touch()
    young.touch()
    os.utime(old, (0, 0))
    write_atomically(folder / "file", b"x")
    assert sorted(entry.name for entry in folder.iterdir()) == [young.name, "file"]


@pytest.mark.parametrize(
    "damage",
    ["", "{", "[]", "null", '"text"', '{"answer": 1}', '{"version": "1"}', "\x00\x00", '{"version": 1', "[" * 9999],
)
def test_damaged_files_are_set_aside_and_a_new_one_begins(folder: Path, damage: str) -> None:
    path = folder / "state.json"
    path.write_text(damage)
    file = json_file(path)
    assert file.read() == {}
    assert (folder / "state.json.bad").read_text() == damage
    assert len(file.notices) == 1
    assert "state.json.bad" in file.notices[0]
    file.update(set_answer)
    assert json_file(path).read()["answer"] == 42


def test_a_file_of_a_newer_version_is_set_aside_with_one_notice(folder: Path) -> None:
    path = folder / "state.json"
    path.write_text('{"version": 2, "answer": 1}')
    file = json_file(path)
    assert file.read() == file.read() == {}
    assert ["newer version" in notice for notice in file.notices] == [True]


@pytest.mark.parametrize("name", ["state.json", "recents.json", "trusted.json"])
def test_no_file_that_was_set_aside_is_ever_overwritten(folder: Path, name: str) -> None:
    path = folder / name
    contents = ['{"version": 2, "of": "a newer version"}', "damaged", "", '{"version": 3}']
    for number, content in enumerate(contents):
        path.write_text(content)
        file = json_file(path)
        assert file.read() == {}
        assert f"{name}.bad{number or ''}, and" in file.notices[0]
    assert [(folder / f"{name}.bad{number or ''}").read_text() for number in range(len(contents))] == contents


def test_a_name_that_is_taken_by_a_link_or_a_folder_is_left_alone(folder: Path) -> None:
    (folder / "state.json.bad").symlink_to(folder / "nowhere")
    (folder / "state.json.bad1").mkdir()
    (folder / "state.json").write_text("{")
    assert json_file(folder / "state.json").read() == {}
    assert (folder / "state.json.bad2").read_text() == "{"


def test_unknown_keys_survive_a_rewrite(folder: Path) -> None:
    path = folder / "state.json"
    path.write_text('{"version": 1, "from_the_future": {"a": [1]}}')
    json_file(path).update(set_answer)
    assert json.loads(path.read_text()) == {"version": 1, "from_the_future": {"a": [1]}, "answer": 42}


def test_what_cannot_be_written_is_kept_for_this_run_and_said_once(folder: Path) -> None:
    blocker = folder / "file"
    blocker.write_text("no directory")
    file = json_file(blocker / "state.json")
    file.update(set_answer)
    file.update(lambda content: content.update(more=1))
    assert file.read() == {"answer": 42, "more": 1}
    assert len(file.notices) == 1
    assert "kept until you quit" in file.notices[0]


def test_a_full_disk_leaves_the_old_file_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "state.json"
    file = json_file(path)
    file.update(set_answer)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    file.update(lambda content: content.update(answer=43))
    assert json.loads(path.read_text())["answer"] == 42
    assert file.read()["answer"] == 43
    assert ["No space left" in notice for notice in file.notices] == [True]
    assert sorted(entry.name for entry in folder.iterdir()) == [".state.json.lock", "state.json"]
