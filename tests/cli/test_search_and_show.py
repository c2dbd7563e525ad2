"""``ticketdeck search`` and ``ticketdeck show``, by running them."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from tests.cli.conftest import RunProgram, server_command
from tests.cli.scripted_server import HOSTILE

TICKET_KEYS = [
    "id",
    "title",
    "status",
    "assignee",
    "reporter",
    "priority",
    "type",
    "project",
    "parent",
    "labels",
    "created_at",
    "updated_at",
    "due_at",
    "url",
    "description",
    "comments",
    "extra",
]


def test_search_prints_the_json_of_the_contract(run: RunProgram) -> None:
    done = run("--command", server_command("many"), "search", "--max-results", "3", "--format", "json")
    assert done.code == 0
    assert list(done.json) == ["tickets", "total", "truncated", "warnings"]
    assert [ticket["id"] for ticket in done.json["tickets"]] == ["T-0", "T-1", "T-2"]
    assert list(done.json["tickets"][0]) == TICKET_KEYS
    assert done.json["tickets"][0]["created_at"] == "2026-11-02T08:00:00Z"
    assert done.json["tickets"][0]["assignee"] is None
    assert done.json["truncated"] is True
    assert "canary" not in done.out + done.err


def test_a_quoted_phrase_is_found_by_a_server_that_knows_no_quotation_marks(run: RunProgram) -> None:
    done = run("--command", server_command("substrings"), "search", '"blank pages"', "--format", "jsonl")
    assert [json.loads(line)["id"] for line in done.out.splitlines()] == ["T-1"]


def test_a_quoted_phrase_is_found_by_the_embedded_tracker(run: RunProgram, tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text("id,title,status\nA-1,Prints blank pages,open\nA-2,Pages are blank,open\n")
    assert run("local", "import", str(file)).code == 0
    for query, found in (('"blank pages"', ["A-1"]), ("blank pages", ["A-1", "A-2"]), ('-"blank pages"', ["A-2"])):
        done = run("search", "--format", "json", "--", query)
        assert sorted(ticket["id"] for ticket in done.json["tickets"]) == found


def test_global_options_stand_before_or_after_the_command(run: RunProgram) -> None:
    after = run("search", "--command", server_command("many"), "--max-results", "1", "--format", "jsonl")
    before = run("--command", server_command("many"), "search", "--max-results", "1", "--format", "jsonl")
    assert (after.code, after.out) == (before.code, before.out)
    assert json.loads(after.out)["id"] == "T-0"


def test_json_lines_and_csv_have_one_record_a_ticket(run: RunProgram) -> None:
    lines = run("search", "--command", server_command("many"), "--max-results", "4", "--format", "jsonl").out
    assert [json.loads(line)["id"] for line in lines.splitlines()] == ["T-0", "T-1", "T-2", "T-3"]
    rows = list(csv.DictReader(StringIO(run("search", "--command", server_command("many"), "--format", "csv").out)))
    assert len(rows) == 100
    assert rows[0]["title"] == "Ticket number 0"


def test_the_table_is_aligned_and_says_that_there_is_more(run: RunProgram) -> None:
    done = run("search", "--command", server_command("many"), "--max-results", "11")
    lines = done.out.splitlines()
    assert lines[0] == "ID    STATUS  TITLE"
    assert lines[1] == "T-0   open    Ticket number 0"
    assert lines[11] == "T-10  open    Ticket number 10"
    assert "more match" in done.err


def test_the_embedded_tracker_answers_without_any_configuration(run: RunProgram) -> None:
    done = run("search", "printer", "--format", "json", "--max-results", "5")
    assert done.code == 0
    assert len(done.json["tickets"]) == 5
    identity = done.json["tickets"][0]["id"]
    shown = run("show", identity, "--format", "json")
    assert shown.json["id"] == identity
    assert list(shown.json) == TICKET_KEYS


def test_several_priorities_are_one_search(run: RunProgram) -> None:
    done = run("search", "--max-results", "30", "--priority", "high", "--priority", "low", "--format", "json")
    assert {ticket["priority"] for ticket in done.json["tickets"]} == {"high", "low"}
    assert (len(done.json["tickets"]), done.json["truncated"]) == (30, True)


def test_nothing_found_is_no_failure(run: RunProgram) -> None:
    done = run("search", "--command", server_command("none"))
    assert (done.code, done.out) == (0, "")
    assert "No tickets match" in done.err
    misspelt = run("search", "priority:hgih", "--command", server_command("none"), "--format", "json").json
    assert misspelt["tickets"] == []
    assert misspelt["warnings"][0] == "Did you mean high? priority:hgih is not known here."


def test_show_prints_one_ticket_with_comments(run: RunProgram) -> None:
    done = run("show", "T-7", "--command", server_command("many"), "--format", "json")
    assert done.json["comments"] == [{"author": "Mara", "created_at": "2026-11-03T08:00:00Z", "body": "Seen."}]
    text = run("show", "T-7", "--command", server_command("many")).out
    assert text.startswith("# T-7 Ticket number 7\n")
    assert "### Mara · 2026-11-03T08:00:00Z\n\nSeen." in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("search",),
        ("search", "--format", "csv"),
        ("search", "--format", "jsonl"),
        ("search", "--format", "json"),
        ("search", "--format", "markdown"),
        ("show", "T-1"),
        ("show", "T-1", "--format", "json"),
        ("doctor",),
        ("doctor", "--format", "json"),
    ],
)
def test_no_output_holds_a_character_that_acts_on_a_terminal(run: RunProgram, arguments: tuple[str, ...]) -> None:
    done = run(*arguments, "--command", server_command("hostile"))
    assert done.code == 0
    assert done.out
    for character in done.out + done.err:
        assert character.isprintable() or character == "\n", repr(character)


def test_errors_hold_no_character_that_acts_on_a_terminal(run: RunProgram) -> None:
    done = run("search", "--command", server_command("refuses"), "--format", "json")
    assert done.code == 1
    assert "quota exceeded" in done.json["error"]["cause"]
    for character in done.out + done.err:
        assert character.isprintable() or character == "\n", repr(character)


def test_json_keeps_what_the_tracker_said(run: RunProgram) -> None:
    done = run("search", "--command", server_command("hostile"), "--format", "json")
    assert done.json["tickets"][0]["title"] == HOSTILE


def test_search_imports_no_textual(run: RunProgram) -> None:
    done = run("search", "--command", server_command("many"), "--format", "json", PYTHONPROFILEIMPORTTIME="1")
    assert done.code == 0
    assert " tui_app.cli.results" in done.err
    assert " textual" not in done.err
    assert " rich" not in done.err
