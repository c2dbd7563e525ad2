"""Keys that are typed faster than the screen follows.

Invariant: a key acts once everything that the keys before it have caused is done: their messages handled, the screens
and lines that they opened in place and focused. So what is typed right after the key that opens a form goes into the
form, and never acts on the table behind it; no key is lost, and none overtakes another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from textual.app import App
from textual.events import Key, Paste
from textual.message_pump import MessagePump

Typed: TypeAlias = Key | Paste

_LAPS = 2
"""A key takes one to reach the app, where its action runs; what that action posts takes another."""
_PATIENCE = 1.0  # seconds; a key whose consequences never end must not hold the others for ever
_PAUSE = 0.005  # seconds between two looks at widgets that are not in place yet: a third of a 60 Hz frame
_AT_ONCE = frozenset({"ctrl+c", "ctrl+q"})
"""Keys that end the program, whatever is under way."""


class Typeahead:
    """Lets one key at a time into ``app``; the others wait here for their turn."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[Typed] = deque()
        self._admitted: Typed | None = None
        self._busy = False
        self._turn = 0

    @property
    def busy(self) -> bool:
        """Whether what was typed is still being worked off."""
        return self._busy

    def hold(self, event: Typed) -> bool:
        """Whether ``event`` has to wait; if so, it comes again when it is its turn."""
        if event is self._admitted:
            self._admitted = None
            return False
        if _acts_at_once(event):
            return False
        if not self._busy and self._in_place():
            return False
        self._waiting.append(event)
        if not self._busy:
            self._begin()
        elif len(self._waiting) == 1:
            self._limit()
        return True

    def follow(self, event: Typed) -> None:
        """Hold the keys behind ``event``, which the app has just handed on, until it has come to its end."""
        if not _acts_at_once(event):
            self._begin()

    def _begin(self) -> None:
        self._busy = True
        self._turn += 1
        self._lap(1, self._turn)
        if self._waiting:
            self._limit()

    def _limit(self) -> None:
        """End this turn after a while, whatever has become of it."""
        turn = self._turn
        self._app.set_timer(_PATIENCE, lambda: self._admit(turn))

    def _lap(self, number: int, turn: int) -> None:
        """Go round behind every message that is under way from the focus up to the app."""
        seen = self._place()

        def finished() -> None:
            in_place = self._in_place()
            if number >= _LAPS and in_place and seen == self._place():
                self._admit(turn)
            elif in_place:
                self._lap(number + 1, turn)
            else:
                self._app.set_timer(_PAUSE, lambda: self._lap(number + 1, turn))

        if turn == self._turn and self._app.is_running:
            _walk([*_upwards(seen[-1] if seen else None, self._app), self._app], finished)

    def _admit(self, turn: int) -> None:
        """Let the next key in, unless the one before it is still on its way: it would be overtaken."""
        if turn != self._turn or not self._busy or self._admitted is not None:
            return
        self._busy = bool(self._waiting)
        self._admitted = self._waiting.popleft() if self._waiting else None
        if self._admitted is not None:
            self._app.post_message(self._admitted)

    def _place(self) -> tuple[MessagePump, ...]:
        """The screen and the widget that a key goes to now."""
        if not self._app.screen_stack:
            return ()
        screen, focused = self._app.screen, self._app.focused
        return (screen, focused) if focused else (screen,)

    def _in_place(self) -> bool:
        """Whether there is a screen, and everything on it has been mounted."""
        if not self._app.screen_stack:
            return False
        screen = self._app.screen
        return screen.is_mounted and all(widget.is_mounted for widget in screen.query("*"))


def _walk(path: list[MessagePump], then: Callable[[], None]) -> None:
    """Call ``then`` once every pump of ``path``, one after the other, has handled what it has in its queue now."""
    pump, *rest = path
    step = then if not rest else (lambda: _walk(rest, then))
    if not pump.call_later(step) and rest:  # it is closing: nothing comes from it any more
        step()


def _upwards(node: MessagePump | None, app: MessagePump) -> Iterator[MessagePump]:
    """``node`` and its ancestors, up to but without ``app``."""
    at: Any = node
    while at is not None and at is not app:
        yield at
        at = at._parent


def _acts_at_once(event: Typed) -> bool:
    return isinstance(event, Key) and event.key in _AT_ONCE
