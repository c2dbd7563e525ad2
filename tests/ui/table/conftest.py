"""Opens a table for a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from tests.ui.table.board import Board, Harness, Opening
from tui_app.tickets.ticket import Ticket


@pytest.fixture
def board() -> Opening:
    """Opens a table that holds these tickets and has the focus."""

    @asynccontextmanager
    async def opened(tickets: Sequence[Ticket] = (), size: tuple[int, int] = (100, 20)) -> AsyncIterator[Board]:
        app = Harness()
        async with app.run_test(size=size) as pilot:
            shown = Board(app, pilot)
            shown.table.focus()
            shown.table.show_tickets(tickets)
            await shown.settle()
            yield shown

    return opened
