"""``ticketdeck import``: servers of other programs, after a look at what they run."""

from __future__ import annotations

import json
import sys
import tomllib
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import PROGRAM, RunProgram
from tests.terminal import Terminal
from tui_app.cli.import_servers import without_secrets
from tui_app.settings.profiles import Profile
from tui_app.settings.references import references

SECRET = "canary-secret-value"
FILE = {
    "mcpServers": {
        "jira": {
            "command": "npx",
            "args": ["-y", "jira-mcp", "--token", SECRET],
            "env": {"JIRA_URL": "https://x", "JIRA_API_TOKEN": SECRET, "OTHER_TOKEN": "${env:OTHER}"},
        },
        "plain": {"command": "run"},
        "remote": {"url": "https://x", "headers": {"Authorization": f"Bearer {SECRET}", "X-Team": "one"}},
        "broken": {"type": "http"},
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
        "remote": {
            "url": "https://x",
            "headers": {"Authorization": "Bearer ${env:REMOTE_AUTHORIZATION}", "X-Team": "one"},
        },
    }
    assert SECRET not in done.out + config.read_text()
    assert f"argument 4    │ {SECRET}" in done.err, "what is judged is shown whole"
    assert "broken is skipped" in done.err
    assert "set the environment variable REMOTE_AUTHORIZATION to what follows 'Bearer' in it" in done.err
    assert "set the environment variable JIRA_API_TOKEN" in done.err


@pytest.mark.parametrize("scheme", ["Basic ", "Token token=", "Sentry-Bearer  ", ""])
def test_of_a_secret_header_its_scheme_stays_and_nothing_of_the_token(scheme: str) -> None:
    for size in range(6, 24):
        token = b64encode(b"k" * size).decode()
        profile = Profile("far", url="https://x/", headers={"Authorization": scheme + token})
        safe = without_secrets(profile, {}, ask=False)
        assert safe.headers == {"Authorization": scheme + "${env:FAR_AUTHORIZATION}"}


def test_secrets_in_headers_addresses_and_assignments_do_not_come_in_either(
    run: RunProgram, tmp_path: Path, config: Path
) -> None:
    arguments = [
        *("-H", f"Authorization: Bearer {SECRET}", "-H", "Authorization: Bearer other-canary"),
        *("-e", f"API_KEY={SECRET}", f"https://me:{SECRET}@x/", "https://x/"),
    ]
    path = written(tmp_path / "mcp.json", {"mcpServers": {"a": {"command": "docker", "args": arguments}}})
    done = run("import", str(path), "--yes")
    assert "canary" not in done.out + config.read_text()
    assert profiles(config)["a"]["command"] == [
        *("docker", "-H", "${env:A_H}", "-H", "${env:A_H_2}", "-e", "API_KEY=${env:API_KEY}"),
        *("${env:A_SECRET}", "https://x/"),
    ]


@pytest.mark.parametrize("default", ["${command:touch x}", "a${X:-${keyring:a/b}}", "{command:touch x}"])
def test_nothing_comes_in_that_the_file_itself_could_not_have_used(
    run: RunProgram, tmp_path: Path, config: Path, default: str
) -> None:
    content = {
        "inputs": [{"id": "a", "default": default}, {"id": "dollar", "default": "$"}],
        "servers": {
            "nested": {"command": "run", "env": {"A": "${X:-${command:touch x}}"}},
            "input": {"command": "run", "args": ["${input:a}", "${input:dollar}${input:a}", "$${input:a}"]},
        },
    }
    done = run("import", str(written(tmp_path / "mcp.json", content)), "--yes")
    assert "nested is skipped" in done.err
    assert list(profiles(config)) == ["input"]
    for word in profiles(config)["input"]["command"]:
        assert [*references(word)] == []


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


DEFAULT = ("Which one to use where none is named", "")


def talk(arguments: list[str], environment: dict[str, str], *turns: tuple[str, str]) -> tuple[int, str]:
    """Run ``ticketdeck`` in a terminal, answering each prompt in turn; its exit code and screen."""
    with Terminal([*PROGRAM, *arguments], environment=environment) as terminal:
        for prompt, answer in turns:
            terminal.wait_for(prompt)
            terminal.send(answer + "\r")
        code = terminal.wait_for_exit()
        return code, terminal.text


WRAPPED = {
    "mcpServers": {
        "linear": {
            "command": "npx",
            "args": ["-y", "mcp-remote", "https://mcp.linear.app/sse", "--header", "Authorization:${AUTH}"],
            "env": {"AUTH": f"Bearer {SECRET}"},
        }
    }
}


def test_a_wrapper_round_an_address_becomes_a_profile_of_the_address(
    run: RunProgram, tmp_path: Path, config: Path
) -> None:
    path = str(written(tmp_path / "claude.json", WRAPPED))
    done = run("import", path, "--yes")
    assert done.code == 0
    assert profiles(config) == {
        "linear": {
            "url": "https://mcp.linear.app/mcp",
            "headers": {"Authorization": "Bearer ${env:LINEAR_AUTHORIZATION}"},
        }
    }
    assert SECRET not in config.read_text()
    assert "ticketdeck can connect with https://mcp.linear.app/mcp itself" in done.err
    again = run("import", path, "--yes")
    assert "is in your config already" in again.err


def test_a_wrapper_stays_where_the_user_wants_it(environment: dict[str, str], tmp_path: Path, config: Path) -> None:
    path = written(tmp_path / "claude.json", WRAPPED)
    code, _ = talk(
        ["import", str(path)],
        {**environment, "PATH": "/bin"},
        ("Add linear, which runs", "y"),
        ("Connect directly? [Y/n]", "n"),
        DEFAULT,
    )
    assert code == 0
    assert profiles(config)["linear"]["command"][:3] == ["npx", "-y", "mcp-remote"]


def test_each_server_is_shown_and_asked_about(environment: dict[str, str], tmp_path: Path, config: Path) -> None:
    path = written(tmp_path / "claude.json", FILE)
    code, screen = talk(
        ["import", str(path)],
        {**environment, "PATH": "/bin"},
        ("Add jira, which runs", "n"),
        ("Add plain, which runs", "y"),
        ("Add remote, which sends your token to https://x", "n"),
        DEFAULT,
    )
    assert code == 0
    assert "argument 3    │ --token" in screen
    assert f"argument 4    │ {SECRET}" in screen
    assert list(profiles(config)) == ["plain"]


def test_vs_codes_inputs_are_asked_for_and_passwords_become_references(
    environment: dict[str, str], tmp_path: Path, config: Path
) -> None:
    path = written(tmp_path / ".vscode" / "mcp.json", VSCODE)
    code, screen = talk(
        ["import", str(path)],
        {**environment, "PATH": "/bin"},
        ("Add desk, which runs", "y"),
        ("Site [main]", "north"),
        ("Which (", "test"),
        DEFAULT,
    )
    assert code == 0
    assert "API token: set the environment variable DESK_TOKEN" in screen
    assert profiles(config)["desk"] == {
        "command": ["run", "--site", "north", "--stage=test"],
        "env": {"DESK_TOKEN": "${env:DESK_TOKEN}"},
        "cwd": str(tmp_path),
    }


HOSTILE = "touch PWNED\x1b]0;title\x07\x1b[2J\nAdd memory? [y/n] \u202e"


@pytest.mark.parametrize(
    "told", [{"default": HOSTILE}, {"options": ["a", HOSTILE]}, {"default": HOSTILE, "options": ["x"]}]
)
def test_what_a_file_answers_itself_is_shown_before_the_question_and_harmlessly(
    environment: dict[str, str], tmp_path: Path, config: Path, told: dict[str, Any]
) -> None:
    servers = {"a": {"command": "sh", "args": ["-c", "${input:x}"]}}
    path = written(tmp_path / "mcp.json", {"servers": servers, "inputs": [{"id": "x", "description": HOSTILE, **told}]})
    with Terminal([*PROGRAM, "import", str(path)], environment=environment) as terminal:
        before = terminal.wait_for("Add a, which runs sh with 2 arguments in ")
        assert "  input x       │ 'touch PWNED␛]0;title" in before
        assert before.rstrip().endswith("wants? [y/n]")
        terminal.send("y\r")
        terminal.wait_for("\ntouch PWNED␛]0;title␇␛[2J Add memory")
        assert b"\x1b]0;" not in terminal.output
        assert b"\x1b[2J" not in terminal.output


def test_more_than_can_be_read_for_an_input_is_left_out(run: RunProgram, tmp_path: Path, config: Path) -> None:
    inputs = [{"id": "x", "default": "touch PWNED;" + " " * 4000}]
    servers = {"a": {"command": "sh", "args": ["-c", "${input:x}"]}}
    done = run("import", "--yes", str(written(tmp_path / "mcp.json", {"servers": servers, "inputs": inputs})))
    assert "a is left out: its input x has 4," in done.err
    assert not config.exists()


def test_enter_alone_adds_nothing(environment: dict[str, str], tmp_path: Path, config: Path) -> None:
    path = str(written(tmp_path / "mcp.json", entries("github")))
    code, screen = talk(["import", path], environment, ("Add github, which runs npx with 2 arguments", ""))
    assert (code, config.exists()) == (0, False)
    assert "Nothing was added." in screen


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
        ("Add desk, which runs", "y"),
        ("Site [main]", ""),
        ("Which (", ""),
        ("Store DESK_TOKEN in the keyring", "y"),
        DEFAULT,
    )
    assert code == 0
    assert (tmp_path / "asked").read_text() == "['set', 'ticketdeck', 'desk-DESK_TOKEN']"
    assert profiles(config)["desk"]["env"] == {"DESK_TOKEN": "${keyring:ticketdeck/desk-DESK_TOKEN}"}


