"""``doctor``, ``profiles``, ``local import``, ``config path``, ``--log`` and shell completion, by running them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import PROGRAM, RunProgram, server_command
from tests.terminal import Terminal


@pytest.fixture
def config(isolated_home: Path) -> Path:
    """A config with one profile that works, one that does not, and a secret in plain text."""
    path = isolated_home / "config" / "config.toml"
    path.parent.mkdir(mode=0o700)
    path.write_text(
        f"[profiles.good]\ncommand = '''{server_command('many')}'''\nenv = {{ A_TOKEN = 'canary-secret' }}\n"
        "[profiles.bad]\ncommand = ['no-such-server']\nfuture = 1\n"
    )
    path.chmod(0o600)
    return path


def test_doctor_says_what_it_found_and_that_all_is_well(run: RunProgram, config: Path) -> None:
    done = run("doctor")
    assert done.code == 0
    for words in (
        f"config: {config}",
        "node: ",
        "npx: ",
        "uvx: ",
        "Profile good",
        "Server    scripted 1",
        "Protocol  2025-11-25 (legacy)",
        "search   search_tickets",
        "[profiles.good.map.search]",
        "5 tickets in ",
        "env.A_TOKEN holds a secret in plain text",
        "profiles.bad.future is not known",
        "Everything works.",
    ):
        assert words in done.out
    assert "canary" not in done.out + done.err


def test_doctor_says_the_same_in_json(run: RunProgram, config: Path) -> None:
    report = run("doctor", "--format", "json").json
    assert report["ok"] is True
    assert report["files"]["config"] == {"path": str(config), "exists": True}
    assert report["profile"]["env"] == {"A_TOKEN": "****"}
    assert report["server"]["protocol_version"] == "2025-11-25"
    assert [tool["name"] for tool in report["server"]["tools"]] == ["search_tickets", "get_ticket"]
    assert report["trial_search"]["tickets"] == 5
    assert report["errors"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "kind", "words"),
    [
        (("-p", "bad"), 1, "command_not_found", "no-such-server was not found"),
        (("-p", "nope"), 2, "usage", "There is no profile 'nope'"),
        (("--command", server_command("toolless")), 1, "no_search_tool", "no tools"),
        (("--command", server_command("unauthorized")), 3, "auth", "expired"),
        (("--command", server_command("dies")), 1, "connection", "the disk is gone"),
        (("--command", server_command("refuses")), 1, "tool_error", "quota exceeded"),
        (("--command", f"{sys.executable} -c 'raise SystemExit(5)'"), 1, "start_failed", "5"),
    ],
)
def test_doctor_explains_each_fault(
    run: RunProgram, config: Path, arguments: tuple[str, ...], code: int, kind: str, words: str
) -> None:
    done = run("doctor", "--format", "json", *arguments)
    assert done.code == code
    assert done.json["ok"] is False
    (error,) = done.json["errors"]
    assert error["kind"] == kind
    assert error["hint"] != ""
    assert words in json.dumps(done.json)


def test_doctor_says_faults_in_words_and_what_was_found_besides(run: RunProgram, config: Path) -> None:
    done = run("doctor", "-p", "bad")
    assert done.code == 1
    assert "no-such-server was not found" in done.out.partition("What fails")[2]
    assert "Something does not work" in done.out
    assert "node: " in done.out


def test_profiles_lists_what_is_configured_without_secrets(run: RunProgram, config: Path) -> None:
    done = run("profiles")
    assert done.code == 0
    assert [line.split()[:2] for line in done.out.splitlines()[1:]] == [
        ["*", "good"],
        ["bad", "auto"],
        ["local", "builder"],
    ]
    rows = run("-p", "bad", "profiles", "--format", "json").json["profiles"]
    assert [(row["name"], row["default"]) for row in rows] == [("good", False), ("bad", True), ("local", False)]
    assert rows[1]["source"] == str(config)


def test_the_environment_chooses_the_profile(run: RunProgram, config: Path) -> None:
    done = run("profiles", "--format", "json", TICKETDECK_PROFILE="bad")
    assert [row["name"] for row in done.json["profiles"] if row["default"]] == ["bad"]


def test_a_variable_given_by_name_is_passed_on(run: RunProgram) -> None:
    done = run("doctor", "--command", server_command("many"), "--env", "PASSED", "--env", "SET=${literal}", PASSED="on")
    assert done.code == 0
    assert "env PASSED=${env:PASSED}" in done.out
    missing = run("search", "--command", server_command("many"), "--env", "NOT_THERE", "--format", "json")
    assert missing.json["error"]["kind"] == "config"


def test_tickets_are_imported_and_found(run: RunProgram, tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text("id,title,status\nX-1,A zebra crossing,open\n,no id,open\nX-2,Another,done\n")
    done = run("local", "import", str(file))
    assert done.code == 0
    assert done.out.startswith("2 added, 0 updated, 0 unchanged, 1 refused.\n")
    assert "Row 3 was refused" in done.err
    again = run("local", "import", str(file), "--format", "json").json
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 2)
    assert again["refused"][0]["row"] == 3
    found = run("search", "zebra", "--format", "json").json["tickets"]
    assert [ticket["id"] for ticket in found] == ["X-1"]


def test_importing_shows_a_bar_on_a_terminal(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text("id,title,status\n" + "".join(f"X-{n},Title {n},open\n" for n in range(1000)))
    with Terminal([*PROGRAM, "local", "import", str(file)], environment=environment) as terminal:
        assert terminal.wait_for_exit() == 0
        assert "Importing" in terminal.text
        assert "1000/1000" in terminal.text
        assert "1000 added" in terminal.text


def test_a_slow_start_is_shown_on_a_terminal_and_leaves_no_trace(environment: dict[str, str]) -> None:
    arguments = ("search", "--command", server_command("sleepy"))
    with Terminal([*PROGRAM, *arguments], environment=environment) as terminal:
        terminal.wait_for("Starting the server")
        assert terminal.wait_for_exit() == 0
        assert "Starting the server" not in terminal.text


def test_a_table_on_a_terminal_is_cut_to_its_width(environment: dict[str, str]) -> None:
    with Terminal([*PROGRAM, "search", "--max-results", "30"], environment=environment, columns=60) as terminal:
        assert terminal.wait_for_exit() == 0
        assert "…" in terminal.text
        assert "30 of 3" in terminal.text


def test_config_path_prints_where_the_config_is(run: RunProgram, isolated_home: Path) -> None:
    assert run("config", "path").out == f"{isolated_home}/config/config.toml\n"
    assert run("config", "path", TICKETDECK_CONFIG_DIR="").out == f"{isolated_home}/.config/ticketdeck/config.toml\n"


def test_a_log_tells_what_happened_without_tickets(run: RunProgram, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    run("search", "secretword", "--command", server_command("many"), "--log", str(log))
    run("search", "--command", server_command("refuses"), "--log", str(log))
    text = log.read_text()
    assert "Search on command" in text
    assert "100 tickets, complete" in text
    assert "failed: tool_error" in text
    assert "Ticket number" not in text
    assert "secretword" not in text
    assert log.stat().st_mode & 0o077 == 0


def test_a_log_is_not_written_through_a_symbolic_link(run: RunProgram, tmp_path: Path) -> None:
    (tmp_path / "target").write_text("precious")
    (tmp_path / "log").symlink_to(tmp_path / "target")
    assert run("search", "--log", str(tmp_path / "log")).code == 2
    assert (tmp_path / "target").read_text() == "precious"


def completions(environment: dict[str, str], words: str) -> list[str]:
    """What bash offers at the end of ``words``."""
    done = subprocess.run(
        PROGRAM,
        env={
            **environment,
            "_TICKETDECK_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(re.split(r"(?<!\\) ", words)) - 1),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


_CHANGING = [
    "comment",
    "move",
    "close",
    "reopen",
    "assign",
    "edit",
    "create",
    "link",
    "log",
    "do",
    "actions",
    "writes",
    "undo",
]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (
            "ticketdeck ",
            [
                *(*_CHANGING, "browse", "search", "show", "open", "login", "logout", "doctor", "profiles", "views"),
                *("init", "import", "local", "config", "cache", "completion"),
            ],
        ),
        ("ticketdeck se", ["search"]),
        ("ticketdeck local ", ["import"]),
        ("ticketdeck -p ", ["good", "bad", "local"]),
        ("ticketdeck search -p g", ["good"]),
        ("ticketdeck search --format j", ["json", "jsonl"]),
        ("ticketdeck search --sort p", ["parent", "priority", "project"]),
        ("ticketdeck --adapter ji", ["jira"]),
        ("ticketdeck search --max", ["--max-results"]),
        ("ticketdeck search --is c", ["closed"]),
        ("ticketdeck browse --view M", ["Mine"]),
        (r"ticketdeck search --view New\ t", [r"New\\ this\\ week"]),
        ("ticketdeck search --columns id,ti", ["id,title"]),
    ],
)
def test_the_shell_completes(environment: dict[str, str], config: Path, words: str, offered: list[str]) -> None:
    assert sorted(completions(environment, words)) == sorted(offered)


def test_completion_survives_a_broken_config(environment: dict[str, str], config: Path) -> None:
    config.write_text("broken =")
    assert completions(environment, "ticketdeck -p ") == ["local"]
    assert completions(environment, "ticketdeck browse --view Mi") == ["Mine"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_script(environment: dict[str, str], shell: str) -> None:
    done = subprocess.run(
        PROGRAM,
        env={**environment, "_TICKETDECK_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "_TICKETDECK_COMPLETE" in done.stdout


def test_help_loads_no_floor_below(run: RunProgram) -> None:
    done = run("--help", PYTHONPROFILEIMPORTTIME="1")
    assert "Browse the tickets" in done.out
    loaded = {line.rpartition("|")[2].strip() for line in done.err.splitlines()}
    ours = {name for name in loaded if name.startswith("tui_app")}
    assert ours <= {
        "tui_app",
        "tui_app.cli",
        "tui_app.cli.main",
        "tui_app.cli.commands",
        "tui_app.cli.global_options",
        "tui_app.cli.options",
        "tui_app.cli.output",
        "tui_app.tickets",
        "tui_app.tickets.errors",
    }


def test_no_home_and_no_disk_do_not_stop_a_search(run: RunProgram) -> None:
    nowhere = dict.fromkeys(("HOME", "TICKETDECK_CONFIG_DIR", "XDG_CONFIG_HOME"), "/dev/null/nowhere")
    done = run("search", "--format", "json", "--max-results", "2", **nowhere)
    assert done.code == 0
    assert len(json.loads(done.out)["tickets"]) == 2
