"""The controllers of the browse screen, put together.

Invariant: no controller knows another; what one needs of another is handed in here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from textual.screen import Screen
from textual.widget import Widget

from tui_app.tickets.clock import Clock
from tui_app.tickets.criteria import View
from tui_app.tickets.servers import ProfileSummary
from tui_app.tickets.ticket_service import TicketService
from tui_app.ui import late
from tui_app.ui.browse.choosing import GoTo, RowChooser, SearchChooser
from tui_app.ui.browse.chosen_tickets import ChosenTickets
from tui_app.ui.browse.command_controller import CommandController, Leaving
from tui_app.ui.browse.divider import Divider
from tui_app.ui.browse.notices import Notices, ToolQuestions, TrackerChooser
from tui_app.ui.browse.pane_layout import PaneLayout
from tui_app.ui.browse.search_controller import SearchController
from tui_app.ui.browse.shown_ticket import ShownTicket
from tui_app.ui.browse.tab_bar import TabBar
from tui_app.ui.browse.tabs import Tab
from tui_app.ui.browse.ticket_controller import TicketController
from tui_app.ui.changing.change_controller import ChangeController
from tui_app.ui.changing.sending import ChangeSender
from tui_app.ui.detail.ticket_detail import TicketDetail
from tui_app.ui.form.sentence import PaneName, SearchLine
from tui_app.ui.quick_views import Beginning, ProfileQueries
from tui_app.ui.reply_routing import ReplyRouter
from tui_app.ui.status_line import StatusLine
from tui_app.ui.table.results_table import ResultsTable
from tui_app.ui.table.table_model import TableModel
from tui_app.ui.user_files import UserFiles

if TYPE_CHECKING:
    from tui_app.settings.model import UiSettings


class Parts(Struct, frozen=True):
    """What the controllers work with."""

    screen: Screen[Any]
    router: ReplyRouter
    table: ResultsTable
    detail: TicketDetail
    divider: Divider
    pane_name: PaneName
    search_line: SearchLine
    tab_bar: TabBar
    status: StatusLine
    files: UserFiles
    now: Callable[[], datetime]
    queries: ProfileQueries
    sites: Mapping[str, Callable[[], Sequence[str]]]
    """Trackers, each to what finds the web sites that are its own."""
    settings: UiSettings
    profiles: Sequence[ProfileSummary]
    clock: Clock

    @classmethod
    def of(
        cls, screen: Screen[Any], service: TicketService, settings: UiSettings, profiles: Sequence[ProfileSummary],
        files: UserFiles, clock: Clock,
    ) -> Parts:  # fmt: skip
        """The widgets of ``screen``, which mounts them, and what else its controllers have in common."""
        return cls(
            screen, ReplyRouter(service),
            ResultsTable(clock, id="table"), TicketDetail(clock, date_format=settings.date_format or "", id="detail"),
            Divider(), PaneName(), SearchLine(), TabBar(), StatusLine(clock.monotonic), files, clock.now,
            ProfileQueries(profiles), {profile.name: profile.find_sites for profile in profiles}, settings, profiles,
            clock,
        )  # fmt: skip


class Controllers(Struct):
    """All of them, each made from those before it; what needs a later one finds it here when it is called."""

    notices: Notices
    search: SearchController
    panes: PaneLayout
    shown: ShownTicket
    tickets: TicketController
    go_to: GoTo
    choose: SearchChooser
    changes: ChangeController
    commands: CommandController
    rows: RowChooser
    leaving: Leaving
    trackers: TrackerChooser
    show_tab: Callable[[Tab], None]
    """Shows the columns of a tab, and its filter."""

    @classmethod
    def of(cls, parts: Parts, begin: Beginning, *, views: Sequence[View]) -> Controllers:
        """The controllers over ``parts``, to search ``begin`` first."""
        screen, table, detail, columns = parts.screen, parts.table, parts.detail, parts.settings.columns
        notices = Notices(screen, parts.router, parts.status, table, lambda: search.current, parts.now, columns)

        def show_tab(tab: Tab) -> None:
            panes.restore_columns(tab.columns_name, columns, tab.view.columns if tab.view else ())
            rows.show_filter()

        search = _search_controller(parts, begin, views, notices, lambda: shown, show_tab)
        panes = PaneLayout(
            screen, table, parts.divider, detail, parts.files,
            pane_name=parts.pane_name, place=parts.settings.preview or "",
            on_detail_shown=lambda: shown.follow(),  # noqa: PLW0108
        )  # fmt: skip
        in_sight, open_detail = panes.is_detail_in_sight, panes.open_detail
        shown = ShownTicket(
            screen, parts.router, table, detail, parts.files, search.seen,
            now=parts.now, profile_of=search.profile_of, is_in_sight=in_sight, on_shown=panes.name_ticket,
        )  # fmt: skip
        chosen = ChosenTickets(shown, table, lambda: _is_within(screen.focused, detail))
        tickets = TicketController(
            screen, parts.router, shown, chosen, table, detail, parts.files,
            sites=parts.sites, branch=parts.settings.branch or "", is_in_sight=in_sight, bring_into_sight=open_detail,
        )  # fmt: skip
        go_to, choose = _choosers(parts, begin, search, shown, panes)
        leaving = Leaving(screen, is_changing=lambda: changes.is_changing, commands=lambda: commands.running)
        commands = CommandController(
            screen, chosen, parts.settings.commands, parts.files.config_file, branch=parts.settings.branch or "",
            profiles=lambda: search.profiles, refresh=search.refresh, on_ended=leaving.something_ended,
        )  # fmt: skip
        commands.bind({"table": table, "detail": detail, "browser": screen})
        changes = _change_controller(parts, notices, search, shown, chosen, leaving)
        rows = RowChooser(screen, table, parts.status, shown.whole)
        return cls(
            notices, search, panes, shown, tickets, go_to, choose, changes, commands, rows, leaving,
            _tracker_chooser(parts, notices, search, shown, rows, show_tab), show_tab,
        )  # fmt: skip


def _is_within(widget: Widget | None, outer: Widget) -> bool:
    return widget is not None and outer in widget.ancestors_with_self


def _choosers(
    parts: Parts, begin: Beginning, search: SearchController, shown: ShownTicket, panes: PaneLayout
) -> tuple[GoTo, SearchChooser]:
    go_to = GoTo(
        parts.screen, shown, parts.table, search.seen, search.before,
        searched=lambda: search.profiles, configured=tuple(profile.name for profile in parts.profiles),
        bring_into_sight=panes.enter_detail, offered=begin.offered, now=parts.now,
    )  # fmt: skip
    choose = SearchChooser(
        parts.screen, search.tabs, search.known, search.seen, search.before, parts.files, parts.queries,
        now=parts.now, search=search.search, show_tab=search.show_tab, open_ticket=go_to.open,
        on_other_rows=panes.put_ticket_away,
    )  # fmt: skip
    return go_to, choose


def _tracker_chooser(
    parts: Parts, notices: Notices, search: SearchController, shown: ShownTicket, rows: RowChooser,
    show_tab: Callable[[Tab], None],
) -> TrackerChooser:  # fmt: skip
    def use(names: tuple[str, ...]) -> None:
        """Search these trackers from now on, for the same criteria."""
        shown.forget()
        notices.take_failures((), is_shown=False)
        rows.drop_filter()
        parts.table.clear_facets()
        search.search_profiles(names)
        parts.files.remember_trackers(names)
        show_tab(search.tabs.active)

    return TrackerChooser(
        parts.screen, parts.profiles, notices, parts.files.config_file, searched=lambda: search.profiles, use=use
    )


def _change_controller(
    parts: Parts, notices: Notices, search: SearchController, shown: ShownTicket, chosen: ChosenTickets,
    leaving: Leaving,
) -> ChangeController:  # fmt: skip
    sender = ChangeSender(
        parts.screen, parts.router, shown, search.tabs, parts.status, parts.files, parts.now,
        notices.keep_message, leaving.something_ended,
    )  # fmt: skip
    return ChangeController(
        parts.screen, parts.router, shown, chosen, parts.table, parts.status, parts.files, sender,
        profiles=lambda: search.profiles, known=lambda profile: search.known.of((profile,)),
    )  # fmt: skip


def _search_controller(
    parts: Parts,
    begin: Beginning,
    views: Sequence[View],
    notices: Notices,
    shown: Callable[[], ShownTicket],
    show_tab: Callable[[Tab], None],
) -> SearchController:
    questions = ToolQuestions(
        parts.screen,
        parts.router,
        on_failed=notices.take_failures,
        search_again=lambda: search.refresh(),  # noqa: PLW0108 (it is made below)
    )
    search = SearchController(
        parts.screen,
        parts.router,
        parts.table,
        parts.search_line,
        parts.tab_bar,
        parts.files,
        now=parts.now,
        begin=begin,
        views=views,
        queries=parts.queries,
        notify=parts.settings.notify,
        counts=parts.settings.count_views,
        on_news=lambda words: late.tell(parts.screen.app, words, parts.settings.tell),
        new_model=lambda: TableModel(parts.clock.monotonic),
        is_down=notices.is_down,
        on_changed=notices.show_status,
        on_started=notices.close_error,
        on_refresh=lambda: shown().forget(),
        on_failed=questions.take_failures,
        on_tab_shown=show_tab,
    )
    return search
