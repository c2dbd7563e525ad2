"""Tools of which nothing says that they only read: the likeliest is named, and called where the user says so."""

from __future__ import annotations

import pytest

from tests.adapters.servers_of_many_kinds import TEXT, data, described, tool
from tui_app.adapters.auto import AutoAdapter, make
from tui_app.adapters.base import ServerDescription
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.errors import NoSearchToolError

# No word of reading in any language that is known.
TOOLS = (
    tool("kazi_zote", about="Kazi zilizopo"),
    tool("kazi_unda", "jina", "Kazi mpya", jina=TEXT),
    tool("delete_kazi", "jina", "Deletes it", jina=TEXT),
)
SERVER = described(*TOOLS, name="kazi")
BESIDE = described(*TOOLS, tool("get_stats", about="Get the numbers"), tool("list_areas"), name="kazi")


def failure(description: ServerDescription, memory: object = None) -> NoSearchToolError:
    with pytest.raises(NoSearchToolError) as caught:
        settled(description, memory)
    return caught.value


def settled(description: ServerDescription, memory: object) -> AutoAdapter:
    adapter: AutoAdapter = make(description, {}, memory)  # type: ignore[arg-type]
    while calls := adapter.setup_calls():
        adapter = adapter.after_setup([data({"numbers": 3}) for _ in calls])
    return adapter


@pytest.mark.parametrize("server", [SERVER, BESIDE])
def test_the_likeliest_is_named_with_the_line_that_allows_it(server: ServerDescription) -> None:
    error = failure(server)
    assert error.undecided is not None
    assert (error.undecided.name, error.undecided.description) == ("kazi_zote", "Kazi zilizopo")
    assert error.undecided.digest == server.tools_digest
    assert '[profiles.NAME.map.search] tool = "kazi_zote"' in error.hint


@pytest.mark.parametrize("server", [SERVER, BESIDE])
def test_who_said_no_is_not_asked_again(server: ServerDescription) -> None:
    error = failure(server, {"declined": "kazi_zote"})
    assert error.undecided is None
    assert '[profiles.NAME.map.search] tool = "kazi_zote"' in error.hint


@pytest.mark.parametrize("server", [SERVER, BESIDE])
def test_who_said_yes_has_its_tickets(server: ServerDescription) -> None:
    adapter = make(server, {}, {"allowed": "kazi_zote"})
    assert not adapter.setup_calls()
    plan = adapter.plan(check_criteria({}))
    assert plan.call.tool == "kazi_zote"
    rows = [{"id": f"K-{number}", "kichwa": f"Kazi ya {number}", "hali": "wazi"} for number in (1, 2, 3)]
    assert [ticket.id for ticket in adapter.page(plan, plan.call, data(rows)).tickets] == ["K-1", "K-2", "K-3"]
    assert "you said that it only reads" in adapter.reason


def test_a_yes_allows_no_tool_that_the_server_says_changes_something() -> None:
    with pytest.raises(Exception, match="changes tickets"):
        make(SERVER, {}, {"allowed": "delete_kazi"})


@pytest.mark.parametrize("memory", [{"allowed": "gone"}, {"allowed": 7}, {"declined": None}, [], "kazi_zote"])
def test_a_damaged_memory_allows_nothing(memory: object) -> None:
    assert failure(SERVER, memory).undecided is not None
