"""What the parts of the browse screen share: its values, its widgets, and how an action says why it cannot act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from textual.screen import Screen

from tui_app.tickets.messages import Failed, ProfileSummary, StateChanged, TicketService
from tui_app.tickets.query import RawCriteria
from tui_app.tickets.ticket import Ticket
from tui_app.ui.browse.following import Following
from tui_app.ui.browse.searching import Searching
from tui_app.ui.form.known_values import KnownValues
from tui_app.ui.keymap import shown_key
from tui_app.ui.quick_views import NamedSearch, default_quick_views
from tui_app.ui.status.describe import Counts

if TYPE_CHECKING:
    from tui_app.settings.config import UiSettings
    from tui_app.ui.app import TicketdeckApp
    from tui_app.ui.browse.layout import Arrangement
    from tui_app.ui.detail.ticket_detail import TicketDetail
    from tui_app.ui.table.results_table import ResultsTable

_NEED_TICKET = frozenset({"open", "toggle_mark"})
"""Actions of the table itself that are about the ticket under the cursor."""

P = ParamSpec("P")
S = TypeVar("S", bound="BrowseBase")


class BrowseBase(Screen[None]):
    """Values of the browse screen. The groups of actions are mixed in over it."""

    def __init__(
        self, service: TicketService, settings: UiSettings, profiles: Sequence[ProfileSummary], profile: str
    ) -> None:
        super().__init__()
        self.service = service
        self.settings = settings
        self.profile_summaries = tuple(profiles)
        self.searching = Searching(service, [profile])
        self.following = Following(service)
        self.known = KnownValues()
        self.states: dict[str, StateChanged] = {}
        self.counts = Counts()
        self.failures: tuple[Failed, ...] = ()
        self.draft: RawCriteria = {}
        self.detail_wanted = True
        self.detail_opened = False
        self.arranged: Arrangement | None = None
        self._values_asked: set[str] = set()
        self._reconnecting: dict[int, str] = {}
        self._by_itself = False

    @property
    def deck(self) -> TicketdeckApp:
        """The app, by its own type."""
        return cast("TicketdeckApp", self.app)

    @property
    def table(self) -> ResultsTable:
        from tui_app.ui.table.results_table import ResultsTable

        return self.query_one(ResultsTable)

    @property
    def detail(self) -> TicketDetail:
        from tui_app.ui.detail.ticket_detail import TicketDetail

        return self.query_one(TicketDetail)

    @property
    def quick_view_list(self) -> Sequence[NamedSearch]:
        """The searches on the number keys."""
        return self.settings.quick_views or default_quick_views()

    def follow(self) -> None:
        """Show the ticket under the cursor now: whole if it is known, else what the row has while it is fetched."""
        raise NotImplementedError

    def detail_in_sight(self) -> bool:
        """Whether the ticket's pane shows."""
        raise NotImplementedError

    def step_back(self) -> Callable[[], object] | None:
        """What escape undoes: the first of these that there is to undo."""
        raise NotImplementedError

    def use_profiles(self, names: tuple[str, ...]) -> None:
        """Search these trackers from now on, for the same criteria."""
        raise NotImplementedError

    def restore_columns(self) -> None:
        """Show the columns that were chosen for these profiles, else those of the config, else what fits."""
        raise NotImplementedError

    def profile_of(self, ticket: Ticket) -> str:
        """Which profile to ask about ``ticket``."""
        return ticket.source or self.searching.profiles[0]

    def key(self, key_id: str) -> str:
        """The key in force for an action, for words that tell what to press."""
        return shown_key(self.app, key_id)

    def say(self, words: str, *, bad: bool = False) -> None:
        """Tell the user something that needs no answer."""
        self.app.notify(words, severity="error" if bad else "information", markup=False)

    def refuse(self, why: str) -> None:
        """Tell the user why a key did nothing."""
        self.app.notify(why, severity="warning", timeout=3, markup=False)

    def why_not(self, action: str) -> str:
        """Why the action of a key cannot act now; empty: it can."""
        if action in _NEED_TICKET and self.focused is self.table:
            return no_ticket(self)
        method = getattr(self, f"action_{action.partition('(')[0]}", None)
        reason = getattr(method, "reason", None)
        return str(reason(self)) if reason else ""


def needs(
    reason: Callable[[Any], str],
) -> Callable[[Callable[Concatenate[S, P], None]], Callable[Concatenate[S, P], None]]:
    """An action that only runs while ``reason`` of its screen is empty, and otherwise tells the user the reason."""

    def decorate(action: Callable[Concatenate[S, P], None]) -> Callable[Concatenate[S, P], None]:
        @wraps(action)
        def guarded(screen: S, /, *args: P.args, **kwargs: P.kwargs) -> None:
            why = reason(screen)
            if why:
                screen.refuse(why)
                screen.refresh_bindings()  # the footer may have offered it
            else:
                action(screen, *args, **kwargs)

        guarded.reason = reason  # type: ignore[attr-defined]
        return guarded

    return decorate


def no_ticket(screen: BrowseBase) -> str:
    """Why an action on a ticket cannot act."""
    return "" if screen.table.current else "There is no ticket under the cursor."


def no_shown_ticket(screen: BrowseBase) -> str:
    """Why the ticket's pane cannot be scrolled."""
    if no_ticket(screen) or screen.detail_in_sight():
        return no_ticket(screen)
    return f"No ticket is shown; {screen.key('table.open')} opens it."


def no_other_pane(screen: BrowseBase) -> str:
    """Why the focus cannot go to another pane."""
    if len(screen.focus_chain) > 1:
        return ""
    return f"There is no other pane; {screen.key('table.open')} opens the ticket."


def no_step_back(screen: BrowseBase) -> str:
    """Why there is nothing to go back from."""
    return "" if screen.step_back() else f"Nothing to go back from; {screen.key('program.quit')} quits."


def no_rows(screen: BrowseBase) -> str:
    """Why an action on the rows cannot act."""
    return "" if screen.table.tickets else "There are no rows yet."


def no_address(screen: BrowseBase) -> str:
    """Why the ticket cannot be opened in the web browser."""
    if not screen.table.current:
        return no_ticket(screen)
    return "" if screen.table.current.url else f"{screen.table.current.id} has no web address."


def no_error(screen: BrowseBase) -> str:
    """Why there is no error to show."""
    return "" if screen.failures else "Nothing has gone wrong."


def no_more(screen: BrowseBase) -> str:
    """Why nothing further can be loaded."""
    progress = screen.searching.progress
    if progress.running:
        return "The search is still under way."
    return "" if progress.truncated else "Everything that matches is loaded."
