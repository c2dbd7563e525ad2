"""A service with a scripted backend, closed after each test; none may leave an unexpected fault behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pytest

from tests.worker.fakes import Bench, FakeBackend, FakeTime, Handler, Listener, profile
from tui_app.adapters.base import Adapter
from tui_app.settings.profiles import Profile
from tui_app.worker.prestart import Prestarts
from tui_app.worker.service import Service


class MakeBench(Protocol):
    def __call__(
        self, handler: Handler, *, of: Profile | None = None, adapter: Adapter | None = None, connected: bool = True
    ) -> Bench: ...


@pytest.fixture
def make_bench() -> Iterator[MakeBench]:
    benches: list[Bench] = []

    def make(
        handler: Handler, *, of: Profile | None = None, adapter: Adapter | None = None, connected: bool = True
    ) -> Bench:
        backend, listener, time = FakeBackend(handler, adapter), Listener(), FakeTime()
        used = of or profile()
        prestarts = Prestarts()
        service = Service(
            {used.name: used}, clock=time.clock, backend=backend.functions, timing=time.timing, prestarts=prestarts
        )
        if connected:
            service.connect(listener.deliver)
        benches.append(Bench(service, backend, listener, time, prestarts))
        return benches[-1]

    yield make
    for bench in benches:
        bench.service.close()
        assert not bench.service.crashes
        assert bench.backend.live == 0
