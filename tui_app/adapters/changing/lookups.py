"""What has an id, by what people call it: from the answers of tools that list it, and from tickets that were read.

Invariant: a name means what it names exactly (but for case); part of a name names nobody. Of several that are called
the same none is taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from tui_app.adapters.auto.flat_arguments import Argument
from tui_app.adapters.auto.tool_variants import ToolVariant
from tui_app.adapters.auto.words import VALUE_NOUNS
from tui_app.adapters.changing import vocabulary
from tui_app.adapters.changing.meanings import parts_of
from tui_app.adapters.reading import payloads, plain_text, word_of
from tui_app.adapters.reading.field_names import ID_WORDS, names, plain_name, singular
from tui_app.adapters.reading.field_values import indexed
from tui_app.adapters.safety.verbs import means_reading, split_words
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.changes import Choice, FormField
from tui_app.tickets.fields import CALLED
from tui_app.tickets.ticket import JsonValue

_IDS = names("id accountid gid uuid iid sysid userid memberid statusid stateid labelid number")
_BESIDE = frozenset(names("profile user member account attributes fields person to tostatus"))
_USERS = [noun for noun, meant in VALUE_NOUNS.items() if meant == "assignee"]
_PEOPLE = frozenset((*_USERS, *map(singular, _USERS), *names("people assignable collaborators agents operators")))
_PARTS_OF_NAMES = ("firstname", "lastname")
_EMAILS = ("email", "emailaddress", "mail")
_LOGINS = ("username", "login", "mentionname", "handle", "nickname", "name")
_DEEPEST = 6
_OWN_USER = re.compile(r"\b(?:current|authenticated|logged[ -]in)\b.{0,20}\buser\b", re.IGNORECASE)
_MOST_ENTRIES = 5000
_OTHER = frozenset(names("permissions permission preferences activity stats notifications workload roles"))


class Named(Struct, frozen=True):
    """One thing in an answer: its plain names to their values."""

    values: Mapping[str, JsonValue]

    @property
    def called(self) -> tuple[str, ...]:
        """What it is called, the best name first."""
        others = (
            name for name in self.values if name.endswith(("name", "label", "key")) and name not in _PARTS_OF_NAMES
        )
        found = (self.values.get(name) for name in (*CALLED, "slug", *others))
        whole = " ".join(str(self.values[part]) for part in _PARTS_OF_NAMES if self.values.get(part))
        said = [str(value) for value in found if isinstance(value, (str, int)) and str(value).strip()]
        return tuple(dict.fromkeys([*said, *([whole] if whole else [])]))

    def id_for(self, argument: Argument) -> JsonValue:
        """Its identifier as ``argument`` calls it, else its plain one."""
        own = plain_name(argument.name)
        for name in (own, own.removesuffix("s"), *_IDS):
            value = self.values.get(name)
            if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value):
                return value
        return None

    def is_called(self, wanted: str) -> bool:
        """Whether one of its names is ``wanted``."""
        folded = wanted.strip().removeprefix("@").casefold()
        names: Iterable[JsonValue] = self.called if "@" not in folded else self.values.values()  # whatever its name
        return any(str(name).strip().removeprefix("@").casefold() == folded for name in names)


def entries(values: Iterable[JsonValue]) -> list[Named]:
    """Everything in ``values`` that has names, at any depth."""
    found: list[Named] = []
    for value in values:
        for entry in _walk(value, 0):
            found.append(entry)
            if len(found) >= _MOST_ENTRIES:
                return found
    return found


def entries_of(result: CallToolResult) -> list[Named]:
    """Everything in an answer that has names; a list of bare words is a list of names."""
    found = entries(payloads(result))
    if found:
        return found
    words = [value for payload in payloads(result) for value in _words(payload)]
    if words:
        return [Named({"name": word}) for word in words]
    lines = (match for line in plain_text(result).splitlines() if (match := _NAMED_LINE.match(line)))
    return [Named({"name": match["name"].strip(" *`:-"), "id": match["id"]}) for match in lines]


def _words(payload: JsonValue) -> Iterator[str]:
    return bare_words([payload] if isinstance(payload, list) else payload.values() if isinstance(payload, dict) else ())


def bare_words(values: Iterable[JsonValue]) -> Iterator[str]:
    """The words in those of ``values`` that are lists."""
    for value in values:
        if isinstance(value, list):
            yield from (item for item in value if isinstance(item, str))


def _walk(value: JsonValue, depth: int) -> Iterator[Named]:
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        own = {plain_name(name): inner for name, inner in value.items() if not isinstance(inner, (dict, list))}
        for name, inner in value.items():
            if plain_name(name) in _BESIDE and isinstance(inner, Mapping):
                beside = {plain_name(n): v for n, v in inner.items() if not isinstance(v, (dict, list))}
                own = {**beside, **own} if plain_name(name) in ("profile", "attributes", "fields") else own
        if any(name in own for name in CALLED):
            yield Named(own)
        for inner in value.values():
            yield from _walk(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, depth + 1)


def called(wanted: str, found: Sequence[Named]) -> list[Named]:
    """Those of ``found`` that are called ``wanted``."""
    return [entry for entry in found if entry.is_called(wanted)]


def people_tools(variants: Sequence[ToolVariant]) -> list[ToolVariant]:
    """The tools that list or find people, those that can be assigned first."""
    return _by_nouns(variants, _PEOPLE, needs=True)


def self_tools(variants: Sequence[ToolVariant]) -> list[ToolVariant]:
    """The tools that say who the user is."""
    found = []
    for variant in variants:
        said = [word for word in variant.words if not means_reading(word)]
        alone = (
            "whoami" in variant.words
            or {"who", "am"} <= set(said)
            or (
                bool({"current", "me", "myself", "self", "viewer", "authenticated", "my"} & set(said))
                and bool({"user", "me", "myself", "account", "profile", "viewer", "self", "member", "info"} & set(said))
            )
        )
        alone = alone or ("user" in said and "users" not in said and bool(_OWN_USER.search(variant.tool.description)))
        if (
            alone
            and not any(argument.required for argument in variant.arguments)
            and not _OTHER & set(said)
            and not {"issues", "tickets", "tasks", "bugs", "assigned"} & set(said)
        ):
            found.append(variant)
    return sorted(found, key=lambda variant: len(variant.words))


def listing_tools(variants: Sequence[ToolVariant], nouns: frozenset[str]) -> list[ToolVariant]:
    """The tools that list what ``nouns`` name (``status``, ``states``), those that need something first."""
    return _by_nouns(variants, nouns, needs=True)


def referred_to(variants: Sequence[ToolVariant], text: str) -> list[ToolVariant]:
    """The tools that a description names, of which each tells everything that it has at once: ``see get_metadata``."""
    return [
        one for one in variants
        if "_" in one.tool.name and not any(a.required for a in one.arguments)
        and re.search(rf"\b{re.escape(one.tool.name)}\b", text)
    ]  # fmt: skip


def _by_nouns(variants: Sequence[ToolVariant], nouns: frozenset[str], *, needs: bool) -> list[ToolVariant]:
    ranked: list[tuple[int, int, ToolVariant]] = []
    for number, variant in enumerate(variants):
        things = [w for at, w in enumerate(variant.words) if not means_reading(w) or (at and w in nouns)]
        if not nouns & set(things) or _OTHER & set(things) or vocabulary.SELF - {"user"} & set(things):
            continue
        required = sum(argument.required for argument in variant.arguments)
        extra = len([word for word in things if word not in nouns and word not in vocabulary.FILLERS])
        best = -4 if "assignable" in things else 0
        ranked.append((best + extra - (3 if required and needs else 0), number, variant))
    return [variant for _, _, variant in sorted(ranked, key=lambda entry: entry[:2])]


def status_nouns(argument: Argument) -> frozenset[str]:
    """What a tool is called that lists what ``argument`` takes: of ``workflow_state_id`` states and workflows."""
    said = set(split_words(argument.name)) - ID_WORDS - vocabulary.ASIDE
    core = parts_of(argument.path).core
    return frozenset({form for word in {*said, core} if word for form in _forms(word)})


def _forms(word: str) -> tuple[str, ...]:
    plural = f"{word[:-1]}ies" if word.endswith("y") else f"{word}es" if word.endswith("s") else f"{word}s"
    return word, plural


def form_of(entry: Named, forms: frozenset[str]) -> JsonValue:
    """The part of a person's entry that an argument takes: an address or a login."""
    wanted = _EMAILS if forms == {"email"} else _LOGINS if forms == {"login"} else (*_EMAILS, *_LOGINS)
    return next((entry.values[name] for name in wanted if entry.values.get(name)), None)


