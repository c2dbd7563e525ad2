"""What the user interface and the worker say to each other.

Requests go in by `TicketService.submit`; replies come back through the one function given to `TicketService.connect`.
Every fault is a `Failed` reply: no exception crosses the thread. All of these are frozen values; a reply carries the
``request_id`` of the request that it answers, so that a reader can drop what it no longer waits for.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct, field

from tui_app.tickets.changes import ChangeAction, ChangeFault, ChangeKind, ChangeOutcome, ChangePreview, WantedChange
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.servers import (
    STANDARD_ERROR,
    AllowTool,
    CallRecord,
    LoginEnded,
    LoginOffered,
    ServerReport,
    StateChanged,
    TerminalNeeded,
    UndecidedTool,
)
from tui_app.tickets.ticket import Attachment, Ticket

_request_ids = itertools.count(1)


def new_request_id() -> int:
    """The next request id of this process; larger ids are younger requests."""
    return next(_request_ids)


# ------------------------------------------------------------------ requests


class Search(Struct, frozen=True):
    """Answered by one or more `TicketsFound` (the last one ``complete``), or `Failed`."""

    request_id: int
    profile: str
    criteria: TicketSearchCriteria
    fields: tuple[str, ...] = ()
    """Further fields of the tracker that the tickets are to have, by the names that people see."""
    count_only: bool = False
    """Answered by one `TicketsFound` without tickets: ``total`` is how many match, None where one cannot be sure."""


class LoadMore(Struct, frozen=True):
    """Go on with the finished search ``search_id``: up to ``count`` further tickets, under this request's own id."""

    request_id: int
    profile: str
    search_id: int
    count: int


class OpenTicket(Struct, frozen=True):
    """Fetch one whole ticket with comments. Answered by `TicketOpened` or `Failed`.

    ``lookup`` is the `Ticket.lookup` of the row, where there was one; a bare id (from the command line) has none.
    """

    request_id: int
    profile: str
    ticket_id: str
    lookup: Mapping[str, object] = field(default_factory=dict)


class ListValues(Struct, frozen=True):
    """Which values exist (statuses, assignees ..), for completion. Answered by `ValuesListed`."""

    request_id: int
    profile: str


class Inspect(Struct, frozen=True):
    """What is known of the server; connects first unless told not to. Answered by `ServerInspected` or `Failed`."""

    request_id: int
    profile: str
    connect: bool = True


class Reconnect(Struct, frozen=True):
    """End the profile's servers, forget an open circuit and start anew. Answered by `ServerInspected` or `Failed`."""

    request_id: int
    profile: str


class FetchAttachment(Struct, frozen=True):
    """Read a file of a ticket, which is named as in `OpenTicket`. Answered by `AttachmentFetched` or `Failed`."""

    request_id: int
    profile: str
    ticket_id: str
    lookup: Mapping[str, object]
    attachment: Attachment


class LogIn(Struct, frozen=True):
    """Log in to the profile's tracker now. Answered by `AccessChanged` or `Failed`."""

    request_id: int
    profile: str


class LogOut(Struct, frozen=True):
    """Revoke and delete the profile's login. Answered by `AccessChanged` or `Failed`."""

    request_id: int
    profile: str


class ListActions(Struct, frozen=True):
    """What can be changed, and what cannot and why. Answered by `ActionsListed` or `Failed`."""

    request_id: int
    profile: str


class PrepareForm(Struct, frozen=True):
    """What to ask for one change of one ticket, with the values that are possible now. Answered by `FormReady` or
    `Failed`. ``ticket_id`` is empty for a new ticket; ``lookup`` is as in `OpenTicket`.
    """

    request_id: int
    profile: str
    kind: ChangeKind
    ticket_id: str = ""
    lookup: Mapping[str, object] = field(default_factory=dict)


class PrepareChanges(Struct, frozen=True):
    """Read each ticket and work out the call for it; nothing is sent. Answered by one `ChangePrepared` for each of
    ``wanted``, in their order, or by `Failed` where the server cannot be asked at all.
    """

    request_id: int
    profile: str
    wanted: tuple[WantedChange, ...]
    keep_text: bool = True
    """Keep what was written in a draft until it is known to be there; not for a dry run."""


class CommitChanges(Struct, frozen=True):
    """Send what was shown, each call once, one after the other. Answered by one `ChangeMade` for each token, in their
    order, or by `Failed` while nothing has been sent.

    After a change that failed, conflicts or may have been done, the rest is not sent, unless ``keep_going``.
    """

    request_id: int
    profile: str
    tokens: tuple[str, ...]
    """Of `ChangePreview`."""
    consent: bool = False
    """The user has agreed to what the previews' ``consent`` says."""
    keep_going: bool = False


ReadRequest: TypeAlias = (
    Search
    | LoadMore
    | OpenTicket
    | ListValues
    | Inspect
    | Reconnect
    | FetchAttachment
    | LogIn
    | LogOut
    | ListActions
    | PrepareForm
)
"""What is answered within one request's time."""
Request: TypeAlias = ReadRequest | PrepareChanges | CommitChanges | AllowTool

