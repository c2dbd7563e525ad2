"""The search form as a screen of its own, and what it hands back."""

from __future__ import annotations

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.screen import ModalScreen

from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.mentions import NamedTicket
from tui_app.tickets.query import RawCriteria
from tui_app.ui.form.search_form import SearchForm
from tui_app.ui.key_bar import KeyBar


class FormResult(Struct, frozen=True):
    """What the form ended with: ``criteria`` to search for, or None and the ``draft`` to open it with again."""

    criteria: TicketSearchCriteria | None
    draft: RawCriteria
    named: NamedTicket | None = None
    """A ticket to open in place of a search."""


class FormScreen(ModalScreen[FormResult]):
    """Holds a `SearchForm` and hands back what it gives."""

    CSS_PATH = "form.tcss"

    def __init__(self, form: SearchForm) -> None:
        super().__init__()
        self._form = form

    def compose(self) -> ComposeResult:
        yield self._form
        yield KeyBar()

    def offer_again(self) -> None:
        """Tickets that were seen are known now."""
        if self in self.app.screen_stack and self._form.is_mounted:
            self._form.offer_openings()

    @on(SearchForm.Submitted)
    def _search(self, event: SearchForm.Submitted) -> None:
        self.dismiss(FormResult(event.criteria, {}))

    @on(SearchForm.TicketWanted)
    def _open(self, event: SearchForm.TicketWanted) -> None:
        self.dismiss(FormResult(None, {}, event.named))

    @on(SearchForm.Closed)
    def _close(self, event: SearchForm.Closed) -> None:
        self.dismiss(FormResult(None, event.raw))
