"""The lists over the browser: each does what it says, and closing it changes nothing."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from tests.ui.fakes import FakeLookMemory, FakeSearchMemory, FakeService, failed, make_ticket
from tests.ui.support import Deck, opened, tickets
from tui_app.settings.model import UiSettings
from tui_app.tickets.criteria import TicketSearchCriteria, View, check_criteria
from tui_app.tickets.messages import Inspect, Reconnect, Search
from tui_app.ui.dialogs.picker import Picker
from tui_app.ui.form.form_screen import FormScreen
from tui_app.ui.keys import KEYS

PRINTER = check_criteria({"text": "printer"})
BUGS = check_criteria({"labels": ["bug"]})


def lines(deck: Deck) -> list[str]:
    """The labels that the open list shows."""
    assert isinstance(deck.screen, Picker)
    return [item.label for item in deck.screen.query_one("PickList")._items if not item.heading]  # type: ignore[attr-defined]


# ------------------------------------------------------------------- searches


@asynccontextmanager
async def two_recent_searches() -> AsyncIterator[tuple[Deck, FakeSearchMemory]]:
    """The list of recent searches, open, with two of them."""
    recents = FakeSearchMemory()
    recents.add(BUGS)
    recents.add(PRINTER)
    async with opened(recents=recents) as deck:
        await deck.press("ctrl+r")
        await deck.until(lambda: len(lines(deck)) == 2)
        yield deck, recents


async def test_a_recent_search_is_picked_by_typing_and_enter() -> None:
    async with two_recent_searches() as (deck, _):
        await deck.type("bug")
        await deck.press("enter")
        await deck.until(lambda: deck.service.last_search.criteria == BUGS)


async def test_a_recent_search_can_be_pinned_and_deleted() -> None:
    async with two_recent_searches() as (deck, recents):
        await deck.press("down", "ctrl+t")
        await deck.until(lambda: recents.kept[1].pinned)
        await deck.until(lambda: "bug" in lines(deck)[0])
        await deck.press("ctrl+x")
        await deck.until(lambda: len(recents.kept) == 1)


async def test_the_present_search_is_saved_under_a_name_and_found_again() -> None:
    recents = FakeSearchMemory()
    async with opened(recents=recents) as deck:
        await deck.press("s")
        await deck.type("printer")
        await deck.press("enter")
        await deck.press("S")
        await deck.type("paper jams")
        await deck.press("enter")
        await deck.until(lambda: recents.named == {"paper jams": PRINTER})
        await deck.press("x")
        await deck.press("S")
        await deck.until(lambda: lines(deck) == ["paper jams"])
        await deck.press("enter")
        await deck.until(lambda: deck.service.last_search.criteria == PRINTER)


class SlowSearchMemory(FakeSearchMemory):
    """A file that is only read once the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.may_be_read = threading.Event()

    def saved(self) -> Mapping[str, TicketSearchCriteria]:
        self.may_be_read.wait(5)
        return super().saved()


async def test_a_name_typed_before_the_file_is_read_calls_the_saved_search_and_saves_nothing() -> None:
    recents = SlowSearchMemory()
    recents.save("paper jams", PRINTER)
    async with opened(recents=recents) as deck:
        await deck.press("S")
        await deck.type("paper")
        await deck.press("enter")
        assert isinstance(deck.screen, Picker)
        recents.may_be_read.set()
        await deck.until(lambda: deck.service.last_search.criteria == PRINTER)
        assert list(recents.named) == ["paper jams"]


async def test_a_list_that_is_closed_before_its_file_is_read_stays_closed() -> None:
    recents = SlowSearchMemory()
    recents.save("paper jams", PRINTER)
    async with opened(recents=recents) as deck:
        await deck.press("S")
        await deck.press("escape")
        recents.may_be_read.set()
        await deck.press("S")
        await deck.until(lambda: lines(deck) == ["paper jams"])


