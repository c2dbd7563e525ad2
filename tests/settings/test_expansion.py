"""From a profile to the command that is started."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tui_app.mcp_client.peer import mask
from tui_app.settings.expansion import known_secrets, server_command, shown_command, shown_environment
from tui_app.settings.profiles import Profile
from tui_app.settings.secrets import holds_secret
from tui_app.tickets.errors import ConfigError

ENVIRON = {"HOME": "/home/me", "TOKEN": "s3cret-token", "EMPTY": "", "DOLLARS": "${TOKEN}"}


def expanded(value: str, environ: dict[str, str] | None = None) -> str:
    profile = Profile(name="p", command=("run",), env={"X": value})
    return server_command(profile, ENVIRON if environ is None else environ).env["X"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("plain", "plain"),
        ("${env:TOKEN}", "s3cret-token"),
        ("${TOKEN}", "s3cret-token"),
        ("Bearer ${TOKEN}!", "Bearer s3cret-token!"),
        ("${MISSING:-fallback}", "fallback"),
        ("${env:MISSING:-fallback}", "fallback"),
        ("${EMPTY:-fallback}", "fallback"),
        ("${MISSING:-}", ""),
        ("${EMPTY}", ""),
        ("~/x", "/home/me/x"),
        ("~", "/home/me"),
        ("a~b", "a~b"),
        ("~other/x", "~other/x"),
        ("$TOKEN", "$TOKEN"),
        ("$${TOKEN}", "${TOKEN}"),
        ("${DOLLARS}", "${TOKEN}"),
        ("${MISSING:-${TOKEN}}", "s3cret-token"),
        ("${MISSING:-a ${EMPTY:-${MISSING:-b}} {c}}", "a b {c}"),
        ("${TOKEN:-${MISSING}}", "s3cret-token"),
        ("${MISSING:-$${TOKEN}}", "${TOKEN}"),
        ("100 $", "100 $"),
    ],
)
def test_references_are_filled_in_once(written: str, value: str) -> None:
    assert expanded(written) == value


def test_command_and_directory_are_filled_in_too() -> None:
    profile = Profile(name="p", command=("~/bin/run", "--url", "${MISSING:-http://x}"), cwd="~/src", source="config")
    command = server_command(profile, ENVIRON)
    assert command.argv == ("/home/me/bin/run", "--url", "http://x")
    assert command.cwd == "/home/me/src"
    assert command.configured_in == "config"


def test_a_missing_variable_is_told_with_profile_key_and_variable() -> None:
    profile = Profile(name="work", command=("run",), env={"JIRA_API_TOKEN": "${env:JIRA_TOKEN}"}, source="/c.toml")
    with pytest.raises(ConfigError) as caught:
        server_command(profile, {})
    assert caught.value.cause == "Profile work, env.JIRA_API_TOKEN: the environment variable JIRA_TOKEN is not set."
    assert "/c.toml" in caught.value.hint


@pytest.mark.parametrize("written", ["${}", "${a b}", "${env:}", "${1x}", "${file:/etc/passwd}"])
def test_an_unknown_reference_is_told(written: str) -> None:
    with pytest.raises(ConfigError, match="is not a known kind of reference"):
        expanded(written)


@pytest.mark.parametrize("written", ["${TOKEN", "x${MISSING:-${TOKEN}", "${"])
def test_a_reference_without_an_end_is_told(written: str) -> None:
    with pytest.raises(ConfigError, match=r"env\.X: a reference begins with .* and has no end"):
        expanded(written)


def test_a_variable_in_the_command_is_the_profiles_own_first() -> None:
    profile = Profile(
        name="p",
        command=("run", "--to", "${REGION}", "--header=${env:AUTH_HEADER}", "${OTHER:-x}", "${TOKEN}"),
        env={"REGION": "north", "AUTH_HEADER": "Bearer ${TOKEN}", "OTHER": "", "SELF": "${env:SELF}"},
        cwd="/src/${REGION}",
    )
    command = server_command(profile, {**ENVIRON, "REGION": "south", "SELF": "mine"})
    assert command.argv == ("run", "--to", "north", "--header=Bearer s3cret-token", "x", "s3cret-token")
    assert command.env["SELF"] == "mine"
    assert command.cwd == "/src/north"
    assert "Bearer s3cret-token" in command.secrets


@pytest.mark.parametrize(
    "start",
    [
        ("npx", "-y", "mcp-remote", "https://x"),
        ("npx", "mcp-remote@0.1.38", "https://x", "--debug"),
        ("/usr/lib/node_modules/.bin/mcp-remote", "https://x"),
    ],
)
@pytest.mark.parametrize(
    ("header", "env", "handed", "variables"),
    [
        ("Authorization:${AUTH}", {"AUTH": "Bearer abc-defg"}, "Authorization:${AUTH}", {"AUTH": "Bearer abc-defg"}),
        ("X: Bearer ${env:TOKEN}", {}, "X: Bearer ${TOKEN}", {"TOKEN": "s3cret-token"}),
        ("X:${TOKEN:-none}", {}, "X:${TICKETDECK_HEADER_0}", {"TICKETDECK_HEADER_0": "s3cret-token"}),
        (
            "X:a${command:printf s3cret-2}",
            {"A": "1"},
            "X:a${TICKETDECK_HEADER_1}",
            {"A": "1", "TICKETDECK_HEADER_1": "s3cret-2"},
        ),
    ],
)
def test_a_header_that_the_program_fills_in_itself_is_handed_over_unexpanded(
    start: tuple[str, ...], header: str, env: dict[str, str], handed: str, variables: dict[str, str]
) -> None:
    command = server_command(Profile(name="p", command=(*start, "--header", header), env=env), ENVIRON)
    assert command.argv == (*start, "--header", handed)
    assert command.env == variables
    assert "Bearer abc-defg" in command.secrets or "AUTH" not in variables


def test_a_reference_to_a_whole_header_is_filled_in_since_its_name_has_to_be_seen() -> None:
    command = ("mcp-remote", "https://x", "--header", "${TOKEN}")
    assert server_command(Profile(name="p", command=command), ENVIRON).argv[3] == "s3cret-token"


def test_another_programs_header_is_filled_in() -> None:
    command = ("curl-mcp", "--header", "X: ${TOKEN}", "mcp-remote")
    assert server_command(Profile(name="p", command=command), ENVIRON).argv[2] == "X: s3cret-token"


@pytest.mark.parametrize(
    ("name", "value", "holds"),
    [
        ("JIRA_API_TOKEN", "${JIRA_TOKEN:-literal-secret}", True),
        ("JIRA_API_TOKEN", "${A:-${B:-literal-secret}}", True),
        ("JIRA_API_TOKEN", "${A:-}", False),
        ("JIRA_API_TOKEN", "Bearer ${A}", False),
        ("URL", "https://${USER}:literal-password@host/${PATH}", True),
        ("URL", "https://${USER}:${PASSWORD}@host", False),
        ("URL", "${URL:-https://host}", False),
        ("HEADER", "ghp_abcdefghijklmnop1234 ${A}", True),
    ],
)
def test_a_secret_in_plain_text_is_found_beside_references_too(name: str, value: str, holds: bool) -> None:
    assert holds_secret(name, value) is holds


def test_an_input_that_was_never_asked_for_points_to_import() -> None:
    with pytest.raises(ConfigError, match="ticketdeck import"):
        expanded("${input:token}")


def test_a_command_gives_a_secret_without_a_shell() -> None:
    assert expanded(f"${{command:{sys.executable} -c 'print(1+1, \"; echo x\")'}}") == "2 ; echo x"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("no-such-program x", "No such file"),
        (f"{sys.executable} -c 'raise SystemExit(3)'", "exit code 3"),
        (f"{sys.executable} -c pass", "printed nothing"),
        ("", "names no command"),
        ("'", "cannot be split"),
    ],
)
def test_a_command_that_gives_nothing_is_told_without_its_output(line: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        expanded(f"${{command:{line}}}")


def fake_tool(folder: Path, name: str, output: str) -> None:
    tool = folder / name
    tool.write_text(f'#!/bin/sh\necho "{output} $*"\n')
    tool.chmod(0o755)


def test_a_secret_comes_from_the_keyring_tool_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tool(tmp_path, "secret-tool", "secret")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert expanded("${keyring:jira/work/me}") == "secret lookup service jira/work username me"
    fake_tool(tmp_path, "keyring", "ring")
    assert expanded("${keyring:jira/me}") == "ring get jira me"


def test_without_a_keyring_tool_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="no keyring tool"):
        expanded("${keyring:jira/me}")
    with pytest.raises(ConfigError, match="should read"):
        expanded("${keyring:jira}")


def test_a_shown_command_masks_literal_secrets_and_keeps_references() -> None:
    profile = Profile(
        name="p",
        command=(
            "run",
            "--token",
            "abc123456",
            "--api-key=xyz98765",
            "--url",
            "https://me:pw1234@host/x",
            "ghp_" + "a" * 30,
        ),
        env={"JIRA_API_TOKEN": "abc123456", "OTHER_TOKEN": "${env:OTHER_TOKEN}", "JIRA_URL": "https://x"},
    )
    shown = shown_command(profile)
    assert shown == "run --token '****' '--api-key=****' --url 'https://****@host/x' '****'"
    assert shown_environment(profile) == {
        "JIRA_API_TOKEN": "****",
        "OTHER_TOKEN": "${env:OTHER_TOKEN}",
        "JIRA_URL": "https://x",
    }


def test_the_started_command_knows_which_values_are_secret() -> None:
    profile = Profile(
        name="p",
        command=("run", "--token=${TOKEN}", "--password", "literal-password"),
        env={"AUTH_HEADER": "Bearer ${env:TOKEN}", "URL": "https://x/${env:API_KEY}", "MODE": "production"},
    )
    command = server_command(profile, {**ENVIRON, "API_KEY": "key-in-address"})
    assert set(command.secrets) == {"s3cret-token", "literal-password", "Bearer s3cret-token", "key-in-address"}
    assert "s3cret-token" not in str(command)
    assert "literal-password" not in str(command)
    assert mask("failed with s3cret-token", command.secrets) == "failed with ****"


def test_known_secrets_ask_no_keyring_and_run_no_command(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    profile = Profile(
        name="p",
        command=("run",),
        env={"A_TOKEN": "${TOKEN}", "B_TOKEN": f"${{command:touch {trace}}}", "C_TOKEN": "${MISSING}"},
    )
    assert known_secrets(profile, ENVIRON) == ("s3cret-token",)
    assert not trace.exists()
