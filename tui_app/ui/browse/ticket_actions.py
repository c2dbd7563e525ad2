"""The ticket under the cursor: following it, opening it, and taking it elsewhere."""

from __future__ import annotations

from textual.timer import Timer

from tui_app.tickets.messages import Failed, TicketOpened
from tui_app.tickets.ticket import Ticket
from tui_app.ui.browse.base import needs, no_address, no_rows, no_shown_ticket, no_ticket
from tui_app.ui.browse.pane_actions import PaneActions

_FOLLOW_DELAY = 0.08  # seconds; a held-down key passes tickets faster than this and fetches none of them

_SCROLL_LINES = 3  # as much as one notch of a mouse wheel


class TicketActions(PaneActions):
    """The actions on one ticket, and the replies to them."""

    _follow_timer: Timer | None = None
    _shown: Ticket | None = None

    def cursor_moved(self, ticket: Ticket | None) -> None:
        """Show the ticket under the cursor shortly, if its pane is in sight."""
        if self._follow_timer is not None:
            self._follow_timer.stop()
        if ticket is None:
            self._shown = None
            self.following.look_away()
            self.detail.show_nothing()
        elif self.detail_in_sight():
            self._follow_timer = self.set_timer(_FOLLOW_DELAY, self.follow)

    def follow(self) -> None:
        ticket = self.table.current
        if ticket is None or ticket is self._shown:
            return
        self._shown = ticket
        known = self.following.look_at(ticket, self.profile_of(ticket))
        if known is not None:
            self.detail.show_opened(known)
        else:
            self.detail.show_ticket(ticket)

    def ticket_opened(self, reply: TicketOpened) -> None:
        """Show a whole ticket if the cursor is still on it, and fetch the next one ahead."""
        if self.following.take(reply):
            self.detail.show_opened(reply)
            following = self._next_row()
            if following is not None:
                self.following.look_ahead(following, self.profile_of(following))

    def _next_row(self) -> Ticket | None:
        rows, position = self.table.rows, self.table.cursor_row + 1
        return rows.tickets[rows.shown[position]] if position < len(rows.shown) else None

    def ticket_failed(self, failure: Failed) -> bool:
        """Show why the ticket could not be fetched; False: that was not asked."""
        concerns_shown = self.following.fail(failure)
        if concerns_shown:
            self.detail.show_failure(failure)
        return concerns_shown is not None

    # ------------------------------------------------------------------ actions

    @needs(no_ticket)
    def action_raw(self) -> None:
        self.open_detail()
        self.detail.action_raw()

    @needs(no_shown_ticket)
    def action_detail_scroll(self, direction: int) -> None:
        self.detail.action_scroll_lines(direction * _SCROLL_LINES)

    @needs(no_shown_ticket)
    def action_detail_section(self, step: int) -> None:
        self.detail.to_section(step)

    @needs(no_address)
    def action_open_in_browser(self) -> None:
        from tui_app.ui.dialogs.sharing_dialogs import OpenAddress

        ticket = self.table.current
        if ticket is not None:
            self.app.push_screen(OpenAddress(ticket), self._open_address)

    def _open_address(self, url: str | None) -> None:
        from tui_app.ui.sharing.browser import open_address

        if url:
            self._outside(open_address(url))

    @needs(no_ticket)
    def action_copy_menu(self) -> None:
        from tui_app.ui.dialogs.sharing_dialogs import CopyMenu

        ticket = self.table.current
        if ticket is not None:
            self.app.push_screen(CopyMenu(self.whole(ticket)), self.copy_text)

    @needs(no_ticket)
    def action_copy(self, what: str) -> None:
        from tui_app.ui.dialogs.sharing_dialogs import copy_choices

        ticket = self.table.current
        if ticket is not None:
            self.copy_text(copy_choices(self.whole(ticket))[what])

    def copy_text(self, text: str | None) -> None:
        """Put ``text`` on the clipboard, and say so."""
        from tui_app.ui.sharing.clipboard import copy_text

        if text:
            self.say(copy_text(self.app, text))

    @needs(no_rows)
    def action_export(self) -> None:
        from tui_app.ui.dialogs.export_dialog import ExportDialog

        table = self.table
        rows = {"marked": table.marked, "shown": table.shown, "all": tuple(table.tickets)}
        dialog = ExportDialog(rows, self.deck.keeper)
        self.app.push_screen(dialog, lambda words: self.say(words) if words else None)

    @needs(no_ticket)
    def action_page_ticket(self) -> None:
        from tui_app.ui.sharing.external import page_ticket

        ticket = self.table.current
        if ticket is not None:
            self._outside(page_ticket(self.app, self.whole(ticket)))

    @needs(no_ticket)
    def action_edit_ticket(self) -> None:
        from tui_app.ui.sharing.external import edit_ticket

        ticket = self.table.current
        if ticket is not None:
            self._outside(edit_ticket(self.app, self.whole(ticket)))

    def _outside(self, complaint: str | None) -> None:
        if complaint:
            self.say(complaint, bad=True)

    def whole(self, ticket: Ticket) -> Ticket:
        """The ticket with comments, if they were fetched."""
        kept = self.following.known(ticket, self.profile_of(ticket))
        return kept.ticket if kept else ticket
