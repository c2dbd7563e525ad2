"""The worker, seen from outside: requests in, replies out, one thread in between.

Invariants: no call blocks its caller, except `Service.close`; every request ends in exactly one final reply; replies
arrive in the order in which they were made; no exception leaves the thread.

Start order. This module loads neither asyncio nor the layers below, so that a server's process can be started first and
get ready while Textual is being imported. What answers requests (`tui_app.worker.request_loop`, and asyncio with it) is
imported by whichever comes first: `Service.submit` on the caller's thread, while a prestarted server still gets ready
and nobody listens, which spares the first paint a second busy thread; or the worker's thread when it starts. Of a
server at an address nothing gets ready by itself: the thread is started as soon as the caller has imported what the
first request needs, and that request is on its way while the caller imports the rest.
"""

from __future__ import annotations

import atexit
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from tui_app.tickets.messages import Reply, Request
from tui_app.worker.backend import Backend, Memories, preload, preload_session, real_backend
from tui_app.worker.interruption import BrokenOff, break_off
from tui_app.worker.prestart import Prestarts
from tui_app.worker.replies import ReplyQueue, cancelled

if TYPE_CHECKING:
    from tui_app.mcp_client.era import EraCache
    from tui_app.settings.profiles import Profile
    from tui_app.tickets.clock import Clock
    from tui_app.worker.request_loop import RequestLoop
    from tui_app.worker.retry import RetryTiming

_PROMPT = 0.25
"""Seconds in which a thread that does not compute hears that it is to end, on a busy machine too."""
_CLOSE_TURNS = 20  # each of that time: five seconds for all servers together; each is killed well before
_KEPT_CRASHES = 20


class Service:
    """Implements `tui_app.tickets.ticket_service.TicketService` with a daemon thread that owns one event loop.

    Args:
        profiles: what can be asked, by name.
        clock: for all dates, durations and deadlines.
        era_cache: remembers between runs which protocol era a server speaks.
        memories: remembers between runs what was found out of servers by trial.
        on_crash: called with every fault of our own, in the worker's thread, for a crash report.
        backend: starts servers and finds their adapters; tests hand in a scripted one.
        timing: sleep and chance of the retries; tests hand in their own.
        prestarts: servers that are started already.
        can_ask: whether there is anybody who could log in with a browser; if not, what needs a login fails at once.
    """

    def __init__(
        self,
        profiles: Mapping[str, Profile],
        *,
        clock: Clock,
        era_cache: EraCache | None = None,
        memories: Memories | None = None,
        on_crash: Callable[[BaseException], None] | None = None,
        backend: Backend | None = None,
        timing: RetryTiming | None = None,
        prestarts: Prestarts | None = None,
        can_ask: bool = True,
    ) -> None:
        self._profiles = profiles
        self._clock = clock
        self._backend = backend or real_backend(clock, era_cache, memories=memories)
        self._timing = timing
        self._can_ask = can_ask
        self._on_crash = on_crash
        self._replies = ReplyQueue(self._report_crash)
        self._prestarts = prestarts or Prestarts()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._requests: RequestLoop | None = None
        self._early: list[Callable[[RequestLoop], None]] = []
        """Calls for the request loop that came before it was there."""
        self._closing = False
        self.crashes: deque[BaseException] = deque(maxlen=_KEPT_CRASHES)
        """The latest faults of our own; none is expected."""

    # ------------------------------------------------- called from outside

    def start(self) -> None:
        """Start the thread, once; `submit` and `connect` do it too."""
        with self._lock:
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="ticketdeck-worker", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def connect(self, deliver: Callable[[Reply], None]) -> None:
        """Send all replies to ``deliver``, and start the thread if requests wait for it."""
        self._replies.connect(deliver)
        if self._early:
            self.start()

    def submit(self, request: Request) -> None:
        """Answer ``request``. Starts the thread, unless nobody listens yet and a prestarted server still gets ready:
        then the request waits for `connect`. Where nobody listens, what the thread will need is imported now.
        """
        profile = None if self._replies.connected else self._profiles.get(request.profile)
        if profile is not None and profile.url:
            self._load_early(lambda: preload_session(profile))
            self.start()
        elif profile is not None and self._prestarts.waiting:
            self._load_early(lambda: preload(profile))
        else:
            self.start()
        if not self._post(lambda requests: requests.accept(request)):
            self._replies.put(cancelled(request))
        if profile is not None and profile.url:
            preload(profile)  # while the first request is on its way

    def cancel(self, request_id: int) -> None:
        """Give up a request."""
        self._post(lambda requests: requests.cancel(request_id))

    def close(self) -> None:
        """Give up all requests and end all servers; blocks for five seconds at most. May be repeated.

        Where the thread computes, and so does not hear of it, it is broken off; what servers are left is the
        watchdog's to end.
        """
        with self._lock:
            self._closing = True
            thread = self._thread
        self._post(lambda requests: requests.stop())
        if thread is not None and thread is not threading.current_thread():
            self._wait_for_end(thread)
        self._prestarts.end_all()
        atexit.unregister(self.close)

    # ------------------------------------------------------------- inside

    def _wait_for_end(self, thread: threading.Thread) -> None:
        """Wait for the end of the thread, and break off what it computes meanwhile; never a change that is sent."""
        for _ in range(_CLOSE_TURNS):
            heard = threading.Event()
            is_open = self._post(lambda _, heard=heard: heard.set())  # type: ignore[misc]
            if not is_open or heard.wait(_PROMPT):
                thread.join(_PROMPT)
            elif self._requests is not None and not self._requests.is_changing:
                break_off(thread)
            if not thread.is_alive():
                return

    def _load_early(self, more: Callable[[], None]) -> None:
        """Import what the thread will need: half as slow as beside the first paint."""
        _request_loop()
        more()

    def _post(self, call: Callable[[RequestLoop], None]) -> bool:
        """Have ``call`` run on the request loop, now or once it is there; False if it has ended."""
        with self._lock:
            if self._requests is not None:
                return self._requests.post(call)
            if self._closing and self._thread is None:
                return False
            self._early.append(call)
            return True

    def _run(self) -> None:
        """The thread's body."""
        try:
            requests = _request_loop()(
                self._profiles,
                backend=self._backend,
                timing=self._timing,
                clock=self._clock,
                prestarts=self._prestarts,
                deliver=self._replies.put,
                on_fault=self._report_crash,
                can_ask=self._can_ask,
            )
            with self._lock:
                self._requests = requests
                for call in self._early:
                    requests.post(call)
                self._early.clear()
            requests.run()
        except BaseException as fault:  # noqa: BLE001 (nothing leaves the thread)
            self._report_crash(fault)

    def _report_crash(self, fault: BaseException) -> None:
        if isinstance(fault, BrokenOff):
            return
        self.crashes.append(fault)
        if self._on_crash is not None:
            with suppress(Exception):
                self._on_crash(fault)


def _request_loop() -> type[RequestLoop]:
    from tui_app.worker.request_loop import RequestLoop

    return RequestLoop
