"""What an argument of a tool that changes tickets takes: told from its name alone.

``commentsAppend`` takes a comment and adds it, ``labels.remove`` takes labels away, ``newStateId`` takes the id of a
status. Invariant: pure functions over names; which of several meanings counts (a ``body`` may be a comment or a
description) is for the kind of change to say.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import dropwhile, pairwise

from msgspec import Struct

from tui_app.adapters.auto.flat_arguments import Argument
from tui_app.adapters.auto.id_argument import asks_for_uuid
from tui_app.adapters.changing import vocabulary
from tui_app.adapters.reading.field_names import (
    FUNCTION_WORDS,
    ID_ADJECTIVES,
    ID_WORDS,
    PLURALS,
    TICKET_NOUNS,
    names,
    plural,
    singular,
    taken_apart,
)
from tui_app.adapters.safety.verbs import split_words
from tui_app.tickets.changes import ChangeKind

_HOLDERS = names("field update data input param payload attribute property change patch option value entry operation")
HOLDERS = frozenset((*_HOLDERS, *map(plural, _HOLDERS), *TICKET_NOUNS, *PLURALS))
"""Words in the names of objects that hold a ticket's fields."""


class Meaning(Struct, frozen=True):
    """How an argument takes what it means."""

    rank: int
    """Lower is surer."""
    mode: str = ""
    """``add``, ``remove``, or empty: what is sent takes the place of what was."""


class NameParts(Struct, frozen=True):
    """A name taken apart."""

    words: tuple[str, ...]
    """What it speaks of."""
    mode: str
    is_id: bool

    @property
    def core(self) -> str:
        """What it speaks of, as one plain word."""
        return "".join(self.words)


@lru_cache(maxsize=4096)
def parts_of(path: str) -> NameParts:
    """``labels.add`` is core ``labels``, mode ``add``; ``newStateId`` is core ``state``, an id."""
    above, _, name = path.rpartition(".")
    said = list(split_words(name))
    if above and name in ("name", "value", "id", "key") and not set(split_words(above.rpartition(".")[2])) & HOLDERS:
        above, _, holder = above.rpartition(".")  # ``priority.key`` is a priority
        said = [*split_words(holder), *(said if name in ("id", "key") else ())]
    mode = next((mode for mode, table in _MODES if table & set(said)), "")
    said = [word for word in said if not any(table & {word} for _, table in _MODES)]
    if not said and above:
        said = list(split_words(above.rpartition(".")[2]))
    if said[:1] == ["id"] and said[1:] and said[-1] not in ID_WORDS:
        said = [*said[1:], "id"]  # ``idList`` is the id of a list
    is_id = bool(said) and said[-1] in ID_WORDS and len(said) > 1
    said = said[:-1] if is_id else said
    kept = [word for word in said if word not in vocabulary.ASIDE and word not in ID_ADJECTIVES]
    bare = [word for word in kept if PLURALS.get(word, word) not in TICKET_NOUNS]
    return NameParts(tuple(bare or kept or said), mode, is_id)


def is_transition(argument: Argument) -> bool:
    """Whether it takes a way from one status to another, by its id or its name."""
    return "transition" in parts_of(argument.path).words


_FILTERS = re.compile(r"^\W*filter(?:s|ed|ing)?\b(?!.*\b(?:sets?|updates?|changes?)\b)", re.IGNORECASE)
_NEVER_IDS = frozenset(("text", "title", "description", "time", "link_type", "resolution"))
_MODES = (("add", vocabulary.ADDING), ("remove", vocabulary.TAKING), ("", vocabulary.SETTING))


def meaning_of(argument: Argument, meaning: str) -> Meaning | None:
    """How ``argument`` takes ``meaning`` (a key of `vocabulary.MEANINGS`); None where it does not."""
    parts = parts_of(argument.path)
    rank = rank_of(parts.words, meaning)
    if rank is None and meaning == "description" and _said_to_be(argument, meaning):
        return Meaning(len(vocabulary.MEANINGS[meaning]) * 4)
    if rank is None or (parts.is_id and meaning in _NEVER_IDS) or _FILTERS.search(argument.description):
        return None
    return Meaning(rank * 4 + parts.is_id * 2 + argument.path.count("."), parts.mode)


