"""Pictures of every screen, dark and light. ``pytest tests/ui -m snapshot --snapshot-update`` renews them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.ui.changing.tracker import ChangingService
from tests.ui.fakes import NOW, FakeLookMemory, FakeSearchMemory, FakeService, failed, make_ticket, ready
from tests.ui.support import SIZES, Deck, make_app, tickets
from tui_app.settings.model import ConfiguredCommand, UiSettings
from tui_app.tickets.clock import Clock
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import Request, Search, TicketsFound
from tui_app.tickets.servers import ServerState, StateChanged
from tui_app.tickets.ticket import Relation
from tui_app.ui.keymap import name_of

pytestmark = pytest.mark.snapshot

STOPPED_CLOCK = Clock(now=lambda: NOW, monotonic=lambda: 112.0)
"""No picture depends on when it is taken."""


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
        if isinstance(request, Search) and not request.count_only and self.requests(Search):
            self.submitted.append(request)
            self._then(self, request)
        else:
            super().submit(request)


def related() -> FakeService:
    """A ticket on which hangs all that can hang on one."""
    first = make_ticket(
        0,
        description="See [the runbook](https://wiki.example/printers).\n\n- [x] firmware\n- [ ] drum",
        relations=(
            Relation("parent", "PAY-90", "Printers survive a Friday evening", "In Progress"),
            Relation("child", "PAY-151", "Count the pages", "Done"),
            Relation("blocks", "OPS-149", "Load balancer sends traffic to a dead node", "Blocked"),
        ),
        extra={"story_points": 5, "sprint": [{"id": 42, "name": "Sprint 42"}], "reactions": {"+1": 0}},
    )
    return FakeService([first, *(make_ticket(number) for number in range(1, 60))])


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


def changeable() -> FakeService:
    return ChangingService(tickets(60))


def customers() -> FakeService:
    return ChangingService(tickets(60), visibility="internal")


@dataclass(frozen=True)
class Scene:
    """A screen: what the service answers, which keys lead there, and words that show that it is there."""

    keys: tuple[str, ...] = ()
    until: str = "PAY-100"
    service: Callable[[], FakeService] = everything
    first_run: bool = False
    ui: UiSettings | None = None


def typed(text: str) -> tuple[str, ...]:
    return tuple(map(name_of, text))


COMMANDS = UiSettings(
    commands=(
        ConfiguredCommand(("git", "switch", "-c", "{branch}"), name="Start work", key="F"),
        ConfiguredCommand(("gh", "issue", "close", "{url}"), name="Close at GitHub", background=True),
    )
)

SCENES = {
    "first_start": Scene(until="Welcome", first_run=True),
    "results": Scene(keys=("j", "j")),
    "detail": Scene(keys=("enter",), until="Description"),
    "empty": Scene(keys=("2",), until="No ticket matches", service=nothing),
    "failed": Scene(until="Cannot find module", service=broken),
    "loading": Scene(until="starting 12 of 30 s", service=starting),
    "old_rows": Scene(keys=("s", "p", "ctrl+s"), until="old rows", service=silence),
    "retrying": Scene(keys=("s", "p", "ctrl+s"), until="attempt 2 of 3 in 3 s", service=timing_out),
    "logged_out": Scene(keys=("s", "p", "ctrl+s"), until="You are not logged in", service=logged_out),
    "refreshed": Scene(keys=("j", "j", "space", "space", "r"), until="61 loaded of 612", service=changed),
    "narrowed": Scene(keys=("f", "enter", "enter", "escape", "escape"), until="shown of 60"),
    "trackers": Scene(keys=("p", "down", "ctrl+t", "enter"), until="120 tickets"),
    "related": Scene(keys=("enter", *("right_square_bracket",) * 2), until="Comments (", service=related),
    "links": Scene(keys=("U",), until="Links and relations of", service=related),
    "zoomed": Scene(keys=("enter", "z"), until="Description"),
    "form": Scene(keys=("s", *typed("printer status:open after:7d max:0")), until="takes a whole number"),
    "completion": Scene(keys=("s", *typed("status:i")), until="In Progress"),
    "filter": Scene(keys=("slash", *typed("printer")), until="6 shown of 60"),
    "help": Scene(keys=("question_mark",), until="In the table"),
    "palette": Scene(keys=("ctrl+p",), until="Edit the search"),
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
    "copy_several": Scene(keys=("space", "space", "space", "y"), until="Markdown list"),
    "open": Scene(keys=("o",), until="Yes, open it"),
    "open_several": Scene(keys=("space", "space", "space", "o"), until="Yes, open all of them"),
    "commands": Scene(keys=("dollar_sign",), until="Close at GitHub", ui=COMMANDS),
    "command_asked": Scene(keys=("space", "space", "F"), until="Run Start work for 2 tickets?", ui=COMMANDS),
    "server": Scene(keys=("P",), until="get_ticket"),
    "change_menu": Scene(keys=("full_stop",), until="Cannot be done here", service=changeable),
    "change_status": Scene(keys=("t",), until="In Review", service=changeable),
    "change_labels": Scene(keys=("L", "ctrl+t", *typed("security"), "ctrl+t"), until="+ security", service=changeable),
    "change_comment": Scene(keys=("C", *typed("Seen here")), until="Seen here", service=changeable),
    "change_create": Scene(keys=("O",), until="Type (optional)", service=changeable),
    "preview": Scene(keys=("I",), until="Can be undone.", service=changeable),
    "preview_public": Scene(
        keys=("C", *typed("Dear customer"), "tab", "ctrl+n", *typed("public"), "enter", "ctrl+s"),
        until="PUBLIC: the customer reads it.",
        service=customers,
    ),
    "preview_several": Scene(
        keys=("space", "space", "space", "t", *typed("done"), "enter"), until="3 of 3 tickets", service=changeable
    ),
}
_QUIET_LOOKS = 30
OVERVIEW = (
    *("first_start", "results", "detail", "related", "zoomed", "form", "narrowed", "refreshed", "trackers"),
    *("loading", "empty", "failed", "old_rows", "retrying", "logged_out"),
)
"""Taken at all sizes; every other scene at 80x24."""
_PREVIEW_SIZES = ("80x24", "160x45")
CASES = [
    pytest.param(name, size, theme, id=f"{name}-{size}-{theme}")
    for name in SCENES
    for size in (SIZES if name in OVERVIEW else _PREVIEW_SIZES if name.startswith("preview") else ("80x24",))
    for theme in ("dark", "light")
]


def ticket_has_settled(deck: Deck) -> bool:
    """Whether the pane, if it is in sight, has caught up with the cursor, and nothing is being fetched or rendered."""
    browser = deck.browser
    if browser.table.current is None or not browser.panes.is_detail_in_sight():
        return True
    return browser.shown.is_settled and browser.detail.is_rendered


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
def test_the_screen_looks_as_it_did(
    name: str, size: str, theme: str, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER", "true")
    scene = SCENES[name]
    service = scene.service()
    recents = FakeSearchMemory()
    recents.add(check_criteria({"text": "printer", "status": ["open"]}))
    recents.add(check_criteria({"labels": ["bug"], "updated_after": "7d"}))
    recents.save("Paper jams", check_criteria({"text": "paper jam"}))
    looks = FakeLookMemory(theme=f"ticketdeck-{theme}", first_run=scene.first_run)
    app = make_app(service, recents=recents, looks=looks, clock=STOPPED_CLOCK, ui=scene.ui)

    async def lead_there(pilot: Pilot[None]) -> None:
        deck = Deck(app, pilot, service)
        await deck.until(lambda: app.browser.notices.counts.loaded or scene.service is not everything)
        await deck.settle()
        for key in scene.keys:
            await pilot.press(key)
            await deck.until(lambda: ticket_has_settled(deck))
        await deck.sees(scene.until)
        await deck.until(lambda: ticket_has_settled(deck), "the ticket under the cursor in its pane")
        await deck.settle()
        await app.workers.wait_for_complete()
        for field in (*app.screen.query(Input), *app.screen.query(TextArea)):
            field.cursor_blink = False
        await stand_still(deck)

    columns, lines = map(int, size.split("x"))
    assert snap_compare(app, terminal_size=(columns, lines), run_before=lead_there)
