"""@zereight/mcp-gitlab (Node) against GitLab on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import servers
from tests.real_servers.conversation import Conversation, conversation
from tests.real_servers.gitlab_stand_in import COUNT, NOT_LOGGED_IN, PROJECT, GitlabStandIn
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.servers import ServerReport

pytestmark = servers.REAL_SERVER

PACKAGE = "@zereight/mcp-gitlab@2.1.64"


@pytest.fixture(scope="module")
def site() -> Iterator[GitlabStandIn]:
    with GitlabStandIn() as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
def server(site: GitlabStandIn) -> Iterator[Conversation]:
    installed = servers.node_environment("mcp-gitlab", PACKAGE, scripts=False) / "node_modules"
    script = installed / "@zereight/mcp-gitlab/build/index.js"
    environment = {"GITLAB_PERSONAL_ACCESS_TOKEN": "a-token", "GITLAB_API_URL": f"{site.url}/api/v4"}
    with conversation(servers.node(), str(script), env=environment) as talk:
        yield talk


@pytest.fixture
def gitlab(site: GitlabStandIn) -> GitlabStandIn:
    site.reset()
    return site


def test_the_gitlab_adapter_is_chosen(server: Conversation, gitlab: GitlabStandIn) -> None:
    report = server.report()
    assert isinstance(report, ServerReport), report
    assert report.adapter == "gitlab"


def test_everybodys_issues_are_found_page_by_page(server: Conversation, gitlab: GitlabStandIn) -> None:
    pages = server.search(max_results=1000)
    tickets = [ticket.id for page in pages for ticket in page.tickets]
    assert (len(tickets), len(pages), pages[-1].total, pages[-1].truncated) == (COUNT, 3, None, False)
    assert tickets[0] == f"{PROJECT}#{COUNT}"


def test_criteria_are_said_in_gitlabs_terms(server: Conversation, gitlab: GitlabStandIn) -> None:
    (page,) = server.search(
        project=PROJECT, text="barrier", status=["open"], assignee="ann", labels=["hw"], created_after="2026-03-02",
        max_results=3,
    )  # fmt: skip
    expected = [n for n in range(COUNT, 0, -1) if n % 7 == 0 and n % 2 and 1 + n % 9 >= 4]
    assert [ticket.id for ticket in page.tickets] == [f"{PROJECT}#{number}" for number in expected[:3]]
    assert page.filtered_here == ()
    sent = gitlab.asked[-1].query
    assert (sent["assignee_username[]"], sent["labels[]"], sent["scope"]) == ("ann", "hw", "all")
    assert page.tickets[0].url == f"https://git.example/{PROJECT}/-/issues/{expected[0]}"


def test_an_issue_opens_by_its_id_alone_with_its_comments(server: Conversation, gitlab: GitlabStandIn) -> None:
    ticket = server.open(f"{PROJECT}#7")
    assert (ticket.title, ticket.assignee, ticket.description) == ("Barrier 7 stuck", "Ann Ode", "See **log**.")
    assert [(comment.author, comment.body) for comment in ticket.comments] == [("Ann Ode", "On it.")]


def test_not_being_logged_in_is_recognised(server: Conversation, gitlab: GitlabStandIn) -> None:
    gitlab.fault = NOT_LOGGED_IN
    assert server.failing_search().kind is ErrorKind.AUTH
