"""Which other tickets the fields of a ticket name: its parent, its children, and what it is linked with.

Everything is read by its form: an object, or a list of objects, that has an id of this tracker's shape is a ticket; the
key that it is under, or the words of the link around it, say how the two are related. Invariants: nothing here raises,
whatever JSON it gets; every string is sanitised; a ticket is not its own relation, and none is listed twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice

from msgspec.structs import replace

from tui_app.adapters.reading.field_names import CERTAIN_NAME, TICKET_NOUNS, hints, plain_name
from tui_app.adapters.reading.field_values import Row, indexed, is_nothing, members, rows_of, word_of
from tui_app.tickets.fields import names
from tui_app.tickets.mentions import place_in, same_shape
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import JsonValue, Relation, Ticket

_MOST_RELATIONS = 200  # of one ticket
_LONGEST_ID = 100  # characters
_LONGEST_KIND = 40  # characters
_LONGEST_TITLE = 1000  # characters
_DEEPEST = 3  # objects around a ticket: a page of links, a link, its ticket

_KINDS: Mapping[str, str] = {
    "parent": "parent", "epic": "parent", "child": "child", "sub": "child", "blocker": "blocked by", "block": "blocks",
    "dependent": "required by", "depend": "depends on", "prerequisite": "depends on", "requir": "depends on",
    "relat": "relates", "link": "relates", "duplicat": "duplicates", "dupe": "duplicates", "preced": "precedes",
    "successor": "precedes", "follow": "follows", "predecessor": "follows", "mention": "mentions",
    "references": "mentions",
}  # fmt: skip
"""How one ticket can be related to another, by what the words for it begin with."""
_NOUN = f"(?:{'|'.join(TICKET_NOUNS)})"
_KIND_NAME = re.compile(
    rf"(?:is)?(?:{_NOUN}(?=links?$))?(?P<stem>{'|'.join(_KINDS)})(?P<ending>ren|(?:enc|at|ion)?(?:s|es?|ed|ing|y|ies)?)"
    rf"(?:links?|key)?(?P<noun>{_NOUN}s?)?(?P<way>(?:on)?by|of|to|on|for)?"
)
"""A plain name that speaks of a relation: ``isblockedby``, ``linkedissues``, ``subtaskof``."""
_OTHERWISE = (("requir", "ed"), ("block", ""), ("block", "ed"), ("link", ""), ("follow", ""), ("follow", "ed"))
"""Words that alone are a state, an address, or who follows a ticket."""
_REVERSED = {
    "blocks": "blocked by", "precedes": "follows", "duplicates": "duplicated by", "depends on": "required by",
    "parent": "child",
}  # fmt: skip
_FAMILY = ("parent", "child")
_REVERSED |= {later: earlier for earlier, later in _REVERSED.items()}
_KIND_PARTS = ("relationtype", "linktype", "dependencytype", "type", "relation", "verb", "rel", "kind", "name", "role")
"""What a link object says about its kind."""
_ADDRESS_END = re.compile(
    r"/(?:work_?items?|issues?|tickets?|tasks?|browse|stories|story|bugs?)/([\w-]{1,60})/?$", re.IGNORECASE
)
_NO_ENDS = frozenset(names("linktype relationtype dependencytype fields attributes"))
"""Members of a link that are not the ticket at its end, though they may have an id and a name."""
_DISTINCTIVE = re.compile(r"[A-Za-z][A-Za-z0-9_]*-\d+|[\w.-]+/[\w.-]+[#!]\d+")
"""Ids that are nothing else: ``PAY-142``, ``owner/name#17``."""

Read = Callable[[Row], Ticket]
"""Reads an object as a ticket."""


def relations_of(row: Row, identity: str, read: Read) -> tuple[Relation, ...]:
    """The tickets that the fields of ``row``, whose id is ``identity``, name."""
    finder = _Finder(row, identity, read)
    found = (
        relation
        for name, value in row.items()
        if isinstance(value, (dict, list)) or (value and _named_kind(name))
        for relation in finder.under(name, value, 0)
    )
    return _once(islice(found, _MOST_RELATIONS), identity)


def relations_beside(row: Row, used: Collection[str], identity: str, read: Read) -> tuple[Relation, ...]:
    """Those that a row names in what is not in ``used``, and in its ids and its links."""
    rest = {
        name: value
        for name, value in row.items()
        if not is_nothing(value) and (name not in used or _may_relate(name, value))
    }
    return relations_of(rest, identity, read)


