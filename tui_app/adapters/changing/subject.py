"""The ticket that a change is about, as it was read for it, and what of it goes back with an update.

Invariant: what goes back is the server's own value, whole and in its own markup; what is not is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from tui_app.adapters.auto.flat_arguments import Argument, about
from tui_app.adapters.base import TicketReference, ToolCall
from tui_app.adapters.changing import vocabulary
from tui_app.adapters.changing.meanings import meaning_of, parts_of, rank_of
from tui_app.adapters.changing.spelling import default_told, exactly, plain
from tui_app.adapters.changing.uses import WritingUse
from tui_app.adapters.reading import payloads, word_of, words_of
from tui_app.adapters.reading.alike_rows import flattened
from tui_app.adapters.reading.field_names import plain_name, plural
from tui_app.adapters.reading.field_values import Row, indexed, is_nothing, members, person_of
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.changes import ChangeKind, MissingInputError
from tui_app.tickets.errors import NotOfferedError
from tui_app.tickets.ticket import JsonValue, Ticket

_SHORT = 12  # characters of a name that says of the whole answer that it was cut
_TELLING = 12  # characters of a part of a text that is hardly there by chance
_CUT = re.compile(
    r"(?:[\[(]|\u2026|\.{3})\s*(?:truncated|cut off|content too long)[^\n\])]{0,60}[\])]?\s*$", re.IGNORECASE
)
"""The end of a text that a server has cut."""


class Subject(Struct, frozen=True):
    """The ticket that a change is about, as it was read for it."""

    reference: TicketReference
    ticket: Ticket
    record: Row
    """As the server has it: values that go back come from here."""
    calls: tuple[ToolCall, ...] = ()
    """What it was read with."""
    results: tuple[CallToolResult, ...] = ()

    def is_altered(self, value: JsonValue) -> bool:
        """Whether a text is not as the server has it, because a secret or a private part was taken out."""
        texts = [text for result in self.results for text in result.altered]
        known = isinstance(value, str) and len(value) >= _TELLING
        return value in texts or (known and any(str(value) in text for text in texts))

    def is_shortened(self, meaning: str) -> bool:
        """Whether a list may lack a member, because a secret or a private part was taken out."""
        keys = {plain_name(key) for result in self.results for key in result.altered_keys}
        return "" in keys or any(rank_of((key,), meaning) is not None for key in keys)

    def title_names(self) -> set[str]:
        """The plain names under which the server's answer has the ticket's title."""
        answers: list[JsonValue] = [payload for result in self.results[:1] for payload in payloads(result)]
        answers += [row for answer in answers if isinstance(answer, dict) for row in answer.values()]
        rows = [row for answer in answers for row in (answer if isinstance(answer, list) else [answer])]
        title = self.ticket.title
        return {plain_name(n) for row in rows if isinstance(row, dict) for n, value in row.items() if value == title}

    def raw(self, meaning: str) -> tuple[bool, JsonValue]:
        """Whether the server's answer has a place for ``meaning``, and what it holds."""
        index = indexed(flattened(self.record))
        told = [(rank, len(name), name) for name in index if (rank := rank_of((name,), meaning)) is not None]
        return (True, index[min(told)[2]]) if told else (False, None)

    def assignees(self) -> tuple[str, ...]:
        """Everybody who has the ticket, by name, where the server's answer lists them."""
        told = [value for name, value in indexed(self.record).items() if rank_of((name,), "person") is not None]
        lists = [value for value in told if isinstance(value, list) or (isinstance(value, Mapping) and members(value))]
        return max((tuple(filter(None, map(person_of, members(one)))) for one in lists), key=len, default=())

    def is_cut(self, meaning: str) -> bool:
        """Whether the server gave only the beginning of a text, or some members of a list."""
        index = indexed(flattened(self.record))
        raw = self.raw(meaning)[1]
        if isinstance(raw, str) and _CUT.search(raw):
            return True
        listed = members(raw) if isinstance(raw, (list, Mapping)) else None
        beside = [(name, value) for name, value in index.items() if _tells_of(name, meaning)]
        beside += [] if listed is None or listed == (raw,) else [("more", value) for value in _beside(raw)]
        return any(value is True or (listed is not None and _is_more(value, len(listed))) for _, value in beside)

    def goes_back(self, meaning: str, value: JsonValue) -> bool:
        """Whether ``value`` is the tracker's own and whole, so that it changes nothing where it is sent."""
        if self.is_altered(value) or self.is_shortened(meaning) or self.is_cut(meaning):
            return False
        shown = self.ticket.description if meaning == "description" else None
        return shown is None or (isinstance(value, str) and value.split() == shown.split())


def _tells_of(name: str, meaning: str) -> bool:
    """Whether a plain name says how much of a field there is: ``bodytruncated``, ``labelscount``, ``istruncated``."""
    if name.endswith("truncated") and len(name) < _SHORT:
        return True
    words = [form for word in vocabulary.MEANINGS[meaning] for form in (plural(word), word)]
    own = next((word for word in words if word in name), "")
    return bool(own) and name not in words and not parts_of(name.replace(own, f"{own}_")).is_id


