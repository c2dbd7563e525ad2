"""Arguments by which a tool only tries what it would do: ``dry_run``, ``validateOnly``."""

from __future__ import annotations

from collections.abc import Mapping

from tui_app.adapters.reading.field_names import plain_name
from tui_app.tickets.ticket import JsonValue

_REHEARSALS = frozenset(
    (
        "dryrun",
        "whatif",
        "simulate",
        "simulation",
        "validateonly",
        "validationonly",
        "preview",
        "previewonly",
        "checkonly",
        "planonly",
        "testrun",
        "noop",
    )
)
_ON = frozenset(("true", "yes", "on"))


def is_rehearsal(name: str) -> bool:
    """Whether an argument, or a field of an answer, says that something is only tried; ``isDryRun``, too."""
    plain = plain_name(name)
    return plain in _REHEARSALS or plain.removeprefix("is") in _REHEARSALS


def rehearsal_in(values: Mapping[str, JsonValue]) -> str:
    """The name of the first of ``values``, also of objects within, that says so; empty: none does."""
    for name, value in values.items():
        if is_rehearsal(name) and str(value).casefold() in _ON:
            return name
        if isinstance(value, Mapping) and (found := rehearsal_in(value)):
            return found
    return ""
