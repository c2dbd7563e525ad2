"""Who is meant: a name, an address or ``me`` as an argument takes people.

Invariant: a person is found by the whole of a name; of several that are called so, none is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from tui_app.adapters.auto.flat_arguments import Argument, about
from tui_app.adapters.auto.tool_variants import ToolVariant
from tui_app.adapters.changing import lookups
from tui_app.adapters.changing.asking import MOST_LOOKUPS, Case, Conversation, Found, ask, callable_ones, listing
from tui_app.adapters.changing.choosing import ID_LIKE, pick
from tui_app.adapters.changing.lookups import Named
from tui_app.adapters.changing.meanings import wants_id
from tui_app.adapters.changing.spelling import exactly, form_field, is_numeric
from tui_app.adapters.changing.uses import WritingUse
from tui_app.tickets.changes import MissingInputError
from tui_app.tickets.ticket import JsonValue

_FORMS = {
    "email": re.compile(r"\be-?mail", re.IGNORECASE),
    "login": re.compile(r"\b(?:user ?name|login|handle)s?\b", re.IGNORECASE),
    "name": re.compile(
        r"\b(?:display ?name|full name|real ?name|(?<!user)(?<!user )names?)\b|currentUser|\bkey\b", re.IGNORECASE
    ),
    "id": re.compile(
        r"\b(?:account|user|member|owner|assignee|person|agent)?[ _-]?ids?\b|\b(?:uu?|gu?)ids?\b|accountId",
        re.IGNORECASE,
    ),
}
_ME_WORDS = re.compile(r"['\"`(](@me|me|currentUser\(\)|self|myself)['\"`)]")


def forms_of(argument: Argument, use: WritingUse) -> frozenset[str]:
    """How ``argument`` names a person: ``id``, ``email``, ``login``, ``name``; empty where nothing says so."""
    text = f"{about(argument, use.tool)}"
    told = {form for form, pattern in _FORMS.items() if pattern.search(text)}
    if (wants_id(argument) and not told & {"email", "login", "name"}) or is_numeric(argument):
        told = {"id"}
    return frozenset(told)


def person(case: Case, use: WritingUse, argument: Argument, wish: str) -> Conversation[Found]:
    """Who is meant by ``wish`` (a name, an address, ``me``), as ``argument`` takes people.

    Raises:
        MissingInputError: nobody is called that, or several are.
    """
    forms = forms_of(argument, use)
    typed, wished = wish, wish
    if wish.casefold() == "me":
        word = _ME_WORDS.search(about(argument, use.tool))
        if word:
            return Found(exactly(argument, word[1]), case.ground.me or "me")
        if "id" in forms and forms <= {"id"}:
            for variant in lookups.self_tools(case.ground.readers)[:MOST_LOOKUPS]:
                own = [entry for entry in (yield from ask(case, variant)) if entry.id_for(argument) is not None]
                if own:
                    return Found(exactly(argument, own[0].id_for(argument)), own[0].called[0])
        typed = case.ground.me or (yield from _own_name(case, forms))
        if not typed:
            raise MissingInputError(
                "The server cannot tell who you are.",
                hint='Write it into the profile: [profiles.NAME.write] me = "..", or type your name.',
            )
        wished = f"me ({typed})"
    if not forms or "name" in forms or ("email" in forms and "@" in typed):
        yield from _refuse_ambiguous(case, argument, typed)
        return Found(exactly(argument, typed), typed)
    return (yield from _looked_up(case, argument, forms, typed, wished))


def _refuse_ambiguous(case: Case, argument: Argument, typed: str) -> Conversation[None]:
    """Raises `MissingInputError` where several people are called ``typed``, as far as the server shows people."""
    if "@" in typed:
        return
    for variant in callable_ones(case, lookups.people_tools(case.ground.readers), lambda one: _asking_for(one, typed)):
        hits = lookups.called(typed, (yield from ask(case, variant, _asking_for(variant, typed))))
        if hits:
            pick(argument, [one for one in hits if one.id_for(argument) != typed], typed)
            return


def _own_name(case: Case, forms: frozenset[str]) -> Conversation[str]:
    """The user's own name in one of ``forms``, by the tool that tells who is logged in; empty: none does."""
    for variant in lookups.self_tools(case.ground.readers)[:MOST_LOOKUPS]:
        own = yield from ask(case, variant)
        written = forms & {"email", "login"}
        names = [lookups.form_of(one, written) if written else next(iter(one.called), None) for one in own]
        if any(names):
            return str(next(filter(None, names)))
    return ""