# ------------------------------------------------------------------- replies


class TicketsFound(Struct, frozen=True):
    """A page of a search. ``tickets`` holds only what this page adds.

    ``total`` is what the tracker says that matches, None where it does not say; with criteria applied on this side it
    counts before them, so then it is None too. ``truncated``: more tickets match than were fetched.
    ``filtered_here`` names the criteria that the server cannot apply and that were applied after the fetch.
    """

    request_id: int
    profile: str
    tickets: tuple[Ticket, ...]
    offset: int
    complete: bool
    total: int | None = None
    truncated: bool = False
    warnings: tuple[str, ...] = ()
    filtered_here: tuple[str, ...] = ()
    calls: tuple[CallRecord, ...] = ()
    elapsed: float = 0.0
    """Seconds from the request to this page."""
    ordered: bool = False
    """Whether the tracker applied ``criteria.sort`` to all that matches."""


class TicketOpened(Struct, frozen=True):
    """One whole ticket. ``raw`` is the server's answer as indented JSON or text, sanitised, without private fields."""

    request_id: int
    profile: str
    ticket: Ticket
    raw: str = ""
    warnings: tuple[str, ...] = ()
    calls: tuple[CallRecord, ...] = ()
    elapsed: float = 0.0


class AttachmentFetched(Struct, frozen=True):
    """What a file on a ticket holds. ``type`` is its media type, where anybody says it."""

    request_id: int
    profile: str
    attachment: Attachment
    content: bytes
    type: str = ""


class ValuesListed(Struct, frozen=True):
    """Criteria field (``status``, ``assignee``, ``project``, ``labels``, ``priority``) to the values that exist."""

    request_id: int
    profile: str
    values: Mapping[str, tuple[str, ...]]
    native_language: str | None = None
    """The name of the tracker's own query language (``JQL``), where `TicketSearchCriteria.native` can be used."""


class ServerInspected(Struct, frozen=True):
    """Answers `Inspect` and `Reconnect`."""

    request_id: int
    profile: str
    report: ServerReport


class AccessChanged(Struct, frozen=True):
    """Answers `LogIn`, `LogOut` and `AllowTool`; ``line`` tells people what is so now."""

    request_id: int
    profile: str
    line: str


class ActionsListed(Struct, frozen=True):
    """Answers `ListActions`. ``off`` says why nothing can be changed at all, in words; empty: changes are allowed."""

    request_id: int
    profile: str
    actions: tuple[ChangeAction, ...]
    off: str = ""


class FormReady(Struct, frozen=True):
    """Answers `PrepareForm`. ``ticket`` is freshly read; None for a new one. ``draft`` holds the values of an earlier
    attempt that did not get through, empty where there is none.
    """

    request_id: int
    profile: str
    action: ChangeAction
    ticket: Ticket | None = None
    draft: Mapping[str, object] = field(default_factory=dict)
    calls: tuple[CallRecord, ...] = ()


class ChangePrepared(Struct, frozen=True):
    """Answers `PrepareChanges` for the wish ``number``, from 0; the last one is ``complete``. Either ``preview`` or
    ``fault`` is there.
    """

    request_id: int
    profile: str
    number: int
    preview: ChangePreview | None = None
    fault: ChangeFault | None = None
    complete: bool = True
    calls: tuple[CallRecord, ...] = ()
    """Reads that were made for it."""


class ChangeMade(Struct, frozen=True):
    """Answers `CommitChanges` for the token ``number``, from 0; the last one is ``complete``.

    A change that was not tried, because an earlier one stopped the row, has the state ``not_sent``.
    """

    request_id: int
    profile: str
    number: int
    outcome: ChangeOutcome
    complete: bool = True


class Failed(Struct, frozen=True):
    """The request came to nothing: what happened, why, and what to do next.

    ``kind`` ``cancelled`` means that the user gave up. ``stderr_tail`` holds the server's last words where they explain
    the fault. All text is sanitised.
    """

    request_id: int
    profile: str
    kind: ErrorKind
    title: str
    cause: str
    hint: str
    retryable: bool
    stderr_tail: str = ""
    log_name: str = STANDARD_ERROR
    """What ``stderr_tail`` is the end of."""
    undecided: UndecidedTool | None = None  # would be called if the user said that it only reads: `AllowTool`


Answer: TypeAlias = (
    TicketsFound
    | TicketOpened
    | AttachmentFetched
    | ValuesListed
    | ServerInspected
    | AccessChanged
    | ActionsListed
    | FormReady
    | ChangePrepared
    | ChangeMade
    | Failed
)  # each is a reply with a request id

Reply: TypeAlias = Answer | StateChanged | TerminalNeeded | LoginOffered | LoginEnded


def is_final(answer: Answer) -> bool:
    """Whether no further answer to the same request will come."""
    return not isinstance(answer, TicketsFound | ChangePrepared | ChangeMade) or answer.complete
