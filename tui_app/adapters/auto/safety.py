"""Which tools may be called at all: only those that can be told to read from their name, and that nothing contradicts.

Invariant: a tool whose name, whose description or whose annotations say that it may change something is never called
on a guess. The direction of doubt is always: it may write.
"""

from __future__ import annotations

from collections.abc import Sequence

from tui_app.adapters.auto.words import (
    ALWAYS_WRITING,
    COMMENT_NOUNS,
    PLURALS,
    READ_VERBS,
    VALUE_NOUNS,
    WRITING,
    split_words,
)
from tui_app.adapters.reading.names import names
from tui_app.mcp_client.types import Tool

_QUERY_WORDS = frozenset(("jql", "query", "search", "filter"))
_RUNNING = frozenset(("execute", "run", "exec"))
_BODY_ARGUMENTS = frozenset(names("title summary subject body content comment message description"))


def may_write(tool: Tool) -> bool:
    """Whether calling ``tool`` may change something, as far as its name, description and annotations tell."""
    return (
        annotated_as_writing(tool)
        or words_may_write(split_words(tool.name))
        or _described_as_writing(tool)
        or _wants_a_text(tool)
    )


def words_may_write(words: Sequence[str]) -> bool:
    """Whether a name made of ``words`` (a tool's, or an action's) may stand for a change.

    Verbs that are nothing else (``create``) do so anywhere, others (``close``, ``set``, ``comment``) unless a verb of
    reading comes first, as in ``get_data_set``, or another word makes nouns of them.
    """
    if any(word in ALWAYS_WRITING for word in words):
        return True
    for position, word in enumerate(words):
        if word in READ_VERBS:
            return False
        if word in _RUNNING and _QUERY_WORDS & set(words[position + 1 :]):
            return False
        if word in WRITING:
            return True
    return False


def reads_by_name(words: Sequence[str]) -> bool:
    """Whether a name says that it reads: by a verb of reading, or by being nothing but what it answers with."""
    if words_may_write(words):
        return False
    return any(word in READ_VERBS for word in words) or _is_plural_noun(words)


def _is_plural_noun(words: Sequence[str]) -> bool:
    nouns = PLURALS.keys() | {noun for noun in (*COMMENT_NOUNS, *VALUE_NOUNS) if noun.endswith("s")}
    return bool(words) and words[-1] in nouns


def annotated_as_writing(tool: Tool) -> bool:
    """Whether its annotations say that it writes. That they say the contrary proves nothing."""
    if tool.annotations.get("readOnlyHint") is False:
        return True
    return tool.annotations.get("destructiveHint") is True and tool.annotations.get("readOnlyHint") is not True


def _described_as_writing(tool: Tool) -> bool:
    first = next(iter(split_words(tool.description[:40])), "")
    return (
        first.removesuffix("s") in ALWAYS_WRITING
        or first in ALWAYS_WRITING
        or first.removesuffix("es") in ALWAYS_WRITING
    )


def _wants_a_text(tool: Tool) -> bool:
    """A title or a body is required of whoever writes one, unless it is what to search for."""
    required = tool.input_schema.get("required")
    needed = {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
    return bool(needed & _BODY_ARGUMENTS) and not ({"search", "find", "query"} & set(split_words(tool.name)))
