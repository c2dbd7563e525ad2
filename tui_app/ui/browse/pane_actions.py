"""Going from pane to pane and back, the lines at the bottom, and the dialogs over them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_app.tickets.messages import Failed, Inspect, Reconnect, ServerInspected, new_request_id
from tui_app.ui.browse.base import needs, no_error, no_other_pane, no_rows, no_step_back
from tui_app.ui.browse.layout import Arrangement
from tui_app.ui.browse.panes import Panes
from tui_app.ui.status.status_line import StatusLine

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui_app.ui.dialogs.server_pane import ServerPane

_PASSING_STATE = 0.1  # seconds; what is over sooner is not seen as an event


class PaneActions(Panes):
    """The actions on panes and dialogs."""

    _inspecting = 0
    _state_to_show: Timer | None = None

    @needs(no_other_pane)
    def action_focus_pane(self, step: int) -> None:
        self.focus_next() if step > 0 else self.focus_previous()

    # ------------------------------------------------------------------ back

    @needs(no_step_back)
    def action_back(self) -> None:
        step = self.step_back()
        if step:
            step()
            self.call_after_refresh(self.refresh_bindings)  # what it closes is gone by then

    def step_back(self) -> Callable[[], object] | None:
        """What escape undoes: the first of these that there is to undo."""
        if self.query("ErrorPanel"):
            return self.close_error
        if self.has_class("-zoom-table") or self.has_class("-zoom-detail"):
            return self.action_zoom
        if self.detail.has_focus_within or (self.arranged is Arrangement.OVER and self.detail_opened):
            return self._leave_detail
        if self.searching.progress.running:
            return self.searching.cancel
        if self.table.filter_text or self.query("FilterLine"):
            return self.drop_filter
        if self.table.facets:
            return self.table.clear_facets
        return self.table.action_clear_marks if self.table.marked else None

    def _leave_detail(self) -> None:
        if self.arranged is Arrangement.OVER:
            self.close_detail()
        else:
            self.table.focus()

    # ------------------------------------------------------------------ status, errors, filter

    def show_status(self) -> None:
        """Bring the status line up to date, and the footer with it: what can be done depends on what goes on."""
        searching = self.searching
        stale = searching.rows_are_old and bool(self.table.tickets)
        self.query_one(StatusLine).show(
            searching.profiles, self.states, searching.progress, self.counts, stale=stale, facets=self.table.facets
        )
        self.refresh_bindings()

    def show_state_soon(self) -> None:
        """Show a server's state if it lasts: a frame for one that passes would keep the rows behind it waiting."""
        if self._state_to_show is None:
            self._state_to_show = self.set_timer(_PASSING_STATE, self._show_state)

    def _show_state(self) -> None:
        self._state_to_show = None
        self.show_status()

    def show_error(self) -> None:
        """Open the panel with what went wrong."""
        from tui_app.ui.browse.error_panel import ErrorPanel

        for panel in self.query(ErrorPanel):
            panel.show(self.failures)
            return
        self.mount(ErrorPanel(self.failures), before=self.query_one(StatusLine))

    def close_error(self) -> None:
        """Close the panel; the table gets the focus."""
        if self.query("ErrorPanel"):
            self.query("ErrorPanel").remove()
            self.table.focus()

    @needs(no_error)
    def action_show_error(self) -> None:
        self.show_error()

    def action_filter(self) -> None:
        from tui_app.ui.browse.filter_line import FilterLine

        for line in self.query(FilterLine):
            line.take_focus()
            return
        self.mount(FilterLine(), before=self.query_one(StatusLine))

    def drop_filter(self) -> None:
        """Show every row again."""
        self.query("FilterLine").remove()
        self.table.set_filter("")
        self.table.focus()

    # ------------------------------------------------------------------ dialogs

    @needs(no_rows)
    def action_facets(self) -> None:
        from tui_app.ui.dialogs.table_dialogs import FacetPicker

        self.app.push_screen(FacetPicker(self.table))

    def action_columns(self) -> None:
        from tui_app.ui.dialogs.table_dialogs import ColumnPicker

        self.app.push_screen(ColumnPicker(self.table))

    @needs(no_rows)
    def action_sort_menu(self) -> None:
        from tui_app.ui.dialogs.table_dialogs import SortPicker

        self.app.push_screen(SortPicker(self.table))

    def action_profiles(self) -> None:
        from tui_app.ui.dialogs.profiles import ProfilePicker

        picker = ProfilePicker(self.profile_summaries, self.searching.profiles, self.states, self.deck.config_file)
        self.app.push_screen(picker, self._profiles_picked)

    def _profiles_picked(self, names: tuple[str, ...] | None) -> None:
        if names and names != self.searching.profiles:
            self.use_profiles(names)

    def action_server_pane(self) -> None:
        from tui_app.ui.dialogs.server_pane import ServerPane

        names = [*self.searching.profiles, *(summary.name for summary in self.profile_summaries)]
        self.app.push_screen(ServerPane(tuple(dict.fromkeys(names)), self.inspect))

    def inspect(self, profile: str, *, reconnect: bool = False) -> None:
        """Ask what is known of a server, or start it anew."""
        self._inspecting = new_request_id()
        request = Reconnect if reconnect else Inspect
        self.service.submit(request(self._inspecting, profile))

    def server_inspected(self, reply: ServerInspected) -> None:
        """Hand a report to the pane, if it is open."""
        pane = self._server_pane()
        if pane is not None:
            pane.show_report(reply.report)

    def inspection_failed(self, failure: Failed) -> None:
        """Tell the pane, if it is open, why there is no report."""
        pane = self._server_pane()
        if pane is not None and failure.request_id == self._inspecting:
            pane.show_failure(failure)

    def _server_pane(self) -> ServerPane | None:
        from tui_app.ui.dialogs.server_pane import ServerPane

        panes = [screen for screen in self.app.screen_stack if isinstance(screen, ServerPane)]
        return panes[0] if panes else None
