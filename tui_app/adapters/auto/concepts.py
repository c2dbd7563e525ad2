"""What an argument of a search tool means: which criterion it takes, or which part it has in paging and form.

Told from its name and, where a name means different things to different servers, from its description and schema. An
argument whose meaning is not certain has none, and is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from tui_app.adapters.auto.flat_arguments import Argument
from tui_app.adapters.reading.field_names import (
    CERTAIN_NAME,
    DATE_PARTS,
    FUNCTION_WORDS,
    ID_WORDS,
    TICKET_NOUNS,
    hints,
    plural,
    singular,
    taken_apart,
)
from tui_app.adapters.reading.field_names import names as _words
from tui_app.adapters.safety.gate import ACTION_NAMES
from tui_app.adapters.safety.verbs import split_words
from tui_app.tickets.fields import FIELDS_BY_NAME
from tui_app.tickets.vocabulary import closed_by_words

_CORES: Mapping[str, str] = {
    word: concept
    for concept, table in {
        "text": "text query search q keyword term phrase contains",
        "title": " ".join(FIELDS_BY_NAME["title"].words),
        "status": "status state stage",
        "assignee": "assignee assigned owner responsible",
        "mine": "mine my me",
        "project": "project",
        "repo_owner": "org organization namespace",
        "place": " ".join(word for word in FIELDS_BY_NAME["project"].words if word != "project"),
        "labels": "label tag",
        "priority": "priority prio",
        "severity": " ".join(word for word in FIELDS_BY_NAME["priority"].words if word != "priority"),
        "max_results": "limit per size first max top take count n",
        "offset": "offset skip start",
        "page": "page",
        "cursor": "cursor token continuation marker after scroll",
        "sort": "sort ordering",
        "order": "direction order ascending descending",
        "format": "format output response",
        "scope": "scope visibility",
        "action": " ".join(ACTION_NAMES),
        "kind": "entity resource object type kind table collection",
    }.items()
    for word in _words(table)
}
"""The words that an argument's meaning is made of; the one named first is preferred where several arguments have it."""
_PARTS = FUNCTION_WORDS | ID_WORDS.union(
    _words(
        "name login email slug path value string field filter is eq equals num index level record result item row user "
        "next current full only list workflow"
    )
)
"""Words that say how a meaning is written, not which it is."""
_RANKED = frozenset(_words("text project place labels max_results status assignee"))
"""Meanings of which one way to write them is better than another."""
_TOGETHER = (
    ("max_results", frozenset(("page", "max_results"))),
    ("cursor", frozenset(("page", "cursor"))),
    ("order", frozenset(("sort", "order"))),
    ("mine", frozenset(("mine", "assignee"))),
    ("repo_owner", frozenset(("place", "assignee"))),
    ("format", frozenset(("format", "kind"))),
    ("kind", frozenset(("kind", "native"))),
)
"""What two meanings in one name come to: a page's size is a number of results."""
_TICKETS = frozenset(TICKET_NOUNS)
_INCLUDING = frozenset(_words("include show with all"))
_ENDED = frozenset(("closed", "all"))
_COUNTED = frozenset(_words("pagination total count info"))

_AFTER = frozenset(_words("after since from start min minimum gte ge gt begin newer later"))
_BEFORE = frozenset(_words("before until to end max maximum lte le lt older earlier latest"))
_DATE_WORDS = DATE_PARTS | {"day", "range"}
_NO_CURSOR = re.compile(r"\bdate\b|\btime\b|YYYY|iso", re.IGNORECASE)
_COMPARATORS = ("eq", "in", "is", "contains", "value", "any", "like")
"""Beginnings of the last part of a path that says how something is compared."""
_OBJECT_PARTS = frozenset(_words("name key some label username"))
_LANGUAGE_NAME = re.compile(r"(?!s)[a-z]{1,3}ql")
GITHUB = "GitHub search"
LANGUAGES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("JQL", re.compile(r"\bJQL\b")),
    ("WIQL", re.compile(r"\bWIQL\b")),
    (
        GITHUB,
        re.compile(r"github(?:'s)? (?:\w+ )?(?:search|query) (?:syntax|quer)|\bis:issue\b|\brepo:\w", re.IGNORECASE),
    ),
    ("RT query", re.compile(r"\bRT query\b|\bTicketSQL\b|\bQueue = '")),
)
"""Query languages by what a description says of them."""


def concepts_of(arguments: Iterable[Argument], about: str = "") -> dict[str, Argument]:
    """Concept to the argument that takes it; of several the best. ``about`` is the tool's own description."""
    found: dict[str, Argument] = {}
    every = list(arguments)
    for argument in every:
        concept = concept_of(argument, every, about)
        if concept and (concept not in found or _better(concept, argument, found[concept])):
            found[concept] = argument
    return _settled(found)


