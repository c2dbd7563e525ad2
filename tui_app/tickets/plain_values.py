"""Values that need no conversion are put into their place without pydantic, which takes longer to load and to get ready
than everything else that a start does.

Invariant: `plain_value` returns what pydantic's ``TypeAdapter(kind).validate_python(raw)`` returns, or raises
`NotPlainError`: then pydantic is asked, which converts, or says what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from tui_app.tickets.limits import Checked, Limits

_MOST_DIGITS = 9  # more of them are a mistake, which pydantic explains

_hints_of = cache(get_type_hints)


class NotPlainError(Exception):
    """The value is wrong, or it takes a conversion."""


def plain_value(kind: Any, raw: Any) -> Any:
    """``raw``, parsed JSON or TOML, as the type ``kind``.

    Raises:
        NotPlainError: ask pydantic.
    """
    if kind is Any:
        return raw
    if hasattr(kind, "read"):
        return _read(kind, raw)
    if isinstance(kind, type) and issubclass(kind, Checked):
        return raw if isinstance(raw, kind) else _fields(kind, raw)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _within(plain_value(arguments[0], raw), arguments[1:])
    if origin in (Union, UnionType):
        return _optional(arguments, raw)
    if origin is tuple and isinstance(raw, list | tuple):
        return tuple(plain_value(arguments[0], item) for item in raw)
    if origin in (dict, Mapping) and isinstance(raw, dict):
        return {plain_value(arguments[0], key): plain_value(arguments[1], value) for key, value in raw.items()}
    return _scalar(kind, raw)


def _scalar(kind: Any, raw: Any) -> Any:
    if kind is float and type(raw) is int:
        return float(raw)
    if kind is int and type(raw) is str and raw.isascii() and raw.isdigit() and len(raw) <= _MOST_DIGITS:
        return int(raw)  # what is typed is text
    if type(raw) is not kind or kind not in (str, int, float, bool):
        raise NotPlainError
    if kind is str:
        _whole(raw)
    return raw


def _whole(text: str) -> None:
    """Half a character, as a cut surrogate is, makes no text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotPlainError from None


def _read(kind: Any, raw: Any) -> Any:
    """What a type that reads itself makes of ``raw``."""
    try:
        return kind.read(raw)
    except ValueError:
        raise NotPlainError from None


def _optional(choices: tuple[Any, ...], raw: Any) -> Any:
    """``X | None``; no field has a union of another kind."""
    if raw is None and NoneType in choices:
        return None
    (kind,) = (choice for choice in choices if choice is not NoneType)
    return plain_value(kind, raw)


def _within(value: Any, marks: tuple[Any, ...]) -> Any:
    if all(mark.allow(value) for mark in marks if isinstance(mark, Limits)):
        return value
    raise NotPlainError


def _fields(kind: type[Checked], raw: Any) -> Any:
    if not isinstance(raw, dict):
        raise NotPlainError
    hints = _hints_of(kind, include_extras=True)
    try:
        return kind(**{name: plain_value(hint, raw[name]) for name, hint in hints.items() if name in raw})
    except TypeError:  # a field is missing
        raise NotPlainError from None
