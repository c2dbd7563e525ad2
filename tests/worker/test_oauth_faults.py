"""Logins that go wrong: each fault of a server or of its login server with its kind, its words, and nothing stored."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.worker.authorization_server import RemoteTracker, serving
from tui_app.mcp_client.http.endpoint import HttpEndpoint
from tui_app.mcp_client.http.oauth_exchange import OAuthExchange
from tui_app.settings.profiles import OAuthSettings, Profile
from tui_app.settings.token_store import StoredLogin, TokenStore
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import ErrorKind, MCPError
from tui_app.tickets.messages import Reply
from tui_app.tickets.servers import LoginOffered
from tui_app.worker.concurrency import undivided_work
from tui_app.worker.oauth_login import OAuthLogin
from tui_app.worker.oauth_tokens import OAuthTokens

PRM, ASM = "/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-authorization-server"
LARGE = b" " * (1024 * 1024 + 1)
BOMB = gzip.compress(bytes(20 * 1024 * 1024), 9)
PACKED = {"Content-Encoding": "gzip"}
Answer = tuple[int, dict[str, str], Any]
Fault = Callable[[Answer], Any]
AUTH, CONNECTION, TIMEOUT = ErrorKind.AUTH, ErrorKind.CONNECTION, ErrorKind.TIMEOUT


def but(**changes: Any) -> Fault:
    """The proper answer with some values changed, or left out where they are None."""
    return lambda proper: (*proper[:2], {k: v for k, v in {**proper[2], **changes}.items() if v is not None})


def instead(status: int, value: Any = None, **headers: str) -> Fault:
    return lambda _: (status, {name.replace("_", "-"): text for name, text in headers.items()}, value)


def packed(content: bytes) -> Fault:
    return lambda _: (200, PACKED, content)


def silence(_: Answer) -> None:
    return None


@pytest.fixture
async def tracker() -> AsyncIterator[RemoteTracker]:
    async with serving(RemoteTracker()) as remote:
        yield remote


class Bench:
    """A login without the rest of the worker; its user says yes and comes back with ``redirect``'s changes."""

    def __init__(self, tracker: RemoteTracker, **redirect: str) -> None:
        self.tracker = tracker
        self.offers: list[LoginOffered] = []
        self.redirect = redirect
        profile = Profile("far", url=tracker.url)
        exchange = OAuthExchange(HttpEndpoint(tracker.url), {}, seconds=2.0)
        self.tokens = OAuthTokens("far", tracker.url, TokenStore(SYSTEM_CLOCK), lambda: exchange, SYSTEM_CLOCK)
        self.login = OAuthLogin(
            profile,
            tokens=self.tokens,
            exchange=lambda: exchange,
            settings=OAuthSettings,
            announce=lambda _: None,
            deliver=self._answer,
            clock=SYSTEM_CLOCK,
            sleep=self._sleep,
        )
        self.pauses: list[float] = []

    def _answer(self, reply: Reply) -> None:
        if isinstance(reply, LoginOffered):
            self.offers.append(reply)
            if not self.tracker.device:
                reply.take(self.tracker.consent(reply.url, **self.redirect))

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    @property
    def stored(self) -> StoredLogin | None:
        return TokenStore(SYSTEM_CLOCK).load("far", self.tracker.url)


