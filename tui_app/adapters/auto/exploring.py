"""Decides by trial which tool has the tickets: the likeliest are called, small, until one answers with some.

Invariants: a conversation like those of `tui_app.adapters.auto.places`, so it makes no call by itself; every call is of
a variant that only reads; the first tool that answers with tickets ends it; no call is made twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.adapters.auto.flat_arguments import Argument, everything
from tui_app.adapters.auto.id_argument import is_number
from tui_app.adapters.auto.places import Conversation, Place, Planner, named_by, places_asked_for
from tui_app.adapters.auto.roles import Candidate, Role
from tui_app.adapters.auto.tool_variants import ToolVariant
from tui_app.adapters.base import ToolCall
from tui_app.adapters.failures import failure_in
from tui_app.adapters.reading import plain_text, read_rows
from tui_app.adapters.reading.field_names import PLURALS, TICKET_NOUNS
from tui_app.adapters.reading.learned import LearnedReading, learn
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.errors import InvalidResponseError, MCPError
from tui_app.tickets.text import clean_line

T = TypeVar("T")

TICKETS = 0.6
"""Ticketness from which an answer holds tickets."""
_OTHER_THING = 2.0  # ticketness that users or projects must have more than what may be tickets
_MOST_TRIED = 8  # tools; the start must not take long, and what comes after that is not likely
_MOST_PLACES_TRIED = 3  # of one tool: a board may be empty
_MOST_COMPARED = 4  # tools of which nothing says that they list tickets, before the best of them is taken
_ANYTHING = "*"  # what most search languages match everything with
_QUOTED_WORD = re.compile(r"['\"`](\w{1,30})['\"`]")
_KEPT = 100_000  # characters of an answer in which titles are looked for
_QUOTED = 120  # characters of an answer in a message


class Trial(Struct, frozen=True):
    """What one tool answered."""

    role: Role
    places: tuple[Place, ...] = ()
    reading: LearnedReading | None = None
    is_empty: bool = False
    answer: str = ""
    """The text of an answer that has tickets without ids: another tool may tell the same ones better."""
    told: str = ""
    """Why there are no tickets, in the server's words or by the beginning of the answer."""

    @property
    def score(self) -> float:
        return self.reading.ticketness if self.reading else 0.0

    @property
    def is_certain(self) -> bool:
        """Whether the rows have all that a ticket must have."""
        return self.reading is not None and {"id", "title", "status"} <= self.reading.fields.keys()

    @property
    def has_own_columns(self) -> bool:
        """Whether the rows themselves have an id or a status: what a list is called is none of either."""
        fields = self.reading.fields if self.reading else {}
        return any(name in fields and not fields[name].column.startswith("^") for name in ("id", "status"))


class ReferenceNames(Struct, frozen=True):
    """The column that refers to a field's values by id, and their names."""

    column: str
    names: Mapping[str, str] = field(default_factory=dict)


class Explored(Struct, frozen=True):
    """The outcome: the tool that has the tickets (None: there is none), and what was tried."""

    chosen: Trial | None
    trials: tuple[Trial, ...] = ()
    calls: int = 0
    names: Mapping[str, ReferenceNames] = field(default_factory=dict)
    """Ticket field to the names of what its rows refer to."""


class Answers(Struct):
    """Answers by call: what was asked once is not asked again."""

    known: dict[str, CallToolResult] = field(default_factory=dict)

    def once(self, conversation: Conversation[T]) -> Conversation[T]:
        """``conversation``, with calls that were made before answered from memory."""
        try:
            call = next(conversation)
            while True:
                key = f"{call.tool} {json.dumps(dict(call.arguments), sort_keys=True, default=str)}"
                if key not in self.known:
                    self.known[key] = yield call
                call = conversation.send(self.known[key])
        except StopIteration as end:
            value: T = end.value
            return value


def explore(
    candidates: Sequence[Candidate],
    planner: Planner,
    call: Callable[[Role, Place], ToolCall | None],
    lacking: Callable[[ToolVariant], list[Argument]],
) -> Conversation[Explored]:
    """Try ``candidates`` in their order; returns the first that has tickets, else the best of what there was."""
    answers = Answers()
    trials: list[Trial] = []
    for candidate in candidates[:_MOST_TRIED]:
        trial = yield from answers.once(_tried(candidate.role, planner, call, lacking))
        trials.append(trial)
        sure = candidate.likely or (not candidate.unlikely and trial.is_certain)
        if trial.score >= TICKETS and sure and not trial.answer:
            return Explored(trial, tuple(trials), len(answers.known))
        if sum(trial.score >= TICKETS for trial in trials) >= _MOST_COMPARED:
            break
    return Explored(_best(candidates, trials), tuple(trials), len(answers.known))


def _best(candidates: Sequence[Candidate], trials: Sequence[Trial]) -> Trial | None:
    """The trial with the most ticket-like rows; else the likeliest of those that answered with an empty list.

    Where a likely tool has tickets without ids, only one that lists the same tickets is better.
    """
    poor = next((t for c, t in zip(candidates, trials, strict=False) if c.likely and t.score >= TICKETS), None)
    if poor is not None and poor.answer:
        return max(
            (trial for trial in trials if _has_the_same(trial, poor)), key=lambda trial: trial.score, default=poor
        )
    with_tickets = [
        (trial.score - _OTHER_THING * candidate.unlikely, -number, trial)
        for number, (candidate, trial) in enumerate(zip(candidates, trials, strict=False))
        if trial.score >= TICKETS and (candidate.likely or trial.has_own_columns)
    ]
    if with_tickets:
        return max(with_tickets, key=lambda entry: entry[:2])[2]
    likely = [trial for candidate, trial in zip(candidates, trials, strict=False) if candidate.likely]
    return min((trial for trial in likely if trial.is_empty), key=_how_far_from_tickets, default=None)


