"""What belongs to one request while it is being answered: its time, its calls, its one login."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from tui_app.tickets.clock import Clock
from tui_app.tickets.errors import MCPError, MCPTimeoutError
from tui_app.tickets.servers import CallRecord


class RequestScope:
    """The time limit and the record of one request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begin = clock.monotonic()
        self._limit: asyncio.Timeout | None = None
        self.calls: list[CallRecord] = []
        self.failure: MCPError | None = None
        """Why the latest attempt failed, if it did."""
        self.logged_in = False
        """Whether the request has caused a login; it gets one."""

    @property
    def elapsed(self) -> float:
        """Seconds since the request came."""
        return self._clock.monotonic() - self._begin

    def time_left(self) -> float | None:
        """Seconds until the request is given up; None while it has no limit."""
        end = self._limit.when() if self._limit else None
        return None if end is None else end - asyncio.get_running_loop().time()

    @asynccontextmanager
    async def limited(self, seconds: float) -> AsyncIterator[None]:
        """Give up what runs inside after ``seconds``.

        Raises:
            MCPTimeoutError: the time is up.
        """
        try:
            async with asyncio.timeout(seconds) as self._limit:
                yield
        except TimeoutError as error:
            if self.failure is not None:
                cause = f"{self.failure.cause} It was tried again until {seconds:g} s were over."
                raise MCPTimeoutError(cause, hint=self.failure.hint, title=self.failure.title) from error
            raise MCPTimeoutError(
                f"The request took longer than {seconds:g} s, all attempts included.",
                hint="Narrow the search, or raise timeouts.total in the profile.",
            ) from error
        finally:
            self._limit = None

    @contextmanager
    def clock_stopped(self) -> Iterator[None]:
        """Time that does not count: a person is typing a PIN."""
        limit = self._limit
        end = limit.when() if limit else None
        if limit is None or end is None:
            yield
            return
        loop = asyncio.get_running_loop()
        remaining = end - loop.time()
        limit.reschedule(None)
        try:
            yield
        finally:
            limit.reschedule(loop.time() + remaining)
