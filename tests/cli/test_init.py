"""``ticketdeck init``: a few questions, a profile that is shown, written once asked for, and that doctor confirms."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from tests.cli.conftest import PROGRAM, RunProgram, server_command
from tests.terminal import Terminal
from tests.ui.fakes import FIXED_CLOCK
from tui_app.cli.init import add_asked_profile
from tui_app.settings.config_file import parse_config
from tui_app.settings.known_trackers import LOCAL_TRACKERS, REMOTE_TRACKERS, KnownTracker
from tui_app.settings.secrets import holds_secret

SECRET = "ghp_canary0123456789secret"
Answer = Callable[..., str]


@pytest.fixture
def config(isolated_home: Path) -> Path:
    return isolated_home / "config" / "config.toml"


@pytest.fixture
def answer(config: Path, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Answers each question in turn; gives what was printed."""
    monkeypatch.setenv("PATH", "/bin")  # no keyring

    def answer_all(*answers: str) -> str:
        with CliRunner().isolation(input="".join(f"{one}\n" for one in answers)) as (out, err, _):
            add_asked_profile(FIXED_CLOCK)
            return (out.getvalue() + err.getvalue()).decode()

    return answer_all


def profiles(config: Path) -> Any:
    return tomllib.loads(config.read_text())["profiles"]


def test_a_token_is_named_never_written(answer: Answer, config: Path) -> None:
    printed = answer("github", "", "1", "y")
    assert profiles(config) == {
        "github": {
            "url": "https://api.githubcopilot.com/mcp/",
            "headers": {"Authorization": "Bearer ${env:GITHUB_TOKEN}"},
        }
    }
    assert "GITHUB_TOKEN has to be a personal access token that may read issues" in printed
    assert "[profiles.github]\n" in printed
    assert "ticketdeck -p github doctor" in printed
    assert tomllib.loads(config.read_text())["default"] == "github"
    assert config.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("answers", "written"),
    [
        (("Linear", "team", "1", ""), {"team": {"url": "https://mcp.linear.app/mcp"}}),
        (("4", "", "git.example.com", ""), {"gitlab": {"url": "https://git.example.com/api/v4/mcp"}}),
        (
            ("azure-devops", "", "acme", "an-id", ""),
            {
                "azure-devops": {
                    "url": "https://mcp.dev.azure.com/acme",
                    "oauth": {"client_id": "an-id", "resource": ""},
                }
            },
        ),
        (
            ("jira (data center)", "", "https://jira.example.com", ""),
            {
                "jira": {
                    "command": ["uvx", "mcp-atlassian"],
                    "env": {
                        "JIRA_URL": "https://jira.example.com",
                        "JIRA_PERSONAL_TOKEN": "${env:JIRA_PERSONAL_TOKEN}",
                    },
                }
            },
        ),
        (
            ("another command", "desk", "node 'my server.js' --fast", "DESK_URL DESK_TOKEN", "https://desk", ""),
            {
                "desk": {
                    "command": ["node", "my server.js", "--fast"],
                    "env": {"DESK_URL": "https://desk", "DESK_TOKEN": "${env:DESK_TOKEN}"},
                }
            },
        ),
        (("another address", "", "https://x.example/mcp", "", ""), {"work": {"url": "https://x.example/mcp"}}),
        (
            ("another address", "", "https://x.example/mcp", "X-Api-Key", ""),
            {"work": {"url": "https://x.example/mcp", "headers": {"X-Api-Key": "${env:WORK_X_API_KEY}"}}},
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_is_asked_becomes_the_profile(answer: Answer, config: Path, answers: Any, written: Any) -> None:
    answer(*answers)
    assert profiles(config) == written


@pytest.mark.parametrize(
    "answers",
    [
        ("another command", "", f"run --token {SECRET}", "", ""),
        ("another command", "", "run", "DESK_KEY", SECRET, ""),
        ("another address", "", f"https://x.example/mcp?api_key={SECRET}", "", ""),
        ("another address", "", "https://x.example/mcp", f"Authorization: Bearer {SECRET}", "Authorization", ""),
        ("jira (data center)", "", f"https://me:{SECRET}@jira.example.com", "https://jira.example.com", ""),
    ],
)
def test_a_secret_that_is_typed_is_not_written(answer: Answer, config: Path, answers: Any) -> None:
    answer(*answers)
    assert SECRET not in config.read_text()


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (("nothing", "linear", "", "1", ""), "a number from 1 to"),
        (("linear", "local", "two words", "", "1", ""), "that is the embedded tracker's name"),
        (("gitlab", "", "https://gitlab.com/", "gitlab.com", ""), "only what stands for HOST"),
        (("redmine", "", "redmine", "https://redmine.example.com", ""), "it has to begin with https://"),
        (("another command", "", "run 'x", "run", "A-B", "", ""), "No closing quotation"),
        (("another command", "", "run", "A-B", "", ""), "A-B is not a variable's name"),
        (("another address", "", "ftp://x", "https://x", "Host", "", ""), "is set by ticketdeck itself"),
    ],
)
def test_an_answer_that_does_not_do_is_asked_for_again(answer: Answer, config: Path, answers: Any, why: str) -> None:
    assert why in answer(*answers)
    assert len(profiles(config)) == 1


