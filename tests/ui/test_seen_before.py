"""Tickets that were seen before are found as one types, opened, and shown for a search that nobody has answered yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec.structs import replace

from tests.ui.fakes import NOW, FakeRowMemory, FakeService, failed, make_ticket
from tests.ui.support import Deck, opened, tickets
from tui_app.settings.cached_rows import CachedRows
from tui_app.tickets.criteria import TicketSearchCriteria, check_criteria
from tui_app.tickets.messages import OpenTicket, Search, TicketsFound
from tui_app.tickets.ticket import Ticket
from tui_app.ui.form.form_screen import FormScreen

YESTERDAY = NOW - timedelta(days=1)


def seen(*rows: Ticket, source: str = "local") -> FakeRowMemory:
    memory = FakeRowMemory()
    known = tuple(replace(row, source=source) for row in rows)
    memory.kept[(source,), check_criteria({"text": "of another search"})] = CachedRows(YESTERDAY, known)
    return memory


def shown_ids(deck: Deck) -> list[str]:
    return [ticket.id for ticket in deck.browser.table.shown]


def answer(deck: Deck, rows: Sequence[Ticket]) -> None:
    search = deck.service.last_search
    found = tuple(replace(row, source=search.profile) for row in rows)
    deck.service.reply(TicketsFound(search.request_id, search.profile, found, 0, complete=True))


async def search_for(deck: Deck, text: str) -> None:
    await deck.press("s")
    await deck.type(text)
    await deck.press("enter")


async def test_words_of_a_title_find_seen_tickets_of_every_tracker_and_enter_opens_one() -> None:
    service = FakeService(tickets(3))
    memory = seen(make_ticket(33, id="ABC-7", title="Fire in the kitchen"), source="work")
    async with opened(service, rows=memory) as deck:
        await deck.press("number_sign")
        await deck.type("kitchen fire")
        await deck.sees("Open ABC-7  Fire in the kitchen")
        await deck.sees("work · as of 21 Nov 15:00")
        service.tickets = [*tickets(3), make_ticket(33, id="ABC-7", title="Fire in the kitchen")]
        await deck.press("enter")
        await deck.until(lambda: service.requests(OpenTicket)[-1].ticket_id == "ABC-7")
        assert service.requests(OpenTicket)[-1].profile == "work"
        await deck.sees("I can reproduce it with any document.")


async def test_a_seen_ticket_is_read_while_no_server_answers() -> None:
    service = FakeService(failure=failed())
    row = make_ticket(33, id="ABC-7", title="Fire in the kitchen")
    memory = seen(row)
    whole = replace(row, source="local", description="Call the *brigade*.")
    memory.opened[whole.key] = (whole, YESTERDAY)
    async with opened(service, rows=memory, wait=False) as deck:
        await deck.sees("Cannot find module")
        await deck.press("escape", "number_sign")
        await deck.type("kitchen")
        await deck.press("enter")
        await deck.sees("Call the brigade.")


async def test_the_search_line_offers_seen_tickets_that_match_as_one_types() -> None:
    memory = seen(make_ticket(3), make_ticket(13, status="Done"))
    async with opened(FakeService(tickets(3)), rows=memory) as deck:
        await deck.press("s")
        await deck.type("is:open cookie")
        await deck.sees(f"open {make_ticket(3).id} (local, as of")
        assert f"open {make_ticket(13).id}" not in deck.text
        deck.service.tickets = tickets(4)
        await deck.press("down", "enter")
        await deck.until(lambda: deck.browser.shown.current and deck.browser.shown.current.id == make_ticket(3).id)


async def test_one_escape_leaves_a_search_line_below_which_nothing_but_seen_tickets_is_offered() -> None:
    async with opened(FakeService(tickets(3)), rows=seen(make_ticket(3))) as deck:
        await deck.press("s")
        await deck.type("cookie")
        await deck.sees(f"open {make_ticket(3).id} (local, as of")
        await deck.press("escape")
        await deck.until(lambda: "Search for" not in deck.text)


async def test_a_search_shows_the_seen_tickets_that_match_until_it_is_answered_and_calls_none_of_them_new() -> None:
    service = FakeService(tickets(3))
    async with opened(service, rows=seen(*tickets(14)), wait=False) as deck:
        await deck.sees("PAY-100")
        service.tickets = None
        await search_for(deck, "cookie")
        await deck.until(lambda: shown_ids(deck) == ["PAY-103", "OPS-113"])
        assert "seen before, as of" in deck.lines[1]
        assert deck.browser.table.model.stale
        await deck.press("j")
        answer(deck, [make_ticket(23), make_ticket(13)])
        await deck.until(lambda: shown_ids(deck) == ["WEB-123", "OPS-113"])
        assert deck.browser.table.current is not None
        assert deck.browser.table.current.id == "OPS-113"
        assert not deck.browser.table.model.changes
        assert "as of" not in deck.lines[1]


async def test_seen_tickets_of_one_search_are_not_taken_for_those_of_the_next() -> None:
    service = FakeService(tickets(3))
    async with opened(service, rows=seen(*tickets(14)), wait=False) as deck:
        await deck.sees("PAY-100")
        service.tickets = None
        await search_for(deck, "cookie")
        await deck.until(lambda: shown_ids(deck) == ["PAY-103", "OPS-113"])
        await deck.press("s", "ctrl+u")
        await deck.type("ledger")
        await deck.press("enter")
        await deck.until(lambda: shown_ids(deck) == ["PAY-106"])


async def test_offline_the_seen_tickets_stay_and_the_error_says_why() -> None:
    service = FakeService(tickets(3))
    async with opened(service, rows=seen(*tickets(14)), wait=False) as deck:
        await deck.sees("PAY-100")
        service.tickets, service.failure = None, failed()
        await search_for(deck, "cookie")
        await deck.sees("Cannot find module")
        await deck.until(lambda: shown_ids(deck) == ["PAY-103", "OPS-113"])
        assert "seen before, as of" in deck.lines[1]


async def test_what_only_a_tracker_can_tell_is_not_guessed_from_seen_tickets() -> None:
    service = FakeService(tickets(3))
    async with opened(service, rows=seen(*tickets(14)), wait=False) as deck:
        await deck.sees("PAY-100")
        service.tickets = None
        await search_for(deck, "cookie assignee:me")
        await deck.settle()
        assert "seen before" not in deck.text
        assert isinstance(deck.service.last_search, Search)
        assert deck.service.last_search.criteria != TicketSearchCriteria()


async def test_tickets_that_are_read_when_the_form_is_closed_again_are_offered_to_nobody() -> None:
    async with opened(FakeService(tickets(3)), rows=seen(make_ticket(33, title="Fire"))) as deck:
        await deck.press("s")
        form = deck.app.screen
        assert isinstance(form, FormScreen)
        await deck.press("escape")
        await deck.until(lambda: not form.is_attached)
        form.offer_again()
        assert deck.app.screen is deck.browser