def test_a_changed_command_is_shown_beside_the_present_one(
    environment: dict[str, str], tmp_path: Path, config: Path
) -> None:
    written(tmp_path / "a.json", {"mcpServers": {"a": {"command": "old-command"}}})
    path = written(tmp_path / "b.json", {"mcpServers": {"a": {"command": "new-command"}}})
    talk(["import", str(tmp_path / "a.json")], environment, ("Add a, which runs", "y"), DEFAULT)
    code, screen = talk(["import", str(path)], environment, ("Replace a, which runs", ""))
    assert code == 0
    assert "now:       old-command" in screen
    assert "program       │ new-command" in screen
    assert profiles(config)["a"]["command"] == ["old-command"]


def entries(*names: str) -> dict[str, Any]:
    return {"mcpServers": {name: {"command": "npx", "args": ["-y", f"@scope/server-{name}"]} for name in names}}


@pytest.mark.parametrize(
    ("names", "default"),
    [
        (("filesystem", "github", "brave-search"), "github"),
        (("memory", "mcp-atlassian", "linear"), "mcp-atlassian"),
        (("filesystem", "memory"), "local"),
        (("desk-issues",), "desk-issues"),
    ],
)
def test_a_tracker_comes_first_and_becomes_the_default(
    run: RunProgram, tmp_path: Path, config: Path, names: tuple[str, ...], default: str
) -> None:
    done = run("import", "--yes", str(written(tmp_path / "mcp.json", entries(*names))))
    assert set(profiles(config)) == set(names)
    assert tomllib.loads(config.read_text())["default"] == default
    assert (f"-p {default} doctor" in done.out) is (default != "local")
    others = set(names) - {default}
    assert not any(f"-p {name} " in done.out + done.err for name in others)


