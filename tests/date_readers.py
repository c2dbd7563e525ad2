"""Which tests may read the date or the time zone: ``pytest --date-readers`` runs only those.

Each run notes them: a test may, if something in it asks the clock for the date, converts a moment to the user's own
zone, or starts a program, which might do so. What has not run before counts too. Durations are no dates.
"""

from __future__ import annotations

import functools
import subprocess
import time
from collections.abc import Generator
from typing import Any

import pytest

from tui_app.tickets.clock import SystemZone

_BLIND = "ticketdeck/blind-to-the-date"
"""Where pytest keeps the ids of the tests that read none when they ran last."""
_DOORS: tuple[tuple[Any, str], ...] = (
    *((SystemZone, "fromutc"), (SystemZone, "utcoffset")),
    *((time, "time"), (subprocess.Popen, "__init__")),
)
_PROPERTY = "may read the date"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--date-readers", action="store_true", help="run only tests that may read the date")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(DateReaders(config), "date-readers")


class DateReaders:
    """Notes who reads the date. With pytest-xdist, workers watch their tests and tell the controller, which writes."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._cache: Any = getattr(config, "cache", None)  # can be switched off
        self._was_read = False
        self._reading_fixtures: set[object] = set()  # wider than a test: read once, for all who use them
        self._readers: set[str] = set()
        self._ran: set[str] = set()
        for owner, name in _DOORS:
            self._watch(owner, name)

    def _watch(self, owner: Any, name: str) -> None:
        original = getattr(owner, name)

        @functools.wraps(original)
        def watched(*given: Any, **named: Any) -> Any:
            self._was_read = True
            return original(*given, **named)

        setattr(owner, name, watched)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, object, object]:
        was_read, self._was_read = self._was_read, False
        try:
            return (yield)
        finally:
            if self._was_read and fixturedef.scope != "function":
                self._reading_fixtures.add(fixturedef.argname)
            self._was_read |= was_read

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Tell the controller by the report of the last phase, which has seen all of the test."""
        if call.when == "teardown":
            used = self._reading_fixtures.intersection(getattr(item, "fixturenames", ()))
            item.user_properties.append((_PROPERTY, self._was_read or bool(used)))
            self._was_read = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == _PROPERTY:
                self._ran.add(report.nodeid)
                if value:
                    self._readers.add(report.nodeid)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._config.getoption("--date-readers"):
            blind = self._known_blind()
            self._config.hook.pytest_deselected(items=[item for item in items if item.nodeid in blind])
            items[:] = [item for item in items if item.nodeid not in blind]

    def pytest_sessionfinish(self) -> None:
        if self._ran and self._cache is not None and not hasattr(self._config, "workerinput"):
            self._cache.set(_BLIND, sorted((self._known_blind() | self._ran) - self._readers))

    def _known_blind(self) -> set[str]:
        return set(self._cache.get(_BLIND, [])) if self._cache is not None else set()
