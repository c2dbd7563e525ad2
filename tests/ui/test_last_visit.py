"""The rows of the last visit: there at once, usable, replaced in place, and compared with what has come since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec.structs import replace

from tests.ui.fakes import NOW, FakeRowMemory, FakeService, failed, make_ticket
from tests.ui.support import Deck, opened, tickets
from tui_app.settings.cached_rows import CachedRows
from tui_app.settings.model import UiSettings
from tui_app.tickets.clock import Clock
from tui_app.tickets.criteria import TicketSearchCriteria, View, check_criteria
from tui_app.tickets.messages import Search, TicketsFound, new_request_id
from tui_app.tickets.ticket import Ticket

ALL = TicketSearchCriteria()
YESTERDAY = NOW - timedelta(days=1)
JUST_NOW = NOW - timedelta(minutes=5)
PAY = View("Pay", check_criteria({"project": "PAY"}))
UI = UiSettings(views=(PAY,), replace_default_views=True)


def of_local(rows: Sequence[Ticket]) -> tuple[Ticket, ...]:
    return tuple(replace(row, source="local") for row in rows)


def kept(rows: Sequence[Ticket], **more: object) -> FakeRowMemory:
    memory = FakeRowMemory()
    memory.kept[("local",), ALL] = CachedRows(YESTERDAY, of_local(rows), **more)  # type: ignore[arg-type]
    return memory


def opening() -> Search:
    return Search(new_request_id(), "local", ALL)


def answer(deck: Deck, search: Search, rows: Sequence[Ticket], *, truncated: bool = False) -> None:
    found = TicketsFound(search.request_id, "local", of_local(rows), 0, complete=True, truncated=truncated)
    deck.service.reply(found)


def screen_line(deck: Deck, ticket_id: str) -> int:
    return next(at for at, line in enumerate(deck.lines) if ticket_id in line)


async def test_the_first_frame_has_the_rows_of_the_last_visit_dimmed_and_says_of_when() -> None:
    search = opening()
    async with opened(FakeService(), rows=kept(tickets(9)), opening=(search,), ui=UI, wait=False) as deck:
        assert "PAY-103" in deck.text
        assert "as of" in deck.lines[1]
        assert deck.browser.table.model.row(0)[2].stale or deck.browser.table.model.stale
        answer(deck, search, tickets(9))
        await deck.until(lambda: "as of" not in deck.text and not deck.browser.table.model.stale)
        assert not deck.browser.table.model.changes


async def test_rows_are_kept_in_the_order_in_which_they_are_shown() -> None:
    newest, memory = check_criteria({"sort": "-updated_at"}), FakeRowMemory()
    oldest_first = sorted(tickets(9), key=lambda ticket: str(ticket.updated_at))
    search = Search(new_request_id(), "local", newest)
    async with opened(FakeService(oldest_first), rows=memory, opening=(search,), ui=UI, wait=False) as deck:
        deck.service.submit(search)
        await deck.until(lambda: (("local",), newest) in memory.kept)
        shown = [ticket.id for ticket in deck.browser.table.shown]
    assert [ticket.id for ticket in memory.kept[("local",), newest].tickets] == shown
    assert shown == [ticket.id for ticket in reversed(oldest_first)]


async def test_a_refresh_leaves_rows_that_are_sorted_here_and_the_cursor_where_they_are() -> None:
    search = Search(new_request_id(), "local", check_criteria({"sort": "-updated_at"}))
    oldest_first = sorted(tickets(9), key=lambda ticket: str(ticket.updated_at))
    async with opened(FakeService(), opening=(search,), ui=UI, wait=False) as deck:
        table = deck.browser.table
        answer(deck, search, oldest_first)
        await deck.until(lambda: [ticket.id for ticket in table.shown] == [one.id for one in reversed(oldest_first)])
        await deck.press("r")
        assert [ticket.id for ticket in table.shown] == [one.id for one in reversed(oldest_first)]
        answer(deck, deck.service.last_search, oldest_first)
        await deck.until(lambda: not table.model.stale)
        await deck.settle()
        assert table.current is not None
        assert (table.current.id, table.model.position) == (oldest_first[-1].id, 1)


async def test_no_row_under_the_cursor_moves_when_the_answer_comes() -> None:
    for keys in (("j", "j", "j"), ("G",)):
        search = opening()
        rows = tickets(60)
        async with opened(FakeService(), rows=kept(rows), opening=(search,), ui=UI, wait=False) as deck:
            await deck.press(*keys)
            assert deck.browser.table.current is not None
            name = deck.browser.table.current.id
            line = screen_line(deck, name)
            answer(deck, search, [make_ticket(100), make_ticket(101), *rows, make_ticket(102)])
            await deck.until(lambda: "as of" not in deck.text)
            assert deck.browser.table.current.id == name
            assert screen_line(deck, name) == line


async def test_what_has_come_since_is_in_sight_where_the_user_has_not_moved_yet() -> None:
    search, rows = opening(), tickets(60)
    async with opened(FakeService(), rows=kept(rows), opening=(search,), ui=UI, wait=False) as deck:
        answer(deck, search, [make_ticket(100), make_ticket(101), *rows])
        await deck.until(lambda: "as of" not in deck.text)
        assert deck.browser.table.current is not None
        assert deck.browser.table.current.id == rows[0].id
        lines = [screen_line(deck, ticket.id) for ticket in (make_ticket(100), make_ticket(101), rows[0])]
        assert lines == [lines[0], lines[0] + 1, lines[0] + 2]


async def test_rows_of_the_last_visit_are_filtered_and_opened_tickets_are_read_before_the_server_answers() -> None:
    memory = kept(tickets(9))
    whole = replace(of_local(tickets(9))[3], description="What was *read* before.")
    memory.opened[whole.key] = (whole, YESTERDAY)
    async with opened(FakeService(), rows=memory, opening=(opening(),), ui=UI, wait=False) as deck:
        await deck.press("slash")
        await deck.type("cookie")
        await deck.press("enter")
        assert [ticket.id for ticket in deck.browser.table.shown] == [whole.id]
        await deck.press("enter")
        await deck.sees("What was read before.")
        await deck.sees("as of")


async def test_the_form_offers_the_values_of_the_last_visit_before_the_server_answers() -> None:
    rows = [replace(make_ticket(0), type="Outage"), make_ticket(1)]
    async with opened(FakeService(), rows=kept(rows), opening=(opening(),), ui=UI, wait=False) as deck:
        await deck.press("s")
        await deck.type("type:ou")
        await deck.until(lambda: "Outage" in deck.lines[2], "the value of a row that is kept")


async def test_offline_the_rows_of_the_last_visit_stay_and_the_error_says_why() -> None:
    service = FakeService(failure=failed())
    async with opened(service, rows=kept(tickets(9)), ui=UI, wait=False) as deck:
        await deck.sees("Cannot find module")
        assert "PAY-103" in deck.text
        assert "as of" in deck.lines[1]
        assert deck.browser.table.model.stale is True
        service.failure, service.tickets = None, tickets(9)
        await deck.press("escape", "r")
        await deck.until(lambda: "as of" not in deck.text)


async def test_new_changed_and_vanished_tickets_are_told_against_the_last_visit() -> None:
    search, before = opening(), tickets(9)
    now = [make_ticket(99), replace(before[0], status="Blocked", priority=None), *before[1:8]]
    async with opened(FakeService(), rows=kept(before), opening=(search,), ui=UI, wait=False) as deck:
        answer(deck, search, now)
        await deck.until(lambda: "as of" not in deck.text)
        changes = deck.browser.table.model.changes
        assert changes.keys == {("local", make_ticket(99).id), ("local", before[0].id)}
        assert [ticket.id for ticket in changes.gone] == [before[8].id]
        told = changes.what(of_local(now)[1])
        assert [tuple(change) for change in told] == [("status", "Open", "Blocked"), ("priority", "High", "")]
        assert "+3" in deck.lines[0]


async def test_a_tracker_that_has_answered_is_not_kept_waiting_by_another_one() -> None:
    both = ("local", "work")
    searches = {name: Search(new_request_id(), name, ALL) for name in both}
    before = [replace(row, source=both[number % 2]) for number, row in enumerate(tickets(8))]
    memory = FakeRowMemory()
    memory.kept[both, ALL] = CachedRows(YESTERDAY, tuple(before))
    begin = tuple(searches.values())
    async with opened(FakeService(), rows=memory, opening=begin, searched=both, ui=UI, wait=False) as deck:
        await deck.press("j", "j", "j")
        under_the_cursor, model = deck.browser.table.current, deck.browser.table.model
        now = [replace(before[0], status="Blocked"), *(row for row in before[1:6] if row.source == "local")]
        answer(deck, searches["local"], now)
        await deck.until(lambda: len(model.rows.tickets) == 7, "the rows of the one that has answered")
        assert {model.row(at)[1].source: model.row(at)[2].stale for at in range(7)} == {"local": False, "work": True}
        assert "as of" in deck.lines[1]
        assert {ticket.key for ticket in model.changes.gone} == {before[6].key}
        assert model.changes.keys == {before[0].key}
        assert deck.browser.table.current == under_the_cursor
        deck.service.reply(replace(failed(), request_id=searches["work"].request_id, profile="work"))
        await deck.sees("work failed")
        assert {model.row(at)[1].source: model.row(at)[2].stale for at in range(7)} == {"local": False, "work": True}
        assert {ticket.key for ticket in model.changes.gone} == {before[6].key}
        assert model.changes.keys == {before[0].key}


async def test_what_is_not_loaded_is_not_gone() -> None:
    search = opening()
    async with opened(FakeService(), rows=kept(tickets(9)), opening=(search,), ui=UI, wait=False) as deck:
        answer(deck, search, tickets(5), truncated=True)
        await deck.until(lambda: "as of" not in deck.text)
        assert not deck.browser.table.model.changes


async def test_over_restarts_within_one_visit_news_stay_until_they_are_looked_at() -> None:
    before = tickets(9)
    memory = FakeRowMemory()
    memory.kept[("local",), ALL] = CachedRows(JUST_NOW, of_local(tickets(9)), of_local(before[2:]), YESTERDAY)
    async with opened(FakeService(before), rows=memory, ui=UI) as deck:
        await deck.until(lambda: "as of" not in deck.text)
        assert len(deck.browser.table.model.changes) == 2
        await deck.press("j")
        assert len(deck.browser.table.model.changes) == 1
    rows = memory.kept[("local",), ALL]
    assert len(rows.seen) == 8
    assert rows.seen_at == YESTERDAY


async def test_after_a_pause_a_new_visit_begins_and_all_of_the_former_one_is_known() -> None:
    memory = kept(tickets(9), seen=of_local(tickets(3)), seen_at=YESTERDAY - timedelta(days=1))
    async with opened(FakeService(tickets(9)), rows=memory, ui=UI) as deck:
        await deck.until(lambda: "as of" not in deck.text)
        assert not deck.browser.table.model.changes
        assert deck.browser.search.tabs.active.since == YESTERDAY


async def test_each_whole_answer_is_kept_and_a_failed_one_leaves_the_former_rows_there() -> None:
    memory, service = FakeRowMemory(), FakeService(tickets(9))
    async with opened(service, rows=memory, ui=UI) as deck:
        await deck.until(lambda: (("local",), ALL) in memory.kept)
        assert len(memory.kept[("local",), ALL].tickets) == 9
        await deck.press("1")
        await deck.until(lambda: (("local",), PAY.criteria) in memory.kept)
        service.failure = failed()
        await deck.press("r")
        await deck.sees("Cannot find module")
    assert len(memory.kept[("local",), PAY.criteria].tickets) == 3


async def test_a_view_that_was_not_shown_yet_has_its_count_and_its_rows_of_the_last_visit() -> None:
    memory = FakeRowMemory()
    memory.kept[("local",), PAY.criteria] = CachedRows(YESTERDAY, of_local(tickets(9)[::3]), matching=3)
    service = FakeService(tickets(9))
    async with opened(service, rows=memory, ui=UI) as deck:
        await deck.until(lambda: "1 Pay ~3" in deck.lines[0])
        service.tickets = None
        await deck.press("1")
        await deck.sees("as of")
        assert [ticket.id for ticket in deck.browser.table.shown] == [ticket.id for ticket in tickets(9)[::3]]
        answer(deck, service.last_search, [*tickets(9)[::3], make_ticket(60)])
        await deck.until(lambda: "as of" not in deck.text)
        assert deck.browser.table.model.changes.keys == {("local", make_ticket(60).id)}


async def test_the_day_is_said_where_it_is_another_one() -> None:
    clock = Clock(now=lambda: NOW, monotonic=lambda: 0.0)
    memory = kept(tickets(2))
    async with opened(FakeService(), rows=memory, opening=(opening(),), ui=UI, wait=False, clock=clock) as deck:
        there = YESTERDAY.astimezone(NOW.tzinfo)
        assert f"as of {there.day} {there:%b %H:%M}" in deck.lines[1]


# ------------------------------------------------------------------------ news


async def with_news(deck: Deck, search: Search) -> None:
    """One new ticket, one changed one, one that is gone."""
    before = tickets(9)
    answer(deck, search, [make_ticket(99), before[0], replace(before[1], status="Blocked"), *before[2:8]])
    await deck.until(lambda: "as of" not in deck.text)


async def test_a_key_shows_only_news_and_escape_everything_again() -> None:
    search = opening()
    async with opened(FakeService(), rows=kept(tickets(9)), opening=(search,), ui=UI, wait=False) as deck:
        await with_news(deck, search)
        await deck.press("n")
        assert [ticket.id for ticket in deck.browser.table.shown] == [make_ticket(99).id, make_ticket(1).id]
        await deck.sees("1 gone")
        await deck.press("escape", "escape")
        assert len(deck.browser.table.shown) == 9


async def test_the_status_line_says_what_changed_in_the_ticket_under_the_cursor_and_the_notices_list_all() -> None:
    search = opening()
    async with opened(FakeService(), rows=kept(tickets(9)), opening=(search,), ui=UI, wait=False) as deck:
        await with_news(deck, search)
        await deck.press("j")
        await deck.sees("status In Progress → Blocked")
        await deck.press("e")
        await deck.sees("Since the last visit")
        assert f"new  {make_ticket(99).id}" in deck.text
        assert f"gone  {make_ticket(8).id}" in deck.text


async def test_a_key_counts_all_news_as_seen_also_for_the_next_start() -> None:
    search, memory = opening(), kept(tickets(9))
    async with opened(FakeService(), rows=memory, opening=(search,), ui=UI, wait=False) as deck:
        await with_news(deck, search)
        await deck.press("n", "N")
        assert "+3" not in deck.lines[0]
        assert len(deck.browser.table.shown) == 9
        await deck.press("N")
        await deck.sees("Nothing is new or changed")
    assert len(memory.kept[("local",), ALL].seen) == 9


async def test_news_that_a_refresh_brings_by_itself_are_told_and_those_of_the_user_are_not() -> None:
    told: list[str] = []
    service = FakeService(tickets(9))
    async with opened(service, ui=UI) as deck:
        deck.browser.search.visit._on_news = told.append
        service.tickets = [make_ticket(99), *tickets(9)]
        await deck.press("r")
        await deck.until(lambda: len(deck.browser.table.tickets) == 10)
        assert told == []
        service.tickets = [make_ticket(98), *service.tickets]
        deck.browser.search.refresh_by_itself()
        await deck.until(lambda: told)
        assert told == [f"{make_ticket(98).id} {make_ticket(98).title}"]
        assert "2 new or changed" in deck.app.sub_title


async def test_a_rule_narrows_what_is_told() -> None:
    told: list[str] = []
    service = FakeService(tickets(9))
    ui = UiSettings(views=(PAY,), replace_default_views=True, notify="project:OPS")
    async with opened(service, ui=ui) as deck:
        deck.browser.search.visit._on_news = told.append
        service.tickets = [make_ticket(100), make_ticket(99), *tickets(9)]
        deck.browser.search.refresh_by_itself()
        await deck.until(lambda: told)
        assert told == [f"{make_ticket(100).id} {make_ticket(100).title}"]


async def test_few_rows_stay_where_they_are_too_when_others_come_above_them() -> None:
    search, rows = opening(), tickets(9)
    async with opened(FakeService(), rows=kept(rows), opening=(search,), ui=UI, wait=False) as deck:
        await deck.press("j", "j")
        line = screen_line(deck, rows[2].id)
        answer(deck, search, [make_ticket(100), make_ticket(101), *rows])
        await deck.until(lambda: "as of" not in deck.text)
        assert deck.browser.table.current is not None
        assert deck.browser.table.current.id == rows[2].id
        assert screen_line(deck, rows[2].id) == line
        await deck.press("g")
        assert screen_line(deck, make_ticket(100).id) < screen_line(deck, rows[8].id)
        assert deck.browser.table.max_scroll_y == 0


async def test_counts_of_the_last_visit_have_a_sign_until_they_are_known_and_are_none_where_they_were_not() -> None:
    memory = FakeRowMemory()
    rows = of_local(tickets(9))
    for name, matching, more in (("PAY", 9, False), ("OPS", 1200, True), ("WEB", None, False)):
        memory.kept[("local",), check_criteria({"project": name})] = CachedRows(
            YESTERDAY, rows, matching=matching, more=more
        )
    views = [View(name, check_criteria({"project": name})) for name in ("PAY", "OPS", "WEB")]
    ui = UiSettings(views=tuple(views), replace_default_views=True)
    service = FakeService(tickets(30))
    async with opened(service, rows=memory, ui=ui, size=(100, 30)) as deck:
        await deck.until(lambda: "1 PAY ~9  2 OPS ~1,200+  3 WEB  " in deck.lines[0])
        await deck.until(lambda: service.counts)
        search = service.counts[0]
        service.reply(TicketsFound(search.request_id, "local", (), 0, complete=True, total=11))
        await deck.until(lambda: "1 PAY 11  2 OPS ~1,200+" in deck.lines[0])
