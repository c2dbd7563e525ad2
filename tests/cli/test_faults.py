"""How the command line fails: exit codes, kinds, words; never a traceback."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import PROGRAM, RunProgram, server_command
from tests.processes import new_mark, wait_until, wait_until_gone

ERROR_KEYS = ["kind", "title", "cause", "hint", "retryable"]


@pytest.mark.parametrize(
    ("scenario", "kind", "code", "words"),
    [
        ("refuses", "tool_error", 1, "quota exceeded"),
        ("unauthorized", "auth", 3, "expired"),
        ("toolless", "no_search_tool", 1, "no tools"),
        ("dies", "connection", 1, "disk is gone"),
    ],
)
def test_what_a_server_does_has_its_kind_and_exit_code(
    run: RunProgram, scenario: str, kind: str, code: int, words: str
) -> None:
    done = run("search", "--command", server_command(scenario), "--format", "json")
    assert done.code == code
    error = done.json["error"]
    assert list(error) == ERROR_KEYS
    assert error["kind"] == kind
    assert words in done.err
    assert error["title"] in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("search", "--max-results", "0"), ("max_results", "from 1 to 1000")),
        (("search", "--max-results", "1001"), ("max_results", "from 1 to 1000")),
        (("search", "--max-results", "x"), ("max_results", "from 1 to 1000")),
        (("search", "--created-after", "2026-02-30"), ("created_after", "not a day that exists")),
        (("search", "--updated-after", "soon"), ("updated_after", "2026-11-01")),
        (
            ("search", "--created-after", "2026-03-01", "--created-before", "2026-02-01"),
            ("created_after", "created_before", "later"),
        ),
        (("search", "--sort", "colour"), ("sort", "priority")),
        (("search", "--format", "xml"), ("json", "table")),
        (("search", "--no-such"), ("--no-such",)),
        (("nope",), ("nope",)),
        (("-p", "nope", "search"), ("nope", "local")),
        (("-p", "local", "--command", "x", "search"), ("--profile", "--command")),
        (("--command", "", "search"), ("--command",)),
        (("--command", "'", "search"), ("--command",)),
        (("--env", "1X=2", "search"), ("1X",)),
        (("--config", "/no/such.toml", "search"), ("/no/such.toml", "does not exist")),
        (("--log", "/no/such/dir/log", "search"), ("--log", "/no/such/dir/log")),
        (("show",), ("ID",)),
        (("show", " "), ("ID",)),
        (("local", "import", "/no/such.csv"), ("/no/such.csv",)),
        (("local", "import", "/"), ("/",)),
        (("import", "/no/such.json"), ("/no/such.json",)),
        ((), ("terminal",)),
    ],
)
def test_wrong_input_is_told_with_field_and_range(
    run: RunProgram, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert done.out == ""
    for word in words:
        assert word in done.err
    assert "Traceback" not in done.err


def test_wrong_input_is_an_error_object_with_format_json(run: RunProgram) -> None:
    for arguments in (("search", "--max-results", "0"), ("search", "--no-such"), ("-p", "nope", "show", "x")):
        done = run(*arguments, "--format", "json")
        assert done.code == 2
        assert list(done.json["error"]) == ERROR_KEYS
        assert done.json["error"]["kind"] == "usage"


def test_a_missing_command_is_told_with_its_name_and_place(run: RunProgram) -> None:
    done = run("--command", "no-such-server --x", "search", "--format", "json")
    assert done.code == 1
    assert done.json["error"]["kind"] == "command_not_found"
    assert "no-such-server" in done.json["error"]["cause"]
    assert "the command line" in done.err


def test_a_broken_config_stops_every_command_with_exit_code_2(run: RunProgram, isolated_home: Path) -> None:
    config = isolated_home / "config" / "config.toml"
    config.parent.mkdir(mode=0o700)
    config.write_text('[profiles.a]\ncommand = ["a"]\ntimeouts = { start = "x" }\n')
    config.chmod(0o600)
    for arguments in (("search",), ("show", "x"), ("profiles",), ("doctor",)):
        done = run(*arguments)
        assert done.code == 2
        assert f"{config}, line 3: profiles.a.timeouts.start" in done.err + done.out
    error = run("search", "--format", "json").json["error"]
    assert error["kind"] == "config"
    assert run("config", "path").out == f"{config}\n"


def test_a_missing_variable_of_a_profile_is_a_config_error(run: RunProgram, isolated_home: Path) -> None:
    config = isolated_home / "config" / "config.toml"
    config.parent.mkdir(mode=0o700)
    config.write_text('[profiles.a]\ncommand = ["a"]\nenv = { TOKEN = "${env:NOT_THERE}" }\n')
    config.chmod(0o600)
    done = run("search", "--format", "json")
    assert done.code == 2
    assert done.json["error"]["kind"] == "config"
    assert "NOT_THERE" in done.json["error"]["cause"]


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "markdown"])
def test_a_reader_that_leaves_early_is_no_failure(environment: dict[str, str], form: str) -> None:
    arguments = ("search", "--command", server_command("many"), "--max-results", "1000", "--format", form)
    with subprocess.Popen(
        [*PROGRAM, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.read(1)
        program.stdout.close()
        errors = program.stderr.read().decode()
        assert program.wait(30) == 0
    assert "Traceback" not in errors
    assert "BrokenPipe" not in errors


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)]
)
def test_a_signal_ends_the_program_and_its_server(
    environment: dict[str, str], number: signal.Signals, code: int
) -> None:
    mark = new_mark()
    arguments = ("search", "--command", server_command("silent"), "--format", "json", "--log", "log.txt")
    log = Path(environment["HOME"]) / "log.txt"
    with subprocess.Popen(
        [*PROGRAM, *arguments[:-1], str(log)],
        env={**environment, **mark},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as program:
        wait_until(lambda: log.exists() and "is working" in log.read_text(), 30)
        os.kill(program.pid, number)
        _, errors = program.communicate(timeout=30)
    assert program.returncode == code
    assert b"Traceback" not in errors
    wait_until_gone(mark)


def test_secrets_of_a_profile_stay_out_of_everything(run: RunProgram, isolated_home: Path) -> None:
    config = isolated_home / "config" / "config.toml"
    config.parent.mkdir(mode=0o700)
    server = [sys.executable, str(Path(__file__).with_name("scripted_server.py")), "leaky", "--password", "canary-arg"]
    config.write_text(
        f"[profiles.a]\ncommand = {server!r}\n"
        'env = { SERVICE_TOKEN = "${env:MY_TOKEN}", PLAIN_TOKEN = "canary-plain" }\n'
    )
    config.chmod(0o600)
    log = isolated_home / "log.txt"
    for arguments in (
        ("search",),
        ("search", "--format", "json"),
        ("doctor",),
        ("doctor", "--format", "json"),
        ("profiles",),
    ):
        done = run(*arguments, "--log", str(log), MY_TOKEN="canary-env-token")
        shown = done.out + done.err
        if "doctor" in arguments:  # shows the command in order to be judged, to the letter as its file has it
            shown = shown.replace("--password canary-arg", "").replace('"--password", "canary-arg"', "")
        assert "canary" not in shown
    assert "canary" not in log.read_text()
    for file in isolated_home.rglob("*"):
        if file.is_file() and file != config:
            assert b"canary" not in file.read_bytes(), file


@pytest.mark.parametrize("closed", ["2>&-", "2>&- 0<&-"])
def test_without_standard_error_a_search_works(isolated_home: Path, closed: str) -> None:
    command = f'"$0" -m tui_app search {closed}'
    done = subprocess.run(["sh", "-c", command, sys.executable], stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 3
    assert not list(isolated_home.rglob("crash-*.txt"))


@pytest.mark.parametrize("name", ["ticket.md", "salary.pdf"])
def test_any_start_deletes_what_a_killed_program_has_left_and_nothing_that_has_an_owner(
    run: RunProgram, tmp_path: Path, name: str
) -> None:
    left, others, owned = (tmp_path / f"ticketdeck-lent-{which}" for which in ("left", "others", "owned"))
    for folder, mode in ((left, 0o700), (others, 0o755), (owned, 0o700)):
        folder.mkdir()
        (folder / name).write_text("canary")
        folder.chmod(mode)
    lock = os.open(owned, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert run("profiles", TMPDIR=str(tmp_path)).code == 0
    os.close(lock)
    assert [folder.exists() for folder in (left, others, owned)] == [False, True, True]
