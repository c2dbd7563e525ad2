"""Servers of one's own for tests of changes: tools by their arguments, a ticket, and what the lookups answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tui_app.adapters.base import ServerDescription, TicketReference, ToolCall
from tui_app.adapters.changing import changes_for
from tui_app.adapters.changing.protocol import ChangeFacts, FreshTicket, WriteCall
from tui_app.adapters.registry import choose_adapter
from tui_app.mcp_client.types import CallToolResult, ContentBlock, Tool
from tui_app.tickets.changes import ChangeKind, MissingInputError, WantedChange
from tui_app.tickets.errors import NotOfferedError

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
TEXTS = {"type": "array", "items": TEXT}
OPEN_TOOLS = {"list_issues": {"query": TEXT}, "get_issue": {"id!": TEXT}}


def tool(name: str, arguments: Mapping[str, Any], about: str = "", hints: Mapping[str, Any] | None = None) -> Tool:
    """A tool; an argument whose name ends with ``!`` is required."""
    schema = {
        "type": "object",
        "properties": {key.rstrip("!"): value for key, value in arguments.items()},
        "required": [key[:-1] for key in arguments if key.endswith("!")],
    }
    return Tool(name, about, input_schema=schema, annotations=hints or {})


def answer(value: object, *, failed: bool = False) -> CallToolResult:
    """An answer that holds ``value``; text as it is."""
    text = value if isinstance(value, str) else json.dumps(value)
    return CallToolResult((ContentBlock("text", text),), is_error=failed)


class Tracker:
    """A server with one ticket. ``answers``: tool to what it answers."""

    def __init__(
        self,
        tools: Sequence[Tool],
        ticket: Mapping[str, Any],
        answers: Mapping[str, Any] | None = None,
        map: Mapping[str, Any] | None = None,  # noqa: A002  # the config's word
        me: str = "alice",
    ) -> None:
        reading = [tool(name, arguments) for name, arguments in OPEN_TOOLS.items()]
        known = {one.name for one in tools}
        every = (*(one for one in reading if one.name not in known), *tools)
        description = ServerDescription("tracker", "1", "", tuple(every))
        self.ticket = dict(ticket)
        self._answers = {"get_issue": self.ticket, "list_issues": [self.ticket], **(answers or {})}
        adapter = choose_adapter(description, map={"arguments": {}, **(map or {})})
        while adapter.setup_calls():
            adapter = adapter.after_setup([self._answer(call) for call in adapter.setup_calls()])
        self.adapter = adapter
        self.changes = changes_for(description, adapter, map or {}, me)
        self.asked: list[ToolCall] = []

    def _answer(self, call: ToolCall) -> CallToolResult:
        known = self._answers.get(call.tool)
        return answer(known) if known is not None else answer(f"Error: no answer to {call.tool}", failed=True)

    def answer(self, call: ToolCall) -> CallToolResult:
        """What the server answers to a lookup."""
        return self._answer(call)

    def fresh(self) -> FreshTicket:
        """The ticket as it is now, in as many steps as it takes to open it."""
        reference: TicketReference | None = TicketReference(str(self.ticket["id"]))
        while reference is not None:
            last, results = reference, [self._answer(call) for call in self.adapter.open_calls(reference)]
            reference = self.adapter.look_again(last, results)
        return FreshTicket(last, self.adapter.opened(last, results), tuple(results))

    def call(self, kind: ChangeKind, answers: Mapping[str, Any] | None = None, **values: Any) -> WriteCall:
        """What is to be sent for a wish."""
        fresh = None if kind is ChangeKind.CREATE else self.fresh()
        wanted = WantedChange(kind, str(self.ticket["id"]), {}, values, answers or {})
        facts = ChangeFacts(fresh)
        while True:
            made = self.changes.write_call(wanted, facts)
            if isinstance(made, WriteCall):
                return made
            self.asked += made
            facts = ChangeFacts(fresh, (*facts.answers, *((call, self._answer(call)) for call in made)))

    def sent(self, kind: ChangeKind, answers: Mapping[str, Any] | None = None, **values: Any) -> object:
        """Tool and arguments of what is to be sent; in words why not, or that it is so already."""
        try:
            made = self.call(kind, answers, **values)
        except (NotOfferedError, MissingInputError) as error:
            return f"{type(error).__name__}: {error}"
        return "already" if made.already else (made.tool, dict(made.arguments))
