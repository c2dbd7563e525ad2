"""What can be done with the ticket that is shown: read on, follow its links, take it to another program.

Invariants: an action is for the marked tickets, or the one that is shown (`ChosenTickets`); the web browser is handed
an address only after it was shown in full, unless it is the tracker's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import AttachmentFetched, Failed, FetchAttachment, new_request_id
from tui_app.tickets.ticket import Attachment, Ticket
from tui_app.tickets.urls import is_at, site_of
from tui_app.ui import late
from tui_app.ui.browse.chosen_tickets import ChosenTickets, lacking
from tui_app.ui.browse.shown_ticket import ShownTicket
from tui_app.ui.detail.ticket_detail import TicketDetail
from tui_app.ui.keymap import shown_key
from tui_app.ui.needs import needs, refuse
from tui_app.ui.reply_routing import ReplyRouter
from tui_app.ui.table.results_table import ResultsTable
from tui_app.ui.user_files import UserFiles

if TYPE_CHECKING:
    from tui_app.ui.dialogs.sharing_dialogs import Link

_SCROLL_LINES = 3  # as much as one notch of a mouse wheel
_MOST_OPENED = 30  # addresses at once; more tabs than that are a slip


class TicketController:
    """Scrolls the ticket in ``detail``, goes where it leads, and hands it to clipboard, browser and programs.

    Args:
        screen: the host of dialogs.
        router: takes the requests for attachments.
        shown: which ticket that is.
        chosen: the tickets that are copied, opened and handed on.
        table: whose rows are exported.
        detail: where the ticket is shown.
        files: takes exports, and remembers which sites are opened without a question.
        branch: the template of a branch's name; empty: the default.
        sites: the trackers, each to what finds the web sites that are its own.
        is_in_sight: whether ``detail`` is shown.
        bring_into_sight: shows ``detail``.
    """

    def __init__(
        self,
        screen: Screen[Any],
        router: ReplyRouter,
        shown: ShownTicket,
        chosen: ChosenTickets,
        table: ResultsTable,
        detail: TicketDetail,
        files: UserFiles,
        *,
        branch: str,
        sites: Mapping[str, Callable[[], Sequence[str]]],
        is_in_sight: Callable[[], bool],
        bring_into_sight: Callable[[], object],
    ) -> None:
        self.screen = screen
        self._router = router
        self._shown = shown
        self._table = table
        self._detail = detail
        self._chosen = chosen
        self._files = files
        self._branch = branch
        self._sites = sites
        self._is_in_sight = is_in_sight
        self._bring_into_sight = bring_into_sight

    # ---------------------------------------------- why an action cannot run

    def no_ticket(self) -> str:
        return "" if self._shown.current else "There is no ticket under the cursor."

    def no_shown_ticket(self) -> str:
        if self.no_ticket() or self._is_in_sight():
            return self.no_ticket()
        return f"No ticket is shown; {shown_key(self.screen.app, 'table.open')} opens it."

    def no_address(self) -> str:
        ticket = self._chosen.one
        if ticket is None:
            return self._chosen.why_none()
        return "" if ticket.url else f"{ticket.id or 'This ticket'} has no web address."

    def no_id(self) -> str:
        ticket = self._chosen.one
        if ticket is None:
            return self._chosen.why_none()
        return "" if ticket.id else "This ticket has no id."

    def no_rows(self) -> str:
        return "" if self._table.tickets else "There are no rows yet."

    # ---------------------------------------------------------------- actions

    @needs(no_shown_ticket)
    def scroll(self, direction: int) -> None:
        """Scroll the ticket by a notch."""
        self._detail.action_scroll_lines(direction * _SCROLL_LINES)

    @needs(no_shown_ticket)
    def go_to_section(self, step: int) -> None:
        """Go to the next section of the ticket, or to the one before."""
        self._detail.to_section(step)

    @needs(no_ticket)
    def toggle_raw(self) -> None:
        """Switch between the ticket and the server's own answer."""
        self._bring_into_sight()
        self._detail.action_raw()

    @needs(no_ticket)
    def pick_link(self) -> None:
        """List every ticket and address that the ticket names, to open or copy one."""

        def picked(link: Link | None) -> None:
            if link is None:
                return
            if link.copied:
                self.copy_text(link.text)
            elif link.relation is not None:
                self._bring_into_sight()
                self._shown.visit(link.relation)
            else:
                self._open_linked(link.text)

        self.screen.app.push_screen(late.LinkPicker(self._current(), len(self._chosen.marked)), picked)

    def _open_linked(self, address: str) -> None:
        """Open an address that was shown in full: a file's in its menu, any other in the browser if there is one."""
        attachment = next((file for file in self._current().attachments if file.url == address), None)
        if attachment is not None:
            self.pick_for_attachment(attachment)
        else:
            self._open_or_copy(address)

    def _open_or_copy(self, address: str | None) -> None:
        if address and not late.has_browser():
            self.screen.app.push_screen(late.CopyInstead({address: address}, ""), self.copy_text)
        else:
            self._complain(late.open_address(address))

    def pick_for_attachment(self, attachment: Attachment) -> None:
        """List what can be done with a file on the ticket."""

        def picked(what: str | None) -> None:
            if what in ("show", "large", "open", "save"):
                self._fetch_attachment(attachment, what)
            elif what == "hide":
                self._detail.show_picture(attachment, None)
            elif what == "web":
                self._open_or_copy(attachment.url)
            elif what == "copy":
                self.copy_text(attachment.url)

        self.screen.app.push_screen(
            late.AttachmentMenu(attachment, is_shown=self._detail.pictures.get(attachment) is not None), picked
        )

    def _fetch_attachment(self, attachment: Attachment, what: str) -> None:
        """Have the server read the file, then use it; where it cannot, opening it opens its address in the browser."""
        ticket = self._current()

        def fetched(reply: AttachmentFetched | Failed) -> None:
            if isinstance(reply, AttachmentFetched):
                if what != "show" or self._current().key == ticket.key:
                    self._use_content(reply, what)
            elif reply.kind is ErrorKind.NO_SEARCH_TOOL and what == "open" and attachment.url:
                self._complain(late.open_address(attachment.url) and f"{reply.cause} {reply.hint}")
            else:
                self._complain(f"{reply.cause} {reply.hint}")

        profile = self._shown.profile_of(ticket)
        request = FetchAttachment(new_request_id(), profile, ticket.id, ticket.lookup, attachment)
        self.screen.app.notify(f"Fetching {attachment.name} ..", markup=False)
        self._router.submit(request, fetched)

    def _use_content(self, fetched: AttachmentFetched, what: str) -> None:
        if what == "show":
            picture = late.picture_in_text(self.screen.app, fetched.attachment.name, fetched.content)
            if isinstance(picture, str):
                self._complain(picture)
            else:
                self._detail.show_picture(fetched.attachment, picture)
            return
        if what == "large":
            self._complain(late.show_picture(self.screen.app, fetched.attachment.name, fetched.content))
            return
        if what == "open":
            self._complain(late.open_content(fetched.attachment.name, fetched.content))
            return
        dialog = late.SaveDialog(fetched.attachment.name, fetched.content, self._files.jobs)
        self.screen.app.push_screen(dialog, self._report)

    def _report(self, words: str | None) -> None:
        if words:
            self.screen.app.notify(words, markup=False)

    @needs(no_address)
    def open_in_browser(self) -> None:
        """Open the ticket's address: at once where it is its tracker's own, else when enter has confirmed it."""
        tickets = self._chosen.all
        addresses = {ticket.url: ticket.id for ticket in tickets if ticket.url}
        without = lacking(tickets, lambda ticket: ticket.url, "web address")
        why_not = "None of the marked tickets has a web address." if not addresses else ""
        if len(addresses) > _MOST_OPENED:
            why_not = f"{len(addresses)} tickets are marked, and {_MOST_OPENED} at most are opened at once."
        if why_not:
            refuse(self, why_not)
        elif not late.has_browser():
            self.screen.app.push_screen(late.CopyInstead(addresses, without), self.copy_text)
        elif len(tickets) > 1:
            self.screen.app.push_screen(late.OpenSeveral(addresses, without), self._open_addresses)
        elif is_at(tickets[0].url, self._own_sites(tickets[0])):
            self._open_addresses(addresses)
        else:
            self._ask_to_open(tickets[0])

    def _own_sites(self, ticket: Ticket) -> tuple[str, ...]:
        profile = self._shown.profile_of(ticket)
        return (*self._sites.get(profile, tuple)(), *self._files.looks.sites(profile))

    def _ask_to_open(self, ticket: Ticket) -> None:
        def confirmed(answer: str | None) -> None:
            if answer == "always":
                self._files.remember_site(self._shown.profile_of(ticket), site_of(ticket.url))
            if answer:
                self._complain(late.open_address(ticket.url))

        self.screen.app.push_screen(late.OpenAddress(ticket), confirmed)

    def _open_addresses(self, addresses: Iterable[str] | None) -> None:
        opened = list(addresses or ())
        for address in opened:
            if why_not := late.open_address(address):
                self._complain(why_not)
                return
        if opened:
            what = opened[0] if len(opened) == 1 else f"{len(opened)} tickets"
            self.screen.app.notify(f"Opening {what} in the web browser.", markup=False)

    def no_chosen(self) -> str:
        return self._chosen.why_none()

    @needs(no_chosen)
    def pick_copy(self) -> None:
        """List what can be copied of the tickets."""
        self.screen.app.push_screen(late.CopyMenu(self._chosen.all, self._branch), self.copy_text)

    @needs(no_id)
    def copy_id(self) -> None:
        """Copy the ids of the tickets, one a line."""
        self._copy_of_all(lambda ticket: ticket.id, "id")

    @needs(no_address)
    def copy_address(self) -> None:
        """Copy the web addresses of the tickets, one a line."""
        self._copy_of_all(lambda ticket: ticket.url, "web address")

    def _copy_of_all(self, value: Callable[[Ticket], str | None], what: str) -> None:
        tickets = self._chosen.all
        values = [found for ticket in tickets if (found := value(ticket))]
        if not values:
            refuse(self, f"None of the marked tickets has {'an' if what == 'id' else 'a'} {what}.")
            return
        self.copy_text("\n".join(values))
        if without := lacking(tickets, value, what):
            self.screen.app.notify(without, markup=False)

    def copy_text(self, text: str | None) -> None:
        """Put ``text`` on the clipboard, with a notice."""
        if text:
            self.screen.app.notify(late.copy_text(self.screen.app, text), markup=False)

    @needs(no_rows)
    def export(self) -> None:
        """Write marked, shown or all rows to a file."""

        table = self._table
        rows = {"marked": table.marked, "shown": table.shown, "all": tuple(table.tickets)}
        self.screen.app.push_screen(late.ExportDialog(rows, self._files.jobs), self._report)

    @needs(no_chosen)
    def page(self) -> None:
        """Show the tickets in $PAGER."""
        self._complain(late.page_tickets(self.screen.app, self._chosen.all))

    @needs(no_chosen)
    def edit(self) -> None:
        """Open a copy of the tickets in $EDITOR."""
        self._complain(late.edit_tickets(self.screen.app, self._chosen.all))

    def _complain(self, complaint: str | None) -> None:
        if complaint:
            self.screen.app.notify(complaint, severity="error", markup=False)

    def _current(self) -> Ticket:
        """The ticket that actions are for, with comments if they were fetched. Its callers need one."""
        ticket = self._shown.current
        if ticket is None:
            raise LookupError(self.no_ticket())
        return self._shown.whole(ticket)
