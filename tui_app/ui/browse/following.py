"""The ticket pane follows the cursor: which whole tickets to fetch, and those fetched before.

Invariant: at most one fetch for the cursor and one ahead of it are under way; an answer is shown only if the cursor is
still on its ticket.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from tui_app.tickets.messages import Failed, OpenTicket, TicketOpened, TicketService, new_request_id
from tui_app.tickets.ticket import Ticket

_MOST_KEPT = 200  # whole tickets; a long morning's reading, a few megabytes

_Key = tuple[str, str, datetime | None]


class Following:
    """Whole tickets by profile, id and the moment of their last change."""

    def __init__(self, service: TicketService) -> None:
        self._service = service
        self._kept: OrderedDict[_Key, TicketOpened] = OrderedDict()
        self._under_way: dict[int, _Key] = {}
        self._wanted: _Key | None = None

    def look_at(self, ticket: Ticket, profile: str) -> TicketOpened | None:
        """The cursor is on ``ticket``: the whole ticket if it is known, else it is fetched."""
        self._wanted = _key(ticket, profile)
        kept = self._kept.get(self._wanted)
        if kept is not None:
            self._kept.move_to_end(self._wanted)
            return kept
        self._give_up_others()
        self._fetch(ticket, profile)
        return None

    def known(self, ticket: Ticket, profile: str) -> TicketOpened | None:
        """The whole ticket, if it was fetched before."""
        return self._kept.get(_key(ticket, profile))

    def look_ahead(self, ticket: Ticket, profile: str) -> None:
        """Fetch what the cursor is likely to reach next."""
        if _key(ticket, profile) not in self._kept and len(self._under_way) == 0:
            self._fetch(ticket, profile)

    def look_away(self) -> None:
        """No ticket is looked at."""
        self._wanted = None
        self._give_up_others()

    def take(self, reply: TicketOpened) -> bool:
        """Keep a whole ticket; True: it is the one looked at."""
        key = self._under_way.pop(reply.request_id, None)
        if key is None:
            return False
        self._kept[key] = reply
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return key == self._wanted

    def fail(self, failure: Failed) -> bool | None:
        """Whether the failure is that of the ticket looked at; None: it is no answer to a fetch of ours."""
        if failure.request_id not in self._under_way:
            return None
        return self._under_way.pop(failure.request_id) == self._wanted

    def forget(self) -> None:
        """Fetch everything anew from now on."""
        self._kept.clear()

    def _fetch(self, ticket: Ticket, profile: str) -> None:
        key = _key(ticket, profile)
        if key in self._under_way.values():
            return
        request = OpenTicket(new_request_id(), key[0], ticket.id, ticket.lookup)
        self._under_way[request.request_id] = key
        self._service.submit(request)

    def _give_up_others(self) -> None:
        for request_id, key in list(self._under_way.items()):
            if key != self._wanted:
                del self._under_way[request_id]
                self._service.cancel(request_id)


def _key(ticket: Ticket, profile: str) -> _Key:
    return (ticket.source or profile, ticket.id, ticket.updated_at)
