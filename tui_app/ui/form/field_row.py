"""One line of the open form."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from tui_app.ui.form.fields import FieldSpec

QUERY = "text"
"""The name of the field that holds the whole query."""


class FieldRow(Horizontal):
    """A caption, an input, and a note beside it."""

    def __init__(self, spec: FieldSpec, text: str) -> None:
        super().__init__(classes="query" if spec.name == QUERY else "field")
        self.spec = spec
        self._text = text

    def compose(self) -> ComposeResult:
        yield Static(Content(self.spec.caption), classes="caption")
        yield Input(self._text, self.spec.example, name=self.spec.name, compact=True, select_on_focus=False)
        yield Static(Content(""), classes="note")

    @property
    def input(self) -> Input:
        return self.query_one(Input)

    def say(self, words: str, *, is_error: bool) -> None:
        """Show a note beside the field."""
        self.set_class(is_error, "wrong")
        self.query_one(".note", Static).update(Content(f"✗ {words}" if is_error and words else words))
