"""The status of a ticket: set, reached by a transition, by a tool for each status, closed and opened again.

Invariant: a ticket gets the status that was wished for by the tracker's own word for it, or nothing is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from tui_app.adapters.auto.flat_arguments import Argument, about
from tui_app.adapters.changing import lookups, vocabulary
from tui_app.adapters.changing.asking import Case, Conversation, Ground, ask_raw
from tui_app.adapters.changing.choosing import choices_of, choose
from tui_app.adapters.changing.filling import identity
from tui_app.adapters.changing.known_values import seen_tickets
from tui_app.adapters.changing.making import WHAT_IT_CAN, Way, already, finished, first_possible, ways_to
from tui_app.adapters.changing.meanings import is_transition, wants_id
from tui_app.adapters.changing.protocol import WriteCall
from tui_app.adapters.changing.spelling import exactly, misfit, plain, spelt, takes_text
from tui_app.adapters.changing.uses import WritingUse, ranked
from tui_app.adapters.reading.openness import is_closed_flag
from tui_app.tickets.changes import ChangeKind, Choice, FormField, MissingInputError
from tui_app.tickets.errors import NotOfferedError
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.vocabulary import CLOSED, OPEN, StatusKind, closed_by_words, status_kind

_REACHED = re.compile(
    r"\b(?:as|to|back to|into)\s+(?:an? |the )?['\"`(]?([\w][\w -]{1,24}?)['\"`)]?(?=[.,;(]|$|\s(?:and|by|so)\b)"
)
_FIRST = re.compile(r"[.\n]")
_TRANSITIONS = frozenset(("transition", "transitions"))
OPENING = vocabulary.REOPENING | {"open"}
"""Verbs of tools that do nothing but open a ticket again."""


def status(case: Case) -> Conversation[WriteCall]:
    """To the status that was wished for, by whatever way the tracker has."""
    wish = str(case.wanted.values.get("status") or "")
    subject = case.about
    if plain(wish) == plain(subject.ticket.status) and "status" not in case.wanted.picked:
        return already({"status": subject.ticket.status})
    ways = ways_to(case, ChangeKind.STATUS, "status")
    if not ways:
        return _by_verb(case, wish, _verb_ways(case, wish))
    return (
        yield from first_possible(
            ways, lambda use, argument: to_status(case, use, argument, (wish,)), "changes a status"
        )
    )


def to_status(case: Case, use: WritingUse, argument: Argument, wishes: Sequence[str]) -> Conversation[WriteCall]:
    """To the first of ``wishes`` that the tracker knows."""
    subject = case.about
    before = {"status": subject.ticket.status}
    answered = next((name for name in case.wanted.answers if use.named(name) is argument), None)
    if answered is not None:
        answer = case.wanted.answers[answered]
        is_word = isinstance(answer, str) and not wants_id(argument) and not is_transition(argument)
        own = {ChangeKind.CLOSE: CLOSED, ChangeKind.REOPEN: OPEN}.get(case.wanted.kind, wishes[0])
        return finished(case, use, {}, before, {"status": answer if is_word else own})
    if "status" in case.wanted.picked:
        value = exactly(argument, case.wanted.values.get("status"))
        return finished(case, use, {argument.path: value}, before, {"status": None})
    identity(use, subject)
    if is_transition(argument):
        return (yield from _by_transition(case, use, argument, wishes))
    refusal: MissingInputError | None = None
    for wish in wishes:
        try:
            found = yield from choose(case, use, argument, "status", wish, typed=len(wishes) == 1)
        except MissingInputError as error:
            refusal = refusal or error
            continue
        shown = wish if len(wishes) == 1 or wants_id(argument) else found.label
        return finished(case, use, {argument.path: found.value}, before, {"status": shown})
    raise refusal or NotOfferedError("The server knows no such status.")


def _by_transition(case: Case, use: WritingUse, argument: Argument, wishes: Sequence[str]) -> Conversation[WriteCall]:
    subject = case.about
    offered = yield from offered_transitions(case)
    if offered is None:
        raise NotOfferedError(
            f"The tool {use.tool.name!r} wants a transition, and no tool says which ones there are.",
            hint=f"`--field {argument.path}=ID` sends one as it is.",
        )
    hits: list[lookups.Transition] = []
    for wish in wishes:
        hits = [one for one in offered if plain(one.to) == plain(wish)] or [
            one for one in offered if plain(one.name) == plain(wish) and _leads_there(wish, one)
        ]
        if hits:
            break
    if len(hits) != 1:
        choices = tuple(Choice(one.id, one.name, f"to {one.to}" if one.to else "") for one in hits or offered)
        names = ", ".join(
            f"{one.name} (to {one.to})" if one.to and one.to != one.name else one.name for one in hits or offered
        )
        raise MissingInputError(
            f"{'Several ways lead' if hits else 'No way leads'} from {subject.ticket.status!r} to {wishes[0]!r}. "
            f"Possible now: {names or 'nothing'}.",
            title="Which transition is meant?" if hits else "The ticket cannot get that status now",
            hint=f"Choose one: --field {argument.path}=ID" if hits else "Choose one of these.",
            fields=(FormField("status", "status", "choice", required=True, choices=choices),),
        )
    chosen = hits[0]
    own = next((one for one in use.arguments if is_transition(one) and wants_id(one)), argument)  # surer than a name
    values = {own.path: exactly(own, chosen.id if _takes_transition_id(use, own) else chosen.name)}
    values |= _transition_fields(case, use, chosen)
    return finished(case, use, values, {"status": subject.ticket.status}, {"status": chosen.to or chosen.name})


def _leads_there(wish: str, way: lookups.Transition) -> bool:
    """Whether a way that is called like a status does not lead to another kind of it: ``Done`` to ``In Review``."""
    over = {closed_by_words(word) for word in (wish, way.to) if word} - {None}
    is_as_planned = {plain(word) not in vocabulary.NOT_DONE for word in (wish, way.to) if closed_by_words(word)}
    return len(over) < 2 and len(is_as_planned) < 2


def _takes_transition_id(use: WritingUse, argument: Argument) -> bool:
    if argument.words[-1:] == ("name",):
        return False
    return wants_id(argument) or bool(re.search(r"\bids?\b", about(argument, use.tool), re.IGNORECASE))


def offered_transitions(case: Case) -> Conversation[tuple[lookups.Transition, ...] | None]:
    """What is possible now with the case's ticket; None where no tool tells."""
    for variant in lookups.listing_tools(case.ground.readers, _TRANSITIONS)[:2]:
        typed: dict[str, JsonValue] = {}
        for argument in variant.arguments:
            if argument.name == "expand" and takes_text(argument):
                typed[argument.path] = "transitions.fields"
        result = yield from ask_raw(case, variant, typed)
        if result is not None:
            return lookups.transitions_in(result)
    return None


