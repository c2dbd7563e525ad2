"""Server states, row counts, failures and messages, shown in the status line, the panel of errors and two panes; what a
failure makes the program ask; and which trackers are searched.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from msgspec.structs import replace
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer

from tui_app.tickets.messages import AccessChanged, Failed, Inspect, Reconnect, ServerInspected, new_request_id
from tui_app.tickets.query import word_of
from tui_app.tickets.servers import AllowTool, ProfileSummary, ServerState, StateChanged, UndecidedTool
from tui_app.ui import late
from tui_app.ui.browse.current_search import CurrentSearch
from tui_app.ui.reply_routing import FailureHandler, ReplyRouter
from tui_app.ui.status_line import Counts, StatusLine
from tui_app.ui.table.columns import column_kind, unknown_columns
from tui_app.ui.table.results_table import ResultsTable

_MOST_MESSAGES = 500
_MOST_INCOMPLETE = 200  # tickets whose faults are listed
_PASSING_STATE = 0.1  # seconds; what is over sooner is not seen as an event


class TrackerChooser:
    """Lets the user say which trackers are searched, and look at their servers.

    Args:
        screen: the host of dialogs.
        profiles: all trackers.
        notices: knows the states of their servers.
        config_file: where they are configured.
        searched: gives those that are searched now.
        use: searches others from now on.
    """

    def __init__(
        self,
        screen: Screen[Any],
        profiles: Sequence[ProfileSummary],
        notices: Notices,
        config_file: str,
        *,
        searched: Callable[[], tuple[str, ...]],
        use: Callable[[tuple[str, ...]], object],
    ) -> None:
        self.screen = screen
        self._profiles = tuple(profiles)
        self._notices = notices
        self._config_file = config_file
        self._searched = searched
        self.use = use

    def has_samples(self) -> bool:
        """Whether the embedded tracker with its sample is one of those searched."""
        return any(p.name in self._searched() and p.source == "built in" for p in self._profiles)

    def pick(self) -> None:
        """List the trackers."""

        def picked(names: tuple[str, ...] | None) -> None:
            if names and names != self._searched():
                self.use(names)

        dialog = late.ProfilePicker(self._profiles, self._searched(), self._notices.states, self._config_file)
        self.screen.app.push_screen(dialog, picked)

    def open_servers(self) -> None:
        """Show what is known of the servers, first of those that are searched."""
        self._notices.open_server_pane(tuple(dict.fromkeys([*self._searched(), *(p.name for p in self._profiles)])))


class Notices:
    """Keeps the latest states, counts and failures, and shows them.

    Args:
        screen: the host of timers, panels and dialogs.
        router: takes the requests.
        status: the status line; the panel of errors opens above it.
        table: gets the focus when the panel closes.
        search: gives the search in force.
        now: the clock's.
        columns: the table's, as they are configured.
    """

    def __init__(
        self,
        screen: Screen[Any],
        router: ReplyRouter,
        status: StatusLine,
        table: ResultsTable,
        search: Callable[[], CurrentSearch],
        now: Callable[[], datetime],
        columns: Sequence[str],
    ) -> None:
        self.screen = screen
        self._configured_columns = columns
        self._router = router
        self._status = status
        self._table = table
        self._search = search
        self._now = now
        self._messages: deque[tuple[datetime, str]] = deque(maxlen=_MOST_MESSAGES)
        self._states: dict[str, StateChanged] = {}
        self._counts = Counts()
        self._failures: tuple[Failed, ...] = ()
        self._state_to_show: Timer | None = None
        self._inspecting = 0
        self._columns_checked = False
        self._told_as_text: set[str] = set()

    # ----------------------------------------------------------------- status

    @property
    def counts(self) -> Counts:
        """What is on the table."""
        return self._counts

    @property
    def states(self) -> Mapping[str, StateChanged]:
        """The latest state of each profile's server."""
        return self._states

    def is_down(self, profile: str) -> bool:
        """Whether the profile's server has ended and is not started again by itself."""
        state = self._states.get(profile)
        return state is not None and state.state is ServerState.DOWN

    def take_state(self, state: StateChanged) -> None:
        """Show a server's state if it lasts: a frame for one that passes would keep the rows behind it waiting."""
        self._states[state.profile] = state
        if self._state_to_show is None:
            self._state_to_show = self.screen.set_timer(_PASSING_STATE, self._show_state)

    def _show_state(self) -> None:
        self._state_to_show = None
        self.show_status()

    def take_counts(self, shown: int, loaded: int, marked: int, order: str) -> None:
        """Show how many rows there are, and their order; of the first ones, tell which columns they do not have."""
        self._counts = replace(self._with_cursor(), shown=shown, loaded=loaded, marked=marked, sort=order)
        self.show_status()
        self._check_columns()
        self._check_order(order.removeprefix("-"))

    def cursor_moved(self) -> None:
        """Show which row the cursor is on, and what of it changed."""
        self._counts = self._with_cursor()
        self._status.show_counts(self._counts)

    def _with_cursor(self) -> Counts:
        model = self._table.model
        return replace(self._counts, position=model.position, change=model.changes.words(self._table.current))

    def show_status(self) -> None:
        """Bring the status line up to date, and the footer with it: what can be done depends on what goes on."""
        search, facets = self._search(), self._table.facets
        stale = search.rows_are_old and bool(self._table.tickets)
        self._status.show(search.profiles, self._states, search.progress, self._counts, stale=stale, facets=facets)
        self.screen.refresh_bindings()

    def _check_columns(self) -> None:
        """Tell once, when the first rows are there, which configured columns are no field of theirs."""
        if self._table.tickets and not self._columns_checked and not self._search().rows_are_old:
            self._columns_checked = True
            for sentence in unknown_columns(self._configured_columns, self._table.tickets).values():
                self.screen.app.notify(f"ui.columns in the config: {sentence}", severity="warning", markup=False)

    def _check_order(self, column: str) -> None:
        """Tell once of each column whose dates cannot be put in order."""
        if self._table.model.rows.sorts_dates_as_text and column not in self._told_as_text:
            self._told_as_text.add(column)
            words = (
                f"{column_kind(column).title} is sorted as text: nothing tells which number of its dates is the month."
            )
            self.screen.app.notify(words, severity="warning", markup=False)

    # ----------------------------------------------------------------- errors

    def take_failures(self, failures: tuple[Failed, ...], *, is_shown: bool) -> None:
        """Keep what went wrong, for the panel; with ``is_shown``, open it."""
        self._failures = failures
        if is_shown:
            self.show_error()

    def keep_message(self, words: str) -> None:
        """Keep what was shown for a moment, to be read again."""
        if not self._messages or self._messages[-1][1] != words:
            self._messages.append((self._now(), words))

    def show_again(self) -> None:
        """Open the panel with what went wrong; where it is open, or nothing did, all notices."""
        if self._failures and not self.screen.query("ErrorPanel"):
            self.show_error()
        else:
            sections = list(self._sections())
            self.screen.app.push_screen(
                late.NoticesPane(Content("\n\n").join(sections) if sections else Content("Nothing has gone wrong."))
            )

    def _sections(self) -> Iterator[Content]:
        """What went wrong, what there is to know of the present search, and the messages, latest first."""
        yield from (late.error_content(failure, name_profile=True) for failure in self._failures)
        progress = self._search().progress
        known = [*progress.warnings]
        if progress.filtered_here:
            known.append(
                f"The server cannot search by {', '.join(map(word_of, progress.filtered_here))}: filtered here."
            )
        faulty = [ticket for ticket in self._table.tickets if ticket.problems]
        known += [f"{ticket.id or ticket.title}: {'; '.join(ticket.problems)}" for ticket in faulty[:_MOST_INCOMPLETE]]
        if known:
            yield Content.assemble(("This search\n", "bold $text-accent"), "\n".join(known))
        if changes := list(self._changes()):
            yield Content.assemble(("Since the last visit\n", "bold $text-accent"), "\n".join(changes))
        if self._messages:
            lines = (f"{at:%H:%M}  {words}" for at, words in reversed(self._messages))
            yield Content.assemble(("Messages\n", "bold $text-accent"), "\n".join(lines))

    def _changes(self) -> Iterator[str]:
        """A line for each new, changed and vanished ticket."""
        model = self._table.model
        for ticket in model.rows.tickets if model.changes else ():
            if change := model.changes.of(ticket):
                yield f"{change}  {ticket.id}  {model.changes.words(ticket) or ticket.title}"
        yield from (f"gone  {ticket.id}  {ticket.title}" for ticket in model.changes.gone)

    def show_error(self) -> None:
        """Open the panel with what went wrong."""
        for panel in self.screen.query("ErrorPanel").results(late.ErrorPanel):
            panel.show(self._failures)
            return
        self.screen.mount(late.ErrorPanel(self._failures), before=self._status)

    def close_error(self) -> None:
        """Close the panel; the table gets the focus."""
        if self.screen.query("ErrorPanel"):
            self.screen.query("ErrorPanel").remove()
            self._table.focus()

    def step_back(self) -> Callable[[], object] | None:
        """What escape undoes here."""
        return self.close_error if self.screen.query("ErrorPanel") else None

    # ---------------------------------------------------------------- servers

    def open_server_pane(self, profiles: Sequence[str]) -> None:
        """Show what is known of the server of the first of these profiles; tab goes to the next."""

        def inspect(profile: str, *, reconnect: bool = False) -> None:
            request = (Reconnect if reconnect else Inspect)(new_request_id(), profile)
            self._inspecting = request.request_id
            self._router.submit(request, show)

        def show(reply: ServerInspected | Failed) -> None:
            if pane not in self.screen.app.screen_stack:
                return
            if isinstance(reply, ServerInspected):
                pane.show_report(reply.report)
            elif reply.request_id == self._inspecting:
                pane.show_failure(reply)

        pane = late.ServerPane(tuple(profiles), inspect)
        self.screen.app.push_screen(pane)


