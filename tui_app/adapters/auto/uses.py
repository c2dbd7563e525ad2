"""The ways in which a tool can be used without changing anything.

Invariant: every `Use` is one that `tui_app.adapters.auto.safety` takes for reading; of a tool that does several things
according to an ``action`` argument only a reading action is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field

from tui_app.adapters.auto.arguments import Argument, arguments_of
from tui_app.adapters.auto.concepts import concepts_of
from tui_app.adapters.auto.safety import annotated_as_writing, may_write, reads_by_name, words_may_write
from tui_app.adapters.auto.words import ALWAYS_WRITING, COMMENT_NOUNS, PLURALS, SEARCH_VERBS, split_words
from tui_app.mcp_client.types import Tool
from tui_app.tickets.ticket import JsonValue

_ACTION_NAMES = ("action", "operation", "op", "method", "command", "mode", "verb")
_QUOTED_WORD = re.compile(
    r"['\"`]([a-z][a-z_]{1,40})['\"`]|^\s*-?\s*([a-z][a-z_]{1,40})\s*:|,\s*([a-z][a-z_]{1,40})\b", re.MULTILINE
)
_MOST_ACTIONS = 60
_DESCRIBED = 40  # characters of a description in which its verb stands
_PLACES = ("project", "repo_owner")
"""Concepts that a search can do without only where nothing is required."""


class Use(Struct, frozen=True, dict=True):
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
        concepts = self.concepts.items()
        known = {argument.path for name, argument in concepts if name not in _PLACES} | self.constants.keys()
        return [
            argument
            for argument in self.arguments
            if argument.required and argument.path not in known and argument.default is None and not argument.values
        ]


def uses_of(tool: Tool) -> Iterator[Use]:
    """The ways in which ``tool`` can be used without changing anything."""
    action = next((argument for argument in arguments_of(tool) if is_action(argument)), None)
    if action is None:
        if not may_write(tool) and reads_by_name(named_words(tool)):
            yield Use(tool)
        return
    if annotated_as_writing(tool) or ALWAYS_WRITING & set(split_words(tool.name)):
        return
    for value in action_values(action, tool):
        words = split_words(value)
        if not words_may_write(words) and (
            reads_by_name(words) or set(words) & {"jql", "query", "comments", "details"}
        ):
            yield Use(tool, {action.path: value}, words)


def named_words(tool: Tool) -> tuple[str, ...]:
    """The words of a tool's name, with the verb that its description begins with where the name has none."""
    words = split_words(tool.name)
    first = next(iter(split_words(tool.description[:_DESCRIBED])), "")
    verb = first if first in SEARCH_VERBS else first.removesuffix("s")
    is_bare = not words_may_write(words) and not set(words) & SEARCH_VERBS.keys()
    plural = bool(words) and (words[-1] in PLURALS or (words[-1] in COMMENT_NOUNS and words[-1].endswith("s")))
    return (verb, *words) if is_bare and plural and verb in SEARCH_VERBS else words


def is_action(argument: Argument) -> bool:
    """Whether ``argument`` says what a tool is to do: by its values, or by its name where it is required."""
    name = "".join(argument.words)
    if name not in _ACTION_NAMES or (argument.kinds and "string" not in argument.kinds):
        return False
    if argument.values:
        return any(_is_action_word(value) for value in argument.values)
    return argument.required and name in ("action", "operation", "op")


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
