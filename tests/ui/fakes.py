"""A service without a worker: it answers when the test says so, or at once from a list of tickets."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui_app.settings.cached_rows import CachedRows
from tui_app.tickets.clock import Clock
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.matching import matches
from tui_app.tickets.messages import (
    AccessChanged,
    AttachmentFetched,
    CommitChanges,
    Failed,
    FetchAttachment,
    Inspect,
    ListActions,
    ListValues,
    LoadMore,
    LogIn,
    LogOut,
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
)
from tui_app.tickets.servers import (
    AllowTool,
    CallRecord,
    ProfileSummary,
    ServerReport,
    ServerState,
    StateChanged,
    ToolSummary,
)
from tui_app.tickets.ticket import Attachment, Change, Comment, Ticket, TicketKey

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
FIXED_CLOCK = Clock(now=lambda: NOW, monotonic=time.monotonic)
"""Durations pass, the date does not."""

_TITLES = (
    "Printer on floor 3 prints blank pages after the firmware update",
    "Checkout times out when the basket holds more than 40 items",
    "Rotate the signing keys of the build servers",
    "Login page shows two cookie banners in Safari",
    "注文の一覧が正しく並び替えられない",
    "Export to CSV drops the last line 📄",
    "Backups of the ledger database take nine hours",
    "Search finds archived projects",
    "Dark theme: links in comments cannot be read",
    "Refunds are booked twice after a retry",
)
_DESCRIPTION = "## What happens\n\nThe page stays **blank**.\n\n- every time\n- on both trays\n\n```\nlpstat -p\n```\n"
_PEOPLE = ("Ada Moreno", "Jun Park", "Lena Vogt", "Sam Okafor", None)
_STATUSES = ("Open", "In Progress", "In Review", "Blocked", "Done")
_PRIORITIES = ("High", "Medium", "Low", "Highest")


def make_ticket(number: int, **changes: Any) -> Ticket:
    """A believable ticket; the same number always gives the same one."""
    created = NOW - timedelta(days=number * 3, hours=number % 7)
    ticket = Ticket(
        id=f"{('PAY', 'OPS', 'WEB')[number % 3]}-{100 + number}",
        title=_TITLES[number % len(_TITLES)],
        status=_STATUSES[number % len(_STATUSES)],
        assignee=_PEOPLE[number % len(_PEOPLE)],
        reporter=_PEOPLE[(number + 1) % 4],
        priority=_PRIORITIES[number % len(_PRIORITIES)],
        type=("Bug", "Task", "Story")[number % 3],
        project=("PAY", "OPS", "WEB")[number % 3],
        labels=(("printing", "hardware"), ("checkout",), ())[number % 3],
        created_at=created,
        updated_at=created + timedelta(hours=number % 50),
        url=f"https://tracker.example/browse/{number}",
        description=_DESCRIPTION,
    )
    return replace(ticket, **changes)


def whole_ticket(ticket: Ticket) -> Ticket:
    """The ticket as opening it gives it: with comments, history and attachments."""
    return replace(
        ticket,
        comments=(
            Comment("Jun Park", NOW - timedelta(days=1), "I can reproduce it with *any* document."),
            Comment("Lena Vogt", NOW - timedelta(hours=3), "Fixed by reseating the drum, see `lpstat`."),
        ),
        history=(Change("Ada Moreno", NOW - timedelta(days=2), "status", "Open", "In Progress"),),
        attachments=(Attachment("page.png", "https://tracker.example/files/1", 20480),),
    )


@dataclass
class FakeService:
    """A `TicketService`. With ``tickets`` it answers at once; without, tests call `reply`."""

    tickets: Sequence[Ticket] | None = None
    page_size: int = 1000
    submitted: list[Request] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    closed: bool = False
    failure: Failed | None = None
    """What every search comes to, in place of tickets."""
    native_language: str | None = None
    tells_totals: bool = True
    answers_counts: bool = False
    """Whether views that are not shown are counted; without, such a request stays under way."""
    _deliver: Callable[[Reply], None] | None = None
    _early: list[Reply] = field(default_factory=list)
    _found: dict[int, list[Ticket]] = field(default_factory=dict)
    _sent: dict[int, int] = field(default_factory=dict)

    def connect(self, deliver: Callable[[Reply], None]) -> None:
        self._deliver = deliver
        for reply in self._early:
            deliver(reply)
        self._early.clear()

    def reply(self, reply: Reply) -> None:
        """Send a reply to the user interface."""
        if self._deliver is None:
            self._early.append(reply)
        else:
            self._deliver(reply)

    def submit(self, request: Request) -> None:
        self.submitted.append(request)
        if isinstance(request, Search) and request.count_only:
            self._count(request, self.tickets or ())
        elif self.failure is not None and isinstance(request, Search):
            self.reply(replace(self.failure, request_id=request.request_id, profile=request.profile))
        elif self.tickets is not None:
            self._answer(request, self.tickets)

    def cancel(self, request_id: int) -> None:
        self.cancelled.append(request_id)
        profile = next((r.profile for r in self.submitted if r.request_id == request_id), "")
        self.reply(
            Failed(request_id, profile, ErrorKind.CANCELLED, "Cancelled", "You gave it up.", "", retryable=False)
        )

    def close(self) -> None:
        self.closed = True

    def requests(self, kind: type[Any]) -> list[Any]:
        """What was submitted of one kind; what was to be counted alone is in `counts`."""
        return [r for r in self.submitted if isinstance(r, kind) and not (isinstance(r, Search) and r.count_only)]

    @property
    def counts(self) -> list[Search]:
        """The searches whose tickets were to be counted alone."""
        return [request for request in self.submitted if isinstance(request, Search) and request.count_only]

    @property
    def last_search(self) -> Search:
        """The youngest search."""
        search: Search = self.requests(Search)[-1]
        return search

    def _count(self, search: Search, tickets: Sequence[Ticket]) -> None:
        if self.answers_counts:
            total = len(_found(tickets, search.criteria, search.profile))
            self.reply(TicketsFound(search.request_id, search.profile, (), 0, complete=True, total=total))

    def _answer(self, request: Request, tickets: Sequence[Ticket]) -> None:
        match request:
            case Search():
                self.reply(ready(request.profile))
                self._found[request.request_id] = found = _found(tickets, request.criteria, request.profile)
                self._sent[request.request_id] = request.criteria.max_results
                self._send(request.request_id, request.profile, found, 0, request.criteria.max_results)
            case LoadMore():
                found, sent = self._found[request.search_id], self._sent[request.search_id]
                self._sent[request.search_id] += request.count
                self._send(request.request_id, request.profile, found, sent, request.count)
            case OpenTicket():
                ticket = next(t for t in tickets if t.id == request.ticket_id)
                whole = whole_ticket(replace(ticket, source=request.profile))
                self.reply(TicketOpened(request.request_id, request.profile, whole, '{"id": "x"}', elapsed=0.04))
            case FetchAttachment():
                content = f"content of {request.attachment.name}".encode()
                self.reply(AttachmentFetched(request.request_id, request.profile, request.attachment, content))
            case ListValues():
                self.reply(
                    ValuesListed(request.request_id, request.profile, VALUES, native_language=self.native_language)
                )
            case Inspect() | Reconnect():
                self.reply(ServerInspected(request.request_id, request.profile, report(request.profile)))
            case AllowTool():
                self.failure = None
                self.reply(AccessChanged(request.request_id, request.profile, f"{request.tool.name} is remembered"))
            case LogIn() | LogOut():
                self.reply(AccessChanged(request.request_id, request.profile, "done"))
            case ListActions() | PrepareForm() | PrepareChanges() | CommitChanges():
                pass  # a test of changes looks at `requests` and replies itself

    def _send(self, request_id: int, profile: str, found: list[Ticket], start: int, count: int) -> None:
        part = found[start : start + count]
        for offset in range(0, max(1, len(part)), self.page_size):
            page = tuple(part[offset : offset + self.page_size])
            last = offset + self.page_size >= len(part)
            more = start + len(part) < len(found)
            total = len(found) if self.tells_totals else None
            self.reply(TicketsFound(request_id, profile, page, start + offset, last, total, more, elapsed=0.02))


def _found(tickets: Sequence[Ticket], criteria: TicketSearchCriteria, profile: str) -> list[Ticket]:
    used = criteria.used_fields()
    return [replace(ticket, source=profile) for ticket in tickets if matches(ticket, criteria, used)]


VALUES: Mapping[str, tuple[str, ...]] = {
    "status": _STATUSES,
    "assignee": tuple(name for name in _PEOPLE if name),
    "project": ("PAY", "OPS", "WEB"),
    "labels": ("printing", "hardware", "checkout", "security"),
    "priority": _PRIORITIES,
}

PROFILES = (
    ProfileSummary("local", "python -m tui_app.local_tracker", "builder", "built in"),
    ProfileSummary("work", "node mcp-server.js", "auto", "config.toml", find_sites=lambda: ("https://work.example",)),
)


def ready(profile: str) -> StateChanged:
    """The server answers."""
    return StateChanged(profile, ServerState.READY, detail="tracker 1.2", latency=0.012)


def failed(**changes: Any) -> Failed:
    """A server that did not start."""
    failure = Failed(
        0,
        "local",
        ErrorKind.START_FAILED,
        "The server did not start",
        "node mcp-server.js ended with exit code 1 before it was ready.",
        "Run the command by itself to see why, or check the profile's env.",
        retryable=True,
        stderr_tail="Error: Cannot find module 'express'\n    at Module._resolveFilename (node:internal/modules:1)",
    )
    return replace(failure, **changes)


def report(profile: str) -> ServerReport:
    """What is known of a server."""
    return ServerReport(
        profile,
        command="node mcp-server.js",
        config_source="config.toml",
        server_name="tracker",
        server_version="1.2",
        era="legacy",
        protocol_version="2025-11-25",
        adapter="builder",
        adapter_reason="it has a tool search_tickets",
        mapping='search = "search_tickets"\nget = "get_ticket"',
        tools=(
            ToolSummary("search_tickets", "Search tickets by criteria", "search", read_only=True),
            ToolSummary("get_ticket", "One ticket with comments", "get", read_only=True),
            ToolSummary("create_ticket", "Make a ticket", "", read_only=False),
        ),
        calls=(CallRecord("search_tickets", '{"max_results": 100}', 0.012),),
        stderr_tail="listening on stdio",
        live_sessions=1,
        start_seconds=0.8,
        authentication="none configured",
    )


class Kept(Struct, frozen=True):
    """One search made before."""

    criteria: TicketSearchCriteria
    used_at: str = "2026-11-21T10:00:00+00:00"
    pinned: bool = False


class FakeSearchMemory:
    """Recents and saved searches in memory."""

    notices: Sequence[str] = ()

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self.named: dict[str, TicketSearchCriteria] = {}

    def entries(self) -> Sequence[Kept]:
        return tuple(self.kept)

    def add(self, criteria: TicketSearchCriteria) -> None:
        self.kept = [Kept(criteria), *(entry for entry in self.kept if entry.criteria != criteria)]

    def pin(self, criteria: TicketSearchCriteria, *, pinned: bool) -> None:
        self.kept = [replace(e, pinned=pinned) if e.criteria == criteria else e for e in self.kept]

    def delete(self, criteria: TicketSearchCriteria) -> None:
        self.kept = [entry for entry in self.kept if entry.criteria != criteria]

    def saved(self) -> Mapping[str, TicketSearchCriteria]:
        return dict(self.named)

    def save(self, name: str, criteria: TicketSearchCriteria) -> None:
        self.named[name] = criteria

    def forget(self, name: str) -> None:
        self.named.pop(name, None)


class FakeDraft(Struct, frozen=True):
    """One kept text."""

    path: Path
    values: Mapping[str, Any]
    sent: bool = False


class FakeDraftMemory:
    """Texts in memory, the youngest last."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], list[FakeDraft]] = {}
        self.saves = 0

    def save(
        self,
        profile: str,
        ticket_id: str,
        kind: str,
        values: Mapping[str, Any],
        answers: Mapping[str, Any] | None = None,
        *,
        instead_of: Path | None = None,
    ) -> Path:
        self.saves += 1
        path = Path(f"draft-{self.saves}")
        drafts = self.kept.setdefault((profile, ticket_id, str(kind)), [])
        drafts[:] = [draft for draft in drafts if draft.path != instead_of]
        drafts.append(FakeDraft(path, dict(values)))
        return path

    def latest(self, profile: str, ticket_id: str, kind: str) -> FakeDraft | None:
        return next(iter(reversed(self.kept.get((profile, ticket_id, str(kind)), []))), None)

    def discard(self, path: Path) -> None:
        for drafts in self.kept.values():
            drafts[:] = [draft for draft in drafts if draft.path != path]

    @property
    def texts(self) -> list[Mapping[str, Any]]:
        """What is kept."""
        return [draft.values for drafts in self.kept.values() for draft in drafts]


