"""The browse screen end to end: searching, following, going back, failing, over a fake service."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.ui.fakes import FakeSearchMemory, FakeService, failed, make_ticket, ready
from tests.ui.support import opened, tickets
from tui_app.settings.model import UiSettings
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import ListValues, LoadMore, Reconnect, Search, TicketsFound
from tui_app.tickets.servers import ServerState, StateChanged, TerminalNeeded
from tui_app.ui.keymap import name_of

# ------------------------------------------------------------------- searching


async def test_rows_show_at_start_without_a_key() -> None:
    async with opened() as deck:
        await deck.sees("PAY-100")
        assert deck.service.last_search.criteria == TicketSearchCriteria()
        assert "30 tickets" in deck.text


async def test_a_search_submitted_before_the_screen_is_taken_over() -> None:
    service = FakeService(tickets())
    opening = Search(999, "local", TicketSearchCriteria(text="printer"))
    service.submit(opening)
    async with opened(service, opening=(opening,)) as deck:
        await deck.sees("PAY-100")
        assert len(service.requests(Search)) == 1
        assert "with “printer”" in deck.lines[1]


async def test_at_80_by_24_the_form_takes_one_line_and_fifteen_rows_show() -> None:
    async with opened(size=(80, 24)) as deck:
        rows = [line for line in deck.lines if any(f"{key}-1" in line for key in ("PAY", "OPS", "WEB"))]
        assert len(rows) >= 15
        assert deck.browser.query_one("#search-line").size.height == 1


async def test_the_form_opens_takes_words_and_fields_and_searches() -> None:
    async with opened() as deck:
        await deck.press("s")
        await deck.type("printer status:open")
        await deck.press("ctrl+s")
        await deck.until(lambda: deck.service.last_search.criteria.text == "printer")
        assert deck.service.last_search.criteria.status == ("open",)
        await deck.sees("open tickets with “printer”")


async def test_the_form_takes_typing_before_any_server_answers() -> None:
    async with opened(FakeService(), wait=False) as deck:
        await deck.sees("Searching")
        await deck.press("s")
        await deck.type("printer")
        await deck.sees("printer")


async def test_old_rows_stay_and_are_named_until_new_ones_come() -> None:
    service = FakeService(tickets())
    async with opened(service) as deck:
        service.tickets = None
        await deck.press("s", "p", "ctrl+s")
        await deck.sees("old rows")
        assert "PAY-100" in deck.text
        request = service.last_search
        service.reply(TicketsFound(request.request_id, "local", (make_ticket(7, id="NEW-1"),), 0, complete=True))
        await deck.sees("NEW-1")
        assert "PAY-100" not in deck.text
        assert "old rows" not in deck.text


async def test_a_late_reply_never_overwrites_a_newer_one() -> None:
    service = FakeService(tickets())
    async with opened(service) as deck:
        service.tickets = None
        await deck.press("s", "p", "ctrl+s")
        former = service.last_search
        await deck.press("s", "r", "ctrl+s")
        newest = service.last_search
        found = TicketsFound(newest.request_id, "local", (make_ticket(1, id="NEW-2"),), 0, complete=True)
        service.reply(found)
        service.reply(replace(found, request_id=former.request_id, tickets=(make_ticket(2, id="OLD-1"),)))
        await deck.sees("NEW-2")
        assert former.request_id in service.cancelled
        assert "OLD-1" not in deck.text


async def test_escape_cancels_a_running_search_and_says_so() -> None:
    async with opened(FakeService(), wait=False) as deck:
        await deck.sees("esc cancels")
        await deck.press("escape")
        await deck.sees("Cancelled")
        assert deck.service.cancelled == [deck.service.last_search.request_id]
        assert "r searches again" in deck.text


async def test_nothing_found_says_what_to_press() -> None:
    async with opened(FakeService([]), wait=False) as deck:
        await deck.sees("no tickets")
        await deck.press("2")
        await deck.sees("No ticket matches")
        assert "s changes the search" in deck.text
        deck.service.tickets = None
        await deck.press("r")
        sent = deck.service.last_search.request_id
        near = "No ticket has status 'opne'. Did you mean open?"
        deck.service.reply(TicketsFound(sent, "local", (), 0, complete=True, warnings=(near,)))
        await deck.sees(near)


async def test_pages_are_added_below_without_moving_the_cursor() -> None:
    service = FakeService(tickets(25), page_size=10)
    async with opened(service) as deck:
        await deck.until(lambda: deck.browser.notices.counts.loaded == 25)
        assert deck.browser.table.cursor_row == 0


async def test_reaching_the_end_loads_more_until_there_is_no_more() -> None:
    service = FakeService(tickets(25))
    async with opened(service, wait=False) as deck:
        await deck.press("s")
        await deck.type("max:10")
        await deck.press("ctrl+s")
        await deck.sees("10 loaded of 25")
        await deck.press("G")
        await deck.until(lambda: deck.browser.notices.counts.loaded == 20)
        await deck.press("m")
        await deck.until(lambda: deck.browser.notices.counts.loaded == 25)
        assert len(service.requests(LoadMore)) == 2
        await deck.press("m")
        await deck.sees("Everything that matches is loaded.")


async def test_values_are_listed_once_for_each_profile() -> None:
    async with opened() as deck:
        await deck.press("r")
        await deck.settle()
        assert len(deck.service.requests(ListValues)) == 1


# -------------------------------------------------------------------- refresh


async def test_refresh_keeps_the_cursor_on_its_ticket() -> None:
    service = FakeService(tickets())
    async with opened(service) as deck:
        await deck.press("j", "j", "j")
        current = deck.browser.table.current
        assert current is not None
        place = next(n for n, line in enumerate(deck.lines) if current.id in line)
        service.tickets = [make_ticket(90, id="NEW-9"), *tickets()]
        await deck.press("r")
        await deck.until(lambda: deck.browser.notices.counts.loaded == 31)
        assert deck.browser.table.current is not None
        assert deck.browser.table.current.id == current.id
        assert current.id in deck.lines[place]
        await deck.press("g")
        await deck.sees("NEW-9")


async def test_it_refreshes_by_itself_where_that_is_configured() -> None:
    async with opened(ui=UiSettings(refresh_seconds=0.05)) as deck:
        await deck.until(lambda: len(deck.service.requests(Search)) > 2)


async def test_a_refresh_by_itself_that_fails_is_told_in_the_status_line_only_and_goes_on() -> None:
    service = FakeService(tickets())
    async with opened(service, ui=UiSettings(refresh_seconds=0.05)) as deck:
        service.failure = failed()
        await deck.sees("│  failed (e)")
        assert deck.app.focused is deck.browser.table
        assert "PAY-100" in deck.text
        service.failure = None
        await deck.until(lambda: "failed (e)" not in deck.text)


async def test_more_can_be_loaded_after_that_failed_once() -> None:
    service = FakeService(tickets(25))
    async with opened(service, wait=False) as deck:
        await deck.press("s")
        await deck.type("max:10")
        await deck.press("enter")
        await deck.sees("10 loaded of 25")
        answers, service.tickets = service.tickets, None
        await deck.press("m")
        service.reply(failed(request_id=service.requests(LoadMore)[0].request_id))
        await deck.sees("The server did not start")
        await deck.press("escape")
        service.tickets = answers
        await deck.press("m")
        await deck.until(lambda: deck.browser.notices.counts.loaded > 10)


async def test_another_tracker_starts_without_the_filter_and_facets_of_the_former() -> None:
    async with opened() as deck:
        deck.browser.table.set_facet("status", frozenset({"Open"}))
        await deck.press("slash")
        await deck.type("printer")
        deck.browser.trackers.use(("work",))
        await deck.until(lambda: deck.browser.notices.counts.shown == 30)


# ---------------------------------------------------------------------- filter


async def test_the_filter_narrows_with_every_key_and_escape_drops_it() -> None:
    async with opened() as deck:
        await deck.press("slash")
        await deck.type("printer")
        await deck.sees("3 shown of 30")
        await deck.press("enter")
        assert deck.app.focused is deck.browser.table
        await deck.press("escape")
        await deck.until(lambda: deck.browser.notices.counts.shown == 30)


async def test_a_filter_typed_before_the_first_rows_narrows_them_when_they_come() -> None:
    service = FakeService()
    async with opened(service, wait=False) as deck:
        await deck.press("slash")
        await deck.type("printer")
        assert "Searching" in deck.text
        request = service.last_search
        service.reply(TicketsFound(request.request_id, "local", tuple(tickets()), 0, complete=True, total=30))
        await deck.sees("3 shown of 30")


async def test_a_filter_that_hides_everything_says_how_to_drop_it() -> None:
    async with opened() as deck:
        await deck.press("slash")
        await deck.type("zzzz")
        await deck.sees("No loaded ticket passes the filter")


# ---------------------------------------------------------------------- errors


async def test_a_failure_shows_title_cause_hint_and_the_servers_last_words() -> None:
    async with opened(FakeService(failure=failed()), wait=False) as deck:
        await deck.sees("The server did not start")
        for words in ("exit code 1", "Run the command by itself", "Cannot find module 'express'"):
            assert words in deck.text


async def test_a_failure_leaves_the_old_rows_and_can_be_tried_again() -> None:
    service = FakeService(tickets())
    async with opened(service) as deck:
        service.failure = failed()
        await deck.press("r")
        await deck.sees("The server did not start")
        assert "PAY-100" in deck.text
        service.failure = None
        await deck.press("r")
        await deck.until(lambda: "did not start" not in deck.text)


async def test_trying_again_starts_a_server_that_is_down_anew_and_then_searches() -> None:
    service = FakeService(failure=failed())
    async with opened(service, wait=False) as deck:
        service.reply(StateChanged("local", ServerState.DOWN, detail="exit code 1"))
        await deck.sees("down: exit code 1")
        service.failure, service.tickets = None, tickets()
        await deck.press("r")
        await deck.sees("PAY-100")
        kinds = [type(request) for request in service.submitted]
        assert kinds.index(Reconnect) < len(kinds) - 1 - kinds[::-1].index(Search)


async def test_a_server_that_stays_down_says_why_again() -> None:
    service = FakeService()
    async with opened(service, wait=False) as deck:
        service.reply(StateChanged("local", ServerState.DOWN))
        await deck.sees("down")
        await deck.press("r")
        await deck.until(lambda: service.requests(Reconnect))
        service.reply(failed(request_id=service.requests(Reconnect)[0].request_id))
        await deck.sees("Cannot find module")


async def test_a_closed_error_can_be_shown_again() -> None:
    async with opened(FakeService(failure=failed()), wait=False) as deck:
        await deck.sees("exit code 1")
        await deck.press("escape")
        assert "exit code 1" not in deck.text
        await deck.press("e")
        assert "exit code 1" in deck.text


async def test_the_footer_offers_to_copy_an_error_also_where_there_is_no_ticket() -> None:
    async with opened(FakeService(failure=failed()), wait=False) as deck:
        await deck.sees("exit code 1")
        await deck.until(lambda: "y Copy" in deck.lines[-1])


async def test_an_error_is_never_read_as_markup() -> None:
    hostile = failed(title="[bold]x[/nope]", cause="[@click=app.quit]y[/]", hint="[/z]", stderr_tail="[red")
    async with opened(FakeService(failure=hostile), wait=False) as deck:
        for words in ("[bold]x[/nope]", "[@click=app.quit]y[/]", "[/z]", "[red"):
            await deck.sees(words)


async def test_one_of_two_trackers_failing_leaves_the_rows_of_the_other() -> None:
    service = FakeService()
    async with opened(service, wait=False) as deck:
        deck.browser.trackers.use(("local", "work"))
        first, second = service.requests(Search)[-2:]
        found = (make_ticket(1, source="local"),)
        service.reply(TicketsFound(first.request_id, "local", found, 0, complete=True, total=1))
        service.reply(failed(request_id=second.request_id, profile="work"))
        await deck.sees("OPS-101")
        await deck.sees("The server did not start")
        await deck.sees("work failed")


# ---------------------------------------------------------------------- status


async def test_the_status_line_counts_while_a_server_starts() -> None:
    async with opened(FakeService(), wait=False) as deck:
        deck.service.reply(StateChanged("local", ServerState.STARTING, since=1.0, limit=30))
        await deck.sees("of 30 s")
        deck.service.reply(ready("local"))
        await deck.sees("tracker 1.2 · 12 ms")


async def test_several_profiles_are_searched_into_one_table_with_their_source() -> None:
    service = FakeService(tickets(4))
    async with opened(service, size=(300, 40)) as deck:
        deck.browser.trackers.use(("local", "work"))
        await deck.until(lambda: deck.browser.notices.counts.loaded == 8)
        assert {request.profile for request in service.requests(Search)[-2:]} == {"local", "work"}
        await deck.sees("Sou")


# --------------------------------------------------------------- keys that say no


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("9", "There is no view 9"),
        ("m", "Everything that matches is loaded."),
        ("e", "Nothing has gone wrong."),
        ("tab", "There is no other pane"),
        ("A", "Nothing is marked"),
    ],
)
async def test_a_key_that_cannot_act_says_why(key: str, words: str) -> None:
    async with opened(FakeService(tickets(3)), size=(80, 24)) as deck:
        await deck.press(key)
        await deck.sees(words)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("enter", "space", "v", "a", "*", "o", "y", "Y", "w", "|", "E", "J", "]"), "There is no ticket"),
        (("f", ",", "X"), "There are no rows yet."),
    ],
)
async def test_without_rows_every_key_that_needs_one_says_so(keys: tuple[str, ...], words: str) -> None:
    async with opened(FakeService([]), wait=False) as deck:
        await deck.sees("no tickets")
        for key in keys:
            deck.app.clear_notifications()
            await deck.press(name_of(key) if len(key) == 1 else key)
            await deck.sees(words)


async def test_escape_goes_back_one_step_after_the_other() -> None:
    async with opened(size=(160, 40)) as deck:
        table = deck.browser.table
        await deck.press("space")
        table.set_facet("status", frozenset({"Open"}))
        await deck.press("slash")
        await deck.type("printer")
        await deck.press("enter", "enter", "z")
        steps: list[Callable[[], object]] = [
            lambda: deck.browser.has_class("-zoom-detail"),
            lambda: deck.browser.detail.has_focus_within,
            lambda: table.filter_text,
            lambda: table.facets,
            lambda: table.marked,
        ]
        for done in range(len(steps)):
            assert [bool(step()) for step in steps] == [False] * done + [True] * (len(steps) - done)
            await deck.press("escape")
        assert not any(step() for step in steps)
        before = deck.text
        await deck.press("escape")
        assert deck.text == before


async def test_a_refusal_that_is_on_the_screen_is_not_said_twice() -> None:
    async with opened(FakeService(tickets(3)), size=(120, 30)) as deck:
        for _ in range(3):
            await deck.press("m")
            await deck.sees("Everything that matches is loaded.")
        assert deck.text.count("Everything that matches is loaded.") == 1


async def test_a_ticket_without_an_address_cannot_be_opened_and_says_so() -> None:
    async with opened(FakeService([make_ticket(1, url=None)])) as deck:
        await deck.press("o")
        await deck.sees("OPS-101 has no web address.")


# ------------------------------------------------------------------- remembering


async def test_what_was_searched_is_remembered_but_refreshes_and_views_are_not() -> None:
    recents = FakeSearchMemory()
    async with opened(recents=recents) as deck:
        await deck.press("r")
        await deck.press("2")
        await deck.press("s")
        await deck.press("ctrl+l")
        await deck.type("printer")
        await deck.press("ctrl+s")
        await deck.until(lambda: recents.kept)
        assert [entry.criteria.text for entry in recents.kept] == ["printer"]


async def test_what_was_typed_and_not_submitted_is_there_again() -> None:
    async with opened() as deck:
        await deck.press("s")
        await deck.type("half a thought after:2026-02-30 ")
        await deck.press("escape")
        assert len(deck.service.requests(Search)) == 1
        await deck.press("s")
        await deck.sees("half a thought after:2026-02-30")


# ------------------------------------------------------------------------ login


async def test_without_a_terminal_a_login_command_is_declined() -> None:
    declined: list[str] = []
    async with opened() as deck:
        deck.service.reply(TerminalNeeded("local", "Log in", "mwinit -o", lambda: "ran", declined.append))
        await deck.until(lambda: declined)
        assert "cannot be handed over" in declined[0]


async def test_a_login_failure_names_itself() -> None:
    failure = failed(kind=ErrorKind.AUTH, title="You are not logged in", hint="Run mwinit -o, then press r.")
    async with opened(FakeService(failure=failure), wait=False) as deck:
        await deck.sees("You are not logged in")
        await deck.sees("Run mwinit -o")
