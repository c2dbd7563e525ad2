"""The closed form: one line that says what is searched, as a sentence."""

from __future__ import annotations

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.ui.form.sentence import sentence_content


class SearchLine(Widget):
    """One line; a click opens the form."""

    class Clicked(Message):
        """The form is wanted."""

    def __init__(self) -> None:
        super().__init__(id="search-line")
        self._criteria = TicketSearchCriteria()

    def show(self, criteria: TicketSearchCriteria) -> None:
        """Say what is searched."""
        self._criteria = criteria
        self.refresh()

    def render(self) -> Content:
        words = sentence_content(self._criteria)
        return Content.assemble(("⌕ ", "$text-primary bold"), words).truncate(self.size.width, ellipsis=True)

    def on_click(self) -> None:
        self.post_message(self.Clicked())
