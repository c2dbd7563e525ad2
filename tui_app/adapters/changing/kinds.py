"""Each kind of change of an existing ticket: from the wish to the call, with the lookups that it takes in between.

A tool of its own comes before one that updates; where the first cannot be called at all the next is tried. A value that
does not fit is refused at once: another tool might take it for something else. Invariant: one call, and one alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from tui_app.adapters.auto.flat_arguments import Argument, about
from tui_app.adapters.changing import comments, creating, labels, linking, statuses, vocabulary
from tui_app.adapters.changing.asking import Case, Conversation, Found
from tui_app.adapters.changing.choosing import choose
from tui_app.adapters.changing.filling import identity
from tui_app.adapters.changing.making import Way, already, finished, first_possible, ways_to
from tui_app.adapters.changing.meanings import meaning_of, parts_of, rank_of
from tui_app.adapters.changing.people import person
from tui_app.adapters.changing.protocol import WriteCall
from tui_app.adapters.changing.spelling import exactly, marked_up, plain, takes_null, takes_text
from tui_app.adapters.changing.subject import Subject
from tui_app.adapters.changing.uses import WritingUse
from tui_app.adapters.reading.field_names import plain_name
from tui_app.adapters.reading.field_values import is_nothing
from tui_app.tickets.changes import ChangeKind, MissingInputError
from tui_app.tickets.errors import NotOfferedError
from tui_app.tickets.ticket import JsonValue

_NULL = re.compile(r"(?<!\| )(?<!=)(?<!= )\b(?:null|none)\b(?! ?\|)", re.IGNORECASE)
"""Said of a value; ``str | None = None`` only tells of a type, and of what is taken for what is left out."""
_NOBODY = r"['\"`](none|unassigned|nobody|unassign)['\"`]"
_QUOTED_NOBODY = re.compile(_NOBODY, re.IGNORECASE)
_WORD_FOR_NOBODY = re.compile(
    rf"{_NOBODY}"
    r"|['\"`]([^'\"`\s]{1,20})['\"`] (?:to|for|means?|=) (?:unassign\w*|nobody|no one|clear|remove)"
    r"|\b(?:unassign|clear)\b[^.'\"`]{0,20}['\"`]([^'\"`\s]{1,20})['\"`]",
    re.IGNORECASE,
)
"""Where a text says what is taken for nobody."""


# ------------------------------------------------------------------------------ texts


def text_field(case: Case) -> Conversation[WriteCall]:
    """A new title or description."""
    kind, subject = case.wanted.kind, case.about
    concept = str(kind)
    text = str(case.wanted.values.get(concept) or "")
    now = getattr(subject.ticket, concept) or ""
    if kind is ChangeKind.TITLE and not text.strip():
        raise MissingInputError("The title is empty.", hint="Give one.")
    if text == now:
        return already({concept: now})

    def make(use: WritingUse, argument: Argument) -> Conversation[WriteCall]:
        yield from ()
        written = text if kind is ChangeKind.TITLE else marked_up(argument, text)
        return finished(case, use, {argument.path: exactly(argument, written)}, {concept: now}, {concept: text})

    ways = [way for way in ways_to(case, kind, concept) if parts_of(way[1].path).mode == ""]
    titled = subject.title_names()
    if kind is ChangeKind.TITLE:
        ways = ways or _titled_otherwise(case, titled)
    elif any(plain_name(argument.name) in titled for _, argument in ways):
        ways = [way for way in ways if plain_name(way[1].name) not in titled]
        if not ways:
            raise NotOfferedError("The tracker's tickets have one text: their title.", hint="Change the title.")
    what = "changes a title" if kind is ChangeKind.TITLE else "changes a description"
    return (yield from first_possible(ways, make, what))


def _titled_otherwise(case: Case, names: set[str]) -> list[Way]:
    """Where a tracker's tickets have their title under another name, the argument of that name."""
    return [
        (use, argument)
        for use in case.uses
        for argument in use.arguments
        if use.verbs & vocabulary.UPDATING
        and not use.nouns | (use.rest & vocabulary.SELF)
        and use.id_argument
        and plain_name(argument.name) in names
        and not use.identifies(argument)
    ]


