"""Profiles of servers at an address: what the config says, what is sent, what is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tui_app.mcp_client.http.endpoint import HttpEndpoint, TlsFiles, origin, proxy_for
from tui_app.settings.expansion import (
    asks_others,
    http_endpoint,
    known_secrets,
    oauth_settings,
    session_target,
    shown_command,
    shown_headers,
)
from tui_app.settings.load import load_settings
from tui_app.settings.profiles import OAuthSettings, Profile, TlsSettings
from tui_app.settings.remote import check_header, check_url, header_of
from tui_app.settings.trust import target_of
from tui_app.tickets.errors import ConfigError

WriteConfig = Callable[[str], Path]

WHOLE = """\
[profiles.far]
url = "https://mcp.example.com/mcp"
headers = { Authorization = "Bearer ${env:TOKEN}", X-Team = "one" }
tls = { ca = "~/ca.pem" }
timeouts = { start = 5 }

[profiles.far.oauth]
client_id = "me"
scopes = "read write"
redirect_port = 8765
resource = ""
"""
ENVIRON = {"HOME": "/home/me", "TOKEN": "s3cret-token", "HTTPS_PROXY": "http://me:pw@proxy:3128"}


def far(**more: object) -> Profile:
    return Profile(name="far", url="https://mcp.example.com/mcp", source="/c.toml", **more)  # type: ignore[arg-type]


def test_a_whole_profile_is_read(write_config: WriteConfig) -> None:
    settings = load_settings(write_config(WHOLE))
    profile = settings.profiles["far"]
    assert (profile.url, profile.command) == ("https://mcp.example.com/mcp", ())
    assert profile.headers == {"Authorization": "Bearer ${env:TOKEN}", "X-Team": "one"}
    assert profile.tls == TlsSettings(ca="~/ca.pem")
    assert profile.oauth == OAuthSettings(client_id="me", scopes=("read", "write"), redirect_port=8765, resource="")
    assert settings.notices == ()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('url = "https://x/mcp"\ncommand = ["y"]', "exclude each other"),
        ('adapter = "auto"', "no command and no url"),
        ('url = ""', "empty"),
        ('url = "ftp://x/mcp"', "https://"),
        ('url = "https://me:pw@x/mcp"', "user name or password"),
        ('url = "https://x/mcp#part"', "behind #"),
        ('url = "https://x:port/mcp"', "not an address"),
        ('url = "https://x/a b"', "spaces"),
        ("url = 5", "url"),
        ('url = "https://x/mcp"\ncwd = "/x"', "cwd belongs to command"),
        ('url = "https://x/mcp"\nenv = { A = "b" }', "env belongs to command"),
        ('command = ["x"]\nheaders = { A = "b" }', "headers belongs to url"),
        ('command = ["x"]\noauth = { client_id = "b" }', "oauth belongs to url"),
        ('url = "https://x/mcp"\nheaders = { Host = "b" }', "set by ticketdeck itself"),
        ('url = "https://x/mcp"\nheaders = { Mcp-Session-Id = "b" }', "set by ticketdeck itself"),
        ('url = "https://x/mcp"\nheaders = { "A B" = "c" }', "not a header name"),
        ('url = "https://x/mcp"\nheaders = { A = "b\\nInjected: c" }', "one line"),
        ('url = "https://x/mcp"\noauth = { redirect_port = 70000 }', "redirect_port"),
        ('url = "https://x/mcp"\noauth = { scopes = [1] }', "scopes"),
        ('url = "https://x/mcp"\nheaders = ["a"]', "headers"),
    ],
)
def test_a_mistake_names_file_and_line(write_config: WriteConfig, body: str, words: str) -> None:
    path = write_config(f"[profiles.far]\n{body}\n")
    with pytest.raises(ConfigError, match=words) as caught:
        load_settings(path)
    assert f"{path}, line " in caught.value.cause


def test_a_header_that_does_not_fit_is_not_repeated(write_config: WriteConfig) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(
            write_config('[profiles.far]\nurl = "https://x/mcp"\nheaders = { Authorization = ["hunter2"] }\n')
        )
    assert "hunter2" not in f"{caught.value.cause}{caught.value.hint}"


def test_an_unknown_key_of_a_table_is_a_notice(write_config: WriteConfig) -> None:
    notices = load_settings(
        write_config('[profiles.a]\nurl = "https://x/mcp"\n[profiles.a.oauth]\nclientId = "x"\n')
    ).notices
    assert len(notices) == 1
    assert "profiles.a.oauth.clientId is not known" in notices[0]


def test_references_are_filled_in_when_the_server_is_needed(write_config: WriteConfig) -> None:
    endpoint = session_target(load_settings(write_config(WHOLE)).profiles["far"], ENVIRON)
    assert isinstance(endpoint, HttpEndpoint)
    assert endpoint.headers == {"Authorization": "Bearer s3cret-token", "X-Team": "one"}
    assert endpoint.tls == TlsFiles(ca="/home/me/ca.pem")
    assert endpoint.proxy == "http://me:pw@proxy:3128"
    assert endpoint.secrets == ("Bearer s3cret-token", "s3cret-token")
    assert endpoint.own_authorization


def test_a_missing_variable_is_told_with_profile_and_key() -> None:
    with pytest.raises(ConfigError, match=r"Profile far, headers\.Authorization: the environment variable NOPE"):
        http_endpoint(far(headers={"Authorization": "${env:NOPE}"}), {})


@pytest.mark.parametrize("value", ["a\nb", "ä", "\x1b"])
def test_what_a_reference_gives_is_checked_too(value: str) -> None:
    with pytest.raises(ConfigError, match="headers"):
        http_endpoint(far(headers={"X-Key": "${KEY}"}), {"KEY": value})


def test_a_token_leaves_this_machine_only_encrypted() -> None:
    headers = {"Authorization": "Bearer ${TOKEN}"}
    for url in ("http://tracker.example/mcp", "http://10.0.0.1/mcp", "http://127.0.0.1.example.com/mcp"):
        with pytest.raises(ConfigError, match="unencrypted"):
            http_endpoint(Profile(name="p", url=url, headers=headers), ENVIRON)
        assert http_endpoint(Profile(name="p", url=url), ENVIRON).may_carry_tokens is False
    for url in ("http://127.0.0.1:80/mcp", "http://localhost/mcp", "http://[::1]/mcp", "https://tracker.example/mcp"):
        assert http_endpoint(Profile(name="p", url=url, headers=headers), ENVIRON).may_carry_tokens


def test_an_address_without_encryption_is_told_in_the_users_own_config(write_config: WriteConfig) -> None:
    path = write_config(
        '[profiles.far]\nurl = "http://tracker.example/mcp"\n[profiles.near]\nurl = "http://[::1]/mcp"\n'
    )
    (notice,) = load_settings(path).notices
    assert notice.startswith(f"{path}, line 2: profiles.far.url: http:// is not encrypted")


def test_an_address_without_encryption_in_anothers_file_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    path.write_text(
        '{"mcpServers": {"far": {"url": "http://tracker.example/mcp"}, "near": {"url": "http://localhost/mcp"}}}'
    )
    settings = load_settings(path)
    assert "far" not in settings.profiles
    assert "near" in settings.profiles
    assert "not encrypted" in settings.notices[0]


def test_secrets_are_masked_wherever_a_profile_is_shown() -> None:
    profile = far(headers={"Authorization": "Bearer hunter2hunter2", "X-Api-Key": "hunter3", "X-Team": "one"})
    assert shown_headers(profile) == {"Authorization": "****", "X-Api-Key": "****", "X-Team": "one"}
    assert "hunter2hunter2" in known_secrets(profile, {})
    with_key = Profile(name="p", url="https://x/mcp?team=one&api_key=hunter2")
    assert shown_command(with_key) == "https://x/mcp?team=one&api_key=****"


def test_the_login_settings_are_filled_in_as_late() -> None:
    profile = far(oauth=OAuthSettings(client_id="me", client_secret="${keyring:a/b}"))
    assert asks_others(profile)
    profile = far(oauth=OAuthSettings(client_id="me", client_secret="${TOKEN}", scopes=("a",)))
    assert not asks_others(profile)
    assert oauth_settings(profile, ENVIRON) == OAuthSettings(
        client_id="me", client_secret="s3cret-token", scopes=("a",)
    )
    assert known_secrets(profile, ENVIRON) == ("s3cret-token",)


def test_consent_is_for_one_address_with_its_headers() -> None:
    profile = far(headers={"A": "b"})
    others = [
        Profile(name="far", url="https://evil.example/mcp", source="/c.toml", headers={"A": "b"}),
        far(headers={"A": "c"}),
        far(headers={"A": "b"}, tls=TlsSettings(ca="other.pem")),
        far(headers={"A": "b"}, oauth=OAuthSettings(metadata_url="https://evil.example")),
    ]
    assert len({target_of(one).digest for one in (profile, *others)}) == 5


@pytest.mark.parametrize(
    ("url", "environ", "proxy"),
    [
        ("https://x/mcp", {}, None),
        ("https://x/mcp", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("https://x/mcp", {"https_proxy": "p:1"}, "http://p:1"),
        ("https://x/mcp", {"ALL_PROXY": "http://p:1"}, "http://p:1"),
        ("https://x/mcp", {"HTTP_PROXY": "http://p:1"}, None),
        ("http://x/mcp", {"HTTP_PROXY": "http://p:1"}, "http://p:1"),
        ("https://x/mcp", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, None),
        ("https://a.x.org/mcp", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "y.org, x.org"}, None),
        ("https://a.x.org/mcp", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": ".x.org"}, None),
        ("https://a.x.org/mcp", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*.x.org"}, None),
        ("https://max.org/mcp", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "x.org"}, "http://p:1"),
        ("https://x.org:8443/mcp", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "x.org:8443"}, None),
        ("https://x.org/mcp", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "x.org:8443"}, "http://p:1"),
        ("https://10.1.2.3/mcp", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, None),
        ("https://11.1.2.3/mcp", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, "http://p:1"),
        ("http://localhost:1/mcp", {"HTTP_PROXY": "http://p:1"}, None),
        ("http://127.0.0.1:1/mcp", {"HTTP_PROXY": "http://p:1"}, None),
        ("http://[::1]:1/mcp", {"HTTP_PROXY": "http://p:1"}, None),
    ],
)
def test_the_environment_names_the_proxy_but_never_for_this_machine(
    url: str, environ: dict[str, str], proxy: str | None
) -> None:
    assert proxy_for(url, environ) == proxy


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin("HTTPS://Tracker.Example/mcp") == origin("https://tracker.example:443/other?x")
    assert origin("http://x/") != origin("https://x/")
    assert origin("https://x:8443/") != origin("https://x/")


def test_a_header_is_written_as_name_and_value() -> None:
    assert header_of("Authorization:  Token token=abc: d ") == ("Authorization", "Token token=abc: d")
    with pytest.raises(ValueError, match="colon"):
        header_of("Authorization")
    check_url("https://x/mcp?a=b")
    check_header("X-Y", "")
