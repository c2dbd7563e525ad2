"""Values whose private name is elsewhere: in an object within theirs, in a definition that they refer to by id, or in a
node before them.

``{"field": {"name": "Salary"}, "value": 1}`` names its field in an object of its own; ``{"idCustomField": 7, "value":
1}`` beside ``{"id": 7, "name": "Salary"}`` refers to it. In trees of nodes, as rich text is kept in data, a node labels
those after it; a node is an object with a ``type`` and text, or further nodes, as in the documents of Jira, Notion and
most editors. Of what is unclear more is taken out, never less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeGuard

from msgspec import Struct, field

from tui_app.tickets.fields import TICKET_FIELDS, FieldKind, names
from tui_app.tickets.private_names import bare_label, stem
from tui_app.tickets.ticket import JsonValue

FIELD_WORDS = frozenset(
    names("field property attribute column parameter param variable customfield definition dimension")
)
"""Words of keys that name a field and nothing else."""
VALUE_WORDS = frozenset(names("value content amount old new before after from to val data removed added text number"))
"""Words of keys that hold the value that another member names."""
DESCRIBING = frozenset(
    names(
        "id key name label type kind color colour icon avatar url uri href link self order position index schema "
        "required searchable orderable navigable custom width align title caption code slug node default format"
    )
)
"""Words of keys that tell more about a name; no value is beside it if there is nothing else."""
KEYS = frozenset((*names("id key gid uuid guid code slug accessor"), "dataindex"))
"""Words of keys that hold how a definition is referred to."""
NAMING = frozenset(names("name title label key caption display")) | FIELD_WORDS
"""Words of keys under which a definition has its name."""
_WORDS = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![^\W\d_A-Z])")
_DIGITS = re.compile(r"\d+")
_LONGEST_KEY = 300  # characters
_MOST_KNOWN_KEYS = 4096  # a server that invents keys must not fill the memory
_DEEPEST_NAMING = 3  # objects within objects that lead to a field's name
_SHOWING = frozenset(("display",))


def words_of_kinds(*kinds: FieldKind) -> frozenset[str]:
    """The words, without their plural, by which a ticket's fields of these kinds are known."""
    return frozenset(stem(word) for row in TICKET_FIELDS if row.kind in kinds for word in row.words)


OF_STATUS = words_of_kinds(FieldKind.STATUS)
OF_TICKETS = words_of_kinds(FieldKind.STATUS, FieldKind.PERSON, FieldKind.PRIORITY, FieldKind.MOMENT)
"""Words of keys that a ticket has, and hardly any definition."""
_ORDINARY = words_of_kinds(*FieldKind) | DESCRIBING | VALUE_WORDS

IsLabel = Callable[[JsonValue], bool]
"""Whether a value is a private name and nothing else."""


class Defined(Struct):
    """What the definitions of an answer say: keys that have a private name, ids of private fields, and keys whose name
    says a private one among other words."""

    keys: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    telling: set[str] = field(default_factory=set)


def words_of(key: str) -> frozenset[str]:
    """The words of a key, in small letters and without their plural."""
    return _known_words(key) if len(key) <= _LONGEST_KEY else _words_in(key)


def _words_in(key: str) -> frozenset[str]:
    return frozenset(map(stem, _WORDS.findall(key)))


_known_words = lru_cache(maxsize=_MOST_KNOWN_KEYS)(_words_in)
"""The rows of an answer have the same keys."""


def defined(value: JsonValue, is_label: IsLabel, tells: IsLabel) -> Defined:
    """What every definition in ``value`` says; ``tells`` is whether a text says a private name among other words."""
    found = Defined()
    waiting = [value]
    while waiting:
        container = waiting.pop()
        if isinstance(container, dict):
            if any(map(is_label, container.values())):
                found.keys.update(_keys_labelled_in(container, is_label))
                found.ids.update(_ids_in(container, is_label))
            if any(map(tells, container.values())):
                found.telling.update(_keys_labelled_in(container, tells))
            waiting.extend(container.values())
        elif isinstance(container, list):
            waiting.extend(container)
    return found


def names_a_field(value: JsonValue, is_label: IsLabel, depth: int = 0) -> bool:
    """Whether an object says which field another value is of, and that is private."""
    if not isinstance(value, dict) or depth > _DEEPEST_NAMING:
        return False
    words = {key: words_of(key) for key in value}
    if any(words[key] & NAMING and _is_called(item, is_label) for key, item in value.items()):
        return not any(found & OF_TICKETS for found in words.values())
    leading = FIELD_WORDS | NAMING | _SHOWING
    return any(words[key] & leading and names_a_field(item, is_label, depth + 1) for key, item in value.items())


