"""The browse screen: search line, table, ticket, status line and footer.

Invariant: it only composes, routes and binds. Keys and messages of widgets go to one of its controllers, replies to
whoever asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.screen import Screen

from tui_app.tickets.clock import Clock
from tui_app.tickets.messages import Reply
from tui_app.tickets.servers import LoginEnded, LoginOffered, ProfileSummary, StateChanged, TerminalNeeded
from tui_app.tickets.ticket_service import TicketService
from tui_app.ui.browse.controllers import Controllers, Parts
from tui_app.ui.browse.divider import Divider
from tui_app.ui.detail.ticket_detail import TicketDetail
from tui_app.ui.form.sentence import SearchLine
from tui_app.ui.key_bar import KeyBar
from tui_app.ui.keys import bindings_for
from tui_app.ui.needs import needs, why_not
from tui_app.ui.quick_views import Beginning, all_views
from tui_app.ui.table.results_table import ResultsTable
from tui_app.ui.user_files import UserFiles

if TYPE_CHECKING:
    from tui_app.settings.model import UiSettings
    from tui_app.ui.browse.panels import ErrorPanel

P = ParamSpec("P")


def _to(find: Callable[[BrowseScreen], Callable[P, None]]) -> Callable[Concatenate[BrowseScreen, P], None]:
    """An action that runs a controller's method; what that method `needs` the action needs too."""

    def action(screen: BrowseScreen, /, *args: P.args, **kwargs: P.kwargs) -> None:
        find(screen)(*args, **kwargs)

    action.reason = lambda screen: why_not(find(screen))  # type: ignore[attr-defined]
    return action


def _when(find: Callable[[BrowseScreen], Callable[[], object]]) -> Callable[[BrowseScreen], None]:
    """A handler that runs a controller's method, whatever the message holds."""

    def handle(screen: BrowseScreen) -> None:
        find(screen)()

    return handle


