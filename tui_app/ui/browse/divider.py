"""The line between table and ticket."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


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