@pytest.mark.parametrize(
    ("words", "tracker"),
    [
        (["npx", "-y", "@modelcontextprotocol/server-filesystem", "/home/me/github"], False),
        (["uvx", "--from", "git+https://github.com/me/weather", "weather"], False),
        (["docker", "run", "-i", "ghcr.io/github/github-mcp-server"], True),
        (["node", "/home/me/src/youtrack-mcp/dist/index.js"], True),
        (["uvx", "mcp-atlassian@0.11"], True),
        (["azure-devops-mcp"], True),
        (["searchJiraIssues"], True),
        (["plan-it"], False),
    ],
)
def test_a_tracker_is_known_by_the_names_of_its_program(
    environment: dict[str, str], tmp_path: Path, config: Path, words: list[str], tracker: bool
) -> None:
    path = written(tmp_path / "mcp.json", {"mcpServers": {"x": {"command": words[0], "args": words[1:]}}})
    talk(["import", str(path)], environment, ("Add x, which runs", "y"), DEFAULT)
    assert tomllib.loads(config.read_text()).get("default", "local") == ("x" if tracker else "local")


def test_the_default_is_asked_for_once_and_never_changed(
    environment: dict[str, str], tmp_path: Path, config: Path, run: RunProgram
) -> None:
    path = str(written(tmp_path / "mcp.json", entries("github", "memory")))
    turns = (
        ("Add github, which runs", "y"),
        ("Add memory, which runs", "y"),
        ("(github, memory, local) [github]", "memory"),
    )
    talk(["import", path], environment, *turns)
    assert tomllib.loads(config.read_text())["default"] == "memory"
    run("import", "--yes", str(written(tmp_path / "more.json", entries("linear"))))
    assert tomllib.loads(config.read_text())["default"] == "memory"


