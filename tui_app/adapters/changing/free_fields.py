"""Tools that take a ticket's fields as one object (or as JSON in a text) without saying which there are.

What may stand in it is told by the adapter, by examples in the descriptions, and by the ticket itself, as the server
shows it. Invariant: no field is made up; one that only the ticket shows is sent in the form that it has there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from tui_app.adapters.auto.flat_arguments import Argument, arguments_of
from tui_app.adapters.changing import vocabulary
from tui_app.adapters.changing.meanings import HOLDERS, meaning_of
from tui_app.adapters.changing.uses import WritingUse
from tui_app.adapters.reading.alike_rows import flattened
from tui_app.adapters.reading.field_values import Row
from tui_app.adapters.safety.verbs import split_words
from tui_app.tickets.ticket import JsonValue

_MEANT = ("title", "description", "priority", "person", "labels", "type", "status")
"""What is read from examples and from tickets."""
_JSON = re.compile(r"\bJSON\b")
_OBJECT = re.compile(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_NAMED = ("name", "displayName", "value", "key")
_MOST_FIELDS = 100
_ASIDE = frozenset(("custom", "additional", "extra", "meta", "metadata", "return"))


def with_fields(use: WritingUse, record: Row | None, told: Mapping[str, Any]) -> WritingUse:
    """``use`` with the fields that its free object may hold. ``told``: path to schema, by the adapter."""
    holder = holder_of(use)
    own = {path: schema for path, schema in told.items() if use.named(path) is None}
    if holder is None and not own:
        return use
    found: dict[str, Mapping[str, Any]] = {}
    if holder is not None and not own:
        examples = {name: value for text in _texts(use, holder) for name, value in _examples(text)}
        shown = {
            name: value for name, value in _of_record(record).items() if not _meanings(name) & _meanings(*examples)
        }
        for name, value in {**shown, **examples}.items():
            found |= dict(_form(f"{holder.path}.{name}", value))
    found |= own
    virtual = [Argument(path, schema, {}, None) for path, schema in found.items()]
    kept = tuple(a for a in virtual if a.path in own or (any(meaning_of(a, m) for m in _MEANT) and _is_field(a)))
    holders = {a.path.split(".")[0] for a in kept}
    texts = frozenset(a.path for a in use.arguments if a.path in holders and "object" not in a.kinds)
    return replace(use, virtual=kept, json_texts=texts)


def _is_field(argument: Argument) -> bool:
    """Whether a field can be set as it is shown: a status that is an object has rules which its fields do not show."""
    return argument.path.count(".") < 2 or meaning_of(argument, "status") is None


def _meanings(*names: str) -> set[str]:
    """What fields of these names mean."""
    fields = [Argument(name, {}, {}, None) for name in names]
    return {meaning for meaning in _MEANT for one in fields if meaning_of(one, meaning) is not None}


def holder_of(use: WritingUse) -> Argument | None:
    """The argument that takes fields without naming them."""
    if not use.verbs & (vocabulary.UPDATING | vocabulary.CREATING) or use.nouns:
        return None
    for argument in arguments_of(use.tool):
        words = split_words(argument.name)
        is_text = argument.kinds == {"string"} and _JSON.search(argument.description)
        takes = HOLDERS & set(words) and not _ASIDE & set(words) and ("object" in argument.kinds or is_text)
        if "." not in argument.path and takes:
            return argument
    return None


def _texts(use: WritingUse, holder: Argument) -> Iterator[str]:
    """What is said of the fields: of the argument itself, and of those beside it that take JSON too."""
    yield holder.description
    for argument in arguments_of(use.tool):
        if argument.path != holder.path and "fields" in argument.words:
            yield argument.description


def _examples(text: str) -> Iterator[tuple[str, JsonValue]]:
    for match in _OBJECT.finditer(text[:4000]):
        try:
            value = json.loads(match[0].replace('\\"', '"'))
        except ValueError:
            continue
        if isinstance(value, dict):
            yield from value.items()


def _of_record(record: Row | None) -> dict[str, JsonValue]:
    flat = flattened(record) if record else {}
    names = list(flat)[:_MOST_FIELDS]
    return {name: flat[name] for name in names if "." not in name}


def _form(path: str, value: JsonValue) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Path and schema of a field that holds ``value``."""
    if isinstance(value, str) or value is None:
        yield path, {"type": ["string", "null"]}
    elif isinstance(value, bool):
        return
    elif isinstance(value, (int, float)):
        yield path, {"type": "integer" if isinstance(value, int) else "number"}
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        yield path, {"type": "array", "items": {"type": "string"}}
    elif isinstance(value, dict):
        part = next((name for name in _NAMED if isinstance(value.get(name), str)), None)
        if part == "name":
            yield f"{path}.{part}", {"type": "string"}
