"""The ways in which a server's tools change tickets: one for each tool, or for each action of one that has several.

A tool counts as changing something unless it is proved to read. Invariants: a tool whose name speaks of another thing
than a ticket or a part of one is no way to change tickets; nor is one that is for agents or models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import pairwise, takewhile

from msgspec import Struct

from tui_app.adapters.auto.concepts import stands_by_repository
from tui_app.adapters.auto.flat_arguments import Argument, arguments_of
from tui_app.adapters.auto.id_argument import find_id_argument
from tui_app.adapters.auto.tool_variants import ToolVariant, action_values, for_action, is_action_argument
from tui_app.adapters.base import ServerDescription
from tui_app.adapters.changing import vocabulary as words
from tui_app.adapters.changing.meanings import HOLDERS, meaning_of, parts_of
from tui_app.adapters.changing.vocabulary import KNOWN, ServerWords
from tui_app.adapters.reading.field_names import FUNCTION_WORDS, PLURALS, TICKET_NOUNS, singular
from tui_app.adapters.safety.gate import contradiction, is_request_tool, speaks_for
from tui_app.adapters.safety.verbs import split_words
from tui_app.mcp_client.types import Tool
from tui_app.tickets.changes import ChangeKind

_DEFINED = re.compile(r"\n\s*(?:args|arguments|parameters|params)\b", re.IGNORECASE)
"""Where a description goes on from what a tool is to what it takes."""


_LONGEST_WORD = 30
_NEAR = 5  # words behind a verb, among which what it makes is named
_SHORTEST_NOUN = 3  # letters; shorter words are articles and the like
_TARGET = re.compile(r"\b(?:to|from|of|on) an? (\w+)\b")
_EITHER = re.compile(r"\beither ['`\"]?(\w+)['`\"]?,? or (?:the )?['`\"]?(\w+)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"[.\n]")
_IDENTIFYING = re.compile(
    r"\bto identify\b|\bidentif(?:y|ies) the\b|\b(?:of|for) the \w+ to (?:update|edit|change|modify|find|look up)\b",
    re.IGNORECASE,
)


class WritingUse(Struct, frozen=True, dict=True):
    """One way to change tickets. ``verbs`` and ``nouns`` are the words of its name that say what it does."""

    variant: ToolVariant
    verbs: frozenset[str]
    nouns: frozenset[str]
    """Parts of a ticket that its name speaks of."""
    rest: frozenset[str]
    """Words for the user, for many tickets at once."""
    mentions: bool
    """Whether its name speaks of a ticket."""
    virtual: tuple[Argument, ...] = ()
    """What stands in an object whose parts the schema does not name; see `free_fields`."""
    json_texts: frozenset[str] = frozenset()
    """Paths of arguments that take such an object as JSON in a text."""
    id_path: str = ""
    """The argument that takes the ticket's id, where that is said and not found."""

    @property
    def tool(self) -> Tool:
        return self.variant.tool

    @property
    def about(self) -> str:
        return self.tool.description

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """Without those that a constant pins."""
        pinned, every = self.variant.constants, arguments_of(self.tool)
        for action in every:
            if action.path in pinned:
                every = tuple(for_action(every, action, str(pinned[action.path]), shared=True))
                break
        own = tuple(a for a in every if a.path not in pinned and a.path not in self.listed)
        return own + tuple(part for a in every if a.path in self.listed for part in a.parts_of_members()) + self.virtual

    @cached_property
    def listed(self) -> frozenset[str]:
        """The argument that takes a list of objects, one for each ticket, where a call must have that: it gets one."""
        needed = [argument for argument in arguments_of(self.tool) if argument.required]
        holds = len(needed) == 1 and needed[0].takes_list and needed[0].item_kinds == {"object"}
        return frozenset((needed[0].path,)) if holds and needed[0].parts_of_members() else frozenset()

    @cached_property
    def id_argument(self) -> Argument | None:
        if self.id_path:
            return next((argument for argument in self.arguments if argument.path == self.id_path), None)
        is_one_object = len({argument.path.partition(".")[0] for argument in self.arguments}) == 1
        return find_id_argument([one for one in self.arguments if is_one_object or may_name_ticket(one)])

    @cached_property
    def alternatives(self) -> tuple[tuple[Argument, Argument], ...]:
        """Pairs of arguments of which a call must have one, by the tool's description."""
        pairs = ((self.named(match[1]), self.named(match[2])) for match in _EITHER.finditer(self.about))
        return tuple((one, other) for one, other in pairs if one is not None and other is not None)

    def identifies(self, argument: Argument) -> bool:
        """Whether it says which ticket is meant, beside the argument for its id."""
        own = self.id_argument
        if argument == own or any(argument in pair and own in pair for pair in self.alternatives):
            return True
        may_replace = own is not None and not own.required  # else its words only say whose value it is
        return may_replace and bool(_IDENTIFYING.search(argument.description))

    @cached_property
    def takes_new(self) -> Argument | None:
        """The flag that lets it take words which no ticket has."""
        return next((one for one in self.arguments if one.kinds == {"boolean"} and "new" in one.words), None)

    @cached_property
    def first_words(self) -> str:
        """What is first said of it."""
        return _SENTENCE.split(self.about.strip().casefold())[0]

    @cached_property
    def speaks_of_ticket(self) -> bool:
        """Whether a word of its name, of its id argument or of what is first said of it is one for a ticket."""
        own = self.id_argument.words if self.id_argument else ()
        said = (*split_words(self.tool.name), *self.variant.action, *own, *_WORD.findall(self.first_words))
        return any(PLURALS.get(word, word) in TICKET_NOUNS for word in said)

    @property
    def is_many(self) -> bool:
        return bool(words.MANY & self.rest)

    @property
    def is_destructive(self) -> bool:
        return self.tool.annotations.get("destructiveHint") is True

    @property
    def concerns_ticket(self) -> bool:
        """Whether name or id argument speak of a ticket, or what is first said of it: ``a label to a task``."""
        own = self.id_argument.words if self.id_argument else ()
        said = _TARGET.findall(self.first_words)
        return self.mentions or any(PLURALS.get(word, word) in TICKET_NOUNS for word in (*own, *said))

    def locates(self, argument: Argument) -> bool:
        """Whether it says where the ticket lies: the owner of a repository has no ticket."""
        return argument.words == ("owner",) and stands_by_repository(self.arguments)

    def tells_of_another(self, argument: Argument) -> bool:
        """Whether it is part of an object that names something by its id: the ``summary`` of a person, of a service."""
        above, _, name = argument.path.rpartition(".")
        if may_name_ticket(argument) or name in ("id", "key", "name", "value"):
            return False
        return any(one.path == f"{above}.id" for one in self.arguments)

    def taking(self, meaning: str, *modes: str) -> Argument | None:
        """The argument that takes ``meaning``, in the first of ``modes`` (empty, ``add``, ``remove``) that it has."""
        found = self.all_taking(meaning)
        return next((argument for mode in modes or ("",) for own, argument in found if own == mode), None)

    def all_taking(self, meaning: str) -> list[tuple[str, Argument]]:
        """Mode and argument for each that takes ``meaning``, the surest first."""
        others = (self.identifies, self.locates, self.tells_of_another)
        told = [(meaning_of(one, meaning), one) for one in self.arguments if not any(test(one) for test in others)]
        known = [(found, argument) for found, argument in told if found is not None]
        return [(found.mode, argument) for found, argument in sorted(known, key=lambda entry: entry[0].rank)]

    def named(self, name: str) -> Argument | None:
        """The argument at the path ``name``, or of that name whatever its spelling."""
        plain = "".join(split_words(name))
        same = [a for a in self.arguments if a.path == name] or [a for a in self.arguments if "".join(a.words) == plain]
        return same[0] if len(same) == 1 else None


