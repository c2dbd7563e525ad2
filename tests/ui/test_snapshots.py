"""Pictures of every screen, dark and light. ``pytest tests/ui -m snapshot --snapshot-update`` renews them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.ui.fakes import FakeLookMemory, FakeSearchMemory, FakeService, failed
from tests.ui.support import SIZES, Deck, make_app, tickets
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.messages import ServerState, StateChanged
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
OVERVIEW = ("first_start", "results", "detail", "empty", "failed", "loading", "form")
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
