"""Answers searches: page after page until enough tickets match, and continues where a search stopped.

Invariants: no ticket is delivered twice within one search; ``truncated`` is true whenever more may match than was
delivered; a server that offers the same page again ends the search, with a warning.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.adapters.base import Page
from tui_app.tickets.criteria import MAX_RESULTS_LIMIT, TicketSearchCriteria
from tui_app.tickets.criterion import SEEN_CRITERIA, criterion_of
from tui_app.tickets.errors import ExplainedError, MCPToolError
from tui_app.tickets.matching import matches, phrase_check
from tui_app.tickets.messages import LoadMore, Search, TicketsFound
from tui_app.tickets.text import clean
from tui_app.tickets.ticket import Ticket
from tui_app.tickets.turns import in_slices, uncollected
from tui_app.tickets.vocabulary import missing_value_warning, openness_warning
from tui_app.worker.live_server import read_in_time

if TYPE_CHECKING:
    from tui_app.adapters.base import Adapter, Plan, ToolCall
    from tui_app.mcp_client.types import CallToolResult
    from tui_app.worker.live_server import LiveServer
    from tui_app.worker.profile_runtime import ProfileRuntime
    from tui_app.worker.scope import RequestScope

MOST_PAGES = 100
"""Pages fetched for one request: a server that hands out ten tickets at a time still fills the largest search."""
_SLICE = 1000  # tickets worked on before other tasks get their turn


class SearchCursor(Struct):
    """The position of one search. Outlives its request, so that `LoadMore` can continue."""

    criteria: TicketSearchCriteria
    """With relative dates as they were when the search began."""
    fields: tuple[str, ...] = ()
    """Further fields that rows are to have."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the request that continues the search; the next one waits, so that no page is fetched twice."""
    delivered: int = 0
    spare: list[Ticket] = field(default_factory=list)
    """Fetched and matching, but not asked for yet."""
    total: int | None = None
    plan: Plan | None = None
    """Set once the first page has come, and replaced where the server is asked again with a higher limit."""
    warnings: list[str] = field(default_factory=list)
    next_call: ToolCall | None = None
    may_hold_more: bool = False
    """The server sent exactly as many tickets as asked for, and has no pages: there may be more."""
    pages_known: bool = False
    """The server has named a next page at least once, so the lack of one means the end."""
    fetched: int = 0
    seen: set[str] = field(default_factory=set)
    unclear: dict[str, None] = field(default_factory=dict)
    """Statuses of which nobody says whether they are closed, where that is asked and filtered here."""
    unmet: dict[str, dict[str, None]] = field(default_factory=lambda: {name: {} for name in SEEN_CRITERIA})
    """The criteria of which no ticket fetched so far has a value that is asked for, to the values that these have."""
    calls_made: set[str] = field(default_factory=set)
    more_told: bool = False
    """A page of the plan under way told of further tickets that no call fetches."""
    answered: bool = False
    failure: MCPToolError | None = None
    """Of the first call that failed and was made up for; it counts where no other call succeeds."""

    @property
    def filtered_here(self) -> frozenset[str]:
        return self.plan.filtered_here if self.plan else frozenset()

    @property
    def sorts_out(self) -> bool:
        """Whether fewer tickets are delivered than the server answers."""
        return bool(self.filtered_here) or (self.plan is not None and bool(self.plan.phrases))

    @property
    def exhausted(self) -> bool:
        return self.plan is not None and self.next_call is None and not self.spare

    @property
    def truncated(self) -> bool:
        beyond = self.total is not None and self.total > self.fetched
        return bool(self.spare) or self.next_call is not None or self.may_hold_more or beyond

    def warn(self, words: str) -> None:
        if words not in self.warnings:
            self.warnings.append(words)

    def all_warnings(self) -> list[str]:
        """Those of now, with the values that there are where a whole search found none of those asked for."""
        words = [*self.warnings, *openness_warning(self.unclear, self.criteria.openness or "")]
        for name in sorted(self.filtered_here & self.unmet.keys()) if self.exhausted and not self.delivered else ():
            words += missing_value_warning(criterion_of(name).word, self.unmet[name], self.criteria.value(name))
        return words

    def note_values(self, ticket: Ticket) -> None:
        """Look whether ``ticket`` has one of the values that are asked for."""
        for name in self.filtered_here & self.unmet.keys():
            if matches(ticket, self.criteria, (name,)):
                del self.unmet[name]
            else:
                value = getattr(ticket, criterion_of(name).field)
                self.unmet[name].update(dict.fromkeys(value if isinstance(value, tuple) else (value or "",)))

    def take(self, count: int) -> tuple[Ticket, ...]:
        taken = tuple(self.spare[:count])
        del self.spare[:count]
        self.delivered += len(taken)
        return taken