def _transition_fields(case: Case, use: WritingUse, chosen: lookups.Transition) -> dict[str, JsonValue]:
    """What the transition requires: an argument of its own, which is asked for where it was not answered."""
    lacking = [need for need in chosen.required if use.named(need.name) is None or need.name not in case.wanted.answers]
    missing = [need for need in lacking if need.name not in case.wanted.answers]
    if missing:
        raise MissingInputError(
            f"{chosen.name!r} needs {', '.join(need.label for need in missing)}.",
            fields=tuple(missing),
            hint=" ".join(f"--field {need.name}=.." for need in missing),
        )
    found: dict[str, JsonValue] = {}
    for need in chosen.required:
        argument, answer = use.named(need.name), case.wanted.answers.get(need.name)
        allowed = [choice.value for choice in need.choices]
        if argument is not None and allowed and isinstance(answer, str):
            value = spelt(answer, allowed)
            if value is None:
                raise misfit(argument, answer, f"{chosen.name!r} does not offer it", allowed)
            found[argument.path] = exactly(argument, value)
    return found


# ------------------------------------------------------------------------------ open, closed


def closers(ground: Ground, verbs: frozenset[str]) -> list[WritingUse]:
    """The tools that do nothing but close (or reopen) a ticket, those named so first."""
    found = [
        use
        for use in ground.uses
        if use.verbs & verbs and not use.verbs - verbs and not use.nouns and use.id_argument is not None
        and not use.is_many and (use.concerns_ticket or use.id_argument.required)
    ]  # fmt: skip
    order = ("close", "reopen", "complete", "finish", "done", "open", "resolve")
    return sorted(found, key=lambda use: min(order.index(verb) if verb in order else 9 for verb in use.verbs))


