"""The JSON schemas in which tools declare their arguments, and fitting values to them.

Invariants: nothing raises, whatever a schema holds; what is no schema reads as one without constraints. `fitted`
returns only arguments that the schema declares, each of a declared type and within its enum, bounds and lengths; what
cannot be made to fit is left out, never sent in the hope that it works.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from tui_app.mcp_client.types import Tool
from tui_app.tickets.matching import bare_text
from tui_app.tickets.ticket import JsonValue

Schema = Mapping[str, Any]

_TAKES_QUOTES = re.compile(
    r"(?<!not )(?<!without )(?<!no )(?<!never )(?<!avoid )\b(?:in |use |double[- ])?quot(?:es?|ed|ations?|ing)\b",
    re.IGNORECASE,
)
_MOST_REFERENCES = 8  # a reference may lead to a reference, and the last one back to the first

_LONGEST_DESCRIPTION = 2000  # characters that are searched


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


def words_for(text: str, schema: Schema) -> str:
    """The words of a search as an argument takes them: with their quotation marks only if it tells what these do."""
    return text if _TAKES_QUOTES.search(str(schema.get("description", ""))[:_LONGEST_DESCRIPTION]) else bare_text(text)


def _looked_up(reference: str, root: Schema) -> Schema:
    target: Any = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        part = part.replace("~1", "/").replace("~0", "~")
        target = target.get(part) if isinstance(target, Mapping) else None
    return target if isinstance(target, Mapping) else {}


_DEEPEST = 8  # levels of a schema; a deeper one is generated, and a reference may point at itself


class _MisfitError(Exception):
    """A value that a schema does not take."""


def fitted(tool: Tool, wanted: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Those of ``wanted`` that ``tool`` takes, each in the form that its schema declares; None values are left out.

    A number becomes text where only text is declared, and the other way round; a single value becomes a list of one; an
    enum's value is found whatever its case; a number beyond its bounds becomes the nearest that is allowed.
    """
    sent: dict[str, JsonValue] = {}
    for name, value in wanted.items():
        schema = argument_schema(tool, name)
        if schema is None or value is None:
            continue
        try:
            sent[name] = _fit(value, schema, tool.input_schema, 0)
        except _MisfitError:
            continue
    return sent


def declares(tool: Tool | None, name: str) -> bool:
    """Whether ``tool`` exists and declares an argument called ``name``."""
    return tool is not None and argument_schema(tool, name) is not None


def declared_names(tool: Tool) -> tuple[str, ...]:
    """Names of the arguments that ``tool`` declares, in its order."""
    properties = tool.input_schema.get("properties")
    return tuple(name for name in properties if isinstance(name, str)) if isinstance(properties, Mapping) else ()


