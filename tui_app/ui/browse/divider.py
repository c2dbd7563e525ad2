"""The line between table and ticket: where it is, on a screen of some size, and how it is dragged."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

_BOTH_FIT = 120  # columns: a ticket of fifty, whose lines are the easiest to read, and seventy for the table
_TALL = 34  # lines: a dozen rows and a ticket's head with its first paragraphs
_LEAST_SHARE, _MOST_SHARE = 20, 80  # percent; either pane can still be read, and taken hold of


class Arrangement(StrEnum):
    """How table and ticket share the screen; each is a class of the screen in ``app.tcss``."""

    BESIDE = "-beside"
    BELOW = "-below"
    OVER = "-over"


_CHOSEN = {"right": Arrangement.BESIDE, "below": Arrangement.BELOW, "off": Arrangement.OVER}


def arrangement(width: int, height: int, place: str = "auto") -> Arrangement:
    """The arrangement for a screen of this size, unless another one was chosen."""
    if place in _CHOSEN:
        return _CHOSEN[place]
    if width >= _BOTH_FIT:
        return Arrangement.BESIDE
    return Arrangement.BELOW if height >= _TALL else Arrangement.OVER


class Shares(Struct, frozen=True):
    """How much of the room is the ticket's, in percent: one share for beside the table, one for below it."""

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


class Divider(Widget):
    """The line between table and ticket. It moves nothing by itself: it posts where the mouse dragged it to."""

    class Dragged(Message):
        """The mouse holds the divider at this cell of the screen."""

        def __init__(self, x: int, y: int) -> None:
            super().__init__()
            self.x = x
            self.y = y

    class Dropped(Message):
        """The mouse let go of it."""

    def __init__(self) -> None:
        super().__init__(id="divider")
        self._held = False

    def render(self) -> Content:
        return Content("")

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        self._held = True
        self.add_class("-held")
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._held:
            self.post_message(self.Dragged(event.screen_x, event.screen_y))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        event.stop()
        if self._held:
            self._held = False
            self.remove_class("-held")
            self.release_mouse()
            self.post_message(self.Dropped())
