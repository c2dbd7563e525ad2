"""Comments, and who reads them: colleagues alone, where a tracker has two kinds and no public one was asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tui_app.adapters.auto.flat_arguments import Argument, about
from tui_app.adapters.changing import vocabulary
from tui_app.adapters.changing.asking import Case, Conversation
from tui_app.adapters.changing.making import Way, finished, first_possible, ways_to
from tui_app.adapters.changing.protocol import WriteCall
from tui_app.adapters.changing.spelling import default_told, exactly, marked_up
from tui_app.adapters.changing.uses import WritingUse
from tui_app.adapters.safety.verbs import split_words
from tui_app.tickets.changes import ChangeKind, Visibility
from tui_app.tickets.errors import NotOfferedError
from tui_app.tickets.ticket import JsonValue

_FIRST = re.compile(r"[.\n]")


def comment(case: Case) -> Conversation[WriteCall]:
    """A comment: internal unless a public one was asked for."""
    subject, text = case.about, str(case.wanted.values.get("text") or "")
    public = case.wanted.values.get("visibility") == "public"
    ways = by_readers(ways_to(case, ChangeKind.COMMENT, "text"), public=public)
    count = len(subject.ticket.comments)

    def make(use: WritingUse, argument: Argument) -> Conversation[WriteCall]:
        yield from ()
        flags = _reader_flags(use, case.wanted.values.get("visibility"))
        written = marked_up(argument, text)
        value = exactly(argument, [written] if argument.takes_list and not argument.takes_scalar else written)
        seen: Visibility = ("public" if public else "internal") if flags else visibility_of(use)
        seen = "public" if not flags and _is_public_unless_told(use) else seen
        if public and seen == "internal":
            raise NotOfferedError("The server's comments are internal: no tool writes a public one.")
        call = finished(
            case, use, {**flags, argument.path: value}, {"comments": count}, {"comments": count + 1}, visibility=seen
        )
        return call

    return (yield from first_possible(ways, make, "adds a comment"))


def by_readers(ways: Sequence[Way], *, public: bool) -> Sequence[Way]:
    """The ways to comment for these readers, where the tracker has two kinds of comments; else all of them."""
    if not {visibility_of(use) for use, _ in ways} >= {"internal", "public"}:
        return ways
    return [way for way in ways if visibility_of(way[0]) == ("public" if public else "internal")]


def visibility_of(use: WritingUse) -> Visibility:
    """Who reads what a tool writes, by its words."""
    said = f"{' '.join(use.variant.words)} {_FIRST.split(use.about)[0]}"
    if vocabulary.INTERNAL.search(said) or ("note" in use.nouns and "comment" not in use.nouns and "reply" not in said):
        return "internal" if vocabulary.INTERNAL.search(said) or _has_reply(use) else "unknown"
    if {"reply", "respond"} & (use.nouns | use.verbs) or vocabulary.PUBLIC.search(said):
        return "public"
    return "unknown"


def _has_reply(use: WritingUse) -> bool:
    """A note beside nothing but notes may be read by everybody."""
    return "ticket" in use.variant.words


def _reader_flags(use: WritingUse, said: object) -> dict[str, JsonValue]:
    """The argument that says who reads a comment, where the server has its own idea of it, or it was ``said``."""
    readers = "public" if said == "public" else "internal"
    for argument in use.arguments:
        values = _values_by_readers(argument, use)
        told = argument.default if argument.default is not None else default_told(about(argument, use.tool))
        is_meant = said or argument.required or told is not None or argument.values or _is_off_told(argument, use)
        if readers in values and len(values) > 1 and is_meant:
            return {argument.path: values[readers]}
    return {}


def _is_off_told(argument: Argument, use: WritingUse) -> bool:
    """Whether the tool's description says what comes of a flag that is false: it is on where it is left out."""
    return bool(_told_of(argument, "false", use))


def _told_of(argument: Argument, value: str, use: WritingUse) -> str:
    """What the tool's description says from a flag's value on: ``send=false stores an internal note``."""
    said = rf"\b{re.escape(argument.name)}\W{{1,3}}(?:is )?{value}\b[^;.\n]*"
    found = re.search(said, use.about, re.IGNORECASE)
    return found[0] if found else ""


def _is_public_unless_told(use: WritingUse) -> bool:
    """Whether an argument that is left out means that customers read the comment."""
    told = (argument.default or default_told(about(argument, use.tool)) for argument in use.arguments)
    return any(isinstance(value, str) and vocabulary.PUBLIC.fullmatch(value) for value in told)


def _values_by_readers(argument: Argument, use: WritingUse) -> dict[str, JsonValue]:
    """What an argument takes for each kind of readers; of a choice that knows both."""
    if argument.kinds == {"boolean"}:
        for is_on in (True, False):
            told = _told_of(argument, str(is_on), use)
            if vocabulary.INTERNAL.search(told):
                return {"public": not is_on, "internal": is_on}
        said = set(argument.words) - vocabulary.FILLERS - vocabulary.COMMENT_NOUNS - {"is", "to", "by"}
        if said and all(word == "visible" or vocabulary.PUBLIC.fullmatch(word) for word in said):
            return {"public": True, "internal": False}
        if said and all(map(vocabulary.INTERNAL.fullmatch, said)):
            return {"public": False, "internal": True}
    found: dict[str, JsonValue] = {}
    for value in argument.values:
        words = frozenset(split_words(str(value)))
        readers = {
            "internal": vocabulary.INTERNAL.search(str(value)) or words & {"note", "notes"},
            "public": vocabulary.PUBLIC.search(str(value)) or "reply" in words,
        }
        for name, hit in readers.items():
            if hit and argument.takes_scalar:
                found.setdefault(name, value)
    return found
