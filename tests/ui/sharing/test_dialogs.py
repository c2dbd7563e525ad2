"""Copying, opening and exporting by key, from the table and the ticket."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ui.fakes import FakeLookMemory, FakeService, make_ticket
from tests.ui.support import opened, tickets
from tui_app.settings.model import ConfiguredCommand, UiSettings
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


async def test_of_marked_tickets_ids_addresses_and_a_list_are_copied() -> None:
    async with opened() as deck:
        await deck.press("space", "space")
        await deck.press("Y")
        await deck.until(lambda: deck.app.clipboard == "PAY-100\nOPS-101")
        await deck.press("ctrl+y")
        await deck.until(lambda: "browse/0\nhttps://tracker.example/browse/1" in deck.app.clipboard)
        await deck.press("y")
        await deck.sees("Copy of 2 tickets")
        await deck.type("list")
        await deck.press("enter")
        await deck.until(lambda: deck.app.clipboard.startswith("- [PAY-100: Printer"))
        assert deck.app.clipboard.count("](https://") == 2


async def test_in_the_ticket_keys_act_on_it_alone_whatever_is_marked() -> None:
    async with opened(size=(140, 40)) as deck:
        await deck.press("space", "space", "tab", "Y")
        await deck.until(lambda: deck.app.clipboard == "WEB-102")


async def test_in_the_ticket_without_a_row_every_key_says_so_whatever_is_marked() -> None:
    command = ConfiguredCommand(("true", "{id}"), key="F")
    async with opened(size=(140, 40), ui=UiSettings(commands=(command,))) as deck:
        await deck.press("space", "space", "slash")
        await deck.type("zzzz")
        await deck.press("enter", "tab")
        for key in ("y", "Y", "ctrl+y", "o", "vertical_line", "E", "F", "C"):
            deck.app.clear_notifications()
            await deck.press(key)
            told = [shown.message for shown in deck.app._notifications]
            assert (key, told) == (key, ["There is no ticket under the cursor."])
            assert deck.screen is deck.browser


async def test_marked_tickets_without_what_is_wanted_are_named() -> None:
    rows = [make_ticket(number, url=None) if number in (1, 2, 4, 5) else make_ticket(number) for number in range(6)]
    async with opened(FakeService(rows), size=(120, 30)) as deck:
        await deck.press("a", "ctrl+y")
        told = "OPS-101, WEB-102, OPS-104 and 1 other have no web address."
        await deck.until(lambda: told in [shown.message for shown in deck.app._notifications])
        assert deck.app.clipboard.count("\n") == 1
        await deck.press("A", "j", "space", "space", "ctrl+y")
        await deck.sees("None of the marked tickets has a web address.")


@pytest.fixture
def opened_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The addresses that the user's web browser was handed so far."""
    browser, log = tmp_path / "browser", tmp_path / "log"
    browser.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> {log}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    return lambda: log.read_text().splitlines() if log.exists() else []


async def test_an_address_of_the_trackers_own_site_opens_at_once(opened_addresses: Callable[[], list[str]]) -> None:
    rows = [make_ticket(1, url="https://work.example/1"), make_ticket(2, url="https://work.example.evil.example/2")]
    async with opened(FakeService(rows), searched=("work",), size=(120, 30)) as deck:
        await deck.press("o")
        await deck.until(lambda: opened_addresses() == ["https://work.example/1"])
        await deck.sees("Opening https://work.example/1 in the web browser.")
        await deck.press("j", "o")
        await deck.sees("Open WEB-102 in the web browser?")
        assert len(opened_addresses()) == 1


async def test_another_site_opens_at_once_after_the_user_has_said_so(
    opened_addresses: Callable[[], list[str]],
) -> None:
    looks = FakeLookMemory()
    async with opened(looks=looks, size=(120, 30)) as deck:
        await deck.press("o")
        await deck.sees("Yes, always at tracker.example")
        await deck.press("down", "enter")
        await deck.until(lambda: len(opened_addresses()) == 1)
        await deck.until(lambda: looks.sites("local") == ("https://tracker.example",))
        await deck.press("j", "o")
        await deck.until(lambda: len(opened_addresses()) == 2)
        assert looks.sites("work") == ()


async def test_marked_tickets_are_opened_after_a_question(opened_addresses: Callable[[], list[str]]) -> None:
    rows = [make_ticket(number, url=f"https://work.example/{number}" if number else None) for number in range(3)]
    async with opened(FakeService(rows), searched=("work",), size=(120, 30)) as deck:
        await deck.press("a", "o")
        await deck.sees("Open 2 tickets in the web browser?")
        await deck.sees("PAY-100 has no web address.")
        assert opened_addresses() == []
        await deck.press("enter")
        await deck.until(lambda: sorted(opened_addresses()) == ["https://work.example/1", "https://work.example/2"])


async def test_no_hundred_pages_are_opened_at_once(opened_addresses: Callable[[], list[str]]) -> None:
    async with opened(FakeService(tickets(31)), size=(120, 30)) as deck:
        await deck.press("a", "o")
        await deck.sees("31 tickets are marked, and 30 at most are opened at once.")
        assert opened_addresses() == []


async def test_without_a_browser_the_copy_is_offered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSH_CONNECTION", "1.2.3.4 1 5.6.7.8 22")
    async with opened() as deck:
        await deck.press("o")
        await deck.sees("There is no web browser here")
        await deck.sees("https://tracker.example/browse/0")
        await deck.press("enter")
        await deck.until(lambda: deck.app.clipboard == "https://tracker.example/browse/0")


async def test_links_are_of_one_ticket_and_say_so() -> None:
    async with opened(size=(120, 30)) as deck:
        await deck.press("space", "space", "U")
        await deck.sees("Links and relations of WEB-102 alone, not of all 2 that are marked")


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
        await deck.sees("has no ending that names a format")


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
        await deck.sees("That address cannot be opened safely")


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
        case _:
            return len(text.splitlines()) - 2  # the table's heading