FAULTS: dict[str, tuple[str, Fault, ErrorKind, str]] = {
    "metadata of another server": (PRM, but(resource="https://mcp.evil.example/mcp"), AUTH, "which is not"),
    "metadata that is a page": (PRM, instead(200, b"<html>Sign in"), AUTH, "cannot be read"),
    "metadata without resource": (PRM, but(resource=None), AUTH, "cannot be read"),
    "metadata too large": (PRM, instead(200, LARGE), AUTH, "too large"),
    "metadata is a bomb": (PRM, packed(BOMB), AUTH, "too large"),
    "metadata never comes": (PRM, silence, TIMEOUT, "did not answer within 2 s"),
    "metadata broken compression": (PRM, packed(b"no gzip"), CONNECTION, "cannot be reached"),
    "login server unencrypted": (PRM, but(authorization_servers=["http://login.example"]), AUTH, "not encrypted"),
    "login server is a file": (PRM, but(authorization_servers=["file:///etc/passwd"]), AUTH, "not a web address"),
    "login server of no name": (PRM, but(authorization_servers=["https://a..b/"]), CONNECTION, "cannot be reached"),
    "login server unknown": (ASM, instead(404), AUTH, "does not say how"),
    "login server moved": (ASM, instead(302, Location="/elsewhere"), AUTH, "does not say how"),
    "login server's error": (ASM, instead(500), AUTH, "does not say how"),
    "another issuer": (ASM, but(issuer="https://evil.example"), AUTH, "is that of https://evil.example"),
    "issuer with a slash": (ASM, lambda a: but(issuer=a[2]["issuer"] + "/")(a), AUTH, "is that of"),
    "no PKCE": (ASM, but(code_challenge_methods_supported=None), AUTH, "PKCE with S256"),
    "plain PKCE": (ASM, but(code_challenge_methods_supported=["plain"]), AUTH, "PKCE with S256"),
    "login server's data too large": (ASM, instead(200, LARGE), AUTH, "too large"),
    "login server silent": (ASM, silence, TIMEOUT, "did not answer within"),
    "login page unencrypted": (ASM, but(authorization_endpoint="http://login.example/a"), AUTH, "not encrypted"),
    "login page is a script": (ASM, but(authorization_endpoint="javascript:alert(1)"), AUTH, "not a web address"),
    "token address unencrypted": (ASM, but(token_endpoint="http://login.example/t"), AUTH, "not encrypted"),
    "no token address": (ASM, but(token_endpoint=None), AUTH, "cannot be read"),
    "registration refused": (
        "/register",
        instead(400, {"error": "invalid_client_metadata", "error_description": "no\x1b[31m natives"}),
        AUTH,
        "did not register this program: no",
    ),
    "registration is a page": ("/register", instead(201, b"<html>"), AUTH, "status 201"),
    "registration without id": ("/register", but(client_id=None), AUTH, "status 201"),
    "registration moved": ("/register", instead(307, Location="/elsewhere"), AUTH, "status 307"),
    "registration for the invited": ("/register", instead(403, b"<html>"), AUTH, "status 403"),
    "registration silent": ("/register", silence, TIMEOUT, "did not answer within"),
    "code replayed": ("/token", instead(400, {"error": "invalid_grant"}), AUTH, "invalid_grant (status 400)"),
    "an error as long as a book": (
        "/token",
        instead(400, {"error": "x" * 900_000}),
        AUTH,
        f"token: {'x' * 300}… (status 400)",
    ),
    "client unknown": ("/token", instead(401, {"error": "invalid_client"}), AUTH, "invalid_client"),
    "token of another type": ("/token", but(token_type="mac"), AUTH, "only Bearer can be used"),
    "token of no type": ("/token", but(token_type=None), AUTH, "only Bearer can be used"),
    "no token": ("/token", but(access_token=None), AUTH, "did not give a token"),
    "token that breaks a header": ("/token", but(access_token="a\r\nX-Evil: 1"), AUTH, "token that can be sent"),
    "empty token": ("/token", but(access_token=""), AUTH, "token that can be sent"),
    "token is a page": ("/token", instead(200, b"<html>"), AUTH, "did not give a token"),
    "token's server fails": ("/token", instead(500), AUTH, "status 500"),
    "token moved": ("/token", instead(307, Location="/elsewhere"), AUTH, "status 307"),
    "token too large": ("/token", packed(BOMB), AUTH, "too large"),
    "metadata is a list": (PRM, instead(200, [1]), AUTH, "cannot be read"),
    "metadata nested without end": (PRM, instead(200, b"[" * 100_000), AUTH, "cannot be read"),
    "metadata of no login server": (PRM, but(authorization_servers=[7]), AUTH, "cannot be read"),
    "login server is no address": (PRM, but(authorization_servers=["not an address"]), AUTH, "not a web address"),
    "login server of nobody": (PRM, but(authorization_servers=["https://gone.invalid"]), CONNECTION, "gone.invalid"),
    "login server's metadata is a text": (ASM, instead(200, "hello"), AUTH, "cannot be read"),
    "login server without an issuer": (ASM, but(issuer=None), AUTH, "cannot be read"),
    "registration too busy": ("/register", instead(429, b"", Retry_After="60"), AUTH, "status 429"),
    "registration's id is a number": ("/register", but(client_id=7), AUTH, "status 201"),
    "error with a success": (
        "/token",
        instead(200, {"error": "bad_verification_code", "error_description": "The code is wrong"}),
        AUTH,
        "The code is wrong",
    ),
    "token wants a login": ("/token", instead(401, b"<html>Sign in", WWW_Authenticate="Negotiate"), AUTH, "status 401"),
    "token is a number": ("/token", but(access_token=7), AUTH, "did not give a token"),
    "token with a space": ("/token", but(access_token="a b"), AUTH, "token that can be sent"),
    "token never comes": ("/token", silence, TIMEOUT, "did not answer within"),
    "token is a page with a success": (
        "/token",
        instead(200, b" <!DOCTYPE html><p>Sign in"),
        AUTH,
        "a web page and status",
    ),
    "login server at a port that none can be": (
        PRM,
        but(authorization_servers=["http://127.0.0.1:99999/as"]),
        AUTH,
        "127.0.0.1:99999/as for the login, and it is not a web address",
    ),
    "login server is a script": (
        PRM,
        but(authorization_servers=["javascript:alert(1)"]),
        AUTH,
        "names javascript:alert(1)",
    ),
    "login server at no port": (
        PRM,
        but(authorization_servers=["http://127.0.0.1:0"]),
        CONNECTION,
        "127.0.0.1:0, where",
    ),
    "login server with a password": (
        PRM,
        but(authorization_servers=["http://a:b@127.0.0.1:1"]),
        AUTH,
        "not a web address",
    ),
    "registration address is no port": (ASM, but(registration_endpoint="http://[::1]:x/r"), AUTH, "not a web address"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_of_a_login_is_told_and_leaves_nothing(
    tracker: RemoteTracker, name: str, record_property: Callable[[str, object], None]
) -> None:
    path, fault, kind, words = FAULTS[name]
    tracker.faults[path] = fault
    bench = Bench(tracker)
    begin = time.monotonic()
    with pytest.raises(MCPError) as caught:
        await bench.login.log_in()
    assert time.monotonic() - begin < 15
    for column, text in {"expected": kind, "seen": caught.value.kind, "words": caught.value.cause}.items():
        record_property(column, str(text))  # of the enumeration other processes know nothing
    assert (caught.value.kind, words in caught.value.cause) == (kind, True), caught.value.cause
    assert caught.value.hint
    assert "canary" not in caught.value.cause + caught.value.hint
    assert "\x1b" not in caught.value.cause
    assert bench.stored is None
    assert not any("elsewhere" in line for line in tracker.seen)


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        (PRM, but(scopes_supported=None, resource_name="Tracker", jwks_uri=7)),
        (PRM, but(scopes_supported="read write")),
        (PRM, lambda a: (*a[:2], b"\xef\xbb\xbf" + json.dumps(a[2]).encode())),
        (ASM, lambda a: but(authorization_endpoint=a[2]["authorization_endpoint"] + "?tenant=1")(a)),
        (ASM, but(scopes_supported="read write", grant_types_supported=None, service_documentation=[])),
        (ASM, but(token_endpoint_auth_methods_supported=None)),
        (PRM, lambda a: but(authorization_servers=["http://127.0.0.1:1/", *a[2]["authorization_servers"]])(a)),
        (
            PRM,
            lambda a: but(
                authorization_servers=[f"{a[2]['authorization_servers'][0]}/x", a[2]["authorization_servers"][0]]
            )(a),
        ),
        (
            ASM,
            but(authorization_response_iss_parameter_supported="true", client_id_metadata_document_supported="False"),
        ),
        ("/token", but(refresh_token=7)),
        ("/register", but(client_secret=None, client_id_issued_at="now", redirect_uris=None)),
        ("/register", lambda a: (200, *a[1:])),
        ("/token", but(token_type="BEARER", scope=None, expires_in="3600", refresh_token=None, more={"a": 1})),
        ("/token", but(scope=["read", "write"])),
        ("/token", lambda a: (a[0], {"Content-Type": "text/plain"}, a[2])),
    ],
)
async def test_a_login_takes_what_servers_write_carelessly(tracker: RemoteTracker, path: str, fault: Fault) -> None:
    tracker.faults[path] = fault
    bench = Bench(tracker)
    await bench.login.log_in()
    assert bench.stored is not None


