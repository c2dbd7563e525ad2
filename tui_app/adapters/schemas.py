"""Reading the JSON schemas in which tools declare their arguments: references looked up, alternatives taken apart.

Invariant: never raises, whatever a schema holds; what is no schema reads as one that says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_MOST_REFERENCES = 8  # a reference may lead to a reference, and the last one back to the first


def resolved(schema: object, root: Schema) -> Schema:
    """``schema`` with its reference looked up and the parts of ``allOf`` put together."""
    for _ in range(_MOST_REFERENCES):
        if not isinstance(schema, Mapping):
            return {}
        reference, parts = schema.get("$ref"), schema.get("allOf")
        if isinstance(reference, str):
            target = _looked_up(reference, root)
            schema = {**target, **{name: value for name, value in schema.items() if name != "$ref"}}
        elif isinstance(parts, list):
            merged: dict[str, Any] = {}
            for part in parts:
                merged.update(part if isinstance(part, Mapping) else {})
            schema = {**merged, **{name: value for name, value in schema.items() if name != "allOf"}}
        else:
            return schema
    return {}


def options(schema: Schema, root: Schema) -> list[Schema]:
    """The alternatives of a schema that are not null: itself, or those of its ``anyOf`` or ``oneOf``."""
    for key in ("anyOf", "oneOf"):
        alternatives = schema.get(key)
        if isinstance(alternatives, list):
            found = [resolved(option, root) for option in alternatives]
            return [option for option in found if option.get("type") != "null"]
    return [schema]


def _looked_up(reference: str, root: Schema) -> Schema:
    target: Any = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        part = part.replace("~1", "/").replace("~0", "~")
        target = target.get(part) if isinstance(target, Mapping) else None
    return target if isinstance(target, Mapping) else {}
