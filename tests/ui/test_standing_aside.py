"""Dialogs whose choice shows at once leave the rows beside them in sight, in their true colours."""

from __future__ import annotations

import pytest
from textual.strip import Strip

from tests.ui.support import Deck, opened

KEYS = ("T", "f", "c", "comma")


def beside(deck: Deck, width: int) -> list[Strip]:
    """The left part of the rows, as drawn."""
    return [strip.crop(4, width).simplify() for strip in deck.screen._compositor.render_strips()[4:18]]


async def test_rows_beside_a_dialog_keep_their_colours() -> None:
    async with opened(size=(80, 24)) as deck:
        before = beside(deck, 28)
        for key in KEYS:
            await deck.press(key)
            assert deck.screen is not deck.browser
            assert beside(deck, 28) == before, key
            await deck.press("escape")


async def test_a_theme_is_shown_in_its_own_colours_before_it_is_taken() -> None:
    async with opened(size=(80, 24)) as deck:
        before = beside(deck, 28)
        await deck.press("T", "down")
        previewed = beside(deck, 28)
        assert previewed != before
        await deck.press("enter")
        assert beside(deck, 28) == previewed


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (300, 80)])
async def test_the_whole_dialog_is_on_the_screen(size: tuple[int, int]) -> None:
    async with opened(size=size) as deck:
        for key in KEYS:
            await deck.press(key)
            region = deck.screen.query_one("#dialog").region
            assert deck.screen.region.contains_region(region), key
            assert region.x >= 10
            await deck.press("escape")