def concept_of(argument: Argument, others: Sequence[Argument] = (), about: str = "") -> str | None:
    """What ``argument`` means, beside ``others`` of the same tool; None where that is not certain."""
    words = _telling_words(argument)
    joined = "".join(words)
    if language_of(argument, about) and (
        joined in ("q", "query", "filter", "search") or _meaning(words) in ("native", "text")
    ):
        return "native"
    moment = _moment_concept(argument, words)
    if moment:
        return moment
    concept = "all_states" if words == ("all",) and _tells_of_closed(argument.description) else _meaning(words)
    if concept is None:
        return "cursor" if _tells_of_cursor(argument) else None
    if joined == "owner" and stands_by_repository(others):
        return "repo_owner"
    return concept if _can_mean(concept, argument, joined, others) else None


def _tells_of_cursor(argument: Argument) -> bool:
    """Whether an argument of another name is said to be what other servers call a cursor."""
    return not argument.required and argument.kinds == {"string"} and "cursor" in split_words(argument.description)


def _tells_of_closed(description: str) -> bool:
    """Whether a flag called ``all`` is said to concern tickets that are closed."""
    return any(map(closed_by_words, split_words(description)))


def _meaning(words: Sequence[str]) -> str | None:
    """The concept that a name of these words has; None where it holds a word that is no part of any."""
    pieces = [_singular(piece) for word in words for piece in taken_apart(word, _PIECES)]
    if set(pieces) & _INCLUDING and len(pieces) > 1:
        rest = set(pieces) - _INCLUDING - _TICKETS
        if rest <= {"status", "state"} and "all" in pieces and "with" not in pieces:
            return "all_states"
        ended = {word for word in rest if word in _ENDED or closed_by_words(word)}
        if ended and rest <= ended | {"status", "state"}:
            return "all_states"
        return "with_total" if rest and rest <= _COUNTED else None
    if len(pieces) > 1 and set(pieces) <= _COUNTED:
        return "with_total"
    whole = _core("".join(words)) or (_core(pieces[0]) if len(pieces) == 1 else "")
    if whole:
        return whole if whole not in ("title", "scope") or pieces == list(words) else None
    told = [piece for piece in pieces if piece not in _PARTS and piece not in _TICKETS]
    if not told and {"number", "num"} & set(pieces) and {"result", "item"} & set(pieces):
        return "max_results"
    if not told and "name" in pieces and set(pieces) <= {"name", "filter", "by"}:
        return "title"
    meant = {_core(piece) for piece in told}
    if len(meant) > 1 and {told[0], told[-1]} & {"search", "query", "contains"}:
        meant -= {"text"}
    if "order" in meant and pieces[0] == "order" and pieces[-1] in ("by", "field"):
        return "sort"
    together = next((concept for concept, both in _TOGETHER if meant == both), None)
    concept = together or (next(iter(meant)) if len(meant) == 1 else "")
    return concept if concept and _can_be_written_so(concept, pieces) else None


def _core(word: str) -> str:
    """The meaning of one word; a short one that ends in ``ql`` is a tracker's query language."""
    return _CORES.get(word) or ("native" if _LANGUAGE_NAME.fullmatch(word) else "")


def _can_be_written_so(concept: str, pieces: Sequence[str]) -> bool:
    """An id can be that of a status or a place, not that of a kind; what a thing is to become is no criterion."""
    if pieces[0] == "to" or ("name" in pieces and concept in ("max_results", "offset", "page", "cursor")):
        return False
    return pieces[-1] != "id" or concept in ("status", "assignee", "project", "place", "labels", "priority", "cursor")


def _singular(word: str) -> str:
    return word if word in _CORES else singular(word)


_PIECES = frozenset((*_CORES, *_PARTS, *_TICKETS, *_INCLUDING, *_ENDED, *_COUNTED)) | frozenset(
    map(plural, (*_CORES, *_PARTS))
)


def _telling_words(argument: Argument) -> tuple[str, ...]:
    """The words that carry the meaning: of ``filter.state.name.eq`` those of ``state``."""
    steps = argument.path.split(".")
    if len(steps) > 1 and steps[-1].lower().startswith(_COMPARATORS):
        steps.pop()
        while len(steps) > 1 and steps[-1].lower() in _OBJECT_PARTS:
            steps.pop()
    return split_words(steps[-1])


def language_of(argument: Argument, about: str = "") -> str | None:
    """The query language that an argument takes, by its name or description, or that of its tool."""
    for name, pattern in LANGUAGES:
        if pattern.search(argument.description) or argument.name.casefold() == name.casefold():
            return name
    return GITHUB if argument.name == "q" and GITHUB.split()[0] in about else None


