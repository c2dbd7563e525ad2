"""The open form over the browse screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.screen import ModalScreen

from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.query import RawCriteria
from tui_app.ui.form.search_form import SearchForm
from tui_app.ui.status.key_bar import KeyBar


class FormResult(Struct, frozen=True):
    """What the form ended with: ``criteria`` to search for, or None and the ``draft`` to open it with again."""

    criteria: TicketSearchCriteria | None
    draft: RawCriteria


class FormScreen(ModalScreen[FormResult]):
    """Holds a `SearchForm` and hands back what it gives."""

    CSS_PATH = "form.tcss"

    def __init__(
        self, raw: Mapping[str, object], known: Callable[[], Mapping[str, Sequence[str]]], native_language: str | None
    ) -> None:
        super().__init__()
        self._form = SearchForm(raw, known, native_language)

    def compose(self) -> ComposeResult:
        yield self._form
        yield KeyBar()

    @on(SearchForm.Submitted)
    def _search(self, event: SearchForm.Submitted) -> None:
        self.dismiss(FormResult(event.criteria, {}))

    @on(SearchForm.Closed)
    def _close(self, event: SearchForm.Closed) -> None:
        self.dismiss(FormResult(None, event.raw))
