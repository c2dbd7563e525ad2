"""From the arguments that a change means to the whole call: the ticket's id, where it lies, locks, what must be kept.

Invariants: a ticket's id is the one that opened it, or its row's own for that argument; no number is cut out of an id.
Nothing is sent that was not asked for, but what the tool requires and what it would otherwise overwrite.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from tui_app.adapters.auto.calls import by_path
from tui_app.adapters.auto.flat_arguments import Argument, about, nested, with_required_objects
from tui_app.adapters.auto.id_argument import id_values
from tui_app.adapters.base import TicketReference
from tui_app.adapters.changing import vocabulary
from tui_app.adapters.changing.meanings import parts_of
from tui_app.adapters.changing.spelling import default_told, exactly, form_field
from tui_app.adapters.changing.subject import KEPT, Subject, kept_by, kept_required
from tui_app.adapters.changing.uses import WritingUse, may_name_ticket
from tui_app.adapters.reading.alike_rows import flattened
from tui_app.adapters.reading.field_names import ID_ADJECTIVES, PLACES, names, plain_name, singular
from tui_app.adapters.reading.field_values import indexed, is_nothing
from tui_app.adapters.safety.rehearsals import is_rehearsal
from tui_app.tickets.changes import ChangeKind, MissingInputError, WantedChange
from tui_app.tickets.errors import NotOfferedError
from tui_app.tickets.redaction import redact
from tui_app.tickets.ticket import JsonValue

_IF_NO = re.compile(r"\brequired (?:if|when|unless) (?:no |neither |there is no )?`?['\"]?(\w+)", re.IGNORECASE)
_REQUIRED = re.compile(r"^\W*required\b(?! (?:if|when|for|unless|by|to|fields))|\(required\)", re.IGNORECASE)
_OTHERWISE = re.compile(r"\b[A-Z]{2,}-\d+|identifier|\bkeys?\b|human|\bnumber|readable|\bpath\b", re.IGNORECASE)
"""Said of an id that may be the one that people use."""
_LOCKS = ("version", "lockversion", "revision", "etag", "rev", "ifmatch")
_LOCKING = re.compile(r"lock|conflict|concurren|optimistic|expected|current version|stale|meanwhile", re.IGNORECASE)
_QUIET = frozenset(names("limit offset page perpage format brief compact fields verbose returnfields"))
_SIMPLE = (str, int, float)


class Filled(Struct, frozen=True):
    """The arguments of a call, and what is to be said of them."""

    arguments: dict[str, JsonValue]
    defaults: dict[str, JsonValue] = field(default_factory=dict)
    kept: dict[str, JsonValue] = field(default_factory=dict)


def plain_argument(argument: Argument) -> str:
    """An argument's name without what only says how an id is written: ``storyPublicId`` is ``storyid``."""
    return "".join(word for word in argument.words if word not in ID_ADJECTIVES)


def identity(use: WritingUse, subject: Subject) -> dict[str, JsonValue]:
    """The ticket's id as the tool takes it, by path.

    Raises:
        NotOfferedError: the row has none that fits.
    """
    argument = use.id_argument
    if argument is None:
        raise NotOfferedError(f"The tool {use.tool.name!r} takes no ticket.")
    for value in _identities(argument, subject):
        try:
            return {argument.path: exactly(argument, value)}
        except MissingInputError:
            continue
    raise NotOfferedError(
        f"The tool {use.tool.name!r} wants {argument.path!r}, and nothing of {subject.reference.id} is that.",
        hint="No number is cut out of an id: it might be another ticket's.",
    )


def _identities(argument: Argument, subject: Subject) -> Iterator[JsonValue]:
    """What may be the ticket's id in ``argument``, the surest first."""
    for call in subject.calls[:1]:
        opened = {plain_name(name): value for name, value in by_path(call.arguments).items()}
        for name in (plain_name(argument.name), plain_name(argument.name).removesuffix("s")):
            if isinstance(opened.get(name), _SIMPLE):
                yield opened[name]
    lookup = {**subject.reference.lookup, **subject.ticket.lookup}
    named = {plain_name(name): value for name, value in lookup.items()}
    if plain_argument(argument) in named:
        yield named[plain_argument(argument)]
    own = _row_id(argument, subject)
    if own:
        yield own
    typed = subject.reference.id
    opens = any(typed in call.arguments.values() for call in subject.calls[:1])
    reference = TicketReference(typed if opens else subject.ticket.id or typed, lookup)
    for value in id_values(argument, reference):
        if value is None or isinstance(value, (dict, list)):
            continue
        yield value.lstrip("#") if isinstance(value, str) else value


