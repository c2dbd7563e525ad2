"""Opens one ticket: with the tool that does, else by its row, else by what its row says that the tool wants.

Invariants: the ticket that comes out is the one that was asked for; a number is cut out of an id only in order to read,
and what comes is taken only where the server calls it by the whole id. What to do next
follows from the reference and the answers so far alone, so that it can be worked out again for each answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from tui_app.adapters.auto.encoding import EncodedArguments
from tui_app.adapters.auto.id_argument import id_values, is_uuid
from tui_app.adapters.auto.places import Place, qualified
from tui_app.adapters.auto.required_arguments import (
    ask_for_json,
    detail_arguments,
    drop_broken,
    place_arguments,
    ticket_values,
)
from tui_app.adapters.auto.roles import Role, Roles
from tui_app.adapters.base import TicketReference, ToolCall
from tui_app.adapters.failures import failure_in
from tui_app.adapters.mapping import value_at
from tui_app.adapters.reading import read_comments, read_record, ticket_from
from tui_app.adapters.reading.learned import ReadTickets
from tui_app.adapters.safety.asked_for import is_exactly, is_the_one, own_ids
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import MAX_RESULTS_LIMIT, TicketSearchCriteria
from tui_app.tickets.errors import InvalidResponseError, MCPError, MCPToolError
from tui_app.tickets.ticket import JsonValue, Ticket

_MOST_GETTERS = 4  # tools tried for one ticket
_NUMBERED = re.compile(r"[A-Za-z]+-(\d{1,18})")
_HEADING = 80  # characters of an answer that say what it is about
_MOST_PLACES = 10  # whose lists are looked through for one ticket

_Steps: TypeAlias = Generator[tuple[ToolCall, ...], Sequence[CallToolResult], Ticket]
"""Yields the calls of one step, is sent their answers, and returns the ticket."""


class Opener:
    """Works out the calls for one ticket, step by step."""

    def __init__(
        self,
        roles: Roles,
        call: Callable[[Role, Mapping[str, JsonValue], str], ToolCall],
        listing: Callable[[TicketSearchCriteria, Place], ToolCall | None],
        read: Callable[[Role, CallToolResult], tuple[ReadTickets, frozenset[str]]],
    ) -> None:
        self._roles = roles
        self._call = call
        self._listing = listing
        self._read = read

    def calls(self, reference: TicketReference, places: Sequence[Place]) -> tuple[ToolCall, ...]:
        """The calls of the step that ``reference`` is at.

        Raises:
            MCPError: there is no further step; the first failure counts.
        """
        calls, _ = self._run(reference, reference.answers, places)
        return calls

    def look_again(
        self, reference: TicketReference, results: Sequence[CallToolResult], places: Sequence[Place]
    ) -> TicketReference | None:
        """The next step after ``results``; None where they hold the ticket, or nothing is left to try."""
        try:
            calls, _ = self._run(reference, (*reference.answers, *results), places)
        except MCPError:
            return None
        return replace(reference, answers=(*reference.answers, *results)) if calls else None

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult], places: Sequence[Place]) -> Ticket:
        """The ticket that ``results`` end with.

        Raises:
            MCPError: it was not found.
        """
        _, ticket = self._run(reference, (*reference.answers, *results), places)
        if ticket is None:
            raise _not_found(reference)
        return ticket

    def _run(
        self, reference: TicketReference, answers: Sequence[CallToolResult], places: Sequence[Place]
    ) -> tuple[tuple[ToolCall, ...], Ticket | None]:
        steps = self._steps(reference, places)
        left = list(answers)
        try:
            calls = next(steps)
            while len(left) >= 1:
                taken, left = left[: len(calls)], left[len(calls) :]
                calls = steps.send(taken)
        except StopIteration as end:
            ticket: Ticket = end.value
            return (), ticket
        return calls, None

    def _steps(self, reference: TicketReference, places: Sequence[Place]) -> _Steps:
        at = next((one for one in places if len(places) > 1 and reference.id.startswith(qualified(one, ""))), None)
        if at is None:
            return (yield from self._steps_within(reference, places))
        number = reference.id.removeprefix(qualified(at, ""))
        ticket = yield from self._steps_within(replace(reference, id=number), (at,))
        return replace(ticket, id=reference.id)

    def _steps_within(self, reference: TicketReference, places: Sequence[Place]) -> _Steps:
        failures: list[MCPError] = []
        tried: list[ToolCall] = []
        unnamed: list[Ticket] = []
        ticket = yield from self._got(reference, None, places, tried, failures, unnamed)
        if ticket is not None:
            return ticket
        row = yield from self._listed(reference, places, failures)
        if row is None and unnamed:
            return unnamed[0] if unnamed[0].id else replace(unnamed[0], id=reference.id)
        if row is None:
            ticket = yield from self._named(reference, places)
            if ticket is None:
                raise failures[0] if failures else _not_found(reference)
            return ticket
        known = TicketReference(reference.id, {**row.lookup, **reference.lookup}, row.title)
        opened = next((one for one in unnamed if not one.id and one.title == row.title), None)
        if opened is not None:  # it stands in the answer that the ticket is the one, not which column says so
            return replace(opened, id=reference.id, status=opened.status or row.status, lookup=row.lookup, problems=())
        ticket = yield from self._got(known, row, places, tried, failures, unnamed)
        return ticket or row

    def _got(
        self,
        reference: TicketReference,
        row: Ticket | None,
        places: Sequence[Place],
        tried: list[ToolCall],
        failures: list[MCPError],
        unnamed: list[Ticket],
    ) -> Generator[tuple[ToolCall, ...], Sequence[CallToolResult], Ticket | None]:
        """The ticket from a tool that opens one; None where none of them answers with it."""
        for role, place, identity in self._ways(reference, places):
            calls = self._open_calls(role, reference, place, identity)
            if not calls or calls[0] in tried:
                continue
            tried.append(calls[0])
            results = yield calls
            ticket = self._ticket(reference, row, results, failures, unnamed)
            if ticket is not None:
                return ticket
        return None

    def _ways(
        self, reference: TicketReference, places: Sequence[Place]
    ) -> Iterator[tuple[Role, Place, Mapping[str, JsonValue]]]:
        """The tools that may open the ticket, with what to send as its id, likeliest first."""
        own = [place for place in places if _is_at(place, reference)] or places
        for role in self._roles.getters[:_MOST_GETTERS]:
            for place in own[:_MOST_PLACES] or [Place()]:
                for identity in _identities(role, reference):
                    yield role, place, identity

    def _named(
        self, reference: TicketReference, places: Sequence[Place]
    ) -> Generator[tuple[ToolCall, ...], Sequence[CallToolResult], Ticket | None]:
        """The ticket with the number of ``abc-7``, where the answer itself calls it ``abc-7``."""
        number = _NUMBERED.fullmatch(reference.id.strip())
        role = self._roles.get
        argument = role.id_argument if role else None
        if number is None or role is None or argument is None or not argument.kinds or "string" in argument.kinds:
            return None
        identity = {argument.path: argument.fit(int(number[1]))}
        calls = self._open_calls(role, reference, (places or [Place()])[0], identity)
        results = (yield calls) if calls else ()
        says_so = bool(results) and re.search(
            rf"(?<![\w-]){re.escape(reference.id.strip())}(?![\w-])", results[0].text[:_HEADING], re.IGNORECASE
        )
        if not says_so:
            return None
        known = TicketReference(number[1], reference.lookup)
        unnamed: list[Ticket] = []
        ticket = self._ticket(known, None, results, [], unnamed) or next(iter(unnamed), None)
        return replace(ticket, id=reference.id, lookup={**ticket.lookup, "id": int(number[1])}) if ticket else None

    def _open_calls(
        self, role: Role, reference: TicketReference, place: Place, identity: Mapping[str, JsonValue]
    ) -> tuple[ToolCall, ...]:
        try:
            calls = [self._open_call(role, reference, place, identity, "get")]
        except MCPError:
            return ()
        comments = self._roles.comments
        if comments is not None:
            try:
                own = next(_identities(comments, reference), {})
                calls.append(self._open_call(comments, reference, place, own, "comments"))
            except MCPError:
                return tuple(calls)
        return tuple(calls)

    def _open_call(
        self, role: Role, reference: TicketReference, place: Place, identity: Mapping[str, JsonValue], kind: str
    ) -> ToolCall:
        encoded = EncodedArguments()
        by_name = {path.rsplit(".", 1)[-1]: value for path, value in place.values.items()}
        for argument in role.variant.arguments:
            if argument.required and argument is not role.id_argument and argument.name in by_name:
                encoded.put(argument, by_name[argument.name])
            elif argument.required and (kinds := ticket_values(argument)):
                encoded.put(argument, kinds[0])
        encoded.values.update(place_arguments(role, reference))
        encoded.values.update(detail_arguments(role))
        encoded.values.update(identity)
        ask_for_json(role.concepts, encoded)
        encoded.values.update(role.constants)
        drop_broken(role.variant.arguments, role.concepts, encoded)
        return self._call(role, encoded.values, kind)

    def _ticket(
        self,
        reference: TicketReference,
        row: Ticket | None,
        results: Sequence[CallToolResult],
        failures: list[MCPError],
        unnamed: list[Ticket],
    ) -> Ticket | None:
        """The ticket, if it is the one that was asked for; one that has no id may be, and goes to ``unnamed``."""
        failure = failure_in(results[0])
        if failure is not None:
            failures.append(failure)
            return None
        try:
            record = read_record(results[0], reference.id)
        except InvalidResponseError as error:
            failures.append(error)
            return None
        fields = self._roles.map.fields
        ticket = ticket_from(record, {name: value_at(path, dict(record)) for name, path in fields.items()})
        says = _says_its_id(ticket, reference, results[0])
        if not _is_asked_for(ticket, reference, row, says=says):
            if says and (not ticket.id or is_the_one(ticket, reference.id)):
                unnamed.append(ticket)
            return None
        for result in results[1:]:
            comments = () if failure_in(result) else read_comments(result)
            if len(comments) >= len(ticket.comments):
                ticket = replace(ticket, comments=comments)
        keeps = ticket.id and is_the_one(ticket, reference.id) and (is_uuid(reference.id) or not is_uuid(ticket.id))
        return ticket if keeps else replace(ticket, id=reference.id)

    def _listed(
        self, reference: TicketReference, places: Sequence[Place], failures: list[MCPError]
    ) -> Generator[tuple[ToolCall, ...], Sequence[CallToolResult], Ticket | None]:
        """The row of the ticket in the list of all."""
        count = 0
        for place in places[:_MOST_PLACES] or [Place()]:
            call = self._listing(TicketSearchCriteria(max_results=MAX_RESULTS_LIMIT), place)
            if call is None:
                continue
            (result,) = yield (call,)
            try:
                failure = failure_in(result)
                if failure is not None:
                    raise failure
                found, _ = self._read(self._roles.search, result)
            except MCPError as error:
                failures.append(error)
                continue
            count += len(found.tickets)
            fits = (is_exactly, is_the_one)
            row = next((row for fit in fits for row in found.tickets if fit(row, reference.id)), None)
            row = row or _called_so(found.tickets, reference.id)
            if row is not None:
                plain = {path.rsplit(".", 1)[-1]: value for path, value in place.values.items()}
                return replace(row, lookup={**plain, **row.lookup})
        if not failures and not self._roles.getters:
            failures.append(_not_listed(reference, count))
        return None


def _called_so(rows: Sequence[Ticket], title: str) -> Ticket | None:
    """The only row without an id that has this title: of a list without ids it is what a ticket is known by."""
    same = [row for row in rows if not row.id and row.title == title]
    return replace(same[0], id=title) if len(same) == 1 else None


def _identities(role: Role, reference: TicketReference) -> Iterator[Mapping[str, JsonValue]]:
    """What to send as the ticket's id, best first; nothing where the tool takes none of it."""
    argument = role.id_argument
    if argument is None:
        yield {}
        return
    fits = [argument.fit(value) for value in id_values(argument, reference) if value is not None]
    sent: list[JsonValue] = []
    for fit in fits:
        if fit is not None and fit not in sent:
            sent.append(fit)
            yield {argument.path: fit}


