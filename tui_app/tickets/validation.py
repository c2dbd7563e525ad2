"""Checks values that people write: config, criteria, saved searches.

Invariant: `validated` returns what pydantic's ``TypeAdapter(kind).validate_python(raw)`` returns. msgspec answers alone
where nothing has to be converted, so that a correct config or search never loads pydantic, which takes longer than all
else that a start does; pydantic converts the rest and words the mistakes.
"""

from __future__ import annotations

from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union, get_args, get_origin

from msgspec import MsgspecError, Struct, convert
from msgspec.json import encode
from msgspec.structs import fields

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, TypeAdapter, ValidationError
    from pydantic_core import CoreSchema

_T = TypeVar("_T")

_BOUNDS = ("gt", "ge", "le", "min_length", "max_length")


class InvalidValueError(ValueError):
    """A value that does not fit its type: ``value`` at ``path`` within what was checked."""

    def __init__(self, path: tuple[str | int, ...], value: Any, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.value = value
        self.reason = reason


class Checked(Struct, frozen=True):
    """A table for `validated`, which ignores unknown keys. A field's bounds: ``Annotated[int, msgspec.Meta(ge=1)]``."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        table = core_schema.typed_dict_schema(
            {
                field.name: core_schema.typed_dict_field(
                    handler.generate_schema(_in_pydantic_terms(field.type)), required=field.required
                )
                for field in fields(cls)
            }
        )
        return core_schema.no_info_wrap_validator_function(
            lambda raw, check: raw if isinstance(raw, cls) else cls(**check(raw)), table
        )


def validated(kind: type[_T], raw: Any) -> _T:
    """Convert ``raw``, parsed JSON or TOML, to the type ``kind``.

    Raises:
        InvalidValueError: the first mistake.
    """
    try:
        encode(raw)  # refuses half a character, such as a cut surrogate, which msgspec itself lets through
        return convert(raw, kind)
    except (MsgspecError, UnicodeEncodeError, TypeError, OverflowError):
        value: _T = _validated_by_pydantic(kind, raw)
        return value


def _validated_by_pydantic(kind: Any, raw: Any) -> Any:
    adapter, mistake = _pydantic_of(kind)
    try:
        value = adapter.validate_python(raw)
    except mistake as error:
        first = error.errors(include_url=False)[0]
        path = tuple(step for step in first["loc"] if step != "[key]")
        reason = str(first.get("ctx", {}).get("error", "")) or first["msg"]
        raise InvalidValueError(path, first["input"], reason) from None
    return value


@cache
def _pydantic_of(kind: Any) -> tuple[TypeAdapter[Any], type[ValidationError]]:
    """What validates for ``kind``, and what it raises."""
    import pydantic

    return pydantic.TypeAdapter(kind), pydantic.ValidationError


def _in_pydantic_terms(hint: Any) -> Any:
    """``hint`` with msgspec's bounds, at any depth, as pydantic's."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        from pydantic import Field

        kind, *metas = arguments
        bounds = {name: getattr(meta, name) for meta in metas for name in _BOUNDS if getattr(meta, name) is not None}
        return Annotated[_in_pydantic_terms(kind), Field(**bounds)]
    if not arguments:
        return hint
    inner = tuple(argument if argument is ... else _in_pydantic_terms(argument) for argument in arguments)
    return reduce(or_, inner) if origin in (Union, UnionType) else origin[inner]