class ToolQuestions:
    """Takes failed searches on their way to ``on_failed``.

    Args:
        screen: the host of the dialog.
        router: takes the answer.
        on_failed: gets every failure.
        search_again: called when a tool may be called.
    """

    def __init__(
        self,
        screen: Screen[Any],
        router: ReplyRouter,
        *,
        on_failed: FailureHandler,
        search_again: Callable[[], object],
    ) -> None:
        self._screen = screen
        self._router = router
        self._on_failed = on_failed
        self._search_again = search_again
        self._asked: set[tuple[str, str]] = set()

    def take_failures(self, failures: tuple[Failed, ...], *, is_shown: bool) -> None:
        """Pass them on, and ask what the user has to answer before that search can succeed."""
        self._on_failed(failures, is_shown=is_shown)
        for failure in failures if is_shown else ():
            tool = failure.undecided
            if tool is not None and (failure.profile, tool.digest) not in self._asked:
                self._asked.add((failure.profile, tool.digest))
                question = late.ToolQuestion(failure.profile, tool)
                self._screen.app.push_screen(question, partial(self._answer, failure.profile, tool))

    def _answer(self, profile: str, tool: UndecidedTool, allowed: bool | None) -> None:
        if allowed is None:
            return

        def take(reply: AccessChanged | Failed) -> None:
            if isinstance(reply, Failed):
                self._on_failed((reply,), is_shown=True)
                return
            self._screen.app.notify(reply.line, markup=False)
            if allowed:
                self._search_again()

        self._router.submit(AllowTool(new_request_id(), profile, tool, allowed), take)