def uses_of(server: ServerDescription, known: ServerWords) -> tuple[WritingUse, ...]:
    """All ways to change tickets."""
    found: list[WritingUse] = []
    for tool in server.tools:
        if words.AGENTS_ONLY.search(_DEFINED.split(tool.description)[0]) or is_request_tool(tool):
            continue
        for variant in _variants(tool):
            use = _use(variant, known)
            if use is not None:
                found.append(use)
    return tuple(found)


def _variants(tool: Tool) -> Iterator[ToolVariant]:
    """Each action of ``tool`` that is not proved to read; the whole tool where it has no actions."""
    action = next((argument for argument in arguments_of(tool) if _is_action(argument)), None)
    for value in action_values(action, tool) if action else (None,):
        pinned = {action.path: value} if action and value else {}
        if contradiction(tool, pinned) is not None or not speaks_for(tool, pinned):
            yield ToolVariant(tool, pinned, split_words(value) if value else ())


def may_name_ticket(argument: Argument) -> bool:
    """Whether an ``id`` in an object is the ticket's: not one of ``state_data`` or ``priority``."""
    above = argument.path.rpartition(".")[0].rpartition(".")[2]
    return HOLDERS.issuperset(split_words(above))


def _is_action(argument: Argument) -> bool:
    """Whether it chooses what the tool does; a status that may be left out (``close``, ``reopen``) does not."""
    return is_action_argument(argument) and meaning_of(argument, "status") is None


