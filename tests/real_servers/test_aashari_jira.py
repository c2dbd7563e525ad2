"""@aashari/mcp-server-atlassian-jira (Node), which only passes paths on, against Jira Cloud's interface on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.real_servers.conversation import Conversation, conversation
from tests.real_servers.jira_stand_in import NOT_LOGGED_IN, STATUSES, JiraStandIn
from tui_app.tickets.dates import iso_utc
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.servers import ServerReport

pytestmark = servers.REAL_SERVER

PACKAGE = "@aashari/mcp-server-atlassian-jira@3.3.0"


@pytest.fixture(scope="module")
def server(site: JiraStandIn) -> Iterator[Conversation]:
    installed = servers.node_environment("aashari-jira", PACKAGE, scripts=False) / "node_modules"
    script = installed / "@aashari/mcp-server-atlassian-jira/dist/index.js"
    redirect = Path(__file__).with_name("to_stand_in.cjs")
    environment = {
        "ATLASSIAN_SITE_NAME": "acme", "ATLASSIAN_USER_EMAIL": "ann@example.com", "ATLASSIAN_API_TOKEN": "a-token",
        "TRANSPORT_MODE": "stdio", "TRACKER": "https://acme.atlassian.net", "STAND_IN": site.url,
    }  # fmt: skip
    with conversation(servers.node(), "--require", str(redirect), str(script), env=environment) as talk:
        yield talk


def test_the_jira_adapter_is_chosen(server: Conversation, jira: JiraStandIn) -> None:
    report = server.report()
    assert isinstance(report, ServerReport), report
    assert report.adapter == "jira"


def test_a_search_goes_on_by_token_below_the_servers_limit_for_answers(server: Conversation, jira: JiraStandIn) -> None:
    pages = server.search(max_results=200)
    tickets = [ticket for page in pages for ticket in page.tickets]
    issues = list(reversed(jira.issues))[:200]
    assert [ticket.id for ticket in tickets] == [issue.key for issue in issues]
    assert (len(pages), pages[-1].total, pages[-1].truncated) == (5, None, True)
    first = tickets[0]
    assert (first.title, first.status, first.priority) == (issues[0].summary, issues[0].status, issues[0].priority)
    assert first.url == f"{jira.url}/browse/{first.id}"
    assert iso_utc(first.created_at) == iso_utc(issues[0].created)


def test_an_issue_opens_with_its_comments(server: Conversation, jira: JiraStandIn) -> None:
    ticket = server.open("TILL-7")
    assert (ticket.title, ticket.assignee, ticket.labels) == ("Printer 7 jams", "Ann Ode", ("pos",))
    assert ticket.description == "See **log** of TILL-7"
    assert [(comment.author, comment.body) for comment in ticket.comments] == [("Bo Li", "Seen **it**.")]


def test_jiras_own_words_say_what_is_wrong_with_a_query(server: Conversation, jira: JiraStandIn) -> None:
    failure = server.failing_search(native="bogus = 1")
    assert failure.kind is ErrorKind.TOOL_ERROR
    assert "Field 'bogus' does not exist" in failure.cause


def test_the_values_that_exist(server: Conversation, jira: JiraStandIn) -> None:
    assert server.values()["status"] == STATUSES


def test_not_being_logged_in_is_recognised(server: Conversation, jira: JiraStandIn) -> None:
    jira.fault = NOT_LOGGED_IN
    assert server.failing_search().kind is ErrorKind.AUTH