class BrowseScreen(Screen[None]):
    """The screen that is always there.

    Args:
        service: answers requests.
        settings: the ``[ui]`` section of the config.
        profiles: the trackers that can be searched.
        begin: what is searched first.
        files: the user's own files.
        clock: the program's clock.
    """

    BINDINGS = bindings_for("browser")
    AUTO_FOCUS = "ResultsTable"

    def __init__(
        self, service: TicketService, settings: UiSettings, profiles: Sequence[ProfileSummary],
        begin: Beginning, *, files: UserFiles, clock: Clock,
    ) -> None:  # fmt: skip
        super().__init__()
        self._refresh_seconds, self._wanted = settings.refresh_seconds, begin.wanted
        self.parts = parts = Parts.of(self, service, settings, profiles, files, clock)
        self.table, self.detail, self.views = parts.table, parts.detail, all_views(settings)
        made = Controllers.of(parts, begin, views=self.views)
        self.notices, self.search, self.panes, self.shown = made.notices, made.search, made.panes, made.shown
        self.tickets, self.go_to, self.choose = made.tickets, made.go_to, made.choose
        self.changes, self.commands, self.rows, self.leaving = made.changes, made.commands, made.rows, made.leaving
        self.trackers, self._show_tab = made.trackers, made.show_tab

    def compose(self) -> ComposeResult:
        self.panes.restore(self.app.size)
        yield self.parts.tab_bar
        with Horizontal(id="top"):
            yield self.parts.search_line
            yield self.parts.pane_name
        with Container(id="body"):
            yield self.table
            yield self.parts.divider
            yield self.detail
        yield self.parts.status
        yield KeyBar()

    def on_mount(self) -> None:
        self.screen_layout_refresh_signal.subscribe(self, lambda _: self._show_behind())
        self._show_tab(self.search.tabs.active)
        self.search.begin()
        if self._wanted:
            self.go_to.open_first(self._wanted)
        if self._refresh_seconds:
            self.set_interval(self._refresh_seconds, self.search.refresh_by_itself)

    def step_back(self) -> Callable[[], object] | None:
        """What escape undoes: the first of these that there is to undo."""
        if any(shown.severity != "information" for shown in self.app._notifications):
            return self.app.clear_notifications
        for part in (self.notices, self.shown, self.panes, self.search, self.search.visit, self.rows):
            if step := part.step_back():
                return step
        return self.app.clear_notifications if self.app._notifications else None

    def why_not(self, action: str) -> str:
        """Why the action of a key cannot run now, on the focused widget or else here; empty: it can."""
        name = f"action_{action.removeprefix('screen.').partition('(')[0]}"
        return why_not(getattr(self.focused, name, None) or getattr(self, name, None))

    # ------------------------------------------------------------------ routing

    def route(self, reply: Reply) -> None:
        """Hand a reply to whoever asked for it, a server's state to the notices."""
        if isinstance(reply, StateChanged):
            self.notices.take_state(reply)
        elif not isinstance(reply, TerminalNeeded | LoginOffered | LoginEnded):
            self.parts.router.route(reply)

    def on_resize(self) -> None:
        self.panes.arrange(self.size)

    def _show_behind(self) -> None:
        """What a new layout has moved is drawn behind an open dialog, too: Textual draws the screen on top alone."""
        if not self.is_current:
            self.app.screen.refresh()

    @on(ResultsTable.Highlighted)
    def _cursor_moved(self, event: ResultsTable.Highlighted) -> None:
        self.shown.cursor_moved(event.ticket)
        self.notices.cursor_moved()
        self.search.show_tabs()
        self.refresh_bindings()

    @on(events.Paste)
    def _take_paste(self, event: events.Paste) -> None:
        event.stop()
        self.go_to.take_paste(event.text)

    _open = on(ResultsTable.Opened)(_when(lambda screen: screen.panes.enter_detail))

    @on(TicketDetail.TicketFollowed)
    def _follow_relation(self, event: TicketDetail.TicketFollowed) -> None:
        self.shown.visit(event.relation)
        self.refresh_bindings()

    @on(TicketDetail.AttachmentChosen)
    def _attachment_chosen(self, event: TicketDetail.AttachmentChosen) -> None:
        self.tickets.pick_for_attachment(event.attachment)

    @on(ResultsTable.EndReached)
    def _load_more(self) -> None:
        if not self.search.no_more():
            self.search.load_more()

    @on(ResultsTable.CountsChanged)
    def _counts_changed(self, event: ResultsTable.CountsChanged) -> None:
        self.search.show_message()
        self.notices.take_counts(event.shown, event.loaded, event.marked, event.sort)
        if event.loaded:
            self.panes.fit_rows(max(event.loaded, self.table.model.row_count))
            self.call_after_refresh(self.changes.take_profiles)

    @on(ResultsTable.ColumnsChosen)
    def _columns_chosen(self, event: ResultsTable.ColumnsChosen) -> None:
        self.panes.keep_columns(self.search.tabs.active.columns_name, event.columns)
        if not self.table.missing_fields <= {*self.search.current.fields}:
            self.search.refresh()

    _order_chosen = on(ResultsTable.OrderChosen)(_when(lambda screen: screen.search.order_chosen))

    _line_clicked = on(SearchLine.LineClicked)(_when(lambda screen: screen.choose.edit))

    _focus_moved = on(events.DescendantFocus)(_when(lambda screen: screen.panes.highlight_divider))

    @on(Divider.Dragged)
    def _divider_dragged(self, event: Divider.Dragged) -> None:
        self.panes.drag_divider(event.x, event.y)

    _divider_dropped = on(Divider.Dropped)(_when(lambda screen: screen.panes.keep_panes))

    # The panel is loaded when it is first shown: its messages are handled by name.

    on_error_panel_retry_wanted = _when(lambda screen: screen.search.refresh)

    def on_error_panel_copy_wanted(self, event: ErrorPanel.CopyWanted) -> None:
        self.tickets.copy_text(event.text)

    on_error_panel_dismissed = _when(lambda screen: screen.notices.close_error)

    # ------------------------------------------- actions, and why one cannot run

    def no_step_back(self) -> str:
        return "" if self.step_back() else "There is nothing to go back from."

    action_edit_search = _to(lambda screen: screen.choose.edit)
    action_toggle_news = _to(lambda screen: screen.search.visit.toggle_news)
    action_mark_seen = _to(lambda screen: screen.search.visit.mark_seen)
    action_toggle_queries = _to(lambda screen: screen.choose.toggle_queries)
    action_refresh = _to(lambda screen: screen.search.refresh)
    action_clear_search = _to(lambda screen: screen.choose.clear)
    action_load_more = _to(lambda screen: screen.search.load_more)
    action_show_tab = _to(lambda screen: screen.choose.show_tab)
    action_step_tab = _to(lambda screen: screen.choose.step_tab)
    action_pick_view = _to(lambda screen: screen.choose.pick_view)
    action_recents = _to(lambda screen: screen.choose.pick_recent)
    action_saved = _to(lambda screen: screen.choose.pick_saved)
    action_detail_scroll = _to(lambda screen: screen.tickets.scroll)
    action_detail_section = _to(lambda screen: screen.tickets.go_to_section)
    action_raw = _to(lambda screen: screen.tickets.toggle_raw)
    action_links = _to(lambda screen: screen.tickets.pick_link)
    action_open_in_browser = _to(lambda screen: screen.tickets.open_in_browser)
    action_copy_menu = _to(lambda screen: screen.tickets.pick_copy)
    action_copy_id = _to(lambda screen: screen.tickets.copy_id)
    action_copy_address = _to(lambda screen: screen.tickets.copy_address)
    action_export = _to(lambda screen: screen.tickets.export)
    action_page_ticket = _to(lambda screen: screen.tickets.page)
    action_edit_ticket = _to(lambda screen: screen.tickets.edit)
    action_toggle_detail = _to(lambda screen: screen.panes.toggle_detail)
    action_next_place = _to(lambda screen: screen.panes.next_place)
    action_focus_pane = _to(lambda screen: screen.panes.focus_pane)
    action_zoom = _to(lambda screen: screen.panes.zoom)
    action_resize_detail = _to(lambda screen: screen.panes.resize_detail)
    action_filter = _to(lambda screen: screen.rows.filter)
    action_facets = _to(lambda screen: screen.rows.pick_values)
    action_sort_menu = _to(lambda screen: screen.rows.pick_order)
    action_group_menu = _to(lambda screen: screen.rows.pick_groups)
    action_columns = _to(lambda screen: screen.rows.pick_columns)
    action_go_to = _to(lambda screen: screen.go_to.ask)
    action_profiles = _to(lambda screen: screen.trackers.pick)
    action_server_pane = _to(lambda screen: screen.trackers.open_servers)
    action_show_error = _to(lambda screen: screen.notices.show_again)
    action_own_commands = _to(lambda screen: screen.commands.pick)
    action_run_command = _to(lambda screen: screen.commands.run)
    action_change = _to(lambda screen: screen.changes.change)

    def no_way_back(self) -> str:
        return self.shown.no_way_back()

    @needs(no_way_back)
    def action_ticket_back(self) -> None:
        self.shown.back()
        self.refresh_bindings()

    @needs(no_step_back, quiet=True)
    def action_back(self) -> None:
        if step := self.step_back():
            step()
            self.app.clear_notifications()  # what was confirmed is no step of its own
            self.call_after_refresh(self.refresh_bindings)  # what it closes is gone by then
