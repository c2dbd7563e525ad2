"""Logging in to a remote tracker: one login, tokens that last, nothing that another login or server can change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.worker.authorization_server import RemoteTracker, serving_apart
from tests.worker.fakes import Listener, is_final
from tui_app.settings.profiles import OAuthSettings, Profile
from tui_app.settings.token_store import StoredLogin, TokenStore
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import AccessChanged, Failed, LogIn, LogOut, Search, TicketsFound, new_request_id
from tui_app.tickets.servers import LoginEnded, LoginOffered
from tui_app.worker.oauth_tokens import OAuthTokens, exchange_for
from tui_app.worker.service import Service

PUBLISHED = "/.well-known/oauth-protected-resource/mcp"


@pytest.fixture
def tracker() -> Iterator[RemoteTracker]:
    with serving_apart() as remote:
        yield remote


class Bench:
    """A service with one remote profile."""

    def __init__(self, tracker: RemoteTracker, oauth: OAuthSettings | None = None) -> None:
        self.tracker = tracker
        self.profile = Profile("far", url=tracker.url, oauth=oauth or OAuthSettings(), source="config.toml")
        self.listener = Listener()
        self.service = Service({"far": self.profile}, clock=SYSTEM_CLOCK)
        self.service.connect(self.listener.deliver)

    def search(self) -> int:
        number = new_request_id()
        self.service.submit(Search(number, "far", TicketSearchCriteria()))
        return number

    def found(self, number: int) -> TicketsFound | Failed:
        came = [reply for reply in self.listener.replies if is_final(reply, number)]
        reply = came[0] if came else self.listener.final(number)
        assert isinstance(reply, TicketsFound | Failed)
        return reply

    def log_in(self, **changes: str) -> None:
        """Say yes to the login that is offered, as a browser that pastes."""
        offer = self.listener.next_of(LoginOffered)
        assert offer.take(self.tracker.consent(offer.url, **changes))


@pytest.fixture
def bench(tracker: RemoteTracker) -> Iterator[Bench]:
    made = Bench(tracker)
    yield made
    made.service.close()


def stored(tracker: RemoteTracker) -> StoredLogin:
    login = TokenStore(SYSTEM_CLOCK).load("far", tracker.url)
    assert login is not None
    return login


def test_the_first_search_offers_a_login_and_goes_on_after_it(bench: Bench) -> None:
    number = bench.search()
    bench.log_in()
    found = bench.found(number)
    assert isinstance(found, TicketsFound)
    assert [ticket.id for ticket in found.tickets] == ["R-1"]
    lines = [reply.line for reply in bench.listener.replies if isinstance(reply, LoginEnded)]
    assert lines[0] == "far: the login was answered."
    assert lines[1:] == [f"far: the login is kept in {TokenStore(SYSTEM_CLOCK).path}."]


def test_where_a_login_is_kept_is_told_once(bench: Bench) -> None:
    number = bench.search()
    bench.log_in()
    bench.found(number)
    bench.tracker.expire()
    bench.tracker.needed_scope = "write"
    number = bench.search()
    bench.log_in()
    assert isinstance(bench.found(number), TicketsFound)
    told = [r.line for r in bench.listener.replies if isinstance(r, LoginEnded) and "kept in" in r.line]
    assert len(told) == 1


def test_a_login_says_who_asks_and_where_it_comes_back_to(bench: Bench) -> None:
    bench.search()
    offer = bench.listener.next_of(LoginOffered)
    assert offer.server == bench.tracker.url
    assert offer.login_host == "127.0.0.1"
    assert offer.redirect.startswith("http://127.0.0.1:")
    assert len(offer.short_url) < 40
    offer.decline("no")


def test_many_searches_at_once_lead_to_one_login(bench: Bench) -> None:
    numbers = [bench.search() for _ in range(4)]
    bench.log_in()
    assert all(isinstance(bench.found(number), TicketsFound) for number in numbers)
    assert len(bench.tracker.registered) == 1


def test_a_declined_login_fails_the_search_with_what_to_do(bench: Bench) -> None:
    number = bench.search()
    bench.listener.next_of(LoginOffered).decline("there is no terminal to log in at")
    failed = bench.found(number)
    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.AUTH
    assert "ticketdeck login -p far" in failed.hint


@pytest.mark.parametrize("state", ["", "another"])
def test_an_address_of_another_login_changes_nothing(bench: Bench, state: str) -> None:
    number = bench.search()
    offer = bench.listener.next_of(LoginOffered)
    assert not offer.take(bench.tracker.consent(offer.url, state=state))
    assert offer.take(bench.tracker.consent(offer.url))
    assert isinstance(bench.found(number), TicketsFound)


def test_an_answer_of_another_issuer_is_refused(bench: Bench) -> None:
    bench.tracker.issuer_in_redirect = "https://evil.example.com"
    number = bench.search()
    bench.log_in()
    failed = bench.found(number)
    assert isinstance(failed, Failed)
    assert "is not from" in failed.cause
    assert TokenStore(SYSTEM_CLOCK).load("far", bench.tracker.url) is None


def test_a_stored_login_needs_no_new_one(bench: Bench, tracker: RemoteTracker) -> None:
    number = bench.search()
    bench.log_in()
    bench.found(number)
    again = Bench(tracker)
    try:
        assert isinstance(again.found(again.search()), TicketsFound)
        assert tracker.refreshed == 0
    finally:
        again.service.close()


def test_a_refused_token_is_refreshed_without_the_user(bench: Bench) -> None:
    number = bench.search()
    bench.log_in()
    bench.found(number)
    bench.tracker.expire()
    assert isinstance(bench.found(bench.search()), TicketsFound)
    assert bench.tracker.refreshed == 1


def test_a_token_that_ends_soon_is_refreshed_before_it_is_used(tracker: RemoteTracker) -> None:
    tracker.lifetime = 5.0
    bench = Bench(tracker)
    try:
        number = bench.search()
        bench.log_in()
        assert isinstance(bench.found(number), TicketsFound)
        assert tracker.refreshed >= 1
    finally:
        bench.service.close()


def test_a_refresh_token_that_is_not_good_any_more_leads_to_a_new_login(bench: Bench) -> None:
    number = bench.search()
    bench.log_in()
    bench.found(number)
    bench.tracker.expire()
    bench.tracker.forget_refresh_tokens()
    number = bench.search()
    bench.log_in()
    assert isinstance(bench.found(number), TicketsFound)


@pytest.mark.parametrize(
    "refusal",
    [
        (400, {}, {"error": "invalid_request", "error_description": "Token expired"}),
        (401, {}, b"<html>no"),
        (403, {}, {"error": "access_denied"}),
    ],
)
def test_a_refresh_that_is_refused_in_any_words_leads_to_a_new_login(
    bench: Bench, refusal: tuple[int, dict[str, str], Any]
) -> None:
    number = bench.search()
    bench.log_in()
    bench.found(number)
    bench.tracker.expire()
    bench.tracker.faults["/token"] = lambda _: refusal
    number = bench.search()
    offer = bench.listener.next_of(LoginOffered)
    del bench.tracker.faults["/token"]
    assert offer.take(bench.tracker.consent(offer.url))
    assert isinstance(bench.found(number), TicketsFound)


def test_where_nobody_can_log_in_the_words_of_a_refused_refresh_are_told(bench: Bench) -> None:
    number = bench.search()
    bench.log_in()
    bench.found(number)
    bench.tracker.expire()
    bench.tracker.faults["/token"] = lambda _: (400, {}, {"error": "invalid_request", "error_description": "Locked"})
    service = Service({"far": bench.profile}, clock=SYSTEM_CLOCK, can_ask=False)
    service.connect(bench.listener.deliver)
    try:
        number = new_request_id()
        service.submit(Search(number, "far", TicketSearchCriteria()))
        failed = bench.found(number)
    finally:
        service.close()
    assert isinstance(failed, Failed)
    assert "the login server did not give a token: Locked (status 400)" in failed.cause


@pytest.mark.parametrize("error", ["invalid_client", "unauthorized_client"])
def test_a_registration_that_the_server_has_forgotten_leads_to_a_new_one(bench: Bench, error: str) -> None:
    number = bench.search()
    bench.log_in()
    bench.found(number)
    bench.tracker.expire()
    bench.tracker.faults["/token"] = lambda _: (401, {}, {"error": error})
    number = bench.search()
    offer = bench.listener.next_of(LoginOffered)
    del bench.tracker.faults["/token"]
    assert len(bench.tracker.registered) == 2
    assert offer.take(bench.tracker.consent(offer.url))
    assert isinstance(bench.found(number), TicketsFound)


def test_a_registration_is_used_again_only_if_the_last_login_with_it_succeeded(bench: Bench) -> None:
    for registrations, succeeds in ((1, True), (1, False), (2, True), (2, True)):
        number = new_request_id()
        bench.service.submit(LogIn(number, "far"))
        offer = bench.listener.next_of(LoginOffered)
        assert len(bench.tracker.registered) == registrations
        if succeeds:
            assert offer.take(bench.tracker.consent(offer.url))
        else:
            offer.decline("its page said that it does not know this program")
        bench.listener.final(number)
        bench.tracker.expire()


def test_too_small_a_scope_leads_to_a_login_for_both(bench: Bench) -> None:
    number = bench.search()
    bench.log_in()
    bench.found(number)
    bench.tracker.needed_scope = "detail"
    number = bench.search()
    bench.log_in()
    assert isinstance(bench.found(number), TicketsFound)
    assert set(stored(bench.tracker).scope.split()) == {"read", "detail"}


def test_the_first_search_may_need_a_wider_login_than_the_one_it_began_with(bench: Bench) -> None:
    bench.tracker.needed_scope = "detail"
    number = bench.search()
    bench.log_in()
    bench.log_in()
    assert isinstance(bench.found(number), TicketsFound)
    assert set(stored(bench.tracker).scope.split()) == {"read", "detail"}


def test_where_nobody_can_log_in_the_missing_right_is_named(bench: Bench) -> None:
    number = bench.search()
    bench.log_in()
    bench.found(number)
    bench.tracker.needed_scope = "detail"
    number = bench.search()
    bench.listener.next_of(LoginOffered).decline("you gave it up")
    failed = bench.found(number)
    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.AUTH
    assert failed.title == "Your login is not enough"
    assert "(it answered 403): its login has to allow detail" in failed.cause


def test_a_scope_that_no_login_grants_is_asked_for_once(bench: Bench) -> None:
    bench.tracker.needed_scope, bench.tracker.never_granted = "detail", "detail"
    number = bench.search()
    bench.log_in()
    bench.log_in()
    failed = bench.found(number)
    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.AUTH
    assert "still refuses" in failed.hint


def test_a_server_that_registers_nobody_says_which_address_to_register(tracker: RemoteTracker) -> None:
    tracker.registers = False
    bench = Bench(tracker)
    try:
        failed = bench.found(bench.search())
        assert isinstance(failed, Failed)
        assert "http://127.0.0.1:PORT/callback" in failed.hint
        assert "oauth.client_id" in failed.hint
    finally:
        bench.service.close()


def test_a_configured_client_is_used_as_it_is(tracker: RemoteTracker) -> None:
    bench = Bench(tracker, OAuthSettings(client_id="mine"))
    try:
        number = bench.search()
        offer = bench.listener.next_of(LoginOffered)
        assert "client_id=mine&" in offer.url
        assert offer.take(tracker.consent(offer.url))
        assert isinstance(bench.found(number), TicketsFound)
        assert tracker.registered == []
    finally:
        bench.service.close()


def test_login_and_logout_are_requests_of_their_own(bench: Bench) -> None:
    number = new_request_id()
    bench.service.submit(LogIn(number, "far"))
    bench.log_in()
    logged_in = bench.listener.final(number)
    assert isinstance(logged_in, AccessChanged)
    assert "oauth-tokens.json" in logged_in.line
    number = new_request_id()
    bench.service.submit(LogOut(number, "far"))
    logged_out = bench.listener.final(number)
    assert isinstance(logged_out, AccessChanged)
    assert "revoked" in logged_out.line
    assert bench.tracker.revoked == ["refresh-4-canary", "access-3-canary"]
    assert TokenStore(SYSTEM_CLOCK).load("far", bench.tracker.url) is None


@pytest.mark.parametrize(
    ("wants", "line"),
    [
        ("client_secret=", "revoked at"),  # the official Python SDK's servers ask public clients for an empty one
        ("never=satisfied", "did not revoke it"),
    ],
)
def test_a_logout_tells_whether_the_server_has_forgotten_the_login(bench: Bench, wants: str, line: str) -> None:
    number = new_request_id()
    bench.service.submit(LogIn(number, "far"))
    bench.log_in()
    bench.listener.final(number)
    bench.tracker.revocation_wants = wants
    number = new_request_id()
    bench.service.submit(LogOut(number, "far"))
    logged_out = bench.listener.final(number)
    assert isinstance(logged_out, AccessChanged)
    assert line in logged_out.line
    assert TokenStore(SYSTEM_CLOCK).load("far", bench.tracker.url) is None


def test_a_tracker_that_lets_everybody_in_needs_no_login(bench: Bench) -> None:
    bench.tracker.open_to_all = True
    bench.tracker.faults[PUBLISHED] = lambda _: (404, {}, {})
    number = new_request_id()
    bench.service.submit(LogIn(number, "far"))
    answer = bench.listener.final(number)
    assert isinstance(answer, AccessChanged)
    assert "no login is needed" in answer.line
    assert bench.tracker.registered == []


def test_a_tracker_that_only_its_calls_need_a_login_for_can_be_logged_in_to_before(bench: Bench) -> None:
    bench.tracker.open_but_for_calls = True
    number = new_request_id()
    bench.service.submit(LogIn(number, "far"))
    bench.log_in()
    assert isinstance(bench.listener.final(number), AccessChanged)
    assert isinstance(bench.found(bench.search()), TicketsFound)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((404, {}, b"Not Found"), "404 Not Found"),
        ((302, {"Location": "https://sso.example/"}, b""), "302 Found"),
        ((200, {"Content-Type": "text/html"}, b"<html><title>Hotel"), "web page"),
        ((503, {}, b"no upstream"), "503"),
    ],
)
def test_where_no_tracker_answers_nobody_is_told_that_no_login_is_needed(
    bench: Bench, answer: tuple[int, dict[str, str], bytes], words: str
) -> None:
    bench.tracker.faults["/mcp"] = lambda _: answer
    number = new_request_id()
    bench.service.submit(LogIn(number, "far"))
    failed = bench.listener.final(number)
    assert isinstance(failed, Failed)
    assert words in failed.cause


def test_the_secret_of_a_configured_client_is_used_and_stored_nowhere(
    tracker: RemoteTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIENT_SECRET", "canary-of-the-user")
    tracker.lifetime = 0.001
    bench = Bench(tracker, OAuthSettings(client_id="mine", client_secret="${env:CLIENT_SECRET}"))
    try:
        number = bench.search()
        bench.log_in()
        assert isinstance(bench.found(number), TicketsFound)
        login = stored(tracker)
        assert "canary-of-the-user" not in str(login)
        assert tracker.refreshed
        assert {secret for _, secret in tracker.clients_seen} == {"canary-of-the-user"}
        monkeypatch.delenv("CLIENT_SECRET")
        assert isinstance(bench.found(bench.search()), Failed)
    finally:
        bench.service.close()


def test_a_login_of_another_profile_or_address_is_not_used(bench: Bench) -> None:
    number = bench.search()
    bench.log_in()
    bench.found(number)
    store = TokenStore(SYSTEM_CLOCK)
    assert store.load("other", bench.tracker.url) is None
    assert store.load("far", "https://elsewhere.example.com/mcp") is None


def test_tokens_are_kept_for_this_user_alone_and_in_no_other_file(bench: Bench, isolated_home: Path) -> None:
    number = bench.search()
    bench.log_in()
    bench.found(number)
    with_tokens = [p for p in isolated_home.rglob("*") if p.is_file() and b"canary" in p.read_bytes()]
    assert [p.name for p in with_tokens] == ["oauth-tokens.json"]
    assert with_tokens[0].stat().st_mode & 0o077 == 0


async def test_of_two_processes_one_refreshes_and_both_use_the_new_token(tracker: RemoteTracker) -> None:
    profile = Profile("far", url=tracker.url)
    store = TokenStore(SYSTEM_CLOCK)
    store.save("far", tracker.url, _nearly_over(tracker))

    def tokens() -> OAuthTokens:
        make: Callable[[], object] = lambda: exchange_for(profile)  # noqa: E731
        return OAuthTokens("far", tracker.url, TokenStore(SYSTEM_CLOCK), make, SYSTEM_CLOCK)  # type: ignore[arg-type]

    first, second = await asyncio.gather(tokens().token(), tokens().token())
    assert first == second
    assert tracker.refreshed == 1


def _nearly_over(tracker: RemoteTracker) -> StoredLogin:
    granted = tracker._token(
        {
            "grant_type": "authorization_code",
            "code": tracker.consent(
                "http://x/?redirect_uri=r&state=s&scope=read&code_challenge_method=S256"
                "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
            )
            .partition("code=")[2]
            .partition("&")[0],
            "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            "resource": tracker.url,
        }
    )[2]
    return StoredLogin(
        issuer=tracker.origin,
        token_endpoint=f"{tracker.origin}/token",
        client_id="c",
        access_token=granted["access_token"],
        refresh_token=granted["refresh_token"],
        expires_at=SYSTEM_CLOCK.now().timestamp() + 1,
        resource=tracker.url,
    )