def _row_id(argument: Argument, subject: Subject) -> str:
    """The row's own ``id`` where an argument wants an id, and no more is said of it than that."""
    if argument.words[-1:] not in (("id",), ("ids",)) or _OTHERWISE.search(argument.description):
        return ""
    for value in (indexed(subject.record).get("id"), subject.ticket.lookup.get("id")):
        if isinstance(value, str) and not value.isdecimal() and value != subject.reference.id:
            return value
    return ""


def known(argument: Argument, subject: Subject | None, constants: Mapping[str, JsonValue]) -> JsonValue:
    """What is known for an argument that is not about the change itself: where the ticket lies; None: nothing is."""
    for name in (argument.path, argument.name):
        if name in constants:
            return constants[name]
    if subject is None:
        return None
    wanted = plain_argument(argument)
    opened = {plain_name(k): v for call in subject.calls[:1] for k, v in by_path(call.arguments).items()}
    named = {plain_name(k): v for k, v in {**subject.ticket.lookup, **subject.reference.lookup}.items()}
    if may_name_ticket(argument) or len(argument.words) > 1:  # the ``id`` of a person is not the ticket's
        if plain_name(argument.name) in opened:
            return opened[plain_name(argument.name)]
        if isinstance(named.get(wanted), _SIMPLE):
            return named[wanted]
    words = set(argument.words)
    if not words & PLACES and not parts_of(argument.path).is_id:
        return None
    return _of_record(argument, wanted, subject)


def _of_record(argument: Argument, wanted: str, subject: Subject) -> JsonValue:
    index = indexed(flattened(subject.record))
    if isinstance(index.get(wanted), _SIMPLE):
        return index[wanted]
    parts = parts_of(argument.path)
    if parts.is_id and isinstance(index.get(f"id{parts.core}"), _SIMPLE):
        return index[f"id{parts.core}"]
    holder = index.get(parts.core)
    if isinstance(holder, Mapping):
        inner = indexed(holder)
        last = argument.words[-1]
        return next((inner[name] for name in (last, "id", "key", "name") if isinstance(inner.get(name), _SIMPLE)), None)
    if not parts.is_id and parts.core == "project":
        return subject.ticket.project
    if parts.core == "project" and argument.words[-1] == "key":
        return subject.ticket.project
    return None


def complete(
    use: WritingUse,
    kind: ChangeKind,
    values: Mapping[str, JsonValue],
    wanted: WantedChange,
    subject: Subject | None,
    constants: Mapping[str, JsonValue],
    nouns: frozenset[str],
    patches: bool = False,
) -> Filled:
    """The whole call that sends ``values`` (by path). ``patches``: the tool is known to keep what is not sent.

    Raises:
        MissingInputError: something that the tool requires is not known, or an answer does not fit.
        NotOfferedError: it would overwrite what nobody can put back.
    """
    sent: dict[str, JsonValue] = {**use.variant.constants, **values}
    for name, answer in wanted.answers.items():
        argument = use.named(name)
        if argument is None:
            raise MissingInputError(
                f"The tool {use.tool.name!r} has no argument {name!r}.",
                hint=f"It has: {', '.join(a.path for a in use.arguments)}.",
            )
        sent.setdefault(argument.path, _answered(argument, answer))
    _in_earnest(use, sent)
    _lock(use, sent, subject)
    kept = {} if subject is None else kept_required(use, sent, subject)
    sent |= kept
    lacking = [argument for argument in use.arguments if not _fill(argument, use, sent, subject, constants, nouns)]
    lacking += [argument for argument in _said_required(use, sent) if argument not in lacking]
    _refuse(lacking, use)
    if subject is not None and not patches:
        kept |= kept_by(use, kind, sent, subject)
    sent |= kept
    _refuse_private(sent)
    tree = with_required_objects(nested(sent), use.tool.input_schema, use.tool.input_schema)
    tree |= {path: [tree[path]] for path in use.listed if path in tree}
    tree |= {path: json.dumps(tree[path]) for path in use.json_texts if isinstance(tree.get(path), dict)}
    return Filled(tree, _defaults(use, sent), kept)


def _refuse_private(sent: Iterable[str]) -> None:
    private = next((path for path in sent for part in path.split(".") if not redact({part: "x"})), None)
    if private is not None:
        raise NotOfferedError(f"The tool wants {private!r}, which is private.", hint="Private fields are never sent.")


def _answered(argument: Argument, answer: JsonValue) -> JsonValue:
    if isinstance(answer, str) and argument.takes_list and not argument.takes_scalar and not answer.startswith("["):
        return exactly(argument, [answer])
    return exactly(argument, answer)


