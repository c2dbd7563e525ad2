"""Searches under a name on the command line, the columns of what is found, and the commands round the config."""

from __future__ import annotations

import csv
import json
import sys
import tomllib
from io import StringIO
from pathlib import Path

import pytest

from tests.cli.conftest import RunProgram
from tui_app.cli.configuration import config_schema

CONFIG = """
[[views]]
name = "Bugs"
query = "is:open type:bug -label:hardware"
columns = ["id", "type"]
"""


@pytest.fixture
def configured(isolated_home: Path) -> Path:
    folder = isolated_home / "config"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "config.toml"
    path.write_text(CONFIG)
    path.chmod(0o600)
    saved = {"version": 1, "saved": {"Old": {"assignee": "unassigned", "status": ["open"]}}}
    (folder / "recents.json").write_text(json.dumps(saved))
    return path


def test_a_view_is_searched_with_what_is_said_besides(run: RunProgram, configured: Path) -> None:
    found = run("search", "--view", "bugs", "project:PAY", "--format", "json").json["tickets"]
    assert found
    assert {(ticket["type"], ticket["project"]) for ticket in found} == {("bug", "PAY")}
    assert all("hardware" not in ticket["labels"] for ticket in found)
    table = run("search", "--view", "Bugs", "--max-results", "2").out.splitlines()
    assert table[0].split() == ["ID", "TYPE"]
    refused = run("search", "--view", "Bgs")
    assert (refused.code, "Bugs, Mine" in refused.err) == (2, True)


def test_views_of_the_checkout_come_after_the_user_s_own_as_on_the_tabs(
    run: RunProgram, configured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    views = [f'[[views]]\nname = "{name}"\nquery = "project:MOB"\n' for name in ("bugs", "Phones")]
    (repository / ".ticketdeck.toml").write_text("".join(views))
    monkeypatch.chdir(repository)
    listed = [row["name"] for row in run("views", "--format", "json").json["views"]]
    assert [name for name in listed if name.casefold() in ("bugs", "phones", "mine")] == [
        "Bugs",
        "bugs",
        "Phones",
        "Mine",
    ]
    phones = run("search", "--view", "phones", "--format", "json").json["tickets"]
    assert {ticket["project"] for ticket in phones} == {"MOB"}
    bugs = run("search", "--view", "BUGS", "--format", "json").json["tickets"]
    assert {ticket["type"] for ticket in bugs} == {"bug"}  # the user's own


def test_a_profile_s_own_query_narrows_every_search_and_is_told_unless_another_value_is_asked_for(
    run: RunProgram, configured: Path
) -> None:
    command = json.dumps([sys.executable, "-P", "-m", "tui_app.local_tracker"])
    configured.write_text(f'[profiles.pay]\ncommand = {command}\nquery = "project:PAY"\n')
    found = run("search", "is:open", "--format", "json").json
    assert {ticket["project"] for ticket in found["tickets"]} == {"PAY"}
    assert found["warnings"] == ["Narrowed by the profile's own query: project:PAY."]
    other = run("search", "project:WEB", "--format", "json").json
    assert ({ticket["project"] for ticket in other["tickets"]}, other["warnings"]) == ({"WEB"}, [])


def test_a_saved_search_of_0_1_0_is_searched(run: RunProgram, configured: Path) -> None:
    found = run("search", "--saved", "Old", "--format", "json").json["tickets"]
    assert {(ticket["assignee"], ticket["status"]) for ticket in found} == {(None, "open")}
    assert run("search", "--saved", "New").code == 2
    assert run("search", "--saved", "Old", "--view", "Bugs").code == 2
    listed = {row["name"]: row["query"] for row in run("views", "--format", "json").json["views"]}
    assert listed["Old"] == "status:open assignee:unassigned"
    assert listed["Bugs"] == "-label:hardware is:open type:bug"


def test_columns_are_chosen_by_the_names_of_the_table(run: RunProgram) -> None:
    done = run("search", "--columns", "id, Updated,labels", "--format", "csv", "--max-results", "2")
    rows = list(csv.DictReader(StringIO(done.out)))
    assert [list(row) for row in rows] == [["ID", "Updated", "Labels"]] * 2
    assert rows[0]["Updated"].endswith("Z")
    assert run("search", "--columns", "id", "--format", "json").code == 2
    assert run("search", "--columns", ",").code == 2
    told = run("search", "--columns", "id,asignee,flavour", "--max-results", "1")
    assert told.code == 0
    assert "there is no field 'asignee'; did you mean Assignee?" in told.err
    assert "no ticket found has a field 'flavour'" in told.err


def test_a_word_that_is_not_known_is_an_error_with_the_nearest(run: RunProgram) -> None:
    done = run("search", "asignee:me", "--format", "json")
    assert done.code == 2
    assert "Did you mean assignee:" in done.json["error"]["cause"]
    assert '"asignee:me"' in done.json["error"]["hint"]


def test_the_config_is_checked_after_it_was_edited(run: RunProgram, configured: Path) -> None:
    assert "no mistake" in run("config", "edit", VISUAL="true").out
    configured.write_text('[profile.a]\ncomand = ["x"]\n[[views]]\nname = "x"\nquery = "stats:open"\n')
    done = run("config", "edit", VISUAL="true")
    assert done.code == 2
    assert "line 1: profile is not known" in done.err
    assert "line 5: views[0].query: A search has no word stats:" in done.err
    assert "no-such-editor cannot be run" in run("config", "edit", VISUAL="no-such-editor").err
    assert "false ended with 1." in run("config", "edit", VISUAL="false").err


def test_without_an_editor_no_folder_of_the_config_is_made(run: RunProgram, tmp_path: Path) -> None:
    file = tmp_path / "folder" / "config.toml"
    done = run("--config", str(file), "config", "edit", PATH=str(tmp_path), VISUAL="", EDITOR="")
    assert (done.code, "There is no editor." in done.err) == (2, True)
    assert not file.parent.exists()


def test_the_schema_describes_every_key_of_the_config(run: RunProgram) -> None:
    schema = run("config", "schema").json
    assert schema == json.loads(json.dumps(config_schema()))
    assert set(tomllib.loads(CONFIG)["views"][0]) <= set(schema["properties"]["views"]["items"]["properties"])
    profile = schema["$defs"]["Profile"]["properties"]
    assert {"command", "url", "env", "write", "query"} <= set(profile)
    assert not {"name", "source", "read_only"} & set(profile)
    assert schema["$defs"]["WriteSettings"]["properties"]["mode"]["enum"] == ["ask", "off"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_calls_the_program(run: RunProgram, shell: str) -> None:
    assert f"_TICKETDECK_COMPLETE={shell}_complete" in run("completion", shell).out


def test_a_ticket_is_opened_by_its_address(run: RunProgram, tmp_path: Path) -> None:
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f'#!/bin/sh\necho "$1" > {seen}.new && mv {seen}.new {seen}\n')
    browser.chmod(0o755)
    done = run("open", "PAY-142", BROWSER=str(browser))
    assert (done.code, done.out) == (0, "https://tracker.example/browse/PAY-142\n")
    assert run("open", " ").code == 2
