"""A table in an application of its own, and the questions that tests ask of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

from rich.cells import cell_len
from textual import on
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip

from tests.ui.fakes import FIXED_CLOCK, make_ticket
from tests.ui.waiting import settled, until
from tui_app.tickets.ticket import Ticket
from tui_app.ui.table.results_table import ResultsTable


class Harness(App[None]):
    """One table, and the messages that it posted."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield ResultsTable(FIXED_CLOCK)

    @on(ResultsTable.Highlighted)
    @on(ResultsTable.Opened)
    @on(ResultsTable.EndReached)
    @on(ResultsTable.CountsChanged)
    @on(ResultsTable.ColumnsChosen)
    def _hear(self, event: Message) -> None:
        self.heard.append(event)


class Board:
    """A running table."""

    def __init__(self, app: Harness, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.table = app.query_one(ResultsTable)

    @property
    def strips(self) -> list[Strip]:
        """Every line of the table as it is drawn now."""
        return [self.table.render_line(y) for y in range(self.table.size.height)]

    @property
    def lines(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.strips]

    @property
    def header(self) -> str:
        return self.lines[0]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def ids(self) -> list[str]:
        """Ids of the shown tickets in display order."""
        return [ticket.id for ticket in self.table.shown]

    @property
    def marked(self) -> list[str]:
        return [ticket.id for ticket in self.table.marked]

    @property
    def current(self) -> str | None:
        return self.table.current.id if self.table.current else None

    def line_of(self, ticket_id: str) -> str:
        """The line that shows the ticket."""
        return next(line for line in self.lines[1:] if ticket_id in line.split())

    def gutter_of(self, ticket_id: str) -> str:
        """What is drawn before the ticket's first column."""
        return self.line_of(ticket_id)[:3]

    def style_of(self, words: str) -> Any:
        """The style in which ``words`` are drawn, where they are first met below the header."""
        for strip in self.strips[1:]:
            for segment in strip:
                if words in segment.text:
                    return segment.style
        raise AssertionError(f"{words!r} is not drawn:\n{self.text}")

    def heard(self, kind: type[Any]) -> list[Any]:
        """The messages of this kind that the table posted."""
        return [message for message in self.app.heard if isinstance(message, kind)]

    def is_square(self) -> bool:
        """Whether every line is exactly as wide as the table, measured in three ways."""
        width = self.table.scrollable_content_region.width
        return all(strip.cell_length == width == cell_len(strip.text) for strip in self.strips)

    async def settle(self) -> None:
        await settled(self.app)

    async def until(self, condition: Callable[[], object]) -> None:
        await until(self.app, condition, lambda: f"it never came true; the table:\n{self.text}")


Opening: TypeAlias = Callable[..., AbstractAsyncContextManager[Board]]
"""``async with board(tickets, size=(100, 20)) as shown:``."""


def ticket(number: int = 1, **changes: Any) -> Ticket:
    """A plain ticket ``T-number``."""
    plain: dict[str, Any] = {"id": f"T-{number}", "title": f"Title {number}"}
    return make_ticket(number, **plain | changes)
