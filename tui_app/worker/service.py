"""The worker, seen from outside: requests in, replies out, one thread in between.

Invariants: no call blocks its caller, except `close`; every request ends in exactly one final reply; replies arrive in
the order in which they came about; no exception leaves the thread. asyncio is not loaded with this module: a server is
started before it is needed.
"""

from __future__ import annotations

import atexit
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from tui_app.tickets.errors import ConfigError, ExplainedError, UsageError
from tui_app.tickets.messages import Inspect, ListValues, LoadMore, OpenTicket, Reconnect, Reply, Request, Search
from tui_app.tickets.turns import let_go
from tui_app.worker.faults import cancelled, crashed, failed
from tui_app.worker.floors import Floors, RealFloors
from tui_app.worker.outbox import Outbox
from tui_app.worker.prestart import Prestarts

if TYPE_CHECKING:
    import asyncio

    from tui_app.mcp_client.era import EraCache
    from tui_app.settings.profiles import Profile
    from tui_app.worker.retry import Timing
    from tui_app.worker.scope import RequestScope
    from tui_app.worker.searching import SearchProgress
    from tui_app.worker.tracker import Tracker

_CLOSE_SECONDS = 5.0  # for all servers together; each is killed well before
_REMEMBERED_SEARCHES = 8  # whose next page can still be asked for; their spare tickets stay in memory
_KEPT_CRASHES = 20


