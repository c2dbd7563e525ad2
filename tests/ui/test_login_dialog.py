"""The login dialog: who asks, where to, and that only the right address ends it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual import events

from tests.ui.fakes import FakeService
from tests.ui.support import Deck, opened, tickets
from tui_app.tickets.servers import LoginEnded, LoginOffered


class Offer:
    """An offered login, and what was done with it."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.declined: list[str] = []
        self.message = LoginOffered(
            "far",
            "https://mcp.example.com/mcp",
            "login.example.com",
            "http://127.0.0.1:4000/callback",
            "https://login.example.com/authorize?state=x",
            "http://127.0.0.1:4000/login",
            self._take,
            self.declined.append,
        )

    def _take(self, text: str) -> bool:
        self.taken.append(text)
        return "good" in text


async def offered(deck: Deck, offer: Offer) -> None:
    deck.service.reply(offer.message)
    await deck.sees("far wants you to log in")


async def test_it_names_server_login_host_and_redirect_in_full() -> None:
    async with opened(FakeService(tickets()), size=(120, 40)) as deck:
        await offered(deck, Offer())
        await deck.sees("https://mcp.example.com/mcp")
        await deck.sees("at login.example.com")
        await deck.sees("http://127.0.0.1:4000/callback")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_code_for_another_device_is_shown_with_where_to_enter_it(size: tuple[int, int]) -> None:
    offer = Offer()
    offer.message = replace(offer.message, user_code="WDJB-MJHT", code_url="https://login.example.com/device")
    async with opened(FakeService(tickets()), size=size) as deck:
        await offered(deck, offer)
        await deck.sees("https://login.example.com/device")
        await deck.sees("WDJB-MJHT")


async def test_the_pasted_address_of_this_login_is_taken() -> None:
    offer = Offer()
    async with opened() as deck:
        await offered(deck, offer)
        await deck.type("http://x/?good")
        await deck.press("enter")
        await deck.until(lambda: offer.taken == ["http://x/?good"])


async def test_an_address_that_a_terminal_broke_is_taken_whole() -> None:
    offer = Offer()
    async with opened() as deck:
        await offered(deck, offer)
        assert deck.app.screen.focused is not None
        deck.app.screen.focused.post_message(events.Paste("http://x/?\n  good\n"))
        await deck.sees("Go on with the pasted address")
        await deck.press("enter")
        await deck.until(lambda: offer.taken == ["http://x/? good"])


async def test_another_address_is_told_and_the_dialog_stays() -> None:
    offer = Offer()
    async with opened() as deck:
        await offered(deck, offer)
        await deck.type("http://x/?old")
        await deck.press("enter")
        await deck.sees("not the address at which this login ended")
        assert offer.declined == []


async def test_escape_gives_the_login_up() -> None:
    offer = Offer()
    async with opened() as deck:
        await offered(deck, offer)
        await deck.press("escape")
        await deck.until(lambda: offer.declined == ["you did not log in"])


async def test_it_closes_by_itself_when_the_login_has_ended() -> None:
    async with opened() as deck:
        await offered(deck, Offer())
        deck.service.reply(LoginEnded("far", "far: the login was answered."))
        await deck.until(lambda: deck.app.screen is deck.browser)
        await deck.sees("the login was answered")


async def test_the_address_can_be_copied() -> None:
    async with opened() as deck:
        await offered(deck, Offer())
        await deck.press("down", "enter")
        await deck.until(lambda: deck.app.clipboard == "https://login.example.com/authorize?state=x")