def _use(variant: ToolVariant, known: ServerWords) -> WritingUse | None:
    """``variant`` by its words; None where one of them speaks of something else."""
    name = [word for word in split_words(variant.tool.name) if word not in known.own or word in words.VERBS]
    name = [_written_out(word, variant.tool) for word in name]
    if not (words.SELF - {"user"}) & set(name):
        name = ["assignee" if word in known.people else word for word in name]
    said = [*(_adds_comment(variant.tool, known.nouns) or name), *variant.action]
    mentioned = {word for word in said if PLURALS.get(word, word) in TICKET_NOUNS}
    if known.nouns and {PLURALS.get(word, word) for word in mentioned} - known.nouns:
        return None
    rest = frozenset(said) - mentioned - _shelves(said, mentioned)
    if _strange(rest) - (words.WITH_ACTIONS if variant.action else frozenset()):
        return None
    told = frozenset(variant.action) if words.VERBS & set(variant.action) else rest
    verbs = (told & words.VERBS) - words.FIELD_NOUNS or told & words.VERBS
    fields = rest & words.FIELD_NOUNS
    use = WritingUse(variant, verbs, fields, rest & (words.SELF | words.MANY), bool(mentioned))
    return use if _may_be_of_tickets(use) else None


def _strange(said: Set[str]) -> Set[str]:
    """The words of a name that speak of something else; of a comment also who reads it is no such word."""
    comments = said & (words.COMMENT_NOUNS | words.COMMENTING)
    unknown = said - KNOWN
    return {word for word in unknown if not words.READERS.fullmatch(word)} if comments else unknown


def _shelves(said: Sequence[str], mentioned: Set[str]) -> frozenset[str]:
    """Where a name says that a ticket goes: ``add_card_to_list``."""
    after = said[min(map(said.index, mentioned)) :] if mentioned else ()
    return frozenset(place for before, place in pairwise(after) if before in ("to", "in") and place in words.SHELVES)


def _adds_comment(tool: Tool, nouns: frozenset[str]) -> tuple[str, ...]:
    """The words for a tool that is said to add a comment to a ticket, whatever it is called; else none."""
    first = _SENTENCE.split(tool.description.strip().casefold())[0]
    verb, *said = _WORD.findall(first) or [""]
    verb = verb if verb in words.VERBS else verb.removesuffix("s")
    before = [*takewhile(lambda word: word not in words.COMMENT_NOUNS, said[:_NEAR])]
    is_first = len(before) < min(len(said), _NEAR) and not set(before) & FUNCTION_WORDS - {"a", "an"}
    target = next((word for word in _TARGET.findall(first) if PLURALS.get(word, word) in (nouns or TICKET_NOUNS)), "")
    return (verb, "comment", target) if target and is_first and verb in words.WRITING_TEXT else ()


def _may_be_of_tickets(use: WritingUse) -> bool:
    """Whether a tool speaks of tickets, or of nothing else: ``close``, said to close a sprint, does."""
    if use.speaks_of_ticket:
        return True
    said = words.PUBLIC.sub(" ", words.INTERNAL.sub(" ", use.first_words))
    return not any(  # ``custom`` in ``custom label`` is no other thing
        len(word) > _SHORTEST_NOUN
        and not {word, singular(word)} & (KNOWN | words.ASIDE)
        and singular(following) not in words.FIELD_NOUNS
        for word, following in pairwise((*_WORD.findall(said), ""))
    )


def _written_out(word: str, tool: Tool) -> str:
    """The verb that a description begins with for a word of a tool's name that is short for it: ``rm`` for remove."""
    first = next(iter(split_words(tool.description.strip()[:_LONGEST_WORD].partition(" ")[0])), "")
    verb = first if first in words.VERBS else first.removesuffix("s")
    letters = iter(verb)
    is_short = 1 < len(word) < len(verb) and word[0] == verb[0] and all(letter in letters for letter in word)
    return verb if is_short and verb in words.VERBS and word not in KNOWN and word not in TICKET_NOUNS else word


