"""Copying, opening and exporting by key, from the table and the ticket."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.ui.fakes import FakeService, make_ticket
from tests.ui.support import opened
from tui_app.tickets.messages import OpenTicket
from tui_app.ui.dialogs.sharing_dialogs import copy_choices


def test_what_a_ticket_does_not_have_cannot_be_copied() -> None:
    assert "url" not in copy_choices(make_ticket(1, url=None))
    assert copy_choices(make_ticket(1))["id"] == "OPS-101"


async def test_a_copy_is_picked_by_its_first_letter() -> None:
    async with opened() as deck:
        await deck.press("y", "b", "enter")
        await deck.until(lambda: "printer-on-floor-3" in deck.app.clipboard)
        await deck.press("Y")
        await deck.until(lambda: deck.app.clipboard == "PAY-100")


async def test_an_address_is_shown_in_full_before_it_is_opened() -> None:
    address = "https://tracker.example/" + "long/" * 30 + "end"
    async with opened(FakeService([make_ticket(1, url=address)])) as deck:
        await deck.press("o")
        shown = "".join(line.strip(" │") for line in deck.lines)
        assert address in shown
        await deck.press("escape")
        assert deck.screen is deck.browser


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program runs, and so where its files go."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_marked_rows_are_exported_in_the_format_of_the_files_ending(folder: Path) -> None:
    target = folder / "out.jsonl"
    async with opened(size=(200, 40)) as deck:
        await deck.press("space", "j", "space", "X")
        await deck.sees("Marked rows")
        await deck.type("out.jsonl")
        await deck.press("enter")
        await deck.until(target.exists)
        await deck.until(lambda: deck.screen is deck.browser)
    assert len(target.read_text().splitlines()) == 2


async def test_a_file_is_replaced_only_when_enter_is_pressed_again(folder: Path) -> None:
    target = folder / "out.csv"
    target.write_text("mine")
    async with opened(size=(200, 40)) as deck:
        await deck.press("X")
        await deck.type("out.csv")
        await deck.press("enter")
        await deck.sees("Enter again replaces it.")
        assert target.read_text() == "mine"
        await deck.press("enter")
        await deck.until(lambda: target.read_text() != "mine")


@pytest.mark.usefixtures("folder")
async def test_an_ending_that_says_no_format_is_refused() -> None:
    async with opened(size=(200, 40)) as deck:
        await deck.press("X")
        await deck.type("out.xls")
        await deck.press("enter")
        await deck.sees("has no ending that tells the format")


@pytest.mark.parametrize(
    ("typed", "copied"),
    [
        ("id", "PAY-100"),
        ("web", "https://tracker.example/browse/0"),
        ("title", "Printer on floor 3 prints blank pages after the firmware update"),
        (
            "markdown link",
            "[PAY-100: Printer on floor 3 prints blank pages after the firmware update](https://tracker.example/browse/0)",
        ),
        ("branch", "PAY-100-printer-on-floor-3-prints-blank-pages-after-the"),
    ],
)
async def test_each_part_of_a_ticket_can_be_copied(typed: str, copied: str) -> None:
    async with opened() as deck:
        await deck.press("y")
        await deck.type(typed)
        await deck.press("enter")
        await deck.until(lambda: deck.app.clipboard == copied)
        await deck.sees("Copied")


async def test_the_whole_ticket_is_copied_with_its_comments() -> None:
    async with opened(size=(160, 40)) as deck:
        await deck.until(lambda: deck.service.requests(OpenTicket))
        await deck.sees("Fixed by reseating")
        await deck.press("y")
        await deck.type("whole")
        await deck.press("enter")
        await deck.until(lambda: "Fixed by reseating the drum" in deck.app.clipboard)


async def test_the_address_goes_to_the_web_browser_on_enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, log = tmp_path / "browser", tmp_path / "log"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {log}.new && mv {log}.new {log}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    async with opened() as deck:
        await deck.press("o")
        await deck.sees("https://tracker.example/browse/0")
        assert not log.exists()
        await deck.press("enter")
        await deck.until(log.exists)
        assert log.read_text() == "https://tracker.example/browse/0"


async def test_an_address_that_is_neither_http_nor_https_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER", "/bin/false")
    async with opened(FakeService([make_ticket(1, url="file:///etc/passwd")]), size=(120, 30)) as deck:
        await deck.press("o", "enter")
        await deck.sees("no address that can be opened safely")


@pytest.mark.parametrize(
    ("rows", "count", "ending"), [("marked", 2, "csv"), ("shown", 3, "json"), ("all", 30, "jsonl"), ("shown", 3, "md")]
)
async def test_marked_shown_or_all_rows_are_exported_in_every_format(
    folder: Path, rows: str, count: int, ending: str
) -> None:
    async with opened(size=(120, 30)) as deck:
        table = deck.browser.table
        table.set_filter("printer")
        table.action_toggle_mark()
        table.action_toggle_mark()
        await deck.press("X")
        await deck.type(f"out.{ending}")
        await deck.press(*["down"] * ("marked", "shown", "all").index(rows), "enter")
        await deck.sees(f"Wrote {count} tickets")
    assert _count(folder / f"out.{ending}") == count


def _count(file: Path) -> int:
    text = file.read_text()
    match file.suffix:
        case ".csv":
            return len(list(csv.DictReader(text.splitlines())))
        case ".json":
            return len(json.loads(text)["tickets"])
        case ".jsonl":
            return len([json.loads(line) for line in text.splitlines()])
    return len(text.splitlines()) - 2  # the table's heading
