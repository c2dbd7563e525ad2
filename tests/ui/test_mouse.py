"""What a mouse expects of lists and panes; rows, headers and the footer are in other tests of theirs."""

from __future__ import annotations

from textual.events import MouseScrollDown

from tests.ui.fakes import FakeService, make_ticket
from tests.ui.support import opened
from tui_app.ui.dialogs.picker import PickList


async def test_a_click_beside_a_dialog_closes_it_and_one_into_it_does_not() -> None:
    async with opened(size=(120, 40)) as deck:
        theme = deck.app.theme
        for key in ("f", "c", "comma", "p", "T", "P", "ctrl+r", "0", "y"):
            await deck.press(key)
            assert deck.screen is not deck.browser, key
            inside = deck.screen.query("#dialog-title, #reading-text").first().region.offset
            await deck.pilot.click(offset=inside)
            await deck.settle()
            assert deck.screen is not deck.browser, key
            await deck.pilot.click(offset=(0, 20))
            await deck.settle()
            assert deck.screen is deck.browser, key
        assert deck.app.theme == theme


async def test_the_wheel_scrolls_a_long_list() -> None:
    people = [make_ticket(number, assignee=f"Person {number:02}") for number in range(60)]
    async with opened(FakeService(people)) as deck:
        await deck.press("f", "down", "enter")
        await deck.sees("Person 00")
        listed = deck.screen.query_one(PickList)
        for _ in range(40):
            listed.post_message(MouseScrollDown(listed, 5, 5, 0, 1, 0, shift=False, meta=False, ctrl=False))
        await deck.sees("Person 59")
