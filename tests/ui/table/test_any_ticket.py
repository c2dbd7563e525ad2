"""Whatever is in a ticket, the table draws straight columns and nothing that a terminal would obey."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from tests.ui.table.board import Opening, ticket
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import Ticket
from tui_app.tickets.vocabulary import PriorityLevel, StatusKind
from tui_app.ui.table.column_layout import GUTTER, fitted_layout, natural_layout
from tui_app.ui.table.columns import ColumnSpec, extra_columns
from tui_app.ui.table.filtering import read_filter
from tui_app.ui.table.marks import RowChange
from tui_app.ui.table.painter import RowPainter
from tui_app.ui.table.table_model import RowState

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SCRIPTS = {
    "chinese": "打印机起火了，请尽快处理",
    "korean": "프린터 고장",
    "mixed": "Ü日b本é한a ﾌﾟﾘﾝﾀ",
    "combining": "a\u0301e\u0308o\u0328 Zalgo\u0300\u0301\u0302\u0303",
    "arabic": "طابعة معطلة منذ أمس",
    "hebrew and english": "abc מדפסת def",
    "selected emoji": "heart ❤\ufe0f and ☎\ufe0f",
    "keycaps": "1\ufe0f\u20e3 2\ufe0f\u20e3 #\ufe0f\u20e3",
    "families": "👨\u200d👩\u200d👧 👩\u200d💻",
    "flags": "🇨🇭🇯🇵🇧🇷",
    "skin tones": "👍🏽👋🏿",
}


@pytest.mark.parametrize("words", SCRIPTS.values(), ids=SCRIPTS)
@pytest.mark.parametrize("width", [60, 81, 140, 200])
async def test_columns_stand_straight_in_every_script(board: Opening, words: str, width: int) -> None:
    rows = [
        ticket(n, title=words * n, status=words, assignee=words, labels=(words, words), priority=words, type=words)
        for n in range(1, 9)
    ]
    async with board(rows, size=(width, 12)) as shown:
        assert shown.is_square()
        shown.table.set_filter(words[:1])
        assert shown.is_square()


async def test_columns_stand_straight_when_scrolled_through_wide_characters(board: Opening) -> None:
    rows = [ticket(n, title="日本" * 40) for n in range(5)]
    async with board(rows, size=(60, 10)) as shown:
        shown.table.set_columns([ColumnSpec("id", 5), ColumnSpec("title", 71), ColumnSpec("status", 9)])
        for _ in range(5):
            shown.table.action_scroll_aside(1)
            assert shown.is_square()


ANY_TEXT = st.text(
    st.characters(categories=None) | st.sampled_from("\x1b\x9b\x07\u202e\u200d\ufe0f\u20e3\n\t👨👩🏽日é🇨"), max_size=60
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
MAYBE_TEXT = st.none() | ANY_TEXT
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
TICKETS = st.builds(
    Ticket,
    id=ANY_TEXT,
    title=ANY_TEXT,
    status=ANY_TEXT,
    assignee=MAYBE_TEXT,
    reporter=MAYBE_TEXT,
    priority=MAYBE_TEXT,
    type=MAYBE_TEXT,
    project=MAYBE_TEXT,
    labels=st.lists(ANY_TEXT, max_size=3).map(tuple),
    created_at=MOMENTS,
    updated_at=MOMENTS,
    url=MAYBE_TEXT,
    description=MAYBE_TEXT,
    extra=st.dictionaries(ANY_TEXT, ANY_JSON, max_size=3),
    problems=st.lists(ANY_TEXT, max_size=1).map(tuple),
    source=ANY_TEXT,
)
STATES = st.builds(RowState, st.booleans(), st.booleans(), st.none() | st.sampled_from(RowChange))
STYLES = {
    name: Style()
    for name in (
        *("row", "id", "title", "done-title", "secondary", "stale", "snippet", "match", "header", "header-sort"),
        *("cursor", "cursor-bar", "marked", *RowChange),
        *(f"status-{kind}" for kind in StatusKind),
        *(f"priority-{level}" for level in PriorityLevel),
    )
}
FIELDS = ("id", "status", "title", "priority", "assignee", "labels", "created_at", "updated_at", "url", "source")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(TICKETS, STATES, st.integers(10, 160), MAYBE_TEXT, st.booleans())
def test_any_ticket_is_a_straight_line_without_controls(
    row: Ticket, state: RowState, room: int, typed: str | None, stale: bool
) -> None:
    columns = [ColumnSpec(name) for name in (*FIELDS, *extra_columns([row]))]
    layout = fitted_layout(natural_layout(columns, [row], NOW), room)
    painter = RowPainter(STYLES, layout, read_filter(typed or ""), NOW, stale=stale)
    for strip in (painter.row(row, state), painter.header("title", descending=True)):
        text = "".join(segment.text for segment in strip)
        assert cell_len(text) == strip.cell_length == GUTTER + layout.total
        assert clean_line(text) == text
