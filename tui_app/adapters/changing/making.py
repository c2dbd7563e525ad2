"""Making the one call of a change out of the arguments that it means."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from typing import TypeAlias

from msgspec.structs import replace

from tui_app.adapters.auto.calls import by_path
from tui_app.adapters.auto.flat_arguments import Argument
from tui_app.adapters.auto.tool_variants import ToolVariant
from tui_app.adapters.changing import vocabulary
from tui_app.adapters.changing.asking import Case, Conversation
from tui_app.adapters.changing.filling import complete, identity
from tui_app.adapters.changing.meanings import meaning_of
from tui_app.adapters.changing.protocol import WriteCall
from tui_app.adapters.changing.uses import WritingUse, ranked
from tui_app.tickets.changes import ChangeKind, Visibility, WantedChange
from tui_app.tickets.errors import ConfigError, NotOfferedError
from tui_app.tickets.json_values import json_or_none, texts_in
from tui_app.tickets.ticket import JsonValue

_OTHER_MARKUP = (
    "The tracker has this description in another markup than it is shown in here; what is sent replaces that, and what "
    "only its markup can say is lost."
)
Way: TypeAlias = tuple[WritingUse, Argument]
_KEEPS = re.compile(
    r"only (?:\w+ )?(?:the )?"
    r"(?:provided|given|specified|supplied|passed|changed|fields? (?:you|that|to)|parameters? you)"
    r"|(?:un(?:set|specified)|omitted|other) (?:\w+ ){0,2}(?:are|is|stay|remain)s? (?:left )?(?:unchanged|untouched|as)"
    r"|all fields are optional|left unchanged|stay as they are",
    re.IGNORECASE,
)
"""Said by a tool that leaves alone what is not sent, whatever its defaults are."""
WHAT_IT_CAN = "`ticketdeck actions` lists what the server can do."


def finished(
    case: Case,
    use: WritingUse,
    values: Mapping[str, JsonValue],
    before: Mapping[str, JsonValue],
    after: Mapping[str, JsonValue],
    *,
    visibility: Visibility = "",
    warnings: Sequence[str] = (),
    kind: ChangeKind | None = None,
    named: bool = False,
) -> WriteCall:
    """The call that sends ``values`` (by path) about the case's ticket; ``named``: they hold its id already."""
    ground, subject = case.ground, case.subject
    own = identity(use, subject) if subject is not None and not named else {}
    filled = complete(
        use,
        kind or case.wanted.kind,
        {**own, **values},
        case.wanted,
        subject,
        ground.constants,
        ground.nouns,
        patches=use.tool.name in ground.adapter.change_hints.keep or bool(_KEEPS.search(use.about)),
    )
    risks = {"destructive"} if use.is_destructive else set()
    if visibility == "public":
        risks.add("public")
    return WriteCall(
        use.tool.name, filled.arguments, before, after, filled.defaults, filled.kept, tuple(warnings), visibility,
        frozenset(risks),
    )  # fmt: skip


def ways_to(case: Case, kind: ChangeKind, meaning: str) -> list[Way]:
    """The ways to do ``kind``, the best first: the one that the profile's map names, and no other, where it names one.

    Raises:
        ConfigError: the map names a tool or an argument that the server does not have.
    """
    table = case.ground.mapped.get(str(kind))
    if table is None or not table.tool:
        return ranked(kind, case.uses, meaning)
    tool = next((tool for tool in case.ground.server.tools if tool.name == table.tool), None)
    if tool is None:
        raise ConfigError(
            f"[profiles.NAME.map.change.{kind}] names the tool {table.tool!r}, which the server does not have."
        )
    creates = kind is ChangeKind.CREATE
    verbs = vocabulary.CREATING if creates else vocabulary.UPDATING
    use = WritingUse(
        ToolVariant(tool, dict(table.arguments)), verbs, frozenset(), frozenset(), mentions=True, id_path=table.id
    )
    if table.value and use.named(table.value) is None:
        use = replace(use, virtual=(Argument(table.value, {}, {}, None),))
        holder = table.value.split(".")[0]
        texts = [a.path for a in use.arguments if a.path == holder and a.kinds == {"string"}]
        use = replace(use, json_texts=frozenset(texts))
    argument = use.named(table.value) if table.value else use.taking(meaning, "", "add")
    if argument is None or (use.id_argument is None and not creates):
        raise ConfigError(
            f"[profiles.NAME.map.change.{kind}]: {table.tool!r} has no argument that takes "
            f"{'the value' if argument is None else 'the ticket'}.",
            hint=f'Name it: {"value" if argument is None else "id"} = "..". It has: '
            f"{', '.join(one.path for one in use.arguments)}.",
        )
    return [(use, argument)]