def _is_at(place: Place, reference: TicketReference) -> bool:
    """Whether the ticket's row was found at ``place``."""
    return all(reference.lookup.get(path.rsplit(".", 1)[-1]) == value for path, value in place.values.items())


def _is_asked_for(ticket: Ticket, reference: TicketReference, row: Ticket | None, *, says: bool) -> bool:
    """By its id, by those of its row, or by the title that its row has; an answer may show any other ticket."""
    titles = {known for known in (row.title if row else "", reference.title) if known}
    if ticket.title in titles and (row is not None or not ticket.id):
        return True
    return says and any(is_exactly(ticket, name) for name in (reference.id, *own_ids(reference.lookup)))


def _says_its_id(ticket: Ticket, reference: TicketReference, result: CallToolResult) -> bool:
    """Whether one of the ids stands in the answer, or its ticket has an id that is none of them."""
    names = [name.removeprefix("#") for name in (reference.id, *own_ids(reference.lookup))]
    if ticket.id and ticket.id.removeprefix("#") not in names:
        return True
    said = f"{result.text}\n{result.structured_content or ''}".casefold()
    return any(re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", said) for name in names)


def _not_found(reference: TicketReference) -> MCPToolError:
    return MCPToolError(
        f"The server shows no ticket {reference.id}.",
        title="The ticket was not found",
        hint="Search for it by its title: ids are written as the rows show them.",
    )


def _not_listed(reference: TicketReference, count: int) -> InvalidResponseError:
    return InvalidResponseError(
        f"The server has no tool that opens a ticket, and {reference.id} is not among the {count} it lists.",
        title="The ticket was not found",
        hint="Search for it: the row shows everything that this server returns.",
    )