def test_a_config_without_a_default_keeps_the_one_in_force(run: RunProgram, tmp_path: Path, config: Path) -> None:
    config.parent.mkdir(mode=0o700)
    config.write_text('# mine\n[profiles.mine]\ncommand = ["mine"]\n')
    run("import", "--yes", str(written(tmp_path / "mcp.json", entries("github"))))
    assert tomllib.loads(config.read_text())["default"] == "mine"
    assert config.read_text().startswith("# mine\n")


@pytest.mark.parametrize("content", [FILE, VSCODE, entries("github", "memory")], ids=["secrets", "inputs", "plain"])
def test_a_second_import_changes_nothing(run: RunProgram, tmp_path: Path, config: Path, content: Any) -> None:
    path = str(written(tmp_path / "mcp.json", content))
    run("import", "--yes", path)
    before = config.read_bytes()
    for options in ((), ("--replace",)):
        done = run("import", "--yes", *options, path)
        assert done.code == 0
        assert "Nothing was added" in done.err
        assert "in your config already" in done.err
    assert config.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"run"', '"my-run"'),
        ("https://x", "https://mine"),
        ("--token", "--my-token"),
        ("OTHER_TOKEN", "MY_TOKEN"),
        ('"run"]', '"run"]\ncwd = "/"'),
    ],
)
def test_an_edited_profile_is_left_alone_unless_it_is_to_be_replaced(
    run: RunProgram, tmp_path: Path, config: Path, old: str, new: str
) -> None:
    path = str(written(tmp_path / "mcp.json", FILE))
    run("import", "--yes", path)
    first = profiles(config)
    edited = config.read_text().replace(old, new)
    assert edited != config.read_text()
    config.write_text(edited)
    done = run("import", "--yes", path)
    assert "Your profile of that name differs" in done.err
    assert config.read_text() == edited
    run("import", "--yes", "--replace", path)
    assert profiles(config) == first


def test_servers_of_one_name_in_several_files_all_come_in(run: RunProgram, tmp_path: Path, config: Path) -> None:
    same, other = {"command": "node", "args": ["a.js"]}, {"command": "node", "args": ["b.js"]}
    files = [
        str(written(tmp_path / f"{number}.json", {"mcpServers": {"desk": entry}}))
        for number, entry in enumerate((same, other, same))
    ]
    run("import", "--yes", *files)
    assert {name: entry["command"][1] for name, entry in profiles(config).items()} == {"desk": "a.js", "desk-2": "b.js"}