class Service:
    """Implements `tui_app.tickets.messages.TicketService` with a daemon thread that owns one event loop.

    Args:
        profiles: what can be asked, by name.
        era_cache: remembers between runs which protocol era a server speaks.
        on_crash: told of every fault of our own, in the worker's thread, for a crash report.
        floors: the lower floors; tests put a scripted one here.
        timing: clock and sleep of the retry loop; tests put their own here.
        prestarts: servers that are on their way already.
    """

    def __init__(
        self,
        profiles: Mapping[str, Profile],
        *,
        era_cache: EraCache | None = None,
        on_crash: Callable[[BaseException], None] | None = None,
        floors: Floors | None = None,
        timing: Timing | None = None,
        prestarts: Prestarts | None = None,
    ) -> None:
        self._profiles = profiles
        self._floors = floors or RealFloors(era_cache)
        self._timing = timing
        self._on_crash = on_crash
        self._outbox = Outbox(self._report_crash)
        self._prestarts = prestarts or Prestarts()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: list[Callable[[], None]] = []
        self._closing = False
        self._stop: asyncio.Event | None = None
        self._trackers: dict[str, Tracker] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._searches: OrderedDict[int, SearchProgress] = OrderedDict()
        self.crashes: deque[BaseException] = deque(maxlen=_KEPT_CRASHES)
        """The latest faults of our own; none is expected."""

    # ------------------------------------------------- called from outside

    def start(self) -> None:
        """Start the thread; `submit` and `connect` do it too."""
        with self._lock:
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="ticketdeck-worker", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def connect(self, deliver: Callable[[Reply], None]) -> None:
        self._outbox.connect(deliver)
        if self._early:
            self.start()

    def submit(self, request: Request) -> None:
        """While nobody listens and a server gets ready by itself, the thread waits: whoever is about to listen, and
        has a first screen to paint, then need not share the processor with it. What the thread will need is loaded at
        once instead: that takes half as long as beside the painting.
        """
        if self._outbox.connected or not self._prestarts.waiting:
            self.start()
        else:
            self._load(request)
        if not self._post(lambda: self._accept(request)):
            self._outbox.put(cancelled(request))

    def cancel(self, request_id: int) -> None:
        self._post(lambda: self._cancel(request_id))

    def close(self) -> None:
        with self._lock:
            self._closing = True
            thread = self._thread
        self._post(lambda: self._stop.set() if self._stop else None)
        if thread is not None and thread is not threading.current_thread():
            thread.join(_CLOSE_SECONDS)
        self._prestarts.end_all()
        atexit.unregister(self.close)

    def _load(self, request: Request) -> None:
        """Import what `_answer` does; not needed, only faster."""
        from tui_app.worker import opening, reporting, searching, tracker  # noqa: F401 (found loaded later)

        profile = self._profiles.get(request.profile)
        if profile is not None:
            self._floors.load(profile)

    def _post(self, call: Callable[[], None]) -> bool:
        """Have ``call`` run on the worker's loop; False where there is none any more."""
        with self._lock:
            if self._loop is None:
                if self._closing and self._thread is None:
                    return False
                self._early.append(call)
                return True
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(call)
                return True
            return False

    # --------------------------------------------------- the worker's thread

    def _run(self) -> None:
        import asyncio

        try:
            asyncio.run(self._serve())
        except BaseException as fault:  # noqa: BLE001 (nothing leaves the thread)
            self._report_crash(fault)

    async def _serve(self) -> None:
        import asyncio

        self._stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._loop_fault)
        with self._lock:
            self._loop = loop
            early, self._early = self._early, []
        for call in early:
            call()
        await self._stop.wait()
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await asyncio.gather(*(tracker.close() for tracker in self._trackers.values()), return_exceptions=True)

    def _accept(self, request: Request) -> None:
        import asyncio

        if self._closing:
            self._outbox.put(cancelled(request))
            return
        task = asyncio.get_running_loop().create_task(self._answer(request))
        self._tasks[request.request_id] = task
        task.add_done_callback(lambda done: self._finished(request, done))

    def _cancel(self, request_id: int) -> None:
        task = self._tasks.get(request_id)
        if task is not None:
            task.cancel()

    def _finished(self, request: Request, task: asyncio.Task[None]) -> None:
        """The one place where a request that did not succeed gets its final reply."""
        if self._tasks.get(request.request_id) is task:
            del self._tasks[request.request_id]
        if task.cancelled():
            self._outbox.put(cancelled(request))
            return
        error = task.exception()
        if isinstance(error, ExplainedError):
            tracker = self._trackers.get(request.profile)
            self._outbox.put(failed(request, error, tracker))
        elif error is not None:
            self._report_crash(error)
            self._outbox.put(crashed(request, error))

    async def _answer(self, request: Request) -> None:
        from tui_app.worker.opening import open_ticket
        from tui_app.worker.reporting import inspect, list_values
        from tui_app.worker.scope import RequestScope

        tracker = self._tracker(request.profile)
        scope = RequestScope()
        async with scope.limited(tracker.profile.timeouts.total):
            match request:
                case Search() | LoadMore():
                    await self._search(tracker, scope, request)
                case OpenTicket():
                    self._outbox.put(await open_ticket(tracker, scope, request))
                case ListValues():
                    self._outbox.put(await list_values(tracker, scope, request))
                case Inspect() | Reconnect():
                    self._outbox.put(await inspect(tracker, scope, request))

    async def _search(self, tracker: Tracker, scope: RequestScope, request: Search | LoadMore) -> None:
        from tui_app.worker.searching import SearchProgress, search

        if isinstance(request, Search):
            progress, wanted = SearchProgress(request.criteria.refreshed()), request.criteria.max_results
            self._searches[request.request_id] = progress
            while len(self._searches) > _REMEMBERED_SEARCHES:
                _, oldest = self._searches.popitem(last=False)
                if not oldest.turn.locked():
                    let_go(oldest.spare)
        else:
            known, wanted = self._searches.get(request.search_id), request.count
            if known is None:
                raise UsageError("That search is too long ago to go on with.", hint="Search again.")
            progress = known
        async with progress.turn:
            await search(tracker, scope, request, progress, wanted, self._outbox.put)

    def _tracker(self, name: str) -> Tracker:
        from tui_app.worker.retry import Timing
        from tui_app.worker.tracker import Tracker

        if name not in self._trackers:
            profile = self._profiles.get(name)
            if profile is None:
                known = ", ".join(self._profiles) or "none"
                raise ConfigError(f"There is no profile {name!r}.", hint=f"There are: {known}.", field="profile")
            timing = self._timing or Timing()
            self._trackers[name] = Tracker(profile, self._floors, self._prestarts, self._outbox.put, timing)
        return self._trackers[name]

    def _loop_fault(self, _loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        fault = context.get("exception")
        self._report_crash(fault if isinstance(fault, BaseException) else RuntimeError(str(context.get("message"))))

    def _report_crash(self, fault: BaseException) -> None:
        self.crashes.append(fault)
        if self._on_crash is not None:
            with suppress(Exception):
                self._on_crash(fault)
