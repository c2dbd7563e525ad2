"""Servers drawn at random: most of them show their tickets, and none of their tools that write is ever called."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from tests.adapters.servers_of_many_kinds import NUMBER, TEXT, data, described, tool
from tui_app.adapters.auto import AutoAdapter, make
from tui_app.adapters.base import ToolCall
from tui_app.mcp_client.types import CallToolResult, ContentBlock, Tool
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.errors import MCPError, MCPToolError
from tui_app.tickets.ticket import Ticket

_SERVERS = 150
_LEAST_SHARE = 0.95  # of the servers drawn; a change of the reading or of the trials must not lower it

_LISTING = ("list", "get_all", "search", "ls", "fetch", "listar", "auflisten", "lister", "показать", "查询", "browse")
_THINGS = ("issues", "tickets", "tasks", "chores", "entries", "conversations", "tareas", "vorgaenge", "задачи", "cards")
_WRITING = (
    "create_thing", "delete_everything", "eliminar_tarea", "aufgabe_löschen", "удалить_задачу", "删除任务", "sync_push",
    "archive_all", "close_ticket", "update_status", "supprimer_ticket", "görev_sil", "move_card", "bulk_edit",
)  # fmt: skip
_DECOYS = ("get_version", "list_users", "server_health", "list_labels", "whoami", "get_stats", "help")
_PLACES = ("project", "board", "workspace", "team")
_FIELDS = (("title", "status"), ("subject", "state"), ("titre", "statut"), ("name", "estado"), ("тема", "статус"))
_WRAPS = ("{}", "items", "data.items", "result.list")
_TITLES = (
    "Printer on floor two is broken",
    "Login fails after the update",
    "Add a dark theme",
    "Invoice shows wrong sum",
)
_STATES = ("open", "closed", "open", "in progress")


class DrawnServer:
    """A server of one seed. It refuses what its schemas do not declare, and keeps account of what is called."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)  # no secret
        self.called: list[str] = []
        self.changes: list[ToolCall] = []
        self._place = self._draw.choice(_PLACES) if self._draw.random() < 0.4 else ""
        self._places = [f"{self._place[:1]}{number}" for number in range(1, self._draw.randint(2, 4))]
        self._fields = self._draw.choice(_FIELDS)
        self._wrap = self._draw.choice(_WRAPS)
        self.listing = self._listing()
        others = [tool(name, about=self._about(name)) for name in self._draw.sample(_DECOYS, 3)]
        self.writing = [self._writer(name) for name in self._draw.sample(_WRITING, 4)]
        sources = [tool(f"list_{self._place}s")] if self._place else []
        self.tools = [*others, *self.writing, *sources, self.listing]
        self._draw.shuffle(self.tools)
        self.description = described(*self.tools, name="drawn")

    def _listing(self) -> Tool:
        noun = self._draw.choice(_THINGS)
        arguments: dict[str, Any] = {f"{self._place}_id": TEXT} if self._place else {}
        required = list(arguments)
        if self._draw.random() < 0.5:
            arguments["limit"] = NUMBER
        if self._draw.random() < 0.25:
            arguments["action"] = {"type": "string", "enum": ["create", "list", "delete"]}
            return tool(f"manage_{noun}"[7:], " ".join([*required, "action"]), "Manage them", None, **arguments)
        about = self._draw.choice(("", "Shows what is to be done", f"List all {noun}"))
        return tool(f"{self._draw.choice(_LISTING)}_{noun}", " ".join(required), about, None, **arguments)

    def _about(self, name: str) -> str:
        return self._draw.choice(("", f"{name.replace('_', ' ')}."))

    def _writer(self, name: str) -> Tool:
        hints = self._draw.choice((None, {"readOnlyHint": False}, {"destructiveHint": True}))
        described_so = ((name, ""), (name, "Lists and deletes tickets"), ("all_tickets", "Deletes all tickets"))
        name, about = self._draw.choice(described_so)
        return tool(name, "", about, hints, limit=NUMBER)

    def answer(self, call: ToolCall) -> CallToolResult:
        self.called.append(call.tool)
        asked = next(known for known in self.tools if known.name == call.tool)
        if call.tool in {writer.name for writer in self.writing} or call.arguments.get("action") in (
            "create",
            "delete",
        ):
            self.changes.append(call)
            return data({"changed": True})
        if asked is self.listing:
            return data(self._tickets(call.arguments))
        if self._place and call.tool == f"list_{self._place}s":
            return data([{"id": name, "name": f"Place {name}"} for name in self._places])
        rows = [{"id": number, "name": f"User {number}"} for number in (1, 2)]
        return data(rows) if call.tool.startswith("list") else data({"version": "1.2"})

    def _tickets(self, arguments: Mapping[str, Any]) -> Any:
        title, status = self._fields
        begin = self._places.index(arguments[f"{self._place}_id"]) * 4 if self._place else 0
        rows = [
            {"id": begin + number, title: f"{words} {begin + number}", status: state}
            for number, (words, state) in enumerate(zip(_TITLES, _STATES, strict=True), 1)
        ]
        for name in reversed(self._wrap.split(".")) if self._wrap != "{}" else ():
            rows = {name: rows}  # type: ignore[assignment]
        return rows

    @property
    def ids(self) -> set[str]:
        return {str(number) for number in range(1, 4 * (len(self._places) if self._place else 1) + 1)}


