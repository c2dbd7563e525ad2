"""Changing labels by difference: a tool that adds or takes away before one that sets the whole list.

Invariant: where a list is set, what stays in it is what a fresh read of the server's own answer holds; where that
cannot be told, nothing is sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from tui_app.adapters.auto.flat_arguments import Argument, about
from tui_app.adapters.auto.id_argument import find_id_argument
from tui_app.adapters.changing import asking, choosing, lookups, vocabulary
from tui_app.adapters.changing.asking import Case, Conversation
from tui_app.adapters.changing.filling import identity
from tui_app.adapters.changing.making import WHAT_IT_CAN, already, finished, ways_to
from tui_app.adapters.changing.meanings import wants_id
from tui_app.adapters.changing.protocol import WriteCall
from tui_app.adapters.changing.spelling import exactly, misfit, takes_text
from tui_app.adapters.changing.uses import WritingUse, is_dedicated
from tui_app.adapters.reading import words_of
from tui_app.adapters.reading.field_names import PLURALS, TICKET_NOUNS
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.changes import ChangeKind
from tui_app.tickets.errors import NotOfferedError
from tui_app.tickets.ticket import JsonValue

_ADDS = re.compile(r"\bto add\b|\badds?\b|\bappend", re.IGNORECASE)
_SEMICOLONS = re.compile(r"semi-?colon", re.IGNORECASE)
_COMMAS = re.compile(r"comma|,\s*e\.g\.|\bcsv\b|separated", re.IGNORECASE)


class Way(Struct, frozen=True):
    """One argument that takes labels. ``mode``: ``add``, ``remove`` or ``set``."""

    use: WritingUse
    argument: Argument
    mode: str


def change(case: Case) -> Conversation[WriteCall]:
    """Add some labels, take some away."""
    subject = case.about
    add, remove = (tuple(map(str, _list(case.wanted.values.get(name)))) for name in ("add", "remove"))
    ways = _ways(case.uses)
    if str(ChangeKind.LABELS) in case.ground.mapped:
        ways = [
            Way(use, one, _effect(use, one, is_own=False)) for use, one in ways_to(case, ChangeKind.LABELS, "labels")
        ]
    if not ways:
        raise NotOfferedError("None of the server's tools changes labels.", hint=WHAT_IT_CAN)
    now = tuple(subject.ticket.labels)
    current = _current(case)
    if current is None:
        current = yield from _listed(case)
        now = tuple(current or ())
    held = {label.casefold() for label in now}
    knows = bool(now) or current is not None
    add = tuple(label for label in add if not knows or label.casefold() not in held)
    remove = tuple(label for label in remove if not knows or label.casefold() in held)
    if not add and not remove:
        return already({"labels": [*now]})
    after = [label for label in now if label.casefold() not in {x.casefold() for x in remove}] + list(add)
    refused: NotOfferedError | None = None
    for parts in _plans(ways, add=bool(add), remove=bool(remove)):
        try:
            identity(parts[0].use, subject)
            values: dict[str, JsonValue] = {}
            for way in parts:
                wished = {"add": add, "remove": remove, "set": ()}[way.mode]
                values[way.argument.path] = yield from _value(case, way, wished, add, remove, current)
            return finished(case, parts[0].use, values, {"labels": [*now]}, {"labels": [*after]})
        except NotOfferedError as error:
            refused = refused or error
    raise refused or NotOfferedError(
        "The server's tools take labels away and add them one tool at a time.",
        hint="Make it two changes: one that adds, one that takes away.",
    )


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _ways(uses: Sequence[WritingUse]) -> list[Way]:
    found: list[tuple[tuple[bool, bool], Way]] = []
    for use in uses:
        own = is_dedicated(ChangeKind.LABELS, use)
        updates = bool(use.verbs & vocabulary.UPDATING) and not use.nouns
        if not (own or updates) or use.id_argument is None or use.rest & vocabulary.SELF:
            continue
        for mode, argument in use.all_taking("labels"):
            effect = mode or _effect(use, argument, is_own=own)
            if effect and argument is not use.id_argument and "object" not in argument.kinds:
                found.append(((use.is_many, not own), Way(use, argument, effect)))
    return [way for _, way in sorted(found, key=lambda entry: entry[0])]


def _effect(use: WritingUse, argument: Argument, *, is_own: bool) -> str:
    pinned = frozenset(use.variant.action) or use.verbs
    if is_own and pinned & (vocabulary.REMOVING | vocabulary.UNTAGGING):
        return "remove"
    if (
        is_own
        and pinned & (vocabulary.ADDING | vocabulary.CREATING | frozenset(("tag", "label", "attach", "append")))
        and not pinned & vocabulary.UPDATING
    ):
        return "add"
    if argument.path.endswith(".set"):
        return "set"
    return "add" if _ADDS.search(argument.description) and "replace" not in argument.description.lower() else "set"


def _plans(ways: Sequence[Way], *, add: bool, remove: bool) -> list[tuple[Way, ...]]:
    """What one call can do it with, the gentlest first."""
    by_mode = {mode: [way for way in ways if way.mode == mode] for mode in ("add", "remove", "set")}
    plans: list[tuple[Way, ...]] = []
    if add and not remove:
        plans += [(way,) for way in by_mode["add"]]
    elif remove and not add:
        plans += [(way,) for way in by_mode["remove"]]
    else:
        plans += [(one, other) for one in by_mode["add"] for other in by_mode["remove"] if one.use is other.use]
    return plans + [(way,) for way in by_mode["set"]]


def _value(
    case: Case,
    way: Way,
    wished: Sequence[str],
    add: Sequence[str],
    remove: Sequence[str],
    current: Sequence[str] | None,
) -> Conversation[JsonValue]:
    names = list(wished)
    if way.mode == "set":
        if current is None:
            raise NotOfferedError(
                f"The tool {way.use.tool.name!r} sets the whole list of labels, and which ones the ticket has now "
                "cannot be told from what the server answers.",
                hint="Nothing was sent: the others would be lost.",
            )
        gone = {label.casefold() for label in remove}
        names = [label for label in current if label.casefold() not in gone] + list(add)
    return (yield from _ids(case, way, names)) if wants_id(way.argument) else _written(case, way, names)


def _written(case: Case, way: Way, names: Sequence[str]) -> JsonValue:
    argument = way.argument
    if argument.takes_list:
        if argument.item_kinds == {"object"}:
            return exactly(argument, [{"name": name} for name in names])
        return exactly(argument, list(names))
    if takes_text(argument) and (way.mode == "set" or len(names) > 1):
        if not _COMMAS.search(about(argument, way.use.tool)) and argument.words[-1:] not in (("labels",), ("tags",)):
            raise _one_at_a_time(way)
        sign = _separator(case, way)
        broken = next((name for name in names if sign in name), None)
        if broken is not None:
            raise misfit(argument, broken, f"it separates labels by {sign!r}")
        return exactly(argument, sign.join(names))
    return exactly(argument, _only(way, names))


def _separator(case: Case, way: Way) -> str:
    """What the server parts labels by: as the ticket has them, else as the tools that take them say."""
    raw = case.about.raw("labels")[1]
    if isinstance(raw, str) and raw.strip(" ;,"):
        return ";" if ";" in raw else ","
    told = [about(one, use.tool) for use in case.uses for _, one in use.all_taking("labels")]
    text = " ".join([about(way.argument, way.use.tool), *told])
    return ";" if _SEMICOLONS.search(text) else ","


def _only(way: Way, values: Sequence[JsonValue]) -> JsonValue:
    """The one of ``values``, for an argument that takes no list."""
    if len(values) != 1:
        raise _one_at_a_time(way)
    return values[0]


def _one_at_a_time(way: Way) -> NotOfferedError:
    return NotOfferedError(
        f"The tool {way.use.tool.name!r} takes one label at a time, no more and no fewer.",
        hint="Change one, then the next; the last one stays.",
    )


def _current(case: Case) -> list[str] | None:
    """The labels as the server has them; None where its answer has no place for them, or not all of them."""
    subject = case.about
    if subject.is_shortened("labels") or subject.is_cut("labels"):
        return None
    has, raw = subject.raw("labels")
    if has or case.ground.adapter.change_hints.tells_empty:
        return list(words_of(raw))
    if subject.ticket.labels and "labels" not in subject.ticket.originals:
        return list(subject.ticket.labels)
    return None


_LABEL_LISTS = frozenset(("label", "labels", "tag", "tags"))


def _listed(case: Case) -> Conversation[list[str] | None]:
    """The labels that a tool lists which reads nothing but those of a ticket; None where there is none."""
    for variant in lookups.listing_tools(case.ground.readers, _LABEL_LISTS):
        own = find_id_argument(variant.arguments)
        nouns = {PLURALS.get(word, word) for word in (*variant.words, *(own.words if own else ()))}
        if own is None or not own.required or not nouns & (case.ground.nouns or set(TICKET_NOUNS)):
            continue
        result = yield from asking.ask_raw(case, variant, {})
        if result is not None:
            return _names_in(result)
    return None


def _names_in(result: CallToolResult) -> list[str] | None:
    """What an answer that is one list of labels names; None where it is anything else."""
    answers = [*lookups.payload_rows(result)]
    lists: list[JsonValue] = [one for one in answers if isinstance(one, list)]
    lists = lists or [*lookups.under(answers, _LABEL_LISTS)]
    members = lists[0] if len(lists) == 1 else None
    if not isinstance(members, list):
        return None
    named = [m if isinstance(m, str) else next((e.called[0] for e in lookups.entries([m])), "") for m in members]
    return named if all(named) else None


def _ids(case: Case, way: Way, names: Sequence[str]) -> Conversation[JsonValue]:
    """Labels by their ids: from the tools that list them, and from the ticket."""
    argument = way.argument
    has, raw = case.about.raw("labels")
    own = lookups.entries([raw]) if has else []
    every: list[lookups.Named] = []
    for variant in asking.callable_ones(case, lookups.listing_tools(case.ground.readers, _LABEL_LISTS)):
        every = yield from asking.ask(case, variant)
        if all(lookups.called(name, [*own, *every]) for name in names):
            break
    for variant in () if every else choosing.holders(case, argument)[:1]:
        every = choosing.parts_named(argument, case, (yield from asking.ask_raw(case, variant, {})))

    def one(name: str) -> JsonValue:
        found = choosing.pick(argument, lookups.called(name, own) or lookups.called(name, every), name)
        if found is None:
            shown = [entry.called[0] for entry in every if entry.called]
            raise misfit(argument, name, "no label is called that", tuple(dict.fromkeys(shown)))
        value = found.value
        return value[0] if isinstance(value, list) and len(value) == 1 else value

    ids = [one(name) for name in names]
    return exactly(argument, ids if argument.takes_list else _only(way, ids))
