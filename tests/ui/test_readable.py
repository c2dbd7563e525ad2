"""In every theme, everything that the table and the ticket pane draw can be told from what it is drawn on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from rich.color import Color
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.theme import BUILTIN_THEMES

from tests.ui.fakes import FIXED_CLOCK, make_ticket
from tui_app.tickets.messages import TicketOpened
from tui_app.tickets.servers import CallRecord
from tui_app.tickets.ticket import Change, Comment, Ticket
from tui_app.ui.detail.ticket_detail import TicketDetail
from tui_app.ui.table.results_table import ResultsTable
from tui_app.ui.themes import THEMES

LEAST_CONTRAST = 1.7
"""Ratio of luminances: 1 is text in its background's own colour, 1.8 the palest warning of Textual's themes."""

COLOURED = sorted(name for name in {*BUILTIN_THEMES, *(theme.name for theme in THEMES)} if "ansi" not in name)
"""What the terminal's own sixteen colours look like, nobody but the terminal knows."""
OURS = [name for name in COLOURED if name not in BUILTIN_THEMES]

TICKETS = tuple(
    replace(
        make_ticket(number), status=status, priority=priority, description="**bold** `code` *soft* ~~gone~~\n\n> quoted"
    )
    for number, (status, priority) in enumerate(
        (("Open", "Highest"), ("In Progress", "High"), ("Blocked", "Medium"), ("Done", "Low"), ("Other", "Lowest"))
    )
)


class Pair(App[None]):
    """The table above the pane."""

    def compose(self) -> ComposeResult:
        yield ResultsTable(FIXED_CLOCK)
        yield TicketDetail(FIXED_CLOCK)


def opened(ticket: Ticket) -> TicketOpened:
    whole = replace(
        ticket,
        comments=(Comment("Ada", ticket.created_at, "A [link](https://tracker.example) and text"),),
        history=(Change("Ada", ticket.created_at, "status", "Open", "Done"),),
    )
    return TicketOpened(1, "local", whole, calls=(CallRecord("get", "{}", 0.1),), warnings=("Something is missing.",))


def luminance(color: Color) -> float:
    parts = [part / 255 for part in color.get_truecolor()]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def faint(strips: list[Strip]) -> Iterator[tuple[str, float]]:
    """Texts that are too near to their background, with how near."""
    for segment in (part for strip in strips for part in strip if part.text.strip(" ─│")):
        style = segment.style
        assert style is not None
        assert style.color is not None
        assert style.bgcolor is not None
        ratio = contrast(style.color, style.bgcolor)
        if ratio < LEAST_CONTRAST:
            yield segment.text, ratio


@pytest.mark.parametrize(
    "theme", [*OURS, *(pytest.param(name, marks=pytest.mark.slow) for name in COLOURED if name not in OURS)]
)
async def test_everything_drawn_can_be_read(theme: str) -> None:
    app = Pair()
    async with app.run_test(size=(110, 60)) as pilot:
        for ours in THEMES:
            app.register_theme(ours)
        app.theme = theme
        table, pane = app.query_one(ResultsTable), app.query_one(TicketDetail)
        table.show_tickets(TICKETS)
        table.action_toggle_mark()
        table.show_tickets((*TICKETS, make_ticket(99)), compare=True)
        table.sort_by("title")
        pane.show_opened(opened(TICKETS[0]))
        await pilot.pause()
        for focus in (table, pane.view):
            focus.focus()
            await pilot.pause()
            await pane.workers.wait_for_complete()
            await pilot.pause()
            drawn = [table.render_line(y) for y in range(7)]
            drawn += [pane.view.render_line(y) for y in range(pane.view.size.height)]
            assert not list(faint(drawn)), theme