@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:99999/x", "http://127.0.0.1:PORT/x", "http://[::1/x", "http://:1/"]
)
async def test_a_refusal_that_names_no_address_for_metadata_is_told(tracker: RemoteTracker, place: str) -> None:
    challenge = f'Bearer resource_metadata="{place}"'
    tracker.faults["/mcp"] = instead(401, {}, WWW_Authenticate=challenge)
    with pytest.raises(MCPError, match="not a web address"):
        await Bench(tracker).login.log_in()


@pytest.mark.parametrize("said_in", ["error", "error_description"])
async def test_what_a_login_server_repeats_of_our_secrets_is_masked(tracker: RemoteTracker, said_in: str) -> None:
    """Some quote the whole request that they refuse, as it came or read."""
    bench = Bench(tracker)
    tracker.lifetime = 0.001
    await bench.login.log_in()
    login = bench.stored
    assert login is not None
    for form in (
        login.refresh_token,
        f"grant_type=x&refresh_token={login.refresh_token}&a=b",
        f"<{login.refresh_token}>",
    ):
        tracker.faults["/token"] = instead(400, {"error": "x", said_in: f"not good: {form}"})
        assert await bench.tokens.token() is None
        assert "not good: " in bench.tokens.out_of_reach
        assert "canary" not in bench.tokens.out_of_reach
    tracker.faults["/token"] = lambda _: (400, {}, {"error": "x", said_in: tracker.asked_for_tokens})
    with pytest.raises(MCPError) as caught:
        await bench.login.log_in()
    assert "code=****" in caught.value.cause
    assert "code_verifier=****" in caught.value.cause


