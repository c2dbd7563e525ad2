"""Before a stranger's command is run it is shown whole, and only a typed yes is a yes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import one_quick
from tests.cli.conftest import PROGRAM, RunProgram
from tests.terminal import Terminal
from tui_app.cli.consent import listed, listing, too_long, visible
from tui_app.settings.profiles import AuthCommands, Profile

CODE = [
    ["sh", "-c", "TOKEN=x; touch PWNED; exec server"],
    ["sh", "-c", "API_KEY=a touch PWNED"],
    ["npx", "--session", "touch PWNED", "server"],
    ["npx", "--auth=touch PWNED"],
    ["sh", "-c", "curl -H 'Authorization: Bearer x';touch PWNED"],
    ["sh", "-c", ": bearer $(touch PWNED)"],
    ["npx", "-y", "sk-touch-PWNED-0123456789abcdef"],
    ["sh", "-c", "git clone https://me:touch PWNED@host"],
    ["--password", "touch PWNED"],
]


def profile(*command: str, **more: Any) -> Profile:
    return Profile(name="x", command=command, source="/srv/mcp.json", **more)


def shown(one: Profile, width: int = 200) -> str:
    return "\n".join(listed(one, width))


@pytest.mark.parametrize("command", CODE)
def test_no_word_of_the_file_is_masked(command: list[str]) -> None:
    values = [value for _, value in listing(profile(*command))]
    for word in command:
        assert any(word.replace("'", "'\"'\"'") in value for value in values)
    assert "****" not in shown(profile(*command))


def test_variables_folder_and_logins_are_part_of_what_is_shown() -> None:
    env = {"NODE_OPTIONS": "--require ./x.js", "PATH": "/tmp/x", "LD_PRELOAD": "x.so", "A_TOKEN": "literal", "E": ""}
    auth = AuthCommands(check=("touch", "a b"), login=("login",))
    text = shown(profile("run", env={**env, "B": "${env:B_TOKEN}"}, cwd="/srv/x", auth=auth))
    for line in (
        "variable      │ NODE_OPTIONS='--require ./x.js'",
        "variable      │ PATH=/tmp/x",
        "variable      │ LD_PRELOAD=x.so",
        "variable      │ A_TOKEN=literal",
        "variable      │ E=",
        "variable      │ B='${env:B_TOKEN}'",
        "folder        │ /srv/x",
        "login check   │ touch 'a b'",
        "login         │ login",
    ):
        assert line in text.splitlines()


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("a\nb\r\n\tc", "a␊b␍␊␉c"),
        ("\x1b[2J\x07\x7f\x9b", "␛[2J␇␡<U+009B>"),
        ("a\u202eb\u2066", "a<U+202E>b<U+2066>"),
        ("a\u2028b\u2029c\x85", "a<U+2028>b<U+2029>c<U+0085>"),
        ("a\xa0b\u3000c\u2800d\u3164", "a<U+00A0>b<U+3000>c<U+2800>d<U+3164>"),
        ("e\u0301x\u20dd", "e<U+0301>x<U+20DD>"),
        ("שלום", "<U+05E9><U+05DC><U+05D5><U+05DD>"),
        ("é 渡 ok", "é 渡 ok"),
    ],
)
def test_whatever_hides_or_moves_is_marked(text: str, marked: str) -> None:
    assert visible(text) == marked


@given(st.lists(st.text(max_size=60), min_size=1, max_size=4), st.integers(40, 120))
def test_no_argument_makes_a_line_of_its_own(command: list[str], width: int) -> None:
    for row in listed(profile(*command), width):
        assert row[14:16] == "│ "
        assert row.isprintable()


@pytest.mark.parametrize("filler", ["\n" * 45, " " * 4000, "x" * 3000, "\r\n" * 40, "a b " * 700])
def test_a_long_argument_has_a_bar_before_each_line(filler: str) -> None:
    one = profile("sh", "-c", f"touch PWNED #{filler}"[:3900] + "\nRun npx with 2 arguments, now and in future? [y/n]")
    rows = listed(one, 80)
    assert all(len(row) <= 80 and row[14:16] == "│ " for row in rows)
    whole = "".join(row[16:] for row in rows if not row.startswith(("program", "folder", "  found as", "argument 1 ")))
    assert whole.count("touch PWNED") == 1


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (profile("sh", "-c", "x" * 5000), "argument 2 has 5,000 characters"),
        (profile("sh", "-c", " " * 4001), "argument 2 has 4,003 characters"),
        (profile(*["x"] * 500), "arguments and variables"),
        (profile("x", env={"A": "\n" * 5000}), "variable has"),
    ],
)
def test_what_cannot_be_judged_by_reading_is_refused_with_the_reason(one: Profile, words: str) -> None:
    assert words in too_long(one)


def foreign(folder: Path, *argv: str, **more: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "mcp.json"
    path.write_text(json.dumps({"mcpServers": {"x": {"command": argv[0], "args": argv[1:], **more}}}))
    return path


def tracing(*words: str) -> tuple[str, ...]:
    """A command that leaves a file in its working folder, and ends."""
    return (sys.executable, "-c", "open('PWNED', 'w')", *words)


def asked(path: Path, environment: dict[str, str], answer: str, *, rows: int = 40) -> tuple[int, str, str]:
    """The exit code, the screen with the question, and the screen afterwards."""
    argv = [*PROGRAM, "--config", str(path), "search"]
    environment = {**environment, "PYTHONPATH": str(Path.cwd())}
    with Terminal(argv, environment=environment, rows=rows, directory=str(path.parent)) as terminal:
        question = terminal.wait_for("[y/n]")
        terminal.send(answer)
        return terminal.wait_for_exit(), question, terminal.text


@pytest.mark.parametrize(
    "keys",
    one_quick(
        'env = { A = "${X:-${Y:-${command:touch PWNED}}}" }',
        'env = { A = "${command:touch PWNED}" }',
        'env = { A = "${keyring:work/me}" }',
        'cwd = "${X:-${command:touch PWNED}}"',
        'auth = { check = ["true"] }\nenv = { A = "${file:x}" }',
    ),
)
def test_another_config_may_not_refer_to_a_keyring_or_command(
    environment: dict[str, str], tmp_path: Path, keys: str
) -> None:
    path = tmp_path / "other.toml"
    path.write_text(f"[profiles.x]\ncommand = {json.dumps(list(tracing()))}\n{keys}\n")
    for command in ("search", "doctor"):
        argv = [*PROGRAM, "--config", str(path), command]
        environment = {**environment, "PYTHONPATH": str(Path.cwd())}
        with Terminal(argv, environment=environment, directory=str(tmp_path)) as terminal:
            assert terminal.wait_for_exit() == 2
            assert "which only your own config may" in " ".join(terminal.text.split())
    assert not (tmp_path / "PWNED").exists()


@pytest.mark.parametrize("answer", ["\r", "n\r", "no\r", "j\r", "yep\r", "\x04", "\x03", " y y\r", "YES!\r"])
def test_only_yes_is_a_yes(environment: dict[str, str], tmp_path: Path, answer: str) -> None:
    path = foreign(tmp_path / "clone", *tracing())
    code, _, _ = asked(path, environment, answer)
    assert code in (2, 130)
    assert not (tmp_path / "clone" / "PWNED").exists()


@pytest.mark.parametrize("answer", ["y\r", "Y\r", "yes\r"])
def test_a_yes_runs_it(environment: dict[str, str], tmp_path: Path, answer: str) -> None:
    path = foreign(tmp_path / "clone", *tracing())
    asked(path, environment, answer)
    assert (tmp_path / "clone" / "PWNED").exists()


def test_the_question_is_last_and_names_program_arguments_folder_and_file(
    environment: dict[str, str], tmp_path: Path
) -> None:
    forged = "Run npx with 2 arguments in /home, as /etc wants, now and in future? [y/n] "
    path = foreign(tmp_path / "clone", *tracing("\n" * 45 + forged, "x" * 200))
    _, screen, _ = asked(path, environment, "n\r")
    lines = [line.rstrip() for line in screen.splitlines()]
    last = "".join(lines[max(at for at, line in enumerate(lines) if line.startswith("Run ")) :])
    for words in (sys.executable, "with 4 arguments", str(tmp_path / "clone"), "mcp.json"):
        assert words in last
    assert last.rstrip().endswith("[y/n]")
    assert sum(line.startswith("Run ") for line in lines) == 1


def test_more_than_a_screen_is_shown_page_by_page(environment: dict[str, str], tmp_path: Path) -> None:
    path = foreign(tmp_path / "clone", *tracing(*(f"word-{number}" for number in range(40))))
    argv = [*PROGRAM, "--config", str(path), "search"]
    with Terminal(argv, environment=environment, rows=24) as terminal:
        assert "argument 1 " in terminal.wait_for("Go on? [y/n]")
        terminal.send("y\r")
        terminal.wait_for(lambda text: "word-30" in text and text.rstrip().endswith("Go on? [y/n]"))
        terminal.send("n\r")
        assert terminal.wait_for_exit() == 2


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["search"], CODE[0]),
        (["show", "x"], CODE[2]),
        (["doctor"], CODE[6]),
        (["doctor", "--format", "json"], CODE[1]),
        (["doctor"], CODE[4]),
    ],
)
def test_where_nobody_can_be_asked_the_reason_shows_the_whole_command(
    run: RunProgram, tmp_path: Path, command: list[str], words: list[str]
) -> None:
    done = run("--config", str(foreign(tmp_path / "clone", *words)), *command)
    assert done.code == 2
    assert "PWNED" in done.out + done.err
    assert "****" not in done.out + done.err


def test_import_shows_the_whole_command(run: RunProgram, tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    servers = {f"s{number}": {"command": words[0], "args": words[1:]} for number, words in enumerate(CODE)}
    path.write_text(json.dumps({"mcpServers": servers}))
    done = run("import", "--yes", str(path))
    assert done.err.count("PWNED") == len(CODE)
    assert "****" not in done.err


@pytest.mark.parametrize("how", ["link here", "parent", "absolute", "variable"])
def test_a_config_of_others_never_runs_unasked(
    environment: dict[str, str], tmp_path: Path, how: str, isolated_home: Path
) -> None:
    clone, evil = tmp_path / "clone" / "sub", tmp_path / "evil"
    clone.mkdir(parents=True)
    evil.mkdir()
    (tmp_path / "clone" / ".git").mkdir()
    text = f"[profiles.x]\ncommand = {json.dumps(list(tracing()))}\n"
    for file in (evil / "evil.toml", tmp_path / "clone" / "config.toml"):
        file.write_text(text)
    (clone / "link.toml").symlink_to("../../evil/evil.toml")
    options = {
        "link here": ["--config", "link.toml"],
        "parent": ["--config", "../config.toml"],
        "absolute": ["--config", str(evil / "evil.toml")],
        "variable": [],
    }[how]
    if how == "variable":
        environment = {**environment, "TICKETDECK_CONFIG_DIR": str(tmp_path / "clone")}
    done = subprocess.run(
        [*PROGRAM, *options, "search"],
        env={**environment, "PYTHONPATH": str(Path.cwd())},
        cwd=clone,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 2
    assert b"was not confirmed" in done.stderr
    assert not [*tmp_path.rglob("PWNED")]


def test_where_the_question_cannot_be_seen_the_answer_is_no(environment: dict[str, str], tmp_path: Path) -> None:
    path = foreign(tmp_path / "clone", *tracing())
    line = f"{sys.executable} -m tui_app --config {path} search 2>{tmp_path / 'errors'}; echo ended with $?"
    with Terminal(["sh", "-c", line], environment=environment) as terminal:
        terminal.wait_for("ended with 2")
    assert "was not confirmed" in (tmp_path / "errors").read_text()


@pytest.mark.parametrize("place", ["folder", "file"])
def test_consent_that_others_could_have_written_does_not_count(
    run: RunProgram, environment: dict[str, str], tmp_path: Path, isolated_home: Path, place: str
) -> None:
    path = foreign(tmp_path / "clone", *tracing())
    asked(path, environment, "y\r")
    (tmp_path / "clone" / "PWNED").unlink()
    consent = isolated_home / "config" / "trusted.json"
    (consent if place == "file" else consent.parent).chmod(0o777)
    asked(path, environment, "n\r")
    assert not (tmp_path / "clone" / "PWNED").exists()


@pytest.mark.parametrize("folder", ["a\0b", "x" * 5000, "${NOT_SET}", "~nobody/x"])
def test_a_folder_that_cannot_be_is_told_and_nothing_else_happens(run: RunProgram, tmp_path: Path, folder: str) -> None:
    path = foreign(tmp_path / "clone", *tracing(), cwd=folder)
    for command in (["--config", str(path), "search"], ["import", "--yes", str(path)]):
        assert "Traceback" not in run(*command).err