async def test_a_saved_search_is_replaced_under_its_name_and_deleted() -> None:
    recents = FakeSearchMemory()
    recents.save("paper jams", PRINTER)
    async with opened(recents=recents) as deck:
        await deck.press("S")
        await deck.type("paper jams")
        await deck.until(lambda: len(lines(deck)) == 2)
        await deck.press("down", "enter")
        await deck.until(lambda: recents.named == {"paper jams": TicketSearchCriteria()})
        await deck.press("S")
        await deck.until(lambda: lines(deck) == ["paper jams"])
        await deck.press("ctrl+x")
        await deck.until(lambda: not recents.named)


async def test_number_keys_are_the_configured_views() -> None:
    view = View("Printers", PRINTER)
    async with opened(ui=UiSettings(views=(view,))) as deck:
        await deck.press("1")
        await deck.until(lambda: deck.service.last_search.criteria == PRINTER)
        await deck.press("0")
        await deck.sees("Printers")


async def test_without_configured_views_mine_unassigned_and_changed_today_are_on_number_keys() -> None:
    async with opened(FakeService([*tickets(), make_ticket(31, assignee=None)])) as deck:
        await deck.press("1")
        await deck.sees("Open tickets assigned to me")
        await deck.press("2")
        await deck.sees("Open tickets assigned to nobody")
        await deck.until(lambda: deck.browser.notices.counts.loaded == 1)
        await deck.press("4")
        await deck.sees("Tickets, updated since today")


# ------------------------------------------------------------------ help, keys


async def test_help_lists_the_keys_in_force_and_is_searchable() -> None:
    async with opened(size=(100, 40)) as deck:
        await deck.press("question_mark")
        await deck.sees("Show the whole ticket")
        await deck.type("browser")
        await deck.sees("Open the ticket in the web browser")
        assert "Next ticket" not in deck.text


async def test_help_shows_the_keys_of_the_users_own_choice() -> None:
    async with opened(size=(100, 40), ui=UiSettings(keys={"search.facets": "F"})) as deck:
        await deck.press("question_mark")
        await deck.type("facets")
        line = next(line for line in deck.lines if "narrow to some" in line)
        assert line.rstrip(" │").endswith("F")


async def test_a_remapped_key_acts_and_the_old_one_does_not() -> None:
    async with opened(ui=UiSettings(keys={"search.edit": "e", "pane.error": "E", "ticket.editor": "W"})) as deck:
        await deck.press("s")
        assert deck.screen is deck.browser
        await deck.press("e")
        assert deck.screen is not deck.browser


async def test_a_conflict_is_told_at_the_start() -> None:
    async with opened(ui=UiSettings(keys={"search.filter": "q"}), size=(120, 40)) as deck:
        await deck.sees("search.filter")
        assert "program.quit" in deck.text


async def test_the_command_palette_has_every_action_and_runs_it() -> None:
    async with opened(size=(100, 70)) as deck:
        await deck.press("ctrl+p")
        shown = set(lines(deck))
        here = [key for key in KEYS if key.where in ("browser", "table", "anywhere") and key.action != "palette"]
        views = [key for key in here if key.action.startswith("show_tab(")]
        assert {key.tooltip for key in here if key not in views and not key.id.endswith("_too")} <= shown
        assert "View: Mine" in shown
        assert not [words for words in shown if words.startswith("View 9")]
        await deck.type("colours")
        await deck.press("enter")
        await deck.sees("Theme")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("q", "End the program and its servers"),
        ("quit", "End the program and its servers"),
        ("search", "Edit the search"),
        ("open", "Show the whole ticket"),
        ("dark", "Pick colours; the screen shows them as you move"),
        ("reload", "Search again; new and changed rows are marked"),
        ("S", "Pick a saved search, or save this one under a name"),
        ("comments", "Next section of the ticket"),
        ("sort", "Sort by a column"),
        ("go to", "Go to a ticket, by its id or address, of any tracker"),
    ],
)
async def test_the_palette_puts_first_what_is_called_so_or_has_that_key(typed: str, first: str) -> None:
    async with opened() as deck:
        await deck.press("colon")
        await deck.type(typed)
        await deck.until(lambda: lines(deck)[:1] == [first], f"{first!r} at the top")


async def test_colon_q_and_enter_quits() -> None:
    async with opened() as deck:
        await deck.press("colon", "q", "enter")
        await deck.until(lambda: not deck.app.is_running)


