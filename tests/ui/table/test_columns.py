"""Columns: chosen, ordered, sized, sorted, and as wide as the screen allows."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.ui.fakes import NOW
from tests.ui.table.board import Opening, ticket
from tui_app.tickets import calendar_words
from tui_app.ui.table.column_layout import fitted_layout, natural_layout
from tui_app.ui.table.columns import ColumnSpec, column_kind, default_columns, extra_columns, unknown_columns
from tui_app.ui.table.loaded_rows import LoadedRows
from tui_app.ui.table.results_table import ResultsTable
from tui_app.ui.table.row_values import cell_text, facet_values, natural_key, ordered, sort_keys, text_of


def specs(*names: str) -> list[ColumnSpec]:
    return [ColumnSpec.from_text(name) for name in names]


async def test_chosen_columns_stand_in_their_order_in_their_width(board: Opening) -> None:
    async with board([ticket(1, assignee="Ada")]) as shown:
        shown.table.set_columns(specs("assignee:12", "id:8", "title"))
        assert shown.header.split() == ["Assignee", "ID", "Title"]
        assert shown.header.index("ID") - shown.header.index("Assignee") == 12 + 2
        assert shown.header.index("Title") - shown.header.index("ID") == 8 + 2
        assert shown.line_of("T-1").split()[-4:] == ["Ada", "T-1", "Title", "1"]
        assert shown.is_square()


async def test_any_further_field_is_a_column_and_sorts(board: Opening) -> None:
    rows = [ticket(n, extra={"story_points": points}) for n, points in ((1, 8), (2, None), (3, 13), (4, 2))]
    async with board(rows) as shown:
        shown.table.set_columns(specs("id", "title", "extra.story_points"))
        assert "Story points" in shown.header
        assert shown.line_of("T-3").endswith("13")
        shown.table.sort_by("extra.story_points")
        assert shown.ids == ["T-4", "T-1", "T-3", "T-2"]


def test_further_fields_are_offered_the_most_frequent_first() -> None:
    rows = [ticket(1, extra={"b": 1, "a": 1}), ticket(2, extra={"b": 2})]
    assert list(extra_columns(rows)) == ["extra.b", "extra.a"]


def test_a_column_is_read_from_text() -> None:
    assert ColumnSpec.from_text("title") == ColumnSpec("title")
    assert ColumnSpec.from_text("extra.story:points:12") == ColumnSpec("extra.story:points", 12)
    assert ColumnSpec.from_text("updated_at:9") == ColumnSpec("updated_at", 9)
    assert ColumnSpec.from_text("extra.a:b") == ColumnSpec("extra.a:b")
    assert ColumnSpec.from_text("Updated:9") == ColumnSpec("updated_at", 9)
    assert ColumnSpec.from_text("Story points") == ColumnSpec("extra.Story points")


NAMED = {"customfield_10016": {"name": "Story points", "value": 5}, "targetDate": "2026-12-24", "self": "https://x/1"}


async def test_a_field_is_a_column_by_the_name_that_people_see(board: Opening) -> None:
    plain = ticket(2, extra={"Story points": 8})
    async with board([ticket(1, extra=NAMED), plain], size=(120, 10)) as shown:
        shown.table.set_columns(specs("id", "title", "story points", "Target date"))
        assert shown.header.split()[-4:] == ["Story", "points", "Target", "date"]
        assert shown.line_of("T-1").split()[-2:] == ["5", "2026-12-24"]
        shown.table.sort_by("extra.story points", descending=True)
        assert shown.ids == ["T-2", "T-1"]


def test_further_fields_are_listed_by_what_people_call_them_with_an_example() -> None:
    assert extra_columns([ticket(1, extra=NAMED)]) == {"extra.Story points": "5", "extra.targetDate": "2026-12-24"}


def test_a_database_s_keys_are_no_columns_to_choose() -> None:
    row = ticket(1, extra={"id": 101, "node_id": "I_kwDO1", "sprint_id": 7, "severity": "high"})
    assert list(extra_columns([row])) == ["extra.severity"]


@pytest.mark.parametrize(
    ("values", "in_order"),
    [
        (("10", "9", "2.5"), ["2.5", "9", "10"]),
        ((10, "9", 2.5, None), [2.5, "9", 10, None]),
        (("2026-11-02T10:00:00Z", "2026-11-02T11:30:00+02:00"), ["2026-11-02T11:30:00+02:00", "2026-11-02T10:00:00Z"]),
        (
            ("2026-11-02", "2026-12-01T10:00:00Z", "2025-01-01", "2026-02-30"),
            ["2025-01-01", "2026-11-02", "2026-12-01T10:00:00Z", "2026-02-30"],
        ),
        (("Sprint 10", "Sprint 9"), ["Sprint 9", "Sprint 10"]),
        (("10 Nov 2026", "9 Dec 2026", "2 Nov 2026"), ["2 Nov 2026", "10 Nov 2026", "9 Dec 2026"]),
        (("02/11/2026", "13/01/2026", "2026-02-01"), ["13/01/2026", "2026-02-01", "02/11/2026"]),
        (("Nov 1, 2026", "Oct 30, 2026 9:00 PM", "soon", "7"), ["7", "Oct 30, 2026 9:00 PM", "Nov 1, 2026", "soon"]),
        (("03/01/2026", "02/11/2026", "02/12/2025"), ["02/11/2026", "02/12/2025", "03/01/2026"]),  # which is the month?
        ((["b"], ["a", "c"], []), [["a", "c"], ["b"], []]),
    ],
)
def test_further_fields_sort_as_what_they_are(values: tuple[object, ...], in_order: list[object]) -> None:
    rows = [ticket(at, extra={"x": value}) for at, value in enumerate(values)]
    keys = sort_keys("extra.x")(rows)
    present = sorted((key, row) for key, row in zip(keys, [row.extra["x"] for row in rows], strict=True) if key)
    assert [value for _, value in present] == [value for value in in_order if value not in (None, [])]


def test_rows_wait_for_the_words_of_other_languages_and_keys_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [False] * 5
    monkeypatch.setattr(calendar_words, "words_are_loaded", lambda patience: not (answers and not answers.pop()))
    rows = LoadedRows(lambda: float(len(answers)))
    rows.replace([ticket(1, extra={"x": "9 décembre 2026"}), ticket(2, extra={"x": "10 août 2026"})])
    rows.sort_by("extra.x")
    steps = 0
    while rows.sorting:
        rows.advance(seconds=-10)  # one step
        steps += 1
    assert not answers
    assert steps > 5
    assert [rows.tickets[index].id for index in rows.shown] == ["T-2", "T-1"]


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("priority", ["T-3", "T-2", "T-4", "T-1"]),
        ("-priority", ["T-2", "T-4", "T-3", "T-1"]),
        ("-id", ["T-4", "T-3", "T-2", "T-1"]),
        ("", ["T-1", "T-2", "T-3", "T-4"]),
    ],
)
def test_equal_tickets_keep_their_places_either_way_and_those_without_a_value_are_last(
    sort: str, ids: list[str]
) -> None:
    rows = [ticket(number, priority=word) for number, word in ((1, None), (2, "Low"), (3, "High"), (4, "Low"))]
    assert [row.id for row in ordered(rows, sort)] == ids


def test_times_count_in_facets_by_the_month_where_the_user_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    late = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
    row = ticket(
        1, created_at=late, due_at=datetime(2026, 11, 1, tzinfo=UTC), extra={"seen_at": "2026-11-01T03:00:00Z"}
    )
    assert facet_values(row, "created_at") == facet_values(row, "extra.Seen at") == ("2026-10",)
    assert facet_values(row, "due_at") == ("2026-11",)
    assert text_of(row, "created_at") == "2026-10-31 20:00"


def test_a_column_that_does_not_exist_is_told_with_the_nearest_ones() -> None:
    assert unknown_columns(["asignee", "title", "Story points"], []) == {
        "asignee": "there is no field 'asignee'; did you mean Assignee?"
    }
    rows = [ticket(1, extra=NAMED)]
    assert unknown_columns(["Story pints", "Story points", "story_points"], rows) == {
        "Story pints": "there is no field 'Story pints'; did you mean Story points?"
    }
    assert "the list of columns has those that there are" in unknown_columns(["Xyzzy"], rows)["Xyzzy"]


async def test_a_column_that_is_chosen_twice_counts_once_with_its_last_width(board: Opening) -> None:
    async with board([ticket(1)]) as shown:
        shown.table.set_columns(specs("id", "title:9", "id:5"))
        assert shown.table.columns == (ColumnSpec("id", 5), ColumnSpec("title", 9))


def test_the_wider_the_table_the_more_columns_it_shows_and_the_title_is_always_there() -> None:
    counts = [len(default_columns(width)) for width in (40, 60, 80, 120, 160, 200, 300)]
    assert counts == sorted(counts)
    assert all("title" in [column.name for column in default_columns(width)] for width in range(20, 400, 7))


async def test_a_column_of_nothing_but_blanks_takes_no_room(board: Opening) -> None:
    async with board([ticket(1, status="", priority=None)]) as shown:
        assert [column.name for column in shown.table.columns] == ["id", "title", "assignee", "updated_at"]


async def test_no_value_is_cut_while_the_titles_leave_room(board: Opening) -> None:
    rows = [ticket(1, title="A short one", assignee="Alexandra Katherine", status="In Progress", priority="Medium")]
    async with board(rows, size=(80, 10)) as shown:
        shown.table.set_columns(specs("id", "status", "title", "assignee", "priority"))
        line = shown.line_of("T-1")
        assert all(words in line for words in ("◐ In Progress", "A short one", "Alexandra Katherine", "– Medium"))


async def test_tickets_of_several_trackers_show_which_one_they_are_from(board: Opening) -> None:
    async with board([ticket(1, source="work"), ticket(2, source="home")]) as shown:
        assert "source" in [column.name for column in shown.table.columns]
        assert "work" in shown.line_of("T-1")


async def test_the_second_trackers_tickets_are_told_apart_however_many_the_first_one_had(board: Opening) -> None:
    first, second = [ticket(n, source="home") for n in range(300)], [ticket(n, source="work") for n in range(3)]
    async with board(first) as shown:
        shown.table.add_tickets(second)
        assert "home" in shown.line_of("T-1")
        shown.table.show_tickets([*first, *second], compare=True)
        assert "home" in shown.line_of("T-1")


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160, 200, 300])
async def test_at_every_width_the_lines_fill_the_table_and_the_title_has_the_most_room(
    board: Opening, width: int
) -> None:
    rows = [
        ticket(n, title="a long title " * 20, labels=("printing", "hardware"), assignee="Ada Moreno Lopez")
        for n in range(30)
    ]
    async with board(rows, size=(width, 20)) as shown:
        assert shown.is_square()
        start = shown.header.index("Title")
        end = shown.lines[1].index("…", start)
        assert end - start >= width * 0.3


async def test_columns_that_do_not_fit_are_scrolled_to_and_the_gutter_stays(board: Opening) -> None:
    names = ("id", "title:60", "url:50", "reporter")
    async with board([ticket(1, url="https://x.example/1", reporter="Lena")], size=(60, 10)) as shown:
        shown.table.set_columns(specs(*names))
        assert "Lena" not in shown.text
        for _ in range(20):
            shown.table.action_scroll_aside(1)
        assert "Lena" in shown.text
        assert "Reporter" in shown.header
        assert shown.lines[1][0] == "▌"
        assert shown.is_square()
        for _ in range(20):
            shown.table.action_scroll_aside(-1)
        assert "T-1" in shown.text


async def test_the_sorted_column_says_so_and_in_which_direction(board: Opening) -> None:
    async with board([ticket(n) for n in range(3)]) as shown:
        shown.table.sort_by("title")
        assert "Title ▲" in shown.header
        shown.table.sort_by("title")
        assert "Title ▼" in shown.header
        shown.table.sort_by("title")
        assert shown.table.model.sort is None
        assert "▲" not in shown.header
        assert "▼" not in shown.header


async def test_sorting_chooses_no_columns(board: Opening) -> None:
    async with board([ticket(n) for n in range(3)]) as shown:
        shown.table.sort_by("title")
        await shown.settle()
        assert not shown.heard(ResultsTable.ColumnsChosen)
        shown.table.set_columns([ColumnSpec("id")])
        await shown.settle()
        assert [message.columns for message in shown.heard(ResultsTable.ColumnsChosen)] == [(ColumnSpec("id"),)]


@pytest.mark.parametrize("column", ["id", "status", "priority", "assignee", "updated_at", "labels", "comments"])
@pytest.mark.parametrize("width", [60, 80, 120, 200])
async def test_the_header_shows_by_what_is_sorted_even_if_that_is_no_column(
    board: Opening, column: str, width: int
) -> None:
    async with board([ticket(n) for n in range(9)], size=(width, 12)) as shown:
        chosen = shown.table.columns
        shown.table.sort_by(column)
        assert "▲" in shown.header or "▼" in shown.header
        assert shown.is_square()
        assert shown.table.columns == chosen


async def test_sorting_is_stable_in_both_directions_and_nothing_comes_last(board: Opening) -> None:
    people = ["Bo", None, "Ada", "Bo", "Ada"]
    async with board([ticket(n, assignee=person) for n, person in enumerate(people)]) as shown:
        shown.table.sort_by("assignee")
        assert shown.ids == ["T-2", "T-4", "T-0", "T-3", "T-1"]
        shown.table.sort_by("assignee")
        assert shown.ids == ["T-0", "T-3", "T-2", "T-4", "T-1"]


async def test_times_sort_with_the_youngest_first_and_ids_by_their_number(board: Opening) -> None:
    rows = [ticket(n, updated_at=NOW - timedelta(hours=n)) for n in (9, 100, 10)]
    async with board(rows) as shown:
        shown.table.sort_by("updated_at")
        assert shown.table.model.sort == "-updated_at"
        assert shown.ids == ["T-9", "T-10", "T-100"]
        shown.table.sort_by("id")
        assert shown.ids == ["T-9", "T-10", "T-100"]


async def test_status_sorts_as_on_a_board_and_priority_by_urgency(board: Opening) -> None:
    rows = [
        ticket(1, status="Done", priority="Low"),
        ticket(2, status="In Progress", priority="Highest"),
        ticket(3, status="Open", priority="Medium"),
    ]
    async with board(rows) as shown:
        shown.table.sort_by("status")
        assert shown.ids == ["T-3", "T-2", "T-1"]
        shown.table.sort_by("priority")
        assert shown.ids == ["T-2", "T-3", "T-1"]


async def test_a_large_table_is_sorted_in_slices_to_the_same_order(board: Opening) -> None:
    rows = [ticket(n, title=f"{(n * 7919) % 10_007:06}") for n in range(10_007)]
    async with board(rows) as shown:
        shown.table.sort_by("title")
        await shown.until(lambda: shown.lines[1].split()[-1:] and "000000" in shown.lines[1])
        assert [row.title for row in shown.table.shown] == sorted(row.title for row in rows)


@pytest.mark.parametrize(("smaller", "larger"), [("PAY-9", "PAY-10"), ("#9", "#10"), ("a", "B"), ("x2y9", "x2y10")])
def test_numbers_within_ids_count_as_numbers(smaller: str, larger: str) -> None:
    assert natural_key(smaller) < natural_key(larger)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        (True, "yes"),
        (5, "5"),
        (["a", {"name": "b"}], "a, b"),
        ({"displayName": "Ada"}, "Ada"),
        ({"x": 1, "y": None}, "1"),
    ],
)
def test_any_value_of_a_further_field_has_words(value: object, words: str) -> None:
    assert text_of(ticket(1, extra={"field": value}), "extra.field") == words


def test_each_label_counts_by_itself_and_no_label_counts_too() -> None:
    assert facet_values(ticket(1, labels=("a", "b", "a")), "labels") == ("a", "b")
    assert facet_values(ticket(1, labels=()), "labels") == ("",)
    assert facet_values(ticket(1, created_at=NOW), "created_at") == ("2026-11",)


def test_a_further_field_has_a_title_made_of_its_name() -> None:
    assert column_kind("extra.story_points").title == "Story points"
    assert column_kind("extra.").title


async def test_relative_times_stand_in_the_row_and_signs_before_status_and_priority(board: Opening) -> None:
    row = ticket(1, status="Blocked", priority="High", updated_at=NOW - timedelta(days=3))
    async with board([row], size=(140, 10)) as shown:
        assert "■ Blocked" in shown.line_of("T-1")
        assert "↑ High" in shown.line_of("T-1")
        assert shown.line_of("T-1").split()[-1] == "3d"


async def test_each_kind_of_status_has_a_colour_of_its_own(board: Opening) -> None:
    kinds = {"Open": "○", "In Progress": "◐", "Blocked": "■", "Done": "✓"}
    rows = [ticket(0, status="?"), *(ticket(n, status=status) for n, status in enumerate(kinds, start=1))]
    async with board(rows, size=(140, 10)) as shown:
        colours = {shown.style_of(f"{sign} {status}").color for status, sign in kinds.items()}
        assert len(colours) == len(kinds)


@pytest.mark.parametrize("width", [80, 140])
async def test_urgency_is_told_by_a_sign_as_well_as_by_colour(board: Opening, width: int) -> None:
    signs = {"Highest": "⇈", "High": "↑", "Medium": "–", "Low": "↓", "Lowest": "⇊"}
    rows = [ticket(n, priority=words, assignee=None) for n, words in enumerate(signs, start=1)]
    async with board([ticket(0), *rows], size=(width, 10)) as shown:
        for row, sign in zip(rows, signs.values(), strict=True):
            assert sign in shown.line_of(row.id)
        assert shown.style_of("⇈").color != shown.style_of("↑").color != shown.style_of("↓").color


def test_names_of_further_fields_and_empty_ones_give_way_to_the_title_before_any_value_does() -> None:
    extra = {"Story points": 5, "Release note needed": None, "Go-live date": "2026-11-01", "Effort": "1250.5"}
    columns = specs("id", "title", *extra)
    natural = natural_layout(columns, [ticket(1, title="A title" * 9, extra=extra)], NOW)
    widths = dict(zip(extra, fitted_layout(natural, 60).widths[2:], strict=True))
    assert widths == {"Story points": 5, "Release note needed": 5, "Go-live date": 10, "Effort": 6}
    assert fitted_layout(natural, 77).widths[3] == 5
    assert fitted_layout(natural, 77).total == 77
    assert [natural.is_right(f"extra.{name}") for name in extra] == [True, False, False, True]


def test_a_number_in_a_text_is_shown_as_the_tracker_writes_it() -> None:
    assert cell_text(ticket(1, extra={"Effort": "1250.50"}), "extra.Effort", NOW) == "1250.50"


async def test_a_column_that_nobody_chose_and_that_no_ticket_has_a_value_for_is_left_out(board: Opening) -> None:
    async with board([ticket(1, updated_at=None, priority="high")], size=(80, 10)) as shown:
        assert "Updated" not in shown.header
        shown.table.add_tickets([ticket(2, updated_at=NOW)])
        assert "Updated" in shown.header
        shown.table.set_columns(specs("id", "title", "assignee"))
        assert "Assignee" in shown.header


async def test_columns_out_of_sight_on_the_right_are_announced_in_the_header(board: Opening) -> None:
    async with board([ticket(1, extra={f"field {n}": "12345678" for n in range(9)})], size=(80, 10)) as shown:
        shown.table.set_columns(specs("id", "title", *(f"field {n}" for n in range(9))))
        assert shown.header.endswith("›")
        for _ in range(20):
            shown.table.action_scroll_aside(1)
        assert not shown.header.endswith("›")
        assert "Field 8" in shown.header
