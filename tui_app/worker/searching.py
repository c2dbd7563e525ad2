"""Answering searches: page after page until enough tickets match, and going on where a search stopped.

Invariants: no ticket is delivered twice within one search; ``truncated`` is true whenever more may match than was
delivered; a server that offers the same page again ends the search, with a warning.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.tickets.criteria import MAX_RESULTS_LIMIT, ME, TicketSearchCriteria
from tui_app.tickets.errors import ExplainedError
from tui_app.tickets.matching import matches
from tui_app.tickets.messages import LoadMore, Search, TicketsFound
from tui_app.tickets.text import clean
from tui_app.tickets.ticket import Ticket
from tui_app.tickets.turns import give_way, in_slices, uncollected

if TYPE_CHECKING:
    from tui_app.adapters.base import Adapter, Page, ToolCall
    from tui_app.mcp_client.types import CallToolResult
    from tui_app.worker.live_server import LiveServer
    from tui_app.worker.scope import RequestScope
    from tui_app.worker.tracker import Tracker

MOST_PAGES = 100
"""Pages fetched for one request: a server that hands out ten tickets at a time still fills the largest search."""
_SLICE = 1000  # tickets worked on before other tasks get their turn


class SearchProgress(Struct):
    """How far one search has come. Outlives its request, so that `LoadMore` can go on."""

    criteria: TicketSearchCriteria
    """With its dates read when the search began."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the request that goes on with it; the next one waits, so that no page is fetched twice."""
    delivered: int = 0
    spare: list[Ticket] = field(default_factory=list)
    """Fetched and matching, and not asked for yet."""
    total: int | None = None
    applied_here: frozenset[str] = frozenset()
    warnings: list[str] = field(default_factory=list)
    next_call: ToolCall | None = None
    begun: bool = False
    may_hold_more: bool = False
    """The server gave exactly as many as it was asked for, and cannot say what comes after."""
    pages_known: bool = False
    """The server has told of a further page at least once, so the lack of one means the end."""
    fetched: int = 0
    seen: set[str] = field(default_factory=set)
    calls_made: set[str] = field(default_factory=set)

    @property
    def exhausted(self) -> bool:
        return self.begun and self.next_call is None and not self.spare

    @property
    def truncated(self) -> bool:
        beyond = self.total is not None and self.total > self.fetched
        return bool(self.spare) or self.next_call is not None or self.may_hold_more or beyond

    def warn(self, words: str) -> None:
        if words not in self.warnings:
            self.warnings.append(words)

    def take(self, count: int) -> tuple[Ticket, ...]:
        taken = tuple(self.spare[:count])
        del self.spare[:count]
        self.delivered += len(taken)
        return taken


async def search(
    tracker: Tracker,
    scope: RequestScope,
    request: Search | LoadMore,
    progress: SearchProgress,
    wanted: int,
    deliver: Callable[[TicketsFound], None],
) -> None:
    """Deliver up to ``wanted`` further tickets of a search, a reply for each page.

    Raises:
        ExplainedError: not even the first page came. After that a failure is a warning: what came is worth having.
    """
    begin, goal = progress.delivered, progress.delivered + wanted
    pages = 0
    failure = ""
    while True:
        offset = progress.delivered
        tickets = progress.take(goal - offset)
        complete = progress.delivered >= goal or progress.exhausted or pages >= MOST_PAGES or bool(failure)
        if tickets or complete:
            if complete and pages >= MOST_PAGES:
                progress.warn(f"Stopped after {MOST_PAGES} pages; narrow the search, or load more.")
            deliver(_found(tracker, scope, request, progress, tickets, offset, complete, failure))
        if complete:
            return
        pages += 1
        try:
            await _fetch(tracker, scope, progress, goal)
        except ExplainedError as error:
            if progress.delivered == begin:
                raise
            failure = f"The rest could not be fetched: {clean(error.cause)}"


def _found(
    tracker: Tracker,
    scope: RequestScope,
    request: Search | LoadMore,
    progress: SearchProgress,
    tickets: tuple[Ticket, ...],
    offset: int,
    complete: bool,
    failure: str,
) -> TicketsFound:
    return TicketsFound(
        request.request_id,
        tracker.profile.name,
        tickets,
        offset,
        complete,
        None if progress.applied_here else progress.total,
        progress.truncated or bool(failure),
        (*progress.warnings, *([failure] if failure else [])),
        tuple(sorted(progress.applied_here)),
        tuple(scope.calls),
        scope.elapsed,
    )


