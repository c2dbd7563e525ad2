"""Taking a ticket elsewhere: what to copy, and which address to open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui_app.tickets.export import ticket_to_markdown
from tui_app.tickets.ticket import Ticket
from tui_app.ui.dialogs.pick_list import PickItem
from tui_app.ui.dialogs.picker import Picker
from tui_app.ui.sharing.names import branch_name, markdown_link

_CAPTIONS = {
    "id": "Id",
    "url": "Web address",
    "title": "Title",
    "link": "Markdown link",
    "branch": "Branch name",
    "ticket": "Whole ticket as Markdown",
}


def copy_choices(ticket: Ticket) -> Mapping[str, str]:
    """What can be copied of a ticket; what it does not have is left out."""
    choices = {
        "id": ticket.id,
        "url": ticket.url or "",
        "title": ticket.title,
        "link": markdown_link(ticket),
        "branch": branch_name(ticket),
        "ticket": ticket_to_markdown(ticket),
    }
    return {name: text for name, text in choices.items() if text}


class CopyMenu(Picker[str]):
    """Gives the text to copy; its first letter and enter are enough."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(f"Copy {ticket.id}")
        self._choices = copy_choices(ticket)

    def items(self) -> Sequence[PickItem]:
        return [
            PickItem(name, _CAPTIONS[name], "" if name == "ticket" else text) for name, text in self._choices.items()
        ]

    def taken(self, item: PickItem) -> None:
        self.dismiss(self._choices[item.id])


class OpenAddress(Picker[str]):
    """Shows an address in full before it is opened; gives it when it is confirmed."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(f"Open {ticket.id} in the web browser?", placeholder="enter opens it, esc does not")
        self._url = ticket.url or ""

    def items(self) -> Sequence[PickItem]:
        return [PickItem("open", "Yes, open it", search=self.typed)]

    def explanation(self) -> str:
        return self._url

    def taken(self, item: PickItem) -> None:  # noqa: ARG002  there is only one
        self.dismiss(self._url)
