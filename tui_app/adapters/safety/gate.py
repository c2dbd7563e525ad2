"""Which calls may be made in order to read: nothing contradicts and, for a call on a guess, something speaks for it.

Invariants: a tool whose name, hints or description say that this call changes something is not called, whatever the
adapter; of a tool with several actions the one that is sent decides. In doubt a call may write. A word of change counts
only where it is what this call does: not where it names another tool, another action, a date or what already happened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui_app.adapters.safety.descriptions import (
    AND,
    OBJECTS,
    QUERY_WORDS,
    RUNNING,
    changes_described,
    reading_described,
    unknown_deed,
)
from tui_app.adapters.safety.verbs import (
    NOUNS_TOO,
    STRONG_WRITING,
    WHERE_TOO,
    WRITING,
    means_reading,
    means_writing,
    split_words,
    writes_elsewhere,
)
from tui_app.adapters.tool_arguments import allowed_values, argument_schema, declared_names, missing, resolved
from tui_app.mcp_client.types import Tool
from tui_app.tickets.ticket import JsonValue

ACTION_NAMES = frozenset(
    ("action", "operation", "op", "method", "command", "cmd", "mode", "verb", "subcommand", "httpmethod")
)
_HTTP = frozenset(("get", "head", "options", "post", "put", "patch", "delete"))
_HONEST = NOUNS_TOO | {"open", "run", "execute", "generate", "plan", "process", "resolve", "build", "refresh"}
"""Words of writing in a name that an honest hint of reading outweighs."""
_WITH_ACTIONS = NOUNS_TOO | {"manage", "execute", "run", "process", "bulk", "batch", "open"}
"""Those that say nothing of what a tool with several actions does."""

_BEGINNING = 80  # characters of a description that hold its first two words
_BEHIND_NOUNS = frozenset(("of", "for", "from", "in", "with", "on", "by", "to", "is", "are", "and", "or", ""))
"""What stands behind the first word of a description where that is a noun."""

_OF_ANSWERS = _HONEST | {"expand", "convert", "complete", "rank", "index", "order", "sync", "follow", "split", "set"}
"""Words of writing that a flag may have for what is done with the answer."""
_BEFORE_ORDERS = AND | {"auto", "automatically", "also", "do", "should"}
_OCCASIONS = frozenset(("on", "after", "then", "when"))
_ON = ("true", "1", "yes", "on")
_MOST_MEMBERS = 500  # of one argument that are looked at
_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no")
"""What a hint may be written as."""


def contradiction(tool: Tool, arguments: Mapping[str, JsonValue], *, despite_hints: bool = False) -> str | None:
    """Why calling ``tool`` with ``arguments`` may change something; None where nothing says so.

    ``despite_hints``: the user knows that its hints are wrong; its name, description and arguments count all the same.
    """
    actions = list(_actions(tool, arguments))
    for name, value in actions:
        if action_may_write(value):
            return f"its argument {name!r} would be {value!r}"
    honest = tool.annotations.get("readOnlyHint") is True
    excused = (_HONEST if honest else frozenset()) | (_WITH_ACTIONS if actions else frozenset())
    if name_may_write([word for word in split_words(tool.name) if word not in excused]):
        return "its name says so"
    if any(_has_writing_actions(tool, name) for name, _ in actions):
        return None  # hints and description speak of those
    if not despite_hints and _hints(tool, "destructiveHint", *_TRUE):
        return "its annotations say that it is destructive"
    if not despite_hints and _hints(tool, "readOnlyHint", *_FALSE):
        return "its annotations say that it is not read-only"
    if unasked := _changes_unasked(tool, arguments):
        return f"its argument {unasked!r} is on unless it is switched off"
    texts = (tool.description, tool.title, tool.annotations.get("title"))
    told = next(filter(None, (changes_described(t, strong_only=honest) for t in texts if isinstance(t, str))), "")
    return f"its description says: {told}" if told else None


def _hints(tool: Tool, name: str, *said: str) -> bool:
    """Whether a hint says so, be it as a text or a number, in whatever style its name is, and wherever it stands."""
    wanted = _hint_name(name)
    waiting: list[Any] = [tool.annotations]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            waiting += one.values()
            if any(_hint_name(key) == wanted and str(value).strip().lower() in said for key, value in one.items()):
                return True
        elif isinstance(one, list):
            waiting += one
    return False


def _hint_name(name: str) -> str:
    return "".join(split_words(name)).removesuffix("hint")


def _changes_unasked(tool: Tool, arguments: Mapping[str, JsonValue]) -> str:
    """An argument that orders a change where it is left out; empty: there is none."""
    needed = missing(tool, {})
    for name in declared_names(tool):
        schema = argument_schema(tool, name) or {}
        if name not in arguments and name not in needed:  # a call without a required one is refused
            default = schema.get("default")
            if isinstance(default, str) and is_action(tool, name) and action_may_write(default):
                return name
            if _orders_by_default(tool, name, schema):
                return name
    return ""


def _orders_by_default(tool: Tool, name: str, schema: Mapping[str, Any]) -> bool:
    """Whether an argument, or a member of it, orders a change by the value that it has where it is left out."""
    waiting: list[tuple[str, Any, Any]] = [(name, schema, schema.get("default"))]
    for _ in range(_MOST_MEMBERS):
        if not waiting:
            break
        name, own, default = waiting.pop()
        inner = own.get("properties")
        inner = inner if isinstance(inner, Mapping) else {}
        given = default if isinstance(default, Mapping) else {}
        for key in {*inner, *given}:
            member = resolved(inner.get(key), tool.input_schema)
            waiting.append((str(key), member, given.get(key, member.get("default"))))
        if _is_order(split_words(name), own, default):
            return True
    return False


def _is_order(words: Sequence[str], schema: Mapping[str, Any], default: Any) -> bool:
    if str(default).lower() in _ON:
        told = schema.get("description") if default is True else ""
        return _orders(words) or bool(isinstance(told, str) and changes_described(told))
    if not isinstance(default, str) or not words or default in WHERE_TOO:
        return False
    return _orders_change(default) or (words[0] in _OCCASIONS and name_may_write(split_words(default)))


def _orders(words: Sequence[str]) -> bool:
    """Whether a flag orders a change of tickets; ``update_history`` and the like are the server's own books.

    Verbs that may be something else do only where they stand alone or before the tickets: ``close``, ``close_them``.
    """
    at = next((at for at, word in enumerate(words) if word not in _BEFORE_ORDERS), len(words))
    verb, behind = words[at : at + 1], words[at + 1 : at + 2]
    if not verb or verb[0] == "update" or verb[0] in _OF_ANSWERS:
        return False
    takes_tickets = not behind or behind[0] in OBJECTS or behind[0] == "to"
    return verb[0] in STRONG_WRITING or verb[0] == "mark" or (means_writing(verb[0]) and takes_tickets)


def _has_writing_actions(tool: Tool, name: str) -> bool:
    values = allowed_values(tool, name)
    return not values or any(map(action_may_write, values))


def speaks_for(tool: Tool, arguments: Mapping[str, JsonValue], nouns: frozenset[str] = frozenset()) -> bool:
    """Whether something positive says that this call only reads: the action, an honest hint, a word of reading.

    A name that reads does not where the description begins with a deed that nobody knows (``Flarbs the ticket``).

    ``nouns``: words for lists of things, whose bare plural is a word of reading too (``issues``).
    """
    actions = list(_actions(tool, arguments))
    if actions:
        return all(reads_by_name(split_words(value), nouns) for _, value in actions)
    if tool.annotations.get("readOnlyHint") is True:
        return True
    if unknown_deed(tool.description):
        return False
    words = split_words(tool.name)
    return reads_by_name(words, nouns) or (
        not _is_told_as_order(words, tool) and bool(reading_described(tool.description))
    )


def _is_told_as_order(words: Sequence[str], tool: Tool) -> bool:
    """Whether the description begins with the name's own verb: ``terminate``, ``Terminate a task .. returns its id``.

    What such a tool does is that verb, and not what it answers with when it is done.
    """
    first, second = (*split_words(tool.description[:_BEGINNING]), "", "")[:2]
    return bool(first) and first in words and second not in _BEHIND_NOUNS


def is_request_tool(tool: Tool) -> bool:
    """Whether a tool passes on any request: what its words say of reading says nothing of the request."""
    names = {"".join(split_words(name)): name for name in declared_names(tool)}
    for name in names.values():
        values = set(map(str.lower, allowed_values(tool, name)))
        if values - {"get"} and values <= _HTTP:
            return True
    needed = {"".join(split_words(name)) for name in missing(tool, {}) if not allowed_values(tool, name)}
    if "code" in needed and _code_is_a_key(tool, names["code"]):
        needed.remove("code")
    if needed & {"url", "uri", "sql", "statement", "graphql", "endpoint", "command", "code", "script", "mutation"}:
        return True
    return bool(names.keys() & {"path", "body", "payload"}) and bool(
        names.keys() & {"method", "httpmethod", "endpoint"}
    )


_KEY_SHOWN = re.compile(r"\b[A-Z][A-Z0-9]{1,9}-\d{1,6}\b")


def _code_is_a_key(tool: Tool, name: str) -> bool:
    """Whether what a tool calls code is what a ticket is called by, as an example of one shows: ``PROJ-123``."""
    told = str((argument_schema(tool, name) or {}).get("description", ""))
    return _KEY_SHOWN.search(f"{told}\n{tool.description}") is not None and not RUNNING & set(split_words(tool.name))


def is_action(tool: Tool, name: str) -> bool:
    """Whether the argument ``name`` chooses what ``tool`` does: by its values, or by its name where it is required."""
    return chooses(name, allowed_values(tool, name), required=name in missing(tool, {}))


def chooses(name: str, values: Sequence[str], *, required: bool) -> bool:
    """Whether an argument of that name, which takes these values (none: any), chooses what a tool does."""
    words = [split_words(value) for value in values]
    acts = [word for word in words if word and (name_may_write(word) or any(map(means_reading, word)))]
    if "".join(split_words(name)) in ACTION_NAMES:
        return bool(acts) if values else required
    changes = any(STRONG_WRITING & set(word) for word in acts)  # not ``open``: that is a state, too
    if any(writes_elsewhere(part) for word in acts for part in word):
        changes = changes or not all(map(name_may_write, acts))
    return len(values) > 1 and len(acts) == len(values) and changes


def _actions(tool: Tool, arguments: Mapping[str, JsonValue]) -> Iterator[tuple[str, str]]:
    """The actions among ``arguments``, also those within objects, with their paths."""
    for path, given in arguments.items():
        name = path.rsplit(".", 1)[-1]
        if isinstance(given, Mapping):
            inner = {f"{path}.{key}": entry for key, entry in given.items()}
            yield from _actions(tool, inner)
            continue
        for value in given if isinstance(given, list) else [given]:
            if not isinstance(value, str):
                continue
            by_name = "".join(split_words(name)).removesuffix("s") in ACTION_NAMES
            by_value = by_name and (path != name or value.lower() in _HTTP or _orders_change(value))
            if by_value or (path == name and is_action(tool, name)):
                yield path, value


def _orders_change(value: str) -> bool:
    """Whether a value is one word, and an order: a text to search for has blanks, and a state is no verb alone."""
    return " " not in value.strip() and name_may_write(split_words(value), strong_only=True)


def action_may_write(value: str) -> bool:
    """Whether an action of that name may change something."""
    return name_may_write(split_words(value))


def name_may_write(words: Sequence[str], *, strong_only: bool = False) -> bool:
    """Whether a name made of ``words`` (a tool's, or an action's) may mean a change.

    Verbs that are nothing else (``create``) do so anywhere, others (``close``, ``set``) unless a word of reading comes
    first, as in ``get_data_set``; after ``and`` any of them does.
    """
    if any(word in STRONG_WRITING and not _is_noun_after_reading(words, at) for at, word in enumerate(words)):
        return True
    reads = False
    for position, word in enumerate(words):
        joined = position > 0 and words[position - 1] in AND
        if means_reading(word):
            reads = True
        elif word in RUNNING and QUERY_WORDS & set(words[position + 1 :]):
            return False
        elif means_writing(word) and (not reads or joined) and not (strong_only and word in WRITING):
            if word in NOUNS_TOO and not joined and any(map(means_reading, words[position + 1 :])):
                continue
            return True
    return False


def _is_noun_after_reading(words: Sequence[str], at: int) -> bool:
    """``list_status_updates``, ``search_archive``: behind a word of reading it is what is listed, or where."""
    return (
        (words[at].endswith("s") or words[at] in WHERE_TOO)
        and at == len(words) - 1
        and words[at - 1] not in AND
        and any(map(means_reading, words[:at]))
    )


def reads_by_name(words: Sequence[str], nouns: frozenset[str] = frozenset()) -> bool:
    """Whether a name means reading: by a word of reading, or by being nothing but the things that it answers with."""
    if name_may_write(words):
        return False
    return any(map(means_reading, words)) or bool(words and (words[-1] in nouns or set(words) & {"jql", "wiql"}))
