"""mcp-jira-cloud (Node) against Jira Cloud's interface on loopback: tokens that it keeps to itself, no totals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from tests import servers
from tests.real_servers.conversation import Conversation, conversation
from tests.real_servers.jira_stand_in import BROKEN, COUNT, NOT_LOGGED_IN, STATUSES, JiraStandIn
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.servers import ServerReport

pytestmark = servers.REAL_SERVER

PACKAGE = "mcp-jira-cloud@4.4.0"


@pytest.fixture(scope="module")
def server(site: JiraStandIn) -> Iterator[Conversation]:
    with started(site) as talk:
        yield talk


def started(site: JiraStandIn, request_limit: float = 30.0) -> AbstractContextManager[Conversation]:
    installed = servers.node_environment("mcp-jira-cloud", PACKAGE, scripts=False)  # its keyring would be compiled
    script = installed / "node_modules/mcp-jira-cloud/dist/index.js"
    environment = {"JIRA_BASE_URL": site.url, "JIRA_EMAIL": "ann@example.com", "JIRA_API_TOKEN": "a-token"}
    return conversation(servers.node(), str(script), env=environment, request_limit=request_limit)


def test_the_jira_adapter_is_chosen(server: Conversation, jira: JiraStandIn) -> None:
    report = server.report()
    assert isinstance(report, ServerReport), report
    assert report.adapter == "jira"
    assert "mcp-jira-cloud" in report.adapter_reason


def test_a_search_finds_what_jira_finds(server: Conversation, jira: JiraStandIn) -> None:
    (page,) = server.search(text="printer", status=["To Do"], project="GATE", max_results=3)
    expected = [
        issue
        for issue in reversed(jira.issues)
        if issue.summary.startswith("Printer") and issue.status == "To Do" and issue.key.startswith("GATE")
    ]
    assert [ticket.id for ticket in page.tickets] == [issue.key for issue in expected[:3]]
    assert (page.total, page.truncated) == (None, True)
    assert page.tickets[0].url == f"{jira.url}/browse/{page.tickets[0].id}"


def test_a_thousand_tickets_come_although_the_server_names_no_next_page(
    server: Conversation, jira: JiraStandIn
) -> None:
    pages = server.search(max_results=1000)
    tickets = [ticket.id for page in pages for ticket in page.tickets]
    assert tickets == [issue.key for issue in reversed(jira.issues)][:1000]
    assert pages[-1].truncated
    assert not pages[-1].warnings


def test_a_search_that_ends_early_ends_with_all_there_are(server: Conversation, jira: JiraStandIn) -> None:
    tickets = server.find(project="GATE", status=["Done"], max_results=1000)
    expected = [issue.key for issue in reversed(jira.issues) if issue.status == "Done" and issue.key.startswith("GATE")]
    assert [ticket.id for ticket in tickets] == expected
    assert len(expected) < COUNT


def test_an_issue_opens_with_its_comments_and_history(server: Conversation, jira: JiraStandIn) -> None:
    ticket = server.open("TILL-7")
    assert (ticket.title, ticket.status, ticket.assignee) == ("Printer 7 jams", "In Progress", "Ann Ode")
    assert [(comment.author, comment.body) for comment in ticket.comments] == [("Bo Li", "Seen it.")]
    assert [(change.field, change.after) for change in ticket.history] == [("status", "In Progress")]


def test_jiras_own_words_say_what_is_wrong_with_a_query(server: Conversation, jira: JiraStandIn) -> None:
    failure = server.failing_search(native="bogus = 1")
    assert failure.kind is ErrorKind.TOOL_ERROR
    assert "Field 'bogus' does not exist" in failure.cause


def test_the_values_that_exist(server: Conversation, jira: JiraStandIn) -> None:
    assert server.values()["status"] == STATUSES


def test_a_jira_that_takes_too_long_is_a_timeout(jira: JiraStandIn) -> None:
    jira.holds = lambda asked: "search" in asked.path
    with started(jira, request_limit=1.0) as impatient:
        assert impatient.failing_search().kind is ErrorKind.TIMEOUT
        jira.released.set()
        assert impatient.find(project="GATE", max_results=1)


def test_a_slow_search_can_be_given_up_and_the_next_one_works(server: Conversation, jira: JiraStandIn) -> None:
    jira.holds = lambda asked: "search" in asked.path
    slow = server.begin_search()
    assert server.give_up(slow).kind is ErrorKind.CANCELLED
    jira.released.set()
    assert len(server.find(max_results=2)) == 2


def test_a_broken_jira_is_an_error_and_not_an_empty_list(server: Conversation, jira: JiraStandIn) -> None:
    jira.fault = BROKEN
    assert server.failing_search().kind in (ErrorKind.TOOL_ERROR, ErrorKind.CONNECTION)


def test_not_being_logged_in_is_recognised(server: Conversation, jira: JiraStandIn) -> None:
    jira.fault = NOT_LOGGED_IN
    assert server.failing_search().kind is ErrorKind.AUTH
