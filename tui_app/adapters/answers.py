"""The JSON that a known server's answer holds, out of its wrappers.

Known servers answer in JSON; what unknown ones answer is found out in `tui_app.adapters.reading`.
"""

from __future__ import annotations

from tui_app.adapters.reading import payloads, plain_text
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.ticket import JsonValue


def data_of(result: CallToolResult) -> JsonValue:
    """The JSON value of ``result``; its text where that holds none."""
    return next(payloads(result), plain_text(result))


def rows_in(value: JsonValue, *path: str) -> list[dict[str, JsonValue]]:
    """The objects of the list at ``path`` in ``value``; a single object there is a list of one."""
    found = at(value, *path)
    entries = found if isinstance(found, list) else [found]
    return [entry for entry in entries if isinstance(entry, dict)]


def words_in(value: JsonValue, part: str, *path: str) -> tuple[str, ...]:
    """What the objects of the list at ``path`` call ``part``, each word once; the list may lie in ``values`` too."""
    rows = rows_in(value, *path, "values") or rows_in(value, *path)
    words = (row.get(part) for row in rows)
    return tuple(dict.fromkeys(word for word in words if isinstance(word, str) and word))


def at(value: JsonValue, *path: str) -> JsonValue:
    """What lies at ``path`` in ``value``, None where a step of it is missing."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def whole_number(value: JsonValue) -> int | None:
    """``value`` where it is a whole number of zero or more (a count, a page), in digits too."""
    if isinstance(value, str) and value.isdecimal() and len(value) < len("1000000000"):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