class FakeChangeHistory:
    """The log of changes in memory."""

    def __init__(self) -> None:
        self.entries: list[Mapping[str, Any]] = []

    def changes(self) -> Sequence[Mapping[str, Any]]:
        return tuple(self.entries)


class FakeLookMemory:
    """Looks in memory."""

    notices: Sequence[str] = ()

    def __init__(self, *, first_run: bool = False, theme: str | None = None) -> None:
        self.theme = theme
        self.first_run_card_seen = not first_run
        self.kept_columns: dict[str, tuple[Mapping[str, Any], ...]] = {}
        self.kept_panes: dict[str, Any] = {}
        self.kept_sites: dict[str, tuple[str, ...]] = {}
        self.kept_orders: dict[str, Mapping[str, Any]] = {}
        self.kept_trackers: tuple[str, ...] = ()
        self.last_search: dict[str, Any] = {}

    def set_theme(self, theme: str) -> None:
        self.theme = theme

    def set_first_run_card_seen(self) -> None:
        self.first_run_card_seen = True

    def columns(self, profile: str) -> Sequence[Mapping[str, Any]]:
        return self.kept_columns.get(profile, ())

    def set_columns(self, profile: str, columns: tuple[Mapping[str, Any], ...]) -> None:
        self.kept_columns[profile] = columns

    def order(self, name: str) -> Mapping[str, Any]:
        return self.kept_orders.get(name, {})

    def set_order(self, name: str, order: Mapping[str, Any]) -> None:
        self.kept_orders[name] = order

    def set_trackers(self, names: Sequence[str]) -> None:
        self.kept_trackers = tuple(names)

    def sites(self, profile: str) -> Sequence[str]:
        return self.kept_sites.get(profile, ())

    def add_site(self, profile: str, site: str) -> None:
        self.kept_sites[profile] = (*self.sites(profile), site)

    def panes(self) -> Mapping[str, Any]:
        return self.kept_panes

    def set_panes(self, panes: Mapping[str, Any]) -> None:
        self.kept_panes = dict(panes)

    def set_last_search(self, trackers: Sequence[str], criteria: Mapping[str, Any], view: str) -> None:
        self.last_search = {"trackers": tuple(trackers), "criteria": criteria, "view": view}