def already(before: Mapping[str, JsonValue]) -> WriteCall:
    """Nothing to send: the ticket is so."""
    return WriteCall("", {}, before, before, already=True)


def merged(calls: Sequence[WriteCall]) -> WriteCall:
    """One call that changes what all of ``calls`` do.

    Raises:
        NotOfferedError: they are calls of several tools, or do not agree.
    """
    made = [call for call in calls if not call.already]
    if len(made) < 2:
        return made[0] if made else already({name: value for call in calls for name, value in call.before.items()})
    if len({call.tool for call in made}) > 1:
        raise NotOfferedError("No tool of the server changes all of these at once.", hint="Change one after the other.")
    arguments: dict[str, JsonValue] = {}
    kept: set[str] = set()
    for call in made:
        _merge(arguments, deepcopy(dict(call.arguments)), kept, call.kept)
        kept |= call.kept.keys()
    first, *others = (call.undo for call in made)
    undo: WantedChange | None = None
    if first is not None and all(other is not None for other in others):
        rest = tuple(replace(other, expected={}) for other in others if other is not None)
        expected = {name: value for one in (first, *others) if one for name, value in one.expected.items()}
        undo = replace(first, expected=expected, also=rest)
    sent = by_path(arguments)
    return replace(
        made[0],
        arguments=arguments,
        before={name: value for call in made for name, value in call.before.items()},
        after={name: value for call in made for name, value in call.after.items()},
        defaults={n: value for call in made for n, value in call.defaults.items() if n not in sent},
        kept={name: value for call in made for name, value in call.kept.items() if sent.get(name) == value},
        warnings=tuple(dict.fromkeys(words for call in made for words in call.warnings)),
        risks=frozenset[str]().union(*(call.risks for call in made)),
        undo=undo,
    )


def _merge(
    into: dict[str, JsonValue],
    more: Mapping[str, JsonValue],
    gives_way: Collection[str],
    kept: Collection[str],
    above: str = "",
) -> None:
    """Put the arguments ``more`` into ``into``; what stands there at a path of ``gives_way`` was only to be kept.

    Raises:
        NotOfferedError: both say something else at a path that ``more`` has not ``kept`` either.
    """
    for name, value in more.items():
        path, now = f"{above}{name}", into.get(name)
        if name not in into or (path in gives_way and path not in kept):
            into[name] = value
        elif path in kept or now == value:
            continue
        elif isinstance(now, dict) and isinstance(value, Mapping):
            _merge(now, value, gives_way, kept, f"{path}.")
        elif isinstance(mine := _sole_object(now), dict) and isinstance(its := _sole_object(value), dict):
            _merge(mine, its, gives_way, kept, f"{path}.")
            into[name] = json.dumps(mine) if isinstance(now, str) else [mine]
        else:
            raise NotOfferedError("The fields do not go into one call.", hint="Change one after the other.")


def _sole_object(value: JsonValue) -> JsonValue:
    """The one object of a list, or of a text of JSON."""
    if isinstance(value, list):
        return value[0] if len(value) == 1 else None
    return json_or_none(value) if isinstance(value, str) and value.startswith("{") else None


def first_possible(
    possible: Sequence[Way], make: Callable[[WritingUse, Argument], Conversation[WriteCall]], what: str
) -> Conversation[WriteCall]:
    """The call of the first of ``possible`` that can be made.

    Raises:
        NotOfferedError: none can be called at all.
        MissingInputError: the first that can be called does not take the value.
    """
    refused: NotOfferedError | None = None
    for use, argument in possible:
        try:
            return (yield from make(use, argument))
        except NotOfferedError as error:
            refused = refused or error
    raise refused or NotOfferedError(f"None of the server's tools {what}.", hint=WHAT_IT_CAN)