def _is_called(name: JsonValue, is_label: IsLabel) -> bool:
    """Whether a name is a private one, in one of its languages: ``"Salary"``, ``{"en": "Salary"}``."""
    return any(map(is_label, name.values())) if isinstance(name, dict) else is_label(name)


def is_value_of(value: Mapping[str, JsonValue], ids: Iterable[str], is_label: IsLabel) -> bool:
    """Whether an object holds the value of a private field that one of its members defines, or refers to by its id."""
    named = [key for key, item in value.items() if _points_to(key, item, ids, is_label)]
    if not named:
        return False
    words = {key: words_of(key) for key in value if key not in named}
    told = frozenset[str]().union(*words.values())
    if any(words_of(key) & FIELD_WORDS for key in named):
        return bool(told & VALUE_WORDS) or (not told & OF_TICKETS and any(not w <= DESCRIBING for w in words.values()))
    defines = any(map(is_label, value.values()))
    return not defines and bool(told & VALUE_WORDS) and told <= VALUE_WORDS | DESCRIBING


def _points_to(key: str, item: JsonValue, ids: Iterable[str], is_label: IsLabel) -> bool:
    words = words_of(key)
    if isinstance(item, dict):
        return bool(words & NAMING and _is_called(item, is_label)) or (
            bool(words & FIELD_WORDS) and names_a_field(item, is_label)
        )
    if not ids or isinstance(item, (list, bool)) or item is None or str(item) not in ids or is_label(item):
        return False
    return bool(words & FIELD_WORDS) or bool(words and words <= KEYS)


def _ids_in(container: Mapping[str, JsonValue], is_label: IsLabel) -> Iterator[str]:
    words = {key: words_of(key) for key in container}
    if not any(words[key] & NAMING and is_label(item) for key, item in container.items()):
        return
    if any(word & OF_STATUS for word in words.values()):
        return  # a ticket whose title is such a name
    for key, item in container.items():
        is_id = isinstance(item, (str, int)) and not isinstance(item, bool)
        if is_id and words[key] and words[key] <= KEYS | {"field", "column"}:
            yield str(item)


def _keys_labelled_in(container: Mapping[str, JsonValue], is_label: IsLabel) -> Iterator[str]:
    """Keys such as ``customfield_10010`` that another place of the answer gives a private name."""
    numbered = all(map(str.isdecimal, container))
    yield from (key for key, item in container.items() if (numbered or _is_made_up(key)) and is_label(item))
    if any(map(_is_made_up, container)):
        return
    describes = all(words_of(key) <= DESCRIBING | KEYS for key in container)
    for key, item in container.items():
        if isinstance(item, str) and (_is_made_up(item) or (describes and _is_key_of_rows(key, item, is_label))):
            yield item


def _is_key_of_rows(key: str, item: str, is_label: IsLabel) -> bool:
    """Whether a definition's ``item`` may be the key of its values in rows, and hardly of anything else."""
    words = words_of(key)
    return bool(words) and words <= KEYS and item.islower() and not is_label(item) and not words_of(item) & _ORDINARY


def _is_made_up(key: str) -> bool:
    """Whether a key tells nothing by itself: ``customfield_10010``, ``f7``; ids of tickets are in capitals."""
    return key != key.upper() and any(map(str.isdigit, key)) and " " not in key and len(key) <= _LONGEST_KEY


def holds_cells(key: str) -> bool:
    """Whether a list under ``key`` holds what a list of heads beside it names."""
    return bool(words_of(key) & (VALUE_WORDS | {"row", "cell"}))


def rows_in(value: Mapping[str, JsonValue]) -> list[list[JsonValue]]:
    """The lists within the lists of an object."""
    return [row for rows in value.values() if isinstance(rows, list) for row in rows if isinstance(row, list)]


def is_of_heads(first: list[JsonValue], second: list[JsonValue]) -> bool:
    """Whether ``first`` may be heads of columns, and no row like ``second``: it has no number, and no cell like its."""
    if any(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in first):
        return False
    return not any(
        one == other or (one and _form(one) == _form(other) != one)
        for one, other in zip(first, second, strict=False)
        if isinstance(one, str) and isinstance(other, str)
    )


def _form(cell: str) -> str:
    """``cell`` with a sign in the place of each run of digits: what rows have in common at one place."""
    return _DIGITS.sub("0", cell)


def without_cells(value: JsonValue, places: frozenset[int], width: int, *, values: bool, depth: int = 0) -> JsonValue:
    """``value`` with those places of each row of ``width`` cells taken out; a list by itself is one if ``values``."""
    if isinstance(value, list):
        holds_rows = any(isinstance(item, list if depth else (list, dict)) for item in value)
        if len(value) == width and values and not holds_rows:
            return without_places(value, places)
        return [without_cells(item, places, width, values=True, depth=depth + 1) for item in value]
    if isinstance(value, dict) and values:
        return {
            key: without_cells(item, places, width, values=holds_cells(key), depth=depth + 1)
            for key, item in value.items()
        }
    return value


