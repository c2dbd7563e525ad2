"""What an adapter is: a pure translator between criteria and tickets on one side, tool calls and results on the other.

Invariants: an adapter does no input or output and keeps no state between calls; every tool that it names is one that
only reads; it sends no argument that the tool's schema does not declare, and no value outside an argument's enum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct, field

from tui_app.mcp_client.types import CallToolResult, Tool
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import MCPError
from tui_app.tickets.ticket import JsonValue, Ticket


class ServerDescription(Struct, frozen=True):
    """What a session learned of its server: all that an adapter is chosen by."""

    name: str
    version: str
    instructions: str
    tools: tuple[Tool, ...]


class ToolCall(Struct, frozen=True):
    """One tools/call to make."""

    tool: str
    arguments: Mapping[str, JsonValue]


class Page(Struct, frozen=True):
    """The tickets of one search result. ``next_call`` fetches the page after it; None: this was the last one.

    ``total`` is the tracker's own count of matches, None where it does not say.
    """

    tickets: tuple[Ticket, ...]
    next_call: ToolCall | None = None
    total: int | None = None
    warnings: tuple[str, ...] = ()


class TicketReference(Struct, frozen=True):
    """Which ticket to open: the id that people use, and what the tracker said besides (`Ticket.lookup`)."""

    id: str
    lookup: Mapping[str, JsonValue] = field(default_factory=dict)


class Adapter(Protocol):
    """Translates one kind of server; made for one `ServerDescription` by `tui_app.adapters.registry`."""

    @property
    def name(self) -> str:
        """``builder``, ``jira``, ``auto`` ..: the word that a profile's ``adapter`` takes."""

    @property
    def reason(self) -> str:
        """Why this adapter fits this server, in words, for ``doctor``."""

    @property
    def native_language(self) -> str | None:
        """What `TicketSearchCriteria.native` is written in (``JQL``), None where there is no such thing."""

    def setup_calls(self) -> tuple[ToolCall, ...]:
        """Calls to make once per session before all others (who am I, which workspace); mostly none."""

    def after_setup(self, results: Sequence[CallToolResult]) -> Adapter:
        """The adapter that knows what the setup calls answered; ``self`` where there are none."""

    def honoured(self, criteria: TicketSearchCriteria) -> frozenset[str]:
        """Names of the criteria fields in use that the server applies itself; the rest is applied after the fetch."""

    def search_call(self, criteria: TicketSearchCriteria) -> ToolCall:
        """The call for the first page. Dates in ``criteria`` are fresh.

        Raises:
            MCPError: a required argument cannot be filled; the hint shows the line of config that supplies it.
        """

    def page(self, criteria: TicketSearchCriteria, call: ToolCall, result: CallToolResult) -> Page:
        """Read the answer to ``call``, which came from `search_call` or a former page's ``next_call``.

        Raises:
            InvalidResponseError: no tickets can be read from it.
        """

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        """The calls for one whole ticket; they may be made side by side. The first one is the ticket itself.

        Raises:
            NoSearchToolError: the server has no tool that opens a ticket.
            UsageError: the id cannot be one of this tracker's.
        """

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        """Read the answers to `open_calls`, in their order. Later ones may be errors: then their part is missing.

        Raises:
            InvalidResponseError: the first holds no ticket.
        """

    def value_calls(self) -> tuple[ToolCall, ...]:
        """Calls that list the values that exist; none where the server has no such tool."""

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:
        """Criteria field to values, from the answers to `value_calls` and the enums of the search tool's schema."""

    def failure(self, result: CallToolResult) -> MCPError | None:
        """The error that a result tells of, in whichever of the four forms, or None."""

    def roles(self) -> Mapping[str, str]:
        """Tool name to what it is used for: ``search``, ``get``, ``comments``, ``values``."""

    def mapping(self) -> Mapping[str, JsonValue]:
        """The mapping in force, in the form of a profile's ``map`` table."""
