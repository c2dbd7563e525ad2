"""What a table holds, without a widget: the cursor's ticket, marks and changes over whatever happens to the rows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.ui.fakes import NOW
from tests.ui.table.board import ticket
from tui_app.tickets.ticket import Ticket
from tui_app.ui.table.marks import Changes
from tui_app.ui.table.table_model import TableModel


def model(tickets: Sequence[Ticket]) -> TableModel:
    made = TableModel(time.monotonic)
    made.replace(tickets, keep_cursor=False, compare=False)
    return settled(made)


def settled(changed: TableModel) -> TableModel:
    """The model after all of sorting and filtering, with the cursor in its place."""
    changed.rows.advance(float("inf"))
    changed.place_cursor()
    return changed


def ids(shown: TableModel) -> list[str]:
    return [found.id for found in shown.rows.shown_tickets()]


def current(shown: TableModel) -> str | None:
    return shown.current.id if shown.current else None


def test_the_cursor_stays_on_its_ticket_over_sort_filter_pages_and_refreshes() -> None:
    table = model([ticket(n, title=f"{'odd' if n % 2 else 'even'} {n}") for n in range(6)])
    table.move_to(3)
    table.sort_by("id", descending=True)
    assert current(settled(table)) == "T-3"
    table.set_filter("odd")
    assert (ids(settled(table)), current(table)) == (["T-5", "T-3", "T-1"], "T-3")
    table.append([ticket(7, title="odd 7")])
    assert (ids(settled(table)), current(table)) == (["T-7", "T-5", "T-3", "T-1"], "T-3")
    table.replace([ticket(n, title="odd") for n in (9, 3)], keep_cursor=True, compare=True)
    assert (ids(settled(table)), current(table)) == (["T-9", "T-3"], "T-3")


def test_rows_that_are_replaced_by_newer_forms_keep_cursor_marks_and_order() -> None:
    table = model([ticket(n) for n in range(4)])
    table.move_to(2)
    table.toggle_mark()
    newer = [replace(row, status="Done") for row in table.rows.tickets]
    former = table.replace(newer, keep_cursor=True, compare=True)
    settled(table)
    assert [row.status for row in former] != [row.status for row in newer]
    assert table.cursor == 2
    assert table.current is newer[2]
    assert table.marked == (newer[2],)
    assert len(table.changes) == 4


def test_a_filter_that_hides_the_cursors_ticket_lends_the_cursor_to_the_first_row() -> None:
    table = model([ticket(1, title="apple"), ticket(2, title="pear"), ticket(3, title="apple")])
    table.move_to(2)
    table.set_filter("pear")
    assert current(settled(table)) == "T-2"
    table.set_filter("")
    assert current(settled(table)) == "T-3"


def test_a_row_that_the_cursor_was_on_is_no_longer_new() -> None:
    table = model([ticket(1)])
    table.replace([ticket(1), ticket(2)], keep_cursor=True, compare=True)
    settled(table)
    assert table.row(1)[2].change == "new"
    table.move_to(1)
    assert table.row(1)[2].change is None


def test_an_empty_table_has_no_ticket_to_act_on() -> None:
    table = model([])
    table.move_to(5)
    table.toggle_mark()
    table.mark_range()
    assert table.current is None
    assert table.ticket_at(0) is None
    assert table.counts == (0, 0, 0)


@pytest.mark.parametrize("were_all", [True, False])
def test_of_rows_that_were_not_all_only_what_is_younger_is_new(*, were_all: bool) -> None:
    def aged(number: int, days: int | None) -> Ticket:
        at = None if days is None else NOW - timedelta(days=days)
        return ticket(number, updated_at=at, created_at=at)

    changes, former = Changes(), [aged(1, 3), aged(2, 1)]
    changes.were_all = were_all
    changes.compare(former, [*former, aged(3, 9), aged(4, 0), aged(5, None)])
    assert {ticket_id for _, ticket_id in changes.keys} == {"T-4", "T-5", *(["T-3"] if were_all else [])}
