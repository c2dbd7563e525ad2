"""Finding, among a server's tools, the ones that search, open, list comments and list values.

Told from names (verbs and nouns in either order and case), schemas and descriptions; annotations only ever rule a tool
out. Invariant: every tool that is found is one that `tui_app.adapters.auto.safety` takes for reading; of a tool that
does several things according to an ``action`` argument only a reading action is used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from tui_app.adapters.auto.arguments import Argument, arguments_of
from tui_app.adapters.auto.concepts import concepts_of
from tui_app.adapters.auto.identity import id_argument
from tui_app.adapters.auto.safety import may_write, reads_by_name, words_may_write
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
from tui_app.mcp_client.types import Tool
from tui_app.tickets.ticket import JsonValue

_COMMON = 0.5  # part of a server's tools that share a word, for it to be the server's name for itself
_FEW_TOOLS = 3  # below, a shared word may as well be the noun
_QUOTED_WORD = re.compile(
    r"['\"`]([a-z][a-z_]{1,40})['\"`]|^\s*-?\s*([a-z][a-z_]{1,40})\s*:|,\s*([a-z][a-z_]{1,40})\b", re.MULTILINE
)
_MOST_ACTIONS = 60
_GOOD_ENOUGH = 30  # a verb of searching and a doubtful noun, or the other way round
_OTHER_NOUN = 45  # an unknown word beside verb and noun: what is listed may be something else of a ticket
_WORDS_REQUIRED = 20  # what a search that cannot go without words is behind one that can
_PLACES = ("project", "repo_owner")
"""Concepts that a search can do without only where nothing is required."""
_CRITERIA = (
    "text",
    "status",
    "assignee",
    "project",
    "labels",
    "priority",
    "created_after",
    "created_before",
    "updated_after",
)
_PAGING = ("max_results", "offset", "page", "cursor")


@dataclass(frozen=True)
class Use:
    """One way to use a tool: with an action pinned, where it has several."""

    tool: Tool
    constants: Mapping[str, JsonValue] = field(default_factory=dict)
    action: tuple[str, ...] = ()
    """The words of the pinned action."""

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        return arguments_of(self.tool)

    @cached_property
    def concepts(self) -> dict[str, Argument]:
        found = concepts_of(self.arguments, self.tool.description)
        return {name: argument for name, argument in found.items() if argument.path not in self.constants}

    @cached_property
    def words(self) -> tuple[str, ...]:
        return split_words(self.tool.name) + self.action

    def unfilled(self) -> list[Argument]:
        """Required arguments that a search without criteria does not fill."""
        known = {
            argument.path for name, argument in self.concepts.items() if name not in _PLACES
        } | self.constants.keys()
        return [
            argument
            for argument in self.arguments
            if argument.required and argument.path not in known and argument.default is None and not argument.values
        ]


@dataclass(frozen=True)
class Found:
    """What a server's tools are good for."""

    search: Use | None = None
    text_search: Use | None = None
    """Takes words where ``search`` takes none, or goes without what ``search`` requires."""
    get: Use | None = None
    comments: Use | None = None
    values: Mapping[str, Use] = field(default_factory=dict)
    places: Mapping[str, Use] = field(default_factory=dict)
    """Argument that ``search`` requires to the tool that lists what there is for it."""


def discover(description: ServerDescription) -> Found:
    """The tools of ``description`` by what they are good for."""
    scorer = _Scorer(description)
    uses = [use for tool in description.tools for use in uses_of(tool)]
    searches = scorer.ranked(uses, scorer.search_score)
    search = searches[0] if searches else None
    return Found(
        search,
        _text_search(search, searches),
        next(iter(scorer.ranked(uses, scorer.get_score)), None),
        next(iter(scorer.ranked(uses, scorer.comments_score)), None),
        scorer.value_uses(uses),
        scorer.place_uses(uses, search.unfilled() if search else ()),
    )


def _text_search(search: Use | None, searches: Sequence[Use]) -> Use | None:
    """Another tool, for words where the first takes none, and for when the first cannot be filled."""
    if search is None or (search.concepts.keys() & {"text", "native"} and not search.unfilled()):
        return None
    others = (use for use in searches if use.tool.name != search.tool.name)
    return next((use for use in others if use.concepts.keys() & {"text", "native"} and not use.unfilled()), None)


def uses_of(tool: Tool) -> Iterator[Use]:
    """The ways in which ``tool`` can be used without changing anything."""
    action = next((argument for argument in arguments_of(tool) if is_action(argument)), None)
    if action is None:
        if not may_write(tool) and reads_by_name(_with_description(tool)):
            yield Use(tool)
        return
    if tool.annotations.get("readOnlyHint") is False or tool.annotations.get("destructiveHint") is True:
        return
    for value in action_values(action, tool):
        words = split_words(value)
        if not words_may_write(words) and (
            reads_by_name(words) or set(words) & {"jql", "query", "comments", "details"}
        ):
            yield Use(tool, {action.path: value}, words)


