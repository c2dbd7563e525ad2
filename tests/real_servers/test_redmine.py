"""redmine-mcp-server and mcp-redmine (Python) against Redmine on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import servers
from tests.real_servers.conversation import Conversation, conversation
from tests.real_servers.redmine_stand_in import COUNT, NOT_LOGGED_IN, STATUSES, RedmineStandIn, issue
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.servers import ServerReport

pytestmark = servers.REAL_SERVER

PACKAGES = {"redmine-mcp-server": "redmine-mcp-server==2.19.0", "mcp-redmine": "mcp-redmine==2026.10.15.204909"}


@pytest.fixture(scope="module")
def site() -> Iterator[RedmineStandIn]:
    with RedmineStandIn() as stand_in:
        yield stand_in


@pytest.fixture(scope="module", params=PACKAGES)
def server(
    request: pytest.FixtureRequest, site: RedmineStandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Conversation]:
    name: str = request.param
    command = servers.python_environment(name, PACKAGES[name]).parent / name
    environment = {"REDMINE_URL": site.url, "REDMINE_API_KEY": "a-key", "REDMINE_MCP_TRANSPORT": "stdio"}
    with conversation(str(command), env=environment, cwd=str(tmp_path_factory.mktemp(name))) as talk:
        yield talk


@pytest.fixture
def redmine(site: RedmineStandIn) -> RedmineStandIn:
    site.reset()
    return site


def test_the_redmine_adapter_is_chosen(server: Conversation, redmine: RedmineStandIn) -> None:
    report = server.report()
    assert isinstance(report, ServerReport), report
    assert report.adapter == "redmine"


def test_closed_issues_are_found_too_page_by_page(server: Conversation, redmine: RedmineStandIn) -> None:
    pages = server.search(max_results=1000)
    tickets = [ticket for page in pages for ticket in page.tickets]
    assert [ticket.id for ticket in tickets] == [str(number) for number in range(COUNT, 0, -1)]
    assert (len(pages), pages[-1].total, pages[-1].truncated) == (2, COUNT, False)
    assert {ticket.status for ticket in tickets} == set(STATUSES.values())


def test_criteria_are_said_in_redmines_numbers(server: Conversation, redmine: RedmineStandIn) -> None:
    (page,) = server.search(status=["new", "closed"], priority="Urgent", created_after="2026-03-02", max_results=4)
    rows = [issue(number) for number in range(COUNT, 0, -1)]
    expected = [
        str(row["id"])
        for row in rows
        if row["status"]["name"] != "In Progress"
        and row["priority"]["name"] == "Urgent"
        and row["created_on"] >= "2026-03-02"
    ]
    assert [ticket.id for ticket in page.tickets] == expected[:4]
    assert (page.total, page.filtered_here) == (len(expected), ())


def test_text_is_searched_for(server: Conversation, redmine: RedmineStandIn) -> None:
    tickets = server.find(text="pump", max_results=5)
    assert [ticket.id for ticket in tickets] == ["126", "119", "112", "105", "98"]
    assert {ticket.title for ticket in tickets} >= {"Pump 126 leaks"}
    assert all(ticket.status in STATUSES.values() for ticket in tickets)


def test_an_issue_opens_with_its_notes(server: Conversation, redmine: RedmineStandIn) -> None:
    ticket = server.open("#7")
    assert (ticket.title, ticket.assignee, ticket.description) == ("Pump 7 leaks", "Ann Ode", "See log.")
    assert [(comment.author, comment.body) for comment in ticket.comments] == [("Ann Ode", "Tightened it.")]


def test_not_being_logged_in_is_recognised(server: Conversation, redmine: RedmineStandIn) -> None:
    redmine.fault = NOT_LOGGED_IN
    assert server.failing_search().kind is ErrorKind.AUTH