def _is_more(value: JsonValue, than: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > than


def _beside(wrapper: JsonValue) -> Iterator[JsonValue]:
    """What stands in the object around a list, and in the objects beside it: totals, flags that say there is more."""
    for value in wrapper.values() if isinstance(wrapper, Mapping) else ():
        yield from _beside(value) if isinstance(value, Mapping) else [value]


# ------------------------------------------------------------------------------ what an update keeps

KEPT = ("title", "description", "status", "priority", "labels", "person", "type", "project")
"""What an update may not reset unasked."""
_TEXTS = ("title", "description")
_ADDS_ONLY = frozenset((ChangeKind.COMMENT, ChangeKind.LINK, ChangeKind.LOG_WORK))
"""Kinds whose own tools have arguments for what they add, not for the ticket."""
_GONE = r"(?:clear|reset|remov|empti|null)\w*"
_LEFT_OUT = r"(?:omitted|missing|left out|not (?:\w+ed|given|sent|set))"
_RESETS = re.compile(
    rf"\b{_LEFT_OUT}\b(?:(?!\bnot\b|n't)[^.;\n]){{0,40}}\b{_GONE}"
    rf"|\b{_GONE} (?:if|when) (?:it is )?{_LEFT_OUT}|\bfull (?:update|replacement)\b",
    re.IGNORECASE,
)
"""Said of a tool, or of an argument, that takes away what is not sent."""


def kept_required(use: WritingUse, sent: Mapping[str, JsonValue], subject: Subject) -> dict[str, JsonValue]:
    """What an update requires although it is not to change: the ticket's own texts, as the server has them."""
    index = {**indexed(subject.record), **dict.fromkeys(subject.title_names(), subject.ticket.title)}
    kept: dict[str, JsonValue] = {}
    for argument in use.arguments if use.verbs & vocabulary.UPDATING else ():
        meaning = next((one for one in _TEXTS if meaning_of(argument, one) is not None), None)
        value = index.get(plain_name(argument.name))
        is_lacking = argument.path not in sent and argument.is_needed(sent)
        if is_lacking and meaning and isinstance(value, str) and value and subject.goes_back(meaning, value):
            kept[argument.path] = exactly(argument, value)
    return kept


def kept_by(use: WritingUse, kind: ChangeKind, sent: Mapping[str, JsonValue], subject: Subject) -> dict[str, JsonValue]:
    """What the tool would reset where it is left out, as it is now.

    Raises:
        NotOfferedError: that cannot be told.
    """
    updates = bool(use.verbs & vocabulary.UPDATING)
    if kind in _ADDS_ONLY and not updates:
        return {}
    kept: dict[str, JsonValue] = {}
    for argument in use.arguments:
        if argument.path in sent or use.identifies(argument) or use.locates(argument):
            continue
        meaning = next((one for one in KEPT if meaning_of(argument, one) is not None), "")
        if meaning and meaning == vocabulary.MEANT.get(kind) and meaning not in _TEXTS and not updates:
            continue  # what the tool sets, by its name; a text may be one of two
        reset = _reset_of(argument, use)
        if reset is None:
            continue
        try:
            value = _held(argument, meaning, subject, reset)
            if value is not None:
                kept[argument.path] = exactly(argument, value)
        except MissingInputError:
            raise NotOfferedError(
                f"The tool {use.tool.name!r} sets {argument.path!r} to {reset.to!r} where it is left out, and "
                "what it holds now cannot be told.",
                hint="The profile's map can name another tool: [profiles.NAME.map.change.KIND] tool = ..",
            ) from None
    return kept


class _Reset(Struct, frozen=True):
    """What a tool sets an argument to that is left out."""

    to: JsonValue
    is_told: bool = False
    """By its description alone, which may mean that it stays as it is."""


def _reset_of(argument: Argument, use: WritingUse) -> _Reset | None:
    """Whether the tool sets an argument that is left out: by its schema, else by what is said of it."""
    if argument.default is not None:
        return None if _stands_for_nothing(argument, use) else _Reset(argument.default)
    text = about(argument, use.tool)
    told = default_told(text)
    if told is not None:
        return _Reset(told, is_told=True)
    return _Reset("") if not argument.required and (_RESETS.search(text) or _RESETS.search(use.about)) else None


def _stands_for_nothing(argument: Argument, use: WritingUse) -> bool:
    """Whether a default is no value of the field, so that the tool keeps what it has.

    Told by what no ticket can have: a title that is empty, a number below zero. Of a tool that has such a default, and
    none that is a value (``medium``), the other empty ones mean the same; a zero only where it is an id.
    """
    fields = [one for meaning in KEPT for _, one in use.all_taking(meaning)]
    titles = [one.default for mode, one in use.all_taking("title") if not mode]
    is_impossible = "" in titles or any(_is_below_zero(one.default) for one in use.arguments)
    if not is_impossible or any(isinstance(one.default, str) and one.default for one in fields):
        return False
    default = argument.default
    return default == "" or _is_below_zero(default) or (default == 0 and parts_of(argument.path).is_id)


def _is_below_zero(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and value < 0


def _held(argument: Argument, meaning: str, subject: Subject, reset: _Reset) -> JsonValue:
    """What the ticket has where a tool resets it; None: nothing that would be lost.

    Raises:
        MissingInputError: the ticket may have something there that cannot go back.
    """
    index = indexed(subject.record)
    name = plain_name(argument.name)
    if not meaning or argument.kinds == {"boolean"}:
        now = index.get(name)
        is_same_kind = isinstance(now, bool) is isinstance(reset.to, bool)
        lost = not is_nothing(now) and not isinstance(now, Mapping) and is_same_kind and plain(now) != plain(reset.to)
        return now if lost else None
    has, raw = subject.raw(meaning)
    value: JsonValue = raw
    if isinstance(raw, Mapping) and meaning in ("status", "priority", "type", "project"):
        value = word_of(raw)
    elif meaning == "labels" and raw is not None and not isinstance(raw, str):
        value = [*words_of(raw)]
    whole = subject.goes_back(meaning, value)
    if is_nothing(value) and (is_nothing(reset.to) or reset.is_told) and whole:
        return None
    if not has or value is None or isinstance(value, Mapping) or not whole:
        raise MissingInputError("")
    return value