async def test_a_wide_footer_offers_what_a_day_needs() -> None:
    async with opened(size=(200, 60)) as deck:
        await deck.sees("q Quit")
        footer = deck.lines[-1]
        for words in ("0 Views", "S Saved", "p Trackers", "c Columns", ", Sort", "s Search", "# Go to"):
            assert words in footer
        assert footer.count("  ") >= 11


async def test_help_and_quitting_work_out_of_a_dialog_too() -> None:
    async with opened() as deck:
        await deck.press("s", "f1")
        await deck.sees("Search with these criteria")
        await deck.press("escape", "ctrl+q")
        await deck.until(lambda: not deck.app.is_running)


# --------------------------------------------------------------------- themes


async def test_a_theme_shows_while_it_is_picked_and_is_remembered() -> None:
    looks = FakeLookMemory()
    async with opened(looks=looks) as deck:
        before = deck.app.theme
        await deck.press("T", "down")
        assert deck.app.theme != before
        await deck.press("escape")
        assert deck.app.theme == before
        await deck.press("T")
        await deck.type("nord")
        await deck.press("enter")
        await deck.until(lambda: looks.theme == "nord")


async def test_the_remembered_theme_comes_before_the_configured_one() -> None:
    async with opened(looks=FakeLookMemory(theme="nord"), ui=UiSettings(theme="dracula")) as deck:
        assert deck.app.theme == "nord"
    async with opened(ui=UiSettings(theme="dracula")) as deck:
        assert deck.app.theme == "dracula"
    async with opened(ui=UiSettings(theme="no such theme")) as deck:
        assert deck.app.theme == "ticketdeck-dark"


# ------------------------------------------------------------------- profiles


async def test_another_tracker_is_picked_inside_the_program() -> None:
    async with opened() as deck:
        await deck.press("p")
        await deck.type("work")
        await deck.press("enter")
        await deck.until(lambda: deck.service.last_search.profile == "work")
        await deck.sees("work tracker 1.2")


async def test_two_ticked_trackers_are_searched_together() -> None:
    async with opened() as deck:
        await deck.press("p", "down", "ctrl+t", "enter")  # the one in force is ticked
        await deck.until(lambda: deck.browser.notices.counts.loaded == 60)
        assert {request.profile for request in deck.service.requests(Search)[-2:]} == {"local", "work"}


# ---------------------------------------------------------------------- table


async def test_a_value_typed_among_the_facets_narrows_to_it_and_closes() -> None:
    async with opened(size=(100, 30)) as deck:
        await deck.press("f", "b")
        await deck.sees("Type · 10")
        await deck.press("enter")
        assert deck.screen is deck.browser
        assert deck.browser.table.facets == {"type": frozenset({"Bug"})}
        await deck.press("f")
        await deck.type("blo")
        await deck.press("ctrl+t")
        assert deck.browser.table.facets["status"] == frozenset({"Blocked"})
        await deck.press("ctrl+x")
        assert set(deck.browser.table.facets) == {"type"}


async def test_facets_count_values_and_narrow_to_those_picked() -> None:
    async with opened() as deck:
        await deck.press("f")
        await deck.type("status")
        await deck.press("enter")
        await deck.sees("In Review")
        await deck.type("blocked")
        await deck.press("enter")
        await deck.until(lambda: deck.browser.notices.counts.shown == 6)
        await deck.press("escape", "escape")
        assert deck.screen is deck.browser
        await deck.press("escape")
        await deck.until(lambda: deck.browser.notices.counts.shown == 30)


async def test_columns_are_chosen_ordered_sized_and_remembered() -> None:
    looks = FakeLookMemory()
    async with opened(looks=looks) as deck:
        await deck.press("c")
        await deck.type("reporter")
        await deck.press("enter")
        await deck.until(lambda: [c["name"] for c in looks.columns("local")][-1:] == ["reporter"])
        await deck.press("ctrl+up", "ctrl+right")
        await deck.until(lambda: looks.columns("local")[-2] == {"name": "reporter", "width": 22})
    async with opened(looks=looks) as deck:
        assert [column.name for column in deck.browser.table.columns][-2] == "reporter"