# ------------------------------------------------------------------------------ people, priority


def assign(case: Case) -> Conversation[WriteCall]:
    """To somebody, to the user, to nobody."""
    subject = case.about
    wish = case.wanted.values.get("assignee")
    now = subject.ticket.assignee
    before = {"assignee": now}
    if wish is None and not now and not _is_held(subject):
        return already(before)
    name = case.ground.me if wish == "me" and case.ground.me else wish
    if isinstance(name, str) and _has_it_alone(subject, name):
        return already(before)
    taken = None if wish is not None else next(_takes_away(case), None)
    if taken is not None:
        found = yield from person(case, *taken, _sole_person(case, taken[0]))
        return finished(case, taken[0], {taken[1].path: found.value}, before, {"assignee": None})
    own = _alone(case, wish)
    if own is not None:
        who = yield from _present_one(case, own)
        return finished(case, own, who, before, {"assignee": case.ground.me or "me" if wish else None})

    def make(use: WritingUse, argument: Argument) -> Conversation[WriteCall]:
        identity(use, subject)
        if wish is None and parts_of(argument.path).mode == "add":
            raise NotOfferedError(f"The server's {argument.path!r} only adds people.")
        if wish is None:
            found = Found(_nobody(use, argument), "")
        elif "assignee" in case.wanted.picked:
            found = Found(exactly(argument, wish), "")
        else:
            found = yield from person(case, use, argument, str(wish))
        warnings = _replaced(case, use, argument)
        after: dict[str, JsonValue] = {"assignee": found.label or None}
        return finished(case, use, {argument.path: found.value}, before, after, warnings=warnings)

    ways = ways_to(case, ChangeKind.ASSIGN, "person")
    return (yield from first_possible(ways, make, "assigns anybody"))


def _has_it_alone(subject: Subject, name: str) -> bool:
    """Whether the ticket is assigned to whoever is called ``name``, and to nobody else."""
    now = subject.ticket.assignee
    return bool(now) and name.casefold() == str(now).casefold() and len(subject.assignees()) < 2


def _is_held(subject: Subject) -> bool:
    """Whether the answer tells of somebody who has the ticket, though not of their name: ``assigned_user_id``."""
    told = [value for name, value in subject.record.items() if rank_of(parts_of(name).words, "person") is not None]
    return any(not is_nothing(value) and value is not False for value in told)


def _replaced(case: Case, use: WritingUse, argument: Argument) -> list[str]:
    """Who else has the ticket, where what is sent takes the place of them all."""
    everybody = case.about.assignees()
    if len(everybody) < 2 or parts_of(argument.path).mode == "add" or use.verbs & vocabulary.ADDING:
        return []
    return [f"Assigned now: {', '.join(everybody)}. What is sent takes the place of them all; it cannot be undone."]


def _alone(case: Case, wish: JsonValue) -> WritingUse | None:
    """A tool that needs no name: one that assigns whoever is logged in, or one that unassigns."""
    verbs = vocabulary.ASSIGNING if wish == "me" else vocabulary.UNASSIGNING if wish is None else frozenset()
    for use in case.uses:
        takes_away = vocabulary.REMOVING if wish is None and use.nouns & vocabulary.PERSON_NOUNS else frozenset()
        is_so = bool(use.verbs) and use.verbs <= verbs | takes_away and use.id_argument is not None
        if is_so and not use.nouns - vocabulary.PERSON_NOUNS and bool(use.rest & vocabulary.SELF) == (wish == "me"):
            return use
    return None


def _present_one(case: Case, use: WritingUse) -> Conversation[dict[str, JsonValue]]:
    """Who has the ticket, where a tool that unassigns has to be told; one alone, as it takes no more away.

    Raises:
        NotOfferedError: several have it.
    """
    argument = next((one for one in use.arguments if one.required and meaning_of(one, "account") is not None), None)
    if argument is None:
        return {}
    found = yield from person(case, use, argument, _sole_person(case, use))
    return {argument.path: found.value}