def test_no_profile_is_replaced_unasked(answer: Answer, config: Path) -> None:
    config.parent.mkdir(mode=0o700, exist_ok=True)
    first = '# mine\n[profiles.linear]\ncommand = ["mine"]\nquery = "is:open"\n'
    config.write_text(first)
    config.chmod(0o600)
    answer("linear", "", "1", "n")
    assert config.read_text() == first
    answer("linear", "linear", "n", "", "1", "y")
    assert profiles(config)["linear"]["command"] == ["mine"]
    assert profiles(config)["linear-2"] == {"url": "https://mcp.linear.app/mcp"}
    answer("linear", "linear", "y", "1", "y")
    assert profiles(config)["linear"] == {"url": "https://mcp.linear.app/mcp", "query": "is:open"}
    assert config.read_text().startswith("# mine\n")
    assert tomllib.loads(config.read_text())["default"] == "linear"


def test_one_who_goes_away_leaves_nothing(answer: Answer, config: Path) -> None:
    for answers in ((), ("github",), ("github", "", "1")):
        with pytest.raises(click.Abort):
            answer(*answers)
    assert not config.exists()


@pytest.mark.parametrize("tracker", [*REMOTE_TRACKERS, *LOCAL_TRACKERS], ids=lambda tracker: tracker.caption)
def test_every_known_tracker_makes_a_valid_profile(answer: Answer, config: Path, tracker: KnownTracker) -> None:
    values = {"ADDRESS": "https://tracker.example.com", "EMAIL": "me@example.com", "FOLDER": "/tmp"}
    for number, entrance in enumerate(tracker.entrances, 1):
        choice = [str(number)] if len(tracker.entrances) > 1 else []
        needed = (tracker.url, tracker.cwd, *tracker.env.values(), entrance.oauth.client_id)
        blanks = [key for text in needed for key in tracker.blanks if f"{{{key}}}" in text]
        name = f"{tracker.profile_name}-{number}"
        answer(tracker.caption, name, *choice, *(values.get(key, "word") for key in blanks), "y")
    settings = parse_config(config, config.read_text())
    assert settings.notices == ()
    for profile in settings.profiles.values():
        assert "{" not in profile.url.replace("${", "")
        texts = {**profile.env, **profile.headers, "client_secret": profile.oauth.client_secret}
        assert [name for name, value in texts.items() if holds_secret(name, value)] == []


def test_the_list_and_the_question_fit_into_the_smallest_screen(answer: Answer) -> None:
    printed = answer("linear", "", "1", "")
    rows = printed[printed.index(" 1  ") : printed.index("Which tracker")].splitlines()
    assert len(rows) < 23
    assert max(map(len, rows)) <= 80
    for tracker in (*REMOTE_TRACKERS, *LOCAL_TRACKERS):
        assert any(tracker.caption in row for row in rows)


def test_without_a_terminal_there_is_another_way(run: RunProgram, config: Path) -> None:
    done = run("init")
    assert done.code == 2
    assert "ticketdeck import" in done.err
    assert str(config) in done.err
    assert not config.exists()


def test_doctor_confirms_what_was_written(environment: dict[str, str], run: RunProgram) -> None:
    with Terminal([*PROGRAM, "init"], environment={**environment, "PATH": "/bin"}) as terminal:
        for question, reply in (
            ("Which tracker", "another command"),
            ("What to call it", "desk"),
            ("The command", server_command("many")),
            ("The variables", ""),
            ("Write it to", "y"),
        ):
            terminal.wait_for(question)
            terminal.send(reply + "\r")
        assert terminal.wait_for_exit() == 0
        assert "ticketdeck -p desk doctor" in terminal.text
    assert run("-p", "desk", "doctor").code == 0
