"""Arguments that no criterion fills: a folder, and values that another tool's answer holds in a column of that name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.adapters.servers_of_many_kinds import TEXT, data, described, tool
from tui_app.adapters.auto import AutoAdapter, make
from tui_app.adapters.base import Page, ServerDescription, ToolCall
from tui_app.mcp_client.types import CallToolResult, ContentBlock, Tool
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


_TOLD = tool("tickets", "area", "List tickets.\n\nArgs:\n  area: A code that overview shows", area=TEXT)
_SPANISH = tool("buscar_mis_tickets", "project", project={**TEXT, "description": "Its code."})


@pytest.mark.parametrize(("tickets", "places"), [(_SPANISH, "mis_proyectos"), (_TOLD, "overview")])
def test_a_value_comes_from_the_tool_that_lists_such_things_in_any_language_or_is_named(
    tickets: Tool, places: str
) -> None:
    def answer(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        if name == places:
            return data([{"id": 1, "code": "PAGO", "name": "Pagos"}])
        assert list(arguments.values()) == ["PAGO"]
        return data(ROWS)

    (page,) = pages(described(tool(places, about="Lista los grupos."), tickets), answer)
    assert [ticket.id for ticket in page.tickets] == ["T-1", "T-2"]


def test_lists_of_what_there_is_are_no_tickets() -> None:
    tools = (tool("list_areas", "", "List every area and team with record counts"), _AREA_TOOLS[0])
    adapter = settled(described(*tools), _of_areas)
    assert adapter.plan(check_criteria({})).call.tool == "search_bugs"


def test_a_sentence_that_answers_a_narrower_search_says_that_nothing_was_found() -> None:
    listing = tool("list_tasks", text=TEXT, status={"enum": ["待处理", "处理中", "已解决"]})
    rows = [{**row, "status": "处理中"} for row in ROWS]

    def answer(_: str, arguments: Mapping[str, Any]) -> CallToolResult:
        return CallToolResult((ContentBlock("text", "没有找到匹配的任务"),)) if arguments else data(rows)

    adapter = settled(described(listing), answer)
    plan = adapter.plan(check_criteria({"status": ["已解决"]}))
    page = adapter.page(plan, plan.call, answer("", plan.call.arguments))
    assert (page.tickets, page.next_call) == ((), None)
    assert "没有找到匹配的任务" in page.warnings[0]
    plan = adapter.plan(check_criteria({"text": "printer"}))
    page = adapter.page(plan, plan.call, answer("", plan.call.arguments))
    assert page.next_call is not None  # the words are looked for here
    assert page.next_call.arguments == {}
    plan = adapter.plan(check_criteria({}))
    (ticket, _) = adapter.page(plan, plan.call, data(rows)).tickets
    assert ticket.is_closed is False  # it comes before the first status that is one of the end


def test_closed_tickets_that_another_tool_lists_are_told_of() -> None:
    tools = (tool("list_tickets", about="Lists tickets"), tool("list_closed_tickets", about="Lists closed tickets"))
    adapter = settled(described(*tools), lambda _name, _arguments: data(ROWS))
    assert "'list_closed_tickets'" in adapter.plan(check_criteria({})).warnings[0]
    assert not adapter.plan(check_criteria({"openness": "open"})).warnings


def test_of_empty_lists_the_one_of_what_tickets_are_mostly_called_is_searched() -> None:
    tools = (tool("list_stories", about="Lists stories"), tool("get_tasks", about="Gets the tasks"))
    adapter = settled(described(*tools), lambda name, _arguments: data({name.split("_")[1]: []}))
    assert adapter.plan(check_criteria({})).call.tool == "get_tasks"


def test_lists_within_a_board_that_need_not_be_named_are_looked_for_in_each_where_the_error_asks_for_it() -> None:
    description = described(
        tool("get_cards_by_list_id", "listId", "Fetch the cards of a list", listId=TEXT),
        tool("get_lists", "", "Retrieve all lists of a board", boardId=TEXT),
        tool("list_boards", "", "List all boards"),
    )
    lists = {"l1": "To Do", "l2": "Done"}

    def answer(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        if name == "list_boards":
            return data([{"id": "b1", "name": "Shop"}])
        if name == "get_lists":
            told = CallToolResult((ContentBlock("text", "boardId is required without a default board"),), is_error=True)
            return data([{"id": one, "name": called} for one, called in lists.items()]) if arguments else told
        at = str(arguments["listId"])
        cards = [
            {"idShort": n, "name": f"Card {at} {n}", "closed": False, "idList": at, "idBoard": "b1"} for n in (1, 2, 3)
        ]
        return data([{**card, "cover": {"size": "normal", "brightness": "dark"}, "checkStates": []} for card in cards])

    tickets = [ticket for page in pages(description, answer) for ticket in page.tickets]
    assert [ticket.status for ticket in tickets] == ["To Do"] * 3 + ["Done"] * 3
    assert {(ticket.project, ticket.priority) for ticket in tickets} == {("Shop", None)}


def test_of_two_lists_of_the_same_tickets_the_one_with_ids_is_taken() -> None:
    titles = ("Printer offline", "Login fails for guests", "Fan is loud")
    tree = "\n".join(f"[ ] {title} | id:dGFza{n}" for n, title in enumerate(titles))
    lists = {
        "list": data([{"title": title, "status": "open", "notes": "why"} for title in titles]),
        "list_task_folders": data([{"id": f"p{n}", "title": f"List {n}", "status": "active"} for n in range(4)]),
        "list_with_tree": CallToolResult((ContentBlock("text", tree),)),
    }

    def titled(*names: str) -> list[tuple[str, str]]:
        tools = [tool(name, "", "List all tasks" if name == "list" else "List") for name in names]
        (page,) = pages(described(*tools), lambda name, _: lists[name])
        return [(ticket.id, ticket.title) for ticket in page.tickets]

    assert titled(*lists) == [(f"dGFza{n}", title) for n, title in enumerate(titles)]
    assert titled("list", "list_task_folders") == [("", title) for title in titles]
