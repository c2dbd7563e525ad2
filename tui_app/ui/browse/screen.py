"""The browse screen: search line, table, ticket, status line and footer.

Invariant: it only routes. What comes from a widget goes to the service; what comes from the service goes to a widget,
unless it answers something that is no longer asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Container

from tui_app.tickets.messages import (
    Failed,
    ProfileSummary,
    Reply,
    Search,
    ServerInspected,
    StateChanged,
    TicketOpened,
    TicketService,
    TicketsFound,
    ValuesListed,
)
from tui_app.ui.browse.divider import Divider
from tui_app.ui.browse.search_actions import SearchActions
from tui_app.ui.detail.ticket_detail import TicketDetail
from tui_app.ui.form.search_line import SearchLine
from tui_app.ui.keymap import shown_key
from tui_app.ui.keys import bindings_for
from tui_app.ui.status.describe import Counts
from tui_app.ui.status.key_bar import KeyBar
from tui_app.ui.status.status_line import StatusLine
from tui_app.ui.table.columns import ColumnSpec
from tui_app.ui.table.results_table import ResultsTable

if TYPE_CHECKING:
    from tui_app.settings.config import UiSettings
    from tui_app.ui.browse.error_panel import ErrorPanel
    from tui_app.ui.browse.filter_line import FilterLine


class BrowseTable(ResultsTable):
    """The table, with its keys; those that need a ticket say so where there is none."""

    BINDINGS = bindings_for("table")

    def action_open(self) -> None:
        self._with_ticket(super().action_open)

    def action_toggle_mark(self) -> None:
        self._with_ticket(super().action_toggle_mark)

    def action_mark_range(self) -> None:
        self._with_ticket(super().action_mark_range)

    def action_mark_all(self) -> None:
        self._with_ticket(super().action_mark_all)

    def action_mark_invert(self) -> None:
        self._with_ticket(super().action_mark_invert)

    def action_clear_marks(self) -> None:
        if self.marked:
            super().action_clear_marks()
        else:
            self._refuse(f"Nothing is marked; {shown_key(self.app, 'table.mark')} marks a ticket.")

    def _with_ticket(self, action: Callable[[], None]) -> None:
        if self.current is None:
            self._refuse("There is no ticket under the cursor.")
        else:
            action()

    def _refuse(self, why: str) -> None:
        self.app.notify(why, severity="warning", timeout=3, markup=False)


class BrowseScreen(SearchActions):
    """The screen that is always there. ``opening`` is a search that was submitted before the screen was."""

    BINDINGS = bindings_for("browser")
    AUTO_FOCUS = "ResultsTable"

    def __init__(
        self,
        service: TicketService,
        settings: UiSettings,
        profiles: Sequence[ProfileSummary],
        profile: str,
        opening: Search | None,
    ) -> None:
        super().__init__(service, settings, profiles, profile)
        self._opening = opening

    def compose(self) -> ComposeResult:
        detail = TicketDetail(id="detail")
        self.restore_panes(self.app.size, detail)
        yield SearchLine()
        with Container(id="body"):
            yield BrowseTable(id="table")
            yield Divider()
            yield detail
        yield StatusLine()
        yield KeyBar()

    def on_mount(self) -> None:
        self.restore_columns()
        if self._opening is None:
            self.search(self.searching.criteria, remember=False)
        else:
            self.searching.adopt(self._opening)
            self.search_shown()
        if self.settings.refresh_seconds:
            self.set_interval(self.settings.refresh_seconds, self.refresh_by_itself)

    def on_resize(self) -> None:
        self.choose_arrangement()

    # ------------------------------------------------------------------ replies

    def route(self, reply: Reply) -> None:
        """Hand a reply to whoever asked for it; late ones go nowhere."""
        match reply:
            case TicketsFound():
                self.tickets_found(reply)
            case TicketOpened():
                self.ticket_opened(reply)
            case ValuesListed():
                self.known.add_listed(reply)
            case ServerInspected():
                self.reconnected(reply)
                self.server_inspected(reply)
            case StateChanged():
                self.states[reply.profile] = reply
                self.show_state_soon()
            case Failed():
                if not (self.search_failed(reply) or self.ticket_failed(reply) or self.reconnected(reply)):
                    self.inspection_failed(reply)

    # ------------------------------------------------------------------ widgets

    @on(ResultsTable.Highlighted)
    def _cursor_moved(self, event: ResultsTable.Highlighted) -> None:
        self.cursor_moved(event.ticket)
        self.refresh_bindings()

    @on(ResultsTable.Opened)
    def _open(self) -> None:
        self.open_detail()
        self.detail.focus()

    @on(ResultsTable.EndReached)
    def _load_more(self) -> None:
        self.load_more()

    @on(ResultsTable.CountsChanged)
    def _counts_changed(self, event: ResultsTable.CountsChanged) -> None:
        self.counts = Counts(event.shown, event.loaded, event.marked)
        self.show_message()
        self.show_status()

    @on(ResultsTable.ColumnsChosen)
    def _keep_columns(self, event: ResultsTable.ColumnsChosen) -> None:
        looks, profile = self.deck.looks, "+".join(self.searching.profiles)
        columns = tuple({"name": column.name, "width": column.width} for column in event.columns)
        self.deck.remember(lambda: looks.set_columns(profile, columns))

    def restore_columns(self) -> None:
        kept = self.deck.looks.columns("+".join(self.searching.profiles))
        chosen = [ColumnSpec(str(c["name"]), width) for c in kept if isinstance(width := c.get("width", 0), int)]
        configured = [ColumnSpec.from_text(name) for name in self.settings.columns]
        if configured and len(self.searching.profiles) > 1 and "source" not in self.settings.columns:
            configured.insert(1, ColumnSpec("source"))
        with self.prevent(ResultsTable.ColumnsChosen):
            self.table.set_columns(chosen or configured)

    @on(SearchLine.Clicked)
    def _edit_search(self) -> None:
        self.action_edit_search()

    # The panels below are loaded when they are first shown: their messages are handled by name.

    def on_filter_line_changed(self, event: FilterLine.Changed) -> None:
        self.table.set_filter(event.text)

    def on_filter_line_kept(self) -> None:
        if self.table.filter_text:
            self.table.focus()
        else:
            self.drop_filter()

    def on_filter_line_dropped(self) -> None:
        self.drop_filter()

    def on_error_panel_retry_wanted(self) -> None:
        self.action_refresh()

    def on_error_panel_copy_wanted(self, event: ErrorPanel.CopyWanted) -> None:
        self.copy_text(event.text)

    def on_error_panel_closed(self) -> None:
        self.close_error()
