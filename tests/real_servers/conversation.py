"""Asking a real server through our own worker and client, and waiting for the answers."""

from __future__ import annotations

import queue
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tui_app.settings.profiles import Profile, RetryPolicy, Timeouts, WriteSettings
from tui_app.tickets.changes import ChangeFault, ChangeKind, ChangeOutcome, WantedChange
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.messages import (
    ChangeMade,
    ChangePrepared,
    CommitChanges,
    Failed,
    Inspect,
    ListValues,
    OpenTicket,
    PrepareChanges,
    Reply,
    Request,
    Search,
    ServerInspected,
    TicketOpened,
    TicketsFound,
    ValuesListed,
    new_request_id,
)
from tui_app.tickets.servers import ServerReport
from tui_app.tickets.ticket import Ticket
from tui_app.worker.service import Service

ANSWERED_WITHIN = 90.0
"""Seconds for one reply; the first one waits for the server's cold start."""

_PROFILE = "it"


class Conversation:
    """One profile's server, asked in words of the tests."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._replies: queue.Queue[Reply] = queue.Queue()
        service.connect(self._replies.put)

    def begin_search(self, **typed: Any) -> int:
        """Submit a search; its pages come by `next_page`."""
        request = Search(new_request_id(), _PROFILE, check_criteria(typed))
        self._service.submit(request)
        return request.request_id

    def next_page(self, request_id: int) -> TicketsFound:
        """The next page of a search that was begun."""
        reply = self._reply_to(request_id)
        assert isinstance(reply, TicketsFound), reply
        return reply

    def search(self, **typed: Any) -> list[TicketsFound]:
        """All pages of a search."""
        request_id = self.begin_search(**typed)
        pages = [self.next_page(request_id)]
        while not pages[-1].complete:
            pages.append(self.next_page(request_id))
        return pages

    def find(self, **typed: Any) -> list[Ticket]:
        """All tickets of a search."""
        return [ticket for page in self.search(**typed) for ticket in page.tickets]

    def failing_search(self, **typed: Any) -> Failed:
        """What a search that must fail ends in."""
        return self.failure_of(self.begin_search(**typed))

    def give_up(self, request_id: int) -> Failed:
        """What a search that was begun ends in when the user gives it up."""
        self._service.cancel(request_id)
        return self.failure_of(request_id)

    def failure_of(self, request_id: int) -> Failed:
        """What a request that must fail ends in."""
        reply = self._reply_to(request_id)
        assert isinstance(reply, Failed), reply
        return reply

    def open(self, ticket_id: str, lookup: Mapping[str, object] | None = None) -> Ticket:
        """One whole ticket."""
        reply = self._ask(OpenTicket(new_request_id(), _PROFILE, ticket_id, lookup or {}))
        assert isinstance(reply, TicketOpened), reply
        return reply.ticket

    def values(self) -> Mapping[str, tuple[str, ...]]:
        """The values that exist."""
        reply = self._ask(ListValues(new_request_id(), _PROFILE))
        assert isinstance(reply, ValuesListed), reply
        return reply.values

    def report(self) -> ServerReport | Failed:
        """What is known of the server."""
        reply = self._ask(Inspect(new_request_id(), _PROFILE))
        assert isinstance(reply, (ServerInspected, Failed)), reply
        return reply.report if isinstance(reply, ServerInspected) else reply

    def change(self, kind: ChangeKind, ticket_id: str, **values: Any) -> ChangeOutcome | ChangeFault:
        """What comes of a wish that is prepared and sent; why, where it cannot be."""
        return self.carry_out(WantedChange(kind, ticket_id, values=values))

    def carry_out(self, wanted: WantedChange) -> ChangeOutcome | ChangeFault:
        """What comes of a wish, such as one that takes another back."""
        prepared = self._ask(PrepareChanges(new_request_id(), _PROFILE, (wanted,)))
        assert isinstance(prepared, ChangePrepared), prepared
        if prepared.preview is None:
            assert prepared.fault is not None
            return prepared.fault
        made = self._ask(CommitChanges(new_request_id(), _PROFILE, (prepared.preview.token,), consent=True))
        assert isinstance(made, ChangeMade), made
        return made.outcome

    def _ask(self, request: Request) -> Reply:
        self._service.submit(request)
        return self._reply_to(request.request_id)

    def _reply_to(self, request_id: int) -> Reply:
        while True:
            reply = self._replies.get(timeout=ANSWERED_WITHIN)
            if getattr(reply, "request_id", None) == request_id:
                return reply


@contextmanager
def conversation(
    *command: str, env: Mapping[str, str] | None = None, cwd: str | None = None, request_limit: float = 30.0
) -> Iterator[Conversation]:
    """A server started by ``command`` in a worker of its own; it is ended with everything it started."""
    limits = Timeouts(start=ANSWERED_WITHIN, request=request_limit, total=ANSWERED_WITHIN)
    once = RetryPolicy(attempts=1)
    write = WriteSettings(mode="ask")
    profile = Profile(
        _PROFILE, command, env=env or {}, cwd=cwd, timeouts=limits, retry=once, write=write, source="a test"
    )
    service = Service({_PROFILE: profile}, clock=SYSTEM_CLOCK)
    try:
        yield Conversation(service)
    finally:
        service.close()
        assert not service.crashes