def close(case: Case) -> Conversation[WriteCall]:
    """Closed, by a tool of its own, else by whatever status means that it is over."""
    subject = case.about
    if plain(subject.ticket.status) in vocabulary.CLOSED:
        return already({"status": subject.ticket.status})
    return (yield from _turned(case, vocabulary.CLOSING, vocabulary.CLOSED, CLOSED, "closes a ticket"))


def reopen(case: Case) -> Conversation[WriteCall]:
    """Open again. It is sent for an open ticket too: that its status says so does not mean that nothing closed it."""
    return (yield from _turned(case, OPENING, vocabulary.REOPENED, OPEN, "reopens a ticket"))


def _turned(
    case: Case, verbs: frozenset[str], words: tuple[str, ...], state: str, what: str
) -> Conversation[WriteCall]:
    subject = case.about
    refusals: list[Exception] = []
    before, after = {"status": subject.ticket.status}, {"status": state}
    mapped = str(case.wanted.kind) in case.ground.mapped
    for use in [] if mapped else closers(case.ground, verbs):
        if not use.is_destructive:
            try:
                return finished(case, use, {}, before, after)
            except NotOfferedError as error:
                refusals.append(error)
    for use, argument in ways_to(case, case.wanted.kind if mapped else ChangeKind.STATUS, "status"):
        try:
            return (yield from _by_kind(case, use, argument, words, state))
        except (NotOfferedError, MissingInputError) as error:
            refusals.append(error)
    for use, argument in [] if mapped else flags(case.uses):
        return finished(case, use, {argument.path: state == CLOSED}, before, after)
    raise (refusals or [NotOfferedError(f"None of the server's tools {what}.", hint=WHAT_IT_CAN)])[0]


def flags(uses: Sequence[WritingUse]) -> list[Way]:
    """The tools that update a ticket by a flag which says whether it is closed."""
    return [
        (use, argument)
        for use in uses
        for argument in use.arguments
        if argument.kinds == {"boolean"} and is_closed_flag("_".join(argument.words))
        and use.verbs & vocabulary.UPDATING and not use.nouns and use.id_argument is not None
    ]  # fmt: skip


def _by_kind(
    case: Case, use: WritingUse, argument: Argument, words: Sequence[str], state: str
) -> Conversation[WriteCall]:
    """By one of ``words`` where the tracker has it, else by its only status of the kind that means ``state``.

    Raises:
        MissingInputError: several statuses mean it, or none does.
    """
    ticket = case.about.ticket
    if state == OPEN and ticket.status_kind in (StatusKind.ACTIVE, StatusKind.BLOCKED) and not case.wanted.answers:
        return already({"status": ticket.status})  # it is open; a status that it went through would take it back
    try:
        return (yield from to_status(case, use, argument, words))
    except MissingInputError:
        offered = yield from _offered(case, use, argument)
        if any(plain(word) in map(plain, words) for word in offered):
            raise  # the status is known: something else is lacking
        own = next((word for word, value in offered.items() if str(value) == ticket.status), ticket.status)
        is_closed = closed_by_words(own) if ticket.is_closed is None else ticket.is_closed
        if is_closed is (state == CLOSED):
            return already({"status": ticket.status})
        meant = [word for word in offered if means(word, state)]
        meant = [word for word in meant if word == _status_of_new(case)] or meant if state == OPEN else meant
        if len(meant) != 1:
            raise _which(state, meant, offered) from None
    return (yield from to_status(case, use, argument, meant))


def _offered(case: Case, use: WritingUse, argument: Argument) -> Conversation[dict[str, JsonValue]]:
    """The statuses that a ticket can get, in words, with what ``argument`` takes for each.

    Those that are listed for the argument; where none are, the ticket's transitions, else those that tickets have.
    """
    if is_transition(argument):
        found = (yield from offered_transitions(case)) or ()
        return {one.to or one.name: one.id for one in found}
    choices = yield from choices_of(case, use, argument, "status")
    if choices:
        named = [(choice.label, choice.detail) for choice in choices]
        is_number = all(label.isdecimal() for label, _ in named)  # then what it is called stands beside it
        return {
            (detail if is_number and detail else label): c.value
            for c, (label, detail) in zip(choices, named, strict=True)
        }
    found = (yield from offered_transitions(case)) or ()
    if found:
        return {one.to or one.name: one.to or one.name for one in found}
    tickets = yield from seen_tickets(case)
    return {ticket.status: ticket.status for ticket in (case.about.ticket, *tickets) if ticket.status}


