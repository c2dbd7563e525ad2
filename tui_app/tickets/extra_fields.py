"""Extra fields as people read them: what trackers wrap is unwrapped, and what says nothing to a person is left out.

Invariants: nothing here raises, whatever JSON a field holds; no text is JSON; nothing that a ticket's own fields or
its relations show is shown a second time. What is left out is judged by a value's form, never by one tracker's names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from tui_app.tickets.dates import as_utc
from tui_app.tickets.fields import CALLED, TICKET_FIELDS, TIME_KINDS, FieldKind, TicketField
from tui_app.tickets.json_values import read_json
from tui_app.tickets.ticket import JsonValue, Ticket

_NAME_PARTS = (*CALLED, "identifier", "date", "datetime")
"""What an object is called by, the best first."""
_VALUE_PARTS = ("value", "values", "displayvalue", "displaystring")
"""Members that hold the value where the object's name is only the field's."""
_NO_VALUES = frozenset(("none", "null", "n/a", "unknown", "undefined"))
_SAYS_NOTHING = re.compile(r"[\W_]*|0+(?:\.0+)?")
"""Signs alone, or a zero."""
_ID_NAME = re.compile(
    r"(?:^|[_\W])(?i:id|ids|uuid|guid|gid|hash|etag|cursor|token)$|(?<=[a-z0-9])(?:Id|ID|Ids|IDs|Uuid|UUID|Guid|Gid)$"
)
_OPAQUE = re.compile(
    r"(?i:[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}|[0-9a-f]{20,})|(?=\S*\d)(?=\S*[A-Z])(?=\S*[a-z])[\w=+/-]{24,}"
)
"""Identifiers that no person reads: UUIDs, hashes, encoded keys."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}://\S*", re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_TIME_NAME = re.compile(r"date|time|(?:^|[_\W])(?:at|on|ts)$|(?<=[a-z])(?:At|On|Ts)$", re.IGNORECASE)
_EPOCH = re.compile(r"([1-4]\d{9})(?:\d{3})?")
"""Seconds, or milliseconds, since 1970: from 2001 on."""
_JSON_BEGINS = re.compile(r"""\{\s*["'][^"'\n]{0,200}["']\s*:|\[\s*[\[{]""")
"""What only the notation of an object begins with, or a list of them: a text that is cut off, or too long to decode."""
_WRAPPERS = frozenset(("customfields", "customfieldvalues", "fields", "custom", "attributes", "properties"))
"""Names of objects whose members are fields themselves."""
_LONG = 12  # characters; two fields with the same text of that length say the same thing
_MOST_MEMBERS = 12  # of one list or object; more are counted
_DEEPEST = 3  # objects within objects
_LONGEST_JSON = 20_000  # characters of a text that may be JSON
_LONGEST_CAPTION = 60  # characters


class ExtraField(NamedTuple):
    """An extra field to show. ``value`` is text, or a moment that is shown like the ticket's own times."""

    name: str
    """The key in `Ticket.extra`."""
    caption: str
    value: str | datetime


def shown_extras(ticket: Ticket) -> list[ExtraField]:
    """The extra fields of ``ticket`` that say something which its other fields do not, in the tracker's order."""
    shown: list[ExtraField] = []
    known = _KnownTexts(ticket)
    for name, raw in _with_members(ticket.extra):
        caption, value = unwrapped(name, raw)
        if is_identifier(name, value) or _is_of_relations(ticket, value):
            continue
        text = readable(value)
        moment = moment_in(text, name)
        if text and not known.has(name, text, moment) and not known.has(caption, text, moment):
            known.add(name, text)
            shown.append(ExtraField(name, caption, moment or text))
    return shown


def _with_members(extra: Mapping[str, JsonValue]) -> Iterator[tuple[str, JsonValue]]:
    for name, value in extra.items():
        if isinstance(value, Mapping) and _plain(name) in _WRAPPERS:
            yield from value.items()
        else:
            yield name, value


def extra_named(ticket: Ticket, wanted: str) -> JsonValue:
    """The value of the extra field called ``wanted``: its name, or what people see in its place; unwrapped."""
    return next(_values_named(ticket, wanted), None)


def extra_has(ticket: Ticket, wanted: str) -> bool:
    """Whether the ticket has an extra field called that, be it empty."""
    return any(True for _ in _values_named(ticket, wanted))


def _values_named(ticket: Ticket, wanted: str) -> Iterator[JsonValue]:
    extra = ticket.extra
    if wanted in extra:
        yield unwrapped(wanted, extra[wanted])[1]
        return
    plain = _plain(wanted)
    for name, raw in _with_members(extra):
        caption, value = unwrapped(name, raw)
        if plain in (_plain(caption), _plain(name)):
            yield value