def missing(tool: Tool, arguments: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """Names of the arguments that ``tool`` requires and ``arguments`` lacks."""
    required = tool.input_schema.get("required")
    if not isinstance(required, list):
        return ()
    return tuple(name for name in required if isinstance(name, str) and name not in arguments)


def argument_schema(tool: Tool, name: str) -> Schema | None:
    """The schema of one argument, references resolved; None where it is not declared."""
    properties = tool.input_schema.get("properties")
    schema = properties.get(name) if isinstance(properties, Mapping) else None
    return resolved(schema, tool.input_schema) if schema is not None else None


def allowed_values(tool: Tool, name: str) -> tuple[str, ...]:
    """The text values that an argument's enum allows (or that of its list's items); empty where it has none."""
    schema = argument_schema(tool, name)
    return tuple(_enum_words(schema, tool.input_schema, 0)) if schema is not None else ()


def largest(tool: Tool, name: str) -> int | None:
    """The largest number that an argument takes, None where the schema does not say."""
    schema = argument_schema(tool, name)
    bounds = [_bounds(option)[1] for option in options(schema, tool.input_schema)] if schema is not None else []
    finite = [int(bound) for bound in bounds if math.isfinite(bound)]
    return max(finite) if finite else None


def _enum_words(schema: Schema, root: Schema, depth: int) -> list[str]:
    words: list[str] = []
    for option in options(schema, root) if depth < _DEEPEST else ():
        enum = option.get("enum", [option["const"]] if "const" in option else [])
        words += [word for word in enum if isinstance(word, str)] if isinstance(enum, list) else []
        if "items" in option:
            words += _enum_words(resolved(option["items"], root), root, depth + 1)
    return words


def _fit(value: JsonValue, schema: Schema, root: Schema, depth: int) -> JsonValue:
    """``value`` as the first alternative takes it unchanged, else as the first that takes it changed."""
    if depth > _DEEPEST:
        raise _MisfitError
    fits: list[JsonValue] = []
    for option in options(schema, root):
        try:
            fit = _fit_one(value, option, root, depth)
        except _MisfitError:
            continue
        if fit == value and type(fit) is type(value):
            return fit
        fits.append(fit)
    if not fits:
        raise _MisfitError
    return fits[0]


def _fit_one(value: JsonValue, schema: Schema, root: Schema, depth: int) -> JsonValue:
    enum = [schema["const"]] if "const" in schema else schema.get("enum")
    if isinstance(enum, list):
        return _fit_enum(value, enum)
    kinds = schema.get("type")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        try:
            return _fit_kind(value, kind, schema, root, depth)
        except _MisfitError:
            continue
    raise _MisfitError


def _fit_enum(value: JsonValue, enum: list[Any]) -> JsonValue:
    for allowed in enum:
        if allowed == value and type(allowed) is type(value):
            return value
    for allowed in enum:
        if allowed is not None and _folded(allowed) == _folded(value):
            return allowed  # type: ignore[no-any-return]  # a schema's enum holds JSON values
    raise _MisfitError


def _folded(value: Any) -> str:
    return str(value).casefold().replace("_", " ").replace("-", " ")


def _fit_kind(value: JsonValue, kind: Any, schema: Schema, root: Schema, depth: int) -> JsonValue:
    if kind == "array":
        items = resolved(schema.get("items", {}), root)
        entries = value if isinstance(value, list) else [value]
        fewest, most = schema.get("minItems"), schema.get("maxItems")
        if (isinstance(most, int) and len(entries) > most) or (isinstance(fewest, int) and len(entries) < fewest):
            raise _MisfitError
        return [_fit(entry, items, root, depth + 1) for entry in entries]
    if kind == "string":
        return _fit_text(value, schema)
    if kind in ("integer", "number"):
        return _fit_number(value, kind, schema)
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind == "object" and isinstance(value, dict):
        return _fit_object(value, schema, root, depth)
    if kind is None:
        return value
    raise _MisfitError


def _fit_text(value: JsonValue, schema: Schema) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _MisfitError
    text = str(value)
    longest, shortest = schema.get("maxLength"), schema.get("minLength")
    if (isinstance(longest, int) and len(text) > longest) or (isinstance(shortest, int) and len(text) < shortest):
        raise _MisfitError
    return text


def _fit_number(value: JsonValue, kind: str, schema: Schema) -> int | float:
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or (kind == "integer" and int(value) != value):
        raise _MisfitError
    lowest, highest = _bounds(schema)
    return max(min(value, highest), lowest)


def _bounds(schema: Schema) -> tuple[float, float]:
    """The smallest and the largest number that a schema takes; an exclusive bound is one away, as for whole numbers."""
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if isinstance(above, (int, float)) and not isinstance(above, bool):
        lowest = above + 1
    if isinstance(below, (int, float)) and not isinstance(below, bool):
        highest = below - 1
    return (
        lowest if isinstance(lowest, (int, float)) else -math.inf,
        highest if isinstance(highest, (int, float)) else math.inf,
    )


def _fit_object(value: dict[str, JsonValue], schema: Schema, root: Schema, depth: int) -> JsonValue:
    properties = schema.get("properties")
    properties = properties if isinstance(properties, Mapping) else {}
    others = schema.get("additionalProperties", not properties)
    fit: dict[str, JsonValue] = {}
    for name, entry in value.items():
        if name in properties:
            fit[name] = _fit(entry, resolved(properties[name], root), root, depth + 1)
        elif isinstance(others, Mapping):
            fit[name] = _fit(entry, resolved(others, root), root, depth + 1)
        elif others:
            fit[name] = entry
        else:
            raise _MisfitError
    required = schema.get("required")
    if isinstance(required, list) and any(name not in fit for name in required):
        raise _MisfitError
    return fit
