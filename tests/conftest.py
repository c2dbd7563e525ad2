"""For every test: it sees neither the user's configuration and data nor the environment."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tui_app.settings.state import UiState
from tui_app.tickets.clock import SYSTEM_CLOCK

pytest_plugins = ("tests.date_readers",)

_ANY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is slow at times, which is no mistake of the program's."""
settings.register_profile("same", _ANY_MACHINE, derandomize=True)  # what passed today does not fail tomorrow
settings.register_profile("few", settings.get_profile("same"), max_examples=10)  # for a second run
settings.register_profile("exploring", _ANY_MACHINE, max_examples=500)  # others each time, to look for mistakes
settings.load_profile("same")


if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
    sys.dont_write_bytecode = False  # or every process, and every program under test, would compile all of its modules

os.environ.pop("FAKETIME_SHARED", None)  # of the run with the moved date: a fork that has it, as `tests/cli/prefork.py`
# makes them, takes the memory that it names from every program that is started later


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let the garbage collector never look at thousands of tests, which stay: it costs a third of finding them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_configure() -> None:
    """Let no program under test inherit that a signal is ignored, as after ``nohup`` or in a shell's background.

    The tests themselves go on ignoring it: a handler, unlike ``SIG_IGN``, does not outlive the start of a program.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            with contextlib.suppress(ValueError):  # not the main thread
                signal.signal(number, lambda *_: None)


for _name in (
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
    "NO_COLOR",
    "TICKETDECK_PROFILE",
    "TICKETDECK_READ_ONLY",
    "TICKETDECK_DATA_DIR",
    "TICKETDECK_STATE_DIR",
):
    os.environ.pop(_name, None)


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home for each test of this process: pytest's own numbering of folders takes longer than most tests."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def isolated_home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test: configuration, data and state go nowhere else."""
    home = next(homes)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TICKETDECK_CONFIG_DIR", str(home / "config"))
    return home


@pytest.fixture
def card_seen(isolated_home: Path) -> None:
    """The browser was started before: the card of the first run does not cover its rows."""
    UiState(SYSTEM_CLOCK).set_first_run_card_seen()
