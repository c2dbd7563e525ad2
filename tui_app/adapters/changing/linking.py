"""Links between two tickets: which argument takes this one, which the other, and how they are linked.

Invariant: which end is which is told by the names of the arguments, or nothing is sent.
"""

from __future__ import annotations

import re
from itertools import permutations, product

from msgspec.structs import replace

from tui_app.adapters.auto.flat_arguments import Argument, about
from tui_app.adapters.changing.asking import Case, Conversation
from tui_app.adapters.changing.filling import identity
from tui_app.adapters.changing.known_values import seen_tickets
from tui_app.adapters.changing.making import WHAT_IT_CAN, finished
from tui_app.adapters.changing.meanings import meaning_of
from tui_app.adapters.changing.protocol import WriteCall
from tui_app.adapters.changing.spelling import exactly, is_numeric, misfit, spelt, told_in
from tui_app.adapters.changing.uses import WritingUse, is_dedicated
from tui_app.adapters.changing.vocabulary import LINK_NOUNS
from tui_app.adapters.reading.field_names import ID_WORDS, PLURALS, TICKET_NOUNS
from tui_app.adapters.safety.verbs import split_words
from tui_app.tickets.changes import ChangeKind, MissingInputError
from tui_app.tickets.errors import NotOfferedError
from tui_app.tickets.ticket import JsonValue


def link(case: Case) -> Conversation[WriteCall]:
    """Another ticket that this one has to do with."""
    kind, other = str(case.wanted.values.get("type") or ""), str(case.wanted.values.get("to") or "")
    if other.casefold() in (case.about.ticket.id.casefold(), case.about.reference.id.casefold()):
        raise MissingInputError(f"{other} is the ticket itself.", hint="Name another ticket.")
    refused: NotOfferedError | None = None
    for use in case.uses:
        if not is_dedicated(ChangeKind.LINK, use):
            continue
        named = _ends_by_type(use, kind)
        ends = named or _ends_of(use)
        if ends is None:
            continue
        try:
            mine, its = ends
            values = {its.path: (yield from _other_id(case, its, other))}
            values |= identity(replace(use, id_path=mine.path), case.about)
            values |= _where_other_lies(use, case, other)
            values |= {} if named else _link_type(use, kind)
            now: list[JsonValue] = [relation.words for relation in case.about.ticket.relations]
            after: list[JsonValue] = [*now, f"{kind} {other}".strip()]
            return finished(case, use, values, {"relations": now}, {"relations": after}, named=True)
        except NotOfferedError as error:
            refused = refused or error
    raise refused or NotOfferedError("None of the server's tools links tickets.", hint=WHAT_IT_CAN)


def _ends_of(use: WritingUse) -> tuple[Argument, Argument] | None:
    """The arguments for this ticket and for the other one."""
    every = [a for a in _tickets_of(use) if not (use.id_argument and not a.required and a is not use.id_argument)]
    second = [a for a in every if _OTHER_END & set(a.words)]
    first = [a for a in every if a not in second]
    return (first[0], second[0]) if len(first) == 1 and len(second) == 1 else None


def _tickets_of(use: WritingUse) -> list[Argument]:
    """The arguments that take a ticket, of which a call must have one, and the one for its own."""
    own = use.id_argument
    simple = [a for a in use.arguments if a.required and a.kinds <= {"string", "integer", "number"}]
    found = [a for a in simple if _is_ticket(a)] or [a for a in simple if set(a.words[-1:]) & ID_WORDS]
    found += [own] if own is not None and len(found) == 1 and own not in found else []
    return [a for a in found if not {"project", "team"} & set(a.words)]


def may_link(use: WritingUse) -> bool:
    """Whether it takes two tickets, whichever is which."""
    return _ends_of(use) is not None or len(_tickets_of(use)) == 2


