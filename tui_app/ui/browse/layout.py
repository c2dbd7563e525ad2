"""Where the ticket goes: beside the table, below it, or over it, by the room that there is."""

from __future__ import annotations

from enum import StrEnum

_WIDE = 140  # columns: a table of seven columns and a ticket of sixty
_TALL = 34  # lines: a dozen rows and a ticket's head with its first paragraphs


class Arrangement(StrEnum):
    """How table and ticket share the screen; each is a class of the screen in ``app.tcss``."""

    BESIDE = "-beside"
    BELOW = "-below"
    OVER = "-over"


def arrangement(width: int, height: int) -> Arrangement:
    """The arrangement for a screen of this size."""
    if width >= _WIDE:
        return Arrangement.BESIDE
    return Arrangement.BELOW if height >= _TALL else Arrangement.OVER
