"""The argument that says which ticket is meant, and what to send for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tui_app.adapters.auto.arguments import Argument
from tui_app.adapters.auto.words import PLURALS, TICKET_NOUNS
from tui_app.adapters.base import TicketReference
from tui_app.adapters.reading.names import plain_name
from tui_app.tickets.ticket import JsonValue

_PLAIN_IDS = ("id", "key", "number", "iid", "identifier", "uuid", "pk", "ref", "reference", "ids", "keys")
_ID_ADJECTIVES = frozenset(("or", "human", "public", "readable", "display", "short", "unique", "external", "internal"))
_DIGITS = re.compile(r"\d{1,18}(?!.*\d)")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def id_argument(arguments: Sequence[Argument]) -> Argument | None:
    """The argument that takes a ticket's id; a required one before an optional one."""
    ranked = sorted(((_rank(argument), argument) for argument in arguments), key=lambda entry: entry[0])
    return ranked[0][1] if ranked and ranked[0][0] < _NO_ID else None


_NO_ID = 100


def _rank(argument: Argument) -> int:
    words = argument.words
    joined = "".join(words)
    nouns = [word for word in words if PLURALS.get(word, word) in TICKET_NOUNS]
    rest = [word for word in words if word not in nouns and word not in _PLAIN_IDS and word not in _ID_ADJECTIVES]
    if rest or "object" in argument.kinds or argument.kinds == {"boolean"} or argument.values:
        return _NO_ID
    optional = 0 if argument.required else 20
    if nouns and len(nouns) == len(words):
        return 10 + optional if argument.required else _NO_ID  # ``story``: the noun stands for its id
    if nouns:
        return 0 + optional + (5 if words[-1] in ("ids", "keys") else 0)
    return 2 + _PLAIN_IDS.index(joined) + optional if joined in _PLAIN_IDS else _NO_ID


def id_values(argument: Argument, reference: TicketReference) -> Iterable[JsonValue]:
    """What to try for ``argument``, likeliest first: what the row calls so, the id that people use, its number."""
    wanted = plain_name(argument.name)
    rows = {plain_name(name): value for name, value in reference.lookup.items()}
    last = argument.words[-1] if argument.words else ""
    if wanted in rows:
        yield rows[wanted]
    if argument.kinds <= {"integer", "number"} and argument.kinds:
        for name in ("number", "iid", "id") if last in ("number", "iid") else ("id", "number", "iid"):
            yield rows.get(name)
        match = _DIGITS.search(reference.id)
        yield int(match[0]) if match else None
        return
    if last in ("number", "iid", "key", "identifier") and last in rows:
        yield rows[last]
    if _asks_for_uuid(argument):
        yield from (value for value in rows.values() if isinstance(value, str) and _UUID.fullmatch(value))
    yield reference.id
    yield rows.get("id")


def _asks_for_uuid(argument: Argument) -> bool:
    pattern = argument.schema.get("pattern")
    return (
        "uuid" in argument.description.lower()
        or argument.schema.get("format") == "uuid"
        or (isinstance(pattern, str) and "{8}" in pattern)
    )
