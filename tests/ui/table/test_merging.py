"""Tickets of several trackers as one list: in one order however they came, and nothing moves under the cursor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.fakes import NOW
from tests.ui.table.board import Opening, ticket
from tui_app.tickets.ticket import Ticket
from tui_app.ui.table.loaded_rows import BaseOrder
from tui_app.ui.table.table_model import TableModel

TRACKERS = ("jira", "gh", "lin")
NEWEST = BaseOrder.of("-updated_at", TRACKERS)


def row(tracker: str, number: int, hours: int | None, status: str = "Open") -> Ticket:
    updated = None if hours is None else NOW - timedelta(hours=hours)
    return ticket(number, id=f"{tracker}-{number}", source=tracker, updated_at=updated, status=status)


@st.composite
def answers(draw: st.DrawFn) -> list[list[Ticket]]:
    """Pages of several trackers in the order in which they come."""
    pages: list[list[Ticket]] = []
    number = 0
    for tracker in draw(st.lists(st.sampled_from(TRACKERS), min_size=1, max_size=6)):
        ages = draw(st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=5))
        pages.append([row(tracker, number + at, age) for at, age in enumerate(ages)])
        number += len(ages)
    return pages


def finished(model: TableModel) -> list[Ticket]:
    model.rows.advance(float("inf"))
    model.place_cursor()
    return list(model.rows.shown_tickets())


def merged(rows: list[Ticket]) -> list[Ticket]:
    """Newest first, then by tracker, then as they came; what has no date comes last."""
    place = {tracker: at for at, tracker in enumerate(TRACKERS)}
    by_tracker = sorted(rows, key=lambda one: place[one.source])
    dated = [one for one in by_tracker if one.updated_at]
    dated.sort(key=lambda one: one.updated_at.timestamp() if one.updated_at else 0, reverse=True)
    return dated + [one for one in by_tracker if not one.updated_at]


@given(answers(), st.data())
def test_whatever_comes_when_the_rows_are_in_one_order_and_the_cursor_stays_on_its_ticket(
    pages: list[list[Ticket]], data: Any
) -> None:
    model = TableModel(lambda: 0.0)
    model.rows.set_base(NEWEST)
    loaded: list[Ticket] = []
    for number, page in enumerate(pages):
        held = model.current if model.holds_cursor else None
        if number:
            model.append(page)
        else:
            model.replace(page, keep_cursor=False, compare=False)
        loaded += page
        assert finished(model) == merged(loaded)
        assert held is None or model.current == held
        if loaded and data.draw(st.booleans()):
            model.move_to(data.draw(st.integers(0, len(loaded) - 1)))
    held = model.current
    model.replace(data.draw(st.permutations(loaded)), keep_cursor=True, compare=True)
    assert {one.key for one in finished(model)} == {one.key for one in loaded}
    assert [one.updated_at for one in finished(model)] == [one.updated_at for one in merged(loaded)]
    assert model.current == held


@given(answers())
def test_equal_rows_stand_in_the_order_of_the_trackers_whoever_answered_first(pages: list[list[Ticket]]) -> None:
    rows = [[one for page in pages for one in page if one.source == tracker] for tracker in TRACKERS]
    orders = []
    for order in (rows, rows[::-1]):
        model = TableModel(lambda: 0.0)
        model.rows.set_base(NEWEST)
        for page in order:
            model.append(page)
        orders.append([one.id for one in finished(model)])
    assert orders[0] == orders[1]


def test_statuses_of_different_trackers_sort_by_their_kind() -> None:
    words = ("Closed", "In Progress", "To Do", "Blocked", "open", "done", "doing")
    model = TableModel(lambda: 0.0)
    model.rows.set_base(BaseOrder.of("status", TRACKERS))
    model.append([row(TRACKERS[at % 3], at, at, status=word) for at, word in enumerate(words)])
    assert [one.status for one in finished(model)] == [
        "open", "To Do", "doing", "In Progress", "Blocked", "Closed", "done",
    ]  # fmt: skip


def test_where_the_user_sorts_equal_rows_keep_the_common_order() -> None:
    model = TableModel(lambda: 0.0)
    model.rows.set_base(NEWEST)
    model.append([row("gh", 1, 5), row("jira", 2, 3), row("lin", 3, 4, status="Done")])
    model.sort_by("status")
    assert [one.id for one in finished(model)] == ["jira-2", "gh-1", "lin-3"]
    model.append([row("lin", 4, 1)])
    assert [one.id for one in finished(model)] == ["lin-4", "jira-2", "gh-1", "lin-3"]


async def test_rows_that_come_above_the_cursor_do_not_move_it_on_the_screen(board: Opening) -> None:
    async with board(size=(80, 12)) as shown:
        shown.table.set_base_order(NEWEST)
        shown.table.show_tickets([row("gh", at, 10 + at) for at in range(40)], keep_cursor=False)
        shown.table.move_to(4)
        await shown.settle()
        before = next(at for at, line in enumerate(shown.lines) if "gh-4" in line)
        shown.table.add_tickets([row("jira", 100 + at, 1) for at in range(7)])
        await shown.settle()
        assert shown.current == "gh-4"
        assert next(at for at, line in enumerate(shown.lines) if "gh-4" in line) == before


async def test_until_the_user_moves_the_cursor_is_on_the_newest_of_all(board: Opening) -> None:
    async with board(size=(80, 12)) as shown:
        shown.table.set_base_order(NEWEST)
        shown.table.show_tickets([row("gh", at, 10 + at) for at in range(40)], keep_cursor=False)
        shown.table.add_tickets([row("jira", 100, 1)])
        await shown.settle()
        assert shown.current == "jira-100"
        assert "jira-100" in shown.lines[1]


async def test_rows_of_a_tracker_that_does_not_answer_are_dimmed_alone(board: Opening) -> None:
    rows = [row("gh", 1, 1), row("jira", 2, 2), row("lin", 3, 3)]
    async with board(rows) as shown:
        shown.table.set_stale(stale=True, sources=frozenset({"jira"}))
        assert shown.style_of("jira-2") == shown.table.get_component_rich_style("results-table--stale")
        assert shown.style_of("lin-3") == shown.table.get_component_rich_style("results-table--id")
