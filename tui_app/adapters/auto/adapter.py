"""The adapter for servers that nobody described: it works with the roles that were found for their tools.

Invariant: as `tui_app.adapters.base` says; every call is built by `_call`, which sends nothing that the tool's schema
does not declare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from tui_app.adapters.arguments import argument_schema, fitted, missing
from tui_app.adapters.auto.arguments import Argument, nested, with_required_objects
from tui_app.adapters.auto.filling import ask_for_json, drop_broken, fill, lacking, missing_error
from tui_app.adapters.auto.identity import id_values
from tui_app.adapters.auto.opening import detail_arguments, place_arguments, place_values, ticket_in_page
from tui_app.adapters.auto.paging import following, honest_total, page_size
from tui_app.adapters.auto.roles import Role, Roles
from tui_app.adapters.auto.saying import Said, say
from tui_app.adapters.auto.value_lists import choices_in, known_values
from tui_app.adapters.base import Page, TicketReference, ToolCall
from tui_app.adapters.failures import failure_in
from tui_app.adapters.mapping import value_at
from tui_app.adapters.reading import RowPage, iter_tickets, payloads, read_comments, read_record, read_rows, ticket_from
from tui_app.adapters.reading.values import Row
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import MAX_RESULTS_LIMIT, TicketSearchCriteria
from tui_app.tickets.errors import InvalidResponseError, MCPAuthenticationError, MCPError
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import JsonValue, Ticket


class AutoAdapter:
    """Searches, pages and opens with the tools that were found."""

    name = "auto"

    def __init__(
        self,
        roles: Roles,
        reason: str,
        choices: Mapping[str, tuple[str, ...]] | None = None,
        setup_failure: MCPError | None = None,
    ) -> None:
        self._roles = roles
        self._reason = reason
        self._choices = choices or {}
        """What there is for each argument that the search requires; sent where there is but one."""
        self._setup_failure = setup_failure

    @property
    def reason(self) -> str:
        return self._reason

    @property
    def native_language(self) -> str | None:
        role = self._roles.search
        return (role.language or "query") if "native" in role.concepts else None

    def setup_calls(self) -> tuple[ToolCall, ...]:
        return tuple(_call(role, role.constants, "search") for role in self._roles.places.values())

    def after_setup(self, results: Sequence[CallToolResult]) -> AutoAdapter:
        answers = list(zip(self._roles.places, results, strict=False))
        failures = [failure for _, result in answers if (failure := self.failure(result))]
        choices = {path: choices_in(result, path) for path, result in answers if self.failure(result) is None}
        return AutoAdapter(self._roles, self._reason, choices, failures[0] if failures else None)

    # ------------------------------------------------------------- searching

    def honoured(self, criteria: TicketSearchCriteria) -> frozenset[str]:
        return frozenset(self._plan(criteria)[1].honoured)

    def search_call(self, criteria: TicketSearchCriteria) -> ToolCall:
        role, said = self._plan(criteria)
        return self._call(role, said.values, "search" if role is self._roles.search else "text_search")

    def _plan(self, criteria: TicketSearchCriteria) -> tuple[Role, Said]:
        """Which tool to search with, and what to tell it: another where the first takes no words or lacks something."""
        first, other = self._roles.search, self._roles.text_search
        if other is not None and criteria.text and "text" not in first.concepts:
            first, other = other, first
        said = self._said(first, criteria)
        if other is not None and lacking(first, said.values):
            instead = self._said(other, criteria)
            if not lacking(other, instead.values):
                return other, instead
        if isinstance(self._setup_failure, MCPAuthenticationError) and lacking(first, said.values):
            raise self._setup_failure
        return first, said

    def _said(self, role: Role, criteria: TicketSearchCriteria) -> Said:
        said = say(criteria, role.concepts, role.language)
        wanted = criteria.max_results if criteria.used_fields() <= said.honoured else MAX_RESULTS_LIMIT
        size = page_size(wanted, role.concepts)
        if size is not None:
            said.put(role.concepts["max_results"], size)
        said.values.update(role.constants)
        fill(role.use, role.concepts, criteria, said)
        for path, choices in self._choices.items():
            if len(choices) == 1 and role is self._roles.search:
                said.values.setdefault(path, choices[0])
        drop_broken(role.use.arguments, role.concepts, said)
        return said

    def page(self, criteria: TicketSearchCriteria, call: ToolCall, result: CallToolResult) -> Page:
        role, said = self._plan(criteria)
        found = self._rows(result)
        paths = _flat(call.arguments)
        places = place_values(role, paths)
        tickets = tuple(
            replace(ticket, lookup={**places, **ticket.lookup}) if places else ticket for ticket in self._tickets(found)
        )
        changes = following(paths, role.concepts, found.paging, len(found.rows))
        next_call = self._call(role, {**paths, **changes}, "search") if changes else None
        total = honest_total(paths, role.concepts, found.paging, len(found.rows))
        return Page(tickets, next_call, total, (*said.warnings, *map(clean_line, found.warnings)))

    def _rows(self, result: CallToolResult) -> RowPage:
        path = self._roles.map.rows
        if not path:
            return read_rows(result)
        for payload in payloads(result):
            rows = value_at(path, payload)
            if isinstance(rows, list):
                return RowPage(rows)
        raise InvalidResponseError(
            f"There is no list at {path!r} in the answer, which the profile's map names as the rows.",
            hint="Correct `rows` in the profile's map, or leave it out.",
        )

    def _tickets(self, found: RowPage) -> Sequence[Ticket]:
        fields = self._roles.map.fields
        if not fields:
            return list(iter_tickets(found.rows))
        return [self._ticket(row) for row in found.rows if isinstance(row, dict)]

    def _ticket(self, row: Row) -> Ticket:
        fields = self._roles.map.fields
        return ticket_from(row, {name: value_at(path, dict(row)) for name, path in fields.items()})

    # ------------------------------------------------------------- opening

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        get, comments = self._roles.get, self._roles.comments
        if get is None:
            return (self.search_call(TicketSearchCriteria(max_results=MAX_RESULTS_LIMIT)),)
        calls = [self._open_call(get, reference, "get")]
        if comments is not None:
            try:
                calls.append(self._open_call(comments, reference, "comments"))
            except MCPError:
                return tuple(calls)
        return tuple(calls)

    def _open_call(self, role: Role, reference: TicketReference, kind: str) -> ToolCall:
        said = Said()
        said.values.update(place_arguments(role, reference))
        said.values.update(detail_arguments(role))
        if role.identity is not None:
            values = (value for value in id_values(role.identity, reference) if value is not None)
            any(said.put(role.identity, value) for value in values)
        ask_for_json(role.concepts, said)
        said.values.update(role.constants)
        for path, choices in self._choices.items():
            if len(choices) == 1 and any(argument.path == path for argument in role.use.arguments):
                said.values.setdefault(path, choices[0])
        drop_broken(role.use.arguments, role.concepts, said)
        return self._call(role, said.values, kind)

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        if self._roles.get is None:
            return ticket_in_page(reference, self._tickets(self._rows(results[0])))
        ticket = self._ticket(read_record(results[0], reference.id))
        for result in results[1:]:
            comments = () if self.failure(result) else read_comments(result)
            if len(comments) >= len(ticket.comments):
                ticket = replace(ticket, comments=comments)
        return ticket if ticket.id else replace(ticket, id=reference.id)

    # ------------------------------------------------------------- values

    def value_calls(self) -> tuple[ToolCall, ...]:
        roles = {role.tool: role for role in self._roles.values.values()}
        return tuple(_call(role, role.constants, "values") for role in roles.values())

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:
        answers = {
            call.tool: result
            for call, result in zip(self.value_calls(), results, strict=False)
            if self.failure(result) is None
        }
        return known_values(self._roles, answers)

    # ------------------------------------------------------------- telling

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

    def _call(self, role: Role, values: Mapping[str, JsonValue], kind: str) -> ToolCall:
        return _call(role, values, kind, self._choices)


def _call(
    role: Role, values: Mapping[str, JsonValue], kind: str, choices: Mapping[str, tuple[str, ...]] | None = None
) -> ToolCall:
    """The call with ``values`` (by path), which its tool takes.

    Raises:
        MCPToolError: the tool requires an argument that nothing fills.
    """
    tool = role.use.tool
    sent = fitted(tool, with_required_objects(nested(values), tool.input_schema, tool.input_schema))
    lacks = lacking(role, values) or [
        Argument(name, argument_schema(tool, name) or {}, tool.input_schema, "") for name in missing(tool, sent)
    ]
    if lacks:
        raise missing_error(role.use, lacks, kind, choices or {})
    return ToolCall(tool.name, sent)


def _flat(arguments: Mapping[str, JsonValue], prefix: str = "") -> dict[str, JsonValue]:
    """Arguments by path."""
    flat: dict[str, JsonValue] = {}
    for name, value in arguments.items():
        if isinstance(value, dict) and value:
            flat.update(_flat(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = value
    return flat
