"""Several trackers in one table, in the whole program: chosen, remembered, sorted, and one of them out of order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.ui.fakes import NOW, FakeLookMemory, FakeService, failed, make_ticket, ready
from tests.ui.support import Deck, opened, tickets
from tui_app.settings.model import UiSettings
from tui_app.tickets.messages import OpenTicket, Search, TicketOpened, TicketsFound


def shown(deck: Deck) -> list[str]:
    """Tracker and id of the rows, from the top."""
    return [f"{row.source}/{row.id}" for row in deck.browser.table.shown]


@pytest.mark.parametrize("tick", ["ctrl+t", "space"])
async def test_ticking_one_more_tracker_adds_it_and_the_set_is_kept(tick: str) -> None:
    looks = FakeLookMemory()
    async with opened(looks=looks) as deck:
        await deck.press("p", "down", tick, "enter")
        await deck.until(lambda: deck.browser.notices.counts.loaded == 60)
        assert {asked.profile for asked in deck.service.requests(Search)[-2:]} == {"local", "work"}
        assert {asked.criteria.sort for asked in deck.service.requests(Search)[-2:]} == {"-updated_at"}
    assert looks.kept_trackers == ("local", "work")


async def test_picking_another_tracker_without_a_tick_goes_to_it_alone() -> None:
    async with opened() as deck:
        await deck.press("p", "down", "enter")
        await deck.until(lambda: deck.service.last_search.profile == "work")
        assert deck.browser.search.profiles == ("work",)


async def test_the_tickets_of_several_trackers_come_newest_first_whoever_answers_first() -> None:
    service = FakeService(None)
    async with opened(service, searched=("local", "work"), wait=False) as deck:
        asked = {search.profile: search.request_id for search in service.requests(Search)}
        for profile, ages in (("work", (1, 5)), ("local", (3, 0))):
            rows = [
                make_ticket(at, id=f"{profile}-{age}", updated_at=NOW - timedelta(days=age), source=profile)
                for at, age in enumerate(ages)
            ]
            service.reply(TicketsFound(asked[profile], profile, tuple(rows), 0, complete=True))
        await deck.until(lambda: deck.browser.notices.counts.loaded == 4)
        assert shown(deck) == ["local/local-0", "work/work-1", "local/local-3", "work/work-5"]


async def test_a_long_warning_leaves_room_to_say_how_each_tracker_is() -> None:
    service = FakeService(None)
    async with opened(service, searched=("local", "work"), size=(54, 24), wait=False) as deck:
        for search in service.requests(Search):
            service.reply(ready(search.profile))
            found = TicketsFound(
                search.request_id, search.profile, (make_ticket(1, source=search.profile),), 0, complete=True,
                warnings=("Nothing says which repository is meant, so this shows what involves you.",),
            )  # fmt: skip
            service.reply(found)
        await deck.sees("! 1 notice (e)")
        assert "● local  ● work │" in deck.lines[-2]


async def test_rows_of_a_tracker_that_fails_stay_dimmed_with_the_reason_in_sight() -> None:
    service = FakeService(tickets(4))
    async with opened(service, size=(120, 30), searched=("local", "work")) as deck:
        service.tickets = None
        await deck.press("r")
        searches = {search.profile: search for search in service.requests(Search)[-2:]}
        service.reply(replace(failed(), request_id=searches["work"].request_id, profile="work"))
        rows = tuple(replace(ticket, source="local") for ticket in tickets(4))
        service.reply(TicketsFound(searches["local"].request_id, "local", rows, 0, complete=True))
        await deck.sees("work failed: The server did not start")
        model = deck.browser.table.model
        assert {model.row(at)[1].source: model.row(at)[2].stale for at in range(8)} == {"local": False, "work": True}


# ------------------------------------------------------------------------ order


async def search_ten(deck: Deck) -> None:
    await deck.press("s")
    await deck.type("max:10")
    await deck.press("ctrl+s")
    await deck.until(lambda: deck.browser.notices.counts.loaded == 10)


async def test_an_order_is_asked_of_the_tracker_where_only_some_tickets_are_loaded_and_is_kept() -> None:
    looks = FakeLookMemory()
    service = FakeService(tickets(30), page_size=10)
    async with opened(service, looks=looks, wait=False) as deck:
        await search_ten(deck)
        deck.browser.table.sort_by("priority")
        await deck.until(lambda: service.last_search.criteria.sort == "priority")
        await deck.until(lambda: not deck.browser.search.current.progress.running)
        await deck.sees("sorted: 1/10 loaded of 30")
        name = deck.browser.search.tabs.active.order_name
        await deck.until(lambda: looks.kept_orders.get(name) == {"sort": "priority", "group": ""})
    async with opened(service, looks=looks, wait=False) as deck:
        await search_ten(deck)
        assert deck.browser.table.model.sort == "priority"


async def test_where_everything_is_loaded_sorting_asks_nobody() -> None:
    async with opened() as deck:
        before = len(deck.service.requests(Search))
        deck.browser.table.sort_by("title")
        await deck.settle()
        assert len(deck.service.requests(Search)) == before
        assert "sorted:" not in deck.text


async def test_a_configured_column_that_does_not_exist_is_told_once_with_the_nearest() -> None:
    async with opened(size=(120, 30), ui=UiSettings(columns=("id", "asignee", "title"))) as deck:
        await deck.sees("there is no field 'asignee'")
        await deck.press("escape", "r")
        await deck.settle()
        assert "asignee'" not in deck.text
        await deck.press("e")
        await deck.sees("'asignee'; did you mean Assignee?")


async def test_a_column_of_the_trackers_own_is_asked_for() -> None:
    async with opened(ui=UiSettings(columns=("id", "Story points", "Updated", "title"))) as deck:
        assert deck.service.last_search.fields == ("Story points",)
        assert "Story points" in deck.text


async def test_a_field_that_only_opened_tickets_have_is_a_column_to_choose_and_is_asked_for() -> None:
    async with opened(FakeService(tickets(3))) as deck:
        deck.service.tickets = None
        await deck.press("enter")
        asked = deck.service.requests(OpenTicket)[-1]
        whole = replace(tickets(1)[0], extra={"severity": "S2"})
        deck.service.reply(TicketOpened(asked.request_id, asked.profile, whole))
        await deck.sees("Further fields (1)")
        await deck.press("c", *"severity")
        await deck.sees("S2")
        assert "own field" not in deck.text
        await deck.press("enter")
        await deck.until(lambda: deck.service.last_search.fields == ("severity",))


async def test_a_field_that_no_ticket_in_sight_has_can_be_named() -> None:
    async with opened() as deck:
        await deck.press("c", *"risk")
        await deck.sees("The tracker's own field 'risk'")
        await deck.press("enter")
        await deck.until(lambda: deck.service.last_search.fields == ("risk",))
        count = len(deck.service.requests(Search))
        await deck.press(*(["backspace"] * 4), *"type", "enter")
        await deck.sees("Type")
        assert len(deck.service.requests(Search)) == count
