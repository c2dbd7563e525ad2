"""A ticket whose id or address one knows is opened by it: typed, pasted, or from the search line."""

from __future__ import annotations

import pytest
from textual import events

from tests.ui.fakes import FakeService, make_ticket
from tests.ui.support import opened, tickets
from tui_app.tickets.messages import OpenTicket, Search


async def test_an_id_that_is_typed_opens_the_ticket_of_any_project_of_the_tracker() -> None:
    service = FakeService([*tickets(), make_ticket(1, id="NEW-7", title="Not among the rows")])
    async with opened(service) as deck:
        await deck.press("number_sign")
        await deck.type("new-7")
        await deck.sees("Open NEW-7")
        await deck.press("enter")
        await deck.sees("Not among the rows")
        assert service.requests(OpenTicket)[-1].ticket_id == "NEW-7"
        await deck.press("backspace")
        await deck.until(lambda: "Not among the rows" not in deck.text)


async def test_a_ticket_can_be_opened_while_the_table_is_empty() -> None:
    service = FakeService([])
    async with opened(service, wait=False) as deck:
        await deck.sees("This tracker has no tickets")
        service.tickets = [make_ticket(1, id="NEW-7", title="Found by its id")]
        await deck.press("number_sign")
        await deck.type("NEW-7")
        await deck.press("enter")
        await deck.sees("Found by its id")
        await deck.press("o")
        await deck.sees("https://tracker.example/browse/1")


@pytest.mark.parametrize("text", ["PAY-103", "https://tracker.example/browse/3", " pay-103\n"])
async def test_pasting_an_id_or_an_address_opens_the_ticket(text: str) -> None:
    async with opened() as deck:
        deck.app.post_message(events.Paste(text))
        await deck.until(lambda: deck.browser.shown.current and deck.browser.shown.current.id == "PAY-103")
        await deck.sees("The page stays blank")


async def test_going_to_the_ticket_that_is_shown_leaves_no_trail() -> None:
    async with opened() as deck:
        deck.app.post_message(events.Paste("PAY-100"))
        await deck.sees("The page stays blank")
        assert "PAY-100 › PAY-100" not in deck.text


async def test_pasting_what_names_no_ticket_opens_nothing_and_says_why() -> None:
    async with opened() as deck:
        deck.app.post_message(events.Paste("some words\nand more"))
        await deck.sees("The pasted text names no ticket: some words and more")
        assert not deck.service.requests(OpenTicket)


async def test_a_tracker_that_is_not_searched_is_asked_when_it_is_chosen() -> None:
    async with opened(FakeService([]), wait=False) as deck:
        await deck.sees("This tracker has no tickets")
        deck.service.tickets = [make_ticket(1, id="NEW-7", title="Found by its id")]
        await deck.press("number_sign")
        await deck.type("NEW-7")
        await deck.sees("work · not searched yet")
        await deck.press("down", "enter")
        await deck.sees("Found by its id")
        assert deck.service.requests(OpenTicket)[-1].profile == "work"


@pytest.mark.parametrize("typed", ["PAY-103", "is:open PAY-103"])
async def test_the_search_line_offers_to_open_what_is_built_like_an_id(typed: str) -> None:
    async with opened() as deck:
        await deck.press("s")
        await deck.type(typed)
        await deck.sees("open PAY-103 (local")
        await deck.press("down", "enter")
        await deck.until(lambda: deck.browser.shown.current and deck.browser.shown.current.id == "PAY-103")
        assert len(deck.service.requests(Search)) == 1


async def test_enter_without_choosing_the_offer_still_searches_for_the_words() -> None:
    async with opened() as deck:
        await deck.press("s")
        await deck.type("PAY-103")
        await deck.press("enter")
        assert deck.service.last_search.criteria.text == "PAY-103"


async def test_a_word_that_is_no_id_gets_no_offer() -> None:
    async with opened() as deck:
        await deck.press("s")
        await deck.type("printer")
        assert "open printer" not in deck.text
        await deck.press("escape", "number_sign")
        await deck.type("zeppelin")
        await deck.sees("No ticket here is called that")


async def test_what_is_offered_is_replaced_by_what_is_typed() -> None:
    async with opened() as deck:
        deck.browser.go_to.ask("ABC-12")
        await deck.sees("Open ABC-12")
        await deck.type("PAY-103")
        await deck.sees("Open PAY-103")
        assert "ABC-12" not in deck.text
