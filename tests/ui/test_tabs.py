"""Views as tabs: each with its own rows, cursor, order and filter, on keys, on the number of its key, by mouse."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.content import Content

from tests.ui.fakes import FakeLookMemory, FakeService, failed, make_ticket
from tests.ui.support import Deck, opened, tickets
from tui_app.settings.model import UiSettings
from tui_app.settings.views import read_view
from tui_app.tickets.criteria import TicketSearchCriteria, View, check_criteria
from tui_app.tickets.errors import UsageError
from tui_app.tickets.messages import Search, TicketsFound, new_request_id
from tui_app.ui.browse.tab_bar import TabEntry, _window
from tui_app.ui.quick_views import Beginning, all_views

PAY = View("Pay", check_criteria({"project": "PAY"}))
OPS = View("Ops", check_criteria({"project": "OPS"}), columns=("id", "title"))
WORK = View("Work", check_criteria({"project": "WEB"}), trackers=("work",))
UI = UiSettings(views=(PAY, OPS, WORK), replace_default_views=True)


def current(deck: Deck) -> str:
    assert deck.browser.table.current is not None
    return deck.browser.table.current.id


def searches(deck: Deck) -> list[tuple[str, str]]:
    return [(request.profile, ",".join(request.criteria.project)) for request in deck.service.requests(Search)]


async def test_the_first_line_names_tracker_and_views_with_how_many_tickets_each_has() -> None:
    async with opened(ui=UI, size=(100, 30)) as deck:
        assert deck.lines[0].split() == ["local", "1", "Pay", "2", "Ops", "3", "Work", "⌕", "Search", "30"]
        await deck.press("1")
        await deck.until(lambda: "1 Pay 10" in deck.lines[0], "a count")
        assert "⌕ Tickets in PAY" in deck.lines[1]


async def test_each_view_keeps_its_rows_its_cursor_its_order_its_filter_and_its_line() -> None:
    async with opened(FakeService(tickets(120)), ui=UI, size=(100, 20)) as deck:
        await deck.press("1", "G", "k")
        before, line = current(deck), deck.browser.table.cursor_line
        assert line > 5
        await deck.press("2", "j")
        deck.browser.table.sort_by("title")
        await deck.press("slash")
        await deck.type("checkout")
        await deck.press("enter")
        rows = [ticket.id for ticket in deck.browser.table.shown]
        asked = len(searches(deck))
        await deck.press("1")
        assert (current(deck), deck.browser.table.cursor_line) == (before, line)
        assert deck.browser.table.filter_text == ""
        assert "checkout" not in deck.lines[-3]
        await deck.press("2")
        assert [ticket.id for ticket in deck.browser.table.shown] == rows
        assert deck.browser.table.filter_text == "checkout"
        assert "checkout" in deck.lines[-3]
        assert [column.name for column in deck.browser.table.columns] == ["id", "title"]
        assert len(searches(deck)) == asked  # both were fetched just now


async def test_the_line_names_the_order_that_the_rows_are_in() -> None:
    latest = View("Latest", check_criteria({"project": "PAY", "sort": "-updated_at"}))
    async with opened(ui=UiSettings(views=(latest, OPS)), size=(100, 30)) as deck:
        await deck.press("1")
        await deck.until(lambda: "Tickets in PAY, by updated, newest first" in deck.lines[1])
        deck.browser.table.sort_by("title")
        await deck.until(lambda: "Tickets in PAY, by title, first to last" in deck.lines[1])
        deck.browser.table.sort_by("labels")
        await deck.until(lambda: ", by " not in deck.lines[1])
        await deck.press("2", "1")
        assert ", by " not in deck.lines[1]


async def test_keys_go_to_the_next_and_the_former_tab_and_round() -> None:
    async with opened(ui=UI, size=(100, 30)) as deck:
        await deck.press("1")
        seen = []
        for key in ("greater_than_sign", "ctrl+pagedown", "greater_than_sign", "greater_than_sign", "less_than_sign"):
            await deck.press(key)
            seen.append(deck.browser.search.tabs.active.name)
        assert seen == ["Ops", "Work", "", "Pay", ""]


async def test_a_click_shows_a_tab() -> None:
    async with opened(ui=UI, size=(100, 30)) as deck:
        await deck.pilot.click("#tabs", offset=(deck.lines[0].index("Ops") - 1, 0))
        await deck.until(lambda: deck.browser.search.tabs.active.name == "Ops")
        await deck.until(lambda: "2 Ops 10" in deck.lines[0])


async def test_a_click_on_the_sign_for_tabs_out_of_sight_shows_the_nearest_of_them() -> None:
    async with opened(ui=UI, size=(36, 24)) as deck:
        for begin, sign, shown in (("1", "›", ""), ("x", "‹", "Ops")):
            await deck.press(begin)
            await deck.pilot.click("#tabs", offset=(deck.lines[0].index(sign), 0))
            await deck.until(lambda name=shown: deck.browser.search.tabs.active.name == name)  # type: ignore[misc]


async def test_a_view_with_trackers_of_its_own_asks_those_and_the_next_one_asks_the_chosen_ones_again() -> None:
    async with opened(ui=UI, size=(100, 30)) as deck:
        await deck.press("3")
        await deck.until(lambda: "3 Work 10" in deck.lines[0])
        assert deck.lines[0].startswith(" work ")
        await deck.press("1")
        assert searches(deck)[-2:] == [("work", "WEB"), ("local", "PAY")]


async def test_a_view_of_the_config_file_has_its_group_its_order_its_columns_and_its_trackers() -> None:
    written = {
        "name": "Board", "query": "project:PAY,OPS", "sort": "-created", "group": "status", "columns": ["id", "status"],
        "trackers": ["local", "work"],
    }  # fmt: skip
    board = read_view(written, ("local", "work"))
    ui = UiSettings(views=(board, PAY), replace_default_views=True)
    async with opened(ui=ui, size=(100, 40)) as deck:
        await deck.press("1")
        await deck.until(lambda: "1 Board 40" in deck.lines[0])
        asked = deck.service.requests(Search)[-2:]
        assert [(search.profile, search.criteria.sort) for search in asked] == [
            ("local", "-created_at"),
            ("work", "-created_at"),
        ]
        assert [column.name for column in deck.browser.table.columns if column.name != "source"] == ["id", "status"]
        grouping = deck.browser.table.model.rows.grouping
        assert grouping is not None
        assert grouping.column == "status"
        assert "▾ Open  8" in deck.text
        assert deck.text.index("▾ Open  8") < deck.text.index("▾ In Progress  8")
        open_ones = [ticket for ticket in deck.browser.table.shown if ticket.status == "Open"]
        created = [ticket.created_at for ticket in open_ones if ticket.created_at]
        assert created == sorted(created, reverse=True)
        await deck.press("2")
        assert deck.browser.table.model.rows.grouping is None
        await deck.press("1")
        assert deck.browser.table.model.rows.grouping is not None


async def test_answers_to_a_view_that_is_not_shown_any_more_wait_there() -> None:
    service = FakeService(tickets())
    async with opened(service, ui=UI, size=(100, 30)) as deck:
        service.tickets = None
        await deck.press("1")
        late = service.last_search
        await deck.press("2")
        assert late.request_id not in service.cancelled
        service.reply(TicketsFound(late.request_id, "local", (make_ticket(7, id="LATE-1"),), 0, complete=True))
        await deck.until(lambda: "1 Pay 1" in deck.lines[0])
        assert "LATE-1" not in deck.text
        await deck.press("1")
        await deck.sees("LATE-1")


async def test_a_search_besides_the_views_has_a_tab_of_its_own_and_leaves_theirs_alone() -> None:
    async with opened(ui=UI, size=(100, 30)) as deck:
        await deck.press("1", "j")
        here = current(deck)
        await deck.press("s")
        await deck.press("ctrl+l")
        await deck.type("cookie")
        await deck.press("ctrl+s")
        await deck.until(lambda: "⌕ Search 3" in deck.lines[0])
        await deck.press("1")
        assert current(deck) == here
        assert "1 Pay 10" in deck.lines[0]


async def test_searching_for_what_a_view_is_shows_that_view() -> None:
    async with opened(ui=UI, size=(100, 30)) as deck:
        await deck.press("s")
        await deck.type("project:OPS")
        await deck.press("ctrl+s")
        await deck.until(lambda: deck.browser.search.tabs.active.name == "Ops")


@pytest.mark.parametrize(("lines", "shown"), [(24, True), (18, True), (17, False)])
async def test_the_line_of_tabs_goes_where_lines_run_out_and_the_search_says_where_one_is(
    lines: int, *, shown: bool
) -> None:
    async with opened(ui=UI, size=(80, lines)) as deck:
        await deck.press("1")
        await deck.until(lambda: "Tickets in PAY" in "".join(deck.lines[:2]))
        assert ("2 Ops" in deck.text) is shown
        assert ("local · Pay" in deck.lines[0]) is not shown
        assert sum(line.startswith(("   PAY-1", "▌  PAY-1")) for line in deck.lines) == 10


def test_own_views_come_first_and_one_of_the_same_name_replaces_a_default() -> None:
    mine = View("mine", check_criteria({"labels": ["x"]}))
    names = [view.name for view in all_views(UiSettings(views=(PAY, mine)))]
    assert names[:2] == ["Pay", "mine"]
    assert "Mine" not in names
    assert "Unassigned" in names
    assert list(all_views(UI)) == [PAY, OPS, WORK]


@pytest.mark.parametrize("room", [8, 20, 30, 45, 70, 200])
@pytest.mark.parametrize("active", range(9))
def test_the_active_tab_is_always_among_those_that_fit(room: int, active: int) -> None:
    entries = [TabEntry(number, f"View {number}", "12", is_active=number == active + 1) for number in range(1, 10)]
    widths = [entry.content().cell_length for entry in entries]
    first, last = _window(widths, active, room)
    assert first <= active < last
    used = Content("  ").join(entry.content() for entry in entries[first:last]).cell_length
    assert used + 2 * (first > 0) + 2 * (last < 9) <= max(room, widths[active] + 4)
    if sum(widths) + 2 * 8 <= room:
        assert (first, last) == (0, 9)


@pytest.mark.parametrize(
    ("table", "field", "words"),
    [
        ({}, "", "it has no name"),
        ({"name": "x" * 61}, "name", "longer than"),
        ({"name": "x", "query": 1}, "query", "not text"),
        ({"name": "x", "query": "max:0"}, "query", "max_results"),
        ({"name": "x", "trackers": ["nowhere"]}, "trackers", "no profile 'nowhere'"),
        ({"name": "x", "columns": [1]}, "columns", "not a list of names"),
        ({"name": "x", "group": []}, "group", "not text"),
        ({"name": "x", "sort": "colour"}, "sort", "not a field"),
        ("x", "", "it has no name"),
    ],
)
def test_a_wrong_view_is_told(table: object, field: str, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_view(table, ("local",))
    assert raised.value.field == field
    assert words in raised.value.cause


def test_a_view_is_read_by_query_by_criteria_and_by_both() -> None:
    wanted = check_criteria({"assignee": "me", "labels": ["bug"], "sort": "-updated_at"})
    written = {"name": "x", "query": "assignee:me label:bug", "sort": "-updated_at", "trackers": "local"}
    view = read_view(written, ("local",))
    assert (view.criteria, view.trackers) == (wanted, ("local",))
    assert read_view({"name": "x", "assignee": "me", "labels": ["bug"], "sort": "-updated_at"}, ()).criteria == wanted
    assert read_view({"name": "x"}, ()).criteria == TicketSearchCriteria()


async def test_views_that_were_not_shown_are_counted_one_after_the_other_once_the_first_rows_are_there() -> None:
    service = FakeService(tickets(), answers_counts=True)
    async with opened(service, ui=UI, size=(100, 30)) as deck:
        await deck.until(lambda: "1 Pay 10  2 Ops 10  3 Work" in deck.lines[0])
        asked = [(search.profile, ",".join(search.criteria.project)) for search in service.counts]
        assert asked == [("local", "PAY"), ("local", "OPS")]  # work was not asked anything yet
        await deck.press("1")
        assert "1 Pay 10" in deck.lines[0]
        assert len(service.counts) == 2


async def test_a_view_of_several_trackers_has_the_sum_and_none_where_one_of_them_does_not_say() -> None:
    both = View("Both", check_criteria({"project": "PAY"}), trackers=("local", "work"))
    service = FakeService(tickets())
    ui = UiSettings(views=(both, PAY), replace_default_views=True)
    async with opened(service, ui=ui, searched=("local", "work"), size=(100, 30)) as deck:
        for at, number in enumerate((3, None, 3, 4)):
            await deck.until(lambda: len(service.counts) > at)  # noqa: B023 (it is waited for here)
            search = service.counts[at]
            assert search.profile == ("local", "work")[at % 2]
            service.reply(TicketsFound(search.request_id, search.profile, (), 0, complete=True, total=number))
        await deck.until(lambda: "1 Both  2 Pay 7" in deck.lines[0])


async def test_a_search_gives_the_count_under_way_up_and_no_tracker_is_counted_that_tells_no_total() -> None:
    service = FakeService(tickets())
    async with opened(service, ui=UI, size=(100, 30)) as deck:
        await deck.until(lambda: service.counts)
        await deck.press("2")
        assert service.counts[0].request_id in service.cancelled
        assert "1 Pay  2 Ops 10" in deck.lines[0]
    for silent in (FakeService(tickets(), page_size=5), FakeService(tickets(), answers_counts=True)):
        silent.tells_totals = False
        async with opened(silent, ui=UI, size=(100, 30)) as deck:
            await deck.press("1", "2")
            assert silent.counts == []
    off = FakeService(tickets(), answers_counts=True)
    async with opened(off, ui=replace(UI, count_views=False), size=(100, 30)) as deck:
        assert off.counts == []


async def test_a_count_that_is_not_certain_is_none_or_has_a_sign() -> None:
    service = FakeService()
    async with opened(service, ui=UI, size=(100, 30), wait=False) as deck:
        await deck.press("1")

        def answer(count: int, *, complete: bool, truncated: bool = False, total: int | None = None) -> None:
            search = service.last_search
            rows = tuple(replace(make_ticket(number), source="local") for number in range(count))
            page = TicketsFound(search.request_id, "local", rows, 0, complete, total, truncated)
            service.reply(page)

        assert "1 Pay  2 Ops" in deck.lines[0]
        service.reply(failed(request_id=service.last_search.request_id))
        await deck.until(lambda: "failed" in deck.lines[-2])
        assert "1 Pay  2 Ops" in deck.lines[0]
        await deck.press("escape", "r")
        answer(5, complete=False)
        await deck.until(lambda: "1 Pay 5+" in deck.lines[0])
        answer(5, complete=True, truncated=True)
        await deck.until(lambda: "1 Pay 10+" in deck.lines[0])
        await deck.press("r")
        assert "1 Pay 10+" in deck.lines[0]  # of before, as long as the refresh is under way
        service.reply(failed(request_id=service.last_search.request_id))
        await deck.until(lambda: "1 Pay ~10+" in deck.lines[0])
        await deck.press("escape", "r")
        answer(3, complete=True)
        await deck.until(lambda: "1 Pay 3" in deck.lines[0])


async def test_a_search_that_failed_without_any_row_counts_none() -> None:
    service = FakeService()
    service.failure = failed()
    async with opened(service, wait=False) as deck:
        await deck.sees("nothing loaded")
        assert "0+" not in deck.lines[0]


def beginning_in(view: View, chosen: tuple[str, ...] = ("local", "work")) -> Beginning:
    asked = [Search(new_request_id(), name, view.criteria) for name in view.trackers or chosen]
    return Beginning(chosen, view.criteria, tuple(asked), view)


async def test_a_view_that_is_begun_with_has_its_columns_and_leaves_the_chosen_trackers_to_the_others() -> None:
    work = View("Work", check_criteria({"project": "PAY"}), trackers=("work",), columns=("id", "title"))
    ui = UiSettings(views=(PAY, work), replace_default_views=True)
    service, begin = FakeService(tickets()), beginning_in(work)
    for search in begin.searches:
        service.submit(search)
    looks = FakeLookMemory()
    async with opened(service, ui=ui, size=(100, 30), begin=begin, looks=looks) as deck:
        # not Pay, which asks the same of others
        assert (deck.browser.search.tabs.active.name, deck.browser.search.profiles) == ("Work", ("work",))
        assert [column.name for column in deck.browser.table.columns] == ["id", "title"]
        await deck.press("1")
        assert (deck.browser.search.tabs.active.name, deck.browser.search.profiles) == ("Pay", ("local", "work"))
    assert (looks.last_search["trackers"], looks.last_search["view"]) == (("local", "work"), "Pay")


async def test_a_search_that_a_view_makes_of_other_trackers_is_not_that_view() -> None:
    only = View("Only work", check_criteria({"project": "PAY"}), trackers=("work",))
    ui = UiSettings(views=(only,), replace_default_views=True)
    async with opened(ui=ui, size=(100, 30), searched=("local", "work")) as deck:
        deck.browser.search.search(check_criteria({"project": "PAY"}))
        await deck.settle()
        assert (deck.browser.search.tabs.active.name, deck.browser.search.profiles) == ("", ("local", "work"))
        await deck.press("1")
        deck.browser.search.search(check_criteria({"project": "OPS"}))
        deck.browser.search.search(check_criteria({"project": "PAY"}))
        await deck.settle()
        assert (deck.browser.search.tabs.active.name, deck.browser.search.profiles) == ("Only work", ("work",))
