"""The table's own keys and lists in the running program: marks, order, columns, facets, filter, looks of each state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ui.fakes import NOW, FakeLookMemory, FakeService, failed, make_ticket
from tests.ui.support import Deck, opened, tickets
from tui_app.settings.model import UiSettings
from tui_app.settings.state import UiState
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.ui.rendering.at_a_glance import full


def gutters(deck: Deck) -> str:
    """The second cell of each row: marks and news."""
    return "".join(line[1:2] for line in deck.lines[3 : 3 + len(deck.browser.table.shown)])


async def test_marks_by_key_one_a_range_all_inverted_and_none() -> None:
    async with opened(FakeService(tickets(6))) as deck:
        seen = []
        for keys in (("space",), ("j", "j", "v"), ("asterisk",), ("a",), ("A",)):
            await deck.press(*keys)
            seen.append(gutters(deck))
        assert seen == ["*     ", "****  ", "    **", "******", "      "]


async def test_columns_order_and_size_are_kept_in_the_file_for_each_tracker(tmp_path: Path) -> None:
    looks = UiState(SYSTEM_CLOCK, tmp_path / "state.json")
    async with opened(looks=looks) as deck:
        await deck.press("c")
        await deck.type("reporter")
        await deck.press("enter", "ctrl+up", "ctrl+right", "escape")
        kept = deck.browser.table.columns
        await deck.until(lambda: len(UiState(SYSTEM_CLOCK, tmp_path / "state.json").columns("local")) == len(kept))
    async with opened(looks=UiState(SYSTEM_CLOCK, tmp_path / "state.json")) as deck:
        assert deck.browser.table.columns == kept
        assert (kept[-2].name, kept[-2].width) == ("reporter", 22)
        deck.browser.trackers.use(("work",))
        assert "reporter" not in [column.name for column in deck.browser.table.columns]
        deck.browser.trackers.use(("local",))
        assert deck.browser.table.columns == kept


async def test_a_further_field_of_the_tracker_is_picked_as_column_order_and_facet() -> None:
    rows = [make_ticket(n, extra={"severity": ("S1", "S2", "S3")[n % 3]}) for n in range(9)]
    async with opened(FakeService(rows), size=(110, 30)) as deck:
        await deck.press("c")
        await deck.type("sever")
        await deck.press("enter", "escape")
        await deck.sees("Severity")
        await deck.press("comma")
        await deck.type("sever")
        await deck.press("enter", "enter", "escape")
        assert deck.lines[2].rstrip().endswith("▼")
        assert "S3" in deck.lines[3]
        await deck.press("f")
        await deck.type("sever")
        await deck.press("enter", "enter", "escape", "escape")
        await deck.sees("3 shown of 9")


async def test_facets_count_by_month_too_and_several_values_are_either_or() -> None:
    async with opened() as deck:
        await deck.press("f")
        await deck.type("created")
        await deck.press("enter")
        await deck.sees("2026-11")
        await deck.press("enter", "down", "enter")
        chosen = deck.browser.table.facets["created_at"]
        shown = deck.browser.table.shown
        assert len(chosen) == 2
        assert {f"{ticket.created_at:%Y-%m}" for ticket in shown} == chosen
        await deck.press("ctrl+x")
        assert len(deck.browser.table.shown) == 30


async def test_columns_are_scrolled_by_key() -> None:
    looks = FakeLookMemory()
    looks.set_columns("local", ({"name": "id"}, {"name": "title", "width": 90}, {"name": "reporter", "width": 20}))
    async with opened(looks=looks) as deck:
        assert "Reporter" not in deck.text
        await deck.press(*["l"] * 5)
        assert "Reporter" in deck.text
        await deck.press(*["h"] * 5)
        assert "PAY-100" in deck.text


async def test_fuzzy_is_switched_on_and_off_while_filtering_and_a_sign_inverts() -> None:
    async with opened() as deck:
        await deck.press("slash")
        await deck.type("prntr")
        await deck.sees("No loaded ticket passes the filter")
        await deck.press("ctrl+t")
        await deck.sees("12 shown of 30")
        await deck.press("ctrl+t")
        await deck.sees("0 shown of 30")
        await deck.press("ctrl+a", "ctrl+k")
        await deck.pilot.press("exclamation_mark")
        await deck.type("printer")
        await deck.sees("27 shown of 30")


async def test_the_row_has_relative_times_and_the_ticket_the_full_ones() -> None:
    async with opened(size=(160, 40)) as deck:
        moment = tickets()[0].updated_at
        await deck.sees(full(moment, NOW))
        assert full(moment, NOW)[-13:-1] not in deck.lines[3][:90]


async def test_loading_empty_failed_and_stale_look_different_and_name_keys() -> None:
    seen: dict[str, str] = {}
    async with opened(FakeService(), wait=False) as deck:
        await deck.sees("esc cancels")
        seen["loading"] = deck.text
    async with opened(FakeService([]), wait=False) as deck:
        await deck.sees("p picks another tracker")
        seen["empty"] = deck.text
    async with opened(FakeService(failure=failed()), wait=False) as deck:
        await deck.sees("r tries again")
        seen["failed"] = deck.text
    service = FakeService(tickets())
    async with opened(service) as deck:
        fresh = deck.text
        service.tickets = None
        await deck.press("s", "p", "ctrl+s")
        await deck.sees("old rows")
        assert "↻" in deck.lines[2]
        assert "PAY-100" in deck.text
        seen["stale"] = deck.text
    assert len({fresh, *seen.values()}) == 5


@pytest.mark.parametrize("columns", [("id", "title"), ()])
async def test_rows_of_several_trackers_say_which_one_whatever_columns_are_configured(columns: Any) -> None:
    async with opened(FakeService(tickets(4)), ui=UiSettings(columns=columns)) as deck:
        deck.browser.trackers.use(("local", "work"))
        await deck.until(lambda: deck.browser.notices.counts.loaded == 8)
        rows = [line for line in deck.lines if "PAY-100" in line]
        assert [("local" in line, "work" in line) for line in rows] == [(True, False), (False, True)]