def _with_description(tool: Tool) -> tuple[str, ...]:
    """The words of a tool's name, with the verb that its description begins with where the name has none."""
    words = split_words(tool.name)
    first = next(iter(split_words(tool.description[:40])), "")
    verb = first if first in SEARCH_VERBS else first.removesuffix("s")
    is_bare = not words_may_write(words) and not set(words) & SEARCH_VERBS.keys()
    plural = bool(words) and (words[-1] in PLURALS or (words[-1] in COMMENT_NOUNS and words[-1].endswith("s")))
    return (verb, *words) if is_bare and plural and verb in SEARCH_VERBS else words


def is_action(argument: Argument) -> bool:
    """Whether ``argument`` says what a tool is to do."""
    return "".join(argument.words) in ("action", "operation", "op", "method", "command", "mode", "verb") and (
        argument.kinds <= {"string"}
        and (not argument.values or any(_is_action_word(value) for value in argument.values))
    )


def _is_action_word(value: JsonValue) -> bool:
    words = split_words(value) if isinstance(value, str) else ()
    return bool(words) and (words_may_write(words) or reads_by_name(words) or words[0] in ("get", "list"))


def action_values(action: Argument, tool: Tool) -> list[str]:
    """The actions that a tool knows: its enum, else the words that its description lists."""
    if action.values:
        return [value for value in action.values if isinstance(value, str)][:_MOST_ACTIONS]
    text = f"{action.description}\n{tool.description}"
    found = (next(group for group in match.groups() if group) for match in _QUOTED_WORD.finditer(text))
    return list(dict.fromkeys(found))[:_MOST_ACTIONS]


