"""What an adapter is: a pure translator between criteria and tickets on one side, tool calls and results on the other.

Invariants: an adapter does no input or output and keeps no state between calls; every tool that it names is one that
only reads; it sends no argument that the tool's schema does not declare, and no value outside an argument's enum. Calls
that change something are made by none of these, but by `tui_app.adapters.changing`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct, field

from tui_app.mcp_client.types import CallToolResult, Tool
from tui_app.tickets.criteria import ME, TicketSearchCriteria
from tui_app.tickets.criterion import LEFT_OUT, CriterionKind, criterion_of
from tui_app.tickets.errors import MCPError
from tui_app.tickets.json_values import texts_in
from tui_app.tickets.matching import phrases_in
from tui_app.tickets.ticket import JsonValue, Ticket


class ServerDescription(Struct, frozen=True):
    """What a session learned of its server: all that an adapter is chosen by."""

    name: str
    version: str
    instructions: str
    tools: tuple[Tool, ...]
    folder: str = ""
    """Where the server's program runs on this machine; empty for one that runs elsewhere."""

    @property
    def tools_digest(self) -> str:
        """Names a list of tools with everything that it says: what was learnt of one holds for no other."""
        tools = [
            [tool.name, tool.description, dict(tool.input_schema), dict(tool.annotations)]
            for tool in sorted(self.tools, key=lambda tool: tool.name)
        ]
        text = json.dumps([self.name, tools], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


class ToolCall(Struct, frozen=True):
    """One tools/call to make."""

    tool: str
    arguments: Mapping[str, JsonValue]


class Page(Struct, frozen=True):
    """The tickets of one search result. ``next_call`` fetches the page after it; None: this was the last one.

    ``total`` is the tracker's own count of matches, None if it gives none.
    """

    tickets: tuple[Ticket, ...]
    next_call: ToolCall | None = None
    total: int | None = None
    warnings: tuple[str, ...] = ()
    moves_on: bool = False
    """``next_call`` asks another project or board: rows that come again there are no sign of an endless server."""
    more: bool = False
    """Further tickets match, although no call fetches them."""
    absent: frozenset[str] = frozenset()
    """Ticket fields that these rows have no place for, as against empty ones."""
    plan: Plan | None = None
    """How the search goes on, where this answer showed that the first plan does not do."""


class Plan(Struct, frozen=True):
    """How one search is carried out: made once, when the search begins, and handed to every page of it."""

    call: ToolCall
    """Fetches the first page."""
    criteria: TicketSearchCriteria
    """With relative dates as they were when the search began."""
    pushed_down: frozenset[str]
    """Those of ``criteria.used_fields()`` that the server applies."""
    filtered_here: frozenset[str]
    """Those of ``criteria.used_fields()`` that are applied to the tickets of each page after it came."""
    warnings: tuple[str, ...] = ()
    """What the user should know of this search. May quote the server, so it is not sanitised."""
    refused: frozenset[str] = frozenset()
    """Arguments that the server refused in this search; they are not sent again."""
    offset_counts_pages: bool = False
    """Whether the server's answers showed that what it calls an offset is the number of a page, from 0 on."""
    ordered: bool = False
    """Whether the server applies ``criteria.sort``."""
    phrases: tuple[str, ...] = ()
    """Words to be found as they stand that the server may have looked for one by one: tickets are checked for them."""


def plan_search(
    call: ToolCall, criteria: TicketSearchCriteria, pushed_down: Iterable[str], warnings: Iterable[str] = ()
) -> Plan:
    """The plan to make ``call``, which covers ``pushed_down``. What cannot be filtered here either gets a warning."""
    applied = frozenset(pushed_down)
    filtered_here = set(criteria.used_fields() - applied)
    unmet: list[str] = []
    if "native" in filtered_here:
        filtered_here.discard("native")
        unmet.append("This server takes no query in its own language, so the native query was left out.")
    for name in sorted(filtered_here):
        is_person = criterion_of(name).kind is CriterionKind.PERSON
        if is_person and ME in map(str.casefold, criteria.value(name)):
            filtered_here.discard(name)
            field = name.removeprefix(LEFT_OUT)
            unmet.append(
                f"This server cannot tell who you are, so the {field} `me` was left out; type your name instead."
            )
    phrases = _phrases_apart(call, criteria) if "text" in applied else ()
    ordered = "sort" in applied
    return Plan(
        call, criteria, applied, frozenset(filtered_here), (*unmet, *warnings), ordered=ordered, phrases=phrases
    )


def _phrases_apart(call: ToolCall, criteria: TicketSearchCriteria) -> tuple[str, ...]:
    """The phrases of a search that ``call`` does not hold between quotation marks."""
    sent = "\n".join(texts_in(dict(call.arguments))).replace("\\", "")
    return tuple(p for p in phrases_in(criteria.text) if f'"{p}"' not in sent and f"'{p}'" not in sent)


class TicketReference(Struct, frozen=True):
    """Which ticket to open: the id that people use, and the tracker's own identifiers (`Ticket.lookup`)."""

    id: str
    lookup: Mapping[str, JsonValue] = field(default_factory=dict)
    title: str = ""
    """Of the row that it was found by, where there was one."""
    answers: tuple[CallToolResult, ...] = ()
    """What the calls answered that were made so far in order to open it; failures too."""


class ChangeHints(Struct, frozen=True):
    """What is known of a tracker's tools for changing tickets that they do not say themselves."""

    arguments: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    """Tool to path to JSON schema: what may stand in an object whose parts its own schema does not name."""
    keep: frozenset[str] = frozenset()
    """Tools that leave alone what is not sent, whatever defaults their schemas name."""
    tells_empty: bool = False
    """Whether an answer without labels means that there are none."""


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

    @property
    def change_hints(self) -> ChangeHints:
        """What the tools that change tickets do not say themselves."""

    def setup_calls(self) -> tuple[ToolCall, ...]:
        """Calls to make before all others of a session (who am I, which workspace, which tool has tickets).

        Mostly none. The adapter of `after_setup` may want some more: they are made until it wants none, or time is up.
        """

    def after_setup(self, results: Sequence[CallToolResult]) -> Adapter:
        """The adapter that knows what the setup calls answered; ``self`` where there are none.

        Raises:
            NoSearchToolError: none of the tools that were tried has tickets.
        """

    def memory(self) -> JsonValue:
        """What to hand to the next adapter for the same tools, so that it needs no trial; None: nothing."""

    def field_calls(self, fields: Sequence[str]) -> tuple[ToolCall, ...]:
        """Calls that tell what the server calls ``fields``, named as people see them; none where rows have all."""

    def with_fields(self, fields: Sequence[str], results: Sequence[CallToolResult | None]) -> Adapter:
        """The adapter whose rows have ``fields`` too, from the answers to `field_calls`; None: that call failed."""

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        """How to search for ``criteria``, whose relative dates are fresh.

        Raises:
            MCPError: a required argument cannot be filled; the hint shows the line of config that supplies it.
        """

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:
        """Read the answer to ``call``, which is ``plan``'s or the ``next_call`` of the page before.

        Raises:
            InvalidResponseError: no tickets can be read from it.
        """

    def search_failed(self, plan: Plan, call: ToolCall, error: MCPError) -> Page | None:
        """What takes the place of a call of a search that failed: another way, or a part left out with a warning.

        None where the search cannot go on without it.
        """

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        """The calls for one whole ticket; they may be made side by side. The first one is the ticket itself.

        Raises:
            NoSearchToolError: the server has no tool that opens a ticket.
            UsageError: the id cannot be one of this tracker's.
        """

    def look_again(self, reference: TicketReference, results: Sequence[CallToolResult]) -> TicketReference | None:
        """What to open next, where these answers to `open_calls`, the first of which may be a failure, do not do.

        None: there is no other way, or none is needed.
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
        """The error that a result reports, in any of the four forms, or None."""

    def roles(self) -> Mapping[str, str]:
        """Tool name to what it is used for: ``search``, ``get``, ``comments``, ``values``."""

    def mapping(self) -> Mapping[str, JsonValue]:
        """The mapping in force, in the form of a profile's ``map`` table."""
