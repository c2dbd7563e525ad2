"""The way of requests to the worker and of its replies back to whoever asked.

Invariants: the worker's thread only appends a reply and wakes the user interface; everything else happens on the user
interface's thread, in slices short enough that a key pressed meanwhile does not wait noticeably. A reply reaches the
handler that its request was submitted with, until the final one came or the request was dropped; others reach nobody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, overload

from textual.message import Message

from tui_app.tickets.messages import (
    AccessChanged,
    ActionsListed,
    Answer,
    AttachmentFetched,
    ChangeMade,
    ChangePrepared,
    CommitChanges,
    Failed,
    FetchAttachment,
    FormReady,
    Inspect,
    ListActions,
    ListValues,
    LoadMore,
    OpenTicket,
    PrepareChanges,
    PrepareForm,
    Reconnect,
    Reply,
    Request,
    Search,
    ServerInspected,
    TicketOpened,
    TicketsFound,
    ValuesListed,
    is_final,
)
from tui_app.tickets.servers import AllowTool
from tui_app.tickets.ticket_service import TicketService

_SLICE_SECONDS = 0.004  # a quarter of a 60 Hz frame
_MOST_OPEN = 1000  # requests; a service that never answers must not let the dict grow for ever


class FailureHandler(Protocol):
    """Takes what went wrong; ``is_shown``: the user has to see it at once."""

    def __call__(self, failures: tuple[Failed, ...], *, is_shown: bool) -> None: ...


class Inbox:
    """Replies that wait for the user interface.

    Args:
        wake: called from the worker's thread, once a batch.
        monotonic: seconds that never go back.
    """

    class Ready(Message):
        """Replies wait to be drained."""

    def __init__(self, wake: Callable[[], object], monotonic: Callable[[], float]) -> None:
        self._wake = wake
        self._monotonic = monotonic
        self._replies: deque[Reply] = deque()
        self._awake = False

    def deliver(self, reply: Reply) -> None:
        """Take a reply; returns at once."""
        self._replies.append(reply)
        if not self._awake:
            self._awake = True
            self._wake()

    def drain(self, handle: Callable[[Reply], None]) -> bool:
        """Hand on replies for one slice of time; True: some are left, come again after the next key."""
        self._awake = False
        deadline = self._monotonic() + _SLICE_SECONDS
        while self._replies:
            handle(self._replies.popleft())
            if self._monotonic() >= deadline:
                break
        if self._replies:
            self._awake = True
        return bool(self._replies)


class ReplyRouter:
    """Submits requests, and finds the handler of a reply by its request id."""

    def __init__(self, service: TicketService) -> None:
        self._service = service
        self._handlers: dict[int, Callable[[Any], object]] = {}

    @overload
    def submit(self, request: Search | LoadMore, handle: Callable[[TicketsFound | Failed], object]) -> None: ...
    @overload
    def submit(self, request: OpenTicket, handle: Callable[[TicketOpened | Failed], object]) -> None: ...
    @overload
    def submit(self, request: FetchAttachment, handle: Callable[[AttachmentFetched | Failed], object]) -> None: ...
    @overload
    def submit(self, request: ListValues, handle: Callable[[ValuesListed | Failed], object]) -> None: ...
    @overload
    def submit(self, request: Inspect | Reconnect, handle: Callable[[ServerInspected | Failed], object]) -> None: ...
    @overload
    def submit(self, request: AllowTool, handle: Callable[[AccessChanged | Failed], object]) -> None: ...
    @overload
    def submit(self, request: ListActions, handle: Callable[[ActionsListed | Failed], object]) -> None: ...
    @overload
    def submit(self, request: PrepareForm, handle: Callable[[FormReady | Failed], object]) -> None: ...
    @overload
    def submit(self, request: PrepareChanges, handle: Callable[[ChangePrepared | Failed], object]) -> None: ...
    @overload
    def submit(self, request: CommitChanges, handle: Callable[[ChangeMade | Failed], object]) -> None: ...
    def submit(self, request: Request, handle: Callable[[Any], object]) -> None:
        """Ask the service; every reply to ``request`` goes to ``handle``."""
        self._expect(request, handle)
        self._service.submit(request)

    def adopt(self, search: Search, handle: Callable[[TicketsFound | Failed], object]) -> None:
        """Let ``handle`` have the replies to a search that was submitted before the user interface was there."""
        self._expect(search, handle)

    def _expect(self, request: Request, handle: Callable[[Any], object]) -> None:
        self._handlers[request.request_id] = handle
        if len(self._handlers) > _MOST_OPEN:
            del self._handlers[next(iter(self._handlers))]

    def cancel(self, request_id: int) -> None:
        """Give a request up; its handler still gets the last reply, a `Failed` of kind ``cancelled``."""
        self._service.cancel(request_id)

    def drop(self, request_id: int) -> None:
        """Give a request up, and let none of its replies reach the handler any more."""
        if self._handlers.pop(request_id, None) is not None:
            self._service.cancel(request_id)

    def route(self, reply: Answer) -> None:
        """Hand a reply to whoever asked for it; a late one goes nowhere."""
        handle = self._handlers.get(reply.request_id)
        if handle is None:
            return
        if is_final(reply):
            del self._handlers[reply.request_id]
        handle(reply)
