"""Arguments that no criterion fills: a folder, and values that another tool's answer holds in a column of that name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.adapters.servers_of_many_kinds import TEXT, data, described, tool
from tui_app.adapters.auto import AutoAdapter, make
from tui_app.adapters.base import Page, ServerDescription, ToolCall
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.errors import MCPToolError, NoSearchToolError

ROWS = [{"id": f"T-{number}", "title": f"Ticket {number}", "status": "open"} for number in (1, 2)]
Answer = Callable[[str, Mapping[str, Any]], CallToolResult]


def settled(description: ServerDescription, answer: Answer) -> AutoAdapter:
    adapter: AutoAdapter = make(description, {})
    while calls := adapter.setup_calls():
        adapter = adapter.after_setup([answer(call.tool, call.arguments) for call in calls])
    return adapter


def pages(description: ServerDescription, answer: Answer) -> list[Page]:
    adapter = settled(description, answer)
    plan = adapter.plan(check_criteria({}))
    call: ToolCall | None = plan.call
    found: list[Page] = []
    while call is not None:
        found.append(adapter.page(plan, call, answer(call.tool, call.arguments)))
        call = found[-1].next_call
    return found


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("projectRoot", ""),
        ("cwd", ""),
        ("target_dir", "Where to look"),
        ("workspace_path", "Absolute path of the workspace"),
        ("repo", "Root directory of the repository"),
    ],
)
def test_a_folder_is_the_one_that_the_server_runs_in(name: str, about: str) -> None:
    tools = (tool("listBacklog", name, "List tasks", **{name: {**TEXT, "description": about}}),)
    description = ServerDescription("plans", "1", "", tools, "/home/ada/shop")

    def answer(_: str, arguments: Mapping[str, Any]) -> CallToolResult:
        assert arguments == {name: "/home/ada/shop"}
        return data({"tasks": ROWS})

    (page,) = pages(description, answer)
    assert [ticket.id for ticket in page.tickets] == ["T-1", "T-2"]


@pytest.mark.parametrize("name", ["project_path", "path", "project", "repo"])
def test_no_folder_is_sent_for_what_may_be_another_thing(name: str) -> None:
    tools = (tool("list_issues", name, "List issues", **{name: {**TEXT, "description": "Such as group/name"}}),)
    with pytest.raises((MCPToolError, NoSearchToolError)):
        pages(ServerDescription("forge", "1", "", tools, "/home/ada/shop"), lambda _name, _arguments: data(ROWS))


def test_a_server_elsewhere_is_sent_no_folder() -> None:
    tools = (tool("list_tasks", "cwd", "List tasks", cwd=TEXT),)
    with pytest.raises((MCPToolError, NoSearchToolError)):
        pages(described(*tools), lambda _name, _arguments: data(ROWS))


AREAS = {
    "total": 2,
    "areas": [{"area": "checkout", "count": 1}, {"area": "login", "count": 1}],
    "teams": [{"team": "web", "count": 2}],
}


def _of_areas(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
    if name == "list_areas":
        return data(AREAS)
    if name == "search_bugs":
        return data({"hits": [], "count": 0})
    number = ["checkout", "login"].index(arguments["area"]) + 1
    return data({"area": arguments["area"], "count": 1, "lines": [f"rec_{number:05}: The page {number} stays empty"]})


_AREA_TOOLS = (
    tool("search_bugs", "query", "Search past bugs", query=TEXT),
    tool("get_patterns", "area team", "Returns the newest bugs of an area", area=TEXT, team=TEXT),
    tool("list_areas", "", "List every area and team with record counts"),
)


def test_a_value_comes_from_any_column_that_is_called_like_the_argument() -> None:
    found = [ticket for page in pages(described(*_AREA_TOOLS), _of_areas) for ticket in page.tickets]
    assert [(ticket.id, ticket.title) for ticket in found] == [
        ("rec_00001", "The page 1 stays empty"),
        ("rec_00002", "The page 2 stays empty"),
    ]


def test_lists_of_what_there_is_are_no_tickets() -> None:
    tools = (tool("list_areas", "", "List every area and team with record counts"), _AREA_TOOLS[0])
    adapter = settled(described(*tools), _of_areas)
    assert adapter.plan(check_criteria({})).call.tool == "search_bugs"