_OF_TICKET = 3  # words: of the task


def _said_to_be(argument: Argument, meaning: str) -> bool:
    """Whether a text that is called otherwise is told to be the ticket's: ``notes``, the description of a task."""
    told = re.findall(r"[^\W\d_]+", argument.description.casefold())
    told = [*dropwhile(lambda word: word in FUNCTION_WORDS | vocabulary.ASIDE, told)]
    known = any(rank_of(parts_of(argument.path).words, other) is not None for other in _KINDS if other != "text")
    return (
        len(told) > _OF_TICKET
        and told[0] in vocabulary.MEANINGS[meaning]
        and told[1] in ("of", "for")
        and any(PLURALS.get(word, word) in TICKET_NOUNS for word in told[2 : 2 + _OF_TICKET])
        and not known
        and "string" in argument.kinds
        and not parts_of(argument.path).core.startswith("comment")
    )


@lru_cache(maxsize=4096)
def rank_of(words: tuple[str, ...], meaning: str) -> int | None:
    """The place of the surest of ``words`` that is one of ``meaning``; None where none is, or another is beside it.

    ``commentBody`` and ``bodyMarkdown`` are texts, ``timeSpentSeconds`` is a time, ``dueDate`` is none of them.
    """
    table = vocabulary.MEANINGS[meaning]
    known = vocabulary.BESIDE[meaning].union(table)
    told = [singular(piece) for word in words for piece in taken_apart(singular(word), known)]
    if not known.issuperset(told):
        return None
    return min((table.index(word) for word in told if word in table), default=None)


def kinds_meant(name: str) -> frozenset[ChangeKind]:
    """The changes that an argument called ``name`` may make, whichever tool takes it; of several meanings, each."""
    words = parts_of(name).words
    return frozenset(kind for meaning, kind in _KINDS.items() if rank_of(words, meaning) is not None)


_KINDS = {
    "text": ChangeKind.COMMENT,
    "title": ChangeKind.TITLE,
    "description": ChangeKind.DESCRIPTION,
    "status": ChangeKind.STATUS,
    "person": ChangeKind.ASSIGN,
    "priority": ChangeKind.PRIORITY,
    "labels": ChangeKind.LABELS,
    "time": ChangeKind.LOG_WORK,
}
"""Key of `vocabulary.MEANINGS` to the change that such an argument makes."""


_OR_OTHERWISE = re.compile(
    r"\bnames?\b|\bkeys?\b|\bslug|\bpath|\bprefix|\be-?mail|\blogin|(?<!uuid )\bidentifier|\bhuman|\bor\b",
    re.IGNORECASE,
)
"""Said of an identifier that is no UUID."""


def wants_id(argument: Argument) -> bool:
    """Whether it takes an identifier, by its name or by its schema."""
    return parts_of(argument.path).is_id or takes_only_uuids(argument) or _says_ids(argument)


def _says_ids(argument: Argument) -> bool:
    """Whether it is said to take the ids of what it is called after: ``labels``, label IDs; ``tag``, GID of the tag."""
    if argument.values or re.search(r"\b(?:names?|keys?|slugs?|paths?|or)\b|\d", argument.description, re.IGNORECASE):
        return False
    told = [*map(singular, re.findall(r"[^\W_]+", argument.description.casefold()))]
    said = {word for word, following in pairwise(told) if following == "id"}
    for at, word in enumerate(told):
        if word in ID_WORDS and word.endswith("id"):
            said |= {*[*dropwhile(FUNCTION_WORDS.__contains__, told[at + 1 :])][:1]}
    return not said.isdisjoint(map(singular, parts_of(argument.path).words))


def takes_only_uuids(argument: Argument) -> bool:
    """Whether it takes UUIDs, or a list of them, and no names."""
    if _OR_OTHERWISE.search(argument.description):
        return False
    return any(map(asks_for_uuid, (argument, *argument.members))) and not argument.values
