"""What to tell a get tool besides the id: where the ticket lies, and that all of it is wanted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tui_app.adapters.auto.matching_values import match_value
from tui_app.adapters.auto.roles import Role
from tui_app.adapters.base import TicketReference
from tui_app.adapters.reading.names import names, plain_name
from tui_app.tickets.errors import InvalidResponseError
from tui_app.tickets.ticket import JsonValue, Ticket

_REPOSITORY = re.compile(
    r"https?://[^/]+/(?:api/v\d/)?(?:repos/)?([\w.-]{1,100})/([\w.-]{1,100})(?:/(?:issues|pulls?)\b|/?$)"
)
_DETAIL_FLAGS = frozenset(("include", "with", "show", "fetch", "return"))
_DETAILS = frozenset(
    names("comments comment notes journals history changelog attachments description details discussion activity")
)
_LISTS = frozenset(("include", "expand", "includes", "with", "embed"))
_WANTED_PARTS = ("comments", "journals", "notes", "history", "changelog", "attachments")


def place_arguments(role: Role, reference: TicketReference) -> dict[str, JsonValue]:
    """Required arguments that the ticket's row answers: a project's id, a repository."""
    row = {**_repository(reference.lookup), **{plain_name(name): value for name, value in reference.lookup.items()}}
    found: dict[str, JsonValue] = {}
    for argument in role.use.arguments:
        value = row.get(plain_name(argument.name))
        if (
            argument.required
            and argument is not role.identity
            and value is not None
            and argument.fit(value) is not None
        ):
            found[argument.path] = argument.fit(value)
    return found


def place_values(role: Role, arguments: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Where a search with ``arguments`` (by path) looked, under the arguments' own names: the tickets lie there."""
    places = [role.concepts[concept] for concept in ("project", "repo_owner") if concept in role.concepts]
    found = {argument.name: arguments[argument.path] for argument in places if argument.path in arguments}
    return {name: value for name, value in found.items() if isinstance(value, (str, int))}


def _repository(lookup: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Owner and name of the repository that the row's addresses lie in."""
    for value in lookup.values():
        match = _REPOSITORY.match(value) if isinstance(value, str) else None
        if match:
            return {"owner": match[1], "repo": match[2], "repository": match[2], "org": match[1]}
    return {}


def detail_arguments(role: Role) -> dict[str, JsonValue]:
    """Flags and lists that ask for comments, history and attachments along with the ticket."""
    found: dict[str, JsonValue] = {}
    for argument in role.use.arguments:
        words = set(argument.words)
        if "boolean" in argument.kinds and words & _DETAIL_FLAGS and words & _DETAILS:
            found[argument.path] = True
        elif words <= _LISTS and words and argument.values:
            parts: list[JsonValue] = [
                value for value in (match_value(part, argument.values) for part in _WANTED_PARTS) if value is not None
            ]
            if parts and argument.fit(parts if argument.takes_list else parts[0]) is not None:
                found[argument.path] = argument.fit(parts if argument.takes_list else parts[0])
    return found


def ticket_in_page(reference: TicketReference, tickets: Sequence[Ticket]) -> Ticket:
    """The ticket that ``reference`` names, for servers that have no tool to open one.

    Raises:
        InvalidResponseError: it is not among ``tickets``.
    """
    wanted = reference.id.removeprefix("#").casefold()
    for ticket in tickets:
        if ticket.id.casefold() == wanted:
            return ticket
    raise InvalidResponseError(
        f"The server has no tool that opens a ticket, and {reference.id} is not among the {len(tickets)} it lists.",
        title="The ticket was not found",
        hint="Search for it: the row shows all that this server tells.",
    )
