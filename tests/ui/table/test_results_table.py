"""The table as its user meets it: cursor, marks, refreshes, pages, mouse."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from msgspec.structs import replace
from textual.events import MouseScrollDown

from tests.ui.fakes import NOW
from tests.ui.table.board import Opening, ticket
from tui_app.tickets.ticket import Ticket
from tui_app.ui.table import results_table, sliced_work
from tui_app.ui.table.columns import ColumnSpec
from tui_app.ui.table.results_table import ResultsTable
from tui_app.ui.table.table_model import RowState


def many(count: int = 60) -> list[Ticket]:
    return [ticket(number) for number in range(count)]


async def test_the_cursor_moves_by_lines_pages_and_to_both_ends(board: Opening) -> None:
    async with board(many(), size=(80, 11)) as shown:
        table = shown.table
        seen = []
        for move in (
            partial(table.action_lines, 1),
            partial(table.action_pages, 1),
            partial(table.action_half_pages, 1),
            table.action_last,
            partial(table.action_lines, 1),
            partial(table.action_pages, -1),
            partial(table.action_half_pages, -1),
            partial(table.action_lines, -1),
            table.action_first,
            partial(table.action_lines, -1),
        ):
            move()
            seen.append(table.cursor_row)
        assert seen == [1, 11, 16, 59, 59, 49, 44, 43, 0, 0]


async def test_the_cursor_is_always_in_sight_and_has_a_sign_besides_its_colour(board: Opening) -> None:
    async with board(many(), size=(80, 11)) as shown:
        for position in (0, 30, 59, 12, 40, 3):
            shown.table.move_to(position)
            await shown.settle()
            assert shown.gutter_of(f"T-{position}").startswith("▌")
            assert sum(line.startswith("▌") for line in shown.lines) == 1


async def test_the_ticket_under_the_cursor_is_told_once(board: Opening) -> None:
    async with board(many(3)) as shown:
        shown.table.move_to(1)
        shown.table.move_to(1)
        await shown.settle()
        assert [message.ticket.id for message in shown.heard(ResultsTable.Highlighted)] == ["T-0", "T-1"]
        shown.table.show_tickets([])
        await shown.settle()
        assert shown.heard(ResultsTable.Highlighted)[-1].ticket is None


async def test_a_sort_keeps_the_cursor_on_its_ticket(board: Opening) -> None:
    async with board(many()) as shown:
        shown.table.move_to(7)
        shown.table.sort_by("id", descending=True)
        assert shown.ids[0] == "T-59"
        assert shown.current == "T-7"


# ------------------------------------------------------------------- refreshing


async def test_a_refresh_marks_what_is_new_or_changed_until_it_was_looked_at(board: Opening) -> None:
    async with board(many(4)) as shown:
        shown.table.move_to(1)
        rows = many(4)
        rows[2] = replace(rows[2], status="Blocked", updated_at=NOW)
        shown.table.show_tickets([ticket(99), *rows], compare=True)
        await shown.settle()
        assert shown.current == "T-1"
        shown.table.scroll_to(y=0, animate=False)  # what is newer has come above, so that no row moved
        await shown.settle()
        assert shown.gutter_of("T-99") == " + "
        assert shown.gutter_of("T-2") == " ~ "
        assert shown.gutter_of("T-3") == "   "
        shown.table.show_tickets([ticket(99), *rows], compare=True)
        assert shown.gutter_of("T-99") == " + "
        shown.table.move_to(0)
        shown.table.move_to(4)
        await shown.settle()
        assert shown.gutter_of("T-99") == "   "
        assert shown.gutter_of("T-2") == " ~ "


async def test_a_new_ticket_on_top_does_not_take_the_cursor_off_the_ticket_it_began_on(board: Opening) -> None:
    async with board(many(3)) as shown:
        shown.table.show_tickets([ticket(9), *many(3)], compare=True)
        assert shown.current == "T-0"


async def test_a_new_ticket_that_changes_stays_new(board: Opening) -> None:
    async with board(many(2)) as shown:
        shown.table.show_tickets([*many(2), ticket(9)], compare=True)
        shown.table.show_tickets([*many(2), ticket(9, title="other")], compare=True)
        assert shown.gutter_of("T-9") == " + "


async def test_what_only_was_loaded_meanwhile_is_no_change(board: Opening) -> None:
    async with board(many(2)) as shown:
        shown.table.show_tickets([replace(row, description="now there") for row in many(2)], compare=True)
        assert shown.gutter_of("T-1") == "   "


async def test_another_search_drops_signs_and_marks(board: Opening) -> None:
    async with board(many(3)) as shown:
        shown.table.action_mark_all()
        shown.table.show_tickets([*many(3), ticket(9)], compare=True)
        assert shown.marked == ["T-0", "T-1", "T-2"]
        shown.table.show_tickets([*many(3), ticket(9)])
        assert shown.marked == []
        assert shown.gutter_of("T-9") == "   "


async def test_the_cursor_stays_at_its_line_when_its_ticket_is_gone(board: Opening) -> None:
    async with board(many(5)) as shown:
        shown.table.move_to(2)
        shown.table.show_tickets([row for row in many(5) if row.id != "T-2"], compare=True)
        assert shown.current == "T-3"
        shown.table.show_tickets(many(5), keep_cursor=False)
        assert shown.current == "T-0"


async def test_the_same_id_from_two_trackers_is_two_tickets(board: Opening) -> None:
    twins = [ticket(1, source="work"), ticket(1, source="home")]
    async with board(twins) as shown:
        shown.table.move_to(1)
        shown.table.action_toggle_mark()
        shown.table.show_tickets(twins[::-1], compare=True)
        assert shown.table.current is not None
        assert shown.table.current.source == "home"
        assert [row.source for row in shown.table.marked] == ["home"]


async def test_old_rows_look_old_in_colour_and_in_the_header_until_new_ones_come(board: Opening) -> None:
    async with board(many(3)) as shown:
        fresh = shown.style_of("Title 1")
        shown.table.set_stale(True)
        assert shown.style_of("Title 1") != fresh
        assert "↻" in shown.header
        assert shown.is_square()
        shown.table.show_tickets(many(3))
        assert shown.style_of("Title 1") == fresh
        assert "↻" not in shown.header


# ------------------------------------------------------------------------ pages


async def test_a_further_page_keeps_cursor_order_and_filter(board: Opening) -> None:
    async with board([ticket(1), ticket(5)]) as shown:
        shown.table.sort_by("id", descending=True)
        shown.table.set_filter("title")
        shown.table.move_to(1)
        shown.table.add_tickets([ticket(3), ticket(9, title="other"), ticket(0)])
        assert shown.ids == ["T-5", "T-3", "T-1", "T-0"]
        assert shown.current == "T-1"
        shown.table.set_filter("")
        assert shown.ids == ["T-9", "T-5", "T-3", "T-1", "T-0"]
        shown.table.sort_by(None)
        assert shown.ids == ["T-1", "T-5", "T-3", "T-9", "T-0"]


async def test_the_end_is_told_once_for_each_page_and_only_while_there_is_more(board: Opening) -> None:
    async with board(many(5)) as shown:
        for _ in range(3):
            shown.table.action_last()
        await shown.settle()
        assert len(shown.heard(ResultsTable.EndReached)) == 1
        shown.table.add_tickets([ticket(50)])
        shown.table.action_last()
        await shown.settle()
        assert len(shown.heard(ResultsTable.EndReached)) == 2
        shown.table.has_more = False
        shown.table.add_tickets([ticket(51)])
        shown.table.action_last()
        await shown.settle()
        assert len(shown.heard(ResultsTable.EndReached)) == 2


async def test_scrolling_to_the_last_row_asks_for_more_as_going_there_does(board: Opening) -> None:
    async with board(many(30), size=(80, 11)) as shown:
        shown.table.scroll_to(y=10, animate=False)
        await shown.settle()
        assert shown.heard(ResultsTable.EndReached) == []
        shown.table.scroll_to(y=20, animate=False)
        await shown.settle()
        assert len(shown.heard(ResultsTable.EndReached)) == 1
        shown.table.set_filter("T-1")
        await shown.settle()
        assert len(shown.heard(ResultsTable.EndReached)) == 1


async def test_an_empty_table_says_what_it_was_told_to_say_and_takes_every_key(board: Opening) -> None:
    async with board() as shown:
        shown.table.set_message("Nothing matches.", "Press / to search.")
        assert "Nothing matches." in shown.text
        assert "Press / to search." in shown.text
        for name in dir(shown.table):
            if name.startswith(("action_mark", "action_toggle_mark", "action_clear")):
                getattr(shown.table, name)()
        shown.table.action_lines(1)
        shown.table.action_pages(-1)
        shown.table.action_open()
        await shown.pilot.click(ResultsTable, offset=(5, 4))
        assert shown.current is None
        assert shown.heard(ResultsTable.Opened) == []
        assert shown.is_square()


# ------------------------------------------------------------------------ marks


async def test_marks_by_one_by_range_all_and_inverted(board: Opening) -> None:
    async with board(many(6)) as shown:
        shown.table.move_to(1)
        shown.table.action_toggle_mark()
        assert shown.marked == ["T-1"]
        assert shown.current == "T-2"
        assert shown.gutter_of("T-1") == " * "
        shown.table.move_to(3)
        shown.table.action_mark_range()
        assert shown.marked == ["T-1", "T-2", "T-3"]
        shown.table.action_mark_invert()
        assert sorted(shown.marked) == ["T-0", "T-4", "T-5"]
        shown.table.move_to(0)
        shown.table.action_toggle_mark()
        assert sorted(shown.marked) == ["T-4", "T-5"]
        shown.table.action_mark_all()
        assert len(shown.marked) == 6
        shown.table.action_clear_marks()
        assert shown.marked == []
        await shown.settle()
        assert shown.heard(ResultsTable.CountsChanged)[-1].marked == 0


async def test_a_range_goes_upwards_too_and_begins_at_the_cursor_where_nothing_was_marked(board: Opening) -> None:
    async with board(many(6)) as shown:
        shown.table.move_to(4)
        shown.table.action_toggle_mark()
        shown.table.move_to(2)
        shown.table.action_mark_range()
        assert sorted(shown.marked) == ["T-2", "T-3", "T-4"]
        shown.table.action_clear_marks()
        shown.table.action_mark_range()
        assert shown.marked == ["T-2"]


async def test_all_means_all_that_are_shown_and_marks_outlive_a_filter(board: Opening) -> None:
    async with board([ticket(1, title="apple"), ticket(2, title="pear"), ticket(3, title="apples")]) as shown:
        shown.table.set_filter("apple")
        shown.table.action_mark_all()
        shown.table.set_filter("pear")
        shown.table.action_mark_invert()
        assert shown.marked == ["T-1", "T-3", "T-2"]


async def test_marked_rows_are_told_apart_without_colour_even_under_the_cursor(board: Opening) -> None:
    async with board(many(3)) as shown:
        shown.table.action_toggle_mark()
        shown.table.move_to(0)
        assert shown.gutter_of("T-0") == "▌* "


# ------------------------------------------------------------------------ mouse


async def test_a_click_takes_the_cursor_and_a_double_click_opens(board: Opening) -> None:
    async with board(many(6)) as shown:
        await shown.pilot.click(ResultsTable, offset=(20, 3))
        assert shown.current == "T-2"
        await shown.pilot.double_click(ResultsTable, offset=(20, 4))
        await shown.settle()
        assert [message.ticket.id for message in shown.heard(ResultsTable.Opened)] == ["T-3"]


async def test_a_click_with_ctrl_marks_and_with_shift_marks_a_range(board: Opening) -> None:
    async with board(many(6)) as shown:
        await shown.pilot.click(ResultsTable, offset=(20, 2), control=True)
        await shown.pilot.click(ResultsTable, offset=(20, 5), shift=True)
        assert shown.marked == ["T-1", "T-2", "T-3", "T-4"]


async def test_a_click_on_the_header_sorts_by_that_column_also_when_scrolled_aside(board: Opening) -> None:
    async with board(many(6), size=(60, 10)) as shown:
        await shown.pilot.click(ResultsTable, offset=(shown.header.index("Title"), 0))
        assert shown.table.model.sort == "title"
        shown.table.set_columns([ColumnSpec("id"), ColumnSpec("title", 70), ColumnSpec("reporter")])
        for _ in range(10):
            shown.table.action_scroll_aside(1)
        await shown.pilot.click(ResultsTable, offset=(shown.header.index("Reporter"), 0))
        assert shown.table.model.sort == "reporter"


async def test_a_click_below_the_last_row_does_nothing(board: Opening) -> None:
    async with board(many(3)) as shown:
        await shown.pilot.click(ResultsTable, offset=(20, 12))
        assert shown.current == "T-0"


async def test_the_wheel_scrolls_and_leaves_the_cursor_on_its_ticket(board: Opening) -> None:
    async with board(many(), size=(80, 12)) as shown:
        for _ in range(5):
            shown.table.post_message(MouseScrollDown(shown.table, 5, 5, 0, 1, 0, shift=False, meta=False, ctrl=False))
        await shown.until(lambda: shown.table.scroll_offset.y > 0)
        assert shown.current == "T-0"
        assert shown.is_square()


# -------------------------------------------------------------------- what lasts


async def test_a_problem_of_a_ticket_is_a_sign_before_its_title(board: Opening) -> None:
    async with board([ticket(1, problems=("status was missing",), status="")]) as shown:
        assert "! Title 1" in shown.line_of("T-1")


@pytest.mark.parametrize("count", [1000, 100_000])
async def test_only_the_lines_in_sight_are_drawn(board: Opening, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    from tui_app.ui.table import painter

    drawn: list[str] = []
    draws = painter.RowPainter.row

    def counted(self: painter.RowPainter, row: Ticket, state: RowState) -> object:
        drawn.append(row.id)
        return draws(self, row, state)

    monkeypatch.setattr(painter.RowPainter, "row", counted)
    async with board(many(count), size=(80, 20)) as shown:
        assert len(set(drawn)) <= 20
        drawn.clear()
        shown.table.action_lines(1)
        await shown.settle()
        assert len(drawn) <= 4


async def test_the_cursor_looks_different_without_the_focus(board: Opening) -> None:
    async with board(many(3)) as shown:
        focused = shown.style_of("T-0")
        shown.app.set_focus(None)
        await shown.settle()
        assert shown.style_of("T-0") != focused
        assert shown.gutter_of("T-0").startswith("▌")


async def test_a_resize_chooses_other_columns_and_keeps_the_cursor_in_sight(board: Opening) -> None:
    async with board(many(), size=(200, 30)) as shown:
        shown.table.move_to(25)
        await shown.pilot.resize_terminal(60, 8)
        await shown.settle()
        assert shown.is_square()
        assert "Labels" not in shown.header
        assert shown.gutter_of("T-25").startswith("▌")


async def test_rows_that_were_replaced_are_let_go(board: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sliced_work, "_FREED_AT_ONCE", 3)
    monkeypatch.setattr(results_table, "_FREED_AFTER", 0.001)
    left: list[int] = []
    free_in_chunks = sliced_work.free_in_chunks

    def noted(former: list[Ticket], later: Callable[[Callable[[], None]], object]) -> None:
        free_in_chunks(former, later)
        left.append(len(former))

    for module in (results_table, sliced_work):
        monkeypatch.setattr(module, "free_in_chunks", noted)
    async with board(many(8)) as shown:
        held = shown.table.tickets
        shown.table.show_tickets(many(2))
        while not left or left[-1]:
            await shown.settle()

    assert left[-3:] == [5, 2, 0]
    assert len(held) == 8  # whoever still holds them keeps them
