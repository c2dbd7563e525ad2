"""The log file on request: it turns over before it gets large, nobody else reads it, and it holds no secret."""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tui_app.cli import logs
from tui_app.cli.selection import Selection
from tui_app.settings.model import default_settings
from tui_app.settings.profiles import Profile
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import UsageError
from tui_app.tickets.ticket_service import TicketService
from tui_app.worker.service import Service

SECRET = "canary-4711-secret"


@pytest.fixture
def selection() -> Selection:
    settings = default_settings(())
    profile = Profile(name="work", command=("server", "--token", SECRET), env={"API_TOKEN": SECRET})
    return Selection(settings=replace(settings, profiles={**settings.profiles, "work": profile}), profile=profile)


@pytest.fixture
def service(selection: Selection) -> TicketService:
    return Service({selection.profile.name: selection.profile}, clock=SYSTEM_CLOCK)


@pytest.fixture(autouse=True)
def quiet_afterwards() -> Iterator[None]:
    """The root logger as it was."""
    root = logging.getLogger()
    handlers, level, raising = [*root.handlers], root.level, logging.raiseExceptions
    yield
    for handler in [*root.handlers]:
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(level)
    logging.raiseExceptions = raising


def test_a_log_turns_over_and_takes_no_more_room_than_it_is_given(
    service: TicketService, selection: Selection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_FILE_BYTES", 10_000)
    logged = logs.logged(service, str(tmp_path / "log.txt"), selection)
    for number in range(2_000):
        logged.cancel(number)
    written = sorted(tmp_path.glob("log.txt*"))
    assert [file.name for file in written] == ["log.txt", "log.txt.1", "log.txt.2", "log.txt.3"]
    assert all(file.stat().st_size <= 10_000 for file in written)
    assert "#1999 cancel" in written[0].read_text()
    assert {stat.S_IMODE(file.stat().st_mode) for file in written} == {0o600}


def test_a_log_masks_secrets_and_shows_controls_and_tells_only_the_type_of_an_exception(
    service: TicketService, selection: Selection, tmp_path: Path
) -> None:
    logs.logged(service, str(tmp_path / "log.txt"), selection)
    log = logging.getLogger("ticketdeck")
    log.info("told %s and \x1b]0;title\x07\nsecond", SECRET)
    try:
        raise ValueError(SECRET)
    except ValueError:
        log.exception("failed")
    text = (tmp_path / "log.txt").read_text()
    assert SECRET not in text
    assert "\x1b" not in text
    assert len(text.splitlines()) == 3
    assert "failed (ValueError)" in text


def test_a_log_does_not_follow_a_link_and_one_that_cannot_be_written_is_told(
    service: TicketService, selection: Selection, tmp_path: Path
) -> None:
    (tmp_path / "log.txt").symlink_to(tmp_path / "target")
    for place in ("log.txt", "no/such/folder"):
        with pytest.raises(UsageError, match="--log"):
            logs.logged(service, str(tmp_path / place), selection)
    assert not (tmp_path / "target").exists()