async def test_a_page_in_the_place_of_metadata_hides_none_elsewhere(tracker: RemoteTracker) -> None:
    tracker.faults[ASM] = instead(200, b"<!doctype html><title>App</title>")
    tracker.faults["/.well-known/openid-configuration"] = lambda _: (200, {}, tracker._metadata())
    bench = Bench(tracker)
    await bench.login.log_in()
    assert bench.stored is not None


async def test_a_refused_registration_says_what_an_administrator_does(tracker: RemoteTracker) -> None:
    tracker.faults["/register"] = instead(401, {"error": "invalid_token"})
    with pytest.raises(MCPError) as caught:
        await Bench(tracker).login.log_in()
    assert "oauth.client_id and oauth.redirect_port" in caught.value.hint


@pytest.mark.parametrize(
    ("redirect", "words"),
    [
        ({"iss": "https://evil.example"}, "is not from"),
        ({"error": "access_denied", "error_description": "no\x1b[2J"}, "answered: no"),
        ({"error": "server_error"}, "answered: server_error"),
        ({"code": ""}, "no authorization code"),
        ({"iss": ""}, "is not from"),
    ],
)
async def test_a_redirect_that_brings_no_code_is_told(
    tracker: RemoteTracker, redirect: dict[str, str], words: str
) -> None:
    bench = Bench(tracker, **redirect)
    with pytest.raises(MCPError, match=words) as caught:
        await bench.login.log_in()
    assert caught.value.kind is ErrorKind.AUTH
    assert "POST /token" not in tracker.seen
    assert bench.stored is None


