"""The command line with a server at an address."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from tests.cli.conftest import RunProgram
from tests.mcp_client.http.http_fault_server import FaultServer, response
from tests.worker.test_remote import Far, a_tracker, serving
from tui_app.cli.remote_doctor import examined
from tui_app.cli.requests import ProgressLine, _paste
from tui_app.settings.profiles import Profile
from tui_app.settings.token_store import StoredLogin, TokenStore
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.servers import ServerState, StateChanged

NOW = 1_796_000_000.0


class _Offer:
    """Takes what begins and ends as it should."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def take(self, text: str) -> bool:
        self.asked.append("".join(text.split()))
        return self.asked[-1] == "http://127.0.0.1/?code=1&state=2"


def test_an_address_that_a_terminal_broke_is_taken_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    offer = _Offer()
    monkeypatch.setattr("sys.stdin", io.StringIO("hello\n http://127.0.0.1/?co\nde=1&state=2\nleft\n"))
    _paste(offer)  # type: ignore[arg-type]
    assert offer.asked == ["hello", "http://127.0.0.1/?co", "http://127.0.0.1/?code=1&state=2"]


def test_nothing_is_painted_into_the_line_that_is_pasted_into(capsys: pytest.CaptureFixture[str]) -> None:
    line = ProgressLine(enabled=True)
    line.held = True
    line.show(StateChanged("far", ServerState.LOGGING_IN, since=0.0))
    line.tick(100.0)
    assert capsys.readouterr().err == ""
    line.held = False
    line.tick(100.0)
    assert "Logging in" in capsys.readouterr().err


@pytest.fixture
def tracker() -> Iterator[FaultServer]:
    with serving(Far(a_tracker())) as server:
        yield server


@pytest.fixture
def locked() -> Iterator[FaultServer]:
    """Lets nobody in."""

    def refusal(request: object) -> bytes:
        return response(401, headers={"WWW-Authenticate": "Bearer"})

    with serving(FaultServer(a_tracker(refusal), only="*")) as server:
        yield server


def test_an_address_and_its_headers_are_all_that_a_search_needs(run: RunProgram, tracker: FaultServer) -> None:
    header = "Authorization: Bearer ${env:RIG_TOKEN}"
    done = run(
        "--url", tracker.url, "search", "printer", "--header", header, "--format", "json", RIG_TOKEN="rig-secret-9"
    )
    assert done.code == 0
    assert [ticket["id"] for ticket in json.loads(done.out)["tickets"]] == ["T-1"]
    assert {request.headers["authorization"] for request in tracker.requests} == {"Bearer rig-secret-9"}
    assert "rig-secret-9" not in done.out + done.err


def test_what_is_read_unencrypted_is_said_where_no_browser_says_it(run: RunProgram, tracker: FaultServer) -> None:
    proxy = tracker.url.removesuffix("/mcp")
    done = run("--url", "http://tracker.test/mcp", "search", "--format", "json", HTTP_PROXY=proxy)
    assert done.code == 0
    assert "http:// is not encrypted" in done.err
    assert tracker.requests[0].path == "http://tracker.test/mcp"
    assert "not encrypted" not in run("--url", tracker.url, "search").err


def test_a_search_that_needs_a_login_ends_at_once_with_its_own_exit_code(run: RunProgram, locked: FaultServer) -> None:
    done = run("search", "--url", locked.url, "--format", "json")
    assert done.code == 3
    error = json.loads(done.out)["error"]
    assert error["kind"] == "auth"
    assert "ticketdeck login" in error["hint"]
    assert "401" in error["cause"]
    assert error["cause"].startswith(f"{urlsplit(locked.url).netloc} wants you to log in")
    assert len([request for request in locked.requests if request.path == "/mcp"]) == 1


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--url", "https://x/mcp", "--command", "y"], "--command and --url exclude each other"),
        (["--url", "https://x/mcp", "-p", "local"], "--profile and --url exclude each other"),
        (["--url", "x/mcp"], "https://"),
        (["--url", "https://x/mcp", "--env", "A=b"], "--env is for a server that is a program"),
        (["--command", "x", "--header", "A: b"], "--header is for a server at an address"),
        (["--url", "https://x/mcp", "--header", "A"], "no colon"),
        (["--url", "https://x/mcp", "--header", "Host: b"], "set by ticketdeck itself"),
    ],
)
def test_options_that_do_not_go_together_are_told(run: RunProgram, words: list[str], reason: str) -> None:
    done = run("search", *words)
    assert done.code == 2
    assert reason in done.err


def test_doctor_shows_how_far_the_connection_gets(run: RunProgram, tracker: FaultServer) -> None:
    done = run("doctor", "--url", tracker.url)
    assert done.code == 0
    section = done.out.partition("\nConnection\n")[2].partition("\n\n")[0]
    steps = [line.strip().partition(":")[0] for line in section.splitlines()]
    assert steps == ["address", "proxy", "host", "connection", "encryption", "answer"]
    assert "The connection's log" in done.out


def test_doctor_tells_programs_and_people_what_a_login_takes(run: RunProgram, locked: FaultServer) -> None:
    done = run("doctor", "--url", locked.url, "--format", "json")
    assert done.code == 3
    connection = json.loads(done.out)["connection"]
    assert all(step["ok"] for step in connection)
    steps = {step["step"]: step["text"] for step in connection}
    assert list(steps)[-5:] == ["login server", "scopes", "registration", "redirect address", "stored login"]
    assert "http://127.0.0.1" in steps["redirect address"]
    assert steps["stored login"] == "none"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "2 hours old, ends in 50 minutes, then a new login is needed, with the scopes read write"),
        ({"refresh_token": "canary"}, "2 hours old, ends in 50 minutes, renewed by itself"),
        ({"expires_at": NOW - 3 * 86_400}, "ended 3 days ago, then a new login is needed"),
        ({"expires_at": None, "obtained_at": 0.0}, "its end is not known, then a new login is needed"),
        ({"expires_at": NOW + 30.5}, "ends in 30 seconds"),
    ],
)
def test_doctor_tells_the_age_of_a_login_and_nothing_of_its_token(
    locked: FaultServer, changes: dict[str, object], words: str
) -> None:
    login = StoredLogin(
        "https://login.example\x1b[2J",
        "",
        "me",
        "canary",
        expires_at=NOW + 3010,
        obtained_at=NOW - 7300,
        scope="read write",
    )
    clock = SYSTEM_CLOCK._replace(now=lambda: datetime.fromtimestamp(NOW, UTC))
    TokenStore(clock).save("far", locked.url, replace(login, **changes))
    report = examined(Profile("far", url=locked.url), clock)
    assert words in report.lines[-1]
    assert "canary" not in str(report)
    assert "\x1b" not in str(report.as_json)