def _may_relate(name: str, value: JsonValue) -> bool:
    known = hints(name)
    return max(known.get("id", 0), known.get("parent", 0)) > 0 or (isinstance(value, list) and "url" in known)


class _Finder:
    """Finds tickets of one tracker in what hangs on one of its tickets."""

    def __init__(self, row: Row, identity: str, read: Read) -> None:
        self._identity = identity
        self._read = read
        ids = (str(row[name]) for name in row if plain_name(name) in ("id", "iid", "key", "gid", "number"))
        self._place, _, number = identity.rpartition("#")
        self._own = {identity, *ids, number} - {""}

    def under(self, name: str, value: JsonValue, depth: int) -> Iterator[Relation]:
        """The tickets in ``value``, which is under the key ``name``."""
        kind = _named_kind(name)
        inner = members(value) if isinstance(value, (dict, list)) else (value,)
        if isinstance(value, dict) and len(inner) == 1 and inner[0] is value:
            lists = [(key, part) for key, part in value.items() if isinstance(part, list) and part]
            if len(lists) == 1 and not self._is_ticket(value, kind):
                inner = lists[0][1] if kind else ()
        for member in islice(inner, _MOST_RELATIONS):
            if isinstance(member, Mapping):
                yield from self._of_object(member, kind, depth)
            elif kind and self._has_shape(member):
                yield Relation(kind, self._whole_id(_id_text(member)))

    def _of_object(self, value: Row, kind: str, depth: int) -> Iterator[Relation]:
        is_link = _is_link(value)
        if not is_link and self._is_ticket(value, kind):
            yield self._relation(_own_kind(value, kind), value)
            return
        linked = list(self._linked(value, kind, depth)) if kind or is_link else []
        yield from linked or (self._by_reference(value, kind) if kind else ())

    def _relation(self, kind: str, value: Row) -> Relation:
        ticket = self._read(value)
        identity = self._whole_id(ticket.id, ticket.url)
        lookup = ticket.lookup if identity == ticket.id else {}  # the whole id leads there
        return Relation(kind or "relates", identity, ticket.title, ticket.status, ticket.url, lookup)

    def _whole_id(self, identity: str, url: str | None = None) -> str:
        """``owner/name#18`` where a ticket of such an id names another by its number alone."""
        if not self._place or not identity.isdecimal():
            return identity
        return f"{place_in(url) or self._place}#{identity}"

    def _linked(self, value: Row, kind: str, depth: int) -> Iterator[Relation]:
        """The tickets within a link: one object, or a list of them, beside the words for its kind."""
        if depth >= _DEEPEST:
            return
        for name, part in value.items():
            if not isinstance(part, (dict, list)) or _is_no_end(name):
                continue
            for member in rows_of((part,) if isinstance(part, dict) else islice(part, _MOST_RELATIONS)):
                if self._is_ticket(member, kind or "relates") and not _is_link(member):
                    yield self._relation(_direction(value, name) or _own_kind(value, kind), member)

    def _by_reference(self, value: Row, kind: str) -> Iterator[Relation]:
        """The ticket that a link names by its id alone, or by its address."""
        words = _own_kind(value, kind)
        ends = [
            (plain_name(name), _id_text(part))
            for name, part in value.items()
            if plain_name(name).endswith(("id", "key", "number")) and plain_name(name) != "id" and self._has_shape(part)
        ]
        others = [(name, end) for name, end in ends if end not in self._own]
        if others:
            mine = next((name for name, end in ends if end in self._own), "")
            backwards = mine.removesuffix("id").endswith(("to", "target", "object", "destination"))
            yield Relation(_REVERSED.get(words, words) if backwards else words, others[0][1])
            return
        for part in value.values():
            match = _ADDRESS_END.search(part) if isinstance(part, str) and len(part) < 2000 else None
            if match and self._has_shape(match[1]):
                yield Relation(words, match[1])
                return
        own = indexed(value).get("id")
        if self._has_shape(own):
            yield Relation(words, _id_text(own), _title(value))

    def _is_ticket(self, value: Row, kind: str) -> bool:
        """Whether an object is a ticket of this tracker: it has such an id and a title; a bare number needs a kind."""
        index = indexed(value)
        identity = next((index[part] for part in ("key", "identifier", "idreadable", "iid", "number", "id", "gid")
                         if self._has_shape(index.get(part))), None)  # fmt: skip
        if identity is None:
            return False
        if not _title(value) and not isinstance(index.get("fields"), Mapping):
            return bool(_DISTINCTIVE.fullmatch(_id_text(identity))) and bool(kind)
        return bool(kind) or bool(_DISTINCTIVE.fullmatch(_id_text(identity)))

    def _has_shape(self, value: JsonValue) -> bool:
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            return False
        text = _id_text(value)
        if not 0 < len(text) <= _LONGEST_ID:
            return False
        return same_shape(text, self._identity) or any(same_shape(text, own) for own in self._own)


