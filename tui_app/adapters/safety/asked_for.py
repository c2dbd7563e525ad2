"""Whether a ticket is the one that was asked for: another one is never shown under its name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui_app.adapters.reading.field_names import CERTAIN_NAME, hints
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
    own |= {str(value).casefold() for key, value in ticket.extra.items() if _is_own_name(key) and not _is_nested(value)}
    shown = ticket.id.removeprefix("#").casefold()
    if name == shown:
        return True
    if _KEY.fullmatch(name) and _KEY.fullmatch(shown):
        return False  # whatever else it holds: a reference to the wanted one, or a text that somebody chose
    return name in own or (ticket.url or "").casefold().rstrip("/").endswith(f"/{name}")


def own_ids(lookup: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """The identifiers of its own that a ticket's `Ticket.lookup` holds."""
    return tuple(str(value) for name, value in lookup.items() if _is_own_name(name))


def _is_own_name(name: str) -> bool:
    """``id``, ``key``, ``human_id``, ``taskId``: not ``project_id`` or ``reviewer_id``, which name something else."""
    return hints(name).get("id", 0) > CERTAIN_NAME


def _is_nested(value: JsonValue) -> bool:
    return isinstance(value, (dict, list))
