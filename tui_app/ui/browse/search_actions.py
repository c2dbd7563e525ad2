"""Searching: from the form, a list or a key to the service, and from its replies to the table."""

from __future__ import annotations

from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import (
    Failed,
    ListValues,
    Reconnect,
    ServerInspected,
    ServerState,
    TicketsFound,
    new_request_id,
)
from tui_app.ui.browse.base import BrowseBase, needs, no_more
from tui_app.ui.browse.ticket_actions import TicketActions
from tui_app.ui.form.search_line import SearchLine
from tui_app.ui.form.sentence import sentence_text
from tui_app.ui.table.rows import key_of


class SearchActions(TicketActions):
    """The actions on searches, and the replies to them."""

    def use_profiles(self, names: tuple[str, ...]) -> None:
        self.searching.profiles = names
        self.following.forget()
        self.failures = ()
        self.drop_filter()
        self.table.clear_facets()
        self.restore_columns()
        self.search(self.searching.criteria, remember=False)

    def search(self, criteria: TicketSearchCriteria, *, is_refresh: bool = False, remember: bool = True) -> None:
        """Search the present profiles; the rows shown stay, marked as old, until new ones come."""
        self._by_itself = False
        self.searching.start(criteria, is_refresh=is_refresh)
        if not is_refresh:
            self.draft = {}
            self.table.set_stale(bool(self.table.tickets))
            if remember and criteria != TicketSearchCriteria():
                recents = self.deck.recents
                self.deck.remember(lambda: recents.add(criteria))
        self.close_error()
        self.search_shown()

    def refresh_by_itself(self) -> None:
        """Refresh unless an answer is awaited or a dialog is open. A fault of it does not get into the user's way."""
        if not self.searching.progress.running and self.is_current:
            self._search_again()
            self._by_itself = True

    def search_shown(self) -> None:
        """Show what is searched and how far it has come."""
        self.query_one(SearchLine).show(self.searching.criteria)
        self.show_message()
        self.show_status()

    def show_message(self) -> None:
        """What stands in the middle while there is no row."""
        self.table.set_message(*_message(self))

    def tickets_found(self, reply: TicketsFound) -> None:
        """Show a page; pages of a refresh are put aside until all have come."""
        progress = self.searching.progress
        if not progress.take(reply):
            return
        self.known.add_seen(reply.profile, reply.tickets)
        if progress.collecting:
            progress.collect(reply.tickets)
            if reply.complete and reply.tickets:
                self.searching.load_missing()
            self._show_refreshed()
        elif progress.first_rows_shown:
            self.table.add_tickets(reply.tickets)
        elif reply.tickets or not progress.running:
            self.searching.rows_arrived()
            self.table.show_tickets(reply.tickets, keep_cursor=False)
        self.table.has_more = progress.truncated
        if reply.complete:
            self.call_after_refresh(self._prepare, reply.profile)
        self.show_message()
        self.show_status()

    def _show_refreshed(self) -> None:
        """Show what a refresh brought once all of it is there; of a tracker that failed, the former rows stay."""
        progress = self.searching.progress
        if progress.running or not progress.collecting:
            return
        found = progress.collect(())
        failed = {part.profile for part in progress.parts if part.failure}
        if found or not failed:
            present = {key_of(ticket) for ticket in found}
            former = [
                row for row in self.table.tickets if self.profile_of(row) in failed and key_of(row) not in present
            ]
            place = {profile: n for n, profile in enumerate(self.searching.profiles)}
            rows = sorted([*found, *former], key=lambda row: place.get(self.profile_of(row), len(place)))
            self.searching.rows_arrived()
            self.table.show_tickets(rows, compare=True)

    def search_failed(self, failure: Failed) -> bool:
        """Note that a part of the search came to nothing; False: it is not of the present search."""
        progress = self.searching.progress
        if not progress.fail(failure):
            return False
        self._show_refreshed()
        if self.searching.rows_are_old:
            self.table.set_stale(bool(self.table.tickets))
        if failure.kind is not ErrorKind.CANCELLED:
            self.failures = progress.failures
            if not self._by_itself:
                self.show_error()
        self.show_message()
        self.show_status()
        return True

    def _prepare(self, profile: str) -> None:
        """Once for each profile: ask which values exist, before the form is opened."""
        if profile not in self._values_asked:
            self._values_asked.add(profile)
            self.service.submit(ListValues(new_request_id(), profile))

    # ------------------------------------------------------------------ actions

    def action_edit_search(self) -> None:
        from tui_app.ui.form.form_screen import FormResult, FormScreen

        profiles = self.searching.profiles
        raw = self.draft or self.searching.criteria.to_json()

        def done(result: FormResult | None) -> None:
            if result is not None and result.criteria is not None:
                self.search(result.criteria)
            elif result is not None:
                self.draft = result.draft

        native = self.known.native_language(profiles)
        self.app.push_screen(FormScreen(raw, lambda: self.known.of(profiles), native), done)

    def action_refresh(self) -> None:
        down = [name for name in self.searching.profiles if self._is_down(name)]
        for profile in down:
            request = Reconnect(new_request_id(), profile)
            self._reconnecting[request.request_id] = profile
            self.service.submit(request)
        if down:
            self.close_error()
            self.say(f"Starting {', '.join(down)} anew.")
        else:
            self._search_again()

    def _is_down(self, profile: str) -> bool:
        state = self.states.get(profile)
        return state is not None and state.state is ServerState.DOWN

    def _search_again(self) -> None:
        self.following.forget()
        self.search(self.searching.criteria, is_refresh=self.searching.can_refresh, remember=False)

    def reconnected(self, reply: ServerInspected | Failed) -> bool:
        """Search once every server that was down has been tried; False: that was not asked."""
        if self._reconnecting.pop(reply.request_id, None) is None:
            return False
        if isinstance(reply, Failed):
            self.failures = (reply,)
            self.show_error()
        elif not self._reconnecting:
            self._search_again()
        return True

    def action_clear_search(self) -> None:
        self.search(TicketSearchCriteria())

    @needs(no_more)
    def action_load_more(self) -> None:
        self.load_more()

    def load_more(self) -> None:
        """Fetch as many tickets again as the search asked for."""
        if self.searching.load_more(self.searching.criteria.max_results):
            self.show_status()

    def action_quick_view(self, number: int) -> None:
        views = self.quick_view_list
        if number > len(views):
            self.refuse(f"There is no quick view {number}; [[quick_views]] in the config adds one.")
        else:
            self.search(views[number - 1].criteria, remember=False)

    def action_quick_views(self) -> None:
        from tui_app.ui.dialogs.searches import QuickViewPicker

        self.app.push_screen(QuickViewPicker(self.quick_view_list), self._search_picked)

    def action_recents(self) -> None:
        from tui_app.ui.dialogs.searches import RecentPicker

        self.app.push_screen(RecentPicker(self.deck.recents, self.deck.keeper), self._search_picked)

    def action_saved(self) -> None:
        from tui_app.ui.dialogs.searches import SavedPicker

        picker = SavedPicker(self.deck.recents, self.deck.keeper, self.searching.criteria)
        self.app.push_screen(picker, self._search_picked)

    def _search_picked(self, criteria: TicketSearchCriteria | None) -> None:
        if criteria is not None:
            self.search(criteria)


def _message(screen: BrowseBase) -> tuple[str, ...]:
    progress, key = screen.searching.progress, screen.key
    words = sentence_text(screen.searching.criteria)
    again, change = key("search.refresh"), f"{key('search.edit')} changes the search"
    another = f"{key('program.profiles')} picks another tracker"
    if progress.running or not progress.parts:
        return ("Searching", words, "", f"{key('back')} cancels")
    if progress.cancelled:
        return ("Cancelled", "", f"{again} searches again   {change}")
    if progress.failures:
        return (progress.failures[0].title, "", f"{key('pane.error')} shows why   {again} tries again   {another}")
    if not screen.searching.criteria.used_fields():
        return ("This tracker has no tickets", "", another)
    return ("No ticket matches", words, "", f"{change}   {key('search.clear')} shows every ticket")