def found_in(server: DrawnServer) -> list[Ticket]:
    """The tickets that a search without criteria shows."""
    adapter: AutoAdapter = make(server.description, {})
    while calls := adapter.setup_calls():
        adapter = adapter.after_setup([server.answer(call) for call in calls])
    plan = adapter.plan(check_criteria({}))
    call: ToolCall | None = plan.call
    tickets: list[Ticket] = []
    while call is not None:
        page = adapter.page(plan, call, server.answer(call))
        tickets += page.tickets
        call = page.next_call
    return tickets


def is_shown(server: DrawnServer) -> bool:
    try:
        tickets = found_in(server)
    except MCPError:
        return False
    return {ticket.id for ticket in tickets} == server.ids and all(" " in ticket.title for ticket in tickets)


def test_most_servers_show_ids_and_titles(capsys: pytest.CaptureFixture[str]) -> None:
    servers = [DrawnServer(seed) for seed in range(_SERVERS)]
    shown = [is_shown(server) for server in servers]
    extra = sorted(len(server.called) for server in servers)
    with capsys.disabled():
        print(f"\n{sum(shown)} of {_SERVERS} servers drawn show their tickets; median {extra[_SERVERS // 2]} calls")
    assert sum(shown) >= _LEAST_SHARE * _SERVERS


def test_no_tool_that_writes_is_called() -> None:
    for seed in range(_SERVERS, 3 * _SERVERS):
        server = DrawnServer(seed)
        is_shown(server)
        assert not server.changes, seed


def test_a_remembered_choice_needs_no_trial() -> None:
    server = DrawnServer(3)
    adapter = make(server.description, {})
    while calls := adapter.setup_calls():
        adapter = adapter.after_setup([server.answer(call) for call in calls])
    again = make(server.description, {}, adapter.memory())
    server.called.clear()
    while calls := again.setup_calls():
        again = again.after_setup([server.answer(call) for call in calls])
    assert server.listing.name not in server.called
    assert again.plan(check_criteria({})).call == adapter.plan(check_criteria({})).call


def test_a_search_for_words_that_fails_becomes_a_list_that_is_filtered_here() -> None:
    tools = (tool("list_tasks"), tool("search_tasks", "query", query=TEXT))
    row = {"id": 1, "title": "Printer is broken", "status": "open"}
    adapter = make(described(*tools), {})
    while adapter.setup_calls():
        adapter = adapter.after_setup([data([row])])
    plan = adapter.plan(check_criteria({"text": "printer"}))
    assert plan.call.tool == "search_tasks"
    instead = adapter.search_failed(plan, plan.call, MCPToolError("query must be of the form field:value"))
    assert instead
    assert instead.plan
    assert instead.next_call
    assert instead.next_call.tool == "list_tasks"
    assert instead.plan.filtered_here == {"text"}
    assert "field:value" in instead.warnings[0]


def test_an_argument_that_was_refused_is_not_sent_again() -> None:
    adapter = make(described(tool("list_tasks", status=TEXT, limit=NUMBER)), {})
    refused = CallToolResult((ContentBlock("text", "unknown argument 'limit'"),), None, is_error=True)
    (first,) = adapter.setup_calls()
    assert "limit" in first.arguments
    adapter = adapter.after_setup([refused])
    (second,) = adapter.setup_calls()
    assert "limit" not in second.arguments
    adapter = adapter.after_setup([data([{"id": 1, "title": "Printer is broken", "status": "open"}])])
    assert "limit" not in adapter.plan(check_criteria({})).call.arguments


def test_what_was_guessed_is_told_also_at_the_next_start() -> None:
    rows = [
        {"id": number, "title": f"{words} once more", "xyzzy": word}
        for number, (words, word) in enumerate(zip(_TITLES, ("red", "blue", "red", "blue"), strict=True), 1)
    ]
    description = described(tool("list_tasks"))
    adapter = make(description, {})
    while calls := adapter.setup_calls():
        adapter = adapter.after_setup([data(rows) for _ in calls])
    assert "unsure of: status (from 'xyzzy')" in adapter.reason
    assert "unsure of: status (from 'xyzzy')" in make(description, {}, adapter.memory()).reason
