"""One wish, the ticket that it is about and its server; and asking the server what it knows, by tools that only read.

Everything that asks is a conversation: a generator that yields the lookups to make, is sent their answers, and returns
what it found. What a lookup requires is filled in from the ticket, or it is not made.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias, TypeVar

from msgspec import Struct, field

from tui_app.adapters.auto.calls import listing_call
from tui_app.adapters.auto.flat_arguments import Argument
from tui_app.adapters.auto.id_argument import find_id_argument
from tui_app.adapters.auto.tool_variants import ToolVariant, variants_of
from tui_app.adapters.base import Adapter, ServerDescription, ToolCall
from tui_app.adapters.changing import lookups
from tui_app.adapters.changing.filling import identity, known
from tui_app.adapters.changing.free_fields import with_fields
from tui_app.adapters.changing.lookups import Named
from tui_app.adapters.changing.subject import Subject
from tui_app.adapters.changing.uses import WritingUse
from tui_app.adapters.failures import failure_in
from tui_app.adapters.mapping import ToolTable
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.changes import WantedChange
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import MCPError, NotOfferedError
from tui_app.tickets.ticket import JsonValue

T = TypeVar("T")
Conversation: TypeAlias = Generator[ToolCall, CallToolResult, T]
"""Yields the lookups to make, is sent their answers, and returns what it found."""

MOST_LOOKUPS = 4  # tools asked for one value
SEEN = 100  # tickets looked through for people and statuses


class Ground(Struct, frozen=True, dict=True):
    """One server, as changes see it."""

    server: ServerDescription
    adapter: Adapter
    uses: tuple[WritingUse, ...]
    nouns: frozenset[str]
    constants: Mapping[str, JsonValue] = field(default_factory=dict)
    """The profile's own, sent to every tool that declares them."""
    me: str = ""
    mapped: Mapping[str, ToolTable] = field(default_factory=dict)
    """What the profile's map says of changes, by kind."""

    @cached_property
    def readers(self) -> tuple[ToolVariant, ...]:
        """Everything that only reads."""
        return tuple(variant for tool in self.server.tools for variant in variants_of(tool))


class Case(Struct, frozen=True, dict=True):
    """One wish, and the ticket that it is about; None for a new one."""

    ground: Ground
    wanted: WantedChange
    subject: Subject | None = None

    @property
    def about(self) -> Subject:
        """The ticket of a change that is about one.

        Raises:
            NotOfferedError: there is none.
        """
        if self.subject is None:
            raise NotOfferedError("The ticket was not read.")
        return self.subject

    @cached_property
    def uses(self) -> tuple[WritingUse, ...]:
        """The ways to change tickets, with the fields that this one shows for tools that name none."""
        told = self.ground.adapter.change_hints.arguments
        record = self.subject.record if self.subject else None
        return tuple(with_fields(use, record, told.get(use.tool.name, {})) for use in self.ground.uses)


class Found(Struct, frozen=True):
    """A value as the argument takes it, and the word that people see for it."""

    value: JsonValue
    label: str


def listing(case: Case) -> Conversation[CallToolResult | None]:
    """What a search for everything answers; None where there is none."""
    try:
        plan = case.ground.adapter.plan(TicketSearchCriteria(max_results=SEEN))
    except MCPError:
        return None
    result = yield plan.call
    return None if failure_in(result) else result


def ask(case: Case, variant: ToolVariant, typed: Mapping[str, JsonValue] | None = None) -> Conversation[list[Named]]:
    """What a tool that lists something answers; nothing where it cannot be called, or fails."""
    result = yield from ask_raw(case, variant, typed or {})
    return lookups.entries_of(result) if result is not None else []


def ask_raw(case: Case, variant: ToolVariant, typed: Mapping[str, JsonValue]) -> Conversation[CallToolResult | None]:
    """The answer of a tool that lists something; None where it cannot be called, or fails."""
    call = _lookup_call(case, variant, typed)
    if call is None:
        return None
    result = yield call
    return None if failure_in(result) else result


def callable_ones(
    case: Case, variants: Sequence[ToolVariant], typed: Callable[[ToolVariant], Mapping[str, JsonValue]] | None = None
) -> list[ToolVariant]:
    """The first few of ``variants`` for which everything that they require is known."""
    found: list[ToolVariant] = []
    for variant in variants:
        if len(found) < MOST_LOOKUPS and _lookup_call(case, variant, typed(variant) if typed else {}) is not None:
            found.append(variant)
    return found


def _lookup_call(case: Case, variant: ToolVariant, typed: Mapping[str, JsonValue]) -> ToolCall | None:
    values: dict[str, JsonValue] = dict(typed)
    own = find_id_argument(variant.arguments)
    for argument in variant.arguments:
        if argument.path in values or not (argument.required or argument.name in case.ground.constants):
            continue
        value = _own_id(case, variant, argument) if argument is own and argument.required else None
        value = known(argument, case.subject, case.ground.constants) if value is None else value
        fit = argument.fit(value) if value is not None else None
        if fit is not None:
            values[argument.path] = fit
    return listing_call(variant, values)


def _own_id(case: Case, variant: ToolVariant, argument: Argument) -> JsonValue:
    """The ticket's id for a tool that asks for one: its transitions, its project's members."""
    nouns = [word for word in argument.words if word in case.ground.nouns]
    if case.subject is None or (not nouns and argument.words[-1:] not in (("id",), ("key",))):
        return None
    use = WritingUse(variant, frozenset(), frozenset(), frozenset(), mentions=True)
    try:
        return identity(use, case.subject)[argument.path]
    except (NotOfferedError, KeyError):
        return None
