"""The list of completions that drops below the field being typed into."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

_MOST_SHOWN = 6


class CompletionList(Widget):
    """A few lines, one of them under the cursor. It never takes the focus: the field keeps it."""

    class Picked(Message):
        """A line was clicked."""

        def __init__(self, option: str) -> None:
            super().__init__()
            self.option = option

    def __init__(self) -> None:
        super().__init__()
        self._options: tuple[str, ...] = ()
        self._cursor = -1
        self.display = False

    @property
    def is_open(self) -> bool:
        """Whether there is anything to complete with."""
        return bool(self._options)

    @property
    def chosen(self) -> str | None:
        """The line that the user moved to; None: not moved yet."""
        return self._options[self._cursor] if 0 <= self._cursor < len(self._options) else None

    @property
    def first(self) -> str | None:
        """The line that tab takes."""
        return self.chosen or (self._options[0] if self._options else None)

    def open_at(self, x: int, y: int, options: Sequence[str]) -> None:
        """Show ``options`` with the list's corner at ``x``, ``y`` of the parent; no options: close."""
        self._options = tuple(options)
        self._cursor = -1
        self.display = bool(options)
        if options:
            self.styles.offset = (x, y)
            self.styles.width = min(60, max(Content(option).cell_length for option in options) + 2)
            self.styles.height = min(_MOST_SHOWN, len(options))
        self.refresh()

    def close(self) -> None:
        """Show nothing."""
        self.open_at(0, 0, ())

    def move(self, step: int) -> None:
        """Move the cursor; it goes round."""
        start = -1 if self._cursor < 0 and step > 0 else max(self._cursor, 0)
        self._cursor = (start + step) % len(self._options)
        self.refresh()

    def _top(self) -> int:
        return max(0, min(self._cursor - _MOST_SHOWN + 2, len(self._options) - _MOST_SHOWN))

    def render(self) -> Content:
        width = self.size.width - 2
        lines = []
        top = self._top()
        for position, option in enumerate(self._options[top : top + _MOST_SHOWN], top):
            line = Content(option).truncate(width, ellipsis=True)
            line = Content.assemble(" ", line, " " * (width - line.cell_length + 1))
            look = "$block-cursor-foreground on $block-cursor-background" if position == self._cursor else ""
            lines.append(line.stylize(look) if look else line)
        return Content("\n").join(lines)

    def on_click(self, event: events.Click) -> None:
        position = self._top() + event.y
        if position < len(self._options):
            self.post_message(self.Picked(self._options[position]))