async def _fetch(tracker: Tracker, scope: RequestScope, progress: SearchProgress, goal: int) -> None:
    """Fetch one page more and add what matches to the spare tickets."""

    async def fetch(server: LiveServer) -> tuple[Adapter, ToolCall, CallToolResult]:
        call = progress.next_call or server.adapter.search_call(progress.criteria)
        return server.adapter, call, await tracker.call(server, call, scope)

    with uncollected():
        adapter, call, result = await tracker.use(scope, fetch)
        await asyncio.sleep(0)  # the step of the loop that an answer begins holds the answer to its end
        page = adapter.page(progress.criteria, call, result)
        del result  # its rows are gone before the collector would look at them
    if not progress.begun:
        _begin(progress, adapter)
    progress.calls_made.add(_key(call))
    fresh: list[Ticket] = []
    for some in in_slices(page.tickets, _SLICE):
        fresh += [ticket for ticket in some if not ticket.id or ticket.id not in progress.seen]
    _note_page(progress, page, fresh)
    await _keep_matching(tracker.profile.name, progress, fresh)
    if page.next_call is None:
        _ask_for_more(progress, adapter, len(page.tickets) if fresh else 0, goal)


def _begin(progress: SearchProgress, adapter: Adapter) -> None:
    progress.begun = True
    used = progress.criteria.used_fields()
    missed = used - adapter.honoured(progress.criteria)
    progress.applied_here = missed - {"native"}
    if "native" in missed:
        progress.warn("This server takes no query in its own language, so the native query was left out.")
    if "assignee" in missed and progress.criteria.assignee == ME:
        progress.applied_here -= {"assignee"}
        progress.warn("This server cannot tell who you are, so the assignee `me` was left out; type your name instead.")


def _note_page(progress: SearchProgress, page: Page, fresh: list[Ticket]) -> None:
    progress.fetched += len(fresh)
    progress.total = page.total if page.total is not None else progress.total
    progress.next_call = page.next_call
    progress.pages_known = progress.pages_known or page.next_call is not None
    for warning in page.warnings:
        progress.warn(clean(warning))
    again = page.next_call is not None and (
        _key(page.next_call) in progress.calls_made or (bool(page.tickets) and not fresh)
    )
    if again:
        progress.next_call = None
        progress.warn("The server offered the same tickets again instead of further ones; stopped there.")


async def _keep_matching(source: str, progress: SearchProgress, fresh: list[Ticket]) -> None:
    names = progress.applied_here
    for begin in range(0, len(fresh), _SLICE):
        for ticket in fresh[begin : begin + _SLICE]:
            if ticket.id in progress.seen:
                continue
            if ticket.id:
                progress.seen.add(ticket.id)
            if not names or matches(ticket, progress.criteria, names):
                progress.spare.append(replace(ticket, source=source))
        give_way()
        await asyncio.sleep(0)


def _ask_for_more(progress: SearchProgress, adapter: Adapter, received: int, goal: int) -> None:
    """Where the server has no pages but a limit: plan to ask again with a higher one, and skip what is known."""
    asked = progress.criteria.max_results
    told = progress.total is not None and progress.total <= progress.fetched
    progress.may_hold_more = received == asked and not told and not progress.pages_known
    if not progress.may_hold_more or asked >= MAX_RESULTS_LIMIT:
        return
    needed = MAX_RESULTS_LIMIT if progress.applied_here else max(goal, progress.delivered + len(progress.spare)) + asked
    larger = replace(progress.criteria, max_results=min(needed, MAX_RESULTS_LIMIT))
    next_call = adapter.search_call(larger)
    if _key(next_call) in progress.calls_made:
        progress.may_hold_more = False
        return
    progress.criteria = larger
    progress.next_call = next_call


def _key(call: ToolCall) -> str:
    return f"{call.tool} {json.dumps(dict(call.arguments), sort_keys=True, default=str)}"
