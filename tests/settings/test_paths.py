"""Where things are kept, also for a user who has no home."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import NoReturn

import pytest

from tui_app.settings import paths
from tui_app.settings.expansion import working_folder
from tui_app.settings.load import load_settings
from tui_app.settings.mcp_json import known_files
from tui_app.settings.profiles import Profile
from tui_app.settings.recents import RecentSearches
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.criteria import TicketSearchCriteria


def unknown(number: int) -> NoReturn:
    raise KeyError(f"uid not found: {number}")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As in a container that runs with a user id of no user."""
    for variable in ("HOME", "TICKETDECK_CONFIG_DIR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize("chosen", ["", "~/settings"])
def test_without_a_home_nothing_is_there_and_nothing_is_put_anywhere(
    chosen: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TICKETDECK_CONFIG_DIR", chosen)
    recents = RecentSearches(SYSTEM_CLOCK)
    assert recents.entries() == ()
    recents.add(TicketSearchCriteria(text="kept for this run"))
    assert len(recents.entries()) == 1
    assert len(recents.notices) == 1
    for place in (paths.config_file(), paths.state_file(), paths.crash_dir(), paths.database_path()):
        assert place.is_absolute()
        assert not place.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_named_is_taken_at_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TICKETDECK_STATE_DIR", "~/kept")
    assert paths.state_dir() == Path.home() / "kept"
    monkeypatch.setenv("TICKETDECK_STATE_DIR", "here")
    assert paths.state_dir() == Path("here")


def test_a_working_folder_that_was_deleted_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "checkout"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert working_folder(Profile(name="x", command=("server",))) == Path(os.sep)
    assert load_settings().profiles
    assert all(file.is_absolute() for file in known_files())