def extra_captions(ticket: Ticket) -> Iterator[tuple[str, str, JsonValue]]:
    """Name, caption and value of each extra field."""
    for name, raw in _with_members(ticket.extra):
        yield name, *unwrapped(name, raw)


@lru_cache(1024)
def caption_of(name: str) -> str:
    """``story_points``, ``storyPoints`` and ``fields.story-points`` as people write it: ``Story points``."""
    name = name.rsplit(".", 1)[-1] if " " not in name else name
    if " " in name.strip():
        return name.strip()[:_LONGEST_CAPTION]
    words = _WORDS.findall(name) if any(character.isalpha() for character in name) else ()
    lowered = [word if word.isupper() and len(word) > 1 and not name.isupper() else word.lower() for word in words]
    text = " ".join(lowered)[:_LONGEST_CAPTION]
    return text[:1].upper() + text[1:] if text else name[:_LONGEST_CAPTION]


def unwrapped(name: str, value: JsonValue) -> tuple[str, JsonValue]:
    """Caption and value of a field; ``{"name": "Story points", "value": 5}`` brings its own caption along."""
    value = _decoded(value)
    if isinstance(value, dict):
        own, inner = _part(value, ("name", "displayname", "label", "title")), _inner_value(value)
        if isinstance(own, str) and own.strip() and inner:
            return caption_of(own), inner[0]
    return caption_of(name), value


def readable(value: JsonValue, depth: int = 0) -> str:
    """``value`` as a person reads it; empty where it says nothing: empty, zero, false, an id, a program's address."""
    value = _decoded(value)
    if value is None or value is False or value == 0:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, str):
        text = value.strip()
        is_noise = text.casefold() in _NO_VALUES or any(
            form.fullmatch(text) for form in (_SAYS_NOTHING, _OPAQUE, _ADDRESS)
        )
        is_noise = is_noise or bool(_JSON_BEGINS.match(text))
        return "" if is_noise else text
    if isinstance(value, (int, float)):
        return _number(value)
    if depth > _DEEPEST:
        return ""
    if isinstance(value, list):
        return _list(value, depth)
    return _object(value, depth)


def is_opaque(text: str) -> bool:
    """Whether ``text`` is an identifier that no person reads."""
    return bool(_OPAQUE.fullmatch(text))


def moment_in(text: str, name: str = "") -> datetime | None:
    """The moment that ``text`` is as a whole; None where it is anything else, a day without a time too.

    Bare seconds since 1970 are one only in a field whose ``name`` is a time's.
    """
    seconds = _EPOCH.fullmatch(text)
    if seconds and _TIME_NAME.search(name):
        return datetime.fromtimestamp(int(seconds[1]), UTC)
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return as_utc(datetime.fromisoformat(text))
    except ValueError:
        return None


def _inner_value(value: Mapping[str, JsonValue]) -> list[JsonValue]:
    """The member that is the object's value, in a list; an empty list where it has none."""
    names = {_plain(name): name for name in value}
    return [value[names[part]] for part in _VALUE_PARTS if part in names][:1]


def _part(value: Mapping[str, JsonValue], parts: Iterable[str]) -> JsonValue:
    """The first of ``parts`` (plain names) that ``value`` has."""
    index = {_plain(name): member for name, member in value.items() if member not in (None, "")}
    return next((index[part] for part in parts if part in index), None)


def _list(values: list[JsonValue], depth: int) -> str:
    texts = list(dict.fromkeys(filter(None, (readable(value, depth + 1) for value in islice(values, 500)))))
    between = "; " if any(", " in text for text in texts) else ", "
    more = f" and {len(texts) - _MOST_MEMBERS} more" if len(texts) > _MOST_MEMBERS else ""
    return between.join(texts[:_MOST_MEMBERS]) + more


def _object(value: Mapping[str, JsonValue], depth: int) -> str:
    """An object by its name; a page of a list by the list; any other by its members."""
    own = _part(value, _NAME_PARTS)
    if isinstance(own, (str, int, float)) and not isinstance(own, bool):
        return readable(own, depth + 1)
    if isinstance(own, Mapping):
        return readable(own, depth + 1)
    lists = [member for member in value.values() if isinstance(member, list)]
    others = [member for member in value.values() if isinstance(member, (str, Mapping)) and member]
    if len(lists) == 1 and not others:
        return readable(lists[0], depth + 1)
    texts = [(caption_of(name), text) for name, text in islice(_members(value, depth), _MOST_MEMBERS)]
    if len(texts) == 1 and texts[0][1].isdecimal():
        return texts[0][1]  # {"watchCount": 3} within "watches" is how many
    return ", ".join(f"{caption[:1].lower()}{caption[1:]} {text}" for caption, text in texts)


