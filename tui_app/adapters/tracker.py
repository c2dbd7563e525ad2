"""What the adapters of the known trackers have in common, and the JSON that their answers hold out of its wrappers.

Invariants: a call holds only what the tool's schema takes (`tui_app.adapters.tool_arguments`); a criterion counts as
pushed down only where every argument that expresses it was sent; a next page is asked for only where the server takes
an argument that names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any, ClassVar, Self, TypeVar

from msgspec.structs import replace

from tui_app.adapters.base import ChangeHints, Page, Plan, ServerDescription, TicketReference, ToolCall, plan_search
from tui_app.adapters.failures import failure_in
from tui_app.adapters.reading import payloads, plain_text, read_rows
from tui_app.adapters.registry import no_search_tool
from tui_app.adapters.tool_arguments import allowed_values, fitted, missing
from tui_app.mcp_client.types import CallToolResult, Tool
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import InvalidResponseError, MCPError, NoSearchToolError, UsageError
from tui_app.tickets.matching import phrases_in
from tui_app.tickets.ticket import JsonValue, Ticket

PAGE_SIZE = 100
"""The most that many trackers return in one answer; also few enough for the first rows to come soon."""

Arguments = Mapping[str, JsonValue]
Row = Mapping[str, JsonValue]
ArgumentsByCriterion = Mapping[str, Arguments]
"""Criteria field to the arguments that express it."""


Variant = TypeVar("Variant", bound="TrackerAdapter")


class TrackerAdapter:
    """Base of the adapters of known trackers; a subclass defines how criteria are encoded and answers read."""

    name: ClassVar[str] = ""
    native_language: ClassVar[str | None] = None
    search_tool: ClassVar[str] = ""
    get_tool: ClassVar[str] = ""
    comments_tool: ClassVar[str] = ""

    made_for: ClassVar[str] = ""
    """The server, as its package is called."""

    change_hints: ClassVar[ChangeHints] = ChangeHints()

    def __init__(self, server: ServerDescription, map: Mapping[str, Any]) -> None:  # noqa: A002
        self._server = server
        self._constants: Arguments = map.get("arguments") or {}
        self._tools = {tool.name: tool for tool in server.tools}

    @property
    def reason(self) -> str:
        return f"{self._server.name!r} offers {self.search_tool!r}, as {self.made_for} does"

    def memory(self) -> JsonValue:
        return None

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        raise NotImplementedError

    def setup_calls(self) -> tuple[ToolCall, ...]:
        return ()

    def after_setup(self, results: Sequence[CallToolResult]) -> TrackerAdapter:  # noqa: ARG002  # there were no calls
        return self

    def field_calls(self, fields: Sequence[str]) -> tuple[ToolCall, ...]:  # noqa: ARG002  # rows have all that there is
        return ()

    def with_fields(self, fields: Sequence[str], results: Sequence[CallToolResult | None]) -> TrackerAdapter:  # noqa: ARG002
        return self

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:
        raise NotImplementedError

    def search_failed(self, plan: Plan, call: ToolCall, error: MCPError) -> Page | None:  # noqa: ARG002
        return None

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        raise NotImplementedError

    def look_again(
        self,
        reference: TicketReference,  # noqa: ARG002  # the ids of these trackers lead to their tickets
        results: Sequence[CallToolResult],  # noqa: ARG002
    ) -> TicketReference | None:
        return None

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        raise NotImplementedError

    def value_calls(self) -> tuple[ToolCall, ...]:
        return ()

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:  # noqa: ARG002
        return {}

    def failure(self, result: CallToolResult) -> MCPError | None:
        return failure_in(result)

    def roles(self) -> Mapping[str, str]:
        roles = {call.tool: "values" for call in self.value_calls()}
        roles |= {self.comments_tool: "comments", self.get_tool: "get", self.search_tool: "search"}
        return {tool: role for tool, role in roles.items() if tool in self._tools}

    def mapping(self) -> Mapping[str, JsonValue]:
        return {}

    # ------------------------------------------------------------- for subclasses

    def has(self, tool: str) -> bool:
        """Whether the server offers ``tool``."""
        return tool in self._tools

    def call(self, tool: str, arguments: Arguments) -> ToolCall:
        """A call of ``tool`` with those of ``arguments`` that it takes.

        Raises:
            NoSearchToolError: the server does not offer ``tool``, or the tool wants an argument that we cannot fill.
        """
        known = self._tools.get(tool)
        if known is None:
            raise NoSearchToolError(
                f"The server offers no tool {tool!r}.", hint="Update the server, or choose another adapter."
            )
        pushed = {name: value for name, value in arguments.items() if value is not None}
        sent = fitted(known, {**self._constants, **pushed})
        _refuse_unfilled(known, sent)
        return ToolCall(tool, sent)

    def planned(
        self,
        tool: str,
        criteria: TicketSearchCriteria,
        pushed: ArgumentsByCriterion,
        arguments: Arguments | None = None,
        warnings: Iterable[str] = (),
    ) -> Plan:
        """The plan to call ``tool`` with ``arguments``, and with what ``pushed`` holds for the criteria in use.

        Objects are merged, for tools that take criteria as entries of one argument.
        """
        used = criteria.used_fields()
        wanted = dict(arguments or {})
        for name, value in (part for field in sorted(used & pushed.keys()) for part in pushed[field].items()):
            before = wanted.get(name)
            wanted[name] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
        call = self.call(tool, wanted)
        sent = {field for field, words in pushed.items() if field in used and words.keys() <= call.arguments.keys()}
        return plan_search(call, criteria, sent, warnings)

    def knowing(self, **facts: object) -> Self:
        """This adapter with ``facts`` as attributes, for `after_setup`."""
        adapter = copy(self)
        for name, value in facts.items():
            setattr(adapter, name, value)
        return adapter

    def answers(self, reference: TicketReference, results: Sequence[CallToolResult]) -> dict[str, JsonValue]:
        """Tool to what it answered to `open_calls`; a call after the first that failed is left out."""
        calls = zip(self.open_calls(reference), results, strict=False)
        return {
            call.tool: data_of(result)
            for number, (call, result) in enumerate(calls)
            if number == 0 or self.failure(result) is None
        }

    def rows(self, result: CallToolResult) -> list[Row]:
        """The rows of a search's answer.

        Raises:
            InvalidResponseError: no tickets can be read from it.
        """
        return [row for row in read_rows(result).rows if isinstance(row, dict)]

    def following(self, call: ToolCall, **changes: JsonValue) -> ToolCall | None:
        """``call`` with ``changes``; None where one of them cannot be sent, or nothing would change."""
        following = self.call(call.tool, {**call.arguments, **changes})
        told = all(name in following.arguments for name in changes)
        return following if told and following != call else None

    def enum(self, tool: str, argument: str) -> tuple[str, ...]:
        """The values that an argument's schema allows."""
        return allowed_values(self._tools[tool], argument) if tool in self._tools else ()


