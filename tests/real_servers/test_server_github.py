"""@modelcontextprotocol/server-github (Node) against GitHub on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.real_servers.conversation import Conversation, conversation
from tests.real_servers.github_stand_in import COUNT, NOT_LOGGED_IN, REPOSITORY, GithubStandIn, is_pull
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.servers import ServerReport

pytestmark = servers.REAL_SERVER

PACKAGE = "@modelcontextprotocol/server-github@2025.4.8"


@pytest.fixture(scope="module")
def site() -> Iterator[GithubStandIn]:
    with GithubStandIn() as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
def server(site: GithubStandIn) -> Iterator[Conversation]:
    installed = servers.node_environment("server-github", PACKAGE) / "node_modules"
    script = installed / "@modelcontextprotocol/server-github/dist/index.js"
    redirect = Path(__file__).with_name("to_stand_in.cjs")
    environment = {"GITHUB_PERSONAL_ACCESS_TOKEN": "a-token", "TRACKER": "https://api.github.com", "STAND_IN": site.url}
    with conversation(servers.node(), "--require", str(redirect), str(script), env=environment) as talk:
        yield talk


@pytest.fixture
def github(site: GithubStandIn) -> GithubStandIn:
    site.reset()
    return site


def test_the_github_adapter_is_chosen(server: Conversation, github: GithubStandIn) -> None:
    report = server.report()
    assert isinstance(report, ServerReport), report
    assert report.adapter == "github"


def test_criteria_are_said_in_githubs_terms(server: Conversation, github: GithubStandIn) -> None:
    (page,) = server.search(
        project=REPOSITORY, text="printer", status=["open"], assignee="me", labels=["bug"],
        created_after="2026-03-01", max_results=3,
    )  # fmt: skip
    expected = [n for n in range(COUNT, 0, -1) if n % 7 == 0 and n % 2 and 1 + n % 9 >= 3]
    assert [ticket.id for ticket in page.tickets] == [f"{REPOSITORY}#{number}" for number in expected[:3]]
    assert (page.total, page.truncated, page.filtered_here) == (len(expected), True, ())
    assert page.tickets[0].url == f"https://github.com/{REPOSITORY}/issues/{expected[0]}"


def test_all_pages_are_fetched_and_hold_issues_and_pull_requests(server: Conversation, github: GithubStandIn) -> None:
    pages = server.search(project=REPOSITORY, max_results=1000)
    tickets = [ticket for page in pages for ticket in page.tickets]
    assert (len(tickets), len(pages), pages[-1].total, pages[-1].truncated) == (COUNT, 3, COUNT, False)
    assert {ticket.type for ticket in tickets} == {"issue", "pull request"}
    assert {ticket.status for ticket in tickets} == {"open", "closed", "merged"}


def test_an_issue_opens_by_its_id_alone(server: Conversation, github: GithubStandIn) -> None:
    ticket = server.open(f"{REPOSITORY}#7")
    assert (ticket.title, ticket.description) == ("Printer 7 jams", "See **log** of 7.")


def test_a_pull_request_opens_with_its_reviews(server: Conversation, github: GithubStandIn) -> None:
    (row,) = [ticket for ticket in server.find(project=REPOSITORY, text="printer 70") if is_pull(int(ticket.id[-2:]))]
    ticket = server.open(row.id, row.lookup)
    assert (ticket.type, ticket.status) == ("pull request", "merged")
    assert [(comment.author, comment.body) for comment in ticket.comments] == [("bo", "Looks right.")]


def test_not_being_logged_in_is_recognised(server: Conversation, github: GithubStandIn) -> None:
    github.fault = NOT_LOGGED_IN
    assert server.failing_search(project=REPOSITORY).kind is ErrorKind.AUTH