_BY_FIELD = {
    ChangeKind.STATUS: "status",
    ChangeKind.CLOSE: "status",
    ChangeKind.REOPEN: "status",
    ChangeKind.PRIORITY: "priority",
    ChangeKind.TITLE: "title",
    ChangeKind.DESCRIPTION: "description",
    ChangeKind.ASSIGN: "assignee",
}


def refuse_altered(case: Case, call: WriteCall) -> None:
    """Raises `NotOfferedError` where a text would go back, or be replaced unseen, that is not as the tracker has it."""
    subject = case.subject
    if subject is None or not any(result.altered for result in subject.results):
        return
    typed = frozenset(texts_in([case.wanted.values, case.wanted.answers]))
    concerned = [text for text in texts_in(call.arguments) if text not in typed]
    for name in ("title", "description"):
        if name in call.after:
            concerned += texts_in([call.before.get(name), subject.raw(name)[1]])
    if any(map(subject.is_altered, concerned)):
        raise NotOfferedError(
            "It would write over a text of which a secret or a private part was taken out here.",
            hint="Change it on the tracker itself.",
        )


def told_of_markup(case: Case, call: WriteCall) -> WriteCall:
    """``call``, with a warning where it replaces a description that is not shown here as the tracker has it.

    Raises:
        NotOfferedError: the tracker gave the beginning of the text only; the rest would be lost unseen.
    """
    subject = case.subject
    old = subject.raw("description")[1] if subject is not None else None
    if subject is None or "description" not in call.after or not old:
        return call
    if subject.is_cut("description"):
        raise NotOfferedError(
            "It would replace a description of which the server gave only the beginning.",
            hint="Change it on the tracker itself.",
        )
    if old == subject.ticket.description:
        return call
    return replace(call, warnings=(*call.warnings, _OTHER_MARKUP))


def with_undo(case: Case, call: WriteCall) -> WriteCall:
    """``call`` with what takes it back."""
    subject, wanted = case.subject, case.wanted
    if subject is None or call.already or call.defaults.keys() & {"reason", "resolution"}:
        return call
    undo: WantedChange | None = None
    if wanted.kind is ChangeKind.LABELS:
        before, after = (set(map(str, side)) if isinstance(side, list) else set() for side in _labels(call))
        values: dict[str, JsonValue] = {"add": [*sorted(before - after)], "remove": [*sorted(after - before)]}
        undo = WantedChange(ChangeKind.LABELS, wanted.ticket_id, wanted.lookup, values, expected=dict(call.after))
    elif wanted.kind in _BY_FIELD:
        name = _BY_FIELD[wanted.kind]
        old = call.before.get(name)
        kind = ChangeKind.STATUS if name == "status" else wanted.kind
        clean = name not in subject.ticket.originals and not (name == "assignee" and len(subject.assignees()) > 1)
        if clean and (old or name == "assignee") and not (name == "description" and not _is_raw(case)):
            expected = {k: v for k, v in call.after.items() if v is not None or k == "assignee"}
            undo = WantedChange(kind, wanted.ticket_id, wanted.lookup, {name: old}, expected=expected)
    return replace(call, undo=replace(undo, answers=_needed_again(case, call))) if undo is not None else call


def _needed_again(case: Case, call: WriteCall) -> dict[str, JsonValue]:
    """What was answered because the tool cannot be called without: it needs that to take the change back, too.

    And that it may be a word which no ticket has any more, if this one was the last.
    """
    use = next((use for use in case.uses if use.tool.name == call.tool), None)
    old: dict[str, JsonValue] = {use.takes_new.path: True} if use and use.takes_new and "status" in call.before else {}
    answered = {name: (use.named(name) if use else None, value) for name, value in case.wanted.answers.items()}
    return old | {
        name: value
        for name, (argument, value) in answered.items()
        if argument and argument.required and not any(meaning_of(argument, m) is not None for m in vocabulary.MEANINGS)
    }


def _labels(call: WriteCall) -> tuple[JsonValue, JsonValue]:
    return call.before.get("labels"), call.after.get("labels")


def _is_raw(case: Case) -> bool:
    """Whether a description is as the server has it, not converted from another markup."""
    subject = case.subject
    if subject is None:
        return False
    has, raw = subject.raw("description")
    return has and raw == subject.ticket.description