def _sole_person(case: Case, use: WritingUse) -> str:
    """Who has the ticket.

    Raises:
        NotOfferedError: it is not one person, by name.
    """
    who = case.about.ticket.assignee
    if who is None or len(case.about.assignees()) > 1:
        raise NotOfferedError(f"The tool {use.tool.name!r} takes the ticket away from one person at a time.")
    return who


def _takes_away(case: Case) -> Iterator[Way]:
    """The arguments by which a tool that updates takes people away: ``remove_assignees``."""
    for use in case.uses:
        argument = use.taking("person", "remove")
        if argument is not None and use.verbs & vocabulary.UPDATING and not use.nouns and use.id_argument is not None:
            yield use, argument


def _nobody(use: WritingUse, argument: Argument) -> JsonValue:
    """What an argument for people takes for nobody."""
    text = f"{about(argument, use.tool)} {use.about}"
    says_null = argument.required or "default" not in argument.schema or _NULL.search(text)
    is_left_out = re.search(r"\b(?:null|none)s?\b[^.\n]{0,40}\b(?:omit|ignor|unchanged|keep)", text, re.IGNORECASE)
    if takes_null(argument) and says_null and not is_left_out:
        return None
    if argument.takes_list:
        return exactly(argument, [])
    if takes_text(argument) and re.search(r"\bempty\b", text, re.IGNORECASE):
        return exactly(argument, "")
    word = _WORD_FOR_NOBODY.search(about(argument, use.tool)) or _QUOTED_NOBODY.search(use.about)
    if word is not None and not is_left_out:
        return exactly(argument, next(filter(None, word.groups())))
    raise NotOfferedError(
        f"The server's {argument.path!r} does not say what it takes for nobody.",
        hint=f"`--field {argument.path}=VALUE` sends a value as it is.",
    )


def can_unassign(case: Case) -> bool:
    """Whether a tool takes the case's ticket away from whoever has it."""
    if _alone(case, None) is not None or any(_takes_away(case)):
        return True
    for use, argument in ways_to(case, ChangeKind.ASSIGN, "person"):
        if parts_of(argument.path).mode == "add":
            continue
        try:
            _nobody(use, argument)
        except NotOfferedError:
            continue
        return True
    return False


def priority(case: Case) -> Conversation[WriteCall]:
    """Another priority."""
    subject, wish = case.about, str(case.wanted.values.get("priority") or "")
    now = subject.ticket.priority
    if not wish.strip():
        raise MissingInputError("The priority is empty.", hint="Give one.")
    if now and plain(now) == plain(wish):
        return already({"priority": now})

    def make(use: WritingUse, argument: Argument) -> Conversation[WriteCall]:
        identity(use, subject)
        if "priority" in case.wanted.picked:
            found = Found(exactly(argument, case.wanted.values.get("priority")), wish)
        else:
            found = yield from choose(case, use, argument, "priority", wish)
        return finished(case, use, {argument.path: found.value}, {"priority": now}, {"priority": found.label})

    return (yield from first_possible(ways_to(case, ChangeKind.PRIORITY, "priority"), make, "changes a priority"))


KINDS: Mapping[ChangeKind, Callable[[Case], Conversation[WriteCall]]] = {
    ChangeKind.COMMENT: comments.comment,
    ChangeKind.STATUS: statuses.status,
    ChangeKind.CLOSE: statuses.close,
    ChangeKind.REOPEN: statuses.reopen,
    ChangeKind.ASSIGN: assign,
    ChangeKind.PRIORITY: priority,
    ChangeKind.LABELS: labels.change,
    ChangeKind.TITLE: text_field,
    ChangeKind.DESCRIPTION: text_field,
    ChangeKind.CREATE: creating.create,
    ChangeKind.LINK: linking.link,
    ChangeKind.LOG_WORK: creating.log_work,
}
