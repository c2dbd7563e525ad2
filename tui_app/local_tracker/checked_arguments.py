"""Checks a tool's arguments against its input schema, without a schema library: the first rows wait for this process.

Invariant: what `checked` returns holds only declared arguments of the declared type and range; a wrong one is named,
with what it takes.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui_app.local_tracker.schema import stored_form

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SHOWN = 60  # characters of a wrong value that its error message repeats


DATE_ARGUMENT = "an ISO 8601 date or date-time, such as 2026-11-01 or 2026-11-01T09:30:00Z"
"""What an argument with a date takes."""


class ArgumentError(ValueError):
    """An argument is wrong. The message names it and says what it takes."""


class ToolError(Exception):
    """The tool cannot answer, or changes nothing. The message says why, for the user."""


def checked(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that were given. Null counts as not given, but where the schema lets it stand for something.

    Raises:
        ArgumentError: one is undeclared, missing, of the wrong type or out of range.
    """
    properties = schema["properties"]
    for name in arguments:
        if name not in properties:
            raise ArgumentError(f"There is no argument {name!r}. It can be: {', '.join(properties) or 'none'}.")
    given = {name: value for name, value in arguments.items() if value is not None or _takes_null(properties[name])}
    for name in schema.get("required", ()):
        if name not in given:
            raise ArgumentError(f"{name}: it is missing. It takes {_allowed(properties[name])}.")
    return {name: value if value is None else _fitting(name, properties[name], value) for name, value in given.items()}


def utc_text(name: str, text: str) -> str:
    """The argument called ``name`` as the database keeps times; a day means its midnight in UTC.

    Raises:
        ArgumentError: the text is no date, or names a day that does not exist.
    """
    try:
        return stored_form(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        raise ArgumentError(f"{name}: {text[:40]!r} is not a date that exists. It takes {DATE_ARGUMENT}.") from None


def _takes_null(schema: Mapping[str, Any]) -> bool:
    return isinstance(schema["type"], list)


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema["type"]
    return str(kind[0] if isinstance(kind, list) else kind)


def _fitting(name: str, schema: Mapping[str, Any], value: Any) -> Any:
    kind = _kind(schema)
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON does not tell 100 from 100.0
    if kind == "array" and isinstance(value, str):
        value = [value]  # what takes a list now took one value before
    if kind == "object" and isinstance(value, dict):
        return checked(schema, value)
    if not _FITS[kind](schema, value):
        raise ArgumentError(f"{name}: {_shown(value)} is not allowed. It takes {_allowed(schema)}.")
    if isinstance(value, str):
        return _storable(value)
    return [_storable(item) for item in value] if isinstance(value, list) else value


def _storable(text: str) -> str:
    """Half a character (which JSON can carry and SQLite cannot) becomes a mark."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_text(schema: Mapping[str, Any], value: Any) -> bool:
    if not isinstance(value, str) or len(value) > schema.get("maxLength", len(value)):
        return False
    return len(value) >= schema.get("minLength", 0) and value in schema.get("enum", (value,))


def _is_whole_number(schema: Mapping[str, Any], value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and bool(schema["minimum"] <= value <= schema["maximum"])


def _is_list(schema: Mapping[str, Any], value: Any) -> bool:
    if not isinstance(value, list) or len(value) > schema["maxItems"]:
        return False
    return all(_is_text(schema["items"], item) for item in value)


_FITS: dict[str, Callable[[Mapping[str, Any], Any], bool]] = {
    "string": _is_text,
    "integer": _is_whole_number,
    "array": _is_list,
    "boolean": lambda _schema, value: isinstance(value, bool),
    "object": lambda _schema, _value: False,  # one that is an object is checked key by key
}


def _allowed(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "one of: " + ", ".join(schema["enum"])
    kind = _kind(schema)
    if kind == "boolean":
        return "true or false"
    if kind == "integer":
        return f"a whole number from {schema['minimum']} to {schema['maximum']}"
    if kind == "object":
        return f"an object with any of: {', '.join(schema['properties'])}"
    if kind == "array":
        return f"a list of at most {schema['maxItems']} texts"
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    return (
        ("text" if not least else "text that is not empty")
        + (f" of at most {most} characters" if most else "")
        + (", or null to clear it" if _takes_null(schema) else "")
    )


def _shown(value: Any) -> str:
    words = json.dumps(value, ensure_ascii=True)
    return words if len(words) <= _SHOWN else words[:_SHOWN] + "…"
