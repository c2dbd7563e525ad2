"""How the tests drive the browser: in memory, with a fake service, waiting for conditions and never for time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from tests.ui.fakes import (
    FIXED_CLOCK,
    PROFILES,
    FakeChangeHistory,
    FakeDraftMemory,
    FakeLookMemory,
    FakeRowMemory,
    FakeSearchMemory,
    FakeService,
    make_ticket,
)
from tests.ui.waiting import settled, until
from tui_app.settings.model import UiSettings
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.messages import Search
from tui_app.tickets.servers import ProfileSummary
from tui_app.ui.app import TicketdeckApp
from tui_app.ui.browse.screen import BrowseScreen
from tui_app.ui.keymap import name_of
from tui_app.ui.quick_views import Beginning
from tui_app.ui.user_files import UserMemories

SIZES = {"80x24": (80, 24), "120x40": (120, 40), "200x60": (200, 60)}


def tickets(count: int = 30) -> list[Any]:
    """That many believable tickets."""
    return [make_ticket(number) for number in range(count)]


def make_app(
    service: FakeService | None = None,
    *,
    ui: UiSettings | None = None,
    recents: FakeSearchMemory | None = None,
    looks: FakeLookMemory | None = None,
    rows: FakeRowMemory | None = None,
    drafts: FakeDraftMemory | None = None,
    history: FakeChangeHistory | None = None,
    searched: tuple[str, ...] = ("local",),
    profiles: tuple[ProfileSummary, ...] = PROFILES,
    opening: tuple[Search, ...] = (),
    begin: Beginning | None = None,
    **changes: Any,
) -> TicketdeckApp:
    """The program over a fake service."""
    return TicketdeckApp(
        service if service is not None else FakeService(tickets()),
        settings=ui or UiSettings(),
        profiles=profiles,
        begin=begin or Beginning(searched, opening[0].criteria if opening else TicketSearchCriteria(), opening),
        memories=UserMemories(
            recents=recents or FakeSearchMemory(),
            looks=looks or FakeLookMemory(),
            rows=rows or FakeRowMemory(),
            drafts=drafts or FakeDraftMemory(),
            changes=history or FakeChangeHistory(),
            config_file="~/.config/ticketdeck/config.toml",
        ),
        **{"clock": FIXED_CLOCK, **changes},
    )


class Deck:
    """A running browser, and the questions that tests ask of it."""

    def __init__(self, app: TicketdeckApp, pilot: Pilot[None], service: FakeService) -> None:
        self.app = app
        self.pilot = pilot
        self.service = service

    @property
    def browser(self) -> BrowseScreen:
        return self.app.browser

    @property
    def screen(self) -> Screen[Any]:
        return self.app.screen

    @property
    def text(self) -> str:
        """What the screen shows, line by line."""
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    async def press(self, *keys: str) -> None:
        await self.app._press_keys(keys)
        await self.settle()

    async def type(self, text: str) -> None:
        await self.press(*map(name_of, text))

    async def settle(self) -> None:
        """Let everything that is under way happen, on the disk too."""
        await settled(self.app)
        self.app._files.jobs.flush()
        await settled(self.app)

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait until ``condition`` holds."""
        await until(self.app, condition, lambda: f"{what or 'the condition'} never held; the screen:\n{self.text}")

    async def sees(self, words: str) -> None:
        """Wait until ``words`` are on the screen."""
        await self.until(lambda: words in self.text, f"{words!r} on the screen")


@asynccontextmanager
async def opened(
    service: FakeService | None = None, *, size: tuple[int, int] = (80, 24), wait: bool = True, **changes: Any
) -> AsyncIterator[Deck]:
    """The browser, with its first rows on the screen unless ``wait`` is off."""
    service = service if service is not None else FakeService(tickets())
    app = make_app(service, **changes)
    async with app.run_test(size=size, notifications=True) as pilot:
        deck = Deck(app, pilot, service)
        if wait:
            await deck.until(lambda: app.browser.notices.counts.loaded or service.tickets is None, "rows")
        await deck.settle()
        yield deck
