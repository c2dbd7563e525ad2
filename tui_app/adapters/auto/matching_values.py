"""Finding what a person typed among the values that a server allows."""

from __future__ import annotations

from collections.abc import Iterable

from tui_app.tickets.ticket import JsonValue

_SYNONYMS = (
    frozenset(("done", "completed", "complete", "finished")),
    frozenset(("cancelled", "canceled")),
    frozenset(("inprogress", "doing", "started", "wip")),
    frozenset(("asc", "ascending", "ascend")),
    frozenset(("desc", "descending", "descend")),
    frozenset(("me", "@me", "self", "currentuser")),
)
"""Words that mean the same to every tracker; anything looser would answer another question than was asked."""

_ALL = ("all", "any", "*", "everything", "both")


def match_value(word: str, allowed: Iterable[JsonValue]) -> JsonValue:
    """The allowed value that ``word`` means: the same but for case and spelling, a form of it, or a synonym."""
    values = list(allowed)
    wanted = _plain(word)
    for value in values:
        if str(value) == word:
            return value
    for value in values:
        if _plain(str(value)) == wanted:
            return value
    for value in values:
        if _is_form(_plain(str(value)), wanted) or any({wanted, _plain(str(value))} <= group for group in _SYNONYMS):
            return value
    return None


def everything(allowed: Iterable[JsonValue]) -> JsonValue:
    """The allowed value that stands for all of them; None where there is none."""
    values = {str(value).lower(): value for value in allowed}
    return next((values[word] for word in _ALL if word in values), None)


def _plain(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum() or character in "*@") or word


def _is_form(one: str, other: str) -> bool:
    """``open`` and ``opened``, ``close`` and ``closed``."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) > 2 and longer in (f"{shorter}ed", f"{shorter}d", f"{shorter}s")