def ranked(kind: ChangeKind, uses: Sequence[WritingUse], meaning: str) -> list[tuple[WritingUse, Argument]]:
    """The ways to do ``kind`` by an argument that takes ``meaning``: a tool of its own before one that updates."""
    found: list[tuple[tuple[int, ...], WritingUse, Argument]] = []
    for number, use in enumerate(uses):
        own = is_dedicated(kind, use)
        updates = kind not in _ONLY_DEDICATED and bool(use.verbs & words.UPDATING) and not use.nouns
        creates = kind is ChangeKind.CREATE
        if not (own or updates) or use.rest & words.SELF or (use.is_many if creates else use.id_argument is None):
            continue
        argument = _value_argument(kind, use, meaning, is_own=own)
        if argument is not None:
            found.append(
                (
                    (use.is_many, _is_shelf(argument), not own, argument in use.virtual, _is_second(kind, use), number),
                    use,
                    argument,
                )
            )
    return [(use, argument) for _, use, argument in sorted(found, key=lambda entry: entry[0])]


_ONLY_DEDICATED = frozenset((ChangeKind.CREATE, ChangeKind.LINK, ChangeKind.LOG_WORK))
_BY_VERB: Mapping[ChangeKind, frozenset[str]] = {
    ChangeKind.ASSIGN: words.ASSIGNING,
    ChangeKind.PRIORITY: words.PRIORITISING,
    ChangeKind.STATUS: words.ADVANCING,
    ChangeKind.LABELS: words.TAGGING | words.UNTAGGING,
    ChangeKind.COMMENT: words.COMMENTING,
    ChangeKind.CREATE: words.CREATING | frozenset(("open", "post")),
    ChangeKind.LINK: words.LINKING,
}
"""Verbs that need no noun: ``assign_issue``, ``move_card``, ``create_issue``."""


def is_dedicated(kind: ChangeKind, use: WritingUse) -> bool:
    """Whether a tool does nothing else, by its name."""
    nouns, verbs = words.DEDICATED[kind]
    said = use.nouns & nouns or use.verbs & _BY_VERB.get(kind, frozenset())
    if not said or use.nouns - nouns or not use.verbs & (verbs | nouns):
        return False
    against = words.REMOVING | (words.UPDATING if kind in (ChangeKind.COMMENT, ChangeKind.CREATE) else frozenset())
    if kind is ChangeKind.LABELS:
        return use.concerns_ticket
    if kind is ChangeKind.CREATE and (use.verbs - verbs or (use.about and not use.speaks_of_ticket)):
        return False
    return not use.verbs & against


def _is_second(kind: ChangeKind, use: WritingUse) -> bool:
    """Whether another tool of the same kind is to be preferred: a note beside a comment."""
    return kind is ChangeKind.COMMENT and not {"comment", "comments"} & (use.nouns | use.verbs)


def _value_argument(kind: ChangeKind, use: WritingUse, meaning: str, *, is_own: bool) -> Argument | None:
    taking = use.all_taking(meaning)
    if kind is ChangeKind.ASSIGN and is_own and not taking:
        taking = use.all_taking("account")
    fitting = [argument for mode, argument in taking if mode != "remove" and _can_take(kind, argument, is_own=is_own)]
    return fitting[0] if fitting else None


def _is_shelf(argument: Argument) -> bool:
    """Whether it says where on a board a ticket lies, which is its status only where it has no other."""
    return bool(words.SHELVES & set(map(singular, parts_of(argument.path).words)))


def _can_take(kind: ChangeKind, argument: Argument, *, is_own: bool) -> bool:
    """Whether an argument of that name takes it in a tool that updates: there a ``body`` is no comment."""
    if kind is ChangeKind.COMMENT and not is_own:
        says = "".join(word for part in argument.path.split(".") for word in split_words(part))
        return says.startswith("comment") or ("note" in says and "comment" in argument.description.lower())
    if kind is ChangeKind.STATUS and argument.kinds == {"boolean"}:
        return False
    if kind is ChangeKind.STATUS and _is_shelf(argument):
        return is_own or not argument.required  # what an update must have of it says where the ticket lies
    return "object" not in argument.kinds
