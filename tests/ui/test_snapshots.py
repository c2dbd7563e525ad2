"""Pictures of every screen, dark and light. ``pytest tests/ui -m snapshot --snapshot-update`` renews them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widgets import Input

from tests.ui.fakes import FakeLookMemory, FakeSearchMemory, FakeService, failed, make_ticket, ready
from tests.ui.support import SIZES, Deck, make_app, tickets
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import Request, Search, ServerState, StateChanged, TicketsFound
from tui_app.ui.key_names import name_of

pytestmark = [pytest.mark.snapshot, pytest.mark.usefixtures("standing_clock")]


def everything() -> FakeService:
    return FakeService(tickets(60))


def starting() -> FakeService:
    service = FakeService()
    service.reply(StateChanged("local", ServerState.STARTING, since=100.0, limit=30))
    return service


def nothing() -> FakeService:
    return FakeService([])


def broken() -> FakeService:
    service = FakeService(failure=failed())
    service.reply(StateChanged("local", ServerState.DOWN, detail="exit code 1"))
    return service


class SecondTime(FakeService):
    """The first search is answered; the second one as ``then`` says."""

    def __init__(self, then: Callable[[FakeService, Search], None]) -> None:
        super().__init__(tickets(60))
        self._then = then

    def submit(self, request: Request) -> None:
        if isinstance(request, Search) and self.requests(Search):
            self.submitted.append(request)
            self._then(self, request)
        else:
            super().submit(request)


def silence() -> FakeService:
    working = StateChanged("local", ServerState.WORKING, since=108.0)
    return SecondTime(lambda service, _: service.reply(working))


def timing_out() -> FakeService:
    retrying = StateChanged("local", ServerState.RETRYING, detail="timed out", attempt=2, attempts=3, until=115.0)
    return SecondTime(lambda service, _: service.reply(retrying))


def logged_out() -> FakeService:
    def then(service: FakeService, search: Search) -> None:
        service.reply(StateChanged("local", ServerState.LOGIN_NEEDED))
        service.reply(
            failed(
                request_id=search.request_id,
                kind=ErrorKind.AUTH,
                title="You are not logged in",
                cause="`mwinit -s` says that the session has ended.",
                hint="Run `mwinit -o`, then press r.",
                stderr_tail="",
            )
        )

    return SecondTime(then)


def changed() -> FakeService:
    def then(service: FakeService, search: Search) -> None:
        before = [replace(ticket, source="local") for ticket in tickets(60)]
        now = (make_ticket(99, source="local"), replace(before[0], status="Blocked"), *before[1:])
        service.reply(ready("local"))
        service.reply(
            TicketsFound(search.request_id, "local", now, 0, complete=True, total=612, truncated=True, elapsed=0.02)
        )

    return SecondTime(then)


@dataclass(frozen=True)
class Scene:
    """A screen: what the service answers, which keys lead there, and words that show that it is there."""

    keys: tuple[str, ...] = ()
    until: str = "PAY-100"
    service: Callable[[], FakeService] = everything
    first_run: bool = False


def typed(text: str) -> tuple[str, ...]:
    return tuple(map(name_of, text))


SCENES = {
    "first_start": Scene(until="Welcome", first_run=True),
    "results": Scene(keys=("j", "j")),
    "detail": Scene(keys=("enter",), until="Description"),
    "empty": Scene(keys=("2",), until="No ticket matches", service=nothing),
    "failed": Scene(until="Cannot find module", service=broken),
    "loading": Scene(until="starting 12 of 30 s", service=starting),
    "old_rows": Scene(keys=("2",), until="old rows", service=silence),
    "retrying": Scene(keys=("2",), until="attempt 2 of 3 in 3 s", service=timing_out),
    "logged_out": Scene(keys=("2",), until="You are not logged in", service=logged_out),
    "refreshed": Scene(keys=("j", "j", "space", "space", "r"), until="61 loaded of 612", service=changed),
    "narrowed": Scene(keys=("f", "enter", "enter", "escape", "escape"), until="shown of 60"),
    "trackers": Scene(keys=("p", "ctrl+t", "down", "ctrl+t", "enter"), until="120 tickets"),
    "zoomed": Scene(keys=("enter", "z"), until="Description"),
    "form": Scene(keys=("s", *typed("printer status:open after:7d max:0")), until="takes a whole number"),
    "completion": Scene(keys=("s", *typed("status:i")), until="In Progress"),
    "filter": Scene(keys=("slash", *typed("printer")), until="6 shown of 60"),
    "help": Scene(keys=("question_mark",), until="In the table"),
    "palette": Scene(keys=("ctrl+p",), until="Say what to search for"),
    "recents": Scene(keys=("ctrl+r",), until="labelled bug"),
    "saved": Scene(keys=("S",), until="Paper jams"),
    "views": Scene(keys=("0",), until="Changed today"),
    "profiles": Scene(keys=("p",), until="More go into"),
    "themes": Scene(keys=("T",), until="ticketdeck-contrast"),
    "columns": Scene(keys=("c",), until="Enter shows or hides"),
    "sort": Scene(keys=("comma",), until="Enter sorts"),
    "facets": Scene(keys=("f", "enter"), until="picks a value"),
    "copy": Scene(keys=("y",), until="Branch name"),
    "export": Scene(keys=("space", "X", *typed("tickets.csv")), until="Marked rows"),
    "open": Scene(keys=("o",), until="Yes, open it"),
    "server": Scene(keys=("P",), until="get_ticket"),
}
_QUIET_LOOKS = 15
OVERVIEW = (
    *("first_start", "results", "detail", "zoomed", "form", "narrowed", "refreshed", "trackers"),
    *("loading", "empty", "failed", "old_rows", "retrying", "logged_out"),
)
"""Taken at all sizes; every other scene at 80x24."""
CASES = [
    pytest.param(name, size, theme, id=f"{name}-{size}-{theme}")
    for name in SCENES
    for size in (SIZES if name in OVERVIEW else ("80x24",))
    for theme in ("dark", "light")
]


def ticket_has_settled(deck: Deck) -> bool:
    """Whether the pane, if it is in sight, has caught up with the cursor, and nothing is being fetched."""
    browser = deck.browser
    current = browser.table.current
    caught_up = browser._shown is current and not browser.following._under_way
    return current is None or not browser.detail_in_sight() or caught_up


async def stand_still(deck: Deck) -> None:
    """Wait until nothing has changed on the screen for some looks: Markdown is rendered aside, and then swapped in."""
    seen: list[object] = []

    def same_again() -> bool:
        picture = [list(strip) for strip in deck.screen._compositor.render_strips()]
        if not seen or seen[-1] != picture:
            seen.clear()
        seen.append(picture)
        return len(seen) >= _QUIET_LOOKS

    await deck.until(same_again, "a screen that stands still")


@pytest.mark.parametrize(("name", "size", "theme"), CASES)
def test_the_screen_looks_as_it_did(name: str, size: str, theme: str, snap_compare: Any) -> None:
    scene = SCENES[name]
    service = scene.service()
    recents = FakeSearchMemory()
    recents.add(check_criteria({"text": "printer", "status": ["open"]}))
    recents.add(check_criteria({"labels": ["bug"], "updated_after": "7d"}))
    recents.save("Paper jams", check_criteria({"text": "paper jam"}))
    looks = FakeLookMemory(theme=f"ticketdeck-{theme}", first_run=scene.first_run)
    app = make_app(service, recents=recents, looks=looks)

    async def lead_there(pilot: Pilot[None]) -> None:
        deck = Deck(app, pilot, service)
        await deck.until(lambda: app.browser.counts.loaded or scene.service is not everything)
        await deck.settle()
        for key in scene.keys:
            await pilot.press(key)
        await deck.sees(scene.until)
        await deck.until(lambda: ticket_has_settled(deck), "the ticket under the cursor in its pane")
        await deck.settle()
        await app.workers.wait_for_complete()
        for line in app.screen.query(Input):
            line.cursor_blink = False
        await stand_still(deck)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=lead_there)
