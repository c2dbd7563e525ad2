"""Servers at an address as other programs write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tui_app.settings.mcp_json import read_servers
from tui_app.settings.profiles import OAuthSettings, Profile
from tui_app.settings.remote_entries import without_wrapper

URL = "https://mcp.example.com/mcp"


def only(tmp_path: Path, content: Any, name: str = "mcp.json") -> tuple[Profile, tuple[str, ...]]:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    found = read_servers(path)
    assert found.skipped == {}
    (server,) = found.servers
    return server.profile, server.notes


def entry(tmp_path: Path, **keys: Any) -> tuple[Profile, tuple[str, ...]]:
    return only(tmp_path, {"mcpServers": {"far": keys}})


@pytest.mark.parametrize(
    "keys",
    [
        {"url": URL},
        {"type": "http", "url": URL},
        {"type": "streamable-http", "url": URL},
        {"serverUrl": URL},
        {"httpUrl": URL},
        {"type": "remote", "url": URL, "enabled": True},
    ],
)
def test_an_address_goes_by_several_names(tmp_path: Path, keys: dict[str, Any]) -> None:
    profile, notes = entry(tmp_path, **keys)
    assert (profile.name, profile.url, profile.command, notes) == ("far", URL, (), ())


def test_headers_keep_their_references(tmp_path: Path) -> None:
    headers = {"Authorization": "Bearer ${env:TOKEN}", "X-Org": "${ORG:-one}", "X-Key": "${input:key}", "X-None": None}
    content = {"servers": {"far": {"url": URL, "headers": headers}}, "inputs": [{"id": "key", "password": True}]}
    path = tmp_path / "mcp.json"
    path.write_text(json.dumps(content))
    (server,) = read_servers(path).servers
    assert server.profile.headers == {key: value for key, value in headers.items() if value}
    assert [wanted.id for wanted in server.inputs] == ["key"]
    assert server.inputs[0].password


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            {"oauth": {"clientId": "me", "callbackPort": 8123, "authServerMetadataUrl": "https://as", "scopes": "a b"}},
            OAuthSettings(client_id="me", redirect_port=8123, metadata_url="https://as", scopes=("a", "b")),
        ),
        (
            {"auth": {"CLIENT_ID": "me", "CLIENT_SECRET": "${env:SECRET}", "scopes": ["a"]}},
            OAuthSettings(client_id="me", client_secret="${env:SECRET}", scopes=("a",)),
        ),
        ({"oauth": {"clientId": "me"}}, OAuthSettings(client_id="me")),
        ({"oauth": False}, OAuthSettings()),
        ({"oauth": {"callbackPort": "no"}}, OAuthSettings()),
    ],
)
def test_what_a_file_knows_of_the_login_is_taken_over(
    tmp_path: Path, keys: dict[str, Any], expected: OAuthSettings
) -> None:
    assert entry(tmp_path, url=URL, **keys)[0].oauth == expected


def test_an_address_of_the_old_transport_becomes_that_of_the_present_one_with_a_note(tmp_path: Path) -> None:
    profile, notes = entry(tmp_path, type="sse", url="https://mcp.example.com/v1/sse?x=1")
    assert profile.url == "https://mcp.example.com/v1/mcp?x=1"
    assert "transport of 2024" in notes[0]
    profile, notes = entry(tmp_path, type="sse", url=URL)
    assert profile.url == URL
    assert "SSE transport" in notes[0]


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"type": "http"}, "no url"),
        ({"url": "unix:///run/x.sock"}, "https://"),
        ({"url": "https://me:pw@x/mcp"}, "user name or password"),
        ({"url": URL, "disabled": True}, "disabled"),
        ({"url": URL, "enabled": False}, "disabled"),
        ({"url": URL, "headers": {"A": "${command:sh}"}}, "only its own program"),
        ({"url": URL, "headers": {"A": "{file:~/.token}"}}, "{file:~/.token}, which only its own program"),
        ({"url": "${keyring:a/b}"}, "only its own program"),
        ({"url": URL, "headers": {"Host": "b"}}, "set by ticketdeck itself"),
    ],
)
def test_an_address_that_cannot_be_used_is_named_with_the_reason(
    tmp_path: Path, keys: dict[str, Any], reason: str
) -> None:
    path = tmp_path / "mcp.json"
    path.write_text(json.dumps({"mcpServers": {"far": keys}}))
    found = read_servers(path)
    assert found.servers == []
    assert reason in found.skipped["far"]


def test_codex_writes_toml_and_names_variables(tmp_path: Path) -> None:
    profile, _ = only(
        tmp_path,
        f'model = "x"\n[mcp_servers.far]\nurl = "{URL}"\nbearer_token_env_var = "TOKEN"\n'
        'http_headers = {{ X-Team = "one" }}\nenv_http_headers = {{ X-Key = "KEY" }}\n'.replace("{{", "{").replace(
            "}}", "}"
        ),
        "config.toml",
    )
    assert profile.url == URL
    assert profile.headers == {"X-Team": "one", "X-Key": "${env:KEY}", "Authorization": "Bearer ${env:TOKEN}"}


def test_opencode_has_addresses_and_programs_in_a_section_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "opencode.json"
    far = {"type": "remote", "url": URL, "headers": {"Authorization": "Bearer {env:TOKEN}"}}
    near = {"type": "local", "command": ["npx", "-y", "x"], "environment": {"A": "{env:B}"}}
    path.write_text(json.dumps({"$schema": "x", "mcp": {"far": far, "near": near}}))
    profiles = {server.profile.name: server.profile for server in read_servers(path).servers}
    assert profiles["far"].headers == {"Authorization": "Bearer ${env:TOKEN}"}
    assert (profiles["near"].command, profiles["near"].env) == (("npx", "-y", "x"), {"A": "${env:B}"})


ZED = """// Zed's settings
{
  "theme": "One Dark", // of the editor
  "lsp": {"gopls": {"command": "gopls"}},
  "context_servers": {
    "far": {"url": "URL", "headers": {"Authorization": "Bearer ${TOKEN}"}},
    "near": {"source": "custom", "command": "npx", "args": ["-y", "x"], "env": {"A": "b"},},
    "older": {"command": {"path": "uvx", "args": ["y"], "env": {"C": "d"}}, "settings": {}},
    "packed": {"source": "extension", "settings": {"token": "x"}},
    "off": {"enabled": false, "command": "z"},
  },
}
"""


def test_zed_has_servers_among_its_settings_with_comments(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(ZED.replace("URL", URL))
    found = read_servers(path)
    profiles = {server.profile.name: server.profile for server in found.servers}
    assert list(profiles) == ["far", "near", "older"]
    assert profiles["far"].url == URL
    assert (profiles["near"].command, profiles["near"].env) == (("npx", "-y", "x"), {"A": "b"})
    assert (profiles["older"].command, profiles["older"].env) == (("uvx", "y"), {"C": "d"})
    assert "extension" in found.skipped["packed"]
    assert found.skipped["off"] == "it is disabled"


def test_a_section_may_have_a_name_before_its_own(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"amp.url": "x", "amp.mcpServers": {"near": {"command": "x"}}}))
    assert [server.profile.command for server in read_servers(path).servers] == [("x",)]


@pytest.mark.parametrize(
    ("words", "env", "url", "headers", "oauth"),
    [
        ("npx -y mcp-remote URL", {}, URL, {}, OAuthSettings()),
        ("npx mcp-remote@latest URL 3334", {}, URL, {}, OAuthSettings(redirect_port=3334)),
        ("bunx mcp-remote@0.1.2 URL --debug --allow-http", {}, URL, {}, OAuthSettings()),
        ("node /opt/mcp-remote URL", {}, URL, {}, OAuthSettings()),
        (
            "npx mcp-remote URL --header Authorization:${AUTH} --header X-A:b",
            {"AUTH": "Bearer abc"},
            URL,
            {"Authorization": "Bearer abc", "X-A": "b"},
            OAuthSettings(),
        ),
        ("npx mcp-remote --header=X-A:${OTHER} URL", {}, URL, {"X-A": "${OTHER}"}, OAuthSettings()),
        (
            "npx mcp-remote URL --transport http-only --resource https://r",
            {},
            URL,
            {},
            OAuthSettings(resource="https://r"),
        ),
        (
            'npx mcp-remote URL --static-oauth-client-info {"client_id":"a","client_secret":"b"}',
            {},
            URL,
            {},
            OAuthSettings(client_id="a", client_secret="b"),
        ),
        ("npx mcp-remote https://x/sse", {}, "https://x/mcp", {}, OAuthSettings()),
    ],
)
def test_a_wrapper_leads_to_its_address(
    words: str, env: dict[str, str], url: str, headers: dict[str, str], oauth: OAuthSettings
) -> None:
    found = without_wrapper(Profile("far", tuple(words.replace("URL", URL).split()), env=env, source="mcp.json"))
    assert found is not None
    assert found[0] == Profile("far", url=url, headers=headers, oauth=oauth, source="mcp.json")


@pytest.mark.parametrize(
    "words", ["npx -y jira-mcp", "npx mcp-remote", "npx mcp-remote --debug", "npx mcp-remote file:///x"]
)
def test_what_is_no_wrapper_stays_a_program(words: str) -> None:
    assert without_wrapper(Profile("far", tuple(words.split()))) is None


def test_options_of_a_wrapper_without_a_counterpart_are_named() -> None:
    found = without_wrapper(Profile("far", ("npx", "mcp-remote", URL, "--header-file", "/x", "--host", "y")))
    assert found is not None
    assert ["--header-file" in found[1][0], "--host" in found[1][1]] == [True, True]