def _fill(
    argument: Argument,
    use: WritingUse,
    sent: dict[str, JsonValue],
    subject: Subject | None,
    constants: Mapping[str, JsonValue],
    nouns: frozenset[str],
) -> bool:
    """Put what is known for ``argument`` into ``sent``; False where the tool needs it and nothing is known."""
    if argument.path in sent:
        return True
    if argument.path in constants or argument.name in constants:
        sent[argument.path] = exactly(argument, known(argument, None, constants))
        return True
    if not (argument.is_needed(sent) or use.locates(argument)) or any(
        path.startswith(f"{argument.path}.") for path in sent
    ):
        return True
    value = known(argument, subject, constants)
    if value is None and len(argument.values) == 1:
        value = argument.values[0]
    if value is None and argument.words[-1:] == ("type",):
        own = [choice for choice in argument.values if str(choice).casefold() in nouns]
        value = own[0] if len(own) == 1 else None
    if value is not None and value != "":
        try:
            sent[argument.path] = exactly(argument, value)
        except MissingInputError:
            return False
        return True
    return argument.default is not None or not argument.is_needed(sent)


def _said_required(use: WritingUse, sent: Mapping[str, JsonValue]) -> list[Argument]:
    """Arguments that are required in words only."""
    lacking: list[Argument] = []
    for argument in use.arguments:
        if argument.path in sent or argument.default is not None or "." in argument.path:
            continue
        text = about(argument, use.tool)
        other = _IF_NO.search(text)
        instead = use.named(other[1]) if other else None
        if instead is not None:
            if instead.path not in sent:
                lacking.append(argument)
        elif _REQUIRED.search(text) and not argument.required:
            lacking.append(argument)
    for pair in use.alternatives:
        if not any(one.path in sent for one in pair):
            lacking += [one for one in pair if one not in lacking]
    return lacking


def _refuse(lacking: Sequence[Argument], use: WritingUse) -> None:
    _refuse_private([argument.path for argument in lacking])
    if lacking:
        lacked = ", ".join(argument.path for argument in lacking)
        example = " ".join(f"--field {argument.path}=.." for argument in lacking[:3])
        raise MissingInputError(
            f"The tool {use.tool.name!r} needs {lacked}.",
            fields=tuple(form_field(argument, required=True) for argument in lacking),
            hint=f"Say it: {example}; or for all: [profiles.NAME.map] arguments = {{ {lacking[0].path} = .. }}",
        )


def _in_earnest(use: WritingUse, sent: dict[str, JsonValue]) -> None:
    """A tool that only tries what it would do, unless it is told otherwise, is told so."""
    for argument in use.arguments:
        if argument.path in sent or not is_rehearsal(argument.name) or "boolean" not in argument.kinds:
            continue
        text = about(argument, use.tool)
        told = argument.default if argument.default is not None else default_told(text)
        is_said = re.search(
            rf"{re.escape(argument.name)}\W{{0,5}}false|by default", f"{text} {use.about}", re.IGNORECASE
        )
        if argument.required or str(told).casefold() == "true" or (told is None and is_said):
            sent[argument.path] = False


def _lock(use: WritingUse, sent: dict[str, JsonValue], subject: Subject | None) -> None:
    """The version that was read, where the tool takes one."""
    if subject is None:
        return
    index = indexed(flattened(subject.record))
    for argument in use.arguments:
        name = plain_name(argument.name)
        bare = name.replace("expected", "").replace("current", "")
        if argument.path in sent or not (name in _LOCKS or bare in _LOCKS or ("expected" in name and bare in index)):
            continue
        if name == "version" and not _LOCKING.search(about(argument, use.tool)) and "integer" not in argument.kinds:
            continue
        told = [
            meaning
            for meaning in KEPT
            if any(singular(word) in vocabulary.MEANINGS[meaning] for word in argument.words)
        ]
        if told and not any(_sends(meaning, use, sent) for meaning in told):
            continue
        known_as = (name, bare, "version", "lockversion", *(("etag",) if bare == "ifmatch" else ()))
        value = next((index[n] for n in known_as if isinstance(index.get(n), _SIMPLE)), None)
        if value is not None:
            sent[argument.path] = exactly(argument, value)


def _sends(meaning: str, use: WritingUse, sent: Mapping[str, JsonValue]) -> bool:
    return any(argument.path in sent for _, argument in use.all_taking(meaning))


def _defaults(use: WritingUse, sent: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """What the server takes for arguments that are left out, but for what only shapes its answer."""
    found: dict[str, JsonValue] = {}
    for argument in use.arguments:
        is_on = not is_nothing(argument.default) and argument.default is not False
        if argument.path not in sent and is_on and plain_name(argument.name) not in _QUIET:
            found[argument.path] = argument.default
    return found