def payload_rows(result: CallToolResult) -> Iterator[JsonValue]:
    """The values that an answer holds."""
    return payloads(result)


_TO = ("to", "tostatus", "tostate", "target", "targetstatus", "newstatus", "statusname", "toname")
_TRANSITION_LISTS = frozenset(names("transitions availabletransitions allowedtransitions"))
_NAMED_LINE = re.compile(r"^[\s\W]*(?P<name>[^\W_][^(\n|]{0,80}?)\W*\((?:id|ID|Id)\W+(?P<id>[\w-]+)\)")
_LINE = re.compile(
    r"^\W*(?:id\W+)?(?P<id>\d+)\W{1,6}(?P<name>[A-Za-z][^\n(→>]*?)(?:\s*(?:→|->|\(to)\s*(?P<to>[^\n)]+?)\)?)?\s*$",
    re.MULTILINE,
)
_DEEPEST = 5


class Transition(Struct, frozen=True):
    """One way out of a ticket's status. ``to`` is the status that it leads to, empty where nothing says it."""

    id: JsonValue
    name: str
    to: str = ""
    required: tuple[FormField, ...] = ()


def transitions_in(result: CallToolResult) -> tuple[Transition, ...]:
    """The transitions that an answer lists."""
    found = [one for payload in payloads(result) for one in _transitions(payload, 0)]
    if not found:
        lists = under([*payloads(result)], _TRANSITION_LISTS)
        found = [Transition(w, w, w) for one in lists if isinstance(one, list) for w in one if isinstance(w, str)]
    if not found:
        found = [
            Transition(m["id"], m["name"].strip(" *:-"), (m["to"] or "").strip())
            for m in _LINE.finditer(plain_text(result))
        ]
    return tuple({str(one.id): one for one in found}.values())


