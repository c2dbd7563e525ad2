"""Refreshing: the same rows younger, however many were loaded, and nothing lost when a part of it fails."""

from __future__ import annotations

from msgspec.structs import replace

from tests.ui.fakes import FakeService, failed, make_ticket
from tests.ui.support import Deck, opened, tickets
from tui_app.tickets.messages import LoadMore, Search, TicketsFound


def ids(deck: Deck) -> list[str]:
    return [ticket.id for ticket in deck.browser.table.tickets]


def current(deck: Deck) -> str:
    assert deck.browser.table.current is not None
    return deck.browser.table.current.id


def gutter(deck: Deck, ticket_id: str) -> str:
    """What stands before the ticket's row: cursor, sign."""
    return next(line for line in deck.lines if ticket_id in line)[:2]


async def search_ten(deck: Deck) -> None:
    await deck.press("s")
    await deck.type("max:10")
    await deck.press("ctrl+s")
    await deck.until(lambda: deck.browser.notices.counts.loaded == 10)


async def test_a_refresh_brings_all_pages_that_were_loaded_and_keeps_the_cursor() -> None:
    service = FakeService(tickets(35))
    async with opened(service, wait=False) as deck:
        await search_ten(deck)
        await deck.press("m", "m", "m")
        await deck.until(lambda: deck.browser.notices.counts.loaded == 35)
        await deck.press("G")
        before, wanted = ids(deck), current(deck)
        service.submitted.clear()
        await deck.press("r")
        asked = [r for r in service.submitted if isinstance(r, Search | LoadMore) and r not in service.counts]
        assert [type(request) for request in asked] == [Search, LoadMore]
        assert service.requests(LoadMore)[0].count == 25
        assert (ids(deck), current(deck)) == (before, wanted)


async def test_refreshing_twice_at_once_still_compares_and_keeps_cursor_and_marks() -> None:
    service = FakeService(tickets(8))
    async with opened(service) as deck:
        await deck.press("space", "j")
        wanted = current(deck)
        service.tickets = None
        await deck.press("r", "r")
        service.tickets = [*tickets(8), make_ticket(90)]
        service.submit(service.requests(Search)[-1])
        await deck.sees(make_ticket(90).id)
        assert current(deck) == wanted
        assert gutter(deck, make_ticket(90).id) == " +"
        assert gutter(deck, make_ticket(0).id) == " *"


async def test_trying_again_after_a_refresh_failed_keeps_cursor_and_marks_what_is_new() -> None:
    service = FakeService(tickets(8))
    async with opened(service) as deck:
        await deck.press("j", "j")
        wanted = current(deck)
        service.failure = failed()
        await deck.press("r")
        await deck.sees("The server did not start")
        service.failure, service.tickets = None, [make_ticket(90), *tickets(8)]
        await deck.press("r")
        await deck.sees(make_ticket(90).id)
        assert current(deck) == wanted
        assert gutter(deck, make_ticket(90).id) == " +"


async def test_trying_a_failed_search_again_marks_nothing_as_new() -> None:
    service = FakeService(tickets(8))
    async with opened(service) as deck:
        service.failure = failed()
        await deck.press("s", "p", "ctrl+s")
        await deck.sees("The server did not start")
        service.failure, service.tickets = (
            None,
            [make_ticket(0, id="NEW-1", title="p", created_at=None)],
        )
        await deck.press("r")
        await deck.until(lambda: ids(deck) == ["NEW-1"])
        assert gutter(deck, "NEW-1") == "▌ "


async def test_what_appears_where_nothing_was_found_is_new() -> None:
    service = FakeService([])
    async with opened(service, wait=False) as deck:
        await deck.sees("no tickets")
        service.tickets = tickets(2)
        await deck.press("r", "j")
        await deck.sees(make_ticket(0).id)
        assert gutter(deck, make_ticket(0).id) == " +"


async def test_a_tracker_whose_refresh_fails_keeps_its_rows() -> None:
    service = FakeService(tickets(4))
    async with opened(service) as deck:
        deck.browser.trackers.use(("local", "work"))
        await deck.until(lambda: deck.browser.notices.counts.loaded == 8)
        service.tickets = None
        await deck.press("r")
        local, work = service.requests(Search)[-2:]
        found = tuple(replace(ticket, source="local") for ticket in [*tickets(4), make_ticket(90)])
        service.reply(TicketsFound(local.request_id, "local", found, 0, complete=True))
        service.reply(failed(request_id=work.request_id, profile="work"))
        await deck.sees("work failed: The server did not start (e)")
        assert [ticket.source for ticket in deck.browser.table.tickets] == ["local"] * 5 + ["work"] * 4
        assert len(deck.browser.table.model.changes) == 1


async def test_whichever_tracker_answers_first_a_refresh_leaves_the_rows_in_their_order() -> None:
    service = FakeService(tickets(3))
    async with opened(service) as deck:
        deck.browser.trackers.use(("local", "work"))
        await deck.until(lambda: deck.browser.notices.counts.loaded == 6)
        before, service.tickets = [ticket.key for ticket in deck.browser.table.shown], None
        await deck.press("r")
        for request in reversed(service.requests(Search)[-2:]):
            found = tuple(replace(ticket, source=request.profile) for ticket in tickets(3))
            service.reply(TicketsFound(request.request_id, request.profile, found, 0, complete=True))
        await deck.until(lambda: not deck.browser.search.current.progress.running)
        assert [ticket.key for ticket in deck.browser.table.shown] == before
        assert [ticket.source for ticket in deck.browser.table.shown] == ["local", "work"] * 3


async def test_a_refresh_that_is_given_up_keeps_the_rows_it_had_not_reached() -> None:
    service = FakeService(tickets(8))
    async with opened(service) as deck:
        service.tickets = None
        await deck.press("r")
        request = service.last_search
        page = tuple(replace(ticket, source="local") for ticket in tickets(3))
        service.reply(TicketsFound(request.request_id, "local", page, 0, complete=False))
        await deck.press("escape")
        await deck.sees("cancelled (r)")
        assert len(ids(deck)) == 8
