"""What is typed faster than screens open goes where it was meant to go."""

from __future__ import annotations

import random
from typing import Any

import pytest
from textual import events
from textual.widgets import Input

from tests.cases import one_quick
from tests.ui.support import Deck, opened
from tui_app.tickets.messages import Search
from tui_app.ui import typeahead
from tui_app.ui.browse.panels import FilterLine
from tui_app.ui.dialogs.picker import Picker
from tui_app.ui.form.form_screen import FormScreen
from tui_app.ui.keymap import name_of
from tui_app.ui.typeahead import Typeahead


@pytest.fixture(autouse=True)
def no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a key may take longer than it may hold the others, which then overtake what it opens."""
    monkeypatch.setattr(typeahead, "_PATIENCE", 60.0)


def burst(deck: Deck, *keys: str) -> None:
    """Put all ``keys`` into the app's queue before it can act on the first."""
    for key in keys:
        name = name_of(key) if len(key) == 1 else key
        deck.app.post_message(events.Key(name, key if len(key) == 1 else None))


def typed(deck: Deck) -> str:
    focused = deck.screen.focused
    return focused.value if isinstance(focused, Input) else ""


async def test_what_follows_the_key_that_opens_the_form_stands_in_the_form() -> None:
    async with opened() as deck:
        burst(deck, "s", *"printer jam qx")
        await deck.until(lambda: typed(deck) == "printer jam qx")
        assert isinstance(deck.screen, FormScreen)
        assert len(deck.app.screen_stack) == 2


async def test_a_whole_search_typed_in_one_go_is_made() -> None:
    async with opened() as deck:
        burst(deck, "s", *"printer", "enter", "j", "j")
        await deck.until(lambda: len(deck.service.requests(Search)) == 2)
        assert deck.service.requests(Search)[-1].criteria.text == "printer"
        assert deck.screen is deck.browser


@pytest.mark.parametrize("opening", one_quick(*"?pcf,yX0ST", "ctrl+r", "ctrl+p"))
async def test_what_follows_the_key_that_opens_a_list_narrows_the_list(opening: str) -> None:
    async with opened() as deck:
        burst(deck, opening, *"qsx")
        await deck.until(lambda: typed(deck) == "qsx")
        assert isinstance(deck.screen, Picker)


async def test_what_follows_the_slash_filters() -> None:
    async with opened() as deck:
        burst(deck, "/", *"qsx")
        await deck.until(lambda: typed(deck) == "qsx")
        assert deck.browser.query(FilterLine)


async def test_a_paste_waits_for_its_turn_too() -> None:
    async with opened() as deck:
        burst(deck, "s", "a")
        deck.app.post_message(events.Paste("pasted"))
        burst(deck, "b")
        await deck.until(lambda: typed(deck) == "apastedb")


async def test_two_escapes_in_one_go_close_one_screen_only() -> None:
    async with opened() as deck:
        burst(deck, "s", "escape", "escape", "escape", "p", "x", "escape", "escape", "s", "z")
        await deck.until(lambda: typed(deck) == "z")
        assert len(deck.app.screen_stack) == 2


async def test_ctrl_c_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as deck:
        quits: list[bool] = []
        monkeypatch.setattr(deck.app, "action_interrupt", lambda: quits.append(isinstance(deck.screen, FormScreen)))
        burst(deck, *"jjjj", "s", "a", "ctrl+c")
        await deck.until(lambda: quits)
        assert quits == [False]
        await deck.until(lambda: typed(deck) == "a")


async def test_a_key_whose_consequences_never_end_holds_the_others_for_a_second_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(typeahead, "_PATIENCE", 1.0)
    async with opened() as deck:
        table = deck.browser.table
        call_later = table.call_later
        lost: list[object] = []

        def lose_the_first(callback: Any, *arguments: Any) -> bool:
            if lost or callback.__module__ != Typeahead.__module__:
                return call_later(callback, *arguments)
            lost.append(callback)
            return True

        monkeypatch.setattr(table, "call_later", lose_the_first)
        burst(deck, "j", "s", "a")
        await deck.until(lambda: typed(deck) == "a")
        assert lost


async def test_a_turn_that_ends_twice_lets_no_key_overtake_another(monkeypatch: pytest.MonkeyPatch) -> None:
    admit = Typeahead._admit

    def by_its_end_and_by_its_limit(typeahead: Typeahead, turn: int) -> None:
        admit(typeahead, turn)
        admit(typeahead, turn)

    monkeypatch.setattr(Typeahead, "_admit", by_its_end_and_by_its_limit)
    async with opened() as deck:
        burst(deck, "s", *"abcdef")
        await deck.until(lambda: len(typed(deck)) == 6)
        assert typed(deck) == "abcdef"


@pytest.mark.parametrize("seed", one_quick(*range(5)))
async def test_no_order_of_keys_breaks_the_stack_of_screens(seed: int) -> None:
    keys = [*"jkspc,y?fSx0Td/zqqaA ", "enter", "escape", "escape", "tab", "ctrl+r", "ctrl+p"]
    keys = [key for key in keys if key != "q"]
    async with opened() as deck:
        chosen = random.Random(seed).choices(keys, k=150)
        burst(deck, *chosen)
        burst(deck, *["escape"] * 12)
        await deck.until(lambda: deck.screen is deck.browser and not deck.app._typeahead.busy, f"seed {seed}")
        assert deck.app.fault is None
