"""Finding the value that an argument takes for what was wished: a status, a priority, a person, a label.

Each is a conversation: a generator that yields the lookups to make, is sent their answers, and returns the value with
the word that people see for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tui_app.adapters.auto.flat_arguments import Argument, about
from tui_app.adapters.auto.tool_variants import ToolVariant
from tui_app.adapters.changing import lookups
from tui_app.adapters.changing.asking import (
    Case,
    Conversation,
    Found,
    ask,
    ask_raw,
    callable_ones,
    listing,
)
from tui_app.adapters.changing.known_values import (
    listed_values,
    numbered,
    seen_words,
    vocabulary_of,
    words_described,
    words_referred_to,
)
from tui_app.adapters.changing.lookups import Named
from tui_app.adapters.changing.meanings import wants_id
from tui_app.adapters.changing.numbered import names_of_values, numbers_called
from tui_app.adapters.changing.spelling import (
    event_of,
    exactly,
    form_field,
    in_range,
    in_style,
    is_numeric,
    misfit,
    plain,
    spelt,
    told_in,
)
from tui_app.adapters.changing.uses import WritingUse
from tui_app.adapters.reading.field_names import plain_name
from tui_app.adapters.safety.verbs import split_words
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.changes import Choice, MissingInputError

_HOLDERS = frozenset(("team", "teams", "project", "projects", "board", "boards", "workflow", "workflows"))
"""What has statuses of its own, and may be shown with them."""
ID_LIKE = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9a-fA-F]{16,}")


# ------------------------------------------------------------------------------ one of a list


def choose(
    case: Case, use: WritingUse, argument: Argument, concept: str, wish: str, *, typed: bool = True
) -> Conversation[Found]:
    """What ``argument`` takes for the ``concept`` (``status``, ``priority``, ``type``) that is called ``wish``.

    ``typed``: by the user, so that it may be a word that nothing shows.

    Raises:
        MissingInputError: the server knows no such value.
    """
    text = about(argument, use.tool)
    if argument.values or (is_numeric(argument) and not wants_id(argument)):
        return (yield from _of_values_or_numbers(case, argument, concept, wish, text))
    if wants_id(argument):
        return (yield from _by_id(case, use, argument, wish))
    told = told_in(text)
    if told.values:
        value = spelt(wish, told.values, told.labels) or event_of(wish, told.values)
        if value is not None:
            return Found(exactly(argument, value), wish)
        if told.whole or concept != "type":
            raise misfit(argument, wish, "it is not one of its values", told.values)
    flag = use.takes_new
    if typed and flag is not None and exactly(flag, case.wanted.answers.get(flag.path, False)) is True:
        return Found(exactly(argument, wish), wish)
    try:
        return (yield from _from_elsewhere(case, use, argument, concept, wish, typed=typed))
    except MissingInputError as error:
        if typed and flag is not None:
            error.hint = f"{error.hint} `--field {flag.path}=true` takes a new one.".strip()
        raise


def _of_values_or_numbers(case: Case, argument: Argument, concept: str, wish: str, text: str) -> Conversation[Found]:
    """One of the values that the schema lists, or a number: by what these are called, wherever that is told."""
    names = names_of_values(argument, text) or (numbered(case.ground, concept) if is_numeric(argument) else {})
    try:
        return _of_values(argument, wish, names) if argument.values else _number(argument, wish, names, text)
    except MissingInputError as error:
        refusal = error
    stand_for_words = all(str(value).isdecimal() for value in argument.values) and not wish.isdecimal()
    hit = pick(argument, (yield from numbers_called(case, argument, wish)), wish) if stand_for_words else None
    if hit is None:
        raise refusal
    return hit


def _of_values(argument: Argument, wish: str, names: Mapping[str, str]) -> Found:
    values = argument.values
    value = spelt(wish, values, names)
    if value is None:
        value = event_of(wish, values)
    if value is None:
        raise misfit(argument, wish, "it is not one of its values", values, names)
    label = wish if plain(wish) in names else next((n for n, own in names.items() if own == str(value)), str(value))
    return Found([value] if argument.takes_list and not argument.takes_scalar else value, label)


def _number(argument: Argument, wish: str, names: Mapping[str, str], text: str) -> Found:
    label = names.get(plain(wish))
    if label is None and wish.lstrip("-").isdecimal():
        label = wish
    if label is None or not label.lstrip("-").isdecimal():
        raise misfit(argument, wish, "it takes a number", sorted(names.values()), names)
    if not in_range(label, text):
        raise misfit(argument, wish, f"it takes what its description says: {text[:80]}")
    return Found(exactly(argument, label), wish)


def _from_elsewhere(
    case: Case, use: WritingUse, argument: Argument, concept: str, wish: str, *, typed: bool
) -> Conversation[Found]:
    """By the values that other tools list, or that tickets have; a free text has to be spelt as these are."""
    values = list(vocabulary_of(case.ground, concept))
    found = spelt(wish, values)
    if found is None:
        for variant in callable_ones(case, lookups.listing_tools(case.ground.readers, lookups.status_nouns(argument))):
            listed = [name for entry in (yield from ask(case, variant)) for name in entry.called[:1]]
            values += listed
            found = spelt(wish, dict.fromkeys(listed))
            if found is not None:
                break
    others = (
        words_referred_to(case, use, argument),
        words_described(case, argument, concept),
        listed_values(case, concept),
    )
    for other in others:
        if found is None:
            listed = yield from other
            values += listed
            found = spelt(wish, dict.fromkeys(listed))
    if found is None and concept in ("status", "priority"):
        own = getattr(case.subject.ticket, concept) if case.subject else None
        seen = [own] if own else []
        found = spelt(wish, seen)
        if found is None:
            seen += yield from seen_words(case, concept)
            found = spelt(wish, dict.fromkeys(seen)) or (
                wish if typed and not values and in_style(wish, seen) else None
            )
            values += seen
    if found is None and concept == "type":
        found = wish
    if found is None:
        raise misfit(argument, wish, "no ticket and no tool shows such a value", tuple(dict.fromkeys(values)))
    return Found(exactly(argument, found), str(found))


def choices_of(case: Case, use: WritingUse, argument: Argument, concept: str) -> Conversation[tuple[Choice, ...]]:
    """What ``argument`` takes for ``concept``, by whatever lists it; a choice's detail is what its value is called."""
    text = about(argument, use.tool)
    names = {value: name for name, value in names_of_values(argument, text).items()}
    values = argument.values or told_in(text).values
    if values:
        return tuple(Choice(value, str(value), names.get(str(value), "")) for value in values)
    if wants_id(argument):
        for variant in callable_ones(case, lookups.listing_tools(case.ground.readers, lookups.status_nouns(argument))):
            choices = entries_as_choices((yield from ask(case, variant)), argument)
            if choices:
                return choices
        return ()
    known = vocabulary_of(case.ground, concept) or (yield from words_referred_to(case, use, argument))
    return tuple(Choice(value, value) for value in known)


