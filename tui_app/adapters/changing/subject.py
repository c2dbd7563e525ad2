"""The ticket that a change is about, as it was read for it."""

from __future__ import annotations

from msgspec import Struct

from tui_app.adapters.base import TicketReference, ToolCall
from tui_app.adapters.changing.meanings import rank_of
from tui_app.adapters.reading import payloads
from tui_app.adapters.reading.field_names import plain_name
from tui_app.adapters.reading.field_values import Row, flattened, indexed
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.ticket import JsonValue, Ticket

_TELLING = 12  # characters of a part of a text that is hardly there by chance


class Subject(Struct, frozen=True):
    """The ticket that a change is about, as it was read for it."""

    reference: TicketReference
    ticket: Ticket
    record: Row
    """As the server has it: values that go back come from here."""
    calls: tuple[ToolCall, ...] = ()
    """What it was read with."""
    results: tuple[CallToolResult, ...] = ()

    def is_altered(self, value: JsonValue) -> bool:
        """Whether a text is not as the server has it, because a secret or a private part was taken out."""
        texts = [text for result in self.results for text in result.altered]
        known = isinstance(value, str) and len(value) >= _TELLING
        return value in texts or (known and any(str(value) in text for text in texts))

    def is_shortened(self, meaning: str) -> bool:
        """Whether a list may lack a member, because a secret or a private part was taken out."""
        keys = {plain_name(key) for result in self.results for key in result.altered_keys}
        return "" in keys or any(rank_of((key,), meaning) is not None for key in keys)

    def title_names(self) -> set[str]:
        """The plain names under which the server's answer has the ticket's title."""
        answers: list[JsonValue] = [payload for result in self.results[:1] for payload in payloads(result)]
        answers += [row for answer in answers if isinstance(answer, dict) for row in answer.values()]
        rows = [row for answer in answers for row in (answer if isinstance(answer, list) else [answer])]
        title = self.ticket.title
        return {plain_name(n) for row in rows if isinstance(row, dict) for n, value in row.items() if value == title}

    def raw(self, meaning: str) -> tuple[bool, JsonValue]:
        """Whether the server's answer has a place for ``meaning``, and what it holds."""
        index = indexed(flattened(self.record))
        told = [(rank, len(name), name) for name in index if (rank := rank_of((name,), meaning)) is not None]
        return (True, index[min(told)[2]]) if told else (False, None)
