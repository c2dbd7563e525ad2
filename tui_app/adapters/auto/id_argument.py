"""Finds the argument that takes a ticket's id, and the values to send in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tui_app.adapters.auto.flat_arguments import Argument
from tui_app.adapters.base import TicketReference
from tui_app.adapters.reading.field_names import ID_ADJECTIVES, ID_WORDS, PLURALS, TICKET_NOUNS, plain_name
from tui_app.tickets.ticket import JsonValue

_NUMBER = re.compile(r"\W?(\d{1,18})")
"""An id that is a number, with at most a sign before it: no number is cut out of ``PAY-7``."""
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def find_id_argument(arguments: Sequence[Argument]) -> Argument | None:
    """The argument that takes a ticket's id; a required one before an optional one."""
    ranked = sorted(((_rank(argument), argument) for argument in arguments), key=lambda entry: entry[0])
    return ranked[0][1] if ranked and ranked[0][0] < _NO_ID else None


_NO_ID = 100
_BEHIND_PLAIN = 2.5  # between ``id`` and other identifiers without a noun


def _rank(argument: Argument) -> float:
    words = argument.words
    joined = "".join(words)
    nouns = [word for word in words if PLURALS.get(word, word) in TICKET_NOUNS]
    rest = [word for word in words if word not in nouns and word not in ID_WORDS and word not in ID_ADJECTIVES]
    if rest or "object" in argument.kinds or argument.kinds == {"boolean"} or argument.values:
        return _NO_ID
    optional = 0 if argument.required else 20
    if nouns and len(nouns) == len(words):
        return 10 + optional if argument.required else _NO_ID  # ``story``: the noun means its id
    if nouns:  # of two that may be left out the plain ``id`` is the ticket's, ``featureId`` that of its parent
        return (_BEHIND_PLAIN if optional else 0) + optional + (5 if words[-1] in ("ids", "keys") else 0)
    return 2 + (joined != "id") + optional if joined in ID_WORDS else _NO_ID


def id_values(argument: Argument, reference: TicketReference) -> Iterable[JsonValue]:
    """Candidate values for an id argument, best first: the row's field of that name, the display id, its number."""
    wanted = plain_name(argument.name)
    rows = {plain_name(name): value for name, value in reference.lookup.items()}
    last = argument.words[-1] if argument.words else ""
    if wanted in rows:
        yield rows[wanted]
    if argument.kinds <= {"integer", "number"} and argument.kinds:
        own = ("number", "iid", "id") if is_number(last) else ("id", "number", "iid")
        yield from (rows.get(name) for name in own)
        match = _NUMBER.fullmatch(reference.id.strip())
        yield int(match[1]) if match else None
        return
    if (is_number(last) or last in ("key", "identifier")) and last in rows:
        yield rows[last]
    if asks_for_uuid(argument):
        yield from (v for name, v in rows.items() if _is_own(name) and isinstance(v, str) and _UUID.fullmatch(v))
    yield reference.id
    yield rows.get("id")


def is_number(name: str) -> bool:
    """Whether an id of this name counts within a repository or project, so that others have the same."""
    return name in ("number", "iid")


def _is_own(name: str) -> bool:
    """Whether a row's field of that name identifies the row itself, not what it belongs to."""
    return name in ID_WORDS or any(name.startswith(noun) for noun in TICKET_NOUNS)


def is_uuid(identity: str) -> bool:
    """Whether an id is one for machines: nobody who asked for ``1`` is shown it instead."""
    return _UUID.fullmatch(identity) is not None


def asks_for_uuid(argument: Argument) -> bool:
    """Whether it takes nothing but a UUID, by its schema or by what is said of it."""
    pattern = argument.schema.get("pattern")
    return (
        "uuid" in argument.description.lower()
        or argument.schema.get("format") == "uuid"
        or (isinstance(pattern, str) and "{8}" in pattern)
    )
