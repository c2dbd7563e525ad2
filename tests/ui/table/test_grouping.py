"""Rows in groups with a heading, a count and a fold; by parent they are a tree."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.table.board import Board, Opening, ticket
from tui_app.tickets.ticket import Ticket
from tui_app.ui.table.columns import ColumnSpec
from tui_app.ui.table.table_model import TableModel


def lines(model: TableModel) -> list[str]:
    """The rows shown: ids, and headings with their counts in brackets."""
    model.rows.advance(float("inf"))
    model.place_cursor()
    found = []
    for position in range(model.row_count):
        heading, row = model.heading_at(position), model.ticket_at(position)
        found.append(f"[{heading.name} {heading.count}]" if heading else row.id if row else "?")
    return found


def grouped(rows: list[Ticket], column: str) -> TableModel:
    model = TableModel(time.monotonic)
    model.replace(rows, keep_cursor=False, compare=False)
    model.rows.group_by(column)
    lines(model)
    return model


STATUSES = [ticket(n, status=status) for n, status in enumerate(("Done", "To Do", "Done", "In Progress", "To Do"))]


def test_groups_come_in_the_order_of_their_column_with_counts_and_keep_the_order_within() -> None:
    model = grouped(STATUSES, "status")
    assert lines(model) == ["[To Do 2]", "T-1", "T-4", "[In Progress 1]", "T-3", "[Done 2]", "T-0", "T-2"]
    model.sort_by("id", descending=True)
    assert lines(model) == ["[To Do 2]", "T-4", "T-1", "[In Progress 1]", "T-3", "[Done 2]", "T-2", "T-0"]


def test_a_group_folds_from_its_heading_or_from_within_and_counts_on() -> None:
    model = grouped(STATUSES, "status")
    model.move_to(2)
    assert model.fold()
    assert lines(model) == ["[To Do 2]", "[In Progress 1]", "T-3", "[Done 2]", "T-0", "T-2"]
    assert (model.cursor, model.counts[0]) == (0, 5)
    assert model.fold()
    assert lines(model)[:3] == ["[To Do 2]", "T-1", "T-4"]


def test_a_filter_leaves_no_empty_group_and_the_cursor_stays_on_its_ticket() -> None:
    model = grouped(STATUSES, "status")
    model.move_to(4)
    model.set_filter("done")
    assert lines(model) == ["[Done 2]", "T-0", "T-2"]
    model.set_filter("")
    lines(model)
    assert model.current is not None
    assert model.current.id == "T-3"


def test_new_pages_go_into_their_groups() -> None:
    model = grouped(STATUSES[:2], "status")
    model.append(STATUSES[2:])
    assert lines(model)[:3] == ["[To Do 2]", "T-1", "T-4"]


def test_what_has_no_value_is_the_last_group_and_further_fields_make_groups_too() -> None:
    rows = [
        ticket(1, extra={"Sprint": None}),
        ticket(2, extra={"Sprint": "Sprint 10"}),
        ticket(3, extra={"Sprint": "Sprint 9"}),
    ]
    assert lines(grouped(rows, "extra.Sprint")) == ["[Sprint 9 1]", "T-3", "[Sprint 10 1]", "T-2", "[ 1]", "T-1"]


FAMILY = [
    ticket(1, id="A-3", parent="A-2"),
    ticket(2, id="A-1", parent=None),
    ticket(3, id="A-2", parent="A-1"),
    ticket(4, id="A-4", parent="Z-9"),
    ticket(5, id="A-5", parent=None),
]


def test_by_parent_the_rows_are_a_tree_and_a_branch_folds() -> None:
    model = grouped(FAMILY, "parent")
    assert lines(model) == ["A-1", "A-2", "A-3", "[Z-9 1]", "A-4", "A-5"]
    states = [model.row(at)[2] for at in range(3)]
    assert [(state.depth, state.below) for state in states] == [(0, 2), (1, 1), (2, 0)]
    model.move_to(0)
    assert model.fold()
    assert lines(model) == ["A-1", "[Z-9 1]", "A-4", "A-5"]
    assert model.row(0)[2].folded


def test_tickets_that_are_each_others_parents_are_shown_all_the_same() -> None:
    rows = [ticket(1, id="A-1", parent="A-2"), ticket(2, id="A-2", parent="A-1"), ticket(3, id="A-3", parent="A-3")]
    assert sorted(lines(grouped(rows, "parent"))) == ["A-1", "A-2", "A-3"]


@given(
    st.lists(st.tuples(st.sampled_from(["Open", "Done", ""]), st.one_of(st.none(), st.integers(0, 12))), max_size=12),
    st.sampled_from(["status", "parent", "assignee", "labels"]),
)
def test_every_ticket_is_shown_once_whatever_it_is_grouped_by(drawn: list[tuple[str, int | None]], column: str) -> None:
    rows = [
        ticket(at, status=status, parent=None if parent is None else f"T-{parent}")
        for at, (status, parent) in enumerate(drawn)
    ]
    model = grouped(rows, column)
    assert sorted(line for line in lines(model) if line[0] != "[") == sorted(row.id for row in rows)
    assert model.counts[0] == len(rows)


def first_cells(shown: Board, count: int) -> list[str]:
    return [line.strip() for line in shown.lines[1 : count + 1]]


async def test_headings_and_branches_are_drawn_with_their_signs(board: Opening) -> None:
    async with board(FAMILY, size=(60, 12)) as shown:
        shown.table.set_columns([ColumnSpec("id"), ColumnSpec("title")])
        shown.table.group_by("parent")
        await shown.settle()
        text = shown.text
        assert "▾ Title 2" in text
        assert "  └ Title 1" in text
        assert "▾ Z-9  1" in text
        shown.table.move_to(0)
        shown.table.action_fold()
        await shown.settle()
        assert "▸ Title 2 (2)" in shown.text
        assert shown.is_square()