def _ends_by_type(use: WritingUse, kind: str) -> tuple[Argument, Argument] | None:
    """This ticket's argument and the other one's where their names say what links them: ``blocker``, ``blocked``."""
    every = _tickets_of(use)
    said = next(iter(split_words(kind)), "")
    for active, passive in permutations(every, 2) if len(every) == 2 else ():
        for doing, done in product(active.words, passive.words):
            stem = done.removesuffix("ed")
            is_pair = doing != done != stem and doing.startswith(stem) and said.startswith(stem)
            if is_pair and len(stem) > _SHORTEST_STEM:
                return (passive, active) if said == done else (active, passive)
    return None


_SHORTEST_STEM = 3
_OTHER_END = LINK_NOUNS | {"target", "to", "other", "linked", "outward", "depends", "second", "destination", "object"}
_THIS_END = frozenset(["source", "from", "inward", "first", "subject"])


def _is_ticket(argument: Argument) -> bool:
    words = set(argument.words)
    nouns = {word for word in words if PLURALS.get(word, word) in TICKET_NOUNS}
    is_end = bool(words & ID_WORDS and words & (_OTHER_END | _THIS_END)) or {"to"} < words & _OTHER_END
    return bool(nouns) or is_end or argument.name in ("source", "target", "id")


def _other_id(case: Case, argument: Argument, other: str) -> Conversation[JsonValue]:
    """The other ticket's id, which was typed as people write it."""
    subject = case.about
    bare = other.rpartition("#")[2] if "#" in other else other
    if not is_numeric(argument):
        return exactly(argument, bare if "#" in other else other)
    if bare.isdecimal():
        return exactly(argument, bare)
    own, numbered = subject.reference.id, re.fullmatch(r"([A-Za-z]+-)(\d+)", other)
    mine = re.fullmatch(r"([A-Za-z]+-)(\d+)", own)
    opened = [str(value) for call in subject.calls[:1] for value in call.arguments.values()]
    opened += [str(value) for value in (subject.ticket.id, subject.ticket.lookup.get("id"))]
    if numbered and mine and numbered[1].casefold() == mine[1].casefold() and mine[2] in opened:
        return exactly(argument, numbered[2])  # this tracker writes its numbers so: sc-1 is 1
    rows = yield from seen_tickets(case)
    row = next((row for row in rows if row.id.casefold() == other.casefold()), None)
    if row is None or row.lookup.get("id") is None:
        raise misfit(argument, other, "it takes a number")
    return exactly(argument, row.lookup["id"])


def _where_other_lies(use: WritingUse, case: Case, other: str) -> dict[str, JsonValue]:
    """The other ticket's project, where the tool wants it: the same one, or what was typed before ``#``."""
    found: dict[str, JsonValue] = {}
    for argument in use.arguments:
        if argument.required and {"project", "repo"} & set(argument.words) and _OTHER_END & set(argument.words):
            own = next((a for a in use.arguments if set(a.words) == set(argument.words) - _OTHER_END), None)
            before = other.rpartition("#")[0]
            value: JsonValue = before or None
            if own is not None and case.subject is not None and (not before or before == case.subject.ticket.project):
                opened = case.subject.calls[0].arguments if case.subject.calls else {}
                value = opened.get(own.name, value)
            if value is not None:
                found[argument.path] = exactly(argument, value)
    return found


def _link_type(use: WritingUse, kind: str) -> dict[str, JsonValue]:
    argument = next((a for a in use.arguments if meaning_of(a, "link_type") is not None), None)
    chosen = [a for a in use.arguments if a.required and a.values]
    argument = chosen[0] if argument is None and len(chosen) == 1 else argument
    if argument is None:
        if kind:
            raise NotOfferedError(f"The tool {use.tool.name!r} does not say how tickets are linked.")
        return {}
    if argument.values:
        value = spelt(kind, argument.values)
        if value is None:
            raise misfit(argument, kind, "it is not one of its values", argument.values)
        return {argument.path: value}
    told = told_in(about(argument, use.tool))
    value = spelt(kind, told.values, told.labels) if told.values else None
    return {argument.path: exactly(argument, value if value is not None else kind)}
