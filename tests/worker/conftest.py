"""A service on scripted floors, closed after each test; none may leave an unexpected fault behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pytest

from tests.worker.fakes import Bench, FakeFloors, FakeTime, Handler, Listener, profile
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
        floors, listener, time = FakeFloors(handler, adapter), Listener(), FakeTime()
        used = of or profile()
        prestarts = Prestarts()
        service = Service({used.name: used}, floors=floors, timing=time.timing, prestarts=prestarts)
        if connected:
            service.connect(listener.deliver)
        benches.append(Bench(service, floors, listener, time, prestarts))
        return benches[-1]

    yield make
    for bench in benches:
        bench.service.close()
        assert not bench.service.crashes
        assert bench.floors.live == 0