async def test_a_missing_issuer_is_refused_where_the_server_promises_one(tracker: RemoteTracker) -> None:
    tracker.faults[ASM] = but(authorization_response_iss_parameter_supported=True)
    bench = Bench(tracker, iss="")
    with pytest.raises(MCPError, match="is not from"):
        await bench.login.log_in()
    assert "POST /token" not in tracker.seen


@pytest.mark.parametrize("expires_in", ["soon", -5, 0, True, [], {}, "NaN", "1e999", None, "inf"])
async def test_a_token_whose_end_is_no_time_is_used_until_it_is_refused(
    tracker: RemoteTracker, expires_in: object
) -> None:
    tracker.faults["/token"] = but(expires_in=expires_in)
    bench = Bench(tracker)
    await bench.login.log_in()
    login = bench.stored
    assert login is not None
    assert login.expires_at is None
    assert await bench.tokens.token() == login.access_token
    assert tracker.refreshed == 0


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (instead(500), CONNECTION, "status 500"),
        (instead(429, b"", Retry_After="60"), CONNECTION, "status 429"),
        (instead(503, {"error": "temporarily_unavailable"}), CONNECTION, "temporarily_unavailable"),
        (silence, TIMEOUT, "did not answer"),
        (instead(200, b"<html>"), AUTH, "did not give"),
    ],
)
async def test_a_refresh_that_fails_for_the_moment_keeps_the_login(
    tracker: RemoteTracker, fault: Fault, kind: ErrorKind, words: str
) -> None:
    bench = Bench(tracker)
    tracker.lifetime = 0.001
    await bench.login.log_in()
    before, good = bench.stored, dict(tracker._refresh)
    tracker.faults["/token"] = fault
    with pytest.raises(MCPError, match=words) as caught:
        await bench.tokens.token()
    assert caught.value.kind is kind
    assert kind is AUTH or "Try again" in caught.value.hint
    assert bench.stored == before
    del tracker.faults["/token"]
    tracker._refresh.update(good)
    assert await bench.tokens.token() in tracker.scopes


@pytest.mark.parametrize("fault", [instead(500), silence, instead(200, b"<html>")])
async def test_a_token_that_is_still_good_is_used_where_it_cannot_be_refreshed_yet(
    tracker: RemoteTracker, fault: Fault
) -> None:
    bench = Bench(tracker)
    tracker.lifetime = 20.0
    await bench.login.log_in()
    login = bench.stored
    assert login is not None
    tracker.faults["/token"] = fault
    asked = tracker.seen.count("POST /token")
    assert [await bench.tokens.token() for _ in range(3)] == [login.access_token] * 3
    assert tracker.seen.count("POST /token") == asked + 1


async def test_a_refresh_goes_on_when_nobody_waits_for_it_any_more(tracker: RemoteTracker) -> None:
    """The server has spent the old refresh token by then: an answer that nobody reads would be a lost login."""
    bench = Bench(tracker)
    tracker.lifetime = 0.001
    await bench.login.log_in()
    before = bench.stored
    tracker.pause = 0.2
    tracker.gives_tokens.clear()
    waiting = asyncio.create_task(bench.tokens.token())
    await tracker.gives_tokens.wait()
    waiting.cancel()
    await undivided_work(5)
    after = bench.stored
    assert before is not None
    assert after is not None
    assert after.refresh_token != before.refresh_token
    assert after.refresh_token in tracker._refresh