def entries_as_choices(found: Sequence[Named], argument: Argument) -> tuple[Choice, ...]:
    """What a lookup found, each thing once."""
    every = {str(entry.id_for(argument)): entry for entry in found if entry.id_for(argument) is not None}
    return tuple(
        Choice(entry.id_for(argument), entry.called[0], ", ".join(entry.called[1:2])) for entry in every.values()
    )


# ------------------------------------------------------------------------------ by a lookup


def _by_id(case: Case, use: WritingUse, argument: Argument, wish: str) -> Conversation[Found]:
    """The id of what is called ``wish``."""
    seen: list[str] = []
    if case.ground.constants.get(argument.path) is not None:
        return Found(exactly(argument, case.ground.constants[argument.path]), wish)
    for variant in callable_ones(case, lookups.listing_tools(case.ground.readers, lookups.status_nouns(argument))):
        found = yield from ask(case, variant)
        hit = pick(argument, lookups.called(wish, found) or _loosely(wish, found), wish)
        if hit is not None:
            return hit
        seen += [name for entry in found for name in entry.called[:1]]
    referred = lookups.referred_to(case.ground.readers, f"{about(argument, use.tool)} {use.about}")
    for variant in (*holders(case, argument)[:2], *referred):
        result = yield from ask_raw(case, variant, {})
        hit = pick(argument, lookups.called(wish, parts_named(argument, case, result)), wish)
        if hit is not None:
            return hit
    own = parts_named(argument, case, (yield from listing(case)))
    hit = pick(argument, lookups.called(wish, own), wish)
    if hit is not None:
        return hit
    if ID_LIKE.fullmatch(wish) or (is_numeric(argument) and wish.isdecimal()):
        return Found(exactly(argument, wish), wish)
    raise misfit(argument, wish, "it takes an id, and nothing that was read is called that", tuple(dict.fromkeys(seen)))


def _loosely(wish: str, found: Sequence[Named]) -> list[Named]:
    """Those whose name is spelt otherwise: ``in progress`` for ``In-Progress``."""
    return [entry for entry in found if any(plain(name) == plain(wish) for name in entry.called)]


def holders(case: Case, argument: Argument) -> list[ToolVariant]:
    """The tools that list what tickets lie in, first those that are said to show what ``argument`` takes."""
    nouns = lookups.status_nouns(argument)
    found = lookups.listing_tools(case.ground.readers, _HOLDERS)
    return callable_ones(case, sorted(found, key=lambda one: nouns.isdisjoint(split_words(one.tool.description))))


def parts_named(argument: Argument, case: Case, result: CallToolResult | None) -> list[Named]:
    """What stands in tickets under the name of what ``argument`` takes: ``status`` for ``status_id``."""
    names = {plain_name(word) for word in lookups.status_nouns(argument)}
    rows: list[Any] = [dict(case.subject.record)] if case.subject else []
    rows += [*lookups.payload_rows(result)] if result is not None else []
    return [entry for row in rows for entry in lookups.entries(lookups.under(row, names, 0))]


def pick(argument: Argument, hits: Sequence[Named], wish: str) -> Found | None:
    """The one hit; None where there is none.

    Raises:
        MissingInputError: there are several.
    """
    ids: dict[str, Named] = {}
    for entry in hits:
        value = entry.id_for(argument)
        if value is not None:
            ids.setdefault(str(value), entry)
    if not ids:
        return None
    if len(ids) > 1:
        choices = tuple(
            Choice(entry.id_for(argument), entry.called[0], ", ".join(entry.called[1:3])) for entry in ids.values()
        )
        told = "; ".join(f"{choice.value}: {choice.label} {choice.detail}".strip() for choice in choices[:8])
        raise MissingInputError(
            f"{wish!r} names more than one: {told}.",
            title="Which one is meant?",
            hint=f"Say it by its id: --field {argument.path}=ID",
            fields=(form_field(argument, required=True, choices=choices),),
        )
    entry = next(iter(ids.values()))
    return Found(exactly(argument, entry.id_for(argument)), entry.called[0])