def variant_for(
    variants: Sequence[type[Variant]],
    server: ServerDescription,
    map: Mapping[str, Any],  # noqa: A002
) -> Variant:
    """The first of ``variants`` whose tools that search and open ``server`` offers.

    Raises:
        NoSearchToolError: it offers none of them.
    """
    offered = {tool.name for tool in server.tools}
    for variant in variants:
        if {variant.search_tool, variant.get_tool or variant.search_tool} <= offered:
            return variant(server, map)
    raise no_search_tool(server, variants[0].name)


def not_an_id(typed: str, example: str) -> UsageError:
    """The error for an id that cannot be one of this tracker's."""
    return UsageError(f"{typed!r} is not an id of this tracker.", hint=f"Its ids look like {example}.", field="id")


def sole(values: Sequence[str]) -> str | None:
    """The value where there is exactly one, for arguments that take no list."""
    return values[0] if len(values) == 1 else None


def page_size(criteria: TicketSearchCriteria, pushed_down: Iterable[str], largest: int = PAGE_SIZE) -> int:
    """How many tickets to ask for at a time: no more than wanted, unless some of them will be sorted out here."""
    filtered_here = criteria.used_fields() - frozenset(pushed_down)
    return largest if filtered_here or phrases_in(criteria.text) else min(largest, criteria.max_results)


def the_ticket(reference: TicketReference, tickets: Sequence[Ticket]) -> Ticket:
    """Of ``tickets`` the one that was asked for, else the first.

    Raises:
        InvalidResponseError: there is none.
    """
    wanted = reference.id.casefold()
    for ticket in tickets:
        if ticket.id.casefold() == wanted:
            return ticket
    if not tickets:
        raise InvalidResponseError(f"The answer holds no ticket {reference.id}.")
    return tickets[0]


def merged(opened: Ticket, **parts: object) -> Ticket:
    """``opened`` with those of ``parts`` that hold something."""
    return replace(opened, **{name: value for name, value in parts.items() if value})


def _refuse_unfilled(tool: Tool, sent: Arguments) -> None:
    names = missing(tool, sent)
    if names:
        example = ", ".join(f'{name} = "..."' for name in names)
        raise NoSearchToolError(
            f"The tool {tool.name!r} needs {', '.join(names)}, which a search does not supply.",
            title="The server needs more arguments",
            hint=f"Add to the profile's table: map.arguments = {{ {example} }}",
        )


def data_of(result: CallToolResult) -> JsonValue:
    """The JSON value of ``result``; its text where that holds none."""
    return next(payloads(result), plain_text(result))


def rows_in(value: JsonValue, *path: str) -> list[dict[str, JsonValue]]:
    """The objects of the list at ``path`` in ``value``; a single object there is a list of one."""
    found = at(value, *path)
    entries = found if isinstance(found, list) else [found]
    return [entry for entry in entries if isinstance(entry, dict)]


def words_in(value: JsonValue, part: str, *path: str) -> tuple[str, ...]:
    """What the objects of the list at ``path`` call ``part``, each word once; the list may be in ``values`` too."""
    rows = rows_in(value, *path, "values") or rows_in(value, *path)
    words = (row.get(part) for row in rows)
    return tuple(dict.fromkeys(word for word in words if isinstance(word, str) and word))


def at(value: JsonValue, *path: str) -> JsonValue:
    """The value at ``path`` in ``value``, None where a step of it is missing."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def whole_number(value: JsonValue) -> int | None:
    """``value`` where it is a whole number of zero or more (a count, a page), in digits too."""
    if isinstance(value, str) and value.isdecimal() and len(value) < len("1000000000"):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
