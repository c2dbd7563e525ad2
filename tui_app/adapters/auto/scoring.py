"""Weighing the ways to use a server's tools against each other: which searches, which opens, which lists.

Told from verbs and nouns in either order, from what the schema takes, and from what else stands in the name: a word for
a part of the tickets, or for something that hangs on one, takes more away than a good verb gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from tui_app.adapters.auto.arguments import Argument
from tui_app.adapters.auto.identity import id_argument
from tui_app.adapters.auto.uses import Use, named_words
from tui_app.adapters.auto.words import (
    COMMENT_NOUNS,
    FILLERS,
    GET_VERBS,
    NARROWING,
    OWN_ID_WORDS,
    PLURALS,
    SEARCH_VERBS,
    TICKET_NOUNS,
    VALUE_NOUNS,
    split_words,
)
from tui_app.adapters.base import ServerDescription
from tui_app.adapters.reading.names import names

_COMMON = 0.5  # part of a server's tools that share a word, for it to be the server's name for itself
_COMMON_PREFIX = 0.25  # and for one that their names begin with
_FEW_TOOLS = 3  # below, a shared word may as well be the noun

_GOOD_ENOUGH = 30  # a verb of searching and a doubtful noun, or the other way round
_NO_VERB = 15  # a plural noun alone
_LANGUAGE = 28  # an action that runs a query
_UNNAMED_NOUN = 14  # a server of tickets whose tools name none: ``list``, ``show``
_SINGULAR = 30  # taken away where a verb that fits one thing stands before a singular
_PER_CRITERION, _PER_PAGING, _NATIVE = 4, 2, 6
_WORDS_REQUIRED = 20  # what a search that cannot go without words is behind one that can
_FETCHES_KNOWN = 40  # taken away where an id is required: that is no search
_OTHER_NOUN = 45  # an unknown word beside verb and noun: what is listed may be something else of a ticket
_UNFILLED, _UNFILLED_ID = 12, 45  # a place can be configured, the id of another thing cannot

_CRITERIA = frozenset(
    names("text status assignee project labels priority created_after created_before updated_after native")
)
_PAGING = frozenset(names("max_results offset page cursor sort"))
_PLACE_WORDS = frozenset(names("project repo repository workspace team board owner root queue organization"))
_VALUE_FILLERS = frozenset(names("workflow available valid assignable active"))
_VERBS = SEARCH_VERBS.keys() | GET_VERBS.keys()
_NOUNS = TICKET_NOUNS.keys() | PLURALS.keys()


class Scorer:
    """Weighs the uses of one server's tools; knows which words the server puts into their names anyway."""

    def __init__(self, description: ServerDescription) -> None:
        split = [split_words(tool.name) for tool in description.tools]
        own = set(split_words(description.name))
        known = _NOUNS | _VERBS | VALUE_NOUNS.keys() | NARROWING.keys()
        self._server_words = (own | _shared_words(split)) - known
        self._ticket_server = bool(own & _NOUNS) or any(_NOUNS & set(words) for words in split)

    def ranked(self, uses: Sequence[Use], score: Callable[[Use], int]) -> list[Use]:
        """Uses by falling score, those that will not do left out."""
        scored = [(score(use), -number, use) for number, use in enumerate(uses)]
        good = [entry for entry in scored if entry[0] >= _GOOD_ENOUGH]
        return [use for _, _, use in sorted(good, key=lambda entry: entry[:2], reverse=True)]

    def search_score(self, use: Use) -> int:
        """How sure it is that ``use`` answers with the tickets that meet criteria."""
        words = self._own_words(use)
        noun = self._noun(use, words)
        plural = any(word in PLURALS for word in words)
        verb = max((SEARCH_VERBS[word] for word in words if word in SEARCH_VERBS), default=0)
        if {"jql", "wiql"} & set(use.action):
            verb = max(verb, _LANGUAGE)
        if noun is None or not (verb or plural):
            return 0
        score = max(verb, _NO_VERB) + noun + self._taking(use) - self._extra_cost(words)
        if not plural and verb < SEARCH_VERBS["filter"]:
            score -= _SINGULAR
        return score

    def _taking(self, use: Use) -> int:
        """What the arguments of a search add, by what they can say, and take away, by what they require."""
        concepts = use.concepts.keys()
        score = _PER_CRITERION * len(concepts & _CRITERIA) + _PER_PAGING * len(concepts & _PAGING)
        score += _NATIVE if "native" in concepts else 0
        score -= _WORDS_REQUIRED if "text" in concepts and use.concepts["text"].required else 0
        identity = id_argument(use.arguments)
        score -= _FETCHES_KNOWN if identity is not None and identity.required else 0
        for argument in use.unfilled():
            score -= _UNFILLED_ID if _is_id_of_a_thing(argument) else _UNFILLED
        return score

    def get_score(self, use: Use) -> int:
        """How sure it is that ``use`` answers with one ticket."""
        words = self._own_words(use)
        noun = self._noun(use, words)
        verb = max((GET_VERBS[word] for word in words if word in GET_VERBS), default=0)
        identity = id_argument(use.arguments)
        if noun is None or not verb or identity is None:
            return 0
        plural = _UNFILLED if any(word in PLURALS for word in words) else 0
        required = 10 if identity.required else 0
        return verb + noun + required - plural - self._asked_besides(use, identity) - self._extra_cost(words)

    def comments_score(self, use: Use) -> int:
        """How sure it is that ``use`` answers with the comments on one ticket."""
        words = self._own_words(use)
        heads = COMMENT_NOUNS & set(words)
        identity = id_argument(use.arguments)
        if not heads or identity is None:
            return 0
        rest = [word for word in self._unknown(words) if word not in COMMENT_NOUNS]
        preference = 10 if heads & {"comments", "comment"} else 0
        return 40 + preference - _OTHER_NOUN * len(rest) - self._asked_besides(use, identity)

    def value_uses(self, uses: Sequence[Use]) -> dict[str, Use]:
        """Criterion to the use that lists the values that exist for it; ``any`` to one that lists all."""
        found: dict[str, Use] = {}
        for use in uses:
            if _needs_something(use):
                continue
            words = self._own_words(use)
            unknown = [word for word in self._unknown(words) if word not in _VALUE_FILLERS]
            fields = {VALUE_NOUNS[word] for word in words if word in VALUE_NOUNS}
            if len(fields) == 1 and all(word in VALUE_NOUNS for word in unknown):
                found.setdefault(fields.pop(), use)
            elif unknown == ["values"]:
                found.setdefault("any", use)
        return found

    def place_uses(self, uses: Sequence[Use], wanted: Sequence[Argument]) -> dict[str, Use]:
        """Path of a required argument (``workspace_id``) to the use that lists such things (``list_workspaces``)."""
        found: dict[str, Use] = {}
        for argument in wanted:
            nouns = set(argument.words) - OWN_ID_WORDS - {"name", "slug"}
            for use in uses:
                listed = [word for word in self._own_words(use) if word not in _VERBS and not self._is_known(word)]
                if len(listed) == 1 and _singular(listed[0]) in nouns and not _needs_something(use):
                    found.setdefault(argument.path, use)
        return found

    # ------------------------------------------------------------- words

    def _own_words(self, use: Use) -> tuple[str, ...]:
        words = [word for word in named_words(use.tool) if word not in self._server_words]
        if use.action:
            words = [word for word in words if word not in ("manage", "operations", "operation", "unified")]
        return (*words, *use.action)

    def _noun(self, use: Use, words: Sequence[str]) -> int | None:
        """The weight of what ``use`` answers with; None where that is something else than tickets."""
        nouns = [TICKET_NOUNS[PLURALS.get(word, word)] for word in words if word in _NOUNS]
        if nouns:
            return max(nouns)
        if {"jql", "wiql"} & set(words):
            return _LANGUAGE
        if self._unknown(words):
            return None
        mentioned = _NOUNS & set(split_words(use.tool.description[:300]))
        return _UNNAMED_NOUN if mentioned or self._ticket_server else None

    def _unknown(self, words: Sequence[str]) -> list[str]:
        """The words that are neither verb nor ticket, nor such as change nothing."""
        return [word for word in words if word not in _VERBS and word not in _NOUNS and not self._is_known(word)]

    def _is_known(self, word: str) -> bool:
        return word in FILLERS or word in OWN_ID_WORDS or word in self._server_words

    def _extra_cost(self, words: Sequence[str]) -> int:
        """What the words beside verb and noun take away: each may mean something else than all tickets."""
        unknown = self._unknown(words)
        return sum(NARROWING.get(word, NARROWING.get(word.removesuffix("s"), _OTHER_NOUN)) for word in unknown)

    def _asked_besides(self, use: Use, identity: Argument) -> int:
        """What is required besides the id takes away, unless a row of the search is likely to hold it."""
        others = [argument for argument in use.unfilled() if argument.path != identity.path]
        return _UNFILLED * len([argument for argument in others if not _is_place(argument)])


def _shared_words(split: Sequence[tuple[str, ...]]) -> set[str]:
    """Words that most names hold, and those that many begin with."""
    if len(split) < _FEW_TOOLS:
        return set()
    anywhere = Counter(word for words in split for word in set(words))
    first = Counter(words[0] for words in split if len(words) > 1)
    least = max(len(split) * _COMMON_PREFIX, _FEW_TOOLS)
    shared = {word for word, count in anywhere.items() if count > len(split) * _COMMON}
    return shared | {word for word, count in first.items() if count >= least}


def _needs_something(use: Use) -> bool:
    return any(argument.required and argument.path not in use.constants for argument in use.arguments)


def _is_place(argument: Argument) -> bool:
    return bool(_PLACE_WORDS & set(argument.words))


def _is_id_of_a_thing(argument: Argument) -> bool:
    """``issue_ids``, ``sprintId``: nothing that one configures once for all searches, as one does a ``cloudId``."""
    words = set(argument.words)
    things = words & (_NOUNS | NARROWING.keys()) or words <= OWN_ID_WORDS
    return bool(words & OWN_ID_WORDS and things) and not _is_place(argument)


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")
