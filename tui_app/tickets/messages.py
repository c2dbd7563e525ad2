"""What the user interface and the worker say to each other.

Requests go in by `TicketService.submit`; replies come back through the one function given to `TicketService.connect`.
Every fault is a `Failed` reply: no exception crosses the thread. All of these are frozen values; a reply carries the
``request_id`` of the request that it answers, so that a reader can drop what it no longer waits for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol, TypeAlias

from msgspec import Struct, field

from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.ticket import Ticket

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


class LoadMore(Struct, frozen=True):
    """Go on with a finished, truncated search: up to ``count`` further tickets. Answered like `Search`.

    ``search_id`` is the request id of that `Search`. The replies carry this request's own id.
    """

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


Request: TypeAlias = Search | LoadMore | OpenTicket | ListValues | Inspect | Reconnect

# ------------------------------------------------------------------- replies


class CallRecord(Struct, frozen=True):
    """One tool call as it was made. ``arguments`` is JSON text, sanitised; ``elapsed`` is in seconds."""

    tool: str
    arguments: str
    elapsed: float
    failed: bool = False


class TicketsFound(Struct, frozen=True):
    """A page of a search. ``tickets`` holds only what this page adds.

    ``total`` is what the tracker says that matches, None where it does not say; with criteria applied on this side it
    counts before them, so then it is None too. ``truncated`` says that more tickets match than were fetched.
    ``applied_here`` names the criteria that the server cannot honour and that were applied after the fetch.
    """

    request_id: int
    profile: str
    tickets: tuple[Ticket, ...]
    offset: int
    complete: bool
    total: int | None = None
    truncated: bool = False
    warnings: tuple[str, ...] = ()
    applied_here: tuple[str, ...] = ()
    calls: tuple[CallRecord, ...] = ()
    elapsed: float = 0.0
    """Seconds from the request to this page."""


class TicketOpened(Struct, frozen=True):
    """One whole ticket. ``raw`` is the server's answer as indented JSON or text, sanitised, without private fields."""

    request_id: int
    profile: str
    ticket: Ticket
    raw: str = ""
    warnings: tuple[str, ...] = ()
    calls: tuple[CallRecord, ...] = ()
    elapsed: float = 0.0


class ValuesListed(Struct, frozen=True):
    """Criteria field (``status``, ``assignee``, ``project``, ``labels``, ``priority``) to the values that exist."""

    request_id: int
    profile: str
    values: Mapping[str, tuple[str, ...]]
    native_language: str | None = None
    """The name of the tracker's own query language (``JQL``), where `TicketSearchCriteria.native` can be used."""


class ToolSummary(Struct, frozen=True):
    """One tool of the server. ``role`` is what it is used for: search, get, comments, values, or empty."""

    name: str
    description: str
    role: str = ""
    read_only: bool | None = None


class ServerReport(Struct, frozen=True):
    """What is known of a profile's server. All text is sanitised, secrets are masked."""

    profile: str
    command: str
    """The argv as a shell would take it."""
    config_source: str
    """Where the profile is written: a file's path, ``the command line`` or ``built in``."""
    server_name: str = ""
    server_version: str = ""
    era: str = ""
    """``legacy`` or ``modern``."""
    protocol_version: str = ""
    adapter: str = ""
    adapter_reason: str = ""
    """Why this adapter was chosen, in words."""
    mapping: str = ""
    """The mapping in force, as TOML that can be put into the config."""
    tools: tuple[ToolSummary, ...] = ()
    calls: tuple[CallRecord, ...] = ()
    """The latest calls, newest last."""
    stderr_tail: str = ""
    skipped_lines: int = 0
    """Lines on standard output that were not JSON."""
    skipped_tail: str = ""
    live_sessions: int = 0
    start_seconds: float | None = None
    authentication: str = ""
    """The authentication in force and its last outcome, in words."""


class ServerInspected(Struct, frozen=True):
    """Answers `Inspect` and `Reconnect`."""

    request_id: int
    profile: str
    report: ServerReport


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


class ServerState(StrEnum):
    """How a profile's server is doing."""

    IDLE = "idle"
    STARTING = "starting"
    CHECKING_LOGIN = "checking login"
    LOGIN_NEEDED = "login needed"
    LOGGING_IN = "logging in"
    READY = "ready"
    WORKING = "working"
    RETRYING = "retrying"
    DOWN = "down"


class StateChanged(Struct, frozen=True):
    """Sent unasked whenever a profile's state changes. Moments are `time.monotonic` seconds.

    STARTING carries ``since`` and ``limit`` (seconds); RETRYING carries ``attempt`` of ``attempts``, ``until``, and the
    cause in ``detail``; READY carries the server's name in ``detail`` and ``latency`` of the last call; WORKING carries
    the name, too, and ``since`` when the oldest call is under way; LOGIN_NEEDED says in ``detail`` why trying again is
    no help, where that is so.
    """

    profile: str
    state: ServerState
    detail: str = ""
    since: float = 0.0
    limit: float | None = None
    attempt: int = 0
    attempts: int = 0
    until: float | None = None
    latency: float | None = None


class TerminalNeeded(Struct, frozen=True):
    """A login command wants the real terminal. The receiver gives it up and calls ``run``, or else ``decline``.

    ``run`` blocks until the command has ended, never raises, and tells the worker by itself; it returns a line on
    how it went. ``decline`` tells the worker that there is no terminal to be had.
    """

    profile: str
    title: str
    command: str
    run: Callable[[], str]
    decline: Callable[[str], None]


Reply: TypeAlias = TicketsFound | TicketOpened | ValuesListed | ServerInspected | Failed | StateChanged | TerminalNeeded


class TicketService(Protocol):
    """What the user interface and the command line hold: the worker, seen from outside. Every call returns at once."""

    def connect(self, deliver: Callable[[Reply], None]) -> None:
        """Send every reply to ``deliver``, those so far first. It runs on the worker's thread and must not block."""

    def submit(self, request: Request) -> None:
        """Ask for something. The answer comes as replies with the same ``request_id``."""

    def cancel(self, request_id: int) -> None:
        """Give a request up; it ends in `Failed` with kind ``cancelled``, unless its answer was under way."""

    def close(self) -> None:
        """End every server and the worker; returns when they are gone, within a few seconds. Idempotent."""


class ProfileSummary(Struct, frozen=True):
    """A profile as the user interface shows it, without secrets."""

    name: str
    command: str
    adapter: str
    source: str