def without_places(row: list[JsonValue], places: frozenset[int]) -> list[JsonValue]:
    """``row`` without the cells at these places."""
    return [cell for place, cell in enumerate(row) if place not in places]


# ------------------------------------------------------------------------ trees of nodes

_NODE_TEXT = ("text", "plain_text")
_WITHIN = ("content", "children")
_DEEPEST_NODE = 20  # nodes within nodes
_LONGEST_NODE = 300  # characters of a node that may be a label
_ENDS_LABEL = (":", "=", "\uff1a", "\u2013", "\u2014", "-")
_CELLS = ("cell", "header", "term")
_BREAK = "break"
_HEADING = "heading"
_ROW = "row"

Labels = Callable[[str], bool]
"""Whether a text is a private name and nothing else."""


def without_labelled_nodes(nodes: list[JsonValue], labels: Labels) -> list[JsonValue]:
    """``nodes`` without those that a private name labels, and without table columns that have one as head."""
    if not nodes or not all(map(_is_node, nodes)):
        return nodes
    rows: Any = nodes
    if all(_ROW in _kind(row) for row in rows):
        return _without_columns(rows, labels)
    return [*_kept(rows, labels)]


def _is_node(value: JsonValue) -> TypeGuard[dict[str, Any]]:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return False
    return (
        any(isinstance(value.get(key), str) for key in _NODE_TEXT)
        or any(isinstance(value.get(key), list) for key in _WITHIN)
        or len(value) <= len(_NODE_TEXT)
    )


def _kind(node: Mapping[str, Any]) -> str:
    return str(node["type"]).casefold()


def _kept(nodes: list[dict[str, Any]], labels: Labels) -> Iterator[JsonValue]:
    place = 0
    while place < len(nodes):
        end = _end_of_labelled(nodes, place, labels)
        if end == place:
            yield nodes[place]
            end += 1
        place = end


def _end_of_labelled(nodes: list[dict[str, Any]], place: int, labels: Labels) -> int:
    """Behind the last node that goes with a label at ``place``; ``place`` where there is none."""
    text, kind = _text_of(nodes[place]), _kind(nodes[place])
    if not text or not labels(bare_label(text)):
        return place
    following = _text_of(nodes[place + 1]).lstrip() if place + 1 < len(nodes) else ""
    if _HEADING in kind:
        return next((at for at in range(place + 1, len(nodes)) if _HEADING in _kind(nodes[at])), len(nodes))
    if any(word in kind for word in _CELLS):
        return min(place + 2, len(nodes))
    if not (text.rstrip().endswith(_ENDS_LABEL) or following.startswith(_ENDS_LABEL)):
        return place
    if any(isinstance(nodes[place].get(key), str) for key in _NODE_TEXT):
        return next((at for at in range(place + 1, len(nodes)) if _BREAK in _kind(nodes[at])), len(nodes))
    return min(place + 2, len(nodes))


def _without_columns(rows: list[dict[str, Any]], labels: Labels) -> list[JsonValue]:
    """Without the cells below a private head, and without those beside one."""
    key = next((key for key in _WITHIN if isinstance(rows[0].get(key), list)), "")
    cells: list[Any] = rows[0].get(key) or []
    gone = {place for place, cell in enumerate(cells) if _is_node(cell) and labels(bare_label(_text_of(cell)))}
    if not gone or len(rows) == 1 or gone == {0} == set(range(len(cells) - 1)):
        return [*rows]  # heads at the side are those of each row
    kept: list[JsonValue] = []
    for row in rows:
        inner = row.get(key)
        kept.append(
            {**row, key: [cell for place, cell in enumerate(inner) if place not in gone]}
            if isinstance(inner, list)
            else row
        )
    return kept


def _text_of(node: JsonValue, depth: int = 0) -> str:
    """All the text in a node, up to a little more than a label may have."""
    if depth > _DEEPEST_NODE or not isinstance(node, dict):
        return ""
    text = "".join(str(node[key]) for key in _NODE_TEXT[:1] if isinstance(node.get(key), str))
    text = text or "".join(str(node[key]) for key in _NODE_TEXT[1:] if isinstance(node.get(key), str))
    for key in _WITHIN:
        inner = node.get(key)
        for part in inner if isinstance(inner, list) else ():
            if len(text) > _LONGEST_NODE:
                return text
            text += _text_of(part, depth + 1)
    return text
