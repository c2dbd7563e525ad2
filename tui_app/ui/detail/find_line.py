"""The line below a ticket in which words to find are typed; the lines that hold them are marked meanwhile."""

from __future__ import annotations

from textual import on
from textual.widgets import Input

from tui_app.ui.detail.line_view import LineView
from tui_app.ui.keymap import shown_key
from tui_app.ui.keys import bindings_for
from tui_app.ui.needs import refuse
from tui_app.ui.rendering.safe import safe_line


class FindLine(Input):
    """Finds words in ``view``, which gets the focus afterwards."""

    BINDINGS = bindings_for("find")

    def __init__(self, view: LineView) -> None:
        super().__init__(placeholder="find in this ticket", compact=True)
        self._view = view

    def open(self) -> None:
        """Show the line, to type in."""
        self.add_class("-open")
        self.focus()

    def next_match(self, step: int) -> None:
        """Go forward by ``step`` matches, or say why that cannot be."""
        if not self._view.is_marked:
            refuse(
                self, f"Nothing is looked for in this ticket; {shown_key(self.app, 'detail.search')} asks for words."
            )
        elif self._view.next_match(step) == (0, 0):
            self._say_nothing_found()

    def action_keep(self) -> None:
        """Leave what was found marked."""
        self.remove_class("-open")
        self._view.focus()
        if self.value and not self._view.has_matches:
            self._say_nothing_found()

    def action_drop(self) -> None:
        """Take the marks away."""
        self.remove_class("-open")
        with self.prevent(Input.Changed):
            self.value = ""
        self._view.find("")
        self._view.focus()

    @on(Input.Changed)
    def _find(self, event: Input.Changed) -> None:
        event.stop()
        found = self._view.find(event.value)
        self.set_class(bool(event.value) and not found, "-nothing")

    def _say_nothing_found(self) -> None:
        refuse(self, f"Not in this ticket: {safe_line(self.value)}")