def _transitions(value: JsonValue, depth: int) -> Iterator[Transition]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for inner in value:
            yield from _transitions(inner, depth + 1)
    elif isinstance(value, Mapping):
        index = indexed(value)
        identity, name = index.get("id"), next((index[word] for word in CALLED if word in index), None)
        if isinstance(identity, (str, int)) and isinstance(name, str):
            to = next((word for key in _TO if (word := word_of(index.get(key), key))), "")
            yield Transition(identity, name, to, tuple(_required(index.get("fields"))))
            return
        for inner in value.values():
            yield from _transitions(inner, depth + 1)


def _required(fields: JsonValue) -> Iterator[FormField]:
    """What has to be filled in before the transition is made."""
    if not isinstance(fields, Mapping):
        return
    for name, spec in fields.items():
        if isinstance(spec, Mapping) and spec.get("required") is True and spec.get("hasDefaultValue") is not True:
            allowed = spec.get("allowedValues")
            words = [word for one in allowed if (word := word_of(one))] if isinstance(allowed, list) else []
            choices = tuple(Choice(word, word) for word in words)
            label = str(spec.get("name") or name)
            yield FormField(name, label, "choice" if choices else "line", required=True, choices=choices, answer=True)


def under(value: JsonValue, names: Collection[str], depth: int = 0) -> Iterator[JsonValue]:
    """The lists and objects that stand in ``value`` under one of ``names`` (plain)."""
    if depth > 6:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if plain_name(name) in names and isinstance(inner, (dict, list)):
                yield inner
            else:
                yield from under(inner, names, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from under(inner, names, depth + 1)
