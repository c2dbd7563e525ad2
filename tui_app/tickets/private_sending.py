"""Whether what is about to be sent to a server holds a private field, in whatever dress."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tui_app.tickets.json_values import json_or_none, json_within
from tui_app.tickets.redaction import redact

_PARAMETERS = re.compile(r"(?:^|[?&;])([\w.%\[\]-]{1,200})=")
_BLANK = re.compile(r"\s")


def holds_private_field(value: Any, private: Iterable[str] = ()) -> bool:
    """Whether data would carry a private field to a server; a text that mentions one is prose.

    JSON counts as data wherever it lies: as the whole of a text, within prose, or as the text of another one; so do the
    names of a query.
    """
    data = _data_in(value)
    return bool(_shape(redact(data, private)) != _shape(data))


def _data_in(value: Any) -> Any:
    """``value`` with the JSON that it carries as text, as part of a text, or as the text of a text."""
    if isinstance(value, str):
        return _data_in_text(value)
    if isinstance(value, Mapping):
        return {str(key): _data_in(item) for key, item in value.items()}
    return [_data_in(item) for item in value] if isinstance(value, (list, tuple)) else value


def _data_in_text(text: str) -> Any:
    parsed = json_or_none(text)
    if isinstance(parsed, (dict, list)) or (isinstance(parsed, str) and parsed != text):
        return _data_in(parsed)
    found = [_data_in(value) for _, _, value in json_within(text)]
    parameters = _PARAMETERS.findall(text) if not _BLANK.search(text) else []
    return [*found, dict.fromkeys(parameters, 0)] if found or parameters else text


def _shape(value: Any) -> Any:
    """Keys, lengths and what is no text: a text that redaction changes is no field."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value]
    return "" if isinstance(value, str) else value
