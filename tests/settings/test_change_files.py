"""What is kept of changes: the log, the texts and what was agreed to, also where the program is killed in between."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tui_app.settings.change_files import AgreedTools, ChangeLog, Drafts
from tui_app.settings.profiles import BUILT_IN, Profile
from tui_app.tickets.clock import Clock

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


class MovedClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.now, monotonic=lambda: 0.0)


CLOCK = MovedClock().clock
WORK = Profile("work", ("server",), source="config.toml")


class Killed(BaseException):
    """The program ends here: nothing that follows is done."""


POINTS = ("open", "write", "fsync", "replace", "close", "rename", "unlink")


class DeadlySystem:
    """The calls of the system, at one of which the program is killed: before it if even, after it if odd.

    A write that is cut off has written a half.
    """

    def __init__(self, number: int) -> None:
        self.at, self.before = number // 2, number % 2 == 0
        self.calls = 0
        self.held: set[int] = set()

    def deadly(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        """``call``, which may be the last one."""

        def made(*arguments: Any, **options: Any) -> Any:
            is_last, self.calls = self.calls == self.at, self.calls + 1
            if is_last and self.before:
                if name == "write":
                    call(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                raise Killed
            result = call(*arguments, **options)
            self.note(name, arguments, result)
            if is_last:
                raise Killed
            return result

        return made

    def note(self, name: str, arguments: tuple[Any, ...], result: Any) -> None:
        """Keep which descriptors are open."""
        if name == "open":
            self.held.add(result)
        elif name == "close":
            self.held.discard(arguments[0])


def killed_at(monkeypatch: pytest.MonkeyPatch, number: int, work: Callable[[], object]) -> bool:
    """Run ``work`` on a `DeadlySystem`; whether it was killed."""
    system, killed = DeadlySystem(number), False
    with monkeypatch.context() as patched:
        for name in POINTS:
            patched.setattr(os, name, system.deadly(getattr(os, name), name))
        try:
            work()
        except Killed:
            killed = True
    for descriptor in system.held:  # what the kernel does for a process that was killed
        with contextlib.suppress(OSError):
            os.close(descriptor)
    return killed


def every_point(
    monkeypatch: pytest.MonkeyPatch, prepare: Callable[[Path], Callable[[], object]], root: Path
) -> Iterator[Path]:
    """A folder for each point at which ``work`` can be killed, after it was."""
    for number in itertools.count():
        folder = root / str(number)
        folder.mkdir()
        work = prepare(folder)
        reached = killed_at(monkeypatch, number, work)
        yield folder
        if not reached:
            assert number > 8
            return


def test_a_line_is_whole_private_and_in_order(tmp_path: Path) -> None:
    log = ChangeLog(CLOCK, tmp_path / "log" / "writes.jsonl")
    log.append({"id": "a", "phase": "intent", "words": "zwei\nZeilen 注文"})
    log.append({"id": "a", "phase": "outcome", "state": "done"})
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.path.parent.stat().st_mode) == 0o700
    assert len(log.path.read_bytes().splitlines()) == 2
    assert log.changes() == [
        {"id": "a", "phase": "outcome", "words": "zwei\nZeilen 注文", "state": "done", "at": "2026-11-30T12:00:00Z"}
    ]


def test_a_change_without_an_outcome_may_have_been_done(tmp_path: Path) -> None:
    log = ChangeLog(CLOCK, tmp_path / "writes.jsonl")
    log.append({"id": "a", "phase": "intent"})
    assert log.changes()[0]["state"] == "unknown"


def test_a_log_killed_at_any_point_damages_no_other_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(folder: Path) -> Callable[[], object]:
        log = ChangeLog(CLOCK, folder / "writes.jsonl")
        log.append({"id": "before"})
        return lambda: log.append({"id": "killed", "text": "x" * 5000})

    for folder in every_point(monkeypatch, prepare, tmp_path):
        log = ChangeLog(CLOCK, folder / "writes.jsonl")
        log.append({"id": "after"})
        names = [entry["id"] for entry in log.entries()]
        assert names in (["before", "after"], ["before", "killed", "after"])


def test_a_draft_killed_at_any_point_leaves_the_old_text_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(folder: Path) -> Callable[[], object]:
        drafts = Drafts(CLOCK, folder)
        old = drafts.save("work", "T-1", "comment", {"text": "old"})
        return lambda: drafts.save("work", "T-1", "comment", {"text": "old and new"}, instead_of=old)

    for folder in every_point(monkeypatch, prepare, tmp_path):
        draft = Drafts(CLOCK, folder).latest("work", "T-1", "comment")
        assert draft is not None
        assert draft.values["text"] in ("old", "old and new")


def test_the_log_is_kept_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_app.settings.change_files._MOST_LOG_BYTES", 1000)
    log = ChangeLog(CLOCK, tmp_path / "writes.jsonl")
    for number in range(100):
        log.append({"id": str(number), "phase": "intent"})
    assert sum(path.stat().st_size for path in tmp_path.glob("writes.jsonl*")) < 3000
    assert [entry["id"] for entry in log.entries()][-3:] == ["97", "98", "99"]


def test_a_text_beyond_measure_is_logged_by_its_beginning_and_digest(tmp_path: Path) -> None:
    log = ChangeLog(CLOCK, tmp_path / "writes.jsonl")
    log.append({"id": "a", "arguments": {"text": ["y" * 100_000]}})
    (text,) = log.entries()[0]["arguments"]["text"]
    assert len(text) < 70_000
    assert "100000 characters, sha256" in text


def test_a_log_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "writes.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        ChangeLog(CLOCK, tmp_path / "writes.jsonl").append({"id": "a"})
    assert not (tmp_path / "elsewhere").exists()


def test_drafts_are_private_kept_apart_and_found_by_ticket_and_kind(tmp_path: Path) -> None:
    drafts = Drafts(CLOCK, tmp_path / "drafts")
    first = drafts.save("work", "a/../b", "comment", {"text": "one"})
    drafts.save("work", "a/../c", "comment", {"text": "another ticket's"})
    drafts.save("work", "a/../b", "title", {"title": "another kind's"})
    assert first.parent.parent == tmp_path / "drafts"
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    found = drafts.latest("work", "a/../b", "comment")
    assert found
    assert (found.values, found.path) == ({"text": "one"}, first)
    assert drafts.latest("other", "a/../b", "comment") is None
    drafts.discard(first)
    drafts.discard(first)
    assert drafts.latest("work", "a/../b", "comment") is None


def test_a_second_text_for_a_ticket_does_not_overwrite_the_first(tmp_path: Path) -> None:
    moved = MovedClock()
    drafts = Drafts(moved.clock, tmp_path)
    first = drafts.save("work", "T-1", "comment", {"text": "one"})
    moved.now += timedelta(seconds=5)
    second = drafts.save("work", "T-1", "comment", {"text": "two"})
    assert first.exists()
    latest = drafts.latest("work", "T-1", "comment")
    assert latest
    assert latest.path == second


def test_drafts_end_after_a_month_and_damaged_ones_are_passed_over(tmp_path: Path) -> None:
    drafts = Drafts(CLOCK, tmp_path)
    old = drafts.save("work", "T-1", "comment", {"text": "old"})
    os.utime(old, (old.stat().st_mtime - 31 * 86400,) * 2)
    new = drafts.save("work", "T-2", "comment", {"text": "new"})
    assert not old.exists()
    new.write_text("{", "utf-8")
    assert drafts.latest("work", "T-2", "comment") is None


def test_the_embedded_trackers_own_tools_are_agreed_to_whatever_their_words(tmp_path: Path) -> None:
    built_in = replace(WORK, source=BUILT_IN)
    assert AgreedTools(CLOCK, tmp_path / "trusted.json").state(built_in, "edit", "reworded") == "agreed"


def test_a_tool_is_agreed_to_as_it_is_for_one_server_of_one_profile(tmp_path: Path) -> None:
    agreed = AgreedTools(CLOCK, tmp_path / "trusted.json")
    assert agreed.state(WORK, "edit", "digest") == "new"
    agreed.agree(WORK, "edit", "digest")
    assert AgreedTools(CLOCK, tmp_path / "trusted.json").state(WORK, "edit", "digest") == "agreed"
    assert agreed.state(WORK, "edit", "another") == "changed"
    assert agreed.state(WORK, "delete", "digest") == "new"
    assert agreed.state(replace(WORK, command=("other",)), "edit", "digest") == "new"


def test_what_was_agreed_to_stands_beside_the_allowed_commands(tmp_path: Path) -> None:
    path = tmp_path / "trusted.json"
    path.write_text(json.dumps({"version": 1, "allowed": {"x": {}}}), "utf-8")
    AgreedTools(CLOCK, path).agree(WORK, "edit", "digest")
    assert json.loads(path.read_text("utf-8"))["allowed"] == {"x": {}}
