"""mcp-atlassian (Python) against Jira on loopback, which it takes for a Data Center."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import servers
from tests.real_servers.conversation import Conversation, conversation
from tests.real_servers.jira_stand_in import BROKEN, COUNT, NOT_LOGGED_IN, JiraStandIn
from tui_app.tickets.dates import iso_utc
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.servers import ServerReport

pytestmark = servers.REAL_SERVER

PACKAGE = "mcp-atlassian==0.23.1"


@pytest.fixture(scope="module")
def server(site: JiraStandIn) -> Iterator[Conversation]:
    command = servers.python_environment("mcp-atlassian", PACKAGE).parent / "mcp-atlassian"
    environment = {"JIRA_URL": site.url, "JIRA_PERSONAL_TOKEN": "a-token"}
    with conversation(str(command), env=environment) as talk:
        yield talk


def test_the_jira_adapter_is_chosen(server: Conversation, jira: JiraStandIn) -> None:
    report = server.report()
    assert isinstance(report, ServerReport), report
    assert (report.adapter, report.server_name) == ("jira", "Atlassian MCP")
    assert {tool.role for tool in report.tools if tool.name == "jira_search"} == {"search"}


def test_a_search_by_every_criterion_finds_what_jira_finds(server: Conversation, jira: JiraStandIn) -> None:
    (page,) = server.search(
        text="printer", status=["To Do", "In Progress"], assignee="me", project="TILL", labels=["pos"],
        priority="Medium", max_results=5,
    )  # fmt: skip
    expected = [
        issue
        for issue in reversed(jira.issues)
        if issue.key.startswith("TILL") and issue.summary.startswith("Printer")
        and issue.status != "Done" and issue.assignee == "ann" and issue.priority == "Medium"
    ]  # fmt: skip
    assert [ticket.id for ticket in page.tickets] == [issue.key for issue in expected[:5]]
    assert (page.total, page.truncated, page.filtered_here) == (len(expected), True, ())
    ticket = page.tickets[0]
    assert (ticket.title, ticket.status, ticket.assignee) == (expected[0].summary, expected[0].status, "Ann Ode")
    assert (ticket.priority, ticket.type, ticket.labels) == ("Medium", "Bug", tuple(expected[0].labels))
    assert ticket.url == f"{jira.url}/browse/{ticket.id}"
    assert iso_utc(ticket.created_at) == iso_utc(expected[0].created)


def test_a_date_is_asked_for_with_room_for_time_zones_and_then_applied_exactly(
    server: Conversation, jira: JiraStandIn
) -> None:
    found = server.find(created_after="2026-01-20", created_before="2026-01-20T08:00", max_results=1000)
    expected = [issue.key for issue in jira.issues if issue.created.isoformat() < "2026-01-20T08:00"]
    expected = [key for key in expected if jira.issues[int(key.split("-")[1]) - 1].created.isoformat() >= "2026-01-20"]
    assert sorted(ticket.id for ticket in found) == sorted(expected)
    assert 'created >= "2026-01-19 12:00"' in jira.requests("/search")[-1].query["jql"]


def test_the_first_tickets_of_a_thousand_are_there_before_the_last_are_asked_for(
    server: Conversation, jira: JiraStandIn
) -> None:
    jira.holds = lambda asked: asked.number("startAt", 0) >= 50
    search = server.begin_search(max_results=1000)
    first = server.next_page(search)
    assert (len(first.tickets), first.complete, first.total) == (50, False, COUNT)
    assert max(asked.number("startAt", 0) for asked in jira.requests("/search")) <= 50
    jira.released.set()
    pages = [first]
    while not pages[-1].complete:
        pages.append(server.next_page(search))
    tickets = [ticket.id for page in pages for ticket in page.tickets]
    assert (len(tickets), len(set(tickets)), len(pages)) == (1000, 1000, 20)
    assert pages[-1].truncated


def test_an_issue_opens_with_its_comments(server: Conversation, jira: JiraStandIn) -> None:
    ticket = server.open("TILL-7")
    assert (ticket.title, ticket.status, ticket.project) == ("Printer 7 jams", "In Progress", "TILL")
    assert [(comment.author, comment.body) for comment in ticket.comments] == [("Bo Li", "Seen **it**.")]
    assert ticket.url == f"{jira.url}/browse/TILL-7"


def test_a_native_query_passes_through(server: Conversation, jira: JiraStandIn) -> None:
    (ticket,) = server.find(native="key = TILL-8")
    assert ticket.id == "TILL-8"
    assert jira.requests("/search")[-1].query["jql"] == "key = TILL-8"


def test_jiras_own_words_say_what_is_wrong_with_a_query(server: Conversation, jira: JiraStandIn) -> None:
    failure = server.failing_search(native="bogus = 1")
    assert failure.kind is ErrorKind.TOOL_ERROR
    assert "Field 'bogus' does not exist" in failure.cause


def test_a_ticket_that_does_not_exist_is_said_so(server: Conversation, jira: JiraStandIn) -> None:
    with pytest.raises(AssertionError, match="TILL-99999"):
        server.open("TILL-99999")


def test_not_being_logged_in_is_recognised(server: Conversation, jira: JiraStandIn) -> None:
    jira.fault = NOT_LOGGED_IN
    assert server.failing_search().kind is ErrorKind.AUTH


def test_a_broken_jira_is_an_error_and_not_an_empty_list(server: Conversation, jira: JiraStandIn) -> None:
    jira.fault = BROKEN
    assert server.failing_search().kind in (ErrorKind.TOOL_ERROR, ErrorKind.CONNECTION)


def test_the_projects_that_exist(server: Conversation, jira: JiraStandIn) -> None:
    assert server.values()["project"] == ("TILL", "GATE")
