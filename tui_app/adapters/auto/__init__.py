"""`auto`: derives a mapping from the server's list of tools; a profile's ``map`` overrides its parts.

The adapter for servers that nobody described: it works with the roles that were found for their tools.

Invariant: as `tui_app.adapters.base` says; every call is built by `_call`, which sends nothing that the tool's schema
does not declare. The trial is a conversation under way: `after_setup` takes it one step further, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from tui_app.adapters.auto.calls import listing_call, tool_call
from tui_app.adapters.auto.discovery import discover, undecided_tool
from tui_app.adapters.auto.exploring import Answers, Explored, Learned, Trial, described, explore
from tui_app.adapters.auto.flat_arguments import Argument, everything
from tui_app.adapters.auto.opening import Opener
from tui_app.adapters.auto.places import Conversation, Planner
from tui_app.adapters.auto.reference_names import (
    listing_values,
    remembered_names,
    with_names,
    with_places,
    with_reference_names,
)
from tui_app.adapters.auto.roles import Role, Roles, assign_roles
from tui_app.adapters.auto.searcher import Searcher
from tui_app.adapters.auto.tool_variants import ToolVariant
from tui_app.adapters.auto.words import VALUE_NOUNS
from tui_app.adapters.base import ChangeHints, Page, Plan, ServerDescription, TicketReference, ToolCall
from tui_app.adapters.failures import failure_in
from tui_app.adapters.mapping import parse_map
from tui_app.adapters.reading import learned_from_json, payloads, words_of
from tui_app.adapters.reading.field_names import plain_name, singular
from tui_app.adapters.reading.field_values import first_of, indexed, members, person_of, word_of
from tui_app.adapters.registry import allowing, no_search_tool, question_about
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.criterion import VALUE_CRITERIA
from tui_app.tickets.errors import MCPError, NoSearchToolError
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import JsonValue, Ticket


class _Exploration(Struct):
    """A trial under way: the call to make next."""

    conversation: Conversation[Explored]
    call: ToolCall


class AutoAdapter:
    """Searches, pages and opens with the tools that were found."""

    name = "auto"
    change_hints = ChangeHints()

    def __init__(
        self, roles: Roles, reason: str, learned: Learned | None = None, exploration: _Exploration | None = None
    ) -> None:
        self._roles = roles
        self._reason = reason
        self._learned = learned or Learned()
        self._exploration = exploration
        self._searcher = Searcher(roles, self._learned)
        self._opener = Opener(roles, tool_call, self._searcher.listing_call, self._searcher.read)

    @property
    def reason(self) -> str:
        guesses = ", ".join(f"{name} (from {column!r})" for name, column in self._learned.unsure.items())
        reason = self._learned.reason or self._reason
        return f"{reason}; unsure of: {guesses}" if guesses else reason

    @property
    def native_language(self) -> str | None:
        role = self._roles.search
        return (role.language or "query") if "native" in role.concepts else None

    # ------------------------------------------------------------- finding out

    def begin(self, memory: JsonValue = None, folder: str = "") -> AutoAdapter:
        """This adapter, about to find out what is not known yet; ``memory`` is that of an earlier start, ``folder``
        where the server's program runs.
        """
        remembered = self._remembered(memory)
        adapter = remembered or self
        searcher = adapter._searcher
        planner = Planner(self._roles.variants, listing_call, searcher.lacking, folder)
        candidates = adapter._roles.candidates
        if remembered or not candidates:
            adapter = adapter._exploring(_only_places(adapter._roles.search, planner, searcher.lacking))
        else:
            trials = explore(candidates, planner, searcher.trial_call, searcher.lacking)
            adapter = adapter._exploring(with_reference_names(trials, self._roles.values, listing_values))
        return adapter

    def _remembered(self, memory: JsonValue) -> AutoAdapter | None:
        """This adapter with the choice that ``memory`` holds; None where it holds none that fits these tools."""
        known = memory if isinstance(memory, dict) else {}
        refused, blank = known.get("refused"), known.get("blank")
        for candidate in self._roles.candidates:
            role = candidate.role
            if role.tool == known.get("tool") and dict(role.variant.constants) == known.get("arguments"):
                paths = (
                    frozenset(path for path in refused if isinstance(path, str)) if isinstance(refused, list) else ()
                )
                role = replace(role.without(frozenset(paths)), blank=blank if isinstance(blank, str) else "")
                reason = f"{role.tool!r} had the tickets when its tools were last tried"
                unsure = known.get("unsure")
                guesses = (
                    {str(name): str(column) for name, column in unsure.items()} if isinstance(unsure, dict) else {}
                )
                names, earlier = remembered_names(known.get("names")), learned_from_json(known.get("reading"))
                learned = Learned(earlier=earlier, reason=reason, is_settled=True, unsure=guesses, names=names)
                return AutoAdapter(self._roles.searching_with(role), self._reason, learned)
        return None

    def _exploring(self, conversation: Conversation[Explored]) -> AutoAdapter:
        try:
            call = next(conversation)
        except StopIteration as end:
            return self._settled(end.value)
        return AutoAdapter(self._roles, self._reason, self._learned, _Exploration(conversation, call))

    def setup_calls(self) -> tuple[ToolCall, ...]:
        return (self._exploration.call,) if self._exploration else ()

    def after_setup(self, results: Sequence[CallToolResult]) -> AutoAdapter:
        exploration = self._exploration
        if exploration is None:
            return self
        try:
            for result in results:
                exploration.call = exploration.conversation.send(result)
        except StopIteration as end:
            return self._settled(end.value)
        return AutoAdapter(self._roles, self._reason, self._learned, exploration)

    def _settled(self, explored: Explored) -> AutoAdapter:
        chosen = explored.chosen
        if chosen is None:
            if any(candidate.likely for candidate in self._roles.candidates) or not self._roles.candidates:
                return AutoAdapter(self._roles, self._reason, self._learned)
            raise _none_has_tickets(self._roles, described(explored.trials))
        if self._learned.is_settled:
            names = with_places(self._learned.names, chosen.places)
            return AutoAdapter(self._roles, self._reason, replace(self._learned, places=chosen.places, names=names))
        asked = f"asked {explored.calls} tool{'s' if explored.calls != 1 else ''}" if explored.calls else ""
        reason = f"no shipped adapter fits; {asked}, and {chosen.role.tool!r} has the tickets" if asked else ""
        settled = chosen.reading is not None
        reading = replace(chosen.reading, rows=(), tickets=()) if chosen.reading else None
        roles = self._roles if not self._roles.candidates else self._roles.searching_with(chosen.role)
        unsure = {name: reading.fields[name].column for name in reading.guessed} if reading else {}
        learned = Learned(reading, chosen.places, reason, settled, unsure, explored.names)
        return AutoAdapter(roles, self._reason, learned)

    def memory(self) -> JsonValue:
        role, reading = self._roles.search, self._learned.reading or self._learned.earlier
        if not self._learned.is_settled or not self._roles.candidates:
            return None
        return {
            "tool": role.tool,
            "arguments": dict(role.variant.constants),
            "refused": [*sorted(role.refused)],
            "blank": role.blank,
            "unsure": dict(self._learned.unsure),
            "names": to_builtins(self._learned.names),
            "reading": reading.to_json() if reading else None,
        }

    # ------------------------------------------------------------- searching and opening

    def field_calls(self, fields: Sequence[str]) -> tuple[ToolCall, ...]:  # noqa: ARG002  # rows have all that there is
        return ()

    def with_fields(self, fields: Sequence[str], results: Sequence[CallToolResult | None]) -> AutoAdapter:  # noqa: ARG002
        return self

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        return self._searcher.plan(criteria)

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:
        return self._searcher.page(plan, call, result)

    def search_failed(self, plan: Plan, call: ToolCall, error: MCPError) -> Page | None:
        return self._searcher.search_failed(plan, call, error)

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        return self._opener.calls(reference, self._learned.places)

    def look_again(self, reference: TicketReference, results: Sequence[CallToolResult]) -> TicketReference | None:
        return self._opener.look_again(reference, results, self._learned.places)

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        ticket = self._opener.opened(reference, results, self._learned.places)
        return with_names((ticket,), ({**ticket.lookup, **ticket.extra},), self._learned.names)[0]

    # ------------------------------------------------------------- values

    def value_calls(self) -> tuple[ToolCall, ...]:
        calls: list[ToolCall] = []
        for role in {role.tool: role for role in self._roles.values.values()}.values():
            call = listing_values(role)
            calls += [call] if call else []
        return tuple(calls)

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:
        answers = {
            call.tool: result
            for call, result in zip(self.value_calls(), results, strict=False)
            if self.failure(result) is None
        }
        known = known_values(self._roles, answers)
        labels = tuple(dict.fromkeys(place.label for place in self._learned.places))
        return known if "project" in known or len(labels) < 2 else {**known, "project": labels}

    # ------------------------------------------------------------- what doctor shows

    def failure(self, result: CallToolResult) -> MCPError | None:
        return failure_in(result)

    def roles(self) -> Mapping[str, str]:
        named = {role.tool: "values" for role in self._roles.values.values()}
        for kind in ("comments", "get", "text_search", "search"):
            role: Role | None = getattr(self._roles, kind)
            if role is not None:
                named[role.tool] = kind.removeprefix("text_")
        return named

    def mapping(self) -> Mapping[str, JsonValue]:
        return self._roles.in_force().to_json()


def _none_has_tickets(roles: Roles, tried: str) -> NoSearchToolError:
    undecided = undecided_tool(roles.server) if roles.server else None
    hint = 'If one of them has, name it in the profile: [profiles.NAME.map.search] tool = "...".'
    error = NoSearchToolError(
        f"None of the tools that were tried has tickets. {tried}", hint=allowing(undecided.name) if undecided else hint
    )
    if roles.server:
        error.undecided = question_about(roles.server, undecided, roles.declined)
    return error


def _only_places(
    role: Role, planner: Planner, lacking: Callable[[ToolVariant], list[Argument]]
) -> Conversation[Explored]:
    """Find only what the search is called with: which tool that is, is known."""
    needed = lacking(role.variant)
    places = (yield from Answers().once(planner.places(role.variant, needed))) if needed else []
    return Explored(Trial(role, tuple(places)))


# ------------------------------------------------------------ the values that a form offers

_MOST_VALUES = 500  # of one field; more cannot be picked from
_LONGEST_VALUE = 200  # characters
_PROJECT_PARTS = ("key", "pathwithnamespace", "fullname", "identifier", "slug", "name", "title", "id")
_LIST_NAMES: Mapping[str, tuple[str, ...]] = {
    field: tuple(form for noun, meant in VALUE_NOUNS.items() if meant == field for form in (noun, singular(noun)))
    for field in VALUE_CRITERIA
}


def known_values(roles: Roles, answers: Mapping[str, CallToolResult]) -> dict[str, tuple[str, ...]]:
    """Criterion to its values; ``answers`` holds what each tool in `Roles.values` answered."""
    known = {name: _enum_values(roles, name) for name in VALUE_CRITERIA}
    for name, role in roles.values.items():
        result = answers.get(role.tool)
        for field in VALUE_CRITERIA if name == "any" else (name,):
            words = _listed(result, field, anywhere=name != "any") if result else ()
            known[field] = words or known[field]
    return {name: values for name, values in known.items() if values}


def _enum_values(roles: Roles, name: str) -> tuple[str, ...]:
    argument = roles.search.concepts.get(name)
    if argument is None:
        return ()
    wide = everything(argument.values)
    return tuple(str(value) for value in argument.values if value != wide)


def _listed(result: CallToolResult, field: str, *, anywhere: bool) -> tuple[str, ...]:
    for payload in payloads(result):
        words = _words(_list_in(payload, field, anywhere), field)
        if words:
            return words
    return ()


def _list_in(payload: JsonValue, field: str, anywhere: bool) -> JsonValue:
    if isinstance(payload, Mapping):
        index = indexed(payload)
        inner = first_of(index, _LIST_NAMES[field])
        if inner is None and isinstance(index.get("data"), Mapping):
            return _list_in(index["data"], field, anywhere)
        if inner is None and anywhere:
            lists = [value for value in index.values() if isinstance(value, list) and value]
            return lists[0] if len(lists) == 1 else None
        return inner
    return payload if anywhere else None


def _words(values: JsonValue, field: str) -> tuple[str, ...]:
    if isinstance(values, str):
        return words_of(values)
    found = dict.fromkeys(filter(None, (_word(value, field) for value in members(values))))
    return tuple(found)[:_MOST_VALUES]


def _word(value: JsonValue, field: str) -> str | None:
    if field == "project" and isinstance(value, Mapping):
        value = first_of({plain_name(name): part for name, part in value.items()}, _PROJECT_PARTS)
    word = person_of(value) if field == "assignee" else word_of(value)
    return clean_line(word) if word and len(word) <= _LONGEST_VALUE else None


def make(
    description: ServerDescription,
    map: Mapping[str, Any],  # noqa: A002  # the config's word
    memory: JsonValue = None,
) -> AutoAdapter:
    """The adapter for a server that no shipped one fits; ``memory``: of one for the same tools (`AutoAdapter.memory`).

    Raises:
        ConfigError: ``map`` is wrong, or names what the server does not have.
        NoSearchToolError: no tool searches tickets.
    """
    table = parse_map(map)
    answers = memory if isinstance(memory, dict) else {}
    allowed, declined = str(answers.get("allowed", "")), str(answers.get("declined", ""))
    because = "the profile's map says so" if table.search.tool else "its name and its arguments are those of a search"
    if not table.search.tool and allowed in {tool.name for tool in description.tools}:
        table = replace(table, search=replace(table.search, tool=allowed))
        because = "you said that it only reads"
    roles = assign_roles(description, discover(description), table)
    if roles is None:
        raise no_search_tool(description, undecided=undecided_tool(description), declined=declined)
    roles = replace(roles, server=description, declined=declined)
    reason = f"no shipped adapter fits, and of its tools {roles.search.tool!r} searches: {because}"
    return AutoAdapter(roles, reason).begin(memory, description.folder)