async def test_a_new_refresh_token_is_kept_before_its_access_token_is_used(tracker: RemoteTracker) -> None:
    """A program that ends right after the answer must not be left with the refresh token that is no longer good."""
    bench = Bench(tracker)
    tracker.lifetime = 5.0
    await bench.login.log_in()
    token = await bench.tokens.token()
    login = bench.stored
    assert login is not None
    assert login.access_token == token
    assert login.refresh_token in tracker._refresh


async def test_a_server_that_rotates_no_refresh_tokens_leaves_the_old_one(tracker: RemoteTracker) -> None:
    bench = Bench(tracker)
    tracker.lifetime = 5.0
    await bench.login.log_in()
    before = bench.stored
    tracker.refreshes = False
    await bench.tokens.token()
    after = bench.stored
    assert before is not None
    assert after is not None
    assert after.refresh_token == before.refresh_token
    assert after.access_token != before.access_token


async def test_a_code_for_another_device_logs_in_as_soon_as_it_was_entered(tracker: RemoteTracker) -> None:
    tracker.device = ["authorization_pending", "slow_down", "authorization_pending"]
    bench = Bench(tracker)
    await bench.login.log_in()
    (offer,) = bench.offers
    assert (offer.user_code, offer.code_url) == ("WDJB-MJHT", f"{tracker.origin}/activate")
    assert bench.pauses == [2, 2, 7, 7]
    assert bench.stored is not None
    assert "urn:ietf:params:oauth:grant-type:device_code" in tracker.registered[0]["grant_types"]


async def test_a_login_that_is_refused_on_the_other_device_ends(tracker: RemoteTracker) -> None:
    tracker.device = ["authorization_pending", "access_denied", "left"]
    bench = Bench(tracker)
    with pytest.raises(MCPError, match="access_denied"):
        await bench.login.log_in()
    assert bench.stored is None


@pytest.mark.parametrize(
    "fault",
    [
        instead(400, {"error": "unauthorized_client"}),
        instead(200, b"<html>"),
        silence,
        but(verification_uri="http://login.example"),
        but(verification_uri="javascript:alert(1)"),
        but(user_code=""),
        but(user_code="x" * 1000),
        but(interval="often"),
    ],
)
async def test_a_login_needs_no_device_code(tracker: RemoteTracker, fault: Fault) -> None:
    tracker.device = ["unused"]
    tracker.faults["/device"] = fault
    bench = Bench(tracker)
    deliver = bench.login._deliver

    def as_a_browser(reply: Reply) -> None:
        if isinstance(reply, LoginOffered):
            assert not reply.user_code
            reply.take(tracker.consent(reply.url))
        deliver(reply)

    bench.login._deliver = as_a_browser
    await bench.login.log_in()
    assert bench.stored is not None


async def test_a_code_that_has_expired_leaves_the_browser_to_come_back(tracker: RemoteTracker) -> None:
    tracker.device = ["expired_token", "left"]
    bench = Bench(tracker)
    asked = tracker.faults["/token"] = lambda proper: proper

    def came(proper: Answer) -> Answer:
        tracker.faults["/token"] = asked
        (offer,) = bench.offers
        assert offer.take(tracker.consent(offer.url))
        return proper

    tracker.faults["/token"] = came
    await bench.login.log_in()
    assert bench.stored is not None


async def test_without_anybody_to_ask_nothing_is_asked_or_registered(tracker: RemoteTracker) -> None:
    bench = Bench(tracker)
    bench.login._can_ask = False
    with pytest.raises(MCPError, match="no terminal to log in at") as caught:
        await bench.login.log_in()
    assert caught.value.kind is ErrorKind.AUTH
    assert "ticketdeck login" in caught.value.hint
    assert tracker.seen == ["POST /mcp"]
