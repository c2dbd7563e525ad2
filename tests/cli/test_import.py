"""``ticketdeck import``: servers of other programs, after a look at what they run."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import PROGRAM, RunProgram
from tests.terminal import Terminal

SECRET = "canary-secret-value"
FILE = {
    "mcpServers": {
        "jira": {
            "command": "npx",
            "args": ["-y", "jira-mcp", "--token", SECRET],
            "env": {"JIRA_URL": "https://x", "JIRA_API_TOKEN": SECRET, "OTHER_TOKEN": "${env:OTHER}"},
        },
        "plain": {"command": "run"},
        "remote": {"url": "https://x"},
    }
}
VSCODE = {
    "inputs": [
        {"type": "promptString", "id": "token", "description": "API token", "password": True},
        {"type": "promptString", "id": "site", "description": "Site", "default": "main"},
        {"type": "pickString", "id": "env", "description": "Which", "options": ["prod", "test"]},
    ],
    "servers": {
        "desk": {
            "command": "run",
            "args": ["--site", "${input:site}", "--stage=${input:env}"],
            "env": {"DESK_TOKEN": "${input:token}"},
        }
    },
}


@pytest.fixture
def config(isolated_home: Path) -> Path:
    return isolated_home / "config" / "config.toml"


def written(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def profiles(config: Path) -> Any:
    return tomllib.loads(config.read_text())["profiles"]


def test_all_servers_come_in_with_yes_and_no_secret_does(run: RunProgram, tmp_path: Path, config: Path) -> None:
    done = run("import", str(written(tmp_path / "claude.json", FILE)), "--yes")
    assert done.code == 0
    assert profiles(config) == {
        "jira": {
            "command": ["npx", "-y", "jira-mcp", "--token", "${env:JIRA_TOKEN}"],
            "env": {
                "JIRA_URL": "https://x",
                "JIRA_API_TOKEN": "${env:JIRA_API_TOKEN}",
                "OTHER_TOKEN": "${env:OTHER}",
            },
        },
        "plain": {"command": ["run"]},
    }
    assert SECRET not in done.out + done.err + config.read_text()
    assert "npx -y jira-mcp --token '****'" in done.err
    assert "remote is left out" in done.err
    assert "set the environment variable JIRA_API_TOKEN" in done.err


def test_secrets_in_headers_addresses_and_assignments_do_not_come_in_either(
    run: RunProgram, tmp_path: Path, config: Path
) -> None:
    arguments = [
        *("-H", f"Authorization: Bearer {SECRET}", "-H", "Authorization: Bearer other-canary"),
        *("-e", f"API_KEY={SECRET}", f"https://me:{SECRET}@x/", "https://x/"),
    ]
    path = written(tmp_path / "mcp.json", {"mcpServers": {"a": {"command": "docker", "args": arguments}}})
    done = run("import", str(path), "--yes")
    assert "canary" not in done.out + done.err + config.read_text()
    assert profiles(config)["a"]["command"] == [
        *("docker", "-H", "${env:A_H}", "-H", "${env:A_H_2}", "-e", "API_KEY=${env:API_KEY}"),
        *("${env:A_SECRET}", "https://x/"),
    ]


def test_without_a_file_those_of_other_programs_are_looked_through(
    run: RunProgram, isolated_home: Path, config: Path
) -> None:
    assert "No file" in run("import", "--yes").err
    written(isolated_home / ".cursor" / "mcp.json", {"mcpServers": {"a": {"command": "x"}}})
    assert run("import", "--yes").code == 0
    assert list(profiles(config)) == ["a"]


def test_nothing_comes_in_where_nobody_can_be_asked(run: RunProgram, tmp_path: Path, config: Path) -> None:
    done = run("import", str(written(tmp_path / "claude.json", FILE)))
    assert done.code == 2
    assert "--yes" in done.err
    assert not config.exists()


def talk(arguments: list[str], environment: dict[str, str], *turns: tuple[str, str]) -> tuple[int, str]:
    """Run ``ticketdeck`` in a terminal, answering each prompt in turn; its exit code and screen."""
    with Terminal([*PROGRAM, *arguments], environment=environment) as terminal:
        for prompt, answer in turns:
            terminal.wait_for(prompt)
            terminal.send(answer + "\r")
        code = terminal.wait_for_exit()
        return code, terminal.text


def test_each_server_is_shown_and_asked_about(environment: dict[str, str], tmp_path: Path, config: Path) -> None:
    path = written(tmp_path / "claude.json", FILE)
    code, screen = talk(
        ["import", str(path)], {**environment, "PATH": "/bin"}, ("Add jira? [Y/n]", "n"), ("Add plain? [Y/n]", "y")
    )
    assert code == 0
    assert "npx -y jira-mcp --token '****'" in screen
    assert SECRET not in screen
    assert list(profiles(config)) == ["plain"]


def test_vs_codes_inputs_are_asked_for_and_passwords_become_references(
    environment: dict[str, str], tmp_path: Path, config: Path
) -> None:
    path = written(tmp_path / ".vscode" / "mcp.json", VSCODE)
    code, screen = talk(
        ["import", str(path)],
        {**environment, "PATH": "/bin"},
        ("Add desk?", "y"),
        ("Site [main]", "north"),
        ("Which", "test"),
    )
    assert code == 0
    assert "API token: set the environment variable DESK_TOKEN" in screen
    assert profiles(config)["desk"] == {
        "command": ["run", "--site", "north", "--stage=test"],
        "env": {"DESK_TOKEN": "${env:DESK_TOKEN}"},
        "cwd": str(tmp_path),
    }


def test_a_secret_goes_into_the_keyring_where_there_is_one(
    environment: dict[str, str], tmp_path: Path, config: Path
) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    keyring = tools / "keyring"
    keyring.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(tmp_path / 'asked')!r}, 'w').write(repr(sys.argv[1:]))"
    )
    keyring.chmod(0o755)
    path = written(tmp_path / ".vscode" / "mcp.json", VSCODE)
    code, _ = talk(
        ["import", str(path)],
        {**environment, "PATH": f"{tools}:/bin"},
        ("Add desk?", "y"),
        ("Site [main]", ""),
        ("Which", ""),
        ("Keep DESK_TOKEN in the keyring", "y"),
    )
    assert code == 0
    assert (tmp_path / "asked").read_text() == "['set', 'ticketdeck', 'desk-DESK_TOKEN']"
    assert profiles(config)["desk"]["env"] == {"DESK_TOKEN": "${keyring:ticketdeck/desk-DESK_TOKEN}"}


def test_a_changed_command_is_shown_beside_the_present_one(
    environment: dict[str, str], tmp_path: Path, config: Path
) -> None:
    written(tmp_path / "a.json", {"mcpServers": {"a": {"command": "old-command"}}})
    path = written(tmp_path / "b.json", {"mcpServers": {"a": {"command": "new-command"}}})
    talk(["import", str(tmp_path / "a.json")], environment, ("Add a?", "y"))
    code, screen = talk(["import", str(path)], environment, ("Replace a? [y/N]", ""))
    assert code == 0
    assert "now:       old-command" in screen
    assert "command:   new-command" in screen
    assert profiles(config)["a"]["command"] == ["old-command"]


def test_hostile_names_and_commands_are_shown_harmlessly(run: RunProgram, tmp_path: Path) -> None:
    hostile = {"mcpServers": {"a\x1b]0;x\x07": {"command": "run\x1b[2J", "args": ["\u202e"], "env": {"A\x1b": "\x9b"}}}}
    done = run("import", str(written(tmp_path / "mcp.json", hostile)), "--yes")
    for character in done.out + done.err:
        assert character.isprintable() or character == "\n", repr(character)


def test_a_command_of_a_foreign_file_is_not_run_where_nobody_can_be_asked(run: RunProgram, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    entry = {"command": sys.executable, "args": ["-c", f"open({str(trace)!r}, 'w')"]}
    path = written(tmp_path / "mcp.json", {"mcpServers": {"x": entry}})
    for command in (("search",), ("show", "x"), ("doctor",)):
        done = run("--config", str(path), *command)
        assert done.code == 2
        assert "was not confirmed" in done.err + done.out
    assert not trace.exists()
    assert run("--config", str(path), "profiles").code == 0