def _id_text(value: object) -> str:
    return clean_line(str(value)[: _LONGEST_ID * 2]).strip().removeprefix("#")


def _title(value: Row) -> str:
    index = indexed(value)
    text = next(
        (part for name in ("title", "summary", "subject", "name") if isinstance(part := index.get(name), str)), ""
    )
    return clean_line(text[:_LONGEST_TITLE])


def _is_link(value: Row) -> bool:
    """Whether an object is what leads to a ticket, not the ticket: it has words for its kind and no title."""
    if _title(value):
        return False
    return any(isinstance(part, (dict, list)) and not _is_no_end(name) for name, part in value.items()) and any(
        part in indexed(value) for part in _KIND_PARTS
    )


def _is_no_end(name: str) -> bool:
    """Whether a link's member is a field of the link, or the words for its kind."""
    known = max((hint for field, hint in hints(name).items() if field != "title"), default=0)
    return known > CERTAIN_NAME or plain_name(name) in _NO_ENDS


def _direction(link: Row, end: str) -> str:
    """Of a link with words for both directions the ones that lead to the member ``end``."""
    lead = plain_name(end)
    for part in link.values():
        if isinstance(part, Mapping):
            words = indexed(part)
            for side, text in words.items():
                if isinstance(text, str) and lead.startswith(side) and side not in ("id", "name"):
                    return _kind_of(text)
            if str(link.get("direction", "")).upper() in ("INWARD", "OUTWARD", "BOTH"):
                inward = str(link["direction"]).upper() == "INWARD"
                text = words.get("targettosource" if inward else "sourcetotarget")
                if isinstance(text, str) and text:
                    return _kind_of(text)
    return ""


def _own_kind(value: Row, kind: str) -> str:
    """What a link says of its kind where that is a word for one, else ``kind``."""
    index = indexed(value)
    for part in _KIND_PARTS:
        found = index.get(part)
        if part == "rel" and isinstance(found, str) and "." in found:
            continue
        text = word_of(found)
        if part in ("type", "name", "kind", "role") and (not text or not _named_kind(text)):
            continue
        if text and len(text) < _LONGEST_KIND:
            words = _kind_of(text)
            return kind if kind in _REVERSED and words in _REVERSED and words != "parent" else words
    attributes = index.get("attributes")
    return _own_kind(attributes, kind) if isinstance(attributes, Mapping) else kind


@lru_cache(1000)
def _named_kind(name: str) -> str:
    """The kind of relation that a name, or the words of a link, speak of; empty where they speak of something else."""
    match = _KIND_NAME.fullmatch(plain_name(name))
    if match is None or (match["stem"] == "sub" and not match["noun"]):
        return ""
    if (match["stem"], match["ending"]) in _OTHERWISE and not (match["way"] or match["noun"]):
        return ""
    kind = _KINDS[match["stem"]]
    turned = (match["way"] or "").endswith("by")
    turned |= match["way"] in ("of", "for") and (kind in _FAMILY or match["stem"] == "requir")
    return _REVERSED.get(kind, kind) if turned else kind


def _kind_of(words: str) -> str:
    known = _named_kind(words)
    return known or clean_line(words).strip().lower().replace("_", " ").removeprefix("is ")


def _once(relations: Iterable[Relation], identity: str) -> tuple[Relation, ...]:
    """Each ticket once, with what the fullest of its mentions says."""
    kept: dict[str, Relation] = {}
    for relation in relations:
        key = relation.id.casefold()
        before = kept.get(key)
        if key == identity.casefold() or not relation.id:
            continue
        if before is None or (relation.title and not before.title):
            kept[key] = relation if before is None else replace(relation, kind=before.kind)
    return tuple(kept.values())
