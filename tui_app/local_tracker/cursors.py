"""The cursor of a search: where its next page begins.

Invariant: a cursor goes on after the last row that was sent, whatever was written in between, and only in the search
that made it.
"""

from __future__ import annotations

import binascii
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_app.local_tracker.arguments import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Cursor(NamedTuple):
    """The last row sent (its sort key and its number), and what was found out with the first page."""

    search: int
    key: str | int
    number: int
    total: int
    inside_titles: bool
    """Whether the words are looked for inside titles, because no ticket has words that begin so."""


def fingerprint(arguments: Mapping[str, Any]) -> int:
    """Tells searches apart: all arguments but the cursor and the page's size."""
    kept = {name: value for name, value in arguments.items() if name not in ("cursor", "max_results")}
    return binascii.crc32(json.dumps(kept, sort_keys=True).encode())


def written(cursor: Cursor) -> str:
    """The cursor as opaque text."""
    return binascii.b2a_base64(json.dumps(cursor).encode(), newline=False).decode()


def read(text: str, arguments: Mapping[str, Any]) -> Cursor:
    """The cursor of the search with these arguments.

    Raises:
        ArgumentError: the text is no cursor, or one of another search.
    """
    try:
        search, key, number, total, inside_titles = json.loads(binascii.a2b_base64(text))
    except (ValueError, TypeError):
        raise ArgumentError("cursor: this is not a next_cursor that search_tickets gave.") from None
    plain = isinstance(key, str | int) and isinstance(number, int) and isinstance(total, int)
    if not plain or search != fingerprint(arguments):
        raise ArgumentError("cursor: it belongs to a search with other arguments. Leave it out to begin anew.")
    return Cursor(search, key, number, total, bool(inside_titles))
