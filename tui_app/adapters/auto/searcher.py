"""Searches with the tools that were found: plans the calls, reads their answers, and finds another way where one fails.

Invariants: all places are asked, at most `MOST_PLACES`; one that fails is left out with a warning; an argument that the
server refused is not sent again within the search.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from operator import attrgetter

from msgspec.structs import replace

from tui_app.adapters.auto.calls import by_path, role_of, tool_call
from tui_app.adapters.auto.encoding import EncodedArguments, encode
from tui_app.adapters.auto.exploring import Learned, refused_arguments
from tui_app.adapters.auto.flat_arguments import Argument
from tui_app.adapters.auto.ignored_arguments import ignored_arguments
from tui_app.adapters.auto.next_page import as_page, by_pages, following, honest_total, page_size
from tui_app.adapters.auto.places import MOST_PLACES, Place, qualified
from tui_app.adapters.auto.reference_names import with_names
from tui_app.adapters.auto.required_arguments import (
    add_other_arguments,
    drop_broken,
    missing_arguments,
    place_values,
)
from tui_app.adapters.auto.roles import Role, Roles
from tui_app.adapters.auto.tool_variants import ToolVariant
from tui_app.adapters.base import Page, Plan, ToolCall, plan_search
from tui_app.adapters.mapping import value_at
from tui_app.adapters.reading import payloads, plain_text, ticket_from
from tui_app.adapters.reading.field_values import Row
from tui_app.adapters.reading.learned import LearnedReading, ReadTickets, lack_statuses, learn
from tui_app.adapters.reading.openness import open_by_order
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import MAX_RESULTS_LIMIT, OPEN, TicketSearchCriteria
from tui_app.tickets.criterion import CRITERIA, NARROWING_CRITERIA
from tui_app.tickets.errors import InvalidResponseError, MCPError, MCPToolError
from tui_app.tickets.matching import phrases_in
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import JsonValue, Ticket

_FEWEST_OF_A_PLACE = 20  # tickets asked for at a time where there are many places
_LONGEST_SENTENCE = 200  # characters
_NOTHING_LEARNED = LearnedReading(0.0)


class Searcher:
    """Plans and reads searches; ``learned`` is what is known beside the tools."""

    def __init__(self, roles: Roles, learned: Learned) -> None:
        self._roles = roles
        self._learned = learned

    def lacking(self, variant: ToolVariant) -> list[Argument]:
        """What ``variant`` requires and a search without criteria does not fill."""
        role = next((c.role for c in self._roles.candidates if c.role.variant is variant), None)
        role = role or (self._roles.search if self._roles.search.variant is variant else role_of(variant))
        return missing_arguments(role, self._encoded(role, TicketSearchCriteria()).values)

    def trial_call(self, role: Role, place: Place) -> ToolCall | None:
        encoded = self._encoded(role, TicketSearchCriteria(), place)
        with suppress(MCPToolError):
            return tool_call(role, encoded.values, "search")
        return None

    def plan(
        self, criteria: TicketSearchCriteria, refused: frozenset[str] = frozenset(), warnings: tuple[str, ...] = ()
    ) -> Plan:
        places = self._places(criteria)
        place = places[0] if places else Place()
        role, encoded = self._chosen(criteria, place, len(places), refused)
        kind = "search" if role.tool == self._roles.search.tool else "text_search"
        call = tool_call(role, encoded.values, kind, self._known_places)
        if len(self._learned.places) > MOST_PLACES and len(places) == MOST_PLACES:
            count = len(self._learned.places)
            told = f"There are {count} projects; the first {MOST_PLACES} were asked. Name another to see its tickets."
            warnings = (*warnings, told)
        if criteria.openness != OPEN and kind == "search" and (other := self._roles.closed_elsewhere):
            warnings = (*warnings, f"Closed tickets that {other!r} lists apart from {call.tool!r} are not shown.")
        plan = plan_search(call, criteria, encoded.pushed_down, (*encoded.warnings, *warnings))
        return replace(plan, refused=refused)

    @property
    def _known_places(self) -> dict[str, tuple[str, ...]]:
        known: dict[str, list[str]] = {}
        for place in self._learned.places:
            for path, value in place.values.items():
                known.setdefault(path, []).append(str(value))
        return {path: tuple(dict.fromkeys(values)) for path, values in known.items()}

    def _places(self, criteria: TicketSearchCriteria) -> tuple[Place, ...]:
        """The places to ask: the wanted project, else all."""
        places = self._learned.places
        if criteria.project:
            wanted = tuple(place for place in places if _is_any_of(place, criteria.project))
            return wanted[:MOST_PLACES] or (places if len(places) == 1 else ())
        return places[:MOST_PLACES]

    def _chosen(
        self, criteria: TicketSearchCriteria, place: Place, places: int, refused: frozenset[str]
    ) -> tuple[Role, EncodedArguments]:
        """The tool to search with and its arguments: another one if the first takes no words or lacks a value."""
        first, other = self._roles.search.without(refused), self._roles.text_search
        if other is not None and criteria.text and "text" not in first.concepts:
            first, other = other.without(refused), first
        encoded = self._encoded(first, criteria, place, places)
        if other is not None and missing_arguments(first, encoded.values):
            instead = self._encoded(other, criteria, place, places)
            if not missing_arguments(other, instead.values):
                return other, instead
        return first, encoded

    def _encoded(
        self, role: Role, criteria: TicketSearchCriteria, place: Place | None = None, places: int = 1
    ) -> EncodedArguments:
        encoded = encode(criteria, role.concepts, role.language)
        everything_sent = criteria.used_fields() <= encoded.pushed_down | {"project"}
        everything_sent = everything_sent and not phrases_in(criteria.text)
        wanted = criteria.max_results if everything_sent else MAX_RESULTS_LIMIT
        if places > 1 and everything_sent:
            wanted = max(_FEWEST_OF_A_PLACE, -(-wanted // places))
        size = page_size(wanted, role.concepts)
        if size is not None:
            encoded.put(role.concepts["max_results"], size)
        encoded.values.update(role.constants)
        add_other_arguments(role, criteria, encoded)
        for path, value in place.values.items() if place else ():
            if any(argument.path == path for argument in role.variant.arguments) and path not in role.constants:
                encoded.values[path] = value
        if place is not None and criteria.project and _is_any_of(place, criteria.project):
            encoded.pushed_down.add("project")
        for path in role.refused:
            encoded.values.pop(path, None)
        drop_broken(role.variant.arguments, role.concepts, encoded)
        return encoded

    def listing_call(self, criteria: TicketSearchCriteria, place: Place) -> ToolCall | None:
        role = self._roles.search
        with suppress(MCPToolError):
            return tool_call(role, self._encoded(role, criteria, place).values, "search")
        return None

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:
        paths = by_path(call.arguments)
        role = self._role_for(call, paths)
        places = self._places(plan.criteria)
        at = _place_of(places, paths)
        try:
            found, absent = self.read(role, result)
        except InvalidResponseError as error:
            if said := self._sentence(plan, result):
                instead = self._without_text(plan, "") if "text" in plan.pushed_down else None
                return instead or Page((), None, None, (f"The server found nothing; it said: {said}",))
            return self._left_out(plan, role, at, f"{error.title}: {error.cause}", error)
        if not found.tickets and "text" in plan.pushed_down and not paths.keys() & _later_paths(role):
            instead = self._without_text(plan, "")
            if instead is not None:
                return instead
        concepts = by_pages(role.concepts) if plan.offset_counts_pages else role.concepts
        paged = as_page(paths, concepts, found.paging) if not found.rows else None
        if paged is not None:
            again = tool_call(role, {**paths, **paged}, "search")
            return Page((), again, moves_on=True, plan=replace(plan, offset_counts_pages=True))
        ignored = ignored_arguments(plan, role, paths, found.tickets) - plan.refused
        if ignored and (listed := self._asked_without(plan, ignored)):
            return listed
        named = with_names(found.tickets, found.rows, self._learned.names)
        named = tuple(_by_order(named, role))
        tickets = self._labelled(named, role, paths, places[at] if len(places) > 1 else None)
        changes = following(paths, concepts, found.paging, len(found.rows))
        next_call = tool_call(role, {**paths, **changes}, "search") if changes else None
        total = honest_total(paths, concepts, found.paging, len(found.rows))
        lacking = ("None of these tickets has a status.",) if lack_statuses(tickets) else ()
        warnings = (*map(clean_line, found.warnings), *lacking)
        if len(places) < 2:
            return Page(tickets, next_call, total, warnings, absent=absent)
        if next_call is not None and (plan.filtered_here or plan.phrases):
            return Page(tickets, next_call, None, warnings, absent=absent)
        more = next_call is not None or found.more
        further = self._at_next_place(plan, role, at)
        return Page(tickets, further, None, warnings, moves_on=True, more=more, absent=absent)

    def _sentence(self, plan: Plan, result: CallToolResult) -> str:
        """The sentence with which a tool that is known to have tickets answers a search that it finds nothing for."""
        told = plain_text(result).strip()
        is_one = 0 < len(told) <= _LONGEST_SENTENCE and "\n" not in told and told[0] not in "{[<"
        return clean_line(told) if is_one and self._learned.is_settled and plan.pushed_down & NARROWING_CRITERIA else ""

    def _labelled(
        self, tickets: Sequence[Ticket], role: Role, paths: Mapping[str, JsonValue], place: Place | None
    ) -> tuple[Ticket, ...]:
        """``tickets`` with the place that they were found in: by name, and for the tool that opens them."""
        known = place_values(role, paths)
        if place is not None:
            known |= {path.rsplit(".", 1)[-1]: value for path, value in place.values.items() if _is_plain(value)}
        if not known:
            return tuple(tickets)
        kinds = {argument.path for argument in role.variant.arguments if argument.values}
        label = place.label if place and not place.values.keys() <= kinds else None  # a kind of ticket is no project
        counts_within = label is not None and self._learned.counts_within_places
        return tuple(
            replace(
                ticket,
                id=qualified(place, ticket.id) if place and counts_within and ticket.id else ticket.id,
                lookup={**known, **ticket.lookup},
                project=ticket.project or label,
            )
            for ticket in tickets
        )

    def _at_next_place(self, plan: Plan, role: Role, at: int) -> ToolCall | None:
        places = self._places(plan.criteria)
        if at + 1 >= len(places):
            return None
        later = _later_paths(role)
        kept = {path: value for path, value in by_path(plan.call.arguments).items() if path not in later}
        return tool_call(role, {**kept, **places[at + 1].values}, "search")

    def _left_out(self, plan: Plan, role: Role, at: int, told: str, error: MCPError) -> Page:
        """The place at ``at`` without its tickets, and the next one.

        Raises:
            MCPError: there is but one.
        """
        places = self._places(plan.criteria)
        if len(places) < 2:
            raise error
        warning = f"{places[at].label} could not be read: {clean_line(told)}"
        further = self._at_next_place(plan, role, at)
        return Page((), further, None, (warning,), moves_on=True)

    def search_failed(self, plan: Plan, call: ToolCall, error: MCPError) -> Page | None:
        paths = by_path(call.arguments)
        role = self._role_for(call, paths)
        refused = refused_arguments(role, call, error) - plan.refused
        if refused and (again := self._asked_without(plan, refused)):
            return again
        if "text" in plan.pushed_down:
            instead = self._without_text(plan, clean_line(error.cause))
            if instead is not None:
                return instead
        places = self._places(plan.criteria)
        if len(places) < 2:
            return None
        return self._left_out(plan, role, _place_of(places, paths), error.cause, error)

    def _asked_without(self, plan: Plan, paths: frozenset[str]) -> Page | None:
        """The search anew without the arguments at ``paths``; None where that is no other call."""
        with suppress(MCPError):
            again = self.plan(plan.criteria, plan.refused | paths)
            if again.call != plan.call:
                return Page((), again.call, plan=again, moves_on=True)
        return None

    def _without_text(self, plan: Plan, told: str) -> Page | None:
        """List instead of searching for words, which are looked for here; None where nothing lists."""
        words = self._roles.search.concepts.get("text")
        if "text" in plan.refused or (words is not None and words.required):
            return None
        listing = self._roles.search.without(frozenset({words.path} if words else ()))
        criteria = replace(plan.criteria, text="")
        places = self._places(criteria)
        encoded = self._encoded(listing, criteria, places[0] if places else None, len(places))
        if missing_arguments(listing, encoded.values):
            return None
        call = tool_call(listing, encoded.values, "search")
        if call == plan.call:
            return None
        warnings = (f"The search for words failed ({told}), so they were looked for here.",) if told else ()
        listed = plan_search(call, plan.criteria, encoded.pushed_down - {"text"}, ())
        return Page((), call, None, warnings, moves_on=True, plan=replace(listed, refused=plan.refused | {"text"}))

    def _role_for(self, call: ToolCall, paths: Mapping[str, JsonValue]) -> Role:
        """The search role that ``call`` is made for: of two that use one tool, the one that pins more arguments."""
        roles = [role for role in (self._roles.search, self._roles.text_search) if role is not None]
        fitting = [role for role in roles if role.tool == call.tool and role.made(paths)]
        return max(fitting, key=lambda role: len(role.constants), default=self._roles.search)

    def read(self, role: Role, result: CallToolResult) -> tuple[ReadTickets, frozenset[str]]:
        """What ``result`` holds, and the ticket fields that its rows have no place for."""
        if self._roles.map.rows or self._roles.map.fields:
            found = self._mapped(result)
            return found, _absent_fields(found.tickets)
        own = self._learned.reading if role.tool == self._roles.search.tool else None
        reading = own or learn(result)
        if reading is None:
            found = (self._learned.earlier or _NOTHING_LEARNED).read(result)
            return found, frozenset()
        if own is not None:
            found = own.read(result)
        else:
            found = ReadTickets(reading.tickets, reading.rows, reading.paging, reading.warnings)
        return found, _absent_fields(found.tickets) - reading.fields.keys()

    def _mapped(self, result: CallToolResult) -> ReadTickets:
        path, fields = self._roles.map.rows, self._roles.map.fields
        if not path:
            found = _NOTHING_LEARNED.read(result)
            tickets = tuple(_with_fields(row, fields) for row in found.rows)
            return replace(found, tickets=tickets)
        for payload in payloads(result):
            rows = value_at(path, payload)
            if isinstance(rows, list):
                objects = [row for row in rows if isinstance(row, dict)]
                return ReadTickets(tuple(_with_fields(row, fields) for row in objects), objects)
        raise InvalidResponseError(
            f"There is no list at {path!r} in the answer, which the profile's map names as the rows.",
            hint="Correct `rows` in the profile's map, or leave it out.",
        )


def _later_paths(role: Role) -> set[str]:
    """Paths of the arguments that ask for a later page."""
    return {role.concepts[name].path for name in ("offset", "page", "cursor") if name in role.concepts}


def _place_of(places: Sequence[Place], paths: Mapping[str, JsonValue]) -> int:
    """Which of ``places`` a call with arguments ``paths`` asked."""
    at = (number for number, place in enumerate(places) if place.values.items() <= paths.items())
    return next(at, 0)


def _is_any_of(place: Place, names: Sequence[str]) -> bool:
    return any(map(place.is_called, names))


def _by_order(tickets: Sequence[Ticket], role: Role) -> Iterator[Ticket]:
    """``tickets``, with what the order of the statuses that a search takes says of those without a known meaning."""
    argument = role.concepts.get("status")
    between = open_by_order([value for value in argument.values if isinstance(value, str)]) if argument else ()
    for ticket in tickets:
        yield replace(ticket, closed=False) if ticket.status in between and ticket.is_closed is None else ticket


def _is_plain(value: JsonValue) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _absent_fields(tickets: Sequence[Ticket]) -> frozenset[str]:
    """Ticket fields that a criterion can ask about and that none of ``tickets`` has."""
    fields = {criterion.field for criterion in CRITERIA if criterion.field}
    return frozenset(name for name in fields if not (hasattr(Ticket, name) and any(map(attrgetter(name), tickets))))


def _with_fields(row: Row, fields: Mapping[str, str]) -> Ticket:
    return ticket_from(row, {name: value_at(path, dict(row)) for name, path in fields.items()})
