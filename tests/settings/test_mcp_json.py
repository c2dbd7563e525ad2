"""Servers from the files of Claude Desktop, Claude Code, Cursor and VS Code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tui_app.settings.expansion import server_command
from tui_app.settings.load import load_settings
from tui_app.settings.mcp_json import Input, known_files, read_servers, with_answers
from tui_app.settings.references import ENVIRONMENT, literal, references
from tui_app.tickets.errors import ConfigError


def written(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


@pytest.mark.parametrize("key", ["mcpServers", "servers"])
def test_both_spellings_of_the_section_are_read(tmp_path: Path, key: str) -> None:
    entry = {
        "command": "npx",
        "args": ["-y", "jira-mcp"],
        "env": {"URL": "https://x", "PORT": 80, "DEBUG": False, "N": None},
    }
    found = read_servers(written(tmp_path / "mcp.json", {key: {"jira": entry}}))
    profile = found.servers[0].profile
    assert profile.name == "jira"
    assert profile.command == ("npx", "-y", "jira-mcp")
    assert profile.env == {"URL": "https://x", "PORT": "80", "DEBUG": "false"}
    assert profile.source == str(tmp_path / "mcp.json")
    assert profile.cwd is None


def test_servers_inside_vs_codes_settings_are_read(tmp_path: Path) -> None:
    path = written(tmp_path / "settings.json", {"mcp": {"servers": {"a": {"command": "a"}}}, "editor": {}})
    assert [server.profile.command for server in read_servers(path).servers] == [("a",)]


def test_comments_and_last_commas_are_allowed(tmp_path: Path) -> None:
    text = """\ufeff{
      // one server
      "servers": { /* the "only" one */
        "a": { "command": "run", "args": ["http://x // no comment", ",]",], },
      },
    }"""
    found = read_servers(written(tmp_path / "mcp.json", text))
    assert found.servers[0].profile.command == ("run", "http://x // no comment", ",]")


def test_variables_are_kept_for_later(tmp_path: Path) -> None:
    entry = {"command": "${BIN:-npx}", "env": {"A": "${env:A_TOKEN}", "B": "${B}", "C": "${C:-d}"}}
    profile = read_servers(written(tmp_path / "mcp.json", {"mcpServers": {"a": entry}})).servers[0].profile
    assert profile.command == ("${BIN:-npx}",)
    assert profile.env == {"A": "${env:A_TOKEN}", "B": "${B}", "C": "${C:-d}"}


@pytest.mark.parametrize("place", [".vscode/mcp.json", ".cursor/mcp.json", ".mcp.json"])
def test_a_projects_file_runs_in_its_project(tmp_path: Path, place: str) -> None:
    entry = {"command": "node", "args": ["${workspaceFolder}/x.js", "${workspaceFolderBasename}", "${userHome}${/}y"]}
    path = written(tmp_path / "project" / place, {"servers": {"a": entry}})
    profile = read_servers(path).servers[0].profile
    project = tmp_path / "project"
    assert profile.command == ("node", f"{project}/x.js", "project", f"{Path.home()}/y")
    assert profile.cwd == str(project)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"type": "sse", "command": "x"}, "over the network"),
        ({"type": "http", "url": "x"}, "https://"),
        ({"command": "x", "disabled": True}, "disabled"),
        ({"args": []}, "no command"),
        ({"command": 1}, "no command"),
        ({"command": "x", "args": "y"}, "args are not a list"),
        ("x", "not an object"),
        ({"command": "x", "args": ["${command:pickToken}"]}, "only its own program"),
        ({"command": "x", "env": {"A": "${keyring:a/b}"}}, "only its own program"),
        ({"command": "x", "args": ["${workspaceFolder}"]}, "not in a workspace"),
    ],
)
def test_servers_that_cannot_be_used_are_named_with_the_reason(tmp_path: Path, entry: Any, reason: str) -> None:
    path = written(tmp_path / "mcp.json", {"mcpServers": {"bad": entry, "good": {"command": "x"}}})
    found = read_servers(path)
    assert [server.profile.name for server in found.servers] == ["good"]
    assert reason in found.skipped["bad"]


@pytest.mark.parametrize(
    "value",
    [
        "${X:-${command:touch x}}",
        "${env:X:-${command:touch x}}",
        "a ${X:-b ${Y:-${keyring:a/b}}} c",
        "$${X} ${command:touch x}",
        "${X:-$${Y}${command:touch x}}",
        "${userHome}${X:-${/}${command:touch x}}",
        "${X:-${command:touch x}",
        "${${command:touch x}}",
        "${config:secret}",
        "${file}${env:1}",
        "${X:-${command:sh -c 'x{y}'}}",
    ],
)
@pytest.mark.parametrize("place", ["command", "args", "env", "cwd"])
def test_no_reference_of_ours_gets_in_however_it_is_wrapped(tmp_path: Path, value: str, place: str) -> None:
    entry = {"command": "x", place: [value] if place == "args" else {"A": value} if place == "env" else value}
    found = read_servers(written(tmp_path / "mcp.json", {"mcpServers": {"bad": entry}}))
    assert [*found.skipped] == ["bad"]
    assert found.servers == []


@pytest.mark.parametrize("name", ["${command:touch x}", "a${X:-${command:touch x}}", "$"])
def test_the_name_of_a_folder_is_never_read_as_a_reference(tmp_path: Path, name: str) -> None:
    entry = {"command": "run", "args": ["${workspaceFolder}", "${X:-${workspaceFolderBasename}}"]}
    path = written(tmp_path / name / ".mcp.json", {"mcpServers": {"a": entry}})
    profile = read_servers(path).servers[0].profile
    command = server_command(profile, {})
    assert command.argv == ("run", str(tmp_path / name), name)
    assert command.cwd == str(tmp_path / name)


def test_a_folder_that_cannot_be_written_beside_a_reference_is_told(tmp_path: Path) -> None:
    entry = {"command": "run", "args": ["${workspaceFolder}${X}"]}
    path = written(tmp_path / "a$" / ".mcp.json", {"mcpServers": {"a": entry}})
    assert "beside a reference" in read_servers(path).skipped["a"]


@pytest.mark.parametrize("answer", ["{command:touch x}", "${command:touch x}", "$", "${X:-${command:touch x}}"])
@pytest.mark.parametrize(
    "value", ["${input:a}", "$${input:a}", "${input:b}${input:a}", "${X:-${input:a}}", "-${input:a}-"]
)
def test_no_answer_to_an_input_becomes_a_reference(value: str, answer: str) -> None:
    try:
        filled = with_answers(value, {"a": literal(answer), "b": literal("$")})
    except ValueError:
        return
    assert {reference.kind for reference in references(filled)} <= {ENVIRONMENT}


def test_servers_that_claude_code_keeps_for_folders_are_read(tmp_path: Path) -> None:
    (tmp_path / "north").mkdir()
    desk = {"command": "node", "args": ["north.js"]}
    projects = {
        str(tmp_path / "north"): {"mcpServers": {"desk": desk, "jira": {"command": "uvx"}}},
        "/srv/south": {"mcpServers": {"desk": {"command": "node", "args": ["south.js"]}}, "history": []},
        "/srv/other/south": {"mcpServers": {"desk": {"command": "node", "args": ["other.js"]}}},
        "/srv/again": {"mcpServers": {"desk": desk}},
        "/srv/none": {"mcpServers": {}},
        "/srv/broken": 1,
    }
    path = written(tmp_path / ".claude.json", {"mcpServers": {"u": {"command": "u"}}, "projects": projects})
    found = [server.profile for server in read_servers(path).servers]
    assert [(profile.name, profile.command[-1], profile.cwd) for profile in found] == [
        ("u", "u", None),
        ("desk", "north.js", str(tmp_path / "north")),
        ("jira", "uvx", str(tmp_path / "north")),
        ("desk-south", "south.js", None),
        ("desk-south-2", "other.js", None),
    ]
    assert read_servers(written(tmp_path / "b.json", {"projects": projects})).servers[0].profile.name == "desk"


@pytest.mark.parametrize("name", ["", "A=B", "A\0"])
def test_a_name_that_no_variable_can_have_is_told(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "mcp.json", {"mcpServers": {"a": {"command": "x", "env": {name: "1"}}}})
    assert "not a variable's name" in read_servers(path).skipped["a"]


def test_inputs_are_listed_for_the_servers_that_use_them(tmp_path: Path) -> None:
    content = {
        "inputs": [
            {"type": "promptString", "id": "token", "description": "API token", "password": True},
            {"type": "pickString", "id": "site", "options": ["a", {"label": "B", "value": "b"}], "default": "b"},
            {"type": "promptString", "id": "unused"},
        ],
        "servers": {
            "x": {"command": "run", "args": ["--site=${input:site}"], "env": {"T": "${input:token}"}},
            "y": {"command": "run", "args": ["${input:undeclared}"]},
            "z": {"command": "run"},
        },
    }
    found = read_servers(written(tmp_path / "mcp.json", content))
    assert [server.inputs for server in found.servers] == [
        (
            Input("site", "site", default="b", options=("a", "b")),
            Input("token", "API token", password=True),
        ),
        (Input("undeclared", "undeclared"),),
        (),
    ]


def test_a_name_becomes_one_that_can_be_typed(tmp_path: Path) -> None:
    path = written(
        tmp_path / "mcp.json", {"mcpServers": {"My Jira (prod)": {"command": "x"}, "\x1b": {"command": "x"}}}
    )
    assert [server.profile.name for server in read_servers(path).servers] == ["My-Jira-prod", "server"]


@pytest.mark.parametrize("section", ["mcpServers", "servers", "context_servers"])
def test_servers_in_a_list_say_their_names_themselves(tmp_path: Path, section: str) -> None:
    path = written(tmp_path / "mcp.json", {section: [{"name": "jira", "command": "uvx"}, {"command": "nameless"}]})
    assert [server.profile.name for server in read_servers(path).servers] == ["jira"]


def test_an_env_file_that_is_not_read_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "mcp.json", {"servers": {"a": {"command": "x", "envFile": ".env"}}})
    assert "envFile" in read_servers(path).servers[0].notes[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1"),
        ('{\n"a": 1\n"b": 2}', "line 3"),
        ("[]", "not a JSON object"),
        ("{}", "names no server under mcpServers or servers"),
        ('{"mcpServers": {}}', "names no server"),
        ('{"servers": []}', "names no server under mcpServers or servers"),
        ("\x00", "line 1"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_what_is_no_such_file_is_told(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_servers(written(tmp_path / "mcp.json", text))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_servers(tmp_path / "mcp.json")


def test_such_a_file_stands_in_for_a_config(tmp_path: Path) -> None:
    path = written(tmp_path / "mcp.json", {"mcpServers": {"a": {"command": "x"}, "b": {"url": "https://x"}, "c": {}}})
    settings = load_settings(path)
    assert settings.profile().name == "a"
    assert list(settings.profiles) == ["local", "a", "b"]
    assert settings.profiles["b"].url == "https://x"
    assert "c is skipped" in settings.notices[0]


def test_a_file_without_a_usable_server_is_told_with_the_reasons(tmp_path: Path) -> None:
    path = written(tmp_path / "mcp.json", {"mcpServers": {"b": {"type": "http"}}})
    with pytest.raises(ConfigError, match="b: it is reached over the network"):
        load_settings(path)


def test_the_files_of_other_programs_are_found(
    isolated_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    claude = written(isolated_home / ".config" / "Claude" / "claude_desktop_config.json", {})
    cursor = written(isolated_home / ".cursor" / "mcp.json", {})
    project = written(tmp_path / ".vscode" / "mcp.json", {})
    assert known_files() == [claude, cursor, project]
