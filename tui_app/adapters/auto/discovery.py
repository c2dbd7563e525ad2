"""Finds, among a server's tools, those that search, open, list comments and list values.

The variants of all tools are scored by the verbs and nouns in their names, in either order, by their arguments, and by
the other words: a word for a part of the tickets, or for something attached to one, costs more than a good verb gains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, field

from tui_app.adapters.auto.flat_arguments import Argument
from tui_app.adapters.auto.id_argument import find_id_argument
from tui_app.adapters.auto.tool_variants import ToolVariant, named_words, variants_of
from tui_app.adapters.auto.words import (
    COMMENT_NOUNS,
    FILLERS,
    GET_VERBS,
    SEARCH_VERBS,
    VALUE_NOUNS,
)
from tui_app.adapters.base import ServerDescription
from tui_app.adapters.reading.field_names import (
    CERTAIN_NAME,
    FUNCTION_WORDS,
    ID_WORDS,
    PLACES,
    PLURALS,
    TICKET_NOUNS,
    hints,
    names,
)
from tui_app.adapters.safety.gate import contradiction, is_request_tool, speaks_for
from tui_app.adapters.safety.verbs import means_reading, split_words
from tui_app.mcp_client.types import Tool
from tui_app.tickets.criterion import NARROWING_CRITERIA


class DiscoveredTools(Struct, frozen=True):
    """The tools of a server by role."""

    search: ToolVariant | None = None
    text_search: ToolVariant | None = None
    """Takes words where ``search`` takes none, or goes without what ``search`` requires."""
    get: ToolVariant | None = None
    comments: ToolVariant | None = None
    values: Mapping[str, ToolVariant] = field(default_factory=dict)
    searches: tuple[ToolVariant, ...] = ()
    """All that seem to search tickets, likeliest first."""
    others: tuple[tuple[ToolVariant, bool], ...] = ()
    """All others that may, by what they answer; with whether they seem to list something else."""
    getters: tuple[ToolVariant, ...] = ()
    """All that may open a ticket, likeliest first."""
    variants: tuple[ToolVariant, ...] = ()
    """Everything that only reads."""


def discover(description: ServerDescription) -> DiscoveredTools:
    """The tools of ``description`` by role."""
    scorer = Scorer(description)
    variants = [variant for tool in description.tools for variant in variants_of(tool)]
    searches = scorer.ranked(variants, scorer.search_score)
    search = searches[0] if searches else None
    getters = scorer.ranked(variants, scorer.get_score)
    rest = [variant for variant in variants if variant not in searches]
    others = scorer.ranked(rest, scorer.chance, _SMALLEST_CHANCE)
    openers = scorer.ranked([variant for variant in variants if variant not in getters], scorer.opening_chance, 1)
    return DiscoveredTools(
        search,
        _text_search(search, searches),
        getters[0] if getters else next(iter(openers), None),
        next(iter(scorer.ranked(variants, scorer.comments_score)), None),
        scorer.value_variants(variants),
        tuple(searches),
        tuple((variant, scorer.chance(variant) <= _SMALLEST_CHANCE) for variant in others),
        (*getters, *openers),
        tuple(variants),
    )


def undecided_tool(description: ServerDescription) -> Tool | None:
    """The likeliest of the tools of which nothing says whether they only read; None where there is none."""
    scorer = Scorer(description)
    undecided = [
        ToolVariant(tool)
        for tool in description.tools
        if contradiction(tool, {}) is None and not speaks_for(tool, {}) and not is_request_tool(tool)
    ]
    callable_as_is = [variant for variant in undecided if not _needs_something(variant)]
    likely = scorer.ranked(callable_as_is, lambda variant: 1 + scorer.chance(variant), 1)
    return likely[0].tool if likely else None


def _text_search(search: ToolVariant | None, searches: Sequence[ToolVariant]) -> ToolVariant | None:
    """Another tool, for words where the first takes none, and for when the first cannot be filled."""
    if search is None or (search.concepts.keys() & {"text", "native"} and not search.unfilled()):
        return None
    others = (variant for variant in searches if variant.tool.name != search.tool.name)
    return next(
        (variant for variant in others if variant.concepts.keys() & {"text", "native"} and not variant.unfilled()), None
    )


_COMMON = 0.5  # part of a server's tools that share a word, for it to be the server's name for itself
_COMMON_PREFIX = 0.25  # and for one that their names begin with
_FEW_TOOLS = 3  # below, a shared word may as well be the noun

_GOOD_ENOUGH = 30  # a verb of searching and a doubtful noun, or the other way round
_LEAST_SURE = 20  # a noun of many things
_NO_VERB = 15  # a plural noun alone
_LANGUAGE = 28  # an action that runs a query
_UNNAMED_NOUN = 14  # a server of tickets whose tools name none: ``list``, ``show``
_SINGULAR = 30  # taken away where a verb that fits one thing precedes a singular
_PER_CRITERION, _PER_PAGING, _NATIVE = 4, 2, 6
_WORDS_REQUIRED = 20  # what a search that cannot go without words is behind one that can
_FETCHES_KNOWN = 40  # taken away where an id is required: that is no search
_OTHER_NOUN = 45  # an unknown word behind verb and noun: what is listed may be something else of a ticket
_PART = 20  # one before it: what is listed may be a part of the tickets
_UNFILLED, _UNFILLED_ID = 12, 45  # a place can be configured, the id of another thing cannot

_SMALLEST_CHANCE = 1
_BY_TRIAL, _MENTIONED, _LISTING, _PLURAL, _FEWER = 10, 20, 5, 3, 3
_MOST_VALUE_WORDS = 2  # ``valid statuses``
_DESCRIBED = 160  # characters of a description that say what a tool is for


def _is_plural(word: str) -> bool:
    return word.endswith("s")


_LISTS_TOO = frozenset(names("view show backlog queue inbox"))
_OTHER_THINGS = frozenset((*VALUE_NOUNS, *COMMENT_NOUNS, *filter(_is_plural, PLACES), "user"))
"""What a tool lists that looks like tickets and is none: tried last."""
_NEVER_TICKETS = frozenset(
    names("login auth token version health ping schema prompt help docs template file files stats statistics")
)
"""What a tool answers with that is not worth a call."""

_PAGING = frozenset(names("max_results offset page cursor sort"))
_VERBS = SEARCH_VERBS.keys() | GET_VERBS.keys()
_NOUNS = {*TICKET_NOUNS, *PLURALS}


class Scorer:
    """Scores the variants of one server's tools, leaving out the words that most of their names share."""

    def __init__(self, description: ServerDescription) -> None:
        split = [split_words(tool.name) for tool in description.tools]
        own = set(split_words(description.name))
        known = _NOUNS | _VERBS | VALUE_NOUNS.keys()
        self._server_words = (own | _shared_words(split)) - known
        self._ticket_server = bool(own & _NOUNS) or any(_NOUNS & set(words) for words in split)

    def ranked(
        self, variants: Sequence[ToolVariant], score: Callable[[ToolVariant], int], least: int = _GOOD_ENOUGH
    ) -> list[ToolVariant]:
        """Variants by falling score, without those below ``least``."""
        scored = [(score(variant), -number, variant) for number, variant in enumerate(variants)]
        good = [entry for entry in scored if entry[0] >= least]
        return [variant for _, _, variant in sorted(good, key=lambda entry: entry[:2], reverse=True)]

    def search_score(self, variant: ToolVariant) -> int:
        """How likely it is that ``variant`` answers with the tickets that meet criteria."""
        words = self._own_words(variant)
        noun = self._noun(variant, words)
        plural = any(word in PLURALS for word in words)
        verb = max((SEARCH_VERBS[word] for word in words if word in SEARCH_VERBS), default=0)
        if {"jql", "wiql"} & set(variant.action):
            verb = max(verb, _LANGUAGE)
        if noun is None or not (verb or plural):
            return 0
        score = max(verb, _NO_VERB) + noun + self._taking(variant) - self._extra_cost(variant)
        if not plural and verb < SEARCH_VERBS["filter"]:
            score -= _SINGULAR
        return score

    def _taking(self, variant: ToolVariant) -> int:
        """What the arguments of a search add, by the criteria that they take, and cost, by what they require."""
        concepts = variant.concepts.keys()
        score = _PER_CRITERION * len(concepts & NARROWING_CRITERIA) + _PER_PAGING * len(concepts & _PAGING)
        score += _NATIVE if "native" in concepts else 0
        score -= _WORDS_REQUIRED if "text" in concepts and variant.concepts["text"].required else 0
        id_argument = find_id_argument(variant.arguments)
        score -= _FETCHES_KNOWN if id_argument is not None and id_argument.required else 0
        for argument in variant.unfilled():
            score -= _UNFILLED_ID if _is_id_of_a_thing(argument) else _UNFILLED
        return score

    def get_score(self, variant: ToolVariant) -> int:
        """How likely it is that ``variant`` answers with one ticket."""
        words = self._own_words(variant)
        noun = self._noun(variant, words)
        verb = max((GET_VERBS[word] for word in words if word in GET_VERBS), default=0)
        id_argument = find_id_argument(variant.arguments)
        if noun is None or not verb or id_argument is None:
            return 0
        plural = _UNFILLED if any(word in PLURALS for word in words) else 0
        required = 10 if id_argument.required else 0
        return verb + noun + required - plural - self._asked_besides(variant, id_argument) - self._extra_cost(variant)

    def comments_score(self, variant: ToolVariant) -> int:
        """How likely it is that ``variant`` answers with the comments on one ticket."""
        words = self._own_words(variant)
        heads = COMMENT_NOUNS & set(words)
        id_argument = find_id_argument(variant.arguments)
        if not heads or id_argument is None:
            return 0
        rest = [word for word in self._unknown(words) if word not in COMMENT_NOUNS]
        preference = 10 if heads & {"comments", "comment"} else 0
        return 40 + preference - _OTHER_NOUN * len(rest) - self._asked_besides(variant, id_argument)

    def value_variants(self, variants: Sequence[ToolVariant]) -> dict[str, ToolVariant]:
        """Criterion to the variant that lists the values that exist for it; ``any`` to one that lists all."""
        found: dict[str, ToolVariant] = {}
        callable_as_is = (variant for variant in variants if not _needs_something(variant))
        told = [(self._unknown(self._own_words(variant)), variant) for variant in callable_as_is]
        for unknown, variant in sorted(told, key=lambda entry: len(entry[0])):
            fields = {VALUE_NOUNS[word] for word in unknown if word in VALUE_NOUNS}
            if len(fields) == 1 and unknown[-1] in VALUE_NOUNS and len(unknown) <= _MOST_VALUE_WORDS:
                found.setdefault(fields.pop(), variant)
            elif unknown == ["values"]:
                found.setdefault("any", variant)
        return found

    # ------------------------------------------------------------- by what is left: a trial decides

    def chance(self, variant: ToolVariant) -> int:
        """How likely ``variant`` has tickets although its name does not say so; 0: not at all."""
        words = self._own_words(variant)
        id_argument = find_id_argument(variant.arguments)
        if (id_argument is not None and id_argument.required) or set(words) & _NEVER_TICKETS:
            return 0
        mentioned = _NOUNS & {*words, *split_words(variant.tool.description[:_DESCRIBED]), *_enum_words(variant)}
        plural = any(word.endswith("s") for word in words)
        lists = not words or any(map(_lists, words))
        if not (mentioned or plural or lists):  # words of another language tell neither way
            return _SMALLEST_CHANCE * (self._unknown(words) == [*words] and not _needs_something(variant))
        if any(map(_is_other_thing, words)):
            return _SMALLEST_CHANCE
        score = _BY_TRIAL + _MENTIONED * bool(mentioned) + _LISTING * lists + _PLURAL * plural
        score -= _FEWER * len(self._unknown(words))
        return max(_SMALLEST_CHANCE + 1, score - _FEWER * len(variant.unfilled()))

    def opening_chance(self, variant: ToolVariant) -> int:
        """How likely ``variant`` opens one ticket although its name does not say so."""
        id_argument = find_id_argument(variant.arguments)
        words = self._own_words(variant)
        is_other = set(words) & (_NEVER_TICKETS | COMMENT_NOUNS | set(VALUE_NOUNS))
        by_action = bool(GET_VERBS.keys() & set(variant.action))
        if id_argument is None or not (id_argument.required or by_action):
            id_argument = variant.sole_argument
        if id_argument is None or is_other:
            return 0
        return max(0, _BY_TRIAL - _FEWER * (self._asked_besides(variant, id_argument) + len(self._unknown(words))))

    # ------------------------------------------------------------- words

    def _own_words(self, variant: ToolVariant) -> tuple[str, ...]:
        words = [word for word in named_words(variant.tool) if word not in self._server_words]
        if variant.action:
            words = [word for word in words if word not in ("manage", "operations", "operation", "unified")]
        return tuple("search" if word.endswith("search") else word for word in (*words, *variant.action))

    def _noun(self, variant: ToolVariant, words: Sequence[str]) -> int | None:
        """The weight of what ``variant`` answers with; None where that is something else than tickets."""
        nouns = [_weight(PLURALS.get(word, word)) for word in words if word in _NOUNS]
        if nouns:
            return max(nouns)
        if {"jql", "wiql"} & set(words):
            return _LANGUAGE
        if self._unknown(words):
            return None
        mentioned = _NOUNS & set(split_words(variant.tool.description[:300]))
        return _UNNAMED_NOUN if mentioned or self._ticket_server else None

    def _unknown(self, words: Sequence[str]) -> list[str]:
        """The words that are neither verb nor ticket, nor such as change nothing."""
        return [word for word in words if word not in _VERBS and word not in _NOUNS and not self._is_known(word)]

    def _is_known(self, word: str) -> bool:
        return word in FILLERS or word in ID_WORDS or word in self._server_words

    def _extra_cost(self, variant: ToolVariant) -> int:
        """What the words beside verb and noun take away.

        Before the noun, and behind a preposition, they mean a part of the tickets: ``list_my_issues_of_team``. Behind
        it they are what is answered: ``list_issue_watchers``, ``list_watchers_of_issue``. What a required argument is
        called, as in ``get_board_cards`` of a ``board_id``, has its price there.
        """
        words = self._own_words(variant)
        begin = next((at for at, word in enumerate(words) if at and word in FUNCTION_WORDS), len(words))
        noun = max((at for at, word in enumerate(words[:begin]) if word in _NOUNS), default=-1)
        narrowing = self._unknown(words[: max(noun, 0)]) + self._unknown(words[begin:])
        asked = {word for argument in variant.unfilled() for word in argument.words}
        parts = [word for word in narrowing if word not in asked]
        return _PART * len(parts) + _OTHER_NOUN * (len(self._unknown(words)) - len(narrowing))

    def _asked_besides(self, variant: ToolVariant, id_argument: Argument) -> int:
        """What is required besides the id takes away, unless a row of the search is likely to hold it."""
        others = [argument for argument in variant.unfilled() if argument.path != id_argument.path]
        return _UNFILLED * len([argument for argument in others if PLACES.isdisjoint(argument.words)])


