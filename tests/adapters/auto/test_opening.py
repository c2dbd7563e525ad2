"""Opening shows the ticket that was asked for or none: never another one, and no number is cut out of an id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.adapters.servers_of_many_kinds import NUMBER, TEXT, data, described, tool
from tui_app.adapters.auto import AutoAdapter, make
from tui_app.adapters.base import TicketReference, ToolCall
from tui_app.adapters.safety.asked_for import is_the_one
from tui_app.mcp_client.types import CallToolResult, ContentBlock
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.errors import MCPError
from tui_app.tickets.ticket import Ticket

ROWS = [
    {"id": 57, "identifier": "ALP-1", "title": "The right one", "status": "open"},
    {"id": 58, "identifier": "ALP-2", "title": "Its neighbour", "status": "done"},
]
OTHER = {"id": 1, "identifier": "OLD-9", "title": "Quite a different ticket", "status": "open"}


def failed(words: str) -> CallToolResult:
    return CallToolResult((ContentBlock("text", words),), None, is_error=True)


class OpensTickets:
    """Opens as the worker does: step by step, with what ``_answer`` says."""

    _adapter: AutoAdapter

    def _answer(self, call: ToolCall) -> CallToolResult:
        raise NotImplementedError

    def shown(self, identity: str) -> Ticket | None:
        """What opening shows; None where it says that there is no such ticket."""
        reference = TicketReference(identity)
        for _ in range(10):
            try:
                results = [self._answer(call) for call in self._adapter.open_calls(reference)]
                again = self._adapter.look_again(reference, results)
                if again is None:
                    return self._adapter.opened(reference, results)
            except MCPError:
                return None
            reference = again
        raise AssertionError("it looks for ever")


class OddTracker(OpensTickets):
    """Lists ``rows``; what its get tool answers is told by a function of the id that it is sent."""

    def __init__(self, get: Callable[[str], CallToolResult], rows: list[dict[str, Any]] = ROWS) -> None:
        self._get, self._rows = get, rows
        adapter = make(described(tool("list_tasks"), tool("get_task", "task_id", task_id=TEXT)), {})
        while calls := adapter.setup_calls():
            adapter = adapter.after_setup([self._answer(call) for call in calls])
        self._adapter = adapter

    def _answer(self, call: ToolCall) -> CallToolResult:
        return data(self._rows) if call.tool == "list_tasks" else self._get(str(call.arguments["task_id"]))


def words(text: str) -> CallToolResult:
    return CallToolResult((ContentBlock("text", text),))


class Tracker:
    """Lists `ROWS`; its get tool answers by number, with another ticket for one that it does not know."""

    def __init__(self, **id_schema: Any) -> None:
        self.calls: list[ToolCall] = []
        get = tool("get_task", "task_id", task_id=id_schema or NUMBER)
        self.adapter = self.settled(make(described(tool("list_tasks"), get), {}))

    def settled(self, adapter: AutoAdapter) -> AutoAdapter:
        while calls := adapter.setup_calls():
            adapter = adapter.after_setup([self.answer(call) for call in calls])
        self.calls.clear()
        return adapter

    def answer(self, call: ToolCall) -> CallToolResult:
        self.calls.append(call)
        if call.tool == "list_tasks":
            return data(ROWS)
        wanted = call.arguments["task_id"]
        return data(next((row for row in ROWS if row["id"] == wanted), OTHER))

    def opened(self, identity: str) -> Ticket:
        reference = TicketReference(identity)
        while True:
            results = [self.answer(call) for call in self.adapter.open_calls(reference)]
            again = self.adapter.look_again(reference, results)
            if again is None:
                return self.adapter.opened(reference, results)
            reference = again


def test_an_id_that_the_tool_does_not_take_is_looked_up_in_the_list() -> None:
    tracker = Tracker()
    ticket = tracker.opened("ALP-1")
    assert (ticket.id, ticket.title) == ("ALP-1", "The right one")
    assert [dict(call.arguments) for call in tracker.calls] == [{}, {"task_id": 57}]


@pytest.mark.parametrize("identity", ["OLD-1", "ALP-9", "57x", "#ALP"])
def test_a_ticket_that_is_not_there_is_not_found_and_no_other_is_shown(identity: str) -> None:
    with pytest.raises(MCPError) as caught:
        Tracker().opened(identity)
    assert "not found" in caught.value.title


def test_a_tool_that_takes_any_text_and_answers_with_another_ticket_is_not_believed() -> None:
    tracker = Tracker(type="string")
    ticket = tracker.opened("ALP-2")
    assert (ticket.id, ticket.title) == ("ALP-2", "Its neighbour")


def test_a_tool_that_fails_gives_way_to_the_row() -> None:
    adapter = make(described(tool("list_tasks"), tool("get_task", "task_id", task_id=TEXT)), {})
    adapter = adapter.after_setup([data(ROWS)])
    reference = adapter.look_again(TicketReference("ALP-2"), [failed("boom")])
    assert reference
    (call,) = adapter.open_calls(reference)
    assert call.tool == "list_tasks"
    after = adapter.look_again(reference, [data(ROWS)])
    assert after
    assert adapter.open_calls(after)[0].arguments == {"task_id": "58"}
    assert adapter.look_again(after, [failed("boom")]) is None
    assert adapter.opened(after, [failed("boom")]).title == "Its neighbour"


@pytest.mark.parametrize(
    ("wanted", "shown", "lookup", "same"),
    [
        ("ALP-1", "ALP-1", {}, True),
        ("alp-1", "ALP-1", {}, True),
        ("57", "ALP-1", {"id": 57}, True),
        ("7", "owner/repository#7", {}, True),
        ("#7", "7", {}, True),
        ("7", "TASK-007", {}, True),
        ("ALP-1", "OLD-9", {"id": 1}, False),
        ("1", "OLD-9", {"project_id": 1, "board_key": "1"}, False),
        ("7", "ALP-17", {}, False),
        ("ALP-1", "BET-1", {}, False),
        ("ALP-1", "ALP-2", {"uuid": "ALP-1"}, False),
        ("ALP-1", "alp-10", {"key": "ALP-1"}, False),
    ],
)
def test_a_ticket_is_the_one_by_its_own_ids_alone(wanted: str, shown: str, lookup: dict[str, Any], same: bool) -> None:
    assert is_the_one(Ticket(shown, "title", "open", lookup=lookup), wanted) is same


def test_an_address_tells_nothing_where_the_ticket_has_another_key() -> None:
    address = "https://x.example/browse/ALP-1"
    assert is_the_one(Ticket("10002", "title", "open", url=address), "ALP-1")
    assert not is_the_one(Ticket("ALP-2", "title", "open", url=address, extra={"key": "ALP-1"}), "ALP-1")


ODD: dict[str, Callable[[str], CallToolResult]] = {
    "ignores what it is sent": lambda _: data(OTHER),
    "answers without any id": lambda _: data({"title": "Quite a different ticket", "status": "open"}),
    "repeats the question around the answer": lambda asked: data({"requested": asked, "result": OTHER}),
    "repeats the question as an id around the answer": lambda asked: data({"id": asked, "task": OTHER}),
    "answers in text without an id": lambda _: words("Title: Quite a different ticket\nStatus: open"),
    "answers in text with another": lambda asked: words(f"No {asked}:\n# OLD-9: Quite a different one\nStatus: open"),
    "takes beginnings for the whole": lambda asked: data({**OTHER, "identifier": f"{asked}0"}),
    "names it as parent": lambda asked: data({**OTHER, "parent": {"id": asked, "title": "Parent"}, "parent_id": asked}),
    "names it as something else's id": lambda asked: data({**OTHER, "reviewer_id": asked, "blocker_id": asked}),
    "names it in the title": lambda asked: data({**OTHER, "title": f"Quite a different ticket after {asked}"}),
    "names it in the address of a search": lambda asked: data({**OTHER, "url": f"https://x.example/?q={asked}"}),
    "lists the others first": lambda _: data([OTHER, {**OTHER, "id": 2, "identifier": "OLD-8"}]),
    "counts in another way": lambda _: data({**OTHER, "identifier": "OLD-57"}),
}  # fmt: skip


@pytest.mark.parametrize("get", ODD.values(), ids=ODD)
@pytest.mark.parametrize("wanted", ["ALP-1", "57", "ALP-9", "ALP", "OLD-1"])
def test_no_answer_of_an_odd_server_is_shown_under_another_ticket_s_id(
    get: Callable[[str], CallToolResult], wanted: str
) -> None:
    shown = OddTracker(get).shown(wanted)
    if wanted in ("ALP-1", "57"):
        assert shown is not None
        assert shown.title == "The right one"
    else:
        assert shown is None or "different" not in shown.title


def test_an_answer_without_an_id_is_the_ticket_whose_title_its_row_has() -> None:
    full = {"title": "The right one", "status": "open", "description": "All of it"}
    shown = OddTracker(lambda _: data(full)).shown("ALP-1")
    assert shown is not None
    assert (shown.id, shown.description) == ("ALP-1", "All of it")


@pytest.mark.parametrize("wanted", ["1", "053def14-13ca-4ff4-8c37-c1d1ccc64043"])
def test_no_id_for_machines_is_shown_instead_of_the_one_that_was_asked_for(wanted: str) -> None:
    row = {"id": 1, "uuid": "053def14-13ca-4ff4-8c37-c1d1ccc64043", "description": "Mend the roof", "status": "open"}
    shown = OddTracker(lambda _: data(row), [row, {**row, "id": 2, "uuid": "153def14-13ca-4ff4-8c37-c1d1ccc64043"}])
    opened = shown.shown(wanted)
    assert opened is not None
    assert opened.id == wanted


def test_of_a_list_without_ids_a_ticket_is_known_by_its_title_if_no_other_has_it() -> None:
    def no_tool(_: str) -> CallToolResult:
        return failed("no such task")

    rows = [{"title": title, "status": "open"} for title in ("Printer offline", "Printer offline", "Login fails")]
    tracker = OddTracker(no_tool, rows)
    ticket = tracker.shown("Login fails")
    assert ticket is not None
    assert (ticket.id, ticket.title) == ("Login fails", "Login fails")
    assert tracker.shown("Printer offline") is None


class Containers(OpensTickets):
    """One tool reads tasks and features by an action and a kind; another knows what depends on one by its id."""

    ROWS = tuple(
        {"id": f"a{n}", "title": f"Task {n}", "status": "open", "featureId": "f1", "description": "why"} for n in (1, 2)
    )

    def __init__(self) -> None:
        kinds: dict[str, Any] = {
            "operation": {"enum": ["get", "search"]},
            "containerType": {"enum": ["project", "feature", "task"]},
        }
        query = tool("query_container", "operation containerType", id=TEXT, featureId=TEXT, **kinds)
        tools = (
            tool("query_dependencies", "id", "Query dependencies of a task", id=TEXT),
            tool("get_next_task", "", "Get the next task of a feature", featureId=TEXT),
            query,
        )
        adapter = make(described(*tools), {})
        while calls := adapter.setup_calls():
            adapter = adapter.after_setup([self._answer(call) for call in calls])
        self._adapter = adapter

    def _answer(self, call: ToolCall) -> CallToolResult:
        said = call.arguments
        if call.tool == "query_dependencies":
            return data({"data": {"id": said["id"], "direction": "both", "dependencies": []}})
        if call.tool == "get_next_task":
            return data({"data": {"task": self.ROWS[1]}})
        kind = [*self.ROWS] if said["containerType"] == "task" else [{"id": "f1", "name": "A feature", "status": "new"}]
        if said["operation"] == "search":
            return data({"data": {"items": kind}})
        found = next((row for row in kind if row["id"] == said.get("id")), None)
        return data({"data": {"task": found}}) if found else failed("id is required for get operation")


def test_the_kind_that_tickets_are_mostly_called_is_listed_and_opened() -> None:
    server = Containers()
    plan = server._adapter.plan(check_criteria({}))
    assert plan.call.arguments == {"operation": "search", "containerType": "task"}
    shown = server.shown("a1")
    assert shown is not None
    assert (shown.id, shown.title, shown.description) == ("a1", "Task 1", "why")


def test_neither_a_neighbour_in_the_same_feature_nor_what_depends_on_it_is_shown() -> None:
    assert Containers().shown("f1") is None
    assert Containers().shown("a9") is None