async def search(
    runtime: ProfileRuntime,
    scope: RequestScope,
    request: Search | LoadMore,
    cursor: SearchCursor,
    wanted: int,
    deliver: Callable[[TicketsFound], None],
) -> None:
    """Deliver up to ``wanted`` more tickets of a search, a reply for each page.

    Raises:
        ExplainedError: the first page could not be fetched. A later failure is a warning: the tickets so far count.
    """
    async with cursor.turn:
        begin, goal = cursor.delivered, cursor.delivered + wanted
        pages = 0
        failure = ""
        while True:
            offset = cursor.delivered
            tickets = cursor.take(goal - offset)
            complete = cursor.delivered >= goal or cursor.exhausted or pages >= MOST_PAGES or bool(failure)
            if tickets or complete:
                if complete and pages >= MOST_PAGES:
                    cursor.warn(f"Stopped after {MOST_PAGES} pages; narrow the search, or load more.")
                deliver(_found(runtime, scope, request, cursor, tickets, offset, complete, failure))
            if complete:
                return
            pages += 1
            try:
                await _fetch(runtime, scope, cursor, goal)
            except ExplainedError as error:
                if cursor.delivered == begin:
                    raise
                failure = f"The rest could not be fetched: {clean(error.cause)}"


def _found(
    runtime: ProfileRuntime,
    scope: RequestScope,
    request: Search | LoadMore,
    cursor: SearchCursor,
    tickets: tuple[Ticket, ...],
    offset: int,
    complete: bool,
    failure: str,
) -> TicketsFound:
    return TicketsFound(
        request.request_id,
        runtime.profile.name,
        tickets,
        offset,
        complete,
        None if cursor.sorts_out else cursor.total,
        cursor.truncated or bool(failure),
        tuple(map(runtime.shown, (*cursor.all_warnings(), *filter(None, (failure,))))),
        tuple(sorted(cursor.filtered_here)),
        tuple(scope.calls),
        scope.elapsed,
        cursor.plan is not None and cursor.plan.ordered,
    )


async def count(runtime: ProfileRuntime, scope: RequestScope, request: Search, now: datetime) -> TicketsFound:
    """How many tickets match, by asking for one; None where that is not certain: nothing is fetched to be counted.

    Raises:
        ExplainedError: the server did not answer; it is not asked again.
    """
    total = None
    for limit in (1, 2):  # a total of one beside one ticket may be the size of the page
        criteria = replace(request.criteria.refreshed(now), max_results=limit)
        async with runtime.leased_once(scope) as server:
            plan = server.adapter.plan(criteria)
            if plan.filtered_here or plan.phrases or plan.warnings:
                break
            result = await runtime.call(server, plan.call, scope)
            page = await read_in_time(partial(server.adapter.page, plan, plan.call, result), result)
        total = _certain_total(page, limit)
        if page.total != limit:
            break
    return TicketsFound(request.request_id, runtime.profile.name, (), 0, complete=True, total=total)


def _certain_total(page: Page, limit: int) -> int | None:
    """How many tickets match, by a page of at most ``limit``."""
    found = len(page.tickets)
    if page.total is not None and page.total > found:
        return page.total
    is_all = found < limit and page.next_call is None and not page.more and page.plan is None
    return found if is_all and page.total in (None, found) else None


async def _fetch(runtime: ProfileRuntime, scope: RequestScope, cursor: SearchCursor, goal: int) -> None:
    """Fetch one page more and add what matches to the spare tickets."""

    async def fetch(server: LiveServer) -> tuple[Adapter, Plan, ToolCall, CallToolResult | Page]:
        await _learn_fields(runtime, server, scope, cursor.fields)
        plan = cursor.plan or server.adapter.plan(cursor.criteria)
        call = cursor.next_call or plan.call
        try:
            return server.adapter, plan, call, await runtime.call(server, call, scope)
        except MCPToolError as error:
            instead = server.adapter.search_failed(plan, call, error)
            if instead is None:
                raise
            cursor.failure = cursor.failure or error
            return server.adapter, plan, call, instead

    with uncollected():
        adapter, plan, call, result = await runtime.use(scope, fetch)
        await asyncio.sleep(0)  # the loop step that resumes here keeps the raw answer alive until it ends
        cursor.answered = cursor.answered or not isinstance(result, Page)
        if isinstance(result, Page):
            page = result
        else:
            page = await read_in_time(partial(_read, runtime, partial(adapter.page, plan, call, result)), result)
        del result  # frees its rows before the garbage collector runs
    if cursor.plan is None:
        cursor.plan = plan
        for warning in plan.warnings:
            cursor.warn(clean(warning))
    if page.next_call is None and cursor.failure and not cursor.answered:
        raise cursor.failure
    cursor.calls_made.add(_key(call))
    fresh: list[Ticket] = []
    for some in in_slices(page.tickets, _SLICE):
        fresh += [ticket for ticket in some if not ticket.id or ticket.id not in cursor.seen]
    _note_page(cursor, page, fresh)
    await _keep_matching(runtime, cursor, fresh)
    if page.next_call is None and page.plan is None:
        _ask_for_more(cursor, adapter, len(page.tickets) if fresh else 0, goal)


