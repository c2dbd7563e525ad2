"""What an argument of a search tool means: which criterion it takes, or which part it has in paging and form.

Told from its name and, where a name means different things to different servers, from its description and schema. An
argument whose meaning is not certain has none, and is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from tui_app.adapters.auto.flat_arguments import Argument
from tui_app.adapters.auto.words import PLURALS, TICKET_NOUNS
from tui_app.adapters.reading.field_names import names as _words
from tui_app.adapters.reading.field_names import taken_apart
from tui_app.adapters.safety.verbs import split_words

_CORES: Mapping[str, str] = {
    word: concept
    for concept, table in {
        "text": "text query search q keyword term phrase contains words needle freetext",
        "title": "title summary subject name",
        "native": "jql wiql cql kql lucene",
        "status": "status state stage",
        "assignee": "assignee assigned owner responsible owned",
        "mine": "mine my me",
        "project": "project",
        "repo_owner": "org organization namespace",
        "place": "repository repo queue board product team workspace space listid",
        "labels": "label tag",
        "priority": "priority prio",
        "severity": "severity urgency importance",
        "max_results": "limit per size first max top take count n",
        "offset": "offset skip startat startindex",
        "page": "page",
        "cursor": "cursor token continuation marker after scroll",
        "sort": "sort sorting ordering",
        "order": "direction order dir ascending descending",
        "format": "format output response",
        "scope": "scope visibility",
        "action": "action operation op method command mode verb",
        "kind": "entity resource object type kind table collection",
    }.items()
    for word in _words(table)
}
"""The words that an argument's meaning is made of; the one named first is preferred where several arguments have it."""
_PARTS = frozenset(
    _words(
        "id key name login email slug path identifier value string field filter by to or is in eq equals of the "
        "number num no index level record result item row user next current at full only list workflow"
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
_ENDED = frozenset(_words("closed completed done resolved finished inactive all"))
_COUNTED = frozenset(_words("pagination total count info"))

_CREATED = frozenset(_words("created creation create opened reported submitted createdat createdon raised filed added"))
_UPDATED = frozenset(_words("updated update modified modification changed change updatedat updatedon activity"))
_OTHER_MOMENTS = frozenset(
    _words("due closed resolved completed resolution closure done finished deleted started merged sla")
)
_AFTER = frozenset(_words("after since from start min minimum gte ge gt begin beginning newer later lower earliest"))
_BEFORE = frozenset(_words("before until to end max maximum lte le lt till older earlier upper latest"))
_DATE_WORDS = frozenset(_words("date time datetime timestamp day at on range"))
_SAYS_CREATED = re.compile(r"\bcreat|\bopened\b|\breported\b|\bsubmitted\b|\bfiled\b|\braised\b", re.IGNORECASE)
_SAYS_UPDATED = re.compile(r"\bupdat|\bmodif|\bchanged\b", re.IGNORECASE)
_SAYS_AFTER = re.compile(r"\b(?:after|since|newer|or later|from)\b", re.IGNORECASE)
_SAYS_BEFORE = re.compile(r"\b(?:before|until|older|or earlier)\b", re.IGNORECASE)
_NO_CURSOR = re.compile(r"\bdate\b|\btime\b|YYYY|iso", re.IGNORECASE)
_COMPARATORS = frozenset(
    _words("eq in equals is contains containsignorecase eqignorecase equalto value values any anyof ilike like")
)
_OBJECT_PARTS = frozenset(_words("name key some label username"))
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
        joined in ("q", "query", "filter", "search", "querystring") or _meaning(words) == "native"
    ):
        return "native"
    moment = _moment_concept(argument, words)
    if moment:
        return moment
    concept = _meaning(words)
    if concept is None:
        return None
    if joined == "owner" and _stands_by_repository(others):
        return "repo_owner"
    return concept if _can_mean(concept, argument, joined, others) else None


def _meaning(words: Sequence[str]) -> str | None:
    """The concept that a name of these words has; None where it holds a word that is no part of any."""
    pieces = [_singular(piece) for word in words for piece in taken_apart(word, _PIECES)]
    if set(pieces) & _INCLUDING and len(pieces) > 1:
        rest = set(pieces) - _INCLUDING - _TICKETS
        if rest <= {"status", "state"} and "all" in pieces and "with" not in pieces:
            return "all_states"
        if rest <= _ENDED | {"status", "state"} and rest & _ENDED:
            return "all_states"
        return "with_total" if rest and rest <= _COUNTED else None
    if len(pieces) > 1 and set(pieces) <= _COUNTED:
        return "with_total"
    whole = _CORES.get("".join(words)) or (_CORES.get(pieces[0]) if len(pieces) == 1 else None)
    if whole:
        return whole if whole not in ("title", "scope") or pieces == list(words) else None
    told = [piece for piece in pieces if piece not in _PARTS and piece not in _TICKETS]
    if not told and {"number", "num"} & set(pieces) and {"result", "item"} & set(pieces):
        return "max_results"
    if not told and "name" in pieces and set(pieces) <= {"name", "filter", "by"}:
        return "title"
    meant = {_CORES.get(piece, "") for piece in told}
    if len(meant) > 1 and {told[0], told[-1]} & {"search", "query", "contains"}:
        meant -= {"text"}
    if "order" in meant and pieces[0] == "order" and pieces[-1] in ("by", "field"):
        return "sort"
    together = next((concept for concept, both in _TOGETHER if meant == both), None)
    concept = together or (next(iter(meant)) if len(meant) == 1 else "")
    return concept if concept and _can_be_written_so(concept, pieces) else None


def _can_be_written_so(concept: str, pieces: Sequence[str]) -> bool:
    """An id can be that of a status or a place, not that of a kind; what a thing is to become is no criterion."""
    if pieces[0] == "to" or ("name" in pieces and concept in ("max_results", "offset", "page", "cursor")):
        return False
    return pieces[-1] != "id" or concept in ("status", "assignee", "project", "place", "labels", "priority", "cursor")


def _singular(word: str) -> str:
    if word in _CORES or word in _IRREGULAR:
        return _IRREGULAR.get(word, word)
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


_IRREGULAR = {
    **PLURALS,
    "statuses": "status",
    "priorities": "priority",
    "repositories": "repository",
    "entities": "entity",
}
_PIECES = frozenset((*_CORES, *_PARTS, *_TICKETS, *_INCLUDING, *_ENDED, *_COUNTED, *_IRREGULAR)) | frozenset(
    f"{word}s" for word in (*_CORES, *_PARTS)
)


def _telling_words(argument: Argument) -> tuple[str, ...]:
    """The words that carry the meaning: of ``filter.state.name.eq`` those of ``state``."""
    steps = argument.path.split(".")
    if len(steps) > 1 and steps[-1].lower() in _COMPARATORS:
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
    path_words = set(words) | set(argument.path.replace(".", "_").lower().split("_"))
    if path_words & _OTHER_MOMENTS or not (argument.kinds & {"string", "integer", "number"} or not argument.kinds):
        return None
    is_lower, is_upper = bool(path_words & _AFTER), bool(path_words & _BEFORE)
    if is_lower == is_upper:
        return None
    if path_words & _CREATED:
        field = "created"
    elif path_words & _UPDATED:
        field = "updated"
    elif path_words <= _AFTER | _BEFORE | _DATE_WORDS and _is_date(argument):
        field = _described_field(argument.description)
    else:
        field = ""
    concept = f"{field}_{'after' if is_lower else 'before'}"
    return concept if concept in ("created_after", "created_before", "updated_after", "updated_before") else None


def _described_moment(argument: Argument, words: Sequence[str]) -> str | None:
    """``createdAt``, where the description says that it is the beginning or the end of a range."""
    field = {"createdat": "created", "created": "created", "createddate": "created", "updatedat": "updated"}.get(
        "".join(words)
    )
    if field is None:
        return None
    if _SAYS_AFTER.search(argument.description):
        return f"{field}_after"
    return "created_before" if field == "created" and _SAYS_BEFORE.search(argument.description) else None


def _described_field(description: str) -> str:
    if _SAYS_UPDATED.search(description):
        return "updated"
    return "created" if _SAYS_CREATED.search(description) else ""


def _is_date(argument: Argument) -> bool:
    """Whether a name without ``created`` or ``updated`` can be a date's; ``after`` alone is mostly a cursor."""
    return argument.name not in ("after", "before") or bool(_NO_CURSOR.search(argument.description))


def _can_mean(concept: str, argument: Argument, joined: str, others: Sequence[Argument]) -> bool:
    """Whether name and schema agree; ``after`` may be a date, ``owner`` that of a repository, ``type`` anything."""
    kinds = argument.kinds
    if concept in ("mine", "all_states", "with_total"):
        return "boolean" in kinds
    if concept in ("max_results", "offset", "page"):
        return not kinds or bool(kinds & {"integer", "number", "string"})
    if concept == "cursor" and joined == "after":
        return "integer" not in kinds and not _NO_CURSOR.search(argument.description)
    if concept == "repo_owner":
        return _stands_by_repository(others)
    if concept == "order":
        return bool(argument.values) or joined != "order" or "asc" in argument.description.lower()
    if concept in ("kind", "action"):
        return kinds <= {"string"}
    if concept in ("text", "title"):
        return (not kinds or "string" in kinds) and not argument.values
    return "object" not in kinds and kinds != {"boolean"}


def _stands_by_repository(others: Sequence[Argument]) -> bool:
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