def _has_the_same(trial: Trial, poor: Trial) -> bool:
    """Whether most titles of ``trial``, which has ids, stand in the answer of ``poor``."""
    tickets = trial.reading.tickets if trial.reading and not trial.answer else ()
    known = sum(bool(ticket.title) and ticket.title in poor.answer for ticket in tickets)
    return known * 2 > len(tickets)


def _how_far_from_tickets(trial: Trial) -> int:
    """How far down the list of what a ticket is called the thing is that a tool lists: a task is before a story."""
    nouns = (PLURALS.get(word, word) for word in trial.role.variant.words)
    return min((TICKET_NOUNS.index(noun) for noun in nouns if noun in TICKET_NOUNS), default=len(TICKET_NOUNS))


def _tried(
    role: Role,
    planner: Planner,
    call: Callable[[Role, Place], ToolCall | None],
    lacking: Callable[[ToolVariant], list[Argument]],
) -> Conversation[Trial]:
    needed = lacking(role.variant)
    places = (yield from planner.places(role.variant, needed)) if needed else [Place()]
    trial = Trial(role, told="it requires arguments that nothing fills")
    for place in places[:_MOST_PLACES_TRIED]:
        trial = yield from _tried_at(replace(trial, places=tuple(places)), place, planner, call)
        if trial.reading is not None or not trial.is_empty:
            break
    return trial


def _tried_at(
    trial: Trial, place: Place, planner: Planner, call: Callable[[Role, Place], ToolCall | None]
) -> Conversation[Trial]:
    """The trial at one place; once more where the error names the argument that is at fault."""
    wanted = call(trial.role, place)
    if wanted is None:
        return trial
    result = yield wanted
    failure = failure_in(result)
    found = judged(trial, result) if failure is None else replace(trial, told=clean_line(failure.cause)[:_QUOTED])
    if found.reading is not None or (failure is None and not _requires_words(trial.role)):
        return found
    mended = yield from _mended(trial, wanted, failure, planner)
    again = call(mended.role, next(iter(mended.places), place)) if mended is not None else None
    if mended is None or again is None or again == wanted:
        return found
    result = yield again
    second = judged(mended, result) if failure_in(result) is None else found
    return found if found.is_empty and second.reading is None else second


def _requires_words(role: Role) -> bool:
    words = role.concepts.get("text")
    return words is not None and words.required


def judged(trial: Trial, result: CallToolResult) -> Trial:
    """``trial`` with what can be read in ``result``."""
    reading = learn(result)
    if reading is not None and reading.ticketness > 0:
        answer = "" if "id" in reading.fields else plain_text(result)[:_KEPT]
        return replace(trial, reading=reading, is_empty=False, told="", answer=answer)
    return replace(trial, is_empty=_is_empty(result), told=f"no tickets in {plain_text(result).strip()[:_QUOTED]!r}")


def _is_empty(result: CallToolResult) -> bool:
    try:
        return not read_rows(result).rows
    except InvalidResponseError:
        return False


def _mended(trial: Trial, call: ToolCall, failure: MCPError | None, planner: Planner) -> Conversation[Trial | None]:
    """The trial without an optional argument that the error names, or with one that it asks for."""
    role = trial.role
    if _requires_words(role) and not role.blank:
        return replace(trial, role=replace(role, blank=_ANYTHING))
    if failure is None:
        return None
    refused = refused_arguments(role, call, failure)
    if refused:
        return replace(trial, role=role.without(refused))
    for argument in places_asked_for(role.variant.arguments, failure):
        if argument.path not in call.arguments:
            places = yield from planner.places(role.variant, [argument])
            wide = everything(_QUOTED_WORD.findall(argument.description))
            if places or isinstance(wide, str):
                return replace(trial, places=tuple(places) or (Place({argument.path: wide}),))
    return None


def refused_arguments(role: Role, call: ToolCall, failure: MCPError) -> frozenset[str]:
    """The optional arguments of ``call`` that the error names: they are not sent again."""
    sent = {path for path in call.arguments if path not in role.constants}
    named = named_by(role.variant.arguments, failure)
    return frozenset(
        argument.path for argument in named if argument.path.split(".")[0] in sent and not argument.required
    )


def described(trials: Sequence[Trial]) -> str:
    """What was tried, for an error."""
    return "; ".join(f"{trial.role.tool}: {trial.told}" for trial in trials if trial.told)


class Learned(Struct, frozen=True):
    """What is known of the server beside its tools: by trial, or from an earlier start."""

    reading: LearnedReading | None = None
    """How the search tool answers."""
    places: tuple[Place, ...] = ()
    """Values for what the search requires beside criteria; all of them are asked."""
    reason: str = ""
    is_settled: bool = False
    """Whether the search tool is known to have tickets."""
    unsure: Mapping[str, str] = field(default_factory=dict)
    """Ticket field to the column that was guessed to hold it."""
    names: Mapping[str, ReferenceNames] = field(default_factory=dict)
    """Ticket field to the names of what the rows refer to by id."""
    earlier: LearnedReading | None = None
    """How the search tool answered at an earlier start: for what cannot be read alone."""

    @property
    def counts_within_places(self) -> bool:
        """Whether a ticket's id is a number, called so, of which each place may have one."""
        reading = self.reading or self.earlier
        column = reading.fields.get("id") if reading else None
        return column is not None and is_number(column.column)