async def test_rows_are_sorted_by_a_column_and_turned_round() -> None:
    async with opened() as deck:
        await deck.press("comma")
        await deck.type("title")
        await deck.press("enter")
        assert deck.browser.table.model.sort == "title"
        await deck.press("enter")
        assert deck.browser.table.model.sort == "-title"


# --------------------------------------------------------------------- server


async def test_the_server_pane_shows_command_protocol_tools_calls_and_standard_error() -> None:
    async with opened(size=(100, 40)) as deck:
        await deck.press("P")
        for words in ("node mcp-server.js", "2025-11-25 (legacy)", "search_tickets", "12 ms", "listening on stdio"):
            await deck.sees(words)
        await deck.press("r")
        assert deck.service.requests(Reconnect)


async def test_the_server_pane_says_why_a_server_is_not_there() -> None:
    service = FakeService()
    async with opened(service, wait=False, size=(100, 40)) as deck:
        await deck.press("P")
        await deck.until(lambda: service.requests(Inspect))
        service.reply(failed(request_id=service.requests(Inspect)[-1].request_id))
        await deck.sees("Run the command by itself")


# ------------------------------------------------------------------ first run


@pytest.mark.parametrize("key", ["escape", "space", "x", "enter", "q"])
async def test_the_welcome_card_leaves_rows_in_sight_and_any_key_closes_it(key: str) -> None:
    looks = FakeLookMemory(first_run=True)
    async with opened(looks=looks) as deck:
        await deck.sees("Welcome to ticketdeck")
        assert "PAY-100" in deck.text
        await deck.press(key)
        assert deck.screen is deck.browser
        assert deck.app.is_running
        await deck.until(lambda: looks.first_run_card_seen)


@pytest.mark.parametrize(("size", "lines"), [((60, 15), 5), ((80, 24), 7), ((200, 60), 7)])
async def test_the_welcome_card_is_whole_and_small_at_every_size(size: tuple[int, int], lines: int) -> None:
    async with opened(looks=FakeLookMemory(first_run=True), size=size) as deck:
        await deck.sees("f2 shows it again")
        card = deck.screen.query_one("#welcome").region
        assert card.height <= lines
        assert deck.screen.region.contains_region(card)


async def test_the_welcome_card_names_the_keys_that_are_in_force() -> None:
    settings = UiSettings(keys={"search.edit": "ctrl+f"})
    async with opened(looks=FakeLookMemory(first_run=True), ui=settings) as deck:
        await deck.sees("^f search")


async def test_a_key_that_the_welcome_card_teaches_does_at_once_what_the_card_says() -> None:
    async with opened(looks=FakeLookMemory(first_run=True)) as deck:
        await deck.sees("Welcome to ticketdeck")
        await deck.press("s")
        assert isinstance(deck.screen, FormScreen)


async def test_the_welcome_card_comes_once_and_again_only_when_asked_for() -> None:
    async with opened() as deck:
        assert "Welcome" not in deck.text
        await deck.press("f2")
        await deck.sees("Welcome to ticketdeck")
        await deck.press("f2")
        await deck.until(lambda: "Welcome" not in deck.text)


async def test_the_list_of_groups_names_the_key_that_folds_one() -> None:
    async with opened() as deck:
        await deck.press("B")
        await deck.sees("; within a group")


async def test_closing_a_list_searches_nothing() -> None:
    async with opened() as deck:
        for key in ("ctrl+r", "S", "0", "p", "f", "c", "comma", "question_mark", "ctrl+p", "T", "y", "X"):
            await deck.press(key)
            assert deck.screen is not deck.browser, key
            await deck.press("escape")
            assert deck.screen is deck.browser, key
        assert len(deck.service.requests(Search)) == 1
        assert deck.browser.search.current.criteria == TicketSearchCriteria()


async def test_lists_are_usable_at_60_by_15() -> None:
    async with opened(FakeService(tickets(5)), size=(60, 15)) as deck:
        await deck.press("question_mark")
        assert len(lines(deck)) > 20
        await deck.press("pagedown", "pagedown")
        await deck.sees("esc")