def test_a_file_of_another_program_without_servers_does_not_stop_the_others(
    run: RunProgram, isolated_home: Path, config: Path
) -> None:
    written(isolated_home / ".claude.json", {"history": []})
    written(isolated_home / ".cursor" / "mcp.json", {"mcpServers": {"a": {"command": "x"}}})
    done = run("import", "--yes")
    assert done.code == 0
    assert "names no server under mcpServers or servers" in done.err
    assert list(profiles(config)) == ["a"]


def test_a_header_keeps_its_name_so_that_its_program_can_fill_it_in(
    run: RunProgram, tmp_path: Path, config: Path
) -> None:
    headers = ["--header", f"Authorization: Bearer {SECRET}", "--header", "X-Api-Key:sk-0123456789abcdef0123"]
    entry = {"command": "npx", "args": ["some-proxy", "https://x", *headers]}
    run("import", "--yes", str(written(tmp_path / "mcp.json", {"mcpServers": {"a": entry}})))
    assert profiles(config)["a"]["command"][3:] == [
        *("--header", "Authorization: Bearer ${env:A_AUTHORIZATION}"),
        *("--header", "X-Api-Key:${env:A_X_API_KEY}"),
    ]


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


def test_more_than_a_screen_is_shown_page_by_page(environment: dict[str, str], tmp_path: Path, config: Path) -> None:
    entry = {"command": "jira-mcp", "args": [f"word-{number}" for number in range(60)]}
    path = str(written(tmp_path / "mcp.json", {"mcpServers": {"a": entry}}))
    code, screen = talk(["import", path], environment, ("Go on? [y/n]", "n"))
    assert (code, config.exists()) == (0, False)
    assert "word-50" not in screen
    talk(["import", path], environment, ("Go on? [y/n]", "y"), ("Add a, which runs", "y"), DEFAULT)
    assert list(profiles(config)) == ["a"]


def test_awkward_values_end_in_words(run: RunProgram, tmp_path: Path, config: Path) -> None:
    servers: dict[str, Any] = {}
    for value in ("\ud800", "a\0b", "\x1b]0;x\x07", "x" * 5000):
        servers[value] = {"command": "x"}
        servers[f"args {value[:3]!a}"] = {"command": "x", "args": [value]}
        servers[f"env {value[:3]!a}"] = {"command": "x", "env": {"A": value}}
    done = run("import", "--yes", str(written(tmp_path / "mcp.json", {"mcpServers": servers})))
    assert done.code == 0
    assert done.err.count("no program can be given") == 4
    assert done.err.count("is left out") == 2
    assert len(profiles(config)) == len(servers) - 6


def test_a_skipped_server_makes_no_line_that_looks_like_ours(run: RunProgram, tmp_path: Path) -> None:
    forged = "x\nAdd github? [y/n]"
    servers = {forged: {"command": "x", "args": ["${command:" + forged + "}"]}, "good": {"command": "x"}}
    done = run("import", "--yes", str(written(tmp_path / "mcp.json", {"mcpServers": servers})))
    assert not [line for line in done.err.splitlines() if line.startswith("Add ")]


IN_A_FOLDER: dict[str, dict[str, Any]] = {
    "script": {"command": "python", "args": ["server.py"]},
    "script behind an option": {"command": "node", "args": ["--enable-source-maps", "dist/index.js"]},
    "module": {"command": "python3", "args": ["-m", "server"]},
    "program": {"command": "./run"},
    "program below": {"command": "bin/run"},
    "code": {"command": "sh", "args": ["-c", "exec ./run"]},
    "project": {"command": "uv", "args": ["run", "server"]},
    "loaded before": {"command": "npx", "args": ["-y", "jira-mcp"], "env": {"NODE_OPTIONS": "--require ./x.js"}},
    "searched": {"command": "jira-mcp", "env": {"PYTHONPATH": "/usr/lib:."}},
    "installed there": {"command": "npx", "args": ["local-mcp"]},
    "folder of its own": {"command": "jira-mcp", "cwd": "sub"},
}
ANYWHERE: dict[str, dict[str, Any]] = {
    "package": {"command": "npx", "args": ["-y", "@scope/jira-mcp@1.2", "--url", "https://x.example/a.js"]},
    "absolute": {"command": "python", "args": ["/srv/server.py"]},
    "image": {"command": "docker", "args": ["run", "-i", "--rm", "-e", "TEAM", "ghcr.io/x/y"]},
}


