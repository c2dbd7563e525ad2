"""The filter line: narrows the rows shown with every key."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tui_app.ui.keys import bindings_for

_FUZZY = "~"


class FilterLine(Horizontal):
    """``/ words``. Posts `Changed` with what is typed, `Kept` when the rows are wanted, `Dropped` on escape."""

    BINDINGS = bindings_for("filter")

    class Changed(Message):
        """Show what ``text`` keeps."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Kept(Message):
        """The filter stays, the rows get the focus."""

    class Dropped(Message):
        """The filter is taken away."""

    def __init__(self) -> None:
        super().__init__(id="filter")

    def compose(self) -> ComposeResult:
        yield Static(Content("/"), id="filter-sign")
        yield Input(placeholder="words · !not · ~fuzzy", compact=True, id="filter-input")

    def on_mount(self) -> None:
        self.take_focus()

    def take_focus(self) -> None:
        """Go on typing."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    def action_keep(self) -> None:
        self.post_message(self.Kept())

    def action_close(self) -> None:
        self.post_message(self.Dropped())

    def action_toggle_fuzzy(self) -> None:
        field = self.query_one(Input)
        field.value = field.value.removeprefix(_FUZZY) if field.value.startswith(_FUZZY) else _FUZZY + field.value
        field.cursor_position = len(field.value)
