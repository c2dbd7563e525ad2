"""Table and ticket share the screen as the user wants it: by keys, by mouse, and again after the next start."""

from __future__ import annotations

import pytest
from textual.geometry import Offset

from tests.ui.fakes import FakeLookMemory
from tests.ui.support import Deck, opened
from tui_app.ui.browse.divider import Divider
from tui_app.ui.browse.layout import Arrangement, Shares

BESIDE, BELOW, OVER = (160, 45), (100, 40), (80, 24)


def ticket_size(deck: Deck) -> int:
    """Cells that the ticket takes of the direction in which it shares the screen."""
    region = deck.browser.detail.region
    return region.width if deck.browser.arranged is Arrangement.BESIDE else region.height


@pytest.mark.parametrize("size", [BESIDE, BELOW])
async def test_keys_give_the_ticket_more_room_and_take_it_back(size: tuple[int, int]) -> None:
    async with opened(size=size) as deck:
        before = ticket_size(deck)
        await deck.press("plus")
        assert ticket_size(deck) > before
        await deck.press("minus")
        assert ticket_size(deck) == before


@pytest.mark.parametrize("size", [BESIDE, BELOW])
async def test_no_pane_is_pressed_to_nothing(size: tuple[int, int]) -> None:
    async with opened(size=size) as deck:
        for key in ("plus", "minus"):
            await deck.press(*[key] * 13)
            table = deck.browser.table.region
            assert min(table.width, table.height, ticket_size(deck)) >= 5


@pytest.mark.parametrize(("size", "to"), [(BESIDE, Offset(60, 10)), (BELOW, Offset(20, 12))])
async def test_the_line_between_them_is_dragged_by_the_mouse_and_stays_where_it_was_let_go(
    size: tuple[int, int], to: Offset
) -> None:
    looks = FakeLookMemory()
    async with opened(size=size, looks=looks) as deck:
        line = deck.browser.query_one(Divider).region.offset
        await deck.pilot.mouse_down(offset=line)
        await deck.pilot.hover(offset=to)
        await deck.pilot.mouse_up(offset=to)
        await deck.settle()
        dropped = deck.browser.query_one(Divider).region
        assert abs(dropped.x - to.x) <= 1 if size == BESIDE else abs(dropped.y - to.y) <= 1
        await deck.pilot.hover(offset=to + Offset(9, 9))
        assert deck.browser.query_one(Divider).region == dropped
        await deck.until(looks.panes)
    async with opened(size=size, looks=looks) as deck:
        assert deck.browser.query_one(Divider).region == dropped


async def test_the_line_tells_which_pane_has_the_focus() -> None:
    async with opened(size=BESIDE) as deck:
        line = deck.browser.query_one(Divider)
        quiet = line.styles.border_left
        await deck.press("tab")
        assert deck.browser.detail.has_focus_within
        assert line.styles.border_left != quiet
        await deck.press("tab")
        assert line.styles.border_left == quiet


async def test_a_zoomed_pane_has_everything_whatever_its_share() -> None:
    async with opened(size=BESIDE) as deck:
        await deck.press("minus", "enter", "z")
        assert ticket_size(deck) == BESIDE[0]
        await deck.press("z")
        assert ticket_size(deck) < BESIDE[0]


async def test_where_the_ticket_lies_over_the_table_there_is_nothing_to_divide() -> None:
    async with opened(size=OVER) as deck:
        assert not deck.browser.query_one(Divider).display
        await deck.press("plus")
        await deck.sees("There is one pane only")
        await deck.press("enter")
        assert deck.browser.detail.region.width == OVER[0]


@pytest.mark.parametrize("saved", [{}, {"beside": "half"}, {"beside": True}, {"below": None}])
def test_what_was_not_saved_as_a_share_counts_for_nothing(saved: dict[str, object]) -> None:
    assert Shares.from_panes(saved) == Shares()


def test_a_saved_share_is_read_back_within_its_bounds() -> None:
    assert Shares.from_panes(Shares(33, 44).to_panes()) == Shares(33, 44)
    assert Shares.from_panes({"beside": 0, "below": 100}) == Shares(20, 80)


async def test_a_facet_in_force_is_told_in_the_status_line() -> None:
    async with opened(size=OVER) as deck:
        deck.browser.table.set_facet("status", frozenset({"Open"}))
        await deck.sees("status: Open")
        await deck.press("escape")
        await deck.until(lambda: "status: Open" not in deck.text)
