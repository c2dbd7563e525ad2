"""The variants of a tool that only read: of one that does several things, chosen by an ``action``, each that reads.

Invariant: no variant is one that the gate (`tui_app.adapters.safety.gate`) would not let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.adapters.auto.concepts import concepts_of
from tui_app.adapters.auto.flat_arguments import Argument, arguments_of
from tui_app.adapters.auto.words import COMMENT_NOUNS, SEARCH_VERBS, VALUE_NOUNS
from tui_app.adapters.reading.field_names import PLACES, PLURALS
from tui_app.adapters.safety.gate import (
    chooses,
    contradiction,
    is_request_tool,
    name_may_write,
    reads_by_name,
    speaks_for,
)
from tui_app.adapters.safety.verbs import split_words
from tui_app.adapters.tool_arguments import missing
from tui_app.mcp_client.types import Tool
from tui_app.tickets.fields import FIELDS_BY_NAME
from tui_app.tickets.ticket import JsonValue

_QUOTED_WORD = re.compile(
    r"['\"`]([a-z][a-z_]{1,40})['\"`]|^\s*-?\s*([a-z][a-z_]{1,40})\s*:|,\s*([a-z][a-z_]{1,40})\b"
    r"|[:|]\s*([a-z][a-z_]{1,40})(?=\s*[|,(/])|\b([a-z][a-z_]{1,40})(?=\s*\|)",
    re.MULTILINE,
)
_MOST_ACTIONS = 60
_DESCRIBED = 40  # characters of a description that hold its verb
_PLACES = ("project", "repo_owner")
"""Concepts that a search can do without only where nothing is required."""


class ToolVariant(Struct, frozen=True, dict=True):
    """One way to use a tool: with an action pinned, where it has several."""

    tool: Tool
    constants: Mapping[str, JsonValue] = field(default_factory=dict)
    action: tuple[str, ...] = ()
    """The words of the pinned action."""

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """Those of the tool; of one with actions without those that its prose says are for other actions."""
        every = arguments_of(self.tool)
        for action in every:
            if self.action and action.path in self.constants:
                return tuple(for_action(every, action, str(self.constants[action.path])))
        return every

    @cached_property
    def concepts(self) -> dict[str, Argument]:
        found = concepts_of(self.arguments, self.tool.description)
        return {name: argument for name, argument in found.items() if argument.path not in self.constants}

    @cached_property
    def words(self) -> tuple[str, ...]:
        return split_words(self.tool.name) + self.action

    def unfilled(self) -> list[Argument]:
        """Required arguments that a search without criteria does not fill."""
        concepts = self.concepts.items()
        known = {argument.path for name, argument in concepts if name not in _PLACES} | self.constants.keys()
        return [
            argument
            for argument in self.arguments
            if argument.required and argument.path not in known and argument.default is None and not argument.values
        ]

    @cached_property
    def sole_argument(self) -> Argument | None:
        """The one thing that has to be said, where its name does not tell what it is: ``show(which)``."""
        required = [one for one in self.arguments if one.required and one.path not in self.constants]
        one = required[0] if len(required) == 1 else None
        if one is None or one.values or one.default is not None or not one.kinds or not PLACES.isdisjoint(one.words):
            return None
        known = any(one is argument for argument in self.concepts.values())
        return one if one.kinds <= {"string", "integer", "number"} and not known else None


_FOR_ACTIONS = re.compile(
    r"\b(?:(required|needed|mandatory)|(optional)|only|used)\s+(?:for|when|by|with|if|in)\b:?\s*([^.;)\n]+)"
    r"|\(for\s+([^)]+)\)",
    re.IGNORECASE,
)


def for_action(
    arguments: Sequence[Argument], action: Argument, chosen: str, *, shared: bool = False
) -> Iterator[Argument]:
    """Those of ``arguments`` that the action ``chosen`` takes, by their descriptions: ``Required for: get, update``.

    ``shared``: what one action requires, or may have, the others may take too.
    """
    values = [str(value) for value in action.values]
    for argument in arguments:
        needs: set[str] = set()
        alone: set[str] = set()
        for match in _FOR_ACTIONS.finditer(argument.description):
            named = _named_in(match[3] or match[4], values)
            needs |= named if match[1] else set()
            alone |= set() if shared and (match[1] or match[2]) else named
        if argument is action or chosen in needs or not alone or chosen in alone:
            yield replace(argument, required_in="") if chosen in needs and argument.required_in is None else argument


def _named_in(said: str, values: Sequence[str]) -> set[str]:
    """The values that a text names, or all but those: ``all except create``."""
    named = {value for value in values if re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", said)}
    return set(values) - named if re.search(r"\ball\b.*\bexcept\b", said) else named


def variants_of(tool: Tool) -> Iterator[ToolVariant]:
    """The ways in which ``tool`` can be used without changing anything."""
    if is_request_tool(tool):
        return
    action = next((argument for argument in arguments_of(tool) if is_action_argument(argument)), None)
    for value in action_values(action, tool) if action else (None,):
        variant = ToolVariant(tool, {action.path: value}, split_words(value)) if action and value else ToolVariant(tool)
        reads = contradiction(tool, variant.constants) is None and speaks_for(tool, variant.constants, LISTED)
        if reads and (action is not None or not _wants_a_text(tool)):
            yield variant


def is_action_argument(argument: Argument) -> bool:
    """Whether ``argument`` chooses what a tool does."""
    values = [value for value in argument.values if isinstance(value, str)]
    takes_text = not argument.kinds or "string" in argument.kinds
    return takes_text and chooses(argument.name, values, required=argument.required)


LISTED = frozenset((*PLURALS, *(noun for noun in (*COMMENT_NOUNS, *VALUE_NOUNS) if noun.endswith("s"))))
"""Nouns that say by themselves that a tool lists what they name."""

_BODY_ARGUMENTS = frozenset(w for name in ("title", "description", "comments") for w in FIELDS_BY_NAME[name].words)


def _wants_a_text(tool: Tool) -> bool:
    """A title or a body is required of whoever writes one, unless it is what to search for."""
    return bool(_BODY_ARGUMENTS & set(missing(tool, {}))) and not reads_by_name(split_words(tool.name))


def named_words(tool: Tool) -> tuple[str, ...]:
    """The words of a tool's name, with the verb that its description begins with where the name has none."""
    words = split_words(tool.name)
    first = next(iter(split_words(tool.description[:_DESCRIBED])), "")
    verb = first if first in SEARCH_VERBS else first.removesuffix("s")
    is_bare = not name_may_write(words) and not set(words) & SEARCH_VERBS.keys()
    plural = bool(words) and (words[-1] in PLURALS or (words[-1] in COMMENT_NOUNS and words[-1].endswith("s")))
    return (verb, *words) if is_bare and plural and verb in SEARCH_VERBS else words


def action_values(action: Argument, tool: Tool) -> list[str]:
    """The actions that a tool knows: its enum, else the words that its description lists."""
    if action.values:
        return [value for value in action.values if isinstance(value, str)][:_MOST_ACTIONS]
    text = f"{action.description}\n{tool.description}"
    found = (next(group for group in match.groups() if group) for match in _QUOTED_WORD.finditer(text))
    return list(dict.fromkeys(found))[:_MOST_ACTIONS]