def _read(runtime: ProfileRuntime, read: Callable[[], Page]) -> Page:
    page = read()
    tickets: list[Ticket] = []
    for some in in_slices(page.tickets, _SLICE):
        tickets += map(runtime.without_private, some)
    return replace(page, tickets=tuple(tickets))


async def _learn_fields(
    runtime: ProfileRuntime, server: LiveServer, scope: RequestScope, fields: tuple[str, ...]
) -> None:
    """Let the server's adapter ask for ``fields`` from now on; a search goes on without those that it cannot find."""
    calls = server.adapter.field_calls(fields) if fields else ()
    results: list[CallToolResult | None] = []
    for call in calls:
        try:
            results.append(await runtime.call(server, call, scope))
        except MCPToolError:
            results.append(None)
    if fields:
        server.adapter = await read_in_time(partial(server.adapter.with_fields, fields, results), *results)


def _note_page(cursor: SearchCursor, page: Page, fresh: list[Ticket]) -> None:
    cursor.fetched += len(fresh)
    cursor.total = page.total if page.total is not None else cursor.total
    cursor.next_call = page.next_call
    cursor.more_told = cursor.more_told or page.more
    cursor.plan = page.plan or cursor.plan
    _keep_unless_absent(cursor, page)
    cursor.pages_known = cursor.pages_known or page.next_call is not None
    for warning in page.warnings:
        cursor.warn(clean(warning))
    again = page.next_call is not None and (
        _key(page.next_call) in cursor.calls_made or (bool(page.tickets) and not fresh and not page.moves_on)
    )
    if again:
        cursor.next_call = None
        cursor.warn("The server sent the same tickets again instead of more, so the search stopped there.")


def _keep_unless_absent(cursor: SearchCursor, page: Page) -> None:
    """Do not filter by what the rows have no place for: nothing would be left, which says nothing of the tickets."""
    if cursor.plan is None or not page.tickets:
        return
    absent = {name for name in cursor.filtered_here if criterion_of(name).field in page.absent}
    if any(ticket.is_closed is not None for ticket in page.tickets):  # a flag or a moment tells it without a status
        absent.discard("openness")
    if absent:
        cursor.plan = replace(cursor.plan, filtered_here=cursor.filtered_here - absent)
        names = " and ".join(sorted({criterion_of(name).field.removesuffix("_at") for name in absent}))
        cursor.warn(f"These tickets say nothing of {names}, so they are shown without that filter.")


async def _keep_matching(runtime: ProfileRuntime, cursor: SearchCursor, fresh: list[Ticket]) -> None:
    names, source = cursor.filtered_here, runtime.profile.name
    others = names - {"openness"}
    phrases = cursor.plan.phrases if cursor.plan else ()
    for some in in_slices(fresh, _SLICE):
        holds = phrase_check(some, phrases)
        for ticket in some:
            if ticket.id in cursor.seen:
                continue
            if ticket.id:
                cursor.seen.add(ticket.id)
            if phrases and not holds(ticket):
                continue
            cursor.note_values(ticket)
            if "openness" in names and ticket.is_closed is None:
                cursor.unclear.update({ticket.status: None} if matches(ticket, cursor.criteria, others) else {})
            if not names or matches(ticket, cursor.criteria, names):
                cursor.spare.append(replace(ticket, source=source))
        await asyncio.sleep(0)


def _ask_for_more(cursor: SearchCursor, adapter: Adapter, received: int, goal: int) -> None:
    """If the server has a limit but no pages: plan to ask again with a higher limit, and skip known tickets."""
    asked = cursor.criteria.max_results
    all_fetched = cursor.total is not None and cursor.total <= cursor.fetched
    full = received == asked and not all_fetched and not cursor.pages_known
    cursor.may_hold_more = full or cursor.more_told
    if not cursor.may_hold_more or asked >= MAX_RESULTS_LIMIT:
        return
    needed = MAX_RESULTS_LIMIT if cursor.sorts_out else max(goal, cursor.delivered + len(cursor.spare)) + asked
    larger = replace(cursor.criteria, max_results=min(needed, MAX_RESULTS_LIMIT))
    plan = adapter.plan(larger)
    if _key(plan.call) in cursor.calls_made:
        cursor.may_hold_more = False
        return
    cursor.criteria, cursor.plan, cursor.more_told = larger, plan, False
    cursor.next_call = plan.call


def _key(call: ToolCall) -> str:
    return f"{call.tool} {json.dumps(dict(call.arguments), sort_keys=True, default=str)}"
