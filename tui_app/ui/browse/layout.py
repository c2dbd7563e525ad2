"""Where the ticket goes: beside the table, below it, or over it, by the room that there is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

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


_LEAST_SHARE, _MOST_SHARE = 20, 80  # percent; either pane can still be read, and taken hold of


class Shares(Struct, frozen=True):
    """How much of the room is the ticket's where it stands beside the table, and where below it, in percent."""

    beside: int = 42
    below: int = 55

    def of(self, arranged: Arrangement | None) -> int:
        """The share in this arrangement."""
        return self.beside if arranged is Arrangement.BESIDE else self.below

    def with_share(self, arranged: Arrangement | None, percent: int) -> Shares:
        """The same with another share in this arrangement, within what leaves room for both."""
        share = max(_LEAST_SHARE, min(percent, _MOST_SHARE))
        return replace(self, beside=share) if arranged is Arrangement.BESIDE else replace(self, below=share)

    def to_panes(self) -> dict[str, int]:
        """The form that is saved."""
        return {Arrangement.BESIDE.name.lower(): self.beside, Arrangement.BELOW.name.lower(): self.below}

    @classmethod
    def from_panes(cls, panes: Mapping[str, Any]) -> Shares:
        """Read what `to_panes` wrote; what is no share counts as not saved."""
        shares = cls()
        for arranged in (Arrangement.BESIDE, Arrangement.BELOW):
            saved = panes.get(arranged.name.lower())
            if isinstance(saved, int) and not isinstance(saved, bool):
                shares = shares.with_share(arranged, saved)
        return shares