def means(word: str, state: str) -> bool:
    """Whether a status is of the kind that ``state`` stands for: not begun, or done as planned."""
    kind = status_kind(word)
    return (
        kind is StatusKind.OPEN if state == OPEN else kind is StatusKind.DONE and plain(word) not in vocabulary.NOT_DONE
    )


def _status_of_new(case: Case) -> str | None:
    """The status that a new ticket gets where none is said."""
    for use, _ in ranked(ChangeKind.CREATE, case.uses, "title"):
        argument = use.taking("status")
        if argument is not None and isinstance(argument.default, str):
            return argument.default
    return None


def _which(state: str, meant: Sequence[str], offered: Mapping[str, JsonValue]) -> MissingInputError:
    shown = {word: offered[word] for word in meant or offered}
    names = ", ".join(map(repr, shown))
    return MissingInputError(
        f"More than one of the tracker's statuses may mean {state!r}: {names}."
        if meant
        else f"None of the tracker's statuses is known to mean {state!r}. It has: {names or 'none that is listed'}.",
        title="Which status is meant?",
        hint="`ticketdeck move ID STATUS` sets the one that you name.",
        fields=(
            FormField(
                "status", "status", "choice" if shown else "line", required=True,
                choices=tuple(Choice(value, word) for word, value in shown.items()),
            ),
        ),
    )  # fmt: skip


def way_back(case: Case, status: str) -> ChangeKind | None:
    """The kind of change that gives the case's ticket ``status`` again; None: no tool does."""
    if ways_to(case, ChangeKind.STATUS, "status") or any(_verb_ways(case, status)):
        return ChangeKind.STATUS
    kind, state, verbs = {
        ChangeKind.CLOSE: (ChangeKind.REOPEN, OPEN, OPENING),
        ChangeKind.REOPEN: (ChangeKind.CLOSE, CLOSED, vocabulary.CLOSING),
    }.get(case.wanted.kind, (None, "", frozenset()))
    return kind if means(status, state) and (closers(case.ground, verbs) or flags(case.uses)) else None


def _verb_ways(case: Case, wish: str) -> Iterator[WritingUse]:
    """Tools that lead to one status each, and name it: ``start_task`` for ``in progress``."""
    verbs = vocabulary.OTHER_STATUS_VERBS | vocabulary.CLOSING | vocabulary.REOPENING
    for use in closers(case.ground, verbs):
        said = {plain(match[1]) for match in _REACHED.finditer(_FIRST.split(use.about)[0])}
        verb = next(iter(use.verbs))
        participles = {f"{verb}ed", f"{verb}d", f"{verb}"}
        if verb in vocabulary.CLOSING and verb != "close":
            participles |= {"done", "completed"} if verb in ("complete", "finish", "done") else set()
        if plain(wish) in said | participles:
            yield use


def verb_ways_known(ground: Ground) -> list[WritingUse]:
    """All tools that lead to one status each."""
    return closers(ground, vocabulary.OTHER_STATUS_VERBS | vocabulary.CLOSING | vocabulary.REOPENING)


def _by_verb(case: Case, wish: str, uses: Iterator[WritingUse]) -> WriteCall:
    subject = case.about
    found = [use for use in uses if not use.is_destructive]
    if not found:
        verbs = [use.tool.name for use in closers(case.ground, vocabulary.OTHER_STATUS_VERBS | vocabulary.CLOSING)]
        if verbs:
            raise MissingInputError(
                f"None of the server's tools leads to {wish!r}.", hint=f"It has these: {', '.join(verbs)}."
            )
        raise NotOfferedError("None of the server's tools changes a status.", hint=WHAT_IT_CAN)
    return finished(case, found[0], {}, {"status": subject.ticket.status}, {"status": wish})
