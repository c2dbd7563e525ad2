"""What is sent for a client, a login and a token, and which answers are refused."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from msgspec.structs import replace

from tui_app.mcp_client.oauth.grants import (
    AuthorizationRequest,
    authorization_request,
    code_challenge,
    code_of_redirect,
    code_request,
    read_tokens,
    refresh_request,
    revocation_requests,
)
from tui_app.mcp_client.oauth.metadata import AuthorizationServer
from tui_app.mcp_client.oauth.registration import (
    Client,
    InvalidGrantError,
    configured_client,
    read_registration,
    registration_request,
)
from tui_app.tickets.errors import MCPAuthenticationError

SERVER = AuthorizationServer(
    issuer="https://login.example.com",
    authorization_endpoint="https://login.example.com/authorize",
    token_endpoint="https://login.example.com/token",
    registration_endpoint="https://login.example.com/register",
    code_challenge_methods_supported=("S256",),
)
CLIENT = Client(SERVER.issuer, "me")
REDIRECT = "http://127.0.0.1:4000/callback"
RESOURCE = "https://mcp.example.com/mcp"


def form(content: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(content.decode()).items()}


def started(server: AuthorizationServer = SERVER) -> AuthorizationRequest:
    return authorization_request(server, CLIENT, REDIRECT, "read", RESOURCE)


def answered(request: AuthorizationRequest, **parameters: str) -> str:
    return urlencode({"state": request.state, "code": "c0de", **parameters})


def test_a_registration_is_that_of_a_native_client_without_a_secret() -> None:
    sent = json.loads(registration_request(SERVER, REDIRECT, "read").content)
    assert sent["application_type"] == "native"
    assert sent["token_endpoint_auth_method"] == "none"
    assert sent["redirect_uris"] == [REDIRECT]
    assert "refresh_token" in sent["grant_types"]


def test_a_registered_client_belongs_to_its_issuer() -> None:
    client = read_registration(
        SERVER, 201, b'{"client_id": "x", "client_secret": "s", "token_endpoint_auth_method": "client_secret_post"}'
    )
    assert client == Client(SERVER.issuer, "x", "s", "client_secret_post")


@pytest.mark.parametrize(
    ("status", "body"), [(403, b"{}"), (201, b"<html>"), (400, b'{"error": "invalid_redirect_uri"}')]
)
def test_a_refused_registration_is_an_error(status: int, body: bytes) -> None:
    with pytest.raises(MCPAuthenticationError, match="did not register this program"):
        read_registration(SERVER, status, body)


def test_a_login_is_sent_with_challenge_state_scope_and_resource() -> None:
    request = started()
    sent = form(urlsplit(request.url).query.encode())
    assert sent["code_challenge"] == code_challenge(request.verifier)
    assert sent["code_challenge_method"] == "S256"
    assert (sent["state"], sent["scope"], sent["resource"]) == (request.state, "read", RESOURCE)
    assert len(request.verifier) >= 43


def test_the_challenge_is_that_of_the_rfc() -> None:
    assert (
        code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_no_two_logins_share_state_or_verifier() -> None:
    first, second = started(), started()
    assert first.state != second.state
    assert first.verifier != second.verifier


def test_an_empty_resource_and_scope_are_left_out() -> None:
    request = authorization_request(SERVER, CLIENT, REDIRECT, "", "")
    assert not {"scope", "resource"} & form(urlsplit(request.url).query.encode()).keys()


def test_a_query_of_the_authorization_endpoint_is_kept() -> None:
    server = replace(SERVER, authorization_endpoint="https://login.example.com/authorize?tenant=a")
    assert "?tenant=a&response_type=code" in started(server).url


def test_the_code_of_the_right_redirect_is_taken() -> None:
    request = started()
    assert code_of_redirect(answered(request), request, SERVER) == "c0de"
    assert code_of_redirect(answered(request, iss=SERVER.issuer), request, SERVER) == "c0de"


@pytest.mark.parametrize("state", ["", "other", "é"])
def test_a_redirect_with_another_state_is_refused(state: str) -> None:
    request = started()
    with pytest.raises(MCPAuthenticationError, match="another login"):
        code_of_redirect(urlencode({"state": state, "code": "x"}), request, SERVER)


@pytest.mark.parametrize("iss", ["https://evil.example.com", "https://login.example.com/", "HTTPS://login.example.com"])
def test_a_redirect_of_another_issuer_is_refused_before_anything_of_it_is_shown(iss: str) -> None:
    request = started()
    with pytest.raises(MCPAuthenticationError, match="is not from") as refused:
        code_of_redirect(answered(request, iss=iss, error="x", error_description="call 555"), request, SERVER)
    assert "555" not in str(refused.value)


def test_a_missing_issuer_is_refused_where_it_is_advertised() -> None:
    server = replace(SERVER, authorization_response_iss_parameter_supported=True)
    request = started(server)
    with pytest.raises(MCPAuthenticationError, match="is not from"):
        code_of_redirect(answered(request), request, server)


def test_a_refusal_of_the_user_is_told_cleaned() -> None:
    request = started()
    query = urlencode({"state": request.state, "error": "access_denied", "error_description": "no\x1b[31m way"})
    with pytest.raises(MCPAuthenticationError, match="answered: no") as refused:
        code_of_redirect(query, request, SERVER)
    assert "\x1b" not in str(refused.value)


def test_a_repeated_code_is_none() -> None:
    request = started()
    with pytest.raises(MCPAuthenticationError, match="no authorization code"):
        code_of_redirect(answered(request) + "&code=second", request, SERVER)


def test_a_code_is_exchanged_with_its_verifier_and_resource() -> None:
    request = started()
    sent = form(code_request(SERVER, CLIENT, request, "c0de", RESOURCE).content)
    assert sent == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": REDIRECT,
        "code_verifier": request.verifier,
        "resource": RESOURCE,
        "client_id": "me",
    }


@pytest.mark.parametrize(
    ("offered", "method"),
    [(("client_secret_basic",), "basic"), (("client_secret_post",), "post"), ((), "basic")],
)
def test_a_secret_is_sent_the_way_that_the_server_takes(offered: tuple[str, ...], method: str) -> None:
    server = replace(SERVER, token_endpoint_auth_methods_supported=offered)
    sent = refresh_request(server, configured_client(server, "m/e", "s:e"), "r", "")
    assert form(sent.content)["client_id"] == "m/e"
    if method == "basic":
        assert base64.b64decode(sent.headers["Authorization"].split()[1]) == b"m%2Fe:s%3Ae"
        assert "client_secret" not in form(sent.content)
    else:
        assert form(sent.content)["client_secret"] == "s:e"
        assert "Authorization" not in sent.headers


def test_tokens_are_read_whatever_the_case_of_their_type_and_kind_of_number() -> None:
    grant = read_tokens(200, b'{"access_token": "a", "token_type": "BEARER", "expires_in": "3600", "extra": 1}')
    assert (grant.access_token, grant.expires_in, grant.refresh_token) == ("a", 3600.0, "")
    assert read_tokens(200, b'{"access_token": "a", "token_type": "bearer"}').expires_in is None


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, b'{"error": "invalid_request", "error_description": "bad\\u001b[2J"}', "bad"),
        (500, b"<html>", "status 500"),
        (200, b'{"access_token": "a", "token_type": "mac"}', "only Bearer"),
        (200, b"{}", "status 200"),
    ],
)
def test_an_answer_without_a_usable_token_is_an_error(status: int, body: bytes, words: str) -> None:
    with pytest.raises(MCPAuthenticationError, match=words) as refused:
        read_tokens(status, body)
    assert "\x1b" not in str(refused.value)


def test_a_grant_that_is_not_good_any_more_has_an_error_of_its_own() -> None:
    with pytest.raises(InvalidGrantError):
        read_tokens(400, b'{"error": "invalid_grant"}')


def test_the_fragment_of_a_login_page_is_not_taken_for_its_end() -> None:
    server = replace(SERVER, authorization_endpoint="https://login.example.com/a?tenant=7#start")
    url = authorization_request(server, CLIENT, "http://127.0.0.1:1/callback", "", "").url
    assert url.startswith("https://login.example.com/a?tenant=7&response_type=code&")
    assert "#" not in url


def test_an_issuer_that_is_named_twice_is_refused() -> None:
    request = authorization_request(SERVER, CLIENT, "http://127.0.0.1:1/callback", "", "")
    twice = f"code=c&state={request.state}&iss={SERVER.issuer}&iss={SERVER.issuer}"
    with pytest.raises(MCPAuthenticationError, match="is not from"):
        code_of_redirect(twice, request, SERVER)


def test_a_registration_without_a_method_has_that_of_its_secret() -> None:
    for more, method in (({}, "none"), ({"client_secret": "s"}, "client_secret_basic")):
        body = json.dumps({"client_id": "c", **more}).encode()
        assert read_registration(SERVER, 201, body).auth_method == method


def test_a_token_is_revoked_where_there_is_an_address_for_it() -> None:
    assert revocation_requests(SERVER, CLIENT, "t", "refresh_token") == ()
    server = replace(SERVER, revocation_endpoint="https://login.example.com/revoke")
    request, again = revocation_requests(server, CLIENT, "t", "refresh_token")
    assert request.url == again.url == server.revocation_endpoint
    assert b"client_secret" not in request.content
    assert again.content.endswith(b"client_secret=&client_id=" + CLIENT.client_id.encode())
    assert form(request.content)["token_type_hint"] == "refresh_token"
    _, again = revocation_requests(
        server, replace(CLIENT, client_secret="s", auth_method="client_secret_basic"), "t", ""
    )
    assert (again.headers["Authorization"][:5], b"client_secret=&" in again.content) == ("Basic", True)
    posted = replace(CLIENT, client_secret="s", auth_method="client_secret_post")
    assert len(revocation_requests(server, posted, "t", "")) == 1
