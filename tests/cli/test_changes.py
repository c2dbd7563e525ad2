"""The commands that change tickets: what they ask for, send, print, and end with."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.worker.changes_fake import ChangesBench, TrackerFake, answering, raising, serve
from tests.worker.fakes import error_result, json_result
from tui_app.cli import change, requests
from tui_app.cli.main import main
from tui_app.settings.change_files import ChangeLog
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import MCPTimeoutError
from tui_app.worker.prestart import Prestarts


class Terminal(io.StringIO):
    """Standard input that somebody types at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch, isolated_home: Path) -> Iterator[TrackerFake]:
    """The server of the profile ``work``, whose titles and comments can be changed."""
    tracker = TrackerFake()
    config = isolated_home / "config"
    config.mkdir()
    allowed = 'allow = ["title", "comment", "tool:set_title"]'
    text = f'[profiles.work]\ncommand = ["server"]\n[profiles.work.write]\nmode = "ask"\n{allowed}\n'
    (config / "config.toml").write_text(text, "utf-8")
    (config / "config.toml").chmod(0o600)
    benches: list[ChangesBench] = []

    def make_service(selection: Any, *_: Any, **__: Any) -> Any:
        profile = selection.profile
        bench = serve(write=profile.write, read_only=profile.read_only, tracker=tracker, connected=False)
        benches.append(bench)
        return bench.service

    monkeypatch.setattr(requests, "make_service", make_service)
    monkeypatch.setattr(requests, "start_server", lambda *_: Prestarts())
    monkeypatch.setattr(requests, "exit_on_signals", lambda: None)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    yield tracker
    assert not [crash for bench in benches for crash in bench.service.crashes]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command; exit code, what ``--format json`` printed, standard error."""

    def running(*arguments: str, form: str = "json") -> tuple[int, Any, str]:
        code = main([*arguments, "--format", form])
        out, err = capsys.readouterr()
        return code, json.loads(out) if form == "json" and out else out, err

    return running


KEYS = ["id", "state", "tool", "arguments", "before", "after", "verified", "created", "error"]


def test_a_dry_run_shows_the_call_and_sends_nothing(tracker: TrackerFake, run: Any) -> None:
    code, said, _ = run("edit", "T-1", "--title", "New", "--dry-run")
    (result,) = said["results"]
    assert (code, tracker.sent) == (0, [])
    assert list(said) == ["action", "dry_run", "results", "counts"]
    assert list(result) == KEYS
    assert (said["action"], said["dry_run"], said["counts"]) == ("edit", True, {"dry_run": 1})
    assert (result["state"], result["tool"]) == ("dry_run", "set_title")
    assert result["arguments"] == {"id": "T-1", "title": "New"}
    assert (result["before"], result["after"]) == ({"title": "Ticket 1"}, {"title": "New"})
    assert not list(Path.home().rglob("drafts/*/*.json"))


def test_a_change_is_made_once_and_printed_as_it_was_read_back(tracker: TrackerFake, run: Any) -> None:
    code, said, err = run("edit", "T-1", "--title", "New", "--yes")
    assert (code, err) == (0, "")
    assert tracker.sent == [("set_title", {"id": "T-1", "title": "New"})]
    assert (said["results"][0]["state"], said["results"][0]["verified"]) == ("done", True)


def test_in_words_a_change_says_what_is_so_now(tracker: TrackerFake, run: Any) -> None:
    code, out, _ = run("comment", "T-1", "Looks fixed.", "--yes", form="text")
    assert (code, out) == (0, "T-1: Done. comments: 1\n")


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (("edit", "T-1", "--title", "New"), 2, "usage"),
        (("edit", "T-1", "--yes"), 2, "usage"),
        (("edit", "", "--title", "x", "--yes"), 2, "usage"),
        (("move", "T-1", "--yes"), 2, "usage"),
        (("comment", "T-1", "--yes"), 2, "usage"),
        (("comment", "T-1", "x", "--internal", "--public", "--yes"), 2, "usage"),
        (("edit", "T-1", "--title", "x", "--field", "novalue", "--yes"), 2, "usage"),
        (("edit", "T-1", "--title", "x", "--if-updated", "sometime", "--yes"), 2, "usage"),
        (("edit", "T-1", "--title", "x", "--write", "--yes"), 2, "usage"),
        (("edit", "T-1", "--title", "x", "--read-only", "--dry-run"), 2, "read_only"),
        (("do", "set_title", "--arg", "id=T-1", "--yes"), 2, "usage"),
        (("undo", "--yes"), 2, "not_offered"),
        (("undo", "--field", "a=b", "--yes"), 2, "usage"),
        (("create", "--title", "x", "--if-updated", "2026-01-01", "--yes"), 2, "usage"),
        (("edit", "T-1", "--title", "x", "-p", "work", "-p", "local", "--yes"), 2, "usage"),
    ],
)
def test_what_cannot_be_asked_for_is_told_before_any_server_is_asked(
    tracker: TrackerFake, run: Any, arguments: tuple[str, ...], code: int, kind: str
) -> None:
    ended, said, err = run(*arguments)
    assert (ended, said["error"]["kind"]) == (code, kind)
    assert err
    assert (tracker.sent, tracker.reads) == ([], 0)


@pytest.mark.parametrize(
    ("arguments", "code", "kind", "state"),
    [
        (("move", "T-1", "done"), 2, "not_allowed", "not_sent"),
        (("edit", "T-9", "--title", "x"), 1, "tool_error", "not_sent"),
        (("edit", "T-1", "--title", "x", "--if-updated", "2020-01-01"), 6, "conflict", "conflict"),
        (("comment", "T-1", "x", "--internal"), 2, "not_offered", "not_sent"),
        (("do", "set_title", "--arg", 'id="T-1"', "--arg", "nothing=1", "--dry-run"), 0, None, "dry_run"),
    ],
)
def test_what_the_server_cannot_do_is_told_alike_by_a_dry_run(
    tracker: TrackerFake, run: Any, arguments: tuple[str, ...], code: int, kind: str | None, state: str
) -> None:
    for how in ("--dry-run", "--yes") if kind else ("--dry-run",):
        ended, said, err = run(*arguments, how)
        (result,) = said["results"]
        assert (ended, result["state"]) == (code, state)
        assert (result["error"] or {}).get("kind") == kind
        assert bool(err) == (kind is not None)
    assert tracker.sent == []


@pytest.mark.parametrize(
    ("when", "fault", "code", "state"),
    [
        ("before", MCPTimeoutError("no answer"), 4, "unknown"),
        ("after", MCPTimeoutError("no answer"), 0, "done"),
        ("before", error_result("Permission denied"), 1, "refused"),
        ("before", error_result("401 Unauthorized"), 3, "refused"),
        ("before", error_result("version is 4, not 3"), 6, "conflict"),
        ("before", json_result({"ok": True}), 1, "unchanged"),
    ],
)
def test_the_exit_code_tells_what_came_of_it(
    tracker: TrackerFake, run: Any, when: str, fault: Any, code: int, state: str
) -> None:
    setattr(tracker, when, raising(fault) if isinstance(fault, Exception) else answering(fault))
    ended, said, _ = run("edit", "T-1", "--title", "New", "--yes")
    assert (ended, said["results"][0]["state"]) == (code, state)
    assert len(tracker.sent) == 1


def test_some_of_several_is_partly(tracker: TrackerFake, run: Any) -> None:
    tracker.fails_at, tracker.before = "T-2", answering(error_result("Permission denied"))
    code, said, _ = run("edit", "T-1", "T-2", "T-3", "--title", "New", "--yes")
    assert (code, said["counts"]) == (5, {"done": 1, "refused": 1, "not_sent": 1})
    code, said, _ = run("edit", "T-4", "T-2", "T-3", "--title", "New", "--yes", "--keep-going")
    assert (code, said["counts"]) == (5, {"done": 2, "refused": 1})


@pytest.mark.parametrize("how", ["--yes", "--dry-run"])
def test_of_several_fields_none_is_sent_unless_all_can_be(tracker: TrackerFake, run: Any, how: str) -> None:
    for options in (["--title", "New", "--priority", "high"], ["--priority", "high", "--title", "New"]):
        code, said, err = run("edit", "T-1", *options, how)
        kinds = [result["error"] and result["error"]["kind"] for result in said["results"]]
        first = "dry_run" if how == "--dry-run" else "not_sent"
        assert (code, [result["state"] for result in said["results"]]) == (2, [first, "not_sent"])
        assert kinds == [None if how == "--dry-run" else "cancelled", "not_allowed"]
        assert how == "--dry-run" or "--keep-going makes those that can" in err
    assert tracker.sent == []


def test_those_fields_that_can_be_changed_are_where_it_is_to_go_on(tracker: TrackerFake, run: Any) -> None:
    for how, state in (("--dry-run", "dry_run"), ("--yes", "done")):
        code, said, _ = run("edit", "T-1", "--title", "New", "--priority", "high", how, "--keep-going")
        assert (code, [result["state"] for result in said["results"]]) == (5, [state, "not_sent"])
        assert said["results"][1]["error"]["kind"] == "not_allowed"
    assert len(tracker.sent) == 1


def test_what_is_so_already_changes_nothing(tracker: TrackerFake, run: Any) -> None:
    code, said, err = run("edit", "T-1", "--title", "Ticket 1", "--yes")
    assert (code, said["counts"], err) == (1, {"unchanged": 1}, "")
    assert run("edit", "T-1", "--title", "Ticket 1", "--dry-run")[0] == 0


@pytest.mark.parametrize(("typed", "sent", "code"), [("y\n", 1, 0), ("\n", 0, 1), ("no\n", 0, 1)])
def test_at_a_terminal_the_whole_call_is_shown_and_asked_about(
    tracker: TrackerFake, run: Any, monkeypatch: pytest.MonkeyPatch, typed: str, sent: int, code: int
) -> None:
    monkeypatch.setattr("tui_app.cli.change.to_terminal", lambda *_: True)
    monkeypatch.setattr("tui_app.cli.change.answered_yes", lambda _: typed == "y\n")
    ended, _, err = run("edit", "T-1", "--title", "New\x1b[2J", "--keep-going")
    assert (ended, len(tracker.sent)) == (code, sent)
    for words in ("T-1  Ticket 1", "title: Ticket 1 → New", "set_title", '"id": "T-1"', "It can be taken back"):
        assert words in err
    assert "\x1b" not in err


def test_a_change_is_taken_back_once(tracker: TrackerFake, run: Any) -> None:
    run("edit", "T-1", "--title", "New", "--yes")
    run("comment", "T-1", "x", "--yes")
    code, said, _ = run("undo", "--yes")
    assert (code, said["error"]["kind"]) == (2, "not_offered")
    assert run("undo", "2", "--yes")[0] == 0
    assert tracker.titles["T-1"] == "Ticket 1"
    assert run("undo", "2", "--yes")[0] == 2


def test_the_log_is_printed_with_what_came_of_each(tracker: TrackerFake, run: Any) -> None:
    run("edit", "T-1", "--title", "New", "--yes")
    code, said, _ = run("writes")
    (line,) = said["writes"]
    assert (code, line["action"], line["ticket"], line["state"]) == (0, "title", "T-1", "done")
    assert "T-1" in run("writes", "--last", "1", form="text")[1]


def test_what_can_be_changed_is_listed_with_the_reasons(tracker: TrackerFake, run: Any) -> None:
    code, said, _ = run("actions")
    by_name = {action["action"]: action for action in said["actions"]}
    assert (code, said["off"]) == (0, "")
    assert by_name["title"]["available"]
    assert by_name["priority"]["reason"] == "no tool does it"
    assert "title" in run("actions", "T-1", form="text")[1]
    assert run("actions", "--read-only")[1]["off"]


def test_texts_come_from_standard_input_and_from_files(
    tracker: TrackerFake, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("from a pipe"))
    assert run("comment", "T-1", "-", "--yes")[0] == 0
    assert tracker.comments["T-1"] == ["from a pipe"]


def test_a_text_is_written_in_an_editor_and_kept_if_it_did_not_get_through(
    tracker: TrackerFake, run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "and more" >> "$1"\n', "utf-8")
    editor.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)
    tracker.before = answering(error_result("Permission denied"))
    assert run("comment", "T-1", "--editor", "--yes")[0] == 1
    assert run("comment", "T-1", "--editor", "--yes")[0] == 1
    assert [arguments["text"] for _, arguments in tracker.sent] == ["and more", "and moreand more"]


@pytest.mark.parametrize(
    ("editor", "cause"),
    [
        ("", "There is no editor."),
        ("no-such-editor", "no-such-editor cannot be run: No such file or directory."),
        ("#!/bin/sh\nexit 3\n", "editor ended with 3; nothing was sent."),
        ("#!/bin/sh\n/bin/rm $1\n", "cannot be read any more: No such file or directory; nothing was sent."),
    ],
)
def test_without_a_text_from_the_editor_nothing_is_sent_and_the_reason_is_told(
    tracker: TrackerFake, run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, editor: str, cause: str
) -> None:
    if editor.startswith("#!"):
        file = tmp_path / "editor"
        file.write_text(editor, "utf-8")
        file.chmod(0o700)
        editor = str(file)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setenv("EDITOR", editor)
    monkeypatch.delenv("VISUAL", raising=False)
    code, said, _ = run("comment", "T-1", "--editor", "--yes")
    assert (code, tracker.sent) == (2, [])
    assert said["error"]["cause"].endswith(cause)
    assert said["error"]["hint"]
    assert bool(editor) == bool(list(Path.home().rglob("drafts")))


@pytest.mark.parametrize("value", ["1", "yes"])
def test_a_variable_makes_every_run_read_only(
    tracker: TrackerFake, run: Any, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("TICKETDECK_READ_ONLY", value)
    code, said, _ = run("edit", "T-1", "--title", "x", "--yes")
    assert (code, said["error"]["kind"]) == (2, "read_only")
    assert "TICKETDECK_READ_ONLY" in said["error"]["cause"]
    monkeypatch.setenv("TICKETDECK_READ_ONLY", "0")
    assert run("edit", "T-1", "--title", "x", "--yes")[0] == 0


def test_the_config_can_make_every_run_read_only(tracker: TrackerFake, run: Any, isolated_home: Path) -> None:
    with (isolated_home / "config" / "config.toml").open("a", encoding="utf-8") as file:
        file.write("[ui]\nread_only = true\n")
    code, said, _ = run("edit", "T-1", "--title", "x", "--yes")
    assert (code, said["error"]["kind"], tracker.sent) == (2, "read_only", [])


def test_a_config_that_is_not_the_users_own_allows_nothing(tracker: TrackerFake, run: Any, tmp_path: Path) -> None:
    other = tmp_path / "config.toml"
    other.write_text('[profiles.work]\ncommand = ["server"]\n[profiles.work.write]\nmode = "ask"\n', "utf-8")
    other.chmod(0o600)
    code, said, _ = run("edit", "T-1", "--title", "x", "--yes", "--config", str(other))
    assert (code, said["error"]["kind"], tracker.sent) == (2, "read_only", [])
    assert "copy the profile to your own config" in said["error"]["hint"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('mode = "always"', "write.mode"),
        ('allow = ["statsu"]', "'statsu' is not a kind of change"),
        ("bulk_max = 0", "write.bulk_max"),
        ('public_comments = "always"', "write.public_comments"),
    ],
)
def test_a_mistake_in_what_is_allowed_is_named(
    tracker: TrackerFake, run: Any, isolated_home: Path, line: str, words: str
) -> None:
    config = isolated_home / "config" / "config.toml"
    config.write_text(f'[profiles.work]\ncommand = ["server"]\n[profiles.work.write]\n{line}\n', "utf-8")
    code, said, _ = run("edit", "T-1", "--title", "x", "--yes")
    assert (code, said["error"]["kind"]) == (2, "config")
    assert words in said["error"]["cause"]


def test_changes_are_off_for_a_server_of_the_command_line(tracker: TrackerFake, run: Any) -> None:
    code, said, _ = run("edit", "T-1", "--title", "x", "--yes", "--command", "server")
    assert (code, said["error"]["kind"]) == (2, "read_only")
    assert "--write" in said["error"]["hint"]


@pytest.mark.parametrize(("state", "next_one"), [("done", "first"), ("sent", "first"), ("refused", "second")])
def test_what_was_taken_back_is_not_taken_back_again_though_no_read_showed_it(
    monkeypatch: pytest.MonkeyPatch, state: str, next_one: str
) -> None:
    log = ChangeLog(SYSTEM_CLOCK)
    undo = {"kind": "link", "lookup": {}, "values": {"to": "x"}, "answers": {}, "picked": [], "expected": {}}
    for name, came, of in (("first", "done", ""), ("second", "done", ""), ("undo", state, "second")):
        log.append({"id": name, "phase": "intent", "profile": "local", "action": "link", "ticket": "T", "undo_of": of})
        log.append({"id": name, "phase": "outcome", "state": came, "undo": undo})
    profile = SimpleNamespace(profile=SimpleNamespace(name="local"))
    monkeypatch.setattr(change, "only_tracker", lambda _: profile)
    monkeypatch.setattr(change, "select", lambda _: None)
    options: Any = SimpleNamespace(clock=SYSTEM_CLOCK)
    assert change.undoing(options, 1).undo_of == next_one