def _members(value: Mapping[str, JsonValue], depth: int) -> Iterator[tuple[str, str]]:
    for name, member in value.items():
        text = "" if is_identifier(name, member) else readable(member, depth + 1)
        if text:
            yield name, text


def _decoded(value: JsonValue) -> JsonValue:
    """A text that is JSON of an object or a list, decoded."""
    if isinstance(value, str) and value[:1] in ("{", "[") and value[-1:] in ("}", "]") and len(value) <= _LONGEST_JSON:
        try:
            decoded = read_json(value)
        except ValueError:
            return value
        return decoded if isinstance(decoded, (dict, list)) else value
    return value


def _number(value: float) -> str:
    try:
        if isinstance(value, int):
            return str(value)
        return f"{value:.0f}" if value % 1 == 0 else f"{value:.4g}" if abs(value) < 1 else f"{value:.12g}"
    except (ValueError, OverflowError):
        return "a very large number"


@lru_cache(1024)
def _plain(name: str) -> str:
    return "".join(character for character in name if character.isalnum()).casefold()


def is_identifier(name: str, value: JsonValue) -> bool:
    """Whether a field is a database's key: its name says so, and its value is no words."""
    if not _ID_NAME.search(name):
        return False
    if isinstance(value, list):
        return all(is_identifier(name, member) for member in value)
    return value is None or isinstance(value, (int, float)) or (isinstance(value, str) and " " not in value.strip())


def _is_of_relations(ticket: Ticket, value: JsonValue) -> bool:
    """Whether everything that ``value`` names is among the ticket's relations."""
    if not ticket.relations:
        return False
    ids = {relation.id.casefold() for relation in ticket.relations}
    ids |= {str(key).casefold() for relation in ticket.relations for key in relation.lookup.values()}
    found = list(_identities(value, 0))
    return bool(found) and all(any(str(one).casefold() in ids for one in own) for own in found)


def _identities(value: JsonValue, depth: int) -> Iterator[list[Any]]:
    """For each object (or bare id) in ``value`` whatever may be its id."""
    if isinstance(value, list):
        for member in islice(value, 200):
            yield from _identities(member, depth)
    elif isinstance(value, Mapping):
        lists = [member for member in value.values() if isinstance(member, list) and member]
        nested = [member for member in value.values() if isinstance(member, Mapping)]
        own = [
            member for name, member in value.items() if isinstance(member, (str, int)) and not isinstance(member, bool)
        ]
        if lists and depth < _DEEPEST and _part(value, _NAME_PARTS) is None:
            yield from _identities(lists[0], depth + 1)
        else:
            within = (member for part in nested for member in part.values() if isinstance(member, (str, int)))
            yield [*own, *within]
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield [value]


# ------------------------------------------------------------------ nothing twice


class _KnownTexts:
    """What is shown of a ticket so far."""

    def __init__(self, ticket: Ticket) -> None:
        self._fields: list[tuple[TicketField, str]] = []
        self._moments: set[datetime] = set()
        for field in TICKET_FIELDS:
            value: Any = getattr(ticket, field.name)
            if field.kind in TIME_KINDS and value:
                self._moments.add(as_utc(value))
            elif isinstance(value, str) and value:
                self._fields.append((field, value.strip().casefold()))
            elif field.kind is FieldKind.LABELS and value:
                self._fields.append((field, ", ".join(value).casefold()))
        self._id = ticket.id.casefold()
        self._shown: set[tuple[str, str]] = set()

    def add(self, name: str, text: str) -> None:
        self._shown.add((_stem(name), text.casefold()))

    def has(self, name: str, text: str, moment: datetime | None) -> bool:
        """Whether ``text``, of the extra field ``name``, is shown already."""
        if moment in self._moments:
            return True
        folded, stem = text.casefold(), _stem(name)
        if (stem, folded) in self._shown or folded.lstrip("#!") == self._id or folded.endswith(f"#{self._id}"):
            return True
        return any(self._repeats(field, known, _plain(name), stem, folded) for field, known in self._fields)

    def _repeats(self, field: TicketField, known: str, plain: str, stem: str, text: str) -> bool:
        """Whether an extra field repeats ``field``: by its name, unless it lists more; or by a text that both have."""
        if stem in (_stem(field.name), _stem(field.caption)) and not (", " in text and field.kind is FieldKind.PERSON):
            return True
        if text != known:
            return False
        named = any(plain.startswith(word) or plain.endswith(word) for word in field.words if len(word) > 1)
        return named or len(text) >= _LONG


def _stem(name: str) -> str:
    """``assignees``, ``assignee_id`` and ``Assignee name`` have one stem."""
    plain = _plain(name)
    for ending in ("name", "label", "value", "id", "text"):
        if plain.endswith(ending) and len(plain) > len(ending) + 3:
            plain = plain.removesuffix(ending)
    return plain.removesuffix("s") if len(plain) > 3 else plain