class FakeRowMemory:
    """Kept rows in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[tuple[str, ...], TicketSearchCriteria], CachedRows] = {}
        self.opened: dict[TicketKey, tuple[Ticket, datetime]] = {}

    def load(self, profiles: Sequence[str], criteria: TicketSearchCriteria) -> CachedRows | None:
        return self.kept.get((tuple(profiles), criteria))

    def store(
        self,
        profiles: Sequence[str],
        criteria: TicketSearchCriteria,
        tickets: Sequence[Ticket],
        at: datetime,
        *,
        seen: Sequence[Ticket] = (),
        seen_at: datetime | None = None,
        matching: int | None = None,
        more: bool = False,
    ) -> None:
        kept = CachedRows(at, tuple(tickets), tuple(seen), seen_at, matching, more)
        self.kept[tuple(profiles), criteria] = kept

    def load_ticket(self, key: TicketKey) -> tuple[Ticket, datetime] | None:
        return self.opened.get(key)

    def store_ticket(self, ticket: Ticket, at: datetime) -> None:
        self.opened[ticket.key] = (ticket, at)

    def seen(self) -> Sequence[tuple[Ticket, datetime]]:
        rows = {ticket.key: (ticket, rows.at) for rows in self.kept.values() for ticket in rows.tickets}
        return tuple({**rows, **self.opened}.values())

    def sweep(self) -> None:
        pass
