"""The line in which the words to find in a ticket are typed."""

from __future__ import annotations

from textual.message import Message
from textual.widgets import Input

from tui_app.ui.keys import bindings_for


class FindLine(Input):
    """Posts `Kept` or `Dropped`; what is typed comes as `Input.Changed`."""

    BINDINGS = bindings_for("find")

    class Kept(Message):
        """What was found stays marked, the ticket gets the focus."""

    class Dropped(Message):
        """Nothing is looked for any more."""

    def action_keep(self) -> None:
        self.post_message(self.Kept())

    def action_drop(self) -> None:
        self.post_message(self.Dropped())
