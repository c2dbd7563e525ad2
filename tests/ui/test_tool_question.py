"""The browser asks once whether a tool only reads, by letter and Enter."""

from __future__ import annotations

import pytest

from tests.ui.fakes import FakeService, failed
from tests.ui.support import SIZES, Deck, opened, tickets
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.servers import AllowTool, UndecidedTool

TOOL = UndecidedTool("kazi_zote", "Kazi [b]zilizopo[/b]", "digest")


def service() -> FakeService:
    failure = failed(kind=ErrorKind.NO_SEARCH_TOOL, title="This server has no tool that searches", undecided=TOOL)
    return FakeService(tickets(), failure=failure)


async def asked(deck: Deck) -> None:
    await deck.sees("local: may kazi_zote be called?")


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_tool_and_description_are_shown(size: tuple[int, int]) -> None:
    async with opened(service(), size=size, wait=False) as deck:
        await asked(deck)
        await deck.sees("Kazi [b]zilizopo[/b]")
        assert not deck.service.requests(AllowTool)


async def test_y_and_enter_allow_it_and_search_again() -> None:
    async with opened(service(), wait=False) as deck:
        await asked(deck)
        await deck.press("y", "enter")
        (answer,) = deck.service.requests(AllowTool)
        assert (answer.profile, answer.tool, answer.allowed) == ("local", TOOL, True)
        await deck.until(lambda: deck.browser.notices.counts.loaded, "rows")


@pytest.mark.parametrize("keys", [("n", "enter"), ("enter",)])
async def test_n_and_a_careless_enter_say_no(keys: tuple[str, ...]) -> None:
    async with opened(service(), wait=False) as deck:
        await asked(deck)
        await deck.press(*keys)
        assert [answer.allowed for answer in deck.service.requests(AllowTool)] == [False]


async def test_it_is_asked_once() -> None:
    async with opened(service(), wait=False) as deck:
        await asked(deck)
        await deck.press("escape")
        assert not deck.service.requests(AllowTool)
        await deck.press("r")
        assert deck.screen is deck.browser
