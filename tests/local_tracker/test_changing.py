"""The tools that change tickets: what they keep, what they refuse, and that two writers never undo each other."""

from __future__ import annotations

import os
import pwd
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.local_tracker.conftest import Answer, Tracker, tracker_at
from tests.local_tracker.test_search import made_of
from tests.local_tracker.test_tools import assert_fits, output_schema
from tui_app.local_tracker import schema, store
from tui_app.local_tracker.file_import import import_file
from tui_app.local_tracker.writing import find_ticket, put_ticket

PAY: dict[str, Any] = {
    "id": "PAY-7",
    "title": "Printer leaks",
    "status": "open",
    "assignee": "Zoe Adams",
    "priority": "high",
    "type": "bug",
    "project": "PAY",
    "labels": ["printing", "till"],
    "description": "It *leaks*.\n\nEvery evening.",
    "due_at": "2026-12-01T00:00:00Z",
    "created_at": "2026-11-01T08:00:00Z",
    "updated_at": "2026-11-02T08:00:00Z",
    "extra": {"private_data": "hidden", "Sprint": "42"},
}
OTHERS: tuple[dict[str, Any], ...] = (
    {"id": "PAY-12", "title": "Till", "status": "in progress", "project": "PAY", "updated_at": "2026-11-03T08:00:00Z"},
    {"id": "acme/shop#3", "title": "Shop", "status": "done", "project": "acme/shop"},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return made_of(tmp_path / "tickets.db", PAY, *OTHERS)


@pytest.fixture
def few(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tracker]:
    monkeypatch.setenv("TICKETDECK_LOCAL_USER", "Mara Lindqvist")
    with tracker_at(path) as tracker:
        yield tracker


def update(tracker: Tracker, version: int = 1, **fields: Any) -> Answer:
    return tracker.call("update_ticket", id="PAY-7", expected_version=version, **fields)


def refused(tracker: Tracker, version: int = 1, **fields: Any) -> str:
    before = tracker.call("get_ticket", id="PAY-7")
    words = tracker.refusal("update_ticket", id="PAY-7", expected_version=version, **fields)
    assert tracker.call("get_ticket", id="PAY-7") == before
    return words


def indexed(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Every word of the full-text index, with the ticket and the place where it stands."""
    connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, 'instance')")
    return sorted(connection.execute("SELECT term, id, offset FROM temp.words LEFT JOIN tickets ON number = doc"))


def assert_index_agrees(path: Path) -> None:
    """The index holds just what it would hold were the same tickets put into an empty database."""
    connection, fresh = store.open_for_writing(path), store.opened_in_memory()
    fresh.execute("BEGIN")
    for (ticket_id,) in connection.execute("SELECT id FROM tickets").fetchall():
        ticket = find_ticket(connection, ticket_id)
        assert ticket is not None
        put_ticket(fresh, ticket.values)
    fresh.execute("COMMIT")
    assert indexed(connection) == indexed(fresh)
    fresh.close()
    connection.close()


# ---------------------------------------------------------------------- what they do


def test_every_change_answers_the_whole_ticket(few: Tracker) -> None:
    for tool, arguments in (
        ("add_comment", {"id": "PAY-7", "body": "Here too."}),
        ("update_ticket", {"id": "PAY-7", "expected_version": 2, "status": "done"}),
        ("create_ticket", {"title": "New", "project": "PAY"}),
    ):
        answer = few.call(tool, **arguments)
        assert_fits(answer, output_schema(tool))
        assert answer == few.call("get_ticket", id=answer["id"])


def test_a_comment_is_appended_and_found(few: Tracker) -> None:
    few.call("add_comment", id="pay-7", body="Erste Zeile\n\nsecond *paragraph*")
    ticket = few.call("add_comment", id="PAY-7", body="Another")
    assert [comment["body"] for comment in ticket["comments"]] == ["Erste Zeile\n\nsecond *paragraph*", "Another"]
    assert ticket["comments"][0]["author"] == "Mara Lindqvist"
    assert (ticket["version"], ticket["history"]) == (3, [])
    assert ticket["updated_at"] == ticket["comments"][1]["created_at"] > PAY["updated_at"]
    assert few.ids(text="paragraph") == ["PAY-7"]


def test_what_is_left_out_stays_and_null_clears(few: Tracker) -> None:
    before = few.call("get_ticket", id="PAY-7")
    after = update(few, title="Printer leaks handles", assignee=None, due_at=None)
    assert (after["title"], after["assignee"], after["due_at"]) == ("Printer leaks handles", None, None)
    changed = {"title", "assignee", "due_at", "version", "updated_at", "history"}
    assert {name: value for name, value in after.items() if name not in changed} == {
        name: value for name, value in before.items() if name not in changed
    }


def test_each_changed_field_is_one_row_of_history(few: Tracker) -> None:
    after = update(few, status="in progress", priority="low", title="Printer leaks", add_labels=["ops"])
    told = {(row["field"], row["before"], row["after"], row["author"]) for row in after["history"]}
    assert told == {
        ("status", "open", "in progress", "Mara Lindqvist"),
        ("priority", "high", "low", "Mara Lindqvist"),
        ("labels", "printing, till", "ops, printing, till", "Mara Lindqvist"),
    }
    assert few.ids(sort="priority")[0] == "PAY-7"


def test_labels_are_changed_by_difference(few: Tracker) -> None:
    after = update(few, add_labels=["Printing", "ops"], remove_labels=["till", "never there"])
    assert after["labels"] == ["ops", "printing"]
    assert few.ids(text="ops", labels=["ops"]) == ["PAY-7"]
    assert few.call("list_values")["labels"] == ["ops", "printing"]


def test_what_changes_nothing_leaves_no_trace(few: Tracker) -> None:
    before = few.call("get_ticket", id="PAY-7")
    assert update(few, status="open", title="Printer leaks", add_labels=["till"]) == before


def test_values_take_the_spelling_that_the_tickets_have(few: Tracker) -> None:
    after = update(few, status="In-Progress", priority="HIGH", assignee="zoe adams")
    assert (after["status"], after["priority"], after["assignee"]) == ("in progress", "high", "Zoe Adams")
    assert update(few, 2, assignee="me")["assignee"] == "Mara Lindqvist"
    assert update(few, 3, assignee="unassigned")["assignee"] is None


def test_without_a_configured_name_the_login_name_is_the_author(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TICKETDECK_LOCAL_USER", raising=False)
    with tracker_at(path) as tracker:
        comment = tracker.call("add_comment", id="PAY-7", body="x")["comments"][0]
    assert comment["author"] == pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.parametrize(
    ("project", "ticket_id"),
    [
        ("PAY", "PAY-13"),
        ("pay", "PAY-13"),
        ("acme/shop", "acme/shop#4"),
        ("NEW", "NEW-1"),
        ("Two words", "Two-words-1"),
    ],
)
def test_a_new_ticket_gets_the_next_id_of_its_project(few: Tracker, project: str, ticket_id: str) -> None:
    ticket = few.call("create_ticket", title="Brand new", project=project, labels=["b", "a", "b"], description="Long")
    assert (ticket["id"], ticket["status"], ticket["labels"]) == (ticket_id, "open", ["a", "b"])
    assert (ticket["reporter"], ticket["version"]) == ("Mara Lindqvist", 1)
    assert few.ids(text="brand long") == [ticket_id]


def test_the_same_request_twice_is_one_ticket(few: Tracker) -> None:
    wish = {"title": "Once", "project": "PAY", "request_id": "r-1"}
    assert few.call("create_ticket", **wish) == few.call("create_ticket", **wish)
    assert few.search(text="once")["total"] == 1
    other = few.refusal("create_ticket", **{**wish, "title": "Twice"})
    assert other == "request_id: another request of that name created PAY-13."


def test_a_request_is_forgotten_after_a_day(few: Tracker, path: Path) -> None:
    wish = {"title": "Once", "project": "PAY", "request_id": "r-1"}
    few.call("create_ticket", **wish)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE requests SET created_at = '2020-01-01T00:00:00Z'")
    connection.commit()
    connection.close()
    assert few.call("create_ticket", **wish)["id"] == "PAY-14"


# ---------------------------------------------------------------------- what they refuse


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "opne"}, "status: no ticket has 'opne' yet. It can be: done, in progress, open; or a new one with"),
        ({"title": "a\nb"}, "title: it has several lines"),
        ({"title": " "}, "title: it says nothing"),
        ({"title": ""}, 'title: "" is not allowed. It takes text that is not empty'),
        ({"description": "a\0b"}, "description: it holds the character 0"),
        ({"due_at": "soon"}, "due_at: 'soon' is not a date that exists"),
        ({"parent": "PAY-99"}, "parent: there is no ticket 'PAY-99'"),
        ({"parent": "pay-7"}, "parent: PAY-7 would be a part of itself"),
        ({"add_labels": ["x"], "remove_labels": ["x"]}, "remove_labels: x is to be added as well"),
        ({"colour": "red"}, "There is no argument 'colour'"),
        ({"labels": ["x"]}, "There is no argument 'labels'"),
        ({"allow_new": "yes"}, 'allow_new: "yes" is not allowed. It takes true or false.'),
        ({"assignee": 7}, "assignee: 7 is not allowed. It takes text that is not empty of at most 2000 characters, or"),
    ],
)
def test_a_value_that_does_not_fit_changes_nothing(few: Tracker, fields: dict[str, Any], words: str) -> None:
    assert refused(few, **fields).startswith(words)


def test_null_says_nothing_of_a_field_that_every_ticket_has(few: Tracker) -> None:
    before = few.call("get_ticket", id="PAY-7")
    assert update(few, title=None, status=None) == before


def test_a_new_status_takes_a_word_of_permission(few: Tracker) -> None:
    assert update(few, status="On hold", allow_new=True)["status"] == "On hold"
    assert "On hold" in few.call("list_values")["status"]


def test_a_circle_of_parents_is_refused(few: Tracker) -> None:
    few.call("update_ticket", id="PAY-12", expected_version=1, parent="PAY-7")
    assert refused(few, parent="PAY-12") == "parent: PAY-7 would be a part of itself."


def test_an_unknown_ticket_is_named(few: Tracker) -> None:
    assert few.refusal("add_comment", id="PAY-99", body="x") == "id: there is no ticket 'PAY-99'."
    assert few.refusal("update_ticket", id="x", expected_version=1, status="done") == "id: there is no ticket 'x'."


def test_a_comment_that_says_nothing_is_refused(few: Tracker) -> None:
    assert few.refusal("add_comment", id="PAY-7", body=" \n ") == "body: it says nothing."


def test_who_comes_second_is_told_what_was_changed_by_whom(few: Tracker, path: Path) -> None:
    with tracker_at(path) as other:
        update(other, 1, status="done")
        other.call("add_comment", id="PAY-7", body="Done.")
        update(other, 3, priority="low", add_labels=["x"])
    assert re.sub(r"\d{4}-\S+Z", "NOW", refused(few, status="in progress")) == (
        "PAY-7 was changed meanwhile: version 1, now 4: status by Mara Lindqvist at NOW; "
        "priority, labels by Mara Lindqvist at NOW. Nothing was changed now. Read the ticket again."
    )


def test_a_comment_in_between_is_no_conflict(few: Tracker) -> None:
    few.call("add_comment", id="PAY-7", body="Look at this.")
    few.call("add_comment", id="PAY-7", body="And this.")
    assert (update(few, 1, status="done")["status"], update(few, 4, status="open")["version"]) == ("done", 5)


def test_a_version_that_it_never_had_is_a_conflict(few: Tracker, path: Path) -> None:
    assert refused(few, 9, status="done").startswith("PAY-7 was changed meanwhile: version 9, now 1.")
    connection = sqlite3.connect(path)
    connection.execute("UPDATE tickets SET version = 3")  # by another program, which left no word
    connection.commit()
    connection.close()
    assert refused(few, 1, status="done").startswith("PAY-7 was changed meanwhile: version 1, now 3.")


def test_a_refused_change_names_no_value_of_the_ticket(few: Tracker) -> None:
    update(few, description="geheim")
    words = refused(few, status="done", description="mine")
    assert "geheim" not in words
    assert "hidden" not in words


# ---------------------------------------------------------------------- databases


def test_where_nothing_can_be_written_each_tool_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(path: Path) -> None:
        raise sqlite3.OperationalError("attempt to write a readonly database")

    path = made_of(tmp_path / "t.db", PAY)
    before = path.read_bytes()
    monkeypatch.setattr(store, "_opened", refuses)
    with tracker_at(path) as tracker:
        assert tracker.ids() == ["PAY-7"]
        assert refused(tracker, status="open") == (
            f"{path} cannot be written: attempt to write a readonly database. Nothing was changed."
        )
        assert "Nothing was changed" in tracker.refusal("add_comment", id="PAY-7", body="x")
        assert "Nothing was changed" in tracker.refusal("create_ticket", title="x", project="PAY")
    assert path.read_bytes() == before


def test_the_sample_in_memory_takes_no_change_that_would_be_lost(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with tracker_at(tmp_path / "file" / "t.db") as tracker:
        words = tracker.refusal("create_ticket", title="x", project="PAY")
    assert "cannot be written" in words


def test_a_database_of_a_newer_version_says_why(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    connection.close()
    with tracker_at(path) as tracker:
        assert "was written by a newer ticketdeck" in tracker.refusal("add_comment", id="PAY-7", body="x")


def test_an_import_that_takes_long_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with tracker_at(path) as tracker:
        words = tracker.refusal("add_comment", id="PAY-7", body="x")
        other.execute("ROLLBACK")
        other.close()
        assert tracker.call("add_comment", id="PAY-7", body="x")["version"] == 2
    assert words == f"The database {path} is being written by another program. Nothing was changed; try again soon."


def test_an_import_raises_the_version_of_what_it_changes(few: Tracker, path: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text("id,title,status\nPAY-7,Printer leaks,blocked\nPAY-12,Till,in progress\n")
    few.call("add_comment", id="PAY-7", body="Stays.")
    report = import_file(file, path)
    assert (report.updated, report.unchanged) == (1, 1)
    ticket = few.call("get_ticket", id="PAY-7")
    assert (ticket["version"], ticket["status"], ticket["comments"][0]["body"]) == (3, "blocked", "Stays.")
    assert few.call("get_ticket", id="PAY-12")["version"] == 1
    assert "version 2, now 3: status by an import." in refused(few, 2, priority="low")
    assert_index_agrees(path)


def test_an_import_keeps_what_was_written_while_the_sample_was_there(database: Path, tmp_path: Path) -> None:
    with tracker_at(database) as tracker:
        mine = tracker.call("create_ticket", title="My own wish", project="PAY")["id"]
        theirs = tracker.ids(text="printer", max_results=1)[0]
        tracker.call("add_comment", id=theirs, body="My own words")
    file = tmp_path / "more.csv"
    file.write_text("id,title,status\nNEW-1,Imported,open\n")
    assert import_file(file, database).sample_removed
    with tracker_at(database) as tracker:
        assert set(tracker.ids()) == {mine, theirs, "NEW-1"}
        assert tracker.ids(text='"my own words"') == [theirs]
    assert_index_agrees(database)


# ---------------------------------------------------------------------- at once, and killed

WRITER = """
import sys
from pathlib import Path
from tui_app.local_tracker.checked_arguments import ToolError
from tui_app.local_tracker.tools import Tools
from tui_app.tickets.clock import SYSTEM_CLOCK
import json
tools, name = Tools(Path(sys.argv[1]), SYSTEM_CLOCK), sys.argv[2]
done = 0
while done < 12:
    version = json.loads(tools.call("get_ticket", {"id": "PAY-7"}))["version"]
    try:
        tools.call("update_ticket", {"id": "PAY-7", "expected_version": version, "add_labels": [f"{name}{done}"]})
    except ToolError as error:
        assert "changed meanwhile" in str(error), error
        continue
    tools.call("add_comment", {"id": "PAY-7", "body": f"{name}{done}"})
    tools.call("create_ticket", {"title": f"{name}{done}", "project": "PAY"})
    done += 1
"""
KILLED = """
import os, sys
from pathlib import Path
from tui_app.local_tracker import changing, writing
from tui_app.local_tracker.tools import Tools
from tui_app.tickets.clock import SYSTEM_CLOCK
tools = Tools(Path(sys.argv[1]), SYSTEM_CLOCK)
writing._note_revision = lambda *_: os._exit(9)
tools.call(sys.argv[2], eval(sys.argv[3]))
"""


def test_of_two_writers_at_once_nobody_undoes_the_other(few: Tracker, path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    ticket = few.call("get_ticket", id="PAY-7")
    names = {f"{name}{number}" for name in "ab" for number in range(12)}
    assert set(ticket["labels"]) == names | set(PAY["labels"])
    assert sorted(comment["body"] for comment in ticket["comments"]) == sorted(names)
    assert ticket["version"] == 1 + len(names) * 2
    assert few.search(project="PAY")["total"] == 2 + len(names)
    assert_index_agrees(path)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("add_comment", {"id": "PAY-7", "body": "x"}),
        ("update_ticket", {"id": "PAY-7", "expected_version": 1, "title": "y", "add_labels": ["z"]}),
        ("create_ticket", {"title": "w", "project": "PAY", "request_id": "r"}),
    ],
)
def test_a_change_that_is_killed_never_was(few: Tracker, path: Path, tool: str, arguments: dict[str, Any]) -> None:
    before = few.search(), few.call("get_ticket", id="PAY-7")
    command = [sys.executable, "-c", KILLED, str(path), tool, repr(arguments)]
    assert subprocess.run(command, check=False).returncode == 9
    assert (few.search(), few.call("get_ticket", id="PAY-7")) == before
    assert_index_agrees(path)
    few.call(tool, **arguments)


WORDS = st.text(st.sampled_from("ab éß\n漢字 ConnectionTimeout-1\U0001f600"), min_size=1, max_size=12).filter(str.strip)
LINES = WORDS.map(lambda text: " ".join(text.split()))
STEPS = st.one_of(
    st.tuples(st.just("add_comment"), st.fixed_dictionaries({"body": WORDS})),
    st.tuples(
        st.just("update_ticket"),
        st.fixed_dictionaries(
            {},
            optional={
                "title": LINES,
                "description": st.none() | WORDS,
                "add_labels": st.lists(LINES, max_size=2),
                "remove_labels": st.lists(st.sampled_from(["printing", "till"]), max_size=1),
            },
        ),
    ),
    st.tuples(st.just("create_ticket"), st.fixed_dictionaries({"title": LINES, "description": WORDS})),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=6))
def test_after_any_changes_the_index_holds_what_the_tickets_say(steps: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "any.db"
    for leftover in tmp_path.glob("any.db*"):
        leftover.unlink()
    made_of(path, PAY, *OTHERS)
    with tracker_at(path) as tracker:
        for tool, fields in steps:
            if tool == "create_ticket":
                tracker.call(tool, project="PAY", **fields)
                continue
            version = tracker.call("get_ticket", id="PAY-7")["version"]
            lock = {"expected_version": version} if tool == "update_ticket" else {}
            tracker.result(tool, id="PAY-7", **lock, **fields)
    assert_index_agrees(path)
