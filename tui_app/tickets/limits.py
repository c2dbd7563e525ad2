"""Values that people write, checked by pydantic: the value itself, and the bounds of its fields.

The bounds stand beside the field: ``Annotated[int, Limits(ge=1, le=10)]``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import fields

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


_HOLDS: Mapping[str, Callable[[Any, float], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "le": operator.le,
    "min_length": lambda value, bound: len(value) >= bound,
    "max_length": lambda value, bound: len(value) <= bound,
}


class Limits:
    """What pydantic checks of a value besides its type, in pydantic's words: ``gt``, ``ge``, ``le``, ``max_length`` ..

    The package ``annotated_types`` says the same, and takes 5 ms to import before the server can be started.
    """

    def __init__(self, **bounds: float) -> None:
        self._bounds = bounds

    def allow(self, value: Any) -> bool:
        """Whether ``value``, which has the right type, is within the bounds."""
        return all(_HOLDS[name](value, bound) for name, bound in self._bounds.items())

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema: Any = handler(source)
        return {**schema, **self._bounds}


class Checked(Struct, frozen=True):
    """A value that pydantic can check and convert: ``TypeAdapter(kind).validate_python(raw)`` ignores unknown keys."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        written = core_schema.typed_dict_schema(
            {
                field.name: core_schema.typed_dict_field(handler.generate_schema(field.type), required=field.required)
                for field in fields(cls)
            }
        )
        return core_schema.no_info_wrap_validator_function(
            lambda raw, check: raw if isinstance(raw, cls) else cls(**check(raw)), written
        )