def _weight(noun: str) -> int:
    """How sure a noun makes it that tickets are meant."""
    return max(_GOOD_ENOUGH - TICKET_NOUNS.index(noun), _LEAST_SURE)


def _shared_words(split: Sequence[tuple[str, ...]]) -> set[str]:
    """Words that most names hold, and those that many begin with."""
    if len(split) < _FEW_TOOLS:
        return set()
    anywhere = Counter(word for words in split for word in set(words))
    first = Counter(words[0] for words in split if len(words) > 1)
    least = max(len(split) * _COMMON_PREFIX, _FEW_TOOLS)
    shared = {word for word, count in anywhere.items() if count > len(split) * _COMMON}
    return shared | {word for word, count in first.items() if count >= least}


def _lists(word: str) -> bool:
    """Whether ``word`` means that several things are listed, in any language."""
    if word not in _VERBS:
        return means_reading(word) or word in _LISTS_TOO
    return word in _LISTS_TOO or SEARCH_VERBS.get(word, 0) > SEARCH_VERBS["get"]


def _is_other_thing(word: str) -> bool:
    """Whether ``word`` names something that looks like tickets and is none, in whatever language: ``proyectos``."""
    return word in _OTHER_THINGS or (word not in PLACES and hints(word).get("project", 0) > CERTAIN_NAME)


def _enum_words(variant: ToolVariant) -> set[str]:
    """The words of the values that required arguments can have: ``containerType: project, task``."""
    values = (value for argument in variant.arguments if argument.required for value in argument.values)
    return {word for value in values if isinstance(value, str) for word in split_words(value)}


def _needs_something(variant: ToolVariant) -> bool:
    return any(argument.required and argument.path not in variant.constants for argument in variant.arguments)


def _is_id_of_a_thing(argument: Argument) -> bool:
    """``issue_ids``, ``sprintId``: nothing that one configures once for all searches, as one does a ``cloudId``.

    What is called like a way of listing holds tickets, as a place does: ``list_id``, ``queueId``.
    """
    words = set(argument.words)
    return bool(words & ID_WORDS) and PLACES.isdisjoint(argument.words) and not any(map(_lists, words))