@pytest.mark.parametrize("kind", [*IN_A_FOLDER, *ANYWHERE])
def test_what_the_folder_decides_about_runs_in_the_folder_that_was_shown(
    run: RunProgram, tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """It runs unasked from then on: in another checkout it must not be another program."""
    clone = tmp_path / "clone"
    (clone / "node_modules" / ".bin" / "local-mcp").mkdir(parents=True)
    monkeypatch.chdir(clone)
    path = written(clone / "mcp.json", {"mcpServers": {"x": (IN_A_FOLDER | ANYWHERE)[kind]}})
    done = run("import", str(path), "--yes", PYTHONPATH=str(Path(__file__).parents[2]))
    shown = clone / ("sub" if kind == "folder of its own" else "")
    assert profiles(config)["x"].get("cwd") == (str(shown) if kind in IN_A_FOLDER else None)
    assert f"folder        │ {shown}\n" in done.err
    assert "is left as it is" in run("import", str(path), "--yes", PYTHONPATH=str(Path(__file__).parents[2])).err


@pytest.mark.parametrize(
    "command",
    [
        ["sh", "-c", "TOKEN=x-canary; touch PWNED; exec server"],
        ["env", "API_KEY=canary touch PWNED"],
        ["node", "-e", "run({token: 'ghp_canary0123456789abcdef'}); touch('PWNED')"],
        ["bash", "-lc", "PASSWORD=canary|touch PWNED"],
    ],
)
def test_code_that_holds_a_secret_is_shown_and_left_out(
    run: RunProgram, tmp_path: Path, config: Path, command: list[str]
) -> None:
    """With the secret taken out it would be other code than what was judged."""
    path = written(tmp_path / "mcp.json", {"mcpServers": {"x": {"command": command[0], "args": command[1:]}}})
    done = run("import", str(path), "--yes")
    assert "PWNED" in done.err
    assert "is code with a secret in plain text" in done.err
    assert not config.exists()


def test_no_variable_stands_for_the_secrets_of_two_servers(run: RunProgram, config: Path, tmp_path: Path) -> None:
    entries = {
        "test": {"command": "run", "env": {"JIRA_TOKEN": "canary-one"}},
        "same": {"command": "run", "env": {"JIRA_TOKEN": "canary-one"}},
        "live": {"command": "run", "env": {"JIRA_TOKEN": "canary-two"}},
        "far": {"url": "https://a", "auth": {"CLIENT_ID": "me", "CLIENT_SECRET": "canary-three"}},
        "away": {"url": "https://b", "auth": {"CLIENT_ID": "me", "CLIENT_SECRET": "canary-four"}},
    }
    done = run("import", "--yes", str(written(tmp_path / "mcp.json", {"mcpServers": entries})))
    assert done.code == 0, done.err
    found = profiles(config)
    assert [found[name]["env"]["JIRA_TOKEN"] for name in ("test", "same", "live")] == [
        "${env:JIRA_TOKEN}",
        "${env:JIRA_TOKEN}",
        "${env:LIVE_JIRA_TOKEN}",
    ]
    assert [found[name]["oauth"]["client_secret"] for name in ("far", "away")] == [
        "${env:FAR_CLIENT_SECRET}",
        "${env:AWAY_CLIENT_SECRET}",
    ]
