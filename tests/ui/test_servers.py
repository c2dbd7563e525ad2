"""Servers as the user sees them: the status line in every state, the server pane, and which trackers are searched."""

from __future__ import annotations

import asyncio
import time

import pytest
from msgspec.structs import replace

from tests.ui.fakes import PROFILES, FakeService, failed, ready, report
from tests.ui.support import opened, tickets
from tui_app.tickets.messages import Inspect, Search, ServerInspected
from tui_app.tickets.servers import ProfileSummary, ServerState, StateChanged

STATES = {
    "starting": (StateChanged("local", ServerState.STARTING, "loading 1 of 9", limit=30), "starting 12 of 30 s · load"),
    "ready": (ready("local"), "● local tracker 1.2 · 12 ms"),
    "working": (StateChanged("local", ServerState.WORKING, "tracker 1.2"), "tracker 1.2 · working 12 s"),
    "retrying": (
        StateChanged("local", ServerState.RETRYING, "it timed out", attempt=2, attempts=3),
        "attempt 2 of 3 in 5 s: it timed out",
    ),
    "login needed": (StateChanged("local", ServerState.LOGIN_NEEDED), "▲ local login needed"),
    "logging in": (StateChanged("local", ServerState.LOGGING_IN, limit=60), "logging in 12 of 60 s"),
    "down": (StateChanged("local", ServerState.DOWN, "exit code 1"), "✗ local down: exit code 1"),
}


@pytest.mark.parametrize(("state", "words"), STATES.values(), ids=STATES)
async def test_the_status_line_says_how_the_server_is(state: StateChanged, words: str) -> None:
    async with opened(size=(120, 24)) as deck:
        now = time.monotonic()
        deck.service.reply(replace(state, since=now - 12.1, until=now + 5.3))
        await deck.until(lambda: words in deck.lines[-2], words)
        assert deck.lines[-2].endswith("30 tickets")


async def test_seconds_go_on_while_nothing_else_happens() -> None:
    async with opened(FakeService(), wait=False) as deck:
        deck.service.reply(StateChanged("local", ServerState.STARTING, since=time.monotonic() - 12.7, limit=30))
        await deck.sees("starting 13 of 30 s")
        async with asyncio.timeout(5):
            await deck.sees("starting 14 of 30 s")


async def test_where_room_is_short_a_healthy_servers_name_gives_way_to_what_is_wrong() -> None:
    async with opened(FakeService(), wait=False) as deck:
        deck.browser.trackers.use(("local", "work"))
        deck.service.reply(ready("local"))
        deck.service.reply(StateChanged("work", ServerState.DOWN, "the server ended with exit code 1"))
        await deck.sees("● local  ✗ work down: the server ended with exit code 1")


async def test_a_long_cause_leaves_room_for_what_failed_and_its_key() -> None:
    service = FakeService(tickets())
    async with opened(service) as deck:
        service.failure = failed()
        await deck.press("4")
        service.reply(StateChanged("local", ServerState.DOWN, "a very long command line " * 5 + "ended"))
        await deck.sees("✗ local down  │  failed (e)")


async def test_all_that_the_server_pane_shows_can_be_copied() -> None:
    async with opened(size=(100, 60)) as deck:
        await deck.press("P", "y")
        await deck.until(lambda: "listening on stdio" in deck.app.clipboard)
        for words in (
            *("node mcp-server.js", "tracker 1.2", "2025-11-25 (legacy)", 'search = "search_tickets"', "12 ms"),
            *("search   search_tickets", "create_ticket  for changes"),
        ):
            assert words in deck.app.clipboard
            assert words in deck.text


async def test_the_server_pane_goes_from_tracker_to_tracker_and_a_late_report_is_not_shown() -> None:
    service = FakeService()
    async with opened(service, wait=False, size=(100, 40)) as deck:
        await deck.press("P", "tab")
        first, second = service.requests(Inspect)
        assert (first.profile, second.profile) == ("local", "work")
        service.reply(ServerInspected(second.request_id, "work", replace(report("work"), server_name="second")))
        await deck.sees("second 1.2")
        service.reply(ServerInspected(first.request_id, "local", replace(report("local"), server_name="first")))
        await deck.settle()
        assert "first" not in deck.text


async def test_all_trackers_but_the_samples_are_one_line_of_the_list() -> None:
    profiles = (*PROFILES, ProfileSummary("ops", "node ops.js", "auto", "config.toml"))
    async with opened(FakeService(tickets(2)), size=(100, 30), profiles=profiles) as deck:
        await deck.press("p", "up")
        await deck.sees("All 2 of yours, together")
        await deck.sees("Enter searches 2 trackers into one table.")
        await deck.press("ctrl+t", "enter")
        await deck.until(lambda: deck.browser.search.profiles == ("work", "ops"))


async def test_out_of_several_trackers_the_one_under_the_cursor_can_be_taken_alone() -> None:
    async with opened(FakeService(tickets(2)), size=(100, 30)) as deck:
        await deck.press("p", "down", "ctrl+t")
        await deck.sees("Enter searches 2 trackers into one table.")
        await deck.press("enter")
        await deck.until(lambda: deck.browser.notices.counts.loaded == 4)
        await deck.press("p", "ctrl+t", "enter")
        await deck.until(lambda: deck.browser.notices.counts.loaded == 2)
        assert deck.service.last_search == deck.service.requests(Search)[-1]
        assert deck.browser.search.profiles == ("work",)
