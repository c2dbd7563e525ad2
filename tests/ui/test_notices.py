"""What was shown for a moment can be read again in full, and is never in the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from textual.widgets._toast import Toast

from tests.ui.fakes import NOW, FakeLookMemory, FakeService, failed, make_ticket
from tests.ui.support import Deck, opened, tickets
from tui_app.settings.model import UiSettings
from tui_app.tickets.messages import TicketsFound
from tui_app.tickets.servers import ServerState, StateChanged
from tui_app.ui.table.results_table import ResultsTable

KEYS = {"pane.error": "f8", "search.more": "f9"}
LONG = " ".join(f"word{number}" for number in range(60))


def toasts(deck: Deck) -> int:
    return sum(bool(toast.region.area) for toast in deck.screen.query(Toast))


async def test_every_message_is_listed_in_full_after_it_has_gone() -> None:
    async with opened(notices=("config.toml: [ui] theme: there is no 'dakr'.", LONG)) as deck:
        deck.app.notify("Copied PAY-100.")
        deck.app.clear_notifications()
        await deck.press("e")
        await deck.sees("there is no 'dakr'")
        assert all(word in deck.text for word in LONG.split())
        assert deck.text.index("Copied PAY-100.") < deck.text.index("there is no 'dakr'")
        await deck.press("escape")
        await deck.until(lambda: "Messages" not in deck.text)


async def test_warnings_of_the_search_and_faults_of_tickets_are_listed_in_full() -> None:
    service = FakeService()
    async with opened(service, wait=False) as deck:
        faulty = make_ticket(1, problems=("updated: 'soon' is no date",))
        service.reply(
            TicketsFound(
                service.last_search.request_id, "local", (faulty,), 0, complete=True, warnings=("first", LONG),
                filtered_here=("labels",),
            )
        )  # fmt: skip
        await deck.sees("OPS-101")
        await deck.press("e")
        await deck.sees("OPS-101: updated: 'soon' is no date")
        assert all(word in deck.text for word in ("first", *LONG.split()))
        assert "The server cannot search by labels" in deck.text


async def test_the_key_shows_the_error_first_and_then_everything() -> None:
    async with opened(FakeService(failure=failed()), wait=False) as deck:
        await deck.sees("exit code 1")
        await deck.press("e")
        await deck.sees("The server did not start (local)")
        assert "Notices" in deck.text


async def test_messages_that_have_gone_leave_nothing_on_the_screen() -> None:
    """Whatever took them away: a dialog, escape, a click. Leftovers would make every frame slower."""
    async with opened() as deck:
        empty = len([*deck.browser.query("ToastRack *")])
        for number in range(4):
            deck.app.notify(f"Message {number}")
            await deck.until(lambda: toasts(deck) == 1)
            await deck.press("question_mark")
            await deck.until(lambda: deck.screen is not deck.browser)
            await deck.press("escape")
            await deck.until(lambda: toasts(deck) == 1)
            deck.app.clear_notifications()
            await deck.until(lambda: toasts(deck) == 0)
        await deck.until(lambda: len([*deck.browser.query("ToastRack *")]) == empty)


async def test_escape_goes_back_and_closes_a_confirmation_with_the_same_key() -> None:
    async with opened() as deck:
        await deck.press("space")
        deck.app.notify("Copied")
        await deck.until(lambda: toasts(deck) == 1)
        await deck.press("escape")
        await deck.until(lambda: toasts(deck) == 0)
        assert not deck.browser.table.marked


async def test_a_confirmation_takes_the_place_of_the_one_before_and_of_no_warning() -> None:
    async with opened() as deck:
        deck.app.notify("A word", severity="warning")
        await deck.press("Z", "Z")
        await deck.until(lambda: toasts(deck) == 2)
        assert "A word" in deck.text
        assert "below the table" in deck.text


async def test_escape_closes_a_confirmation_where_there_is_nothing_to_go_back_from() -> None:
    async with opened() as deck:
        deck.app.notify("Copied")
        await deck.until(lambda: toasts(deck) == 1)
        await deck.press("escape")
        await deck.until(lambda: toasts(deck) == 0)


async def test_escape_closes_a_warning_before_anything_else() -> None:
    async with opened() as deck:
        await deck.press("space")
        deck.app.notify("A word", severity="warning")
        await deck.until(lambda: toasts(deck) == 1)
        await deck.press("escape")
        await deck.until(lambda: toasts(deck) == 0)
        assert deck.browser.table.marked
        await deck.press("escape")
        assert not deck.browser.table.marked


async def test_no_toast_covers_a_dialog_and_what_came_meanwhile_is_shown_when_it_is_closed() -> None:
    async with opened() as deck:
        deck.app.notify("Before")
        await deck.until(lambda: toasts(deck) == 1)
        for shown in deck.app._notifications:
            shown.raised_at -= 2
        await deck.press("question_mark")
        deck.app.notify("Meanwhile")
        await deck.settle()
        assert "Before" not in deck.text
        assert "Meanwhile" not in deck.text
        await deck.press("escape")
        await deck.sees("Meanwhile")
        assert "Before" not in deck.text


async def test_a_message_is_never_read_as_markup_in_the_list() -> None:
    async with opened(FakeService([replace(one, title="[/x]") for one in tickets(3)])) as deck:
        deck.app.notify("[bold]x[/nope]")
        await deck.press("e")
        await deck.sees("[bold]x[/nope]")


async def test_warnings_of_the_start_are_shown_once_the_first_card_is_closed() -> None:
    looks = FakeLookMemory(first_run=True)
    async with opened(FakeService(tickets(3)), looks=looks, notices=("The first warning.", "Another one.")) as deck:
        await deck.sees("Welcome to ticketdeck")
        assert "The first warning." not in deck.text
        deck.app.notify("Said meanwhile.")
        await deck.settle()
        assert "Said meanwhile." not in deck.text
        await deck.press("escape")
        await deck.until(lambda: "Welcome" not in deck.text)
        for words in ("The first warning.", "Another one.", "Said meanwhile."):
            await deck.sees(words)
        assert deck.text.count("The first warning.") == 1


async def test_dates_that_cannot_be_put_in_order_are_told_until_a_later_page_tells_how_they_are_meant() -> None:
    days = ("03/01/2026", "02/11/2026", "02/12/2025")
    rows = [replace(one, extra={"Due": day}) for one, day in zip(tickets(3), days, strict=True)]
    async with opened(FakeService(rows)) as deck:
        table = deck.screen.query_one(ResultsTable)
        table.sort_by("extra.Due")
        await deck.sees("Due is sorted as text")
        assert [row.extra["Due"] for row in table.shown] == ["02/11/2026", "02/12/2025", "03/01/2026"]
        table.add_tickets([replace(rows[0], id="T-99", extra={"Due": "31/01/2026"})])
        await deck.settle()
        assert not table.model.rows.sorts_dates_as_text
        shown = [row.extra["Due"] for row in table.shown]
        assert shown == ["02/12/2025", "03/01/2026", "31/01/2026", "02/11/2026"]


async def test_at_eighty_columns_the_status_line_names_what_it_cannot_hold_with_the_key_in_force() -> None:
    service, rows = FakeService(), tuple(make_ticket(number) for number in range(9))
    async with opened(service, wait=False, ui=UiSettings(keys=KEYS)) as deck:
        request = service.last_search.request_id
        service.reply(TicketsFound(request, "local", rows, 0, complete=True, truncated=True, warnings=(LONG,)))
        await deck.sees("│ ! 1 notice (f8)")
        assert "1/9 tickets loaded, more exist (f9)" in deck.lines[-2]
        assert "…" not in deck.lines[-2]
        await deck.pilot.resize_terminal(600, 24)
        await deck.sees("word59")


@pytest.mark.parametrize(("days", "told"), [((3, 2, 1), True), ((3, 1, 2), False), ((3, 3, 3), False)])
async def test_the_header_tells_that_a_tracker_has_the_newest_first_unasked(
    days: tuple[int, ...], *, told: bool
) -> None:
    rows = [replace(one, updated_at=NOW - timedelta(days=9 - day)) for one, day in zip(tickets(3), days, strict=True)]
    async with opened(FakeService(rows)) as deck:
        assert ("▼Updated" in deck.lines[2]) is told
        assert [one.id for one in deck.screen.query_one(ResultsTable).shown] == [one.id for one in rows]


@pytest.mark.parametrize(("width", "said"), [(80, "✗ local down  │  failed (e)"), (40, "✗ local │ failed (e)")])
async def test_a_failure_is_named_without_its_cause_which_is_on_the_screen_already(width: int, said: str) -> None:
    async with opened(FakeService(failure=failed(hint="", cause=LONG)), size=(width, 24), wait=False) as deck:
        deck.service.reply(StateChanged("local", ServerState.DOWN, LONG))
        await deck.sees(said)
        assert "…" not in deck.lines[-2]