def _looked_up(case: Case, argument: Argument, forms: frozenset[str], typed: str, wished: str) -> Conversation[Found]:
    if "id" in forms and (ID_LIKE.fullmatch(typed) or (is_numeric(argument) and typed.isdecimal())):
        return Found(exactly(argument, typed), typed)
    takes: Callable[[Named], JsonValue] = (
        (lambda entry: entry.id_for(argument)) if "id" in forms else (lambda entry: lookups.form_of(entry, forms))
    )
    seen: list[str] = []
    others: list[Named] = []
    record = lookups.entries([dict(case.subject.record)]) if case.subject else []
    for found in (record, *(() if not case.subject else (_lookup_entries(case.subject.ticket.lookup),))):
        hit = _one_person(argument, lookups.called(typed, found), wished, takes)
        if hit is not None:
            return hit
    for variant in callable_ones(case, lookups.people_tools(case.ground.readers), lambda one: _asking_for(one, typed)):
        asked = _asking_for(variant, typed)
        found = yield from ask(case, variant, asked)
        hit = _one_person(argument, lookups.called(typed, found), wished, takes)
        if hit is not None:
            return hit
        seen += [name for entry in found for name in entry.called[:1]]
        others += found if asked else []
    if "login" in forms and " " not in typed and not others:
        return Found(exactly(argument, typed), typed)  # nothing says that it is not one
    result = yield from listing(case)
    hit = _one_person(argument, lookups.called(typed, lookups.entries_of(result)) if result else [], wished, takes)
    if hit is not None:
        return hit
    shown = f" It shows: {', '.join(dict.fromkeys(seen[:12]))}." if seen else ""
    raise MissingInputError(
        f"The server's {argument.path!r} wants {' or '.join(sorted(forms))}, and nobody called {wished!r} was found."
        f"{shown}",
        title="The person is not known",
        hint=f"`--field {argument.path}=ID` sends an id as it is.",
        fields=(form_field(argument, required=True),),
    )


def _lookup_entries(lookup: Mapping[str, JsonValue]) -> list[Named]:
    """Names to ids, where a row keeps such a table."""
    tables = (value for value in lookup.values() if isinstance(value, Mapping))
    return [Named({"name": name, "id": value}) for table in tables for name, value in table.items()]


def _one_person(
    argument: Argument, hits: Sequence[Named], wished: str, takes: Callable[[Named], JsonValue]
) -> Found | None:
    known_ones = {str(takes(entry)): entry for entry in hits if takes(entry) is not None}
    if len(known_ones) > 1:
        return pick(argument, list(known_ones.values()), wished)
    return next((Found(exactly(argument, takes(entry)), entry.called[0]) for entry in known_ones.values()), None)


_QUERY = frozenset(
    ("query", "q", "search", "name", "term", "keyword", "username", "usernames", "email", "text", "string")
)


def _asking_for(variant: ToolVariant, typed: str) -> dict[str, JsonValue]:
    """The typed name, where a tool that finds people wants something to look for."""
    asked = [a for a in variant.arguments if "".join(a.words) in _QUERY or a.words[:1] == ("query",)]
    required = [argument for argument in asked if argument.required] or asked[:1]
    for argument in required:
        fit = argument.fit([typed] if argument.takes_list else typed)
        if fit is not None:
            return {argument.path: fit}
    return {}