def _moment_concept(argument: Argument, words: Sequence[str]) -> str | None:
    """``created_after`` for ``createdAtGte``, ``filters.created.from``, ``since`` ("created since") and the like."""
    whole = _described_moment(argument, words)
    if whole:
        return whole
    path_words = set(split_words(argument.path))
    if not (argument.kinds & {"string", "integer", "number"} or not argument.kinds):
        return None
    is_lower, is_upper = bool(path_words & _AFTER), bool(path_words & _BEFORE)
    if is_lower == is_upper:
        return None
    moments = {field for word in path_words for field in _moments_of(word)}
    if len(moments) == 1:
        field = moments.pop()
    elif path_words <= _AFTER | _BEFORE | _DATE_WORDS and _is_date(argument):
        field = _described_field(argument.description)
    else:
        field = ""
    concept = f"{field}_{'after' if is_lower else 'before'}"
    return concept if concept in ("created_after", "created_before", "updated_after", "updated_before") else None


def _described_moment(argument: Argument, words: Sequence[str]) -> str | None:
    """``createdAt``, where the description says that it is the beginning or the end of a range."""
    moments = {field for word in words for field in _moments_of(word) or ("",) if word not in _DATE_WORDS}
    if moments not in ({"created"}, {"updated"}):
        return None
    field = moments.pop()
    said = set(split_words(argument.description))
    if said & _AFTER:
        return f"{field}_after"
    return f"{field}_before" if said & _BEFORE - {"to"} else None


def _moments_of(word: str) -> tuple[str, ...]:
    """``created`` or ``updated``, where ``word`` names that moment."""
    known = hints(word)
    return tuple(name for name in ("created", "updated") if known.get(f"{name}_at", 0) > CERTAIN_NAME)


def _described_field(description: str) -> str:
    said = {field for word in split_words(description) for field in _moments_of(word)}
    return max(said, default="")


def _is_date(argument: Argument) -> bool:
    """Whether a name without ``created`` or ``updated`` can be a date's; ``after`` alone is mostly a cursor."""
    return argument.name not in ("after", "before") or bool(_NO_CURSOR.search(argument.description))


def _can_mean(concept: str, argument: Argument, joined: str, others: Sequence[Argument]) -> bool:
    """Whether name and schema agree; ``after`` may be a date, ``owner`` that of a repository, ``type`` anything."""
    kinds = argument.kinds
    if concept in ("mine", "all_states", "with_total"):
        return "boolean" in kinds
    if concept in ("max_results", "offset", "page"):
        if kinds == {"string"} and _NO_CURSOR.search(argument.description):
            return False  # ``start_on``: a date
        return not kinds or bool(kinds & {"integer", "number", "string"})
    if concept == "cursor" and joined == "after":
        return "integer" not in kinds and not _NO_CURSOR.search(argument.description)
    if concept == "repo_owner":
        return stands_by_repository(others)
    if concept == "order":
        return bool(argument.values) or joined != "order" or "asc" in argument.description.lower()
    if concept in ("kind", "action"):
        return kinds <= {"string"}
    if concept in ("text", "title"):
        return (not kinds or "string" in kinds) and not argument.values
    return "object" not in kinds and kinds != {"boolean"}


def stands_by_repository(others: Sequence[Argument]) -> bool:
    """Whether one of the arguments names a repository, so that an ``owner`` beside it is that one's."""
    return any(other.words[:1] in (("repo",), ("repository",)) for other in others)


def _better(concept: str, argument: Argument, than: Argument) -> bool:
    if concept not in _RANKED:
        return (not argument.required, argument.path.count(".")) < (not than.required, than.path.count("."))
    ranks = [word for word, meant in _CORES.items() if meant == concept]

    def rank(candidate: Argument) -> tuple[bool, int, int, int]:
        """A key names a project best, else the plain name does; then the word that is named first; an id is last."""
        pieces = [_singular(piece) for word in candidate.words for piece in taken_apart(word, _PIECES)]
        place = min((ranks.index(piece) for piece in pieces if piece in ranks), default=len(ranks))
        last = pieces[-1] if pieces else ""
        way = 0 if last == "key" else 1 if len(pieces) == 1 else 3 if last == "id" else 2
        return (not candidate.required, place, way, candidate.path.count("."))

    return rank(argument) < rank(than)


def _settled(found: dict[str, Argument]) -> dict[str, Argument]:
    """Second choices become first ones where there is no better: a title filter, a severity, a queue."""
    for second, first in (("title", "text"), ("severity", "priority"), ("place", "project")):
        argument = found.pop(second, None)
        if argument is not None and (first not in found or (argument.required and not found[first].required)):
            found[first] = argument
    return found
