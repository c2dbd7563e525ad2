"""Crash reports: where it happened, and nothing of the user's."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tui_app.cli.crash import crash_message, write_report
from tui_app.settings.paths import crash_dir
from tui_app.tickets.clock import SYSTEM_CLOCK


def fault(ticket: str) -> BaseException:
    """An exception whose messages, variables and causes hold a ticket."""
    try:
        try:
            raise KeyError(ticket)
        except KeyError as error:
            raise ValueError(f"bad {ticket}") from error
    except ValueError as error:
        return error


def test_a_report_holds_places_and_types_but_no_words() -> None:
    report = write_report(SYSTEM_CLOCK, fault("canary"))
    assert report is not None
    text = report.read_text()
    assert "canary" not in text
    assert "builtins.ValueError" in text
    assert "caused by builtins.KeyError" in text
    assert "test_crash.py" in text
    assert "in fault" in text
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


def test_a_report_names_what_could_not_be_imported_and_what_the_system_said() -> None:
    missing = write_report(SYSTEM_CLOCK, ModuleNotFoundError("No module named 'x'", name="x"))
    assert missing is not None
    assert "ModuleNotFoundError x" in missing.read_text()
    refused = write_report(SYSTEM_CLOCK, PermissionError(13, "Permission denied", "/home/canary"))
    assert refused is not None
    assert "PermissionError errno 13" in refused.read_text()
    assert "canary" not in refused.read_text()


def test_without_an_exception_every_threads_place_is_told() -> None:
    report = write_report(SYSTEM_CLOCK, None, "ended by SIGTERM")
    assert report is not None
    assert "ended by SIGTERM" in report.read_text()
    assert "thread MainThread" in report.read_text()


def test_the_home_directory_is_not_spelled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TICKETDECK_STATE_DIR", str(crash_dir().parent))  # where it is before the home moves
    monkeypatch.setenv("HOME", str(Path(__file__).parents[1]))
    report = write_report(SYSTEM_CLOCK, fault("x"))
    assert report is not None
    assert "  ~/cli/test_crash.py:" in report.read_text()


def test_old_reports_are_deleted() -> None:
    crash_dir().mkdir(parents=True)
    for number in range(30):
        (crash_dir() / f"crash-20250101-0000{number:02}-1.txt").touch()
    newest = write_report(SYSTEM_CLOCK, fault("x"))
    left = sorted(path.name for path in crash_dir().iterdir())
    assert newest is not None
    assert len(left) == 20
    assert newest.name in left


def test_where_no_report_can_be_written_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TICKETDECK_STATE_DIR", "/dev/null/nowhere")
    assert write_report(SYSTEM_CLOCK, fault("x")) is None
    assert "No report could be written" in crash_message(fault("canary"), None)
    assert "canary" not in crash_message(fault("canary"), None)
