"""Whether a ticket is the one that was asked for: another one is never shown under its name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui_app.adapters.reading.field_names import CERTAIN_NAME, TICKET_NOUNS, hints, plain_name, words_in
from tui_app.tickets.ticket import JsonValue, Ticket

_KEY = re.compile(r"[a-z]\w*-\d+")
_DIGITS_AT_END = re.compile(r"(?:^|\D)0*(\d+)$")


def is_the_one(ticket: Ticket, wanted: str) -> bool:
    """Whether ``ticket`` may be the one called ``wanted``: as `is_exactly` says, or by a bare number.

    A bare number means the ticket with that number, whatever precedes it: ``7`` is ``owner/repository#7``.
    """
    name = wanted.strip().removeprefix("#")
    number = _DIGITS_AT_END.search(ticket.id)
    has_number = name.isdecimal() and number is not None and number[1] == (name.lstrip("0") or "0")
    return has_number or is_exactly(ticket, wanted)


def is_exactly(ticket: Ticket, wanted: str) -> bool:
    """Whether ``wanted`` is the id of ``ticket``, an identifier of its own or the end of its address.

    A key such as ``PAY-7`` is no other key, whatever else the ticket holds.
    """
    name = wanted.strip().removeprefix("#").casefold()
    own = {value.removeprefix("#").casefold() for value in own_ids(ticket.lookup)}
    further = {key: value for key, value in ticket.extra.items() if not _is_nested(value)}
    own |= {str(further[key]).casefold() for key in _own_names(further, ticket.lookup)}
    shown = ticket.id.removeprefix("#").casefold()
    if name == shown:
        return True
    if _KEY.fullmatch(name) and _KEY.fullmatch(shown):
        return False  # whatever else it holds: a reference to the wanted one, or a text that somebody chose
    return name in own or (ticket.url or "").casefold().rstrip("/").endswith(f"/{name}")


def own_ids(lookup: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """The identifiers of its own that a ticket's `Ticket.lookup` holds."""
    return tuple(str(lookup[name]) for name in _own_names(lookup, lookup))


def _own_names(row: Mapping[str, JsonValue], lookup: Mapping[str, JsonValue]) -> list[str]:
    """``id``, ``key``, ``human_id``, ``taskId``: not ``project_id`` or ``reviewer_id``, which name something else.

    Beside a plain ``id``, a ``featureId`` or ``story_id`` is that of a ticket which this one belongs to.
    """
    has_plain = any(plain_name(name) == "id" for name in lookup)
    names = [name for name in row if hints(name).get("id", 0) > CERTAIN_NAME]
    return [name for name in names if not (has_plain and _names_a_ticket(name))]


def _names_a_ticket(name: str) -> bool:
    *_, noun, last = ("", *words_in(name)) if name else ("", "")
    return last == "id" and noun in TICKET_NOUNS


def _is_nested(value: JsonValue) -> bool:
    return isinstance(value, (dict, list))
