"""The worker's event loop: answers requests, and owns what lives as long as the program does.

Invariants: every accepted request ends in exactly one final reply; no exception leaves the loop; other threads call
only `RequestLoop.post`.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from tui_app.tickets.errors import ConfigError, ExplainedError, UsageError
from tui_app.tickets.messages import (
    AccessChanged,
    CommitChanges,
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
    ReadRequest,
    Reconnect,
    Reply,
    Request,
    Search,
)
from tui_app.tickets.servers import AllowTool
from tui_app.tickets.text import clean_line
from tui_app.worker.concurrency import undivided_work
from tui_app.worker.lookups import change_access, fetch_attachment, inspect, list_values, open_ticket
from tui_app.worker.profile_runtime import ProfileRuntime
from tui_app.worker.replies import cancelled, crashed, failed
from tui_app.worker.retry import RetryTiming
from tui_app.worker.scope import RequestScope
from tui_app.worker.search_pages import SearchCursor, count, search

if TYPE_CHECKING:
    from tui_app.settings.profiles import Profile
    from tui_app.tickets.clock import Clock
    from tui_app.worker.backend import Backend
    from tui_app.worker.changing import Changer
    from tui_app.worker.preparing import Preparer
    from tui_app.worker.prestart import Prestarts

_UNDIVIDED_SECONDS = 2.0
"""At the end, for the answer of a login server that has spent a refresh token; `Service.close` waits little longer."""
_MOST_SEARCHES = 200  # whose next page can still be asked for: ten tabs over twenty trackers
_MOST_SPARE, _FEWEST_SEARCHES = 100_000, 8  # tickets fetched and not asked for; with more, fewer searches are kept


class RequestLoop:
    """Runs on the worker's thread.

    Args:
        profiles: what can be asked, by name.
        backend: starts servers and finds their adapters.
        timing: sleep and chance of the retries; None: as they are.
        clock: for all dates, durations and deadlines.
        prestarts: servers that are started already.
        deliver: takes every reply.
        on_fault: called with every fault of our own.
        can_ask: whether there is anybody who could log in.
    """

    def __init__(
        self,
        profiles: Mapping[str, Profile],
        *,
        backend: Backend,
        timing: RetryTiming | None,
        clock: Clock,
        prestarts: Prestarts,
        deliver: Callable[[Reply], None],
        on_fault: Callable[[BaseException], None],
        can_ask: bool = True,
    ) -> None:
        self._profiles = profiles
        self._backend = backend
        self._timing = timing or RetryTiming(clock)
        self._prestarts = prestarts
        self._deliver = deliver
        self._on_fault = on_fault
        self._can_ask = can_ask
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        self._runtimes: dict[str, ProfileRuntime] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._searches: OrderedDict[int, SearchCursor] = OrderedDict()
        self._commits: set[int] = set()
        """Requests that send changes: cancelling one sends no more of them, and ends none that is under way."""

    @cached_property
    def _preparer(self) -> Preparer:
        from tui_app.worker.preparing import Preparer  # late: rows need nothing of what derives changes

        return Preparer(self._backend, self._timing, self._deliver)

    @cached_property
    def _changer(self) -> Changer:
        from tui_app.worker.changing import Changer

        return Changer(self._preparer, self._timing, self._deliver, self._on_fault)

    def run(self) -> None:
        """Answer requests until `stop`; then give up those under way, end all servers, and return."""
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    def post(self, call: Callable[[RequestLoop], None]) -> bool:
        """Have ``call`` run on the loop; False if it is closed. For every thread."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(call, self)
            return True
        return False

    @property
    def is_changing(self) -> bool:
        """Whether changes are being sent. For every thread."""
        return bool(self._commits)

    def stop(self) -> None:
        """Let `run` end."""
        self._stopped.set()

    def accept(self, request: Request) -> None:
        """Begin to answer ``request``."""
        if self._stopped.is_set():
            self._deliver(cancelled(request))
            return
        task = self._loop.create_task(self._answer(request))
        self._tasks[request.request_id] = task
        if isinstance(request, CommitChanges):
            self._commits.add(request.request_id)
        task.add_done_callback(lambda done: self._finished(request, done))

    def cancel(self, request_id: int) -> None:
        """Give up a request; without effect once it is answered."""
        task = self._tasks.get(request_id)
        if request_id in self._commits:
            self._changer.stop(request_id)
        elif task is not None:
            task.cancel()

    async def _serve(self) -> None:
        self._loop.set_exception_handler(self._loop_fault)
        await self._stopped.wait()
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await asyncio.gather(*(runtime.close() for runtime in self._runtimes.values()), return_exceptions=True)
        await undivided_work(_UNDIVIDED_SECONDS)

    def _finished(self, request: Request, task: asyncio.Task[None]) -> None:
        """The one place where a request that did not succeed gets its final reply."""
        if self._tasks.get(request.request_id) is task:
            del self._tasks[request.request_id]
            self._commits.discard(request.request_id)
        if task.cancelled():
            self._deliver(cancelled(request))
            return
        error = task.exception()
        if isinstance(error, ExplainedError):
            self._deliver(failed(request, error, self._runtimes.get(request.profile)))
        elif error is not None:
            self._on_fault(error)
            self._deliver(crashed(request, error))

    async def _answer(self, request: Request) -> None:
        runtime = self._runtime(request.profile)
        scope = RequestScope(self._timing.clock)
        if isinstance(request, PrepareChanges):
            await self._preparer.prepare(runtime, request)
        elif isinstance(request, AllowTool):
            self._deliver(self._allow(request))
        elif isinstance(request, CommitChanges):
            await self._changer.commit(runtime, request)
        else:
            async with scope.limited(runtime.profile.timeouts.total):
                await self._answer_in_time(runtime, scope, request)

    async def _answer_in_time(self, runtime: ProfileRuntime, scope: RequestScope, request: ReadRequest) -> None:
        match request:
            case Search():
                await self._search(runtime, scope, request)
            case LoadMore():
                await search(runtime, scope, request, self._known_search(request), request.count, self._deliver)
            case OpenTicket():
                self._deliver(await open_ticket(runtime, scope, request))
            case FetchAttachment():
                self._deliver(await fetch_attachment(runtime, scope, request))
            case ListValues():
                self._deliver(await list_values(runtime, scope, request))
            case Inspect() | Reconnect():
                self._deliver(await inspect(runtime, scope, request))
            case LogIn() | LogOut():
                self._deliver(await change_access(runtime, scope, request))
            case ListActions():
                self._deliver(await self._preparer.list_actions(runtime, scope, request))
            case PrepareForm():
                self._deliver(await self._preparer.form(runtime, scope, request))

    async def _search(self, runtime: ProfileRuntime, scope: RequestScope, request: Search) -> None:
        if request.count_only:
            self._deliver(await count(runtime, scope, request, self._timing.clock.now()))
        else:
            cursor = self._begin_search(request)
            await search(runtime, scope, request, cursor, request.criteria.max_results, self._deliver)

    def _allow(self, request: AllowTool) -> AccessChanged:
        self._backend.allow(request.tool, request.allowed)
        so = "is called from now on" if request.allowed else "is not called, and not asked about again"
        line = f"{clean_line(request.tool.name)} {so}, as long as the server's tools stay the same."
        return AccessChanged(request.request_id, request.profile, line)

    def _begin_search(self, request: Search) -> SearchCursor:
        cursor = SearchCursor(request.criteria.refreshed(self._timing.clock.now()), request.fields)
        self._searches[request.request_id] = cursor
        spare = sum(len(former.spare) for former in self._searches.values())
        while len(self._searches) > _MOST_SEARCHES or (spare > _MOST_SPARE and len(self._searches) > _FEWEST_SEARCHES):
            spare -= len(self._searches.popitem(last=False)[1].spare)
        return cursor

    def _known_search(self, request: LoadMore) -> SearchCursor:
        cursor = self._searches.get(request.search_id)
        if cursor is None:
            raise UsageError("That search is too old to be continued.", hint="Search again.")
        return cursor

    def _runtime(self, name: str) -> ProfileRuntime:
        if name not in self._runtimes:
            profile = self._profiles.get(name)
            if profile is None:
                known = ", ".join(self._profiles) or "none"
                raise ConfigError(
                    f"There is no profile {name!r}.", hint=f"The config has these: {known}.", field="profile"
                )
            self._runtimes[name] = ProfileRuntime(
                profile, self._backend, self._prestarts, self._deliver, self._timing, can_ask=self._can_ask
            )
        return self._runtimes[name]

    def _loop_fault(self, _loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        fault = context.get("exception")
        self._on_fault(fault if isinstance(fault, BaseException) else RuntimeError(str(context.get("message"))))
