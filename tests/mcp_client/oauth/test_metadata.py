"""Discovery asks the right places in the right order, and uses nothing that it has not checked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tui_app.mcp_client.oauth.metadata import (
    check_address,
    fallback_server,
    read_resource_metadata,
    read_server_metadata,
    resource_metadata_urls,
    server_metadata_urls,
    wanted_scopes,
    with_offline_access,
)
from tui_app.tickets.errors import MCPAuthenticationError

ISSUER = "https://login.example.com/tenant"


def server_body(**changes: Any) -> bytes:
    """The metadata of `ISSUER`, with some parts changed."""
    whole = {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/authorize",
        "token_endpoint": f"{ISSUER}/token",
        "registration_endpoint": None,
        "code_challenge_methods_supported": ["S256"],
        **changes,
    }
    return json.dumps(whole).encode()


def test_the_address_of_the_challenge_is_the_only_one_where_there_is_one() -> None:
    assert resource_metadata_urls("https://mcp.example.com/v2/mcp", "https://mcp.example.com/prm") == (
        "https://mcp.example.com/prm",
    )


@pytest.mark.parametrize(
    ("url", "paths"),
    [
        ("https://mcp.example.com/v2/mcp", ["/v2/mcp", ""]),
        ("https://mcp.example.com/", [""]),
        ("https://MCP.example.com/mcp/", ["/mcp", ""]),
    ],
)
def test_resource_metadata_is_looked_for_below_the_path_then_at_the_root(url: str, paths: list[str]) -> None:
    start = "https://mcp.example.com/.well-known/oauth-protected-resource"
    assert resource_metadata_urls(url, None) == tuple(start + path for path in paths)


def test_server_metadata_of_an_issuer_with_a_path_is_looked_for_at_three_places() -> None:
    assert server_metadata_urls(ISSUER) == (
        "https://login.example.com/.well-known/oauth-authorization-server/tenant",
        "https://login.example.com/.well-known/openid-configuration/tenant",
        "https://login.example.com/tenant/.well-known/openid-configuration",
    )


def test_server_metadata_of_an_issuer_without_a_path_is_looked_for_at_two_places() -> None:
    assert server_metadata_urls("https://login.example.com") == (
        "https://login.example.com/.well-known/oauth-authorization-server",
        "https://login.example.com/.well-known/openid-configuration",
    )


@pytest.mark.parametrize(
    "resource", ["https://mcp.example.com/v2", "https://mcp.example.com", "https://mcp.example.com/v2/mcp/"]
)
def test_metadata_of_the_address_or_of_a_part_of_its_path_is_taken(resource: str) -> None:
    body = json.dumps({"resource": resource, "authorization_servers": [ISSUER], "scopes_supported": None}).encode()
    metadata = read_resource_metadata("https://mcp.example.com/v2/mcp", body)
    assert metadata.authorization_servers == (ISSUER,)
    assert metadata.scopes_supported == ()


@pytest.mark.parametrize(
    "resource",
    ["https://evil.example.com/v2/mcp", "https://mcp.example.com/v2/m", "http://mcp.example.com/v2/mcp", "mcp", ""],
)
def test_metadata_of_another_resource_is_refused(resource: str) -> None:
    with pytest.raises(MCPAuthenticationError, match="is not https://mcp"):
        read_resource_metadata("https://mcp.example.com/v2/mcp", json.dumps({"resource": resource}).encode())


@pytest.mark.parametrize("issuer", [f"{ISSUER}/", "https://LOGIN.example.com/tenant", "https://evil.example.com"])
def test_metadata_of_another_issuer_is_refused(issuer: str) -> None:
    with pytest.raises(MCPAuthenticationError, match="is that of"):
        read_server_metadata(ISSUER, server_body(issuer=issuer))


@pytest.mark.parametrize("methods", [None, [], ["plain"]])
def test_a_server_without_s256_is_refused(methods: list[str] | None) -> None:
    with pytest.raises(MCPAuthenticationError, match="PKCE"):
        read_server_metadata(ISSUER, server_body(code_challenge_methods_supported=methods))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"issuer": 5}', b"\xff\xfe", b'{"issuer": "x"}'])
def test_metadata_that_is_none_is_an_error_in_words(body: bytes) -> None:
    with pytest.raises(MCPAuthenticationError, match="cannot be read"):
        read_server_metadata(ISSUER, body)


@pytest.mark.parametrize(
    "address",
    [
        "http://login.example.com/token",
        "https://10.0.0.1/token",
        "https://[::1]/token",
        "https://169.254.169.254/latest",
        "https://[64:ff9b::a9fe:a9fe]/latest",
        "https://[2002:a00:1::]/token",
        "https://[::ffff:127.0.0.1]/token",
        "https://localhost/token",
        "file:///etc/passwd",
        "https://me:pw@login.example.com/token",
        "javascript:alert(1)",
    ],
)
def test_unsafe_addresses_are_refused(address: str) -> None:
    with pytest.raises(MCPAuthenticationError, match="for the login"):
        check_address(address, "https://mcp.example.com/mcp")


def test_a_public_name_that_leads_into_a_private_network_is_refused() -> None:
    with pytest.raises(MCPAuthenticationError, match="private network"):
        check_address("https://login.example.com/token", "https://mcp.example.com/mcp", ["203.0.113.9", "192.168.1.1"])


SERVER_AT = ["10.1.2.3", "fd00::3"]


@pytest.mark.parametrize("at", ["10.9.9.9", "192.168.1.1", "fd00::9", "203.0.114.9"])
def test_a_server_in_a_private_network_may_name_a_login_server_there(at: str) -> None:
    assert check_address("https://login.corp/token", "https://mcp.corp/mcp", [at], SERVER_AT)


@pytest.mark.parametrize(
    ("at", "server_at"),
    [
        ("169.254.169.254", SERVER_AT),
        ("127.0.0.1", SERVER_AT),
        ("10.9.9.9", ["10.1.2.3", "203.0.114.9"]),
        ("169.254.169.254", ["127.0.0.1"]),
        ("10.9.9.9", ["127.0.0.1"]),
    ],
)
def test_no_server_may_name_another_kind_of_network_than_its_own(at: str, server_at: list[str]) -> None:
    with pytest.raises(MCPAuthenticationError, match="private network"):
        check_address("https://login.corp/token", "https://mcp.corp/mcp", [at], server_at)


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("http://127.0.0.1:9000/token", "http://127.0.0.1:8000/mcp"),
        ("http://localhost:9000/token", "http://127.0.0.1:8000/mcp"),
        ("https://10.0.0.1/token", "https://10.0.0.1/mcp"),
        ("https://login.example.com/token", "https://mcp.example.com/mcp"),
    ],
)
def test_addresses_where_the_server_is_or_that_are_public_are_taken(address: str, server: str) -> None:
    assert check_address(address, server, ["8.8.8.8"]) == address


def test_a_server_without_any_metadata_has_the_paths_of_2025_03_26() -> None:
    server = fallback_server("https://mcp.example.com/v1/mcp")
    assert (server.issuer, server.token_endpoint) == ("https://mcp.example.com", "https://mcp.example.com/token")


@pytest.mark.parametrize(
    ("configured", "challenged", "offered", "granted", "wanted"),
    [
        ((), "", (), (), ""),
        ((), "", ("read", "write"), (), "read write"),
        ((), "tickets:read", ("read", "write"), (), "tickets:read"),
        ((), "detail", (), ("read",), "detail read"),
        (("mine",), "detail", ("read",), (), "mine detail"),
    ],
)
def test_scopes_come_from_the_profile_the_challenge_or_the_offer_and_keep_what_was_granted(
    configured: tuple[str, ...], challenged: str, offered: tuple[str, ...], granted: tuple[str, ...], wanted: str
) -> None:
    assert wanted_scopes(configured, challenged, offered, granted) == wanted


def test_offline_access_is_asked_for_where_it_is_listed() -> None:
    server = read_server_metadata(ISSUER, server_body(scopes_supported=["offline_access"]))
    assert with_offline_access("read", server) == "read offline_access"
    assert with_offline_access("", server) == "offline_access"
    assert with_offline_access("read", fallback_server(ISSUER)) == "read"