class _Scorer:
    """Weighs uses against each other; knows which words a server puts into all its tools' names."""

    def __init__(self, description: ServerDescription) -> None:
        names = [set(split_words(tool.name)) for tool in description.tools]
        counts = Counter(word for words in names for word in words)
        shared = {word for word, count in counts.items() if len(names) >= _FEW_TOOLS and count > len(names) * _COMMON}
        own = set(split_words(description.name))
        self._server_words = (
            (shared | own) - TICKET_NOUNS.keys() - PLURALS.keys() - SEARCH_VERBS.keys() - VALUE_NOUNS.keys()
        )
        self._ticket_server = bool(own & (TICKET_NOUNS.keys() | PLURALS.keys())) or any(
            words & (TICKET_NOUNS.keys() | PLURALS.keys()) for words in names
        )

    def ranked(self, uses: Sequence[Use], score: object) -> list[Use]:
        """Uses by falling score, those that will not do left out."""
        weigh = score if callable(score) else None
        scored = [(weigh(use), -number, use) for number, use in enumerate(uses)] if weigh else []
        good = [entry for entry in scored if entry[0] >= _GOOD_ENOUGH]
        return [use for _, _, use in sorted(good, key=lambda entry: entry[:2], reverse=True)]

    def search_score(self, use: Use) -> int:
        """How sure it is that ``use`` answers with the tickets that meet criteria."""
        words = self._own_words(use)
        noun = self._noun(use, words)
        verbs = [SEARCH_VERBS[word] for word in words if word in SEARCH_VERBS]
        jql = bool({"jql", "wiql"} & set(use.action))
        if noun is None or not (verbs or self._is_plural(words) or jql):
            return 0
        is_plural = self._is_plural(words)
        score = (
            max([*verbs, 28 if jql else 15])
            + noun
            + (0 if is_plural or max([*verbs, 0]) >= SEARCH_VERBS["filter"] else -30)
        )
        score += 4 * len(use.concepts.keys() & {*_CRITERIA, "native"}) + 2 * len(
            use.concepts.keys() & {*_PAGING, "sort"}
        )
        score += 6 if "native" in use.concepts else 0
        score -= _WORDS_REQUIRED if "text" in use.concepts and use.concepts["text"].required else 0
        score -= sum(_cost(argument) for argument in use.unfilled())
        return score - self._extra_cost(words) - (40 if self._wants_ids(use) else 0)

    def get_score(self, use: Use) -> int:
        """How sure it is that ``use`` answers with one ticket."""
        words = self._own_words(use)
        noun = self._noun(use, words)
        verbs = [GET_VERBS[word] for word in words if word in GET_VERBS]
        identity = id_argument(use.arguments)
        if noun is None or not verbs or identity is None:
            return 0
        others = [argument for argument in use.unfilled() if argument.path != identity.path]
        others = [argument for argument in others if not _from_row(argument)]
        plural = 12 if self._is_plural(words) else 0
        return (
            max(verbs) + noun + (10 if identity.required else 0) - plural - 12 * len(others) - self._extra_cost(words)
        )

    def comments_score(self, use: Use) -> int:
        """How sure it is that ``use`` answers with the comments on one ticket."""
        words = self._own_words(use)
        head = [word for word in words if word in COMMENT_NOUNS]
        if not head or id_argument(use.arguments) is None:
            return 0
        rest = [
            word
            for word in words
            if word not in COMMENT_NOUNS and word not in SEARCH_VERBS and not self._is_known(word)
        ]
        rest = [word for word in rest if word not in TICKET_NOUNS and word not in PLURALS]
        preference = 10 if "comments" in head or "comment" in head else 0
        identity = id_argument(use.arguments)
        others = [a for a in use.unfilled() if identity and a.path != identity.path and not _from_row(a)]
        return 40 + preference - 25 * len(rest) - 12 * len(others)

    def value_uses(self, uses: Sequence[Use]) -> dict[str, Use]:
        """Criterion to the use that lists the values that exist for it."""
        found: dict[str, Use] = {}
        for use in uses:
            words = [word for word in self._own_words(use) if not self._is_known(word)]
            nouns = [VALUE_NOUNS[word] for word in words if word in VALUE_NOUNS]
            rest = [w for w in words if w not in VALUE_NOUNS and w not in SEARCH_VERBS and w not in TICKET_NOUNS]
            rest = [word for word in rest if word not in ("workflow", "available", "valid", "assignable", "active")]
            needed = [
                argument for argument in use.arguments if argument.required and argument.path not in use.constants
            ]
            if len(set(nouns)) == 1 and not rest and not needed:
                found.setdefault(nouns[0], use)
            elif list(words[-1:]) == ["values"] and len(words) <= 2 and not needed:
                found.setdefault("any", use)
        return found

    def place_uses(self, uses: Sequence[Use], wanted: Sequence[Argument]) -> dict[str, Use]:
        """Path of a required argument (``workspace_id``) to the use that lists such things (``list_workspaces``)."""
        found: dict[str, Use] = {}
        for argument in wanted:
            nouns = {word for word in argument.words if word not in OWN_ID_WORDS and word not in ("name", "slug")}
            for use in uses:
                words = [word for word in self._own_words(use) if word not in SEARCH_VERBS and not self._is_known(word)]
                needed = [other for other in use.arguments if other.required and other.path not in use.constants]
                if len(words) == 1 and not needed and words[0].endswith("s") and _singular(words[0]) in nouns:
                    found.setdefault(argument.path, use)
        return found

    # ------------------------------------------------------------- words

    def _own_words(self, use: Use) -> tuple[str, ...]:
        words = tuple(word for word in _with_description(use.tool) if word not in self._server_words)
        if use.action:
            words = (
                tuple(word for word in words if word not in ("manage", "operations", "operation", "unified"))
                + use.action
            )
        return words

    def _noun(self, use: Use, words: Sequence[str]) -> int | None:
        """The weight of what ``use`` answers with; None where that is something else than tickets."""
        nouns = [TICKET_NOUNS[PLURALS.get(word, word)] for word in words if PLURALS.get(word, word) in TICKET_NOUNS]
        pairs = [30 for one, two in pairwise(words) if (one, two.rstrip("s")) in _NOUN_PAIRS]
        if nouns or pairs:
            return max(nouns + pairs)
        if {"jql", "wiql"} & set(words):
            return 25
        rest = [
            word for word in words if word not in SEARCH_VERBS and word not in GET_VERBS and not self._is_known(word)
        ]
        if rest:
            return None
        mentioned = set(split_words(use.tool.description[:300])) & (TICKET_NOUNS.keys() | PLURALS.keys())
        return 14 if mentioned or self._ticket_server else None

    def _is_plural(self, words: Sequence[str]) -> bool:
        return any(word in PLURALS for word in words) or any(
            (one, two.removesuffix("s")) in _NOUN_PAIRS and two.endswith("s") for one, two in pairwise(words)
        )

    def _is_known(self, word: str) -> bool:
        return word in FILLERS or word in OWN_ID_WORDS or word in self._server_words

    def _extra_cost(self, words: Sequence[str]) -> int:
        """What the words beside verb and noun take away: each may mean something else than all tickets."""
        cost = 0
        pairs = {word for pair in pairwise(words) if (pair[0], pair[1].rstrip("s")) in _NOUN_PAIRS for word in pair}
        for word in words:
            plain = PLURALS.get(word, word)
            if (
                word in SEARCH_VERBS
                or word in GET_VERBS
                or plain in TICKET_NOUNS
                or self._is_known(word)
                or word in pairs
            ):
                continue
            cost += NARROWING.get(word, NARROWING.get(word.removesuffix("s"), _OTHER_NOUN))
        return cost

    def _wants_ids(self, use: Use) -> bool:
        """Tools that fetch what is known by id already: ``get_issues(ids)``, ``get_issue(key)``."""
        identity = id_argument(use.arguments)
        return identity is not None and identity.required


_NOUN_PAIRS = frozenset(
    {("work", "item"), ("work", "package"), ("user", "story"), ("user", "storie"), ("pull", "request")}
    - {("pull", "request")}
)


def _cost(argument: Argument) -> int:
    """What an argument that cannot be filled takes away; a place can be configured, an id of the row cannot."""
    return 45 if OWN_ID_WORDS & set(argument.words) and not _is_place(argument) else 12


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _is_place(argument: Argument) -> bool:
    return bool(
        set(argument.words) & {"project", "repo", "repository", "workspace", "team", "board", "owner", "root", "queue"}
    )


def _from_row(argument: Argument) -> bool:
    """Whether a row of the search is likely to hold what ``argument`` asks for."""
    return _is_place(argument)
