"""The ticket beside, below or over the table: it follows the cursor, scrolls from the table, zooms and is searched."""

from __future__ import annotations

import pytest

from tests.ui.fakes import FakeLookMemory, FakeService
from tests.ui.support import Deck, opened, tickets
from tui_app.tickets.messages import OpenTicket, TicketOpened
from tui_app.tickets.servers import CallRecord
from tui_app.ui.browse.divider import Arrangement


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_enter_shows_the_whole_ticket_and_escape_goes_back(size: tuple[int, int]) -> None:
    async with opened(size=size) as deck:
        await deck.press("enter")
        await deck.until(lambda: deck.browser.panes.is_detail_in_sight() and deck.browser.detail.has_focus_within)
        await deck.until(lambda: deck.service.requests(OpenTicket))
        await deck.press("escape")
        assert deck.app.focused is deck.browser.table


async def test_the_ticket_pane_follows_the_cursor() -> None:
    async with opened(size=(160, 40)) as deck:
        await deck.press("j")
        await deck.until(lambda: any(r.ticket_id == "OPS-101" for r in deck.service.requests(OpenTicket)))


async def test_tickets_that_are_only_passed_are_not_fetched() -> None:
    service = FakeService(tickets())
    async with opened(service, size=(160, 40)) as deck:
        await deck.until(lambda: service.requests(OpenTicket))
        for _ in range(8):
            deck.browser.table.action_lines(1)
        await deck.until(lambda: any(r.ticket_id == "WEB-108" for r in service.requests(OpenTicket)))
        fetched = {request.ticket_id for request in service.requests(OpenTicket)}
        assert not fetched & {"WEB-102", "PAY-103", "OPS-104", "WEB-105", "PAY-106", "OPS-107"}


async def test_a_small_screen_gives_the_table_all_its_room_until_a_ticket_is_opened() -> None:
    async with opened(size=(60, 15)) as deck:
        assert not deck.browser.panes.is_detail_in_sight()
        await deck.press("enter")
        assert deck.browser.panes.is_detail_in_sight()
        assert not deck.browser.table.display


async def test_zoom_gives_a_pane_everything_and_takes_it_back() -> None:
    async with opened(size=(160, 40)) as deck:
        await deck.press("z")
        assert not deck.browser.panes.is_detail_in_sight()
        await deck.press("z", "enter", "z")
        assert not deck.browser.table.display
        await deck.press("escape")
        assert deck.browser.table.display


async def test_hiding_the_ticket_is_remembered() -> None:
    looks = FakeLookMemory()
    async with opened(size=(160, 40), looks=looks) as deck:
        await deck.press("d")
        assert not deck.browser.panes.is_detail_in_sight()
        await deck.until(lambda: looks.panes().get("detail") is False)


@pytest.mark.parametrize(
    ("size", "where"),
    [
        ((60, 15), Arrangement.OVER),
        ((80, 24), Arrangement.OVER),
        ((100, 40), Arrangement.BELOW),
        ((160, 40), Arrangement.BESIDE),
    ],
)
async def test_the_ticket_opens_beside_below_or_over_the_table(size: tuple[int, int], where: Arrangement) -> None:
    async with opened(size=size) as deck:
        await deck.press("enter")
        table, detail = deck.browser.table.region, deck.browser.detail.region
        assert deck.browser.has_class(where.value)
        assert (table.width > 0) is (where is not Arrangement.OVER)
        assert (detail.x > table.x) is (where is Arrangement.BESIDE)
        assert (detail.y >= table.bottom > 0) is (where is Arrangement.BELOW)


def asked(deck: Deck) -> list[str]:
    """The tickets that were fetched, in order."""
    return [request.ticket_id for request in deck.service.requests(OpenTicket)]


async def test_the_next_ticket_is_fetched_ahead_and_none_twice() -> None:
    async with opened(size=(160, 40)) as deck:
        await deck.until(lambda: asked(deck) == ["PAY-100", "OPS-101"])
        await deck.press("j")
        await deck.sees("I can reproduce it")
        await deck.until(lambda: asked(deck) == ["PAY-100", "OPS-101"])
        await deck.press("k")
        await deck.until(lambda: deck.browser.shown.is_settled)
        assert asked(deck) == ["PAY-100", "OPS-101"]


async def test_the_exact_call_and_its_time_stand_below_the_ticket_and_the_raw_answer_is_a_key_away() -> None:
    service = FakeService()
    async with opened(service, wait=False, size=(160, 40)) as deck:
        service.tickets = tickets(1)
        await deck.press("r")
        await deck.sees("Fixed by reseating")
        service.reply(opened_with_call(service.requests(OpenTicket)[0]))
        await deck.press("w")
        await deck.sees('{"id": "x"}')
        await deck.press("w")
        await deck.sees("Fixed by reseating")


def opened_with_call(request: OpenTicket) -> TicketOpened:
    """An answer that says how it was got."""
    call = CallRecord("get_ticket", '{"id": "PAY-100"}', 0.25)
    return TicketOpened(request.request_id, request.profile, tickets(1)[0], "{}", calls=(call,))


async def test_words_in_the_ticket_are_found_and_gone_through_with_n_and_shift_n() -> None:
    async with opened() as deck:
        await deck.press("enter")
        view = deck.browser.detail.view
        await deck.until(lambda: any("History" in line.text for line in view.lines))
        await deck.press("slash")
        await deck.type("page")
        await deck.press("enter")
        places = []
        for key in ("n", "n", "N", "N"):
            places.append(view.lines[view._matches[view._here]].text.strip())
            await deck.press(key)
        assert places[0].startswith("PAY-100  Printer on floor 3 prints blank pages")
        assert places[1:] == ["The page stays blank.", "page.png  PNG, 20 KB", places[1]]
        assert view.has_focus
        await deck.press("escape")
        assert not view.is_marked
        assert view.has_focus


@pytest.mark.parametrize("key", ["d", "w"])
async def test_a_ticket_that_comes_over_the_table_takes_the_keys(key: str) -> None:
    async with opened(size=(80, 24)) as deck:
        await deck.press(key)
        await deck.until(lambda: deck.browser.detail.view.has_focus)
        await deck.press("escape")
        assert deck.app.focused is deck.browser.table


@pytest.mark.parametrize("keys", [("enter",), ("enter", "escape"), ("tab",), ()])
async def test_whatever_size_the_screen_gets_a_pane_in_sight_has_the_keys(keys: tuple[str, ...]) -> None:
    async with opened(size=(160, 40)) as deck:
        await deck.press(*keys)
        for size in ((80, 24), (160, 40), (60, 15), (100, 40)):
            await deck.pilot.resize_terminal(*size)
            await deck.settle()
            focused = deck.app.focused
            assert focused is not None, size
            assert focused.region.area > 0, size


async def test_u_in_the_ticket_lists_what_it_names() -> None:
    async with opened(FakeService(tickets())) as deck:
        await deck.press("enter", "u")
        await deck.sees("Links and relations of PAY-100")


async def test_a_file_among_the_links_leads_to_what_can_be_done_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    async with opened(FakeService(tickets())) as deck:
        await deck.press("enter", "u")
        await deck.sees("Links and relations of PAY-100")
        await deck.type("page.png")
        await deck.press("enter")
        await deck.sees("Open in the web browser")
        await deck.type("web")
        await deck.press("enter")
        await deck.sees("There is no web browser here")
